//! The bodies of one chain of headers: who is asked for which, and what has come.
//!
//! A request that is late, or whose answer lacks the first of its bodies, goes to another peer.
//!
//! Bounds: [`BODY_WINDOW`] bodies per request, of up to [`PARALLEL`] peers at once, and
//! [`BODIES_AHEAD`] kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::error::SyncError;
use super::history::{ANSWER_WITHIN, History, fewer};
use crate::primitives::{Block, BlockHash, Body, Header, Instant, NodeId, Seal};

/// Bodies asked of one peer at once.
pub const BODY_WINDOW: usize = 64;
/// Peers asked at the same time.
const PARALLEL: usize = 3;
/// Blocks from the next that is wanted on whose bodies are asked for.
pub(super) const BODIES_AHEAD: usize = PARALLEL * BODY_WINDOW;
/// Failures of its source in a row after which a fetch is given up.
pub(super) const MAX_FAILURES: u32 = 4;

/// The bodies of one chain of headers.
#[derive(Clone, Debug)]
pub(super) struct Download {
    /// The peer that sent the headers.
    pub(super) source: NodeId,
    /// The last of them.
    pub(super) last: BlockHash,
    /// Whether the source has more after them.
    pub(super) more: bool,
    /// Blocks that have not left, oldest first.
    wanted: VecDeque<(BlockHash, Header, Seal)>,
    bodies: BTreeMap<BlockHash, Body>,
    asked: BTreeMap<BlockHash, (NodeId, Instant)>,
    /// How often each peer was late, or did not have what it was asked for.
    late: BTreeMap<NodeId, u32>,
    /// When the headers came.
    pub(super) begun: Instant,
    /// Blocks that have left since then.
    pub(super) left: u64,
    /// When the last block left, or the headers came.
    pub(super) moved: Instant,
    /// Failures of the source since then.
    pub(super) failures: u32,
}

impl Download {
    /// Begins to fetch the bodies of these headers; `None` if there are none.
    pub(super) fn new(
        source: NodeId,
        headers: impl Iterator<Item = (Header, Seal)>,
        more: bool,
        now: Instant,
    ) -> Option<Self> {
        let wanted: VecDeque<_> = headers
            .map(|(header, seal)| (header.id(), header, seal))
            .collect();
        let (last, ..) = *wanted.back()?;
        Some(Self {
            source,
            last,
            more,
            wanted,
            bodies: BTreeMap::new(),
            asked: BTreeMap::new(),
            late: BTreeMap::new(),
            begun: now,
            left: 0,
            moved: now,
            failures: 0,
        })
    }

    /// Whether a peer was asked for bodies and has not answered.
    pub(super) fn awaits(&self, from: &NodeId) -> bool {
        self.asked.values().any(|(peer, _)| peer == from)
    }

    /// Whether a peer was asked for this body and has not answered.
    pub(super) fn awaits_body(&self, from: &NodeId, id: &BlockHash) -> bool {
        self.asked.get(id).is_some_and(|(peer, _)| peer == from)
    }

    /// Drops the blocks that are here already, those left out whose answer may still come.
    pub(super) fn skip(&mut self, is_here: impl Fn(&BlockHash) -> bool) {
        let (asked, bodies) = (&self.asked, &mut self.bodies);
        self.wanted.retain(|(id, ..)| {
            let stays = asked.contains_key(id) || !is_here(id);
            if !stays {
                bodies.remove(id);
            }
            stays
        });
    }

    /// Takes the bodies of an answer.
    ///
    /// # Errors
    /// See [`SyncError`]; good bodies before the bad one are kept.
    pub(super) fn take(
        &mut self,
        from: &NodeId,
        bodies: Vec<(BlockHash, Body)>,
    ) -> Result<(), SyncError> {
        let asked = |id: &BlockHash| self.awaits_body(from, id);
        let Some(first) = self.wanted.iter().map(|(id, ..)| *id).find(asked) else {
            return Err(SyncError::Unsolicited);
        };
        let mut outcome = Ok(());
        for (id, body) in bodies {
            let mut ahead = self.wanted.iter().take(BODIES_AHEAD);
            let Some((_, header, _)) = ahead.find(|(wanted, ..)| *wanted == id) else {
                continue;
            };
            if body.tx_root() == header.tx_root && body.data_hash() == header.data_hash {
                self.bodies.insert(id, body);
            } else {
                outcome = Err(SyncError::BodyMismatch(id));
                break;
            }
        }
        // What this peer did not send is asked again, of whoever comes next.
        self.asked.retain(|_, (peer, _)| peer != from);
        if !self.bodies.contains_key(&first) {
            self.fail(from);
        }
        outcome
    }

    /// The next block in order, once its body is here. Those before it go that are here already:
    /// whoever waited for their bodies would wait for ever, as nobody is asked for them.
    pub(super) fn next_block(
        &mut self,
        is_here: impl Fn(&BlockHash) -> bool,
        now: Instant,
    ) -> Option<Block> {
        while let Some((id, ..)) = self.wanted.front()
            && !self.bodies.contains_key(id)
            && !self.asked.contains_key(id)
            && is_here(id)
        {
            self.wanted.pop_front();
        }
        let (id, ..) = self.wanted.front()?;
        let body = self.bodies.remove(id)?;
        let (_, header, seal) = self.wanted.pop_front()?;
        (self.moved, self.failures) = (now, 0);
        self.left = self.left.saturating_add(1);
        Some(Block { header, seal, body })
    }

    /// Blocks that have not left.
    pub(super) fn missing(&self) -> usize {
        self.wanted.len()
    }

    /// Bodies that wait for those before them.
    pub(super) fn waiting(&self) -> usize {
        self.bodies.len()
    }

    /// Whether its source has failed too often in a row.
    pub(super) const fn has_failed(&self) -> bool {
        self.failures >= MAX_FAILURES
    }

    /// The earliest deadline of the requests under way.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.asked.values().map(|(_, at)| *at).min()
    }

    /// Gives up the requests whose deadline has passed; the peers that did not answer, each once.
    pub(super) fn expire(&mut self, now: Instant) -> BTreeSet<NodeId> {
        let due = self.asked.values().filter(|(_, at)| now >= *at);
        let mut late: BTreeSet<NodeId> = BTreeSet::new();
        late.extend(due.map(|(peer, _)| peer));
        self.asked.retain(|_, (_, at)| now < *at);
        late.iter().for_each(|peer| self.fail(peer));
        late
    }

    /// Records that a peer was late, or did not have what it was asked for.
    fn fail(&mut self, peer: &NodeId) {
        let late = self.late.entry(*peer).or_default();
        *late = late.saturating_add(1);
        // Others need not have them: they may be on another branch.
        if *peer == self.source {
            self.failures = self.failures.saturating_add(1);
        }
    }

    /// Requests that are due, given the peers that may be asked, the best first.
    pub(super) fn requests(
        &mut self,
        peers: &[NodeId],
        history: &History,
        now: Instant,
    ) -> Vec<(NodeId, Vec<BlockHash>)> {
        let mut requests = Vec::new();
        // The source has them all; others may. A source that was late comes after the others, and
        // another that was late, or does not have them, is not asked again.
        let late = |peer: &NodeId| self.late.get(peer).copied().unwrap_or(0);
        let others = peers
            .iter()
            .filter(|peer| **peer != self.source && late(peer) == 0);
        let mut candidates: Vec<NodeId> = others.copied().take(PARALLEL).collect();
        // Alternating with them: among the others may be any number of names that never answer.
        let strangers = self.late.iter().filter(|(peer, _)| **peer != self.source);
        let strangers: u32 = strangers.map(|(_, late)| *late).sum();
        let last = late(&self.source) > strangers;
        candidates.insert(if last { candidates.len() } else { 0 }, self.source);
        for peer in candidates.into_iter().take(PARALLEL) {
            if self.asked.values().any(|(busy, _)| *busy == peer) {
                continue;
            }
            let failures = history.failures_of(&peer).saturating_add(late(&peer));
            let open = self.wanted.iter().map(|(id, ..)| *id).take(BODIES_AHEAD);
            let ids: Vec<BlockHash> = open
                .filter(|id| !self.bodies.contains_key(id) && !self.asked.contains_key(id))
                .take(fewer(BODY_WINDOW, failures))
                .collect();
            if ids.is_empty() {
                break;
            }
            // The others need not have them, so nobody waits longer for one that was slow before.
            let patience = if peer == self.source {
                history.patience(&peer)
            } else {
                ANSWER_WITHIN
            };
            let deadline = now.plus(patience);
            self.asked
                .extend(ids.iter().map(|id| (*id, (peer, deadline))));
            requests.push((peer, ids));
        }
        requests
    }
}
