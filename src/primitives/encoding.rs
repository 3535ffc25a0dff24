//! One value, one encoding: exact borsh decoding with named errors. Lengths are checked against a
//! bound before anything is read, and borsh never reserves more memory than the input is long.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

/// A kind of value with one canonical encoding, as refusals name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Encoded {
    /// A block's header.
    Header,
    /// A block: header, seal and body.
    Block,
    /// A transaction with its signature.
    Transaction,
    /// A network's parameters.
    Parameters,
    /// A certificate of votes.
    Certificate,
    /// Evidence of an offence: two votes, or two sealed headers.
    Evidence,
    /// A vote with signer and signature.
    Vote,
    /// The key of an entry of the state.
    StateKey,
    /// An entry of the state.
    StateEntry,
}

impl fmt::Display for Encoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Block => "block",
            Self::Transaction => "transaction",
            Self::Parameters => "parameters",
            Self::Certificate => "certificate",
            Self::Evidence => "evidence",
            Self::Vote => "vote",
            Self::StateKey => "state key",
            Self::StateEntry => "state entry",
        })
    }
}

/// Why bytes are not the encoding of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum DecodeError {
    /// More bytes than the kind of value may have; nothing was read.
    #[error("expected at most {limit} bytes, found {found}")]
    TooLong {
        /// Most bytes of this kind of value.
        limit: usize,
        /// Bytes given.
        found: usize,
    },
    /// The bytes end too early, go on too long, or hold a value outside its range.
    #[error("{what} of {found} bytes is not canonically encoded")]
    Malformed {
        /// The kind of value.
        what: Encoded,
        /// Bytes given.
        found: usize,
    },
    /// A block header of a version that this program does not know.
    #[error("expected block version {expected}, found {found}")]
    Version {
        /// The version known here.
        expected: u16,
        /// The version in the bytes.
        found: u16,
    },
    /// A block kind other than work (0) and authority (1).
    #[error("expected block kind 0 (work) or 1 (authority), found {found}")]
    Kind {
        /// The kind in the bytes.
        found: u8,
    },
    /// Reserved flag bits that are set.
    #[error("expected reserved flags 0, found {found}")]
    Flags {
        /// The flags in the bytes.
        found: u8,
    },
}

/// Decodes `what` from exactly `bytes`, at most `limit` of them.
///
/// # Errors
/// [`DecodeError::TooLong`] before anything is read, [`DecodeError::Malformed`] for everything
/// else.
pub fn decode_exact<T: BorshDeserialize>(
    what: Encoded,
    bytes: &[u8],
    limit: usize,
) -> Result<T, DecodeError> {
    let found = bytes.len();
    if found > limit {
        return Err(DecodeError::TooLong { limit, found });
    }
    T::try_from_slice(bytes).map_err(|_| DecodeError::Malformed { what, found })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn a_map_is_read_only_with_its_keys_in_strict_order() {
        let read = |entries: [(u64, u8); 2]| {
            let bytes = borsh::to_vec(&entries.to_vec()).unwrap();
            decode_exact::<BTreeMap<u64, u8>>(Encoded::Block, &bytes, 100)
        };
        assert_eq!(read([(1, 0), (2, 0)]), Ok(BTreeMap::from([(1, 0), (2, 0)])));
        assert!(read([(1, 0), (1, 0)]).is_err());
        assert!(read([(2, 0), (1, 0)]).is_err());
    }
}
