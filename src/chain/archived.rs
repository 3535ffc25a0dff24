//! The part of the best chain that lies in the archive: what stays of it in memory, and how its blocks go there and come
//! back.
//!
//! Invariants: the blocks of the best chain up to [`Archived::top`], genesis left out, are archived: they are in the archive
//! and not among the entries in memory, and no other block is. A reorganisation that goes below brings those back first
//! that leave the best chain. So the tree answers as it does without an archive, whatever lies where.
//!
//! Bounds: of an archived block its id, height and place stay, about 100 bytes; in memory are the best chain's last
//! [`KEEP`] blocks and up to [`STEP`] more, and the branches beside it. One call moves at most [`MOVES`] steps.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};

use super::archive::Archive;
use super::{Chain, MILESTONE, SPARSE, TreeEntry};
use crate::consensus::finality::Sets;
use crate::primitives::{Block, BlockHash, Height, Transaction, Weight};
use crate::state::{Context, Rules, Tally};

/// Blocks of the best chain that stay in memory below the head: more than peers ask for whose heads are near, and than
/// any reorganisation of honest makers takes back.
pub const KEEP: u64 = 2_048;
/// Blocks that are archived together, by one write.
const STEP: u64 = 16;
/// Most steps of one call: a node that has just read a long ledger must not stand still over it.
const MOVES: u64 = 16;

/// The part of the best chain that lies in the archive.
#[derive(Clone, Debug, Default)]
pub(super) struct Archived {
    archive: Option<Rc<dyn Archive>>,
    /// Blocks that stay in memory.
    keep: u64,
    /// Where the blocks lie, by height from 1 on.
    places: Vec<Place>,
    heights: BTreeMap<BlockHash, Height>,
    /// The rules and sets of authorities from these heights on.
    eras: BTreeMap<Height, Era>,
}

/// Where a block lies in the archive.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    length: u32,
}

/// What long runs of blocks have in common.
#[derive(Clone, Debug)]
struct Era {
    rules: Rc<Rules>,
    sets: Rc<Sets>,
}

/// A block as it lies in the archive.
#[derive(BorshSerialize, BorshDeserialize)]
struct Record<'a> {
    block: Cow<'a, Block>,
    weight: u128,
    tally: Tally,
    undo: Cow<'a, [u8]>,
}

impl Archived {
    /// The height of the highest archived block; 0, that of genesis, which never is, if there is none.
    pub(super) fn top(&self) -> Height {
        Height(u64::try_from(self.places.len()).unwrap_or(u64::MAX))
    }

    /// Number of archived blocks.
    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// The height of an archived block.
    pub(super) fn height(&self, id: &BlockHash) -> Option<Height> {
        self.heights.get(id).copied()
    }

    /// The archived blocks and their heights.
    pub(super) const fn heights(&self) -> &BTreeMap<BlockHash, Height> {
        &self.heights
    }

    /// Reads an archived block back.
    fn read(&self, height: Height) -> Option<Rc<TreeEntry>> {
        let index = usize::try_from(height.0.checked_sub(1)?).ok()?;
        let place = self.places.get(index)?;
        let archive = self.archive.as_ref()?;
        let bytes = archive.read(place.at, usize::try_from(place.length).ok()?)?;
        let record: Record<'_> = borsh::from_slice(&bytes).ok()?;
        let (_, era) = self.eras.range(..=height).next_back()?;
        let block = record.block.into_owned();
        let ids = block.body.transactions.iter().map(Transaction::id);
        Some(Rc::new(TreeEntry {
            tx_ids: ids.collect(),
            weight: Weight(record.weight),
            context: Context {
                tally: record.tally,
                rules: Rc::clone(&era.rules),
            },
            sets: Rc::clone(&era.sets),
            undo: record.undo.into_owned().into(),
            block: Rc::new(block),
        }))
    }

    /// Writes the next blocks of the best chain to the archive, the lowest first; whether it took them.
    fn put(&mut self, entries: &[(BlockHash, Rc<TreeEntry>)]) -> bool {
        let Some(archive) = &self.archive else {
            return false;
        };
        let (mut bytes, mut ends) = (Vec::new(), Vec::with_capacity(entries.len()));
        for (_, entry) in entries {
            let record = Record {
                block: Cow::Borrowed(&*entry.block),
                weight: entry.weight.0,
                tally: entry.context.tally,
                undo: Cow::Borrowed(&entry.undo),
            };
            borsh::to_writer(&mut bytes, &record).expect("a vector takes every byte");
            ends.push(bytes.len());
        }
        let Some(start) = archive.append(&bytes) else {
            return false;
        };
        let mut from = 0;
        for ((id, entry), end) in entries.iter().zip(ends) {
            let height = entry.block.header.height;
            let offset = u64::try_from(from).unwrap_or(u64::MAX);
            self.places.push(Place {
                at: start.saturating_add(offset),
                length: u32::try_from(end - from).unwrap_or(u32::MAX),
            });
            self.heights.insert(*id, height);
            self.begin_era(height, entry);
            from = end;
        }
        true
    }

    fn begin_era(&mut self, height: Height, entry: &TreeEntry) {
        let (rules, sets) = (&entry.context.rules, &entry.sets);
        let last = self.eras.last_key_value().map(|(_, era)| era);
        if !last.is_some_and(|last| Rc::ptr_eq(&last.rules, rules) && Rc::ptr_eq(&last.sets, sets))
        {
            let era = Era {
                rules: Rc::clone(rules),
                sets: Rc::clone(sets),
            };
            self.eras.insert(height, era);
        }
    }

    /// Forgets the highest archived block, which is in memory again.
    fn drop_top(&mut self, id: &BlockHash) {
        let top = self.top();
        self.places.pop();
        self.heights.remove(id);
        self.eras.remove(&top);
    }
}

impl Chain {
    /// Has blocks far below the head go to an archive from now on; `keep` blocks of the best chain stay in memory
    /// ([`KEEP`] for a node that people run).
    pub fn archive_to(&mut self, archive: Rc<dyn Archive>, keep: u64) {
        if self.archived.archive.is_none() {
            self.archived.archive = Some(archive);
            self.archived.keep = keep;
            self.archive_old();
        }
    }

    /// The height of the highest block that lies in the archive; 0 if there is none.
    #[must_use]
    pub fn archived_height(&self) -> Height {
        self.archived.top()
    }

    /// An archived block.
    pub(super) fn read_archived(&self, id: &BlockHash) -> Option<Rc<TreeEntry>> {
        let height = self.archived.height(id)?;
        let entry = self.archived.read(height);
        Some(entry.expect("an archive gives back what it took"))
    }

    /// Moves blocks far below the head to the archive, if there is one and it takes them.
    pub(super) fn archive_old(&mut self) {
        for _ in 0..MOVES {
            let (top, head) = (self.archived.top(), self.height());
            let last = Height(top.0.saturating_add(STEP));
            if self.archived.archive.is_none() || head.since(last) < self.archived.keep {
                return;
            }
            let heights = (top.next().0..=last.0).map(Height);
            let ids: Vec<BlockHash> = heights.filter_map(|height| self.at(height)).collect();
            let entries = ids
                .iter()
                .filter_map(|id| Some((*id, Rc::clone(self.entries.get(id)?))));
            let entries: Vec<_> = entries.collect();
            if !self.archived.put(&entries) {
                return;
            }
            for id in &ids {
                self.leave_memory(id);
            }
        }
    }

    fn leave_memory(&mut self, id: &BlockHash) {
        if let Some(entry) = self.entries.remove(id) {
            let header = &entry.block.header;
            self.by_height.remove(&(header.height, *id));
            self.choice.forget(id);
            if !header.height.0.is_multiple_of(SPARSE) {
                self.milestones.remove(id);
            }
        }
    }

    /// Whether the state after the block of the best chain at a height is kept.
    pub(super) fn is_milestone(&self, height: Height) -> bool {
        let apart = if height > self.archived.top() {
            MILESTONE
        } else {
            SPARSE
        };
        height.0.is_multiple_of(apart)
    }

    /// Brings the archived blocks above a height back into memory, as they leave the best chain.
    pub(super) fn bring_back_above(&mut self, height: Height) {
        while self.archived.top() > height {
            let top = self.archived.top();
            let id = self
                .at(top)
                .expect("the best chain has a block at each height up to the head's");
            let entry = self
                .read_archived(&id)
                .expect("an archived block of the best chain");
            if self.is_candidate(&id) {
                self.choice.take_back(id);
            }
            self.archived.drop_top(&id);
            self.by_height.insert((top, id));
            self.entries.insert(id, entry);
        }
    }
}
