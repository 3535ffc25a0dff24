//! What a person sees of a moment: a picture of it in plain values, small enough to be sent twenty
//! times a second.
//!
//! Bounds: [`MAX_FRAMES`] frames, [`MAX_NEWS`] happenings, [`COLUMNS`] heights of the block tree,
//! and as many reorganisations as [`MAX_REORGANISATIONS`]; nodes, users and rules are bounded by
//! the scenario.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::ipc::Report;
use crate::lab::results::Reached;
use crate::lab::{BranchInfo, DiskState, Field, Happening, Reorganised, Stop};
use crate::primitives::NodeKind;
use crate::records::BlockSummary;

/// Frames that are shown one by one; of more than these only the number is.
pub(super) const MAX_FRAMES: usize = 160;
/// Happenings that are sent at once.
pub(super) const MAX_NEWS: usize = 400;
/// Heights of the block tree that are shown.
pub(super) const COLUMNS: u64 = 12;
/// Reorganisations that are shown in full.
pub(super) const MAX_REORGANISATIONS: usize = 12;

/// What is known of a scenario from its beginning on.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct About {
    /// The exercise's name, if it is a built-in one.
    pub exercise: Option<String>,
    /// For people.
    pub title: String,
    /// What it is about.
    pub story: Vec<String>,
    /// From the faintest to the clearest.
    pub hints: Vec<String>,
    /// What is to be reached.
    pub goal: Option<String>,
    /// What was learnt when it is.
    pub learnt: String,
    /// How long it lasts, in virtual milliseconds.
    pub length: u64,
    /// Names and kinds of the nodes, in their order.
    pub nodes: Vec<(String, NodeKind)>,
    /// Names of the users.
    pub users: Vec<String>,
    /// What the keys of nodes and users derive from.
    pub seed: [u8; 32],
    /// Canonical bytes of the network's parameters.
    pub params: Vec<u8>,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Life {
    /// It runs.
    Runs,
    /// Its process stands still.
    Frozen,
    /// There is no process.
    Down,
}

/// A node as it is.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NodeSight {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: NodeKind,
    /// Whether it runs.
    pub life: Life,
    /// Height of its head.
    pub height: u64,
    /// Id of its head; empty while it does not run.
    pub head: String,
    /// Height of the last block that is final for it.
    pub decided: u64,
    /// Transactions that wait.
    pub waiting: u64,
    /// Blocks that it has made.
    pub made: u64,
    /// Hashes a second of a miner.
    pub rate: Option<u64>,
    /// How far its clock is ahead, in milliseconds.
    pub clock: i64,
    /// How its disk behaves.
    pub disk: DiskState,
    /// What it is going to do against the rules, in words.
    pub intends: Vec<String>,
}

/// How the goal of an exercise was reached.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SolvedSight {
    /// When, and after what.
    pub reached: Reached,
    /// The exercise with everything that was done, as JSON text.
    pub scenario: String,
}

/// A directed link.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LinkSight {
    /// The sender's place among the nodes.
    pub from: u8,
    /// The receiver's place among the nodes.
    pub to: u8,
    /// Nothing passes.
    pub cut: bool,
    /// Least delay in milliseconds.
    pub latency: u64,
    /// Most that is added to it.
    pub jitter: u64,
    /// Of a thousand frames, how many are lost.
    pub loss: u16,
    /// Bytes a second; 0 for no limit.
    pub bandwidth: u32,
}

/// A frame on its way. Times are virtual milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct FrameSight {
    /// Names it as long as it is on its way.
    pub id: u64,
    /// The sender's place among the nodes.
    pub from: u8,
    /// The receiver's place among the nodes.
    pub to: u8,
    /// The kind of message.
    pub kind: String,
    /// When it was sent.
    pub sent: u64,
    /// When it arrives; `None` while it is held.
    pub due: Option<u64>,
    /// Its size in bytes.
    pub size: u32,
}

/// A frame with all that it says, as scripts get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct FrameDetail {
    /// Names it as long as it is on its way.
    pub id: u64,
    /// The sender.
    pub from: String,
    /// The receiver.
    pub to: String,
    /// The kind of message.
    #[serde(rename = "type")]
    pub kind: String,
    /// When it was sent, in virtual milliseconds.
    pub sent: u64,
    /// When it arrives; `None` while it is held.
    pub due: Option<u64>,
    /// Whether a person holds it.
    pub held: bool,
    /// All its bytes in hexadecimal.
    pub bytes: String,
    /// What it says; nothing where the bytes are no message.
    pub fields: Vec<Field>,
}

/// How a payment stands with a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Standing {
    /// It has not heard of it, or forgot it.
    Unknown,
    /// It waits in the mempool.
    Waits,
    /// It is on the chain, under so many blocks with its own.
    Confirmed(u64),
    /// Another transaction of its account has its place.
    Never,
    /// The node does not run.
    Down,
}

/// A payment with a name.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct PaymentSight {
    /// Its name.
    pub name: String,
    /// How it stands with each node.
    pub at: Vec<Standing>,
}

/// A user's coins on each node; `None` where it does not run.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct UserSight {
    /// The name.
    pub name: String,
    /// Coins on the head of each node.
    pub coins: Vec<Option<u64>>,
}

/// A standing rule.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct RuleSight {
    /// Its name.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// Where time is, and how it goes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Clock {
    /// Virtual milliseconds since the beginning.
    pub time: u64,
    /// Whether time goes on by itself.
    pub playing: bool,
    /// Whether it is on its way to a moment, as fast as it can.
    pub seeking: bool,
    /// Hundredths of the speed of real time.
    pub speed: u32,
    /// As far as this branch was played.
    pub end: u64,
    /// Why time stood still last.
    pub stop: Option<Stop>,
}

/// A moment. What is `None` is as it was sent last.
#[derive(Clone, Debug, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct View {
    /// Where time is.
    pub clock: Clock,
    /// The branch that is looked at.
    pub branch: String,
    /// All branches.
    pub branches: Vec<BranchInfo>,
    /// Digest of the event log.
    pub digest: String,
    /// Number of events in it.
    pub events: u64,
    /// When the goal was reached.
    pub goal_at: Option<u64>,
    /// How it was reached; once, where the scenario is an exercise.
    pub solved: Option<Box<SolvedSight>>,
    /// The promise that was broken.
    pub violation: Option<String>,
    /// The nodes.
    pub nodes: Vec<NodeSight>,
    /// Links, both ways of each.
    pub links: Option<Vec<LinkSight>>,
    /// Frames on their way: those that arrive first, then those that are held.
    pub frames: Vec<FrameSight>,
    /// Frames that are not among them.
    pub more_frames: u32,
    /// The frame that is looked at, if it is on its way.
    pub looked: Option<FrameDetail>,
    /// Standing rules.
    pub rules: Vec<RuleSight>,
    /// Coins.
    pub users: Vec<UserSight>,
    /// Payments.
    pub payments: Vec<PaymentSight>,
    /// The highest blocks of all nodes, on any branch.
    pub blocks: Option<Vec<BlockSummary>>,
    /// The latest reorganisations, the oldest first.
    pub reorganisations: Option<Vec<Reorganised>>,
    /// Whether what happened before `news` is to be forgotten.
    pub fresh: bool,
    /// What has happened since it was sent last.
    pub news: Vec<Happening>,
    /// The nodes that run, as they report themselves; only if somebody watches them, and at most
    /// [`super::REPORTS_APART_MS`] apart.
    pub reports: Option<Vec<Report>>,
}
