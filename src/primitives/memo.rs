//! Signatures that this thread has made, so that a simulator, whose nodes all run in one thread, does not
//! spend its time on verifying each of them by every receiver. A signature that the key itself just made
//! over the same bytes verifies; everything else is verified for real. So the verdict is the same with and
//! without the memo. Only the feature `sim` has it.
//!
//! Bounds: two generations of [`GENERATION`] signatures with their messages.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::{Address, Signature};

/// Signatures per generation: what a simulated network signs within some minutes.
const GENERATION: usize = 4_096;

type Made = BTreeMap<[u8; 64], (Address, Vec<u8>)>;

thread_local! {
    static MADE: RefCell<(Made, Made)> = const { RefCell::new((Made::new(), Made::new())) };
}

/// Notes that `key` made `signature` over `message`.
pub(super) fn remember(signature: &Signature, key: &Address, message: &[u8]) {
    MADE.with_borrow_mut(|(young, old)| {
        if young.len() >= GENERATION {
            *old = std::mem::take(young);
        }
        young.insert(signature.0, (*key, message.to_vec()));
    });
}

/// Whether `key` made exactly this `signature` over exactly this `message` in this thread lately.
pub(super) fn knows(signature: &Signature, key: &Address, message: &[u8]) -> bool {
    MADE.with_borrow(|(young, old)| {
        let made = young.get(&signature.0).or_else(|| old.get(&signature.0));
        made.is_some_and(|(by, over)| by == key && over == message)
    })
}
