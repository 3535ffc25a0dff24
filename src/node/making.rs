//! Making blocks: a candidate on the head, for the miners of a proof-of-work node or the slot of an
//! authority.

use crate::ipc::ToMiner;
use crate::primitives::{Body, Header, Kind, Millis, NodeKind};
use crate::records::BlockKind;
use crate::state::{Template, assemble};

use super::timers::Timer;
use super::{Node, Outbox, Output};

/// A candidate is built again after this time even if nothing changed, so that its time stays true.
const CANDIDATE_EVERY: Millis = Millis(10_000);

impl Node {
    /// Begins to make blocks on a new head: a search of its own begins, and the slot may be ours.
    pub(super) fn begin_on_head(&mut self) {
        self.mining.begin_head(self.is_dated_ahead(), self.now);
        self.timers.set(Timer::Slot, self.now);
        self.timers.set(Timer::Candidate, self.now);
    }

    /// Builds a candidate on the head and has the miners search it; where there is nothing to
    /// search, they rest.
    pub(super) fn search_candidate(&mut self, out: &mut Outbox) {
        self.timers.clear(Timer::Candidate);
        if self.identity.kind != NodeKind::Pow || self.mining.miners.is_empty() || self.stopping {
            return;
        }
        let from = self
            .clock
            .instant_of(self.make_from(Kind::Work))
            .max(self.mining.not_before);
        if self.mining.is_paused() {
            return self.cancel_search(out);
        }
        if let Some(until) = self.lanes.rest_until(self.now) {
            self.timers.set(Timer::Candidate, until);
            return self.cancel_search(out);
        }
        if self.now < from {
            self.timers.set(Timer::Candidate, from);
            return self.cancel_search(out);
        }
        self.timers
            .set(Timer::Candidate, self.now.plus(CANDIDATE_EVERY));
        match self.candidate(Kind::Work) {
            Some(candidate) => self.search(candidate, out),
            None => self.cancel_search(out),
        }
    }

    fn search(&mut self, candidate: (Header, Body), out: &mut Outbox) {
        for (worker, job) in self.mining.begin_job(candidate, self.now) {
            let message = ToMiner::Search(job);
            out.push(Output::Miner { worker, message });
        }
    }

    /// Builds a candidate on the head from the waiting transactions.
    pub(super) fn candidate(&self, kind: Kind) -> Option<(Header, Body)> {
        let state = self.chain.head_state();
        let mut data = format!("{} {}", self.identity.name, BlockKind::from(kind));
        if self.mining.used_up() > 0 {
            data.push_str(&format!(" {}", self.mining.used_up()));
        }
        let template = Template {
            parent: self.chain.head_header(),
            parent_id: self.chain.head(),
            kind,
            sealer: self.identity.id,
            time: self.next_date(),
            data: data.as_bytes(),
        };
        assemble(
            self.chain.params(),
            state,
            template,
            self.mempool.selection(state),
        )
    }

    /// Has every miner rest.
    pub(super) fn cancel_search(&mut self, out: &mut Outbox) {
        let message = ToMiner::Cancel;
        out.extend(self.mining.stop(self.now).map(|worker| Output::Miner {
            worker,
            message: message.clone(),
        }));
    }
}
