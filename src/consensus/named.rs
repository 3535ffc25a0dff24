//! The parts and parameters that a refusal names.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

/// A part of a transaction that can be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum LongPart {
    /// The memo of a transfer.
    Memo,
    /// The words of a message.
    Message,
    /// The name of an asset.
    AssetName,
}

impl fmt::Display for LongPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memo => "a memo in bytes",
            Self::Message => "a message in bytes",
            Self::AssetName => "an asset's name in bytes",
        })
    }
}

/// A parameter of a network that has a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Parameter {
    /// The difficulty.
    Difficulty,
    /// The weight of an authority's block.
    AuthorityWeight,
    /// The interval that an automatic difficulty keeps.
    IdealInterval,
    /// How fast an automatic difficulty follows.
    HalfLife,
    /// The lower bound of an automatic difficulty.
    LowestDifficulty,
    /// The upper bound of an automatic difficulty.
    HighestDifficulty,
    /// How many authorities there are.
    Authorities,
    /// The time of the genesis block.
    GenesisTime,
    /// The length of a slot.
    Slot,
    /// The least time between a block and its parent.
    LeastGap,
    /// How far a block's time may lie ahead.
    FarthestFuture,
    /// The least fee.
    LeastFee,
    /// The reward of a work block.
    WorkReward,
    /// The reward of an authority's block.
    AuthorityReward,
    /// How many accounts genesis funds.
    FundedAccounts,
    /// The coins that genesis makes.
    GenesisCoins,
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Difficulty => "difficulty",
            Self::AuthorityWeight => "authority weight",
            Self::IdealInterval => "ideal interval in ms",
            Self::HalfLife => "half life in ms",
            Self::LowestDifficulty => "lowest difficulty",
            Self::HighestDifficulty => "highest difficulty",
            Self::Authorities => "number of authorities",
            Self::GenesisTime => "genesis time",
            Self::Slot => "slot in ms",
            Self::LeastGap => "least gap in ms",
            Self::FarthestFuture => "farthest future in ms",
            Self::LeastFee => "least fee",
            Self::WorkReward => "work reward",
            Self::AuthorityReward => "authority reward",
            Self::FundedAccounts => "number of funded accounts",
            Self::GenesisCoins => "coins at genesis",
        })
    }
}
