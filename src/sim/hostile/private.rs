//! A chain that a hostile one mines alone: valid from genesis on, and as heavy as it needs to be.
//! Simulated work is easy, so it could replace any chain; it always keeps the last bodies back, and
//! is judged by what a node does then.

use std::rc::Rc;

use crate::chain::Chain;
use crate::consensus::{Params, SignatureCache, work};
use crate::gossip::{HeadInfo, MAX_HEADERS};
use crate::primitives::{
    Block, BlockHash, Body, Header, Height, Kind, NodeId, Seal, Timestamp, Weight,
};
use crate::sim::world::World;
use crate::state::{Template, assemble};

/// Blocks at the end of the chain whose bodies nobody gets.
const KEPT_BACK: u64 = 3;

/// Finds the nonce of a work block.
pub(super) fn mine(mut header: Header) -> Header {
    while !work::meets(&header.id(), header.difficulty) {
        header.nonce = header.nonce.saturating_add(1);
    }
    header
}

/// Weight of the heaviest best chain of an honest node.
pub(super) fn heaviest(world: &World) -> Weight {
    let nodes = world.seats.iter().filter_map(|seat| seat.node.as_ref());
    let heaviest = nodes.map(|node| node.chain().weight()).max();
    heaviest.unwrap_or_default()
}

/// A private chain.
#[derive(Clone, Debug)]
pub(super) struct PrivateChain(Chain);

impl PrivateChain {
    pub(super) fn new(params: &Params) -> Self {
        Self(Chain::new(Rc::new(params.clone())))
    }

    /// One that follows the best chain of a node up to a height.
    pub(super) fn up_to(chain: &Chain, height: Height) -> Option<Self> {
        let (mut own, mut cache) = (
            Chain::new(Rc::clone(chain.params())),
            SignatureCache::default(),
        );
        for height in 1..=height.0 {
            let block = &chain.get(&chain.at(Height(height))?)?.block;
            let time = block.header.time;
            own.import(Block::clone(block), time, &mut cache).ok()?;
        }
        Some(Self(own))
    }

    /// Its blocks above a height.
    pub(super) fn after(&self, height: Height) -> impl Iterator<Item = Block> {
        let heights = height.0.saturating_add(1)..=self.0.height().0;
        let ids = heights.filter_map(|height| self.0.at(Height(height)));
        ids.filter_map(|id| self.0.get(&id).map(|entry| Block::clone(&entry.block)))
    }

    /// Mines until the chain outweighs `weight` without the blocks that are kept back, or has come
    /// up to `now`.
    pub(super) fn outweigh(&mut self, weight: Weight, sealer: NodeId, now: Timestamp) {
        let chain = &mut self.0;
        while chain.weight() <= weight {
            let parent = chain.head_header();
            let template = Template {
                parent,
                parent_id: chain.head(),
                kind: Kind::Work,
                sealer,
                time: parent.time.plus(chain.params().min_gap),
                data: b"",
            };
            let made = assemble(
                chain.params(),
                chain.head_state(),
                template,
                std::iter::empty(),
            );
            let Some((header, body)) = made.filter(|(header, _)| header.time <= now) else {
                return;
            };
            let block = Block {
                header: mine(header),
                seal: Seal::Work,
                body,
            };
            if chain
                .import(block, now, &mut SignatureCache::default())
                .is_err()
            {
                return;
            }
        }
    }

    /// What its owner boasts of.
    pub(super) fn head(&self) -> HeadInfo {
        HeadInfo {
            id: self.0.head(),
            height: self.0.height(),
            weight: self.0.weight(),
        }
    }

    /// Its headers after a locator.
    pub(super) fn headers_after(&self, locator: &[BlockHash]) -> Vec<(Header, Seal)> {
        self.0.headers_after(locator, MAX_HEADERS)
    }

    /// The first of the bodies that are asked for, unless it is kept back.
    pub(super) fn first_body(&self, ids: &[BlockHash]) -> Vec<(BlockHash, Body)> {
        let given = Height(self.0.height().0.saturating_sub(KEPT_BACK));
        let entries = ids.iter().take(1).filter_map(|id| self.0.get(id));
        entries
            .filter(|entry| entry.block.header.height <= given)
            .map(|entry| (entry.block.id(), entry.block.body.clone()))
            .collect()
    }
}

/// Two branches that outweigh each other in turn.
#[derive(Debug)]
pub(super) struct Rivals {
    /// The next to outweigh the other first.
    branches: [Branch; 2],
    pub(super) until: Timestamp,
}

/// One of two branches.
#[derive(Debug)]
struct Branch {
    chain: PrivateChain,
    /// Two branches of one sealer would be the same.
    sealer: NodeId,
    /// How far all know it.
    told: Height,
}

impl Rivals {
    /// Two that leave a chain at its head, of these sealers.
    pub(super) fn from_head(chain: &PrivateChain, sealers: [NodeId; 2], until: Timestamp) -> Self {
        let branch = |sealer| Branch {
            chain: chain.clone(),
            sealer,
            told: chain.head().height,
        };
        let branches = sealers.map(branch);
        Self { branches, until }
    }

    /// Has the one whose turn it is outweigh `weight`; its new blocks.
    pub(super) fn outweigh(&mut self, weight: Weight, now: Timestamp) -> Vec<Block> {
        let branch = &mut self.branches[0];
        branch.chain.outweigh(weight, branch.sealer, now);
        let news = branch.chain.after(branch.told).collect();
        branch.told = branch.chain.head().height;
        self.branches.rotate_left(1);
        news
    }
}
