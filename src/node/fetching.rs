//! Fetching missing blocks: when to begin, from whom, and serving those who fetch from this node.

use std::collections::BTreeSet;

use crate::gossip::{ANSWER_BYTES, Fault, HeadInfo, MAX_BODIES, MAX_HEADERS, Message, SyncAsk};
use crate::primitives::{BlockHash, Body, NodeId};

use super::lanes::Lane;
use super::timers::Timer;
use super::{Node, Outbox};

impl Node {
    /// Fetches from a peer whose head is not here and outweighs ours.
    pub(super) fn consider_head(&mut self, from: NodeId, head: HeadInfo, out: &mut Outbox) {
        if self.lacks(&head) {
            self.fetch_from(from, out);
        }
    }

    /// Whether a head is of no block that is here or on its way, and not lighter than ours; while
    /// two thirds of the authorities vouch for a block that is not here, whatever it weighs.
    pub(super) fn lacks(&self, head: &HeadInfo) -> bool {
        let id = &head.id;
        let known =
            self.chain.contains(id) || self.compact.contains(id) || self.deferred.contains(id);
        !known
            && self.chain.refusal(id).is_none()
            && (head.weight >= self.chain.weight() || self.finality.errands.is_behind())
    }

    /// Begins to fetch what `peer` has more than we, unless its lane is taken: from it, or from one
    /// that has let fewer fetches down.
    pub(super) fn fetch_from(&mut self, peer: NodeId, out: &mut Outbox) {
        if mutant!(NeverFetch) {
            return;
        }
        let others = self.lacking().into_iter().filter(|node| *node != peer);
        let ready: Vec<NodeId> = std::iter::once(peer).chain(others).collect();
        self.begin_open(peer, &ready, out);
        self.begin_known(&ready, out);
        self.arm_sync();
    }

    /// Begins a fetch in the open lane, if it is free, or held by one who must give way.
    fn begin_open(&mut self, peer: NodeId, ready: &[NodeId], out: &mut Outbox) {
        let elsewhere = self.lanes.get(Lane::Known).sync.source();
        let best = self
            .choose_source(self.ready_for(Lane::Open, ready))
            .unwrap_or(peer);
        let under_way = self.lanes.get(Lane::Open).sync.moving_source(self.now);
        // Who has given nothing yet takes nobody's place who has.
        let is_held =
            under_way.is_some_and(|source| self.is_useful(&source) && !self.is_useful(&best));
        if !is_held && elsewhere != Some(best) {
            self.begin_fetch(Lane::Open, best, out);
        }
    }

    /// Begins a fetch from a peer that has been of use, while a stranger or one that lags has the
    /// open lane.
    fn begin_known(&mut self, ready: &[NodeId], out: &mut Outbox) {
        let open = &self.lanes.get(Lane::Open).sync;
        let Some(holder) = open.source() else {
            return;
        };
        if self.is_useful(&holder) && !open.lags(self.now) {
            return;
        }
        let mut useful = self.ready_for(Lane::Known, ready);
        useful.retain(|node| self.is_useful(node) && *node != holder);
        let chosen = self.random.index(useful.len());
        if let Some(source) = useful.get(chosen).copied() {
            self.begin_fetch(Lane::Known, source, out);
        }
    }

    /// The peers whose heads are lacking here.
    fn lacking(&self) -> Vec<NodeId> {
        let alive = self.roster.peers.alive(self.now);
        let lacking = alive.filter(|(_, peer)| peer.head.is_some_and(|head| self.lacks(&head)));
        lacking.map(|(node, _)| *node).collect()
    }

    /// Those who may be asked in a lane.
    fn ready_for(&self, lane: Lane, nodes: &[NodeId]) -> Vec<NodeId> {
        let sync = &self.lanes.get(lane).sync;
        let ready = nodes.iter().copied();
        ready
            .filter(|node| sync.may_begin(node, self.now))
            .collect()
    }

    fn begin_fetch(&mut self, lane: Lane, source: NodeId, out: &mut Outbox) {
        let sync = &mut self.lanes.get_mut(lane).sync;
        if let Some(ask) = sync.begin(source, None, self.now) {
            let claim = self.roster.peers.get(&source).and_then(|peer| peer.head);
            sync.expect(claim);
            self.ask(ask, out);
        }
    }

    /// Looks for another fetch, now that one has ended.
    pub(super) fn fetch_next(&mut self, out: &mut Outbox) {
        let ready = self.ready_for(Lane::Open, &self.lacking());
        if let Some(peer) = self.choose_source(ready) {
            self.fetch_from(peer, out);
        }
    }

    /// Chooses whom to ask, by chance in one of these ways: of those who have been of use, of those
    /// who let as few fetches down as any, the one known longest, and of all. A fresh name has let
    /// nobody down, so it must not come first each time. Among equals chance decides.
    fn choose_source(&mut self, mut ready: Vec<NodeId>) -> Option<NodeId> {
        let way = self.random.index(4);
        if way == 0 && ready.iter().any(|node| self.is_useful(node)) {
            ready.retain(|node| self.is_useful(node));
        }
        if way < 2 {
            let failures = |node: &NodeId| self.lanes.get(Lane::Open).sync.failures_of(node);
            let least = ready.iter().map(failures).min();
            ready.retain(|node| Some(failures(node)) == least);
        }
        if way == 2 {
            let since = |node: &NodeId| {
                let peer = self.roster.peers.get(node);
                peer.map(crate::gossip::Peer::known_since)
            };
            let longest = ready.iter().map(since).min();
            ready.retain(|node| Some(since(node)) == longest);
        }
        let chosen = self.random.index(ready.len());
        ready.get(chosen).copied()
    }

    pub(super) fn is_useful(&self, node: &NodeId) -> bool {
        let peer = self.roster.peers.get(node);
        peer.is_some_and(crate::gossip::Peer::is_useful)
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
        match self.lanes.deadline() {
            Some(at) => self.timers.set(Timer::Sync, at),
            None => self.timers.clear(Timer::Sync),
        }
    }

    pub(super) fn on_get_headers(&mut self, from: NodeId, locator: &[BlockHash], out: &mut Outbox) {
        let headers = |node: &mut Self| node.chain.headers_after(locator, MAX_HEADERS);
        self.answer_peer(from, |node| Message::Headers(headers(node)), out);
    }

    pub(super) fn on_get_bodies(&mut self, from: NodeId, ids: &[BlockHash], out: &mut Outbox) {
        if ids.len() > MAX_BODIES {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        self.answer_peer(from, |node| Message::Bodies(node.bodies(ids)), out);
    }

    /// The bodies of these blocks, as many as one answer may have.
    fn bodies(&self, ids: &[BlockHash]) -> Vec<(BlockHash, Body)> {
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
        answer
    }
}
