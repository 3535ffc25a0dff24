//! Whether the kernels agree, for the tests: natively, and in a browser, where the vector
//! instructions are others.

use super::{Kernel, Search, Step};
use crate::ipc::{Limit, SearchJob, TimeShare};
use crate::primitives::{
    BlockHash, Difficulty, Digest, Header, Height, Kind, MAX_EXACT, NodeId, Slot, SplitMix64,
    Timestamp,
};

/// Random headers that are searched.
const ROUNDS: u64 = 64;

/// What the searches came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcomes {
    /// Nonces that met their difficulty.
    pub found: u64,
    /// Ranges without one.
    pub exhausted: u64,
}

/// Searches random headers with both kernels over ranges around every edge, in steps of every size.
///
/// # Errors
/// The first job in which they differ: in an outcome, the tries or the best hash.
pub fn kernels_agree() -> Result<Outcomes, String> {
    let mut random = SplitMix64::new(1);
    let mut next = move || random.draw() >> 11;
    let mut outcomes = Outcomes::default();
    for round in 0..ROUNDS {
        let start = match round % 4 {
            0 => next() % (MAX_EXACT - 2_000),
            // Where the upper half changes, at every place within a group of four.
            1 => (next() % (1 << 20)) << 32,
            2 => ((next() % (1 << 20) + 1) << 32) - 1_000 - next() % 4,
            _ => MAX_EXACT - 1_800,
        };
        let difficulty = [1 << 30, 64, 500, u64::MAX][usize::try_from(round / 4 % 4).unwrap_or(0)];
        let job = SearchJob {
            job: round,
            search: 1,
            header: header(&mut next, difficulty).to_bytes().to_vec(),
            difficulty,
            nonce_start: start,
            nonce_end: (start + 1_000 + next() % 800).min(MAX_EXACT),
            limit: Limit::Share(TimeShare::ALL),
        };
        match compare(&job, &[1, 2, 3, 4, 5, 7, 64, 1 + next() % 300])? {
            Step::Found(_) => outcomes.found += 1,
            Step::Continue | Step::Exhausted => outcomes.exhausted += 1,
        }
    }
    Ok(outcomes)
}

fn header(next: &mut impl FnMut() -> u64, difficulty: u64) -> Header {
    let mut bytes = || std::array::from_fn(|_| next().to_le_bytes()[5]);
    Header {
        kind: Kind::Work,
        height: Height(7),
        parent: BlockHash(bytes()),
        tx_root: Digest(bytes()),
        state_root: Digest(bytes()),
        time: Timestamp(1_700_000_000_000),
        difficulty: Difficulty(difficulty),
        slot: Slot(0),
        sealer: NodeId(bytes()),
        data_hash: Digest(bytes()),
        nonce: 0,
    }
}

/// Both kernels in steps of these sizes over a job: how it ends.
fn compare(job: &SearchJob, steps: &[u64]) -> Result<Step, String> {
    let open = |kernel| Search::with_kernel(job, kernel).map_err(|error| error.to_string());
    let (mut reference, mut simd) = (open(Kernel::Reference)?, open(Kernel::Simd)?);
    for step in steps.iter().cycle() {
        let outcomes = (reference.step(*step), simd.step(*step));
        let state = |search: &Search| (search.best(), search.hashes(), search.next_nonce());
        if outcomes.0 != outcomes.1 || state(&reference) != state(&simd) {
            let (expected, found) = (state(&reference), state(&simd));
            return Err(format!(
                "{outcomes:?}: expected {expected:?}, found {found:?} in {job:?}"
            ));
        }
        if outcomes.0 != Step::Continue {
            return Ok(outcomes.0);
        }
    }
    Ok(Step::Continue)
}
