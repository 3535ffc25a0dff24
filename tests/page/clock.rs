//! How long something took, and limits for waiting. Limits are generous: they end a test that
//! hangs, they do not measure.
#![expect(
    clippy::disallowed_types,
    reason = "only the playground's core must not read clocks"
)]

use std::fmt;
use std::time::{Duration, Instant};

/// A clock that starts now.
#[derive(Clone, Copy)]
pub(crate) struct Clock(Instant);

impl Clock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn is_past(self, seconds: u64) -> bool {
        self.0.elapsed() >= Duration::from_secs(seconds)
    }

    pub(crate) fn seconds(self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.2} s", self.seconds())
    }
}
