//! Inputs from outside: each is routed to its flow, then the timers that are due, then what is
//! gathered leaves.

use crate::ipc::Workload;
use crate::ledger::{Row, StoreError, Table};
use crate::primitives::{ClockReading, Millis, NodeId, Slot, TxId};

use super::authority::sealed_slot_row;
use super::clock::clock_row;
use super::timers::Timer;
use super::{BatchId, ClockNotice, Input, Node, Notice, Outbox, Output};

/// Time between two rounds of housekeeping.
pub(super) const HOUSEKEEPING_EVERY: Millis = Millis(4_000);
/// A node that comes to a timer later than by this stood still: its machine slept, or its tab was
/// frozen.
const STANDSTILL: Millis = Millis(1_000);

impl Node {
    /// Takes one input at the time of a clock reading; what is to be done is put into `out`.
    pub fn handle(&mut self, reading: ClockReading, input: Input, out: &mut Outbox) {
        self.read_clocks(reading, out);
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
                self.books.degrade(error);
            }
            Input::Stop => self.stop(out),
        }
        while let Some(timer) = self.timers.take_due(self.now) {
            self.on_timer(timer, out);
        }
        while self.compact.take_due() {
            self.complete_compact(out);
        }
        self.forget_peers(out);
        self.forget_branches();
        self.settle(woken, out);
    }

    /// Goes on to a reading. Timers that were set for a date fire at once where the wall clock was
    /// set, and are set anew.
    pub(super) fn read_clocks(&mut self, reading: ClockReading, out: &mut Outbox) {
        let before = self.now;
        self.now = before.max(reading.monotonic);
        let stood = self.timers.overdue(before, self.now);
        if stood > STANDSTILL {
            self.roster.peers.stood_still(stood, before);
        }
        let reading = ClockReading {
            monotonic: self.now,
            ..reading
        };
        let head = self.chain.head_header().time;
        let change = self.clock.advance(reading, head);
        if let Some(by) = change.set {
            out.push(Output::Notice(Notice::Clock(ClockNotice::Set { by })));
        }
        if let Some(by) = change.ahead {
            self.books.put(Table::Meta, Row::Raw(clock_row(by)));
            out.push(Output::Notice(Notice::Clock(ClockNotice::DatedAhead {
                by,
            })));
        }
        if change.is_shifted && !self.stopping {
            for timer in [Timer::Slot, Timer::Candidate, Timer::Deferred] {
                self.timers.set_earlier(timer, self.now);
            }
        }
    }

    /// Sends what is gathered and tells the shell when to wake the node.
    pub(super) fn settle(&mut self, woken: bool, out: &mut Outbox) {
        self.write_changed_miners();
        self.books.flush(self.stopping, out);
        if self.stopping && self.books.is_idle() {
            return;
        }
        if let Some(at) = self.timers.news(woken) {
            out.push(Output::WakeAt(at));
        }
    }

    fn on_timer(&mut self, timer: Timer, out: &mut Outbox) {
        if self.stopping {
            // It waits for its last batch only, and not for ever.
            if timer == Timer::Housekeeping {
                self.timers.set(timer, self.now.plus(HOUSEKEEPING_EVERY));
                self.give_up_batch(out);
            }
            return;
        }
        match timer {
            Timer::Votes => self.on_votes_timer(out),
            Timer::Ping => self.send_ping(out),
            Timer::Announce => self.announce_head(out),
            Timer::Inventory => self.send_inventory(out),
            Timer::Sync => self.on_sync_timer(out),
            Timer::Compact => self.on_compact_timer(out),
            Timer::Deferred => self.on_deferred_timer(out),
            Timer::Slot => self.on_slot_timer(out),
            Timer::Candidate => self.search_candidate(out),
            Timer::Persist => self.books.flush(true, out),
            Timer::Housekeeping => self.on_housekeeping(out),
        }
    }

    fn on_housekeeping(&mut self, out: &mut Outbox) {
        self.timers
            .set(Timer::Housekeeping, self.now.plus(HOUSEKEEPING_EVERY));
        self.expire_transactions(out);
        self.offer_again(out);
        self.notice_silence(out);
        self.exchange.expire(self.now);
        self.finality.errands.expire(self.now);
        self.give_up_batch(out);
        self.restamp();
        self.write_nodes();
        self.write_miners();
    }

    /// Gives up a batch that the ledger has not answered in time.
    fn give_up_batch(&mut self, out: &mut Outbox) {
        let overdue = self.books.overdue(self.now);
        if let Some(id) = overdue.filter(|_| !mutant!(WaitForTheDisk)) {
            self.on_persist_failed(id, StoreError::Silent, out);
        }
    }

    fn on_persisted(&mut self, id: BatchId, out: &mut Outbox) {
        let Some(persisted) = self.books.persisted(id) else {
            return;
        };
        if persisted.recovered {
            self.timers.clear(Timer::Persist);
        }
        out.push(Output::Notice(Notice::Persisted {
            rows: persisted.rows,
            height: self.books.written(),
        }));
        self.on_slot_reserved(id, out);
        self.on_durable(id, out);
        if self.stopping {
            self.finish_stop(out);
        }
    }

    fn on_persist_failed(&mut self, id: BatchId, error: StoreError, out: &mut Outbox) {
        let Some((rows, pause)) = self.books.failed(id, error.clone()) else {
            return;
        };
        if error == StoreError::Deleted {
            self.write_anew();
        }
        out.push(Output::Notice(Notice::PersistFailed {
            rows,
            error,
            retry_ms: pause.0,
        }));
        self.timers.set(Timer::Persist, self.now.plus(pause));
        self.give_vote_up(pause);
        if mutant!(SealOnAFullDisk) {
            self.on_slot_reserved(id, out);
        }
        if self.stopping {
            out.push(Output::Notice(Notice::Stopped));
            out.push(Output::Stopped);
        }
    }

    /// Has the next batch bring everything to a database that is made again: also what was signed,
    /// so that a restart does not take this authority for one that has signed nothing.
    fn write_anew(&mut self) {
        self.books.lose();
        self.write_everything();
        self.write_all_votes();
        let sealed = Slot(self.authority.first_open.0.saturating_sub(1));
        self.books
            .put(Table::Meta, Row::Raw(sealed_slot_row(sealed)));
        let waiting: Vec<TxId> = self
            .mempool
            .iter()
            .map(|waiting| waiting.transaction.id())
            .collect();
        for id in waiting {
            self.write_pending(&id);
        }
        self.books.strict();
    }

    fn set_workload(&mut self, workload: Workload, out: &mut Outbox) {
        self.cancel_search(out);
        self.mining.set_workload(workload, self.identity.kind);
        self.forget_miners();
        self.search_candidate(out);
        self.write_miners();
    }

    fn set_link(&mut self, from: NodeId, cut: bool, out: &mut Outbox) {
        if self.roster.set_cut(from, cut) {
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
        self.broadcast_bye(out);
        self.cancel_search(out);
        self.restamp();
        self.write_miners();
        self.finish_stop(out);
    }

    fn finish_stop(&mut self, out: &mut Outbox) {
        self.books.flush(true, out);
        if self.books.is_idle() {
            out.push(Output::Notice(Notice::Stopped));
            out.push(Output::Stopped);
        }
    }
}
