//! Messages between a proof-of-work node and its miner workers.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::records::Try;

/// How long miners at full speed let the page go first after a click or a key, in milliseconds.
pub const YIELD_MS: f64 = 100.0;

/// A range of nonces of one candidate block to search.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct SearchJob {
    /// Number of the job; an answer to an older one is dropped.
    pub job: u64,
    /// Number of the search: jobs on the same head are one search, whose tries, best hash and time
    /// go on.
    pub search: u64,
    /// The candidate's 204 header bytes; the nonce in them does not matter.
    pub header: Vec<u8>,
    /// Expected tries, from which the target of the hash follows.
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
    /// As fast as it can in its share of the time.
    Share(TimeShare),
}

/// A miner's share of the time where more miners share a machine than it is to run at once. Time is
/// cut into slices that every miner reads from the same clock: see [`crate::miner::time_share`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct TimeShare {
    /// The miner's position among all of the machine, from 0.
    pub position: u32,
    /// How many positions there are.
    pub of: u32,
    /// How many of them hash at once.
    pub at_once: u32,
}

impl TimeShare {
    /// All of the time.
    pub const ALL: Self = Self {
        position: 0,
        of: 1,
        at_once: 1,
    };

    /// The part of the time that each miner hashes, above 0 and up to 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        (f64::from(self.at_once.max(1)) / f64::from(self.of.max(1))).min(1.0)
    }
}

/// Most tries that are told one by one.
pub const MAX_TRIES: usize = 8;

/// From a node to a miner worker.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum ToMiner {
    /// Drop what you search and search this.
    Search(SearchJob),
    /// Search nothing.
    Cancel,
    /// Let the page go first for [`YIELD_MS`]: somebody clicked or typed. It comes from the page,
    /// not from the node.
    Yield,
}

/// From a miner worker to its node.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum FromMiner {
    /// About four times a second while it searches.
    Progress {
        /// Number of the job, as in [`SearchJob`].
        job: u64,
        /// Hashes tried in this search, over all its jobs.
        hashes: u64,
        /// Measured hashes per second over the last second or so.
        hash_rate: f64,
        /// The next nonce to try.
        nonce: u64,
        /// Lowest hash of this search so far, hexadecimal; empty before the first.
        best_hash: String,
        /// The last nonces tried, oldest first, at most [`MAX_TRIES`]; none with a budget too high
        /// to follow.
        tries: Vec<Try>,
    },
    /// A nonce that meets the difficulty; the node checks it again. The miner then rests.
    Found {
        /// Number of the job, as in [`SearchJob`].
        job: u64,
        /// The nonce.
        nonce: u64,
        /// Hashes tried in this search, over all its jobs.
        hashes: u64,
        /// Milliseconds spent on this search.
        elapsed_ms: f64,
        /// Measured hashes per second over the last second or so, also of jobs before.
        hash_rate: f64,
    },
    /// The range is used up without a find. The miner then rests.
    Exhausted {
        /// Number of the job, as in [`SearchJob`].
        job: u64,
        /// Hashes tried in this search, over all its jobs.
        hashes: u64,
    },
    /// What it could do without its budget: hashes per second, measured for a moment.
    Uncapped(f64),
}
