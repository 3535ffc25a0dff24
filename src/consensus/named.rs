//! The parts and parameters that a refusal names.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

/// A part of a transaction that can be too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum LongPart {
    /// The memo of a transfer, in bytes of UTF-8.
    Memo,
    /// The words of a message, in bytes.
    Message,
    /// The name of an asset, in bytes of UTF-8.
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
    /// The difficulty in expected tries, 1 to 2^53 - 1.
    Difficulty,
    /// The weight of an authority's block, 1 to 2^53 - 1.
    AuthorityWeight,
    /// The interval that an automatic difficulty keeps, 1 ms to a day.
    IdealInterval,
    /// The lead that doubles an automatic difficulty, 1 ms to a day.
    HalfLife,
    /// The lower bound of an automatic difficulty.
    LowestDifficulty,
    /// The upper bound of an automatic difficulty.
    HighestDifficulty,
    /// How many authorities there are, 0 to 32.
    Authorities,
    /// The time of the genesis block, in milliseconds since 1970.
    GenesisTime,
    /// The length of a slot, 500 ms to an hour.
    Slot,
    /// The least time between a block and its parent, 1 ms to the length of a slot.
    LeastGap,
    /// How far a block's time may lie ahead, 1 ms to an hour.
    FarthestFuture,
    /// The least fee of a transaction, 0 to 1,000,000 coins.
    LeastFee,
    /// The reward of a work block, 0 to 1,000,000 coins.
    WorkReward,
    /// The reward of an authority's block, 0 to 1,000,000 coins.
    AuthorityReward,
    /// How many accounts genesis funds, 0 to 64.
    FundedAccounts,
    /// The coins that genesis makes for all accounts, at most 2^53 - 1.
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
