//! The rules that place a block, in plain words of their own: link, time, work or turn, and how much of each is
//! required. What the operator announced and when it comes into force is followed from the transactions alone.

use crate::consensus::{EPOCH, MIN_NOTICE, Params};
use crate::primitives::{Address, Block, BlockHash, Kind, ParamsChange, Payload, Retarget, Seal};

/// What is in force for the next block of a chain, and what its blocks came to so far.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    changed: bool,
    authorities: Vec<Address>,
    weight: u64,
    /// The difficulty that the schedule began at, and with how many work blocks and milliseconds of work.
    base: (u64, u64, u64),
    retarget: Retarget,
    announced: Vec<(u64, ParamsChange)>,
    last_slot: u64,
    work_blocks: u64,
    /// Time between work blocks, pauses not counted.
    worked: u64,
    last_work: u64,
}

impl Rules {
    /// The rules of a network at its beginning.
    pub(super) fn new(params: &Params) -> Self {
        Self {
            changed: false,
            authorities: params.authorities.clone(),
            weight: params.authority_weight.0,
            base: (params.difficulty.0, 0, 0),
            retarget: params.retarget,
            announced: Vec::new(),
            last_slot: 0,
            work_blocks: 0,
            worked: 0,
            last_work: params.genesis_time.0,
        }
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
        let found = header.difficulty.0;
        if header.kind == Kind::Work {
            // A rounded power of two and an exact one may differ by one.
            let expected = self.difficulty();
            let fits = found.abs_diff(expected) <= u64::from(self.retarget != Retarget::Fixed);
            return if fits { Ok(()) } else { Err(format!("has difficulty {found}, expected {expected}")) };
        }
        let turn = usize::try_from(header.slot.0).unwrap_or(0) % self.authorities.len().max(1);
        if self.authorities.get(turn) != Some(&header.sealer.into()) || header.slot.0 <= self.last_slot {
            return Err("is not by the one whose turn it is".to_owned());
        }
        if found == self.weight { Ok(()) } else { Err(format!("weighs {found}, expected {}", self.weight)) }
    }

    /// The difficulty of the next work block: twice as much for each half life that the chain is ahead of its schedule.
    fn difficulty(&self) -> u64 {
        let (base, blocks, worked) = self.base;
        let Retarget::Asert { ideal, half_life, min, max } = self.retarget else { return base };
        let scheduled = (self.work_blocks - blocks) as f64 * ideal.0 as f64;
        let lead = scheduled - (self.worked - worked) as f64;
        let required = base as f64 * (lead / half_life.0 as f64).exp2();
        (required as u64).clamp(min.0, max.0)
    }

    fn count(&mut self, block: &Block) {
        let header = &block.header;
        match header.kind {
            Kind::Authority => self.last_slot = header.slot.0,
            Kind::Work => {
                let gap = header.time.0.saturating_sub(self.last_work);
                // A pause of more than eight ideal intervals, and of more than a half life, is none of the schedule's.
                let counted = match self.retarget {
                    Retarget::Fixed => gap,
                    Retarget::Asert { ideal, half_life, .. } => gap.min((8 * ideal.0).max(half_life.0)),
                };
                (self.work_blocks, self.worked, self.last_work) =
                    (self.work_blocks + 1, self.worked + counted, header.time.0);
            }
        }
        for transaction in &block.body.transactions {
            if let Payload::SetParams(change) = &transaction.body.payload {
                let from = header.height.0.saturating_add(MIN_NOTICE).next_multiple_of(EPOCH);
                self.announced.push((from, change.clone()));
            }
        }
        let next = header.height.0.saturating_add(1);
        let due = self.announced.extract_if(.., |(from, _)| *from <= next).map(|(_, change)| change);
        let due: Vec<ParamsChange> = due.collect();
        if !due.is_empty() {
            self.put_in_force(&due);
        }
    }

    /// All changes of one epoch come into force together; of those that name the same, the last.
    fn put_in_force(&mut self, changes: &[ParamsChange]) {
        self.changed = true;
        let retarget = changes.iter().rev().find_map(|change| change.retarget);
        let difficulty = changes.iter().rev().find_map(|change| change.difficulty);
        let weight = changes.iter().rev().find_map(|change| change.authority_weight);
        if retarget.is_some() || difficulty.is_some() {
            let base = difficulty.map_or_else(|| self.difficulty(), |difficulty| difficulty.0);
            self.base = (base, self.work_blocks, self.worked);
        }
        self.retarget = retarget.unwrap_or(self.retarget);
        let follows = difficulty.filter(|_| self.retarget == Retarget::Fixed);
        self.weight = weight.or(follows).map_or(self.weight, |weight| weight.0);
        let authorities = changes.iter().rev().find_map(|change| change.authorities.clone());
        self.authorities = authorities.unwrap_or_else(|| std::mem::take(&mut self.authorities));
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
