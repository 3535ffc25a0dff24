//! Admission, replacement, eviction and selection.

use super::*;
use crate::consensus::{Allocation, CheckedTransaction};
use crate::primitives::{AssetId, Height, Kind, Transaction, TxBody};
use crate::state::{Account, Entry, Key, Template, assemble};
use crate::testkit::{Grower, key, params};

const NOW: Instant = Instant(1_000);

struct Bench {
    grower: Grower,
    mempool: Mempool,
}

impl Bench {
    fn new() -> Self {
        Self {
            grower: Grower::new(params()),
            mempool: Mempool::default(),
        }
    }

    fn transfer(&mut self, from: &str, nonce: u64, amount: u64, fee: u64) -> CheckedTransaction {
        let plain = self.grower.transfer(from, nonce, "carol", amount);
        let body = TxBody {
            fee: Amount(fee),
            ..plain.body
        };
        self.grower.checked(body.sign(&key(from)))
    }

    /// Admits a transaction; gives what had to go for it.
    fn admit(
        &mut self,
        transaction: CheckedTransaction,
    ) -> Result<Vec<(TxId, DropReason)>, MempoolError> {
        let gone =
            self.mempool
                .admit(transaction, self.grower.chain.head_state(), Height(1), NOW)?;
        Ok(gone
            .iter()
            .map(|(waiting, reason)| (waiting.transaction.id(), *reason))
            .collect())
    }
}

#[test]
fn the_balance_must_cover_all_that_waits_of_an_account() {
    let mut bench = Bench::new();
    let first = bench.transfer("alice", 0, 600, 1);
    assert_eq!(bench.admit(first.clone()), Ok(Vec::new()));
    assert_eq!(bench.admit(first), Ok(Vec::new()));
    let second = bench.transfer("alice", 1, 400, 1);
    let short = TxError::Balance {
        needed: Amount(1_002),
        found: Amount(1_000),
    };
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
    assert_eq!(
        bench.admit(cheap),
        Err(MempoolError::ReplacementFee {
            expected,
            found: Amount(109)
        })
    );
    let dear = bench.transfer("alice", 0, 2, 110);
    assert_eq!(bench.admit(dear), Ok(vec![(id, DropReason::Replaced)]));
    assert_eq!(bench.mempool.len(), 1);
}

#[test]
fn nonces_keep_within_the_gap_and_above_the_account() {
    let mut bench = Bench::new();
    let far = bench.transfer("alice", 17, 1, 1);
    assert_eq!(
        bench.admit(far),
        Err(MempoolError::NonceGap {
            least: 0,
            most: 16,
            found: 17
        })
    );
    // What comes in a row leaves no gap: the bound is counted from the first that is missing.
    for nonce in 0..40 {
        let next = bench.transfer("alice", nonce, 1, 1);
        bench.admit(next).unwrap();
    }
    let far = bench.transfer("alice", 57, 1, 1);
    assert_eq!(
        bench.admit(far),
        Err(MempoolError::NonceGap {
            least: 0,
            most: 56,
            found: 57
        })
    );
    let within = bench.transfer("alice", 56, 1, 1);
    bench.admit(within).unwrap();
    let mut bench = Bench::new();
    let used = bench.transfer("alice", 0, 1, 1);
    let block = bench
        .grower
        .work_block("miner", 1_000, vec![used.get().clone()]);
    bench.grower.import(block).unwrap();
    assert_eq!(
        bench.admit(used),
        Err(MempoolError::Invalid(TxError::Nonce {
            expected: 1,
            found: 0
        }))
    );
}

#[test]
fn selection_prefers_fees_but_keeps_each_accounts_order_and_stops_at_gaps() {
    let mut bench = Bench::new();
    for (from, nonce, fee) in [
        ("alice", 0, 1),
        ("alice", 1, 50),
        ("alice", 3, 90),
        ("bob", 0, 10),
    ] {
        let transaction = bench.transfer(from, nonce, 1, fee);
        bench.admit(transaction).unwrap();
    }
    let fees: Vec<u64> = bench
        .mempool
        .selection(bench.grower.chain.head_state())
        .map(|transaction| transaction.get().body.fee.0)
        .collect();
    assert_eq!(fees, [10, 1, 50]);
    assert_eq!(bench.mempool.next_nonce(&key("alice").address(), 0), 2);
}

#[test]
fn pruning_says_why() {
    let mut bench = Bench::new();
    let first = bench.transfer("alice", 0, 1, 1);
    let block = bench
        .grower
        .work_block("miner", 1_000, vec![first.get().clone()]);
    bench.admit(first).unwrap();
    let other = bench.transfer("bob", 0, 1, 1);
    bench.admit(other).unwrap();
    bench.grower.import(block).unwrap();
    let state = bench.grower.chain.head_state().clone();
    assert!(bench.mempool.expire(Height(2), NOW).is_empty());
    let gone = bench.mempool.judge(&params(), &state, Height(2), NOW);
    assert_eq!(
        gone.iter().map(|(_, reason)| *reason).collect::<Vec<_>>(),
        [DropReason::NonceUsed]
    );
    let late = NOW.plus(MAX_AGE).plus(Millis(1));
    assert_eq!(
        bench.mempool.expire(Height(2), late)[0].1,
        DropReason::TooOld
    );
    assert!(bench.mempool.is_empty() && bench.mempool.bytes() == 0);
}

#[test]
fn a_full_mempool_drops_who_pays_least_and_nothing_that_others_stand_on() {
    let mut bench = Bench::new();
    let per_account = usize::try_from(MAX_NONCE_GAP).unwrap() + 1;
    let owner = |n: usize| format!("owner {}", n / per_account);
    let accounts = (0..=MAX_COUNT).step_by(per_account).map(|n| {
        let account = Account {
            balance: Amount(1_000),
            ..Account::default()
        };
        (
            Key::Account(key(&owner(n)).address()),
            Entry::Account(account),
        )
    });
    let state = State::from_entries(accounts);
    let mut admit = |n: usize, fee: u64| {
        let nonce = u64::try_from(n % per_account).unwrap();
        let transaction = bench.transfer(&owner(n), nonce, 1, fee);
        let id = transaction.id();
        let gone = bench.mempool.admit(transaction, &state, Height(1), NOW)?;
        Ok((
            id,
            gone.iter()
                .map(|(gone, reason)| (gone.transaction.id(), *reason))
                .collect::<Vec<_>>(),
        ))
    };
    let mut ids = Vec::new();
    for n in 0..MAX_COUNT {
        // The fourth of the first account and the last of the second pay least, the former came
        // earlier.
        let (id, gone) = admit(
            n,
            if n == 3 || n == 2 * per_account - 1 {
                5
            } else {
                6
            },
        )
        .unwrap();
        assert_eq!(gone, []);
        ids.push(id);
    }
    assert_eq!(
        admit(MAX_COUNT, 5),
        Err(MempoolError::Full),
        "it pays no more than the worst"
    );
    let (_, gone) = admit(MAX_COUNT, 7).unwrap();
    assert_eq!(
        gone,
        [(ids[2 * per_account - 1], DropReason::Evicted)],
        "of two that pay least, the younger goes"
    );
    let (_, gone) = admit(MAX_COUNT + 1, 7).unwrap();
    assert_eq!(
        gone,
        [(ids[per_account - 1], DropReason::Evicted)],
        "nobody is left behind a gap"
    );
    let (_, gone) = admit(per_account - 1, 7).unwrap();
    assert_eq!(gone.len(), 1);
    assert!(
        !ids[..per_account].contains(&gone[0].0),
        "a newcomer drives out nothing that it stands on"
    );
    assert_eq!(bench.mempool.len(), MAX_COUNT);
}

/// A bench whose allocation has accounts of this name with so many coins each.
fn crowd(name: &str, count: usize, coins: u64) -> (Bench, Vec<String>) {
    let names: Vec<String> = (0..count)
        .map(|number| format!("{name}-{number}"))
        .collect();
    let mut params = params();
    params
        .allocation
        .extend(names.iter().map(|name| Allocation {
            address: key(name).address(),
            amount: Amount(coins),
            name: None,
        }));
    (
        Bench {
            grower: Grower::new(params),
            mempool: Mempool::default(),
        },
        names,
    )
}

/// The transactions of the next block.
fn assembled(bench: &Bench) -> Vec<TxId> {
    let (chain, sealer) = (&bench.grower.chain, key("miner").node_id());
    let (parent, state) = (chain.head_header(), chain.head_state());
    let time = parent.time.plus(Millis(1_000));
    let template = Template {
        parent,
        parent_id: chain.head(),
        kind: Kind::Work,
        sealer,
        time,
        data: &[],
    };
    let selection = bench.mempool.selection(state);
    let (_, body) = assemble(chain.params(), state, template, selection).unwrap();
    body.transactions.iter().map(Transaction::id).collect()
}

#[test]
fn what_cannot_be_committed_keeps_nothing_out_and_loses_its_place() {
    let (mut bench, names) = crowd("mallory", 16, 34);
    let asset = AssetId([9; 32]);
    for name in &names {
        for nonce in 0..=MAX_NONCE_GAP {
            let to = key("bob").address();
            let plain = bench.grower.sign(
                name,
                nonce,
                Payload::TransferAsset {
                    asset,
                    to,
                    amount: Amount(1),
                },
            );
            let body = TxBody {
                fee: Amount(2),
                ..plain.body
            };
            let transaction = bench.grower.checked(body.sign(&key(name)));
            bench.admit(transaction).unwrap();
        }
    }
    let good = bench.transfer("alice", 0, 1, 1);
    let id = good.id();
    bench.admit(good).unwrap();
    assert!(bench.mempool.len() > crate::primitives::MAX_TRANSACTIONS);
    assert_eq!(
        assembled(&bench),
        [id],
        "272 that pay more cannot be committed"
    );
    let state = bench.grower.chain.head_state().clone();
    let (network, later) = (bench.grower.chain.params().clone(), NOW.plus(STALLED_FOR));
    let mut judge = |height: u64, now| {
        bench
            .mempool
            .judge(&network, &state, Height(height), now)
            .len()
    };
    assert_eq!(judge(1, NOW), 0);
    assert_eq!(judge(STALLED_BLOCKS, later), 0, "too few blocks came");
    assert_eq!(judge(STALLED_BLOCKS + 1, NOW), 0, "they came at once");
    assert_eq!(judge(STALLED_BLOCKS + 1, later), 16 * 17);
    assert_eq!(bench.mempool.ids().collect::<Vec<_>>(), [id]);
}

#[test]
fn an_account_that_goes_on_is_not_stalled() {
    let (mut bench, names) = crowd("dora", 1, 1_000);
    for nonce in [0, 2] {
        let transaction = bench.transfer(&names[0], nonce, 1, 1);
        bench.admit(transaction).unwrap();
    }
    let network = bench.grower.chain.params().clone();
    let judge = |bench: &mut Bench, height: u64, now| {
        let state = bench.grower.chain.head_state().clone();
        bench
            .mempool
            .judge(&network, &state, Height(height), now)
            .len()
    };
    assert_eq!(judge(&mut bench, 1, NOW), 0);
    assert_eq!(
        judge(&mut bench, 100, NOW.plus(STALLED_FOR)),
        0,
        "its first can be committed"
    );
    let first = bench.transfer(&names[0], 0, 1, 1).get().clone();
    let block = bench.grower.work_block("miner", 1_000, vec![first]);
    bench.grower.import(block).unwrap();
    assert_eq!(
        judge(&mut bench, 101, NOW.plus(STALLED_FOR)),
        1,
        "the first is committed"
    );
    assert_eq!(
        bench.mempool.hopeful().count(),
        0,
        "what stands behind a gap is not told again"
    );
    let between = bench.transfer(&names[0], 1, 1, 1);
    bench.admit(between).unwrap();
    let later = NOW.plus(STALLED_FOR).plus(STALLED_FOR);
    assert_eq!(
        judge(&mut bench, 102 + STALLED_BLOCKS, later),
        0,
        "the gap is filled"
    );
    assert_eq!(bench.mempool.hopeful().count(), 2);
}

#[test]
fn what_comes_back_needs_neither_those_before_it_nor_coins_and_of_too_many_the_last_goes() {
    let (mut bench, names) = crowd("dora", 1, 10);
    let state = bench.grower.chain.head_state().clone();
    let most = u64::try_from(MAX_PER_ACCOUNT).unwrap();
    let mut back = |nonce: u64, amount: u64| {
        let transaction = bench.transfer(&names[0], nonce, amount, 1);
        let gone = bench
            .mempool
            .take_back(transaction, &state, Height(1), NOW)?;
        Ok(gone
            .iter()
            .map(|(gone, reason)| (gone.slot().1, *reason))
            .collect::<Vec<_>>())
    };
    for nonce in (1..=most).rev() {
        assert_eq!(back(nonce, 100), Ok(Vec::new()));
    }
    assert_eq!(back(0, 100), Ok(vec![(most, DropReason::AccountFull)]));
    assert_eq!(
        back(most, 100),
        Err(MempoolError::AccountFull {
            limit: MAX_PER_ACCOUNT
        })
    );
    assert_eq!(
        back(0, 101),
        Err(MempoolError::ReplacementFee {
            expected: Amount(2),
            found: Amount(1)
        })
    );
    assert_eq!(bench.mempool.len(), MAX_PER_ACCOUNT);
}
