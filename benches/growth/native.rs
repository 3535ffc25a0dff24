//! The benches themselves.

use std::hint::black_box;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use aurex::chain::Chain;
use aurex::consensus::{CheckedBlock, Params, SignatureCache};
use aurex::ipc::{Limit, SearchJob, TimeShare};
use aurex::ledger::MemoryStore;
use aurex::mempool::Mempool;
use aurex::miner::{Kernel, Search, Step};
use aurex::primitives::{Address, Amount, Block, Height, MAX_EXACT, Millis};
use aurex::state::{Account, Entry, Key, State, genesis};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group};

use crate::support::blocks::{block, checked, full_block, key, params, transfer};
use crate::support::catching_up::Net;

/// A chain with so many blocks; those of another `pace` are another branch.
fn grown(params: &Rc<Params>, length: usize, pace: u64) -> Chain {
    let (mut chain, mut cache) = (Chain::new(Rc::clone(params)), SignatureCache::default());
    for _ in 0..length {
        let next = block(params, chain.head_state(), chain.head_header(), pace, &[]);
        let now = next.header.time;
        chain.import(next, now, &mut cache).unwrap();
    }
    chain
}

fn blocks_of(chain: &Chain) -> Vec<Block> {
    let block = |height| {
        chain
            .at(Height(height))
            .and_then(|id| chain.get(&id))
            .unwrap()
            .block
            .as_ref()
            .clone()
    };
    (1..=chain.height().0).map(block).collect()
}

/// The state of genesis with so many accounts more.
fn crowded(params: &Params, accounts: u32) -> State {
    let mut entries = Vec::new();
    genesis(params)
        .1
        .tree()
        .for_each(|key, entry| entries.push((key.clone(), entry.clone())));
    entries.extend((0..accounts).map(|n| {
        let address = aurex::primitives::sha256(&[&n.to_le_bytes()]).0;
        (
            Key::Account(Address(address)),
            Entry::Account(Account {
                balance: Amount(1),
                ..Account::default()
            }),
        )
    }));
    State::from_entries(entries)
}

fn blocks(criterion: &mut Criterion) {
    let params = params();
    let chain_id = aurex::chain::chain_id(&params);
    let mut cache = SignatureCache::default();
    let sizes = [1, 16, 64, 256];
    let samples = sizes.map(|count| (count, full_block(&params, count, &mut cache)));
    let mut group = criterion.benchmark_group("validation, by transactions");
    for (count, (block, parent, state)) in &samples {
        group.bench_with_input(BenchmarkId::from_parameter(count), count, |bencher, _| {
            bencher.iter_batched(
                || block.clone(),
                |block| {
                    let mut cache = SignatureCache::default();
                    let checked =
                        CheckedBlock::check(block, &params, &chain_id, &mut cache).unwrap();
                    state
                        .connect(
                            &params,
                            state.context().place(&params, parent, checked).unwrap(),
                        )
                        .unwrap()
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("execution, by transactions");
    for (count, (block, parent, state)) in &samples {
        let checked = CheckedBlock::check(block.clone(), &params, &chain_id, &mut cache).unwrap();
        group.bench_with_input(BenchmarkId::from_parameter(count), count, |bencher, _| {
            let connect = |block| {
                state
                    .connect(
                        &params,
                        state.context().place(&params, parent, block).unwrap(),
                    )
                    .unwrap()
            };
            bencher.iter_batched(|| checked.clone(), connect, BatchSize::SmallInput);
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("codec there and back, by transactions");
    for (count, (block, ..)) in &samples {
        group.bench_with_input(BenchmarkId::from_parameter(count), count, |bencher, _| {
            bencher.iter(|| Block::from_bytes(&black_box(block).to_bytes()).unwrap());
        });
    }
    group.finish();
}

fn branches(criterion: &mut Criterion) {
    let params = params();
    let mut group = criterion.benchmark_group("reorganisation, by blocks");
    for depth in [1, 10, 100, 1_000] {
        let (ours, theirs) = (
            blocks_of(&grown(&params, depth, 1_000)),
            blocks_of(&grown(&params, depth + 1, 2_000)),
        );
        let now = theirs.last().unwrap().header.time;
        let mut cache = SignatureCache::default();
        let import = |chain: &mut Chain, blocks: Vec<Block>, cache: &mut SignatureCache| {
            for block in blocks {
                chain.import(block, now, cache).unwrap();
            }
        };
        group.bench_with_input(BenchmarkId::from_parameter(depth), &depth, |bencher, _| {
            let setup = || {
                let mut chain = Chain::new(Rc::clone(&params));
                import(&mut chain, ours.clone(), &mut SignatureCache::default());
                (chain, theirs.clone())
            };
            let take_over = |(mut chain, theirs): (Chain, Vec<Block>)| {
                import(&mut chain, theirs, &mut cache);
                assert_eq!(chain.height().0, u64::try_from(depth).unwrap() + 1);
                chain
            };
            bencher.iter_batched(setup, take_over, BatchSize::PerIteration);
        });
    }
    group.finish();
}

fn tips(criterion: &mut Criterion) {
    let params = params();
    let mut group = criterion.benchmark_group("choosing the head, by length of the chain");
    for length in [100, 1_000, 10_000] {
        let mut chain = grown(&params, length, 1_000);
        let (parent, state) = (*chain.head_header(), chain.head_state().clone());
        let now = parent.time.plus(Millis(1_000_000_000));
        let (mut after, mut cache) = (1_000, SignatureCache::default());
        group.bench_with_input(
            BenchmarkId::from_parameter(length),
            &length,
            |bencher, _| {
                let setup = || {
                    after += 1;
                    block(&params, &state, &parent, after, &[])
                };
                // Every block is one more tip of equal weight.
                bencher.iter_batched(
                    setup,
                    |tip| chain.import(tip, now, &mut cache).unwrap(),
                    BatchSize::SmallInput,
                );
            },
        );
    }
    group.finish();
    let mut group = criterion.benchmark_group("a block far below the head, by length of the chain");
    let below = grown(&params, 1, 1_000);
    for length in [100, 1_000, 10_000] {
        let mut chain = grown(&params, length, 1_000);
        let now = chain.head_header().time;
        let (mut after, mut cache) = (1_000, SignatureCache::default());
        group.bench_with_input(
            BenchmarkId::from_parameter(length),
            &length,
            |bencher, _| {
                let setup = || {
                    after += 1;
                    block(&params, below.head_state(), below.head_header(), after, &[])
                };
                bencher.iter_batched(
                    setup,
                    |side| chain.import(side, now, &mut cache).unwrap(),
                    BatchSize::SmallInput,
                );
            },
        );
    }
    group.finish();
}

fn accounts(criterion: &mut Criterion) {
    let params = params();
    let parent = genesis(&params).0.header;
    let sizes = [100, 1_000, 10_000, 100_000];
    let states = sizes.map(|accounts| (accounts, crowded(&params, accounts)));
    let mut group = criterion.benchmark_group("state root after one change, by accounts");
    for (accounts, state) in &states {
        let change = (
            Key::Account(key(1).address()),
            Some(Entry::Account(Account::default())),
        );
        let undo = [change].into_iter().collect();
        // The hashes of all but the change are there before.
        black_box(state.root());
        group.bench_with_input(
            BenchmarkId::from_parameter(accounts),
            accounts,
            |bencher, _| {
                bencher.iter(|| state.reverted(black_box(&undo)).root());
            },
        );
    }
    group.finish();
    let mut group = criterion.benchmark_group("append of a block, by accounts");
    let mut cache = SignatureCache::default();
    let paid = checked(&params, transfer(&params, 1, 0, 1), &mut cache);
    for (accounts, state) in &states {
        let next = block(&params, state, &parent, 1_000, std::slice::from_ref(&paid));
        let next = CheckedBlock::check(next, &params, &aurex::chain::chain_id(&params), &mut cache)
            .unwrap();
        group.bench_with_input(
            BenchmarkId::from_parameter(accounts),
            accounts,
            |bencher, _| {
                let connect = |block| {
                    state
                        .connect(
                            &params,
                            state.context().place(&params, &parent, block).unwrap(),
                        )
                        .unwrap()
                };
                bencher.iter_batched(|| next.clone(), connect, BatchSize::SmallInput);
            },
        );
    }
    group.finish();
}

fn mempool(criterion: &mut Criterion) {
    let params = params();
    let mut cache = SignatureCache::default();
    let sizes = [100, 1_000, 5_000];
    let funded = |n| {
        (
            Key::Account(key(n).address()),
            Entry::Account(Account {
                balance: Amount(1_000),
                ..Account::default()
            }),
        )
    };
    let state = State::from_entries((0..=5_000).map(funded));
    let waiting: Vec<_> = (0..=5_000)
        .map(|n| checked(&params, transfer(&params, n, 0, 1 + n % 97), &mut cache))
        .collect();
    let now = aurex::primitives::Instant(0);
    let pool = |size: usize| {
        let mut pool = Mempool::default();
        for transaction in &waiting[..size] {
            pool.admit(transaction.clone(), &state, Height(1), now)
                .unwrap();
        }
        pool
    };
    let mut group = criterion.benchmark_group("admission to the mempool, by transactions");
    for size in sizes {
        // One below the limit, so that nothing has to go.
        let (mut pool, newcomer) = (pool(size - 1), &waiting[5_000]);
        group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, _| {
            bencher.iter(|| {
                pool.admit(newcomer.clone(), &state, Height(1), now)
                    .unwrap();
                pool.remove(&newcomer.id())
            });
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("selection for a block, by transactions");
    for size in sizes {
        let pool = pool(size);
        group.bench_with_input(BenchmarkId::from_parameter(size), &size, |bencher, _| {
            bencher.iter(|| pool.selection(&state).count());
        });
    }
    group.finish();
}

fn catching_up(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("catching up in memory, by blocks");
    for height in [100, 1_000, 10_000] {
        let mut net = Net::grown(height);
        let start = Instant::now();
        group.bench_with_input(
            BenchmarkId::from_parameter(height),
            &height,
            |bencher, _| {
                bencher.iter(|| {
                    let clock = || start.elapsed().as_secs_f64() * 1_000.0;
                    let ledger = MemoryStore::default();
                    let catching_up = std::pin::pin!(net.catch_up(&ledger, clock, async || {}));
                    let done = catching_up.poll(&mut Context::from_waker(Waker::noop()));
                    assert!(done.is_ready(), "a ledger in memory never waits");
                });
            },
        );
    }
    group.finish();
}

/// The same work as the page's miners do: the library on the midstate, without vector instructions
/// of ours.
fn hashing(criterion: &mut Criterion) {
    let params = params();
    let (genesis, state) = genesis(&params);
    let header = block(&params, &state, &genesis.header, 1_000, &[])
        .header
        .to_bytes()
        .to_vec();
    let difficulty = 1 << 52;
    let limit = Limit::Share(TimeShare::ALL);
    let job = SearchJob {
        job: 1,
        search: 1,
        header,
        difficulty,
        nonce_start: 0,
        nonce_end: MAX_EXACT,
        limit,
    };
    let mut search = Search::with_kernel(&job, Kernel::Reference).unwrap();
    let mut group = criterion.benchmark_group("hashing by sha2 natively");
    let count: u64 = 1 << 15;
    group.bench_with_input(
        BenchmarkId::from_parameter(count),
        &count,
        |bencher, count| {
            bencher.iter(|| assert_eq!(search.step(*count), Step::Continue));
        },
    );
    group.finish();
}

fn short() -> Criterion {
    Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
        .without_plots()
}

criterion_group! { name = growth; config = short(); targets = blocks, branches, tips, accounts, mempool, catching_up, hashing }
