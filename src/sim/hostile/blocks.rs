//! Blocks that a hostile one makes: sealed by the wrong key, withheld, without a parent, twice for
//! one slot, or against a rule.

use std::rc::Rc;

use crate::consensus::{CheckedTransaction, SignatureCache, slots};
use crate::gossip::{CompactBlock, HeadInfo, Message};
use crate::node::Node;
use crate::primitives::{
    Block, BlockHash, Body, Difficulty, Digest, Header, Height, Kind, MAX_EXACT, Millis, NodeId,
    Seal, Signature, Slot, Timestamp, Transaction, Weight,
};
use crate::sim::event::Observed;
use crate::sim::world::World;

use super::Hostile;
use super::liar::ping;
use super::private::mine;
use crate::state::{Template, assemble};

/// Blocks of a flood: more than any bound of a node's.
const FLOOD: u64 = 48;

pub(super) fn compact(block: &Block) -> Message {
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
pub(super) fn block_on(
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

impl Hostile {
    /// An authority's block that is right but for its seal.
    pub(super) fn wrong_seal(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let Some(leader) = leader(node, slots::slot_at(node.chain().params(), world.date())) else {
            return;
        };
        let Some((header, body)) = authority_block(node, leader, world.date(), b"forged") else {
            return;
        };
        let seal = if world.rng.one_in(2) {
            header.seal(&node.chain_id(), &self.key)
        } else {
            Seal::Authority(Signature([1; 64]))
        };
        self.send(world, to, &compact(&Block { header, seal, body }));
    }

    /// A heavier chain whose bodies nobody gets.
    pub(super) fn withhold(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let id = self.id;
        let Some(first) = block_on(node, id, world.date(), &[], b"withheld") else {
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
        self.withheld = blocks;
        self.send(world, None, &ping(0, head));
    }

    /// A header that outweighs every chain and costs one signature: no authority's, and with no
    /// body.
    pub(super) fn claim_weight(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let (chain, parent) = (node.chain(), node.chain().head_header());
        let header = Header {
            kind: Kind::Authority,
            height: parent.height.next(),
            parent: chain.head(),
            time: world.date(),
            difficulty: Difficulty(MAX_EXACT),
            slot: slots::slot_at(chain.params(), world.date()),
            sealer: self.id,
            nonce: 0,
            ..*parent
        };
        let seal = header.seal(&chain.chain_id(), &self.key);
        let weight = chain.weight().plus(header.difficulty);
        let head = HeadInfo {
            id: header.id(),
            height: header.height,
            weight,
        };
        self.withheld = vec![Block {
            header,
            seal,
            body: Body::default(),
        }];
        self.send(world, None, &ping(0, head));
    }

    /// Many blocks with valid work that hang nowhere, or lie in the future.
    pub(super) fn flood(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let sealer = self.id;
        let in_future = world.rng.one_in(2);
        let time = world.date().plus(Millis(5_000));
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
            self.send(
                world,
                to,
                &compact(&Block {
                    header,
                    ..block.clone()
                }),
            );
        }
    }

    /// Valid blocks beside the chain, far below its head.
    pub(super) fn spam_headers(&mut self, world: &mut World, seat: usize) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let chain = node.chain();
        let height = Height(world.rng.below(chain.height().0.max(1)));
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
                sealer: self.id,
                tx_root: Body::default().tx_root(),
                data_hash: Body::default().data_hash(),
                state_root: Digest([u8::try_from(number).unwrap_or(0); 32]),
                nonce: 0,
            };
            self.send(
                world,
                None,
                &compact(&Block {
                    header: mine(header),
                    seal: Seal::Work,
                    body: Body::default(),
                }),
            );
        }
    }

    /// The traitor's turn: two blocks for one slot, each for half of the network; or one too soon.
    pub(super) fn double_seal(&mut self, world: &mut World, seat: usize) {
        let (Some(traitor), Some(node)) = (world.scenario.traitor.clone(), &world.seats[seat].node)
        else {
            return;
        };
        let (params, parent) = (node.chain().params(), node.chain().head_header());
        let chain_id = node.chain_id();
        let slot = slots::slot_at(params, world.date());
        let hasty = parent.time.plus(Millis(1));
        if leader(node, slot) != Some(traitor.node_id()) {
            return;
        }
        let earliest = world.date().max(parent.time.plus(params.min_gap));
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
        if slots::slot_at(params, hasty) == slot && world.rng.one_in(2) {
            if let Some(block) = block(b"hasty", Some(hasty)) {
                self.send(world, None, &compact(&block));
            }
            return;
        }
        let (Some(one), Some(other)) = (block(b"one", None), block(b"other", None)) else {
            return;
        };
        world.observe(Observed::DoubleSeal(one.id(), other.id()));
        for place in 0..world.seats.len() {
            let to = world.seats[place].id;
            self.send(
                world,
                Some(to),
                &compact(if place % 2 == 0 { &one } else { &other }),
            );
        }
    }

    /// The traitor seals its last slot many times for one node: each block costs it a signature and
    /// nothing else.
    pub(super) fn flood_seals(&mut self, world: &mut World, seat: usize) {
        let (Some(traitor), Some(node)) = (world.scenario.traitor.clone(), &world.seats[seat].node)
        else {
            return;
        };
        let (chain, id) = (node.chain(), world.seats[seat].id);
        let params = chain.params();
        let earliest = chain.head_header().time.plus(params.min_gap);
        let (first, last) = (
            slots::slot_at(params, earliest),
            slots::slot_at(params, world.date()),
        );
        let mut turns = (first.0..=last.0).rev().map(Slot);
        let Some(slot) = turns.find(|slot| leader(node, *slot) == Some(traitor.node_id())) else {
            return;
        };
        let time = earliest.max(slots::slot_start(params, slot));
        let seal = |number: u64| {
            let data = format!("seal {number}");
            let (header, body) = authority_block(node, traitor.node_id(), time, data.as_bytes())?;
            let seal = header.seal(&chain.chain_id(), &traitor);
            Some(Block { header, seal, body })
        };
        let blocks: Vec<Block> = (0..FLOOD).filter_map(seal).collect();
        if let [one, other, ..] = &blocks[..] {
            world.observe(Observed::DoubleSeal(one.id(), other.id()));
        }
        for block in blocks {
            self.send(world, Some(id), &compact(&block));
        }
    }

    /// A block with valid work that breaks a rule.
    pub(super) fn bad_block(&mut self, world: &mut World, seat: usize, to: Option<NodeId>) {
        let transaction = self.bad_transaction(world, seat);
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let (chain, sealer) = (node.chain(), self.id);
        let checked = transaction.and_then(|transaction| {
            let mut cache = SignatureCache::default();
            CheckedTransaction::check(transaction, chain.params(), &chain.chain_id(), &mut cache)
                .ok()
        });
        let checked: Vec<CheckedTransaction> = checked.into_iter().collect();
        let Some(good) = block_on(node, sealer, world.date(), &checked, b"bad") else {
            return;
        };
        let header = good.header;
        let spoilt = match world.rng.below(7) {
            0 => Header {
                height: header.height.next(),
                ..header
            },
            1 => Header {
                time: chain.head_header().time.plus(Millis(1)),
                ..header
            },
            2 => Header {
                time: world.date().plus(Millis(60_000)),
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
            self.send(world, to, &Message::NewTransaction(transaction.clone()));
        }
        self.send(world, to, &compact(&block));
        self.withheld = vec![block];
    }
}
