//! Links: what becomes of a frame on its way from one node to another. Each directed link has a
//! delay, jitter, loss, duplication, reordering, a bandwidth, and may be cut.
//!
//! A medium that reaches everybody at once is given the shape of a network by its receivers: each
//! asks this table about every frame before the node sees it. The fate of a frame follows from the
//! network's seed, sender, receiver and sequence alone, so all who look at a link agree on it, and
//! a run repeats. A simulator and a browser's transport use the same table. Integers only.
//!
//! Bounds: a link's frames wait at most [`MAX_QUEUE`] for its bandwidth; what comes then is lost.

use std::collections::{BTreeMap, BTreeSet};

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::{Instant, Millis, NodeId, SplitMix64};

/// Longest time that a frame waits for the frames before it: a router's buffer is finite.
pub const MAX_QUEUE: Millis = Millis(10_000);

/// A probability in thousandths; 1,000 and above is certain.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, BorshSerialize, BorshDeserialize,
)]
pub struct PerMille(pub u16);

/// One directed link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Link {
    /// Whether nothing passes, whatever else is set.
    pub cut: bool,
    /// Least delay of a frame, its time of sending not counted.
    pub latency: Millis,
    /// Most that is added to the delay, evenly distributed. It keeps the order of the frames.
    pub jitter: Millis,
    /// Share of the frames that are lost.
    pub loss: PerMille,
    /// Share of the frames that come twice, the copy later by another delay.
    pub duplication: PerMille,
    /// Frames that are held back by another delay, so that later ones overtake them.
    pub reordering: PerMille,
    /// Bytes per second; `None` for no limit.
    pub bandwidth: Option<u32>,
}

/// Which nodes are linked; all other links are cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Topology {
    /// Each with each.
    FullMesh,
    /// Each with its two neighbours in the order of the list.
    Ring,
    /// All with the first of the list.
    Star,
    /// A ring with random chords until each node has at least this many links.
    Random {
        /// Links of each node, at the least; never more than there are other nodes.
        degree: u8,
    },
}

/// The links of a network: one setting for all, and others for some.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct LinkTable {
    /// All random choices follow from it.
    pub seed: u64,
    /// The setting of every link without one of its own.
    pub default: Link,
    overrides: BTreeMap<(NodeId, NodeId), Link>,
}

/// What the receiver of a directed link remembers of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// The link is busy sending until then.
    busy_until: Instant,
    /// When the last frame that was not held back arrives.
    last_arrival: Instant,
}

/// When a frame arrives: not at all, once, or twice.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrivals {
    /// When the frame comes; `None` where it is lost.
    pub first: Option<Instant>,
    /// When its copy comes; `None` where there is none.
    pub copy: Option<Instant>,
}

/// Draws for the fate of one frame.
struct Draws(SplitMix64);

impl Draws {
    fn hits(&mut self, chance: PerMille) -> bool {
        self.0.below(1_000) < u64::from(chance.0)
    }

    fn up_to(&mut self, most: Millis) -> Millis {
        Millis(self.0.below(most.0.saturating_add(1)))
    }
}

impl LinkTable {
    /// A full mesh of equal links.
    #[must_use]
    pub const fn new(seed: u64, default: Link) -> Self {
        Self {
            seed,
            default,
            overrides: BTreeMap::new(),
        }
    }

    /// The link from one node to another.
    #[must_use]
    pub fn link(&self, from: &NodeId, to: &NodeId) -> Link {
        self.overrides
            .get(&(*from, *to))
            .copied()
            .unwrap_or(self.default)
    }

    /// Gives a directed link a setting of its own.
    pub fn set(&mut self, from: NodeId, to: NodeId, link: Link) {
        self.overrides.insert((from, to), link);
    }

    /// Cuts or heals a directed link; its other settings stay.
    pub fn set_cut(&mut self, from: NodeId, to: NodeId, cut: bool) {
        self.set(
            from,
            to,
            Link {
                cut,
                ..self.link(&from, &to)
            },
        );
    }

    /// Heals the links of a topology among `nodes` and cuts all others among them; the other
    /// settings stay.
    pub fn arrange(&mut self, topology: Topology, nodes: &[NodeId]) {
        let linked = topology.pairs(nodes, self.seed);
        for from in nodes {
            for to in nodes.iter().filter(|to| *to != from) {
                let pair = if from < to {
                    (*from, *to)
                } else {
                    (*to, *from)
                };
                self.set_cut(*from, *to, !linked.contains(&pair));
            }
        }
    }

    /// When a frame of `length` bytes, the `sequence`-th of its sender, that was sent at `now`
    /// arrives. The line is that of the link, new at first.
    pub fn carry(
        &self,
        line: &mut Line,
        (from, to): (&NodeId, &NodeId),
        sequence: u64,
        length: usize,
        now: Instant,
    ) -> Arrivals {
        let link = self.link(from, to);
        let mut draws = self.draws(from, to, sequence);
        if link.cut || draws.hits(link.loss) {
            return Arrivals::default();
        }
        let begins = line.busy_until.max(now);
        if begins.since(now) > MAX_QUEUE {
            return Arrivals::default();
        }
        line.busy_until = begins.plus(sending_time(length, link.bandwidth));
        let delay =
            |draws: &mut Draws| Millis(link.latency.0.saturating_add(draws.up_to(link.jitter).0));
        let in_order = line
            .busy_until
            .plus(delay(&mut draws))
            .max(line.last_arrival);
        let first = if draws.hits(link.reordering) {
            in_order.plus(Millis(delay(&mut draws).0.max(1)))
        } else {
            line.last_arrival = in_order;
            in_order
        };
        let copy = draws
            .hits(link.duplication)
            .then(|| first.plus(delay(&mut draws)));
        Arrivals {
            first: Some(first),
            copy,
        }
    }

    fn draws(&self, from: &NodeId, to: &NodeId, sequence: u64) -> Draws {
        // Node ids are public keys: any eight bytes of one tell it from the others.
        let part = |node: &NodeId| {
            node.0
                .first_chunk()
                .map_or(0, |bytes| u64::from_le_bytes(*bytes))
        };
        let mut random = SplitMix64::new(self.seed);
        for key in [part(from), part(to), sequence] {
            random = SplitMix64::new(random.draw() ^ key);
        }
        Draws(random)
    }
}

impl Topology {
    /// The pairs that are linked, the smaller id first.
    #[must_use]
    pub fn pairs(self, nodes: &[NodeId], seed: u64) -> BTreeSet<(NodeId, NodeId)> {
        let mut pairs = BTreeSet::new();
        let mut link = |a: &NodeId, b: &NodeId| {
            if a != b {
                pairs.insert(if a < b { (*a, *b) } else { (*b, *a) });
            }
        };
        let ring = nodes.iter().zip(nodes.iter().cycle().skip(1));
        match self {
            Self::FullMesh => nodes
                .iter()
                .for_each(|a| nodes.iter().for_each(|b| link(a, b))),
            Self::Ring => ring.for_each(|(a, b)| link(a, b)),
            Self::Star => nodes.iter().for_each(|node| link(&nodes[0], node)),
            Self::Random { degree } => {
                ring.for_each(|(a, b)| link(a, b));
                add_chords(&mut pairs, nodes, usize::from(degree), seed);
            }
        }
        pairs
    }
}

/// Links nodes that have too few with random others.
fn add_chords(pairs: &mut BTreeSet<(NodeId, NodeId)>, nodes: &[NodeId], degree: usize, seed: u64) {
    let degree = degree.min(nodes.len().saturating_sub(1));
    let mut random = SplitMix64::new(seed);
    for node in nodes {
        while pairs.iter().filter(|(a, b)| a == node || b == node).count() < degree {
            let Some(other) = nodes.get(random.index(nodes.len())) else {
                return;
            };
            if other != node {
                pairs.insert(if node < other {
                    (*node, *other)
                } else {
                    (*other, *node)
                });
            }
        }
    }
}

/// How long a link is busy with a frame.
fn sending_time(length: usize, bandwidth: Option<u32>) -> Millis {
    let Some(bandwidth) = bandwidth else {
        return Millis(0);
    };
    let bits = u64::try_from(length)
        .unwrap_or(u64::MAX)
        .saturating_mul(1_000);
    Millis(bits.div_ceil(u64::from(bandwidth.max(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Instant = Instant(1_000_000);

    fn node(n: u8) -> NodeId {
        NodeId([n; 32])
    }

    fn arrivals(link: Link, count: u64) -> Vec<Arrivals> {
        let table = LinkTable::new(7, link);
        let mut line = Line::default();
        let carry = |sequence| {
            table.carry(
                &mut line,
                (&node(1), &node(2)),
                sequence,
                100,
                NOW.plus(Millis(sequence)),
            )
        };
        (0..count).map(carry).collect()
    }

    #[test]
    fn a_plain_link_delivers_everything_at_once_and_a_cut_one_nothing() {
        let at = |sequence| Arrivals {
            first: Some(NOW.plus(Millis(sequence))),
            copy: None,
        };
        assert_eq!(arrivals(Link::default(), 3), [at(0), at(1), at(2)]);
        let cut = Link {
            cut: true,
            ..Link::default()
        };
        assert_eq!(arrivals(cut, 3), [Arrivals::default(); 3]);
    }

    #[test]
    fn losses_and_copies_come_about_as_often_as_the_link_says() {
        let frames = arrivals(
            Link {
                loss: PerMille(300),
                duplication: PerMille(100),
                ..Link::default()
            },
            10_000,
        );
        let lost = frames.iter().filter(|frame| frame.first.is_none()).count();
        let copied = frames.iter().filter(|frame| frame.copy.is_some()).count();
        assert!(
            lost.abs_diff(3_000) < 200 && copied.abs_diff(700) < 100,
            "{lost} lost, {copied} copied"
        );
        assert!(
            frames
                .iter()
                .all(|frame| frame.first.is_some() || frame.copy.is_none())
        );
    }

    #[test]
    fn jitter_keeps_the_order_and_only_reordering_breaks_it() {
        let times = |link| -> Vec<Instant> {
            arrivals(link, 500)
                .iter()
                .filter_map(|frame| frame.first)
                .collect()
        };
        let jitter = Link {
            latency: Millis(20),
            jitter: Millis(100),
            ..Link::default()
        };
        assert!(times(jitter).is_sorted());
        assert!(
            times(jitter)
                .iter()
                .zip(0..)
                .all(|(at, sent)| at.since(NOW.plus(Millis(sent))).0 >= 20)
        );
        assert!(
            !times(Link {
                reordering: PerMille(100),
                ..jitter
            })
            .is_sorted()
        );
    }

    #[test]
    fn bandwidth_makes_frames_wait_for_each_other_and_a_long_queue_loses_them() {
        let table = LinkTable::new(
            7,
            Link {
                bandwidth: Some(1_000),
                ..Link::default()
            },
        );
        let mut line = Line::default();
        let mut carry = |sequence, length| {
            table
                .carry(&mut line, (&node(1), &node(2)), sequence, length, NOW)
                .first
        };
        assert_eq!(carry(1, 500), Some(NOW.plus(Millis(500))));
        assert_eq!(carry(2, 500), Some(NOW.plus(Millis(1_000))));
        assert_eq!(carry(3, 10_000), Some(NOW.plus(Millis(11_000))));
        assert_eq!(
            carry(4, 1),
            None,
            "the queue is longer than {} ms",
            MAX_QUEUE.0
        );
    }

    #[test]
    fn the_fate_of_a_frame_follows_from_seed_ends_and_sequence() {
        let link = Link {
            loss: PerMille(500),
            jitter: Millis(1_000),
            ..Link::default()
        };
        let fate = |seed, from, to, sequence| {
            LinkTable::new(seed, link).carry(
                &mut Line::default(),
                (&node(from), &node(to)),
                sequence,
                1,
                NOW,
            )
        };
        let all = |seed, from, to| {
            (0..64)
                .map(|sequence| fate(seed, from, to, sequence))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(1, 1, 2), all(1, 1, 2));
        assert!(
            all(1, 1, 2) != all(2, 1, 2)
                && all(1, 1, 2) != all(1, 2, 1)
                && all(1, 1, 2) != all(1, 1, 3)
        );
    }

    fn degrees(topology: Topology, count: u8) -> Vec<usize> {
        let nodes: Vec<NodeId> = (1..=count).map(node).collect();
        let mut table = LinkTable::new(3, Link::default());
        table.arrange(topology, &nodes);
        let linked =
            |a: &NodeId, b: &NodeId| a != b && !table.link(a, b).cut && !table.link(b, a).cut;
        nodes
            .iter()
            .map(|a| nodes.iter().filter(|b| linked(a, b)).count())
            .collect()
    }

    #[test]
    fn topologies_link_whom_they_say() {
        assert_eq!(degrees(Topology::FullMesh, 5), [4; 5]);
        assert_eq!(degrees(Topology::Ring, 5), [2; 5]);
        assert_eq!(degrees(Topology::Star, 5), [4, 1, 1, 1, 1]);
        assert!(
            degrees(Topology::Random { degree: 4 }, 12)
                .iter()
                .all(|links| (4..12).contains(links))
        );
        assert_eq!(
            degrees(Topology::Random { degree: 9 }, 3),
            [2; 3],
            "no more than there are others"
        );
        assert_eq!(degrees(Topology::Ring, 1), [0]);
        assert_eq!(degrees(Topology::Star, 0), [0; 0]);
    }

    #[test]
    fn a_setting_belongs_to_one_direction_and_the_table_travels_as_bytes() {
        let mut table = LinkTable::new(
            3,
            Link {
                latency: Millis(20),
                ..Link::default()
            },
        );
        table.set_cut(node(1), node(2), true);
        assert!(table.link(&node(1), &node(2)).cut && !table.link(&node(2), &node(1)).cut);
        assert_eq!(table.link(&node(1), &node(2)).latency, Millis(20));
        let bytes = borsh::to_vec(&table).unwrap();
        assert_eq!(borsh::from_slice::<LinkTable>(&bytes).unwrap(), table);
    }
}
