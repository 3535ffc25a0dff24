//! Simulated links: which are cut, and what the others do to frames. The receiving nodes drop and delay the
//! frames; nothing is really cut, as every frame physically reaches every tab of the origin.

use std::rc::Rc;

use super::nodes::Node;
use super::{Host, Output};
use crate::command::{LinkChange, Quality, Shape};
use crate::ipc::{ApiError, Level, ToNode, Topic};
use crate::links::{Link, PerMille, Topology};
use crate::primitives::{Millis, NodeId};

/// Links of each node of a random network, at the least.
const DEGREE: u8 = 3;

impl Host {
    /// The directed links that are cut: names of sender and receiver.
    #[must_use]
    pub fn cuts(&self) -> Vec<(String, String)> {
        self.cuts.borrow().clone()
    }

    /// Makes exactly these directed links cut.
    ///
    /// # Errors
    /// An unknown node, or a receiver in another tab; nothing is changed then.
    pub fn set_cuts(&self, cuts: &[(String, String)]) -> Result<(), ApiError> {
        for (from, to) in cuts {
            self.id_of(from)?;
            self.own_node(to)?;
            if from == to {
                return Err(same(from));
            }
        }
        let before = self.cuts();
        for cut in before.iter().filter(|cut| !cuts.contains(cut)) {
            self.set_cut(&cut.0, &cut.1, false)?;
        }
        for cut in cuts.iter().filter(|cut| !before.contains(cut)) {
            self.set_cut(&cut.0, &cut.1, true)?;
        }
        Ok(())
    }

    pub(super) fn link_both_ways(&self, a: &str, b: &str, cut: bool) -> Result<Output, ApiError> {
        let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
        if a == b {
            return Err(same(&a));
        }
        self.id_of(&a)?;
        self.id_of(&b)?;
        let mut done = Vec::new();
        let mut refused = None;
        for (from, to) in [(&a, &b), (&b, &a)] {
            match self.own_node(to).and_then(|_| self.set_cut(from, to, cut)) {
                Ok(()) => done.push(format!("{from} to {to}")),
                Err(error) => refused = Some(error),
            }
        }
        let what = if cut { "cut" } else { "healed" };
        match (done.as_slice(), refused) {
            ([], Some(error)) => Err(error),
            (_, Some(_)) => Ok(Output::text(format!(
                "The link {} is {what}; the way back ends in another tab and stays as it is.",
                done.join(" and ")
            ))),
            (_, None) => Ok(Output::text(format!(
                "The link {} is {what}.",
                done.join(" and ")
            ))),
        }
    }

    fn set_cut(&self, from: &str, to: &str, cut: bool) -> Result<(), ApiError> {
        let id = self.id_of(from)?;
        let node = self.own_node(to)?;
        let link = (from.to_owned(), node.name.clone());
        let mut cuts = self.cuts.borrow_mut();
        match (cuts.binary_search(&link), cut) {
            (Err(at), true) => cuts.insert(at, link),
            (Ok(at), false) => drop(cuts.remove(at)),
            (Ok(_), true) | (Err(_), false) => {}
        }
        drop(cuts);
        // A node that does not run is told when it starts.
        if node.has_worker() {
            node.post(&ToNode::SetLink { from: id, cut })
        } else {
            Ok(())
        }
    }

    /// Tells a node that starts which of its links are cut.
    pub(super) fn post_cuts(&self, node: &Node) {
        let cuts: Vec<String> = self
            .cuts
            .borrow()
            .iter()
            .filter(|(_, to)| *to == node.name)
            .map(|(from, _)| from.clone())
            .collect();
        for from in cuts {
            if let Ok(from) = self.id_of(&from)
                && let Err(error) = node.post(&ToNode::SetLink { from, cut: true })
            {
                self.bus.problem(error);
            }
        }
    }

    /// Changes the shape of the network and the quality of its links.
    ///
    /// # Errors
    /// No network is open.
    pub fn change_links(&self, change: &LinkChange) -> Result<Output, ApiError> {
        let seed = self.network()?.chain_id.0;
        let mut link = self.quality.get();
        for (quality, value) in &change.values {
            set(&mut link, *quality, *value);
        }
        self.quality.set(link);
        let nodes = self.nodes.borrow().clone();
        if let Some(shape) = change.shape {
            self.set_cuts(&cuts_of(shape, seed_of(&seed), &nodes))?;
        }
        if !change.values.is_empty() {
            nodes
                .iter()
                .filter(|node| node.has_worker())
                .try_for_each(|node| self.post_quality(node))?;
        }
        let text = format!(
            "{} {} directed links are cut.",
            sentence(&link),
            self.cuts.borrow().len()
        );
        if *change != LinkChange::default() {
            self.bus.say(Level::Info, Topic::Network, text.clone());
        }
        Ok(Output::text(text))
    }

    /// Tells a node what its links do to frames.
    pub(super) fn post_quality(&self, node: &Node) -> Result<(), ApiError> {
        let seed = seed_of(&self.network()?.chain_id.0);
        node.post(&ToNode::SetLinks {
            seed,
            link: borsh::to_vec(&self.quality.get()).unwrap_or_default(),
        })
    }

    /// The id of a node of any tab.
    fn id_of(&self, name: &str) -> Result<String, ApiError> {
        let model = self.bus.fresh();
        match model.nodes.iter().find(|node| node.status.name == name) {
            Some(node) => Ok(node.status.id.clone()),
            None => self.own_node(name).map(|node| node.id.clone()),
        }
    }
}

fn same(name: &str) -> ApiError {
    ApiError::new(
        "same_node",
        format!("expected two different nodes, found {name} twice"),
    )
}

/// All random choices of the links follow from the network.
fn seed_of(chain_id: &[u8; 32]) -> u64 {
    chain_id
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// The directed links that a shape lacks, as pairs of names.
fn cuts_of(shape: Shape, seed: u64, nodes: &[Rc<Node>]) -> Vec<(String, String)> {
    let topology = match shape {
        Shape::Mesh => Topology::FullMesh,
        Shape::Ring => Topology::Ring,
        Shape::Star => Topology::Star,
        Shape::Random => Topology::Random { degree: DEGREE },
    };
    let ids: Vec<NodeId> = nodes
        .iter()
        .filter_map(|node| node.id.parse().ok())
        .collect();
    let linked = topology.pairs(&ids, seed);
    let mut cuts = Vec::new();
    for (from, a) in nodes.iter().zip(&ids) {
        for (to, b) in nodes.iter().zip(&ids).filter(|(_, b)| *b != a) {
            if !linked.contains(&(*a.min(b), *a.max(b))) {
                cuts.push((from.name.clone(), to.name.clone()));
            }
        }
    }
    cuts
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

fn sentence(link: &Link) -> String {
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
