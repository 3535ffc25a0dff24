//! What several kinds of tests and the measurements share. Each uses its part of it.

pub(crate) mod blocks;
pub(crate) mod catching_up;
pub(crate) mod conformance;
#[cfg(target_arch = "wasm32")]
pub(crate) mod loader;
#[cfg(target_arch = "wasm32")]
pub(crate) mod nested;
