//! Missing blocks: when to fetch, from whom, and serving those who fetch from us.

use crate::chain::TreeEntry;
use crate::consensus::check_header;
use crate::gossip::{
    ANSWER_BYTES, Fault, HeadInfo, MAX_BODIES, MAX_HEADERS, Message, MessageType, SyncAsk, SyncError, Tip,
};
use crate::primitives::{BlockHash, Body, Header, NodeId, Seal, sort_by};

use super::timers::Timer;
use super::{Node, Notice, Outbox, Output, Source};

impl Node {
    /// Fetches from a peer whose head is not here and outweighs ours.
    pub(super) fn consider_head(&mut self, from: NodeId, head: HeadInfo, out: &mut Outbox) {
        let known = self.chain.contains(&head.id) || self.compact.contains_key(&head.id);
        let refused = self.chain.refusal(&head.id).is_some();
        if !known && !refused && head.weight >= self.chain.weight() {
            self.fetch_from(from, out);
        }
    }

    /// Begins to fetch what `peer` has more than we, unless a fetch is under way.
    pub(super) fn fetch_from(&mut self, peer: NodeId, out: &mut Outbox) {
        if mutant!(NeverFetch) {
            return;
        }
        if let Some(ask) = self.sync.begin(peer, None, self.now) {
            self.ask(ask, out);
        }
        self.arm_sync();
    }

    fn ask(&mut self, ask: SyncAsk, out: &mut Outbox) {
        let (SyncAsk::Headers { peer, .. } | SyncAsk::Bodies { peer, .. }) = &ask;
        self.peers.ask(peer, self.now);
        match ask {
            SyncAsk::Headers { peer, after } => {
                let mut locator: Vec<BlockHash> = after.into_iter().collect();
                locator.extend(self.chain.locator());
                self.send(peer, &Message::GetHeaders(locator), out);
            }
            SyncAsk::Bodies { peer, ids } => self.send(peer, &Message::GetBodies(ids), out),
        }
    }

    fn arm_sync(&mut self) {
        match self.sync.deadline() {
            Some(at) => self.timers.set(Timer::Sync, at),
            None => self.timers.clear(Timer::Sync),
        }
    }

    pub(super) fn on_sync_timer(&mut self, out: &mut Outbox) {
        for peer in self.sync.expire(self.now) {
            self.peers.blame(&peer, Fault::TimeOut, self.now);
        }
        self.pursue(out);
    }

    /// Imports what is ready and asks for what is not.
    fn pursue(&mut self, out: &mut Outbox) {
        while let Some(block) = self.sync.next_block() {
            let source = self.sync_source();
            if !self.import(block, source, out) {
                // The rest hangs on a block that cannot be imported now.
                self.sync.give_up(self.now);
                break;
            }
        }
        let peers = self.able_peers();
        let was_idle = self.sync.is_idle();
        for ask in self.sync.asks(&peers, self.now) {
            self.ask(ask, out);
        }
        self.arm_sync();
        if !was_idle && self.sync.is_idle() {
            self.timers.set_earlier(Timer::Candidate, self.now);
            self.timers.set_earlier(Timer::Slot, self.now);
        }
    }

    fn sync_source(&self) -> Source {
        self.sync.source().map_or(Source::Own, Source::Peer)
    }

    /// Peers whose chain is at least as heavy as ours, the heaviest first.
    fn able_peers(&self) -> Vec<NodeId> {
        let mut able: Vec<_> = self
            .peers
            .alive(self.now)
            .filter_map(|(node, peer)| peer.head.map(|head| (head.weight, *node)))
            .filter(|(weight, _)| *weight >= self.chain.weight())
            .collect();
        sort_by(&mut able, |a, b| b.cmp(a));
        able.into_iter().map(|(_, node)| node).collect()
    }

    pub(super) fn on_get_headers(&mut self, from: NodeId, locator: &[BlockHash], out: &mut Outbox) {
        let headers = self.chain.headers_after(locator, MAX_HEADERS);
        self.send(from, &Message::Headers(headers), out);
    }

    pub(super) fn on_headers(&mut self, from: NodeId, headers: Vec<(Header, Seal)>, out: &mut Outbox) {
        if !self.sync.awaits(&from, MessageType::HEADERS) {
            return self.peers.blame(&from, Fault::Unsolicited, self.now);
        }
        if headers.len() > MAX_HEADERS {
            self.peers.blame(&from, Fault::Oversize, self.now);
            return self.sync.give_up(self.now);
        }
        let goes_on = |tip: Tip| headers.first().is_none_or(|(first, _)| first.parent == tip.id);
        if !self.sync.tip().is_none_or(goes_on) {
            // The peer has changed its branch meanwhile: it is fetched from the beginning.
            return self.sync.finish();
        }
        let unknown = |(first, _): &(Header, Seal)| !self.chain.contains(&first.parent);
        if self.sync.tip().is_none() && headers.first().is_some_and(unknown) {
            // A late answer to an earlier question may follow headers that were given up since.
            self.peers.blame(&from, Fault::Unsolicited, self.now);
            self.sync.give_up(self.now);
            return self.pursue(out);
        }
        match self.judge_headers(&headers) {
            Err(why) => {
                self.peers.blame(&from, Fault::Invalid, self.now);
                let name = self.name_of_node(&from);
                out.push(Output::Notice(Notice::Unusable { from, name, why }));
                self.sync.give_up(self.now);
            }
            Ok(tip) => self.pursue_headers(from, headers, tip, out),
        }
        self.pursue(out);
    }

    /// Asks for the bodies of headers that make a chain at least as heavy as ours, or for the headers after
    /// them; `tip` is where they end.
    fn pursue_headers(&mut self, from: NodeId, headers: Vec<(Header, Seal)>, tip: Option<Tip>, out: &mut Outbox) {
        let more = headers.len() >= MAX_HEADERS;
        let lighter = tip.is_none_or(|tip| tip.weight < self.chain.weight());
        if lighter && !more {
            return self.sync.finish();
        }
        let mut wanted = headers;
        wanted.retain(|(header, _)| !self.chain.contains(&header.id()));
        if let Some(tip) = tip.filter(|_| lighter)
            && let Some(ask) = self.sync.gather(&wanted, tip, self.now)
        {
            return self.ask(ask, out);
        }
        // A handful of blocks is no news; a real catching-up is.
        if wanted.len() > 2 {
            let name = self.name_of_node(&from);
            out.push(Output::Notice(Notice::Fetching { headers: wanted.len(), from: name }));
        }
        self.sync.want(from, wanted, more);
    }

    /// Checks that headers are linked to a known block, or to those before them, and to each other, and carry
    /// valid work or seals; where the chain that they make ends.
    fn judge_headers(&mut self, headers: &[(Header, Seal)]) -> Result<Option<Tip>, String> {
        let Some((first, _)) = headers.first() else { return Ok(None) };
        let known = |entry: &TreeEntry| {
            let header = &entry.block.header;
            Tip { id: first.parent, height: header.height, weight: entry.weight }
        };
        let Some(mut tip) = self.sync.tip().or_else(|| self.chain.get(&first.parent).map(known)) else {
            return Err(format!("its first header's parent {}… is not known here", first.parent.short()));
        };
        for (header, seal) in headers {
            if header.parent != tip.id || header.height != tip.height.next() {
                return Err(format!("its header at height {} is not the child of the one before", header.height));
            }
            check_header(header, seal, &self.params, &self.chain.chain_id(), &mut self.cache).map_err(|error| {
                format!("its header at height {} breaks rule {}: {error}", header.height, error.rule())
            })?;
            let weight = tip.weight.plus(header.difficulty);
            tip = Tip { id: header.id(), height: header.height, weight };
        }
        Ok(Some(tip))
    }

    pub(super) fn on_get_bodies(&mut self, from: NodeId, ids: &[BlockHash], out: &mut Outbox) {
        if ids.len() > MAX_BODIES {
            return self.peers.blame(&from, Fault::Oversize, self.now);
        }
        let mut answer = Vec::new();
        let mut size = 0_usize;
        for id in ids {
            if let Some(entry) = self.chain.get(id) {
                size = size.saturating_add(entry.block.body.encoded_len()).saturating_add(32);
                answer.push((*id, entry.block.body.clone()));
            }
            if size > ANSWER_BYTES {
                break;
            }
        }
        self.send(from, &Message::Bodies(answer), out);
    }

    pub(super) fn on_bodies(&mut self, from: NodeId, bodies: Vec<(BlockHash, Body)>, out: &mut Outbox) {
        if let Err(error) = self.sync.take_bodies(from, bodies, self.now) {
            let fault = match error {
                SyncError::Unsolicited => Fault::Unsolicited,
                SyncError::BodyMismatch(_) => Fault::Invalid,
            };
            self.peers.blame(&from, fault, self.now);
            let name = self.name_of_node(&from);
            out.push(Output::Notice(Notice::Unusable { from, name, why: error.to_string() }));
        }
        self.pursue(out);
    }
}
