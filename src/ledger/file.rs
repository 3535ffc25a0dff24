//! A ledger as one file: the blocks of a best chain, without a key of anybody.
//!
//! Layout: [`MAGIC`], the version (2 bytes, little-endian as all numbers), the id of the genesis
//! block, the number of blocks (4 bytes), each block as its length (4 bytes) and its canonical
//! bytes from height 1 on, and the SHA-256 of all before. Bounds: [`MAX_FILE_BYTES`] and the length
//! of a block are checked before anything is decoded.

use std::borrow::Borrow;

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::{Block, BlockHash, DecodeError, Digest, MAX_BLOCK_BYTES, codes, sha256};

/// What every file begins with.
const MAGIC: &[u8; 12] = b"aurex-ledger";
const VERSION: u16 = 1;
const HEAD_BYTES: usize = MAGIC.len() + 2 + 32 + 4;
const SUM_BYTES: usize = 32;
/// Longest file: a browser holds it several times over while it is checked.
pub const MAX_FILE_BYTES: usize = 128 << 20;

/// Why bytes are no ledger of this network.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum FileError {
    /// It is longer than a file may be.
    #[error("expected a file of at most {limit} bytes, found {found}")]
    TooLong {
        /// Bound.
        limit: usize,
        /// Its length.
        found: u64,
    },
    /// It is another kind of file.
    #[error("expected a ledger's file, which begins with \"aurex-ledger\", found another")]
    Magic,
    /// It is of another version.
    #[error("expected a ledger's file of version {expected}, found version {found}")]
    Version {
        /// The version known here.
        expected: u16,
        /// Its version.
        found: u16,
    },
    /// It was cut or changed.
    #[error("expected the checksum {expected} at the end of the file, found {found}")]
    Checksum {
        /// Of its bytes.
        expected: Digest,
        /// What stands there.
        found: Digest,
    },
    /// It ends too early or goes on too long.
    #[error("block {number} of the file: expected {expected} bytes more, found {found}")]
    Length {
        /// The block, counted from 1; one past the last for what comes after.
        number: u32,
        /// Bytes that should follow.
        expected: u64,
        /// Bytes that follow.
        found: u64,
    },
    /// It is of another network.
    #[error("expected the ledger of chain {expected}, found one of chain {found}")]
    Network {
        /// This chain.
        expected: BlockHash,
        /// Its chain.
        found: BlockHash,
    },
    /// A block cannot be read.
    #[error("block {number} of the file: {error}")]
    Block {
        /// The block, counted from 1.
        number: u32,
        /// What is wrong with it.
        error: DecodeError,
    },
    /// A block breaks a rule of the network.
    #[error(
        "block {id} at height {height} breaks rule {rule}: {reason}. Nothing of the file was taken"
    )]
    Rule {
        /// The block.
        id: BlockHash,
        /// Its height.
        height: u64,
        /// The number of the rule.
        rule: u8,
        /// What was expected and found.
        reason: String,
    },
}

codes! {
    FileError {
        TooLong => "file_too_long", "a ledger's file is longer than it may be";
        Magic => "file_format", "the bytes are no ledger's file of this version, or were changed";
        Version => "file_format", "the bytes are no ledger's file of this version, or were changed";
        Checksum => "file_format", "the bytes are no ledger's file of this version, or were changed";
        Length => "file_format", "the bytes are no ledger's file of this version, or were changed";
        Network => "file_network", "a ledger's file is of another network or chain";
        Block => "file_format", "the bytes are no ledger's file of this version, or were changed";
        Rule => "file_rule", "a block of a ledger's file breaks a rule of the network";
    }
}

/// The file of a chain: its blocks from height 1 on.
pub fn encode_file<B: Borrow<Block>>(
    chain_id: &BlockHash,
    blocks: impl Iterator<Item = B>,
) -> Vec<u8> {
    let mut bytes = [&MAGIC[..], &VERSION.to_le_bytes(), &chain_id.0, &[0; 4]].concat();
    let mut count = 0_u32;
    for block in blocks {
        let block = block.borrow().to_bytes();
        let length = u32::try_from(block.len()).unwrap_or(u32::MAX);
        bytes.extend(length.to_le_bytes());
        bytes.extend(block);
        count = count.saturating_add(1);
    }
    bytes[HEAD_BYTES - 4..HEAD_BYTES].copy_from_slice(&count.to_le_bytes());
    let sum = sha256(&[&bytes]);
    bytes.extend(sum.0);
    bytes
}

/// The blocks of a file of this chain, not yet checked by any rule.
///
/// # Errors
/// What was expected and what was found.
pub fn decode_file(bytes: &[u8], chain_id: &BlockHash) -> Result<Vec<Block>, FileError> {
    if bytes.len() > MAX_FILE_BYTES {
        let (limit, found) = (MAX_FILE_BYTES, whole(bytes.len()));
        return Err(FileError::TooLong { limit, found });
    }
    let Some(rest) = bytes.strip_prefix(MAGIC) else {
        return Err(FileError::Magic);
    };
    let short = |found: usize| FileError::Length {
        number: 0,
        expected: whole(HEAD_BYTES + SUM_BYTES),
        found: whole(found),
    };
    let (version, rest) = rest.split_first_chunk().ok_or_else(|| short(bytes.len()))?;
    let found = u16::from_le_bytes(*version);
    if found != VERSION {
        let expected = VERSION;
        return Err(FileError::Version { expected, found });
    }
    let (rest, sum) = rest
        .split_last_chunk::<SUM_BYTES>()
        .ok_or_else(|| short(bytes.len()))?;
    let (expected, found) = (sha256(&[&bytes[..bytes.len() - SUM_BYTES]]), Digest(*sum));
    if expected != found {
        return Err(FileError::Checksum { expected, found });
    }
    let (of, rest) = rest.split_first_chunk().ok_or_else(|| short(bytes.len()))?;
    if BlockHash(*of) != *chain_id {
        let (expected, found) = (*chain_id, BlockHash(*of));
        return Err(FileError::Network { expected, found });
    }
    let (count, rest) = rest.split_first_chunk().ok_or_else(|| short(bytes.len()))?;
    read_blocks(u32::from_le_bytes(*count), rest)
}

fn read_blocks(count: u32, mut rest: &[u8]) -> Result<Vec<Block>, FileError> {
    let mut blocks = Vec::new();
    for number in 1..=count {
        let wrong = |expected: usize, found: usize| FileError::Length {
            number,
            expected: whole(expected),
            found: whole(found),
        };
        let (length, after) = rest
            .split_first_chunk()
            .ok_or_else(|| wrong(4, rest.len()))?;
        let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
        if length > MAX_BLOCK_BYTES {
            let (limit, found) = (MAX_BLOCK_BYTES, length);
            let error = DecodeError::TooLong { limit, found };
            return Err(FileError::Block { number, error });
        }
        let (block, after) = after
            .split_at_checked(length)
            .ok_or_else(|| wrong(length, after.len()))?;
        let read = Block::from_bytes(block);
        blocks.push(read.map_err(|error| FileError::Block { number, error })?);
        rest = after;
    }
    if rest.is_empty() {
        return Ok(blocks);
    }
    Err(FileError::Length {
        number: count.saturating_add(1),
        expected: 0,
        found: whole(rest.len()),
    })
}

fn whole(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Grower, params};

    #[test]
    fn a_file_comes_back_as_it_was_and_no_changed_byte_of_it_is_taken() {
        let mut grower = Grower::new(params());
        grower.grow("pow-1", 3);
        let blocks: Vec<Block> = (1..=3).map(|height| grower.block_at(height)).collect();
        let chain_id = grower.chain.chain_id();
        let file = encode_file(&chain_id, blocks.iter());
        assert_eq!(decode_file(&file, &chain_id), Ok(blocks.clone()));
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            assert!(decode_file(&changed, &chain_id).is_err(), "byte {at}");
            assert!(decode_file(&file[..at], &chain_id).is_err(), "cut at {at}");
        }
        let other = decode_file(&file, &BlockHash([7; 32])).unwrap_err();
        assert_eq!(other.code(), "file_network");
        let signed = |mut body: Vec<u8>| {
            let sum = sha256(&[&body]);
            body.extend(sum.0);
            decode_file(&body, &chain_id)
        };
        let body = &file[..file.len() - SUM_BYTES];
        let mut longer = body.to_vec();
        longer.push(0);
        assert!(matches!(
            signed(longer),
            Err(FileError::Length { number: 4, .. })
        ));
        let mut huge = body[..HEAD_BYTES].to_vec();
        huge.extend(u32::MAX.to_le_bytes());
        assert!(matches!(
            signed(huge),
            Err(FileError::Block { number: 1, .. })
        ));
    }
}
