//! In the end all honest nodes run and have one head and one state root, and every valid pending transaction
//! is committed, also one that is handed in then. At no time is a transaction lost of which a node said that
//! it waits or is committed: it is on the chain, or it waits, or the node has told that it dropped it, for a
//! reason that held.

use crate::consensus::{CheckedTransaction, SignatureCache};
use crate::mempool::DropReason;
use crate::node::Node;
use crate::primitives::{Amount, Millis, Payload, Timestamp, Transaction, TxBody, TxId};

use super::super::coverage::Sometimes;
use super::super::scenario::LIVENESS_WITHIN;
use super::super::work::sign;
use super::super::world::World;

/// How long a network that is well must stay so.
const STAYS_WELL: Millis = Millis(10_000);

impl World {
    /// Waits for a healed network to be well, hands a transaction in, and waits until it is committed
    /// everywhere and all is well again.
    pub(in super::super) fn recover(&mut self) {
        self.become_well();
        if self.violation.is_none() {
            self.hand_in_fresh();
            self.run_until(self.now.plus(STAYS_WELL));
            self.become_well();
        }
    }

    fn become_well(&mut self) {
        let deadline = self.now.plus(LIVENESS_WITHIN);
        while let Some(complaint) = self.not_well() {
            if self.violation.is_some() {
                return;
            }
            if self.now >= deadline {
                return self.violate("liveness", None, complaint);
            }
            self.run_until(self.now.plus(Millis(1_000)));
        }
    }

    /// Somebody of whom nothing waits hands a transaction in, which nothing but the network can keep out.
    fn hand_in_fresh(&mut self) {
        let seat = self.rng.index(self.seats.len());
        let now = self.clock_of(seat);
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let free = self.work.people().find_map(|person| {
            let account = node.chain().head_state().account(&person.address());
            // Also what waits behind a gap claims a part of the balance.
            let waits = node
                .mempool()
                .iter()
                .any(|waiting| waiting.transaction.get().body.from == person.address());
            (account.balance >= Amount(1) && !waits).then_some((person, account.nonce))
        });
        let Some((person, nonce)) = free else { return };
        let payload = Payload::Message {
            bytes: b"all is well".to_vec(),
            to: None,
        };
        let transaction = sign(node.chain_id(), person, nonce, Amount(1), payload);
        self.checks.fresh = Some(transaction.id());
        if let Err(refusal) = self.submit(seat, now, &transaction) {
            self.violate(
                "liveness",
                Some(seat),
                format!("expected a good transaction to be taken, found {refusal}"),
            );
        }
    }

    /// What is not well yet.
    fn not_well(&self) -> Option<String> {
        let mut first: Option<&Node> = None;
        for seat in &self.seats {
            let name = &seat.plan.name;
            let Some(node) = &seat.node else {
                return Some(format!("expected {name} to run, found it ended"));
            };
            let chain = node.chain();
            let first = *first.get_or_insert(node);
            let (expected, found) = (first.chain().head(), chain.head());
            if (expected, first.chain().head_state().root()) != (found, chain.head_state().root()) {
                let heights = (first.chain().height(), chain.height());
                return Some(format!(
                    "expected one head, found {} at height {} on {} and {} at height {} on {name}",
                    expected.short(),
                    heights.0,
                    self.seats[0].plan.name,
                    found.short(),
                    heights.1,
                ));
            }
            let mut waiting = node
                .mempool()
                .iter()
                .map(|waiting| waiting.transaction.get());
            let left = waiting.find(|it| applies(node, it)).map(Transaction::id);
            let fresh = self.checks.fresh.filter(|id| chain.block_of(id).is_none());
            if let Some(id) = left.or(fresh) {
                return Some(format!(
                    "expected transaction {id} to be committed on {name}, found that it is not"
                ));
            }
        }
        None
    }

    /// What a node told to wait or to be committed is there.
    pub(super) fn check_told(&mut self, seat: usize) {
        let place = &self.seats[seat];
        let Some(node) = &place.node else { return };
        let here =
            |id: &&TxId| node.chain().block_of(id).is_some() || node.mempool().get(id).is_some();
        if let Some(lost) = place.told.iter().find(|id| !here(id)) {
            let what = format!(
                "expected transaction {lost} to wait or to be committed, found it lost without a word"
            );
            self.violate("liveness", Some(seat), what);
        }
    }

    /// A node drops a transaction: the reason that it gives must hold.
    pub(in super::super) fn check_drop(&mut self, seat: usize, id: &TxId, reason: DropReason) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let Some(transaction) = self.work.transaction(id) else {
            return;
        };
        let body = &transaction.body;
        let used = node.chain().head_state().account(&body.from).nonce > body.nonce;
        let replaced = node
            .mempool()
            .iter()
            .any(|other| takes_place(other.transaction.get(), body));
        let holds = match reason {
            DropReason::NonceUsed => used,
            DropReason::Replaced => used || replaced,
            DropReason::Conflict => !applies(node, transaction),
            DropReason::Expired
            | DropReason::TooOld
            | DropReason::Evicted
            | DropReason::AccountFull
            | DropReason::Stalled => return,
        };
        self.coverage.note(Sometimes::TransactionConflict);
        if !holds {
            let what = format!(
                "expected transaction {id} to be dropped for a reason, found {reason:?}, which is not so"
            );
            self.violate("liveness", Some(seat), what);
        }
    }

    /// The latest time that a node may think it is: its own does not run backwards.
    pub(super) fn latest_clock(&self, seat: usize) -> Timestamp {
        self.seats[seat]
            .node
            .as_ref()
            .map_or(self.now, Node::time)
            .max(self.clock_of(seat))
    }

    /// Notes that a node which had lost everything, or was far behind, is with the others again.
    pub(super) fn check_caught_up(&mut self, seat: usize) {
        let place = &self.seats[seat];
        let Some(node) = &place.node else { return };
        let others = self
            .seats
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != seat);
        let highest = others
            .filter_map(|(_, other)| other.node.as_ref())
            .map(|node| node.chain().height().0)
            .max();
        let height = node.chain().height().0;
        if height < 5 || highest.is_none_or(|highest| height < highest) {
            return;
        }
        if place.resyncing && node.ledger_outcome() == crate::records::LedgerStart::New {
            self.coverage.note(Sometimes::GoneThenResync);
            self.seats[seat].resyncing = false;
        }
        if self.seats[seat].far_behind {
            self.coverage.note(Sometimes::FarBehindCaughtUp);
            self.seats[seat].far_behind = false;
        }
    }
}

/// Whether a transaction is of the same account and nonce.
fn takes_place(other: &Transaction, body: &TxBody) -> bool {
    (other.body.from, other.body.nonce) == (body.from, body.nonce)
}

/// Whether a transaction can be committed by the next block.
fn applies(node: &Node, transaction: &Transaction) -> bool {
    let (state, height) = (node.chain().head_state(), node.chain().height().next());
    let (params, chain_id) = (node.chain().params(), node.chain().chain_id());
    let body = &transaction.body;
    let account = state.account(&body.from);
    let moved = if let Payload::Transfer { amount, .. } = body.payload {
        amount.0
    } else {
        0
    };
    if body.nonce != account.nonce || moved.saturating_add(body.fee.0) > account.balance.0 {
        return false;
    }
    let checked = CheckedTransaction::check(
        transaction.clone(),
        params,
        &chain_id,
        &mut SignatureCache::default(),
    );
    checked.is_ok_and(|checked| {
        state
            .try_after(params, height, std::iter::empty(), &checked)
            .is_ok()
    })
}
