//! Verdicts over signatures that this thread knows, so that a simulator, whose nodes all run in one
//! thread, does not spend its time on verifying each of them by every receiver. What a key itself
//! has just signed verifies; of all other signatures the first verification is real, and its
//! verdict follows from signature, key and message alone. So the verdicts are the same with and
//! without the memo. A thread has one once it asked for it with [`remember_verdicts`]; a live node,
//! which hears each signature once, has none.
//!
//! Bounds: for each domain two generations of [`GENERATION`] signatures with their messages.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Signatures per generation: frames of some minutes, and all seals and transactions of a run.
const GENERATION: usize = 4_096;

/// A signature, and whether it is that of the key over the message.
struct Judged {
    signature: [u8; 64],
    key: [u8; 32],
    message: Vec<u8>,
    genuine: bool,
}

/// The signatures of one domain by [`place`], the young ones and those before them.
#[derive(Default)]
struct Generations(BTreeMap<u64, Judged>, BTreeMap<u64, Judged>);

/// The verdicts by domain.
#[derive(Default)]
struct Verdicts(BTreeMap<Vec<u8>, Generations>);

/// What a thread may know. Behind a trait, so that a program that never asks for it has none of it.
trait Known {
    /// See [`remember`].
    fn remember(&mut self, domain: &[u8], judged: Judged);
    /// See [`verdict`].
    fn verdict(
        &self,
        signature: &[u8; 64],
        key: &[u8; 32],
        domain: &[u8],
        message: &[u8],
    ) -> Option<bool>;
}

thread_local! {
    static KNOWN: RefCell<Option<Box<dyn Known>>> = const { RefCell::new(None) };
}

/// Has this thread remember verdicts from now on.
pub(crate) fn remember_verdicts() {
    KNOWN.with_borrow_mut(|known| {
        known.get_or_insert_with(|| Box::new(Verdicts::default()));
    });
}

/// The lowest bytes of s: all signatures of a simulator have the same R.
fn place(signature: &[u8; 64]) -> u64 {
    signature[32..]
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// Notes whether `signature` is that of `key` over `domain` and `message`, which stand one after
/// the other.
pub(super) fn remember(
    signature: &[u8; 64],
    key: &[u8; 32],
    domain: &[u8],
    message: Vec<u8>,
    genuine: bool,
) {
    KNOWN.with_borrow_mut(|known| {
        if let Some(known) = known {
            let judged = Judged {
                signature: *signature,
                key: *key,
                message,
                genuine,
            };
            known.remember(domain, judged);
        }
    });
}

/// What is known of exactly this `signature`, `key`, `domain` and `message`.
pub(super) fn verdict(
    signature: &[u8; 64],
    key: &[u8; 32],
    domain: &[u8],
    message: &[u8],
) -> Option<bool> {
    KNOWN.with_borrow(|known| known.as_ref()?.verdict(signature, key, domain, message))
}

impl Known for Verdicts {
    fn remember(&mut self, domain: &[u8], judged: Judged) {
        if !self.0.contains_key(domain) {
            self.0.insert(domain.to_vec(), Generations::default());
        }
        let Some(Generations(young, old)) = self.0.get_mut(domain) else {
            return;
        };
        if young.len() >= GENERATION {
            *old = std::mem::take(young);
        }
        // A spoilt copy at the same place does not take the place of the genuine one.
        young.entry(place(&judged.signature)).or_insert(judged);
    }

    fn verdict(
        &self,
        signature: &[u8; 64],
        key: &[u8; 32],
        domain: &[u8],
        message: &[u8],
    ) -> Option<bool> {
        let Generations(young, old) = self.0.get(domain)?;
        let place = place(signature);
        let judged = young.get(&place).or_else(|| old.get(&place))?;
        let same = judged.signature == *signature
            && judged.key == *key
            && judged.message.get(domain.len()..) == Some(message);
        same.then_some(judged.genuine)
    }
}
