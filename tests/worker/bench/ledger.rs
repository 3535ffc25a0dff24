//! Catching up with a chain until every block is durable, and opening such a ledger again.

use aurex::browser::js::monotonic;
use aurex::browser::{IndexedDbStore, idb};
use aurex::ledger::Store as _;
use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::MessageChannel;

use super::measured;
use crate::fresh;
use crate::support::catching_up::Net;

/// Times that a ledger is opened again; the best counts, as the first also warms the code up.
const OPENINGS: usize = 9;

#[wasm_bindgen_test]
#[ignore = "run by cargo xtask bench browser"]
async fn a_node_catches_up_and_every_block_is_durable() {
    for height in [100, 1_000, 10_000] {
        let mut net = Net::grown(height);
        let name = fresh("bench");
        let store = IndexedDbStore::open(&name).await.unwrap();
        let channel = MessageChannel::new().unwrap();
        let milliseconds = net
            .catch_up(&store, monotonic, async || next(&channel).await)
            .await;
        measured(
            "catching up in the browser, by blocks",
            height,
            milliseconds,
        );
        assert!(u64::try_from(store.load().await.unwrap().blocks.len()).unwrap() > height);
        store.close();
        let mut best = f64::INFINITY;
        for _ in 0..OPENINGS {
            best = best.min(reopen(&net, &name, height).await);
        }
        measured("reopening a ledger in the browser, by blocks", height, best);
        idb::delete_database(&name).await.unwrap();
    }
}

/// Waits for the loop's next task, as a worker that hears frames does: a timer would wait for 4 ms.
async fn next(channel: &MessageChannel) {
    let heard = Promise::new(&mut |resolve, _| channel.port1().set_onmessage(Some(&resolve)));
    channel.port2().post_message(&JsValue::NULL).unwrap();
    JsFuture::from(heard).await.unwrap();
}

/// Milliseconds from opening the database until the node runs on it.
async fn reopen(net: &Net, name: &str, height: u64) -> f64 {
    let begun = monotonic();
    let store = IndexedDbStore::open(name).await.unwrap();
    let snapshot = store.load().await.unwrap();
    let node = net.restart(snapshot);
    let milliseconds = monotonic() - begun;
    assert!(node.chain().height().0 >= height);
    store.close();
    milliseconds
}
