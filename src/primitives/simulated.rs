//! Signatures of simulated keys, which are true and not secret: of a signature almost all the time
//! goes into the point R = \[r\]B, and a simulator signs hundreds of thousands of times. Here all
//! keys use one r, so that no work on the curve is left. By RFC 8032 (5.1.7) such a signature
//! verifies like any other; but two of them tell the secret key, so they are only for a run whose
//! keys everybody can derive from its seed. A laboratory signs as live nodes do.
//!
//! Invariant: a thread signs so only while it holds a [`Simulated`].

use std::cell::Cell;
use std::marker::PhantomData;

use curve25519_dalek::constants::ED25519_BASEPOINT_TABLE;
use curve25519_dalek::scalar::Scalar;
use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha512};

/// The r of all simulated signatures, and the encoding of its point.
#[derive(Clone, Copy)]
struct Commitment {
    r: Scalar,
    point: [u8; 32],
}

thread_local! {
    static COMMITMENT: Cell<Option<Commitment>> = const { Cell::new(None) };
}

/// While this lives, the keys of its thread sign with one r.
pub(crate) struct Simulated {
    before: Option<Commitment>,
    /// It ends the state of the thread that it began in.
    _stays: PhantomData<*const ()>,
}

impl Simulated {
    pub(crate) fn begin() -> Self {
        let r = Scalar::from_bytes_mod_order_wide(&Sha512::digest(b"aurex/simulated-r/1").into());
        let point = (ED25519_BASEPOINT_TABLE * &r).compress().0;
        let before = COMMITMENT.replace(Some(Commitment { r, point }));
        let _stays = PhantomData;
        Self { before, _stays }
    }
}

impl Drop for Simulated {
    fn drop(&mut self) {
        COMMITMENT.set(self.before);
    }
}

/// The signature of a thread that simulates: R and s = r + \[H(R, A, message)\]a.
pub(super) fn sign(key: &SigningKey, message: &[u8]) -> Option<[u8; 64]> {
    let Commitment { r, point } = COMMITMENT.get()?;
    let hash = Sha512::new()
        .chain_update(point)
        .chain_update(key.verifying_key().as_bytes())
        .chain_update(message)
        .finalize();
    let s = r + Scalar::from_bytes_mod_order_wide(&hash.into()) * key.to_scalar();
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&point);
    signature[32..].copy_from_slice(s.as_bytes());
    Some(signature)
}

#[cfg(test)]
mod tests {
    use super::super::{Keypair, Signature};
    use super::*;

    fn signed(message: &[u8]) -> (Keypair, Signature) {
        let key = Keypair::derive(&[1; 32], "node", "pow-1");
        let signature = key.sign(b"domain", message);
        (key, signature)
    }

    /// A signature that only the simulator took would let it pass what live nodes refuse.
    #[test]
    fn a_simulated_signature_verifies_strictly_and_for_its_message_alone() {
        let simulated = Simulated::begin();
        let (key, signature) = signed(b"message");
        drop(simulated);
        assert_ne!(signature, signed(b"message").1);
        assert!(signature.verifies(&key.address(), b"domain", b"message"));
        assert!(!signature.verifies(&key.address(), b"domain", b"massage"));
        assert!(!signature.verifies(&key.address(), b"other", b"message"));
    }

    /// Two signatures with one r tell the key: nobody may sign so whose run is over.
    #[test]
    fn the_thread_signs_by_rfc_8032_before_and_after() {
        let before = signed(b"message").1;
        let outer = Simulated::begin();
        let simulated = signed(b"message").1;
        drop(Simulated::begin());
        assert_eq!(signed(b"message").1, simulated);
        drop(outer);
        assert_eq!(signed(b"message").1, before);
        let other = signed(b"massage").1;
        assert_ne!(other.0[..32], before.0[..32]);
    }
}
