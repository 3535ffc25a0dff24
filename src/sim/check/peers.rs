//! Honest nodes never ban honest nodes, whatever the links and the hostile ones do.

use super::super::coverage::Sometimes;
use super::super::world::World;

impl World {
    pub(in super::super) fn check_peers(&mut self, seat: usize) {
        let now = self.latest_clock(seat);
        let Some(node) = &self.seats[seat].node else {
            return;
        };
        let ignored: Vec<_> = node
            .peer_table()
            .iter()
            .filter(|(_, peer)| peer.ignored(now))
            .map(|(id, _)| *id)
            .collect();
        for id in ignored {
            match self
                .seats
                .iter()
                .find(|other| other.id == id)
                .map(|other| other.plan.name.clone())
            {
                Some(name) => self.violate(
                    "peers",
                    Some(seat),
                    format!("expected to listen to {name}, found it ignored"),
                ),
                None => self.coverage.note(Sometimes::HostileIgnored),
            }
        }
    }
}
