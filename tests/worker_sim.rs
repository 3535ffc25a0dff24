//! The simulator in a browser: the same seeds give the same event logs there as on this machine. The
//! expected digest is computed natively just before and handed over when this test is compiled.
#![cfg(all(target_arch = "wasm32", feature = "sim"))]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Seeds that are compared.
const SEEDS: u64 = 50;

#[wasm_bindgen_test]
fn the_same_seeds_give_the_same_digest_natively_and_in_the_browser() {
    let native = option_env!("AUREX_SIM_DIGEST").expect("`cargo xtask test browser` sets AUREX_SIM_DIGEST");
    assert_eq!(aurex::sim::folded_digest(SEEDS).to_string(), native);
}
