//! A catalogue of what is not valid: blocks, transactions and frames that break one rule each.
//! Every case is made from a valid one, is refused by exactly the rule it breaks, and leaves
//! everything as it was. A refusal for which there is no case fails the catalogue.

mod block_cases;
mod blocks;
mod bytes;
mod codes;
mod frames;
mod headers;
mod mempool;
mod transactions;

use crate::consensus::Params;
use crate::primitives::{
    Amount, AssetId, Block, BlockHash, Digest, Payload, Seal, Transaction, TxBody,
};
use crate::testkit::{Grower, key, mine, params};

/// The group's identity as a public key: it has small order, and satisfies the plain equation of
/// any signature made for that.
const SMALL_ORDER_KEY: [u8; 32] = {
    let mut key = [0; 32];
    key[0] = 1;
    key
};
/// The same point with the coordinate y = p + 1, which is not reduced.
const UNREDUCED_KEY: [u8; 32] = {
    let mut key = [0xff; 32];
    key[0] = 0xee;
    key[31] = 0x7f;
    key
};
/// R is the identity and s is 0.
const SMALL_ORDER_SIGNATURE: [u8; 64] = {
    let mut signature = [0; 64];
    signature[0] = 1;
    signature
};

/// A chain of one block, in which alice created an asset of 100 units.
struct Bench {
    grower: Grower,
    gold: AssetId,
}

impl Bench {
    fn new() -> Self {
        Self::with(params())
    }

    fn with(params: Params) -> Self {
        let mut grower = Grower::new(params);
        let payload = Payload::CreateAsset {
            symbol: "GOLD".parse().unwrap(),
            name: "Gold".to_owned(),
            decimals: 0,
            supply: Amount(100),
        };
        let creation = grower.sign("alice", 0, payload);
        let gold = AssetId(creation.id().0);
        let block = grower.work_block("miner", 1_000, vec![creation]);
        grower.import(block).unwrap();
        Self { grower, gold }
    }

    /// Everything a refusal must leave as it was: head, number of blocks, and the root over all
    /// accounts.
    fn trace(&self) -> (BlockHash, usize, Digest) {
        let chain = &self.grower.chain;
        (chain.head(), chain.len(), chain.head_state().root())
    }

    /// A transaction of alice, changed before she signs it.
    fn signed(&self, change: impl FnOnce(&mut TxBody)) -> Transaction {
        let mut body = self.grower.transfer("alice", 1, "bob", 10).body;
        change(&mut body);
        body.sign(&key("alice"))
    }

    fn payload(&self, payload: Payload) -> Transaction {
        self.signed(|body| body.payload = payload)
    }

    /// A valid work block on the head with two transfers.
    fn good(&mut self) -> Block {
        let transfers = vec![
            self.grower.transfer("alice", 1, "bob", 10),
            self.grower.transfer("bob", 0, "carol", 5),
        ];
        self.grower.work_block("miner", 1_000, transfers)
    }

    /// A work block on the head that holds these transactions, whether they apply or not.
    fn holding(&mut self, transactions: Vec<Transaction>) -> Block {
        let mut block = self.grower.work_block("miner", 1_000, Vec::new());
        block.body.transactions = transactions;
        block.header.tx_root = block.body.tx_root();
        block.header = mine(block.header);
        block
    }

    /// The block with its seal made anew by `by`.
    fn sealed(&self, mut block: Block, by: &str) -> Block {
        block.seal = block.header.seal(&self.grower.chain.chain_id(), &key(by));
        block
    }
}

/// The block with its work done anew.
fn mined(mut block: Block) -> Block {
    block.header = mine(block.header);
    block.seal = Seal::Work;
    block
}
