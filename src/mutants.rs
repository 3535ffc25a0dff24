//! Deliberate bugs, to test the tests: each is switched on alone, and the simulator must find it.
//! The macro [`mutant!`] stands where the bug would be and is `false` without the feature
//! `mutants`.

use std::cell::Cell;

macro_rules! mutants {
    ($($name:ident,)*) => {
        /// A deliberate bug.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[expect(missing_docs, reason = "the names say what is wrong")]
        pub enum Mutant {
            $($name,)*
        }

        /// All of them.
        pub const ALL: &[Mutant] = &[$(Mutant::$name,)*];
    };
}

mutants! {
    SkipNonceCheck,
    SkipFeeDebit,
    SkipBalanceCheck,
    AcceptFuture,
    TieByArrival,
    LeaderOffByOne,
    DropMempoolOnReorg,
    ForgetUndoOfAssets,
    PersistHeadBeforeBlock,
    CacheBodyMismatchAsInvalid,
    UnboundedDeferred,
    SkipSealCheck,
    SkipLeastGap,
    SealSlotAgain,
    BanForSilence,
    NeverTellAgain,
    SameNameTwice,
    NeverFetch,
    SealBeforeFlush,
    SealOnAFullDisk,
    WaitForTheDisk,
    RestForPromises,
    DropInConflict,
    LoseSilently,
    ForgetTheAnchor,
    WeightFollows,
    OrdersOfAnyBranch,
    HeaviestOfAll,
    MajorityIsEnough,
    AnyLinkFinalises,
    CountByTarget,
    VoteFromGenesis,
    VoteBeforeFlush,
    ForgetTheVote,
    VoteWithoutMemory,
    NeverCertify,
    KeepNoEvidence,
    TrustAnyVote,
    WaitForTheWallClock,
    SealsWithoutEnd,
    RecordsWithoutEnd,
    AskForInvented,
    CreditAnyBlock,
    NewcomersFirst,
    EachAfterTheLast,
    RewriteAtEachFlip,
    FirstListCounts,
    UnprovenWithoutEnd,
    ForgedWithoutEnd,
    AnswersWithoutEnd,
    KeepRowsOfPeers,
    ShowAnyHeight,
}

thread_local! {
    static ACTIVE: Cell<Option<Mutant>> = const { Cell::new(None) };
}

/// Switches a bug of this thread on, or all off.
pub fn activate(mutant: Option<Mutant>) {
    ACTIVE.set(mutant);
}

/// Whether a bug is on.
#[must_use]
pub fn is_active(mutant: Mutant) -> bool {
    ACTIVE.get() == Some(mutant)
}
