//! What was acknowledged: what the nodes called durable, and what a stranger finds of it in the
//! browser's databases.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::visit::{Status, Visit};

/// Reads the databases of all nodes without the program, by their names.
const READ: &str = "
    const promised = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const read = async (name) => {
      const database = await promised(indexedDB.open(name));
      try {
        const stores = ['blocks', 'transactions'];
        const transaction = database.transaction(stores, 'readonly');
        const rows = stores.map((store) => promised(transaction.objectStore(store).getAll()));
        const [blocks, transactions] = await Promise.all(rows);
        return {
          blocks: Object.fromEntries(blocks.map(({ hash, height }) => [hash, height])),
          committed: transactions.filter(({ status }) => status === 'committed').map((row) => row.tx_hash),
          transactions: transactions.map((row) => row.tx_hash),
        };
      } finally {
        database.close();
      }
    };
    const all = (await indexedDB.databases()).map(({ name }) => name).filter((name) => name !== 'aurex:networks');
    return Object.fromEntries(await Promise.all(all.map(async (name) => [name.split(':').pop(), await read(name)])));";

/// What a node's database holds.
#[derive(Debug, Deserialize)]
pub(super) struct Stored {
    /// Heights of the blocks, by their hashes.
    blocks: BTreeMap<String, u64>,
    /// Transactions that are committed.
    committed: BTreeSet<String>,
    /// All transactions.
    transactions: BTreeSet<String>,
}

/// What a node acknowledged.
#[derive(Debug, Default)]
struct Promise {
    id: String,
    durable: u64,
    blocks: BTreeSet<String>,
    committed: BTreeSet<String>,
}

/// What all nodes of a network acknowledged up to now.
#[derive(Debug, Default)]
pub(super) struct Acknowledged {
    chain_id: String,
    nodes: BTreeMap<String, Promise>,
}

/// The databases of all nodes, from any page of the origin.
pub(super) fn stored(visit: &Visit) -> BTreeMap<String, Stored> {
    visit.ask(READ)
}

impl Acknowledged {
    /// Takes down up to which height the nodes call their ledgers durable.
    pub(super) fn take_heights(&mut self, status: &Status) {
        self.chain_id.clone_from(&status.network.chain_id);
        for node in status.up().filter(|node| node.durable_height > 0) {
            let promise = self.nodes.entry(node.name.clone()).or_default();
            promise.id.clone_from(&node.id);
            // A branch that is heavier may be shorter.
            promise.durable = node.durable_height;
        }
    }

    /// Takes down what the nodes call durable now, which must be in their databases, and all that
    /// these hold.
    pub(super) fn take_down(&mut self, visit: &Visit) {
        let status = visit.status();
        self.take_heights(&status);
        let mut found = stored(visit);
        for node in status.up().filter(|node| node.durable_height > 0) {
            let stored = found
                .remove(&node.name)
                .unwrap_or_else(|| panic!("{} is durable and has no database", node.name));
            let height = node.durable_height;
            assert!(
                stored.blocks.values().any(|stored| *stored == height),
                "{} says that it is durable to {height}, and no such block is in its database",
                node.name
            );
            let promise = self.nodes.entry(node.name.clone()).or_default();
            promise.blocks.extend(stored.blocks.into_keys());
            promise.committed.extend(stored.committed);
        }
    }

    /// The databases still have every block and every transaction that they had.
    pub(super) fn expect_stored(&self, visit: &Visit) {
        let found = stored(visit);
        for (name, promise) in &self.nodes {
            let Some(stored) = found.get(name) else {
                panic!("the database of {name} is gone");
            };
            let lost = promise.blocks.iter();
            let lost: Vec<_> = lost
                .filter(|hash| !stored.blocks.contains_key(*hash))
                .collect();
            assert!(lost.is_empty(), "{name} lost the blocks {lost:?}");
            let lost: Vec<_> = promise.committed.difference(&stored.transactions).collect();
            assert!(lost.is_empty(), "{name} lost the transactions {lost:?}");
        }
    }

    /// A node that started again is itself, and went on from no less than what it called durable.
    pub(super) fn expect_resumed(&self, status: &Status, name: &str) {
        assert_eq!(status.network.chain_id, self.chain_id, "another network");
        let Some(promise) = self.nodes.get(name) else {
            return;
        };
        let node = status.node(name);
        assert_eq!(node.id, promise.id, "{name} has another identity");
        assert_eq!(node.ledger_start, "resumed", "{name}");
        assert!(node.degraded.is_none(), "{name}: {:?}", node.degraded);
        assert!(
            node.height >= promise.durable,
            "{name} was durable to {}, has {}",
            promise.durable,
            node.height
        );
    }

    /// Every transaction that was in a durable block of any node is in one of every node, if need
    /// be again.
    pub(super) fn expect_committed(&self, visit: &Visit) {
        visit.wait(
            "all acknowledged transactions are committed everywhere",
            60,
            |visit| {
                let found = stored(visit);
                let nodes = self.nodes.values();
                let mut acknowledged = nodes.flat_map(|promise| &promise.committed);
                acknowledged
                    .all(|id| found.values().all(|stored| stored.committed.contains(id)))
                    .then_some(())
            },
        );
    }

    /// What was acknowledged, in figures.
    pub(super) fn figures(&self) -> String {
        let count = |of: fn(&Promise) -> usize| self.nodes.values().map(of).max().unwrap_or(0);
        let (blocks, transactions) = (
            count(|promise| promise.blocks.len()),
            count(|promise| promise.committed.len()),
        );
        format!("{blocks} blocks and {transactions} committed transactions on a node")
    }
}
