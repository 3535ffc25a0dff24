//! Blocks for measurements: a network with many accounts that pay, and blocks full of their
//! transfers.

use std::rc::Rc;

use aurex::consensus::{Allocation, CheckedTransaction, Params, SignatureCache, work};
use aurex::primitives::{
    Address, Amount, Block, Difficulty, Header, Height, Keypair, Kind, Millis, Payload, Seal,
    Timestamp, Transaction, TxBody,
};
use aurex::state::{State, Template, assemble, genesis};

/// When the network begins.
pub(crate) const BEGINNING: Timestamp = Timestamp(1_700_000_000_000);
/// Accounts that pay: a block of 256 transactions takes 4 of each.
const PAYERS: u64 = 64;

pub(crate) fn key(n: u64) -> Keypair {
    Keypair::derive(&[7; 32], "bench", &n.to_string())
}

pub(crate) fn params() -> Rc<Params> {
    let mut params = Params::playground(
        "bench".parse().unwrap(),
        [7; 32],
        BEGINNING,
        key(0).address(),
    );
    params.difficulty = Difficulty(16);
    let funded = |n| Allocation {
        address: key(n).address(),
        amount: Amount(1_000_000),
        name: None,
    };
    params.allocation = (0..PAYERS).map(funded).collect();
    Rc::new(params)
}

pub(crate) fn transfer(params: &Params, from: u64, nonce: u64, fee: u64) -> Transaction {
    let body = TxBody {
        version: TxBody::VERSION,
        chain_id: aurex::chain::chain_id(params),
        from: key(from).address(),
        nonce,
        fee: Amount(fee),
        valid_until: Height(0),
        payload: Payload::Transfer {
            to: Address([9; 32]),
            amount: Amount(1),
            memo: String::new(),
        },
    };
    body.sign(&key(from))
}

pub(crate) fn checked(
    params: &Params,
    transaction: Transaction,
    cache: &mut SignatureCache,
) -> CheckedTransaction {
    CheckedTransaction::check(transaction, params, &aurex::chain::chain_id(params), cache).unwrap()
}

/// A work block on `parent`, whose state is `state`, `after` milliseconds later.
pub(crate) fn block(
    params: &Params,
    state: &State,
    parent: &Header,
    after: u64,
    transactions: &[CheckedTransaction],
) -> Block {
    let template = Template {
        parent,
        parent_id: parent.id(),
        kind: Kind::Work,
        sealer: key(1_000).node_id(),
        time: parent.time.plus(Millis(after)),
        data: &[],
    };
    let (mut header, body) = assemble(params, state, template, transactions.iter()).unwrap();
    assert_eq!(body.transactions.len(), transactions.len());
    while !work::meets(&header.id(), header.difficulty) {
        header.nonce += 1;
    }
    Block {
        header,
        seal: Seal::Work,
        body,
    }
}

/// A block with so many transactions on genesis.
pub(crate) fn full_block(
    params: &Params,
    count: u64,
    cache: &mut SignatureCache,
) -> (Block, Header, State) {
    let (first, state) = genesis(params);
    let paid = |n: u64| transfer(params, n % PAYERS, n / PAYERS, 1);
    let transactions: Vec<_> = (0..count)
        .map(|n| checked(params, paid(n), cache))
        .collect();
    (
        block(params, &state, &first.header, 1_000, &transactions),
        first.header,
        state,
    )
}
