//! Those who lie. A hostile one is no node: it knows what an honest node knows, hears what is sent to all,
//! mines with easy work, and sends what it likes under keys of its own. When it is ignored under one it takes another.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::consensus::{CheckedTransaction, SignatureCache, slots, work};
use crate::gossip::{
    CompactBlock, Envelope, HeadInfo, MAX_HEADERS, MAX_IDS, Message, NodeRecord, OVERHEAD,
    seal_frame,
};
use crate::node::Node;
use crate::primitives::{
    Amount, Block, BlockHash, Body, Difficulty, Digest, Header, Height, Keypair, Kind, MAX_EXACT,
    Millis, NodeId, NodeKind, Payload, Seal, Signature, Slot, Timestamp, Transaction, TxId, Weight,
};
use crate::state::{Template, assemble};

use super::digest::What;
use super::scenario::{USERS, key};
use super::work::sign;
use super::world::{Event, World};

/// Frames that a hostile one keeps, to play them again.
const HEARD: usize = 32;
/// Mean time between two tricks.
const TRICK_EVERY: Millis = Millis(9_000);
/// Blocks of a flood: more than any bound of a node's.
const FLOOD: u64 = 48;
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

/// Finds the nonce of a work block.
fn mine(mut header: Header) -> Header {
    while !work::meets(&header.id(), header.difficulty) {
        header.nonce = header.nonce.saturating_add(1);
    }
    header
}

fn compact(block: &Block) -> Message {
    Message::BlockFound(CompactBlock {
        header: block.header,
        seal: block.seal,
        data: block.body.data.clone(),
        transactions: block
            .body
            .transactions
            .iter()
            .map(Transaction::id)
            .collect(),
    })
}

/// A valid work block on the head of an honest node, but for its transactions if they are wrong.
fn block_on(
    node: &Node,
    sealer: NodeId,
    time: Timestamp,
    transactions: &[CheckedTransaction],
    data: &[u8],
) -> Option<Block> {
    let chain = node.chain();
    let template = Template {
        parent: chain.head_header(),
        parent_id: chain.head(),
        kind: Kind::Work,
        sealer,
        time,
        data,
    };
    let (header, body) = assemble(
        chain.params(),
        chain.head_state(),
        template,
        transactions.iter(),
    )?;
    Some(Block {
        header: mine(header),
        seal: Seal::Work,
        body,
    })
}

/// Whose turn a slot is for a node.
fn leader(node: &Node, slot: Slot) -> Option<NodeId> {
    slots::leader(&node.chain().context().rules.current.authorities, slot)
        .map(|address| NodeId(address.0))
}

/// An authority's block on the head of an honest node, still without its seal.
fn authority_block(
    node: &Node,
    sealer: NodeId,
    time: Timestamp,
    data: &[u8],
) -> Option<(Header, Body)> {
    let chain = node.chain();
    let (parent, parent_id) = (chain.head_header(), chain.head());
    let template = Template {
        parent,
        parent_id,
        kind: Kind::Authority,
        sealer,
        time,
        data,
    };
    assemble(
        chain.params(),
        chain.head_state(),
        template,
        std::iter::empty(),
    )
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

    /// An authority's block that is right but for its seal.
    fn wrong_seal(&mut self, which: usize, seat: usize, to: Option<NodeId>) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let Some(leader) = leader(node, slots::slot_at(node.chain().params(), self.now)) else {
            return;
        };
        let Some((header, body)) = authority_block(node, leader, self.now, b"forged") else {
            return;
        };
        let seal = if self.rng.one_in(2) {
            header.seal(&node.chain_id(), &self.hostiles[which].key)
        } else {
            Seal::Authority(Signature([1; 64]))
        };
        self.lie(which, to, &compact(&Block { header, seal, body }));
    }

    /// A heavier chain whose bodies nobody gets.
    fn withhold(&mut self, which: usize, seat: usize) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let id = self.hostiles[which].id;
        let Some(first) = block_on(node, id, self.now, &[], b"withheld") else {
            return;
        };
        let mut blocks = vec![first];
        while blocks.len() < 3 {
            let last = blocks[blocks.len() - 1].header;
            let time = last.time.plus(Millis(300));
            let next = Header {
                height: last.height.next(),
                parent: last.id(),
                time,
                nonce: 0,
                ..last
            };
            blocks.push(Block {
                header: mine(next),
                seal: Seal::Work,
                body: Body::default(),
            });
        }
        let head = &blocks[blocks.len() - 1].header;
        let weight = Weight(
            node.chain()
                .weight()
                .0
                .saturating_add(u128::from(head.difficulty.0).saturating_mul(3)),
        );
        let head = HeadInfo {
            id: head.id(),
            height: head.height,
            weight,
        };
        self.hostiles[which].withheld = blocks;
        self.lie(
            which,
            None,
            &Message::Ping {
                token: 0,
                head,
                answer_by: None,
            },
        );
    }

    /// A header that outweighs every chain and costs one signature: no authority's, and with no body.
    fn boast(&mut self, which: usize, seat: usize) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let (chain, parent) = (node.chain(), node.chain().head_header());
        let hostile = &self.hostiles[which];
        let header = Header {
            kind: Kind::Authority,
            height: parent.height.next(),
            parent: chain.head(),
            time: self.now,
            difficulty: Difficulty(MAX_EXACT),
            slot: slots::slot_at(chain.params(), self.now),
            sealer: hostile.id,
            nonce: 0,
            ..*parent
        };
        let seal = header.seal(&chain.chain_id(), &hostile.key);
        let weight = chain.weight().plus(header.difficulty);
        let head = HeadInfo {
            id: header.id(),
            height: header.height,
            weight,
        };
        self.hostiles[which].withheld = vec![Block {
            header,
            seal,
            body: Body::default(),
        }];
        self.lie(
            which,
            None,
            &Message::Ping {
                token: 0,
                head,
                answer_by: None,
            },
        );
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

    /// Many blocks with valid work that hang nowhere, or lie in the future.
    fn flood(&mut self, which: usize, seat: usize, to: Option<NodeId>) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let sealer = self.hostiles[which].id;
        let in_future = self.rng.one_in(2);
        let time = self.now.plus(Millis(5_000));
        let Some(block) = block_on(node, sealer, time, &[], b"flood") else {
            return;
        };
        for number in 0..FLOOD {
            let parent = if in_future {
                block.header.parent
            } else {
                BlockHash([u8::try_from(number).unwrap_or(0); 32])
            };
            let header = mine(Header {
                parent,
                nonce: number.saturating_mul(1_000_000),
                ..block.header
            });
            self.lie(
                which,
                to,
                &compact(&Block {
                    header,
                    ..block.clone()
                }),
            );
        }
    }

    /// Valid blocks beside the chain, far below its head.
    fn spam_headers(&mut self, which: usize, seat: usize) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let chain = node.chain();
        let height = Height(self.rng.below(chain.height().0.max(1)));
        let Some(base) = chain.at(height).and_then(|id| chain.get(&id)) else {
            return;
        };
        let base = Rc::clone(&base.block);
        for number in 0..8 {
            let header = Header {
                kind: Kind::Work,
                height: height.next(),
                parent: base.id(),
                time: base.header.time.plus(Millis(300)),
                difficulty: Difficulty(16),
                slot: Slot(0),
                sealer: self.hostiles[which].id,
                tx_root: Body::default().tx_root(),
                data_hash: Body::default().data_hash(),
                state_root: Digest([u8::try_from(number).unwrap_or(0); 32]),
                nonce: 0,
            };
            self.lie(
                which,
                None,
                &compact(&Block {
                    header: mine(header),
                    seal: Seal::Work,
                    body: Body::default(),
                }),
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
                Payload::SetParams(crate::primitives::ParamsChange {
                    difficulty: Some(Difficulty(8)),
                    ..Default::default()
                }),
            ),
            _ => (account.nonce, transfer(5)),
        };
        let mut transaction = sign(node.chain_id(), &from, nonce, Amount(2), payload);
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

    /// The traitor's turn: two blocks for one slot, each for half of the network; or one too soon.
    fn double_seal(&mut self, which: usize, seat: usize) {
        let (Some(traitor), Some(node)) = (self.scenario.traitor.clone(), &self.seats[seat].node)
        else {
            return;
        };
        let (params, parent) = (node.chain().params(), node.chain().head_header());
        let chain_id = node.chain_id();
        let slot = slots::slot_at(params, self.now);
        let hasty = parent.time.plus(Millis(1));
        if leader(node, slot) != Some(traitor.node_id()) {
            return;
        }
        let earliest = self.now.max(parent.time.plus(params.min_gap));
        let block = |data: &[u8], time: Option<Timestamp>| {
            let (header, body) = authority_block(node, traitor.node_id(), earliest, data)?;
            let header = Header {
                time: time.unwrap_or(header.time),
                ..header
            };
            Some(Block {
                header,
                seal: header.seal(&chain_id, &traitor),
                body,
            })
        };
        if slots::slot_at(params, hasty) == slot && self.rng.one_in(2) {
            if let Some(block) = block(b"hasty", Some(hasty)) {
                self.lie(which, None, &compact(&block));
            }
            return;
        }
        let (Some(one), Some(other)) = (block(b"one", None), block(b"other", None)) else {
            return;
        };
        self.checks.note_double((one.id(), other.id()));
        for place in 0..self.seats.len() {
            let to = self.seats[place].id;
            self.lie(
                which,
                Some(to),
                &compact(if place % 2 == 0 { &one } else { &other }),
            );
        }
    }

    /// A block with valid work that breaks a rule.
    fn bad_block(&mut self, which: usize, seat: usize, to: Option<NodeId>) {
        let transaction = self.bad_transaction(seat);
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let (chain, sealer) = (node.chain(), self.hostiles[which].id);
        let checked = transaction.and_then(|transaction| {
            let mut cache = SignatureCache::default();
            CheckedTransaction::check(transaction, chain.params(), &chain.chain_id(), &mut cache)
                .ok()
        });
        let checked: Vec<CheckedTransaction> = checked.into_iter().collect();
        let Some(good) = block_on(node, sealer, self.now, &checked, b"bad") else {
            return;
        };
        let header = good.header;
        let spoilt = match self.rng.below(7) {
            0 => Header {
                height: header.height.next(),
                ..header
            },
            1 => Header {
                time: chain.head_header().time.plus(Millis(1)),
                ..header
            },
            2 => Header {
                time: self.now.plus(Millis(60_000)),
                ..header
            },
            3 => Header {
                difficulty: Difficulty(1),
                ..header
            },
            4 => Header {
                state_root: Digest([5; 32]),
                ..header
            },
            // As it is: its transactions are wrong, or were left out by the rules.
            _ => header,
        };
        let block = Block {
            header: mine(spoilt),
            ..good
        };
        // Whoever lacks the transactions asks for them.
        for transaction in &block.body.transactions {
            self.lie(which, to, &Message::NewTransaction(transaction.clone()));
        }
        self.lie(which, to, &compact(&block));
        self.hostiles[which].withheld = vec![block];
    }
}
