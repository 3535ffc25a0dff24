//! The shell in a real browser's worker: the database, the channels, the locks, workers in workers.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "a test fails by panicking, and counts little")]

#[path = "common/conformance.rs"]
mod conformance;
#[path = "common/loader.rs"]
mod loader;
#[path = "common/nested.rs"]
mod nested;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use aurex::browser::js::{field, monotonic, random, sleep};
use aurex::browser::{Channel, IndexedDbStore, MAX_PAYLOAD, Received, Senders, capability, idb, locks};
use aurex::ipc::{FromMiner, Limit, SearchJob, ToMiner};
use aurex::ledger::{Batch, Durability, Query, Row, Store, StoreError, Table};
use aurex::primitives::{MAX_EXACT, to_hex};
use conformance::Bench;
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// A name that no other test and no earlier run has.
fn fresh(what: &str) -> String {
    format!("aurex-test:{what}:{}", to_hex(&random::<8>().unwrap()))
}

/// Runs JavaScript that returns a promise.
async fn run_js(arguments: &str, body: &str, values: [&JsValue; 2]) -> Result<JsValue, JsValue> {
    let promise = Function::new_with_args(arguments, body).call2(&JsValue::NULL, values[0], values[1])?;
    JsFuture::from(promise.unchecked_into::<Promise>()).await
}

struct Database(String);

impl Bench for Database {
    type Store = IndexedDbStore;

    async fn open(&self, name: &str) -> IndexedDbStore {
        IndexedDbStore::open(&format!("{}:{name}", self.0)).await.unwrap()
    }

    fn close(&self, store: IndexedDbStore) {
        store.close();
    }

    /// The last row cannot be stored: everything before it was asked for already.
    fn spoil(&self, _: &IndexedDbStore, batch: &mut Batch) {
        let mut block = conformance::block(1);
        block.nonce = u64::MAX;
        batch.put(Table::Blocks, Row::Block(block));
        batch.put(Table::Undo, conformance::raw("x", b"x"));
    }
}

#[wasm_bindgen_test]
async fn the_database_keeps_what_a_ledger_promises() {
    conformance::all(&Database(fresh("all"))).await;
}

#[wasm_bindgen_test]
async fn the_database_answers_queries_as_a_ledger_promises() {
    conformance::queries(&Database(fresh("queries"))).await;
}

#[wasm_bindgen_test]
async fn rows_are_objects_that_a_person_can_read() {
    let name = fresh("readable");
    let store = IndexedDbStore::open(&name).await.unwrap();
    let mut batch = Batch::default();
    let block = conformance::block(5);
    batch.put(Table::Blocks, Row::Block(block.clone()));
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    let row = run_js(
        "name, key",
        "return new Promise((resolve, reject) => {
            const open = indexedDB.open(name);
            open.onerror = () => reject(open.error);
            open.onsuccess = () => {
                const get = open.result.transaction('blocks').objectStore('blocks').get(key);
                get.onsuccess = () => { open.result.close(); resolve(get.result); };
            };
        });",
        [&name.into(), &block.hash.into()],
    )
    .await
    .unwrap();
    assert_eq!(field(&row, "height").as_f64(), Some(5.0));
    assert_eq!(field(&row, "kind").as_string().as_deref(), Some("work"));
    assert_eq!(field(&row, "on_best_chain").as_bool(), Some(false));
    assert_eq!(field(&row, "raw").dyn_into::<Uint8Array>().unwrap().to_vec(), [1, 2, 3]);
    store.close();
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let name = fresh("newer");
    let store = IndexedDbStore::open(&name).await.unwrap();
    let open = "return new Promise((resolve, reject) => {
        const open = indexedDB.open(name, version);
        open.onerror = () => reject(open.error);
        open.onsuccess = () => { open.result.close(); resolve(); };
    });";
    // The open connection gets out of the way of an upgrade by itself.
    run_js("name, version", open, [&name.clone().into(), &7.into()]).await.unwrap();
    let refused = StoreError::Schema { expected: 1, found: 7 };
    assert_eq!(store.load().await.unwrap_err(), refused);
    assert_eq!(IndexedDbStore::open(&name).await.unwrap_err(), refused);
    run_js("name, version", open, [&name.into(), &7.into()]).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_deleted_database_is_gone_until_it_is_wiped() {
    let name = fresh("deleted");
    let store = IndexedDbStore::open(&name).await.unwrap();
    let mut batch = Batch::default();
    batch.put(Table::State, conformance::raw("a", b"1"));
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    idb::delete_database(&name).await.unwrap();
    assert_eq!(store.commit(&batch, Durability::Relaxed).await, Err(StoreError::Gone));
    assert_eq!(store.query(&Query::all(Table::State, 1)).await, Err(StoreError::Gone));
    store.wipe().await.unwrap();
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    assert_eq!(store.load().await.unwrap().state.len(), 1);
    store.close();
    assert_eq!(store.load().await, Err(StoreError::Gone));
}

#[wasm_bindgen_test]
async fn commits_in_a_row_and_at_once_all_arrive() {
    let store = IndexedDbStore::open(&fresh("commits")).await.unwrap();
    let began = monotonic();
    let batches: Vec<Batch> = (0..50)
        .map(|number| {
            let mut batch = Batch::default();
            batch.put(Table::State, conformance::raw(&format!("{number:04}"), &[0; 200]));
            batch.put(Table::Meta, conformance::raw("head", &[number]));
            batch
        })
        .collect();
    for batch in &batches {
        store.commit(batch, Durability::Relaxed).await.unwrap();
    }
    let each = (monotonic() - began) / 50.0;
    wasm_bindgen_test::console_log!("one commit of two rows: {each:.2} ms");
    assert_eq!(store.load().await.unwrap().state.len(), 50);
    assert_eq!(store.load().await.unwrap().meta("head"), Some([49].as_slice()));
    store.close();
}

#[wasm_bindgen_test]
async fn a_long_ledger_opens_quickly() {
    let name = fresh("long");
    let store = IndexedDbStore::open(&name).await.unwrap();
    for part in 0..10 {
        let mut batch = Batch::default();
        for number in part * 1_000..(part + 1) * 1_000 {
            let mut block = conformance::block(number);
            block.raw = vec![7; 600];
            batch.put(Table::Undo, conformance::raw(&block.hash, &[7; 200]));
            batch.put(Table::Blocks, Row::Block(block));
        }
        store.commit(&batch, Durability::Relaxed).await.unwrap();
    }
    store.close();
    let began = monotonic();
    let store = IndexedDbStore::open(&name).await.unwrap();
    let snapshot = store.load().await.unwrap();
    let took = monotonic() - began;
    wasm_bindgen_test::console_log!("a ledger of 10,000 blocks loads in {took:.0} ms");
    assert_eq!((snapshot.blocks.len(), snapshot.undo.len()), (10_000, 10_000));
    store.close();
    idb::delete_database(&name).await.unwrap();
}

type Heard = Rc<RefCell<Vec<Received>>>;

fn listen(name: &str) -> (Channel, Heard) {
    let heard = Heard::default();
    let sink = Rc::clone(&heard);
    let channel = Channel::open(name, move |received| sink.borrow_mut().push(received)).unwrap();
    (channel, heard)
}

async fn until(what: impl Fn() -> bool) {
    let limit = monotonic() + 10_000.0;
    while !what() {
        assert!(monotonic() < limit, "it does not come");
        sleep(5.0).await;
    }
}

#[wasm_bindgen_test]
async fn a_channel_delivers_bytes_to_others_and_never_to_itself() {
    let name = fresh("channel");
    let (one, heard_by_one) = listen(&name);
    let (_two, heard_by_two) = listen(&name);
    let (_other, heard_by_other) = listen(&fresh("channel"));
    one.post(&[0, 1, 255]).unwrap();
    one.post(&[]).unwrap();
    until(|| heard_by_two.borrow().len() == 2).await;
    assert_eq!(*heard_by_two.borrow(), [Received::Frame(vec![0, 1, 255]), Received::Frame(vec![])]);
    sleep(20.0).await;
    assert!(heard_by_one.borrow().is_empty());
    assert!(heard_by_other.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn nothing_is_lost_by_closing_right_after_sending() {
    let name = fresh("inbox");
    let (_inbox, heard) = listen(&name);
    for number in 0..500_u32 {
        let mut senders = Senders::default();
        senders.send(name.clone(), &number.to_le_bytes()).unwrap();
        senders.send(name.clone(), &[7; 3_000]).unwrap();
        senders.close();
    }
    until(|| heard.borrow().len() == 1_000).await;
    let numbers = heard.borrow().iter().step_by(2).cloned().collect::<Vec<_>>();
    assert!(numbers.iter().zip(0_u32..).all(|(got, number)| *got == Received::Frame(number.to_le_bytes().to_vec())));
}

#[wasm_bindgen_test]
async fn what_is_no_frame_is_named_and_does_no_harm() {
    let name = fresh("foreign");
    let (_channel, heard) = listen(&name);
    let foreign = web_sys::BroadcastChannel::new(&name).unwrap();
    foreign.post_message(&"hello".into()).unwrap();
    foreign.post_message(&JsValue::NULL).unwrap();
    foreign.post_message(&js_sys::ArrayBuffer::new(8)).unwrap();
    foreign.post_message(&Uint8Array::new_with_length(MAX_PAYLOAD + 1)).unwrap();
    foreign.post_message(&Uint8Array::new_with_length(1)).unwrap();
    until(|| heard.borrow().len() == 5).await;
    let kinds: Vec<bool> = heard.borrow().iter().map(|it| matches!(it, Received::Foreign(_))).collect();
    assert_eq!(kinds, [true, true, true, true, false]);
    foreign.close();
}

#[wasm_bindgen_test]
async fn a_lock_has_one_holder_at_a_time() {
    let name = fresh("lock");
    let held = locks::try_acquire(&name).await.unwrap();
    assert!(held.is_some());
    assert!(locks::try_acquire(&name).await.unwrap().is_none());
    let began = monotonic();
    assert!(locks::acquire(&name, Some(100)).await.unwrap().is_none());
    assert!(monotonic() - began >= 95.0);

    let got = Rc::new(Cell::new(false));
    let waiter = {
        let (name, got) = (name.clone(), Rc::clone(&got));
        async move {
            let guard = locks::acquire(&name, Some(5_000)).await.unwrap();
            got.set(guard.is_some());
            sleep(30.0).await;
            drop(guard);
        }
    };
    wasm_bindgen_futures::spawn_local(waiter);
    sleep(30.0).await;
    assert!(!got.get());
    drop(held);
    until(|| got.get()).await;
    // Waits for the waiter, and then for the one before.
    for _ in 0..2 {
        assert!(locks::acquire(&name, None).await.unwrap().is_some());
    }
}

#[wasm_bindgen_test]
fn this_browser_offers_everything() {
    assert_eq!(capability::missing(), []);
}

/// Without a rest.
const FULL: Limit = Limit::Share(1.0);

fn job(job: u64, difficulty: u64, limit: Limit) -> ToMiner {
    let header = nested::header(difficulty);
    ToMiner::Search(SearchJob { job, header, difficulty, nonce_start: 1_000, nonce_end: MAX_EXACT, limit })
}

#[wasm_bindgen_test]
async fn a_miner_in_a_nested_worker_searches_and_finds() {
    // Posted before the worker can hear: it waits.
    let (miner, heard, _) = nested::miner();
    assert!(!miner.is_ready());
    miner.post(&job(1, 1 << 12, FULL)).unwrap();
    until(|| heard.borrow().iter().any(|it| matches!(it, FromMiner::Found { .. }))).await;
    assert!(miner.is_ready());
    let found = heard.borrow().iter().rev().find(|it| matches!(it, FromMiner::Found { .. })).cloned();
    let Some(FromMiner::Found { job, nonce, hashes, .. }) = found else { panic!("no find") };
    assert_eq!(job, 1);
    assert!(nonce >= 1_000 && hashes > nonce - 1_000);

    // A range without a find.
    let end = ToMiner::Search(SearchJob {
        job: 2,
        header: nested::header(1 << 50),
        difficulty: 1 << 50,
        nonce_start: 0,
        nonce_end: 1_000,
        limit: FULL,
    });
    miner.post(&end).unwrap();
    until(|| heard.borrow().contains(&FromMiner::Exhausted { job: 2, hashes: 1_000 })).await;
}

#[wasm_bindgen_test]
async fn a_miner_at_full_speed_takes_a_new_job_at_once() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, 1 << 50, FULL)).unwrap();
    until(|| heard.borrow().iter().any(|it| matches!(it, FromMiner::Progress { job: 1, .. }))).await;
    sleep(600.0).await;
    let told = heard.borrow().len();
    assert!((2..=5).contains(&told), "told progress {told} times");
    let began = monotonic();
    miner.post(&job(2, 1, FULL)).unwrap();
    while !heard.borrow().iter().any(|it| matches!(it, FromMiner::Found { job: 2, .. })) {
        sleep(1.0).await;
        assert!(monotonic() - began < 1_000.0);
    }
    wasm_bindgen_test::console_log!("a new job took effect after {:.0} ms", monotonic() - began);

    // And it rests when told so.
    miner.post(&job(3, 1 << 50, FULL)).unwrap();
    until(|| heard.borrow().iter().any(|it| matches!(it, FromMiner::Progress { job: 3, .. }))).await;
    miner.post(&ToMiner::Cancel).unwrap();
    sleep(100.0).await;
    heard.borrow_mut().clear();
    sleep(600.0).await;
    assert!(heard.borrow().is_empty());
}

#[wasm_bindgen_test]
async fn a_budget_is_kept_exactly_and_evenly() {
    let (miner, heard, _) = nested::miner();
    miner.post(&job(1, 1 << 50, Limit::Rate(17.0))).unwrap();
    let fresh_progress = async || {
        heard.borrow_mut().clear();
        until(|| !heard.borrow().is_empty()).await;
        match heard.borrow().last() {
            Some(FromMiner::Progress { hashes, .. }) => (*hashes, monotonic()),
            other => panic!("expected progress, found {other:?}"),
        }
    };
    let (first, began) = fresh_progress().await;
    sleep(4_000.0).await;
    let (last, ended) = fresh_progress().await;
    let per_second = (last - first) as f64 / (ended - began) * 1_000.0;
    wasm_bindgen_test::console_log!("a budget of 17 hashes a second made {per_second:.2}");
    assert!((16.5..=17.5).contains(&per_second));
    let told = heard.borrow().last().cloned();
    let Some(FromMiner::Progress { hash_rate, .. }) = told else { panic!("no progress") };
    assert!((14.0..=20.0).contains(&hash_rate), "measured {hash_rate}");
    // Jobs that change often do not lose what is owed.
    let began = monotonic();
    heard.borrow_mut().clear();
    let mut total = 0;
    for number in 2..100 {
        miner.post(&job(number, 1, Limit::Rate(17.0))).unwrap();
        sleep(20.0).await;
    }
    total += heard.borrow().iter().filter(|it| matches!(it, FromMiner::Found { .. })).count();
    let per_second = total as f64 / (monotonic() - began) * 1_000.0;
    wasm_bindgen_test::console_log!("with a new job each 20 ms it made {per_second:.2}");
    assert!((13.0..=21.0).contains(&per_second));
}

#[wasm_bindgen_test]
async fn a_share_of_the_time_is_a_share_of_the_hashes() {
    let (miner, heard, _) = nested::miner();
    let hashes_in = async |number: u64, share: f64| {
        heard.borrow_mut().clear();
        miner.post(&job(number, 1 << 50, Limit::Share(share))).unwrap();
        let told = || match heard.borrow().last() {
            Some(FromMiner::Progress { job, hashes, .. }) if *job == number => Some(*hashes),
            _ => None,
        };
        until(|| told().is_some()).await;
        let (first, began) = (told().unwrap(), monotonic());
        sleep(1_500.0).await;
        let per_second = (told().unwrap() - first) as f64 / (monotonic() - began) * 1_000.0;
        wasm_bindgen_test::console_log!("{share} of the time: {per_second:.0} hashes a second");
        per_second
    };
    let (mut whole, mut quarter) = (0.0, 0.0);
    for round in [1, 3, 5] {
        whole += hashes_in(round, 1.0).await;
        quarter += hashes_in(round + 1, 0.25).await;
    }
    // What else the machine does moves both; a miner that does not rest would be at 1.
    let ratio = quarter / whole;
    assert!((0.05..=0.7).contains(&ratio), "{ratio}");
}

#[wasm_bindgen_test]
async fn a_worker_that_cannot_be_loaded_or_panics_is_heard() {
    let missing = format!("{}-missing", loader::loader());
    let (_gone, _, errors) = nested::start(&missing, "miner:missing:0");
    until(|| !errors.borrow().is_empty()).await;
    let (panics, _, errors) = nested::start(&loader::loader(), "miner:panic:0");
    until(|| !errors.borrow().is_empty()).await;
    assert!(errors.borrow().iter().any(|error| error.contains("on purpose")), "{:?}", errors.borrow());
    panics.terminate();
}
