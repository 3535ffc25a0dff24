//! Small networks for tests: parameters with easy work, users with coins, and blocks made by hand.

mod catalogue;
pub(crate) mod kept;

use std::rc::Rc;

use crate::chain::{Chain, Import};
use crate::consensus::{Allocation, BlockError, CheckedTransaction, Params, SignatureCache, work};
use crate::primitives::{
    Address, Amount, Block, BlockHash, Body, Difficulty, Header, Height, Keypair, Kind,
    MAX_BODY_BYTES, MAX_MESSAGE_BYTES, Name, ParamsChange, ParamsOrder, Payload, Seal, Timestamp,
    Transaction, TxBody,
};
use crate::state::{State, Template, assemble};

/// Time 0 of test networks.
pub(crate) const GENESIS_TIME: Timestamp = Timestamp(1_700_000_000_000);

/// The key of a test user, node or operator.
pub(crate) fn key(name: &str) -> Keypair {
    Keypair::derive(&[7; 32], "test", name)
}

/// A network with two authorities, two funded users and work of 16 expected hashes.
pub(crate) fn params() -> Params {
    let name: Name = "test".parse().unwrap();
    let mut params = Params::playground(name, [7; 32], GENESIS_TIME, key("operator").address());
    params.difficulty = Difficulty(16);
    params.authority_weight = Difficulty(16);
    params.authorities = ["poa-1", "poa-2"].map(|name| key(name).address()).to_vec();
    params.allocation = ["alice", "bob", "operator"]
        .map(|name| Allocation {
            address: key(name).address(),
            amount: Amount(1_000),
            name: Some(name.parse().unwrap()),
        })
        .to_vec();
    params
}

/// Finds the nonce of a work block.
pub(crate) fn mine(mut header: Header) -> Header {
    while !work::meets(&header.id(), header.difficulty) {
        header.nonce += 1;
    }
    header
}

/// A chain with what is needed to grow it by hand.
pub(crate) struct Grower {
    pub(crate) chain: Chain,
    pub(crate) cache: SignatureCache,
}

impl Grower {
    pub(crate) fn new(params: Params) -> Self {
        Self {
            chain: Chain::new(Rc::new(params)),
            cache: SignatureCache::default(),
        }
    }

    /// A signed transaction of a test user.
    pub(crate) fn sign(&self, from: &str, nonce: u64, payload: Payload) -> Transaction {
        TxBody {
            version: TxBody::VERSION,
            chain_id: self.chain.chain_id(),
            from: key(from).address(),
            nonce,
            fee: Amount(1),
            valid_until: Height(0),
            payload,
        }
        .sign(&key(from))
    }

    /// A signed change of parameters on this chain.
    pub(crate) fn order(&self, from: &str, nonce: u64, change: ParamsChange) -> Transaction {
        let checkpoint = self.chain.context().tally.checkpoints[0];
        let ancestor = checkpoint.unwrap_or(self.chain.chain_id());
        let order = ParamsOrder { ancestor, change };
        let mut body = self.sign(from, nonce, Payload::SetParams(order)).body;
        body.valid_until = Height(self.chain.height().0 + 16);
        body.sign(&key(from))
    }

    pub(crate) fn transfer(&self, from: &str, nonce: u64, to: &str, amount: u64) -> Transaction {
        let to: Address = key(to).address();
        self.sign(
            from,
            nonce,
            Payload::Transfer {
                to,
                amount: Amount(amount),
                memo: String::new(),
            },
        )
    }

    /// Messages of alice, from her nonce 0 on, that fill a body to the last byte.
    pub(crate) fn filling(&self) -> Vec<Transaction> {
        let message = |nonce: usize, length: usize| {
            let payload = Payload::Message {
                bytes: vec![0; length],
                to: None,
            };
            self.sign("alice", u64::try_from(nonce).unwrap(), payload)
        };
        let empty = message(0, 0).to_bytes().len();
        let full = empty + MAX_MESSAGE_BYTES;
        let room = MAX_BODY_BYTES - Body::default().encoded_len();
        let count = room / full;
        let last = message(count, room - count * full - empty);
        (0..count)
            .map(|nonce| message(nonce, MAX_MESSAGE_BYTES))
            .chain([last])
            .collect()
    }

    pub(crate) fn checked(&mut self, transaction: Transaction) -> CheckedTransaction {
        let params = Rc::clone(self.chain.params());
        CheckedTransaction::check(
            transaction,
            &params,
            &self.chain.chain_id(),
            &mut self.cache,
        )
        .unwrap()
    }

    /// A work block on the head, `after` milliseconds after it.
    pub(crate) fn work_block(
        &mut self,
        miner: &str,
        after: u64,
        transactions: Vec<Transaction>,
    ) -> Block {
        let parent = *self.chain.head_header();
        let state = self.chain.head_state().clone();
        let time = Timestamp(parent.time.0 + after);
        let (header, body) = self
            .build(&parent, &state, Kind::Work, miner, time, transactions)
            .unwrap();
        Block {
            header: mine(header),
            seal: Seal::Work,
            body,
        }
    }

    /// An authority block on the head at `time`; `None` if it is not the authority's turn.
    pub(crate) fn authority_block(&mut self, authority: &str, time: Timestamp) -> Option<Block> {
        self.authority_block_of(authority, time, Vec::new())
    }

    /// As [`Self::authority_block`], with these transactions.
    pub(crate) fn authority_block_of(
        &mut self,
        authority: &str,
        time: Timestamp,
        transactions: Vec<Transaction>,
    ) -> Option<Block> {
        let parent = *self.chain.head_header();
        let state = self.chain.head_state().clone();
        let (header, body) = self.build(
            &parent,
            &state,
            Kind::Authority,
            authority,
            time,
            transactions,
        )?;
        let seal = header.seal(&self.chain.chain_id(), &key(authority));
        Some(Block { header, seal, body })
    }

    fn build(
        &mut self,
        parent: &Header,
        state: &State,
        kind: Kind,
        maker: &str,
        time: Timestamp,
        transactions: Vec<Transaction>,
    ) -> Option<(Header, Body)> {
        let checked: Vec<_> = transactions
            .into_iter()
            .map(|transaction| self.checked(transaction))
            .collect();
        let sealer = key(maker).node_id();
        let template = Template {
            parent,
            parent_id: parent.id(),
            kind,
            sealer,
            time,
            data: &[],
        };
        assemble(self.chain.params(), state, template, checked.iter())
    }

    pub(crate) fn import(&mut self, block: Block) -> Result<Import, BlockError> {
        let now = block.header.time;
        self.chain.import(block, now, &mut self.cache)
    }

    /// The block of the best chain at a height.
    pub(crate) fn block_at(&self, height: u64) -> Block {
        let id = self.chain.at(Height(height)).unwrap();
        (*self.chain.get(&id).unwrap().block).clone()
    }

    /// Grows the best chain by `count` work blocks of `miner` and gives their ids.
    pub(crate) fn grow(&mut self, miner: &str, count: usize) -> Vec<BlockHash> {
        (0..count)
            .map(|_| {
                let block = self.work_block(miner, 1_000, Vec::new());
                let id = block.id();
                self.import(block).unwrap();
                id
            })
            .collect()
    }
}
