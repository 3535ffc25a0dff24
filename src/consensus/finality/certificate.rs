//! A certificate: a vote link with the signatures that confirm it. It proves to newcomers what the
//! votes proved to those who were there.
//!
//! The signers are marks in a bit map over the roster of the target's chain
//! ([`Sets::roster`](super::Sets::roster)), so that none can be marked twice, and nobody who is no
//! authority. Size: 120 bytes, one bit for each authority, and 64 bytes for each signer; 1.5 KB for
//! 22 of 32.

use borsh::{BorshDeserialize, BorshSerialize};

use super::{
    Blocks, CertificateError, CheckedVote, MAX_ROSTER, Quorum, Sets, SignedVote, Signers, Vote,
    VoteError, VoteLink,
};
use crate::primitives::{Address, BlockHash, DecodeError, Encoded, Signature, decode_exact};

/// Longest encoding in bytes: with the signature of everybody on the longest roster.
pub const MAX_CERTIFICATE_BYTES: usize =
    32 + 2 * (8 + 32) + 4 + MAX_ROSTER / 8 + 4 + MAX_ROSTER * 64;

/// A certificate as it is sent and stored; nothing about it is checked yet.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Certificate {
    /// Id of the genesis block: it counts on its own network only (rule 14).
    pub chain_id: BlockHash,
    /// The vote link that each of the signers confirmed.
    pub link: VoteLink,
    /// One bit for each of the roster, the lowest bit of the first byte first; the last byte is not
    /// 0.
    pub marks: Vec<u8>,
    /// The signatures of those who are marked, in the order of the roster.
    pub signatures: Vec<Signature>,
}

/// A certificate whose every signature was verified and which has two thirds of the set at its
/// source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedCertificate {
    vote: Vote,
    signers: Signers,
}

impl Certificate {
    /// The certificate of a link with all its `signers` on the roster of `sets`, those of the
    /// target.
    #[must_use]
    pub fn new(chain_id: BlockHash, link: VoteLink, signers: &Signers, sets: &Sets) -> Self {
        let (mut marks, mut signatures) = (Vec::new(), Vec::new());
        for (index, authority) in sets.roster().iter().enumerate() {
            if let Some(signature) = signers.get(authority) {
                marks.resize(index / 8 + 1, 0);
                marks[index / 8] |= 1 << (index % 8);
                signatures.push(*signature);
            }
        }
        Self {
            chain_id,
            link,
            marks,
            signatures,
        }
    }

    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::Certificate, bytes, MAX_CERTIFICATE_BYTES)
    }

    /// Numbers of those who are marked, ascending.
    fn marked(&self) -> impl Iterator<Item = usize> {
        self.marks.iter().enumerate().flat_map(|(at, byte)| {
            (0..8)
                .filter(move |bit| byte >> bit & 1 == 1)
                .map(move |bit| at * 8 + bit)
        })
    }

    /// Checks what needs no block: network, epochs, form of the marks (rules 14, 15, 21).
    fn check_form(&self, chain_id: &BlockHash) -> Result<(), CertificateError> {
        if self.chain_id != *chain_id {
            let (expected, found) = (*chain_id, self.chain_id);
            return Err(VoteError::ChainId { expected, found }.into());
        }
        self.link.check_form()?;
        if self.marks.len() > MAX_ROSTER / 8 || self.marks.last() == Some(&0) {
            let found = self.marks.len();
            return Err(CertificateError::Map { found });
        }
        let (expected, found) = (self.marked().count(), self.signatures.len());
        if expected == found {
            Ok(())
        } else {
            Err(CertificateError::Signatures { expected, found })
        }
    }
}

/// Whether two thirds of the set at the source of a link signed it (rule 22).
///
/// # Errors
/// [`CertificateError::Quorum`].
pub fn check_quorum(
    link: &VoteLink,
    signers: &Signers,
    sets: &Sets,
) -> Result<(), CertificateError> {
    let members = sets.at_height(link.source.height());
    let found = members.iter().filter(|one| signers.contains(one));
    let (quorum, found) = (Quorum::of(members.len()), found.count());
    if quorum.is_reached(found) {
        return Ok(());
    }
    Err(CertificateError::Quorum {
        expected: quorum.needed(),
        size: members.len(),
        found,
    })
}

impl CheckedCertificate {
    /// Checks a certificate, the signatures last (rules 14 to 18, 21, 22). Two thirds of the set at
    /// the source are demanded whatever is final; whether the sets around a change agree as well is
    /// for [`View`](super::View) to decide.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(
        certificate: Certificate,
        chain_id: &BlockHash,
        blocks: &impl Blocks,
    ) -> Result<Self, CertificateError> {
        certificate.check_form(chain_id)?;
        certificate.link.check_position(blocks)?;
        let id = certificate.link.target.id;
        let sets = blocks.sets(&id).ok_or(VoteError::UnknownBlock { id })?;
        Self::check_signers(&certificate, chain_id, &sets)
    }

    /// Checks the signers of a certificate whose block is not known by the sets of the best chain:
    /// where two thirds of these vouch for a block, it exists and is worth fetching. It counts only
    /// once the block is here.
    ///
    /// # Errors
    /// The first rule that is broken, if the block's chain has the same sets.
    pub fn vouch(
        certificate: &Certificate,
        chain_id: &BlockHash,
        blocks: &impl Blocks,
    ) -> Result<(), CertificateError> {
        certificate.check_form(chain_id)?;
        Self::check_signers(certificate, chain_id, &blocks.best_sets()).map(drop)
    }

    fn check_signers(
        certificate: &Certificate,
        chain_id: &BlockHash,
        sets: &Sets,
    ) -> Result<Self, CertificateError> {
        let (link, roster) = (certificate.link, sets.roster());
        let mut signers = Signers::new();
        for (index, signature) in certificate.marked().zip(&certificate.signatures) {
            let signer = roster.get(index).ok_or(CertificateError::Stranger {
                expected: roster.len(),
                found: index,
            })?;
            signers.insert(*signer, *signature);
        }
        check_quorum(&link, &signers, sets)?;
        let vote = Vote {
            chain_id: *chain_id,
            link,
        };
        for (signer, signature) in signers.iter() {
            let (signer, signature) = (*signer, *signature);
            SignedVote {
                vote,
                signer,
                signature,
            }
            .verify(chain_id)?;
        }
        Ok(Self { vote, signers })
    }

    /// The vote link that two thirds of the set at its source confirmed.
    #[must_use]
    pub const fn link(&self) -> VoteLink {
        self.vote.link
    }

    /// The vote of one of those who confirmed it: its signature is checked.
    #[must_use]
    pub fn vote_of(&self, signer: &Address) -> Option<CheckedVote> {
        let (vote, signer) = (self.vote, *signer);
        let signature = *self.signers.get(&signer)?;
        Some(CheckedVote::verified(SignedVote {
            vote,
            signer,
            signature,
        }))
    }

    /// Everybody who is marked, by address, with the verified signatures.
    #[must_use]
    pub const fn signers(&self) -> &Signers {
        &self.signers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::testing::{Fork, key};

    fn fork() -> (Fork, VoteLink) {
        let fork = Fork::new(4, 0, 4);
        let link = VoteLink {
            source: fork.genesis(),
            target: fork.a(1),
        };
        (fork, link)
    }

    fn refusal(fork: &Fork, certificate: Certificate) -> CertificateError {
        CheckedCertificate::check(certificate, &fork.chain_id(), fork).unwrap_err()
    }

    #[test]
    fn a_certificate_of_two_thirds_counts_and_has_the_promised_size() {
        let (fork, link) = fork();
        let certificate = fork.certificate(link, &[3, 0, 1]);
        let bytes = borsh::to_vec(&certificate).unwrap();
        assert_eq!(bytes.len(), 120 + 1 + 3 * 64);
        assert_eq!(Certificate::from_bytes(&bytes), Ok(certificate.clone()));
        let checked = CheckedCertificate::check(certificate, &fork.chain_id(), &fork).unwrap();
        let signers: Vec<_> = checked
            .signers()
            .iter()
            .map(|(signer, _)| *signer)
            .collect();
        let mut expected = [3, 0, 1].map(|number| key(number).address());
        expected.sort();
        assert_eq!(signers, expected);
    }

    #[test]
    fn rule_22_one_signature_too_few_is_refused() {
        let (fork, link) = fork();
        assert_eq!(
            refusal(&fork, fork.certificate(link, &[0, 3])),
            CertificateError::Quorum {
                expected: 3,
                size: 4,
                found: 2
            }
        );
    }

    #[test]
    fn rule_21_a_signer_cannot_count_twice() {
        let (fork, link) = fork();
        let mut doubled = fork.certificate(link, &[0, 1]);
        doubled.marks = vec![0b111];
        doubled.signatures.push(doubled.signatures[1]);
        let signer = key(2).address();
        assert_eq!(
            refusal(&fork, doubled),
            VoteError::Signature { signer }.into()
        );
        let mut spare = fork.certificate(link, &[0, 1, 2]);
        spare.signatures.push(spare.signatures[2]);
        let (expected, found) = (3, 4);
        assert_eq!(
            refusal(&fork, spare),
            CertificateError::Signatures { expected, found }
        );
    }

    #[test]
    fn rule_21_a_mark_beyond_the_roster_or_a_padded_map_is_refused() {
        let (fork, link) = fork();
        let mut beyond = fork.certificate(link, &[0, 1, 2]);
        beyond.marks = vec![0b1_0111];
        beyond.signatures.push(beyond.signatures[0]);
        let (expected, found) = (4, 4);
        assert_eq!(
            refusal(&fork, beyond),
            CertificateError::Stranger { expected, found }
        );
        let mut padded = fork.certificate(link, &[0, 1, 2]);
        padded.marks.push(0);
        assert_eq!(refusal(&fork, padded), CertificateError::Map { found: 2 });
        let mut long = fork.certificate(link, &[0, 1, 2]);
        long.marks = vec![1; MAX_ROSTER / 8 + 1];
        assert_eq!(refusal(&fork, long), CertificateError::Map { found: 33 });
    }

    #[test]
    fn the_rules_of_a_vote_hold_for_what_is_certified() {
        let (fork, link) = fork();
        let other = Certificate {
            chain_id: BlockHash([5; 32]),
            ..fork.certificate(link, &[0, 1, 2])
        };
        let across = VoteLink {
            source: fork.a(1),
            target: fork.b(2),
        };
        let down = VoteLink {
            source: fork.a(2),
            target: fork.a(1),
        };
        let rules = [
            other,
            fork.certificate(down, &[0, 1, 2]),
            fork.certificate(across, &[0, 1, 2]),
        ]
        .map(|one| refusal(&fork, one).rule());
        assert_eq!(rules, [14, 15, 18]);
    }
}
