//! The tree of valid blocks of one node, its best chain, and the state at its head.
//!
//! Every block in the tree is valid from genesis on: a block is executed on its parent's state when
//! it is imported, on whatever branch. So the fork choice is a pure function of the set of blocks
//! and of what the authorities' votes decided over them ([`View`]), never of the order they came
//! in, and costs nothing with the length of the chain.
//!
//! Blocks of the best chain far below the head lie in an archive outside the memory, where there is
//! one ([`Chain::archive_to`]); the tree answers the same with it and without.
//!
//! Bounds: beside the best chain at most [`MAX_SIDE`] blocks of [`MAX_SIDE_BYTES`], and the branch
//! that is being fetched; of more the lightest tips go, and are fetched again if their branch
//! becomes heavy. [`MAX_INVALID`] refused ids and [`CACHED_STATES`] states are remembered, and on
//! every branch the state at each [`MILESTONE`]th height, of blocks in the archive at each
//! [`SPARSE`]th: any other is reached from one of these. The states share what they have in common,
//! so a milestone costs less than the blocks up to the next.

mod archive;
mod archived;
#[cfg(test)]
mod archived_tests;
mod archiving;
mod choice;
mod decided;
#[cfg(test)]
mod decided_tests;
mod entry;
mod import;
mod locate;
#[cfg(test)]
mod order_tests;
mod prune;
#[cfg(test)]
mod prune_tests;
mod restore;
#[cfg(test)]
mod retarget_tests;
mod side;
#[cfg(test)]
mod tests;
mod tied;
#[cfg(test)]
mod traitor_tests;
mod voters;
mod walk;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;
use std::str::FromStr;

pub use archive::{Archive, MemoryArchive};
use archived::Archived;
pub use archiving::KEEP;
use choice::Choice;
pub use entry::TreeEntry;
pub use import::{HeadChange, Import};
pub use locate::MAX_LOCATOR;
pub use prune::{MAX_SIDE, MAX_SIDE_BYTES};
pub use restore::{RestoreError, Restoring};
pub use side::PINS;
use side::SideBranches;
pub use walk::HeaderWalk;

use crate::consensus::finality::{Base, Sets, View};
use crate::consensus::{BlockError, Params};
use crate::primitives::{Block, BlockHash, Header, Height, TxId, Weight};
use crate::state::{Context, Entry, Key, State, Undo, genesis};

/// Refused ids that are remembered, so that nothing is checked twice: a node is sent the same bad
/// block by each of its peers, at most a few hundred times.
pub const MAX_INVALID: usize = 1_024;
/// States kept beside the head's, the latest: tips of branches and the head's last ancestors.
pub const CACHED_STATES: usize = 64;
/// States are kept at the multiples of this height, so that no block, however far up a branch,
/// makes a node execute more blocks again, or, above the archived ones, take more back.
pub const MILESTONE: u64 = 64;

/// Of archived blocks the states at the multiples of this height are kept.
pub const SPARSE: u64 = 16 * MILESTONE;

/// The block tree of one node, its best chain, and the states that are kept.
#[derive(Clone, Debug)]
pub struct Chain {
    params: Rc<Params>,
    genesis: BlockHash,
    /// The blocks in memory: all that are not archived.
    entries: BTreeMap<BlockHash, Rc<TreeEntry>>,
    /// The same, the lowest first.
    by_height: BTreeSet<(Height, BlockHash)>,
    archived: Archived,
    choice: Choice,
    /// What the authorities' votes decided.
    decided: View,
    /// The best chain by height, genesis first.
    best: Vec<BlockHash>,
    head_state: State,
    /// Heights of the blocks of the best chain that hold these transactions.
    committed: BTreeMap<TxId, Height>,
    states: StateCache,
    /// States at the multiples of [`MILESTONE`], on every branch; of archived blocks at those of
    /// [`SPARSE`].
    milestones: BTreeMap<BlockHash, State>,
    side: SideBranches,
    invalid: BTreeMap<BlockHash, BlockError>,
    invalid_order: VecDeque<BlockHash>,
    /// Entries looked at, to see that it does not grow with the chain.
    #[cfg(test)]
    visits: std::cell::Cell<usize>,
}

/// The latest states beside the head's, first in, first out.
#[derive(Clone, Debug, Default)]
struct StateCache {
    states: BTreeMap<BlockHash, State>,
    order: VecDeque<BlockHash>,
}

impl StateCache {
    fn insert(&mut self, id: BlockHash, state: State) {
        if self.states.insert(id, state).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > CACHED_STATES
            && let Some(oldest) = self.order.pop_front()
        {
            self.states.remove(&oldest);
        }
    }
}

impl Chain {
    /// The tree that holds only the genesis block of `params`.
    #[must_use]
    pub fn new(params: Rc<Params>) -> Self {
        let (block, state) = genesis(&params);
        let id = block.id();
        let entry = TreeEntry {
            block: Rc::new(block),
            tx_ids: Rc::from([]),
            weight: Weight(0),
            context: state.context(),
            sets: Rc::new(Sets::new(params.authorities.clone())),
            undo: encode_undo(&Undo::new()),
        };
        let mut entries = BTreeMap::new();
        entries.insert(id, Rc::new(entry));
        Self {
            params,
            genesis: id,
            entries,
            by_height: BTreeSet::from([(Height(0), id)]),
            archived: Archived::default(),
            choice: Choice::above(id, Weight(0)),
            decided: View::without_votes(&Base::genesis(id)),
            best: vec![id],
            head_state: state,
            committed: BTreeMap::new(),
            states: StateCache::default(),
            milestones: BTreeMap::new(),
            side: SideBranches::new(id),
            invalid: BTreeMap::new(),
            invalid_order: VecDeque::new(),
            #[cfg(test)]
            visits: std::cell::Cell::default(),
        }
    }

    /// The parameters as genesis has them. Those in force now are in [`Self::context`].
    #[must_use]
    pub const fn params(&self) -> &Rc<Params> {
        &self.params
    }

    /// Id of the genesis block, which names the network.
    #[must_use]
    pub const fn chain_id(&self) -> BlockHash {
        self.genesis
    }

    /// Id of the head.
    #[must_use]
    pub fn head(&self) -> BlockHash {
        self.best.last().copied().unwrap_or(self.genesis)
    }

    /// Header of the head.
    #[must_use]
    pub fn head_header(&self) -> &Header {
        &self.head_entry().block.header
    }

    /// Height of the head; 0 in a new tree.
    #[must_use]
    pub fn height(&self) -> Height {
        self.head_header().height
    }

    /// Weight of the best chain, genesis not counted.
    #[must_use]
    pub fn weight(&self) -> Weight {
        self.head_entry().weight
    }

    /// The state after the head.
    #[must_use]
    pub const fn head_state(&self) -> &State {
        &self.head_state
    }

    /// What the next block is checked against.
    #[must_use]
    pub fn context(&self) -> &Context {
        &self.head_entry().context
    }

    /// A block of any branch, `None` if it is not in the tree. An archived one is read back.
    #[must_use]
    pub fn get(&self, id: &BlockHash) -> Option<Rc<TreeEntry>> {
        #[cfg(test)]
        self.visits.update(|visits| visits + 1);
        let in_memory = self.entries.get(id).cloned();
        in_memory.or_else(|| Some(self.archived.entry(self.archived_at(id)?)))
    }

    /// The height of a block of the tree, which costs no look into the archive.
    #[must_use]
    pub fn height_of(&self, id: &BlockHash) -> Option<Height> {
        #[cfg(test)]
        self.visits.update(|visits| visits + 1);
        let in_memory = self.entries.get(id).map(|entry| entry.block.header.height);
        in_memory.or_else(|| self.archived_at(id))
    }

    /// The height of an archived block.
    fn archived_at(&self, id: &BlockHash) -> Option<Height> {
        self.archived.height(id, &self.best)
    }

    /// The ids of all blocks of the tree, in no order that means anything.
    pub fn ids(&self) -> impl Iterator<Item = &BlockHash> {
        let above_genesis = self.best.iter().skip(1);
        let archived = above_genesis.take(self.archived.len());
        self.entries.keys().chain(archived)
    }

    /// The blocks in memory from a height on, the lowest first: all that are not far below the head
    /// on the best chain.
    pub fn in_memory_from(&self, height: Height) -> impl Iterator<Item = (&BlockHash, &TreeEntry)> {
        let ids = self.by_height.range((height, BlockHash::ZERO)..);
        ids.filter_map(|(_, id)| Some((id, &**self.entries.get(id)?)))
    }

    /// Whether a block is in the tree.
    #[must_use]
    pub fn contains(&self, id: &BlockHash) -> bool {
        self.height_of(id).is_some()
    }

    /// Why a block was refused, if it was and its id is to blame.
    #[must_use]
    pub fn refusal(&self, id: &BlockHash) -> Option<&BlockError> {
        self.invalid.get(id)
    }

    /// Refused ids that begin with `prefix`; at most `limit`.
    pub fn refused_with_prefix<'a>(
        &'a self,
        prefix: &'a str,
        limit: usize,
    ) -> impl Iterator<Item = BlockHash> + 'a {
        with_prefix(prefix, limit, |least| {
            self.invalid.range(least..).map(|(id, _)| id)
        })
    }

    /// The state after a block, as far as it is at hand, or the block is of the best chain and at
    /// most [`MILESTONE`] below its head: to look at, without keeping anything.
    #[must_use]
    pub fn state_seen(&self, id: &BlockHash) -> Option<State> {
        let kept = self.states.states.get(id);
        if let Some(state) = kept.or_else(|| self.milestones.get(id)) {
            return Some(state.clone());
        }
        let height = self.height_of(id)?;
        if !self.on_best(id) || self.height().since(height) > MILESTONE {
            return None;
        }
        let above = self.best.iter().rev().take_while(|above| *above != id);
        let undone = |state: State, above| state.reverted(&self.entry(above).undo());
        Some(above.fold(self.head_state.clone(), undone))
    }

    /// Number of refused ids and of states that are remembered.
    #[must_use]
    pub fn remembered(&self) -> (usize, usize) {
        (
            self.invalid.len().max(self.invalid_order.len()),
            self.states.states.len(),
        )
    }

    /// The block of the best chain at a height, `None` above the head.
    #[must_use]
    pub fn at(&self, height: Height) -> Option<BlockHash> {
        self.best.get(usize::try_from(height.0).ok()?).copied()
    }

    /// Whether a block is on the best chain.
    #[must_use]
    pub fn on_best(&self, id: &BlockHash) -> bool {
        self.height_of(id)
            .is_some_and(|height| self.at(height) == Some(*id))
    }

    /// The block of the best chain that holds a transaction, `None` if none does.
    #[must_use]
    pub fn block_of(&self, transaction: &TxId) -> Option<BlockHash> {
        self.at(*self.committed.get(transaction)?)
    }

    /// Ids that begin with `prefix`, of blocks on any branch; at most `limit`.
    pub fn with_prefix<'a>(
        &'a self,
        prefix: &'a str,
        limit: usize,
    ) -> impl Iterator<Item = BlockHash> + 'a {
        let in_memory = with_prefix(prefix, limit, |least| {
            self.entries.range(least..).map(|(id, _)| id)
        });
        let archived = with_prefix(prefix, limit, |least| {
            self.archived.ids_from(least, &self.best)
        });
        in_memory.chain(archived).take(limit)
    }

    /// Ids of committed transactions that begin with `prefix`; at most `limit`.
    pub fn transactions_with_prefix<'a>(
        &'a self,
        prefix: &'a str,
        limit: usize,
    ) -> impl Iterator<Item = TxId> + 'a {
        with_prefix(prefix, limit, |least| {
            self.committed.range(least..).map(|(id, _)| id)
        })
    }

    /// All blocks of the tree, in no order that means anything.
    pub fn blocks(&self) -> impl Iterator<Item = Rc<Block>> {
        let entries = self.ids().map(|id| self.entry(id));
        entries.map(|entry| Rc::clone(&entry.block))
    }

    /// Number of blocks in the tree, genesis counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len().saturating_add(self.archived.len())
    }

    /// Never: the genesis block is always there.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The keys that a block changed and their entries before it; empty if it is not in the tree.
    #[must_use]
    pub fn undo_of(&self, id: &BlockHash) -> Undo {
        self.get(id).map(|entry| entry.undo()).unwrap_or_default()
    }

    /// The entries at the head of `keys`.
    pub fn entries_at_head<'a>(
        &'a self,
        keys: impl Iterator<Item = Key> + 'a,
    ) -> impl Iterator<Item = (Key, Option<Entry>)> + 'a {
        keys.map(|key| {
            let entry = self.head_state.entry(&key).cloned();
            (key, entry)
        })
    }

    fn head_entry(&self) -> &TreeEntry {
        let head = self.entries.get(&self.head());
        head.expect("the head is never archived")
    }

    /// A block that is known to be in the tree: an ancestor of one that is, or of the best chain.
    fn entry(&self, id: &BlockHash) -> Rc<TreeEntry> {
        self.get(id)
            .expect("the tree holds every ancestor of its blocks")
    }
}

/// The first ids that begin with `prefix`, of those that there are from an id on, in order.
fn with_prefix<'a, I, J>(
    prefix: &'a str,
    limit: usize,
    from: impl FnOnce(I) -> J + 'a,
) -> impl Iterator<Item = I> + 'a
where
    I: Copy + FromStr + ToString + 'a,
    J: Iterator<Item = &'a I> + 'a,
{
    let least = format!("{prefix:0<64}").parse::<I>().ok();
    let ids = least.map(from).into_iter().flatten();
    ids.copied()
        .take_while(move |id| id.to_string().starts_with(prefix))
        .take(limit)
}

/// The chain id of a network: the id of its genesis block.
#[must_use]
pub fn chain_id(params: &Params) -> BlockHash {
    genesis(params).0.id()
}

fn encode_undo(undo: &Undo) -> Rc<[u8]> {
    borsh::to_vec(undo)
        .expect("a vector takes every byte")
        .into()
}
