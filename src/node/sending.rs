//! Frames that leave: to one node, to each peer's inbox, or to all who listen.

use crate::consensus::finality::Blocks as _;
use crate::gossip::{CompactBlock, Message, Progress};
use crate::primitives::{BlockHash, NodeId};

use super::finality::Ballots;
use super::{Node, Notice, Outbox, Output};

impl Node {
    /// Sends a message to one node.
    pub(super) fn send(&mut self, to: NodeId, message: &Message, out: &mut Outbox) {
        let frame = self.frame(Some(to), message);
        let notice = Notice::Sent {
            kind: message.kind().name(),
            to: Some(to),
            peers: 1,
            bytes: frame.len(),
        };
        out.push(Output::Send { to, frame });
        out.push(Output::Notice(notice));
    }

    /// Answers a question, if the one who asks has not been sent too much lately: it asks again, or
    /// another. Only then the answer is built.
    pub(super) fn answer_peer(
        &mut self,
        to: NodeId,
        answer: impl FnOnce(&mut Self) -> Message,
        out: &mut Outbox,
    ) {
        if !self.roster.peers.may_answer(&to, self.now) {
            return;
        }
        let begin = out.len();
        let message = answer(self);
        self.send(to, &message, out);
        let sent = out[begin..].iter();
        let frames = sent.filter_map(|output| {
            if let Output::Send { frame, .. } = output {
                Some(frame.len())
            } else {
                None
            }
        });
        let bytes = frames.sum();
        self.roster.peers.count_answer(&to, bytes, self.now);
    }

    /// Sends a message to every peer's inbox.
    pub(super) fn send_to_mesh(&mut self, message: &Message, out: &mut Outbox) {
        let peers = self.roster.alive(self.now);
        self.send_to_each(&peers, message, out);
    }

    /// Sends a message to the inboxes of these peers: one frame for all, as each signature costs
    /// time.
    pub(super) fn send_to_each(&mut self, peers: &[NodeId], message: &Message, out: &mut Outbox) {
        let frame = self.frame(None, message);
        let (kind, bytes) = (message.kind().name(), frame.len());
        out.extend(peers.iter().map(|to| Output::Send {
            to: *to,
            frame: frame.clone(),
        }));
        out.push(Output::Notice(Notice::Sent {
            kind,
            to: None,
            peers: peers.len(),
            bytes,
        }));
    }

    /// Sends a message to all who listen.
    pub(super) fn broadcast(&mut self, message: &Message, out: &mut Outbox) {
        let frame = self.frame(None, message);
        let peers = self.roster.peers.alive(self.now).count();
        let notice = Notice::Sent {
            kind: message.kind().name(),
            to: None,
            peers,
            bytes: frame.len(),
        };
        out.push(Output::Broadcast(frame));
        out.push(Output::Notice(notice));
    }

    fn frame(&mut self, to: Option<NodeId>, message: &Message) -> Vec<u8> {
        self.identity.frame(&self.chain.chain_id(), to, message)
    }

    /// Tells all the new head: whoever lacks it fetches it.
    pub(super) fn announce_head(&mut self, out: &mut Outbox) {
        self.broadcast(
            &Message::Ping {
                token: 0,
                head: self.head_info(),
                answer_by: None,
                progress: None,
            },
            out,
        );
    }

    /// How far the votes go here.
    pub(super) fn progress(&self) -> Option<Progress> {
        let decided = self.chain.decided();
        if self.chain.best_sets().roster().is_empty() {
            return None;
        }
        let open = self.finality.ballots.open(decided, &self.chain);
        Some(Progress {
            justified: decided.highest_justified(),
            finalised: decided.last_final(),
            open: Ballots::digest(&open),
        })
    }

    /// Tells a peer that is heard from now on how far the votes go here, and who is guilty.
    pub(super) fn greet(&mut self, to: NodeId, out: &mut Outbox) {
        if let Some(progress) = self.progress() {
            self.send(to, &Message::Checkpoints(progress), out);
        }
        self.return_votes(to, out);
        let offences = self.finality.ballots.votes.offences().iter();
        let evidence: Vec<Message> = offences
            .map(|(_, _, evidence)| Message::Evidence(Box::new(evidence.clone())))
            .collect();
        for message in evidence {
            self.send(to, &message, out);
        }
    }

    /// Sends a node those votes that it signed itself which bind it most: it may have lost them.
    pub(super) fn return_votes(&mut self, to: NodeId, out: &mut Outbox) {
        let signer = to.into();
        let own: Vec<_> = self.finality.ballots.votes.of_signer(&signer).collect();
        let binding = Ballots::binding(own);
        if !binding.is_empty() {
            self.send(to, &Message::Votes(binding), out);
        }
    }

    /// Introduces this node to all who listen.
    pub(super) fn broadcast_hello(&mut self, out: &mut Outbox) {
        let record = self.identity.record(self.clock.date());
        self.broadcast(
            &Message::Hello {
                record,
                head: self.head_info(),
            },
            out,
        );
    }

    /// Announces that this node stops.
    pub(super) fn broadcast_bye(&mut self, out: &mut Outbox) {
        self.broadcast(&Message::Bye, out);
    }

    /// Sends a block of this node to all peers.
    pub(super) fn announce_block(&mut self, id: &BlockHash, out: &mut Outbox) {
        let Some(entry) = self.chain.get(id) else {
            return;
        };
        let message = Message::BlockFound(CompactBlock {
            header: entry.block.header,
            seal: entry.block.seal,
            data: entry.block.body.data.clone(),
            transactions: entry.tx_ids.to_vec(),
        });
        self.send_to_mesh(&message, out);
    }
}
