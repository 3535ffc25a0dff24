//! Nodes under a virtual clock for the tests of this module: a small network, and in `duel` a node
//! alone with peers made by hand.

mod duel;

use std::collections::BTreeMap;
use std::time::Duration;

use super::timers::Timer;
use super::*;
use crate::consensus::Params;
use crate::gossip::{CompactBlock, HeadInfo, Message, kind_of};
use crate::ipc::{FromMiner, Request, SearchJob, Speed, TimeShare, ToMiner, Workload};
use crate::ledger::{MemoryStore, Snapshot, Store as _, StoreError};
use crate::miner::{Search, Step};
use crate::primitives::{
    Block, BlockHash, Body, ClockReading, Header, Instant, Millis, NodeKind, Seal, Timestamp,
    Transaction,
};
use crate::testkit::{GENESIS_TIME, Grower, key, params};

pub(super) use duel::Duel;

/// One node with its miners, its ledger and its clock.
pub(super) struct Seat {
    pub(super) node: Option<Node>,
    pub(super) name: &'static str,
    pub(super) kind: NodeKind,
    wake: Option<Timestamp>,
    pub(super) search: Option<(SearchJob, Timestamp)>,
    pub(super) ledger: MemoryStore,
    pub(super) notices: Vec<Notice>,
    /// The disk stores nothing more.
    pub(super) is_full: bool,
    /// How often it was started.
    runs: u32,
}

/// A network whose frames take 20 ms and whose miners find a block each in about the time set.
pub(super) struct Net {
    pub(super) now: Timestamp,
    pub(super) seats: Vec<Seat>,
    frames: BTreeMap<(Timestamp, u64), (usize, Vec<u8>)>,
    pub(super) sent: u64,
    /// Bytes that nodes sent, by the type of the message.
    pub(super) bytes: BTreeMap<u8, usize>,
    /// How long a search takes; without it, longer for each seat.
    pub(super) takes: Option<Millis>,
    pub(super) split: Option<usize>,
    /// Where measured, what the nodes' work took.
    pub(super) spent: Option<Spent>,
    /// How far the wall clocks of all were set ahead, in milliseconds; back is below zero.
    pub(super) set: i64,
    /// How far that of one seat was set beside that.
    pub(super) set_of: Option<(usize, i64)>,
    params: Params,
}

/// Time that nodes worked.
#[derive(Clone, Copy, Default)]
pub(super) struct Spent {
    /// On everything.
    pub(super) all: Duration,
    /// On inputs that are about votes, whatever else they led to.
    pub(super) votes: Duration,
}

pub(super) fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("the memory ledger never waits"),
    }
}

/// Whether an input is about votes: a message of finality, the timer to count and sign them, a
/// record of one that is durable now.
fn is_about_votes(node: &Node, input: &Input, now: Instant) -> bool {
    if let Input::Frame(frame) = input {
        return kind_of(frame).is_some_and(|kind| (15..=19).contains(&kind.byte()));
    }
    let is_counted = matches!(input, Input::Wake) && node.timers.is_set(Timer::Votes, now);
    is_counted || (matches!(input, Input::Persisted(_)) && node.finality.duty.is_waiting())
}

impl Seat {
    /// Ends its search.
    pub(super) fn search_nothing(&mut self) {
        self.search = None;
    }

    /// A page of its ledger.
    pub(super) fn page(&self, query: &crate::ledger::Query) -> crate::ledger::Page {
        ready(self.ledger.query(query)).unwrap()
    }

    /// Empties the ledger.
    pub(super) fn forget(&mut self) {
        self.ledger = MemoryStore::default();
    }
}

impl Net {
    pub(super) fn new(seats: &[(&'static str, NodeKind)]) -> Self {
        Self::with(params(), seats)
    }

    /// As [`Self::new`], with other parameters.
    pub(super) fn with(params: Params, seats: &[(&'static str, NodeKind)]) -> Self {
        let seats = seats.iter().map(|(name, kind)| Seat {
            node: None,
            name,
            kind: *kind,
            wake: None,
            search: None,
            ledger: MemoryStore::default(),
            notices: Vec::new(),
            is_full: false,
            runs: 0,
        });
        let now = GENESIS_TIME.plus(Millis(5_000));
        let mut net = Self {
            now,
            seats: seats.collect(),
            frames: BTreeMap::new(),
            sent: 0,
            bytes: BTreeMap::new(),
            takes: None,
            split: None,
            spent: None,
            set: 0,
            set_of: None,
            params,
        };
        for seat in 0..net.seats.len() {
            net.start(seat);
        }
        net
    }

    /// The usual five nodes.
    pub(super) fn five() -> Self {
        Self::five_with(params())
    }

    /// As [`Self::five`], with other parameters.
    pub(super) fn five_with(params: Params) -> Self {
        use crate::primitives::NodeKind::{Poa, Pow};
        let seats = [
            ("pow-1", Pow),
            ("pow-2", Pow),
            ("pow-3", Pow),
            ("poa-1", Poa),
            ("poa-2", Poa),
        ];
        Self::with(params, &seats)
    }

    pub(super) fn start(&mut self, seat: usize) {
        let reading = self.reading();
        let place = &mut self.seats[seat];
        let snapshot: Snapshot = ready(place.ledger.load()).unwrap();
        let setup = Setup {
            params: self.params.clone(),
            key: key(place.name),
            name: place.name.to_owned(),
            kind: place.kind,
            host: "tab".to_owned(),
            workload: Workload {
                speed: Speed::Budget(8.0),
                share: TimeShare::ALL,
                miners: 1,
            },
            is_first: place.runs == 0,
            session: 1,
            seed: u64::try_from(seat).unwrap(),
        };
        let mut out = Outbox::new();
        place.runs += 1;
        place.node = Some(Node::start(setup, Some(snapshot), reading, &mut out).unwrap());
        self.perform(seat, out);
    }

    /// Ends a node as a terminated worker ends: nothing more is written or said.
    pub(super) fn kill(&mut self, seat: usize) {
        let place = &mut self.seats[seat];
        (place.node, place.wake, place.search) = (None, None, None);
    }

    /// What both clocks show.
    pub(super) fn reading(&self) -> ClockReading {
        ClockReading {
            wall: Timestamp(self.now.0.saturating_add_signed(self.set)),
            monotonic: Instant(self.now.0),
        }
    }

    /// What the monotonic clock shows.
    pub(super) fn instant(&self) -> Instant {
        self.reading().monotonic
    }

    pub(super) fn give(&mut self, seat: usize, input: Input) {
        let mut out = Outbox::new();
        let mut reading = self.reading();
        if let Some((_, by)) = self.set_of.filter(|(one, _)| *one == seat) {
            reading.wall = Timestamp(reading.wall.0.saturating_add_signed(by));
        }
        if let Some(node) = &mut self.seats[seat].node {
            let about_votes = is_about_votes(node, &input, reading.monotonic);
            #[expect(
                clippy::disallowed_types,
                reason = "it measures; nothing depends on it"
            )]
            let begun = std::time::Instant::now();
            node.handle(reading, input, &mut out);
            if let Some(spent) = &mut self.spent {
                let took = begun.elapsed();
                spent.all += took;
                spent.votes += if about_votes { took } else { Duration::ZERO };
            }
            self.perform(seat, out);
        }
    }

    pub(super) fn perform(&mut self, seat: usize, out: Outbox) {
        for output in out {
            match output {
                Output::Broadcast(frame) => {
                    self.count(&frame);
                    for to in (0..self.seats.len()).filter(|to| *to != seat) {
                        self.deliver(seat, to, frame.clone());
                    }
                }
                Output::Send { to, frame } => {
                    let found = self
                        .seats
                        .iter()
                        .position(|place| key(place.name).node_id() == to);
                    if let Some(to) = found {
                        self.count(&frame);
                        self.deliver(seat, to, frame);
                    }
                }
                Output::Persist {
                    id,
                    batch,
                    durability,
                } => {
                    let place = &self.seats[seat];
                    let outcome = if place.is_full {
                        Err(StoreError::Quota)
                    } else {
                        ready(place.ledger.commit(&batch, durability))
                    };
                    self.give(
                        seat,
                        match outcome {
                            Ok(()) => Input::Persisted(id),
                            Err(error) => Input::PersistFailed(id, error),
                        },
                    );
                }
                Output::Miner {
                    message: ToMiner::Search(job),
                    ..
                } => {
                    self.seats[seat].search = Some((
                        job,
                        self.now
                            .plus(self.takes.unwrap_or(Millis(700 + 100 * seat as u64))),
                    ));
                }
                Output::Miner {
                    message: ToMiner::Cancel,
                    ..
                } => self.seats[seat].search = None,
                Output::Miner {
                    message: ToMiner::Yield,
                    ..
                } => {}
                Output::WakeAt(at) => self.seats[seat].wake = Some(Timestamp(at.0)),
                Output::Notice(notice) => self.seats[seat].notices.push(notice),
                Output::Stopped => self.kill(seat),
            }
        }
    }

    fn count(&mut self, frame: &[u8]) {
        let kind = kind_of(frame).unwrap();
        *self.bytes.entry(kind.byte()).or_default() += frame.len();
    }

    pub(super) fn deliver(&mut self, from: usize, to: usize, frame: Vec<u8>) {
        if self
            .split
            .is_some_and(|split| (from < split) != (to < split))
        {
            return;
        }
        self.sent += 1;
        self.frames
            .insert((self.now.plus(Millis(20)), self.sent), (to, frame));
    }

    /// Lets time pass, event by event.
    pub(super) fn run(&mut self, span: Millis) {
        let end = self.now.plus(span);
        loop {
            let frame = self.frames.first_key_value().map(|((at, _), _)| *at);
            let wake = self.seats.iter().filter_map(|seat| seat.wake).min();
            let find = self
                .seats
                .iter()
                .filter_map(|seat| seat.search.as_ref().map(|(_, at)| *at))
                .min();
            let Some(next) = [frame, wake, find]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= end)
            else {
                break;
            };
            self.now = self.now.max(next);
            if frame == Some(next) {
                let (to, frame) = self.frames.pop_first().unwrap().1;
                self.give(to, Input::Frame(frame));
            } else if wake == Some(next) {
                let seat = self
                    .seats
                    .iter()
                    .position(|seat| seat.wake == Some(next))
                    .unwrap();
                self.seats[seat].wake = None;
                self.give(seat, Input::Wake);
            } else {
                self.find(next);
            }
        }
        self.now = end;
    }

    fn find(&mut self, at: Timestamp) {
        let due = |seat: &Seat| seat.search.as_ref().is_some_and(|(_, due)| *due == at);
        let seat = self.seats.iter().position(due).unwrap();
        let (job, _) = self.seats[seat].search.take().unwrap();
        let mut search = Search::new(&job).unwrap();
        let Step::Found(nonce) = search.step(u64::MAX) else {
            panic!("the range holds a nonce")
        };
        let found = FromMiner::Found {
            job: job.job,
            nonce,
            hashes: search.hashes(),
            elapsed_ms: 700.0,
            hash_rate: 1.0,
        };
        self.give(seat, Input::Miner(0, found));
    }

    pub(super) fn node(&self, seat: usize) -> &Node {
        self.seats[seat].node.as_ref().unwrap()
    }

    pub(super) fn height(&self, seat: usize) -> u64 {
        self.node(seat).chain().height().0
    }

    /// Lets the makers rest, so that everything under way arrives.
    pub(super) fn quiesce(&mut self) {
        for seat in &mut self.seats {
            seat.kind = NodeKind::Viewer;
            seat.search = None;
            if let Some(node) = &mut seat.node {
                node.identity.retire();
            }
        }
        self.run(Millis(6_000));
    }

    pub(super) fn assert_agreement(&self) {
        let alive: Vec<&Node> = self
            .seats
            .iter()
            .filter_map(|seat| seat.node.as_ref())
            .collect();
        for node in &alive {
            assert_eq!(
                node.chain().head(),
                alive[0].chain().head(),
                "{}",
                node.identity.name
            );
            let state = node.chain().head_state();
            assert_eq!(state.root(), alive[0].chain().head_state().root());
            assert_eq!(state.imbalance(), None);
        }
    }

    pub(super) fn submit(
        &mut self,
        seat: usize,
        raw: Vec<u8>,
    ) -> Result<Answer, crate::ipc::Refusal> {
        let mut out = Outbox::new();
        let now = self.reading();
        let answer =
            self.seats[seat]
                .node
                .as_mut()
                .unwrap()
                .answer(now, Request::Submit { raw }, &mut out);
        self.perform(seat, out);
        answer
    }

    pub(super) fn noted(&self, seat: usize, test: impl Fn(&Notice) -> bool) -> usize {
        self.seats[seat]
            .notices
            .iter()
            .filter(|notice| test(notice))
            .count()
    }
}

pub(super) fn transfer(nonce: u64) -> Transaction {
    Grower::new(params()).transfer("alice", nonce, "bob", 10)
}

pub(super) fn head_of(grower: &Grower) -> HeadInfo {
    let chain = &grower.chain;
    HeadInfo {
        id: chain.head(),
        height: chain.height(),
        weight: chain.weight(),
    }
}

/// What a message has of each block: its header.
type Headers = Vec<(Header, Seal)>;
/// What a message has of each block: its body.
type Bodies = Vec<(BlockHash, Body)>;

/// A chain of three blocks, with what its owner answers to one who fetches it.
pub(super) type ThreeBlocks = (Grower, Headers, Bodies);

/// Makes them.
pub(super) fn three_blocks() -> ThreeBlocks {
    let mut grower = Grower::new(params());
    let ids = grower.grow("miner", 3);
    let headers = grower.chain.headers_after(&[grower.chain.chain_id()], 3);
    let body = |id: &BlockHash| grower.chain.get(id).unwrap().block.body.clone();
    let bodies = ids.iter().map(|id| (*id, body(id))).collect();
    (grower, headers, bodies)
}

/// A ping that says what its sender has.
pub(super) fn ping(head: HeadInfo) -> Message {
    Message::Ping {
        token: 0,
        head,
        answer_by: None,
        progress: None,
    }
}

pub(super) fn compact(block: &Block) -> Message {
    let transactions = block
        .body
        .transactions
        .iter()
        .map(Transaction::id)
        .collect();
    Message::BlockFound(CompactBlock {
        header: block.header,
        seal: block.seal,
        data: Vec::new(),
        transactions,
    })
}
