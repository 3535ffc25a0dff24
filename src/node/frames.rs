//! Frames that arrive: judged cheapest test first, and their messages routed to the flow that they
//! concern.

use crate::gossip::{Envelope, Fault, FrameError, Message};
use crate::primitives::NodeId;

use super::{Node, Notice, Outbox, Output};

impl Node {
    /// Judges a frame, cheapest test first, and acts on its message.
    pub(super) fn on_frame(&mut self, bytes: &[u8], out: &mut Outbox) {
        let chain_id = self.chain.chain_id();
        let envelope = match Envelope::parse(bytes, &chain_id) {
            Ok(envelope) => envelope,
            Err(error) => return self.refuse_frame(error, None, out),
        };
        let from = envelope.from;
        if from == self.identity.id
            || envelope.to.is_some_and(|to| to != self.identity.id)
            || self.roster.is_cut(&from)
            || self.stopping
        {
            return;
        }
        self.counters.frames_in = self.counters.frames_in.saturating_add(1);
        let awaited = self.lanes.awaiting(&from, envelope.kind).is_some();
        if !self.roster.peers.admits(&from, awaited, self.now) {
            self.counters.frames_refused = self.counters.frames_refused.saturating_add(1);
            return;
        }
        if self.has_all_votes_of(&envelope) {
            // Most votes come several times: who sends them again is nobody's concern.
            return;
        }
        if let Err(error) = self.roster.peers.check_new(&envelope, self.now) {
            return self.refuse_frame(error, Some(from), out);
        }
        let peers = &mut self.roster.peers;
        peers.count_unproven(&from, awaited, self.now);
        if let Err(error) = envelope.verify() {
            peers.count_forged(&from, self.now);
            return self.refuse_frame(error, None, out);
        }
        peers.heard(&envelope, awaited, self.now);
        match envelope.message() {
            Ok(message) => {
                let (kind, name) = (envelope.kind.name(), self.name_of_node(&from));
                out.push(Output::Notice(Notice::Received {
                    kind,
                    from,
                    name,
                    bytes: bytes.len(),
                }));
                self.on_message(from, message, out);
            }
            Err(error) => {
                self.roster.peers.blame(&from, Fault::Malformed, self.now);
                self.refuse_frame(error, Some(from), out);
            }
        }
    }

    fn refuse_frame(&mut self, error: FrameError, from: Option<NodeId>, out: &mut Outbox) {
        self.counters.frames_refused = self.counters.frames_refused.saturating_add(1);
        out.push(Output::Notice(Notice::FrameRefused { error, from }));
    }

    fn on_message(&mut self, from: NodeId, message: Message, out: &mut Outbox) {
        match message {
            Message::Hello { record, head } => self.on_hello(from, record, head, out),
            Message::HelloAck { record, head } => {
                self.meet(from, record, head, out);
            }
            Message::Ping {
                token,
                head,
                answer_by,
                progress,
            } => {
                self.on_ping(from, (token, head, answer_by), out);
                if let Some(progress) = progress {
                    self.on_progress(from, progress, out);
                }
            }
            Message::Pong { token, head } => self.on_pong(from, token, head, out),
            Message::NodeList(records) => self.on_node_list(from, records, out),
            Message::Inv(ids) => self.on_inventory(from, ids, out),
            Message::NewTransaction(transaction) => {
                if self.on_new_transaction(from, transaction, out) {
                    self.complete_compact(out);
                }
            }
            Message::GetTransactions(ids) => self.on_get_transactions(from, &ids, out),
            Message::Transactions(transactions) => {
                self.on_transactions(from, transactions, out);
                self.complete_compact(out);
            }
            Message::BlockFound(block) => self.on_block_found(from, block, out),
            Message::GetHeaders(locator) => self.on_get_headers(from, &locator, out),
            Message::Headers(headers) => self.on_headers(from, headers, out),
            Message::GetBodies(ids) => self.on_get_bodies(from, &ids, out),
            Message::Bodies(bodies) => self.on_bodies(from, bodies, out),
            Message::Bye => self.on_bye(from, out),
            Message::Checkpoints(progress) => self.on_progress(from, progress, out),
            Message::GetCertificates(locator) => self.on_get_certificates(from, &locator, out),
            Message::Certificates(certificates) => self.on_certificates(from, certificates, out),
            Message::Votes(votes) => self.on_votes(from, votes, out),
            Message::Evidence(evidence) => self.on_evidence(from, &evidence, out),
        }
    }
}
