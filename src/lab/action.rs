//! Everything that a person can do, as values: they are part of the scenario, and with them a run
//! repeats.
//!
//! Names are those of the scenario; spans are virtual milliseconds; frames have the ids that
//! `frames` lists.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::goal::Predicate;
use super::setting::LinkSetting;

/// An action and when it happens: at a time, or when something becomes true for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Timed {
    /// Virtual time in milliseconds: after everything that happens up to then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<u64>,
    /// With `at`: not after everything of that millisecond, but after so many events of the whole
    /// run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Instead of `at`: as soon as this is true.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Predicate>,
    /// What happens.
    #[serde(rename = "do")]
    pub action: Action,
}

impl Timed {
    /// An action at a time.
    #[must_use]
    pub const fn at(at: u64, action: Action) -> Self {
        Self {
            at: Some(at),
            after: None,
            when: None,
            action,
        }
    }

    /// Its position in the order of all actions that have a time.
    pub(super) fn position(&self) -> Option<(u64, u64)> {
        self.at.map(|at| (at, self.after.unwrap_or(u64::MAX)))
    }
}

/// How a disk behaves.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum DiskState {
    /// Everything is stored.
    Well,
    /// The quota is used up.
    Full,
    /// Everything is stored, late.
    Slow,
    /// Half of what it is given is refused.
    Flaky,
    /// It takes everything and never answers.
    Silent,
}

/// What a rule does with a frame that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Effect {
    /// It waits until it is released.
    Hold,
    /// It never arrives.
    Drop,
    /// It arrives twice.
    Double,
    /// It arrives later.
    Delay {
        /// By so many milliseconds.
        by: u64,
    },
    /// Time stops when it is sent. It changes nothing.
    Break,
}

/// A standing rule about frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// By which it is taken away again; a rule of the same name replaces it.
    pub name: String,
    /// Which frames.
    pub filter: Filter,
    /// What becomes of them.
    pub effect: Effect,
    /// Only the next one.
    #[serde(default)]
    pub once: bool,
}

/// What becomes of the bytes of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Change {
    /// One byte.
    Byte {
        /// From the beginning of the frame.
        offset: usize,
        /// The new byte.
        value: u8,
    },
    /// A decoded field.
    Field {
        /// As `fields` calls it.
        name: String,
        /// The new value, as `fields` would show it.
        value: String,
    },
}

/// What a person can do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[expect(missing_docs, reason = "the fields are what the variant's line names")]
pub enum Action {
    /// Ends a node without a word; with `power` what was not flushed may be lost.
    Kill {
        node: String,
        #[serde(default)]
        power: bool,
    },
    /// Starts a node from its disk.
    Start { node: String },
    /// A node's process stands still; what happens to it waits.
    Freeze { node: String },
    /// A frozen node goes on.
    Thaw { node: String },
    /// A node's clock is ahead of the true time by so many milliseconds, or behind.
    Clock { node: String, ahead: i64 },
    /// A node's disk behaves so from now on.
    Disk { node: String, state: DiskState },
    /// A node's ledger is deleted; it notices when it writes.
    LoseDisk { node: String },
    /// Flips a bit of a stored block of a node; it notices when it starts again.
    FlipByte {
        node: String,
        height: u64,
        offset: usize,
    },
    /// Sets the hashes a second of a miner.
    HashRate { node: String, rate: u64 },
    /// An authority sleeps through its next slot.
    Miss { node: String },
    /// An authority seals its next slot twice: half of the others get one block, half the other.
    SealTwice { node: String },
    /// An authority votes twice in an epoch: half of the others get one vote, half the other.
    VoteTwice { node: String },
    /// An authority votes on both sides of a cut: where its node is not heard, its key signs what
    /// others vote for.
    VoteBothSides { node: String },
    /// A node sends another so many frames of nonsense a second from now on, signed as they should
    /// be; 0 for no more.
    Flood {
        node: String,
        to: String,
        per_second: u64,
    },
    /// Sets a directed link; what is not said stays.
    Link {
        from: String,
        to: String,
        set: LinkSetting,
    },
    /// Sets all links; what is not said stays.
    Links { set: LinkSetting },
    /// Cuts all links between the nodes of one side and all others, both ways.
    Partition { side: Vec<String> },
    /// No frame of these nodes reaches anybody else; they still hear.
    Mute { side: Vec<String> },
    /// All links carry again, as the scenario says.
    Heal,
    /// A frame waits until it is released.
    Hold { frame: u64 },
    /// A frame that is held goes on and arrives now.
    Release { frame: u64 },
    /// All held frames go on, in the order in which they were sent.
    ReleaseAll {
        #[serde(default)]
        filter: Filter,
    },
    /// A frame never arrives.
    Drop { frame: u64 },
    /// A frame arrives twice.
    Double { frame: u64 },
    /// A frame arrives later, by so many milliseconds.
    Delay { frame: u64, by: u64 },
    /// Changes a frame. With `sign` the sender signs it again, as if it had said so itself.
    Edit {
        frame: u64,
        change: Change,
        #[serde(default)]
        sign: bool,
    },
    /// Sets a standing rule.
    Rule(Rule),
    /// Takes a rule away.
    Unrule { name: String },
    /// A user signs a transfer and hands it to a node. `nonce` is the account's next one on that
    /// node unless it is given.
    Pay {
        name: String,
        from: String,
        to: String,
        amount: u64,
        #[serde(default = "fee")]
        fee: u64,
        node: String,
        #[serde(default)]
        nonce: Option<u64>,
    },
    /// A user signs a message, for somebody or for all, and hands it to a node.
    Message {
        from: String,
        #[serde(default)]
        to: Option<String>,
        text: String,
        node: String,
    },
    /// Hands a transaction that somebody signed elsewhere to a node: its canonical bytes in
    /// hexadecimal.
    Submit { node: String, bytes: String },
    /// Hands a payment that was signed before to a node again.
    Again { payment: String, node: String },
    /// Hands a payment that was signed before to a node with another amount and the old signature.
    Forge {
        payment: String,
        amount: u64,
        node: String,
    },
    /// A node proves to a light client, which has the headers alone, that a payment is in a block
    /// of its chain. With an amount it shows a changed payment, with the proof of the true one.
    Prove {
        payment: String,
        node: String,
        #[serde(default)]
        amount: Option<u64>,
    },
    /// Users pay each other at random, so many times a minute; 0 for not at all.
    Traffic { per_minute: u64 },
}

const fn fee() -> u64 {
    1
}
