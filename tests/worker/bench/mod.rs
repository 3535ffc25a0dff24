//! Measurements in a real browser's worker, with the ledger in its database. They are no tests of a
//! time: a machine may be slow. `cargo xtask bench browser` runs them and reads what they print:
//! name, size and milliseconds. All others skip them.

mod hashing;
mod ledger;
#[cfg(feature = "sim")]
mod simulator;
mod validation;

use std::fmt::Display;

use wasm_bindgen_test::console_log;

fn measured(what: &str, size: impl Display, milliseconds: f64) {
    console_log!("measured; {what}; {size}; {milliseconds:.2}");
}
