//! Miners in workers of a worker: jobs in, finds and progress out, shares of time and budgets kept.

use aurex::browser::js::{monotonic, sleep};
use aurex::ipc::{FromMiner, Limit, MAX_TRIES, SearchJob, TimeShare, ToMiner, YIELD_MS};
use aurex::primitives::{Header, MAX_EXACT};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::{loader, nested};
use crate::until;

/// Without a rest.
const FULL: Limit = Limit::Share(TimeShare::ALL);
/// No nonce that a test tries meets it.
const HARD: u64 = 1 << 50;

/// A job of a search.
fn job_of(search: u64, job: u64, difficulty: u64, limit: Limit) -> SearchJob {
    let header = nested::header(difficulty);
    SearchJob {
        job,
        search,
        header,
        difficulty,
        nonce_start: 1_000,
        nonce_end: MAX_EXACT,
        limit,
    }
}

/// A job that is a search of its own.
fn job(job: u64, difficulty: u64, limit: Limit) -> ToMiner {
    ToMiner::Search(job_of(job, job, difficulty, limit))
}

/// The tries of a find, once the miner tells it.
async fn found(heard: &nested::Messages, number: u64) -> u64 {
    let tries = || {
        heard.borrow().iter().find_map(|it| match it {
            FromMiner::Found { job, hashes, .. } if *job == number => Some(*hashes),
            _ => None,
        })
    };
    until(|| tries().is_some()).await;
    tries().unwrap()
}

/// What the miner tells after this many reports of progress on a job.
async fn progress(heard: &nested::Messages, number: u64, count: usize) -> Vec<FromMiner> {
    let told = || {
        let heard = heard.borrow();
        let told = heard
            .iter()
            .filter(|it| matches!(it, FromMiner::Progress { job, .. } if *job == number));
        told.cloned().collect::<Vec<_>>()
    };
    until(|| told().len() >= count).await;
    told()
}

#[wasm_bindgen_test]
async fn a_miner_in_a_nested_worker_searches_and_finds() {
    // Posted before the worker can hear: it waits.
    let (miner, heard, _) = nested::miner();
    assert!(!miner.is_ready());
    miner.post(&job(1, 1 << 12, FULL)).unwrap();
    until(|| {
        heard
            .borrow()
            .iter()
            .any(|it| matches!(it, FromMiner::Found { .. }))
    })
    .await;
    assert!(miner.is_ready());
    let told = heard
        .borrow()
        .iter()
        .rev()
        .find(|it| matches!(it, FromMiner::Found { .. }))
        .cloned();
    let Some(FromMiner::Found {
        job, nonce, hashes, ..
    }) = told
    else {
        panic!("no find")
    };
    assert_eq!((job, hashes), (1, nonce - 1_000 + 1));
}

#[wasm_bindgen_test]
async fn the_tries_of_a_search_go_on_from_job_to_job() {
    let (miner, heard, _) = nested::miner();
    for (search, number, hashes) in [(1, 1, 1_000), (1, 2, 2_000), (2, 3, 1_000)] {
        let job = SearchJob {
            nonce_end: 2_000,
            ..job_of(search, number, HARD, FULL)
        };
        miner.post(&ToMiner::Search(job)).unwrap();
        until(|| {
            heard.borrow().contains(&FromMiner::Exhausted {
                job: number,
                hashes,
            })
        })
        .await;
    }
    // A job that is dropped counts as far as it was searched.
    miner
        .post(&ToMiner::Search(job_of(3, 4, HARD, FULL)))
        .unwrap();
    let Some(FromMiner::Progress { hashes: before, .. }) = progress(&heard, 4, 1).await.pop()
    else {
        panic!("none")
    };
    miner.post(&ToMiner::Search(job_of(3, 5, 1, FULL))).unwrap();
    assert!(found(&heard, 5).await > before);
}

/// All in tries, so that it does not matter how busy the machine is: a report comes after at least
/// six slices.
#[wasm_bindgen_test]
async fn a_cancel_and_a_new_job_take_effect_within_a_slice() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, HARD, FULL)).unwrap();
    let told = progress(&heard, 1, 8).await;
    let hashes = |told: &FromMiner| {
        if let FromMiner::Progress { hashes, .. } = told {
            *hashes
        } else {
            0
        }
    };
    let between_reports = (hashes(&told[7]) - hashes(&told[2])) / 5;
    for round in 0..10 {
        let (hard, easy) = (10 + 2 * round, 11 + 2 * round);
        // The cancel waits for the miner when the first job begins.
        miner
            .post(&ToMiner::Search(job_of(hard, hard, HARD, FULL)))
            .unwrap();
        if round % 2 == 0 {
            miner.post(&ToMiner::Cancel).unwrap();
            sleep(300.0).await;
        }
        miner
            .post(&ToMiner::Search(job_of(hard, easy, 1, FULL)))
            .unwrap();
        let tries = found(&heard, easy).await;
        assert!(
            tries <= between_reports / 3,
            "round {round}: {tries} tries, {between_reports} between reports"
        );
    }
}

#[wasm_bindgen_test]
async fn a_miner_at_full_speed_tells_progress_four_times_a_second_and_rests_when_told_so() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, HARD, FULL)).unwrap();
    progress(&heard, 1, 1).await;
    let began = monotonic();
    progress(&heard, 1, 7).await;
    // Six intervals of 250 ms; two are left for what waited for a busy page.
    let took = monotonic() - began;
    assert!(took >= 1_000.0, "told progress six times in {took} ms");
    assert!(
        heard
            .borrow()
            .iter()
            .all(|it| matches!(it, FromMiner::Progress { tries, .. } if tries.is_empty()))
    );
    miner.post(&ToMiner::Cancel).unwrap();
    sleep(100.0).await;
    heard.borrow_mut().clear();
    sleep(600.0).await;
    assert!(heard.borrow().is_empty());
}

/// A lower bound only, which no busy machine breaks.
#[wasm_bindgen_test]
async fn a_miner_lets_the_page_go_first_and_then_goes_on() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, 1, FULL)).unwrap();
    found(&heard, 1).await;
    let asked = monotonic();
    miner.post(&ToMiner::Yield).unwrap();
    miner.post(&job(2, 1, FULL)).unwrap();
    assert_eq!(
        found(&heard, 2).await,
        1,
        "the first try meets the difficulty"
    );
    let waited = monotonic() - asked;
    assert!(
        waited > YIELD_MS - 1.0,
        "expected a rest of {YIELD_MS} ms, found {waited}"
    );
}

/// Told by what two miners come to: one whose share is not to come, and one whose share comes.
#[wasm_bindgen_test]
async fn a_miner_hashes_in_its_own_share_of_the_time_only() {
    // Slices of 8 ms, a round of 80 s.
    let of = 10_000;
    let share = |ahead: u64| {
        let position =
            u32::try_from((aurex::browser::js::now().0 / 8 + ahead) % u64::from(of)).unwrap();
        Limit::Share(TimeShare {
            position,
            of,
            at_once: 1,
        })
    };
    let ((waits, by_waiting, _), (works, by_working, _)) = (nested::miner(), nested::miner());
    waits
        .post(&ToMiner::Search(job_of(1, 1, 1, share(9_000))))
        .unwrap();
    let mut number = 1;
    while !by_working
        .borrow()
        .iter()
        .any(|it| matches!(it, FromMiner::Found { .. }))
    {
        // A busy machine may let a slice go by.
        number += 1;
        works.post(&job(number, 1, share(10))).unwrap();
        sleep(300.0).await;
    }
    assert_eq!(*by_waiting.borrow(), []);
    waits.post(&ToMiner::Search(job_of(1, 2, 1, FULL))).unwrap();
    assert_eq!(
        found(&by_waiting, 2).await,
        1,
        "it had tried nothing before"
    );
}

#[wasm_bindgen_test]
async fn with_a_low_budget_each_try_is_told_and_with_a_high_one_none() {
    let (miner, heard, _) = nested::miner();
    let followed = job_of(1, 1, HARD, Limit::Rate(30.0));
    miner.post(&ToMiner::Search(followed.clone())).unwrap();
    let header = Header::from_bytes(&followed.header).unwrap();
    for told in progress(&heard, 1, 6).await.into_iter().skip(2) {
        let FromMiner::Progress { tries, nonce, .. } = told else {
            panic!("no progress")
        };
        assert!((1..=MAX_TRIES).contains(&tries.len()));
        assert_eq!(tries[tries.len() - 1].nonce, nonce - 1);
        assert!(
            tries
                .windows(2)
                .all(|pair| pair[1].nonce == pair[0].nonce + 1)
        );
        for it in tries {
            let hash = Header {
                nonce: it.nonce,
                ..header
            }
            .id();
            assert_eq!(format!("{:016x}", it.hash), hash.to_string()[..16]);
        }
    }
    miner
        .post(&ToMiner::Search(job_of(1, 2, HARD, Limit::Rate(1_000.0))))
        .unwrap();
    let told = progress(&heard, 2, 2).await;
    assert!(
        told.iter()
            .all(|it| matches!(it, FromMiner::Progress { tries, .. } if tries.is_empty()))
    );
}

#[wasm_bindgen_test]
async fn a_miner_with_a_budget_tells_what_it_could_do_without_and_counts_no_try_for_it() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, HARD, Limit::Rate(17.0))).unwrap();
    let told = progress(&heard, 1, 5).await;
    let uncapped = heard.borrow().iter().find_map(|it| match it {
        FromMiner::Uncapped(rate) => Some(*rate),
        _ => None,
    });
    assert!(uncapped.is_some_and(|rate| rate > 1_700.0), "{uncapped:?}");
    let Some(FromMiner::Progress { hashes, nonce, .. }) = told.last() else {
        panic!("no progress")
    };
    assert_eq!(*nonce, 1_000 + hashes, "no nonce is passed by");
    assert!(*hashes < 1_000, "{hashes}");
}

#[wasm_bindgen_test]
async fn a_budget_is_kept_exactly_and_evenly() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, 1 << 50, Limit::Rate(17.0))).unwrap();
    let last_progress = || {
        heard
            .borrow()
            .iter()
            .rev()
            .find(|it| matches!(it, FromMiner::Progress { .. }))
            .cloned()
    };
    let fresh_progress = async || {
        heard.borrow_mut().clear();
        until(|| last_progress().is_some()).await;
        match last_progress() {
            Some(FromMiner::Progress { hashes, .. }) => (hashes, monotonic()),
            other => panic!("expected progress, found {other:?}"),
        }
    };
    let (first, began) = fresh_progress().await;
    sleep(4_000.0).await;
    let (last, ended) = fresh_progress().await;
    let per_second = (last - first) as f64 / (ended - began) * 1_000.0;
    wasm_bindgen_test::console_log!("a budget of 17 hashes a second made {per_second:.2}");
    assert!((16.5..=17.5).contains(&per_second));
    let Some(FromMiner::Progress { hash_rate, .. }) = last_progress() else {
        panic!("no progress")
    };
    assert!((14.0..=20.0).contains(&hash_rate), "measured {hash_rate}");
    // Jobs that change often do not lose what is owed.
    let began = monotonic();
    heard.borrow_mut().clear();
    let mut total = 0;
    for number in 2..100 {
        miner.post(&job(number, 1, Limit::Rate(17.0))).unwrap();
        sleep(20.0).await;
    }
    total += heard
        .borrow()
        .iter()
        .filter(|it| matches!(it, FromMiner::Found { .. }))
        .count();
    let per_second = total as f64 / (monotonic() - began) * 1_000.0;
    wasm_bindgen_test::console_log!("with a new job each 20 ms it made {per_second:.2}");
    assert!((13.0..=21.0).contains(&per_second));
}

#[wasm_bindgen_test]
async fn a_worker_that_cannot_be_loaded_or_panics_is_heard() {
    let missing = format!("{}-missing", loader::loader());
    let (_gone, _, errors) = nested::start(&missing, "miner:missing:0");
    until(|| !errors.borrow().is_empty()).await;
    let (panics, _, errors) = nested::start(&loader::loader(), "miner:panic:0");
    until(|| !errors.borrow().is_empty()).await;
    assert!(
        errors
            .borrow()
            .iter()
            .any(|error| error.contains("on purpose")),
        "{:?}",
        errors.borrow()
    );
    panics.terminate();
}
