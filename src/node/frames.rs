//! Frames in and out: judging what arrives, signing what leaves, and the messages about peers.

use crate::gossip::{
    Envelope, Fault, FrameError, HeadInfo, MAX_RECORDS, Message, NodeRecord, seal_frame,
};
use crate::primitives::{Millis, NodeId};

use super::timers::Timer;
use super::{Node, Notice, Outbox, Output, PING_EVERY};

/// A node signs its record anew when it is older than this.
const RECORD_EVERY: Millis = Millis(60_000);

impl Node {
    /// Judges a frame, cheapest test first, and acts on its message.
    pub(super) fn on_frame(&mut self, bytes: &[u8], out: &mut Outbox) {
        let chain_id = self.chain.chain_id();
        let envelope = match Envelope::parse(bytes, &chain_id) {
            Ok(envelope) => envelope,
            Err(error) => return self.refuse_frame(error, None, out),
        };
        let from = envelope.from;
        if from == self.id
            || envelope.to.is_some_and(|to| to != self.id)
            || self.cut.contains(&from)
            || self.stopping
        {
            return;
        }
        self.counters.frames_in = self.counters.frames_in.saturating_add(1);
        let awaited = self.sync.awaits(&from, envelope.kind);
        if !self.peers.admits(&from, awaited, self.now) {
            self.counters.frames_refused = self.counters.frames_refused.saturating_add(1);
            return;
        }
        if let Err(error) = envelope.verify() {
            return self.refuse_frame(error, None, out);
        }
        if let Err(error) = self.peers.heard(&envelope, awaited, self.now) {
            return self.refuse_frame(error, Some(from), out);
        }
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
                self.peers.blame(&from, Fault::Malformed, self.now);
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
            Message::Hello { record, head } => {
                if self.meet(from, record, head, out) {
                    let record = self.own_record();
                    self.send(
                        from,
                        &Message::HelloAck {
                            record,
                            head: self.head_info(),
                        },
                        out,
                    );
                    self.send_node_list(from, out);
                }
            }
            Message::HelloAck { record, head } => {
                self.meet(from, record, head, out);
            }
            Message::Ping {
                token,
                head,
                answer_by,
            } => {
                if answer_by == Some(self.id) {
                    self.send(
                        from,
                        &Message::Pong {
                            token,
                            head: self.head_info(),
                        },
                        out,
                    );
                }
                self.on_head(from, head, out);
            }
            Message::Pong { token, head } => {
                self.on_pong(from, token);
                self.on_head(from, head, out);
            }
            Message::NodeList(records) => self.on_node_list(from, records, out),
            Message::Inv(ids) => self.on_inventory(from, ids, out),
            Message::NewTransaction(transaction) => self.on_new_transaction(from, transaction, out),
            Message::GetTransactions(ids) => self.on_get_transactions(from, &ids, out),
            Message::Transactions(transactions) => self.on_transactions(from, transactions, out),
            Message::BlockFound(block) => self.on_block_found(from, block, out),
            Message::GetHeaders(locator) => self.on_get_headers(from, &locator, out),
            Message::Headers(headers) => self.on_headers(from, headers, out),
            Message::GetBodies(ids) => self.on_get_bodies(from, &ids, out),
            Message::Bodies(bodies) => self.on_bodies(from, bodies, out),
            Message::Bye => self.on_bye(from, out),
        }
    }

    /// Takes a peer's own record and head; whether the record is genuine and the peer's own.
    fn meet(&mut self, from: NodeId, record: NodeRecord, head: HeadInfo, out: &mut Outbox) -> bool {
        let known = self
            .peers
            .get(&from)
            .is_some_and(|peer| peer.record.as_ref() == Some(&record));
        if record.id != from || !(known || record.is_genuine()) {
            self.peers.blame(&from, Fault::Malformed, self.now);
            return false;
        }
        self.peers.learn(record, self.now);
        self.on_head(from, head, out);
        true
    }

    /// Takes a peer's head: notes the peer as present, and fetches what it has more than we.
    fn on_head(&mut self, from: NodeId, head: HeadInfo, out: &mut Outbox) {
        let Some(peer) = self.peers.get_mut(&from) else {
            return;
        };
        peer.head = Some(head);
        if peer.record.is_none() {
            let record = self.own_record();
            return self.send(
                from,
                &Message::Hello {
                    record,
                    head: self.head_info(),
                },
                out,
            );
        }
        if self.present.insert(from) {
            self.sync.forgive(&from);
            let name = self.name_of_node(&from);
            out.push(Output::Notice(Notice::PeerJoined { node: from, name }));
            self.write_node(&from);
            // The budget of each miner depends on how many there are.
            self.timers
                .set_earlier(Timer::Candidate, self.now.plus(Millis(100)));
        }
        self.consider_head(from, head, out);
    }

    fn on_pong(&mut self, from: NodeId, token: u64) {
        if let Some((sent, to, at)) = self.ping
            && sent == token
            && to == from
            && let Some(peer) = self.peers.get_mut(&from)
        {
            peer.round_trip = Some(self.now.since(at));
            self.ping = None;
        }
    }

    fn on_node_list(&mut self, from: NodeId, records: Vec<NodeRecord>, out: &mut Outbox) {
        if records.len() > MAX_RECORDS {
            return self.peers.blame(&from, Fault::Oversize, self.now);
        }
        if !self.peers.take_list(&from, self.now) {
            return;
        }
        for record in records {
            let node = record.id;
            let known = self.peers.get(&node).is_some_and(|peer| {
                peer.alive(self.now)
                    || peer
                        .record
                        .as_ref()
                        .is_some_and(|mine| mine.time >= record.time)
            });
            if node == self.id || known {
                continue;
            }
            if !record.is_genuine() {
                return self.peers.blame(&from, Fault::Invalid, self.now);
            }
            self.peers.learn(record, self.now);
            let record = self.own_record();
            self.send(
                node,
                &Message::Hello {
                    record,
                    head: self.head_info(),
                },
                out,
            );
        }
    }

    fn on_bye(&mut self, from: NodeId, out: &mut Outbox) {
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.left = true;
        }
        self.lose(from, false, out);
    }

    /// Finds peers that have fallen silent.
    pub(super) fn notice_silence(&mut self, out: &mut Outbox) {
        let now = self.now;
        let silent: Vec<NodeId> = self
            .present
            .iter()
            .filter(|node| !self.peers.get(node).is_some_and(|peer| peer.alive(now)))
            .copied()
            .collect();
        for node in silent {
            self.lose(node, true, out);
        }
    }

    fn lose(&mut self, node: NodeId, silent: bool, out: &mut Outbox) {
        if self.present.remove(&node) {
            let name = self.name_of_node(&node);
            out.push(Output::Notice(Notice::PeerLeft { node, name, silent }));
            self.write_node(&node);
            self.timers
                .set_earlier(Timer::Candidate, self.now.plus(Millis(100)));
        }
    }

    fn send_node_list(&mut self, to: NodeId, out: &mut Outbox) {
        let alive = self.peers.alive(self.now).filter(|(node, _)| **node != to);
        let records: Vec<NodeRecord> = alive
            .filter_map(|(_, peer)| peer.record.clone())
            .take(MAX_RECORDS)
            .collect();
        if !records.is_empty() {
            self.send(to, &Message::NodeList(records), out);
        }
    }

    /// Greets everybody who listens.
    pub(super) fn say_hello(&mut self, out: &mut Outbox) {
        let record = self.own_record();
        self.broadcast(
            &Message::Hello {
                record,
                head: self.head_info(),
            },
            out,
        );
    }

    pub(super) fn say_goodbye(&mut self, out: &mut Outbox) {
        self.broadcast(&Message::Bye, out);
    }

    /// Tells all that this node lives, asking one peer in turn for an answer.
    pub(super) fn send_ping(&mut self, out: &mut Outbox) {
        self.timers.set(Timer::Ping, self.now.plus(PING_EVERY));
        let alive: Vec<NodeId> = self.peers.alive(self.now).map(|(node, _)| *node).collect();
        let token = self.random.draw();
        let count = u64::try_from(alive.len()).unwrap_or(1).max(1);
        let answer_by = usize::try_from(token % count)
            .ok()
            .and_then(|turn| alive.get(turn))
            .copied();
        self.ping = answer_by.map(|peer| (token, peer, self.now));
        self.broadcast(
            &Message::Ping {
                token,
                head: self.head_info(),
                answer_by,
            },
            out,
        );
    }

    /// Tells all the new head: whoever lacks it fetches it.
    pub(super) fn announce_head(&mut self, out: &mut Outbox) {
        self.broadcast(
            &Message::Ping {
                token: 0,
                head: self.head_info(),
                answer_by: None,
            },
            out,
        );
    }

    /// The node's own record, which it signs once in a while only.
    fn own_record(&mut self) -> NodeRecord {
        if self.now.since(self.record.time) > RECORD_EVERY {
            self.record = NodeRecord::sign(&self.key, &self.name, self.kind, &self.host, self.now);
        }
        self.record.clone()
    }

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

    /// Sends a message to every peer's inbox.
    pub(super) fn send_to_mesh(&mut self, message: &Message, out: &mut Outbox) {
        let peers: Vec<NodeId> = self.peers.alive(self.now).map(|(node, _)| *node).collect();
        self.send_to_each(&peers, message, out);
    }

    /// Sends a message to the inboxes of these peers: one frame for all, as each signature costs time.
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
        let peers = self.peers.alive(self.now).count();
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
        self.sequence = self.sequence.saturating_add(1);
        self.counters.frames_out = self.counters.frames_out.saturating_add(1);
        seal_frame(
            &self.key,
            &self.chain.chain_id(),
            (self.session, self.sequence),
            to,
            message,
        )
    }
}
