//! Many names at once. A name costs nothing, so whatever is counted for each name is counted for
//! none.

use crate::gossip::{CompactBlock, HeadInfo, MAX_RECORDS, Message, NodeRecord, seal_frame};
use crate::primitives::{
    BlockHash, Height, Keypair, MAX_TRANSACTIONS, NodeId, NodeKind, TxId, Weight,
};
use crate::sim::scenario::key;
use crate::sim::world::World;

use super::Hostile;
use super::blocks::{block_on, compact};
use super::liar::crowds_come;

/// As many as a node remembers peers.
const CROWD: u64 = 128;
/// Together they pass on more records than a node looks at in a second, and all that it may look at
/// at once.
const LISTERS: u64 = 6;
/// Together they announce as many transactions as a node asks for at a time.
const INVENTORS: u64 = 16;

/// Keys of which some were used before.
fn keys(world: &mut World, role: &str, count: u64) -> Vec<Keypair> {
    let first = world.rng.below(1_000);
    let key = |number: u64| key(world.scenario.seed, role, &number.to_string());
    (first..first.saturating_add(count)).map(key).collect()
}

impl Hostile {
    /// Sends messages in the name of a key.
    pub(super) fn send_as(
        &self,
        world: &mut World,
        key: &Keypair,
        to: NodeId,
        messages: &[Message],
    ) {
        let Some(chain_id) = world.chain_id() else {
            return;
        };
        for (sequence, message) in (1..).zip(messages) {
            let run = (world.now.0, sequence);
            let frame = seal_frame(key, &chain_id, run, Some(to), message);
            self.post(world, Some(to), frame.into(), false);
        }
    }

    /// As many names as a node remembers peers, each with a head of greatest height and weight. At
    /// times each has mined a block of its own besides, on the same head.
    pub(super) fn crowd(&self, world: &mut World, seat: usize) {
        let to = world.seats[seat].id;
        let mined = crowds_come(world) && world.rng.one_in(2);
        let head = HeadInfo {
            id: BlockHash([6; 32]),
            height: Height(u64::MAX),
            weight: Weight(u128::MAX),
        };
        for key in keys(world, "crowd", CROWD) {
            let record = NodeRecord::sign(&key, "crowd", NodeKind::Pow, "sim", world.date());
            let mut messages = vec![Message::Hello { record, head }];
            if mined && let Some(node) = &world.seats[seat].node {
                let block = block_on(node, key.node_id(), world.date(), &[], b"crowd");
                messages.extend(block.as_ref().map(compact));
            }
            self.send_as(world, &key, to, &messages);
        }
    }

    /// Full lists of nodes that do not exist, each in another name.
    pub(super) fn lists_of_many(&self, world: &mut World, seat: usize) {
        let (to, date) = (world.seats[seat].id, world.date());
        for (number, lister) in (0_u64..).zip(keys(world, "lister", LISTERS)) {
            let listed = (0..MAX_RECORDS).map(|at| {
                let name = format!("listed {number} {at}");
                let key = key(world.scenario.seed, "listed", &name);
                NodeRecord::sign(&key, "listed", NodeKind::Pow, "sim", date)
            });
            let list = Message::NodeList(listed.collect());
            self.send_as(world, &lister, to, &[list]);
        }
    }

    /// Blocks with valid work, each in another name, of transactions that nobody has ever made.
    pub(super) fn invent_transactions(&self, world: &mut World, seat: usize) {
        let to = world.seats[seat].id;
        for key in keys(world, "inventor", INVENTORS) {
            let Some(node) = &world.seats[seat].node else {
                return;
            };
            let Some(block) = block_on(node, key.node_id(), world.date(), &[], b"invented") else {
                return;
            };
            let invented = (0..MAX_TRANSACTIONS).map(|at| {
                let mut id = block.header.id().0;
                id[..8].copy_from_slice(&u64::try_from(at).unwrap_or(0).to_le_bytes());
                TxId(id)
            });
            let found = Message::BlockFound(CompactBlock {
                header: block.header,
                seal: block.seal,
                data: block.body.data.clone(),
                transactions: invented.collect(),
            });
            self.send_as(world, &key, to, &[found]);
        }
    }
}
