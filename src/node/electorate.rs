//! Who votes: an authority of one of the sets that still count on its chain.

use crate::consensus::finality::{Blocks as _, Standing};
use crate::primitives::NodeKind;

use super::Node;

impl Node {
    /// Whether this node votes: it is in one of the sets that still count on its chain.
    pub(super) fn is_voter(&self) -> bool {
        self.identity.kind == NodeKind::Poa && self.has_a_voice()
    }

    fn has_a_voice(&self) -> bool {
        let (sets, id) = (self.chain.best_sets(), self.identity.id.into());
        let settled = sets
            .changes()
            .last()
            .is_none_or(|change| self.chain.standing(&change.block) == Standing::Final);
        sets.latest().contains(&id) || (!settled && sets.contains(&id))
    }
}
