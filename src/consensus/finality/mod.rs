//! Finality by the authorities' votes, after Buterin and Griffith, "Casper the Friendly Finality
//! Gadget" (arXiv 1710.09437): what two thirds of the authorities confirmed cannot be undone unless
//! a third is caught in an offence that everybody can check from the bytes.
//!
//! Nothing here knows a clock, a disk or the tree of blocks; [`Blocks`] is all that the rules ask
//! of the tree. Every verdict is a function of the set of valid blocks and the set of votes, never
//! of their order.
//!
//! The rules go on from those of a block in `docs/BLOCKCHAIN_SYSTEM.md`:
//!
//! | rule | what | code of a refusal |
//! |---:|---|---|
//! | 14 | a vote names this network | `vote_chain` |
//! | 15 | its source is of an earlier epoch than its target, and both are at most 2^50 - 1 | `vote_epochs`, `vote_epoch_range` |
//! | 16 | its signature verifies over the tag `aurex/vote/1` and the 112 bytes of the vote | `vote_signature` |
//! | 17 | both blocks are valid and have the height 8 · epoch | `vote_height`, `vote_unknown` |
//! | 18 | the source is an ancestor of the target | `vote_ancestor` |
//! | 19 | the signer is an authority of the target's chain | `vote_stranger` |
//! | 20 | at most two votes of a signer for one target epoch are kept; certificates are exempt | `vote_third`, `vote_old` |
//! | 21 | a certificate marks authorities only, and has one signature for each mark | `certificate_map`, `certificate_stranger`, `certificate_signatures` |
//! | 22 | a certificate has two thirds of the set at its source | `certificate_quorum`, `certificate_crowd` |
//! | 23 | evidence holds two distinct statements of one authority that no honest one makes | `evidence_signers`, `evidence_same`, `evidence_harmless`, `evidence_order`, `evidence_seal`, `evidence_stranger` |
//! | 24 | an authority signs only what leaves its earlier votes without offence | `signing_target`, `signing_source`, `signing_amnesia` |

mod certificate;
mod checkpoint;
mod epoch;
mod error;
#[cfg(test)]
mod exhaustive_tests;
mod justify;
mod offence;
mod quorum;
mod sets;
mod signer;
mod signers;
#[cfg(test)]
mod testing;
mod vote;
mod votes;

use std::rc::Rc;

pub use certificate::{Certificate, CheckedCertificate, MAX_CERTIFICATE_BYTES, check_quorum};
pub use checkpoint::{Checkpoint, VoteLink};
pub use epoch::Epoch;
pub use error::{Blame, CertificateError, EvidenceError, SigningError, VoteError};
pub use justify::{Alarm, Base, Standing, View};
pub use offence::{Charge, Evidence, MAX_EVIDENCE_BYTES, Offence, Offences, SealedHeader};
pub use quorum::Quorum;
pub use sets::{Change, MAX_ROSTER, Sets};
pub use signer::{Decision, Proposal, SigningRecord, VoteSigner, due};
pub use signers::Signers;
pub use vote::{CheckedVote, SignedVote, VOTE_BYTES, Vote};
pub use votes::{Added, MAX_CERTIFIED, MAX_TARGETS, Votes};

use crate::primitives::{BlockHash, Height};

/// What the rules ask of the tree of blocks. Only fully valid blocks are known to it.
pub trait Blocks {
    /// Height of a block; `None` of one that is not known.
    fn height(&self, id: &BlockHash) -> Option<Height>;

    /// The ancestor of a known block at a height; at its own height the block itself.
    fn ancestor(&self, id: &BlockHash, height: Height) -> Option<BlockHash>;

    /// The sets of authorities on the chain up to a known block.
    fn sets(&self, id: &BlockHash) -> Option<Rc<Sets>>;

    /// The sets on the best chain: who may vote for a block that is not known yet.
    fn best_sets(&self) -> Rc<Sets>;

    /// Whether `descendant` is `ancestor` or a block above it.
    fn descends(&self, descendant: &BlockHash, ancestor: &BlockHash) -> bool {
        self.height(ancestor)
            .and_then(|height| self.ancestor(descendant, height))
            .is_some_and(|found| found == *ancestor)
    }
}
