//! A fetch under way: its headers are judged, its bodies imported in order, and what is late is asked of another.

use crate::consensus::check_header;
use crate::gossip::{Fault, MAX_HEADERS, MessageType, SyncError, Tip};
use crate::primitives::{BlockHash, Body, Header, NodeId, Seal};

use super::source::Source;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output};

impl Node {
    pub(super) fn on_sync_timer(&mut self, out: &mut Outbox) {
        for peer in self.sync.expire(self.now).iter() {
            self.roster.peers.blame(peer, Fault::TimeOut, self.now);
        }
        self.pursue(out);
    }

    /// Imports what is ready and asks for what is not.
    fn pursue(&mut self, out: &mut Outbox) {
        while let Some(block) = self.sync.next_block(self.now) {
            let (id, source, head) = (block.id(), self.sync_source(), self.chain.head());
            let is_early = self.is_early(&block.header);
            if !self.import(block, source, out) {
                // The rest hangs on a block that cannot be imported now.
                if is_early {
                    // One of the two clocks is off, which need not be the source's.
                    self.sync.put_off(self.now);
                } else {
                    self.sync.give_up(self.now);
                }
                break;
            }
            let is_best = self.chain.head() != head;
            self.sync.imported(is_best, self.now);
            self.chain.pin(Some(id));
        }
        let (peers, source) = (self.able_peers(), self.sync.source());
        for ask in self.sync.asks(&peers, self.now) {
            self.ask(ask, out);
        }
        if self.sync.is_idle() {
            self.chain.pin(None);
            if let Some(source) = source {
                self.judge_claim(source);
            }
        }
        self.arm_sync();
        if self.sync.is_idle() && self.mining.job().is_none() {
            self.timers.set_earlier(Timer::Candidate, self.now);
            self.timers.set_earlier(Timer::Slot, self.now);
        }
    }

    /// Ends a fetch whose source has nothing more to give.
    fn end_fetch(&mut self, source: NodeId) {
        self.sync.finish();
        self.judge_claim(source);
    }

    /// Judges what the source of a fetch that has ended claimed to have: if that is still not here, and not
    /// lighter than what is, the source has failed, and its claim is forgotten.
    fn judge_claim(&mut self, source: NodeId) {
        let claim = self.sync.claim().filter(|claim| self.lacks(claim));
        if claim.is_some() {
            self.sync.disappoint(source, self.now);
            if let Some(peer) = self.roster.peers.get_mut(&source)
                && peer.head == claim
            {
                peer.head = None;
            }
        }
    }

    fn sync_source(&self) -> Source {
        self.sync.source().map_or(Source::Own, Source::Peer)
    }

    /// Peers whose chain is at least as heavy as ours, the heaviest first.
    fn able_peers(&self) -> Vec<NodeId> {
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
        if !self.sync.awaits(&from, MessageType::HEADERS) {
            return self.roster.peers.blame(&from, Fault::Unsolicited, self.now);
        }
        if headers.len() > MAX_HEADERS {
            self.roster.peers.blame(&from, Fault::Oversize, self.now);
            return self.sync.give_up(self.now);
        }
        self.sync.answered(self.now);
        if let Some((first, _)) = headers.first() {
            let Some(tip) = self.tip_before(first) else {
                return self.on_stray_headers(from, out);
            };
            match self.judge_headers(tip, &headers) {
                Ok(_) if self.is_hopeless(&tip, &headers) => self.end_fetch(from),
                Err(error) => {
                    self.roster.peers.blame(&from, Fault::Invalid, self.now);
                    self.refuse_answer(from, error, out);
                    self.sync.give_up(self.now);
                }
                Ok(tip) => self.pursue_headers(from, headers, tip, out),
            }
        } else {
            self.end_fetch(from);
        }
        self.pursue(out);
    }

    /// The block that a first header has to follow: the last of those before it, or one that is here.
    fn tip_before(&self, first: &Header) -> Option<Tip> {
        if let Some(tip) = self.sync.tip() {
            return (first.parent == tip.id).then_some(tip);
        }
        let entry = self.chain.get(&first.parent)?;
        Some(Tip {
            id: first.parent,
            height: entry.block.header.height,
            weight: entry.weight,
        })
    }

    /// Whether headers leave the chain below the last final block: however heavy their branch is, it never becomes the
    /// best, and its bodies would only keep the node from those of the best.
    fn is_hopeless(&self, tip: &Tip, headers: &[(Header, Seal)]) -> bool {
        let last = self.chain.decided().last_final().height();
        let known = [(tip.height, tip.id)];
        let told = headers
            .iter()
            .map(|(header, _)| (header.height, header.id()));
        known
            .into_iter()
            .chain(told)
            .take_while(|(height, _)| *height <= last)
            .any(|(height, id)| self.chain.at(height) != Some(id))
    }

    fn on_stray_headers(&mut self, from: NodeId, out: &mut Outbox) {
        if self.sync.tip().is_some() {
            // The peer has changed its branch meanwhile: it is fetched from the beginning.
            return self.end_fetch(from);
        }
        // A late answer to an earlier question may follow headers that were given up since.
        self.roster.peers.blame(&from, Fault::Unsolicited, self.now);
        self.sync.give_up(self.now);
        self.pursue(out);
    }

    fn refuse_answer(&self, from: NodeId, error: SyncError, out: &mut Outbox) {
        let name = self.name_of_node(&from);
        out.push(Output::Notice(Notice::Unusable { from, name, error }));
    }

    /// Asks for the bodies of headers that make a chain at least as heavy as ours, or for the headers after
    /// them; `tip` is where they end.
    fn pursue_headers(
        &mut self,
        from: NodeId,
        headers: Vec<(Header, Seal)>,
        tip: Tip,
        out: &mut Outbox,
    ) {
        let more = headers.len() >= MAX_HEADERS;
        let lighter = tip.weight < self.chain.weight() && !self.finality.errands.is_behind();
        if lighter && !more {
            match self.up_to_the_unproven(headers) {
                Some(wanted) => self.sync.want(from, wanted, false, self.now),
                None => self.end_fetch(from),
            }
            return;
        }
        let mut wanted = headers;
        wanted.retain(|(header, _)| !self.chain.contains(&header.id()));
        if lighter && let Some(ask) = self.sync.gather(&wanted, tip, self.now) {
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
        self.sync.want(from, wanted, more, self.now);
    }

    /// Checks that headers follow `tip` and each other, carry valid work or seals, and fit their places as far as that
    /// follows from headers: so no weight counts that is claimed for nothing. Where they end.
    fn judge_headers(&mut self, tip: Tip, headers: &[(Header, Seal)]) -> Result<Tip, SyncError> {
        let (chain, params, cache) = (&self.chain, self.chain.params(), &mut self.cache);
        let goes_on = self.sync.tip().is_some();
        let begun = self.walk.take().filter(|_| goes_on);
        let Some(mut walk) = begun.or_else(|| chain.walk_from(&tip.id)) else {
            return Err(SyncError::Unsolicited);
        };
        let tip = tip.follow(headers, |header, seal| {
            if let Some(known) = chain.walk_from(&header.id()) {
                walk = known;
                return Ok(header.difficulty);
            }
            check_header(header, seal, params, &chain.chain_id(), cache)?;
            walk.step(params, header)
        })?;
        self.walk = Some(walk);
        Ok(tip)
    }

    /// The headers whose bodies must be here before those above them can prove their weight: an order of the operator
    /// may be in one. `None` if even what is claimed weighs less than the node's own chain.
    fn up_to_the_unproven(&self, mut headers: Vec<(Header, Seal)>) -> Option<Vec<(Header, Seal)>> {
        let walk = self.walk.as_ref()?;
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
        if let Err(error) = self.sync.take_bodies(from, bodies, self.now) {
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
