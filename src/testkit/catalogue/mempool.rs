//! What may not wait for a block, beside what no block may hold.

use super::{Bench, codes};
use crate::consensus::{CheckedTransaction, TxError};
use crate::mempool::{
    DropReason, MAX_BYTES, MAX_COUNT, MAX_NONCE_GAP, MAX_PER_ACCOUNT, Mempool, MempoolError,
};
use crate::primitives::{
    Amount, BlockHash, Height, Instant, MAX_EXACT, Payload, Transaction, TxBody,
};
use crate::state::State;
use crate::testkit::{key, params};

const NOW: Instant = Instant(1_000);

/// A mempool with one transaction of alice, on the bench's head.
struct Waiting {
    bench: Bench,
    mempool: Mempool,
    state: State,
}

impl Waiting {
    fn new() -> Self {
        let bench = Bench::new();
        let state = bench.grower.chain.head_state().clone();
        let mut waiting = Self {
            bench,
            mempool: Mempool::default(),
            state,
        };
        let first = waiting.bench.signed(|body| body.fee = Amount(20));
        assert_eq!(waiting.admit(first), Ok(0));
        waiting
    }

    /// Number of transactions that had to go for this one.
    fn admit(&mut self, transaction: Transaction) -> Result<usize, MempoolError> {
        let checked = self.bench.grower.checked(transaction);
        self.mempool
            .admit(checked, &self.state, Height(2), NOW)
            .map(|gone| gone.len())
    }
}

/// Name, code of the refusal, and how the transaction is made.
type Case = (&'static str, &'static str, fn(&Bench) -> Transaction);

const CASES: &[Case] = &[
    ("nonce beyond the gap", "nonce_gap", |bench| {
        bench.signed(|body| body.nonce = 3 + MAX_NONCE_GAP)
    }),
    ("largest nonce", "nonce_gap", |bench| {
        bench.signed(|body| body.nonce = MAX_EXACT)
    }),
    (
        "replacement that pays the same",
        "replacement_fee",
        |bench| {
            bench.signed(|body| {
                body.fee = Amount(20);
                body.payload = Payload::Message {
                    bytes: Vec::new(),
                    to: None,
                };
            })
        },
    ),
    (
        "replacement that pays a tenth less one",
        "replacement_fee",
        |bench| {
            bench.signed(|body| {
                body.fee = Amount(21);
                body.valid_until = Height(9);
            })
        },
    ),
    ("replacement that pays less", "replacement_fee", |bench| {
        bench.signed(|_| {})
    }),
    ("nonce used before", "nonce", |bench| {
        bench.signed(|body| body.nonce = 0)
    }),
    ("too late", "expired", |bench| {
        bench.signed(|body| body.valid_until = Height(1))
    }),
    ("more than the account has", "balance", |bench| {
        bench.signed(|body| (body.nonce, body.fee) = (2, Amount(1_000)))
    }),
    ("more than is left beside what waits", "balance", |bench| {
        bench.signed(|body| (body.nonce, body.fee) = (2, Amount(970)))
    }),
    ("largest fee and amount", "balance", |bench| {
        bench.signed(|body| {
            let to = key("bob").address();
            body.payload = Payload::Transfer {
                to,
                amount: Amount(MAX_EXACT),
                memo: String::new(),
            };
            (body.nonce, body.fee) = (2, Amount(MAX_EXACT));
        })
    }),
];

#[test]
fn the_mempool_refuses_by_exactly_the_rule_that_is_broken_and_stays_as_it_was() {
    for (name, code, make) in CASES {
        let mut waiting = Waiting::new();
        let before = (
            waiting.mempool.ids().collect::<Vec<_>>(),
            waiting.mempool.bytes(),
        );
        let transaction = make(&waiting.bench);
        let refused = waiting.admit(transaction).unwrap_err();
        assert_eq!(refused.code(), *code, "{name}: {refused}");
        assert_eq!(
            (
                waiting.mempool.ids().collect::<Vec<_>>(),
                waiting.mempool.bytes()
            ),
            before,
            "{name}"
        );
    }
}

/// An account fills its share in a row, and no more.
fn account_full() -> MempoolError {
    let mut waiting = Waiting::new();
    let most = u64::try_from(MAX_PER_ACCOUNT).unwrap();
    for nonce in 2..=most {
        let transaction = waiting.bench.signed(|body| body.nonce = nonce);
        assert_eq!(waiting.admit(transaction), Ok(0));
    }
    let transaction = waiting.bench.signed(|body| body.nonce = most + 1);
    let refused = waiting.admit(transaction).unwrap_err();
    assert_eq!(
        refused,
        MempoolError::AccountFull {
            limit: MAX_PER_ACCOUNT
        }
    );
    assert_eq!(waiting.mempool.len(), MAX_PER_ACCOUNT);
    refused
}

/// A transaction of a funded account, so long that the bytes are used up before the number.
fn flood(bench: &mut Bench, from: &str, nonce: u64, fee: u64) -> CheckedTransaction {
    let chain_id = bench.grower.chain.chain_id();
    let body = TxBody {
        version: TxBody::VERSION,
        chain_id,
        from: key(from).address(),
        nonce,
        fee: Amount(fee),
        valid_until: Height(0),
        payload: Payload::Message {
            bytes: vec![0; 1_024],
            to: None,
        },
    };
    bench.grower.checked(body.sign(&key(from)))
}

/// A flood fills the mempool to its bound, and only a better fee gets in.
fn mempool_full() -> MempoolError {
    let mut bench = Bench::new();
    let names: Vec<String> = (0..230).map(|number| format!("flood-{number}")).collect();
    let mut rich = params();
    rich.allocation[0].amount = Amount(1_000_000);
    bench.grower = Bench::with(rich).grower;
    let funds = (1..)
        .zip(&names)
        .map(|(nonce, name)| bench.grower.transfer("alice", nonce, name, 1_000))
        .collect();
    let block = bench.grower.work_block("miner", 1_000, funds);
    bench.grower.import(block).unwrap();
    let state = bench.grower.chain.head_state().clone();
    let mut mempool = Mempool::default();
    let mut refused = None;
    'flood: for name in &names {
        for nonce in 0..=MAX_NONCE_GAP {
            let transaction = flood(&mut bench, name, nonce, 2);
            if let Err(error) = mempool.admit(transaction, &state, Height(3), NOW) {
                refused = Some(error);
                break 'flood;
            }
        }
    }
    assert_eq!(refused, Some(MempoolError::Full));
    assert!(
        mempool.len() <= MAX_COUNT
            && mempool.bytes() <= MAX_BYTES
            && mempool.bytes() > MAX_BYTES - 2_048
    );
    let (count, bytes) = (mempool.len(), mempool.bytes());
    let better = flood(&mut bench, "bob", 0, 3);
    assert_eq!(
        mempool
            .admit(better, &state, Height(3), NOW)
            .map(|gone| gone.len()),
        Ok(1)
    );
    assert_eq!(
        (mempool.len(), mempool.bytes()),
        (count, bytes),
        "one of the worst made room"
    );
    for nonce in 1..=MAX_NONCE_GAP {
        let small = bench.grower.transfer("bob", nonce, "alice", 1);
        let small = bench.grower.checked(small);
        mempool
            .admit(small.clone(), &state, Height(3), NOW)
            .unwrap();
        let bulky = flood(&mut bench, "bob", nonce, 2);
        assert_eq!(
            mempool.admit(bulky, &state, Height(3), NOW).map(drop),
            Err(MempoolError::Full),
            "it pays no more for a byte"
        );
        assert!(
            mempool.get(&small.id()).is_some(),
            "what it would have replaced still waits"
        );
        let dear = flood(&mut bench, "bob", nonce, 3);
        mempool.admit(dear, &state, Height(3), NOW).unwrap();
        assert!(
            mempool.bytes() <= MAX_BYTES,
            "a replacement keeps the bound as well"
        );
    }
    refused.unwrap()
}

#[test]
fn what_can_be_committed_no_more_is_dropped_as_expired() {
    let mut waiting = Waiting::new();
    let last = waiting
        .bench
        .signed(|body| (body.nonce, body.valid_until) = (2, Height(9)));
    let id = last.id();
    assert_eq!(waiting.admit(last), Ok(0));
    assert!(
        waiting.mempool.expire(Height(9), NOW).is_empty(),
        "it may still be committed at its last height"
    );
    let gone: Vec<_> = waiting.mempool.expire(Height(10), NOW);
    let gone: Vec<_> = gone
        .iter()
        .map(|(waiting, reason)| (waiting.transaction.id(), *reason))
        .collect();
    assert_eq!(gone, [(id, DropReason::Expired)]);
}

#[test]
fn every_refusal_of_the_mempool_has_a_case() {
    let own = CASES
        .iter()
        .map(|(_, code, _)| *code)
        .filter(|code| !["nonce", "expired", "balance"].contains(code));
    let beside = [account_full().code(), mempool_full().code()];
    codes::expect_all(MempoolError::CODES, own.chain(beside));
    let invalid = TxError::ChainId {
        expected: BlockHash::ZERO,
        found: BlockHash::ZERO,
    };
    assert_eq!(
        MempoolError::Invalid(invalid.clone()).code(),
        invalid.code(),
        "a transaction's own refusals keep theirs"
    );
}
