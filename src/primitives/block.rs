//! Blocks. A header of exactly 204 bytes names everything else by hash; its last eight bytes are
//! the nonce, so that all but the last 64-byte chunk of the hash can be computed once per
//! candidate.

use borsh::{BorshDeserialize, BorshSerialize};

use super::encoding::{DecodeError, Encoded, decode_exact};
use super::hash::{BlockHash, Digest, sha256};
use super::keys::{Address, Keypair, NodeId, Signature};
use super::merkle::merkle_root;
use super::transaction::Transaction;
use super::units::{Difficulty, Height, Slot, Timestamp};

/// The one header version that decodes (rule 2).
pub const VERSION: u16 = 1;
/// Length of an encoded header in bytes.
pub const HEADER_LEN: usize = 204;
/// Where the eight bytes of the nonce begin.
pub const NONCE_OFFSET: usize = 196;
/// Most transactions in a block.
pub const MAX_TRANSACTIONS: usize = 256;
/// Longest free data of a block, in bytes.
pub const MAX_DATA_BYTES: usize = 256;
/// Longest encoded body, in bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longest encoded seal: one byte for its kind, and an authority's signature.
const MAX_SEAL_BYTES: usize = 1 + 64;
/// Longest encoded block: header, seal and body.
pub const MAX_BLOCK_BYTES: usize = HEADER_LEN + MAX_SEAL_BYTES + MAX_BODY_BYTES;

const SEAL_DOMAIN: &[u8] = b"aurex/seal/1";

/// Who may make the block, and how it is proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Anybody, by a hash below the target.
    Work,
    /// The authority whose slot it is, by a signature.
    Authority,
}

/// The part of a block that its id covers. The layout is little-endian and in the order of the
/// fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Work or authority: one byte, 0 or 1, after the version and before the flags.
    pub kind: Kind,
    /// Parent's height and one; 0 for genesis.
    pub height: Height,
    /// Id of the parent; zeros for genesis.
    pub parent: BlockHash,
    /// Merkle root (RFC 6962) over the transactions with their signatures.
    pub tx_root: Digest,
    /// Root of the state after this block.
    pub state_root: Digest,
    /// When it was made, by the maker's clock.
    pub time: Timestamp,
    /// Expected hashes of a work block; weight of an authority's block.
    pub difficulty: Difficulty,
    /// The authority's turn, counted from the genesis time; 0 for work.
    pub slot: Slot,
    /// Node id of the maker, whose account is paid reward and fees; zeros for genesis.
    pub sealer: NodeId,
    /// SHA-256 of the body's data.
    pub data_hash: Digest,
    /// What a miner varies, at most 2^53 - 1; 0 for an authority.
    pub nonce: u64,
}

impl Header {
    /// The canonical 204 bytes: two of version, one of kind, one of flags, then the other fields.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        let mut at = 0;
        let mut put = |part: &[u8]| {
            bytes[at..at + part.len()].copy_from_slice(part);
            at += part.len();
        };
        put(&VERSION.to_le_bytes());
        put(&[u8::from(self.kind == Kind::Authority), 0]);
        put(&self.height.0.to_le_bytes());
        put(&self.parent.0);
        put(&self.tx_root.0);
        put(&self.state_root.0);
        put(&self.time.0.to_le_bytes());
        put(&self.difficulty.0.to_le_bytes());
        put(&self.slot.0.to_le_bytes());
        put(&self.sealer.0);
        put(&self.data_hash.0);
        put(&self.nonce.to_le_bytes());
        bytes
    }

    /// Decodes exactly 204 bytes.
    ///
    /// # Errors
    /// The length, then rule 2: version, kind, reserved flags.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let found = bytes.len();
        if found > HEADER_LEN {
            return Err(DecodeError::TooLong {
                limit: HEADER_LEN,
                found,
            });
        }
        let malformed = DecodeError::Malformed {
            what: Encoded::Header,
            found,
        };
        let mut rest = bytes.get(4..HEADER_LEN).ok_or(malformed)?;
        let version = u16::from_le_bytes([bytes[0], bytes[1]]);
        if version != VERSION {
            return Err(DecodeError::Version {
                expected: VERSION,
                found: version,
            });
        }
        let kind = match bytes[2] {
            0 => Kind::Work,
            1 => Kind::Authority,
            found => return Err(DecodeError::Kind { found }),
        };
        if bytes[3] != 0 {
            return Err(DecodeError::Flags { found: bytes[3] });
        }
        Self::read_fields(kind, &mut rest).map_err(|_| malformed)
    }

    fn read_fields(kind: Kind, rest: &mut &[u8]) -> borsh::io::Result<Self> {
        Ok(Self {
            kind,
            height: BorshDeserialize::deserialize(rest)?,
            parent: BorshDeserialize::deserialize(rest)?,
            tx_root: BorshDeserialize::deserialize(rest)?,
            state_root: BorshDeserialize::deserialize(rest)?,
            time: BorshDeserialize::deserialize(rest)?,
            difficulty: BorshDeserialize::deserialize(rest)?,
            slot: BorshDeserialize::deserialize(rest)?,
            sealer: BorshDeserialize::deserialize(rest)?,
            data_hash: BorshDeserialize::deserialize(rest)?,
            nonce: BorshDeserialize::deserialize(rest)?,
        })
    }

    /// The block's id: SHA-256 of the canonical bytes.
    #[must_use]
    pub fn id(&self) -> BlockHash {
        BlockHash(sha256(&[&self.to_bytes()]).0)
    }

    /// The authority's signature over the tag `aurex/seal/1`, the chain id and the header.
    #[must_use]
    pub fn seal(&self, chain_id: &BlockHash, key: &Keypair) -> Seal {
        Seal::Authority(key.sign(SEAL_DOMAIN, &self.seal_message(chain_id)))
    }

    /// Whether `signature` is the sealer's over this header on this chain.
    #[must_use]
    pub fn seal_verifies(&self, chain_id: &BlockHash, signature: &Signature) -> bool {
        signature.verifies(
            &Address::from(self.sealer),
            SEAL_DOMAIN,
            &self.seal_message(chain_id),
        )
    }

    fn seal_message(&self, chain_id: &BlockHash) -> Vec<u8> {
        [chain_id.as_bytes().as_slice(), &self.to_bytes()].concat()
    }
}

impl BorshSerialize for Header {
    fn serialize<W: borsh::io::Write>(&self, writer: &mut W) -> borsh::io::Result<()> {
        writer.write_all(&self.to_bytes())
    }
}

impl BorshDeserialize for Header {
    fn deserialize_reader<R: borsh::io::Read>(reader: &mut R) -> borsh::io::Result<Self> {
        let mut bytes = [0; HEADER_LEN];
        reader.read_exact(&mut bytes)?;
        Self::from_bytes(&bytes).map_err(|error| {
            borsh::io::Error::new(borsh::io::ErrorKind::InvalidData, error.to_string())
        })
    }
}

/// What proves a block beside its id. It is no part of the id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Seal {
    /// The id itself is the proof. Encoded in one byte, 0.
    Work,
    /// The sealer's signature. Encoded in one byte, 1, and 64 bytes.
    Authority(Signature),
}

/// What a header names by hash: encoded at most [`MAX_BODY_BYTES`] (rule 1).
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Body {
    /// Free bytes of the maker, at most [`MAX_DATA_BYTES`].
    pub data: Vec<u8>,
    /// The transactions in the order they are applied.
    pub transactions: Vec<Transaction>,
}

impl Body {
    /// The hash that the header's `data_hash` must equal.
    #[must_use]
    pub fn data_hash(&self) -> Digest {
        sha256(&[&self.data])
    }

    /// The root that the header's `tx_root` must equal.
    #[must_use]
    pub fn tx_root(&self) -> Digest {
        merkle_root(
            &self
                .transactions
                .iter()
                .map(Transaction::leaf)
                .collect::<Vec<_>>(),
        )
    }

    /// Length of the canonical bytes.
    #[must_use]
    pub fn encoded_len(&self) -> usize {
        borsh::object_length(self).unwrap_or(usize::MAX)
    }
}

/// A block as it is sent and stored; nothing about it is checked yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Block {
    /// The part that the id covers, 204 bytes.
    pub header: Header,
    /// What proves the block beside its id: an authority's signature, nothing for work.
    pub seal: Seal,
    /// Data and transactions, which the header names by hash.
    pub body: Body,
}

impl Block {
    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`DecodeError`]; the header's own errors come first.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        if let Some(header) = bytes.get(..HEADER_LEN) {
            Header::from_bytes(header)?;
        }
        decode_exact(Encoded::Block, bytes, MAX_BLOCK_BYTES)
    }

    /// The canonical bytes.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }

    /// The block's id: SHA-256 of the header alone.
    #[must_use]
    pub fn id(&self) -> BlockHash {
        self.header.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Header {
        Header {
            kind: Kind::Authority,
            height: Height(1),
            parent: BlockHash([1; 32]),
            tx_root: Digest([2; 32]),
            state_root: Digest([3; 32]),
            time: Timestamp(4),
            difficulty: Difficulty(5),
            slot: Slot(6),
            sealer: NodeId([7; 32]),
            data_hash: Digest([8; 32]),
            nonce: 0x0102_0304_0506_0708,
        }
    }

    #[test]
    fn the_header_ends_with_the_nonce_and_is_204_bytes() {
        let bytes = sample().to_bytes();
        assert_eq!(bytes[NONCE_OFFSET..], [8, 7, 6, 5, 4, 3, 2, 1]);
        assert_eq!(Header::from_bytes(&bytes), Ok(sample()));
    }

    #[test]
    fn version_kind_flags_and_length_are_named_when_wrong() {
        let with = |at: usize, value: u8| {
            let mut bytes = sample().to_bytes();
            bytes[at] = value;
            Header::from_bytes(&bytes)
        };
        assert_eq!(
            with(0, 2),
            Err(DecodeError::Version {
                expected: 1,
                found: 2
            })
        );
        assert_eq!(with(2, 2), Err(DecodeError::Kind { found: 2 }));
        assert_eq!(with(3, 1), Err(DecodeError::Flags { found: 1 }));
        let malformed = DecodeError::Malformed {
            what: Encoded::Header,
            found: 203,
        };
        assert_eq!(
            Header::from_bytes(&sample().to_bytes()[..203]),
            Err(malformed)
        );
    }

    #[test]
    fn a_seal_is_bound_to_its_chain() {
        let key = Keypair::from_secret(&[3; 32]);
        let header = Header {
            sealer: key.node_id(),
            ..sample()
        };
        let Seal::Authority(signature) = header.seal(&BlockHash([1; 32]), &key) else {
            unreachable!()
        };
        assert!(header.seal_verifies(&BlockHash([1; 32]), &signature));
        assert!(!header.seal_verifies(&BlockHash([2; 32]), &signature));
    }

    #[test]
    fn blocks_round_trip_and_trailing_bytes_are_refused() {
        let block = Block {
            header: sample(),
            seal: Seal::Work,
            body: Body::default(),
        };
        let mut bytes = block.to_bytes();
        assert_eq!(Block::from_bytes(&bytes), Ok(block));
        bytes.push(0);
        assert!(Block::from_bytes(&bytes).is_err());
    }
}
