//! Which node a name or an id means, and what is said where it means none here; how a person's name
//! is spelled.

use std::rc::Rc;

use super::machine::App;
use super::record::{Record, node_key};
use super::roster::Member;
use crate::ipc::Refusal;
use crate::primitives::NodeId;
use crate::refusal::NetworkError;

/// A person's name or address as the chain has it, however a person writes it: in lower case,
/// without spaces round it.
pub(super) fn spelled(given: &str) -> String {
    given.trim().to_ascii_lowercase()
}

impl App {
    /// The node of this name or id in this tab.
    ///
    /// # Errors
    /// `other_tab` if it runs elsewhere, else `unknown_node` with the names that there are.
    pub(super) fn own_node(&self, given: &str) -> Result<Rc<Member>, Refusal> {
        if let Some(node) = self.roster.find(given) {
            return Ok(node);
        }
        let name = self.node_name(given);
        let recorded = |name: &str| {
            let known = |record: &Record| record.nodes.iter().any(|node| node.name == name);
            self.store.read(known).unwrap_or(false)
        };
        let remote = |name: &str| {
            let model = self.bus.fresh();
            let mut nodes = model.nodes.iter();
            nodes.any(|node| !node.own && node.status.name == name)
        };
        if recorded(&name) || remote(&name) {
            return Err(NetworkError::OtherTab { node: name }.into());
        }
        let (known, found) = (self.roster.names(), given.to_owned());
        Err(NetworkError::UnknownNode { known, found }.into())
    }

    /// The name of a node of any tab that is given by its name or its id; what is neither stays as
    /// it is.
    pub(super) fn node_name(&self, given: &str) -> String {
        if let Some(node) = self.roster.find(given) {
            return node.name.clone();
        }
        let Ok(id) = given.to_ascii_lowercase().parse::<NodeId>() else {
            return given.to_owned();
        };
        let model = self.bus.fresh();
        let by_report = model
            .nodes
            .iter()
            .find(|node| node.status.id == id.to_string());
        if let Some(node) = by_report {
            return node.status.name.clone();
        }
        // A node that another tab has not started yet is known by the record only.
        let (network, record) = (self.store.network(), self.store.record());
        let entries = record.map(|record| record.nodes).unwrap_or_default();
        let by_record = network.and_then(|network| {
            let mut names = entries.into_iter().map(|entry| entry.name);
            names.find(|name| node_key(&network.seed, name).node_id() == id)
        });
        by_record.unwrap_or_else(|| given.to_owned())
    }

    /// The id of a node of any tab.
    pub(super) fn id_of(&self, name: &str) -> Result<String, Refusal> {
        let model = self.bus.fresh();
        match model.nodes.iter().find(|node| node.status.name == name) {
            Some(node) => Ok(node.status.id.clone()),
            None => self.own_node(name).map(|node| node.id.clone()),
        }
    }
}
