//! Frames, transactions and answers that a hostile one spoils or makes up.

use crate::gossip::{HeadInfo, MAX_IDS, Message, NodeRecord, OVERHEAD};
use crate::primitives::{
    Amount, BlockHash, Body, Difficulty, Height, NodeId, NodeKind, ParamsChange, ParamsOrder,
    Payload, Seal, Transaction, TxId,
};

use crate::sim::scenario::{USERS, key};
use crate::sim::work::{checkpoint, sign};
use crate::sim::world::World;

use super::Hostile;
use super::liar::ping;

/// Frames at once: more than a node takes of one peer in a second.
const DROWNING: u64 = 250;

impl Hostile {
    /// Mutated, truncated, oversized and replayed frames of others.
    pub(super) fn spoil_bytes(&mut self, world: &mut World, trick: u64) {
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
    pub(super) fn forge_sender(&mut self, world: &mut World, seat: usize) {
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
    pub(super) fn drown(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
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
            self.send(world, to, &ping(token, head));
        }
    }

    /// Answers that others once gave to a node, played again when it has started anew.
    pub(in crate::sim) fn play_again(&mut self, world: &mut World, seat: usize) {
        if !self.is_present(world) || world.rng.one_in(2) {
            return;
        }
        let to = world.seats[seat].id;
        for frame in world.overheard(seat) {
            self.post(world, Some(to), frame, true);
        }
    }

    /// Transactions with a forged signature, a used or far nonce, or more coins than there are.
    pub(super) fn bad_transaction(&self, world: &mut World, seat: usize) -> Option<Transaction> {
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

    pub(super) fn bad_transactions(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        if let Some(transaction) = self.bad_transaction(world, seat) {
            self.send(world, to, &Message::NewTransaction(transaction));
        }
    }

    /// Answers that nobody asked for.
    pub(super) fn unsolicited(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
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
    pub(super) fn strangers(&mut self, world: &mut World, to: Option<NodeId>) {
        let (seed, date) = (world.scenario.seed, world.date());
        let sign = |number: u64| {
            let key = key(seed, "stranger", &number.to_string());
            NodeRecord::sign(&key, "stranger", NodeKind::Pow, "sim", date)
        };
        let first = world.rng.below(200);
        let records = (first..first.saturating_add(12)).map(sign).collect();
        self.send(world, to, &Message::NodeList(records));
    }
}
