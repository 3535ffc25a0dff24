//! Aurex Playground: a real, small blockchain network that runs wholly in a browser tab.

pub mod chain;
pub mod command;
pub mod consensus;
pub mod gossip;
pub mod ipc;
pub mod ledger;
pub mod mempool;
pub mod miner;
pub mod node;
pub mod primitives;
pub mod state;
pub mod view;

#[cfg(test)]
mod testkit;

#[cfg(target_arch = "wasm32")]
pub mod browser;
#[cfg(target_arch = "wasm32")]
pub mod ui;
