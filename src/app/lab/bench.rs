//! What the page knows of the laboratory: its picture at a moment. Views of the worker go in; what
//! did not change is shared with the picture before, so that only what shows a change is drawn
//! again.
//!
//! Bounds: [`MAX_LINES`] happenings and [`MAX_MARKS`] marks of each branch are kept.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use crate::ipc::{BlockSummary, Refusal};
use crate::lab::desk::{
    About, Clock, FrameDetail, FrameSight, LinkSight, NodeSight, PaymentSight, RuleSight,
    UserSight, View,
};
use crate::lab::{BranchInfo, Comparison, Happened, Happening, Reorganised};
use crate::records::Topic;
use crate::view::Tip;

/// Happenings that are kept.
const MAX_LINES: usize = 400;
/// Marks that are kept of a branch.
const MAX_MARKS: usize = 4_000;

/// What stands on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// A node made a block.
    Block,
    /// A node changed to another branch.
    Reorganisation,
    /// Something was refused, or could not be done.
    Refusal,
    /// A person did something, or the scenario did.
    Action,
    /// The goal was reached.
    Goal,
    /// A promise was broken.
    Violation,
}

/// Something on the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark {
    /// Virtual milliseconds.
    pub at: u64,
    /// What it is.
    pub kind: MarkKind,
}

impl Mark {
    #[expect(clippy::wildcard_enum_match_arm, reason = "most topics leave no mark")]
    fn of(happening: &Happening) -> Option<Self> {
        let kind = match happening.what {
            Happened::Made => MarkKind::Block,
            Happened::Action => MarkKind::Action,
            Happened::NotDone => MarkKind::Refusal,
            Happened::Goal => MarkKind::Goal,
            Happened::Violation => MarkKind::Violation,
            Happened::Node { topic, .. } => match topic {
                Topic::Reorg => MarkKind::Reorganisation,
                Topic::Refused => MarkKind::Refusal,
                _ => return None,
            },
        };
        let at = happening.at;
        Some(Self { at, kind })
    }
}

/// The page's picture of the laboratory.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bench {
    /// The scenario that is open.
    pub about: Option<Rc<About>>,
    /// Where time is.
    pub clock: Option<Clock>,
    /// The branch that is looked at.
    pub branch: String,
    /// All branches.
    pub branches: Rc<Vec<BranchInfo>>,
    /// Digest of the event log, and number of events.
    pub digest: (String, u64),
    /// When the goal was reached.
    pub goal_at: Option<u64>,
    /// The promise that was broken.
    pub violation: Option<String>,
    /// The nodes.
    pub nodes: Rc<Vec<NodeSight>>,
    /// Links, both ways of each.
    pub links: Rc<Vec<LinkSight>>,
    /// Frames on their way.
    pub frames: Rc<Vec<FrameSight>>,
    /// Frames that are not among them.
    pub more_frames: u32,
    /// The frame that is looked at.
    pub looked: Option<Rc<FrameDetail>>,
    /// Standing rules.
    pub rules: Rc<Vec<RuleSight>>,
    /// Coins.
    pub users: Rc<Vec<UserSight>>,
    /// Payments.
    pub payments: Rc<Vec<PaymentSight>>,
    /// The highest blocks, by their hashes.
    pub blocks: Rc<BTreeMap<String, Rc<BlockSummary>>>,
    /// The latest reorganisations, the oldest first.
    pub reorganisations: Rc<Vec<Reorganised>>,
    /// The latest happenings, the oldest first.
    pub happenings: Rc<VecDeque<Rc<Happening>>>,
    /// What stands on the timeline of each branch, in the order of time.
    pub marks: Rc<BTreeMap<String, Vec<Mark>>>,
    /// Two branches beside each other, as they were asked for.
    pub compared: Option<Rc<[Comparison; 2]>>,
    /// Whether a scenario is being opened.
    pub opening: bool,
    /// Why the last one was not opened, or why the laboratory stopped.
    pub problem: Option<Refusal>,
    /// Exercises whose goal was reached in this browser.
    pub solved: Rc<Vec<String>>,
}

/// Keeps the shared value where the new one is the same.
fn renew<T: PartialEq>(kept: &mut Rc<T>, new: T) {
    if **kept != new {
        *kept = Rc::new(new);
    }
}

impl Bench {
    /// An opened scenario of which nothing is known yet.
    pub(super) fn open(&mut self, about: About) {
        *self = Self {
            about: Some(Rc::new(about)),
            solved: Rc::clone(&self.solved),
            ..Self::default()
        };
    }

    /// Takes a view.
    pub(super) fn take(&mut self, view: View) {
        if self.branches.len() != view.branches.len() {
            self.inherit(&view);
        }
        self.clock = Some(view.clock);
        self.branch = view.branch;
        renew(&mut self.branches, view.branches);
        self.digest = (view.digest, view.events);
        self.goal_at = view.goal_at;
        self.violation = view.violation;
        renew(&mut self.nodes, view.nodes);
        if let Some(links) = view.links {
            renew(&mut self.links, links);
        }
        renew(&mut self.frames, view.frames);
        self.more_frames = view.more_frames;
        if self.looked.as_deref() != view.looked.as_ref() {
            self.looked = view.looked.map(Rc::new);
        }
        renew(&mut self.rules, view.rules);
        renew(&mut self.users, view.users);
        renew(&mut self.payments, view.payments);
        if let Some(blocks) = view.blocks {
            let blocks = blocks.into_iter();
            self.blocks = Rc::new(
                blocks
                    .map(|block| (block.hash.clone(), Rc::new(block)))
                    .collect(),
            );
        }
        if let Some(reorganisations) = view.reorganisations {
            renew(&mut self.reorganisations, reorganisations);
        }
        self.hear(view.fresh, view.news);
    }

    /// A new branch has the marks of the one that it left, up to there.
    fn inherit(&mut self, view: &View) {
        let marks = Rc::make_mut(&mut self.marks);
        for branch in &view.branches {
            if !marks.contains_key(&branch.name) {
                let from = branch.from.as_ref().and_then(|from| marks.get(from));
                let parted = branch.parted.unwrap_or(0);
                let own = from.into_iter().flatten().filter(|mark| mark.at <= parted);
                let own = own.copied().collect();
                marks.insert(branch.name.clone(), own);
            }
        }
    }

    fn hear(&mut self, fresh: bool, news: Vec<Happening>) {
        if news.is_empty() && !fresh {
            return;
        }
        let lines = Rc::make_mut(&mut self.happenings);
        if fresh {
            lines.clear();
        }
        let marks = Rc::make_mut(&mut self.marks)
            .entry(self.branch.clone())
            .or_default();
        let last = marks.last().copied();
        // What is heard again after going back has its mark already.
        let new = news
            .iter()
            .filter_map(Mark::of)
            .filter(|mark| !fresh || Some(*mark) > last);
        let new: Vec<Mark> = new.collect();
        for mark in new {
            let place = marks.partition_point(|other| *other < mark);
            if marks.get(place) != Some(&mark) && marks.len() < MAX_MARKS {
                marks.insert(place, mark);
            }
        }
        lines.extend(news.into_iter().map(Rc::new));
        let over = lines.len().saturating_sub(MAX_LINES);
        lines.drain(..over);
    }

    /// Distinct heads of the nodes that run, the highest first.
    #[must_use]
    pub fn tips(&self) -> Vec<Tip> {
        let mut tips: Vec<Tip> = Vec::new();
        for node in self.nodes.iter().filter(|node| !node.head.is_empty()) {
            match tips.iter_mut().find(|tip| tip.hash == node.head) {
                Some(tip) => tip.nodes.push(node.name.clone()),
                None => tips.push(Tip {
                    hash: node.head.clone(),
                    height: node.height,
                    nodes: vec![node.name.clone()],
                }),
            }
        }
        let weight = |tip: &Tip| self.blocks.get(&tip.hash).map_or(0, |block| block.weight);
        tips.sort_by_key(|tip| std::cmp::Reverse((weight(tip), tip.height)));
        tips
    }
}
