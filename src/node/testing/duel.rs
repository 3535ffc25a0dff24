//! A node alone with peers made by hand, under a virtual clock.

use std::collections::BTreeMap;

use super::super::*;
use super::head_of;
use crate::gossip::{Envelope, Message, NodeRecord, seal_frame};
use crate::ipc::{Speed, Workload};
use crate::primitives::{ClockReading, Instant, Millis, NodeId, NodeKind, Timestamp};
use crate::testkit::{GENESIS_TIME, Grower, key, params};

/// A node that is alone with a liar.
pub(in crate::node) struct Duel {
    pub(in crate::node) node: Node,
    pub(in crate::node) now: Timestamp,
    pub(in crate::node) sequence: u64,
    pub(in crate::node) sent: Vec<(NodeId, Message)>,
    pub(in crate::node) notices: Vec<Notice>,
    /// Those who said hello: they are there, and answer pings.
    introduced: BTreeMap<NodeId, String>,
}

impl Duel {
    pub(in crate::node) fn new() -> Self {
        let now = GENESIS_TIME.plus(Millis(600_000));
        let node = Node::start(
            Self::setup(),
            None,
            ClockReading::steady(now),
            &mut Outbox::new(),
        )
        .unwrap();
        let mut duel = Self {
            node,
            now,
            sequence: 0,
            sent: Vec::new(),
            notices: Vec::new(),
            introduced: BTreeMap::new(),
        };
        duel.introduce("liar");
        duel
    }

    /// What the monotonic clock shows.
    pub(in crate::node) fn instant(&self) -> Instant {
        Instant(self.now.0)
    }

    /// How the node is started.
    pub(in crate::node) fn setup() -> Setup {
        Setup {
            params: params(),
            key: key("viewer"),
            name: "viewer".to_owned(),
            kind: NodeKind::Viewer,
            host: "tab".to_owned(),
            workload: Workload {
                speed: Speed::Budget(8.0),
                share: crate::ipc::TimeShare::ALL,
                miners: 0,
            },
            is_first: true,
            session: 1,
            seed: 1,
        }
    }

    /// A peer says hello, with the genesis block as its head.
    pub(in crate::node) fn introduce(&mut self, peer: &str) {
        let record = NodeRecord::sign(&key(peer), peer, NodeKind::Pow, "tab", self.now);
        let head = head_of(&Grower::new(params()));
        self.introduced.insert(key(peer).node_id(), peer.to_owned());
        self.hear(peer, &Message::Hello { record, head });
    }

    /// A peer answers no ping any more.
    pub(in crate::node) fn silence(&mut self, peer: &str) {
        self.introduced.remove(&key(peer).node_id());
    }

    /// The node hears a message of a peer; its answers to that peer.
    pub(in crate::node) fn hear(&mut self, peer: &str, message: &Message) -> Vec<Message> {
        self.sequence += 1;
        let chain_id = self.node.chain_id();
        let frame = seal_frame(
            &key(peer),
            &chain_id,
            (1, self.sequence),
            Some(self.node.id()),
            message,
        );
        self.handle(Input::Frame(frame));
        self.taken(peer)
    }

    pub(in crate::node) fn pass(&mut self, span: Millis) {
        self.now = self.now.plus(span);
        self.handle(Input::Wake);
    }

    pub(in crate::node) fn handle(&mut self, input: Input) {
        let (mut out, chain_id) = (Outbox::new(), self.node.chain_id());
        self.node
            .handle(ClockReading::steady(self.now), input, &mut out);
        let read = |frame: &[u8]| {
            let envelope = Envelope::parse(frame, &chain_id).unwrap();
            envelope.message().unwrap()
        };
        let mut pings = Vec::new();
        for output in out {
            let (to, frame) = match output {
                Output::Notice(notice) => {
                    self.notices.push(notice);
                    continue;
                }
                Output::Send { to, frame } => (Some(to), frame),
                Output::Broadcast(frame) => (None, frame),
                Output::Persist { .. }
                | Output::Miner { .. }
                | Output::WakeAt(_)
                | Output::Stopped => continue,
            };
            let message = read(&frame);
            if let Message::Ping {
                token,
                answer_by: Some(peer),
                ..
            } = &message
                && let Some(name) = self.introduced.get(peer)
            {
                pings.push((name.clone(), *token));
            } else if let Some(to) = to {
                self.sent.push((to, message));
            }
        }
        for (name, token) in pings {
            let to = key(&name).node_id();
            let peer = self.node.roster.peers.get(&to).unwrap();
            let head = peer.head.unwrap();
            let answers = self.hear(&name, &Message::Pong { token, head });
            self.sent
                .extend(answers.into_iter().map(|message| (to, message)));
        }
    }

    /// What was sent to a peer since it was looked at last.
    pub(in crate::node) fn taken(&mut self, peer: &str) -> Vec<Message> {
        let to = key(peer).node_id();
        self.sent
            .extract_if(.., |(receiver, _)| *receiver == to)
            .map(|(_, message)| message)
            .collect()
    }

    /// Whether the node would still judge a frame of this peer.
    pub(in crate::node) fn listens_to(&self, peer: &str) -> bool {
        self.node
            .roster
            .peers
            .admits(&key(peer).node_id(), false, self.instant())
    }

    pub(in crate::node) fn is_at_genesis(&self) -> bool {
        self.node.chain.len() == 1 && self.node.chain.head() == self.node.chain_id()
    }
}
