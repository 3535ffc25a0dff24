//! SHA-256 (FIPS 180-4) and one newtype for each thing that is named by a hash, so that a block id
//! can never be passed where a transaction id is meant.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use sha2::{Digest as _, Sha256};

/// SHA-256 (FIPS 180-4) of the concatenation of `parts`; where a part ends does not show.
#[must_use]
pub fn sha256(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    Digest(hasher.finalize().into())
}

/// Lower-case hexadecimal of `bytes`.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len().saturating_mul(2));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// Bytes of a hexadecimal text of either case.
///
/// # Errors
/// Says which character is not a hexadecimal digit, or that a digit is missing.
pub fn from_hex(text: &str) -> Result<Vec<u8>, ParseHexError> {
    let digit = |(at, c): (usize, char)| {
        c.to_digit(16)
            .and_then(|d| u8::try_from(d).ok())
            .ok_or(ParseHexError::Digit { at, found: c })
    };
    let digits = text
        .char_indices()
        .map(digit)
        .collect::<Result<Vec<u8>, _>>()?;
    if digits.len() % 2 == 1 {
        return Err(ParseHexError::Odd {
            found: digits.len(),
        });
    }
    Ok(digits
        .chunks_exact(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect())
}

/// Why a text is not the hexadecimal form that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum ParseHexError {
    /// A character outside 0-9, a-f, A-F.
    #[error("expected hexadecimal digits, found {found:?} at position {at}")]
    Digit {
        /// Byte position in the text.
        at: usize,
        /// The character there.
        #[borsh(serialize_with = "write_char", deserialize_with = "read_char")]
        found: char,
    },
    /// Half a byte at the end.
    #[error("expected an even number of hexadecimal digits, found {found}")]
    Odd {
        /// Number of digits.
        found: usize,
    },
    /// The wrong number of bytes for the type.
    #[error("expected {expected} bytes, found {found}")]
    Length {
        /// Bytes of the type.
        expected: usize,
        /// Bytes of the text.
        found: usize,
    },
}

/// Writes a character as its code point.
fn write_char<W: borsh::io::Write>(found: &char, writer: &mut W) -> borsh::io::Result<()> {
    u32::from(*found).serialize(writer)
}

fn read_char<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<char> {
    let point = u32::deserialize_reader(reader)?;
    char::from_u32(point).ok_or_else(|| borsh::io::ErrorKind::InvalidData.into())
}

/// The order of two strings of bytes of one length, eight bytes at a time: maps and sorts compare
/// little else.
pub(crate) fn by_words(one: &[u8], other: &[u8]) -> Ordering {
    let (words, rest) = one.as_chunks::<8>();
    let (others, other_rest) = other.as_chunks::<8>();
    let number = |word: &[u8; 8]| u64::from_be_bytes(*word);
    let by_word = words.iter().map(number).cmp(others.iter().map(number));
    by_word.then_with(|| rest.cmp(other_rest))
}

macro_rules! bytes_newtype {
    ($(#[$doc:meta])* $name:ident, $len:expr) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub [u8; $len]);

        impl Ord for $name {
            fn cmp(&self, other: &Self) -> std::cmp::Ordering {
                $crate::primitives::hash::by_words(&self.0, &other.0)
            }
        }

        impl PartialOrd for $name {
            fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl $name {
            /// The raw bytes, as they are hashed, sent and stored.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }

            /// The first eight hexadecimal digits, for people; never an identity.
            #[must_use]
            pub fn short(&self) -> String {
                to_hex(&self.0[..4])
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&to_hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.short())
            }
        }

        impl FromStr for $name {
            type Err = ParseHexError;
            fn from_str(text: &str) -> Result<Self, ParseHexError> {
                let bytes = from_hex(text)?;
                let found = bytes.len();
                <[u8; $len]>::try_from(bytes)
                    .map($name)
                    .map_err(|_| ParseHexError::Length { expected: $len, found })
            }
        }
    };
}
pub(crate) use bytes_newtype;

bytes_newtype!(
    /// A SHA-256 value without a more special meaning: Merkle roots, state roots, data hashes.
    Digest,
    32
);
bytes_newtype!(
    /// The id of a block: SHA-256 of its header.
    BlockHash,
    32
);
bytes_newtype!(
    /// The id of a transaction: SHA-256 of its signed content, without the signature.
    TxId,
    32
);
bytes_newtype!(
    /// The id of an asset: the id of the transaction that created it.
    AssetId,
    32
);

impl BlockHash {
    /// The parent that the genesis block names: no block.
    pub const ZERO: Self = Self([0; 32]);
}

impl Default for BlockHash {
    /// No block.
    fn default() -> Self {
        Self::ZERO
    }
}

impl Digest {
    /// The value that stands for "nothing hashed".
    pub const ZERO: Self = Self([0; 32]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sha256_of_abc_is_the_value_of_fips_180_4() {
        assert_eq!(
            sha256(&[b"a", b"bc"]).to_string(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn hex_refuses_what_is_not_hex_and_says_where() {
        assert_eq!(
            from_hex("0g"),
            Err(ParseHexError::Digit { at: 1, found: 'g' })
        );
        assert_eq!(from_hex("abc"), Err(ParseHexError::Odd { found: 3 }));
        assert_eq!(
            "ab".parse::<TxId>(),
            Err(ParseHexError::Length {
                expected: 32,
                found: 1
            })
        );
        assert_eq!(from_hex("00fF"), Ok(vec![0, 255]));
    }
}
