//! Ed25519 keys and signatures (RFC 8032). Every signature is made over a domain tag followed by
//! the message, so that a signature for one purpose can never serve another, and is verified
//! strictly: one at a time, small-order keys refused, as all nodes must agree on every verdict.

use std::fmt;
use std::str::FromStr;

use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};

use super::hash::{ParseHexError, bytes_newtype, from_hex, sha256, to_hex};

bytes_newtype!(
    /// The Ed25519 public key that owns an account, as RFC 8032 encodes it.
    Address,
    32
);
bytes_newtype!(
    /// The public key of a node: it signs the node's frames, and its blocks if it is an authority.
    NodeId,
    32
);
bytes_newtype!(
    /// An Ed25519 signature (RFC 8032): R and s, 32 bytes each.
    Signature,
    64
);

impl From<NodeId> for Address {
    /// The account that the node's rewards go to.
    fn from(node: NodeId) -> Self {
        Self(node.0)
    }
}

/// A secret key with its public half.
#[derive(Clone)]
pub struct Keypair(SigningKey);

impl fmt::Debug for Keypair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keypair({})", self.address().short())
    }
}

impl Keypair {
    /// The key pair of a 32-byte secret. Any 32 bytes are one (RFC 8032).
    #[must_use]
    pub fn from_secret(secret: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(secret))
    }

    /// The key pair that belongs to `name` under `seed`: the same inputs give the same keys.
    /// Used for the demo users and the nodes of a network; whoever knows the seed knows them all.
    #[must_use]
    pub fn derive(seed: &[u8; 32], role: &str, name: &str) -> Self {
        let tag = b"aurex/derived-key/1";
        Self::from_secret(&sha256(&[tag, seed, role.as_bytes(), &[0], name.as_bytes()]).0)
    }

    /// The public key as an account.
    #[must_use]
    pub fn address(&self) -> Address {
        Address(self.0.verifying_key().to_bytes())
    }

    /// The public key as a node.
    #[must_use]
    pub fn node_id(&self) -> NodeId {
        NodeId(self.0.verifying_key().to_bytes())
    }

    /// The 32-byte secret, to be kept by its owner.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// Signs `domain` followed by `message` with Ed25519 (RFC 8032).
    #[must_use]
    pub fn sign(&self, domain: &[u8], message: &[u8]) -> Signature {
        let message = [domain, message].concat();
        let signature = super::simulated::sign(&self.0, &message)
            .unwrap_or_else(|| self.0.sign(&message).to_bytes());
        let signature = Signature(signature);
        super::memo::remember(&signature.0, &self.address().0, domain, message, true);
        signature
    }
}

impl Signature {
    /// Whether this is the signature of `key` over `domain` followed by `message`.
    #[must_use]
    pub fn verifies(&self, key: &Address, domain: &[u8], message: &[u8]) -> bool {
        if let Some(verdict) = super::memo::verdict(&self.0, &key.0, domain, message) {
            return verdict;
        }
        let message = [domain, message].concat();
        let genuine = super::familiar::verdict(&self.0, &key.0, &message)
            .unwrap_or_else(|| self.is_genuine(key, &message));
        super::memo::remember(&self.0, &key.0, domain, message, genuine);
        genuine
    }

    /// The strict verification with a key of which nothing is known yet.
    fn is_genuine(&self, key: &Address, message: &[u8]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(&self.0);
        let genuine = VerifyingKey::from_bytes(&key.0)
            .and_then(|key| key.verify_strict(message, &signature))
            .is_ok();
        if genuine {
            super::familiar::count(&key.0);
        }
        genuine
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_bound_to_key_domain_and_message() {
        let alice = Keypair::derive(&[1; 32], "user", "alice");
        let bob = Keypair::derive(&[1; 32], "user", "bob");
        let signature = alice.sign(b"domain", b"message");
        assert!(signature.verifies(&alice.address(), b"domain", b"message"));
        assert!(!signature.verifies(&bob.address(), b"domain", b"message"));
        assert!(!signature.verifies(&alice.address(), b"other", b"message"));
        assert!(!signature.verifies(&alice.address(), b"domain", b"massage"));
    }

    #[test]
    fn rfc_8032_test_1_gives_its_public_key() {
        let secret = from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let secret: [u8; 32] = secret.unwrap().try_into().unwrap();
        assert_eq!(
            Keypair::from_secret(&secret).address().to_string(),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
    }

    #[test]
    fn rfc_8032_test_1_verifies_and_with_a_flipped_bit_it_does_not() {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
            .parse()
            .unwrap();
        let text = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
        let mut signature: Signature = text.parse().unwrap();
        assert!(signature.verifies(&key, b"", b""));
        signature.0[40] ^= 1;
        assert!(!signature.verifies(&key, b"", b""));
    }

    #[test]
    fn a_key_of_small_order_verifies_nothing() {
        // The identity point as key and as R, with s = 0, satisfies the plain equation for any
        // message.
        let mut bytes = [0; 64];
        bytes[0] = 1;
        let mut key = [0; 32];
        key[0] = 1;
        assert!(!Signature(bytes).verifies(&Address(key), b"", b"anything"));
    }
}
