//! Finding where two chains part: a locator names blocks of one's best chain, dense near the head
//! and sparser further down, and the other side answers with the headers after the first one it
//! knows.

use crate::primitives::{BlockHash, Header, Height, Seal};

use super::Chain;

/// Most ids in a locator: ten near the head, then doubling steps down to genesis.
pub const MAX_LOCATOR: usize = 80;

impl Chain {
    /// Ids of the best chain from the head down: ten one by one, then at doubling distance, genesis
    /// last.
    #[must_use]
    pub fn locator(&self) -> Vec<BlockHash> {
        let mut ids = Vec::new();
        let mut step: u64 = 1;
        let mut height = self.height().0;
        while height > 0 && ids.len() + 1 < MAX_LOCATOR {
            ids.extend(self.at(Height(height)));
            if ids.len() >= 10 {
                step = step.saturating_mul(2);
            }
            height = height.saturating_sub(step);
        }
        ids.push(self.genesis);
        ids
    }

    /// Headers of the best chain after the first block of `locator` that is on it, or after genesis
    /// if none is; at most `limit`.
    #[must_use]
    pub fn headers_after(&self, locator: &[BlockHash], limit: usize) -> Vec<(Header, Seal)> {
        let common = locator
            .iter()
            .find(|id| self.on_best(id))
            .and_then(|id| self.height_of(id));
        let start = common.map_or(1, |height| {
            usize::try_from(height.0)
                .unwrap_or(usize::MAX)
                .saturating_add(1)
        });
        let ids = self.best.get(start..).unwrap_or(&[]).iter().take(limit);
        ids.filter_map(|id| self.get(id))
            .map(|entry| (entry.block.header, entry.block.seal))
            .collect()
    }
}
