//! Searching a nonce: the hash of a candidate header over a range of nonces, in resumable steps.
//!
//! A kernel rules nonces out, many at once; whatever it does not rule out is hashed by the
//! reference, which is the `sha2` library on the midstate. So what a search finds, its tries and
//! its best hash are the same with every kernel. The node checks a find once more with the plain
//! hash before it counts.

pub mod agreement;
mod lanes;
mod simd;
mod template;
pub mod time_share;

use self::lanes::WIDTH;
use self::simd::Simd;
use self::template::Template;
use crate::consensus::work;
use crate::ipc::SearchJob;
use crate::primitives::{BlockHash, DecodeError, Difficulty, MAX_EXACT, U256};

/// How nonces are ruled out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// None is: each is hashed by the reference.
    Reference,
    /// Four at a time by vector instructions.
    Simd,
}

impl Kernel {
    /// The faster one here: vector instructions in WebAssembly, else the reference.
    pub const BEST: Self = if cfg!(target_arch = "wasm32") {
        Self::Simd
    } else {
        Self::Reference
    };
}

/// A search for a nonce within a range.
#[derive(Clone, Debug)]
pub struct Search {
    template: Template,
    simd: Option<Box<Simd>>,
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
    /// Prepares the search of a job with the faster kernel.
    ///
    /// # Errors
    /// See [`SearchError`].
    pub fn new(job: &SearchJob) -> Result<Self, SearchError> {
        Self::with_kernel(job, Kernel::BEST)
    }

    /// Prepares the search of a job with this kernel.
    ///
    /// # Errors
    /// See [`SearchError`].
    pub fn with_kernel(job: &SearchJob, kernel: Kernel) -> Result<Self, SearchError> {
        let (start, end) = (job.nonce_start, job.nonce_end);
        if start >= end || end > MAX_EXACT {
            return Err(SearchError::Range { start, end });
        }
        let template = Template::new(&job.header)?;
        let simd = (kernel == Kernel::Simd).then(|| Box::new(Simd::new(&template, start)));
        Ok(Self {
            template,
            simd,
            target: work::target(Difficulty(job.difficulty)),
            next: start,
            end,
            hashes: 0,
            best: None,
        })
    }

    /// Tries at most `max_hashes` nonces; a find ends it early.
    pub fn step(&mut self, max_hashes: u64) -> Step {
        let stop = self.next.saturating_add(max_hashes).min(self.end);
        while self.next < stop {
            self.rule_out(stop);
            let group = self.next.saturating_add(WIDTH).min(stop);
            while self.next < group {
                if let Some(nonce) = self.try_next() {
                    return Step::Found(nonce);
                }
            }
        }
        if self.next >= self.end {
            Step::Exhausted
        } else {
            Step::Continue
        }
    }

    /// Passes nonces by whose hash is surely above the best so far, which is above the target.
    fn rule_out(&mut self, stop: u64) {
        if let (Some(simd), Some([first, ..])) = (&mut self.simd, self.best) {
            let count = simd.rule_out(&self.template, self.next, stop - self.next, first);
            self.next += count;
            self.hashes += count;
        }
    }

    /// Hashes the next nonce by the reference; it is returned if it meets the target.
    fn try_next(&mut self) -> Option<u64> {
        let nonce = self.next;
        self.next += 1;
        self.hashes += 1;
        let hash = self.template.hash(nonce);
        if self.best.is_some_and(|best| best <= hash) {
            return None;
        }
        self.best = Some(hash);
        (U256::from_be_bytes(&bytes(&hash)) <= self.target).then_some(nonce)
    }

    /// The hash of one nonce by the reference, whether it was tried or not; it counts for nothing.
    #[must_use]
    pub fn hash_of(&mut self, nonce: u64) -> BlockHash {
        BlockHash(bytes(&self.template.hash(nonce)))
    }

    /// The same search without a find and nearly without an end, to measure how fast it is.
    #[must_use]
    pub fn endless(&self) -> Self {
        Self {
            target: U256::ZERO,
            next: 0,
            end: MAX_EXACT,
            hashes: 0,
            ..self.clone()
        }
    }

    /// Nonces tried or ruled out so far.
    #[must_use]
    pub const fn hashes(&self) -> u64 {
        self.hashes
    }

    /// The next nonce to try; the end of the range once that is used up.
    #[must_use]
    pub const fn next_nonce(&self) -> u64 {
        self.next
    }

    /// The lowest hash so far; `None` before the first.
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
    use crate::ipc::{Limit, TimeShare};
    use crate::primitives::Header;
    use crate::testkit::{Grower, params};

    fn job(start: u64, end: u64, difficulty: u64) -> SearchJob {
        let header = Grower::new(params())
            .work_block("miner", 1_000, Vec::new())
            .header;
        let header = header.to_bytes().to_vec();
        SearchJob {
            job: 1,
            search: 1,
            header,
            difficulty,
            nonce_start: start,
            nonce_end: end,
            limit: Limit::Share(TimeShare::ALL),
        }
    }

    fn hash_of(job: &SearchJob, nonce: u64) -> BlockHash {
        Header {
            nonce,
            ..Header::from_bytes(&job.header).unwrap()
        }
        .id()
    }

    #[test]
    fn the_search_finds_what_the_plain_hash_finds() {
        let job = job(1_000, 5_000, 64);
        let plain = (1_000..5_000)
            .find(|nonce| work::meets(&hash_of(&job, *nonce), Difficulty(64)))
            .unwrap();
        for kernel in [Kernel::Reference, Kernel::Simd] {
            let mut search = Search::with_kernel(&job, kernel).unwrap();
            assert_eq!(search.step(u64::MAX), Step::Found(plain), "{kernel:?}");
            assert_eq!(search.best(), Some(hash_of(&job, plain)));
            assert_eq!(search.hashes(), plain - 1_000 + 1);
        }
    }

    #[test]
    fn steps_cover_the_range_once_and_then_it_is_exhausted() {
        let job = job(0, 103, u64::MAX);
        for kernel in [Kernel::Reference, Kernel::Simd] {
            let mut search = Search::with_kernel(&job, kernel).unwrap();
            assert_eq!(search.step(61), Step::Continue);
            assert_eq!(search.next_nonce(), 61);
            assert_eq!(search.step(61), Step::Exhausted);
            assert_eq!(search.hashes(), 103);
            let lowest = (0..103).map(|nonce| hash_of(&job, nonce)).min();
            assert_eq!(search.best(), lowest, "{kernel:?}");
        }
    }

    #[test]
    fn the_kernels_agree_on_any_header_and_around_the_edges_of_a_half() {
        let outcomes = agreement::kernels_agree().unwrap();
        assert!(
            outcomes.found >= 20 && outcomes.exhausted >= 20,
            "{outcomes:?}"
        );
    }

    #[test]
    fn a_search_without_an_end_goes_on_past_every_find_and_leaves_the_other_as_it_was() {
        let job = job(1_000, 5_000, 1);
        let mut search = Search::new(&job).unwrap();
        let mut endless = search.endless();
        assert_eq!(endless.step(10_000), Step::Continue);
        assert_eq!((endless.hashes(), search.hashes()), (10_000, 0));
        assert_eq!(search.step(1), Step::Found(1_000));
        assert_eq!(search.hash_of(1_000), hash_of(&job, 1_000));
    }

    #[test]
    fn no_nonce_is_ruled_out_whose_first_word_is_at_the_limit() {
        let job = job(0, 1, 1);
        let mut template = Template::new(&job.header).unwrap();
        for start in [0, 5, (1 << 32) - 8, 7 << 32] {
            let mut simd = Simd::new(&template, start);
            let words: Vec<u32> = (start..start + 8)
                .map(|nonce| template.hash(nonce)[0])
                .collect();
            let lowest = *words.iter().min().unwrap();
            let group =
                u64::try_from(words.iter().position(|word| *word == lowest).unwrap()).unwrap() / 4
                    * 4;
            assert_eq!(simd.rule_out(&template, start, 8, lowest), group);
            assert_eq!(simd.rule_out(&template, start, 8, lowest - 1), 8);
            assert_eq!(
                simd.rule_out(&template, start, 3, lowest),
                0,
                "less than a group is left to the reference"
            );
        }
    }

    #[test]
    fn ranges_and_headers_that_cannot_be_searched_are_named() {
        assert!(matches!(
            Search::new(&job(5, 5, 1)),
            Err(SearchError::Range { .. })
        ));
        assert!(matches!(
            Search::new(&job(0, MAX_EXACT + 1, 1)),
            Err(SearchError::Range { .. })
        ));
        let short = SearchJob {
            header: vec![1, 0],
            ..job(0, 1, 1)
        };
        assert!(matches!(Search::new(&short), Err(SearchError::Header(_))));
    }
}
