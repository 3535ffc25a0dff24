//! Fetching missing blocks: headers first, from one peer; then the bodies of those headers, from up to
//! [`PARALLEL`] peers at once, in order. The node checks headers before it hands them over, and only
//! asks for the bodies of a chain that outweighs its own.
//!
//! Nobody holds a fetch up for long. A request for bodies that is late, or whose answer lacks the first of them,
//! is given to another peer; a late answer with headers, or [`MAX_FAILURES`] failures of its source in a row, end the
//! fetch; and one that waits for a peer which failed before gives way to one that failed less.
//! What a peer let down counts against that peer alone: it is asked again after a pause, and last, while others
//! have what is missing; and as it may only be slow, it is given more time, and asked for fewer bodies.
//!
//! Bounds: [`MAX_GATHERED`] headers of a chain whose first ones do not outweigh ours; [`BODY_WINDOW`] bodies per
//! request, [`PARALLEL`] times as many kept; [`MAX_PEERS`] peers are remembered for what they let down.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::consensus::BlockError;
use crate::gossip::message::MessageType;
use crate::gossip::peers::MAX_PEERS;
use crate::primitives::{
    Block, BlockHash, Body, Header, Height, Millis, NodeId, Seal, Timestamp, Weight,
};

/// Bodies asked of one peer at once.
pub const BODY_WINDOW: usize = 64;
/// Headers kept while the chain that they make is lighter than ours: a branch that long is fetched even so,
/// as it may be heavier further up.
const MAX_GATHERED: usize = 16_384;
/// Peers asked at the same time.
const PARALLEL: usize = 3;
/// Blocks from the next that is wanted on whose bodies are asked for.
const BODIES_AHEAD: usize = PARALLEL * BODY_WINDOW;
/// How long an answer may take, if the peer has not been slower before.
const ANSWER_WITHIN: Millis = Millis(2_000);
/// The longest that a peer's last answer is held to have taken: it may have been this node that slept meanwhile.
const MAX_TOOK: Millis = Millis(8_000);
/// The longest time that an answer may take.
const MAX_PATIENCE: Millis = Millis(64_000);
/// Failures of its source in a row after which a fetch is given up.
const MAX_FAILURES: u32 = 4;
/// The first pause before a peer that let a fetch down is asked again; it doubles up to 64 times this.
const FIRST_PAUSE: Millis = Millis(250);
/// Doublings at the most, of pauses and of patience.
const MAX_DOUBLINGS: u32 = 6;
/// How long miners rest for a fetch that does not go on.
const REST: Millis = Millis(2_000);

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

/// What is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// Nobody asked for it.
    #[error("the answer was not asked for")]
    Unsolicited,
    /// A body that its header does not commit to.
    #[error("the body of block {0} is not the one its header commits to")]
    BodyMismatch(BlockHash),
    /// Headers that are no chain.
    #[error("expected a child of block {expected} at height {height}, found a child of {found}")]
    Unlinked {
        /// The block before.
        expected: BlockHash,
        /// The height after that block's.
        height: Height,
        /// The header's parent.
        found: BlockHash,
    },
    /// A header that breaks a rule.
    #[error("the header at height {height} breaks rule {}: {error}", error.rule())]
    Header {
        /// Its height.
        height: Height,
        /// The rule.
        error: BlockError,
    },
}

impl SyncError {
    /// Name of the refusal, in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unsolicited => "unsolicited",
            Self::BodyMismatch(_) => "body_mismatch",
            Self::Unlinked { .. } => "unlinked",
            Self::Header { error, .. } => error.code(),
        }
    }
}

/// The fetching of missing blocks.
#[derive(Clone, Debug, Default)]
pub struct Sync {
    stage: Stage,
    manners: BTreeMap<NodeId, Manners>,
}

/// How a peer answered so far.
#[derive(Clone, Copy, Debug, Default)]
struct Manners {
    /// Fetches that it let down in a row.
    failures: u32,
    /// It is not asked before.
    not_before: Timestamp,
    /// How long its last answer with headers took.
    took: Millis,
}

#[derive(Clone, Debug, Default)]
enum Stage {
    #[default]
    Idle,
    Headers(Gathering),
    Bodies(Download),
}

/// Headers of a chain that does not outweigh ours yet: their bodies are not asked for before it does.
#[derive(Clone, Debug)]
struct Gathering {
    peer: NodeId,
    asked: Timestamp,
    deadline: Timestamp,
    headers: Vec<(Header, Seal)>,
    tip: Option<Tip>,
}

/// The end of a chain of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tip {
    /// Its last block.
    pub id: BlockHash,
    /// That block's height.
    pub height: Height,
    /// Weight of the chain.
    pub weight: Weight,
}

#[derive(Clone, Debug)]
struct Download {
    source: NodeId,
    last: BlockHash,
    more: bool,
    wanted: VecDeque<(BlockHash, Header, Seal)>,
    bodies: BTreeMap<BlockHash, Body>,
    asked: BTreeMap<BlockHash, (NodeId, Timestamp)>,
    /// How often each peer was late, or did not have what it was asked for.
    late: BTreeMap<NodeId, u32>,
    /// When the last block left, or the headers came.
    moved: Timestamp,
    /// Failures of the source since then.
    failures: u32,
    /// Miners rest until then.
    rest_until: Timestamp,
}

impl Tip {
    /// Where headers end that follow this tip, if each is the child of the one before and passes `check`.
    ///
    /// # Errors
    /// [`SyncError::Unlinked`] or [`SyncError::Header`].
    pub fn follow(
        self,
        headers: &[(Header, Seal)],
        mut check: impl FnMut(&Header, &Seal) -> Result<(), BlockError>,
    ) -> Result<Self, SyncError> {
        let mut tip = self;
        for (header, seal) in headers {
            let height = tip.height.next();
            if header.parent != tip.id || header.height != height {
                return Err(SyncError::Unlinked {
                    expected: tip.id,
                    height,
                    found: header.parent,
                });
            }
            check(header, seal).map_err(|error| SyncError::Header { height, error })?;
            tip = Self {
                id: header.id(),
                height,
                weight: tip.weight.plus(header.difficulty),
            };
        }
        Ok(tip)
    }
}

impl Sync {
    /// Whether nothing is being fetched.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle)
    }

    /// Begins to fetch from `peer`, unless a fetch is under way or the peer let one down just now. A peer with
    /// better manners takes the place of one that keeps a fetch waiting.
    pub fn begin(
        &mut self,
        peer: NodeId,
        after: Option<BlockHash>,
        now: Timestamp,
    ) -> Option<SyncAsk> {
        if let Some((slow, since, failures)) = self.waits()
            && now.since(since) >= ANSWER_WITHIN
            && self.failures_of(&slow).saturating_add(failures) > self.failures_of(&peer)
            && !mutant!(WaitForTheSilent)
        {
            self.let_down(slow, now);
        }
        if !self.is_idle() || !self.may_begin(&peer, now) {
            return None;
        }
        let deadline = now.plus(self.patience(&peer));
        self.stage = Stage::Headers(Gathering {
            peer,
            asked: now,
            deadline,
            headers: Vec::new(),
            tip: None,
        });
        Some(SyncAsk::Headers { peer, after })
    }

    /// For whom the fetch under way waits, since when, and how often that peer has failed since then.
    const fn waits(&self) -> Option<(NodeId, Timestamp, u32)> {
        match &self.stage {
            Stage::Idle => None,
            Stage::Headers(gathering) => Some((gathering.peer, gathering.asked, 0)),
            Stage::Bodies(download) => Some((download.source, download.moved, download.failures)),
        }
    }

    /// Whether the pause is over since a peer let a fetch down.
    #[must_use]
    pub fn may_begin(&self, peer: &NodeId, now: Timestamp) -> bool {
        self.manners
            .get(peer)
            .is_none_or(|manners| now >= manners.not_before)
    }

    /// Forgets what a peer let down: it is here again after it was gone.
    pub fn forgive(&mut self, peer: &NodeId) {
        self.manners.remove(peer);
    }

    /// How many fetches a peer has let down in a row.
    #[must_use]
    pub fn failures_of(&self, peer: &NodeId) -> u32 {
        self.manners.get(peer).map_or(0, |manners| manners.failures)
    }

    /// Whether a message of this type from `peer` is an answer that was asked for.
    #[must_use]
    pub fn awaits(&self, from: &NodeId, kind: MessageType) -> bool {
        match &self.stage {
            Stage::Idle => false,
            Stage::Headers(gathering) => gathering.peer == *from && kind == MessageType::HEADERS,
            Stage::Bodies(download) => {
                kind == MessageType::BODIES && download.asked.values().any(|(peer, _)| peer == from)
            }
        }
    }

    /// The end of the headers that were gathered before, if any.
    #[must_use]
    pub const fn tip(&self) -> Option<Tip> {
        match &self.stage {
            Stage::Headers(gathering) => gathering.tip,
            Stage::Idle | Stage::Bodies(_) => None,
        }
    }

    /// Keeps headers that end in `tip` until those that follow are here; what to ask for next. `None` if too
    /// many are kept already.
    pub fn gather(
        &mut self,
        headers: &[(Header, Seal)],
        tip: Tip,
        now: Timestamp,
    ) -> Option<SyncAsk> {
        let Stage::Headers(gathering) = &mut self.stage else {
            return None;
        };
        if gathering.headers.len().saturating_add(headers.len()) > MAX_GATHERED {
            return None;
        }
        gathering.headers.extend_from_slice(headers);
        gathering.tip = Some(tip);
        let peer = gathering.peer;
        (gathering.asked, gathering.deadline) = (now, now.plus(patience(&self.manners, &peer)));
        Some(SyncAsk::Headers {
            peer,
            after: Some(tip.id),
        })
    }

    /// Takes the headers whose bodies are wanted, after those that were gathered, oldest first, each the
    /// child of the one before. `more` says that the peer has more after them.
    pub fn want(
        &mut self,
        source: NodeId,
        headers: Vec<(Header, Seal)>,
        more: bool,
        now: Timestamp,
    ) {
        let gathered = match &mut self.stage {
            Stage::Headers(gathering) => std::mem::take(&mut gathering.headers),
            Stage::Idle | Stage::Bodies(_) => Vec::new(),
        };
        let headers = gathered.into_iter().chain(headers);
        let wanted: VecDeque<_> = headers
            .map(|(header, seal)| (header.id(), header, seal))
            .collect();
        let Some((last, ..)) = wanted.back() else {
            return self.finish();
        };
        let last = *last;
        self.stage = Stage::Bodies(Download {
            source,
            last,
            more,
            wanted,
            bodies: BTreeMap::new(),
            asked: BTreeMap::new(),
            late: BTreeMap::new(),
            moved: now,
            failures: 0,
            rest_until: Timestamp(0),
        });
    }

    /// Notes that headers have come from the peer that was asked for them.
    pub fn answered(&mut self, now: Timestamp) {
        if let Stage::Headers(gathering) = &self.stage {
            let took = now.since(gathering.asked);
            if took.0 * 2 > ANSWER_WITHIN.0 || self.manners.contains_key(&gathering.peer) {
                self.manners_of(gathering.peer).took = took;
            }
        }
    }

    /// Takes bodies from `from`. An answer that lacks the first of those that it was asked for is a failure, as if
    /// none had come: the peer may have lost the branch whose headers it told, or give what is of no use yet.
    ///
    /// # Errors
    /// See [`SyncError`]; good bodies before the bad one are kept.
    pub fn take_bodies(
        &mut self,
        from: NodeId,
        bodies: Vec<(BlockHash, Body)>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        let Stage::Bodies(download) = &mut self.stage else {
            return Err(SyncError::Unsolicited);
        };
        let asked = |id: &BlockHash| {
            download
                .asked
                .get(id)
                .is_some_and(|(peer, _)| *peer == from)
        };
        let Some(first) = download.wanted.iter().map(|(id, ..)| *id).find(asked) else {
            return Err(SyncError::Unsolicited);
        };
        let mut outcome = Ok(());
        for (id, body) in bodies {
            let wanted = download
                .wanted
                .iter()
                .take(BODIES_AHEAD)
                .find(|(wanted, ..)| *wanted == id);
            let Some((_, header, _)) = wanted else {
                continue;
            };
            if body.tx_root() == header.tx_root && body.data_hash() == header.data_hash {
                download.bodies.insert(id, body);
            } else {
                outcome = Err(SyncError::BodyMismatch(id));
                break;
            }
        }
        // What this peer did not send is asked again, of whoever comes next.
        download.asked.retain(|_, (peer, _)| *peer != from);
        if !download.bodies.contains_key(&first) {
            download.fail(&from);
        }
        // Who sends what is wrong is not listened to any more.
        if (outcome.is_err() && download.source == from) || download.failures >= MAX_FAILURES {
            self.give_up(now);
        }
        outcome
    }

    /// The next block in order, once its body is here.
    pub fn next_block(&mut self, now: Timestamp) -> Option<Block> {
        let Stage::Bodies(download) = &mut self.stage else {
            return None;
        };
        let (id, ..) = download.wanted.front()?;
        let body = download.bodies.remove(id)?;
        let (_, header, seal) = download.wanted.pop_front()?;
        (download.moved, download.failures, download.rest_until) = (now, 0, now.plus(REST));
        Some(Block { header, seal, body })
    }

    /// Requests that are due, given the peers that may be asked, the best first; and whether the fetch is
    /// complete, in which case it ends or goes on with the next headers.
    pub fn asks(&mut self, peers: &[NodeId], now: Timestamp) -> Vec<SyncAsk> {
        let Stage::Bodies(download) = &mut self.stage else {
            return Vec::new();
        };
        if download.wanted.is_empty() {
            let (peer, after, more) = (download.source, download.last, download.more);
            self.finish();
            return if more {
                self.begin(peer, Some(after), now).into_iter().collect()
            } else {
                Vec::new()
            };
        }
        download.asks(peers, &self.manners, now)
    }

    /// How long an answer of this peer may take: longer after each failure, as its link may be slow.
    fn patience(&self, peer: &NodeId) -> Millis {
        patience(&self.manners, peer)
    }

    /// Gives requests up whose deadline has passed; the peers that did not answer, each once.
    pub fn expire(&mut self, now: Timestamp) -> BTreeSet<NodeId> {
        let mut late = BTreeSet::new();
        match &mut self.stage {
            Stage::Headers(Gathering { peer, deadline, .. }) if now >= *deadline => {
                late.insert(*peer);
                self.give_up(now);
            }
            Stage::Idle | Stage::Headers(_) => {}
            Stage::Bodies(download) => {
                late.extend(
                    download
                        .asked
                        .values()
                        .filter(|(_, at)| now >= *at)
                        .map(|(peer, _)| *peer),
                );
                download.asked.retain(|_, (_, at)| now < *at);
                late.iter().for_each(|peer| download.fail(peer));
                if download.failures >= MAX_FAILURES {
                    self.give_up(now);
                }
            }
        }
        late
    }

    /// Ends the fetch without success; its peer is asked again after a pause.
    pub fn give_up(&mut self, now: Timestamp) {
        if let Some(peer) = self.source() {
            self.let_down(peer, now);
        }
        self.stage = Stage::Idle;
    }

    fn let_down(&mut self, peer: NodeId, now: Timestamp) {
        self.stage = Stage::Idle;
        let manners = self.manners_of(peer);
        manners.not_before = now.plus(Millis(FIRST_PAUSE.0 << manners.failures.min(MAX_DOUBLINGS)));
        manners.failures = manners.failures.saturating_add(1);
    }

    fn manners_of(&mut self, peer: NodeId) -> &mut Manners {
        if self.manners.len() >= MAX_PEERS && !self.manners.contains_key(&peer) {
            let oldest = self
                .manners
                .iter()
                .min_by_key(|(_, manners)| manners.not_before)
                .map(|(peer, _)| *peer);
            oldest.and_then(|oldest| self.manners.remove(&oldest));
        }
        self.manners.entry(peer).or_default()
    }

    /// Ends the fetch with success.
    pub fn finish(&mut self) {
        if let Some(manners) = self.source().and_then(|peer| self.manners.get_mut(&peer)) {
            manners.failures = 0;
        }
        self.stage = Stage::Idle;
    }

    /// When [`Self::expire`] should be called next.
    #[must_use]
    pub fn deadline(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Idle => None,
            Stage::Headers(gathering) => Some(gathering.deadline),
            Stage::Bodies(download) => download.asked.values().map(|(_, at)| *at).min(),
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
            Stage::Bodies(download) => download.wanted.len(),
            Stage::Idle | Stage::Headers(_) => 0,
        }
    }

    /// Until when miners and authorities had better wait for the blocks that come in: what they make on a head that
    /// others have left is in vain. But nobody stops them who only promises blocks.
    #[must_use]
    pub fn rest_until(&self, now: Timestamp) -> Option<Timestamp> {
        match &self.stage {
            Stage::Bodies(_) if mutant!(RestForPromises) => Some(now.plus(REST)),
            Stage::Bodies(download) => Some(download.rest_until).filter(|until| *until > now),
            Stage::Idle | Stage::Headers(_) => None,
        }
    }

    /// Headers and bodies that are kept, and peers that are remembered: length now and bound.
    #[cfg(any(test, feature = "sim"))]
    #[must_use]
    pub fn bounded(&self) -> [(&'static str, usize, usize); 3] {
        let (headers, bodies) = match &self.stage {
            Stage::Idle => (0, 0),
            Stage::Headers(gathering) => (gathering.headers.len(), 0),
            Stage::Bodies(download) => (download.wanted.len(), download.bodies.len()),
        };
        // The last answer may still fit and come on top of what was gathered.
        let most = MAX_GATHERED.saturating_add(crate::gossip::message::MAX_HEADERS);
        [
            ("headers that wait", headers, most),
            ("bodies that wait", bodies, BODIES_AHEAD),
            ("peers that let fetches down", self.manners.len(), MAX_PEERS),
        ]
    }
}

/// See [`Sync::patience`].
fn patience(manners: &BTreeMap<NodeId, Manners>, peer: &NodeId) -> Millis {
    let Manners { failures, took, .. } = manners.get(peer).copied().unwrap_or_default();
    let patience = ANSWER_WITHIN.0.max(took.0.min(MAX_TOOK.0) * 2) << failures.min(MAX_DOUBLINGS);
    Millis(patience.min(MAX_PATIENCE.0))
}

impl Download {
    fn fail(&mut self, peer: &NodeId) {
        let late = self.late.entry(*peer).or_default();
        *late = late.saturating_add(1);
        // Others need not have them: they may be on another branch.
        if *peer == self.source {
            self.failures = self.failures.saturating_add(1);
        }
    }

    fn asks(
        &mut self,
        peers: &[NodeId],
        manners: &BTreeMap<NodeId, Manners>,
        now: Timestamp,
    ) -> Vec<SyncAsk> {
        let mut asks = Vec::new();
        // The source has them all; others may. A source that was late comes after the others, and another that was
        // late, or does not have them, is not asked again.
        let late = |peer: &NodeId| self.late.get(peer).copied().unwrap_or(0);
        let others = peers
            .iter()
            .filter(|peer| **peer != self.source && late(peer) == 0);
        let mut candidates: Vec<NodeId> = others.copied().take(PARALLEL).collect();
        let last = late(&self.source) > 0 && !mutant!(WaitForTheSilent);
        candidates.insert(if last { candidates.len() } else { 0 }, self.source);
        for peer in candidates.into_iter().take(PARALLEL) {
            if self.asked.values().any(|(busy, _)| *busy == peer) {
                continue;
            }
            let failures = manners
                .get(&peer)
                .map_or(0, |manners| manners.failures)
                .saturating_add(late(&peer));
            let open = self.wanted.iter().map(|(id, ..)| *id).take(BODIES_AHEAD);
            let ids: Vec<BlockHash> = open
                .filter(|id| !self.bodies.contains_key(id) && !self.asked.contains_key(id))
                .take(BODY_WINDOW >> failures.min(MAX_DOUBLINGS))
                .collect();
            if ids.is_empty() {
                break;
            }
            let deadline = now.plus(patience(manners, &peer));
            self.asked
                .extend(ids.iter().map(|id| (*id, (peer, deadline))));
            asks.push(SyncAsk::Bodies { peer, ids });
        }
        asks
    }
}
