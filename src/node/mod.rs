//! A node: the state machine that owns chain, mempool, peers, sync and miners, and routes values between
//! them. It does no input or output: time and randomness come in, and what is to be done comes out. The
//! same inputs give the same outputs, in a browser's worker and in a test.

mod answers;
mod blocks;
mod fetching;
mod frames;
#[cfg(test)]
mod gossip_tests;
#[cfg(test)]
mod hostile_tests;
mod inputs;
#[cfg(any(test, feature = "sim"))]
mod inspect;
mod io;
mod making;
#[cfg(test)]
mod making_tests;
mod miners;
mod notice;
mod rows;
mod sealing;
mod start;
mod status;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod timers;
mod transactions;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub use inputs::{Inputs, MAX_WAITING, MAX_WAITING_BYTES};
pub use io::{Answer, BatchId, Input, Outbox, Output, Setup, StartError};
pub use notice::Notice;

use crate::chain::Chain;
use crate::consensus::{Params, SignatureCache};
use crate::gossip::{CompactBlock, HeadInfo, NodeRecord, Peers, Seen, Sync};
use crate::ipc::Workload;
use crate::ledger::StoreError;
use crate::mempool::{DropReason, Mempool};
use crate::primitives::{
    Address, Block, BlockHash, Keypair, Millis, NodeId, NodeKind, SplitMix64, Timestamp,
    Transaction, TxId, from_hex,
};

use making::Mining;
use sealing::Authority;
use timers::{Timer, Timers};
use writer::Writer;

/// Time between two pings.
const PING_EVERY: Millis = Millis(2_000);
/// Time between two rounds of housekeeping.
const HOUSEKEEPING_EVERY: Millis = Millis(4_000);
/// Blocks ahead of the clock that are kept: more than honest clocks can cause.
const MAX_DEFERRED: usize = 32;
/// Of these, blocks of one sender.
const MAX_DEFERRED_OF_ONE: usize = 4;
/// A block that is further ahead of the clock is not kept.
const DEFER_AT_MOST: Millis = Millis(60_000);
/// Compact blocks that wait for their transactions.
const MAX_COMPACT: usize = 16;
/// Of these, blocks of one sender.
const MAX_COMPACT_OF_ONE: usize = 4;
/// Senders of a waiting compact block that are remembered, to fetch it from another than the first.
const MAX_SENDERS: usize = 3;
/// Transactions that are asked for at a time.
const MAX_ASKED: usize = 4_096;
/// Dropped transactions that are remembered, to tell people why.
const MAX_DROPPED: usize = 256;

/// One node of the network.
#[derive(Debug)]
pub struct Node {
    key: Keypair,
    id: NodeId,
    name: String,
    kind: NodeKind,
    host: String,
    /// What it says about itself.
    record: NodeRecord,
    params: Rc<Params>,
    now: Timestamp,
    session: u64,
    sequence: u64,
    random: SplitMix64,
    chain: Chain,
    /// When the head became it.
    head_since: Timestamp,
    cache: SignatureCache,
    mempool: Mempool,
    peers: Peers,
    sync: Sync,
    seen: Seen<TxId>,
    asked: BTreeMap<TxId, Timestamp>,
    inventory: BTreeSet<TxId>,
    compact: BTreeMap<BlockHash, WaitingCompact>,
    deferred: BTreeMap<(Timestamp, BlockHash), (Block, Source)>,
    dropped: BTreeMap<TxId, Dropped>,
    cut: BTreeSet<NodeId>,
    present: BTreeSet<NodeId>,
    ping: Option<(u64, NodeId, Timestamp)>,
    writer: Writer,
    degraded: Option<StoreError>,
    /// The ledger lives in memory only, until the node is started again.
    in_memory: bool,
    ledger_start: &'static str,
    mining: Mining,
    authority: Authority,
    timers: Timers,
    counters: Counters,
    stopping: bool,
}

/// A compact block whose transactions are not all here.
#[derive(Debug)]
struct WaitingCompact {
    block: CompactBlock,
    /// Who sent it, the first first.
    senders: Vec<NodeId>,
    until: Timestamp,
    /// Transactions of it that came, whether they may wait by themselves or not.
    fetched: BTreeMap<TxId, Transaction>,
}

/// A transaction that did not go on waiting.
#[derive(Debug)]
struct Dropped {
    reason: DropReason,
    transaction: Transaction,
    at: Timestamp,
}

/// What a node has counted since it started.
#[derive(Clone, Copy, Debug, Default)]
struct Counters {
    frames_in: u64,
    frames_out: u64,
    frames_refused: u64,
    blocks_made: u64,
}

/// Where a block or transaction came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// This node or its person.
    Own,
    /// A peer that holds it for valid.
    Peer(NodeId),
    /// A peer that passed it on before it executed it.
    Relay(NodeId),
}

impl Source {
    const fn peer(self) -> Option<NodeId> {
        match self {
            Self::Own => None,
            Self::Peer(peer) | Self::Relay(peer) => Some(peer),
        }
    }
}

impl Node {
    /// Id of the genesis block.
    #[must_use]
    pub fn chain_id(&self) -> BlockHash {
        self.chain.chain_id()
    }

    /// The block tree, to look at.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The waiting transactions, to look at.
    #[must_use]
    pub const fn mempool(&self) -> &Mempool {
        &self.mempool
    }

    /// The node's id.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.id
    }

    /// Takes one input at time `now`; what is to be done is put into `out`.
    pub fn handle(&mut self, now: Timestamp, input: Input, out: &mut Outbox) {
        // A clock that is set back stands still for the node until it has caught up.
        self.now = self.now.max(now);
        let woken = input == Input::Wake;
        match input {
            Input::Frame(bytes) => self.on_frame(&bytes, out),
            Input::Wake => {}
            Input::Persisted(id) => self.on_persisted(id, out),
            Input::PersistFailed(id, error) => self.on_persist_failed(id, error, out),
            Input::Miner(worker, message) => self.on_miner(worker, message, out),
            Input::MinerState { worker, up } => self.on_miner_state(worker, up),
            Input::SetWorkload(workload) => self.set_workload(workload, out),
            Input::SetLink { from, cut } => self.set_link(from, cut, out),
            Input::Degraded(error) => {
                out.push(Output::Notice(Notice::Degraded {
                    error: error.clone(),
                }));
                self.degraded = Some(error);
                self.in_memory = true;
            }
            Input::Stop => self.stop(out),
        }
        while let Some(timer) = self.timers.take_due(self.now) {
            self.on_timer(timer, out);
        }
        self.settle(woken, out);
    }

    /// Sends what is gathered and tells the shell when to wake the node.
    fn settle(&mut self, woken: bool, out: &mut Outbox) {
        self.write_changed_miners();
        if !self.writer.is_failing() || self.stopping {
            self.writer.flush(out);
        }
        if self.stopping {
            return;
        }
        if let Some(at) = self.timers.news(woken) {
            out.push(Output::WakeAt(at));
        }
    }

    fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        if self.stopping {
            return;
        }
        match timer {
            Timer::Ping => self.send_ping(out),
            Timer::Announce => self.announce_head(out),
            Timer::Inventory => self.send_inventory(out),
            Timer::Sync => self.on_sync_timer(out),
            Timer::Compact => self.on_compact_timer(out),
            Timer::Deferred => self.on_deferred_timer(out),
            Timer::Slot => self.on_slot_timer(out),
            Timer::Candidate => self.search_candidate(out),
            Timer::Persist => self.writer.flush(out),
            Timer::Housekeeping => self.keep_house(out),
        }
    }

    fn keep_house(&mut self, out: &mut Outbox) {
        self.timers
            .set(Timer::Housekeeping, self.now.plus(HOUSEKEEPING_EVERY));
        self.expire_transactions(out);
        self.offer_again(out);
        self.notice_silence(out);
        self.asked.retain(|_, until| *until > self.now);
        self.write_nodes();
        self.write_miners();
    }

    fn on_persisted(&mut self, id: BatchId, out: &mut Outbox) {
        let Some(rows) = self.writer.persisted(id) else {
            return;
        };
        if !self.in_memory && self.degraded.take().is_some() {
            // The ledger has the full difference again.
            self.timers.clear(Timer::Persist);
        }
        out.push(Output::Notice(Notice::Persisted {
            rows,
            height: self.writer.durable(),
        }));
        self.on_slot_reserved(id, out);
        if self.stopping {
            self.finish_stop(out);
        }
    }

    fn on_persist_failed(&mut self, id: BatchId, error: StoreError, out: &mut Outbox) {
        let Some((rows, pause)) = self.writer.failed(id, &error) else {
            return;
        };
        out.push(Output::Notice(Notice::PersistFailed {
            rows,
            error: error.clone(),
            retry_ms: pause.0,
        }));
        self.degraded = Some(error);
        self.timers.set(Timer::Persist, self.now.plus(pause));
        // The slot is remembered in memory, and a node that is started again waits for a later one.
        self.on_slot_reserved(id, out);
        if self.stopping {
            out.push(Output::Notice(Notice::Stopped));
            out.push(Output::Stopped);
        }
    }

    fn set_workload(&mut self, workload: Workload, out: &mut Outbox) {
        self.cancel_search(out);
        self.mining.set_workload(workload, self.kind);
        self.forget_miners();
        self.search_candidate(out);
        self.write_miners();
    }

    fn set_link(&mut self, from: NodeId, cut: bool, out: &mut Outbox) {
        let changed = if cut {
            self.cut.insert(from)
        } else {
            self.cut.remove(&from)
        };
        if changed {
            out.push(Output::Notice(Notice::Link {
                from: self.name_of_node(&from),
                cut,
            }));
        }
    }

    fn stop(&mut self, out: &mut Outbox) {
        if self.stopping {
            return;
        }
        self.stopping = true;
        self.say_goodbye(out);
        self.cancel_search(out);
        self.write_miners();
        self.finish_stop(out);
    }

    fn finish_stop(&mut self, out: &mut Outbox) {
        self.writer.flush(out);
        if self.writer.is_idle() {
            out.push(Output::Notice(Notice::Stopped));
            out.push(Output::Stopped);
        }
    }

    fn head_info(&self) -> HeadInfo {
        HeadInfo {
            id: self.chain.head(),
            height: self.chain.height(),
            weight: self.chain.weight(),
        }
    }

    /// Registered name of an account, or its address in hexadecimal.
    fn name_of(&self, address: &Address) -> String {
        self.chain
            .head_state()
            .account(address)
            .name
            .map_or_else(|| address.to_string(), |name| name.to_string())
    }

    /// Name of a node, or the first digits of its id.
    fn name_of_node(&self, node: &NodeId) -> String {
        if *node == self.id {
            return self.name.clone();
        }
        let record = self.peers.get(node).and_then(|peer| peer.record.as_ref());
        record.map_or_else(|| node.short(), |record| record.name.clone())
    }

    fn name_of_source(&self, source: Source) -> String {
        source
            .peer()
            .map_or_else(|| "itself".to_owned(), |node| self.name_of_node(&node))
    }
}

/// Whether a text is a prefix of a hash worth searching: at least 4 hexadecimal digits, at most 64.
fn is_hash_prefix(text: &str) -> bool {
    // A half byte at the end does not matter. Only a text without other characters may be cut anywhere.
    text.is_ascii() && (4..=64).contains(&text.len()) && from_hex(&text[..text.len() & !1]).is_ok()
}
