//! Counting votes and voting: what follows from new votes and new blocks together. Offences are
//! looked for, the votes are counted, the head moves if another checkpoint is justified, and an
//! authority votes when its chain has reached the height for it. What it must never sign,
//! `finality::duty` holds.

use crate::consensus::EPOCH;
use crate::consensus::finality::{
    Added, Blocks as _, CheckedVote, Checkpoint, Decision, Epoch, View, due,
};
use crate::gossip::Message;
use crate::ledger::{Row, Table};
use crate::primitives::{Height, Millis};

use super::finality::final_row;
use super::report::FinalityNotice;
use super::source::Source;
use super::timers::Timer;
use super::{BatchId, Node, Notice, Outbox, Output};

/// How soon it is looked again whether a vote can be signed.
const AGAIN: Millis = Millis(500);

impl Node {
    /// Looks at what blocks and votes that came have led to.
    pub(super) fn on_votes_timer(&mut self, out: &mut Outbox) {
        self.look_for_two_seals(out);
        self.certify_arrived(out);
        self.count_votes(out);
        self.vote(out);
        self.write_votes();
    }

    /// Blocks of one authority and slot are an offence.
    fn look_for_two_seals(&mut self, out: &mut Outbox) {
        for id in std::mem::take(&mut self.finality.arrived) {
            let Some(entry) = self.chain.get(&id) else {
                continue;
            };
            let (header, seal) = (&entry.block.header, &entry.block.seal);
            self.finality.is_stale |= header.height.0.is_multiple_of(EPOCH);
            if let Some(evidence) = self.finality.seals.note(header, seal) {
                let sets = self.chain.best_sets();
                let votes = &mut self.finality.ballots.votes;
                if votes.accuse(&evidence, |one| sets.contains(one)) == Ok(true) {
                    self.publish(&evidence, out);
                }
            }
        }
    }

    /// Counts the votes anew, and follows what they decide.
    fn count_votes(&mut self, out: &mut Outbox) {
        if !std::mem::take(&mut self.finality.is_stale) {
            return;
        }
        self.finality.ballots.look_for_gap(&self.chain);
        let view = self.finality.ballots.view(&self.chain);
        let before = self.chain.decided().clone();
        if view == before {
            return;
        }
        self.finality.ballots.advance(&view);
        let change = self.chain.follow(view.clone());
        self.note_decided(&before, &view, out);
        if let Some(change) = change {
            self.on_reorganised(&change, Source::Own, out);
            self.complete_compact(out);
        }
    }

    fn note_decided(&mut self, before: &View, now: &View, out: &mut Outbox) {
        let mut tell = |notice| out.push(Output::Notice(Notice::Finality(notice)));
        if now.highest_justified() != before.highest_justified() {
            let checkpoint = now.highest_justified();
            tell(FinalityNotice::Justified { checkpoint });
        }
        for alarm in now.alarms().difference(before.alarms()) {
            tell(FinalityNotice::Alarm(*alarm));
        }
        let finalised = now.last_final();
        if finalised != before.last_final() {
            // Nobody is told before it is durable.
            let row = Row::Raw(final_row(finalised));
            self.books.put(Table::Finality, row);
            self.finality.settling = Some((finalised, self.books.strict()));
        }
    }

    /// Proposes the vote that is due, if one is: it is sent once its record is durable.
    fn vote(&mut self, out: &mut Outbox) {
        if self.stopping || !self.is_voter() {
            return;
        }
        let justified = self.chain.decided().highest_justified();
        let top = Epoch::of(self.chain.height());
        let duty = &mut self.finality.duty;
        duty.end_listening(justified, top, self.now);
        // In memory alone nothing would be remembered; and one vote at a time.
        if duty.is_waiting() || self.books.degraded().is_some() {
            return;
        }
        let Some(link) = due(&self.chain.head(), justified, &self.chain) else {
            return;
        };
        if duty.awaits_answers(self.now) || self.lanes.rest_until(self.now).is_some() {
            return self.timers.set(Timer::Votes, self.now.plus(AGAIN));
        }
        let chain_id = self.chain.chain_id();
        let decision = self.identity.vote(&duty.signer, link, &chain_id);
        let Ok(Decision::New(proposal)) = decision else {
            return;
        };
        let record = super::finality::signed_row(Some(proposal.record()));
        self.books.put(Table::Meta, Row::Raw(record));
        let batch = self.books.strict();
        self.finality.duty.reserve(proposal, batch);
        if mutant!(VoteBeforeFlush) {
            self.send_vote(batch, out);
        }
    }

    /// Sends the vote whose record a batch has made durable, and tells what is final with it.
    pub(super) fn on_durable(&mut self, batch: BatchId, out: &mut Outbox) {
        self.send_vote(batch, out);
        if let Some(checkpoint) = self.finality.settle(batch) {
            let notice = FinalityNotice::Final { checkpoint };
            out.push(Output::Notice(Notice::Finality(notice)));
        }
    }

    fn send_vote(&mut self, batch: BatchId, out: &mut Outbox) {
        let Some(Ok(vote)) = self.finality.duty.settle(batch) else {
            return;
        };
        let signed = *vote.get();
        if let Ok(Added::New { evidence, .. }) = self.finality.ballots.votes.add(&vote, &self.chain)
        {
            evidence.iter().for_each(|one| self.publish(one, out));
        }
        self.finality.hear(signed.signer, self.now);
        self.finality.is_stale = true;
        self.timers.set(Timer::Votes, self.now);
        self.send_to_mesh(&Message::Votes(vec![signed]), out);
        let vote = Box::new(signed);
        out.push(Output::Notice(Notice::Finality(FinalityNotice::Voted {
            vote,
        })));
    }

    /// Gives up the vote whose record could not be written; another is due later.
    pub(super) fn give_vote_up(&mut self, pause: Millis) {
        if self.finality.duty.is_waiting() {
            self.finality.duty.release();
            self.timers
                .set_earlier(Timer::Votes, self.now.plus(pause).plus(AGAIN));
        }
    }

    /// Writes the rows of the votes that changed.
    pub(super) fn write_votes(&mut self) {
        for (key, row) in self.finality.ballots.take_rows() {
            match row {
                Some(row) => self.books.put(Table::Finality, Row::Raw(row)),
                None => self.books.delete(Table::Finality, key),
            }
        }
    }

    /// Writes everything about votes: for a ledger that is made anew.
    pub(super) fn write_all_votes(&mut self) {
        for row in self.finality.ballots.all_rows() {
            self.books.put(Table::Finality, Row::Raw(row));
        }
        self.books
            .put(Table::Meta, Row::Raw(self.finality.duty.row()));
    }

    /// Remembers the headers of the tree by slot, and counts the own last vote among the votes.
    pub(super) fn begin_finality(&mut self) {
        for (_, entry) in self.chain.in_memory_from(Height(0)) {
            let (header, seal) = (&entry.block.header, &entry.block.seal);
            let _ = self.finality.seals.note(header, seal);
        }
        self.finality.told = self.chain.decided().last_final();
        let decided = self.chain.decided().clone();
        self.finality.ballots.advance(&decided);
        self.join_own_votes();
        self.finality.ballots.look_for_gap(&self.chain);
        self.timers.set(Timer::Votes, self.now);
    }

    /// Counts the last vote of the record, which may never have been sent, and remembers those that
    /// the ledger still has though the record is lost.
    fn join_own_votes(&mut self) {
        let (signer, chain_id) = (self.identity.id.into(), self.chain.chain_id());
        let (votes, duty) = (&mut self.finality.ballots.votes, &mut self.finality.duty);
        let last = duty.signer.record().last;
        if let Some(Ok(last)) = last.map(|last| CheckedVote::check(last, &chain_id)) {
            let _ = votes.add(&last, &self.chain);
        }
        for own in votes.of_signer(&signer) {
            if let Ok(own) = CheckedVote::check(own, &chain_id) {
                duty.signer.remember(&own);
            }
        }
    }

    /// The final checkpoint that people are told of.
    #[must_use]
    pub fn last_final(&self) -> Checkpoint {
        self.finality.told
    }
}
