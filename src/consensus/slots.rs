//! Proof of authority: time is cut into slots since the genesis time, and the authorities take
//! turns.

use crate::primitives::{Address, Slot, Timestamp};

use super::Params;

/// The slot that `time` falls into; slot 0 for times before genesis.
#[must_use]
pub fn slot_at(params: &Params, time: Timestamp) -> Slot {
    Slot(time.since(params.genesis_time).0 / params.slot.0.max(1))
}

/// When `slot` begins: the genesis time and the length of all slots before it.
#[must_use]
pub fn slot_start(params: &Params, slot: Slot) -> Timestamp {
    Timestamp(
        params
            .genesis_time
            .0
            .saturating_add(slot.0.saturating_mul(params.slot.0)),
    )
}

/// Whose turn `slot` is; `None` without authorities.
#[must_use]
pub fn leader(authorities: &[Address], slot: Slot) -> Option<Address> {
    let count = u64::try_from(authorities.len())
        .ok()
        .filter(|count| *count > 0)?;
    let turn = if mutant!(LeaderOffByOne) {
        slot.0.saturating_add(1)
    } else {
        slot.0
    };
    authorities
        .get(usize::try_from(turn % count).ok()?)
        .copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::Address;

    #[test]
    fn authorities_take_turns_and_nobody_leads_an_empty_list() {
        let list = [Address([1; 32]), Address([2; 32])];
        assert_eq!(leader(&list, Slot(4)), Some(list[0]));
        assert_eq!(leader(&list, Slot(5)), Some(list[1]));
        assert_eq!(leader(&[], Slot(5)), None);
    }
}
