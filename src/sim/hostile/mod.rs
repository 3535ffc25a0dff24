//! Those who lie. A hostile one is no node: it knows what an honest node knows, hears what is sent to all,
//! mines with easy work, and sends what it likes under keys of its own. When it is ignored under one it takes another.

mod blocks;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::gossip::{
    Envelope, HeadInfo, MAX_HEADERS, MAX_IDS, Message, NodeRecord, OVERHEAD, seal_frame,
};
use crate::node::Node;
use crate::primitives::{
    Amount, Block, BlockHash, Body, Difficulty, Height, Keypair, Millis, NodeId, NodeKind,
    ParamsChange, ParamsOrder, Payload, Seal, Transaction, TxId, Weight,
};

use crate::sim::digest::What;
use crate::sim::scenario::{USERS, key};
use crate::sim::work::{checkpoint, sign};
use crate::sim::world::{Event, World};

/// Frames that a hostile one keeps, to play them again.
const HEARD: usize = 32;
/// Mean time between two tricks.
const TRICK_EVERY: Millis = Millis(9_000);
/// Frames at once: more than a node takes of one peer in a second.
const DROWNING: u64 = 250;

/// One who lies.
#[derive(Debug)]
pub(super) struct Hostile {
    key: Keypair,
    pub(super) id: NodeId,
    names: u64,
    session: u64,
    sequence: u64,
    heard: VecDeque<Rc<[u8]>>,
    /// Blocks whose bodies nobody gets.
    withheld: Vec<Block>,
}

impl Hostile {
    pub(super) fn new(key: Keypair) -> Self {
        Self {
            id: key.node_id(),
            key,
            names: 0,
            session: 0,
            sequence: 0,
            heard: VecDeque::new(),
            withheld: Vec::new(),
        }
    }

    fn frame(&mut self, chain_id: &BlockHash, to: Option<NodeId>, message: &Message) -> Vec<u8> {
        self.sequence = self.sequence.saturating_add(1);
        seal_frame(
            &self.key,
            chain_id,
            (self.session, self.sequence),
            to,
            message,
        )
    }
}

impl World {
    /// A hostile one hears a frame: it keeps it, answers some questions, and spoils news.
    pub(super) fn hear(&mut self, which: usize, frame: &[u8]) {
        let hostile = &mut self.hostiles[which];
        if hostile.heard.len() >= HEARD {
            hostile.heard.pop_front();
        }
        hostile.heard.push_back(frame.into());
        if self.healed {
            return;
        }
        let Some(chain_id) = self
            .seats
            .iter()
            .find_map(|seat| seat.node.as_ref())
            .map(Node::chain_id)
        else {
            return;
        };
        let Ok(envelope) = Envelope::parse(frame, &chain_id) else {
            return;
        };
        let (from, message) = (envelope.from, envelope.message());
        match message {
            Ok(Message::GetHeaders(_)) if !self.hostiles[which].withheld.is_empty() => {
                let blocks = self.hostiles[which].withheld.iter().take(MAX_HEADERS);
                let headers = blocks.map(|block| (block.header, block.seal)).collect();
                self.lie(which, Some(from), &Message::Headers(headers));
            }
            Ok(Message::GetBodies(ids)) if self.rng.one_in(2) => {
                let bodies = ids.into_iter().map(|id| {
                    (
                        id,
                        Body {
                            data: vec![1],
                            transactions: Vec::new(),
                        },
                    )
                });
                self.lie(which, Some(from), &Message::Bodies(bodies.collect()));
            }
            Ok(Message::BlockFound(mut block)) if self.rng.one_in(3) => {
                block.data.push(7);
                self.lie(which, None, &Message::BlockFound(block));
                if self.rng.one_in(6) {
                    self.rename(which);
                }
            }
            _ => {}
        }
    }

    /// Sends a message under the hostile one's own key.
    fn lie(&mut self, which: usize, to: Option<NodeId>, message: &Message) {
        let Some(chain_id) = self
            .seats
            .iter()
            .find_map(|seat| seat.node.as_ref())
            .map(Node::chain_id)
        else {
            return;
        };
        let frame = self.hostiles[which].frame(&chain_id, to, message);
        self.post(which, to, frame.into(), false);
    }

    /// Puts bytes on the links to one or to all.
    fn post(&mut self, which: usize, to: Option<NodeId>, frame: Rc<[u8]>, replayed: bool) {
        let from = self.seats.len().saturating_add(which);
        for place in 0..self.seats.len() {
            if to.is_none_or(|to| to == self.seats[place].id) {
                self.send(from, place, &frame, replayed);
            }
        }
    }

    /// Takes another key, and introduces itself.
    fn rename(&mut self, which: usize) {
        let number = self.rng.next();
        let hostile = &mut self.hostiles[which];
        hostile.names = hostile.names.saturating_add(1);
        hostile.key = key(
            self.scenario.seed,
            "hostile",
            &format!("{which}-{}", hostile.names),
        );
        let id = hostile.key.node_id();
        let old = std::mem::replace(&mut hostile.id, id);
        hostile.session = self.now.0 << 16 | (number & 0xffff);
        self.move_place(old, id);
        let genesis = HeadInfo {
            id: BlockHash::ZERO,
            height: Height(0),
            weight: Weight(0),
        };
        let record = NodeRecord::sign(
            &self.hostiles[which].key,
            "hostile",
            NodeKind::Viewer,
            "sim",
            self.now,
        );
        self.lie(
            which,
            None,
            &Message::Hello {
                record,
                head: genesis,
            },
        );
    }

    /// A hostile one does something.
    pub(super) fn next_mischief(&mut self, which: usize) {
        if self.healed {
            return;
        }
        let next = self.rng.wait(TRICK_EVERY);
        self.after(next, Event::Hostile(which));
        if self.hostiles[which].names == 0 || self.rng.one_in(4) {
            self.rename(which);
        }
        let seat = self.rng.index(self.seats.len());
        if self.seats[seat].node.is_none() {
            return;
        }
        let trick = self.rng.below(18);
        self.log.push(self.now, seat, What::Hostile, trick);
        let all = if self.rng.one_in(2) {
            None
        } else {
            Some(self.seats[seat].id)
        };
        match trick {
            0..3 => self.spoil_bytes(which, trick),
            3 => self.forge_sender(which, seat),
            4 => self.wrong_seal(which, seat, all),
            5 => self.withhold(which, seat),
            6 => self.flood(which, seat, all),
            7 => self.spam_headers(which, seat),
            8 | 9 => self.bad_transactions(which, seat, all),
            10 => self.unsolicited(which, seat, all),
            11 => self.strangers(which, all),
            12 | 13 => self.double_seal(which, seat),
            16 => self.boast(which, seat),
            17 => self.drown(which, seat, all),
            _ => self.bad_block(which, seat, all),
        }
    }

    /// Mutated, truncated, oversized and replayed frames of others.
    fn spoil_bytes(&mut self, which: usize, trick: u64) {
        let heard = &self.hostiles[which].heard;
        if heard.is_empty() {
            return;
        }
        let mut frame = heard[self.rng.index(heard.len())].to_vec();
        let mut replayed = false;
        match trick {
            0 => {
                let at = self.rng.index(frame.len().max(1));
                if let Some(byte) = frame.get_mut(at) {
                    *byte ^= 1 << self.rng.below(8);
                }
            }
            1 => frame.truncate(self.rng.index(frame.len())),
            _ if self.rng.one_in(4) => frame.resize(OVERHEAD.saturating_add(400_000), 0),
            _ => replayed = true,
        }
        self.post(which, None, frame.into(), replayed);
    }

    /// A frame in the name of an honest node, signed by another key.
    fn forge_sender(&mut self, which: usize, seat: usize) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let chain_id = node.chain_id();
        let victim = self.seats[seat].id;
        let mut frame = self.hostiles[which].frame(&chain_id, None, &Message::Bye);
        frame[13..45].copy_from_slice(&victim.0);
        // A sequence from far ahead: whoever believed it would refuse the honest node's own frames.
        frame[45..53].copy_from_slice(&u64::MAX.to_le_bytes());
        self.post(which, None, frame.into(), false);
    }

    /// More frames at once than any honest node sends.
    fn drown(&mut self, which: usize, seat: usize, to: Option<NodeId>) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let chain = node.chain();
        let head = HeadInfo {
            id: chain.head(),
            height: chain.height(),
            weight: chain.weight(),
        };
        for token in 0..DROWNING {
            self.lie(
                which,
                to,
                &Message::Ping {
                    token,
                    head,
                    answer_by: None,
                },
            );
        }
    }

    /// Transactions with a forged signature, a used or far nonce, or more coins than there are.
    fn bad_transaction(&mut self, seat: usize) -> Option<Transaction> {
        let node = self.seats[seat].node.as_ref()?;
        let rng = &mut self.rng;
        let from = key(self.scenario.seed, "user", USERS[rng.index(USERS.len())]);
        let account = node.chain().head_state().account(&from.address());
        let to = key(self.scenario.seed, "user", USERS[rng.index(USERS.len())]).address();
        let transfer = |amount| Payload::Transfer {
            to,
            amount: Amount(amount),
            memo: String::new(),
        };
        let kind = rng.below(6);
        let (nonce, payload) = match kind {
            0 => (account.nonce.saturating_sub(1), transfer(1)),
            1 => (account.nonce.saturating_add(rng.within(1, 30)), transfer(1)),
            2 => (account.nonce, transfer(account.balance.0.saturating_add(1))),
            3 => (
                account.nonce,
                Payload::RegisterUser {
                    name: "alice".parse().ok()?,
                },
            ),
            4 => (
                account.nonce,
                Payload::SetParams(ParamsOrder {
                    ancestor: checkpoint(node),
                    change: ParamsChange {
                        difficulty: Some(Difficulty(8)),
                        ..ParamsChange::default()
                    },
                }),
            ),
            _ => (account.nonce, transfer(5)),
        };
        let mut transaction = sign(node.chain_id(), &from, nonce, Amount(2), payload);
        if kind == 4 {
            transaction.body.valid_until = Height(node.chain().height().0 + 9);
            transaction = transaction.body.sign(&from);
        }
        if kind == 5 {
            transaction.signature.0[5] ^= 4;
        }
        Some(transaction)
    }

    fn bad_transactions(&mut self, which: usize, seat: usize, to: Option<NodeId>) {
        if let Some(transaction) = self.bad_transaction(seat) {
            self.lie(which, to, &Message::NewTransaction(transaction));
        }
    }

    /// Answers that nobody asked for.
    fn unsolicited(&mut self, which: usize, seat: usize, to: Option<NodeId>) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let header = (*node.chain().head_header(), Seal::Work);
        let message = match self.rng.below(5) {
            // More than a message of its type may have.
            4 => Message::Inv(vec![TxId([4; 32]); MAX_IDS + 1]),
            0 => Message::Headers(vec![header]),
            1 => Message::Bodies(vec![(node.chain().head(), Body::default())]),
            2 => Message::GetHeaders(vec![BlockHash([3; 32]); 100]),
            _ => Message::GetBodies(vec![node.chain().head(); 128]),
        };
        self.lie(which, to, &message);
    }

    /// Records of nodes that do not exist.
    fn strangers(&mut self, which: usize, to: Option<NodeId>) {
        let sign = |number: u64| {
            let key = key(self.scenario.seed, "stranger", &number.to_string());
            NodeRecord::sign(&key, "stranger", NodeKind::Pow, "sim", self.now)
        };
        let first = self.rng.below(200);
        let records = (first..first.saturating_add(12)).map(sign).collect();
        self.lie(which, to, &Message::NodeList(records));
    }
}
