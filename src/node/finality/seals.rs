//! The first header that each authority sealed in a slot: a second one is evidence.
//!
//! Bound: the [`MAX_SEALS`] latest slots.

use std::collections::BTreeMap;

use crate::consensus::finality::{Evidence, SealedHeader};
use crate::primitives::{Header, Kind, NodeId, Seal, Slot};

/// Slots that are remembered: 20 minutes.
pub(in crate::node) const MAX_SEALS: usize = 256;

/// Sealed headers by slot.
#[derive(Clone, Debug, Default)]
pub(in crate::node) struct Seals {
    first: BTreeMap<(Slot, NodeId), SealedHeader>,
}

impl Seals {
    /// Notes a valid block's header; the evidence that it makes together with one before.
    pub(in crate::node) fn note(&mut self, header: &Header, seal: &Seal) -> Option<Evidence> {
        let Seal::Authority(signature) = *seal else {
            return None;
        };
        let new = SealedHeader {
            header: *header,
            signature,
        };
        if header.kind != Kind::Authority {
            return None;
        }
        let place = (header.slot, header.sealer);
        if let Some(first) = self.first.get(&place) {
            return Evidence::of_seals(*first, new);
        }
        self.first.insert(place, new);
        if self.first.len() > MAX_SEALS {
            self.first.pop_first();
        }
        None
    }

    /// Number of headers that are remembered.
    pub(in crate::node) fn len(&self) -> usize {
        self.first.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::slots::slot_start;
    use crate::primitives::Millis;
    use crate::testkit::{Grower, params};

    #[test]
    fn a_second_block_of_one_slot_is_evidence_and_the_first_again_is_none() {
        let mut grower = Grower::new(params());
        let start = slot_start(grower.chain.params(), Slot(1));
        let mut sealed = |after| {
            let block = grower.authority_block("poa-2", start.plus(Millis(after)));
            let block = block.unwrap();
            (block.header, block.seal)
        };
        let (one, other) = (sealed(0), sealed(1));
        let mut seals = Seals::default();
        assert_eq!(seals.note(&one.0, &one.1), None);
        assert_eq!(seals.note(&one.0, &one.1), None);
        let evidence = seals.note(&other.0, &other.1).unwrap();
        let chain_id = grower.chain.chain_id();
        assert!(evidence.verify(&chain_id, |_| true).is_ok());
        let work = grower.work_block("miner", 1_000, Vec::new());
        assert_eq!(seals.note(&work.header, &work.seal), None);
    }

    #[test]
    fn the_latest_slots_are_remembered() {
        let mut grower = Grower::new(params());
        let start = slot_start(grower.chain.params(), Slot(1));
        let block = grower.authority_block("poa-2", start).unwrap();
        let mut seals = Seals::default();
        for slot in 1..1_000 {
            let header = Header {
                slot: Slot(slot),
                ..block.header
            };
            seals.note(&header, &block.seal);
        }
        assert_eq!(seals.len(), MAX_SEALS);
        assert!(!seals.first.contains_key(&(Slot(1), block.header.sealer)));
    }
}
