//! Peers: meeting them, their heads, their absence, and the pings that keep a node known.

use crate::gossip::{Fault, HeadInfo, MAX_RECORDS, Message, NodeRecord};
use crate::primitives::{Millis, NodeId, Timestamp};

use super::identity::RECORD_EVERY;
use super::timers::Timer;
use super::{ClockNotice, Node, Notice, Outbox, Output};

/// Time between two pings.
const PING_EVERY: Millis = Millis(2_000);
/// A peer's clock may differ by as much without a word: frames take their time.
const CLOCK_SLACK: Millis = Millis(3_000);

impl Node {
    /// Takes a peer's own record and head; whether the record is genuine and the peer's own.
    pub(super) fn meet(
        &mut self,
        from: NodeId,
        record: NodeRecord,
        head: HeadInfo,
        out: &mut Outbox,
    ) -> bool {
        let signed = record.time;
        if !self.roster.meet(&from, record, self.now) {
            self.roster.peers.blame(&from, Fault::Malformed, self.now);
            return false;
        }
        self.judge_clock(from, signed, out);
        self.on_head(from, head, out);
        true
    }

    /// Judges a peer's clock by the time at which it signed its record, which is seldom older than
    /// a certain age.
    fn judge_clock(&mut self, node: NodeId, signed: Timestamp, out: &mut Outbox) {
        let date = self.clock.date();
        let (ahead, age) = (signed.since(date), date.since(signed));
        let behind = Millis(age.0.saturating_sub(RECORD_EVERY.0));
        let milliseconds = |span: Millis| i64::try_from(span.0).unwrap_or(i64::MAX);
        self.note_clock(node, milliseconds(ahead) - milliseconds(behind), out);
    }

    /// Says, once, that a peer's clock is ahead of this node's by so many milliseconds; behind is
    /// below zero.
    pub(super) fn note_clock(&mut self, node: NodeId, by: i64, out: &mut Outbox) {
        let is_off = by.unsigned_abs() > CLOCK_SLACK.0;
        let Some(peer) = self.roster.peers.get_mut(&node) else {
            return;
        };
        let was_off = std::mem::replace(&mut peer.clock_off, is_off);
        if is_off && !was_off {
            let name = self.name_of_node(&node);
            out.push(Output::Notice(Notice::Clock(ClockNotice::PeerOff {
                name,
                by,
            })));
        }
    }

    /// Answers a peer that introduces itself with this node's record, and with those of others.
    pub(super) fn on_hello(
        &mut self,
        from: NodeId,
        record: NodeRecord,
        head: HeadInfo,
        out: &mut Outbox,
    ) {
        if self.meet(from, record, head, out) {
            let introduce = |node: &mut Self| Message::HelloAck {
                record: node.identity.record(node.clock.date()),
                head: node.head_info(),
            };
            self.answer_peer(from, introduce, out);
            self.return_votes(from, out);
            self.send_node_list(from, out);
        }
    }

    /// Answers a ping if this node is to, and takes the sender's head.
    pub(super) fn on_ping(
        &mut self,
        from: NodeId,
        (token, head, answer_by): (u64, HeadInfo, Option<NodeId>),
        out: &mut Outbox,
    ) {
        if answer_by == Some(self.identity.id) {
            let head = self.head_info();
            self.send(from, &Message::Pong { token, head }, out);
        }
        self.on_head(from, head, out);
    }

    /// Takes the answer to a ping.
    pub(super) fn on_pong(&mut self, from: NodeId, token: u64, head: HeadInfo, out: &mut Outbox) {
        self.roster.on_pong(&from, token, self.now);
        self.on_head(from, head, out);
    }

    /// Takes a peer's head: the peer is present, and what it has more than this node is fetched.
    pub(super) fn on_head(&mut self, from: NodeId, head: HeadInfo, out: &mut Outbox) {
        let Some(peer) = self.roster.peers.get_mut(&from) else {
            return;
        };
        peer.head = Some(head);
        if peer.record.is_none() {
            return self.send_hello(from, out);
        }
        if peer.alive(self.now) && self.roster.join(from) {
            self.lanes.forgive(&from);
            let name = self.name_of_node(&from);
            out.push(Output::Notice(Notice::PeerJoined { node: from, name }));
            self.write_node(&from);
            self.greet(from, out);
        }
        self.consider_head(from, head, out);
    }

    pub(super) fn on_node_list(
        &mut self,
        from: NodeId,
        records: Vec<NodeRecord>,
        out: &mut Outbox,
    ) {
        if records.len() > MAX_RECORDS {
            return self.roster.peers.blame(&from, Fault::Oversize, self.now);
        }
        if !self.roster.peers.take_list(&from, self.now) {
            return;
        }
        for record in records {
            let node = record.id;
            if node == self.identity.id || !self.roster.is_news(&record, self.now) {
                continue;
            }
            if !self.roster.peers.take_record(self.now) {
                return;
            }
            if !record.is_genuine() {
                return self.roster.peers.blame(&from, Fault::Invalid, self.now);
            }
            self.roster.peers.learn(record, self.now);
            self.send_hello(node, out);
        }
    }

    pub(super) fn on_bye(&mut self, from: NodeId, out: &mut Outbox) {
        if let Some(peer) = self.roster.peers.get_mut(&from) {
            peer.left = true;
        }
        self.lose(from, false, out);
    }

    /// Finds peers that have fallen silent.
    pub(super) fn notice_silence(&mut self, out: &mut Outbox) {
        for node in self.roster.silent(self.now) {
            self.lose(node, true, out);
        }
    }

    fn lose(&mut self, node: NodeId, silent: bool, out: &mut Outbox) {
        if let Some(lane) = self.lanes.of_source(&node) {
            self.lanes.get_mut(lane).sync.give_up(self.now);
            self.timers.set_earlier(Timer::Sync, self.now);
        }
        if self.roster.leave(&node) {
            let name = self.name_of_node(&node);
            out.push(Output::Notice(Notice::PeerLeft { node, name, silent }));
            self.write_node(&node);
            self.timers
                .set_earlier(Timer::Candidate, self.now.plus(Millis(100)));
        }
    }

    /// Forgets all about the peers that had to make room for others.
    pub(super) fn forget_peers(&mut self, out: &mut Outbox) {
        for node in self.roster.peers.take_forgotten() {
            self.lose(node, true, out);
            self.delete_node(&node);
        }
    }

    pub(super) fn send_hello(&mut self, to: NodeId, out: &mut Outbox) {
        let (record, head) = (self.identity.record(self.clock.date()), self.head_info());
        self.send(to, &Message::Hello { record, head }, out);
    }

    fn send_node_list(&mut self, to: NodeId, out: &mut Outbox) {
        let records = self.roster.records_for(&to, self.now);
        if !records.is_empty() {
            self.answer_peer(to, |_| Message::NodeList(records), out);
        }
    }

    /// Tells all that this node lives, asking one peer in turn for an answer, and those whose
    /// frames may be old ones.
    pub(super) fn send_ping(&mut self, out: &mut Outbox) {
        self.timers.set(Timer::Ping, self.now.plus(PING_EVERY));
        let token = self.random.draw();
        let answer_by = self.roster.choose_ping(token, self.now);
        self.broadcast(
            &Message::Ping {
                token,
                head: self.head_info(),
                answer_by,
                progress: self.progress(),
            },
            out,
        );
        for to in self.roster.doubted(self.now) {
            self.challenge(to, out);
        }
    }

    /// Asks a peer to prove that it is there.
    fn challenge(&mut self, to: NodeId, out: &mut Outbox) {
        let token = self.random.draw();
        if let Some(peer) = self.roster.peers.get_mut(&to) {
            peer.challenge(token, self.now);
        }
        let ping = Message::Ping {
            token,
            head: self.head_info(),
            answer_by: Some(to),
            progress: None,
        };
        self.send(to, &ping, out);
    }
}
