//! The second machine: everything that the page decides, as plain Rust without a browser.

pub mod pages;
