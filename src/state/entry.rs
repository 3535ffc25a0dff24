//! What the state holds: keys and entries, with the encoding that the root commits to.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::consensus::Tunable;
use crate::consensus::work::WorkClock;
use crate::primitives::{
    Address, Amount, AssetId, AssetSymbol, BlockHash, DecodeError, Encoded, Height, Name,
    ParamsChange, Slot, Timestamp, decode_exact,
};

/// Longest encoding of a key or an entry in bytes.
const MAX_ENTRY_BYTES: usize = 8 * 1024;

/// Names an entry of the state. Its path in the tree is SHA-256 of a tag and its encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub enum Key {
    /// An account, by its public key.
    Account(Address),
    /// Who has a name.
    Name(Name),
    /// An asset, by the id of the transaction that created it.
    Asset(AssetId),
    /// What an account holds of an asset.
    Holding(AssetId, Address),
    /// The parameters that the operator may change.
    Rules,
    /// Running totals of the chain.
    Tally,
}

/// The value of a [`Key`] of the same name.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Entry {
    /// An account.
    Account(Account),
    /// The account that has the name.
    Name(Address),
    /// What was fixed when an asset was created, and the number of its holders.
    Asset(Asset),
    /// Units held, at least 1.
    Holding(Amount),
    /// The parameters now and those announced.
    Rules(Rules),
    /// Running totals.
    Tally(Tally),
}

/// An account, from its first coins or transaction on. It is never removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Account {
    /// Coins. All balances together are the supply of the [`Tally`].
    pub balance: Amount,
    /// Number of committed transactions: the nonce of the next one.
    pub nonce: u64,
    /// Registered name, `None` before there is one. Once there, it stays.
    pub name: Option<Name>,
    /// Height of the block that first touched it, 0 for accounts of genesis.
    pub created: Height,
}

/// An asset. Its supply never changes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Asset {
    /// Short sign, which other assets may have as well.
    pub symbol: AssetSymbol,
    /// Full name, at most 64 bytes of UTF-8, which other assets may have as well.
    pub name: String,
    /// Decimal places that people show, at most 12. Amounts here are whole units.
    pub decimals: u8,
    /// Units in existence, at least 1: what all holdings sum up to.
    pub supply: Amount,
    /// The account that created it and held all of it at first.
    pub creator: Address,
    /// Number of accounts that hold at least one unit.
    pub holders: u64,
}

/// The parameters in force, and those that a signed change has announced.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Rules {
    /// In force for the next block.
    pub current: Tunable,
    /// Where the schedule of the retarget in force begins.
    pub anchor: WorkClock,
    /// What changes at these heights, the lowest first: at most two, as the notice is shorter than
    /// an epoch.
    pub announced: Vec<(Height, ParamsChange)>,
}

/// Running totals of the chain up to a block: what the rules for its children need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Tally {
    /// Coins in existence: the sum of all balances, at most 2^53 - 1.
    pub supply: Amount,
    /// Work blocks since genesis and the time they took.
    pub work: WorkClock,
    /// Time of the last work block; genesis time before the first.
    pub last_work: Timestamp,
    /// Slot of the last authority block; 0, the slot of genesis, before the first.
    pub last_slot: Slot,
    /// Ids of the last two checkpoints below the block, the later first. An id cannot be part of
    /// the state that it commits to, so a checkpoint comes in with its child.
    pub checkpoints: [Option<BlockHash>; 2],
}

impl Key {
    /// The canonical bytes.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }

    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::StateKey, bytes, MAX_ENTRY_BYTES)
    }
}

impl Entry {
    /// The canonical bytes.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }

    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::StateEntry, bytes, MAX_ENTRY_BYTES)
    }
}
