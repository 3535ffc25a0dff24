//! Admission, replacement, eviction and selection.

use super::*;
use crate::consensus::CheckedTransaction;
use crate::primitives::{Height, TxBody};
use crate::state::{Account, Entry, Key};
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

    /// Admits a transaction; gives what had to go for it.
    fn admit(&mut self, transaction: CheckedTransaction) -> Result<Vec<(TxId, DropReason)>, MempoolError> {
        let gone = self.mempool.admit(transaction, self.grower.chain.head_state(), Height(1), NOW)?;
        Ok(gone.iter().map(|(waiting, reason)| (waiting.transaction.id(), *reason)).collect())
    }
}

#[test]
fn the_balance_must_cover_all_that_waits_of_an_account() {
    let mut bench = Bench::new();
    let first = bench.transfer("alice", 0, 600, 1);
    assert_eq!(bench.admit(first.clone()), Ok(Vec::new()));
    assert_eq!(bench.admit(first), Ok(Vec::new()));
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
    assert_eq!(bench.admit(dear), Ok(vec![(id, DropReason::Replaced)]));
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
    assert!(bench.mempool.expire(Height(2), NOW).is_empty());
    let alice = key("alice").address();
    let gone = bench.mempool.settle(&alice, state.account(&alice).nonce);
    assert_eq!(gone.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(), [DropReason::NonceUsed]);
    let late = NOW.plus(MAX_AGE).plus(Millis(1));
    assert_eq!(bench.mempool.expire(Height(2), late)[0].1, DropReason::TooOld);
    assert!(bench.mempool.is_empty() && bench.mempool.bytes() == 0);
}

#[test]
fn a_full_mempool_drops_who_pays_least_and_refuses_who_pays_no_more() {
    let mut bench = Bench::new();
    let per_account = usize::try_from(MAX_NONCE_GAP).unwrap() + 1;
    let owner = |n: usize| format!("owner {}", n / per_account);
    let accounts = (0..=MAX_COUNT).step_by(per_account).map(|n| {
        let account = Account { balance: Amount(1_000), ..Account::default() };
        (Key::Account(key(&owner(n)).address()), Entry::Account(account))
    });
    let state = State::from_entries(accounts);
    let mut admit = |n: usize, fee: u64| {
        let nonce = u64::try_from(n % per_account).unwrap();
        let transaction = bench.transfer(&owner(n), nonce, 1, fee);
        let id = transaction.id();
        let gone = bench.mempool.admit(transaction, &state, Height(1), NOW)?;
        Ok((id, gone.iter().map(|(gone, reason)| (gone.transaction.id(), *reason)).collect::<Vec<_>>()))
    };
    let mut young = None;
    for n in 0..MAX_COUNT {
        let (id, gone) = admit(n, if n < 2 { 5 } else { 6 }).unwrap();
        assert_eq!(gone, []);
        young = if n < 2 { Some(id) } else { young };
    }
    assert_eq!(admit(MAX_COUNT, 5), Err(MempoolError::Full), "it pays no more than the worst");
    let (_, gone) = admit(MAX_COUNT, 7).unwrap();
    assert_eq!(gone, [(young.unwrap(), DropReason::Evicted)], "of two that pay least, the younger goes");
    assert_eq!(bench.mempool.len(), MAX_COUNT);
}
