//! One honest node with its disk, its clock and its miner.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::ipc::SearchJob;
use crate::ledger::StoreError;
use crate::node::Node;
use crate::primitives::{NodeId, Timestamp};

use super::event::Event;
use super::scenario::SeatPlan;
use super::storage::Disk;

/// One honest node with its disk, its clock and its miner.
pub(super) struct Seat {
    pub(super) plan: SeatPlan,
    pub(super) id: NodeId,
    pub(super) node: Option<Node>,
    pub(super) disk: Disk,
    /// How far the clock is ahead, in milliseconds.
    pub(super) clock: i64,
    /// The latest time that its earlier runs thought it was.
    pub(super) earlier: Timestamp,
    pub(super) frozen_until: Timestamp,
    /// What happened to it while it was frozen.
    pub(super) held: Vec<Event>,
    pub(super) run: u32,
    pub(super) wakes: u64,
    pub(super) search: Option<SearchJob>,
    /// When its last search ended, or when it could search last.
    pub(super) searched: Timestamp,
    /// The last refusal by the disk, until it works again.
    pub(super) refused: Option<StoreError>,
    /// The latest frames that were sent to it alone.
    pub(super) overheard: VecDeque<Rc<[u8]>>,
    /// How often it lost its whole ledger.
    pub(super) losses: u64,
}

impl Seat {
    pub(super) fn new(plan: SeatPlan) -> Self {
        Self {
            id: plan.key.node_id(),
            clock: plan.clock,
            plan,
            node: None,
            disk: Disk::default(),
            earlier: Timestamp(0),
            frozen_until: Timestamp(0),
            held: Vec::new(),
            run: 0,
            wakes: 0,
            search: None,
            searched: Timestamp(0),
            refused: None,
            overheard: VecDeque::new(),
            losses: 0,
        }
    }
}
