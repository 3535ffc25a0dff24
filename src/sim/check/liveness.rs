//! In the end all honest nodes have one head and one state root, every valid pending transaction is
//! committed, and no transaction that was committed at some time is lost: it is on the chain, it waits, or
//! it cannot apply any more.

use crate::consensus::{CheckedTransaction, SignatureCache};
use crate::node::Node;
use crate::primitives::{Payload, Timestamp, Transaction, TxId};

use super::super::coverage::Sometimes;
use super::super::world::World;

impl World {
    /// What is not well yet.
    pub(in super::super) fn not_well(&self) -> Option<String> {
        let nodes: Vec<&Node> = self.seats.iter().filter_map(|seat| seat.node.as_ref()).collect();
        let first = nodes.first()?;
        let (head, root) = (first.chain().head(), first.chain().head_state().root());
        for (seat, node) in self.seats.iter().zip(&nodes) {
            let (other, other_root) = (node.chain().head(), node.chain().head_state().root());
            if (other, other_root) != (head, root) {
                let heights = (first.chain().height(), node.chain().height());
                return Some(format!(
                    "expected one head, found {} at height {} on {} and {} at height {} on {}",
                    head.short(),
                    heights.0,
                    self.seats[0].plan.name,
                    other.short(),
                    heights.1,
                    seat.plan.name
                ));
            }
        }
        for (seat, node) in self.seats.iter().zip(&nodes) {
            if let Some(id) =
                node.mempool().iter().map(|waiting| waiting.transaction.get()).find(|it| applies(node, it))
            {
                return Some(format!(
                    "expected transaction {} of {} to be committed, found it waiting",
                    id.id(),
                    seat.plan.name
                ));
            }
        }
        self.lost().map(|(seat, id)| format!("expected transaction {id}, once committed on {seat}, found it lost"))
    }

    /// A transaction that was committed on a node, is nowhere now, and could still be committed.
    fn lost(&self) -> Option<(&str, TxId)> {
        for (number, seat) in self.seats.iter().enumerate() {
            let node = seat.node.as_ref()?;
            for id in &seat.committed {
                let known = node.chain().block_of(id).is_some() || node.mempool().get(id).is_some();
                if known || self.checks.conflicts.contains(&(number, *id)) {
                    continue;
                }
                if find(node, id).is_some_and(|transaction| applies(node, &transaction)) {
                    return Some((&seat.plan.name, *id));
                }
            }
        }
        None
    }

    /// The latest time that a node may think it is: its own does not run backwards.
    pub(super) fn latest_clock(&self, seat: usize) -> Timestamp {
        self.seats[seat].node.as_ref().map_or(self.now, Node::time).max(self.clock_of(seat))
    }

    /// Notes that a node which had lost everything, or was far behind, is with the others again.
    pub(super) fn check_caught_up(&mut self, seat: usize) {
        let place = &self.seats[seat];
        let Some(node) = &place.node else { return };
        let others = self.seats.iter().enumerate().filter(|(other, _)| *other != seat);
        let highest = others.filter_map(|(_, other)| other.node.as_ref()).map(|node| node.chain().height().0).max();
        let height = node.chain().height().0;
        if height < 5 || highest.is_none_or(|highest| height < highest) {
            return;
        }
        if place.resyncing && node.ledger_outcome() == "new" {
            self.coverage.note(Sometimes::GoneThenResync);
            self.seats[seat].resyncing = false;
        }
        if self.seats[seat].far_behind {
            self.coverage.note(Sometimes::FarBehindCaughtUp);
            self.seats[seat].far_behind = false;
        }
    }
}

/// Whether a transaction can be committed by the next block.
fn applies(node: &Node, transaction: &Transaction) -> bool {
    let (state, height) = (node.chain().head_state(), node.chain().height().next());
    let (params, chain_id) = (node.chain().params(), node.chain().chain_id());
    let body = &transaction.body;
    let account = state.account(&body.from);
    let moved = if let Payload::Transfer { amount, .. } = body.payload { amount.0 } else { 0 };
    let checked = CheckedTransaction::check(transaction.clone(), params, &chain_id, &mut SignatureCache::default());
    body.nonce == account.nonce
        && moved.saturating_add(body.fee.0) <= account.balance.0
        && checked.is_ok_and(|checked| state.try_after(params, height, std::iter::empty(), &checked).is_ok())
}

/// A transaction on any branch of a node's tree.
fn find(node: &Node, id: &TxId) -> Option<Transaction> {
    let holds = |ids: &[TxId]| ids.iter().position(|found| found == id);
    node.chain().iter().find_map(|(_, entry)| entry.block.body.transactions.get(holds(&entry.tx_ids)?).cloned())
}
