//! A hostile one with its keys, and how it sends.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::consensus::finality::SignedVote;
use crate::gossip::{HeadInfo, Message, NodeRecord, seal_frame};
use crate::primitives::{Block, BlockHash, Height, Keypair, NodeId, NodeKind, Weight};

use crate::sim::scenario::key;
use crate::sim::world::World;

use super::boast::Pretence;
use super::private::{PrivateChain, Rivals};

/// Whether whole crowds and long branches are among the tricks of a run. In every run they would
/// drown the quieter ones.
pub(super) fn crowds_come(world: &World) -> bool {
    world.scenario.seed.is_multiple_of(5)
}

/// News of a head that nobody is asked to answer.
pub(super) const fn ping(token: u64, head: HeadInfo) -> Message {
    Message::Ping {
        token,
        head,
        answer_by: None,
        progress: None,
    }
}

/// One who lies.
#[derive(Debug)]
pub(in crate::sim) struct Hostile {
    /// Its place among those who lie.
    pub(super) number: usize,
    pub(super) key: Keypair,
    pub(super) id: NodeId,
    pub(super) names: u64,
    pub(super) session: u64,
    pub(super) sequence: u64,
    pub(super) heard: VecDeque<Rc<[u8]>>,
    /// Blocks whose bodies nobody gets.
    pub(super) withheld: Vec<Block>,
    /// Votes that it keeps for later.
    pub(super) kept: Vec<SignedVote>,
    /// The chain that it mined alone.
    pub(super) private: Option<PrivateChain>,
    pub(super) pretence: Option<Pretence>,
    /// The branches between which it flips.
    pub(super) rivals: Option<Rivals>,
}

impl Hostile {
    pub(in crate::sim) fn new(number: usize, key: Keypair) -> Self {
        Self {
            number,
            id: key.node_id(),
            key,
            names: 0,
            session: 0,
            sequence: 0,
            heard: VecDeque::new(),
            withheld: Vec::new(),
            kept: Vec::new(),
            private: None,
            pretence: None,
            rivals: None,
        }
    }

    /// Whether it is there: all are until the network heals, then at most a third of all peers.
    pub(super) fn is_present(&self, world: &World) -> bool {
        !world.healed || self.number < world.seats.len() / 2
    }

    pub(super) fn frame(
        &mut self,
        chain_id: &BlockHash,
        to: Option<NodeId>,
        message: &Message,
    ) -> Vec<u8> {
        self.sequence = self.sequence.saturating_add(1);
        seal_frame(
            &self.key,
            chain_id,
            (self.session, self.sequence),
            to,
            message,
        )
    }

    /// Sends a message under the hostile one's own key.
    pub(super) fn send(&mut self, world: &mut World, to: Option<NodeId>, message: &Message) {
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        let frame = self.frame(&chain_id, to, message);
        self.post(world, to, frame.into(), false);
    }

    /// Puts bytes on the links to one or to all.
    pub(super) fn post(
        &self,
        world: &mut World,
        to: Option<NodeId>,
        frame: Rc<[u8]>,
        replayed: bool,
    ) {
        let from = world.seats.len().saturating_add(self.number);
        for place in 0..world.seats.len() {
            if to.is_none_or(|to| to == world.seats[place].id) {
                world.send(from, place, &frame, replayed);
            }
        }
    }

    /// Takes another key, and introduces itself.
    pub(super) fn rename(&mut self, world: &mut World) {
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
        let record = NodeRecord::sign(&self.key, "hostile", NodeKind::Viewer, "sim", world.date());
        self.send(
            world,
            None,
            &Message::Hello {
                record,
                head: genesis,
            },
        );
    }
}
