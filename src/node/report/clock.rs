//! What a node says about clocks: that its machine's was set, that its head is dated ahead of it,
//! and that a peer's is another.

use crate::primitives::Millis;

/// Something about a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClockNotice {
    /// The wall clock was set ahead by so many milliseconds; back is below zero.
    Set {
        /// Milliseconds.
        by: i64,
    },
    /// The head is dated ahead of the wall clock by so much; at 0 no more.
    DatedAhead {
        /// By how much.
        by: Millis,
    },
    /// A peer's clock is ahead of this machine's by so many milliseconds at least; behind is below
    /// zero.
    PeerOff {
        /// The peer's name.
        name: String,
        /// Milliseconds.
        by: i64,
    },
}

impl ClockNotice {
    /// The sentence.
    pub(super) fn text(&self) -> String {
        match self {
            Self::Set { by } => format!(
                "This machine's clock was set {} by {}, or it slept; timers go on as before.",
                if *by < 0 { "back" } else { "ahead" },
                span(by.unsigned_abs())
            ),
            Self::DatedAhead { by: Millis(0) } => {
                "The head is not dated ahead of this machine's clock any more.".to_owned()
            }
            Self::DatedAhead { by } => format!(
                "The head is dated {} ahead of this machine's clock, which was set back or was wrong before. Blocks \
                 go on from that date; peers whose clocks are right take them later.",
                span(by.0)
            ),
            Self::PeerOff { name, by } => format!(
                "The clock of {name} is at least {} {} this machine's: its blocks may come too early or too late.",
                span(by.unsigned_abs()),
                if *by < 0 { "behind" } else { "ahead of" }
            ),
        }
    }
}

/// A span in the two largest units that it fills.
fn span(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match (seconds / 86_400, seconds / 3_600, seconds / 60) {
        (0, 0, 0) => format!("{}.{} s", seconds, milliseconds % 1_000 / 100),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {} min", minutes % 60),
        (days, hours, _) => format!("{days} d {} h", hours % 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_says_by_how_much_and_which_way() {
        let set = |by| ClockNotice::Set { by }.text();
        assert!(set(-3_600_000).contains("back by 1 h 0 min"));
        assert!(set(90_500).contains("ahead by 1 min 30 s"));
        let ahead = |by| ClockNotice::DatedAhead { by: Millis(by) }.text();
        assert!(ahead(2_500).contains("dated 2.5 s ahead"));
        assert!(ahead(200_000_000).contains("dated 2 d 7 h ahead"));
        assert!(ahead(0).contains("not dated ahead"));
        let peer = |by| {
            ClockNotice::PeerOff {
                name: "bob".to_owned(),
                by,
            }
            .text()
        };
        assert!(peer(-60_000).contains("bob is at least 1 min 0 s behind this"));
        assert!(peer(60_000).contains("bob is at least 1 min 0 s ahead of this"));
    }
}
