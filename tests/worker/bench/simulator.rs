//! The simulator, which is to run in the page too. Only this measurement is built with the feature
//! `sim`, as the feature makes signatures faster.

use aurex::browser::js::monotonic;
use aurex::sim::folded_digest;
use wasm_bindgen_test::wasm_bindgen_test;

use super::measured;

#[wasm_bindgen_test]
#[ignore = "run by cargo xtask bench browser"]
fn networks_of_these_seeds_are_simulated() {
    let seeds = 20;
    let begun = monotonic();
    let digest = folded_digest(seeds);
    measured(
        "simulator in the browser, by seeds",
        seeds,
        monotonic() - begun,
    );
    // Two programs did the same work only if they print the same.
    wasm_bindgen_test::console_log!("their digest: {digest}");
}
