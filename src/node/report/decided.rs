//! Sentences about votes, and what they decided.

use crate::consensus::finality::{
    Alarm, CertificateError, Charge, Checkpoint, EvidenceError, SignedVote, VoteError,
};
use crate::ipc::{Level, Topic};

/// Something that happened to votes.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    missing_docs,
    reason = "the fields are what the variant's sentence names"
)]
pub enum FinalityNotice {
    /// This authority voted.
    Voted { vote: Box<SignedVote> },
    /// Another checkpoint is the highest that is justified.
    Justified { checkpoint: Checkpoint },
    /// A checkpoint is final, and that is durable.
    Final { checkpoint: Checkpoint },
    /// The votes contradict themselves: a third of the authorities is guilty.
    Alarm(Alarm),
    /// An authority is proven guilty.
    Evidence { name: String, charge: Charge },
    /// A vote was refused.
    VoteRefused {
        error: VoteError,
        signer: String,
        from: String,
    },
    /// A certificate was refused.
    CertificateRefused {
        error: CertificateError,
        from: String,
    },
    /// Evidence was refused.
    EvidenceRefused { error: EvidenceError, from: String },
}

impl FinalityNotice {
    /// How much it matters.
    #[must_use]
    pub const fn level(&self) -> Level {
        match self {
            Self::Voted { .. } | Self::Justified { .. } | Self::Final { .. } => Level::Info,
            Self::VoteRefused { .. }
            | Self::CertificateRefused { .. }
            | Self::EvidenceRefused { .. } => Level::Warn,
            Self::Alarm(_) | Self::Evidence { .. } => Level::Error,
        }
    }

    /// What it is about.
    #[must_use]
    pub const fn topic(&self) -> Topic {
        match self {
            Self::Voted { .. } => Topic::Vote,
            Self::Justified { .. } => Topic::Justified,
            Self::Final { .. } => Topic::Final,
            Self::Alarm(_) | Self::Evidence { .. } => Topic::Evidence,
            Self::VoteRefused { .. }
            | Self::CertificateRefused { .. }
            | Self::EvidenceRefused { .. } => Topic::Refused,
        }
    }

    /// The sentence.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Voted { vote } => {
                let link = vote.vote.link;
                format!("Voted from {} to {}.", link.source, link.target)
            }
            Self::Justified { checkpoint } => format!(
                "Justified: block {}… at height {}, epoch {}; the head is chosen above it.",
                checkpoint.id.short(),
                checkpoint.height(),
                checkpoint.epoch
            ),
            Self::Final { checkpoint } => format!(
                "Final: block {}… at height {} and all below it.",
                checkpoint.id.short(),
                checkpoint.height()
            ),
            Self::Alarm(alarm) => {
                let (what, one, other) = match alarm {
                    Alarm::TwoJustified(one, other) => ("justified", one, other),
                    Alarm::TwoFinal(one, other) => ("final", one, other),
                };
                format!(
                    "Both {one} and {other} are {what}, and only one of them can be: a third of the authorities lied."
                )
            }
            Self::Evidence { name, charge } => {
                format!("{name} is guilty: {}.", charge.offence.reason())
            }
            Self::VoteRefused {
                error,
                signer,
                from,
            } => format!(
                "Refused a vote of {signer} from {from} by rule {} ({}): {error}.",
                error.rule(),
                error.code()
            ),
            Self::CertificateRefused { error, from } => format!(
                "Refused a certificate from {from} by rule {} ({}): {error}.",
                error.rule(),
                error.code()
            ),
            Self::EvidenceRefused { error, from } => format!(
                "Refused evidence from {from} by rule {} ({}): {error}.",
                error.rule(),
                error.code()
            ),
        }
    }
}
