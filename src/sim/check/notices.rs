//! Notices that prove that something happened which must happen sometimes.

use crate::consensus::finality::Offence;
use crate::gossip::{FrameError, SyncError};
use crate::node::{FinalityNotice, Notice};
use crate::sim::coverage::{Coverage, Sometimes};

/// Counts what a notice proves. `replayed` says that its node was judging a frame that was played
/// again.
#[expect(clippy::wildcard_enum_match_arm, reason = "most notices prove nothing")]
pub(super) fn note(notice: &Notice, replayed: bool, coverage: &mut Coverage) {
    match notice {
        Notice::Reorganised { reverted, .. } => {
            if *reverted >= 10 {
                coverage.note(Sometimes::Reorg10);
            }
            if *reverted >= 100 {
                coverage.note(Sometimes::Reorg100);
            }
        }
        Notice::Finality(FinalityNotice::Final { .. }) => coverage.note(Sometimes::Finalised),
        Notice::Finality(FinalityNotice::VoteRefused { .. }) => {
            coverage.note(Sometimes::VoteRefused);
        }
        Notice::Finality(FinalityNotice::Evidence { charge, .. }) => {
            coverage.note(match charge.offence {
                Offence::DoubleVote => Sometimes::DoubleVote,
                Offence::SurroundVote => Sometimes::SurroundVote,
                Offence::TwoBlocks => Sometimes::TwoBlocks,
            });
        }
        Notice::BlockRefused { .. } => coverage.note(Sometimes::BlockRefused),
        Notice::Unusable {
            error: SyncError::BodyMismatch(_),
            ..
        } => coverage.note(Sometimes::BodyMismatch),
        Notice::FrameRefused { error, .. } => {
            if !matches!(error, FrameError::Replay { .. }) {
                coverage.note(Sometimes::FrameRefused);
            } else if replayed {
                coverage.note(Sometimes::ReplayRefused);
            }
        }
        _ => {}
    }
}
