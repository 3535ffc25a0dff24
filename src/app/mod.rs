//! The second machine: everything that the page decides, as plain Rust without a browser. It opens
//! a network, runs its nodes, signs what people send, and keeps the [`Model`](crate::view::Model)
//! that the page draws.
//!
//! It decides nothing about the protocol: it posts to nodes and shows their reports. It reaches the
//! outside only through [`platform::Platform`], so the browser's page and a test's world run the
//! same app.
//!
//! [`App`] is made of parts, each a struct in its own file with its own fields and tests: `bus`,
//! `store` (the record and its network), `opening`, `roster` (the nodes), `wallet`, `signed` (what
//! no block has yet), `traffic`, `links`, `mining`, `storage`. A part never calls another. The app
//! routes between them, in floors of which each calls only those below it:
//!
//! 1. `machine` (the struct), `naming`, `requests`;
//! 2. `posting` (what nodes get without being asked), `ask`, `why`, `ledgers` (files of them);
//! 3. `keeping` (the record), `remembering` (what was signed), `users`, `signing`, `together`,
//!    `submitting` and `send`, `unsent`, `resending`;
//! 4. `nodes` (their life) and `renewing`, `linking`, `pacing`, `authorities`, `driving` (traffic),
//!    `touring`, `launching`, `release`, `measuring`;
//! 5. `commands`, `scenario` (the same in the laboratory), and `tabs`: opening, watching, taking
//!    over.
//!
//! Invariant: no cell of a part is borrowed while a subscriber, a listener or another future runs.

mod ask;
mod authorities;
mod bus;
mod commands;
mod driving;
mod keeping;
pub mod lab;
mod launching;
mod ledgers;
mod linking;
mod links;
mod machine;
mod measuring;
mod mining;
mod naming;
mod nodes;
mod opening;
mod orders;
mod output;
mod pacing;
mod page_link;
pub mod pages;
mod parameters;
pub mod platform;
mod posting;
mod record;
mod release;
mod remembering;
mod renewing;
mod requests;
mod resending;
mod roster;
mod scenario;
mod send;
mod send_queues;
mod side_by_side;
mod signed;
mod signing;
mod storage;
mod store;
mod submitting;
mod tab_locks;
mod tabs;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod testing;
#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
mod together;
mod touring;
mod traffic;
mod trouble;
mod unsent;
mod users;
mod wallet;
mod why;
mod writing;

pub use bus::Subscription;
pub use machine::{App, Settings};
pub use output::Output;
pub use page_link::{MAX_POA, MAX_POW, PageLink};
pub use parameters::{Parameter, parameters};
pub use record::{
    DEMO_USERS, Decoded, MAX_NODES, NodeEntry, OPERATOR, Record, Secrets, database, node_key,
};
pub use wallet::WalletUser;
