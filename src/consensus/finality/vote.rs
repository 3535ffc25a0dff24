//! A vote: one authority's statement that a checkpoint follows from a justified one.
//!
//! The signed bytes are the chain's id, the source and the target: 112 bytes under a domain of
//! their own, so that no other signature of an authority can serve as its vote. The types mark what
//! was checked: bytes decode to a [`SignedVote`], and only [`CheckedVote::check`] makes one that
//! the rules count.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{VoteError, VoteLink};
use crate::primitives::{
    Address, BlockHash, DecodeError, Encoded, Keypair, Signature, decode_exact,
};

const VOTE_DOMAIN: &[u8] = b"aurex/vote/1";

/// Length of an encoded vote with signer and signature, in bytes.
pub const VOTE_BYTES: usize = 32 + 2 * (8 + 32) + 32 + 64;

/// What an authority signs: 112 bytes, after a tag of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct Vote {
    /// Id of the genesis block: a vote counts on its own network only (rule 14).
    pub chain_id: BlockHash,
    /// From the source to the target.
    pub link: VoteLink,
}

/// A vote as it is sent and stored; nothing about it is checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize)]
pub struct SignedVote {
    /// What is signed.
    pub vote: Vote,
    /// The authority's address, which is the key that verifies the signature.
    pub signer: Address,
    /// Ed25519 (RFC 8032) over the tag `aurex/vote/1` and the 112 bytes of the vote.
    pub signature: Signature,
}

/// A vote that is valid by itself: network, epochs, signature (rules 14 to 16).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedVote(SignedVote);

impl Vote {
    /// The vote with the signature of `key`.
    #[must_use]
    pub fn sign(self, key: &Keypair) -> SignedVote {
        SignedVote {
            vote: self,
            signer: key.address(),
            signature: key.sign(VOTE_DOMAIN, &self.message()),
        }
    }

    fn message(&self) -> Vec<u8> {
        borsh::to_vec(self).expect("a vector takes every byte")
    }
}

impl SignedVote {
    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::Vote, bytes, VOTE_BYTES)
    }

    /// Whether the vote is of this network and signed by its signer (rules 14 to 16).
    pub(super) fn verify(&self, chain_id: &BlockHash) -> Result<(), VoteError> {
        if self.vote.chain_id != *chain_id {
            return Err(VoteError::ChainId {
                expected: *chain_id,
                found: self.vote.chain_id,
            });
        }
        self.vote.link.check_form()?;
        if self
            .signature
            .verifies(&self.signer, VOTE_DOMAIN, &self.vote.message())
            || mutant!(TrustAnyVote)
        {
            Ok(())
        } else {
            Err(VoteError::Signature {
                signer: self.signer,
            })
        }
    }
}

impl CheckedVote {
    /// Checks everything that needs no block.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(vote: SignedVote, chain_id: &BlockHash) -> Result<Self, VoteError> {
        vote.verify(chain_id)?;
        Ok(Self(vote))
    }

    /// A vote whose signature was checked with its certificate.
    pub(super) const fn verified(vote: SignedVote) -> Self {
        Self(vote)
    }

    /// The vote with signer and signature.
    #[must_use]
    pub const fn get(&self) -> &SignedVote {
        &self.0
    }

    /// What it confirms.
    #[must_use]
    pub const fn link(&self) -> VoteLink {
        self.0.vote.link
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::testing::{Fork, key};

    fn sample() -> (Fork, SignedVote) {
        let fork = Fork::new(4, 0, 4);
        let vote = fork.vote(0, fork.genesis(), fork.a(1));
        (fork, vote)
    }

    #[test]
    fn a_vote_is_208_bytes_and_bound_to_them() {
        let (fork, vote) = sample();
        let bytes = borsh::to_vec(&vote).unwrap();
        assert_eq!(bytes.len(), VOTE_BYTES);
        assert_eq!(SignedVote::from_bytes(&bytes), Ok(vote));
        assert!(SignedVote::from_bytes(&bytes[1..]).is_err());
        assert!(SignedVote::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        assert!(CheckedVote::check(vote, &fork.chain_id()).is_ok());
        for at in 0..VOTE_BYTES {
            let mut spoilt = bytes.clone();
            spoilt[at] ^= 1;
            let spoilt = SignedVote::from_bytes(&spoilt).unwrap();
            assert!(
                CheckedVote::check(spoilt, &fork.chain_id()).is_err(),
                "byte {at}"
            );
        }
    }

    #[test]
    fn rule_14_a_vote_counts_on_its_own_network_only() {
        let (fork, vote) = sample();
        let expected = BlockHash([8; 32]);
        assert_eq!(
            CheckedVote::check(vote, &expected),
            Err(VoteError::ChainId {
                expected,
                found: fork.chain_id()
            })
        );
    }

    #[test]
    fn rule_16_a_vote_is_signed_by_its_signer_under_its_own_domain() {
        let (fork, vote) = sample();
        let signer = key(1).address();
        let stolen = SignedVote { signer, ..vote };
        let refused = |vote| CheckedVote::check(vote, &fork.chain_id()).unwrap_err();
        assert_eq!(refused(stolen), VoteError::Signature { signer });
        let message = borsh::to_vec(&vote.vote).unwrap();
        let signature = key(0).sign(b"aurex/seal/1", &message);
        assert_eq!(
            refused(SignedVote { signature, ..vote }),
            VoteError::Signature {
                signer: vote.signer
            }
        );
    }

    #[test]
    fn rule_15_a_signed_vote_whose_source_is_not_below_its_target_is_refused() {
        let (fork, _) = sample();
        let upside_down = fork.vote(0, fork.a(2), fork.a(1));
        let refusal = CheckedVote::check(upside_down, &fork.chain_id()).unwrap_err();
        assert_eq!(refusal.code(), "vote_epochs");
    }
}
