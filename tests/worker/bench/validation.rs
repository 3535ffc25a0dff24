//! Validating whole blocks.

use aurex::browser::js::monotonic;
use aurex::chain::chain_id;
use aurex::consensus::{CheckedBlock, SignatureCache};
use wasm_bindgen_test::wasm_bindgen_test;

use super::measured;
use crate::support::blocks;

/// Times that a block is validated; the best counts, as a worker that shares its core with others
/// is slow at times.
const ROUNDS: usize = 9;

#[wasm_bindgen_test]
#[ignore = "run by cargo xtask bench browser"]
fn a_full_block_is_valid_without_any_signature_verified_before() {
    let params = blocks::params();
    let chain_id = chain_id(&params);
    for count in [1, 16, 64, 256] {
        let (block, parent, state) =
            blocks::full_block(&params, count, &mut SignatureCache::default());
        let mut best = f64::INFINITY;
        for _ in 0..ROUNDS {
            let begun = monotonic();
            let mut cache = SignatureCache::default();
            let checked =
                CheckedBlock::check(block.clone(), &params, &chain_id, &mut cache).unwrap();
            state
                .connect(
                    &params,
                    state.context().place(&params, &parent, checked).unwrap(),
                )
                .unwrap();
            best = best.min(monotonic() - begun);
            assert_eq!(cache.verified(), count);
        }
        measured("validation in the browser, by transactions", count, best);
    }
}
