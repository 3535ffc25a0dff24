//! A fetch under way: its headers are judged, its bodies imported in order, and what is late is
//! asked of another.

use crate::consensus::check_header;
use crate::gossip::{ChainEnd, Fault, MAX_HEADERS, MessageType, SyncError};
use crate::primitives::{Block, BlockHash, Body, Header, NodeId, Seal};

use super::lanes::Lane;
use super::source::Source;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output};

impl Node {
    pub(super) fn on_sync_timer(&mut self, out: &mut Outbox) {
        for lane in Lane::ALL {
            let late = self.lanes.get_mut(lane).sync.expire(self.now);
            for peer in late {
                self.roster.peers.blame(&peer, Fault::TimeOut, self.now);
            }
        }
        self.pursue(out);
    }

    /// Imports what is ready and asks for what is not, in both lanes.
    fn pursue(&mut self, out: &mut Outbox) {
        for lane in Lane::ALL {
            self.pursue_lane(lane, out);
        }
        let idle = |lane: Lane| self.lanes.get(lane).sync.is_idle();
        let (is_free, is_idle) = (
            Lane::ALL.into_iter().any(idle),
            Lane::ALL.into_iter().all(idle),
        );
        if is_free {
            self.fetch_next(out);
        }
        self.arm_sync();
        if is_idle && self.mining.job().is_none() {
            self.timers.set_earlier(Timer::Candidate, self.now);
            self.timers.set_earlier(Timer::Slot, self.now);
        }
    }

    fn pursue_lane(&mut self, lane: Lane, out: &mut Outbox) {
        let source = self.lanes.get(lane).sync.source();
        let from = source.map_or(Source::Own, Source::Peer);
        while let Some(block) = self.next_fetched(lane) {
            let (id, head) = (block.id(), self.chain.head());
            let is_early = self.is_early(&block.header);
            let is_new = !self.chain.contains(&id);
            if is_new && !self.import(block, from, out) {
                let sync = &mut self.lanes.get_mut(lane).sync;
                // The rest hangs on a block that cannot be imported now.
                if is_early {
                    // One of the two clocks is off, which need not be the source's.
                    sync.put_off(self.now);
                } else {
                    sync.give_up(self.now);
                }
                break;
            }
            if is_new {
                let is_best = self.chain.head() != head;
                self.lanes.rest.on_block(is_best, self.now);
            }
            self.chain.pin(lane as usize, Some(id));
        }
        let peers = self.able_peers(lane);
        // None if the fetch was given up or put off just now.
        let source = self.lanes.get(lane).sync.source();
        let (sync, chain) = (&mut self.lanes.get_mut(lane).sync, &self.chain);
        sync.skip(|id| chain.contains(id));
        for ask in sync.asks(&peers, self.now) {
            self.ask(ask, out);
        }
        if self.lanes.get(lane).sync.is_idle() {
            self.chain.pin(lane as usize, None);
            if let Some(source) = source {
                self.judge_claim(lane, source);
            }
        }
    }

    /// The next block of a fetch whose body is here.
    fn next_fetched(&mut self, lane: Lane) -> Option<Block> {
        let (sync, chain) = (&mut self.lanes.get_mut(lane).sync, &self.chain);
        sync.next_block(|id| chain.contains(id), self.now)
    }

    /// Ends a fetch whose source has nothing more to give: with success only if it had what it
    /// claimed, or its failures in a row would never be more than one.
    fn end_fetch(&mut self, lane: Lane, source: NodeId) {
        if !self.judge_claim(lane, source) {
            self.lanes.get_mut(lane).sync.finish();
        }
    }

    /// Judges what the source of a fetch that ends claimed to have: if that is still not here, and
    /// not lighter than what is, the source has failed, and its claim is forgotten. Whether it has.
    fn judge_claim(&mut self, lane: Lane, source: NodeId) -> bool {
        let claim = self.lanes.get(lane).sync.claim();
        let is_here = claim.is_none_or(|claim| !self.lacks(&claim));
        if is_here {
            return false;
        }
        let sync = &mut self.lanes.get_mut(lane).sync;
        sync.disappoint(source, self.now);
        if let Some(peer) = self.roster.peers.get_mut(&source)
            && peer.head == claim
        {
            peer.head = None;
        }
        true
    }

    /// Peers whose chain is at least as heavy as ours, the heaviest first. In the known lane its
    /// source alone is asked.
    fn able_peers(&self, lane: Lane) -> Vec<NodeId> {
        if lane == Lane::Known {
            return Vec::new();
        }
        let mut able: Vec<_> = self
            .roster
            .peers
            .alive(self.now)
            .filter_map(|(node, peer)| peer.head.map(|head| (head.weight, *node)))
            .filter(|(weight, _)| {
                *weight >= self.chain.weight() || self.finality.errands.is_behind()
            })
            .collect();
        able.sort_unstable_by(|a, b| b.cmp(a));
        able.into_iter().map(|(_, node)| node).collect()
    }

    pub(super) fn on_headers(
        &mut self,
        from: NodeId,
        headers: Vec<(Header, Seal)>,
        out: &mut Outbox,
    ) {
        let Some(lane) = self.lanes.awaiting(&from, MessageType::HEADERS) else {
            return self.roster.peers.blame(&from, Fault::Unsolicited, self.now);
        };
        if headers.len() > MAX_HEADERS {
            self.roster.peers.blame(&from, Fault::Oversize, self.now);
            return self.lanes.get_mut(lane).sync.give_up(self.now);
        }
        self.lanes.get_mut(lane).sync.answered(self.now);
        if let Some((first, _)) = headers.first() {
            let Some(end) = self.end_before(lane, first) else {
                return self.on_stray_headers(lane, from, out);
            };
            match self.judge_headers(lane, end, &headers) {
                Ok(_) if self.is_hopeless(&end, &headers) => self.end_fetch(lane, from),
                Err(error) => {
                    self.roster.peers.blame(&from, Fault::Invalid, self.now);
                    self.refuse_answer(from, error, out);
                    self.lanes.get_mut(lane).sync.give_up(self.now);
                }
                Ok(end) => self.pursue_headers(lane, from, headers, end, out),
            }
        } else {
            self.end_fetch(lane, from);
        }
        self.pursue(out);
    }

    /// The block that a first header has to follow: the last of those before it, or one that is
    /// here.
    fn end_before(&self, lane: Lane, first: &Header) -> Option<ChainEnd> {
        if let Some(end) = self.lanes.get(lane).sync.end() {
            return (first.parent == end.id).then_some(end);
        }
        let entry = self.chain.get(&first.parent)?;
        Some(ChainEnd {
            id: first.parent,
            height: entry.block.header.height,
            weight: entry.weight,
        })
    }

    /// Whether headers leave the chain below the last final block: however heavy their branch is,
    /// it never becomes the best, and its bodies would only keep the node from those of the best.
    fn is_hopeless(&self, end: &ChainEnd, headers: &[(Header, Seal)]) -> bool {
        let last = self.chain.decided().last_final().height();
        let known = [(end.height, end.id)];
        let told = headers
            .iter()
            .map(|(header, _)| (header.height, header.id()));
        known
            .into_iter()
            .chain(told)
            .take_while(|(height, _)| *height <= last)
            .any(|(height, id)| self.chain.at(height) != Some(id))
    }

    fn on_stray_headers(&mut self, lane: Lane, from: NodeId, out: &mut Outbox) {
        if self.lanes.get(lane).sync.end().is_some() {
            // The peer has changed its branch meanwhile: it is fetched from the beginning.
            return self.end_fetch(lane, from);
        }
        // A late answer to an earlier question may follow headers that were given up since.
        self.roster.peers.blame(&from, Fault::Unsolicited, self.now);
        self.lanes.get_mut(lane).sync.give_up(self.now);
        self.pursue(out);
    }

    fn refuse_answer(&self, from: NodeId, error: SyncError, out: &mut Outbox) {
        let name = self.name_of_node(&from);
        out.push(Output::Notice(Notice::Unusable { from, name, error }));
    }

    /// Asks for the bodies of headers that make a chain at least as heavy as ours, or for the
    /// headers after them; `end` is where they end.
    fn pursue_headers(
        &mut self,
        lane: Lane,
        from: NodeId,
        headers: Vec<(Header, Seal)>,
        end: ChainEnd,
        out: &mut Outbox,
    ) {
        let more = headers.len() >= MAX_HEADERS;
        let lighter = end.weight < self.chain.weight() && !self.finality.errands.is_behind();
        if lighter && !more {
            match self.up_to_the_unproven(lane, headers) {
                Some(wanted) => {
                    let sync = &mut self.lanes.get_mut(lane).sync;
                    sync.want(from, wanted, false, self.now);
                }
                None => self.end_fetch(lane, from),
            }
            return;
        }
        let mut wanted = headers;
        wanted.retain(|(header, _)| !self.chain.contains(&header.id()));
        let sync = &mut self.lanes.get_mut(lane).sync;
        if lighter && let Some(ask) = sync.gather(&wanted, end, self.now) {
            return self.ask(ask, out);
        }
        // A handful of blocks is no news; a real catching-up is.
        if wanted.len() > 2 {
            let name = self.name_of_node(&from);
            out.push(Output::Notice(Notice::Fetching {
                headers: wanted.len(),
                from: name,
            }));
        }
        let sync = &mut self.lanes.get_mut(lane).sync;
        sync.want(from, wanted, more, self.now);
    }

    /// Checks that headers follow `end` and each other, carry valid work or seals, and fit their
    /// places as far as that follows from headers: so no weight counts that is claimed for nothing.
    /// Where they end.
    fn judge_headers(
        &mut self,
        lane: Lane,
        end: ChainEnd,
        headers: &[(Header, Seal)],
    ) -> Result<ChainEnd, SyncError> {
        let (chain, params, cache) = (&self.chain, self.chain.params(), &mut self.cache);
        let fetch = self.lanes.get_mut(lane);
        let goes_on = fetch.sync.end().is_some();
        let begun = fetch.walk.take().filter(|_| goes_on);
        let Some(mut walk) = begun.or_else(|| chain.walk_from(&end.id)) else {
            return Err(SyncError::Unsolicited);
        };
        let end = end.follow(headers, |header, seal| {
            if let Some(known) = chain.walk_from(&header.id()) {
                walk = known;
                return Ok(header.difficulty);
            }
            check_header(header, seal, params, &chain.chain_id(), cache)?;
            walk.step(params, header)
        })?;
        fetch.walk = Some(walk);
        Ok(end)
    }

    /// The headers whose bodies must be here before those above them can prove their weight: an
    /// order of the operator may be in one. `None` if even what is claimed weighs less than the
    /// node's own chain.
    fn up_to_the_unproven(
        &self,
        lane: Lane,
        mut headers: Vec<(Header, Seal)>,
    ) -> Option<Vec<(Header, Seal)>> {
        let walk = self.lanes.get(lane).walk.as_ref()?;
        let unproven = walk.unproven()?;
        if walk.claimed() < self.chain.weight() {
            return None;
        }
        headers
            .retain(|(header, _)| header.height < unproven && !self.chain.contains(&header.id()));
        Some(headers).filter(|headers| !headers.is_empty())
    }

    pub(super) fn on_bodies(
        &mut self,
        from: NodeId,
        bodies: Vec<(BlockHash, Body)>,
        out: &mut Outbox,
    ) {
        let ids = bodies.iter().map(|(id, _)| id);
        let lane = self.lanes.awaiting_bodies(&from, ids);
        let outcome = lane.map_or(Err(SyncError::Unsolicited), |lane| {
            let sync = &mut self.lanes.get_mut(lane).sync;
            sync.take_bodies(from, bodies, self.now)
        });
        if let Err(error) = outcome {
            let unsolicited = error == SyncError::Unsolicited;
            let fault = if unsolicited {
                Fault::Unsolicited
            } else {
                Fault::Invalid
            };
            self.roster.peers.blame(&from, fault, self.now);
            self.refuse_answer(from, error, out);
        }
        self.pursue(out);
    }
}
