//! The genesis block: it commits to the parameters by its data hash and to the first state by its root.
//! It is never sent; every node makes it from the parameters.

use crate::consensus::Params;
use crate::consensus::work::Anchor;
use crate::primitives::{
    Amount, Block, BlockHash, Body, Digest, Header, Height, Kind, NodeId, Seal, Slot, Timestamp, merkle_root,
};

use super::{Account, Entry, Key, Rules, State, Tally};

/// The genesis block of `params` and the state after it. Its id is the network's chain id.
#[must_use]
pub fn genesis(params: &Params) -> (Block, State) {
    let state = genesis_state(params);
    let header = Header {
        kind: Kind::Work,
        height: Height(0),
        parent: BlockHash::ZERO,
        tx_root: merkle_root(&[]),
        state_root: state.root(),
        time: params.genesis_time,
        difficulty: params.difficulty,
        slot: Slot(0),
        sealer: NodeId([0; 32]),
        data_hash: Digest(params.hash().0),
        nonce: 0,
    };
    (Block { header, seal: Seal::Work, body: Body::default() }, state)
}

fn genesis_state(params: &Params) -> State {
    let mut state = State::default();
    let mut supply: u64 = 0;
    for allocation in &params.allocation {
        supply = supply.saturating_add(allocation.amount.0);
        let account =
            Account { balance: allocation.amount, nonce: 0, name: allocation.name.clone(), created: Height(0) };
        state.tree.set(&Key::Account(allocation.address), Some(Entry::Account(account)));
        if let Some(name) = &allocation.name {
            state.tree.set(&Key::Name(name.clone()), Some(Entry::Name(allocation.address)));
        }
    }
    let anchor = Anchor { work_blocks: 0, time: params.genesis_time };
    let rules = Rules { current: params.tunable(), anchor, announced: Vec::new() };
    state.tree.set(&Key::Rules, Some(Entry::Rules(rules)));
    let tally = Tally {
        supply: Amount(supply),
        work_blocks: 0,
        last_work: Timestamp(params.genesis_time.0),
        last_slot: Slot(0),
    };
    state.tree.set(&Key::Tally, Some(Entry::Tally(tally)));
    state
}
