//! Whatever waits in a node has a timer that looks at it again. In the end all honest nodes run and
//! have one head and one state root, and every valid pending transaction is committed, also one
//! that is handed in then. At no time is a transaction lost of which a node said that it waits or
//! is committed: it is on the chain, or it waits, or the node has told that it dropped it, for a
//! reason that held.

use std::collections::{BTreeMap, BTreeSet};

use crate::consensus::{CheckedTransaction, SignatureCache};
use crate::mempool::DropReason;
use crate::node::Node;
use crate::primitives::{Payload, Transaction, TxBody, TxId};
use crate::sim::world::World;

/// Blocks that the ledger of a node may be behind when all is well.
const MAX_UNWRITTEN: u64 = 20;

/// What was promised to people.
#[derive(Clone, Debug, Default)]
pub(super) struct Liveness {
    /// All that was handed in.
    submitted: BTreeMap<TxId, Transaction>,
    /// Transactions that this run of each node has told to wait or to be committed, and not to be
    /// dropped.
    promised: BTreeMap<usize, BTreeSet<TxId>>,
    /// The transaction that was handed in after healing.
    pub(super) fresh: Option<TxId>,
}

impl Liveness {
    /// Remembers a transaction that was handed to a node.
    pub(super) fn on_submitted(&mut self, seat: usize, transaction: Transaction, accepted: bool) {
        let id = transaction.id();
        self.submitted.insert(id, transaction);
        if accepted {
            self.promise(seat, id);
        }
    }

    /// Remembers that a node told a transaction to wait or to be committed.
    pub(super) fn promise(&mut self, seat: usize, id: TxId) {
        self.promised.entry(seat).or_default().insert(id);
    }

    /// Forgets the promises of a run that has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.promised.remove(&seat);
    }

    /// Says what is not well yet.
    pub(super) fn complaint(&self, world: &World) -> Option<String> {
        let mut first: Option<&Node> = None;
        for seat in &world.seats {
            let name = &seat.plan.name;
            let Some(node) = &seat.node else {
                return Some(format!("expected {name} to run, found it ended"));
            };
            let chain = node.chain();
            let first = *first.get_or_insert(node);
            let (expected, found) = (first.chain().head(), chain.head());
            if (expected, first.chain().head_state().root()) != (found, chain.head_state().root()) {
                let heights = (first.chain().height(), chain.height());
                let justified =
                    [first, node].map(|node| node.chain().decided().highest_justified());
                return Some(format!(
                    "expected one head, found {} at height {} on {} and {} at height {} on {name}, above {} and {}, \
                     by clocks that show {} and {}",
                    expected.short(),
                    heights.0,
                    world.seats[0].plan.name,
                    found.short(),
                    heights.1,
                    justified[0],
                    justified[1],
                    first.time(),
                    node.time(),
                ));
            }
            let unwritten = node.unwritten();
            if unwritten > MAX_UNWRITTEN {
                return Some(format!(
                    "expected {name} to have written its blocks, found {unwritten} that are not"
                ));
            }
            let mut waiting = node
                .mempool()
                .iter()
                .map(|waiting| waiting.transaction.get());
            let left = waiting.find(|it| applies(node, it)).map(Transaction::id);
            let fresh = self.fresh.filter(|id| chain.block_of(id).is_none());
            if let Some(id) = left.or(fresh) {
                return Some(format!(
                    "expected transaction {id} to be committed on {name}, found that it is not; {}",
                    whereabouts(world, &id)
                ));
            }
        }
        None
    }

    /// Checks that a node looks again at what waits in it.
    pub(super) fn check_waiting(node: &Node) -> Result<(), String> {
        let Some(what) = node.unattended() else {
            return Ok(());
        };
        let height = node.chain().height();
        Err(format!(
            "expected a timer for what waits, found {what} above height {} with none",
            height.0
        ))
    }

    /// Checks that what a node told to wait or to be committed is there.
    pub(super) fn check_promises(&self, world: &World, seat: usize) -> Result<(), String> {
        let (Some(node), Some(promised)) = (&world.seats[seat].node, self.promised.get(&seat))
        else {
            return Ok(());
        };
        let here =
            |id: &&TxId| node.chain().block_of(id).is_some() || node.mempool().get(id).is_some();
        match promised.iter().find(|id| !here(id)) {
            None => Ok(()),
            Some(lost) => Err(format!(
                "expected transaction {lost} to wait or to be committed, found it lost without a word"
            )),
        }
    }

    /// Checks that the reason holds for which a node dropped a transaction; whether it can be
    /// checked.
    pub(super) fn on_dropped(
        &mut self,
        world: &World,
        seat: usize,
        id: &TxId,
        reason: DropReason,
    ) -> Result<bool, String> {
        if let Some(promised) = self.promised.get_mut(&seat) {
            promised.remove(id);
        }
        let (Some(node), Some(transaction)) = (&world.seats[seat].node, self.submitted.get(id))
        else {
            return Ok(false);
        };
        let body = &transaction.body;
        let used = node.chain().head_state().account(&body.from).nonce > body.nonce;
        let replaced = node
            .mempool()
            .iter()
            .any(|other| takes_place(other.transaction.get(), body));
        let holds = match reason {
            DropReason::NonceUsed => used || was_used(node, body),
            DropReason::Replaced => used || replaced,
            DropReason::Conflict => !applies(node, transaction),
            DropReason::Expired
            | DropReason::TooOld
            | DropReason::Evicted
            | DropReason::AccountFull
            | DropReason::Stalled => return Ok(false),
        };
        if holds {
            Ok(true)
        } else {
            Err(format!(
                "expected transaction {id} to be dropped for a reason, found {reason:?}, which is not so"
            ))
        }
    }
}

/// On how many nodes a transaction is committed, and on how many it waits.
fn whereabouts(world: &World, id: &TxId) -> String {
    let nodes = || world.seats.iter().filter_map(|seat| seat.node.as_ref());
    let committed = nodes().filter(|node| node.chain().block_of(id).is_some());
    let waits = nodes().filter(|node| node.mempool().get(id).is_some());
    format!(
        "of {} nodes it is committed on {} and waits on {}",
        nodes().count(),
        committed.count(),
        waits.count()
    )
}

/// Whether a transaction is of the same account and nonce.
fn takes_place(other: &Transaction, body: &TxBody) -> bool {
    (other.body.from, other.body.nonce) == (body.from, body.nonce)
}

/// Whether some branch of a node's tree holds a transaction of the same account and nonce. One
/// input may bring several blocks, and with them heads that are given up again before it is done.
fn was_used(node: &Node, body: &TxBody) -> bool {
    let chain = node.chain();
    let mut blocks = chain.blocks();
    blocks.any(|block| {
        let mut held = block.body.transactions.iter();
        held.any(|other| takes_place(other, body))
    })
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
