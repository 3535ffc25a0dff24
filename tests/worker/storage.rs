//! Nodes in workers over databases that are not as they should be: of another program, held,
//! without a table, deleted.

use aurex::browser::idb;
use aurex::browser::js::{field, sleep};
use aurex::ipc::{NodeKind, Request};
use aurex::records::LedgerStart;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::node::{Talk, World};

/// Runs JavaScript that returns a promise, with a database's name.
async fn run_js(name: &str, body: &str) -> JsValue {
    let promise = js_sys::Function::new_with_args("name", body)
        .call1(&JsValue::NULL, &name.into())
        .unwrap();
    wasm_bindgen_futures::JsFuture::from(promise.unchecked_into::<js_sys::Promise>())
        .await
        .unwrap()
}

#[wasm_bindgen_test]
async fn a_wipe_empties_a_database_of_a_newer_program_on_the_disk() {
    let world = World::new();
    let name = world.database("pow-1");
    let make = "return new Promise((resolve) => {
        const open = indexedDB.open(name, 9);
        open.onupgradeneeded = () => {
            open.result.createObjectStore('later', { autoIncrement: true }).add({ row: 1 });
        };
        open.onsuccess = () => { open.result.close(); resolve(); };
    });";
    run_js(&name, make).await;
    let node = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let report = node.height(2).await;
    assert!(report.status.degraded.unwrap().contains("found 9"));
    assert_eq!(report.status.durable_height, 0, "nothing is on the disk");
    node.ask(Request::Wipe).await.unwrap();
    let durable = node.durable(2).await.status;
    assert_eq!(durable.degraded, None);
    node.stop().await;
    drop(node);
    let again = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let status = again.height(durable.durable_height).await.status;
    assert_eq!(status.ledger_start, LedgerStart::Resumed);
    again.stop().await;
    idb::delete_database(&name).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_database_that_somebody_holds_is_waited_for_and_taken_when_it_is_free() {
    let world = World::new();
    let first = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let before = first.durable(3).await.status.durable_height;
    first.stop().await;
    drop(first);
    let name = world.database("pow-1");
    // A connection of another page that does not close, and a deletion of a newer page that waits
    // for it.
    let hold = "return new Promise((resolve) => {
        const open = indexedDB.open(name);
        open.onsuccess = () => {
            const database = open.result;
            indexedDB.open(name, 9).onupgradeneeded = (event) => event.target.transaction.abort();
            resolve(database);
        };
    });";
    let held = run_js(&name, hold).await;
    let node = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let report = node.height(1).await;
    assert!(
        report
            .status
            .degraded
            .unwrap()
            .contains("another page of this browser holds it")
    );
    let close: js_sys::Function = field(&held, "close").unchecked_into();
    close.call0(&held).unwrap();
    let status = node
        .until("a ledger again", |heard| {
            let report = heard.report.borrow().clone();
            report.filter(|it| it.status.ledger_start == LedgerStart::Resumed)
        })
        .await
        .status;
    assert!(
        status.degraded.is_none() && status.height >= before,
        "{status:?}"
    );
    node.durable(before + 1).await;
    node.stop().await;
    idb::delete_database(&name).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_database_without_a_table_is_made_anew_and_the_node_says_so() {
    let world = World::new();
    let name = world.database("pow-1");
    let make = "return new Promise((resolve) => {
        const open = indexedDB.open(name, 3);
        open.onupgradeneeded = () => open.result.createObjectStore('blocks', { keyPath: 'hash' });
        open.onsuccess = () => { open.result.close(); resolve(); };
    });";
    run_js(&name, make).await;
    let node = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let status = node.durable(1).await.status;
    assert_eq!(
        (status.degraded, status.ledger_start),
        (None, LedgerStart::Wiped)
    );
    node.until("a line of the log", |heard| {
        let events = heard.events.borrow();
        events
            .iter()
            .any(|text| text.contains("expected table transactions"))
            .then_some(())
    })
    .await;
    node.stop().await;
    idb::delete_database(&name).await.unwrap();
}

#[wasm_bindgen_test]
async fn a_database_that_is_deleted_under_its_node_is_written_anew() {
    let world = World::new();
    let name = world.database("pow-1");
    let node = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let before = node.durable(3).await.status.durable_height;
    idb::delete_database(&name).await.unwrap();
    node.durable(before + 3).await;
    node.handle.terminate();
    sleep(200.0).await;
    let again = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let status = again.height(before + 3).await.status;
    assert_eq!(status.ledger_start, LedgerStart::Resumed);
    again.stop().await;
    idb::delete_database(&name).await.unwrap();
}
