//! The sets of authorities that vote on a chain: they follow from its blocks alone.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::consensus::finality::{Change, Sets};
use crate::primitives::{Address, BlockHash, Height};
use crate::state::Context;

/// The sets of authorities on a chain whose last block has this context.
///
/// Only who belongs to a set counts, not the order of turns. Whoever a change takes away has no
/// voice any more in the demands that it leaves on the sets before: the operator may have removed
/// it because it is lost for good, and it could keep the change from becoming final for ever. Where
/// nobody would be left, all keep their voice.
pub(super) fn sets_after(
    (below, sets): (&Context, &Rc<Sets>),
    context: &Context,
    block: BlockHash,
    height: Height,
) -> Rc<Sets> {
    let members = |context: &Context| -> BTreeSet<Address> {
        context.rules.current.authorities.iter().copied().collect()
    };
    if Rc::ptr_eq(&below.rules, &context.rules) {
        return Rc::clone(sets);
    }
    let (before, after) = (members(below), members(context));
    if before == after {
        return Rc::clone(sets);
    }
    let mut lost: Vec<Address> = before.difference(&after).copied().collect();
    if lost.len() == before.len() {
        lost.clear();
    }
    Rc::new(sets.as_ref().clone().with(Change {
        block,
        height,
        authorities: context.rules.current.authorities.clone(),
        lost,
    }))
}
