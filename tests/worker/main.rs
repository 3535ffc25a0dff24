//! The shell in a worker of a real browser: the database, the channels, the locks, workers in
//! workers, and whole nodes. `cargo xtask test browser` runs these tests, and so does
//! `wasm-pack test --headless --chrome`; `bench` is there for the measurement alone.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::wildcard_enum_match_arm,
    reason = "a test fails by panicking, counts little, and picks what it wants"
)]

#[cfg(feature = "sim")]
mod agreement;
mod archive;
mod bench;
mod channel;
mod database;
mod miner;
mod node;
mod storage;
#[path = "../support/mod.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod support;

use aurex::browser::js::{monotonic, random, sleep};
use aurex::primitives::to_hex;
use wasm_bindgen_test::wasm_bindgen_test_configure;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A name that no other test and no earlier run has.
fn fresh(what: &str) -> String {
    format!("aurex-test:{what}:{}", to_hex(&random::<8>().unwrap()))
}

/// Waits until it holds.
async fn until(what: impl Fn() -> bool) {
    let limit = monotonic() + 10_000.0;
    while !what() {
        assert!(monotonic() < limit, "it does not come");
        sleep(5.0).await;
    }
}
