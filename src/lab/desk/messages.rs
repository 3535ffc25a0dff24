//! The messages between the page and the laboratory's worker. Each order has an id and is answered
//! once; views come by themselves, at most [`super::VIEWS_APART_MS`] apart while something changes.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::sight::{About, FrameDetail, View};
use crate::ipc::{self, Refusal, Request, RequestId};
use crate::lab::{BranchInfo, Comparison, Until};

/// From the page to the laboratory.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct ToLab {
    /// Comes back with the answer.
    pub id: RequestId,
    /// What is asked.
    pub order: Order,
}

/// What the page may ask of the laboratory.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Order {
    /// Opens the text of a scenario: [`Answer::Opened`].
    Open(String),
    /// Opens a built-in exercise by its name: [`Answer::Opened`].
    Exercise(String),
    /// Lets time go on, at a speed in hundredths or the last one, until something or the scenario's
    /// end.
    Play {
        /// Hundredths of the speed of real time.
        speed: Option<u32>,
        /// What it stops at.
        until: Option<Until>,
    },
    /// Stops time.
    Pause,
    /// Sets the speed, in hundredths of that of real time.
    Speed(u32),
    /// Goes to what comes next of this, as fast as it can; answered when it is there.
    Step(Until),
    /// Goes to a moment, in virtual milliseconds; answered when it is there.
    Seek(u64),
    /// Goes to a moment within a millisecond; answered when it is there.
    Return {
        /// Virtual milliseconds.
        to: u64,
        /// Events of the whole run up to then.
        after: u64,
    },
    /// Does an action, as JSON text.
    Act(String),
    /// All frames on their way: [`Answer::Frames`].
    Frames,
    /// Shows a frame in full in all views from now on, or none.
    Look(Option<u64>),
    /// Goes to another branch.
    Switch(String),
    /// Two branches at a time: [`Answer::Comparison`].
    Compare {
        /// A branch.
        one: String,
        /// Another one.
        other: String,
        /// Virtual milliseconds.
        at: u64,
    },
    /// Asks a node as it is now: [`Answer::Node`]. What hands in a transaction is an action, and
    /// recorded.
    Ask {
        /// Its name.
        node: String,
        /// What is asked.
        request: Request,
    },
    /// Whether views bring the nodes' reports from now on; the first comes before the answer.
    Watch(bool),
    /// Where it stands: [`Answer::State`].
    State,
    /// The scenario with everything that was done, as JSON text: [`Answer::Text`].
    Export,
}

/// From the laboratory to the page.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
#[allow(clippy::large_enum_variant, reason = "each is taken apart at once")]
pub enum FromLab {
    /// What comes of an order.
    Done {
        /// Of the order.
        id: RequestId,
        /// The answer.
        outcome: Result<Answer, Refusal>,
    },
    /// The moment, as it is now.
    View(View),
}

/// What an order gives.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub enum Answer {
    /// It is done: where the laboratory stands then.
    State(State),
    /// The scenario that was opened.
    Opened(About),
    /// Frames.
    Frames(Vec<FrameDetail>),
    /// Two branches.
    Comparison(Box<[Comparison; 2]>),
    /// A text.
    Text(String),
    /// A node's answer.
    Node(Box<ipc::Answer>),
}

/// Where the laboratory stands, as scripts get it. Times are virtual milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct State {
    /// Title of the scenario.
    pub title: String,
    /// Since the beginning.
    pub time: u64,
    /// If not all of this millisecond has happened: how many events of the whole run have, as an
    /// action says it.
    pub after: Option<u64>,
    /// Whether time goes on.
    pub playing: bool,
    /// Times the speed of real time.
    pub speed: f64,
    /// As far as the branch was played.
    pub end: u64,
    /// The branch that is looked at.
    pub branch: String,
    /// All branches.
    pub branches: Vec<BranchInfo>,
    /// Digest of the event log.
    pub digest: String,
    /// Number of events in it.
    pub events: u64,
    /// What is to be reached.
    pub goal: Option<GoalState>,
    /// The promise that was broken.
    pub violation: Option<String>,
}

/// A goal, and whether it was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct GoalState {
    /// In words.
    pub text: String,
    /// Whether it was reached.
    pub done: bool,
    /// When, in virtual milliseconds.
    pub at: Option<u64>,
}
