//! A tree of checkpoints for tests, with changes of the authorities, and signed votes over it.

use std::collections::BTreeMap;
use std::rc::Rc;

use aurex::consensus::finality::{
    Added, Base, Blocks, Change, CheckedVote, Checkpoint, Epoch, Sets, SignedVote, View, Vote,
    VoteError, VoteLink, Votes,
};
use aurex::primitives::{Address, BlockHash, Height, Keypair, sha256};

pub(crate) fn key(number: usize) -> Keypair {
    Keypair::derive(&[13; 32], "authority", &number.to_string())
}

pub(crate) fn id(name: &str) -> BlockHash {
    BlockHash(sha256(&[name.as_bytes()]).0)
}

/// A tree of checkpoints and the blocks with changes of the authorities.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    /// Height and parent of each block.
    pub(crate) blocks: BTreeMap<BlockHash, (Height, BlockHash)>,
    pub(crate) genesis: Checkpoint,
    pub(crate) authorities: Vec<Address>,
    pub(crate) changes: BTreeMap<BlockHash, Change>,
}

impl Tree {
    pub(crate) fn new(authorities: usize) -> Self {
        let genesis = Checkpoint::genesis(id("G"));
        Self {
            blocks: BTreeMap::from([(genesis.id, (Height(0), genesis.id))]),
            genesis,
            authorities: (0..authorities).map(|one| key(one).address()).collect(),
            changes: BTreeMap::new(),
        }
    }

    pub(crate) fn grow(&mut self, name: &str, parent: &BlockHash, epoch: u64) -> Checkpoint {
        let checkpoint = Checkpoint {
            epoch: Epoch(epoch),
            id: id(name),
        };
        self.blocks
            .insert(checkpoint.id, (checkpoint.height(), *parent));
        checkpoint
    }

    pub(crate) fn change(&mut self, at: &Checkpoint, to: &[usize]) {
        let change = Change {
            block: at.id,
            height: at.height(),
            authorities: to.iter().map(|one| key(*one).address()).collect(),
            lost: Vec::new(),
        };
        self.changes.insert(at.id, change);
    }

    pub(crate) fn checkpoints(&self) -> Vec<Checkpoint> {
        let all = self.blocks.iter().map(|(id, (height, _))| Checkpoint {
            epoch: Epoch::of(*height),
            id: *id,
        });
        let mut all: Vec<_> = all.collect();
        all.sort();
        all
    }

    pub(crate) fn links(&self) -> Vec<VoteLink> {
        let all = self.checkpoints();
        let pairs = all
            .iter()
            .flat_map(|source| all.iter().map(|target| (*source, *target)));
        pairs
            .map(|(source, target)| VoteLink { source, target })
            .filter(|link| link.check_form().is_ok() && link.check_position(self).is_ok())
            .collect()
    }

    pub(crate) fn vote(&self, signer: usize, link: VoteLink) -> SignedVote {
        let chain_id = self.genesis.id;
        Vote { chain_id, link }.sign(&key(signer))
    }

    pub(crate) fn add(&self, votes: &mut Votes, vote: SignedVote) -> Result<Added, VoteError> {
        votes.add(&CheckedVote::check(vote, &self.genesis.id)?, self)
    }

    pub(crate) fn pool(&self) -> Votes {
        Votes::new(self.genesis.id)
    }

    pub(crate) fn view(&self, votes: &Votes) -> View {
        View::of(&Base::genesis(self.genesis.id), self, votes.links())
    }

    pub(crate) fn conflict(&self, one: &Checkpoint, other: &Checkpoint) -> bool {
        !self.descends(&one.id, &other.id) && !self.descends(&other.id, &one.id)
    }
}

impl Blocks for Tree {
    fn height(&self, id: &BlockHash) -> Option<Height> {
        self.blocks.get(id).map(|(height, _)| *height)
    }

    fn ancestor(&self, id: &BlockHash, height: Height) -> Option<BlockHash> {
        let mut at = *id;
        loop {
            let (found, parent) = self.blocks.get(&at)?;
            if *found <= height {
                return (*found == height).then_some(at);
            }
            at = *parent;
        }
    }

    fn sets(&self, id: &BlockHash) -> Option<Rc<Sets>> {
        let (mut at, mut changes) = (*id, Vec::new());
        self.blocks.get(id)?;
        while at != self.genesis.id {
            changes.extend(self.changes.get(&at).cloned());
            at = self.blocks[&at].1;
        }
        let sets = Sets::new(self.authorities.clone());
        Some(Rc::new(changes.into_iter().rev().fold(sets, Sets::with)))
    }

    fn best_sets(&self) -> Rc<Sets> {
        Rc::new(Sets::new(self.authorities.clone()))
    }
}
