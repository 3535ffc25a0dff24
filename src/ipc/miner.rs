//! Messages between a proof-of-work node and its miner workers.

use borsh::{BorshDeserialize, BorshSerialize};

/// A range of nonces of one candidate block to search.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct SearchJob {
    /// Number of the job; an answer to an older one is dropped.
    pub job: u64,
    /// The candidate's 204 header bytes; the nonce in them does not matter.
    pub header: Vec<u8>,
    /// Expected hashes.
    pub difficulty: u64,
    /// First nonce.
    pub nonce_start: u64,
    /// One past the last nonce, at most 2^53 - 1.
    pub nonce_end: u64,
    /// How much it may hash.
    pub limit: Limit,
}

/// How much a miner may hash.
#[derive(Clone, Copy, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Limit {
    /// So many hashes a second.
    Rate(f64),
    /// As fast as it can for this share of the time, above 0 and up to 1.
    Share(f64),
}

/// From a node to a miner worker.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum ToMiner {
    /// Drop what you search and search this.
    Search(SearchJob),
    /// Search nothing.
    Cancel,
}

/// From a miner worker to its node.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum FromMiner {
    /// About four times a second while it searches.
    Progress {
        /// Of the search.
        job: u64,
        /// Hashes tried on this job.
        hashes: u64,
        /// Measured hashes per second over the last second or so.
        hash_rate: f64,
        /// The next nonce to try.
        nonce: u64,
        /// Lowest hash of this job so far, hexadecimal; empty before the first.
        best_hash: String,
    },
    /// A nonce that meets the difficulty; the node checks it again. The miner then rests.
    Found {
        /// Of the search.
        job: u64,
        /// The nonce.
        nonce: u64,
        /// Hashes tried on this job.
        hashes: u64,
        /// Milliseconds since the job began.
        elapsed_ms: f64,
        /// Measured hashes per second over the last second or so, also of jobs before.
        hash_rate: f64,
    },
    /// The range is used up without a find. The miner then rests.
    Exhausted {
        /// Of the search.
        job: u64,
        /// Hashes tried.
        hashes: u64,
    },
}
