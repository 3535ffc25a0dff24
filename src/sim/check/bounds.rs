//! What can grow keeps its bound.

use super::super::world::World;

impl World {
    pub(super) fn check_bounds(&mut self, seat: usize) {
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let over = node
            .bounded()
            .into_iter()
            .find(|(_, found, bound)| found > bound);
        if let Some((what, found, bound)) = over {
            self.violate(
                "bounds",
                Some(seat),
                format!("expected at most {bound} {what}, found {found}"),
            );
        }
    }
}
