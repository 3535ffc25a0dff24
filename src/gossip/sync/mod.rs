//! Fetching missing blocks: headers first, from one peer; then the bodies of those headers, from
//! several peers at once, in order. The node checks headers before it hands them over, and only
//! asks for the bodies of a chain that outweighs its own.
//!
//! Nobody holds a fetch up for long: late requests go to other peers; a late answer with headers,
//! or too many failures of its source in a row, end the fetch; and one that waits for a peer which
//! failed before gives way to one that failed less, and so does one that goes on at a trickle. What
//! a peer let down counts against that peer alone.
//!
//! Bounds: [`MAX_GATHERED`] headers of a chain whose first ones do not outweigh ours; those of
//! `download` for bodies and of `history` for peers.

mod download;
mod error;
mod history;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use download::BODIES_AHEAD;
use download::Download;
use history::{ANSWER_WITHIN, History, MAX_TOOK};

use crate::consensus::BlockError;
use crate::gossip::message::{HeadInfo, MessageType};
use crate::gossip::peers::MAX_PEERS;
use crate::primitives::{
    Block, BlockHash, Body, Difficulty, Header, Height, Instant, Millis, NodeId, Seal, Weight,
};

pub use download::BODY_WINDOW;
pub use error::SyncError;

/// How long a fetch is put off whose blocks are ahead of the clock.
const PUT_OFF: Millis = Millis(2_000);
/// Headers kept while the chain that they make is lighter than ours: a branch that long is fetched
/// even so, as it may be heavier further up.
const MAX_GATHERED: usize = 16_384;
/// A fetch may be as slow as it likes for so long; then it gives way to another, unless it has
/// moved on at [`PACE`].
const SLOW_AT_MOST: Millis = Millis(6_000);
/// So slow may a fetch be before another begins beside it.
const SLOW_AT_FIRST: Millis = Millis(500);
/// By so many fetches in a row may another have failed more often than the source of a slow one
/// whose place it takes.
const MAX_HEADSTART: u32 = 2;
/// Time that each block, or each 16 headers, may take of a fetch that gives way to nobody.
const PACE: Millis = Millis(250);

/// What a node should ask its peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SyncAsk {
    /// Ask `peer` for headers after a locator that begins with `after`, if given.
    Headers {
        /// Whom.
        peer: NodeId,
        /// The last header of the batch before.
        after: Option<BlockHash>,
    },
    /// Ask `peer` for bodies.
    Bodies {
        /// Whom.
        peer: NodeId,
        /// Of which blocks.
        ids: Vec<BlockHash>,
    },
}

/// The download of missing blocks: their headers, then their bodies.
#[derive(Clone, Debug, Default)]
pub struct BlockSync {
    stage: Stage,
    history: History,
    claim: Option<HeadInfo>,
}

#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Idle,
    Headers(Gathering),
    Bodies(Download),
}

/// Headers of a chain that does not outweigh ours yet: their bodies are not asked for before it
/// does.
#[derive(Clone, Debug)]
struct Gathering {
    peer: NodeId,
    begun: Instant,
    asked: Instant,
    deadline: Instant,
    headers: Vec<(Header, Seal)>,
    end: Option<ChainEnd>,
}

/// The end of a chain of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainEnd {
    /// Its last block.
    pub id: BlockHash,
    /// That block's height.
    pub height: Height,
    /// Weight of the chain, as far as it is certain.
    pub weight: Weight,
}

impl ChainEnd {
    /// Where headers end that follow this block, if each is the child of the one before and passes
    /// `check`, which says what it weighs for certain.
    ///
    /// # Errors
    /// [`SyncError::Unlinked`] or [`SyncError::Header`].
    pub fn follow(
        self,
        headers: &[(Header, Seal)],
        mut check: impl FnMut(&Header, &Seal) -> Result<Difficulty, BlockError>,
    ) -> Result<Self, SyncError> {
        let mut end = self;
        for (header, seal) in headers {
            let height = end.height.next();
            if header.parent != end.id || header.height != height {
                return Err(SyncError::Unlinked {
                    expected: end.id,
                    height,
                    found: header.parent,
                });
            }
            let certain =
                check(header, seal).map_err(|error| SyncError::Header { height, error })?;
            end = Self {
                id: header.id(),
                height,
                weight: end.weight.plus(certain),
            };
        }
        Ok(end)
    }
}

impl BlockSync {
    /// Whether nothing is being fetched.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle)
    }

    /// Whether a fetch is under way that waits for no answer, so that nothing would ever move it
    /// on.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        !self.is_idle() && self.deadline().is_none()
    }

    /// Begins to fetch from `peer`, unless a fetch is under way or the peer let one down just now.
    /// A peer with better manners takes the place of one that keeps a fetch waiting.
    pub fn begin(
        &mut self,
        peer: NodeId,
        after: Option<BlockHash>,
        now: Instant,
    ) -> Option<SyncAsk> {
        if let Some((slow, since, failures)) = self.waits()
            && slow != peer
        {
            let failures = self.history.failures_of(&slow).saturating_add(failures);
            let better = self.history.failures_of(&peer);
            let is_silent = now.since(since) >= ANSWER_WITHIN;
            let drips = self.drips(now) && failures.saturating_add(MAX_HEADSTART) >= better;
            if (is_silent && failures > better) || drips {
                self.let_down(slow, now);
            }
        }
        if !self.is_idle() || !self.may_begin(&peer, now) {
            return None;
        }
        let deadline = now.plus(self.history.patience(&peer));
        self.stage = Stage::Headers(Gathering {
            peer,
            begun: now,
            asked: now,
            deadline,
            headers: Vec::new(),
            end: None,
        });
        Some(SyncAsk::Headers { peer, after })
    }

    /// The source of a fetch that goes on at a fair pace, and has moved on within the time of the
    /// slowest answer.
    #[must_use]
    pub fn moving_source(&self, now: Instant) -> Option<NodeId> {
        let (source, since, _) = self.waits()?;
        (now.since(since) < MAX_TOOK && !self.drips(now)).then_some(source)
    }

    /// For whom the fetch under way waits, since when, and how often that peer has failed since
    /// then.
    const fn waits(&self) -> Option<(NodeId, Instant, u32)> {
        match &self.stage {
            Stage::Idle => None,
            Stage::Headers(gathering) => Some((gathering.peer, gathering.asked, 0)),
            Stage::Bodies(download) => Some((download.source, download.moved, download.failures)),
        }
    }

    /// Whether the fetch under way goes on, but so slowly that it may be meant to keep others
    /// waiting.
    fn drips(&self, now: Instant) -> bool {
        self.is_slower_than(SLOW_AT_MOST, now)
    }

    /// Whether the fetch under way is slower than a block, or 16 headers, in a quarter of a second
    /// by more than a moment: another may begin beside it.
    #[must_use]
    pub fn lags(&self, now: Instant) -> bool {
        self.is_slower_than(SLOW_AT_FIRST, now)
    }

    /// Whether the fetch under way has taken more than `grace` and what [`PACE`] allows.
    fn is_slower_than(&self, grace: Millis, now: Instant) -> bool {
        let (begun, moved) = match &self.stage {
            Stage::Idle => return false,
            Stage::Headers(gathering) => {
                let batches = gathering.headers.len() / 16;
                (gathering.begun, u64::try_from(batches).unwrap_or(u64::MAX))
            }
            Stage::Bodies(download) => (download.begun, download.left),
        };
        let allowed = grace.0.saturating_add(moved.saturating_mul(PACE.0));
        now.since(begun).0 > allowed
    }

    /// Whether the pause is over since a peer let a fetch down.
    #[must_use]
    pub fn may_begin(&self, peer: &NodeId, now: Instant) -> bool {
        self.history.may_ask(peer, now)
    }

    /// Forgets what a peer let down: it is here again after it was gone.
    pub fn forgive(&mut self, peer: &NodeId) {
        self.history.forget(peer);
    }

    /// How many fetches a peer has let down in a row.
    #[must_use]
    pub fn failures_of(&self, peer: &NodeId) -> u32 {
        self.history.failures_of(peer)
    }

    /// Whether a message of this type from `peer` is an answer that was asked for.
    #[must_use]
    pub fn awaits(&self, from: &NodeId, kind: MessageType) -> bool {
        match &self.stage {
            Stage::Idle => false,
            Stage::Headers(gathering) => gathering.peer == *from && kind == MessageType::HEADERS,
            Stage::Bodies(download) => kind == MessageType::BODIES && download.awaits(from),
        }
    }

    /// Whether `from` was asked for the body of this block and has not answered.
    #[must_use]
    pub fn awaits_body(&self, from: &NodeId, id: &BlockHash) -> bool {
        matches!(&self.stage, Stage::Bodies(download) if download.awaits_body(from, id))
    }

    /// The end of the headers that were gathered before, if any.
    #[must_use]
    pub const fn end(&self) -> Option<ChainEnd> {
        match &self.stage {
            Stage::Headers(gathering) => gathering.end,
            Stage::Idle | Stage::Bodies(_) => None,
        }
    }

    /// Keeps headers that end in `end` until those that follow are here; what to ask for next.
    /// `None` if too many are kept already.
    pub fn gather(
        &mut self,
        headers: &[(Header, Seal)],
        end: ChainEnd,
        now: Instant,
    ) -> Option<SyncAsk> {
        let Stage::Headers(gathering) = &mut self.stage else {
            return None;
        };
        if gathering.headers.len().saturating_add(headers.len()) > MAX_GATHERED {
            return None;
        }
        gathering.headers.extend_from_slice(headers);
        gathering.end = Some(end);
        let peer = gathering.peer;
        (gathering.asked, gathering.deadline) = (now, now.plus(self.history.patience(&peer)));
        Some(SyncAsk::Headers {
            peer,
            after: Some(end.id),
        })
    }

    /// Takes the headers whose bodies are wanted, after those that were gathered, oldest first,
    /// each the child of the one before. `more` says that the peer has more after them.
    pub fn want(&mut self, source: NodeId, headers: Vec<(Header, Seal)>, more: bool, now: Instant) {
        let gathered = match &mut self.stage {
            Stage::Headers(gathering) => std::mem::take(&mut gathering.headers),
            Stage::Idle | Stage::Bodies(_) => Vec::new(),
        };
        let headers = gathered.into_iter().chain(headers);
        match Download::new(source, headers, more, now) {
            Some(download) => self.stage = Stage::Bodies(download),
            None => self.finish(),
        }
    }

    /// Notes that headers have come from the peer that was asked for them.
    pub fn answered(&mut self, now: Instant) {
        if let Stage::Headers(gathering) = &self.stage {
            self.history
                .answered(gathering.peer, now.since(gathering.asked));
        }
    }

    /// Takes bodies from `from`. An answer that lacks the first of those that it was asked for is a
    /// failure, as if none had come: the peer may have lost the branch whose headers it told, or
    /// give what is of no use yet.
    ///
    /// # Errors
    /// See [`SyncError`]; good bodies before the bad one are kept.
    pub fn take_bodies(
        &mut self,
        from: NodeId,
        bodies: Vec<(BlockHash, Body)>,
        now: Instant,
    ) -> Result<(), SyncError> {
        let Stage::Bodies(download) = &mut self.stage else {
            return Err(SyncError::Unsolicited);
        };
        let outcome = download.take(&from, bodies);
        let is_wrong = matches!(outcome, Err(SyncError::BodyMismatch(_)));
        // Who sends what is wrong is not listened to any more.
        if (is_wrong && download.source == from) || download.has_failed() {
            self.give_up(now);
        }
        outcome
    }

    /// Drops the blocks that have come another way meanwhile, those left out that were asked for.
    pub fn skip(&mut self, is_here: impl Fn(&BlockHash) -> bool) {
        if let Stage::Bodies(download) = &mut self.stage {
            download.skip(is_here);
        }
    }

    /// The next block in order, once its body is here; those before it are passed over that came
    /// another way.
    pub fn next_block(
        &mut self,
        is_here: impl Fn(&BlockHash) -> bool,
        now: Instant,
    ) -> Option<Block> {
        let Stage::Bodies(download) = &mut self.stage else {
            return None;
        };
        download.next_block(is_here, now)
    }

    /// Requests that are due, given the peers that may be asked, the best first; and whether the
    /// fetch is complete, in which case it ends or goes on with the next headers.
    pub fn asks(&mut self, peers: &[NodeId], now: Instant) -> Vec<SyncAsk> {
        let Stage::Bodies(download) = &mut self.stage else {
            return Vec::new();
        };
        if download.missing() == 0 {
            let (peer, after, more) = (download.source, download.last, download.more);
            self.finish();
            return if more {
                self.begin(peer, Some(after), now).into_iter().collect()
            } else {
                Vec::new()
            };
        }
        let requests = download.requests(peers, &self.history, now);
        requests
            .into_iter()
            .map(|(peer, ids)| SyncAsk::Bodies { peer, ids })
            .collect()
    }

    /// Gives requests up whose deadline has passed; the peers that did not answer, each once.
    pub fn expire(&mut self, now: Instant) -> BTreeSet<NodeId> {
        match &mut self.stage {
            Stage::Headers(Gathering { peer, deadline, .. }) if now >= *deadline => {
                let late = BTreeSet::from([*peer]);
                self.give_up(now);
                late
            }
            Stage::Idle | Stage::Headers(_) => BTreeSet::new(),
            Stage::Bodies(download) => {
                let late = download.expire(now);
                if download.has_failed() {
                    self.give_up(now);
                }
                late
            }
        }
    }

    /// Ends the fetch without success; its peer is asked again after a pause.
    pub fn give_up(&mut self, now: Instant) {
        if let Some(peer) = self.source() {
            self.let_down(peer, now);
        }
        self.stage = Stage::Idle;
    }

    /// Ends the fetch, whose blocks cannot be taken yet; its peer is asked again after a pause, and
    /// has not failed.
    pub fn put_off(&mut self, now: Instant) {
        if let Some(peer) = self.source() {
            self.history.put_off(peer, now.plus(PUT_OFF));
        }
        self.stage = Stage::Idle;
    }

    fn let_down(&mut self, peer: NodeId, now: Instant) {
        self.stage = Stage::Idle;
        self.history.fail(peer, now);
    }

    /// Ends the fetch with success.
    pub fn finish(&mut self) {
        if let Some(source) = self.source() {
            self.history.succeed(&source);
        }
        self.stage = Stage::Idle;
    }

    /// When [`Self::expire`] should be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Idle => None,
            Stage::Headers(gathering) => Some(gathering.deadline),
            Stage::Bodies(download) => download.deadline(),
        }
    }

    /// The peer whose chain is being fetched.
    #[must_use]
    pub const fn source(&self) -> Option<NodeId> {
        match self.waits() {
            Some((source, ..)) => Some(source),
            None => None,
        }
    }

    /// Blocks still to come of the batch under way.
    #[must_use]
    pub fn missing(&self) -> usize {
        match &self.stage {
            Stage::Bodies(download) => download.missing(),
            Stage::Idle | Stage::Headers(_) => 0,
        }
    }

    /// Whether bodies are being fetched, and not so slowly that there may be nothing at their end.
    #[must_use]
    pub fn brings_bodies(&self, now: Instant) -> bool {
        matches!(self.stage, Stage::Bodies(_)) && !self.drips(now)
    }

    /// Remembers what the source of the fetch claims to have.
    pub fn expect(&mut self, claim: Option<HeadInfo>) {
        self.claim = claim;
    }

    /// What the source of the fetch claimed to have when it began.
    #[must_use]
    pub const fn claim(&self) -> Option<HeadInfo> {
        self.claim
    }

    /// Records that a peer did not have what it claimed: it is asked again after a pause, and
    /// others first.
    pub fn disappoint(&mut self, peer: NodeId, now: Instant) {
        self.let_down(peer, now);
    }

    /// Headers and bodies that are kept, and peers that are remembered: length now and bound.
    #[must_use]
    pub fn bounded(&self) -> [(&'static str, usize, usize); 3] {
        let (headers, bodies) = match &self.stage {
            Stage::Idle => (0, 0),
            Stage::Headers(gathering) => (gathering.headers.len(), 0),
            Stage::Bodies(download) => (download.missing(), download.waiting()),
        };
        // The last answer may still fit and come on top of what was gathered.
        let most = MAX_GATHERED.saturating_add(crate::gossip::message::MAX_HEADERS);
        [
            ("headers that wait", headers, most),
            ("bodies that wait", bodies, BODIES_AHEAD),
            ("peers that let fetches down", self.history.len(), MAX_PEERS),
        ]
    }
}
