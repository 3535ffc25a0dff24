//! Who confirmed a link, with the signatures: a list in the order of the signers. There are a few
//! of them and one list for each link that was ever certified, so a tree of its own for each would
//! be mostly room that nobody uses.
//!
//! Invariant: the signers ascend, each is there once. Bound: whoever keeps the lists bounds the
//! signers of each.

use std::io::{self, ErrorKind, Read};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::{Address, Signature};

/// Who confirmed a link, with the signatures.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize)]
pub struct Signers(Vec<(Address, Signature)>);

impl Signers {
    /// Nobody.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    fn search(&self, signer: &Address) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(signer))
    }

    /// The signature of a signer, `None` if it is not among them.
    #[must_use]
    pub fn get(&self, signer: &Address) -> Option<&Signature> {
        let place = self.search(signer).ok()?;
        self.0.get(place).map(|(_, signature)| signature)
    }

    /// Whether somebody is among them.
    #[must_use]
    pub fn contains(&self, signer: &Address) -> bool {
        self.search(signer).is_ok()
    }

    /// Adds a signer; one that is there keeps its signature.
    pub fn insert(&mut self, signer: Address, signature: Signature) {
        if let Err(place) = self.search(&signer) {
            self.0.reserve_exact(1);
            self.0.insert(place, (signer, signature));
        }
    }

    /// Removes a signer.
    pub fn remove(&mut self, signer: &Address) {
        if let Ok(place) = self.search(signer) {
            self.0.remove(place);
        }
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The signers and their signatures, in ascending order of the addresses.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &Signature)> {
        self.0.iter().map(|(signer, signature)| (signer, signature))
    }
}

impl FromIterator<(Address, Signature)> for Signers {
    fn from_iter<I: IntoIterator<Item = (Address, Signature)>>(signers: I) -> Self {
        let mut all = Self::new();
        for (signer, signature) in signers {
            all.insert(signer, signature);
        }
        all
    }
}

impl BorshDeserialize for Signers {
    /// As it was encoded: one list has one encoding.
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let list: Vec<(Address, Signature)> = BorshDeserialize::deserialize_reader(reader)?;
        if list.is_sorted_by(|(one, _), (next, _)| one < next) {
            Ok(Self(list))
        } else {
            let reason = "expected signers in ascending order, each once, found others";
            Err(io::Error::new(ErrorKind::InvalidData, reason))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn pair(number: u8) -> (Address, Signature) {
        (Address([number; 32]), Signature([number; 64]))
    }

    #[test]
    fn signers_are_kept_and_encoded_as_a_map_of_them() {
        let mut signers: Signers = [5, 1, 9, 5].into_iter().map(pair).collect();
        let (three, other) = (pair(3), Signature([7; 64]));
        signers.insert(three.0, three.1);
        signers.insert(three.0, other);
        signers.remove(&Address([9; 32]));
        signers.remove(&Address([8; 32]));
        let map: BTreeMap<_, _> = [1, 3, 5].into_iter().map(pair).collect();
        assert!(signers.iter().eq(map.iter()));
        assert_eq!((signers.len(), signers.is_empty()), (3, false));
        assert_eq!(signers.get(&three.0), Some(&three.1));
        assert!(signers.contains(&three.0) && !signers.contains(&Address([9; 32])));
        let bytes = borsh::to_vec(&map).unwrap();
        assert_eq!(borsh::to_vec(&signers).unwrap(), bytes);
        assert_eq!(borsh::from_slice::<Signers>(&bytes).unwrap(), signers);
    }

    #[test]
    fn a_list_out_of_order_or_with_one_twice_is_refused() {
        for wrong in [[pair(2), pair(1)], [pair(1), pair(1)]] {
            let bytes = borsh::to_vec(&wrong.to_vec()).unwrap();
            assert!(borsh::from_slice::<Signers>(&bytes).is_err());
        }
    }
}
