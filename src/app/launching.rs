//! Taking the nodes of the record into this tab: one at a time has each, by a lock on its name.

use std::rc::Rc;

use futures_util::FutureExt;

use super::machine::App;
use super::opening::Outcome;
use super::platform::Lock;
use super::record::{NodeEntry, database, node_key};
use super::roster::Member;
use super::side_by_side::side_by_side;
use crate::ipc::{Level, Refusal, Topic};
use crate::refusal::StartupError;

/// How long a start waits for a node's name: another tab may just be closing.
const NAME_WAIT_MS: u32 = 2_000;

impl App {
    /// Holds a node's name, so that no other tab runs it; nothing to hold where there are no locks.
    ///
    /// # Errors
    /// `other_tab`.
    pub(super) async fn hold_name(
        &self,
        node: &str,
        wait_ms: u32,
    ) -> Result<Option<Lock>, Refusal> {
        let name = self.lock_name(&format!("run:{node}"));
        match self.platform.lock(name, Some(wait_ms)).await {
            Ok(None) => {
                let node = node.to_owned();
                Err(StartupError::OtherTab { node }.into())
            }
            Ok(lock) => Ok(lock),
            Err(_) => Ok(None),
        }
    }

    /// Takes a recorded node into this tab without starting it.
    pub(super) async fn take(
        &self,
        entry: &NodeEntry,
        wait_ms: u32,
    ) -> Result<Rc<Member>, Refusal> {
        let lock = self.hold_name(&entry.name, wait_ms).await?;
        let network = self.network()?;
        let database = self
            .store
            .is_persistent()
            .then(|| database(&self.name, &network.chain_id, &entry.name));
        let key = node_key(&network.seed, &entry.name);
        Ok(self.adopt(Member::new(entry, key, database, lock)))
    }

    /// The databases of all recorded nodes, whichever tab has them.
    pub(super) fn databases(&self) -> Result<Vec<String>, Refusal> {
        let (network, record) = (self.network()?, self.record()?);
        if !self.store.is_persistent() {
            return Ok(Vec::new());
        }
        let of = |node: &NodeEntry| database(&self.name, &network.chain_id, &node.name);
        Ok(record.nodes.iter().map(of).collect())
    }

    /// Deletes databases; what is left is said.
    pub(super) async fn delete_databases(&self, names: &[String]) {
        let deletions = names
            .iter()
            .map(|name| self.platform.delete_database(name.clone()));
        for (name, outcome) in names.iter().zip(side_by_side(deletions.collect()).await) {
            if let Err(error) = outcome {
                let name = name.clone();
                self.bus.problem(StartupError::DeleteAll { name, error });
            }
        }
    }

    /// Takes a recorded node into this tab and starts it.
    ///
    /// # Errors
    /// `other_tab` if another tab has it, or why it does not start.
    pub(super) async fn bring_up(&self, entry: &NodeEntry, wait_ms: u32) -> Result<(), Refusal> {
        let node = self.take(entry, wait_ms).await?;
        self.start_node(&node).await
    }

    /// Starts every node of the record that no other tab runs; an error only if none came up.
    pub(super) async fn start_recorded_nodes(&self) -> Outcome {
        let mut entries = self.record()?.nodes;
        entries.retain(|entry| !self.roster.has(&entry.name));
        let starts = entries
            .iter()
            .map(|entry| self.bring_up(entry, NAME_WAIT_MS).boxed_local());
        let mut failure = None;
        for (entry, outcome) in entries.iter().zip(side_by_side(starts.collect()).await) {
            if let Err(error) = outcome {
                let text = format!("{} was not started: {error}", entry.name);
                self.bus.log(Level::Warn, Topic::Network, text);
                failure = Some(error);
            }
        }
        match failure {
            Some(error) if self.roster.up().is_empty() => Err(error),
            Some(_) | None => Ok(()),
        }
    }
}
