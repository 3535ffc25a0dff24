//! Opening a network in one of several tabs: what the platform offers, the network's record, this tab's
//! part in it, the nodes.
//!
//! One tab at a time hosts a network: it has the lock of that name. The others watch with a validating
//! node in memory, and the next of them takes over when the lock comes free.

use std::rc::Rc;

use futures_util::future::join_all;

use super::machine::App;
use super::platform::{Lock, PageEvent, random};
use super::record::{NodeEntry, Record};
use super::roster::{Node, Outcome};
use crate::ipc::{ApiError, Level, NodeKind, Topic};
use crate::primitives::{Keypair, to_hex};
use crate::refusal::{Limit, LinkError, PlatformError, StartupError};
use crate::view::{TabMode, Update};

/// A reloaded page waits this long for its former self to let go before it takes another tab for the host.
const ROLE_WAIT_MS: u32 = 500;
/// How long a start waits for a node's name: another tab may just be closing.
const NAME_WAIT_MS: u32 = 2_000;
/// Longest wait for another tab that writes the record.
const RECORD_WAIT_MS: u32 = 5_000;

impl App {
    /// Opens the network and settles the outcome.
    pub(super) async fn start(self: Rc<Self>) {
        let outcome = self.try_start().await;
        if let Err(error) = &outcome {
            self.bus.problem(error.clone());
        }
        self.opening.settle(outcome);
    }

    async fn try_start(&self) -> Outcome {
        for missing in self.platform.missing() {
            if missing == PlatformError::NoLocks {
                self.bus.problem(missing.limited(Limit::OneTab));
            } else if missing != PlatformError::NoIndexedDb {
                return Err(missing.into());
            }
            // Of a missing database the store has reported.
        }
        random::<1>(&*self.platform)?;
        self.read_record().await?;
        self.watch_page();
        let role = self
            .platform
            .lock(self.lock_name("host"), Some(ROLE_WAIT_MS));
        match role.await {
            Ok(Some(lock)) => self.become_host(Some(lock)).await,
            Ok(None) => {
                self.await_succession();
                self.become_viewer().await
            }
            // Reported already: without locks this tab cannot know of others.
            Err(_) => self.become_host(None).await,
        }
    }

    /// The name of a lock of this network; a network that lives in this tab only shares none.
    pub(super) fn lock_name(&self, what: &str) -> String {
        if self.store.is_persistent() {
            format!("aurex:{}:{what}", self.name)
        } else {
            format!("aurex:{}:{}:{what}", self.name, self.tab)
        }
    }

    /// Loads the record, or makes one. Two tabs do not make two.
    async fn read_record(&self) -> Outcome {
        let turn = self
            .platform
            .lock(self.lock_name("record"), Some(RECORD_WAIT_MS));
        let turn = turn.await;
        let (found, problem) = self.store.load();
        if let Some(problem) = problem {
            self.bus.problem(problem);
        }
        let mut record = match found {
            Some(record) => {
                self.compare_with_link(&record);
                record
            }
            None => {
                let secrets = self.store.secrets()?;
                Record::new(&self.link, &self.name, secrets, self.platform.now())
            }
        };
        record.pace = self.link.pace.unwrap_or(record.pace);
        record.miners = self.link.miners.unwrap_or(record.miners);
        self.put_record(record)?;
        drop(turn);
        Ok(())
    }

    /// A link cannot change the shape of a network that is there already.
    fn compare_with_link(&self, record: &Record) {
        let count = |kind| record.nodes.iter().filter(|node| node.kind == kind).count();
        let (pow, poa) = (count(NodeKind::Pow), count(NodeKind::Poa));
        let differs = |link: Option<u32>, kept: usize| {
            link.is_some_and(|link| usize::try_from(link) != Ok(kept))
        };
        let digits = self.link.difficulty;
        // Without `net` the shape is the name; nodes that were added since are no surprise.
        if self.link.net.is_some()
            && (differs(self.link.pow, pow)
                || differs(self.link.poa, poa)
                || digits.is_some_and(|digits| digits != record.difficulty))
        {
            self.bus.problem(LinkError::Exists {
                network: self.name.clone(),
                pow,
                poa,
                difficulty: record.difficulty,
            });
        }
    }

    /// Makes a record the current one, writes it, and does what it says.
    fn put_record(&self, record: Record) -> Outcome {
        let before = self.store.record();
        let kept = self.store.keep(record)?;
        if let Some(error) = kept.unwritten {
            self.bus.problem(error);
        }
        let other_network = kept.begun.is_some();
        if let Some(network) = kept.begun {
            self.bus.push(Update::Network {
                name: self.name.to_string(),
                chain_id: network.chain_id.to_string(),
            });
            self.wallet.forget_nonces();
        }
        self.follow_record(before, other_network);
        Ok(())
    }

    /// Does what the current record says, after the one before it.
    fn follow_record(&self, before: Option<Record>, other_network: bool) {
        let Some(record) = self.store.record() else {
            return;
        };
        self.bus.push(Update::Pace(record.pace));
        self.bus.push(Update::LogLevel(record.log));
        if other_network || before.is_none_or(|before| before.users != record.users) {
            self.name_users();
        }
        self.share_out();
        self.share_events();
    }

    /// Changes the record as it is stored now, not as this tab last saw it.
    ///
    /// # Errors
    /// The refusal of `change`; nothing changes then.
    pub(super) async fn change_record(
        &self,
        change: impl FnOnce(&mut Record) -> Outcome,
    ) -> Outcome {
        let turn = self
            .platform
            .lock(self.lock_name("record"), Some(RECORD_WAIT_MS));
        let turn = turn.await;
        let (stored, _) = self.store.load();
        let mut record = match stored {
            Some(record) => record,
            None => self.record()?,
        };
        change(&mut record)?;
        self.put_record(record)?;
        drop(turn);
        Ok(())
    }

    fn set_mode(&self, mode: TabMode) {
        self.opening.set_mode(mode);
        self.bus.push(Update::Mode(mode));
    }

    async fn become_host(&self, role: Option<Lock>) -> Outcome {
        self.opening.hold_role(role);
        self.set_mode(TabMode::Host);
        self.start_recorded_nodes().await
    }

    /// Starts every node of the record that no other tab runs; an error only if none came up.
    pub(super) async fn start_recorded_nodes(&self) -> Outcome {
        let mut entries = self.record()?.nodes;
        entries.retain(|entry| !self.roster.has(&entry.name));
        let starts = entries
            .iter()
            .map(|entry| self.bring_up(entry, NAME_WAIT_MS));
        let mut failure = None;
        for (entry, outcome) in entries.iter().zip(join_all(starts).await) {
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

    /// Holds a node's name, so that no other tab runs it; nothing to hold where there are no locks.
    ///
    /// # Errors
    /// `other_tab`.
    pub(super) async fn hold_name(
        &self,
        node: &str,
        wait_ms: u32,
    ) -> Result<Option<Lock>, ApiError> {
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

    async fn become_viewer(&self) -> Outcome {
        self.set_mode(TabMode::Viewer);
        let digits = to_hex(&random::<2>(&*self.platform)?);
        let entry = NodeEntry {
            name: format!("viewer-{digits}"),
            kind: NodeKind::Viewer,
        };
        let text = format!(
            "another tab runs the nodes of network {}; this tab watches with {}",
            self.name, entry.name
        );
        self.bus.log(Level::Info, Topic::Network, text);
        let key = Keypair::from_secret(&random(&*self.platform)?);
        let node = self.adopt(Node::new(&entry, key, None, None));
        self.start_node(&node).await
    }

    /// Waits for the hosting tab to close and takes its nodes over.
    fn await_succession(&self) {
        let (app, role) = (self.me.clone(), self.lock_name("host"));
        let role = self.platform.lock(role, None);
        self.spawn(async move {
            let Ok(Some(role)) = role.await else { return };
            let Some(app) = app.upgrade() else { return };
            // The opening as a viewer may still be going on.
            let _ = app.ready().await;
            let text = "the tab that ran the nodes was closed: this tab takes them over";
            app.bus.log(Level::Info, Topic::Network, text);
            if let Err(error) = app.take_over(role).await {
                app.bus.problem(error);
            }
        });
    }

    async fn take_over(&self, role: Lock) -> Outcome {
        let (stored, _) = self.store.load();
        if let Some(record) = stored {
            self.put_record(record)?;
        }
        let mut viewers = self.roster.all();
        viewers.retain(|node| node.kind == NodeKind::Viewer);
        let outcome = self.become_host(Some(role)).await;
        if outcome.is_ok() {
            for viewer in viewers {
                if viewer.has_worker() {
                    self.stop_node(&viewer).await?;
                }
                self.abandon(&viewer);
            }
        }
        outcome
    }

    /// Follows the page from now on: hidden or shown, a click or a key, the record that another tab wrote.
    fn watch_page(&self) {
        let (app, key) = (self.me.clone(), self.store.key());
        self.platform.watch(Box::new(move |event| {
            let Some(app) = app.upgrade() else { return };
            match event {
                PageEvent::VisibilityChanged => app.bus.visibility_changed(),
                PageEvent::Acted => app.let_page_go_first(),
                PageEvent::Stored(stored) if stored == key => {
                    let task = Rc::clone(&app);
                    app.spawn(async move { task.record_changed().await });
                }
                PageEvent::Stored(_) => {}
            }
        }));
    }

    /// Another tab wrote the record. If it began the network again, what runs here is of the old chain.
    async fn record_changed(&self) {
        let (Some(record), _) = self.store.load() else {
            return;
        };
        let old = self.store.network();
        let same = record
            .decode(self.name.as_str())
            .is_ok_and(|new| old.is_some_and(|old| old.params == new.params));
        if same {
            let before = self.store.replace(record);
            return self.follow_record(before, false);
        }
        for node in self.roster.all() {
            self.abandon(&node);
        }
        let text = "another tab began this network again: this tab watches the new chain";
        self.bus.log(Level::Info, Topic::Network, text);
        let outcome = match self.put_record(record) {
            Ok(()) => self.become_viewer().await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            self.bus.problem(error);
        }
    }
}
