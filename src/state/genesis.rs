//! The genesis block: it commits to the parameters by its data hash and to the first state by its
//! root. It is never sent; every node makes it from the parameters.

use crate::consensus::Params;
use crate::primitives::{
    Block, BlockHash, Body, Digest, Header, Height, Kind, NodeId, Seal, Slot, merkle_root,
};

use super::{Account, Context, Entry, Key, State};

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
    (
        Block {
            header,
            seal: Seal::Work,
            body: Body::default(),
        },
        state,
    )
}

fn genesis_state(params: &Params) -> State {
    let mut state = State::default();
    for allocation in &params.allocation {
        let account = Account {
            balance: allocation.amount,
            nonce: 0,
            name: allocation.name.clone(),
            created: Height(0),
        };
        state.tree.set(
            &Key::Account(allocation.address),
            Some(Entry::Account(account)),
        );
        if let Some(name) = &allocation.name {
            state.tree.set(
                &Key::Name(name.clone()),
                Some(Entry::Name(allocation.address)),
            );
        }
    }
    let Context { tally, rules } = Context::genesis(params);
    state
        .tree
        .set(&Key::Rules, Some(Entry::Rules((*rules).clone())));
    state.tree.set(&Key::Tally, Some(Entry::Tally(tally)));
    state
}
