//! Aurex Playground: a real, small blockchain network that runs wholly in a browser tab.

pub mod command;
pub mod consensus;
pub mod ipc;
pub mod ledger;
pub mod primitives;
pub mod view;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod ui;
