//! Offences: two statements of one authority that no honest one makes, and the evidence, which is
//! the statements themselves. Whoever has the bytes can check them; nothing else has to be
//! believed.
//!
//! Bounds: [`Offences`] keeps one piece of evidence for each authority and kind of offence.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};

use super::{EvidenceError, SignedVote};
use crate::primitives::{
    Address, BlockHash, DecodeError, Encoded, HEADER_LEN, Header, Kind, Signature, decode_exact,
};

/// Longest encoding of evidence in bytes: two sealed headers.
pub const MAX_EVIDENCE_BYTES: usize = 1 + 2 * (HEADER_LEN + 64);

/// What no honest authority does: the two offences of Casper FFG, or to use a slot twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Offence {
    /// Two distinct votes for one target epoch.
    DoubleVote,
    /// One vote begins before another and ends after it.
    SurroundVote,
    /// Two blocks sealed in one slot, on whatever branches.
    TwoBlocks,
}

/// An authority's header and seal without the body, which proves nothing more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct SealedHeader {
    /// The header, which names slot and sealer.
    pub header: Header,
    /// Ed25519 over the tag `aurex/seal/1`, the chain id and the header (rule 5).
    pub signature: Signature,
}

/// Two statements that prove an offence, the smaller first, so that one offence has one form.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Evidence {
    /// Two votes of one signer, the smaller one first. Signatures do not count in that order.
    Votes(SignedVote, SignedVote),
    /// Two headers of one slot and sealer, the smaller id first.
    Seals(SealedHeader, SealedHeader),
}

/// Who is guilty of what. One piece of evidence is kept for each charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Charge {
    /// The authority that signed both statements.
    pub guilty: Address,
    /// What it did.
    pub offence: Offence,
}

impl Offence {
    /// Why no honest authority does it, in words.
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::DoubleVote => {
                "it voted twice for one epoch, so two checkpoints of it could be justified"
            }
            Self::SurroundVote => {
                "one vote goes around the other, so it passed over what it had confirmed"
            }
            Self::TwoBlocks => {
                "it sealed two blocks in one slot, so it built on two branches at once"
            }
        }
    }

    /// The offence of two votes of one signer.
    fn of_votes(first: &SignedVote, second: &SignedVote) -> Option<Self> {
        let (first, second) = (first.vote.link, second.vote.link);
        if first == second {
            None
        } else if first.target.epoch == second.target.epoch {
            Some(Self::DoubleVote)
        } else {
            (first.surrounds(&second) || second.surrounds(&first)).then_some(Self::SurroundVote)
        }
    }
}

impl Evidence {
    /// The evidence of two votes, if they are an offence of one signer.
    #[must_use]
    pub fn of_votes(one: SignedVote, other: SignedVote) -> Option<Self> {
        if one.signer != other.signer || one.vote.chain_id != other.vote.chain_id {
            return None;
        }
        Offence::of_votes(&one, &other)?;
        let in_order = one.vote < other.vote;
        let (first, second) = if in_order { (one, other) } else { (other, one) };
        Some(Self::Votes(first, second))
    }

    /// The evidence of two sealed headers, if they are an offence of one sealer.
    #[must_use]
    pub fn of_seals(one: SealedHeader, other: SealedHeader) -> Option<Self> {
        let (a, b) = (&one.header, &other.header);
        if a.sealer != b.sealer || a.slot != b.slot || a.id() == b.id() {
            return None;
        }
        let in_order = a.id() < b.id();
        let (first, second) = if in_order { (one, other) } else { (other, one) };
        Some(Self::Seals(first, second))
    }

    /// Decodes the canonical bytes.
    ///
    /// # Errors
    /// See [`decode_exact`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        decode_exact(Encoded::Evidence, bytes, MAX_EVIDENCE_BYTES)
    }

    /// What it proves if its signatures hold.
    ///
    /// # Errors
    /// Why it proves nothing whatever they are.
    pub fn charge(&self) -> Result<Charge, EvidenceError> {
        match self {
            Self::Votes(first, second) => charge_of_votes(first, second),
            Self::Seals(first, second) => charge_of_seals(first, second),
        }
    }

    /// Checks the evidence from its bytes (rule 23).
    ///
    /// # Errors
    /// The first thing that is missing to a proof.
    pub fn verify(
        &self,
        chain_id: &BlockHash,
        is_authority: impl Fn(&Address) -> bool,
    ) -> Result<Charge, EvidenceError> {
        let charge = self.charge()?;
        let found = charge.guilty;
        if !is_authority(&found) {
            return Err(EvidenceError::Stranger { found });
        }
        match self {
            Self::Votes(first, second) => {
                first.verify(chain_id)?;
                second.verify(chain_id)?;
            }
            Self::Seals(first, second) => {
                for one in [first, second] {
                    if !one.header.seal_verifies(chain_id, &one.signature) {
                        return Err(EvidenceError::Seal { sealer: found });
                    }
                }
            }
        }
        Ok(charge)
    }
}

fn one_signer(expected: Address, found: Address) -> Result<Address, EvidenceError> {
    if expected == found {
        Ok(found)
    } else {
        Err(EvidenceError::Signers { expected, found })
    }
}

fn in_order<T: Ord>(first: &T, second: &T) -> Result<(), EvidenceError> {
    match first.cmp(second) {
        std::cmp::Ordering::Less => Ok(()),
        std::cmp::Ordering::Equal => Err(EvidenceError::Same),
        std::cmp::Ordering::Greater => Err(EvidenceError::Order),
    }
}

fn charge_of_votes(first: &SignedVote, second: &SignedVote) -> Result<Charge, EvidenceError> {
    let guilty = one_signer(first.signer, second.signer)?;
    in_order(&first.vote, &second.vote)?;
    let offence = Offence::of_votes(first, second).ok_or(EvidenceError::Harmless)?;
    Ok(Charge { guilty, offence })
}

fn charge_of_seals(first: &SealedHeader, second: &SealedHeader) -> Result<Charge, EvidenceError> {
    let (a, b) = (&first.header, &second.header);
    let guilty = one_signer(a.sealer.into(), b.sealer.into())?;
    in_order(&a.id(), &b.id())?;
    if a.slot != b.slot || a.kind != Kind::Authority || b.kind != Kind::Authority {
        return Err(EvidenceError::Harmless);
    }
    Ok(Charge {
        guilty,
        offence: Offence::TwoBlocks,
    })
}

/// What was proven: the first evidence of each kind for each authority.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offences(BTreeMap<Charge, Evidence>);

impl Offences {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(BTreeMap::new())
    }

    /// Whether what evidence claims to prove is proven already.
    #[must_use]
    pub fn knows(&self, evidence: &Evidence) -> bool {
        evidence
            .charge()
            .is_ok_and(|charge| self.0.contains_key(&charge))
    }

    /// Keeps verified evidence; whether it proves anything new.
    pub(super) fn keep(&mut self, evidence: &Evidence) -> bool {
        let Ok(charge) = evidence.charge() else {
            return false;
        };
        let is_new = !self.0.contains_key(&charge);
        self.0.entry(charge).or_insert_with(|| evidence.clone());
        is_new
    }

    /// Checks evidence of a peer and keeps it; whether it proves anything new.
    ///
    /// # Errors
    /// As [`Evidence::verify`].
    pub fn accept(
        &mut self,
        evidence: &Evidence,
        chain_id: &BlockHash,
        is_authority: impl Fn(&Address) -> bool,
    ) -> Result<bool, EvidenceError> {
        evidence.verify(chain_id, is_authority)?;
        Ok(self.keep(evidence))
    }

    /// Number of proven charges, at most three for each authority.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is proven.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The authority, the offence and the evidence of each charge, by authority.
    pub fn iter(&self) -> impl Iterator<Item = (Address, Offence, &Evidence)> {
        self.0
            .iter()
            .map(|(charge, evidence)| (charge.guilty, charge.offence, evidence))
    }

    /// Everybody who is proven guilty.
    #[must_use]
    pub fn guilty(&self) -> BTreeSet<Address> {
        self.0.keys().map(|charge| charge.guilty).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::testing::{Fork, key};
    use crate::consensus::finality::{Checkpoint, VoteError};
    use crate::primitives::{Difficulty, Digest, Height, Seal, Slot, Timestamp};

    fn fork() -> Fork {
        Fork::new(4, 0, 4)
    }

    fn refusal(fork: &Fork, evidence: &Evidence) -> EvidenceError {
        evidence.verify(&fork.chain_id(), |_| true).unwrap_err()
    }

    fn double(fork: &Fork) -> (SignedVote, SignedVote) {
        let vote = |target: Checkpoint| fork.vote(1, fork.genesis(), target);
        (vote(fork.a(1)), vote(fork.b(1)))
    }

    fn sealed(fork: &Fork, signer: usize, slot: u64, nonce: u8) -> SealedHeader {
        let header = Header {
            kind: Kind::Authority,
            height: Height(3),
            parent: BlockHash([nonce; 32]),
            tx_root: Digest::ZERO,
            state_root: Digest::ZERO,
            time: Timestamp(4),
            difficulty: Difficulty(5),
            slot: Slot(slot),
            sealer: key(signer).node_id(),
            data_hash: Digest::ZERO,
            nonce: 0,
        };
        let Seal::Authority(signature) = header.seal(&fork.chain_id(), &key(signer)) else {
            unreachable!("an authority's seal is a signature")
        };
        SealedHeader { header, signature }
    }

    #[test]
    fn evidence_proves_itself_from_its_bytes() {
        let fork = fork();
        let (first, second) = double(&fork);
        let around = fork.vote(1, fork.genesis(), fork.a(4));
        let within = fork.vote(1, fork.a(2), fork.a(3));
        let seals = [sealed(&fork, 1, 7, 1), sealed(&fork, 1, 7, 2)];
        let cases = [
            (Evidence::of_votes(second, first), Offence::DoubleVote),
            (Evidence::of_votes(within, around), Offence::SurroundVote),
            (Evidence::of_votes(around, within), Offence::SurroundVote),
            (Evidence::of_seals(seals[0], seals[1]), Offence::TwoBlocks),
            (Evidence::of_seals(seals[1], seals[0]), Offence::TwoBlocks),
        ];
        let guilty = key(1).address();
        let (mut offences, mut seen) = (Offences::new(), None);
        for (evidence, offence) in cases {
            let bytes = borsh::to_vec(&evidence.unwrap()).unwrap();
            assert!(bytes.len() <= MAX_EVIDENCE_BYTES);
            let evidence = Evidence::from_bytes(&bytes).unwrap();
            let charge = evidence.verify(&fork.chain_id(), |one| *one == guilty);
            assert_eq!(charge, Ok(Charge { guilty, offence }));
            let mut accept = || {
                offences
                    .accept(&evidence, &fork.chain_id(), |_| true)
                    .unwrap()
            };
            assert_eq!(accept(), seen != Some(offence));
            assert!(!accept(), "kept once");
            seen = Some(offence);
            for at in 1..bytes.len() {
                let mut spoilt = bytes.clone();
                spoilt[at] ^= 1;
                let verdict =
                    Evidence::from_bytes(&spoilt).map(|one| one.verify(&fork.chain_id(), |_| true));
                assert!(!matches!(verdict, Ok(Ok(_))), "byte {at}");
            }
        }
        assert_eq!(offences.iter().count(), 3);
        assert_eq!(offences.guilty(), BTreeSet::from([guilty]));
    }

    #[test]
    fn rule_23_what_proves_nothing_is_refused_by_its_name() {
        let fork = fork();
        let (first, second) = double(&fork);
        let (first, second) = if first.vote < second.vote {
            (first, second)
        } else {
            (second, first)
        };
        assert_eq!(
            refusal(&fork, &Evidence::Votes(first, first)),
            EvidenceError::Same
        );
        assert_eq!(
            refusal(&fork, &Evidence::Votes(second, first)),
            EvidenceError::Order
        );
        let other = fork.vote(2, second.vote.link.source, second.vote.link.target);
        assert_eq!(
            refusal(&fork, &Evidence::Votes(first, other)),
            EvidenceError::Signers {
                expected: key(1).address(),
                found: key(2).address()
            }
        );
        let later = fork.vote(1, fork.a(1), fork.a(2));
        let sound = fork.vote(1, fork.genesis(), fork.a(1));
        let (low, high) = if sound.vote < later.vote {
            (sound, later)
        } else {
            (later, sound)
        };
        assert_eq!(
            refusal(&fork, &Evidence::Votes(low, high)),
            EvidenceError::Harmless
        );
        let forged = SignedVote {
            signature: first.signature,
            ..second
        };
        assert_eq!(
            refusal(&fork, &Evidence::Votes(first, forged)),
            VoteError::Signature {
                signer: second.signer
            }
            .into()
        );
        let evidence = Evidence::Votes(first, second);
        let found = key(1).address();
        let stranger = evidence.verify(&fork.chain_id(), |_| false);
        assert_eq!(stranger, Err(EvidenceError::Stranger { found }));
        let elsewhere = evidence.verify(&BlockHash([7; 32]), |_| true);
        assert_eq!(elsewhere.unwrap_err().rule(), 14);
    }

    #[test]
    fn rule_23_blocks_of_two_slots_or_with_a_forged_seal_prove_nothing() {
        let fork = fork();
        let mut seals = [sealed(&fork, 1, 7, 1), sealed(&fork, 1, 8, 2)];
        assert_eq!(Evidence::of_seals(seals[0], seals[1]), None);
        seals.sort_by_key(|one| one.header.id());
        let [low, high] = seals;
        assert_eq!(
            refusal(&fork, &Evidence::Seals(low, high)),
            EvidenceError::Harmless
        );
        let other = sealed(&fork, 1, 7, 3);
        let forged = SealedHeader {
            signature: other.signature,
            ..sealed(&fork, 1, 7, 4)
        };
        let evidence = Evidence::of_seals(other, forged).unwrap();
        let sealer = key(1).address();
        assert_eq!(refusal(&fork, &evidence), EvidenceError::Seal { sealer });
        let work = SealedHeader {
            header: Header {
                kind: Kind::Work,
                ..forged.header
            },
            ..forged
        };
        let evidence = Evidence::of_seals(other, work).unwrap();
        assert_eq!(refusal(&fork, &evidence), EvidenceError::Harmless);
    }
}
