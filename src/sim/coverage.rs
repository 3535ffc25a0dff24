//! What must happen sometimes: a simulation that never reorganises tests nothing of it. Each entry
//! is counted; a suite in which one stays at zero has lost its teeth and fails.

/// Something that must happen in some run of the suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the words of each stand in `words`")]
pub enum Sometimes {
    Reorg10,
    Reorg100,
    QuotaThenRecovery,
    AbortThenRecovery,
    GoneThenResync,
    DeferredThenAccepted,
    Resumed,
    Rebuilt,
    Truncated,
    Wiped,
    LostSuffix,
    KilledWhileWriting,
    SplitHealed,
    Eclipse,
    Freeze,
    ClockSetBack,
    HeavyLoss,
    FarBehindCaughtUp,
    TransactionReturned,
    TransactionConflict,
    NameTaken,
    AssetMoved,
    ParamsChanged,
    AuthoritySetChanged,
    DoubleSeal,
    HostileIgnored,
    BlockRefused,
    BodyMismatch,
    FrameRefused,
    ReplayRefused,
    AllPayloads,
    Finalised,
    VoteRefused,
    DoubleVote,
    SurroundVote,
    TwoBlocks,
    VotedAfterLoss,
    Divided,
}

/// All entries, in their order.
pub const ALL: [Sometimes; 38] = {
    use Sometimes::*;
    [
        Reorg10,
        Reorg100,
        QuotaThenRecovery,
        AbortThenRecovery,
        GoneThenResync,
        DeferredThenAccepted,
        Resumed,
        Rebuilt,
        Truncated,
        Wiped,
        LostSuffix,
        KilledWhileWriting,
        SplitHealed,
        Eclipse,
        Freeze,
        ClockSetBack,
        HeavyLoss,
        FarBehindCaughtUp,
        TransactionReturned,
        TransactionConflict,
        NameTaken,
        AssetMoved,
        ParamsChanged,
        AuthoritySetChanged,
        DoubleSeal,
        HostileIgnored,
        BlockRefused,
        BodyMismatch,
        FrameRefused,
        ReplayRefused,
        AllPayloads,
        Finalised,
        VoteRefused,
        DoubleVote,
        SurroundVote,
        TwoBlocks,
        VotedAfterLoss,
        Divided,
    ]
};

impl Sometimes {
    /// What happened, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Reorg10 => "a reorganisation of 10 blocks or more",
            Self::Reorg100 => "a reorganisation of 100 blocks or more",
            Self::QuotaThenRecovery => "the quota was used up, and the ledger recovered",
            Self::AbortThenRecovery => "a ledger transaction was aborted, and the ledger recovered",
            Self::GoneThenResync => "the database was gone, and everything was fetched again",
            Self::DeferredThenAccepted => "a block ahead of the clock was accepted later",
            Self::Resumed => "a node resumed from its ledger",
            Self::Rebuilt => "a damaged ledger was rebuilt",
            Self::Truncated => "a damaged ledger was cut to its last good block",
            Self::Wiped => "an unusable ledger was wiped",
            Self::LostSuffix => "a power cut lost what was not flushed",
            Self::KilledWhileWriting => "a node was killed with a batch under way",
            Self::SplitHealed => "two halves with branches of their own became one",
            Self::Eclipse => "a node that saw only hostile ones fell behind",
            Self::Freeze => "a node was frozen as in a background tab, and went on",
            Self::ClockSetBack => "a node's clock was set back",
            Self::HeavyLoss => "a frame was lost of which a fifth and more were",
            Self::FarBehindCaughtUp => "a node 100 blocks behind and more caught up",
            Self::TransactionReturned => "a reorganisation made a transaction wait again",
            Self::TransactionConflict => "a reorganisation left a transaction in conflict",
            Self::NameTaken => "a name was wanted twice",
            Self::AssetMoved => "units of an asset were moved",
            Self::ParamsChanged => "changed parameters came into force",
            Self::AuthoritySetChanged => "another list of authorities came into force",
            Self::DoubleSeal => "a node had both blocks of an authority that sealed one slot twice",
            Self::HostileIgnored => "an honest node ignored a hostile one",
            Self::BlockRefused => "a block was refused",
            Self::BodyMismatch => "a body did not match its header",
            Self::FrameRefused => "a frame was refused",
            Self::ReplayRefused => "a frame that a hostile one played again was refused",
            Self::AllPayloads => "every kind of transaction was committed",
            Self::Finalised => "a checkpoint became final",
            Self::VoteRefused => "a vote was refused",
            Self::DoubleVote => "an authority was proven to have voted twice for an epoch",
            Self::SurroundVote => "an authority was proven to have voted around its own vote",
            Self::TwoBlocks => "an authority was proven to have sealed a slot twice",
            Self::VotedAfterLoss => "an authority that had lost its ledger voted again",
            Self::Divided => "a third and more lied, and two blocks became final",
        }
    }
}

/// How often each entry happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Coverage([u64; ALL.len()]);

impl Default for Coverage {
    fn default() -> Self {
        Self([0; ALL.len()])
    }
}

impl Coverage {
    /// Counts an entry.
    pub const fn note(&mut self, what: Sometimes) {
        self.0[what as usize] = self.0[what as usize].saturating_add(1);
    }

    /// How often an entry happened.
    #[must_use]
    pub const fn count(&self, what: Sometimes) -> u64 {
        self.0[what as usize]
    }

    /// Adds the counts of another run.
    pub fn add(&mut self, other: &Self) {
        self.0
            .iter_mut()
            .zip(other.0)
            .for_each(|(mine, theirs)| *mine = mine.saturating_add(theirs));
    }

    /// What never happened.
    pub fn missing(&self) -> impl Iterator<Item = Sometimes> {
        ALL.into_iter().filter(|what| self.count(*what) == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_entry_has_a_place_and_words_of_its_own() {
        for (place, what) in ALL.into_iter().enumerate() {
            assert_eq!(what as usize, place);
            assert_eq!(
                ALL.iter()
                    .filter(|other| other.words() == what.words())
                    .count(),
                1
            );
        }
    }
}
