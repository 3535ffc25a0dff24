//! What became of the payments that a scenario names, node by node: how many confirmations each
//! had, whether it was taken off a chain, and whether another transaction has its place for good.
//!
//! Bounds: one entry for each named payment and node; the scenario's bounds on actions and nodes
//! hold.

use std::collections::BTreeMap;

use crate::node::Node;
use crate::primitives::Transaction;
use crate::sim::world::World;

/// What a node showed of a payment.
#[derive(Clone, Copy, Debug, Default)]
struct Shown {
    /// Most confirmations that it had; 0 while it waited.
    most: u64,
    /// It was on the chain when it was looked at last.
    on_chain: bool,
}

/// The named payments.
#[derive(Clone, Debug, Default)]
pub(super) struct Payments {
    signed: BTreeMap<String, Transaction>,
    shown: BTreeMap<(String, usize), Shown>,
    reverted: BTreeMap<String, u64>,
    double_spent: BTreeMap<String, u64>,
}

/// Blocks on a payment's chain from its block on; `None` while it is in none.
pub(super) fn confirmations(node: &Node, transaction: &Transaction) -> Option<u64> {
    let chain = node.chain();
    let block = chain.get(&chain.block_of(&transaction.id())?)?;
    let below = block.block.header.height;
    Some(chain.height().since(below).saturating_add(1))
}

impl Payments {
    /// Remembers a payment that was signed.
    pub(super) fn sign(&mut self, name: &str, transaction: Transaction) {
        self.signed.insert(name.to_owned(), transaction);
    }

    /// A payment by its name.
    pub(super) fn get(&self, name: &str) -> Option<&Transaction> {
        self.signed.get(name)
    }

    /// All payments by their names.
    pub(super) fn all(&self) -> impl Iterator<Item = (&String, &Transaction)> {
        self.signed.iter()
    }

    /// Most confirmations with which a payment was taken off a node's chain.
    pub(super) fn reverted(&self, name: &str) -> Option<u64> {
        self.reverted.get(name).copied()
    }

    /// Most confirmations that a payment had on a node where it can never come any more.
    pub(super) fn double_spent(&self, name: &str) -> Option<u64> {
        self.double_spent.get(name).copied()
    }

    /// A node is gone: what its next run shows, it shows anew.
    pub(super) fn forget(&mut self, seat: usize) {
        self.shown.retain(|(_, of), _| *of != seat);
    }

    /// Looks at what the nodes have.
    pub(super) fn look(&mut self, world: &World) {
        for (name, transaction) in &self.signed {
            for (seat, place) in world.seats.iter().enumerate() {
                let Some(node) = &place.node else { continue };
                let place = (name.clone(), seat);
                let now = confirmations(node, transaction);
                let waits = node.mempool().get(&transaction.id()).is_some();
                let Some(shown) = self.shown.get_mut(&place) else {
                    if now.is_some() || waits {
                        let (most, on_chain) = (now.unwrap_or(0), now.is_some());
                        self.shown.insert(place, Shown { most, on_chain });
                    }
                    continue;
                };
                shown.most = shown.most.max(now.unwrap_or(0));
                if shown.on_chain && now.is_none() {
                    raise(&mut self.reverted, name, shown.most);
                }
                shown.on_chain = now.is_some();
                let body = &transaction.body;
                let used = node.chain().head_state().account(&body.from).nonce > body.nonce;
                if used && now.is_none() {
                    raise(&mut self.double_spent, name, shown.most);
                }
            }
        }
    }
}

fn raise(most: &mut BTreeMap<String, u64>, name: &str, found: u64) {
    let most = most.entry(name.to_owned()).or_insert(found);
    *most = found.max(*most);
}
