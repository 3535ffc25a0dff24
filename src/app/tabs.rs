//! Opening a network in one of several tabs: what the platform offers, the network's record, this
//! tab's part in it, the nodes.
//!
//! One tab at a time hosts a network: it has the lock of that name. The others watch with a
//! validating node in memory, and the next of them takes over when the lock comes free.

use std::rc::Rc;

use super::machine::App;
use super::platform::{Lock, PageEvent, Platform, random};
use super::record::{NodeEntry, Record};
use super::roster::{Member, Outcome};
use super::store::Keys;
use crate::ipc::{Level, NodeKind, Refusal, Topic};
use crate::primitives::{Keypair, to_hex};
use crate::refusal::{Limit, PageLinkError, PlatformError};
use crate::view::{TabMode, Update};

/// A reloaded page waits this long for its former self to let go before it takes another tab for
/// the host.
const ROLE_WAIT_MS: u32 = 500;

impl App {
    /// Opens the network that the page's query string names, in the background.
    #[must_use]
    pub fn open(platform: Rc<dyn Platform>, search: &str) -> Rc<Self> {
        let app = Self::new(platform, search, Keys::Browser);
        app.spawn(Rc::clone(&app).start());
        app
    }

    /// Opens the network and settles the outcome.
    pub(super) async fn start(self: Rc<Self>) {
        let outcome = self.try_start().await;
        if let Err(error) = &outcome {
            self.bus.problem(error.clone());
            if self.opening.mode() == TabMode::Starting {
                self.set_mode(TabMode::Failed);
            }
        }
        self.opening.settle(outcome);
    }

    async fn try_start(&self) -> Outcome {
        for missing in self.platform.missing() {
            // Of a missing database the store has reported, and of missing locks is said what
            // stands in for them.
            if !matches!(missing, PlatformError::NoLocks | PlatformError::NoIndexedDb) {
                return Err(missing.into());
            }
        }
        random::<1>(&*self.platform)?;
        let existed = self.read_record().await?;
        self.find_signed_before().await;
        self.watch_page();
        self.watch_storage();
        self.watch_ledgers();
        let role = self
            .platform
            .lock(self.lock_name("host"), Some(ROLE_WAIT_MS));
        let role = role.await;
        if self.platform.missing().contains(&PlatformError::NoLocks) {
            let limit = if role.is_ok() {
                Limit::OpenDatabases
            } else {
                Limit::OneTab
            };
            self.bus.problem(PlatformError::NoLocks.limited(limit));
        }
        match role {
            Ok(Some(lock)) => self.become_host(Some(lock)).await?,
            Ok(None) => {
                self.await_succession();
                return self.become_viewer().await;
            }
            // It is said above: this tab cannot know of others.
            Err(_) => self.become_host(None).await?,
        }
        if existed {
            self.compare_difficulty()?;
        }
        Ok(())
    }

    /// Loads the record, or makes one; whether there was one. Two tabs do not make two.
    async fn read_record(&self) -> Result<bool, Refusal> {
        let lock = self.record_lock().await;
        let (found, problem) = self.store.load().await;
        if let Some(problem) = problem {
            self.bus.problem(problem);
        }
        let existed = found.is_some();
        let mut record = match found {
            Some(record) => {
                if self.has_another_shape(&record) {
                    self.exists_as(&record, record.difficulty);
                }
                record
            }
            None => {
                let secrets = self.store.secrets()?;
                Record::new(&self.page_link, &self.name, secrets, self.platform.now())
            }
        };
        record.pace = self.page_link.pace.unwrap_or(record.pace);
        if let Some(miners) = self.page_link.miners {
            // The link was checked for the nodes that it begins with.
            match record.check_workers(miners) {
                Ok(()) => record.miners = miners,
                Err(error) => self.bus.problem(error),
            }
        }
        record.traffic = self.page_link.traffic.unwrap_or(record.traffic);
        // Before the first node starts: a browser that is killed right after it finds the same
        // network again.
        self.put_record(record).await?;
        drop(lock);
        Ok(existed)
    }

    /// Whether the network that is there already has another shape than the link, which cannot
    /// change it. Without `net` the shape is the name; nodes that were added since are no surprise.
    fn has_another_shape(&self, record: &Record) -> bool {
        let count = |kind| record.nodes.iter().filter(|node| node.kind == kind).count();
        let differs = |link: Option<u32>, kind| {
            link.is_some_and(|link| usize::try_from(link) != Ok(count(kind)))
        };
        self.page_link.net.is_some()
            && (differs(self.page_link.pow, NodeKind::Pow)
                || differs(self.page_link.poa, NodeKind::Poa))
    }

    /// The difficulty is the one in force, which a tab knows once its nodes run.
    fn compare_difficulty(&self) -> Outcome {
        let record = self.record()?;
        let difficulty = self.fixed_digits().unwrap_or(record.difficulty);
        let differs = self
            .page_link
            .difficulty
            .is_some_and(|digits| digits != difficulty);
        if self.page_link.net.is_some() && differs && !self.has_another_shape(&record) {
            self.exists_as(&record, difficulty);
        }
        Ok(())
    }

    fn exists_as(&self, record: &Record, difficulty: u8) {
        let count = |kind| record.nodes.iter().filter(|node| node.kind == kind).count();
        self.bus.problem(PageLinkError::Exists {
            network: self.name.clone(),
            pow: count(NodeKind::Pow),
            poa: count(NodeKind::Poa),
            difficulty,
        });
    }

    pub(super) fn set_mode(&self, mode: TabMode) {
        self.opening.set_mode(mode);
        self.bus.push(Update::Mode(mode));
        self.traffic.set_here(mode == TabMode::Host);
        self.bus.push(Update::Traffic(self.traffic.figures()));
    }

    async fn become_host(&self, role: Option<Lock>) -> Outcome {
        self.opening.hold_role(role);
        self.set_mode(TabMode::Host);
        self.drive_traffic();
        self.start_recorded_nodes().await
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
        let node = self.adopt(Member::new(&entry, key, None, None));
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
        let (stored, _) = self.store.load().await;
        if let Some(record) = stored {
            self.adopt_record(record)?;
        }
        self.find_signed_before().await;
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

    /// Follows the page from now on: hidden or shown, a click or a key, the record that another tab
    /// wrote.
    fn watch_page(&self) {
        let app = self.me.clone();
        let (key, signed) = (self.store.key(), self.store.signed_key());
        self.platform.watch(Box::new(move |event| {
            let Some(app) = app.upgrade() else { return };
            match event {
                PageEvent::VisibilityChanged => {
                    app.tab_locks.release_all();
                    app.bus.visibility_changed();
                }
                PageEvent::Acted => {
                    app.let_page_go_first();
                    app.keep_storage();
                }
                PageEvent::Stored(stored) if stored == key => {
                    let task = Rc::clone(&app);
                    app.spawn(async move { task.record_changed().await });
                }
                PageEvent::Stored(stored) if stored.starts_with(&signed) => {
                    app.follow_signed_elsewhere();
                }
                PageEvent::Stored(_) => {}
            }
        }));
    }

    /// Another tab wrote the record. If it began the network again, what runs here is of the old
    /// chain.
    async fn record_changed(&self) {
        // One that this tab writes meanwhile is newer.
        let lock = self.record_lock().await;
        let (Some(record), _) = self.store.load().await else {
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
        drop(lock);
        let nodes = self.roster.all();
        let databases = nodes.iter().filter_map(|node| node.database.clone());
        let databases: Vec<String> = databases.collect();
        nodes.iter().for_each(|node| self.abandon(node));
        drop(nodes);
        let text = "another tab began this network again: this tab watches the new chain";
        self.bus.log(Level::Info, Topic::Network, text);
        let outcome = match self.adopt_record(record) {
            Ok(()) => {
                // The other tab cannot delete what this one may have made again.
                self.delete_databases(&databases).await;
                self.become_viewer().await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            self.bus.problem(error);
        }
    }
}
