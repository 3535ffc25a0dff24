//! Why a draft is no transaction, and which part of it is meant.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use super::argument::shortened;
use crate::consensus::MAX_DECIMALS;
use crate::primitives::{
    Character, MAX_ASSET_NAME_BYTES, MAX_EXACT, MAX_MEMO_BYTES, MAX_MESSAGE_BYTES, Nearest,
    WordRule, codes,
};

/// A part of a draft in which a character can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Part {
    /// The words after `tx`.
    Words,
    /// The sender's name.
    Sender,
    /// The receiver's name.
    Receiver,
    /// The note of a transfer.
    Memo,
    /// The words of a message.
    Message,
    /// The name of an asset.
    AssetName,
}

impl Part {
    const fn expected(self) -> &'static str {
        match self {
            Self::Sender | Self::Receiver => "plain letters, digits, `-` and `_`",
            Self::Words | Self::Memo | Self::Message | Self::AssetName => "visible characters",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Words => "the words",
            Self::Sender => "the sender",
            Self::Receiver => "the receiver",
            Self::Memo => "the memo",
            Self::Message => "the message",
            Self::AssetName => "the asset's name",
        })
    }
}

/// Why a draft cannot become a transaction of any network.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum DraftError {
    /// Nothing was said.
    #[error(
        "expected a transfer such as `Transfer 100 coins alice to bob`, or a message, found nothing"
    )]
    Empty,
    /// Nothing would move.
    #[error("expected an amount of at least 1, found 0")]
    AmountZero,
    /// No whole number.
    #[error("expected a whole number of coins, found \"{found}\"{nearest}")]
    AmountMalformed {
        /// The word.
        found: String,
        /// What it may mean.
        nearest: Nearest,
    },
    /// More than can be counted exactly.
    #[error("expected an amount of at most {MAX_EXACT}, found {found}")]
    AmountOverflow {
        /// The number as written.
        found: String,
    },
    /// No whole number.
    #[error("expected a fee of 0 to {MAX_EXACT} whole coins, found \"{found}\"{nearest}")]
    FeeMalformed {
        /// The word.
        found: String,
        /// What it may mean.
        nearest: Nearest,
    },
    /// The words look like a payment and are none: a message is public, and never a payment by
    /// mistake.
    #[error(
        "expected `Transfer <amount> coins <sender> to <receiver>`, found \"{found}\"; {}a message that begins like this: `tx message {found}`",
        meant(.nearest.as_deref())
    )]
    TransferWords {
        /// The words.
        found: String,
        /// The transfer that they are nearest to.
        nearest: Option<String>,
    },
    /// A character that hides, or that no name has.
    #[error("expected {}, found {found} as character {place} of {part}", .part.expected())]
    Character {
        /// Where it was found.
        part: Part,
        /// Its place there, counted from 1.
        place: usize,
        /// The character.
        found: Character,
    },
    /// A memo above its limit.
    #[error("expected a memo of at most {MAX_MEMO_BYTES} bytes, found {found}")]
    MemoTooLong {
        /// Bytes.
        found: usize,
    },
    /// A message without words.
    #[error("expected a message of 1 to {MAX_MESSAGE_BYTES} bytes, found 0")]
    MessageEmpty,
    /// A message above its limit.
    #[error("expected a message of at most {MAX_MESSAGE_BYTES} bytes, found {found}")]
    MessageTooLong {
        /// Bytes.
        found: usize,
    },
    /// A name or symbol outside its alphabet.
    #[error("expected {expected}, found \"{found}\"")]
    Word {
        /// The rule.
        expected: WordRule,
        /// The text.
        found: String,
    },
    /// An asset's name outside its bounds.
    #[error("expected an asset name of 1 to {MAX_ASSET_NAME_BYTES} bytes, found {found}")]
    AssetName {
        /// Bytes.
        found: usize,
    },
    /// Too many decimal places.
    #[error("expected at most {MAX_DECIMALS} decimal places, found {found}")]
    Decimals {
        /// Places.
        found: u8,
    },
}

codes! {
    DraftError {
        Empty => "transaction_empty", "there is nothing to send";
        AmountZero => "amount_zero", "nothing would move";
        AmountMalformed => "amount_malformed", "the amount is no whole number";
        AmountOverflow => "amount_overflow", "the amount is above 2^53 - 1";
        FeeMalformed => "fee_malformed", "the fee is no whole number within its bounds";
        TransferWords => "transfer_words", "the words begin like a transfer and do not go on like one";
        Character => "character", "a character hides, or is one that no command or name has";
        MemoTooLong => "memo_too_long", "the memo is longer than it may be";
        MessageEmpty => "message_empty", "the message has no words";
        MessageTooLong => "message_too_long", "the message is longer than it may be";
        Word => "name_malformed", "a name or symbol is outside its alphabet or length";
        AssetName => "asset_name", "the name of an asset is empty or too long";
        Decimals => "decimals", "an asset has too many decimal places";
    }
}

/// The middle of a sentence: the nearest right form, if there is one.
fn meant(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |nearest| {
        format!("did you mean `tx {nearest}`? ")
    })
}

impl DraftError {
    /// The refusal of a text that is no amount.
    #[must_use]
    pub fn amount_malformed(text: &str) -> Self {
        Self::AmountMalformed {
            found: shortened(text),
            nearest: Nearest::of(text).that(|amount| amount > 0),
        }
    }
}
