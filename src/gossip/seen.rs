//! Ids that were seen, in two generations: when the young one is full the old one is forgotten, so
//! an id is remembered for at least [`SEEN_GENERATION`] others and memory stays bounded.

use std::collections::BTreeSet;

/// Ids per generation: more than the mempool holds, so that no waiting transaction is fetched
/// twice.
pub const SEEN_GENERATION: usize = 8_192;

/// A bounded set of ids.
#[derive(Clone, Debug)]
pub struct Seen<T> {
    young: BTreeSet<T>,
    old: BTreeSet<T>,
}

impl<T> Default for Seen<T> {
    fn default() -> Self {
        Self {
            young: BTreeSet::new(),
            old: BTreeSet::new(),
        }
    }
}

impl<T: Ord> Seen<T> {
    /// Remembers an id; whether it is new.
    pub fn insert(&mut self, id: T) -> bool {
        if self.contains(&id) {
            return false;
        }
        if self.young.len() >= SEEN_GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(id)
    }

    /// Number of ids in the larger generation.
    #[must_use]
    pub fn generation(&self) -> usize {
        self.young.len().max(self.old.len())
    }

    /// Forgets an id, so that it counts as new again.
    pub fn remove(&mut self, id: &T) {
        self.young.remove(id);
        self.old.remove(id);
    }

    /// Whether an id is remembered.
    #[must_use]
    pub fn contains(&self, id: &T) -> bool {
        self.young.contains(id) || self.old.contains(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_remembered_for_a_generation_and_memory_is_bounded() {
        let mut seen = Seen::default();
        assert!(seen.insert(0_usize));
        assert!(!seen.insert(0));
        for id in 1..=SEEN_GENERATION {
            seen.insert(id);
        }
        assert!(seen.contains(&0));
        for id in SEEN_GENERATION + 1..=SEEN_GENERATION * 3 {
            seen.insert(id);
        }
        assert!(!seen.contains(&0));
        assert!(seen.young.len() + seen.old.len() <= 2 * SEEN_GENERATION);
    }
}
