//! Who votes: the sets of authorities along a chain.
//!
//! A set follows from the blocks of the chain alone. If it followed from votes as well, two nodes
//! with different votes would count one link by different sets, and could make conflicting blocks
//! final without anybody's guilt.
//!
//! A change takes effect gradually. A link whose target's chain holds the change needs two thirds
//! of the new set, and as long as the block with the change is not final two thirds of the set
//! before as well. So every link on both sides of a fork above or around the change shares a set
//! with the links of the other side, and accountable safety holds across any number of changes. As
//! finality only drops a demand, more votes never take a justification back.
//!
//! An authority that is lost for good could keep a quorum of the old set out of reach for ever, and
//! with it the change that removes it. The operator may therefore declare it lost: the sets before
//! the change are then counted without it. This trusts the operator with the lost one's voice: of
//! two conflicting final blocks, one with the declaration and one without it, the evidence names as
//! many fewer.

use std::collections::BTreeSet;

use super::Quorum;
use crate::primitives::{Address, BlockHash, Height};

/// Most distinct authorities over the life of a network, as the marks of a certificate count them.
pub const MAX_ROSTER: usize = 256;

/// A change of the authorities on one chain, as it comes into force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Id of the block from whose children on the new authorities take turns.
    pub block: BlockHash,
    /// Height of that block. Checkpoints from there on have the new set.
    pub height: Height,
    /// The whole new set in the order of its slots, not only what is new.
    pub authorities: Vec<Address>,
    /// Authorities of earlier sets that are declared lost.
    pub lost: Vec<Address>,
}

/// The sets of authorities along one chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sets {
    genesis: Vec<Address>,
    /// By height, the lowest first.
    changes: Vec<Change>,
}

impl Sets {
    /// Of a chain on which the authorities never changed.
    #[must_use]
    pub const fn new(genesis: Vec<Address>) -> Self {
        Self {
            genesis,
            changes: Vec::new(),
        }
    }

    /// With one more change, above all others.
    #[must_use]
    pub fn with(mut self, change: Change) -> Self {
        debug_assert!(
            self.changes
                .last()
                .is_none_or(|last| last.height <= change.height),
            "a chain is read upwards"
        );
        self.changes.push(change);
        self
    }

    /// The set after the last change, or that of genesis, in the order of its slots.
    #[must_use]
    pub fn latest(&self) -> &[Address] {
        self.at(self.changes.len())
    }

    /// The set of a checkpoint of this chain at a height.
    #[must_use]
    pub fn at_height(&self, height: Height) -> &[Address] {
        self.at(self
            .changes
            .partition_point(|change| change.height <= height))
    }

    /// The changes, the lowest first.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Everybody who ever was an authority of this chain, in the order of appearance: a longer
    /// chain only adds.
    #[must_use]
    pub fn roster(&self) -> Vec<Address> {
        let mut known = BTreeSet::new();
        let lists = self.changes.iter().map(|change| &change.authorities);
        [&self.genesis]
            .into_iter()
            .chain(lists)
            .flatten()
            .filter(|one| known.insert(**one))
            .copied()
            .collect()
    }

    /// Whether somebody is or was an authority of this chain.
    #[must_use]
    pub fn contains(&self, signer: &Address) -> bool {
        self.genesis.contains(signer)
            || self
                .changes
                .iter()
                .any(|change| change.authorities.contains(signer))
    }

    /// Whether those who are `signed` are two thirds of each set that counts when the first
    /// `settled` changes are final.
    pub fn agree(&self, settled: usize, signed: impl Fn(&Address) -> bool) -> bool {
        (settled..=self.changes.len()).all(|index| {
            let members = self.counted(index);
            let count = members.iter().filter(|one| signed(one)).count();
            Quorum::of(members.len()).is_reached(count)
        })
    }

    /// The set after `index` changes without those whom a later change declares lost.
    fn counted(&self, index: usize) -> Vec<&Address> {
        let later = self.changes.get(index..).unwrap_or_default();
        let is_lost = |one: &Address| later.iter().any(|change| change.lost.contains(one));
        self.at(index).iter().filter(|one| !is_lost(one)).collect()
    }

    fn at(&self, index: usize) -> &[Address] {
        index
            .checked_sub(1)
            .and_then(|last| self.changes.get(last))
            .map_or(&self.genesis, |change| &change.authorities)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(number: u8) -> Address {
        Address([number; 32])
    }

    fn list(numbers: &[u8]) -> Vec<Address> {
        numbers.iter().copied().map(address).collect()
    }

    fn change(height: u64, to: &[u8], lost: &[u8]) -> Change {
        Change {
            block: BlockHash([u8::try_from(height).unwrap(); 32]),
            height: Height(height),
            authorities: list(to),
            lost: list(lost),
        }
    }

    fn agree(sets: &Sets, settled: usize, signed: &[u8]) -> bool {
        let signed = list(signed);
        sets.agree(settled, |one| signed.contains(one))
    }

    #[test]
    fn rule_10_of_the_design_both_quorums_until_the_change_is_final() {
        let sets = Sets::new(list(&[1, 2, 3])).with(change(9, &[3, 4, 5], &[]));
        assert!(!agree(&sets, 0, &[1, 2, 3]), "the new set is missing");
        assert!(!agree(&sets, 0, &[3, 4, 5]), "the old set is missing");
        assert!(agree(&sets, 0, &[1, 3, 4]));
        assert!(agree(&sets, 1, &[4, 5]), "final: the new set alone");
        assert!(!agree(&sets, 1, &[1, 2, 3]));
    }

    #[test]
    fn of_two_changes_under_way_each_set_counts() {
        let sets = Sets::new(list(&[1]))
            .with(change(9, &[2], &[]))
            .with(change(17, &[3], &[]));
        assert!(!agree(&sets, 0, &[1, 3]), "the set in between is missing");
        assert!(agree(&sets, 0, &[1, 2, 3]));
        assert!(agree(&sets, 1, &[2, 3]));
        assert!(agree(&sets, 2, &[3]));
    }

    #[test]
    fn one_of_two_that_is_lost_for_good_can_be_removed() {
        let plain = Sets::new(list(&[1, 2])).with(change(9, &[1], &[]));
        assert!(!agree(&plain, 0, &[1]), "two of two are needed for ever");
        let declared = Sets::new(list(&[1, 2])).with(change(9, &[1], &[2]));
        assert!(agree(&declared, 0, &[1]));
    }

    #[test]
    fn a_set_begins_with_the_block_of_its_change_and_the_roster_only_grows() {
        let sets = Sets::new(list(&[2, 1])).with(change(9, &[1, 7], &[]));
        assert_eq!(sets.at_height(Height(8)), list(&[2, 1]));
        assert_eq!(sets.at_height(Height(9)), list(&[1, 7]));
        assert_eq!(sets.latest(), list(&[1, 7]));
        assert_eq!(sets.roster(), list(&[2, 1, 7]));
        assert!(sets.contains(&address(2)) && !sets.contains(&address(3)));
    }

    #[test]
    fn an_empty_set_agrees_to_nothing() {
        assert!(!agree(&Sets::new(Vec::new()), 0, &[]));
    }
}
