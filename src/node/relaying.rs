//! Compact blocks that peers announce: checked, rebuilt from the transactions that are here, passed
//! on and imported.

use crate::chain::Chain;
use crate::consensus::{BlockError, CheckedBlock, check_data, check_header};
use crate::gossip::{CompactBlock, Fault, Message, Peer};
use crate::mempool::Mempool;
use crate::primitives::{BlockHash, Header, Kind, MAX_TRANSACTIONS, NodeId, TxId};

use super::compact::{Added, WaitingCompact};
use super::source::Source;
use super::timers::Timer;
use super::{Node, Outbox};

/// Peers that a block is passed on to: with the node it came from, each has a few ways to hear of
/// it.
const RELAY_TO: usize = 3;
/// A block that is announced may be so many of the heaviest blocks lighter than the head: more than
/// honest makers are behind, unless their branch is fetched.
const MAX_BEHIND: u128 = 32;
/// Blocks that an authority sealed for one slot which are taken as they are announced: two prove
/// what it did.
const MAX_SEALED: usize = 2;

fn is_here(mempool: &Mempool, chain: &Chain, id: &TxId) -> bool {
    mempool.get(id).is_some() || chain.block_of(id).is_some()
}

impl Node {
    /// Takes a compact block that a peer announces: what its header shows is checked before
    /// anything is kept.
    pub(super) fn on_block_found(&mut self, from: NodeId, block: CompactBlock, out: &mut Outbox) {
        let id = block.header.id();
        if self.chain.contains(&id)
            || self.chain.refusal(&id).is_some()
            || self.deferred.contains(&id)
        {
            return;
        }
        if block.transactions.len() > MAX_TRANSACTIONS {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        // The data are short, and every sender can see that they are others.
        if let Err(error) = check_data(&block.header, &block.data) {
            return self.refuse_compact(from, &block.header, error, out);
        }
        if self.compact.contains(&id) {
            return self.on_other_list(from, block, out);
        }
        let chain_id = self.chain.chain_id();
        let (params, cache) = (self.chain.params(), &mut self.cache);
        if let Err(error) = check_header(&block.header, &block.seal, params, &chain_id, cache) {
            return self.refuse_compact(from, &block.header, error, out);
        }
        if !self.chain.contains(&block.header.parent) {
            return self.fetch_from(from, out);
        }
        if let Err(error) = self.chain.check_next(&block.header) {
            return self.refuse_compact(from, &block.header, error, out);
        }
        if self.is_beside_the_point(&block.header) {
            return;
        }
        let waiting = WaitingCompact::new(block, from, self.now);
        let missing = waiting.missing(|id| self.holds(id));
        if missing.is_empty() {
            return self.import_listed(waiting, out);
        }
        if let Some(gone) = self.compact.make_room(&from) {
            self.fetch_from(gone.last_sender(), out);
        }
        self.timers.set_earlier(Timer::Compact, waiting.until);
        self.compact.insert(waiting);
        self.ask_transactions(from, missing, out);
    }

    /// One more sender gives a list for a block that waits. The id says nothing about it, so it
    /// counts beside those of the others.
    fn on_other_list(&mut self, from: NodeId, block: CompactBlock, out: &mut Outbox) {
        let id = block.header.id();
        let (mempool, chain) = (&self.mempool, &self.chain);
        let added = self
            .compact
            .add(block, from, |id| is_here(mempool, chain, id));
        match added {
            Added::Listed { missing } if missing.is_empty() => self.import_compact(&id, out),
            Added::Listed { missing } => self.ask_transactions(from, missing, out),
            Added::Full => self.fetch_from(from, out),
            Added::Known | Added::NotWaiting => {}
        }
    }

    /// Whether a block that is announced can wait until its branch is fetched as one that outweighs
    /// the best chain: it is far lighter, or its authority has sealed others for the same slot.
    /// Either may have cost its maker nothing.
    fn is_beside_the_point(&self, header: &Header) -> bool {
        let Some(parent) = self.chain.get(&header.parent) else {
            return false;
        };
        let params = self.chain.params();
        let heaviest = header.difficulty.max(params.authority_weight);
        let behind = u128::from(heaviest.0).saturating_mul(MAX_BEHIND);
        let weight = parent.weight.plus(header.difficulty).0;
        let is_light = weight.saturating_add(behind) < self.chain.weight().0;
        let sealed = self.chain.sealed_for(header.slot, header.sealer);
        let is_third =
            header.kind == Kind::Authority && sealed >= MAX_SEALED && !mutant!(SealsWithoutEnd);
        is_light || is_third
    }

    /// Whether a transaction waits or is committed.
    fn holds(&self, id: &TxId) -> bool {
        is_here(&self.mempool, &self.chain, id)
    }

    /// Imports the compact blocks whose transactions have come.
    pub(super) fn complete_compact(&mut self, out: &mut Outbox) {
        for id in self.compact.complete(|id| self.holds(id)) {
            self.import_compact(&id, out);
        }
    }

    /// Fetches the bodies of compact blocks that have waited too long.
    pub(super) fn on_compact_timer(&mut self, out: &mut Outbox) {
        for id in self.compact.late(self.now) {
            if let Some(waiting) = self.compact.remove(&id) {
                self.fetch_from(waiting.last_sender(), out);
            }
        }
        if let Some(next) = self.compact.deadline() {
            self.timers.set(Timer::Compact, next);
        }
    }

    fn import_compact(&mut self, id: &BlockHash, out: &mut Outbox) {
        if let Some(waiting) = self.compact.remove(id) {
            self.import_listed(waiting, out);
        }
    }

    /// Rebuilds a compact block by the lists whose transactions are all here, until one is right;
    /// checks what needs no state, passes it on and imports it.
    fn import_listed(&mut self, mut waiting: WaitingCompact, out: &mut Outbox) {
        while let Some((from, listed)) = waiting.take_complete(|id| self.holds(id)) {
            let block = waiting.rebuild(&listed, |id| self.transaction(id));
            let (chain_id, params) = (self.chain.chain_id(), self.chain.params());
            let header = block.header;
            match CheckedBlock::check(block, params, &chain_id, &mut self.cache) {
                Ok(block) => {
                    self.relay(from, listed, out);
                    let early = self.is_early(&header).then(|| block.get().clone());
                    let outcome = self.chain.import_checked(block, self.clock.date());
                    self.after_import(outcome, &header, early, Source::Relay(from), out);
                    return;
                }
                // A wrong list, or the same id with another signature: the mempool's copy is not
                // the block's.
                Err(BlockError::TxRoot { .. }) if waiting.has_lists() => {}
                Err(BlockError::TxRoot { .. }) => self.fetch_from(from, out),
                Err(error) => {
                    // What takes signatures to see is remembered; what its header shows is seen
                    // again as cheaply.
                    self.chain.note_refusal(header.id(), &error);
                    return self.refuse_compact(from, &header, error, out);
                }
            }
        }
        if waiting.has_lists() {
            self.compact.insert(waiting);
        }
    }

    /// Refuses a compact block for what its sender could know, whoever made it.
    fn refuse_compact(
        &mut self,
        from: NodeId,
        header: &Header,
        error: BlockError,
        out: &mut Outbox,
    ) {
        self.roster.peers.blame(&from, Fault::Invalid, self.now);
        self.refuse_block(header, error, Source::Peer(from), out);
    }

    /// Passes a block on before it is executed, each once, to some peers that may not have it; the
    /// others hear of it with the new head. What cannot be the next block of this node's chain is
    /// not passed on: it would cost its maker nothing.
    fn relay(&mut self, from: NodeId, block: CompactBlock, out: &mut Outbox) {
        let (header, head) = (&block.header, self.chain.head_header());
        let follows = header.parent == self.chain.head()
            && self
                .chain
                .context()
                .check_next(self.chain.params(), head, header)
                .is_ok();
        if self.is_early(header) || !follows {
            return;
        }
        let id = header.id();
        let lacks = |(node, peer): &(&NodeId, &Peer)| {
            **node != from && peer.head.is_none_or(|head| head.id != id)
        };
        let mut others: Vec<NodeId> = self
            .roster
            .peers
            .alive(self.now)
            .filter(lacks)
            .map(|(node, _)| *node)
            .collect();
        let first = self.random.index(others.len());
        others.rotate_left(first);
        // One to anybody, as a newcomer has given nothing yet; names are free, so the rest to those
        // who have.
        let useful = |node: &NodeId| self.is_useful(node);
        let (useful, rest): (Vec<NodeId>, Vec<NodeId>) = others.into_iter().partition(useful);
        let mut others = [useful, rest].concat();
        if let Some(anybody) = others.get(RELAY_TO..).filter(|rest| !rest.is_empty()) {
            let chosen = self.random.index(anybody.len());
            others.swap(RELAY_TO.saturating_sub(1), RELAY_TO.saturating_add(chosen));
        }
        others.truncate(RELAY_TO);
        self.send_to_each(&others, &Message::BlockFound(block), out);
    }
}
