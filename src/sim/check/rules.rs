//! The rules that place a block, in plain words of their own: link, time, work or turn. What the operator
//! announced and when it comes into force is followed from the transactions alone.

use crate::consensus::{EPOCH, MIN_NOTICE, Params};
use crate::primitives::{Address, Block, BlockHash, Kind, ParamsChange, Payload, Seal};

/// What is in force for the next block of a chain, and what its blocks came to so far.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    changed: bool,
    authorities: Vec<Address>,
    announced: Vec<(u64, ParamsChange)>,
    last_slot: u64,
}

impl Rules {
    /// The rules of a network at its beginning.
    pub(super) fn new(params: &Params) -> Self {
        Self { changed: false, authorities: params.authorities.clone(), announced: Vec::new(), last_slot: 0 }
    }

    /// Whether the parameters are others than at the beginning, and the list of authorities.
    pub(super) fn changed(&self, params: &Params) -> (bool, bool) {
        (self.changed, params.authorities != self.authorities)
    }

    /// Checks a block and goes on to the rules for the next.
    pub(super) fn pass(&mut self, parent: &Block, block: &Block, params: &Params) -> Result<(), String> {
        let checked = check_place(parent, block, params).and_then(|()| self.check_maker(block));
        checked.map_err(|what| format!("the block at height {} {what}", block.header.height))?;
        self.count(block);
        Ok(())
    }

    fn check_maker(&self, block: &Block) -> Result<(), String> {
        let header = &block.header;
        let turn = usize::try_from(header.slot.0).unwrap_or(0) % self.authorities.len().max(1);
        let its_turn = self.authorities.get(turn) == Some(&header.sealer.into()) && header.slot.0 > self.last_slot;
        if header.kind == Kind::Authority && !its_turn {
            return Err("is not by the one whose turn it is".to_owned());
        }
        Ok(())
    }

    fn count(&mut self, block: &Block) {
        let header = &block.header;
        if header.kind == Kind::Authority {
            self.last_slot = header.slot.0;
        }
        for transaction in &block.body.transactions {
            if let Payload::SetParams(change) = &transaction.body.payload {
                let from = header.height.0.saturating_add(MIN_NOTICE).next_multiple_of(EPOCH);
                self.announced.push((from, change.clone()));
            }
        }
        let next = header.height.0.saturating_add(1);
        self.changed |= self.announced.iter().any(|(from, _)| *from <= next);
        for (_, change) in self.announced.extract_if(.., |(from, _)| *from <= next) {
            self.authorities = change.authorities.unwrap_or_else(|| std::mem::take(&mut self.authorities));
        }
    }
}

fn check_place(parent: &Block, block: &Block, params: &Params) -> Result<(), String> {
    let header = &block.header;
    if header.parent != parent.id() || header.height.0 != parent.header.height.0.saturating_add(1) {
        return Err("does not follow its parent".to_owned());
    }
    if header.time.0 < parent.header.time.0.saturating_add(params.min_gap.0) {
        return Err("is too soon after its parent".to_owned());
    }
    let id = header.id();
    let leading = id.0.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
    if header.kind == Kind::Work && leading > u64::MAX / header.difficulty.0.max(1) {
        return Err("lacks work".to_owned());
    }
    if header.kind == Kind::Authority && header.slot.0 != header.time.since(params.genesis_time).0 / params.slot.0 {
        return Err("is not of its slot".to_owned());
    }
    Ok(())
}

/// Whether a block has the seal of its maker.
pub(super) fn is_sealed(block: &Block, chain_id: &BlockHash) -> bool {
    match block.seal {
        Seal::Work => block.header.kind == Kind::Work,
        Seal::Authority(signature) => {
            block.header.kind == Kind::Authority && block.header.seal_verifies(chain_id, &signature)
        }
    }
}
