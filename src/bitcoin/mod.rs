//! Real Bitcoin headers through the same code: SHA-256, 256-bit numbers and the fixed-point powers
//! of two are the playground's own; here is only what Bitcoin does differently: its headers,
//! compact targets, retarget and Merkle tree. Pure.
//!
//! Bitcoin writes numbers least significant byte first and hashes twice. Every hash is held here as
//! people read it, most significant byte first, and turned round where Bitcoin hashes it. Sources:
//! the developer reference of bitcoin.org (block headers, nBits, Merkle trees) and the rules of
//! Bitcoin Core.

mod header;
mod inspect;
mod merkle;
mod target;

pub use header::{HEADER_LEN, Header, check_chain};
pub use inspect::{GENESIS, MAX_HEADERS, inspect};
pub use merkle::{merkle_root, proves};
pub use target::{MAIN_LIMIT, asert, compact, difficulty, retarget, target};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::{BlockHash, Digest, ParseHexError, codes};

/// Why bytes are no valid Bitcoin headers.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum BitcoinError {
    /// The text is not hexadecimal.
    #[error(transparent)]
    Hex(#[from] ParseHexError),
    /// Not a whole number of headers, or too many.
    #[error("expected 1 to {MAX_HEADERS} headers of 80 bytes each, found {found} bytes")]
    Length {
        /// Bytes that were given.
        found: usize,
    },
    /// The compact target has its sign bit set.
    #[error("expected a positive target, found the negative 0x{found:08x}")]
    NegativeTarget {
        /// The header's field `bits`.
        found: u32,
    },
    /// The compact target is zero, which no hash meets.
    #[error("expected a target of at least 1, found 0 in 0x{found:08x}")]
    ZeroTarget {
        /// The header's field `bits`.
        found: u32,
    },
    /// The compact target has more than 256 bits.
    #[error("expected a target below 2^256, found 0x{found:08x}")]
    TargetOverflow {
        /// The header's field `bits`.
        found: u32,
    },
    /// The target is easier than Bitcoin's main network allows.
    #[error("expected a target of at most {limit}, found {found}")]
    EasyTarget {
        /// The easiest target of Bitcoin's main network, that of difficulty 1.
        limit: Digest,
        /// The target that the header's `bits` say.
        found: Digest,
    },
    /// The hash does not meet the target.
    #[error("expected an id of at most {target}, found {found}")]
    Work {
        /// The largest id that meets the header's bits.
        target: Digest,
        /// The header's id.
        found: BlockHash,
    },
    /// A header that does not follow the one before it.
    #[error("expected header {at} to follow {expected}, found that it follows {found}")]
    Link {
        /// Its place, counted from 1.
        at: usize,
        /// Id of the header before it.
        expected: BlockHash,
        /// The id it names.
        found: BlockHash,
    },
    /// A list of transactions without any.
    #[error("expected at least one transaction, found none")]
    NoTransactions,
    /// Two equal hashes side by side: another list has the same Merkle root (CVE-2012-2459).
    #[error("expected different hashes side by side in the Merkle tree, found {found} twice")]
    Doubled {
        /// The hash that stands side by side with itself.
        found: Digest,
    },
}

codes! {
    BitcoinError {
        Hex => "bitcoin_hex", "the text is not hexadecimal";
        Length => "bitcoin_length", "the bytes are no whole number of headers, or too many";
        NegativeTarget => "bitcoin_target_negative", "the compact target is negative";
        ZeroTarget => "bitcoin_target_zero", "the compact target is zero";
        TargetOverflow => "bitcoin_target_overflow", "the compact target has more than 256 bits";
        EasyTarget => "bitcoin_target_easy", "the target is easier than Bitcoin allows";
        Work => "bitcoin_work", "the id does not meet the target";
        Link => "bitcoin_link", "a header does not follow the one before it";
        NoTransactions => "bitcoin_no_transactions", "a Merkle tree needs at least one transaction";
        Doubled => "bitcoin_doubled", "two equal hashes stand side by side in the Merkle tree";
    }
}
