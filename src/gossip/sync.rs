//! Fetching missing blocks: headers first, from one peer; then the bodies of those headers, from up to
//! [`PARALLEL`] peers at once, in order. The node checks headers before it hands them over, and only
//! asks for the bodies of a chain that outweighs its own.
//!
//! Bounds: [`MAX_GATHERED`] headers of a chain whose first ones do not outweigh ours; [`BODY_WINDOW`] bodies per
//! request; a request for bodies that is late or answered without any is given to another peer; a late
//! answer with headers, or [`MAX_FAILURES`] failures in a row, end the fetch, which may begin again after a
//! pause that doubles.

use std::collections::VecDeque;

use super::message::MessageType;
use crate::primitives::{Block, BlockHash, Body, Header, Height, Millis, NodeId, Seal, SortedMap, Timestamp, Weight};

/// Bodies asked of one peer at once.
pub const BODY_WINDOW: usize = 64;
/// Headers kept while the chain that they make is lighter than ours: a branch that long is fetched even so,
/// as it may be heavier further up.
pub const MAX_GATHERED: usize = 16_384;
/// Peers asked at the same time.
const PARALLEL: usize = 3;
/// How long an answer may take at first; it doubles with each fetch that was given up, up to 8 times this.
const ANSWER_WITHIN: Millis = Millis(2_000);
/// Failures in a row after which a fetch is given up.
const MAX_FAILURES: u32 = 4;
/// The first pause after a fetch that was given up; it doubles up to 16 times this.
const FIRST_PAUSE: Millis = Millis(250);

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SyncError {
    /// Nobody asked for it.
    #[error("the answer was not asked for")]
    Unsolicited,
    /// A body that its header does not commit to.
    #[error("the body of block {0} is not the one its header commits to")]
    BodyMismatch(BlockHash),
}

/// The fetching of missing blocks.
#[derive(Clone, Debug, Default)]
pub struct Sync {
    stage: Stage,
    failures: u32,
    pauses: u32,
    not_before: Timestamp,
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
    bodies: SortedMap<BlockHash, Body>,
    asked: SortedMap<BlockHash, (NodeId, Timestamp)>,
}

impl Sync {
    /// Headers and bodies that are kept until they can be used.
    #[cfg(any(test, feature = "sim"))]
    #[must_use]
    pub fn kept(&self) -> usize {
        match &self.stage {
            Stage::Idle => 0,
            Stage::Headers(gathering) => gathering.headers.len(),
            Stage::Bodies(download) => download.wanted.len().max(download.bodies.len()),
        }
    }

    /// Whether nothing is being fetched.
    #[must_use]
    pub const fn is_idle(&self) -> bool {
        matches!(self.stage, Stage::Idle)
    }

    /// Begins to fetch from `peer`, unless a fetch is under way or was given up just now.
    pub fn begin(&mut self, peer: NodeId, after: Option<BlockHash>, now: Timestamp) -> Option<SyncAsk> {
        if !self.is_idle() || now < self.not_before {
            return None;
        }
        let deadline = now.plus(self.patience());
        self.stage = Stage::Headers(Gathering { peer, deadline, headers: Vec::new(), tip: None });
        Some(SyncAsk::Headers { peer, after })
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
    pub fn gather(&mut self, headers: &[(Header, Seal)], tip: Tip, now: Timestamp) -> Option<SyncAsk> {
        let Stage::Headers(gathering) = &mut self.stage else { return None };
        if gathering.headers.len().saturating_add(headers.len()) > MAX_GATHERED {
            return None;
        }
        gathering.headers.extend_from_slice(headers);
        gathering.tip = Some(tip);
        gathering.deadline = now.plus(ANSWER_WITHIN);
        Some(SyncAsk::Headers { peer: gathering.peer, after: Some(tip.id) })
    }

    /// Takes the headers whose bodies are wanted, after those that were gathered, oldest first, each the
    /// child of the one before. `more` says that the peer has more after them.
    pub fn want(&mut self, source: NodeId, headers: Vec<(Header, Seal)>, more: bool) {
        let gathered = match &mut self.stage {
            Stage::Headers(gathering) => std::mem::take(&mut gathering.headers),
            Stage::Idle | Stage::Bodies(_) => Vec::new(),
        };
        let headers = gathered.into_iter().chain(headers);
        let wanted: VecDeque<_> = headers.map(|(header, seal)| (header.id(), header, seal)).collect();
        let Some((last, ..)) = wanted.back() else { return self.finish() };
        let last = *last;
        let (bodies, asked) = (SortedMap::new(), SortedMap::new());
        self.failures = 0;
        self.stage = Stage::Bodies(Download { source, last, more, wanted, bodies, asked });
    }

    /// Takes bodies from `from`. An answer without a body that is wanted is a failure, as if none had come:
    /// the peer may have lost the branch whose headers it told.
    ///
    /// # Errors
    /// See [`SyncError`]; good bodies before the bad one are kept.
    pub fn take_bodies(
        &mut self,
        from: NodeId,
        bodies: Vec<(BlockHash, Body)>,
        now: Timestamp,
    ) -> Result<(), SyncError> {
        let Stage::Bodies(download) = &mut self.stage else { return Err(SyncError::Unsolicited) };
        if !download.asked.values().any(|(peer, _)| *peer == from) {
            return Err(SyncError::Unsolicited);
        }
        let mut outcome = Ok(());
        let before = download.bodies.len();
        for (id, body) in bodies {
            let wanted = download.wanted.iter().find(|(wanted, ..)| *wanted == id);
            let Some((_, header, _)) = wanted else { continue };
            if body.tx_root() == header.tx_root && body.data_hash() == header.data_hash {
                download.bodies.insert(id, body);
            } else {
                outcome = Err(SyncError::BodyMismatch(id));
                break;
            }
        }
        // What this peer did not send is asked again, of whoever comes next.
        download.asked.retain(|_, (peer, _)| *peer != from);
        if download.bodies.len() > before {
            self.failures = 0;
        } else {
            self.fail(now);
        }
        outcome
    }

    /// Counts a failure; too many in a row end the fetch.
    fn fail(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= MAX_FAILURES {
            self.give_up(now);
        }
    }

    /// The next block in order, once its body is here.
    pub fn next_block(&mut self) -> Option<Block> {
        let Stage::Bodies(download) = &mut self.stage else { return None };
        let (id, ..) = download.wanted.front()?;
        let body = download.bodies.remove(id)?;
        let (_, header, seal) = download.wanted.pop_front()?;
        Some(Block { header, seal, body })
    }

    /// Requests that are due, given the peers that may be asked, the best first; and whether the fetch is
    /// complete, in which case it ends or goes on with the next headers.
    pub fn asks(&mut self, peers: &[NodeId], now: Timestamp) -> Vec<SyncAsk> {
        let deadline = now.plus(self.patience());
        let Stage::Bodies(download) = &mut self.stage else { return Vec::new() };
        if download.wanted.is_empty() {
            let (peer, after, more) = (download.source, download.last, download.more);
            self.finish();
            return if more { self.begin(peer, Some(after), now).into_iter().collect() } else { Vec::new() };
        }
        download.asks(peers, deadline)
    }

    /// How long an answer may take: longer after each failure, as the links may be slow.
    fn patience(&self) -> Millis {
        Millis(ANSWER_WITHIN.0 << self.pauses.min(3))
    }

    /// Gives requests up whose deadline has passed; the peers that did not answer.
    pub fn expire(&mut self, now: Timestamp) -> Vec<NodeId> {
        let late: Vec<NodeId> = match &mut self.stage {
            Stage::Idle => Vec::new(),
            Stage::Headers(Gathering { peer, deadline, .. }) if now >= *deadline => {
                let peer = *peer;
                self.give_up(now);
                return vec![peer];
            }
            Stage::Headers(_) => Vec::new(),
            Stage::Bodies(download) => {
                let mut late: Vec<NodeId> =
                    download.asked.values().filter(|(_, at)| now >= *at).map(|(peer, _)| *peer).collect();
                late.dedup();
                download.asked.retain(|_, (_, at)| now < *at);
                late
            }
        };
        if !late.is_empty() {
            self.fail(now);
        }
        late
    }

    /// Ends the fetch without success; the next may begin after a pause.
    pub fn give_up(&mut self, now: Timestamp) {
        self.not_before = now.plus(Millis(FIRST_PAUSE.0 << self.pauses));
        self.pauses = self.pauses.saturating_add(1).min(4);
        self.failures = 0;
        self.stage = Stage::Idle;
    }

    /// Ends the fetch with success.
    pub fn finish(&mut self) {
        self.stage = Stage::Idle;
        self.failures = 0;
        self.pauses = 0;
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
        match &self.stage {
            Stage::Idle => None,
            Stage::Headers(gathering) => Some(gathering.peer),
            Stage::Bodies(download) => Some(download.source),
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
}

impl Download {
    fn asks(&mut self, peers: &[NodeId], deadline: Timestamp) -> Vec<SyncAsk> {
        let mut asks = Vec::new();
        // The source has them all; others may.
        let candidates = std::iter::once(&self.source).chain(peers.iter().filter(|peer| **peer != self.source));
        let candidates: Vec<NodeId> = candidates.take(PARALLEL).copied().collect();
        for peer in candidates {
            if self.asked.values().any(|(busy, _)| *busy == peer) {
                continue;
            }
            let open = self.wanted.iter().map(|(id, ..)| *id);
            let ids: Vec<BlockHash> = open
                .filter(|id| !self.bodies.contains_key(id) && !self.asked.contains_key(id))
                .take(BODY_WINDOW)
                .collect();
            if ids.is_empty() {
                break;
            }
            self.asked.extend(ids.iter().map(|id| (*id, (peer, deadline))));
            asks.push(SyncAsk::Bodies { peer, ids });
        }
        asks
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Grower, params};

    const NOW: Timestamp = Timestamp(1_000);
    const A: NodeId = NodeId([1; 32]);
    const B: NodeId = NodeId([2; 32]);

    fn blocks(count: usize) -> Vec<Block> {
        let mut grower = Grower::new(params());
        let ids = grower.grow("miner", count);
        ids.iter().map(|id| (*grower.chain.get(id).unwrap().block).clone()).collect()
    }

    fn wanting(blocks: &[Block]) -> Sync {
        let mut sync = Sync::default();
        assert!(matches!(sync.begin(A, None, NOW), Some(SyncAsk::Headers { peer: A, after: None })));
        sync.want(A, blocks.iter().map(|block| (block.header, block.seal)).collect(), false);
        sync
    }

    fn answer(blocks: &[Block], ids: &[BlockHash]) -> Vec<(BlockHash, Body)> {
        let of = |id: &BlockHash| blocks.iter().find(|block| block.id() == *id).unwrap().body.clone();
        ids.iter().map(|id| (*id, of(id))).collect()
    }

    #[test]
    fn bodies_come_from_several_peers_and_leave_in_order() {
        let blocks = blocks(100);
        let mut sync = wanting(&blocks);
        let asks = sync.asks(&[A, B], NOW);
        assert_eq!(asks.len(), 2);
        for ask in asks.iter().rev() {
            let SyncAsk::Bodies { peer, ids } = ask else { panic!("{ask:?}") };
            sync.take_bodies(*peer, answer(&blocks, ids), NOW).unwrap();
        }
        let got: Vec<Block> = std::iter::from_fn(|| sync.next_block()).collect();
        assert_eq!(got, blocks);
        assert!(sync.asks(&[A, B], NOW).is_empty() && sync.is_idle());
    }

    #[test]
    fn what_was_not_asked_for_and_what_does_not_match_is_refused() {
        let mut first = Grower::new(params());
        let transfer = first.transfer("alice", 0, "bob", 1);
        let block = first.work_block("miner", 1_000, vec![transfer]);
        let mut sync = wanting(std::slice::from_ref(&block));
        assert_eq!(sync.take_bodies(B, Vec::new(), NOW), Err(SyncError::Unsolicited));
        sync.asks(&[A], NOW);
        let mismatch = sync.take_bodies(A, vec![(block.id(), Body::default())], NOW);
        assert_eq!(mismatch, Err(SyncError::BodyMismatch(block.id())));
        assert_eq!(sync.asks(&[A], NOW).len(), 1, "it is asked for again");
        assert_eq!(Sync::default().take_bodies(A, Vec::new(), NOW), Err(SyncError::Unsolicited));
    }

    #[test]
    fn a_branch_that_nobody_has_any_more_is_given_up() {
        let blocks = blocks(3);
        let mut sync = wanting(&blocks);
        for _ in 0..MAX_FAILURES {
            assert_eq!(sync.asks(&[A], NOW).len(), 1);
            assert_eq!(sync.take_bodies(A, Vec::new(), NOW), Ok(()));
        }
        assert!(sync.is_idle());
    }

    #[test]
    fn a_fetch_after_one_that_was_given_up_has_more_patience() {
        let mut sync = Sync::default();
        let mut now = NOW;
        let mut waits = Vec::new();
        for _ in 0..6 {
            assert!(sync.begin(A, None, now).is_some());
            let deadline = sync.deadline().unwrap();
            waits.push(deadline.since(now).0);
            assert_eq!(sync.expire(deadline), [A]);
            now = deadline.plus(Millis(10_000));
        }
        assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
    }

    #[test]
    fn late_peers_are_named_and_a_hopeless_fetch_ends_with_a_pause() {
        let blocks = blocks(3);
        let mut sync = wanting(&blocks);
        let mut now = NOW;
        for _ in 0..MAX_FAILURES {
            assert_eq!(sync.asks(&[A], now).len(), 1);
            now = sync.deadline().unwrap();
            assert_eq!(sync.expire(now), [A]);
        }
        assert!(sync.is_idle());
        assert_eq!(sync.begin(A, None, now), None);
        assert!(sync.begin(A, None, now.plus(Millis(250))).is_some());
    }
}
