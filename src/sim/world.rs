//! The world of a simulation: seats with nodes, disks and clocks, the links between them, and one
//! queue of events in the order of time. Nothing happens at once: frames travel, batches are
//! written, miners search.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::chain::MemoryArchive;
use crate::ipc::{FromMiner, SearchJob, Speed, TimeShare, ToMiner, Workload};
use crate::ledger::{Batch, Durability, StoreError, Table};
use crate::links::{Line, LinkTable, PerMille};
use crate::miner::{Search, Step};
use crate::node::{BatchId, Input, Node, Opening, Outbox, Output, Setup};
use crate::primitives::{
    BlockHash, ClockReading, Instant, Keypair, Millis, NodeId, NodeKind, Timestamp,
    remember_verdicts,
};

use super::coverage::{Coverage, Sometimes};
use super::digest::{EventLog, What};
use super::event::{Cue, Event, Heard, Observed};
use super::rng::Rng;
use super::scenario::{DIFFICULTY, GENESIS_TIME, Scenario};
use super::seat::Seat;
use super::storage::Ending;

/// Inputs that wait in a frozen node at the most; a worker's queue has the same bound.
const MAX_HELD: usize = 2_048;
/// Frames to a seat alone that are kept for those who play them again.
const OVERHEARD: usize = 32;
/// Loss from which on the links count as bad.
const HEAVY: PerMille = PerMille(200);

/// Place of an event in the queue: its time, and a number that no other has.
pub(crate) type QueueKey = (Timestamp, u64);

/// A run in the making.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) scenario: Scenario,
    pub(crate) now: Timestamp,
    /// How far the wall clocks of all were set ahead of the time that passes, in milliseconds.
    pub(crate) set: i64,
    pub(crate) seats: Vec<Seat>,
    pub(crate) links: LinkTable,
    lines: BTreeMap<(usize, usize), Line>,
    /// Ids by place: those of the seats, then those of the hostile ones.
    ids: Vec<NodeId>,
    places: BTreeMap<NodeId, usize>,
    pub(crate) queue: BTreeMap<QueueKey, Event>,
    queued: u64,
    /// Frames that were put on a link.
    sent: u64,
    /// The frame that a node judges now.
    heard: Option<Heard>,
    pub(crate) rng: Rng,
    observed: Vec<Observed>,
    /// Places of the frames that were put on a link since they were taken, if anybody wants to
    /// know.
    pub(crate) news: Option<Vec<QueueKey>>,
    pub(crate) coverage: Coverage,
    pub(crate) log: EventLog,
    pub(crate) healed: bool,
    /// Blocks of the best chain that a node keeps in memory, where its older ones go to an archive.
    pub(crate) keep: Option<u64>,
}

impl World {
    pub(crate) fn new(scenario: Scenario) -> Self {
        remember_verdicts();
        let seats: Vec<Seat> = scenario.seats.iter().cloned().map(Seat::new).collect();
        let hostiles = scenario.hostiles.iter().map(Keypair::node_id);
        let ids: Vec<NodeId> = seats.iter().map(|seat| seat.id).chain(hostiles).collect();
        Self {
            places: ids.iter().copied().zip(0..).collect(),
            ids,
            now: GENESIS_TIME.plus(Millis(5_000)),
            set: 0,
            links: LinkTable::default(),
            lines: BTreeMap::new(),
            queue: BTreeMap::new(),
            queued: 0,
            sent: 0,
            heard: None,
            rng: Rng::new(scenario.seed, 1),
            observed: Vec::new(),
            news: None,
            coverage: Coverage::default(),
            log: EventLog::new(),
            healed: false,
            keep: None,
            seats,
            scenario,
        }
    }

    pub(crate) fn after(&mut self, span: Millis, event: Event) {
        self.at(self.now.plus(span), event);
    }

    /// Lets an event happen at a time; its place in the queue.
    pub(crate) fn at(&mut self, at: Timestamp, event: Event) -> QueueKey {
        self.queued = self.queued.saturating_add(1);
        let key = (at.max(self.now), self.queued);
        self.queue.insert(key, event);
        key
    }

    /// What a seat's clock shows.
    pub(crate) fn clock_of(&self, seat: usize) -> Timestamp {
        let date = self.date().0;
        Timestamp(date.saturating_add_signed(self.seats[seat].clock))
    }

    /// What a wall clock shows that is right.
    pub(crate) fn date(&self) -> Timestamp {
        Timestamp(self.now.0.saturating_add_signed(self.set))
    }

    /// What both clocks of a seat show: the monotonic one goes as time does.
    pub(crate) fn reading_of(&self, seat: usize) -> ClockReading {
        ClockReading {
            wall: self.clock_of(seat),
            monotonic: self.instant(),
        }
    }

    /// The reading of every monotonic clock.
    pub(crate) fn instant(&self) -> Instant {
        Instant(self.now.0)
    }

    /// The latest time that a node may think it is.
    pub(crate) fn latest_clock(&self, seat: usize) -> Timestamp {
        let node = self.seats[seat].node.as_ref();
        node.map_or(Timestamp(0), Node::time)
            .max(self.clock_of(seat))
    }

    /// Number of things that will happen.
    #[cfg(test)]
    pub(crate) fn waiting(&self) -> usize {
        self.queue.len()
    }

    /// Goes on to the next event that happens by `end`, if there is one.
    pub(crate) fn next_event(&mut self, end: Timestamp) -> Option<Event> {
        while let Some(first) = self.queue.first_entry()
            && first.key().0 <= end
        {
            let ((at, _), event) = first.remove_entry();
            self.now = at;
            if let Some(event) = self.hold(event) {
                return Some(event);
            }
        }
        None
    }

    /// Id of the network, if a node runs that knows it.
    pub(crate) fn chain_id(&self) -> Option<BlockHash> {
        let mut nodes = self.seats.iter().filter_map(|seat| seat.node.as_ref());
        nodes.next().map(Node::chain_id)
    }

    /// Records what was seen.
    pub(crate) fn observe(&mut self, observed: Observed) {
        self.observed.push(observed);
    }

    /// Takes what was seen since the last time.
    pub(crate) fn take_observed(&mut self) -> Vec<Observed> {
        std::mem::take(&mut self.observed)
    }

    /// Whether a seat is frozen at present.
    pub(crate) fn is_frozen(&self, seat: usize) -> bool {
        self.now < self.seats[seat].frozen_until
    }

    /// Holds an event back whose seat is frozen.
    fn hold(&mut self, event: Event) -> Option<Event> {
        let seat = match &event {
            Event::Frame { to, .. } => *to,
            Event::Wake { seat, .. } | Event::Found { seat, .. } | Event::Stored { seat, .. } => {
                *seat
            }
            Event::Start { .. } | Event::Thaw { .. } | Event::Cue(_) => return Some(event),
        };
        if seat >= self.seats.len() || !self.is_frozen(seat) {
            return Some(event);
        }
        let held = &mut self.seats[seat].held;
        if held.len() < MAX_HELD || !matches!(event, Event::Frame { .. }) {
            held.push(event);
        }
        None
    }

    /// Takes what a seat that goes on has missed.
    pub(crate) fn thaw(&mut self, seat: usize) -> Vec<Event> {
        if self.is_frozen(seat) {
            return Vec::new();
        }
        let held = std::mem::take(&mut self.seats[seat].held);
        if !held.is_empty() {
            self.coverage.note(Sometimes::Freeze);
        }
        held
    }

    /// Lets an event of a node happen; what is no node's comes back.
    pub(crate) fn happen(&mut self, event: Event) -> Option<Cue> {
        match event {
            Event::Frame {
                to,
                frame,
                replayed,
                ..
            } => return self.on_frame(to, frame, replayed),
            Event::Wake { seat, run, number } => {
                if self.is_run(seat, run) && self.seats[seat].wakes == number {
                    self.log.push(self.now, seat, What::Wake, 0);
                    self.handle(seat, Input::Wake);
                }
            }
            Event::Found { seat, run, job } => self.on_found(seat, run, job),
            Event::Stored { seat, run, id } => self.on_stored(seat, run, id),
            Event::Start { seat } => self.start(seat),
            Event::Thaw { .. } => {}
            Event::Cue(cue) => return Some(cue),
        }
        None
    }

    fn is_run(&self, seat: usize, run: u32) -> bool {
        self.seats[seat].node.is_some() && self.seats[seat].run == run
    }

    fn on_frame(&mut self, to: usize, frame: Rc<[u8]>, replayed: bool) -> Option<Cue> {
        let tail = frame
            .last_chunk()
            .map_or(0, |bytes| u64::from_le_bytes(*bytes));
        self.log.push(self.now, to, What::Frame, tail);
        if let Some(hostile) = to.checked_sub(self.seats.len()) {
            return Some(Cue::Heard { hostile, frame });
        }
        let bytes = frame.to_vec();
        self.heard = Some(Heard { frame, replayed });
        self.handle(to, Input::Frame(bytes));
        self.heard = None;
        None
    }

    fn on_found(&mut self, seat: usize, run: u32, number: u64) {
        let place = &mut self.seats[seat];
        // A miner whose rate was lowered finds later than it was said.
        let early = place.due.is_some_and(|due| self.now < due);
        if place.run != run || place.node.is_none() || early {
            return;
        }
        let Some(job) = place.search.take_if(|job| job.job == number) else {
            return;
        };
        place.searched = self.now;
        let (elapsed_ms, hash_rate) = place.measured(self.now);
        let Ok(mut search) = Search::new(&job) else {
            return;
        };
        if let Step::Found(nonce) = search.step(u64::MAX) {
            self.log.push(self.now, seat, What::Found, nonce);
            let found = FromMiner::Found {
                job: number,
                nonce,
                hashes: search.hashes(),
                elapsed_ms,
                hash_rate,
            };
            self.handle(seat, Input::Miner(0, found));
        }
    }

    fn on_stored(&mut self, seat: usize, run: u32, id: BatchId) {
        if !self.is_run(seat, run) {
            return;
        }
        match self.seats[seat].disk.finish(id) {
            None => {}
            Some(Ok(())) => {
                self.log.push(self.now, seat, What::Stored, id.0);
                self.note_recovery(seat);
                self.handle(seat, Input::Persisted(id));
            }
            Some(Err(error)) => {
                self.log.push(self.now, seat, What::Refused, id.0);
                self.seats[seat].refused = Some(error.clone());
                self.handle(seat, Input::PersistFailed(id, error));
            }
        }
    }

    fn note_recovery(&mut self, seat: usize) {
        match self.seats[seat].refused.take() {
            Some(StoreError::Quota) => self.coverage.note(Sometimes::QuotaThenRecovery),
            Some(StoreError::Aborted) => self.coverage.note(Sometimes::AbortThenRecovery),
            Some(_) | None => {}
        }
    }

    /// Starts the node of a seat from its disk.
    pub(crate) fn start(&mut self, seat: usize) {
        let now = self.reading_of(seat);
        let session = self.rng.next();
        let place = &mut self.seats[seat];
        if place.node.is_some() {
            return;
        }
        let setup = Setup {
            params: self.scenario.params.clone(),
            key: place.plan.key.clone(),
            name: place.plan.name.clone(),
            kind: place.plan.kind,
            host: "sim".to_owned(),
            workload: Workload {
                // When a search finds follows from the scenario: see `search`.
                speed: Speed::Budget(1.0),
                share: TimeShare::ALL,
                miners: 1,
            },
            is_first: place.run == 0,
            session,
            seed: session.rotate_left(32),
        };
        let mut snapshot = place.disk.load();
        let was_new = snapshot.meta.is_empty();
        let blocks = std::mem::take(&mut snapshot.blocks);
        let Ok(mut opening) = Opening::new(setup, Some(snapshot)) else {
            unreachable!("the parameters are valid")
        };
        if let Some(keep) = self.keep {
            opening.archive_to(Rc::new(MemoryArchive::default()), keep);
        }
        let mut out = Outbox::new();
        let node = opening.run(&blocks, now, &mut out);
        place.run = place.run.saturating_add(1);
        place.searched = self.now;
        let head = node.chain().head();
        place.latest = place.latest.max(node.time());
        place.node = Some(node);
        self.log
            .push(self.now, seat, What::Started, head_part(&head));
        let promised = std::mem::take(&mut self.seats[seat].disk.promised);
        self.observe(Observed::Started {
            seat,
            was_new,
            promised,
        });
        self.perform(seat, out);
        if !self.scenario.hostiles.is_empty() {
            self.after(Millis(1), Event::Cue(Cue::Started(seat)));
        }
    }

    /// The latest frames that were sent to a seat alone, as anybody on its channel hears them.
    pub(crate) fn overheard(&self, seat: usize) -> Vec<Rc<[u8]>> {
        self.seats[seat].overheard.iter().map(Rc::clone).collect()
    }

    /// Ends the node of a seat without a word.
    pub(crate) fn end(&mut self, seat: usize, ending: Ending) {
        let place = &mut self.seats[seat];
        let Some(node) = place.node.take() else {
            return;
        };
        // Its process is gone with all that waited for it.
        (place.frozen_until, place.search) = (Timestamp(0), None);
        place.held.clear();
        place.refused = None;
        let (under_way, lost) = place.disk.end(ending, &mut self.rng);
        if under_way {
            self.coverage.note(Sometimes::KilledWhileWriting);
        }
        if lost > 0 {
            self.coverage.note(Sometimes::LostSuffix);
        }
        self.log.push(self.now, seat, What::Ended, ending as u64);
        let node = Box::new(node);
        self.observe(Observed::Ended { seat, node });
    }

    /// Hands a node an input and does what it asks for.
    pub(crate) fn handle(&mut self, seat: usize, input: Input) {
        let now = self.reading_of(seat);
        let place = &mut self.seats[seat];
        let Some(node) = &mut place.node else {
            return;
        };
        let mut out = Outbox::new();
        let before = node.chain().head();
        if now.wall < node.time() {
            self.coverage.note(Sometimes::ClockSetBack);
        }
        node.handle(now, input, &mut out);
        place.latest = place.latest.max(node.time());
        let head = node.chain().head();
        if head != before {
            self.log.push(self.now, seat, What::Head, head_part(&head));
        }
        self.perform(seat, out);
    }

    pub(crate) fn perform(&mut self, seat: usize, out: Outbox) {
        for output in out {
            match output {
                Output::Broadcast(frame) => {
                    let frame: Rc<[u8]> = frame.into();
                    for to in (0..self.places.len()).filter(|to| *to != seat) {
                        self.send(seat, to, &frame, false);
                    }
                }
                Output::Send { to, frame } => {
                    if let Some(to) = self.places.get(&to).copied() {
                        let frame = frame.into();
                        self.overhear(to, &frame);
                        self.send(seat, to, &frame, false);
                    }
                }
                Output::Persist {
                    id,
                    batch,
                    durability,
                } => {
                    self.write(seat, (id, batch, durability));
                }
                Output::Miner {
                    message: ToMiner::Search(job),
                    ..
                } => self.search(seat, job),
                Output::Miner {
                    message: ToMiner::Cancel,
                    ..
                } => {
                    let place = &mut self.seats[seat];
                    if place.search.take().is_some() {
                        place.searched = self.now;
                    }
                }
                // Only a page asks for it.
                Output::Miner {
                    message: ToMiner::Yield,
                    ..
                } => {}
                Output::WakeAt(at) => {
                    let in_time = at.since(self.instant());
                    let place = &mut self.seats[seat];
                    place.wakes = place.wakes.saturating_add(1);
                    let (run, number) = (place.run, place.wakes);
                    self.after(in_time, Event::Wake { seat, run, number });
                }
                Output::Notice(notice) => {
                    let (notice, heard) = (Box::new(notice), self.heard.clone());
                    self.observe(Observed::Notice {
                        seat,
                        notice,
                        heard,
                    });
                }
                Output::Stopped => {
                    self.end(seat, Ending::Process);
                    if self.healed {
                        self.after(Millis(300), Event::Start { seat });
                    }
                }
            }
        }
    }

    /// Puts a frame on the link from a seat or a hostile to another.
    pub(crate) fn send(&mut self, from: usize, to: usize, frame: &Rc<[u8]>, replayed: bool) {
        let (sender, receiver) = (self.id_of(from), self.id_of(to));
        self.sent = self.sent.saturating_add(1);
        let (now, line) = (self.instant(), self.lines.entry((from, to)).or_default());
        let arrivals = self
            .links
            .carry(line, (&sender, &receiver), self.sent, frame.len(), now);
        if arrivals.first.is_none() && self.links.default.loss >= HEAVY {
            self.coverage.note(Sometimes::HeavyLoss);
        }
        for at in [arrivals.first, arrivals.copy].into_iter().flatten() {
            let key = self.at(
                Timestamp(at.0),
                Event::Frame {
                    from,
                    to,
                    sent: self.now,
                    frame: Rc::clone(frame),
                    replayed,
                },
            );
            if let Some(news) = &mut self.news {
                news.push(key);
            }
        }
    }

    /// Has the disk of a seat write a batch.
    fn write(&mut self, seat: usize, batch: (BatchId, Batch, Durability)) {
        let of_blocks = batch.1.iter().filter(|(table, ..)| *table == Table::Blocks);
        let blocks = of_blocks.map(|(_, key, _)| key.to_owned()).collect();
        self.observe(Observed::Written { seat, blocks });
        let (id, place) = (batch.0, &mut self.seats[seat]);
        let takes = place.disk.begin(batch, self.now, &mut self.rng);
        if place.disk.is_silent() {
            place.refused = Some(StoreError::Silent);
        }
        let run = place.run;
        self.after(takes, Event::Stored { seat, run, id });
    }

    /// Keeps a frame that is sent to a seat alone.
    fn overhear(&mut self, to: usize, frame: &Rc<[u8]>) {
        if self.scenario.hostiles.is_empty() {
            return;
        }
        if let Some(seat) = self.seats.get_mut(to) {
            if seat.overheard.len() >= OVERHEARD {
                seat.overheard.pop_front();
            }
            seat.overheard.push_back(Rc::clone(frame));
        }
    }

    fn id_of(&self, place: usize) -> NodeId {
        self.ids[place]
    }

    /// Records that a hostile one has another id.
    pub(crate) fn rename(&mut self, old: NodeId, new: NodeId) {
        if let Some(place) = self.places.remove(&old) {
            self.places.insert(new, place);
            self.ids[place] = new;
        }
    }

    /// A miner begins to search: when it will find follows from difficulty and hash rate.
    fn search(&mut self, seat: usize, job: SearchJob) {
        let place = &mut self.seats[seat];
        let at = if place.rate.is_some() {
            place.begin_search(&job, self.now)
        } else {
            Some(self.now.plus(self.draw_search(&job)))
        };
        let place = &mut self.seats[seat];
        let (run, job) = (place.run, place.search.insert(job).job);
        if let Some(at) = at {
            self.at(at, Event::Found { seat, run, job });
        }
    }

    /// Gives the miner of a seat a rate of its own, in hashes a second.
    pub(crate) fn set_rate(&mut self, seat: usize, rate: u64) {
        let place = &mut self.seats[seat];
        let at = place.set_rate(rate, self.now);
        let (run, job) = (place.run, place.search.as_ref().map(|job| job.job));
        if let (Some(at), Some(job)) = (at, job) {
            self.at(at, Event::Found { seat, run, job });
        }
    }

    /// How long a search takes where all miners together find at the scenario's interval.
    fn draw_search(&mut self, job: &SearchJob) -> Millis {
        let miners = self
            .scenario
            .seats
            .iter()
            .filter(|plan| plan.kind == NodeKind::Pow)
            .count();
        let miners = u64::try_from(miners).unwrap_or(1).max(1);
        let mean = self
            .scenario
            .interval
            .0
            .saturating_mul(miners)
            .saturating_mul(job.difficulty)
            / DIFFICULTY.0;
        self.rng.wait(Millis(mean))
    }
}

fn head_part(head: &BlockHash) -> u64 {
    head.0
        .last_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}
