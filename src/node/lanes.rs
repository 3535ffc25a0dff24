//! The two fetches that a node may have under way. Anybody may come into the open lane; into the
//! known one only a peer that has given a block of the best chain, while another has the open one.
//! So those whose promises are worth nothing yet keep the node waiting in one lane, and never in
//! both.
//!
//! Invariant: a peer is the source of one fetch at most.

use crate::chain::{HeaderWalk, PINS};
use crate::gossip::{BlockSync, MessageType};
use crate::primitives::{BlockHash, Instant, NodeId};

use super::rest::{REST, Rest};

/// One of the two fetches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lane {
    /// From anybody.
    Open,
    /// From a peer that has been of use.
    Known,
}

impl Lane {
    /// Both.
    pub(super) const ALL: [Self; PINS] = [Self::Open, Self::Known];
}

/// What belongs to one fetch.
#[derive(Clone, Debug, Default)]
pub(super) struct Fetch {
    pub(super) sync: BlockSync,
    /// How far its headers have come.
    pub(super) walk: Option<HeaderWalk>,
}

/// Both fetches, and the rest of the makers while blocks come in.
#[derive(Clone, Debug, Default)]
pub(super) struct Lanes {
    open: Fetch,
    known: Fetch,
    pub(super) rest: Rest,
}

impl Lanes {
    /// The fetch of a lane.
    pub(super) const fn get(&self, lane: Lane) -> &Fetch {
        match lane {
            Lane::Open => &self.open,
            Lane::Known => &self.known,
        }
    }

    /// The fetch of a lane.
    pub(super) const fn get_mut(&mut self, lane: Lane) -> &mut Fetch {
        match lane {
            Lane::Open => &mut self.open,
            Lane::Known => &mut self.known,
        }
    }

    fn syncs(&self) -> [&BlockSync; 2] {
        [&self.open.sync, &self.known.sync]
    }

    /// Whether nothing is being fetched.
    #[cfg(test)]
    pub(super) fn is_idle(&self) -> bool {
        self.syncs().iter().all(|sync| sync.is_idle())
    }

    /// The lane that waits for a message of this type from `from`.
    pub(super) fn awaiting(&self, from: &NodeId, kind: MessageType) -> Option<Lane> {
        Lane::ALL
            .into_iter()
            .find(|lane| self.get(*lane).sync.awaits(from, kind))
    }

    /// The lane that asked `from` for one of these bodies, or else for any.
    pub(super) fn awaiting_bodies<'a>(
        &self,
        from: &NodeId,
        ids: impl Iterator<Item = &'a BlockHash> + Clone,
    ) -> Option<Lane> {
        let asked = |lane: &Lane| {
            let sync = &self.get(*lane).sync;
            ids.clone().any(|id| sync.awaits_body(from, id))
        };
        let lane = Lane::ALL.into_iter().find(asked);
        // One that has none of them has failed, as if it were empty.
        lane.or_else(|| self.awaiting(from, MessageType::BODIES))
    }

    /// The lane whose fetch has this source.
    pub(super) fn of_source(&self, source: &NodeId) -> Option<Lane> {
        Lane::ALL
            .into_iter()
            .find(|lane| self.get(*lane).sync.source() == Some(*source))
    }

    /// Fetches that a peer has let down in a row, in the lane where they are more.
    #[cfg(test)]
    pub(super) fn failures_of(&self, peer: &NodeId) -> u32 {
        let failures = self.syncs().map(|sync| sync.failures_of(peer));
        failures.into_iter().max().unwrap_or(0)
    }

    /// Forgets what a peer let down.
    pub(super) fn forgive(&mut self, peer: &NodeId) {
        self.open.sync.forgive(peer);
        self.known.sync.forgive(peer);
    }

    /// When a request runs out.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.syncs()
            .into_iter()
            .filter_map(BlockSync::deadline)
            .min()
    }

    /// Whether a fetch is under way that nothing would ever move on.
    pub(super) fn is_stuck(&self) -> bool {
        self.syncs().into_iter().any(BlockSync::is_stuck)
    }

    /// Blocks still to come of the longer fetch.
    pub(super) fn missing(&self) -> usize {
        self.syncs()
            .map(BlockSync::missing)
            .into_iter()
            .max()
            .unwrap_or(0)
    }

    /// Until when miners and authorities should wait for the blocks that come in. Nobody stops them
    /// who only promises blocks, or feeds them light ones.
    pub(super) fn rest_until(&self, now: Instant) -> Option<Instant> {
        if mutant!(RestForPromises) && self.missing() > 0 {
            return Some(now.plus(REST));
        }
        let brings = |sync: &BlockSync| sync.brings_bodies(now);
        self.syncs()
            .into_iter()
            .any(brings)
            .then(|| self.rest.until(now))?
    }

    /// Headers and bodies that are kept, and peers that are remembered: length now and bound.
    pub(super) fn bounded(&self) -> impl Iterator<Item = (&'static str, usize, usize)> {
        let pairs = self
            .open
            .sync
            .bounded()
            .into_iter()
            .zip(self.known.sync.bounded());
        pairs.map(|((name, one, most), (_, other, _))| {
            (name, one.saturating_add(other), most.saturating_mul(2))
        })
    }
}
