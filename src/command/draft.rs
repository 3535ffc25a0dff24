//! A transaction before it is signed: who wants what, in names. The page turns it into a signed
//! transaction. What can be checked without a ledger is checked here, by the same rules for console,
//! forms and scripts; the rest is the nodes' to judge.

use borsh::{BorshDeserialize, BorshSerialize};

use super::parse::shortened;
use super::texts::{Part, check_visible, name_of};
use crate::primitives::{
    AssetSymbol, Character, MAX_ASSET_NAME_BYTES, MAX_EXACT, MAX_MEMO_BYTES, MAX_MESSAGE_BYTES,
    Name, Nearest, WordRule, codes,
};

/// Fee where none is said.
pub const DEFAULT_FEE: u64 = 1;
/// Most decimal places of an asset.
pub const MAX_DECIMALS: u8 = 12;

/// What a person wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Name of the signer.
    pub from: String,
    /// Fee in coins.
    pub fee: u64,
    /// What it does.
    pub what: What,
}

/// What a draft does. Receivers are registered names or addresses in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Moves coins.
    Transfer {
        /// The receiver.
        to: String,
        /// How many.
        amount: u64,
        /// A note; may be empty.
        memo: String,
    },
    /// Puts words on the chain.
    Message {
        /// The words.
        text: String,
        /// Whom they are for, if anyone.
        to: Option<String>,
    },
    /// Gives the signer's account a name.
    RegisterUser {
        /// The name.
        name: String,
    },
    /// Creates an asset.
    CreateAsset {
        /// Its sign, such as `GOLD`.
        symbol: String,
        /// Its name.
        name: String,
        /// Decimal places.
        decimals: u8,
        /// Units in existence.
        supply: u64,
    },
    /// Moves units of an asset.
    TransferAsset {
        /// Asset id in hexadecimal.
        asset: String,
        /// The receiver.
        to: String,
        /// How many units.
        amount: u64,
    },
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
    /// The words look like a payment and are none: a message is public, and never a payment by mistake.
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

impl Draft {
    /// A draft with the usual fee.
    #[must_use]
    pub fn new(from: &str, what: What) -> Self {
        Self {
            from: from.to_owned(),
            fee: DEFAULT_FEE,
            what,
        }
    }

    /// The draft with its people's names as the chain has them, after a check of every rule that needs
    /// no ledger. Whatever makes a draft, a line, a form or a script, goes through here, so that all
    /// take the same.
    ///
    /// # Errors
    /// The first broken rule.
    pub fn checked(mut self) -> Result<Self, DraftError> {
        self.from = name_of(&self.from, Part::Sender)?;
        match &mut self.what {
            What::Transfer { to, .. } | What::TransferAsset { to, .. } => {
                *to = name_of(to, Part::Receiver)?;
            }
            What::Message { to: Some(to), .. } => *to = name_of(to, Part::Receiver)?,
            What::Message { to: None, .. }
            | What::RegisterUser { .. }
            | What::CreateAsset { .. } => {}
        }
        self.check()?;
        Ok(self)
    }

    fn check(&self) -> Result<(), DraftError> {
        if self.fee > MAX_EXACT {
            return Err(DraftError::FeeMalformed {
                found: self.fee.to_string(),
                nearest: Nearest::default(),
            });
        }
        match &self.what {
            What::Transfer { amount, memo, .. } => {
                check_amount(*amount)?;
                check_visible(memo, Part::Memo)?;
                if memo.len() > MAX_MEMO_BYTES {
                    return Err(DraftError::MemoTooLong { found: memo.len() });
                }
                Ok(())
            }
            What::Message { text, .. } => match text.len() {
                0 => Err(DraftError::MessageEmpty),
                found if found > MAX_MESSAGE_BYTES => Err(DraftError::MessageTooLong { found }),
                _ => check_visible(text, Part::Message),
            },
            What::RegisterUser { name } => {
                name.parse::<Name>()
                    .map(drop)
                    .map_err(|error| DraftError::Word {
                        expected: error.expected,
                        found: error.found,
                    })
            }
            What::CreateAsset {
                symbol,
                name,
                decimals,
                supply,
            } => {
                symbol
                    .parse::<AssetSymbol>()
                    .map_err(|error| DraftError::Word {
                        expected: error.expected,
                        found: error.found,
                    })?;
                if !(1..=MAX_ASSET_NAME_BYTES).contains(&name.len()) {
                    return Err(DraftError::AssetName { found: name.len() });
                }
                if *decimals > MAX_DECIMALS {
                    return Err(DraftError::Decimals { found: *decimals });
                }
                check_visible(name, Part::AssetName)?;
                check_amount(*supply)
            }
            What::TransferAsset { amount, .. } => check_amount(*amount),
        }
    }
}

fn check_amount(amount: u64) -> Result<(), DraftError> {
    match amount {
        0 => Err(DraftError::AmountZero),
        found if found > MAX_EXACT => Err(DraftError::AmountOverflow {
            found: found.to_string(),
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(what: What) -> Option<&'static str> {
        Draft::new("alice", what)
            .check()
            .err()
            .map(|error| error.code())
    }

    #[test]
    fn every_bound_is_checked_on_both_sides() {
        let transfer = |amount, memo: usize| What::Transfer {
            to: "bob".into(),
            amount,
            memo: "x".repeat(memo),
        };
        assert_eq!(code(transfer(1, MAX_MEMO_BYTES)), None);
        assert_eq!(code(transfer(MAX_EXACT, 0)), None);
        assert_eq!(code(transfer(0, 0)), Some("amount_zero"));
        assert_eq!(code(transfer(MAX_EXACT + 1, 0)), Some("amount_overflow"));
        assert_eq!(code(transfer(1, MAX_MEMO_BYTES + 1)), Some("memo_too_long"));
        let message = |len| What::Message {
            text: "x".repeat(len),
            to: None,
        };
        assert_eq!(code(message(MAX_MESSAGE_BYTES)), None);
        assert_eq!(code(message(0)), Some("message_empty"));
        assert_eq!(
            code(message(MAX_MESSAGE_BYTES + 1)),
            Some("message_too_long")
        );
        let asset = |symbol: &str, name: &str, decimals| What::CreateAsset {
            symbol: symbol.into(),
            name: name.into(),
            decimals,
            supply: 1,
        };
        assert_eq!(code(asset("GOLD", "Gold", 12)), None);
        assert_eq!(code(asset("gold", "Gold", 0)), Some("name_malformed"));
        assert_eq!(code(asset("GOLD", "", 0)), Some("asset_name"));
        assert_eq!(code(asset("GOLD", "Gold", 13)), Some("decimals"));
        assert_eq!(
            code(What::RegisterUser { name: "Eve".into() }),
            Some("name_malformed")
        );
    }

    #[test]
    fn memo_and_message_are_measured_in_bytes_not_in_letters() {
        let memo = "é".repeat(65);
        let what = What::Transfer {
            to: "bob".into(),
            amount: 1,
            memo,
        };
        assert_eq!(
            Draft::new("alice", what).check(),
            Err(DraftError::MemoTooLong { found: 130 })
        );
    }
}
