//! A small tree for tests: two branches, A and B, that share their first epochs, and authorities
//! with known keys.

use std::rc::Rc;

use super::{
    Blocks, Certificate, Change, Checkpoint, Epoch, Sets, SignedVote, Signers, Vote, VoteLink,
};
use crate::primitives::{Address, BlockHash, Height, Keypair};
use crate::testkit;

/// The key of an authority.
pub(super) fn key(number: usize) -> Keypair {
    testkit::key(&format!("authority-{number}"))
}

/// Two branches. A block's id is its branch and its height.
#[derive(Clone, Debug)]
pub(super) struct Fork {
    shared: Height,
    top: Height,
    genesis: Vec<Address>,
    /// Changes of the authorities on each branch, by height.
    changes: [Vec<Change>; 2],
    unchanged: Rc<Sets>,
}

impl Fork {
    /// `authorities` of them, and branches of `epochs` epochs that share the first `shared`.
    pub(super) fn new(authorities: usize, shared: u64, epochs: u64) -> Self {
        let genesis: Vec<Address> = (0..authorities).map(|one| key(one).address()).collect();
        Self {
            shared: Epoch(shared).height(),
            top: Height(Epoch(epochs).height().0 + 7),
            unchanged: Rc::new(Sets::new(genesis.clone())),
            genesis,
            changes: [Vec::new(), Vec::new()],
        }
    }

    /// Another set of authorities from the block at `height` on, on branch A (0) or B (1).
    pub(super) fn change(&mut self, branch: u8, height: u64, to: &[usize], lost: &[usize]) {
        let list = |numbers: &[usize]| numbers.iter().map(|one| key(*one).address()).collect();
        let change = Change {
            block: self.block(branch, height),
            height: Height(height),
            authorities: list(to),
            lost: list(lost),
        };
        self.changes[usize::from(branch)].push(change);
    }

    fn block(&self, branch: u8, height: u64) -> BlockHash {
        let mut id = [0; 32];
        id[0] = if height <= self.shared.0 { 0 } else { branch };
        id[1..9].copy_from_slice(&height.to_le_bytes());
        // No id is that of "no block".
        id[31] = 1;
        BlockHash(id)
    }

    fn position(&self, id: &BlockHash) -> Option<(u8, Height)> {
        let height = u64::from_le_bytes(id.0[1..9].try_into().ok()?);
        let known = self.block(id.0[0], height) == *id && id.0[0] < 2 && height <= self.top.0;
        known.then_some((id.0[0], Height(height)))
    }

    fn checkpoint(&self, branch: u8, epoch: u64) -> Checkpoint {
        let epoch = Epoch(epoch);
        Checkpoint {
            epoch,
            id: self.block(branch, epoch.height().0),
        }
    }

    pub(super) fn chain_id(&self) -> BlockHash {
        self.block(0, 0)
    }

    pub(super) fn genesis(&self) -> Checkpoint {
        Checkpoint::genesis(self.chain_id())
    }

    /// Checkpoint of branch A.
    pub(super) fn a(&self, epoch: u64) -> Checkpoint {
        self.checkpoint(0, epoch)
    }

    /// Checkpoint of branch B.
    pub(super) fn b(&self, epoch: u64) -> Checkpoint {
        self.checkpoint(1, epoch)
    }

    /// A block of branch B.
    pub(super) fn block_b(&self, height: u64) -> BlockHash {
        self.block(1, height)
    }

    /// All checkpoints, ascending.
    pub(super) fn checkpoints(&self) -> Vec<Checkpoint> {
        let epochs = 0..=Epoch::of(self.top).0;
        let mut all: Vec<_> = epochs
            .flat_map(|epoch| [self.a(epoch), self.b(epoch)])
            .collect();
        all.sort();
        all.dedup();
        all
    }

    /// All valid links, by source.
    pub(super) fn links(&self) -> Vec<VoteLink> {
        let all = self.checkpoints();
        let pairs = all
            .iter()
            .flat_map(|source| all.iter().map(|target| (*source, *target)));
        pairs
            .map(|(source, target)| VoteLink { source, target })
            .filter(|link| link.check_form().is_ok() && link.check_position(self).is_ok())
            .collect()
    }

    pub(super) fn vote(&self, signer: usize, source: Checkpoint, target: Checkpoint) -> SignedVote {
        let vote = Vote {
            chain_id: self.chain_id(),
            link: VoteLink { source, target },
        };
        vote.sign(&key(signer))
    }

    pub(super) fn signers(&self, link: VoteLink, numbers: &[usize]) -> Signers {
        let votes = numbers
            .iter()
            .map(|one| self.vote(*one, link.source, link.target));
        votes.map(|vote| (vote.signer, vote.signature)).collect()
    }

    pub(super) fn certificate(&self, link: VoteLink, numbers: &[usize]) -> Certificate {
        let sets = self.sets(&link.target.id).unwrap();
        Certificate::new(self.chain_id(), link, &self.signers(link, numbers), &sets)
    }
}

impl Blocks for Fork {
    fn height(&self, id: &BlockHash) -> Option<Height> {
        self.position(id).map(|(_, height)| height)
    }

    fn ancestor(&self, id: &BlockHash, height: Height) -> Option<BlockHash> {
        let (branch, top) = self.position(id)?;
        (height <= top).then(|| self.block(branch, height.0))
    }

    fn sets(&self, id: &BlockHash) -> Option<Rc<Sets>> {
        let (branch, height) = self.position(id)?;
        let changes = &self.changes[usize::from(branch)];
        if changes.is_empty() {
            return Some(Rc::clone(&self.unchanged));
        }
        let below = changes.iter().filter(|change| change.height <= height);
        let sets = Sets::new(self.genesis.clone());
        Some(Rc::new(below.cloned().fold(sets, Sets::with)))
    }

    fn best_sets(&self) -> Rc<Sets> {
        Rc::clone(&self.unchanged)
    }
}
