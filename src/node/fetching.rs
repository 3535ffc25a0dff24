//! Fetching missing blocks: when to begin, from whom, and serving those who fetch from this node.

use std::collections::BTreeSet;

use crate::gossip::{ANSWER_BYTES, Fault, HeadInfo, MAX_BODIES, MAX_HEADERS, Message, SyncAsk};
use crate::primitives::{BlockHash, NodeId};

use super::timers::Timer;
use super::{Node, Outbox};

impl Node {
    /// Fetches from a peer whose head is not here and outweighs ours.
    pub(super) fn consider_head(&mut self, from: NodeId, head: HeadInfo, out: &mut Outbox) {
        if self.lacks(&head) {
            self.fetch_from(from, out);
        }
    }

    /// Whether a head is of no block that is here or on its way, and not lighter than ours; while two thirds of the
    /// authorities vouch for a block that is not here, whatever it weighs.
    pub(super) fn lacks(&self, head: &HeadInfo) -> bool {
        let id = &head.id;
        let known =
            self.chain.contains(id) || self.compact.contains(id) || self.deferred.contains(id);
        !known
            && self.chain.refusal(id).is_none()
            && (head.weight >= self.chain.weight() || self.finality.errands.is_behind())
    }

    /// Begins to fetch what `peer` has more than we, unless a fetch is under way: from it, or from one that has
    /// let fewer fetches down.
    pub(super) fn fetch_from(&mut self, peer: NodeId, out: &mut Outbox) {
        if mutant!(NeverFetch) {
            return;
        }
        let others = self.roster.peers.alive(self.now);
        let others = others
            .filter(|(node, other)| **node != peer && other.head.is_some_and(|it| self.lacks(&it)))
            .map(|(node, _)| *node);
        let ready = std::iter::once(peer)
            .chain(others)
            .filter(|node| self.sync.may_begin(node, self.now));
        // Of those who let as few down, who gave useful blocks: names are free.
        let credit = |node: &NodeId| {
            let peer = self.roster.peers.get(node);
            peer.map_or(0, |peer| peer.score(self.now))
        };
        let rank = |node: &NodeId| (self.sync.failures_of(node), -credit(node));
        let mut ready: Vec<_> = ready.map(|node| (rank(&node), node)).collect();
        let least = ready.iter().map(|(rank, _)| *rank).min();
        ready.retain(|(rank, _)| Some(*rank) == least);
        // Among equals chance decides, so that nobody is always asked first.
        let chosen = if ready.len() > 1 {
            self.random.index(ready.len())
        } else {
            0
        };
        let best = ready.get(chosen).map_or(peer, |(_, node)| *node);
        if let Some(ask) = self.sync.begin(best, None, self.now) {
            let claim = self.roster.peers.get(&best).and_then(|peer| peer.head);
            self.sync.expect(claim);
            self.ask(ask, out);
        }
        self.arm_sync();
    }

    /// Sends the request of a fetch.
    pub(super) fn ask(&mut self, ask: SyncAsk, out: &mut Outbox) {
        let (SyncAsk::Headers { peer, .. } | SyncAsk::Bodies { peer, .. }) = &ask;
        self.roster.peers.ask(peer, self.now);
        match ask {
            SyncAsk::Headers { peer, after } => {
                let mut locator: Vec<BlockHash> = after.into_iter().collect();
                locator.extend(self.chain.locator());
                self.send(peer, &Message::GetHeaders(locator), out);
            }
            SyncAsk::Bodies { peer, ids } => self.send(peer, &Message::GetBodies(ids), out),
        }
    }

    /// Sets the timer for what the fetch waits for.
    pub(super) fn arm_sync(&mut self) {
        match self.sync.deadline() {
            Some(at) => self.timers.set(Timer::Sync, at),
            None => self.timers.clear(Timer::Sync),
        }
    }

    pub(super) fn on_get_headers(&mut self, from: NodeId, locator: &[BlockHash], out: &mut Outbox) {
        let headers = self.chain.headers_after(locator, MAX_HEADERS);
        self.send(from, &Message::Headers(headers), out);
    }

    pub(super) fn on_get_bodies(&mut self, from: NodeId, ids: &[BlockHash], out: &mut Outbox) {
        if ids.len() > MAX_BODIES {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        let mut answer = Vec::new();
        let mut size = 0_usize;
        let mut told = BTreeSet::new();
        for id in ids {
            if let Some(entry) = self.chain.get(id).filter(|_| told.insert(*id)) {
                size = size
                    .saturating_add(entry.block.body.encoded_len())
                    .saturating_add(32);
                answer.push((*id, entry.block.body.clone()));
            }
            if size > ANSWER_BYTES {
                break;
            }
        }
        self.send(from, &Message::Bodies(answer), out);
    }
}
