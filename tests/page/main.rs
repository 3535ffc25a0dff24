//! The whole page, as people get it: the release build below a sub-path of a plain file server with
//! a strict Content-Security-Policy, in a real headless Chromium, looked at from outside.
//!
//! `cargo xtask test dist page` builds the page and runs these tests. Each has a browser and a
//! server of its own. Times are measured and printed, never asserted; `bench` holds what is there
//! for the measurement alone.
#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking, and says what it measured"
)]

mod bench;
mod browser;
mod charts;
mod clock;
mod console;
mod direction;
mod endurance;
mod finality;
mod gossip;
mod input;
mod lab;
mod lab_files;
mod ledger;
mod links;
mod looks;
mod network;
mod phone;
mod plain_http;
mod sending;
mod server;
mod start;
mod tour;
mod traffic;
mod visit;
mod why;
