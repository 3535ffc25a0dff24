//! How the costs of a node grow, each at growing sizes: `cargo xtask bench` prints the ratios
//! between them.
//!
//! Validation, execution and codec grow with the transactions of a block, a reorganisation and a
//! catching-up with their blocks, an append and the state root with the logarithm of the accounts;
//! the choice of the head does not grow with the chain. Tests hold the last three by counting the
//! work; here the time is seen.
#![allow(
    missing_docs,
    reason = "criterion's macros make functions without comments"
)]
#![allow(clippy::unwrap_used, reason = "a bench fails by panicking")]
#![allow(
    clippy::disallowed_types,
    reason = "only the core must not read clocks"
)]

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
#[path = "../../tests/support/mod.rs"]
#[allow(dead_code, reason = "others use the rest")]
mod support;

#[cfg(not(target_arch = "wasm32"))]
criterion::criterion_main!(native::growth);

/// In a browser `tests/worker/bench` measures.
#[cfg(target_arch = "wasm32")]
fn main() {}
