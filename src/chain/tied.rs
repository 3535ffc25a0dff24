//! Ids in order, of which any can be had by its place, and to which another is added in little time
//! however many there are: whoever makes thousands of blocks of one weight pays for them alone.
//!
//! Invariants: the ids ascend within a part and from part to part; no part is empty, and none has
//! more than [`MOST`]. Bound: of more than [`MAX_TIED`] ids the smallest are kept, so what is kept
//! does not depend on their order.

use crate::primitives::BlockHash;

/// Most ids of one part.
const MOST: usize = 256;

/// Most ids: more than honest makers ever tie.
pub(super) const MAX_TIED: usize = 1_024;

/// Ids in order.
#[derive(Clone, Debug)]
pub(super) struct Tied {
    parts: Vec<Vec<BlockHash>>,
    len: usize,
}

impl Tied {
    /// One id.
    pub(super) fn new(id: BlockHash) -> Self {
        Self {
            parts: vec![vec![id]],
            len: 1,
        }
    }

    /// How many there are.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The largest id.
    pub(super) fn largest(&self) -> Option<BlockHash> {
        self.parts.last()?.last().copied()
    }

    /// Takes the largest id out if there are too many.
    pub(super) fn take_surplus(&mut self) -> Option<BlockHash> {
        if self.len <= MAX_TIED {
            return None;
        }
        let surplus = self.parts.last_mut().and_then(Vec::pop)?;
        self.parts.retain(|part| !part.is_empty());
        self.len = self.len.saturating_sub(1);
        Some(surplus)
    }

    /// Adds an id; whether it was not there.
    pub(super) fn insert(&mut self, id: BlockHash) -> bool {
        let is_below = |part: &Vec<BlockHash>| part.last().is_some_and(|last| *last < id);
        let at = self.parts.partition_point(is_below);
        let at = at.min(self.parts.len().saturating_sub(1));
        let part = &mut self.parts[at];
        let Err(place) = part.binary_search(&id) else {
            return false;
        };
        part.insert(place, id);
        self.len = self.len.saturating_add(1);
        if part.len() > MOST {
            let upper = part.split_off(MOST / 2);
            self.parts.insert(at.saturating_add(1), upper);
        }
        true
    }

    /// The id at a place.
    pub(super) fn at(&self, place: usize) -> Option<&BlockHash> {
        let mut place = place;
        for part in &self.parts {
            match place.checked_sub(part.len()) {
                Some(further) => place = further,
                None => return part.get(place),
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::{SplitMix64, sha256};

    #[test]
    fn ids_stand_where_they_stand_in_a_sorted_list() {
        let mut chance = SplitMix64::new(1);
        let mut id = || BlockHash(sha256(&[&(chance.draw() % 5_000).to_le_bytes()]).0);
        let first = id();
        let (mut tied, mut list) = (Tied::new(first), vec![first]);
        for _ in 0..4_000 {
            let next = id();
            let is_new = !list.contains(&next);
            assert_eq!(tied.insert(next), is_new);
            list.extend(Some(next).filter(|_| is_new));
        }
        list.sort_unstable();
        assert!(list.len() > 2_000 && tied.len() == list.len());
        let found: Vec<BlockHash> = (0..list.len()).map(|at| *tied.at(at).unwrap()).collect();
        assert_eq!(found, list);
        assert_eq!(tied.at(list.len()), None);
        let lengths = tied.parts.iter().map(Vec::len);
        assert!(lengths.clone().all(|length| (1..=MOST).contains(&length)) && lengths.len() > 8);
        while let Some(surplus) = tied.take_surplus() {
            assert_eq!(list.pop(), Some(surplus));
            assert_eq!(tied.largest().as_ref(), list.last());
        }
        assert_eq!((tied.len(), list.len()), (MAX_TIED, MAX_TIED));
        assert_eq!(tied.at(MAX_TIED - 1), list.last());
    }
}
