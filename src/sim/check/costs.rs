//! What others can have a node do has a bound, whatever names they take and however they turn the
//! choice over: the strangers that it greets because somebody named them, and how often it writes
//! the rows of old blocks again.

use std::collections::{BTreeMap, VecDeque};

use crate::gossip::Envelope;
use crate::primitives::{Millis, Timestamp};
use crate::sim::event::Heard;
use crate::sim::world::World;

use super::rates::Lately;

/// Greetings of strangers in a second: 128, and 512 more after a time without any.
const GREETINGS: usize = 640;
/// A row is written when its block comes, with each round of housekeeping, each 4 s, and again
/// where the disk fails; that is at most this often in [`WINDOW`].
const REWRITES: usize = 16;
/// The time in which the rows are counted.
const WINDOW: Millis = Millis(20_000);
/// Blocks that may be written more often: those on both branches of a reorganisation that takes no
/// more than 16 back.
const NEAR_THE_HEAD: usize = 40;

/// What each node did lately.
#[derive(Clone, Debug, Default)]
pub(super) struct Costs {
    greetings: BTreeMap<usize, Lately>,
    rows: BTreeMap<usize, VecDeque<(Timestamp, Vec<String>)>>,
}

impl Costs {
    /// Takes a greeting that the node of a seat sent to one alone while it judged a frame.
    pub(super) fn on_greeting(
        &mut self,
        world: &World,
        seat: usize,
        heard: &Heard,
    ) -> Result<(), String> {
        let Some(node) = &world.seats[seat].node else {
            return Ok(());
        };
        let frame = Envelope::parse(&heard.frame, &node.chain_id());
        if !frame.is_ok_and(|frame| frame.kind.name() == "NODE_LIST") {
            return Ok(());
        }
        let found = self.greetings.entry(seat).or_default().add(1, world.now);
        if found > GREETINGS {
            return Err(format!(
                "expected at most {GREETINGS} strangers to be greeted in a second, found {found}"
            ));
        }
        Ok(())
    }

    /// Takes the blocks whose rows the node of a seat hands to its disk.
    pub(super) fn on_written(
        &mut self,
        world: &World,
        seat: usize,
        blocks: Vec<String>,
    ) -> Result<(), String> {
        let batches = self.rows.entry(seat).or_default();
        batches.push_back((world.now, blocks));
        while batches
            .front()
            .is_some_and(|(at, _)| world.now.since(*at) > WINDOW)
        {
            batches.pop_front();
        }
        let mut counts = BTreeMap::<&str, usize>::new();
        for block in batches.iter().flat_map(|(_, blocks)| blocks) {
            let count = counts.entry(block).or_default();
            *count = count.saturating_add(1);
        }
        let often = counts.values().filter(|count| **count > REWRITES).count();
        if often > NEAR_THE_HEAD {
            return Err(format!(
                "expected at most {NEAR_THE_HEAD} rows of blocks to be written more than {REWRITES} times in {} s, \
                 found {often}",
                WINDOW.0 / 1_000
            ));
        }
        Ok(())
    }

    /// The node of a seat has ended.
    pub(super) fn forget(&mut self, seat: usize) {
        self.greetings.remove(&seat);
        self.rows.remove(&seat);
    }
}
