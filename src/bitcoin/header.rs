//! Bitcoin's block header: 80 bytes, little-endian: version 4 | previous id 32 | Merkle root 32 |
//! time 4 | bits 4 | nonce 4. Its id is SHA-256 of SHA-256 of these bytes. Any 80 bytes are a
//! header and each header has one encoding; what is valid about it is its work and its place.

use super::BitcoinError;
use super::target::target;
use crate::primitives::{BlockHash, Digest, U256, sha256};

/// Length of a header in bytes.
pub const HEADER_LEN: usize = 80;

/// A Bitcoin header. Hashes are held as people read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Version bits, by which miners also signal soft forks (BIP 9).
    pub version: u32,
    /// Id of the block before; zeros in the genesis block.
    pub previous: BlockHash,
    /// Merkle root over the transactions' ids, an odd hash being paired with itself.
    pub merkle_root: Digest,
    /// Seconds since 1970-01-01 UTC.
    pub time: u32,
    /// The target in compact form: a byte that counts bytes, and three bytes of value.
    pub bits: u32,
    /// What a miner varies.
    pub nonce: u32,
}

/// SHA-256 of SHA-256, turned to the order in which people read it.
pub(super) fn double_sha256(parts: &[&[u8]]) -> [u8; 32] {
    reversed(sha256(&[&sha256(parts).0]).0)
}

pub(super) const fn reversed(mut bytes: [u8; 32]) -> [u8; 32] {
    bytes.reverse();
    bytes
}

impl Header {
    /// Reads exactly 80 bytes.
    ///
    /// # Errors
    /// [`BitcoinError::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BitcoinError> {
        let bytes: &[u8; HEADER_LEN] = bytes
            .try_into()
            .map_err(|_| BitcoinError::Length { found: bytes.len() })?;
        let number = |at: usize| {
            u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
        };
        let hash = |at: usize| std::array::from_fn(|place| bytes[at + 31 - place]);
        Ok(Self {
            version: number(0),
            previous: BlockHash(hash(4)),
            merkle_root: Digest(hash(36)),
            time: number(68),
            bits: number(72),
            nonce: number(76),
        })
    }

    /// The 80 bytes as Bitcoin hashes them: numbers little-endian, hashes turned round.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&self.version.to_le_bytes());
        bytes[4..36].copy_from_slice(&reversed(self.previous.0));
        bytes[36..68].copy_from_slice(&reversed(self.merkle_root.0));
        bytes[68..72].copy_from_slice(&self.time.to_le_bytes());
        bytes[72..76].copy_from_slice(&self.bits.to_le_bytes());
        bytes[76..].copy_from_slice(&self.nonce.to_le_bytes());
        bytes
    }

    /// The block's id: SHA-256 of SHA-256 of the 80 bytes, as people read it.
    #[must_use]
    pub fn id(&self) -> BlockHash {
        BlockHash(double_sha256(&[&self.to_bytes()]))
    }

    /// Checks that the id meets the header's own target.
    ///
    /// # Errors
    /// A target that is none, or [`BitcoinError::Work`].
    pub fn check_work(&self) -> Result<(), BitcoinError> {
        let (target, found) = (target(self.bits)?, self.id());
        if U256::from_be_bytes(found.as_bytes()) <= target {
            Ok(())
        } else {
            Err(BitcoinError::Work {
                target: Digest(target.to_be_bytes()),
                found,
            })
        }
    }

    /// How many hashes such a header takes on average: 2^256 / (target + 1).
    ///
    /// # Errors
    /// A target that is none.
    pub fn work(&self) -> Result<U256, BitcoinError> {
        // Modulo 2^256, less the largest value is one more. 2^256 itself has 257 bits, so one whole
        // divisor is taken off before and counted after the division.
        let divisor = target(self.bits)?.wrapping_sub(U256::MAX);
        Ok(U256::ZERO
            .wrapping_sub(divisor)
            .div_u256(divisor)
            .wrapping_sub(U256::MAX))
    }
}

/// Checks that each header has valid work and follows the one before it.
///
/// # Errors
/// The first header that does not.
pub fn check_chain(headers: &[Header]) -> Result<(), BitcoinError> {
    let mut before = None;
    for (place, header) in headers.iter().enumerate() {
        if let Some(expected) = before.filter(|before| *before != header.previous) {
            return Err(BitcoinError::Link {
                at: place + 1,
                expected,
                found: header.previous,
            });
        }
        header.check_work()?;
        before = Some(header.id());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::GENESIS;
    use super::*;
    use crate::primitives::from_hex;

    fn genesis() -> Header {
        Header::from_bytes(&from_hex(GENESIS).unwrap()).unwrap()
    }

    #[test]
    fn the_genesis_header_has_its_well_known_id_and_work() {
        let header = genesis();
        assert_eq!(
            header.id().to_string(),
            "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
        );
        assert_eq!(header.previous, BlockHash::ZERO);
        assert_eq!(header.check_work(), Ok(()));
        assert_eq!(header.work().unwrap().to_u128(), Some(0x1_0001_0001));
        assert_eq!(header.to_bytes().to_vec(), from_hex(GENESIS).unwrap());
    }

    #[test]
    fn a_header_of_another_nonce_or_length_is_refused_with_what_was_found() {
        let other = Header {
            nonce: 1,
            ..genesis()
        };
        let target = Digest(target(other.bits).unwrap().to_be_bytes());
        assert_eq!(
            other.check_work(),
            Err(BitcoinError::Work {
                target,
                found: other.id()
            })
        );
        assert_eq!(
            Header::from_bytes(&[0; 79]),
            Err(BitcoinError::Length { found: 79 })
        );
        assert_eq!(
            Header::from_bytes(&[0; 81]),
            Err(BitcoinError::Length { found: 81 })
        );
    }

    #[test]
    fn a_header_that_does_not_follow_the_one_before_is_named_with_its_place() {
        let (expected, found) = (genesis().id(), BlockHash::ZERO);
        assert_eq!(
            check_chain(&[genesis(), genesis()]),
            Err(BitcoinError::Link {
                at: 2,
                expected,
                found
            })
        );
        assert_eq!(check_chain(&[genesis()]), Ok(()));
    }
}
