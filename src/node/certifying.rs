//! Votes, certificates and evidence of others: checked before anything is kept, passed on once, and
//! exchanged until all have the same. With every ping a node tells how far its votes go; who lacks
//! a certificate asks for those from what it knows, and who has other votes for what is open sends
//! them.

use std::collections::BTreeSet;

use crate::consensus::finality::{
    Added, Blame, Blocks, Certificate, CertificateError, CheckedCertificate, CheckedVote,
    Checkpoint, Epoch, Evidence, SignedVote, Standing, VoteError, VoteLink,
};
use crate::gossip::{Envelope, Fault, MAX_CERTIFICATES, MAX_VOTES, Message, MessageType, Progress};
use crate::primitives::{Address, NodeId};

use super::finality::Ballots;
use super::report::FinalityNotice;
use super::timers::Timer;
use super::{Node, Notice, Outbox, Output};

/// Peers that a vote is passed on to: with the node it came from, each has a few ways to hear of
/// it.
const RELAY_TO: usize = 3;
/// The justified checkpoints that a request names one by one, before it goes down in doubling
/// steps.
const DENSE: usize = 12;

/// Some of the checkpoints that are justified here: the highest one by one, then at doubling
/// distance.
fn locator(justified: &BTreeSet<Checkpoint>) -> Vec<Checkpoint> {
    let all: Vec<Checkpoint> = justified.iter().rev().copied().collect();
    let mut locator = Vec::new();
    let (mut at, mut step) = (0, 1);
    while let Some(checkpoint) = all.get(at)
        && locator.len() + 1 < MAX_CERTIFICATES
    {
        locator.push(*checkpoint);
        if locator.len() >= DENSE {
            step *= 2;
        }
        at += step;
    }
    locator.extend(all.last());
    locator
}

impl Node {
    /// Takes what a peer tells of its votes, and asks for what is missing here or sends what may be
    /// missing there.
    pub(super) fn on_progress(&mut self, from: NodeId, progress: Progress, out: &mut Outbox) {
        let Progress {
            justified,
            finalised,
            open,
        } = progress;
        let ask = self.finality.duty.hear(from, justified, self.now);
        if ask && self.is_voter() {
            // Every hello is answered with the votes of its sender.
            self.send_hello(from, out);
            self.timers.set(Timer::Votes, self.now);
        }
        let decided = self.chain.decided();
        let ours = decided.highest_justified();
        let unproven = justified.epoch >= ours.epoch && !decided.justified().contains(&justified);
        let in_conflict = finalised.epoch <= decided.last_final().epoch
            && !decided.finalised().contains(&finalised)
            && self.chain.standing(&finalised.id) != Standing::Final;
        let gap = self.finality.ballots.gap();
        let known = if unproven || in_conflict {
            let asks = self.finality.errands.ask(from, self.now);
            asks.then(|| decided.justified())
        } else {
            gap.filter(|_| self.finality.errands.mend(from, self.now))
        };
        if let Some(known) = known {
            let locator = locator(known);
            self.roster.peers.ask(&from, self.now);
            return self.send(from, &Message::GetCertificates(locator), out);
        }
        if justified == ours {
            let known = self.finality.ballots.open(decided, &self.chain);
            if Ballots::digest(&known) != open
                && !known.is_empty()
                && self.finality.errands.answer(from, self.now)
            {
                self.send(from, &Message::Votes(Ballots::latest(known)), out);
            }
        }
    }

    /// Answers with the certificates after the first checkpoint of a request that is justified here
    /// as well.
    pub(super) fn on_get_certificates(
        &mut self,
        from: NodeId,
        locator: &[Checkpoint],
        out: &mut Outbox,
    ) {
        if locator.len() > MAX_CERTIFICATES {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        if mutant!(NeverCertify) || !self.finality.errands.answer(from, self.now) {
            return;
        }
        let decided = self.chain.decided();
        let is_shared = |one: &&Checkpoint| {
            decided.justified().contains(one)
                || (Blocks::height(&self.chain, &one.id) == Some(one.height())
                    && self.chain.standing(&one.id) == Standing::Final)
        };
        let known = locator.iter().find(is_shared);
        let known = known.map_or(Epoch(0), |one| one.epoch);
        let chain_id = self.chain.chain_id();
        let certificates: Vec<Certificate> = self
            .finality
            .ballots
            .proof(known, locator)
            .filter_map(|(link, signers)| {
                let sets = self.chain.sets(&link.target.id)?;
                Some(Certificate::new(chain_id, *link, signers, &sets))
            })
            .take(MAX_CERTIFICATES)
            .collect();
        if !certificates.is_empty() {
            self.answer_peer(from, |_| Message::Certificates(certificates), out);
        }
    }

    pub(super) fn on_certificates(
        &mut self,
        from: NodeId,
        certificates: Vec<Certificate>,
        out: &mut Outbox,
    ) {
        if !self.finality.errands.take_answer(&from) {
            return self.roster.peers.blame(&from, Fault::Unsolicited, self.now);
        }
        if certificates.len() > MAX_CERTIFICATES {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        let before = self.finality.ballots.votes.certified().len();
        for certificate in certificates {
            if let Err(error) = self.take_certificate(&certificate, out) {
                return self.refuse_certificate(from, error, out);
            }
        }
        self.return_certified(before, out);
        if self.finality.errands.is_behind() {
            self.fetch_from(from, out);
        }
    }

    /// Takes a certificate in, or keeps it until its block is here if two thirds vouch for it.
    fn take_certificate(
        &mut self,
        certificate: &Certificate,
        out: &mut Outbox,
    ) -> Result<(), CertificateError> {
        let (link, chain_id) = (certificate.link, self.chain.chain_id());
        let is_here = |link: &VoteLink| self.chain.contains(&link.target.id);
        if self.finality.ballots.votes.certified().contains(&link)
            || self.finality.errands.keeps(&link)
        {
            return Ok(());
        }
        if !is_here(&link) {
            // By the sets of another chain it may be good: nobody is to blame.
            if CheckedCertificate::vouch(certificate, &chain_id, &self.chain).is_ok() {
                self.finality.errands.keep(certificate.clone(), self.now);
            }
            return Ok(());
        }
        let checked = CheckedCertificate::check(certificate.clone(), &chain_id, &self.chain)?;
        // It may be the only one that still has a vote of this node.
        if let Some(own) = checked.vote_of(&self.identity.id.into()) {
            self.finality.duty.signer.remember(&own);
        }
        match self.finality.ballots.votes.certify(&checked) {
            Ok(Added::New { evidence, .. }) => {
                self.recount();
                evidence.iter().for_each(|one| self.publish(one, out));
                Ok(())
            }
            Ok(Added::Known) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Sends everybody its votes if there are more certificates than `before`: whoever is among the
    /// signers may have lost its ledger.
    fn return_certified(&mut self, before: usize, out: &mut Outbox) {
        if self.finality.ballots.votes.certified().len() > before {
            for peer in self.roster.alive(self.now) {
                self.return_votes(peer, out);
            }
        }
    }

    /// Takes in the certificates whose blocks have come.
    pub(super) fn certify_arrived(&mut self, out: &mut Outbox) {
        let before = self.finality.ballots.votes.certified().len();
        let chain = &self.chain;
        let ready = |link: &VoteLink| chain.contains(&link.target.id);
        for certificate in self.finality.errands.take(ready) {
            // It was vouched for by the wrong sets, or is good.
            let _ = self.take_certificate(&certificate, out);
        }
        self.return_certified(before, out);
    }

    fn refuse_certificate(&mut self, from: NodeId, error: CertificateError, out: &mut Outbox) {
        if error.blame() == Blame::Sender {
            self.roster.peers.blame(&from, Fault::Invalid, self.now);
        }
        let from = self.name_of_node(&from);
        let notice = FinalityNotice::CertificateRefused { error, from };
        out.push(Output::Notice(Notice::Finality(notice)));
    }

    /// Whether a frame has nothing but votes in it, and each of them is here.
    pub(super) fn has_all_votes_of(&self, envelope: &Envelope<'_>) -> bool {
        let is_here = |vote: &SignedVote| {
            let wanted = self.finality.ballots.votes.wants(vote, &self.chain);
            matches!(wanted, Ok(false))
        };
        envelope.kind == MessageType::VOTES
            && matches!(envelope.message(), Ok(Message::Votes(votes)) if votes.iter().all(is_here))
    }

    /// Takes votes of a peer, and passes those on that are new.
    pub(super) fn on_votes(&mut self, from: NodeId, votes: Vec<SignedVote>, out: &mut Outbox) {
        if votes.len() > MAX_VOTES {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        let mut news = Vec::new();
        let mut missing = false;
        for vote in votes {
            match self.take_vote(vote, out) {
                Ok(Some(unknown)) => {
                    news.push(vote);
                    missing |= unknown;
                }
                Ok(None) => {}
                Err(error) => {
                    let blamed = self.refuse_vote(from, vote.signer, error, out);
                    if blamed {
                        break;
                    }
                }
            }
        }
        if missing {
            self.fetch_from(from, out);
        }
        if !news.is_empty() {
            self.recount();
            let others = self.hearers(from, &news);
            self.send_to_each(&others, &Message::Votes(news), out);
        }
    }

    /// Keeps a vote; whether it is new, and then whether it is for a block that is not here.
    fn take_vote(&mut self, vote: SignedVote, out: &mut Outbox) -> Result<Option<bool>, VoteError> {
        let chain_id = self.chain.chain_id();
        if !self.finality.ballots.votes.wants(&vote, &self.chain)? {
            return Ok(None);
        }
        let checked = CheckedVote::check(vote, &chain_id)?;
        let added = self.finality.ballots.votes.add(&checked, &self.chain)?;
        if vote.signer == self.identity.id.into() {
            self.finality.duty.signer.remember(&checked);
        }
        let Added::New { unknown, evidence } = added else {
            return Ok(None);
        };
        self.finality.hear(vote.signer, self.now);
        evidence.iter().for_each(|one| self.publish(one, out));
        Ok(Some(unknown.is_some()))
    }

    /// Refuses a vote; whether its sender is to blame.
    fn refuse_vote(
        &mut self,
        from: NodeId,
        signer: Address,
        error: VoteError,
        out: &mut Outbox,
    ) -> bool {
        let to_blame = match error.blame() {
            Blame::Sender => true,
            Blame::Signer => from == NodeId(signer.0),
            Blame::Nobody => false,
        };
        if to_blame {
            self.roster.peers.blame(&from, Fault::Invalid, self.now);
        }
        let notice = FinalityNotice::VoteRefused {
            error,
            signer: self.name_of_node(&NodeId(signer.0)),
            from: self.name_of_node(&from),
        };
        out.push(Output::Notice(Notice::Finality(notice)));
        to_blame
    }

    /// Takes evidence of a peer, and passes it on if it proves anything new.
    pub(super) fn on_evidence(&mut self, from: NodeId, evidence: &Evidence, out: &mut Outbox) {
        let votes = &mut self.finality.ballots.votes;
        if votes.offences().knows(evidence) {
            return;
        }
        let sets = self.chain.best_sets();
        match votes.accuse(evidence, |one| sets.contains(one)) {
            Ok(true) => self.publish(evidence, out),
            Ok(false) => {}
            Err(error) => {
                if error.blame() == Blame::Sender {
                    self.roster.peers.blame(&from, Fault::Invalid, self.now);
                }
                let from = self.name_of_node(&from);
                let notice = FinalityNotice::EvidenceRefused { error, from };
                out.push(Output::Notice(Notice::Finality(notice)));
            }
        }
    }

    /// Has the votes counted anew before anything else happens.
    fn recount(&mut self) {
        self.finality.is_stale = true;
        self.timers.set(Timer::Votes, self.now);
    }

    /// A few peers that are heard but for the one that sent the votes, and those who signed them:
    /// one may have lost its ledger.
    fn hearers(&mut self, from: NodeId, votes: &[SignedVote]) -> Vec<NodeId> {
        let mut others = self.roster.alive(self.now);
        others.retain(|peer| *peer != from);
        let first = self.random.index(others.len());
        others.rotate_left(first);
        let rest = others.split_off(RELAY_TO.min(others.len()));
        let signed = |peer: &NodeId| votes.iter().any(|vote| vote.signer == (*peer).into());
        others.extend(rest.into_iter().filter(signed));
        others
    }
}
