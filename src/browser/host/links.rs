//! Simulated cuts of links. The receiving node drops the frames; nothing is really cut, as every frame
//! physically reaches every tab of the origin.

use super::nodes::Node;
use super::{Host, Output};
use crate::ipc::{ApiError, ToNode};

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
            (_, None) => Ok(Output::text(format!("The link {} is {what}.", done.join(" and ")))),
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
        if node.has_worker() { node.post(&ToNode::SetLink { from: id, cut }) } else { Ok(()) }
    }

    /// Tells a node that starts which of its links are cut.
    pub(super) fn post_cuts(&self, node: &Node) {
        let cuts: Vec<String> =
            self.cuts.borrow().iter().filter(|(_, to)| *to == node.name).map(|(from, _)| from.clone()).collect();
        for from in cuts {
            if let Ok(from) = self.id_of(&from)
                && let Err(error) = node.post(&ToNode::SetLink { from, cut: true })
            {
                self.bus.problem(error);
            }
        }
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
    ApiError::new("same_node", format!("expected two different nodes, found {name} twice"))
}
