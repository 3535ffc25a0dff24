//! A rate that may be used up in bursts.

use crate::primitives::Instant;

/// Seconds of traffic that may come at once.
pub(super) const BURST_SECONDS: u64 = 4;

/// A token bucket, kept as what is missing in it: thousandths of a token, which flow back at
/// a rate of so many tokens a second.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bucket {
    missing: u64,
    at: Instant,
}

impl Bucket {
    fn missing(&self, rate: u64, now: Instant) -> u64 {
        self.missing
            .saturating_sub(now.since(self.at).0.saturating_mul(rate))
    }

    /// Whole tokens in the bucket.
    pub(super) fn left(&self, rate: u64, now: Instant) -> u64 {
        (rate * BURST_SECONDS * 1_000).saturating_sub(self.missing(rate, now)) / 1_000
    }

    /// Takes tokens out, also more than there are.
    pub(super) fn take(&mut self, tokens: u64, rate: u64, now: Instant) {
        self.missing = self
            .missing(rate, now)
            .saturating_add(tokens.saturating_mul(1_000));
        self.at = now;
    }
}
