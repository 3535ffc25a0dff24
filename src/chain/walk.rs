//! The weight that headers prove without their bodies.
//!
//! Work proves itself. An authority's header weighs something only by the rules of its place, and
//! the orders of the operator that change them lie in bodies. So up to the first height at which an
//! order of a body that is not here could be in force, all rules of the place are checked; from
//! there on, a seal counts if it is of the authority whose turn it is by the last rules that are
//! known, and else weighs nothing until the bodies below it are here.

use crate::consensus::{BlockError, EPOCH, MIN_NOTICE, Params, slots};
use crate::primitives::{BlockHash, Difficulty, Header, Height, Kind, Weight};
use crate::state::Context;

use super::Chain;

/// A walk up a branch by its headers alone, from a block of the tree.
#[derive(Clone, Debug)]
pub struct HeaderWalk {
    context: Context,
    parent: Header,
    /// From this height on unknown orders could be in force.
    uncertain_from: Height,
    /// What the headers claim to weigh, the blocks below them counted.
    claimed: Weight,
    unproven: Option<Height>,
}

impl Chain {
    /// A walk that begins above a block of the tree.
    #[must_use]
    pub fn walk_from(&self, id: &BlockHash) -> Option<HeaderWalk> {
        let entry = self.get(id)?;
        let parent = entry.block.header;
        let first = parent.height.next().0.saturating_add(MIN_NOTICE);
        Some(HeaderWalk {
            context: entry.context.clone(),
            parent,
            uncertain_from: Height(first.div_ceil(EPOCH).saturating_mul(EPOCH)),
            claimed: entry.weight,
            unproven: None,
        })
    }
}

impl HeaderWalk {
    /// Goes on to a header whose work or seal holds; the weight that it proves.
    ///
    /// # Errors
    /// The first rule that is broken whatever the bodies hold.
    pub fn step(&mut self, params: &Params, header: &Header) -> Result<Difficulty, BlockError> {
        let proven = if header.height < self.uncertain_from {
            self.context.check_next(params, &self.parent, header)?;
            header.difficulty
        } else {
            self.context.check_position(params, &self.parent, header)?;
            self.proven_by(params, header)?
        };
        if proven.0 == 0 {
            self.unproven.get_or_insert(header.height);
        }
        self.context = self.context.after(params, header, &[]);
        self.parent = *header;
        self.claimed = self.claimed.plus(header.difficulty);
        Ok(proven)
    }

    /// What the headers claim to weigh, the blocks below them counted.
    #[must_use]
    pub const fn claimed(&self) -> Weight {
        self.claimed
    }

    /// The height of the first header that proves no weight.
    #[must_use]
    pub const fn unproven(&self) -> Option<Height> {
        self.unproven
    }

    fn proven_by(&self, params: &Params, header: &Header) -> Result<Difficulty, BlockError> {
        if header.kind == Kind::Work {
            return Ok(header.difficulty);
        }
        let (expected, found) = (params.authority_weight, header.difficulty);
        if found != expected {
            return Err(BlockError::AuthorityWeight { expected, found });
        }
        let last = self.context.tally.last_slot;
        if header.slot <= last {
            let found = header.slot;
            return Err(BlockError::SlotUsed { last, found });
        }
        let leader = slots::leader(&self.context.rules.current.authorities, header.slot);
        let is_turn = leader == Some(header.sealer.into());
        Ok(if is_turn { found } else { Difficulty(0) })
    }
}
