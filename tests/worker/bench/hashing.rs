//! Hash rates: of both kernels in this worker, and of one and two miner workers, alternately.

use aurex::browser::WorkerHandle;
use aurex::browser::js::{monotonic, sleep};
use aurex::ipc::{FromMiner, Limit, SearchJob, TimeShare, ToMiner};
use aurex::miner::{Kernel, Search, Step};
use aurex::primitives::MAX_EXACT;
use wasm_bindgen_test::wasm_bindgen_test;

use super::measured;
use crate::support::nested;

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

#[wasm_bindgen_test]
#[ignore = "run by cargo xtask bench browser"]
async fn both_kernels_hash_alternately() {
    let kernels = [
        (Kernel::Reference, "hashing by sha2 in the browser", 1 << 15),
        (Kernel::Simd, SIMD, 1 << 17),
    ];
    let job = endless(Limit::Share(TimeShare::ALL));
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
async fn rate(workers: &[(WorkerHandle, nested::Messages, nested::Errors)]) -> f64 {
    for (worker, heard, _) in workers {
        heard.borrow_mut().clear();
        worker
            .post(&ToMiner::Search(endless(Limit::Share(TimeShare::ALL))))
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
#[ignore = "run by cargo xtask bench browser"]
async fn one_miner_worker_and_two_hash_alternately() {
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

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
