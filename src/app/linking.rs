//! Cuts, shapes and qualities as a person asks for them: each node gets what concerns its own
//! links.

use std::rc::Rc;

use super::links::{cuts_of, sentence};
use super::machine::App;
use super::output::Output;
use super::roster::Member;
use crate::command::{LinkChange, Quality};
use crate::ipc::{Level, Refusal, ToNode, Topic};
use crate::refusal::NetworkError;

impl App {
    /// The directed links that are cut: names of sender and receiver.
    #[must_use]
    pub fn cuts(&self) -> Vec<(String, String)> {
        self.links.all_cuts()
    }

    /// What every link does to frames now, in the unit of the quality.
    #[must_use]
    pub fn quality(&self, quality: Quality) -> u32 {
        self.links.value(quality)
    }

    /// Makes exactly these directed links cut; a node is given by its name or its id.
    ///
    /// # Errors
    /// An unknown node, or a receiver in another tab; nothing is changed then.
    pub fn set_cuts(&self, cuts: &[(String, String)]) -> Result<(), Refusal> {
        let named = |(from, to): &(String, String)| (self.node_name(from), self.node_name(to));
        let cuts: Vec<(String, String)> = cuts.iter().map(named).collect();
        for (from, to) in &cuts {
            self.id_of(from)?;
            self.own_node(to)?;
            if from == to {
                return Err(same(from));
            }
        }
        let before = self.cuts();
        for (from, to) in before.iter().filter(|cut| !cuts.contains(cut)) {
            self.set_cut(from, to, false)?;
        }
        for (from, to) in cuts.iter().filter(|cut| !before.contains(cut)) {
            self.set_cut(from, to, true)?;
        }
        Ok(())
    }

    pub(super) fn link_both_ways(&self, a: &str, b: &str, cut: bool) -> Result<Output, Refusal> {
        let [a, b] = [a, b].map(|node| self.node_name(&node.to_ascii_lowercase()));
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

    pub(super) fn set_cut(&self, from: &str, to: &str, cut: bool) -> Result<(), Refusal> {
        let id = self.id_of(from)?;
        let node = self.own_node(to)?;
        self.links.set(from, &node.name, cut);
        // A node that does not run gets it when it starts.
        if node.has_worker() {
            node.post(&ToNode::SetLink { from: id, cut })
        } else {
            Ok(())
        }
    }

    /// Changes the shape of the network and the quality of its links.
    ///
    /// # Errors
    /// No network is open.
    pub fn change_links(&self, change: &LinkChange) -> Result<Output, Refusal> {
        let seed = self.link_seed()?;
        let link = self.links.change(&change.values);
        let nodes = self.roster.all();
        if let Some(shape) = change.shape {
            let named = |node: &Rc<Member>| Some((node.name.clone(), node.id.parse().ok()?));
            let nodes: Vec<_> = nodes.iter().filter_map(named).collect();
            self.set_cuts(&cuts_of(shape, seed, &nodes))?;
        }
        if !change.values.is_empty() {
            let mut running = nodes.iter().filter(|node| node.has_worker());
            running.try_for_each(|node| self.post_quality(node, link))?;
        }
        let text = format!(
            "{} {} directed links are cut.",
            sentence(&link),
            self.cuts().len()
        );
        if *change != LinkChange::default() {
            self.bus.log(Level::Info, Topic::Network, text.clone());
        }
        Ok(Output::text(text))
    }
}

fn same(name: &str) -> Refusal {
    let node = name.to_owned();
    NetworkError::SameNode { node }.into()
}
