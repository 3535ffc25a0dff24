//! Epochs, checkpoints and vote links. A checkpoint is a block at a height that is a multiple of
//! [`EPOCH`](crate::consensus::EPOCH); a vote link leads from one to a later one above it.
//!
//! Bounds: an epoch is at most [`Epoch::MAX`], so that its height stays an exact number everywhere.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use super::{Blocks, Epoch, VoteError};
use crate::primitives::{BlockHash, Height};

/// A block that can be voted for. Ordered by epoch, then by id.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct Checkpoint {
    /// The block's height by 8, as long as rule 17 is not broken.
    pub epoch: Epoch,
    /// The block.
    pub id: BlockHash,
}

impl Checkpoint {
    /// The checkpoint that needs no votes: the genesis block.
    #[must_use]
    pub const fn genesis(chain_id: BlockHash) -> Self {
        Self {
            epoch: Epoch(0),
            id: chain_id,
        }
    }

    /// Height that the block must have by rule 17: eight times the epoch.
    #[must_use]
    pub const fn height(&self) -> Height {
        self.epoch.height()
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in epoch {}", self.id.short(), self.epoch)
    }
}

/// From a checkpoint to a later one: what a vote confirms. Ordered by source, then by target, so
/// that links into a checkpoint come before those out of it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize,
)]
pub struct VoteLink {
    /// The justified checkpoint that is built on.
    pub source: Checkpoint,
    /// The checkpoint to be justified, of a later epoch (rule 15).
    pub target: Checkpoint,
}

impl VoteLink {
    /// Checks what the link shows by itself (rule 15).
    ///
    /// # Errors
    /// [`VoteError::Epochs`], [`VoteError::EpochRange`].
    pub fn check_form(&self) -> Result<(), VoteError> {
        let (source, target) = (self.source.epoch, self.target.epoch);
        if source >= target {
            return Err(VoteError::Epochs {
                source_epoch: source,
                target,
            });
        }
        if target > Epoch::MAX {
            return Err(VoteError::EpochRange { found: target });
        }
        Ok(())
    }

    /// Checks the place of both checkpoints in the tree (rules 17 and 18).
    ///
    /// # Errors
    /// The first rule that is broken; [`VoteError::UnknownBlock`] breaks none, the block may yet
    /// come.
    pub fn check_position(&self, blocks: &impl Blocks) -> Result<(), VoteError> {
        for Checkpoint { epoch, id } in [self.source, self.target] {
            let found = blocks.height(&id).ok_or(VoteError::UnknownBlock { id })?;
            let expected = epoch.height();
            if found != expected {
                return Err(VoteError::Height {
                    id,
                    expected,
                    found,
                });
            }
        }
        let expected = self.source.id;
        let found = blocks.ancestor(&self.target.id, self.source.height());
        if found == Some(expected) {
            Ok(())
        } else {
            Err(VoteError::Ancestor {
                target: self.target.id,
                expected,
                found: found.unwrap_or(BlockHash::ZERO),
            })
        }
    }

    /// Whether the link makes its source final if the source is justified: the target is of the
    /// next epoch.
    #[must_use]
    pub fn finalises(&self) -> bool {
        self.target.epoch == self.source.epoch.next() || mutant!(AnyLinkFinalises)
    }

    /// Whether no honest authority votes for both, as Casper FFG has it: two targets in one epoch,
    /// or one vote around the other. A link does not offend itself.
    #[must_use]
    pub fn offends(&self, other: &Self) -> bool {
        self != other
            && (self.target.epoch == other.target.epoch
                || self.surrounds(other)
                || other.surrounds(self))
    }

    /// Whether this link begins before `other` and ends after it.
    #[must_use]
    pub fn surrounds(&self, other: &Self) -> bool {
        self.source.epoch < other.source.epoch && other.target.epoch < self.target.epoch
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::testing::Fork;
    use crate::primitives::MAX_EXACT;

    #[test]
    fn rule_15_a_source_is_below_its_target_and_epochs_are_bounded() {
        let fork = Fork::new(4, 0, 4);
        let (low, high) = (fork.a(1), fork.a(2));
        let link = |source, target| VoteLink { source, target };
        assert_eq!(link(low, high).check_form(), Ok(()));
        for (source, target) in [(high, low), (low, low)] {
            let expected = VoteError::Epochs {
                source_epoch: source.epoch,
                target: target.epoch,
            };
            assert_eq!(link(source, target).check_form(), Err(expected));
        }
        let far = |epoch| Checkpoint { epoch, id: high.id };
        assert_eq!(link(low, far(Epoch::MAX)).check_form(), Ok(()));
        let beyond = Epoch::MAX.next();
        assert_eq!(
            link(low, far(beyond)).check_form(),
            Err(VoteError::EpochRange { found: beyond })
        );
        assert!(Epoch::MAX.height().0 <= MAX_EXACT && beyond.height().0 > MAX_EXACT);
    }

    #[test]
    fn rule_17_checkpoints_have_the_height_of_their_epoch() {
        let fork = Fork::new(4, 0, 4);
        let shifted = Checkpoint {
            epoch: Epoch(3),
            id: fork.a(2).id,
        };
        for (source, target) in [(fork.a(1), shifted), (shifted, fork.a(4))] {
            assert_eq!(
                VoteLink { source, target }.check_position(&fork),
                Err(VoteError::Height {
                    id: shifted.id,
                    expected: Height(24),
                    found: Height(16)
                })
            );
        }
        let id = BlockHash([9; 32]);
        let unknown = Checkpoint {
            epoch: Epoch(2),
            id,
        };
        let link = VoteLink {
            source: fork.a(1),
            target: unknown,
        };
        assert_eq!(
            link.check_position(&fork),
            Err(VoteError::UnknownBlock { id })
        );
    }

    #[test]
    fn rule_18_the_source_is_an_ancestor_of_the_target() {
        let fork = Fork::new(4, 0, 4);
        let link = VoteLink {
            source: fork.a(1),
            target: fork.b(2),
        };
        assert_eq!(
            link.check_position(&fork),
            Err(VoteError::Ancestor {
                target: fork.b(2).id,
                expected: fork.a(1).id,
                found: fork.b(1).id
            })
        );
        let straight = VoteLink {
            source: fork.b(1),
            target: fork.b(2),
        };
        assert_eq!(straight.check_position(&fork), Ok(()));
    }
}
