//! A miner and an authority grow a chain, and a third node starts from nothing and catches up with
//! it: real nodes and real frames in one thread. The chain grows under a virtual clock; the
//! catching up goes by the clock that it is given, and keeps its ledger in the store that it is
//! given.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use aurex::consensus::{Allocation, Params};
use aurex::ipc::{FromMiner, Request, SearchJob, Speed, TimeShare, ToMiner, Workload};
use aurex::ledger::{Batch, Durability, Snapshot, Store};
use aurex::miner::{Search, Step};
use aurex::node::{BatchId, Input, Node, Outbox, Output, Setup};
use aurex::primitives::{
    Amount, BlockHash, ClockReading, Difficulty, Height, Keypair, Millis, NodeKind, Payload,
    Timestamp, Transaction, TxBody,
};

const BEGINNING: Timestamp = Timestamp(1_700_000_000_000);
const NAMES: [(&str, NodeKind); 3] = [
    ("pow-1", NodeKind::Pow),
    ("poa-1", NodeKind::Poa),
    ("late", NodeKind::Pow),
];
/// Types of messages, as they stand in a frame.
const GET_HEADERS: u8 = 10;
const GET_BODIES: u8 = 12;
/// The seat of the node that catches up.
const LATE: usize = 2;

fn key(name: &str) -> Keypair {
    Keypair::derive(&[7; 32], "bench", name)
}

fn params() -> Params {
    let operator = key("operator").address();
    let mut params = Params::playground("bench".parse().unwrap(), [7; 32], BEGINNING, operator);
    (params.difficulty, params.authority_weight) = (Difficulty(16), Difficulty(16));
    params.slot = Millis(500);
    params.authorities = vec![key("poa-1").address()];
    params.allocation = vec![Allocation {
        address: key("alice").address(),
        amount: Amount(1_000_000),
        name: None,
    }];
    params
}

type Commit<'a> = Pin<Box<dyn Future<Output = bool> + 'a>>;

fn setup(seat: usize) -> Setup {
    let (name, kind) = NAMES[seat];
    Setup {
        params: params(),
        key: key(name),
        name: name.to_owned(),
        kind,
        host: "bench".to_owned(),
        workload: Workload {
            speed: Speed::Full,
            share: TimeShare::ALL,
            miners: 1,
        },
        is_first: true,
        session: 1,
        seed: 1,
    }
}

fn transfer(node: &Node, nonce: u64) -> Transaction {
    let body = TxBody {
        version: TxBody::VERSION,
        chain_id: node.chain_id(),
        from: key("alice").address(),
        nonce,
        fee: Amount(1),
        valid_until: Height(0),
        payload: Payload::Transfer {
            to: key("bob").address(),
            amount: Amount(1),
            memo: String::new(),
        },
    };
    body.sign(&key("alice"))
}

/// The network.
pub(crate) struct Net {
    now: Timestamp,
    nodes: Vec<Node>,
    search: Option<SearchJob>,
    frames: VecDeque<(usize, Vec<u8>)>,
    wake: Option<Timestamp>,
    transfers: u64,
    requests: usize,
}

impl Net {
    /// A network whose chain has at least `height` blocks, every other one sealed, with about a
    /// transfer in each.
    pub(crate) fn grown(height: u64) -> Self {
        let mut net = Self {
            now: BEGINNING,
            nodes: Vec::new(),
            search: None,
            frames: VecDeque::new(),
            wake: None,
            transfers: 0,
            requests: 0,
        };
        for seat in 0..LATE {
            let mut out = Outbox::new();
            net.nodes.push(
                Node::start(setup(seat), None, ClockReading::steady(net.now), &mut out).unwrap(),
            );
            net.perform(seat, out);
        }
        while net.height(0) < height || net.head(0) != net.head(1) {
            // A slot, in which the authority seals a block and the miner finds one.
            net.now = net.now.plus(Millis(500));
            net.pay();
            for seat in 0..LATE {
                net.give(seat, Input::Wake);
            }
            net.settle();
            net.find();
            net.settle();
        }
        net
    }

    /// Height of a node's chain.
    pub(crate) fn height(&self, seat: usize) -> u64 {
        self.nodes[seat].chain().height().0
    }

    /// How often the node that caught up asked for headers and bodies.
    pub(crate) fn requests(&self) -> usize {
        self.requests
    }

    fn head(&self, seat: usize) -> BlockHash {
        self.nodes[seat].chain().head()
    }

    fn pay(&mut self) {
        let waiting = self.nodes[0].mempool().len();
        if waiting > 8 {
            return;
        }
        let raw = transfer(&self.nodes[0], self.transfers).to_bytes();
        self.transfers += 1;
        let mut out = Outbox::new();
        self.nodes[0]
            .answer(
                ClockReading::steady(self.now),
                Request::Submit { raw },
                &mut out,
            )
            .unwrap();
        self.perform(0, out);
    }

    fn find(&mut self) {
        let Some(job) = self.search.take() else {
            return;
        };
        let mut search = Search::new(&job).unwrap();
        let Step::Found(nonce) = search.step(u64::MAX) else {
            panic!("the range holds a nonce")
        };
        let found = FromMiner::Found {
            job: job.job,
            nonce,
            hashes: search.hashes(),
            elapsed_ms: 1.0,
            hash_rate: 1.0,
        };
        self.give(0, Input::Miner(0, found));
    }

    fn give(&mut self, seat: usize, input: Input) -> Vec<(BatchId, Batch)> {
        let mut out = Outbox::new();
        self.nodes[seat].handle(ClockReading::steady(self.now), input, &mut out);
        self.perform(seat, out)
    }

    fn settle(&mut self) {
        while let Some((seat, frame)) = self.frames.pop_front() {
            self.give(seat, Input::Frame(frame));
        }
    }

    /// Carries outputs out; gives the batches of the node that catches up.
    fn perform(&mut self, seat: usize, out: Outbox) -> Vec<(BatchId, Batch)> {
        let mut batches = Vec::new();
        for output in out {
            match output {
                Output::Broadcast(frame) => {
                    for to in (0..NAMES.len()).filter(|to| *to != seat && *to < self.nodes.len()) {
                        self.frames.push_back((to, frame.clone()));
                    }
                }
                Output::Send { to, frame } => {
                    self.requests +=
                        usize::from(seat == LATE && [GET_HEADERS, GET_BODIES].contains(&frame[93]));
                    let to = NAMES.iter().position(|(name, _)| key(name).node_id() == to);
                    self.frames.extend(to.map(|to| (to, frame)));
                }
                Output::Persist { id, batch, .. } if seat == LATE => batches.push((id, batch)),
                Output::Persist { id, .. } => drop(self.give(seat, Input::Persisted(id))),
                Output::Miner {
                    message: ToMiner::Search(job),
                    ..
                } if seat == 0 => self.search = Some(job),
                Output::WakeAt(at) if seat == LATE => self.wake = Some(Timestamp(at.0)),
                Output::Miner { .. } | Output::WakeAt(_) | Output::Notice(_) | Output::Stopped => {}
            }
        }
        batches
    }

    /// Starts the third node with an empty ledger and lets it catch up, while the others answer and
    /// an authority goes on; how many milliseconds of `clock` it takes until all blocks that there
    /// were are durable.
    ///
    /// Between two frames `pause` lets everything else of the place go on, as a worker's loop does.
    pub(crate) async fn catch_up(
        &mut self,
        store: &impl Store,
        clock: impl Fn() -> f64,
        pause: impl AsyncFn(),
    ) -> f64 {
        // A second after whatever was before: a new run of the node has a later session.
        let (begun, start) = (clock(), self.now.plus(Millis(1_000)));
        self.now = start;
        let aim = self.head(0);
        let mut out = Outbox::new();
        self.nodes.push(
            Node::start(setup(LATE), None, ClockReading::steady(self.now), &mut out).unwrap(),
        );
        let mut batches = self.perform(LATE, out);
        let mut under_way: Option<(BatchId, Commit<'_>)> = None;
        loop {
            let passed = clock() - begun;
            self.now = start.plus(Millis(passed as u64));
            if let Some((id, batch)) = batches.pop() {
                assert!(
                    under_way.is_none() && batches.is_empty(),
                    "one batch at a time"
                );
                // Nothing is waited for while there is something to do.
                let mut commit: Commit<'_> =
                    Box::pin(
                        async move { store.commit(&batch, Durability::Relaxed).await.is_ok() },
                    );
                if commit
                    .as_mut()
                    .poll(&mut Context::from_waker(Waker::noop()))
                    .is_ready()
                {
                    batches.extend(self.give(LATE, Input::Persisted(id)));
                } else {
                    under_way = Some((id, commit));
                }
            } else if let Some((seat, frame)) = self.frames.pop_front() {
                batches.extend(self.give(seat, Input::Frame(frame)));
                pause().await;
                if let Some((id, mut commit)) = under_way.take() {
                    match commit
                        .as_mut()
                        .poll(&mut Context::from_waker(Waker::noop()))
                    {
                        Poll::Ready(stored) => {
                            assert!(stored, "the ledger takes every batch");
                            batches.extend(self.give(LATE, Input::Persisted(id)));
                        }
                        Poll::Pending => under_way = Some((id, commit)),
                    }
                }
            } else if let Some((id, commit)) = under_way.take() {
                assert!(commit.await, "the ledger takes every batch");
                batches.extend(self.give(LATE, Input::Persisted(id)));
            } else if self.nodes[LATE].chain().on_best(&aim) {
                self.nodes.truncate(LATE);
                return passed;
            } else if self.wake.take_if(|at| *at <= self.now).is_some() {
                batches.extend(self.give(LATE, Input::Wake));
            }
        }
    }

    /// The third node, started again from its ledger, with nobody to talk to.
    pub(crate) fn restart(&self, snapshot: Snapshot) -> Node {
        let now = self.now.plus(Millis(1_000));
        Node::start(
            setup(LATE),
            Some(snapshot),
            ClockReading::steady(now),
            &mut Outbox::new(),
        )
        .unwrap()
    }
}
