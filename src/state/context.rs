//! What a header is checked against: the rules in force for the next block and the totals of the
//! chain up to its parent. It follows from the blocks alone, without their state, so that a block
//! which has no place in the chain is refused before a state is made for it.

use std::rc::Rc;

use crate::consensus::{BlockError, CheckedBlock, EPOCH, MIN_NOTICE, Params, Tunable, slots, work};
use crate::primitives::{
    Amount, Block, Difficulty, Header, Height, Kind, MAX_EXACT, ParamsChange, Payload, Transaction,
};

use super::{Rules, Tally};

/// What a block's children are checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// Totals of the chain up to the block and with it.
    pub tally: Tally,
    /// The rules in force for its children, and those announced.
    pub rules: Rc<Rules>,
}

/// A block whose header fits its place: the next after its parent, in time, with the work or the
/// turn that is required there. Only [`Context::place`] makes one.
#[derive(Clone, Debug)]
pub struct PlacedBlock {
    pub(super) block: CheckedBlock,
    pub(super) context: Context,
}

impl Context {
    /// The context of the genesis block's children.
    pub(super) fn genesis(params: &Params) -> Self {
        let supply = params
            .allocation
            .iter()
            .fold(0_u64, |sum, one| sum.saturating_add(one.amount.0));
        let genesis_time = params.genesis_time;
        let tally = Tally {
            supply: Amount(supply),
            work: work::WorkClock::default(),
            last_work: genesis_time,
            last_slot: crate::primitives::Slot(0),
            checkpoints: [None; 2],
        };
        let rules = Rules {
            current: params.tunable(),
            anchor: tally.work,
            announced: Vec::new(),
        };
        Self {
            tally,
            rules: Rc::new(rules),
        }
    }

    /// Checks place, time, difficulty and turn of a header (rules 5, 6, 7, 9, 10) after its
    /// `parent`, whose context this is.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check_next(
        &self,
        params: &Params,
        parent: &Header,
        header: &Header,
    ) -> Result<(), BlockError> {
        self.check_position(params, parent, header)?;
        self.check_turn(params, header)
    }

    /// Checks height and time of a header (rules 6, 7) after its `parent`, whose context this is.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check_position(
        &self,
        params: &Params,
        parent: &Header,
        header: &Header,
    ) -> Result<(), BlockError> {
        let expected = parent.height.next();
        if header.height.0 != expected.0 {
            return Err(BlockError::Height {
                expected,
                found: header.height,
            });
        }
        let earliest = parent.time.plus(params.min_gap);
        if header.time.0 < earliest.0 && !mutant!(SkipLeastGap) {
            return Err(BlockError::TooSoon {
                earliest,
                gap: params.min_gap,
                found: header.time,
            });
        }
        Ok(())
    }

    pub(super) fn check_turn(&self, params: &Params, header: &Header) -> Result<(), BlockError> {
        let found = header.difficulty;
        let tunable = &self.rules.current;
        if header.kind == Kind::Work {
            let expected = self.required_difficulty();
            return if found == expected {
                Ok(())
            } else {
                Err(BlockError::Difficulty { expected, found })
            };
        }
        let expected = self.authority_weight(params);
        if found != expected {
            return Err(BlockError::AuthorityWeight { expected, found });
        }
        let sealer = header.sealer;
        let leader = slots::leader(&tunable.authorities, header.slot)
            .ok_or(BlockError::NoAuthorities { sealer })?;
        if leader != sealer.into() {
            return Err(BlockError::NotLeader {
                slot: header.slot,
                expected: leader,
                found: sealer,
            });
        }
        let last = self.tally.last_slot;
        if header.slot <= last {
            Err(BlockError::SlotUsed {
                last,
                found: header.slot,
            })
        } else {
            Ok(())
        }
    }

    /// Puts a checked block in its place after `parent`, whose context this is.
    ///
    /// # Errors
    /// As [`Self::check_next`].
    pub fn place(
        &self,
        params: &Params,
        parent: &Header,
        block: CheckedBlock,
    ) -> Result<PlacedBlock, BlockError> {
        debug_assert_eq!(
            block.get().header.parent,
            parent.id(),
            "the caller looks the parent up"
        );
        self.check_next(params, parent, &block.get().header)?;
        let Block { header, body, .. } = block.get();
        let context = self.after(params, header, &body.transactions);
        Ok(PlacedBlock { block, context })
    }

    /// The difficulty that rule 9 requires of the next work block.
    #[must_use]
    pub fn required_difficulty(&self) -> Difficulty {
        let Rules {
            current, anchor, ..
        } = self.rules.as_ref();
        work::required_difficulty(
            current.difficulty,
            current.retarget,
            *anchor,
            self.tally.work,
        )
    }

    /// The weight of an authority's block, that of genesis for ever.
    pub(super) fn authority_weight(&self, params: &Params) -> Difficulty {
        if mutant!(WeightFollows) {
            self.rules.current.difficulty
        } else {
            params.authority_weight
        }
    }

    /// The context after a valid block with this header and these transactions.
    #[must_use]
    pub fn after(&self, params: &Params, header: &Header, transactions: &[Transaction]) -> Self {
        let mut after = Self {
            tally: self.tally_after(params, header),
            rules: Rc::clone(&self.rules),
        };
        for transaction in transactions {
            if let Payload::SetParams(order) = &transaction.body.payload {
                Rc::make_mut(&mut after.rules).announce(header.height, &order.change);
            }
        }
        if after
            .rules
            .announced
            .first()
            .is_some_and(|(from, _)| *from <= header.height.next())
        {
            let in_force = after.required_difficulty();
            Rc::make_mut(&mut after.rules).start(in_force, after.tally.work);
        }
        after
    }

    fn tally_after(&self, params: &Params, header: &Header) -> Tally {
        let before = self.tally;
        // The last reward before the bound is cut to it.
        let reward = params
            .reward(header.kind)
            .0
            .min(MAX_EXACT.saturating_sub(before.supply.0));
        let [latest, _] = before.checkpoints;
        let checkpoints = if header.height.0 % EPOCH == 1 {
            [Some(header.parent), latest]
        } else {
            before.checkpoints
        };
        let tally = Tally {
            supply: Amount(before.supply.0.saturating_add(reward)),
            checkpoints,
            ..before
        };
        match header.kind {
            Kind::Work => {
                let gap = header.time.since(before.last_work);
                let work = before.work.after(gap, self.rules.current.retarget);
                Tally {
                    work,
                    last_work: header.time,
                    ..tally
                }
            }
            Kind::Authority => Tally {
                last_slot: header.slot,
                ..tally
            },
        }
    }
}

impl Rules {
    /// Announces a change, of a block at `height`, for the next epoch boundary that gives enough
    /// notice.
    fn announce(&mut self, height: Height, change: &ParamsChange) {
        let from = Height(
            height
                .0
                .saturating_add(MIN_NOTICE)
                .div_ceil(EPOCH)
                .saturating_mul(EPOCH),
        );
        match self.announced.last_mut() {
            // Changes of one epoch come into force together; what an earlier epoch announced stays
            // as it is.
            Some((at, earlier)) if *at == from => *earlier = merged(earlier, change),
            Some(_) | None => self.announced.push((from, change.clone())),
        }
    }

    /// Puts the first announced change in force, where the difficulty `in_force` would be required
    /// next.
    fn start(&mut self, in_force: Difficulty, now: work::WorkClock) {
        let (_, change) = self.announced.remove(0);
        // Other changes leave the schedule of the difficulty as it is.
        if change.difficulty.is_some() || change.retarget.is_some() {
            self.current.difficulty = change.difficulty.unwrap_or(in_force);
            if !mutant!(ForgetTheAnchor) {
                self.anchor = now;
            }
        }
        let current = &self.current;
        let retarget = change.retarget.unwrap_or(current.retarget);
        self.current = Tunable {
            difficulty: current.difficulty,
            retarget,
            authorities: change
                .authorities
                .unwrap_or_else(|| current.authorities.clone()),
        };
    }
}

/// Two changes as one: the later says what it names.
fn merged(earlier: &ParamsChange, later: &ParamsChange) -> ParamsChange {
    ParamsChange {
        difficulty: later.difficulty.or(earlier.difficulty),
        retarget: later.retarget.or(earlier.retarget),
        authorities: later
            .authorities
            .clone()
            .or_else(|| earlier.authorities.clone()),
    }
}
