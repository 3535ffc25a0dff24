//! Simulated links: which are cut, and what the others do to frames. The receiving nodes drop and
//! delay the frames; nothing is really cut, as every frame physically reaches every tab of the
//! origin.

use std::cell::{Cell, RefCell};

use crate::command::{Quality, Shape};
use crate::links::{Link, PerMille, Topology};
use crate::primitives::{Millis, NodeId};

/// Links of each node of a random network, at the least.
const DEGREE: u8 = 3;

/// What a person did to the links: names of sender and receiver of each cut one, and the quality of
/// all.
#[derive(Debug, Default)]
pub(super) struct Links {
    /// In the order of their names.
    cuts: RefCell<Vec<(String, String)>>,
    quality: Cell<Link>,
}

impl Links {
    /// Plain links, none of them cut.
    pub(super) fn reset(&self) {
        self.cuts.take();
        self.quality.take();
    }

    pub(super) fn all_cuts(&self) -> Vec<(String, String)> {
        self.cuts.borrow().clone()
    }

    /// The senders whose links to this node are cut.
    pub(super) fn cut_senders(&self, to: &str) -> Vec<String> {
        let cuts = self.cuts.borrow();
        let to_it = cuts.iter().filter(|(_, receiver)| receiver == to);
        to_it.map(|(from, _)| from.clone()).collect()
    }

    pub(super) fn set(&self, from: &str, to: &str, cut: bool) {
        let link = (from.to_owned(), to.to_owned());
        let mut cuts = self.cuts.borrow_mut();
        cuts.retain(|other| *other != link);
        if cut {
            let at = cuts.partition_point(|other| *other < link);
            cuts.insert(at, link);
        }
    }

    pub(super) fn quality(&self) -> Link {
        self.quality.get()
    }

    /// One quality of all links, in its unit.
    pub(super) fn value(&self, quality: Quality) -> u32 {
        get(&self.quality.get(), quality)
    }

    /// Changes qualities; gives the quality of all links after it.
    pub(super) fn change(&self, values: &[(Quality, u32)]) -> Link {
        let mut link = self.quality.get();
        for (quality, value) in values {
            set(&mut link, *quality, *value);
        }
        self.quality.set(link);
        link
    }
}

/// The directed links that a shape lacks, as pairs of names.
pub(super) fn cuts_of(
    shape: Shape,
    seed: u64,
    nodes: &[(String, NodeId)],
) -> Vec<(String, String)> {
    let topology = match shape {
        Shape::Mesh => Topology::FullMesh,
        Shape::Ring => Topology::Ring,
        Shape::Star => Topology::Star,
        Shape::Random => Topology::Random { degree: DEGREE },
    };
    let ids: Vec<NodeId> = nodes.iter().map(|(_, id)| *id).collect();
    let linked = topology.pairs(&ids, seed);
    let mut cuts = Vec::new();
    for (from, a) in nodes {
        for (to, b) in nodes.iter().filter(|(_, b)| b != a) {
            if !linked.contains(&(*a.min(b), *a.max(b))) {
                cuts.push((from.clone(), to.clone()));
            }
        }
    }
    cuts
}

fn get(link: &Link, quality: Quality) -> u32 {
    let small = |ms: Millis| u32::try_from(ms.0).unwrap_or(u32::MAX);
    let percent = |share: PerMille| u32::from(share.0 / 10);
    match quality {
        Quality::Latency => small(link.latency),
        Quality::Jitter => small(link.jitter),
        Quality::Loss => percent(link.loss),
        Quality::Copies => percent(link.duplication),
        Quality::Reorder => percent(link.reordering),
        Quality::Bandwidth => link.bandwidth.map_or(0, |bytes| bytes / 1_000),
    }
}

fn set(link: &mut Link, quality: Quality, value: u32) {
    let share = || PerMille(u16::try_from(value.saturating_mul(10)).unwrap_or(u16::MAX));
    match quality {
        Quality::Latency => link.latency = Millis(value.into()),
        Quality::Jitter => link.jitter = Millis(value.into()),
        Quality::Loss => link.loss = share(),
        Quality::Copies => link.duplication = share(),
        Quality::Reorder => link.reordering = share(),
        Quality::Bandwidth => link.bandwidth = (value > 0).then_some(value.saturating_mul(1_000)),
    }
}

/// The quality of all links in words.
pub(super) fn sentence(link: &Link) -> String {
    if *link == Link::default() {
        return "Links deliver every frame at once, in order.".to_owned();
    }
    let bandwidth = link.bandwidth.map_or_else(
        || "no limit".to_owned(),
        |bytes| format!("{} kB/s", bytes / 1_000),
    );
    format!(
        "Links: latency {} ms, jitter up to {} ms, {} % lost, {} % twice, {} % overtaken, bandwidth: {bandwidth}.",
        link.latency,
        link.jitter,
        link.loss.0 / 10,
        link.duplication.0 / 10,
        link.reordering.0 / 10,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quality_that_was_set_is_read_back_in_its_unit() {
        for quality in Quality::ALL {
            let mut link = Link::default();
            assert_eq!(get(&link, quality), 0, "{quality:?}");
            for value in [1, quality.most()] {
                set(&mut link, quality, value);
                assert_eq!(get(&link, quality), value, "{quality:?}");
            }
        }
    }
}
