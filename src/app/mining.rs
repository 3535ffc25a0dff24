//! What the miners of this tab are to do: the rate that follows from the network's record, and the
//! share of time that each has of the machine.

use std::cell::Cell;

use super::record::Record;
use crate::ipc::{NodeKind, Pace, Speed, TimeShare, YIELD_MS};
use crate::primitives::Difficulty;

/// What this tab asked of its miners lately.
#[derive(Debug, Default)]
pub(super) struct Mining {
    /// When miners were last asked to let the page go first.
    yielded: Cell<Option<f64>>,
}

impl Mining {
    /// Whether miners are to be asked again to let the page go first; then they are.
    pub(super) fn may_yield(&self, now: f64) -> bool {
        let lately = |at| now - at < YIELD_MS / 2.0;
        let may = !self.yielded.get().is_some_and(lately);
        if may {
            self.yielded.set(Some(now));
        }
        may
    }
}

/// How fast each miner hashes: the pace is shared by the miners that the network's record has,
/// whoever of them runs or is heard at the moment. So a miner that is cut off hashes no faster than
/// before.
pub(super) fn speed(record: &Record, difficulty: Difficulty) -> Speed {
    let ms = match record.pace {
        Pace::Interval { ms } => ms,
        Pace::Full => return Speed::Full,
        Pace::Max => return Speed::Max,
        Pace::Paused => return Speed::Paused,
    };
    let nodes = record.nodes.iter();
    let nodes = nodes.filter(|node| node.kind == NodeKind::Pow).count();
    let miners = nodes.max(1) as f64 * f64::from(record.miners.max(1));
    // A budget enters nothing that is hashed: floats are fine here.
    Speed::Budget(difficulty.0 as f64 * 1_000.0 / ms.max(1) as f64 / miners)
}

/// The share of time of the first miner of a node, given by its position among the nodes of this
/// tab that mine and by their number: all miners share the cores but one.
pub(super) fn time_share((node, nodes): (u32, u32), miners: u32, cores: u32) -> TimeShare {
    let (position, of) = (node * miners, nodes * miners);
    match cores.saturating_sub(1) {
        // A machine of one core has none to spare; its miners take half of it.
        0 => TimeShare {
            position,
            of: of * 2,
            at_once: 1,
        },
        spare if spare >= of => TimeShare::ALL,
        spare => TimeShare {
            position,
            of,
            at_once: spare,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::page_link::PageLink;
    use crate::app::record::Secrets;
    use crate::primitives::Timestamp;

    fn record(search: &str) -> Record {
        let secrets = Secrets {
            seed: [1; 32],
            salt: [1; 32],
        };
        let (link, _) = PageLink::parse(search);
        let name = "lab".parse().expect("a name");
        Record::new(&link, &name, secrets, Timestamp(1_000_000))
    }

    #[test]
    fn the_miners_of_the_record_share_the_pace() {
        let speed = |search| speed(&record(search), Difficulty(240));
        assert_eq!(speed("?pow=1&poa=3&pace=1"), Speed::Budget(240.0));
        assert_eq!(speed("?pow=3&pace=5"), Speed::Budget(16.0));
        assert_eq!(speed("?pow=3&pace=5&miners=4"), Speed::Budget(4.0));
        assert_eq!(speed("?pow=0&poa=1&pace=1"), Speed::Budget(240.0));
        assert_eq!(speed("?pace=full"), Speed::Full);
        assert_eq!(speed("?pace=max"), Speed::Max);
        assert_eq!(speed("?pace=pause"), Speed::Paused);
    }

    #[test]
    fn miners_share_the_time_only_where_they_outnumber_the_spare_cores() {
        assert_eq!(time_share((1, 3), 1, 4), TimeShare::ALL);
        let shared = TimeShare {
            position: 2,
            of: 6,
            at_once: 3,
        };
        assert_eq!(time_share((1, 3), 2, 4), shared);
        let alone = TimeShare {
            position: 0,
            of: 2,
            at_once: 1,
        };
        assert_eq!(time_share((0, 1), 1, 1), alone, "half of a single core");
    }

    #[test]
    fn miners_are_asked_to_yield_once_for_clicks_in_a_row() {
        let mining = Mining::default();
        assert!(mining.may_yield(0.0));
        assert!(!mining.may_yield(YIELD_MS / 2.0 - 1.0));
        assert!(mining.may_yield(YIELD_MS / 2.0));
    }
}
