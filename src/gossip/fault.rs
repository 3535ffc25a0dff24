//! What peers do wrong, and how much each costs.

/// What a peer did wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Bytes that are no message, or a record that is not its sender's own.
    Malformed,
    /// A list that is longer than its message may hold.
    Oversize,
    /// A block, seal or transaction that breaks a rule.
    Invalid,
    /// An answer that was not asked for.
    Unsolicited,
    /// No answer in time.
    TimeOut,
}

impl Fault {
    /// The points that it costs.
    pub(super) fn score(self) -> i32 {
        match self {
            Self::Malformed => -20,
            Self::Oversize => -50,
            Self::Invalid => -100,
            Self::Unsolicited => -5,
            Self::TimeOut if mutant!(BanForSilence) => -50,
            Self::TimeOut => -2,
        }
    }
}
