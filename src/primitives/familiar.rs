//! Verification with keys that sign again and again: authorities, peers, a sender of many
//! transactions. For each a table of multiples is kept, with which the equation of RFC 8032 (5.1.7)
//! needs no doublings: it takes well over a third less time. The verdict is the same to the bit, as
//! R is compared with its one canonical encoding either way.
//!
//! A table costs as much as some fifteen verifications. A key gets one once it has made four times
//! as many genuine signatures: keys that are made to be thrown away get none, and whoever makes
//! tables come and go has paid for each.
//!
//! Bounds: [`MAX_TABLES`] tables of 30 KB, [`MAX_COUNTED`] keys on the way to one.

use std::cell::RefCell;
use std::collections::BTreeMap;

use curve25519_dalek::constants::ED25519_BASEPOINT_TABLE;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsBasepointTable};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::BasepointTable as _;
use sha2::{Digest as _, Sha512};

/// Genuine signatures after which a key is familiar.
const FAMILIAR_AFTER: u32 = 64;
/// Most keys with a table: a full set of authorities, and some senders.
const MAX_TABLES: usize = 64;
/// Most keys whose signatures are counted; with one more all begin again.
const MAX_COUNTED: usize = 1_024;

/// A public key, as it is encoded.
type Key = [u8; 32];

/// Multiples of a public key's negative.
struct Table {
    multiples: Box<EdwardsBasepointTable>,
    /// The verification that used it last.
    used: u64,
}

#[derive(Default)]
struct Familiar {
    tables: BTreeMap<Key, Table>,
    counted: BTreeMap<Key, u32>,
    /// Verifications so far.
    clock: u64,
}

thread_local! {
    static FAMILIAR: RefCell<Familiar> = RefCell::new(Familiar::default());
}

/// Whether the signature is that of the key over the message; `None` of a key without a table.
pub(super) fn verdict(signature: &[u8; 64], key: &Key, message: &[u8]) -> Option<bool> {
    FAMILIAR.with_borrow_mut(|familiar| {
        let table = familiar.tables.get_mut(key)?;
        familiar.clock += 1;
        table.used = familiar.clock;
        Some(is_genuine(&table.multiples, signature, key, message))
    })
}

/// A key without a table has made a genuine signature.
pub(super) fn count(key: &Key) {
    FAMILIAR.with_borrow_mut(|familiar| familiar.count(key));
}

impl Familiar {
    fn count(&mut self, key: &Key) {
        if self.counted.len() >= MAX_COUNTED && !self.counted.contains_key(key) {
            self.counted.clear();
        }
        let count = self.counted.entry(*key).or_default();
        *count += 1;
        if *count >= FAMILIAR_AFTER {
            self.counted.remove(key);
            self.learn(key);
        }
    }

    fn learn(&mut self, key: &Key) {
        // It has verified a signature, so it is a point, and none of small order.
        let Some(point) = CompressedEdwardsY(*key).decompress() else {
            return;
        };
        if self.tables.len() >= MAX_TABLES {
            let oldest = self.tables.iter().min_by_key(|(_, table)| table.used);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                self.tables.remove(&oldest);
            }
        }
        let table = Table {
            multiples: Box::new(EdwardsBasepointTable::create(&-point)),
            used: self.clock,
        };
        self.tables.insert(*key, table);
    }
}

/// The strict verification: R = \[s\]B - \[k\]A in its canonical encoding, s below the order of the
/// group, R not of small order. The key was looked at when its table was made.
fn is_genuine(
    minus_key: &EdwardsBasepointTable,
    signature: &[u8; 64],
    key: &Key,
    message: &[u8],
) -> bool {
    let (mut r, mut s) = ([0; 32], [0; 32]);
    r.copy_from_slice(&signature[..32]);
    s.copy_from_slice(&signature[32..]);
    let Some(s) = Scalar::from_canonical_bytes(s).into_option() else {
        return false;
    };
    let hash = Sha512::new()
        .chain_update(r)
        .chain_update(key)
        .chain_update(message)
        .finalize();
    let k = Scalar::from_bytes_mod_order_wide(&hash.into());
    let expected = ED25519_BASEPOINT_TABLE * &s + minus_key * &k;
    expected.compress().0 == r && !expected.is_small_order()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

    use super::*;

    fn plain(signature: &[u8; 64], key: &Key, message: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        VerifyingKey::from_bytes(key)
            .and_then(|key| key.verify_strict(message, &signature))
            .is_ok()
    }

    fn table(key: &Key) -> EdwardsBasepointTable {
        EdwardsBasepointTable::create(&-CompressedEdwardsY(*key).decompress().unwrap())
    }

    /// The order of the group, little-endian (RFC 8032, 5.1).
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];

    fn plus_order(signature: &[u8; 64]) -> [u8; 64] {
        let (mut sum, mut carry) = (*signature, 0);
        for (byte, more) in sum[32..].iter_mut().zip(ORDER) {
            carry += u16::from(*byte) + u16::from(more);
            *byte = carry.to_le_bytes()[0];
            carry >>= 8;
        }
        sum
    }

    #[test]
    fn a_table_gives_the_verdict_of_the_strict_verification() {
        for seed in 0..8 {
            let signer = SigningKey::from_bytes(&[seed; 32]);
            let key = signer.verifying_key().to_bytes();
            let table = table(&key);
            for length in [0, 1, 31, 32, 100, 1_000] {
                let message = vec![seed; length];
                let signature = signer.sign(&message).to_bytes();
                assert!(is_genuine(&table, &signature, &key, &message));
                assert!(!is_genuine(&table, &signature, &key, b"another"));
                for bit in (0..512).step_by(7) {
                    let mut changed = signature;
                    changed[bit / 8] ^= 1 << (bit % 8);
                    let found = is_genuine(&table, &changed, &key, &message);
                    assert_eq!(found, plain(&changed, &key, &message), "bit {bit}");
                    assert!(!found);
                }
            }
        }
    }

    /// A second s would give a transaction a second id (malleability, RFC 8032, 8.4).
    #[test]
    fn an_s_above_the_order_and_an_r_of_small_order_are_refused() {
        let signer = SigningKey::from_bytes(&[3; 32]);
        let key = signer.verifying_key().to_bytes();
        let table = table(&key);
        let signature = signer.sign(b"message").to_bytes();
        let second = plus_order(&signature);
        assert!(!is_genuine(&table, &second, &key, b"message"));
        assert!(!plain(&second, &key, b"message"));
        // With R the identity, s = k * a satisfies the equation; only the strict rule refuses it.
        let mut small = [0; 64];
        small[0] = 1;
        let hash = Sha512::new()
            .chain_update(&small[..32])
            .chain_update(key)
            .chain_update(b"message");
        let k = Scalar::from_bytes_mod_order_wide(&hash.finalize().into());
        let s = k * signer.to_scalar();
        small[32..].copy_from_slice(s.as_bytes());
        assert!(!is_genuine(&table, &small, &key, b"message"));
        assert!(!plain(&small, &key, b"message"));
    }

    #[test]
    fn a_key_gets_a_table_after_so_many_signatures_and_the_least_used_goes() {
        let mut familiar = Familiar::default();
        let key = |seed: u8| {
            let signer = SigningKey::from_bytes(&[seed; 32]);
            signer.verifying_key().to_bytes()
        };
        for seed in 0..=MAX_TABLES {
            let key = key(u8::try_from(seed).unwrap());
            for _ in 1..FAMILIAR_AFTER {
                familiar.count(&key);
                assert!(!familiar.tables.contains_key(&key));
            }
            familiar.count(&key);
            familiar.clock += 1;
            familiar.tables.get_mut(&key).unwrap().used = familiar.clock;
        }
        assert_eq!(familiar.tables.len(), MAX_TABLES);
        assert!(!familiar.tables.contains_key(&key(0)));
        assert!(familiar.counted.is_empty());
    }

    #[test]
    fn keys_that_are_thrown_away_take_a_bounded_place() {
        let mut familiar = Familiar::default();
        for number in 0_u64..5_000 {
            let mut key = [0; 32];
            key[..8].copy_from_slice(&number.to_le_bytes());
            familiar.count(&key);
            assert!(familiar.counted.len() <= MAX_COUNTED);
        }
        assert!(familiar.tables.is_empty());
    }
}
