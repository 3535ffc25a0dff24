//! The rules that place a block, in plain words of their own: link, time, work or turn, and the
//! difficulty or weight that is required there. What the operator announced and when it comes into
//! force is followed from the transactions alone; the automatic difficulty is the textbook's
//! formula, in floating point.

use crate::consensus::{EPOCH, MIN_NOTICE, Params};
use crate::primitives::{Address, Block, BlockHash, Kind, ParamsChange, Payload, Retarget, Seal};

/// How far the integer approximation of 2^x may be from 2^x: 0.013 % by its specification, and some
/// rounding.
const TOLERANCE: f64 = 3e-4;
/// A gap between work blocks counts at least up to so many ideal intervals.
const LONGEST_GAP: u64 = 8;

/// What is in force for the next block of a chain, and what its blocks came to so far.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// The difficulty at the anchor: least and most.
    base: (u64, u64),
    retarget: Retarget,
    /// Of an authority's block, for ever.
    weight: u64,
    authorities: Vec<Address>,
    announced: Vec<(u64, ParamsChange)>,
    anchor: (u64, u64),
    work_blocks: u64,
    work_time: u64,
    last_work: u64,
    last_slot: u64,
    /// The checkpoints below the last block, the latest last.
    checkpoints: Vec<BlockHash>,
}

impl Rules {
    /// The rules of a network at its beginning.
    pub(super) fn new(params: &Params) -> Self {
        Self {
            base: (params.difficulty.0, params.difficulty.0),
            retarget: params.retarget,
            weight: params.authority_weight.0,
            authorities: params.authorities.clone(),
            announced: Vec::new(),
            anchor: (0, 0),
            work_blocks: 0,
            work_time: 0,
            last_work: params.genesis_time.0,
            last_slot: 0,
            checkpoints: Vec::new(),
        }
    }

    /// Whether the parameters are others than at the beginning, and the list of authorities.
    pub(super) fn changed(&self, params: &Params) -> (bool, bool) {
        let begin = Self::new(params);
        let same = (begin.base, begin.retarget) == (self.base, self.retarget);
        let list_changed = begin.authorities != self.authorities;
        (!same || list_changed, list_changed)
    }

    /// Checks a block and goes on to the rules for the next.
    pub(super) fn pass(
        &mut self,
        parent: &Block,
        block: &Block,
        params: &Params,
    ) -> Result<(), String> {
        let checked = check_position(parent, block, params)
            .and_then(|()| self.check_maker(block))
            .and_then(|()| self.check_orders(parent, block));
        checked.map_err(|what| format!("the block at height {} {what}", block.header.height))?;
        if parent.header.height.0.is_multiple_of(EPOCH) {
            self.checkpoints.push(parent.id());
        }
        self.count(block);
        Ok(())
    }

    /// The least and the most difficulty that the next work block may have.
    fn required(&self) -> (u64, u64) {
        let Retarget::Asert {
            ideal,
            half_life,
            min,
            max,
        } = self.retarget
        else {
            return self.base;
        };
        let blocks = self.work_blocks.saturating_sub(self.anchor.0);
        let passed = self.work_time.saturating_sub(self.anchor.1);
        let lead = ideal.0 as f64 * blocks as f64 - passed as f64;
        let factor = (lead / half_life.0.max(1) as f64).exp2();
        let bound =
            |base: u64, error: f64| ((base as f64 * factor * error) as u64).clamp(min.0, max.0);
        (
            bound(self.base.0, 1.0 - TOLERANCE),
            bound(self.base.1, 1.0 + TOLERANCE),
        )
    }

    fn check_maker(&self, block: &Block) -> Result<(), String> {
        let (header, found) = (&block.header, block.header.difficulty.0);
        if header.kind == Kind::Work {
            let (least, most) = self.required();
            return if (least..=most).contains(&found) {
                Ok(())
            } else {
                Err(format!(
                    "has difficulty {found}, expected {least} to {most}"
                ))
            };
        }
        if found != self.weight {
            return Err(format!("has the weight {found}, expected {}", self.weight));
        }
        let turn = usize::try_from(header.slot.0).unwrap_or(0) % self.authorities.len().max(1);
        if self.authorities.get(turn) != Some(&header.sealer.into())
            || header.slot.0 <= self.last_slot
        {
            return Err("is not by the one whose turn it is".to_owned());
        }
        Ok(())
    }

    /// Each order of the operator names one of the last two checkpoints below the parent, or
    /// genesis in the first block, and a last height that has not passed.
    fn check_orders(&self, parent: &Block, block: &Block) -> Result<(), String> {
        for transaction in &block.body.transactions {
            let body = &transaction.body;
            let Payload::SetParams(order) = &body.payload else {
                continue;
            };
            let first = parent.header.height.0 == 0 && order.ancestor == parent.id();
            let mut known = self.checkpoints.iter().rev().take(2);
            if !first && !known.any(|id| *id == order.ancestor) {
                return Err("holds an order of another branch or of long ago".to_owned());
            }
            if body.valid_until < block.header.height {
                return Err("holds an order that has run out, or never does".to_owned());
            }
        }
        Ok(())
    }

    fn count(&mut self, block: &Block) {
        let header = &block.header;
        if header.kind == Kind::Work {
            let gap = header.time.0.saturating_sub(self.last_work);
            let longest = match self.retarget {
                Retarget::Fixed => u64::MAX,
                Retarget::Asert {
                    ideal, half_life, ..
                } => half_life.0.max(ideal.0.saturating_mul(LONGEST_GAP)),
            };
            self.work_blocks = self.work_blocks.saturating_add(1);
            self.work_time = self.work_time.saturating_add(gap.min(longest));
            self.last_work = header.time.0;
        } else {
            self.last_slot = header.slot.0;
        }
        for transaction in &block.body.transactions {
            if let Payload::SetParams(order) = &transaction.body.payload {
                let from = header
                    .height
                    .0
                    .saturating_add(MIN_NOTICE)
                    .next_multiple_of(EPOCH);
                self.announced.push((from, order.change.clone()));
            }
        }
        self.come_into_force(header.height.0.saturating_add(1));
    }

    /// What was announced for a height comes into force together, the latest word on each counting.
    fn come_into_force(&mut self, height: u64) {
        let (due, later) = std::mem::take(&mut self.announced)
            .into_iter()
            .partition(|(from, _)| *from <= height);
        self.announced = later;
        let due: Vec<ParamsChange> = Vec::into_iter(due)
            .map(|(_, change): (u64, ParamsChange)| change)
            .collect();
        let difficulty = due
            .iter()
            .rev()
            .find_map(|change| change.difficulty.map(|it| it.0));
        let retarget = due.iter().rev().find_map(|change| change.retarget);
        if difficulty.is_some() || retarget.is_some() {
            self.base = difficulty.map_or_else(|| self.required(), |it| (it, it));
            self.anchor = (self.work_blocks, self.work_time);
        }
        self.retarget = retarget.unwrap_or(self.retarget);
        if let Some(list) = due.into_iter().rev().find_map(|change| change.authorities) {
            self.authorities = list;
        }
    }
}

fn check_position(parent: &Block, block: &Block, params: &Params) -> Result<(), String> {
    let header = &block.header;
    if header.parent != parent.id() || header.height.0 != parent.header.height.0.saturating_add(1) {
        return Err("does not follow its parent".to_owned());
    }
    if header.time.0 < parent.header.time.0.saturating_add(params.min_gap.0) {
        return Err("is too soon after its parent".to_owned());
    }
    let id = header.id();
    let leading =
        id.0.first_chunk()
            .map_or(0, |bytes| u64::from_be_bytes(*bytes));
    if header.kind == Kind::Work && leading > u64::MAX / header.difficulty.0.max(1) {
        return Err("lacks work".to_owned());
    }
    if header.kind == Kind::Authority
        && header.slot.0 != header.time.since(params.genesis_time).0 / params.slot.0
    {
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
