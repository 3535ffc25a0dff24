//! What a browser computes as this machine does. The simulator: the same seeds give the same event
//! logs there; the expected digest is computed natively just before and handed over when this test
//! is compiled. And the kernels.

use aurex::miner::agreement::kernels_agree;
use wasm_bindgen_test::wasm_bindgen_test;

/// Seeds that are compared.
const SEEDS: u64 = 50;

#[wasm_bindgen_test]
fn the_same_seeds_give_the_same_digest_natively_and_in_the_browser() {
    let Some(native) = option_env!("AUREX_SIM_DIGEST") else {
        panic!("`cargo xtask test browser` sets AUREX_SIM_DIGEST");
    };
    assert_eq!(aurex::sim::folded_digest(SEEDS).to_string(), native);
}

#[wasm_bindgen_test]
fn the_vector_kernel_of_this_browser_agrees_with_the_library() {
    let outcomes = kernels_agree().expect("the kernels agree");
    assert!(
        outcomes.found >= 20 && outcomes.exhausted >= 20,
        "{outcomes:?}"
    );
}
