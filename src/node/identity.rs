//! Who a node is: its key, what it publishes about itself, and the number of each frame it signs.
//!
//! Invariant: session and sequence rise with every frame, over restarts too, so that no frame
//! passes for a newer one when it is sent again.

use crate::consensus::finality::{Decision, SigningError, VoteLink, VoteSigner};
use crate::gossip::{Message, NodeRecord, seal_frame};
use crate::primitives::{BlockHash, Header, Keypair, Millis, NodeId, NodeKind, Seal, Timestamp};

use super::io::Setup;

/// A record older than this is signed again.
pub(super) const RECORD_EVERY: Millis = Millis(60_000);

/// Key, name and signatures of one node.
#[derive(Clone, Debug)]
pub(super) struct Identity {
    key: Keypair,
    pub(super) id: NodeId,
    pub(super) name: String,
    pub(super) kind: NodeKind,
    pub(super) host: String,
    record: NodeRecord,
    session: u64,
    sequence: u64,
}

impl Identity {
    /// The identity of a node that starts at `now`.
    pub(super) fn new(setup: &Setup, now: Timestamp) -> Self {
        Self {
            record: NodeRecord::sign(&setup.key, &setup.name, setup.kind, &setup.host, now),
            id: setup.key.node_id(),
            key: setup.key.clone(),
            name: setup.name.clone(),
            kind: setup.kind,
            host: setup.host.clone(),
            // The time comes first, so that a later run's frames are newer.
            session: now.0 << 16 | (setup.session & 0xffff),
            sequence: 0,
        }
    }

    /// What the node publishes about itself, signed again once in a while.
    pub(super) fn record(&mut self, now: Timestamp) -> NodeRecord {
        // A record from the future is of a clock that was ahead.
        if now.0.abs_diff(self.record.time.0) > RECORD_EVERY.0 {
            self.record = NodeRecord::sign(&self.key, &self.name, self.kind, &self.host, now);
        }
        self.record.clone()
    }

    /// Signs the next frame.
    pub(super) fn frame(
        &mut self,
        chain_id: &BlockHash,
        to: Option<NodeId>,
        message: &Message,
    ) -> Vec<u8> {
        self.sequence = self.sequence.saturating_add(1);
        let number = (self.session, self.sequence);
        seal_frame(&self.key, chain_id, number, to, message)
    }

    /// Seals a header as an authority.
    pub(super) fn seal(&self, chain_id: &BlockHash, header: &Header) -> Seal {
        header.seal(chain_id, &self.key)
    }

    /// Signs a vote as an authority, if that may be.
    pub(super) fn vote(
        &self,
        signer: &VoteSigner,
        link: VoteLink,
        chain_id: &BlockHash,
    ) -> Result<Decision, SigningError> {
        signer.propose(link, chain_id, &self.key)
    }

    /// Frames signed since the start.
    pub(super) const fn frames(&self) -> u64 {
        self.sequence
    }

    /// Makes the node one that makes no blocks.
    #[cfg(test)]
    pub(super) fn retire(&mut self) {
        self.kind = NodeKind::Viewer;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gossip::Envelope;
    use crate::ipc::{Speed, TimeShare, Workload};
    use crate::testkit::{key, params};

    const CHAIN: BlockHash = BlockHash([1; 32]);

    fn identity(session: u64, now: Timestamp) -> Identity {
        let setup = Setup {
            params: params(),
            key: key("pow-1"),
            name: "pow-1".to_owned(),
            kind: NodeKind::Pow,
            host: "tab".to_owned(),
            workload: Workload {
                speed: Speed::Paused,
                share: TimeShare::ALL,
                miners: 0,
            },
            is_first: true,
            session,
            seed: 0,
        };
        Identity::new(&setup, now)
    }

    #[test]
    fn frames_rise_within_a_run_and_over_a_restart() {
        let number = |identity: &mut Identity| {
            let frame = identity.frame(&CHAIN, None, &Message::Bye);
            let envelope = Envelope::parse(&frame, &CHAIN).unwrap();
            (envelope.session, envelope.sequence)
        };
        let mut before = identity(0xffff, Timestamp(1_000));
        let (first, second) = (number(&mut before), number(&mut before));
        let mut after = identity(0, Timestamp(1_001));
        assert!(first < second && second < number(&mut after));
        assert_eq!(before.frames(), 2);
    }

    #[test]
    fn a_record_is_signed_again_when_it_is_old() {
        let begin = Timestamp(1_000);
        let mut identity = identity(1, begin);
        let first = identity.record(begin);
        assert_eq!(identity.record(begin.plus(RECORD_EVERY)), first);
        let second = identity.record(begin.plus(RECORD_EVERY).plus(Millis(1)));
        assert!(second.time > first.time && second.is_genuine());
    }
}
