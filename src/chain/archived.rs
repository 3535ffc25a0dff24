//! The part of the best chain that lies in the archive, and what stays of it in memory.
//!
//! Invariants: the blocks of the best chain up to [`Archived::top`], genesis left out, are
//! archived: they are in the archive and not among the entries in memory, and no other block is. A
//! reorganisation that goes below brings those back first that leave the best chain. So the tree
//! answers as it does without an archive, whatever lies where.
//!
//! Bound: of an archived block its place, its rank among all by their ids, and the slot of an
//! authority's stay here, about 30 bytes; the tree keeps its id and the ids of its transactions.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};

use super::archive::Archive;
use super::entry::TreeEntry;
use crate::consensus::finality::Sets;
use crate::primitives::{Block, BlockHash, Height, Kind, NodeId, Slot, Transaction, Weight};
use crate::state::{Context, Rules, Tally};

/// The part of the best chain that lies in the archive.
#[derive(Clone, Debug, Default)]
pub(super) struct Archived {
    pub(super) archive: Option<Rc<dyn Archive>>,
    /// Blocks that stay in memory.
    pub(super) keep: u64,
    /// Where the blocks lie, by height from 1 on.
    places: Vec<Place>,
    /// The heights of the blocks in the order of their ids.
    by_id: Vec<u32>,
    /// The slots for which each authority sealed, the lowest first: those of a chain ascend.
    slots: BTreeMap<NodeId, Vec<Slot>>,
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
    /// The height of the highest archived block; 0, that of genesis, which never is, if there is
    /// none.
    pub(super) fn top(&self) -> Height {
        Height(u64::try_from(self.places.len()).unwrap_or(u64::MAX))
    }

    /// Number of archived blocks.
    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// The height of an archived block of this best chain.
    pub(super) fn height(&self, id: &BlockHash, best: &[BlockHash]) -> Option<Height> {
        let rank = self.rank(id, best).ok()?;
        self.by_id.get(rank).map(|height| Height((*height).into()))
    }

    /// The place of an id among those of all archived blocks, or where it would be.
    fn rank(&self, id: &BlockHash, best: &[BlockHash]) -> Result<usize, usize> {
        let compare =
            |height: &u32| id_at(best, *height).map_or(Ordering::Greater, |it| it.cmp(id));
        self.by_id.binary_search_by(compare)
    }

    /// The ids of the archived blocks from one on, in their order.
    pub(super) fn ids_from<'a>(
        &'a self,
        least: BlockHash,
        best: &'a [BlockHash],
    ) -> impl Iterator<Item = &'a BlockHash> {
        let (Ok(from) | Err(from)) = self.rank(&least, best);
        let heights = self.by_id.get(from..).unwrap_or_default();
        heights.iter().filter_map(|height| id_at(best, *height))
    }

    /// How many archived blocks an authority sealed for a slot: one at the most, as a chain has one
    /// for each.
    pub(super) fn sealed_for(&self, slot: Slot, sealer: NodeId) -> usize {
        let slots = self.slots.get(&sealer);
        usize::from(slots.is_some_and(|slots| slots.binary_search(&slot).is_ok()))
    }

    /// Reads the archived block at a height back.
    pub(super) fn entry(&self, height: Height) -> Rc<TreeEntry> {
        self.read(height)
            .expect("an archive gives back what it took")
    }

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

    /// Writes the next blocks of this best chain to the archive, the lowest first; whether it took
    /// them.
    pub(super) fn put(
        &mut self,
        entries: &[(BlockHash, Rc<TreeEntry>)],
        best: &[BlockHash],
    ) -> bool {
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
            let (Ok(rank) | Err(rank)) = self.rank(id, best);
            self.by_id
                .insert(rank, u32::try_from(height.0).unwrap_or(u32::MAX));
            let header = &entry.block.header;
            if header.kind == Kind::Authority {
                self.slots
                    .entry(header.sealer)
                    .or_default()
                    .push(header.slot);
            }
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

    /// Forgets the highest archived block of this best chain, which is in memory again.
    pub(super) fn drop_top(&mut self, id: &BlockHash, best: &[BlockHash], entry: &TreeEntry) {
        let top = self.top();
        self.places.pop();
        if let Ok(rank) = self.rank(id, best) {
            self.by_id.remove(rank);
        }
        let header = &entry.block.header;
        if header.kind == Kind::Authority
            && let Some(slots) = self.slots.get_mut(&header.sealer)
        {
            slots.pop();
        }
        self.eras.remove(&top);
    }
}

fn id_at(best: &[BlockHash], height: u32) -> Option<&BlockHash> {
    best.get(usize::try_from(height).ok()?)
}
