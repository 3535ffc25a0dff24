//! The shell: everything that touches the browser. It decides nothing about the protocol.

pub mod host;

/// Starts the role this global scope is for.
pub fn start() {}
