//! Measurements in a real browser's worker, with the ledger in its database. They are no tests of a time: a machine
//! may be slow. `cargo xtask bench` runs them and reads what they print: name, size and milliseconds.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a measurement fails by panicking")]

#[path = "common/blocks.rs"]
mod blocks;
#[path = "common/catching_up.rs"]
mod catching_up;

use std::fmt::Display;

use aurex::browser::js::{monotonic, random};
use aurex::browser::{IndexedDbStore, idb};
use aurex::chain::chain_id;
use aurex::consensus::{CheckedBlock, SignatureCache};
use aurex::ledger::Store as _;
use aurex::primitives::to_hex;
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
        measured("catching up in the browser, by blocks", height, milliseconds);
        assert!(u64::try_from(store.load().await.unwrap().blocks.len()).unwrap() > height);
        store.close();
        idb::delete_database(&name).await.unwrap();
    }
}

#[wasm_bindgen_test]
fn a_full_block_is_valid_without_any_signature_verified_before() {
    let params = blocks::params();
    let chain_id = chain_id(&params);
    for count in [1, 16, 64, 256] {
        let (block, parent, state) = blocks::full_block(&params, count, &mut SignatureCache::default());
        let rounds = 5;
        let start = monotonic();
        for _ in 0..rounds {
            let mut cache = SignatureCache::default();
            let checked = CheckedBlock::check(block.clone(), &params, &chain_id, &mut cache).unwrap();
            state.connect(&params, &parent, &parent.id(), checked).unwrap();
            assert_eq!(cache.verified(), count);
        }
        measured("validation in the browser, by transactions", count, (monotonic() - start) / f64::from(rounds));
    }
}
