//! The ledger in a database of the browser.

use aurex::browser::js::{field, monotonic, row};
use aurex::browser::{IndexedDbStore, idb};
use aurex::ledger::{Batch, Durability, Query, Row, SCHEMA_VERSION, Store, StoreError, Table};
use js_sys::{Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::fresh;
use crate::support::conformance::{self, Bench};

/// Runs JavaScript that returns a promise.
async fn run_js(arguments: &str, body: &str, values: [&JsValue; 2]) -> Result<JsValue, JsValue> {
    let promise =
        Function::new_with_args(arguments, body).call2(&JsValue::NULL, values[0], values[1])?;
    JsFuture::from(promise.unchecked_into::<Promise>()).await
}

struct Database(String);

impl Bench for Database {
    type Store = IndexedDbStore;

    async fn open(&self, name: &str) -> IndexedDbStore {
        IndexedDbStore::open(&format!("{}:{name}", self.0))
            .await
            .unwrap()
    }

    fn close(&self, store: IndexedDbStore) {
        store.close();
    }

    /// The last row cannot be stored: everything before it was asked for already.
    fn spoil(&self, _: &IndexedDbStore, batch: &mut Batch) {
        let mut block = conformance::block(1);
        block.record.nonce = u64::MAX;
        batch.put(Table::Blocks, Row::Block(block));
        batch.put(Table::State, conformance::raw("x", b"x"));
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
        [&name.into(), &block.hash.as_str().into()],
    )
    .await
    .unwrap();
    assert_eq!(field(&row, "height").as_f64(), Some(5.0));
    assert_eq!(field(&row, "kind").as_string().as_deref(), Some("work"));
    assert_eq!(field(&row, "on_best_chain").as_bool(), Some(false));
    assert_eq!(
        field(&row, "raw")
            .dyn_into::<Uint8Array>()
            .unwrap()
            .to_vec(),
        [1, 2, 3]
    );
    store.close();
}

/// Makes a database as the first release made it, with the rows that it wrote.
const FIRST_RELEASE: &str = "
    const tables = [
        ['blocks', 'hash', ['height', 'previous_hash', 'miner_id', 'timestamp']],
        ['transactions', 'tx_hash', ['block_id', 'from_user', 'to_user', 'status', 'timestamp']],
        ['nodes', 'node_id', ['node_type', 'status', 'last_seen']],
        ['assets', 'id', ['symbol', 'owner']],
        ['users', 'address', ['name']],
        ['mining_pool', 'worker_id', ['node_id', 'state']],
        ['state', 'key', []],
        ['undo', 'key', []],
        ['meta', 'key', []],
    ];
    const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
    const read = (name, value) => value?.hex === undefined ? value : bytes(value.hex);
    const entries = lines.trim().split('\\n').map((line) => JSON.parse(line, read));
    return new Promise((resolve, reject) => {
        const open = indexedDB.open(name, 1);
        open.onerror = () => reject(open.error);
        open.onupgradeneeded = () => {
            for (const [table, keyPath, indexes] of tables) {
                const store = open.result.createObjectStore(table, { keyPath });
                for (const index of indexes) store.createIndex(index, index);
            }
        };
        open.onsuccess = () => {
            const transaction = open.result.transaction(tables.map(([table]) => table), 'readwrite');
            for (const { table, row } of entries) transaction.objectStore(table).put(row);
            transaction.onabort = () => reject(transaction.error);
            transaction.oncomplete = () => { open.result.close(); resolve(entries); };
        };
    });";

#[wasm_bindgen_test]
async fn a_database_of_the_first_release_opens_with_every_row() {
    let name = fresh("first-release");
    let lines = include_str!("../support/ledger_v1.jsonl");
    let entries = run_js(
        "name, lines",
        FIRST_RELEASE,
        [&name.clone().into(), &lines.into()],
    )
    .await
    .unwrap();
    let store = IndexedDbStore::open(&name).await.unwrap();
    let snapshot = store.load().await.unwrap();
    assert_eq!(snapshot.blocks.len(), 16);
    // Its table of undo records is gone: the node imports the blocks again.
    assert!(snapshot.blocks.iter().all(|row| row.undo.is_empty()));
    assert_eq!((snapshot.state.len(), snapshot.meta.len()), (16, 3));
    assert_eq!((snapshot.nodes.len(), snapshot.pending.len()), (2, 1));
    for table in Table::ALL {
        let mut written: Vec<Row> = js_sys::Array::from(&entries)
            .iter()
            .filter(|entry| field(entry, "table").as_string().as_deref() == Some(table.name()))
            .map(|entry| row(table, field(&entry, "row")).unwrap())
            .collect();
        written.sort_by(|a, b| a.key().cmp(b.key()));
        let page = store.query(&Query::all(table, 500)).await.unwrap();
        assert_eq!(page.rows, written, "{table}");
        // The first release had no votes: its ladder made no such table.
        assert_eq!(page.total > 0, table != Table::Finality, "{table}");
    }
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
    run_js("name, version", open, [&name.clone().into(), &7.into()])
        .await
        .unwrap();
    let refused = StoreError::Schema {
        expected: SCHEMA_VERSION,
        found: 7,
    };
    assert_eq!(store.load().await.unwrap_err(), refused);
    assert_eq!(IndexedDbStore::open(&name).await.unwrap_err(), refused);
    run_js("name, version", open, [&name.into(), &7.into()])
        .await
        .unwrap();
}

#[wasm_bindgen_test]
async fn a_deleted_database_is_said_once_and_made_again_by_the_next_batch() {
    let name = fresh("deleted");
    let store = IndexedDbStore::open(&name).await.unwrap();
    let mut batch = Batch::default();
    batch.put(Table::State, conformance::raw("a", b"1"));
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    idb::delete_database(&name).await.unwrap();
    let query = Query::all(Table::State, 1);
    assert_eq!(store.query(&query).await, Err(StoreError::Deleted));
    assert!(!exists(&name).await, "to look for it does not make it");
    assert_eq!(
        store.commit(&batch, Durability::Relaxed).await,
        Err(StoreError::Deleted)
    );
    assert!(!exists(&name).await, "a part is not written");
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    assert_eq!(store.load().await.unwrap().state.len(), 1);
    idb::delete_database(&name).await.unwrap();
    store.wipe().await.unwrap();
    assert_eq!(store.load().await.unwrap().state.len(), 0);
    store.close();
    assert_eq!(store.load().await, Err(StoreError::Gone));
}

async fn exists(name: &str) -> bool {
    let body = "return indexedDB.databases().then((all) => all.some((one) => one.name === name));";
    let found = run_js("name, _", body, [&name.into(), &JsValue::NULL]).await;
    found.unwrap() == JsValue::TRUE
}

#[wasm_bindgen_test]
async fn whatever_a_database_holds_a_wipe_empties_it() {
    let name = fresh("any");
    let make = "return new Promise((resolve, reject) => {
        const open = indexedDB.open(name, version);
        open.onerror = () => reject(open.error);
        open.onupgradeneeded = () => open.result.createObjectStore('blocks', { keyPath: 'other' });
        open.onsuccess = () => { open.result.close(); resolve(); };
    });";
    let version = JsValue::from(SCHEMA_VERSION);
    run_js("name, version", make, [&name.clone().into(), &version])
        .await
        .unwrap();
    let table = Table::Transactions;
    assert_eq!(
        IndexedDbStore::open(&name).await.unwrap_err(),
        StoreError::Layout { table }
    );
    let store = IndexedDbStore::anew(&name).await.unwrap();
    assert_eq!(store.load().await.unwrap(), Default::default());
    // Another page upgrades it meanwhile.
    let upgrade = make.replace("'blocks', { keyPath: 'other' }", "'more'");
    run_js("name, version", &upgrade, [&name.clone().into(), &9.into()])
        .await
        .unwrap();
    assert!(matches!(
        store.load().await.unwrap_err(),
        StoreError::Schema { found: 9, .. }
    ));
    store.wipe().await.unwrap();
    assert_eq!(store.load().await.unwrap(), Default::default());
    store.close();
}

#[wasm_bindgen_test]
async fn a_database_that_never_answers_is_given_up_and_opened_anew() {
    let name = fresh("stuck");
    let store = IndexedDbStore::open(&name).await.unwrap();
    let mut batch = Batch::default();
    batch.put(Table::State, conformance::raw("a", b"1"));
    // Somebody holds a transaction over the same table open.
    let hold = "return new Promise((resolve, reject) => {
        const open = indexedDB.open(name);
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
            const table = open.result.transaction('state', 'readwrite').objectStore('state');
            let held = true;
            const again = () => { if (held) table.get('x').onsuccess = again; else open.result.close(); };
            again();
            resolve(() => { held = false; });
        };
    });";
    let release = run_js("name, _", hold, [&name.clone().into(), &JsValue::NULL])
        .await
        .unwrap();
    assert_eq!(
        store.commit(&batch, Durability::Relaxed).await,
        Err(StoreError::Silent)
    );
    release
        .unchecked_into::<Function>()
        .call0(&JsValue::NULL)
        .unwrap();
    store.commit(&batch, Durability::Relaxed).await.unwrap();
    assert_eq!(store.load().await.unwrap().state.len(), 1);
    store.close();
}

#[wasm_bindgen_test]
async fn records_are_written_and_taken_away_by_their_keys() {
    use idb::records::{load, write};
    let key = fresh("record");
    let [first, second] = ["a", "b"].map(|end| format!("{key}:{end}"));
    let text = |text: &str| Some(text.to_owned());
    let found = async |most| {
        let found = load(&key, most).await.unwrap().into_iter();
        found.map(|(_, text)| text).collect::<Vec<_>>()
    };
    assert_eq!(found(9).await, [""; 0]);
    let both = [(first.clone(), text("1")), (second.clone(), text("2"))];
    write(&both, Durability::Strict).await.unwrap();
    let again = [(first.clone(), text("one")), (key.clone(), text("0"))];
    write(&again, Durability::Relaxed).await.unwrap();
    assert_eq!(found(9).await, ["0", "one", "2"]);
    assert_eq!(found(2).await, ["0", "one"]);
    write(&[(first, None)], Durability::Relaxed).await.unwrap();
    assert_eq!(found(9).await, ["0", "2"]);
    // The connection that is kept holds nobody up who deletes the database, and another one is
    // opened then.
    idb::delete_database(idb::records::NAME).await.unwrap();
    assert_eq!(found(9).await, [""; 0]);
}

#[wasm_bindgen_test]
async fn commits_in_a_row_and_at_once_all_arrive() {
    let store = IndexedDbStore::open(&fresh("commits")).await.unwrap();
    let began = monotonic();
    let batches: Vec<Batch> = (0..50)
        .map(|number| {
            let mut batch = Batch::default();
            batch.put(
                Table::State,
                conformance::raw(&format!("{number:04}"), &[0; 200]),
            );
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
    assert_eq!(
        store.load().await.unwrap().meta("head"),
        Some([49].as_slice())
    );
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
            block.undo = vec![7; 200];
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
    assert_eq!(snapshot.blocks.len(), 10_000);
    store.close();
    idb::delete_database(&name).await.unwrap();
}
