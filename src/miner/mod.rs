//! Searching a nonce: the hash of a candidate header, computed from its midstate, over a range of
//! nonces, in resumable steps.
//!
//! The first 192 of a header's 204 bytes do not depend on the nonce, so their three compressions are done
//! once per job (the midstate) and each try costs one compression of the last chunk. Whatever a search
//! finds is checked again by the node with the plain hash before it counts.

use sha2::block_api::compress256;

use crate::consensus::work;
use crate::ipc::SearchJob;
use crate::primitives::{BlockHash, DecodeError, Difficulty, HEADER_LEN, Header, MAX_EXACT, U256};

/// Initial value of SHA-256 (FIPS 180-4, 5.3.3).
const INITIAL: [u32; 8] =
    [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

/// Bytes of the header that are compressed once per job.
const FIXED: usize = 192;

/// A search for a nonce within a range.
#[derive(Clone, Debug)]
pub struct Search {
    midstate: [u32; 8],
    last: [u8; 64],
    target: U256,
    next: u64,
    end: u64,
    hashes: u64,
    best: Option<[u32; 8]>,
}

/// What a step of a search came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing yet; go on.
    Continue,
    /// A nonce whose hash meets the difficulty.
    Found(u64),
    /// Every nonce of the range was tried.
    Exhausted,
}

/// Why a job cannot be searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SearchError {
    /// The header cannot be read.
    #[error(transparent)]
    Header(#[from] DecodeError),
    /// The range is empty or ends above 2^53 - 1.
    #[error("expected a nonce range within 0 to 2^53 - 1, found {start} to {end}")]
    Range {
        /// First nonce.
        start: u64,
        /// One past the last.
        end: u64,
    },
}

impl Search {
    /// Prepares the search of a job.
    ///
    /// # Errors
    /// See [`SearchError`].
    pub fn new(job: &SearchJob) -> Result<Self, SearchError> {
        let (start, end) = (job.nonce_start, job.nonce_end);
        if start >= end || end > MAX_EXACT {
            return Err(SearchError::Range { start, end });
        }
        let header = Header::from_bytes(&job.header)?.to_bytes();
        let mut midstate = INITIAL;
        let (chunks, rest) = header.as_chunks::<64>();
        compress256(&mut midstate, chunks);
        let mut last = [0; 64];
        last[..HEADER_LEN - FIXED].copy_from_slice(rest);
        last[HEADER_LEN - FIXED] = 0x80;
        last[56..].copy_from_slice(&(HEADER_LEN as u64 * 8).to_be_bytes());
        Ok(Self {
            midstate,
            last,
            target: work::target(Difficulty(job.difficulty)),
            next: start,
            end,
            hashes: 0,
            best: None,
        })
    }

    /// Tries at most `max_hashes` nonces.
    pub fn step(&mut self, max_hashes: u64) -> Step {
        let stop = self.next.saturating_add(max_hashes).min(self.end);
        while self.next < stop {
            let nonce = self.next;
            self.next += 1;
            self.hashes += 1;
            self.last[4..12].copy_from_slice(&nonce.to_le_bytes());
            let mut hash = self.midstate;
            compress256(&mut hash, std::slice::from_ref(&self.last));
            if self.best.is_none_or(|best| hash < best) {
                self.best = Some(hash);
                if U256::from_be_bytes(&bytes(&hash)) <= self.target {
                    return Step::Found(nonce);
                }
            }
        }
        if self.next >= self.end { Step::Exhausted } else { Step::Continue }
    }

    /// Nonces tried.
    #[must_use]
    pub const fn hashes(&self) -> u64 {
        self.hashes
    }

    /// The next nonce to try.
    #[must_use]
    pub const fn next_nonce(&self) -> u64 {
        self.next
    }

    /// The lowest hash so far.
    #[must_use]
    pub fn best(&self) -> Option<BlockHash> {
        self.best.as_ref().map(|words| BlockHash(bytes(words)))
    }
}

fn bytes(words: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, word) in bytes.chunks_exact_mut(4).zip(words) {
        chunk.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::{Grower, params};

    fn job(start: u64, end: u64, difficulty: u64) -> SearchJob {
        let header = Grower::new(params()).work_block("miner", 1_000, Vec::new()).header;
        let header = header.to_bytes().to_vec();
        SearchJob { job: 1, header, difficulty, nonce_start: start, nonce_end: end, budget: None }
    }

    fn hash_of(job: &SearchJob, nonce: u64) -> BlockHash {
        Header { nonce, ..Header::from_bytes(&job.header).unwrap() }.id()
    }

    #[test]
    fn the_midstate_search_finds_what_the_plain_hash_finds() {
        let job = job(1_000, 5_000, 64);
        let plain = (1_000..5_000).find(|nonce| work::meets(&hash_of(&job, *nonce), Difficulty(64))).unwrap();
        let mut search = Search::new(&job).unwrap();
        assert_eq!(search.step(u64::MAX), Step::Found(plain));
        assert_eq!(search.best(), Some(hash_of(&job, plain)));
        assert_eq!(search.hashes(), plain - 1_000 + 1);
    }

    #[test]
    fn steps_cover_the_range_once_and_then_it_is_exhausted() {
        let job = job(0, 100, u64::MAX);
        let mut search = Search::new(&job).unwrap();
        assert_eq!(search.step(60), Step::Continue);
        assert_eq!(search.next_nonce(), 60);
        assert_eq!(search.step(60), Step::Exhausted);
        assert_eq!(search.hashes(), 100);
        let lowest = (0..100).map(|nonce| hash_of(&job, nonce)).min();
        assert_eq!(search.best(), lowest);
    }

    #[test]
    fn ranges_and_headers_that_cannot_be_searched_are_named() {
        assert!(matches!(Search::new(&job(5, 5, 1)), Err(SearchError::Range { .. })));
        assert!(matches!(Search::new(&job(0, MAX_EXACT + 1, 1)), Err(SearchError::Range { .. })));
        let short = SearchJob { header: vec![1, 0], ..job(0, 1, 1) };
        assert!(matches!(Search::new(&short), Err(SearchError::Header(_))));
    }
}
