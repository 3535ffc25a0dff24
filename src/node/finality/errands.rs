//! What a node still owes or is owed about votes: certificates that wait for their blocks, a
//! request for certificates that is under way, and how often peers are answered.
//!
//! Bounds: [`MAX_VOUCHED`] certificates wait, each for at most [`WAIT`]; one request at a time; an
//! answer to each of [`MAX_PEERS`] peers every [`ANSWER_EVERY`].

use std::collections::BTreeMap;

use crate::consensus::finality::{Certificate, VoteLink};
use crate::gossip::MAX_PEERS;
use crate::primitives::{Instant, Millis, NodeId};

/// Certificates that wait for their blocks.
const MAX_VOUCHED: usize = 64;
/// How long a certificate waits for its block before it is given up: it comes again.
const WAIT: Millis = Millis(120_000);
/// Time before certificates are asked for again.
const ASK_EVERY: Millis = Millis(1_500);
/// Time before certificates that a ledger lost are asked for again: nobody may have them.
const MEND_EVERY: Millis = Millis(20_000);
/// Time before the same peer is answered again, as an answer is longer than what asks for it.
const ANSWER_EVERY: Millis = Millis(1_000);

/// What is under way.
#[derive(Clone, Debug, Default)]
pub(in crate::node) struct Errands {
    vouched: BTreeMap<VoteLink, (Certificate, Instant)>,
    asked: Option<(NodeId, Instant)>,
    mended: Option<Instant>,
    answered: BTreeMap<NodeId, Instant>,
}

impl Errands {
    /// Whether two thirds of the authorities vouch for a block that is not here: it is fetched
    /// whatever it weighs.
    pub(in crate::node) fn is_behind(&self) -> bool {
        !self.vouched.is_empty()
    }

    /// Keeps a certificate until its block is here.
    pub(in crate::node) fn keep(&mut self, certificate: Certificate, now: Instant) {
        if self.vouched.len() < MAX_VOUCHED {
            let link = certificate.link;
            self.vouched.entry(link).or_insert((certificate, now));
        }
    }

    /// Whether a certificate waits already.
    pub(in crate::node) fn keeps(&self, link: &VoteLink) -> bool {
        self.vouched.contains_key(link)
    }

    /// Takes the certificates that are `ready`, in an order in which each is understood by those
    /// before.
    pub(in crate::node) fn take(&mut self, ready: impl Fn(&VoteLink) -> bool) -> Vec<Certificate> {
        let taken = self.vouched.extract_if(.., |link, _| ready(link));
        taken.map(|(_, (certificate, _))| certificate).collect()
    }

    /// Forgets what waited for too long.
    pub(in crate::node) fn expire(&mut self, now: Instant) {
        self.vouched.retain(|_, (_, at)| now.since(*at) <= WAIT);
        self.answered.retain(|_, at| now.since(*at) <= ANSWER_EVERY);
    }

    /// Whether certificates may be asked for now; then they are, of this peer.
    pub(in crate::node) fn ask(&mut self, peer: NodeId, now: Instant) -> bool {
        let due = self.asked.is_none_or(|(_, at)| now.since(at) >= ASK_EVERY);
        if due {
            self.asked = Some((peer, now));
        }
        due
    }

    /// Whether certificates that the ledger lost may be asked for now; then they are, of this peer.
    pub(in crate::node) fn mend(&mut self, peer: NodeId, now: Instant) -> bool {
        let is_due = self.mended.is_none_or(|at| now.since(at) >= MEND_EVERY);
        let asks = is_due && self.ask(peer, now);
        if asks {
            self.mended = Some(now);
        }
        asks
    }

    /// Whether certificates of this peer are an answer; of one that was asked earlier they are only
    /// late.
    pub(in crate::node) fn take_answer(&mut self, peer: &NodeId) -> bool {
        let awaited = self.asked.is_some_and(|(of, _)| of == *peer);
        if awaited {
            self.asked = None;
        }
        awaited
    }

    /// Whether a peer may be answered now; then it is.
    pub(in crate::node) fn answer(&mut self, peer: NodeId, now: Instant) -> bool {
        let last = self.answered.get(&peer);
        let due = last.is_none_or(|at| now.since(*at) >= ANSWER_EVERY);
        if due && (last.is_some() || self.answered.len() < MAX_PEERS) {
            self.answered.insert(peer, now);
        }
        due
    }

    /// Its bounded collections: name, length now, bound.
    pub(in crate::node) fn bounded(&self) -> [(&'static str, usize, usize); 2] {
        [
            ("waiting certificates", self.vouched.len(), MAX_VOUCHED),
            ("answered peers", self.answered.len(), MAX_PEERS),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::{Checkpoint, Epoch};
    use crate::primitives::BlockHash;
    use crate::testkit::key;

    const NOW: Instant = Instant(1_000_000);

    fn certificate(epoch: u64) -> Certificate {
        let checkpoint = |epoch| Checkpoint {
            epoch: Epoch(epoch),
            id: BlockHash([1; 32]),
        };
        Certificate {
            chain_id: BlockHash::ZERO,
            link: VoteLink {
                source: checkpoint(epoch),
                target: checkpoint(epoch + 1),
            },
            marks: Vec::new(),
            signatures: Vec::new(),
        }
    }

    #[test]
    fn a_node_is_behind_while_a_certificate_waits_and_not_for_ever() {
        let mut errands = Errands::default();
        for epoch in 0..2 * MAX_VOUCHED as u64 {
            errands.keep(certificate(epoch), NOW);
        }
        assert_eq!(errands.bounded()[0].1, MAX_VOUCHED);
        let ready = |link: &VoteLink| link.target.epoch <= Epoch(3);
        let taken = errands.take(ready);
        assert_eq!(taken, [0, 1, 2].map(certificate));
        assert!(errands.is_behind() && !errands.keeps(&certificate(0).link));
        errands.expire(NOW.plus(WAIT));
        assert!(errands.is_behind());
        errands.expire(NOW.plus(Millis(WAIT.0 + 1)));
        assert!(!errands.is_behind());
    }

    #[test]
    fn one_peer_is_asked_at_a_time_and_each_is_answered_once_in_a_while() {
        let mut errands = Errands::default();
        let [one, other] = ["a", "b"].map(|name| key(name).node_id());
        assert!(errands.ask(one, NOW) && !errands.ask(other, NOW));
        assert!(!errands.take_answer(&other) && errands.take_answer(&one));
        assert!(errands.mend(other, NOW), "the answer came");
        let later = NOW.plus(ASK_EVERY);
        assert!(!errands.mend(one, later) && errands.ask(one, later));
        assert!(errands.mend(one, NOW.plus(MEND_EVERY)));
        assert!(errands.answer(one, NOW) && errands.answer(other, NOW));
        assert!(!errands.answer(one, NOW.plus(Millis(999))));
        assert!(errands.answer(one, NOW.plus(ANSWER_EVERY)));
    }
}
