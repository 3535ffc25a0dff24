//! Refusals of votes, certificates and evidence, each with what was expected and found. `rule`
//! gives the number of the rule in the module's table, `code` the name that people see, `blame` who
//! could have known better.

use super::Epoch;
use super::sets::MAX_ROSTER;
use crate::primitives::{Address, BlockHash, Height, codes};

/// Who could have known that a statement is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blame {
    /// Whoever passed it on: the bytes alone show the mistake.
    Sender,
    /// Whoever signed it; a peer that lacks the blocks cannot know.
    Signer,
    /// Nobody: blocks are missing here, or a bound of this node is reached.
    Nobody,
}

/// Why a vote is not counted (rules 14 to 20).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VoteError {
    /// Rule 14.
    #[error("expected a vote for chain {expected}, found one for {found}")]
    ChainId {
        /// This network's.
        expected: BlockHash,
        /// In the vote.
        found: BlockHash,
    },
    /// Rule 15.
    #[error(
        "expected a source of an earlier epoch than the target's {target}, found {source_epoch}"
    )]
    Epochs {
        /// Epoch of the source.
        source_epoch: Epoch,
        /// Epoch of the target.
        target: Epoch,
    },
    /// Rule 15: the height of such an epoch would be above 2^53 - 1.
    #[error("expected an epoch of at most {}, found {found}", Epoch::MAX)]
    EpochRange {
        /// Epoch of the target.
        found: Epoch,
    },
    /// Rule 16: the strict Ed25519 check (RFC 8032) fails.
    #[error("expected a signature by {signer}, found one that does not verify")]
    Signature {
        /// The signer that the vote names.
        signer: Address,
    },
    /// Rule 17, not broken yet: the block may still come.
    #[error("block {id} is not known here")]
    UnknownBlock {
        /// Id of the source or of the target.
        id: BlockHash,
    },
    /// Rule 17: the block is no checkpoint of the epoch that the vote gives it.
    #[error("expected height {expected} of block {id} for its epoch, found {found}")]
    Height {
        /// Id of the source or of the target.
        id: BlockHash,
        /// Height of its epoch's checkpoints.
        expected: Height,
        /// Height of the block.
        found: Height,
    },
    /// Rule 18: source and target are on different branches.
    #[error("expected source {expected} below target {target}, found {found} there")]
    Ancestor {
        /// The target.
        target: BlockHash,
        /// The source.
        expected: BlockHash,
        /// The target's ancestor at the source's height, zeros if there is none.
        found: BlockHash,
    },
    /// Rule 19: it never was an authority of the target's chain. As long as the target is not
    /// known, the best chain counts.
    #[error("expected a vote of an authority, found one of {found}")]
    Stranger {
        /// Who signed.
        found: Address,
    },
    /// Rule 20: two are kept for one epoch, as two already prove an offence.
    #[error("expected at most two votes of {signer} for epoch {epoch}, found another")]
    Third {
        /// Who signed.
        signer: Address,
        /// The target's epoch.
        epoch: Epoch,
    },
    /// Rule 20: of each signer the latest 256 target epochs are kept.
    #[error("expected a vote for epoch {least} or later, found one for {found}")]
    Old {
        /// The lowest epoch that is kept of this signer.
        least: Epoch,
        /// The target's epoch.
        found: Epoch,
    },
}

codes! {
    VoteError {
        ChainId => "vote_chain", "the vote is for another network";
        Epochs => "vote_epochs", "the vote's source is not of an earlier epoch than its target";
        EpochRange => "vote_epoch_range", "no block can have the height of the vote's epoch";
        Signature => "vote_signature", "the vote's signature is not that of its signer";
        UnknownBlock => "vote_unknown", "a block of the vote is not known here yet";
        Height => "vote_height", "a block of the vote does not have the height of its epoch";
        Ancestor => "vote_ancestor", "the vote's source is not below its target";
        Stranger => "vote_stranger", "the vote is of nobody who may vote";
        Third => "vote_third", "two votes of the signer for the epoch are enough to prove an offence";
        Old => "vote_old", "the vote is for an epoch that is no longer kept";
    }
}

impl VoteError {
    /// Number of the rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::ChainId { .. } => 14,
            Self::Epochs { .. } | Self::EpochRange { .. } => 15,
            Self::Signature { .. } => 16,
            Self::UnknownBlock { .. } | Self::Height { .. } => 17,
            Self::Ancestor { .. } => 18,
            Self::Stranger { .. } => 19,
            Self::Third { .. } | Self::Old { .. } => 20,
        }
    }

    /// Who could have known: the sender from the bytes alone, the signer from the blocks.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::ChainId { .. }
            | Self::Epochs { .. }
            | Self::EpochRange { .. }
            | Self::Signature { .. } => Blame::Sender,
            Self::Height { .. } | Self::Ancestor { .. } => Blame::Signer,
            // The set may have changed in blocks that are not known here.
            Self::UnknownBlock { .. }
            | Self::Stranger { .. }
            | Self::Third { .. }
            | Self::Old { .. } => Blame::Nobody,
        }
    }
}

/// Why a certificate is not counted (rules 14 to 18, 21 and 22).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// Rules 14 to 18, of what the signers signed.
    #[error(transparent)]
    Vote(#[from] VoteError),
    /// Rule 21.
    #[error("expected marks of at most {} bytes, the last not 0, found {found} bytes", MAX_ROSTER / 8)]
    Map {
        /// Bytes of the map of marks.
        found: usize,
    },
    /// Rule 21: a mark beyond the roster of the target's chain.
    #[error("expected marks of the {expected} authorities, found mark {found}")]
    Stranger {
        /// Everybody on the roster, who is or was an authority of the target's chain.
        expected: usize,
        /// Number of the mark, from 0.
        found: usize,
    },
    /// Rule 21.
    #[error("expected {expected} signatures, one for each mark, found {found}")]
    Signatures {
        /// Bits that are set in the map.
        expected: usize,
        /// Signatures.
        found: usize,
    },
    /// Rule 22.
    #[error("expected the signatures of {expected} of {size} authorities, found {found}")]
    Quorum {
        /// Two thirds of these authorities, rounded up.
        expected: usize,
        /// Authorities in the set at the source's height.
        size: usize,
        /// How many of that set signed. Other signers do not count.
        found: usize,
    },
    /// Rule 22: a bound of this node.
    #[error("expected at most {limit} certified links into epoch {epoch}, found another")]
    Crowd {
        /// Most certified links into one epoch that a node keeps.
        limit: usize,
        /// The target's epoch.
        epoch: Epoch,
    },
}

codes! {
    CertificateError {
        Map => "certificate_map", "the marks of a certificate's signers are too long, or end with a 0";
        Stranger => "certificate_stranger", "a mark of a certificate stands for no authority";
        Signatures => "certificate_signatures", "a certificate has not one signature for each mark";
        Quorum => "certificate_quorum", "fewer than two thirds of the authorities signed a certificate";
        Crowd => "certificate_crowd", "there are too many certified links into the epoch";
        + Self::Vote(error) => error;
    }
}

impl CertificateError {
    /// Number of the rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::Vote(error) => error.rule(),
            Self::Map { .. } | Self::Stranger { .. } | Self::Signatures { .. } => 21,
            Self::Quorum { .. } | Self::Crowd { .. } => 22,
        }
    }

    /// Who could have known: who sends a certificate has checked it, so only missing blocks and
    /// bounds excuse it.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Vote(VoteError::UnknownBlock { .. }) | Self::Crowd { .. } => Blame::Nobody,
            Self::Vote(_)
            | Self::Map { .. }
            | Self::Stranger { .. }
            | Self::Signatures { .. }
            | Self::Quorum { .. } => Blame::Sender,
        }
    }
}

/// Why evidence proves nothing (rule 23).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// One of two votes is not valid by itself.
    #[error(transparent)]
    Vote(#[from] VoteError),
    /// One of two headers is not sealed by its maker on this chain.
    #[error("expected a header sealed by authority {sealer}, found a seal that does not verify")]
    Seal {
        /// The sealer that the header names.
        sealer: Address,
    },
    /// Two who did one thing each.
    #[error("expected two statements of {expected}, found one of {found}")]
    Signers {
        /// Signer of the first.
        expected: Address,
        /// Signer of the second.
        found: Address,
    },
    /// A repetition is no offence.
    #[error("expected two distinct statements, found one of them twice")]
    Same,
    /// The same evidence has one form only.
    #[error("expected the smaller statement first, found the larger")]
    Order,
    /// Both statements are allowed together.
    #[error("expected two statements that no honest authority makes, found two that it may make")]
    Harmless,
    /// The signer is no authority as far as this node knows.
    #[error("expected statements of an authority, found those of {found}")]
    Stranger {
        /// Who signed.
        found: Address,
    },
}

codes! {
    EvidenceError {
        Seal => "evidence_seal", "a header of the evidence is not sealed by its maker on this chain";
        Signers => "evidence_signers", "the two statements are not of one signer";
        Same => "evidence_same", "the two statements are one";
        Order => "evidence_order", "the larger statement stands first";
        Harmless => "evidence_harmless", "both statements are allowed together";
        Stranger => "evidence_stranger", "the statements are of nobody who may vote";
        + Self::Vote(error) => error;
    }
}

impl EvidenceError {
    /// Number of the rule that is broken.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::Vote(error) => error.rule(),
            Self::Seal { .. }
            | Self::Signers { .. }
            | Self::Same
            | Self::Order
            | Self::Harmless
            | Self::Stranger { .. } => 23,
        }
    }

    /// Who could have known: evidence is self-contained, so all but the set of authorities shows in
    /// its bytes.
    #[must_use]
    pub const fn blame(&self) -> Blame {
        match self {
            Self::Stranger { .. } => Blame::Nobody,
            Self::Vote(_)
            | Self::Seal { .. }
            | Self::Signers { .. }
            | Self::Same
            | Self::Order
            | Self::Harmless => Blame::Sender,
        }
    }
}

/// Why an authority does not sign (rule 24).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningError {
    /// Not above the last target: it could be a second vote for one epoch, or within another vote.
    #[error("expected a target after epoch {last}, found epoch {found}")]
    Target {
        /// Highest epoch of a target that was signed, or that peers reported.
        last: Epoch,
        /// Epoch of the target.
        found: Epoch,
    },
    /// Below the last source: it could be a vote around an earlier one.
    #[error("expected a source of epoch {last} or later, found epoch {found}")]
    Source {
        /// Highest epoch of a source that was signed, or that peers reported.
        last: Epoch,
        /// Epoch of the source.
        found: Epoch,
    },
    /// The own ledger is lost, and what it held is not yet below the justified checkpoint.
    #[error("expected a justified epoch reported by a peer after the ledger was lost, found none")]
    Amnesia,
    /// The vote is not valid by itself (rules 14 to 16).
    #[error(transparent)]
    Vote(#[from] VoteError),
}

codes! {
    SigningError {
        Target => "signing_target", "the authority has voted for this epoch or a later one";
        Source => "signing_source", "the authority has voted from a later source";
        Amnesia => "signing_amnesia", "the authority's ledger is lost, and it waits until what it may have signed no longer counts";
        + Self::Vote(error) => error;
    }
}

impl SigningError {
    /// Number of the rule that forbids it.
    #[must_use]
    pub const fn rule(&self) -> u8 {
        match self {
            Self::Vote(error) => error.rule(),
            Self::Target { .. } | Self::Source { .. } | Self::Amnesia => 24,
        }
    }
}
