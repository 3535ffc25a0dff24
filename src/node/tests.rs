//! Whole networks of nodes in one thread, under a virtual clock: what they promise together.

use std::collections::BTreeMap;

use super::*;
use crate::gossip::FrameError;
use crate::ipc::{FromMiner, Pace, Request, SearchJob, ToMiner, Turns};
use crate::ledger::{Batch, MemoryStore, Row, Snapshot, Store as _, Table};
use crate::miner::{Search, Step};
use crate::primitives::{Amount, AssetId, Difficulty, Height, ParamsChange, Payload};
use crate::testkit::{GENESIS_TIME, Grower, key, params};

/// One node with its miners, its ledger and its clock.
pub(super) struct Seat {
    pub(super) node: Option<Node>,
    name: &'static str,
    kind: NodeKind,
    wake: Option<Timestamp>,
    pub(super) search: Option<(SearchJob, Timestamp)>,
    ledger: MemoryStore,
    pub(super) notices: Vec<Notice>,
}

/// A network whose frames take 20 ms and whose miners find a block each in about the time set.
pub(super) struct Net {
    pub(super) now: Timestamp,
    pub(super) seats: Vec<Seat>,
    frames: BTreeMap<(Timestamp, u64), (usize, Vec<u8>)>,
    sent: u64,
    /// How long a search takes; without it, longer for each seat.
    pub(super) takes: Option<Millis>,
    pub(super) split: Option<usize>,
}

fn ready<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    match future
        .as_mut()
        .poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    {
        std::task::Poll::Ready(value) => value,
        std::task::Poll::Pending => panic!("the memory ledger never waits"),
    }
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
        let seats = seats.iter().map(|(name, kind)| Seat {
            node: None,
            name,
            kind: *kind,
            wake: None,
            search: None,
            ledger: MemoryStore::default(),
            notices: Vec::new(),
        });
        let now = GENESIS_TIME.plus(Millis(5_000));
        let mut net = Self {
            now,
            seats: seats.collect(),
            frames: BTreeMap::new(),
            sent: 0,
            takes: None,
            split: None,
        };
        for seat in 0..net.seats.len() {
            net.start(seat);
        }
        net
    }

    /// The usual five nodes.
    pub(super) fn five() -> Self {
        use NodeKind::{Poa, Pow};
        Self::new(&[
            ("pow-1", Pow),
            ("pow-2", Pow),
            ("pow-3", Pow),
            ("poa-1", Poa),
            ("poa-2", Poa),
        ])
    }

    pub(super) fn start(&mut self, seat: usize) {
        let place = &mut self.seats[seat];
        let snapshot: Snapshot = ready(place.ledger.load()).unwrap();
        let setup = Setup {
            params: params(),
            key: key(place.name),
            name: place.name.to_owned(),
            kind: place.kind,
            host: "tab".to_owned(),
            workload: Workload {
                pace: Pace::Interval { ms: 2_000 },
                turns: Turns::ALL,
                miners: 1,
            },
            session: 1,
            seed: u64::try_from(seat).unwrap(),
        };
        let mut out = Outbox::new();
        place.node = Some(Node::start(setup, Some(snapshot), self.now, &mut out).unwrap());
        self.perform(seat, out);
    }

    /// Ends a node as a terminated worker ends: nothing more is written or said.
    pub(super) fn kill(&mut self, seat: usize) {
        let place = &mut self.seats[seat];
        (place.node, place.wake, place.search) = (None, None, None);
    }

    pub(super) fn give(&mut self, seat: usize, input: Input) {
        let mut out = Outbox::new();
        if let Some(node) = &mut self.seats[seat].node {
            node.handle(self.now, input, &mut out);
            self.perform(seat, out);
        }
    }

    fn perform(&mut self, seat: usize, out: Outbox) {
        for output in out {
            match output {
                Output::Broadcast(frame) => {
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
                        self.deliver(seat, to, frame);
                    }
                }
                Output::Persist {
                    id,
                    batch,
                    durability,
                } => {
                    let outcome = ready(self.seats[seat].ledger.commit(&batch, durability));
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
                Output::WakeAt(at) => self.seats[seat].wake = Some(at),
                Output::Notice(notice) => self.seats[seat].notices.push(notice),
                Output::Stopped => self.kill(seat),
            }
        }
    }

    fn deliver(&mut self, from: usize, to: usize, frame: Vec<u8>) {
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
                node.kind = NodeKind::Viewer;
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
                node.name
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
    ) -> Result<Answer, crate::ipc::ApiError> {
        let mut out = Outbox::new();
        let now = self.now;
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

#[test]
fn five_nodes_of_both_kinds_agree_on_blocks_of_both_kinds() {
    let mut net = Net::five();
    net.run(Millis(30_000));
    net.quiesce();
    net.assert_agreement();
    let made: Vec<u64> = (0..5)
        .map(|seat| net.node(seat).counters.blocks_made)
        .collect();
    assert!(
        made[..3].iter().sum::<u64>() > 5 && made[3..].iter().all(|made| *made >= 2),
        "{made:?}"
    );
}

#[test]
fn a_transaction_sent_to_one_node_is_committed_on_all() {
    let mut net = Net::five();
    net.run(Millis(1_000));
    for nonce in 0..5 {
        net.submit(1, transfer(nonce).to_bytes()).unwrap();
    }
    net.run(Millis(10_000));
    net.quiesce();
    net.assert_agreement();
    for seat in 0..5 {
        let bob = net
            .node(seat)
            .chain()
            .head_state()
            .account(&key("bob").address());
        assert_eq!(bob.balance, Amount(1_050), "seat {seat}");
        assert!(net.node(seat).mempool().is_empty());
    }
}

#[test]
fn a_killed_node_resumes_from_its_ledger_and_catches_up() {
    let mut net = Net::five();
    net.run(Millis(20_000));
    net.kill(0);
    net.kill(3);
    let height = net.height(1);
    net.run(Millis(20_000));
    assert!(net.height(1) > height, "the chain still grows");
    net.start(0);
    net.start(3);
    assert_eq!(net.node(0).ledger_start, "resumed");
    assert!(net.height(0) > 0);
    net.run(Millis(5_000));
    let lag = net
        .height(1)
        .abs_diff(net.height(0))
        .max(net.height(1).abs_diff(net.height(3)));
    assert!(lag <= 1, "back within five seconds");
    net.quiesce();
    net.assert_agreement();
}

#[test]
fn a_late_joiner_far_behind_fetches_everything() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("pow-2", NodeKind::Pow)]);
    net.run(Millis(600_000));
    net.kill(1);
    net.seats[1].ledger = MemoryStore::default();
    assert!(net.height(0) > 400);
    net.start(1);
    net.run(Millis(5_000));
    net.quiesce();
    net.assert_agreement();
    assert!(net.noted(1, |notice| matches!(notice, Notice::Fetching { .. })) >= 1);
}

fn register(user: &str, nonce: u64, name: &str) -> Transaction {
    Grower::new(params()).sign(
        user,
        nonce,
        Payload::RegisterUser {
            name: name.parse().unwrap(),
        },
    )
}

/// Five nodes on whose chain these users have coins, and no names.
fn with_coins(users: &[&str]) -> Net {
    let mut net = Net::five();
    net.run(Millis(1_000));
    for (nonce, user) in (0..).zip(users) {
        let gift = Grower::new(params()).transfer("alice", nonce, user, 100);
        net.submit(0, gift.to_bytes()).unwrap();
    }
    net.run(Millis(10_000));
    net
}

#[test]
fn what_can_never_be_committed_is_refused_and_holds_nothing_up() {
    let mut net = with_coins(&["carol"]);
    let mut refused = |seat: usize, transaction: Transaction| {
        net.submit(seat, transaction.to_bytes())
            .unwrap_err()
            .code
            .clone()
    };
    assert_eq!(refused(0, register("alice", 1, "neo")), "already_named");
    assert_eq!(refused(1, register("carol", 0, "bob")), "name_taken");
    let change = Payload::SetParams(ParamsChange {
        difficulty: Some(Difficulty(32)),
        ..Default::default()
    });
    assert_eq!(
        refused(2, Grower::new(params()).sign("bob", 0, change)),
        "not_operator"
    );
    let asset = Payload::TransferAsset {
        asset: AssetId([1; 32]),
        to: key("bob").address(),
        amount: Amount(1),
    };
    assert_eq!(
        refused(3, Grower::new(params()).sign("bob", 0, asset)),
        "asset_unknown"
    );
    net.submit(0, transfer(1).to_bytes()).unwrap();
    net.run(Millis(10_000));
    for seat in 0..5 {
        assert!(
            net.node(seat).chain().block_of(&transfer(1).id()).is_some(),
            "seat {seat}"
        );
    }
}

#[test]
fn of_two_who_want_a_name_the_later_one_is_told_and_can_go_on() {
    let mut net = with_coins(&["carol", "dave"]);
    // Neither half hears of the other's wish before the blocks decide.
    net.split = Some(2);
    net.submit(0, register("carol", 0, "zed").to_bytes())
        .unwrap();
    net.submit(4, register("dave", 0, "zed").to_bytes())
        .unwrap();
    net.run(Millis(100));
    net.split = None;
    net.run(Millis(20_000));
    net.quiesce();
    net.assert_agreement();
    let owner = net
        .node(0)
        .chain()
        .head_state()
        .owner_of(&"zed".parse().unwrap())
        .unwrap();
    assert!([key("carol").address(), key("dave").address()].contains(&owner));
    for seat in 0..5 {
        assert!(
            net.node(seat).mempool().is_empty(),
            "seat {seat} keeps what can never be committed"
        );
    }
    let told = |notice: &Notice| {
        matches!(
            notice,
            Notice::Dropped {
                reason: DropReason::Conflict,
                ..
            }
        )
    };
    assert!((0..5).any(|seat| net.noted(seat, told) > 0));
}

#[test]
fn two_halves_grow_apart_and_heal_into_one_chain() {
    let mut net = Net::five();
    net.run(Millis(5_000));
    net.split = Some(2);
    net.submit(0, transfer(0).to_bytes()).unwrap();
    net.run(Millis(60_000));
    assert_ne!(net.node(0).chain().head(), net.node(4).chain().head());
    net.split = None;
    net.run(Millis(10_000));
    net.quiesce();
    net.assert_agreement();
    let reorganised =
        |notice: &Notice| matches!(notice, Notice::Reorganised { reverted, .. } if *reverted > 5);
    assert!((0..5).any(|seat| net.noted(seat, reorganised) > 0));
    let id = transfer(0).id();
    for seat in 0..5 {
        let node = net.node(seat);
        assert!(
            node.chain().block_of(&id).is_some() || node.mempool().get(&id).is_some(),
            "seat {seat}"
        );
    }
}

#[test]
fn a_cut_link_is_bridged_by_the_others() {
    let mut net = Net::new(&[
        ("pow-1", NodeKind::Pow),
        ("viewer-1", NodeKind::Viewer),
        ("viewer-2", NodeKind::Viewer),
    ]);
    let (a, c) = (key("pow-1").node_id(), key("viewer-2").node_id());
    net.run(Millis(1_000));
    net.give(2, Input::SetLink { from: a, cut: true });
    net.give(0, Input::SetLink { from: c, cut: true });
    net.run(Millis(20_000));
    assert!(net.height(0) > 5);
    net.quiesce();
    net.assert_agreement();
}

#[test]
fn an_authority_never_seals_a_slot_twice_across_a_restart() {
    let mut net = Net::new(&[("poa-1", NodeKind::Poa), ("poa-2", NodeKind::Poa)]);
    net.run(Millis(500));
    assert_eq!(
        net.node(1).counters.blocks_made,
        1,
        "slot 1 is the second authority's"
    );
    net.kill(1);
    net.start(1);
    net.run(Millis(1_000));
    assert_eq!(
        net.node(1).counters.blocks_made,
        0,
        "the ledger remembers the slot"
    );
    net.kill(1);
    net.seats[1].ledger = MemoryStore::default();
    net.run(Millis(20_000));
    net.start(1);
    let slot = crate::consensus::slots::slot_at(&params(), net.now);
    assert!(
        net.node(1).authority.first_open > slot,
        "without a ledger the current slot is left alone"
    );
}

#[test]
fn flipped_replayed_and_foreign_frames_are_refused_with_a_reason_and_change_nothing() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("viewer-1", NodeKind::Viewer)]);
    net.run(Millis(3_000));
    net.quiesce();
    let message = crate::gossip::Message::Bye;
    let good = crate::gossip::seal_frame(
        &key("stranger"),
        &net.node(1).chain_id(),
        (1, 1),
        None,
        &message,
    );
    let before = (net.node(1).chain().head(), net.node(1).mempool().len());
    let mut flipped = good.clone();
    flipped[100] ^= 1;
    for (frame, code) in [
        (flipped, "frame_signature"),
        (b"hello".to_vec(), "frame_foreign"),
        (Vec::new(), "frame_foreign"),
    ] {
        net.give(1, Input::Frame(frame));
        let last = net.seats[1].notices.iter().rev().find_map(|notice| {
            if let Notice::FrameRefused { error, .. } = notice {
                Some(error.code())
            } else {
                None
            }
        });
        assert_eq!(last, Some(code));
    }
    net.give(1, Input::Frame(good.clone()));
    net.give(1, Input::Frame(good));
    assert_eq!(
        net.noted(1, |n| matches!(
            n,
            Notice::FrameRefused {
                error: FrameError::Replay { .. },
                ..
            }
        )),
        1
    );
    assert_eq!(
        before,
        (net.node(1).chain().head(), net.node(1).mempool().len())
    );
    assert_eq!(net.node(1).status(net.now).frames_refused, 4);
}

#[test]
fn refused_transactions_name_the_rule() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer)]);
    let grower = Grower::new(params());
    let mut forged = transfer(0);
    forged.signature.0[0] ^= 1;
    let to = key("bob").address();
    let zero = grower.sign(
        "alice",
        0,
        Payload::Transfer {
            to,
            amount: Amount(0),
            memo: String::new(),
        },
    );
    let memo = grower.sign(
        "alice",
        0,
        Payload::Transfer {
            to,
            amount: Amount(1),
            memo: "m".repeat(129),
        },
    );
    for (raw, code) in [
        (forged.to_bytes(), "signature"),
        (zero.to_bytes(), "amount_zero"),
        (memo.to_bytes(), "too_long"),
        (
            grower.transfer("alice", 0, "bob", 1_000).to_bytes(),
            "balance",
        ),
        (grower.transfer("nobody", 0, "bob", 1).to_bytes(), "balance"),
        (
            grower.transfer("alice", 99, "bob", 1).to_bytes(),
            "nonce_gap",
        ),
        (vec![1, 2, 3], "encoding"),
    ] {
        let error = net.submit(0, raw).unwrap_err();
        assert_eq!(error.code, code, "{}", error.message);
    }
    assert!(net.node(0).mempool().is_empty());
}

#[test]
fn a_failing_ledger_never_stops_the_node_and_gets_the_whole_difference_later() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(2_000));
    net.seats[0].ledger.fail_next(StoreError::Quota);
    net.run(Millis(400));
    net.seats[0].ledger.fail_next(StoreError::Quota);
    net.run(Millis(1_500));
    assert!(net.noted(0, |notice| matches!(notice, Notice::PersistFailed { .. })) >= 1);
    net.run(Millis(10_000));
    assert_eq!(net.node(0).status(net.now).degraded, None);
    let height = net.height(0);
    net.kill(0);
    net.start(0);
    assert_eq!(
        (net.node(0).ledger_start, net.height(0)),
        ("resumed", height)
    );
}

#[test]
fn a_damaged_ledger_is_rebuilt_or_cut_to_the_last_good_block() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(10_000));
    net.kill(0);
    let before: Snapshot = ready(net.seats[0].ledger.load()).unwrap();
    let head = before
        .blocks
        .iter()
        .filter(|row| row.on_best_chain)
        .map(|row| row.height)
        .max()
        .unwrap();
    let mut lose_state = Batch::default();
    let snapshot: Snapshot = ready(net.seats[0].ledger.load()).unwrap();
    lose_state.delete(Table::State, snapshot.state[0].key.clone());
    ready(
        net.seats[0]
            .ledger
            .commit(&lose_state, crate::ledger::Durability::Relaxed),
    )
    .unwrap();
    net.start(0);
    assert_eq!((net.node(0).ledger_start, net.height(0)), ("rebuilt", head));
    net.kill(0);
    let mut row = snapshot
        .blocks
        .iter()
        .find(|row| row.height == head)
        .unwrap()
        .clone();
    let last = row.raw.len() - 1;
    row.raw[last] ^= 1;
    let mut damage = Batch::default();
    damage.put(Table::Blocks, Row::Block(row));
    ready(
        net.seats[0]
            .ledger
            .commit(&damage, crate::ledger::Durability::Relaxed),
    )
    .unwrap();
    net.start(0);
    assert_eq!(
        (net.node(0).ledger_start, net.height(0)),
        ("truncated", head - 1)
    );
}

#[test]
fn the_longest_block_there_can_be_is_read_back_at_the_next_start() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    let mut grower = Grower::new(params());
    let longest = grower
        .authority_block_of("poa-2", net.now, grower.filling())
        .unwrap();
    let mut out = Outbox::new();
    assert!(
        net.seats[0]
            .node
            .as_mut()
            .unwrap()
            .import(longest, Source::Own, &mut out)
    );
    net.perform(0, out);
    net.give(0, Input::Wake);
    net.kill(0);
    net.start(0);
    assert_eq!((net.node(0).ledger_start, net.height(0)), ("resumed", 1));
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    let run = || {
        let mut net = Net::five();
        net.run(Millis(20_000));
        (net.sent, net.node(0).chain().head())
    };
    assert_eq!(run(), run());
}

#[test]
fn stop_writes_everything_and_says_goodbye() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("viewer-1", NodeKind::Viewer)]);
    net.run(Millis(5_000));
    net.give(0, Input::Stop);
    assert!(net.seats[0].node.is_none(), "stopped");
    net.run(Millis(100));
    assert_eq!(
        net.noted(1, |notice| matches!(
            notice,
            Notice::PeerLeft { silent: false, .. }
        )),
        1
    );
    net.start(0);
    assert!(net.node(0).chain().height() >= Height(1));
}
