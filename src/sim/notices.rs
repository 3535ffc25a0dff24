//! What the nodes say: the source of what happened sometimes, and of what is remembered for the checks.

use crate::gossip::{FrameError, SyncError};
use crate::node::Notice;

use super::coverage::Sometimes;
use super::world::World;

impl World {
    #[expect(clippy::wildcard_enum_match_arm, reason = "most notices prove nothing")]
    pub(super) fn on_notice(&mut self, seat: usize, notice: Notice) {
        match notice {
            Notice::Reorganised { reverted, .. } => {
                if reverted >= 10 {
                    self.coverage.note(Sometimes::Reorg10);
                }
                if reverted >= 100 {
                    self.coverage.note(Sometimes::Reorg100);
                }
            }
            Notice::Deferred { id, .. } => {
                self.seats[seat].deferred.insert(id);
            }
            Notice::Accepted { block, .. } | Notice::SideChain { block, .. } => {
                if !self.seats[seat].deferred.is_empty()
                    && let Ok(id) = block.hash.parse()
                    && self.seats[seat].deferred.remove(&id)
                {
                    self.coverage.note(Sometimes::DeferredThenAccepted);
                }
            }
            Notice::Found { .. } => self.checks.made = self.checks.made.saturating_add(1),
            Notice::Sealed { block, slot } => {
                self.checks.made = self.checks.made.saturating_add(1);
                self.check_seal(seat, slot, &block.hash);
            }
            Notice::Waiting { id, .. } | Notice::Committed { id, .. } => {
                self.seats[seat].told.insert(id);
            }
            Notice::Returned { id } => {
                self.seats[seat].told.insert(id);
                self.coverage.note(Sometimes::TransactionReturned);
            }
            Notice::Dropped { id, reason } => {
                self.seats[seat].told.remove(&id);
                self.check_drop(seat, &id, reason);
            }
            Notice::BlockRefused { .. } => self.coverage.note(Sometimes::BlockRefused),
            Notice::Unusable {
                error: SyncError::BodyMismatch(_),
                ..
            } => self.coverage.note(Sometimes::BodyMismatch),
            Notice::FrameRefused { error, .. } => {
                if !matches!(error, FrameError::Replay { .. }) {
                    self.coverage.note(Sometimes::FrameRefused);
                } else if self.hears_replay {
                    self.coverage.note(Sometimes::ReplayRefused);
                }
            }
            Notice::Fetching { headers, .. } if headers >= 100 => {
                self.seats[seat].far_behind = true
            }
            _ => {}
        }
    }
}
