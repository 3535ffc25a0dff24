//! Measurements in a real browser's worker, with the ledger in its database. They are no tests of a time: a machine
//! may be slow. `cargo xtask bench` runs them and reads what they print: name, size and milliseconds.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a measurement fails by panicking")]

#[path = "common/blocks.rs"]
mod blocks;
#[path = "common/catching_up.rs"]
mod catching_up;
#[path = "common/loader.rs"]
mod loader;
#[path = "common/nested.rs"]
mod nested;

use std::fmt::Display;

use aurex::browser::js::{monotonic, random, sleep};
use aurex::browser::{IndexedDbStore, idb};
use aurex::chain::chain_id;
use aurex::consensus::{CheckedBlock, SignatureCache};
use aurex::ipc::{FromMiner, Limit, SearchJob, ToMiner, Turns};
use aurex::ledger::Store as _;
use aurex::miner::{Kernel, Search, Step};
use aurex::primitives::{MAX_EXACT, to_hex};
use catching_up::Net;
use wasm_bindgen_test::{console_log, wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

fn measured(what: &str, size: impl Display, milliseconds: f64) {
    console_log!("measured; {what}; {size}; {milliseconds:.2}");
}

#[wasm_bindgen_test]
async fn a_node_catches_up_and_every_block_is_durable() {
    for height in [100, 1_000, 10_000] {
        let mut net = Net::grown(height);
        let name = format!("aurex-test:speed:{}", to_hex(&random::<8>().unwrap()));
        let store = IndexedDbStore::open(&name).await.unwrap();
        let milliseconds = net.catch_up(&store, monotonic).await;
        measured(
            "catching up in the browser, by blocks",
            height,
            milliseconds,
        );
        assert!(u64::try_from(store.load().await.unwrap().blocks.len()).unwrap() > height);
        store.close();
        idb::delete_database(&name).await.unwrap();
    }
}

/// A search without an end.
fn endless(limit: Limit) -> SearchJob {
    let difficulty = 1 << 52;
    let header = nested::header(difficulty);
    SearchJob {
        job: 1,
        search: 1,
        header,
        difficulty,
        nonce_start: 0,
        nonce_end: MAX_EXACT,
        limit,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[wasm_bindgen_test]
async fn both_kernels_hash_in_turn() {
    let kernels = [
        (Kernel::Reference, "hashing by sha2 in the browser", 1 << 15),
        (Kernel::Simd, SIMD, 1 << 17),
    ];
    let job = endless(Limit::Turns(Turns::ALL));
    let mut searches = kernels.map(|(kernel, ..)| Search::with_kernel(&job, kernel).unwrap());
    let mut times = [Vec::new(), Vec::new()];
    // The first rounds bring the browser to its best code.
    for round in 0..51_u32 {
        for (which, (_, _, count)) in kernels.into_iter().enumerate() {
            let start = monotonic();
            assert_eq!(searches[which].step(count), Step::Continue);
            if round >= 20 {
                times[which].push(monotonic() - start);
            }
        }
        sleep(1.0).await;
    }
    for ((_, name, count), times) in kernels.into_iter().zip(times) {
        measured(name, count, median(times));
    }
}

const SIMD: &str = "hashing by vectors in the browser";

/// Hashes per second of these workers together, by their own measurement.
async fn rate(
    workers: &[(
        aurex::browser::WorkerHandle,
        nested::Messages,
        nested::Errors,
    )],
) -> f64 {
    for (worker, heard, _) in workers {
        heard.borrow_mut().clear();
        worker
            .post(&ToMiner::Search(endless(Limit::Turns(Turns::ALL))))
            .unwrap();
    }
    // A worker measures over the last second.
    sleep(2_300.0).await;
    let told = |(_, heard, _): &(_, nested::Messages, _)| match heard.borrow().last() {
        Some(FromMiner::Progress { hash_rate, .. }) => *hash_rate,
        other => panic!("expected progress, found {other:?}"),
    };
    let sum = workers.iter().map(told).sum();
    for (worker, ..) in workers {
        worker.post(&ToMiner::Cancel).unwrap();
    }
    // Long enough a rest that the next measurement begins anew.
    sleep(1_200.0).await;
    sum
}

#[wasm_bindgen_test]
async fn one_miner_worker_and_two_hash_in_turn() {
    let workers = [nested::miner(), nested::miner()];
    rate(&workers).await;
    let mut rates = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for count in [1, 2] {
            rates[count - 1].push(rate(&workers[..count]).await);
        }
    }
    let [one, two] = rates.map(median);
    for (name, rate) in [
        ("hashing in one miner worker", one),
        ("hashing in two miner workers", two),
    ] {
        measured(name, 1 << 20, f64::from(1 << 20) / rate * 1_000.0);
    }
}

#[wasm_bindgen_test]
fn a_full_block_is_valid_without_any_signature_verified_before() {
    let params = blocks::params();
    let chain_id = chain_id(&params);
    for count in [1, 16, 64, 256] {
        let (block, parent, state) =
            blocks::full_block(&params, count, &mut SignatureCache::default());
        let rounds = 5;
        let start = monotonic();
        for _ in 0..rounds {
            let mut cache = SignatureCache::default();
            let checked =
                CheckedBlock::check(block.clone(), &params, &chain_id, &mut cache).unwrap();
            state
                .connect(
                    &params,
                    state.context().place(&params, &parent, checked).unwrap(),
                )
                .unwrap();
            assert_eq!(cache.verified(), count);
        }
        measured(
            "validation in the browser, by transactions",
            count,
            (monotonic() - start) / f64::from(rounds),
        );
    }
}
