//! The shell: everything that touches the browser. It decides nothing about the protocol.

/// Starts the role this global scope is for.
pub fn start() {}
