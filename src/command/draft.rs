//! A transaction before it is signed: who wants what, in names. The page turns it into a signed
//! transaction. What can be checked without a ledger is checked here, by the same rules for
//! console, forms and scripts; the rest is the nodes' to judge.

use super::texts::{check_visible, name_of};
use crate::command::{DraftError, Part};
use crate::primitives::{
    AssetSymbol, MAX_ASSET_NAME_BYTES, MAX_EXACT, MAX_MEMO_BYTES, MAX_MESSAGE_BYTES, Name, Nearest,
};

/// Fee in whole coins where none is said.
pub const DEFAULT_FEE: u64 = 1;
/// Most decimal places of an asset.
pub const MAX_DECIMALS: u8 = 12;

/// What a person wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The signer, a user of this page: name, or address in hexadecimal.
    pub from: String,
    /// Fee in whole coins, at most 2^53 - 1.
    pub fee: u64,
    /// What it does.
    pub what: What,
}

/// What a draft does. Receivers are registered names or addresses in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Moves coins.
    Transfer {
        /// The receiver: a user of this page, a registered name, or an address in hexadecimal.
        to: String,
        /// Whole coins, at least 1.
        amount: u64,
        /// A note of at most 128 bytes; may be empty.
        memo: String,
    },
    /// Puts words on the chain.
    Message {
        /// The words, 1 to 1,024 bytes.
        text: String,
        /// Whom they are for, if anyone.
        to: Option<String>,
    },
    /// Gives the signer's account a name.
    RegisterUser {
        /// The name: 1 to 32 lower-case letters, digits, `-` or `_`, beginning with a letter.
        name: String,
    },
    /// Creates an asset.
    CreateAsset {
        /// Its sign, such as `GOLD`: 1 to 12 capital letters or digits, beginning with a letter.
        symbol: String,
        /// Its name, 1 to 64 bytes.
        name: String,
        /// Decimal places that people show, at most [`MAX_DECIMALS`].
        decimals: u8,
        /// How many of its smallest unit there are, at least 1.
        supply: u64,
    },
    /// Moves units of an asset.
    TransferAsset {
        /// Asset id in hexadecimal.
        asset: String,
        /// The receiver: a user of this page, a registered name, or an address in hexadecimal.
        to: String,
        /// How many of its smallest unit, at least 1.
        amount: u64,
    },
}

impl Draft {
    /// A draft with the usual fee, of which nothing is checked yet.
    #[must_use]
    pub fn new(from: &str, what: What) -> Self {
        Self {
            from: from.to_owned(),
            fee: DEFAULT_FEE,
            what,
        }
    }

    /// The draft with its people's names as the chain has them, after a check of every rule that
    /// needs no ledger. Whatever makes a draft, a line, a form or a script, goes through here, so
    /// that all take the same.
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
