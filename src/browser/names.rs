//! Names of workers: a worker learns its role from its own.

/// Name of a node's worker.
#[must_use]
pub fn node_worker_name(node: &str) -> String {
    format!("node:{node}")
}

/// Name of a node's miner worker.
#[must_use]
pub fn miner_worker_name(node: &str, number: u32) -> String {
    format!("miner:{node}:{number}")
}

/// Name of the worker of the laboratory, the `number`th of a page.
#[must_use]
pub fn lab_worker_name(number: u32) -> String {
    format!("lab:{number}")
}
