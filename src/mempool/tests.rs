//! Admission, replacement, eviction and selection.

use super::*;
use crate::consensus::CheckedTransaction;
use crate::primitives::{Height, TxBody};
use crate::testkit::{Grower, key, params};

const NOW: Timestamp = Timestamp(1_000);

struct Bench {
    grower: Grower,
    mempool: Mempool,
}

impl Bench {
    fn new() -> Self {
        Self { grower: Grower::new(params()), mempool: Mempool::default() }
    }

    fn transfer(&mut self, from: &str, nonce: u64, amount: u64, fee: u64) -> CheckedTransaction {
        let plain = self.grower.transfer(from, nonce, "carol", amount);
        let body = TxBody { fee: Amount(fee), ..plain.body };
        self.grower.checked(body.sign(&key(from)))
    }

    fn admit(&mut self, transaction: CheckedTransaction) -> Result<Admission, MempoolError> {
        self.mempool.admit(transaction, self.grower.chain.head_state(), Height(1), NOW)
    }
}

#[test]
fn the_balance_must_cover_all_that_waits_of_an_account() {
    let mut bench = Bench::new();
    let first = bench.transfer("alice", 0, 600, 1);
    assert_eq!(bench.admit(first.clone()), Ok(Admission::Added));
    assert_eq!(bench.admit(first), Ok(Admission::AlreadyKnown));
    let second = bench.transfer("alice", 1, 400, 1);
    let short = TxError::Balance { needed: Amount(1_002), found: Amount(1_000) };
    assert_eq!(bench.admit(second), Err(MempoolError::Invalid(short)));
}

#[test]
fn a_replacement_pays_a_tenth_more() {
    let mut bench = Bench::new();
    let first = bench.transfer("alice", 0, 1, 100);
    let id = first.id();
    bench.admit(first).unwrap();
    let cheap = bench.transfer("alice", 0, 2, 109);
    let expected = Amount(110);
    assert_eq!(bench.admit(cheap), Err(MempoolError::ReplacementFee { expected, found: Amount(109) }));
    let dear = bench.transfer("alice", 0, 2, 110);
    assert_eq!(bench.admit(dear), Ok(Admission::Replaced(id)));
    assert_eq!(bench.mempool.len(), 1);
}

#[test]
fn nonces_keep_within_the_gap_and_above_the_account() {
    let mut bench = Bench::new();
    let far = bench.transfer("alice", 17, 1, 1);
    assert_eq!(bench.admit(far), Err(MempoolError::NonceGap { least: 0, most: 16, found: 17 }));
    let used = bench.transfer("alice", 0, 1, 1);
    let block = bench.grower.work_block("miner", 1_000, vec![used.get().clone()]);
    bench.grower.import(block).unwrap();
    assert_eq!(bench.admit(used), Err(MempoolError::Invalid(TxError::Nonce { expected: 1, found: 0 })));
}

#[test]
fn selection_prefers_fees_but_keeps_each_accounts_order_and_stops_at_gaps() {
    let mut bench = Bench::new();
    for (from, nonce, fee) in [("alice", 0, 1), ("alice", 1, 50), ("alice", 3, 90), ("bob", 0, 10)] {
        let transaction = bench.transfer(from, nonce, 1, fee);
        bench.admit(transaction).unwrap();
    }
    let fees: Vec<u64> = bench
        .mempool
        .selection(bench.grower.chain.head_state())
        .iter()
        .map(|transaction| transaction.get().body.fee.0)
        .collect();
    assert_eq!(fees, [10, 1, 50]);
    assert_eq!(bench.mempool.next_nonce(&key("alice").address(), 0), 2);
}

#[test]
fn pruning_says_why() {
    let mut bench = Bench::new();
    let first = bench.transfer("alice", 0, 1, 1);
    let block = bench.grower.work_block("miner", 1_000, vec![first.get().clone()]);
    bench.admit(first).unwrap();
    let other = bench.transfer("bob", 0, 1, 1);
    bench.admit(other).unwrap();
    bench.grower.import(block).unwrap();
    let state = bench.grower.chain.head_state().clone();
    let gone = bench.mempool.prune(&state, Height(2), NOW);
    assert_eq!(gone.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(), [DropReason::NonceUsed]);
    let late = NOW.plus(MAX_AGE).plus(Millis(1));
    assert_eq!(bench.mempool.prune(&state, Height(2), late)[0].1, DropReason::TooOld);
    assert!(bench.mempool.is_empty() && bench.mempool.bytes() == 0);
}
