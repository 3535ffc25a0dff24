//! The tests of the whole crate that need no browser.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says what it ran"
)]

mod architecture;
mod catching_up;
mod codecs;
mod finality;
mod ledger;
mod pages;
mod reference;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod support;
mod vectors;
