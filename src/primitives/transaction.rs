//! Transactions: what an account's owner signs. The id covers the signed content only, so that
//! nobody but the signer can change it; the block commits to the full bytes, signature included.

use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};

use super::Digest;
use super::encoding::{DecodeError, Encoded, decode_exact};
use super::hash::{AssetId, BlockHash, TxId, sha256};
use super::keys::{Address, Keypair, Signature};
use super::merkle::leaf_hash;
use super::units::{Amount, Difficulty, Height, Millis};

/// Longest memo of a transfer, in bytes of UTF-8.
pub const MAX_MEMO_BYTES: usize = 128;
/// Longest message, in bytes that need not be text.
pub const MAX_MESSAGE_BYTES: usize = 1024;
/// Longest name of an asset, in bytes of UTF-8.
pub const MAX_ASSET_NAME_BYTES: usize = 64;
/// Longest encoding of a transaction: the largest is a change of parameters with 32 authorities.
pub const MAX_TRANSACTION_BYTES: usize = 2048;

const SIGNATURE_DOMAIN: &[u8] = b"aurex/transaction/1";

/// A transaction as it is sent and stored; nothing about it is checked yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Transaction {
    /// What is signed, and what the id covers.
    pub body: TxBody,
    /// The signature of `body.from` over the tag `aurex/transaction/1` and the body.
    pub signature: Signature,
}

/// The signed content of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TxBody {
    /// Version of this layout: 1.
    pub version: u8,
    /// The genesis block of the network it is for: it is worth nothing anywhere else.
    pub chain_id: BlockHash,
    /// The account that signs and pays.
    pub from: Address,
    /// The number of transactions the account has committed before this one.
    pub nonce: u64,
    /// Coins for whoever seals the block, at least the parameter `min_fee`.
    pub fee: Amount,
    /// The last height at which it may be committed; 0 for any.
    pub valid_until: Height,
    /// What it does.
    pub payload: Payload,
}

/// What a transaction does. The order of the kinds is part of the encoding.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Payload {
    /// Moves coins.
    Transfer {
        /// The receiver.
        to: Address,
        /// How many coins, 1 to 2^53 - 1.
        amount: Amount,
        /// A note, at most [`MAX_MEMO_BYTES`].
        memo: String,
    },
    /// Puts words on the chain; the state keeps none of them.
    Message {
        /// The words, at most [`MAX_MESSAGE_BYTES`].
        bytes: Vec<u8>,
        /// Whom they are for, if anyone; everybody can read them.
        to: Option<Address>,
    },
    /// Gives the account a name that no other account has.
    RegisterUser {
        /// The name, which the account keeps for ever.
        name: Name,
    },
    /// Creates an asset whose whole supply belongs to the signer.
    CreateAsset {
        /// A short sign, which other assets may have as well.
        symbol: AssetSymbol,
        /// A name, at most [`MAX_ASSET_NAME_BYTES`].
        name: String,
        /// How many decimal places people show, at most 12.
        decimals: u8,
        /// Units in existence for ever, 1 to 2^53 - 1.
        supply: Amount,
    },
    /// Moves units of an asset.
    TransferAsset {
        /// Id of the transaction that created the asset.
        asset: AssetId,
        /// The receiver.
        to: Address,
        /// How many units, at least 1; decimals are for people only.
        amount: Amount,
    },
    /// Changes the network's parameters; only the operator's key may.
    SetParams(ParamsOrder),
}

/// An order of the operator. It is bound to the chain that the operator saw, so that nobody can
/// carry it to another branch or keep it for later.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ParamsOrder {
    /// One of the last two checkpoints below the block that holds the order, by its id.
    pub ancestor: BlockHash,
    /// What changes, from the first multiple of 8 on that is at least two blocks higher.
    pub change: ParamsChange,
}

/// A change of the network's parameters. `None` leaves a parameter as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct ParamsChange {
    /// Expected hashes for a work block, or the start value of an automatic retarget.
    pub difficulty: Option<Difficulty>,
    /// How the difficulty follows the hash rate.
    pub retarget: Option<Retarget>,
    /// The authorities in the order of their slots.
    pub authorities: Option<Vec<Address>>,
}

/// How the required difficulty of work blocks follows the hash rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Retarget {
    /// It stays until the operator changes it.
    Fixed,
    /// Absolutely scheduled exponential rise (ASERT): it doubles for each `half_life` that the work
    /// blocks are ahead of schedule.
    Asert {
        /// Intended time between work blocks, 1 ms to a day.
        ideal: Millis,
        /// Lead over the schedule that doubles the difficulty, 1 ms to a day.
        half_life: Millis,
        /// Lower bound of the difficulty, at least 1.
        min: Difficulty,
        /// Upper bound of the difficulty, at most 2^53 - 1.
        max: Difficulty,
    },
}

impl TxBody {
    /// The one version of the layout that is valid.
    pub const VERSION: u8 = 1;

    /// The bytes that are signed and hashed.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }

    /// Signs with `key`, which should be the key of `from`.
    #[must_use]
    pub fn sign(self, key: &Keypair) -> Transaction {
        let signature = key.sign(SIGNATURE_DOMAIN, &self.to_bytes());
        Transaction {
            body: self,
            signature,
        }
    }
}

impl Transaction {
    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::Transaction, bytes, MAX_TRANSACTION_BYTES)
    }

    /// The canonical bytes, signature included.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }

    /// SHA-256 of the signed content, whatever the signature is.
    #[must_use]
    pub fn id(&self) -> TxId {
        TxId(sha256(&[&self.body.to_bytes()]).0)
    }

    /// The leaf of a block's Merkle tree: covers the signature as well.
    #[must_use]
    pub fn leaf(&self) -> Digest {
        leaf_hash(&self.to_bytes())
    }

    /// Whether the signature is that of `from` over the content.
    #[must_use]
    pub fn signature_verifies(&self) -> bool {
        self.signature
            .verifies(&self.body.from, SIGNATURE_DOMAIN, &self.body.to_bytes())
    }
}

impl Payload {
    /// One word for people: the kind of transaction.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Transfer { .. } => "transfer",
            Self::Message { .. } => "message",
            Self::RegisterUser { .. } => "register_user",
            Self::CreateAsset { .. } => "create_asset",
            Self::TransferAsset { .. } => "transfer_asset",
            Self::SetParams(_) => "set_params",
        }
    }

    /// The receiver; `None` for a message to nobody, and for kinds that have none.
    #[must_use]
    pub const fn to(&self) -> Option<Address> {
        match self {
            Self::Transfer { to, .. } | Self::TransferAsset { to, .. } => Some(*to),
            Self::Message { to, .. } => *to,
            Self::RegisterUser { .. } | Self::CreateAsset { .. } | Self::SetParams(_) => None,
        }
    }

    /// The amount moved or created; zero where nothing is.
    #[must_use]
    pub const fn amount(&self) -> Amount {
        match self {
            Self::Transfer { amount, .. } | Self::TransferAsset { amount, .. } => *amount,
            Self::CreateAsset { supply, .. } => *supply,
            Self::Message { .. } | Self::RegisterUser { .. } | Self::SetParams(_) => Amount::ZERO,
        }
    }
}

macro_rules! word {
    ($(#[$doc:meta])* $name:ident, $max:literal, $rule:expr, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize)]
        pub struct $name(String);

        impl $name {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = WordError;
            fn from_str(text: &str) -> Result<Self, WordError> {
                let allowed: fn(usize, u8) -> bool = $ok;
                let good = (1..=$max).contains(&text.len())
                    && text.bytes().enumerate().all(|(at, byte)| allowed(at, byte));
                if good { Ok(Self(text.to_owned())) } else { Err(WordError { expected: $rule, found: text.to_owned() }) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl BorshDeserialize for $name {
            fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
                String::deserialize_reader(reader)?
                    .parse()
                    .map_err(|error: WordError| borsh::io::Error::new(borsh::io::ErrorKind::InvalidData, error.to_string()))
            }
        }
    };
}

word!(
    /// The name of a user: 1 to 32 lower-case letters, digits, `-` or `_`, beginning with a letter.
    Name,
    32,
    WordRule::Name,
    |at, byte| byte.is_ascii_lowercase() || (at > 0 && (byte.is_ascii_digit() || byte == b'-' || byte == b'_'))
);
word!(
    /// The sign of an asset: 1 to 12 capital letters or digits, beginning with a letter.
    AssetSymbol,
    12,
    WordRule::Symbol,
    |at, byte| byte.is_ascii_uppercase() || (at > 0 && byte.is_ascii_digit())
);

/// The rule that a name or symbol keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum WordRule {
    /// That of a [`Name`].
    Name,
    /// That of an [`AssetSymbol`].
    Symbol,
}

impl fmt::Display for WordRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => {
                "a name of 1 to 32 lower-case letters, digits, '-' or '_', beginning with a letter"
            }
            Self::Symbol => {
                "a symbol of 1 to 12 capital letters or digits, beginning with a letter"
            }
        })
    }
}

/// A text outside the alphabet or length of a name or symbol.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
#[error("expected {expected}, found {found:?}")]
pub struct WordError {
    /// The rule that the text breaks.
    pub expected: WordRule,
    /// The text as it was given, of any length.
    pub found: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> TxBody {
        let alice = Keypair::derive(&[1; 32], "user", "alice").address();
        TxBody {
            version: TxBody::VERSION,
            chain_id: BlockHash([9; 32]),
            from: alice,
            nonce: 0,
            fee: Amount(1),
            valid_until: Height(0),
            payload: Payload::Transfer {
                to: Address([2; 32]),
                amount: Amount(100),
                memo: "rent".into(),
            },
        }
    }

    #[test]
    fn the_id_leaves_the_signature_out_and_the_leaf_takes_it_in() {
        let transaction = sample().sign(&Keypair::derive(&[1; 32], "user", "alice"));
        let mut other = transaction.clone();
        other.signature.0[0] ^= 1;
        assert_eq!(transaction.id(), other.id());
        assert_ne!(transaction.leaf(), other.leaf());
        assert!(transaction.signature_verifies());
        assert!(!other.signature_verifies());
    }

    #[test]
    fn bytes_round_trip_and_trailing_bytes_are_refused() {
        let transaction = sample().sign(&Keypair::derive(&[1; 32], "user", "alice"));
        let mut bytes = transaction.to_bytes();
        assert_eq!(Transaction::from_bytes(&bytes), Ok(transaction));
        bytes.push(0);
        assert!(matches!(
            Transaction::from_bytes(&bytes),
            Err(DecodeError::Malformed { .. })
        ));
        let long = vec![0; MAX_TRANSACTION_BYTES + 1];
        assert!(matches!(
            Transaction::from_bytes(&long),
            Err(DecodeError::TooLong { .. })
        ));
    }

    #[test]
    fn names_and_symbols_keep_to_their_alphabets() {
        assert!("alice-2_b".parse::<Name>().is_ok());
        for bad in ["", "2alice", "Alice", "a b", "<b>", &"a".repeat(33)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
        assert!("GOLD2".parse::<AssetSymbol>().is_ok());
        assert!("gold".parse::<AssetSymbol>().is_err());
        assert!(Name::try_from_slice(&borsh::to_vec("No").unwrap()).is_err());
    }
}
