//! Tests of the whole app on real nodes, without a browser: what a person does with one page or several.

mod commands;
mod faults;
mod ledgers;
mod lifecycle;
mod links;
mod mining;
mod opening;
mod sending;
mod tabs;
mod tour;
mod traffic;
mod unsent;
mod wallet;
