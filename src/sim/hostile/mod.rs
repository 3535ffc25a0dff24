//! Those who lie. A hostile one is no node: it knows what an honest node knows, hears what is sent to all,
//! mines with easy work, and sends what it likes under keys of its own. When it is ignored under one it takes another.

mod blocks;

use std::collections::VecDeque;
use std::rc::Rc;

use crate::gossip::{
    Envelope, HeadInfo, MAX_HEADERS, MAX_IDS, Message, NodeRecord, OVERHEAD, seal_frame,
};
use crate::primitives::{
    Amount, Block, BlockHash, Body, Difficulty, Height, Keypair, Millis, NodeId, NodeKind,
    ParamsChange, ParamsOrder, Payload, Seal, Transaction, TxId, Weight,
};

use crate::sim::digest::What;
use crate::sim::event::{Cue, Event};
use crate::sim::scenario::{USERS, key};
use crate::sim::work::{checkpoint, sign};
use crate::sim::world::World;

/// Frames that a hostile one keeps, to play them again.
const HEARD: usize = 32;
/// Mean time between two tricks.
const TRICK_EVERY: Millis = Millis(9_000);
/// Frames at once: more than a node takes of one peer in a second.
const DROWNING: u64 = 250;

/// One who lies.
#[derive(Debug)]
pub(super) struct Hostile {
    /// Its place among those who lie.
    number: usize,
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
    pub(super) fn new(number: usize, key: Keypair) -> Self {
        Self {
            number,
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

impl Hostile {
    /// A hostile one hears a frame: it keeps it, answers some questions, and spoils news.
    pub(super) fn receive(&mut self, world: &mut World, frame: &[u8]) {
        if self.heard.len() >= HEARD {
            self.heard.pop_front();
        }
        self.heard.push_back(frame.into());
        if world.healed {
            return;
        }
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let Ok(envelope) = Envelope::parse(frame, &chain_id) else {
            return;
        };
        let (from, message) = (envelope.from, envelope.message());
        match message {
            Ok(Message::GetHeaders(_)) if !self.withheld.is_empty() => {
                let blocks = self.withheld.iter().take(MAX_HEADERS);
                let headers = blocks.map(|block| (block.header, block.seal)).collect();
                self.send(world, Some(from), &Message::Headers(headers));
            }
            Ok(Message::GetBodies(ids)) if world.rng.one_in(2) => {
                let bodies = ids.into_iter().map(|id| {
                    (
                        id,
                        Body {
                            data: vec![1],
                            transactions: Vec::new(),
                        },
                    )
                });
                self.send(world, Some(from), &Message::Bodies(bodies.collect()));
            }
            Ok(Message::BlockFound(mut block)) if world.rng.one_in(3) => {
                block.data.push(7);
                self.send(world, None, &Message::BlockFound(block));
                if world.rng.one_in(6) {
                    self.rename(world);
                }
            }
            _ => {}
        }
    }

    /// Sends a message under the hostile one's own key.
    fn send(&mut self, world: &mut World, to: Option<NodeId>, message: &Message) {
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let frame = self.frame(&chain_id, to, message);
        self.post(world, to, frame.into(), false);
    }

    /// Puts bytes on the links to one or to all.
    fn post(&mut self, world: &mut World, to: Option<NodeId>, frame: Rc<[u8]>, replayed: bool) {
        let from = world.seats.len().saturating_add(self.number);
        for place in 0..world.seats.len() {
            if to.is_none_or(|to| to == world.seats[place].id) {
                world.send(from, place, &frame, replayed);
            }
        }
    }

    /// Takes another key, and introduces itself.
    fn rename(&mut self, world: &mut World) {
        let number = world.rng.next();
        self.names = self.names.saturating_add(1);
        self.key = key(
            world.scenario.seed,
            "hostile",
            &format!("{}-{}", self.number, self.names),
        );
        let id = self.key.node_id();
        let old = std::mem::replace(&mut self.id, id);
        self.session = world.now.0 << 16 | (number & 0xffff);
        world.rename(old, id);
        let genesis = HeadInfo {
            id: BlockHash::ZERO,
            height: Height(0),
            weight: Weight(0),
        };
        let record = NodeRecord::sign(&self.key, "hostile", NodeKind::Viewer, "sim", world.now);
        self.send(
            world,
            None,
            &Message::Hello {
                record,
                head: genesis,
            },
        );
    }

    /// A hostile one does something.
    pub(super) fn next_trick(&mut self, world: &mut World) {
        if world.healed {
            return;
        }
        let next = world.rng.wait(TRICK_EVERY);
        world.after(next, Event::Cue(Cue::Hostile(self.number)));
        if self.names == 0 || world.rng.one_in(4) {
            self.rename(world);
        }
        let seat = world.rng.index(world.seats.len());
        if world.seats[seat].node.is_none() {
            return;
        }
        let trick = world.rng.below(18);
        world.log.push(world.now, seat, What::Hostile, trick);
        let all = if world.rng.one_in(2) {
            None
        } else {
            Some(world.seats[seat].id)
        };
        match trick {
            0..3 => self.spoil_bytes(world, trick),
            3 => self.forge_sender(world, seat),
            4 => self.wrong_seal(world, seat, all),
            5 => self.withhold(world, seat),
            6 => self.flood(world, seat, all),
            7 => self.spam_headers(world, seat),
            8 | 9 => self.bad_transactions(world, seat, all),
            10 => self.unsolicited(world, seat, all),
            11 => self.strangers(world, all),
            12 | 13 => self.double_seal(world, seat),
            16 => self.claim_weight(world, seat),
            17 => self.drown(world, seat, all),
            _ => self.bad_block(world, seat, all),
        }
    }

    /// Mutated, truncated, oversized and replayed frames of others.
    fn spoil_bytes(&mut self, world: &mut World, trick: u64) {
        let heard = &self.heard;
        if heard.is_empty() {
            return;
        }
        let mut frame = heard[world.rng.index(heard.len())].to_vec();
        let mut replayed = false;
        match trick {
            0 => {
                let at = world.rng.index(frame.len().max(1));
                if let Some(byte) = frame.get_mut(at) {
                    *byte ^= 1 << world.rng.below(8);
                }
            }
            1 => frame.truncate(world.rng.index(frame.len())),
            _ if world.rng.one_in(4) => frame.resize(OVERHEAD.saturating_add(400_000), 0),
            _ => replayed = true,
        }
        self.post(world, None, frame.into(), replayed);
    }

    /// A frame in the name of an honest node, signed by another key.
    fn forge_sender(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let chain_id = node.chain_id();
        let victim = world.seats[seat].id;
        let mut frame = self.frame(&chain_id, None, &Message::Bye);
        frame[13..45].copy_from_slice(&victim.0);
        // A sequence from far ahead: whoever believed it would refuse the honest node's own frames.
        frame[45..53].copy_from_slice(&u64::MAX.to_le_bytes());
        self.post(world, None, frame.into(), false);
    }

    /// More frames at once than any honest node sends.
    fn drown(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let chain = node.chain();
        let head = HeadInfo {
            id: chain.head(),
            height: chain.height(),
            weight: chain.weight(),
        };
        for token in 0..DROWNING {
            self.send(
                world,
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
    fn bad_transaction(&self, world: &mut World, seat: usize) -> Option<Transaction> {
        let node = world.seats[seat].node.as_ref()?;
        let rng = &mut world.rng;
        let from = key(world.scenario.seed, "user", USERS[rng.index(USERS.len())]);
        let account = node.chain().head_state().account(&from.address());
        let to = key(world.scenario.seed, "user", USERS[rng.index(USERS.len())]).address();
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

    fn bad_transactions(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        if let Some(transaction) = self.bad_transaction(world, seat) {
            self.send(world, to, &Message::NewTransaction(transaction));
        }
    }

    /// Answers that nobody asked for.
    fn unsolicited(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let header = (*node.chain().head_header(), Seal::Work);
        let message = match world.rng.below(5) {
            // More than a message of its type may have.
            4 => Message::Inv(vec![TxId([4; 32]); MAX_IDS + 1]),
            0 => Message::Headers(vec![header]),
            1 => Message::Bodies(vec![(node.chain().head(), Body::default())]),
            2 => Message::GetHeaders(vec![BlockHash([3; 32]); 100]),
            _ => Message::GetBodies(vec![node.chain().head(); 128]),
        };
        self.send(world, to, &message);
    }

    /// Records of nodes that do not exist.
    fn strangers(&mut self, world: &mut World, to: Option<NodeId>) {
        let sign = |number: u64| {
            let key = key(world.scenario.seed, "stranger", &number.to_string());
            NodeRecord::sign(&key, "stranger", NodeKind::Pow, "sim", world.now)
        };
        let first = world.rng.below(200);
        let records = (first..first.saturating_add(12)).map(sign).collect();
        self.send(world, to, &Message::NodeList(records));
    }
}
