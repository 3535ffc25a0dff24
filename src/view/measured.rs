//! What the page measures over time for its charts: how the mempool and finality went, and when
//! each block came to which node.
//!
//! Bounds: [`MAX_SAMPLES`] samples; when there are more, every other one goes and the time between
//! two doubles, so that they cover the whole visit. The [`MAX_BLOCKS_SEEN`] newest blocks, each
//! with one time for each node.

use std::collections::VecDeque;
use std::rc::Rc;

/// Most samples kept.
pub const MAX_SAMPLES: usize = 240;
/// Most blocks whose arrivals are kept.
pub const MAX_BLOCKS_SEEN: usize = 200;
/// Time between two samples at first, in milliseconds.
const FIRST_STEP_MS: u64 = 1_000;

/// The measurements of one visit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measured {
    samples: Vec<Sample>,
    step_ms: u64,
    seen: VecDeque<Rc<Seen>>,
}

/// The network at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// Transactions that wait at the node where most do.
    pub pending: u32,
    /// Blocks above the last final one; `None` where there are no authorities.
    pub lag: Option<u64>,
}

/// When a block was seen, by the names of the nodes; the first is the one that saw it first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    block: String,
    at: Vec<(String, u64)>,
}

impl Default for Measured {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
            step_ms: FIRST_STEP_MS,
            seen: VecDeque::new(),
        }
    }
}

impl Measured {
    /// The samples, oldest first.
    #[must_use]
    pub fn samples(&self) -> &[Sample] {
        &self.samples
    }

    /// Whether the next sample is due. A clock that was set back does not stop them.
    #[must_use]
    pub fn is_due(&self, at: u64) -> bool {
        self.samples
            .last()
            .is_none_or(|last| at.abs_diff(last.at) >= self.step_ms)
    }

    /// Takes a sample; where there are too many, every other one goes first.
    pub fn sample(&mut self, sample: Sample) {
        if self.samples.len() >= MAX_SAMPLES {
            let mut keep = false;
            self.samples.retain(|_| {
                keep = !keep;
                keep
            });
            self.step_ms = self.step_ms.saturating_mul(2);
        }
        self.samples.push(sample);
    }

    /// A node has a block, made or accepted.
    pub fn see(&mut self, block: &str, node: &str, at: u64) {
        let known = self.seen.iter_mut().rev().find(|seen| seen.block == block);
        let Some(known) = known else {
            if self.seen.len() >= MAX_BLOCKS_SEEN {
                self.seen.pop_front();
            }
            self.seen.push_back(Rc::new(Seen {
                block: block.to_owned(),
                at: vec![(node.to_owned(), at)],
            }));
            return;
        };
        if known.at.iter().all(|(other, _)| other != node) {
            let known = Rc::make_mut(known);
            // Reports of two nodes may come the other way round.
            let place = known.at.partition_point(|(_, earlier)| *earlier <= at);
            known.at.insert(place, (node.to_owned(), at));
        }
    }

    /// When the first node had a block, in milliseconds since 1970; `None` where that is not kept.
    #[must_use]
    pub fn first_seen(&self, block: &str) -> Option<u64> {
        let seen = self.seen.iter().rev().find(|seen| seen.block == block)?;
        seen.at.first().map(|(_, at)| *at)
    }

    /// How long each block took from the node that had it first to each other one, in milliseconds.
    pub fn spans(&self) -> impl Iterator<Item = u64> {
        self.seen.iter().flat_map(|seen| {
            let first = seen.at.first().map_or(0, |(_, at)| *at);
            seen.at[1..]
                .iter()
                .map(move |(_, at)| at.saturating_sub(first))
        })
    }

    /// Begins anew, as another chain has other blocks.
    pub fn forget(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(at: u64) -> Sample {
        Sample {
            at,
            pending: 0,
            lag: None,
        }
    }

    #[test]
    fn a_day_of_samples_covers_the_day_within_the_bound() {
        let mut measured = Measured::default();
        for at in (0..86_400_000).step_by(1_000) {
            if measured.is_due(at) {
                measured.sample(sample(at));
            }
        }
        let samples = measured.samples();
        assert!((MAX_SAMPLES / 2..=MAX_SAMPLES).contains(&samples.len()));
        assert_eq!(samples[0].at, 0);
        assert!(samples[samples.len() - 1].at > 86_000_000);
        assert!(measured.is_due(0), "the clock was set back");
    }

    #[test]
    fn spans_are_those_after_the_first_node_each_node_once() {
        let mut measured = Measured::default();
        measured.see("a", "pow-2", 1_012);
        measured.see("a", "pow-1", 1_000);
        measured.see("a", "poa-1", 1_030);
        measured.see("a", "poa-1", 9_000);
        measured.see("b", "pow-1", 5_000);
        assert_eq!(measured.spans().collect::<Vec<_>>(), [12, 30]);
        assert_eq!(measured.first_seen("a"), Some(1_000));
        assert_eq!(measured.first_seen("c"), None);
    }

    #[test]
    fn only_the_newest_blocks_are_kept() {
        let mut measured = Measured::default();
        for number in 0..MAX_BLOCKS_SEEN + 5 {
            measured.see(&number.to_string(), "pow-1", 0);
        }
        measured.see("0", "pow-2", 7);
        assert_eq!(measured.spans().count(), 0, "block 0 was forgotten");
        assert_eq!(measured.seen.len(), MAX_BLOCKS_SEEN);
    }
}
