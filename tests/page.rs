//! The whole page, as people get it: the release build below a sub-path of a plain file server with a
//! strict Content-Security-Policy, in a real headless Chromium, looked at from outside.
//!
//! `cargo xtask test dist page` builds the page and runs these tests. Each has a browser and a server of
//! its own. Times are measured and printed, never asserted; `bench` holds what is there for the measurement alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it measured"
)]

#[path = "page/bench/mod.rs"]
mod bench;
#[path = "page/browser.rs"]
mod browser;
#[path = "page/clock.rs"]
mod clock;
#[path = "page/console.rs"]
mod console;
#[path = "page/gossip.rs"]
mod gossip;
#[path = "page/input.rs"]
mod input;
#[path = "page/ledger.rs"]
mod ledger;
#[path = "page/links.rs"]
mod links;
#[path = "page/looks.rs"]
mod looks;
#[path = "page/network.rs"]
mod network;
#[path = "page/server.rs"]
mod server;
#[path = "page/start.rs"]
mod start;
#[path = "page/visit.rs"]
mod visit;
