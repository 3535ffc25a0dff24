//! One honest node with its disk, its clock and its miner.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::ipc::SearchJob;
use crate::ledger::StoreError;
use crate::miner::{Search, Step};
use crate::node::Node;
use crate::primitives::{Millis, NodeId, Timestamp};

use super::event::Event;
use super::scenario::SeatPlan;
use super::storage::Disk;

/// Later than anything happens.
const NEVER: Timestamp = Timestamp(u64::MAX);

/// One honest node with its disk, its clock and its miner.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) plan: SeatPlan,
    pub(crate) id: NodeId,
    pub(crate) node: Option<Node>,
    pub(crate) disk: Disk,
    /// How far the clock is ahead, in milliseconds.
    pub(crate) clock: i64,
    /// The latest time that its node thought it was in any run.
    pub(crate) latest: Timestamp,
    pub(crate) frozen_until: Timestamp,
    /// What happened to it while it was frozen.
    pub(crate) held: Vec<Event>,
    pub(crate) run: u32,
    pub(crate) wakes: u64,
    pub(crate) search: Option<SearchJob>,
    /// Hashes a second of its miner; without it the time of a find is drawn.
    pub(crate) rate: Option<u64>,
    /// Tries that a search with a rate still needed at a time.
    left: (u64, Timestamp),
    /// When that search began.
    begun: Timestamp,
    /// When its tries are done, if they ever are.
    pub(crate) due: Option<Timestamp>,
    /// When its last search ended, or when it could search last.
    pub(crate) searched: Timestamp,
    /// The last refusal by the disk, until it works again.
    pub(crate) refused: Option<StoreError>,
    /// The latest frames that were sent to it alone.
    pub(crate) overheard: VecDeque<Rc<[u8]>>,
    /// How often it lost its whole ledger.
    pub(crate) losses: u64,
}

impl Seat {
    pub(crate) fn new(plan: SeatPlan) -> Self {
        Self {
            id: plan.key.node_id(),
            clock: plan.clock,
            plan,
            node: None,
            disk: Disk::default(),
            latest: Timestamp(0),
            frozen_until: Timestamp(0),
            held: Vec::new(),
            run: 0,
            wakes: 0,
            search: None,
            rate: None,
            left: (0, Timestamp(0)),
            begun: Timestamp(0),
            due: None,
            searched: Timestamp(0),
            refused: None,
            overheard: VecDeque::new(),
            losses: 0,
        }
    }
    /// Begins a search at the seat's own rate: all its tries are made here and now, and when they
    /// would have been made follows from the rate. When it finds; never without a hash a second.
    pub(crate) fn begin_search(&mut self, job: &SearchJob, now: Timestamp) -> Option<Timestamp> {
        let mut search = Search::new(job).ok()?;
        let found = matches!(search.step(u64::MAX), Step::Found(_));
        self.left = (search.hashes(), now);
        self.begun = now;
        self.look_ahead(found, now)
    }

    /// Gives the miner another rate; when the search that is under way now finds.
    pub(crate) fn set_rate(&mut self, rate: u64, now: Timestamp) -> Option<Timestamp> {
        let (left, since) = self.left;
        let before = self.rate.replace(rate).unwrap_or(0);
        let done = now.since(since).0.saturating_mul(before) / 1_000;
        self.left = (left.saturating_sub(done), now);
        let searches = self.search.is_some();
        self.look_ahead(searches, now)
    }

    /// Milliseconds that the search took which ends now, and its hashes a second; nothing is
    /// measured where the time of a find is drawn.
    pub(crate) fn measured(&self, now: Timestamp) -> (f64, f64) {
        self.rate.map_or((0.0, 0.0), |rate| {
            let took = now.since(self.begun);
            (took.0 as f64, rate as f64)
        })
    }

    fn look_ahead(&mut self, finds: bool, now: Timestamp) -> Option<Timestamp> {
        let rate = self.rate.filter(|rate| finds && *rate > 0);
        let at = rate.map(|rate| {
            let span = self.left.0.saturating_mul(1_000).div_ceil(rate);
            now.plus(Millis(span.max(1)))
        });
        // What was said before does not count any more.
        self.due = Some(at.unwrap_or(NEVER));
        at
    }
}
