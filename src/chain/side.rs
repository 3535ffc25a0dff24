//! What is remembered of all branches of a tree, so that nothing is to be searched for when one is
//! pruned.
//!
//! Bounds: those of the tree, as each of these is of one of its blocks; what was pruned is taken
//! with each input.

use std::collections::{BTreeMap, BTreeSet};

use crate::primitives::{BlockHash, Body, Header, Kind, NodeId, Slot, Weight};

/// Branches that may be fetched at a time.
pub const PINS: usize = 2;

/// What is remembered of all branches.
#[derive(Clone, Debug)]
pub(super) struct SideBranches {
    /// Blocks without a child, the lightest first.
    pub(super) tips: BTreeSet<(Weight, BlockHash)>,
    /// Number of children of each block that has several; nearly all have one, and a tip has none.
    pub(super) forks: BTreeMap<BlockHash, usize>,
    /// Blocks in memory that authorities sealed for a slot, on all branches.
    pub(super) sealed: BTreeMap<(Slot, NodeId), usize>,
    /// The ends of the branches that are being fetched.
    pub(super) pinned: [Option<BlockHash>; PINS],
    /// Blocks that were pruned since they were taken.
    pub(super) pruned: Vec<BlockHash>,
    /// Bytes of the bodies beside the best chain.
    bytes: usize,
}

impl SideBranches {
    /// Of a tree that holds only the genesis block.
    pub(super) fn new(genesis: BlockHash) -> Self {
        Self {
            tips: BTreeSet::from([(Weight(0), genesis)]),
            forks: BTreeMap::new(),
            sealed: BTreeMap::new(),
            pinned: [None; PINS],
            pruned: Vec::new(),
            bytes: 0,
        }
    }

    /// Counts the body of a block that is beside the best chain now.
    pub(super) fn weigh(&mut self, body: &Body) {
        self.bytes = self.bytes.saturating_add(body.encoded_len());
    }

    /// Takes back what [`Self::weigh`] counted, as the block goes, or comes to the best chain.
    pub(super) fn unweigh(&mut self, body: &Body) {
        self.bytes = self.bytes.saturating_sub(body.encoded_len());
    }

    /// Bytes of the bodies beside the best chain.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    /// Counts a block that came into memory, if an authority sealed it.
    pub(super) fn seal(&mut self, header: &Header) {
        if header.kind == Kind::Authority {
            let sealed = self.sealed.entry((header.slot, header.sealer)).or_default();
            *sealed = sealed.saturating_add(1);
        }
    }

    /// Takes back what [`Self::seal`] counted, as the block leaves memory.
    pub(super) fn unseal(&mut self, header: &Header) {
        let of = (header.slot, header.sealer);
        if header.kind == Kind::Authority
            && let Some(sealed) = self.sealed.get_mut(&of)
        {
            *sealed = sealed.saturating_sub(1);
            if *sealed == 0 {
                self.sealed.remove(&of);
            }
        }
    }
}
