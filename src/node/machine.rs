//! The struct of a node, and what can be read from it without changing it.

use std::rc::Rc;

use crate::chain::{Archive, Chain};
use crate::consensus::SignatureCache;
use crate::gossip::HeadInfo;
use crate::mempool::Mempool;
use crate::primitives::{Address, BlockHash, Instant, NodeId, SplitMix64};

use super::authority::Authority;
use super::books::Books;
use super::clock::Clock;
use super::compact::CompactBlocks;
use super::deferred::DeferredBlocks;
use super::exchange::Exchange;
use super::finality::Finality;
use super::identity::Identity;
use super::lanes::Lanes;
use super::mining::Mining;
use super::roster::Roster;
use super::source::Source;
use super::timers::Timers;

/// One node of the network.
#[derive(Clone, Debug)]
pub struct Node {
    pub(super) identity: Identity,
    /// The instant of the input that it takes.
    pub(super) now: Instant,
    pub(super) clock: Clock,
    pub(super) random: SplitMix64,
    pub(super) chain: Chain,
    pub(super) cache: SignatureCache,
    pub(super) mempool: Mempool,
    pub(super) roster: Roster,
    pub(super) exchange: Exchange,
    pub(super) compact: CompactBlocks,
    pub(super) deferred: DeferredBlocks,
    pub(super) lanes: Lanes,
    pub(super) mining: Mining,
    pub(super) authority: Authority,
    pub(super) finality: Finality,
    pub(super) books: Books,
    pub(super) timers: Timers,
    pub(super) counters: Counters,
    pub(super) stopping: bool,
}

/// What a node has counted since it started.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counters {
    pub(super) frames_in: u64,
    pub(super) frames_refused: u64,
    pub(super) blocks_made: u64,
}

impl Node {
    /// Has blocks far below the head go to an archive from now on, so that a node that runs for
    /// days needs no more memory; `keep` blocks of the best chain stay
    /// ([`KEEP`](crate::chain::KEEP) for one that people run).
    pub fn archive_to(&mut self, archive: Rc<dyn Archive>, keep: u64) {
        self.chain.archive_to(archive, keep);
    }

    /// Id of the genesis block.
    #[must_use]
    pub fn chain_id(&self) -> BlockHash {
        self.chain.chain_id()
    }

    /// The block tree, to look at.
    #[must_use]
    pub const fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The waiting transactions, to look at.
    #[must_use]
    pub const fn mempool(&self) -> &Mempool {
        &self.mempool
    }

    /// The node's id.
    #[must_use]
    pub const fn id(&self) -> NodeId {
        self.identity.id
    }

    pub(super) fn head_info(&self) -> HeadInfo {
        HeadInfo {
            id: self.chain.head(),
            height: self.chain.height(),
            weight: self.chain.weight(),
        }
    }

    /// Registered name of an account, or its address in hexadecimal.
    pub(super) fn name_of(&self, address: &Address) -> String {
        self.chain
            .head_state()
            .account(address)
            .name
            .map_or_else(|| address.to_string(), |name| name.to_string())
    }

    /// Name of a node, or the first digits of its id.
    pub(super) fn name_of_node(&self, node: &NodeId) -> String {
        if *node == self.identity.id {
            return self.identity.name.clone();
        }
        let name = self.roster.name_of(node);
        name.map_or_else(|| node.short(), ToOwned::to_owned)
    }

    pub(super) fn name_of_source(&self, source: Source) -> String {
        source
            .peer()
            .map_or_else(|| "itself".to_owned(), |node| self.name_of_node(&node))
    }
}
