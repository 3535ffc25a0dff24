//! Opening a network: what the browser offers, the network's record, this tab's part in it, the nodes.
//!
//! One tab at a time hosts a network: it has the Web Lock of that name. The others watch with a
//! validating node in memory, and the next of them takes over when the lock comes free.

use std::rc::Rc;

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen_futures::spawn_local;

use super::nodes::Node;
use super::record;
use super::wait::{Job, all};
use super::{Host, Network};
use crate::browser::locks::{self, LockGuard};
use crate::browser::{capability, js};
use crate::command::{NodeEntry, Record};
use crate::ipc::{ApiError, Level, NodeKind, Topic};
use crate::primitives::{Keypair, to_hex};
use crate::state::genesis;
use crate::view::{TabMode, Update};

/// A reloaded page waits this long for its former self to let go before it takes another tab for the host.
const ROLE_WAIT_MS: u32 = 500;
/// How long a start waits for a node's name: another tab may just be closing.
const NAME_WAIT_MS: u32 = 2_000;
/// Longest wait for another tab that writes the record.
const RECORD_WAIT_MS: u32 = 5_000;

/// A change of the record.
type Change<'a> = &'a mut dyn FnMut(&mut Record) -> Result<(), ApiError>;

impl Host {
    /// Opens the network; whoever waits for it is told how it went.
    pub(super) async fn start(self: Rc<Self>) {
        let outcome = self.try_start().await;
        if let Err(error) = &outcome {
            self.bus.problem(error.clone());
        }
        self.settle_opening(outcome);
    }

    async fn try_start(self: &Rc<Self>) -> Result<(), ApiError> {
        for missing in capability::missing() {
            let fatal = ["no_workers", "no_broadcast_channel"].contains(&missing.code.as_str());
            if fatal {
                return Err(missing);
            }
            if missing.code == "no_locks" {
                let text = format!("{}: open this network in one tab only", missing.message);
                self.bus.problem(ApiError::new(&missing.code, text));
            }
        }
        js::random::<1>()?;
        self.read_record().await?;
        self.watch_page();
        match locks::acquire(&self.lock_name("host"), Some(ROLE_WAIT_MS)).await {
            Ok(Some(guard)) => self.become_host(Some(guard)).await,
            Ok(None) => {
                self.await_succession();
                self.become_viewer().await
            }
            // Said already: without locks this tab cannot know of others.
            Err(_) => self.become_host(None).await,
        }
    }

    /// The name of a lock of this network; a network that lives in this tab only shares none.
    pub(super) fn lock_name(&self, what: &str) -> String {
        if self.storage.is_persistent() {
            format!("aurex:{}:{what}", self.name)
        } else {
            format!("aurex:{}:{}:{what}", self.name, self.tab)
        }
    }

    /// Reads the record, or makes one. Two tabs do not make two.
    async fn read_record(&self) -> Result<(), ApiError> {
        let turn = locks::acquire(&self.lock_name("record"), Some(RECORD_WAIT_MS)).await;
        let (found, problem) = record::load(&self.storage, self.name.as_str());
        if let Some(problem) = problem {
            self.bus.problem(problem);
        }
        let mut record = match found {
            Some(record) => {
                self.compare_with_link(&record);
                record
            }
            None => Record::new(&self.link, &self.name, record::secrets()?, js::now()),
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
        let differs = |name: &str, link: u32, kept: usize| {
            self.said.contains(&name) && usize::try_from(link) != Ok(kept)
        };
        // Without `net` the shape is the name; nodes that were added since are no surprise.
        if self.link.net.is_some()
            && (differs("pow", self.link.pow, pow)
                || differs("poa", self.link.poa, poa)
                || differs(
                    "difficulty",
                    u32::from(self.link.difficulty),
                    usize::from(record.difficulty),
                ))
        {
            let text = format!(
                "network {} exists with pow={pow}, poa={poa}, difficulty={}: the link's values are for a new network \
                 and were not taken; another `net` begins one",
                self.name, record.difficulty
            );
            self.bus.problem(ApiError::new("link_parameter", text));
        }
    }

    /// Makes a record the current one and keeps it.
    pub(super) fn put_record(&self, record: Record) -> Result<(), ApiError> {
        let decoded = record.decode(self.name.as_str())?;
        if let Err(error) = record::save(&self.storage, self.name.as_str(), &record) {
            self.bus.problem(error);
        }
        let changed = self
            .network
            .borrow()
            .as_ref()
            .is_none_or(|network| network.params != decoded.params);
        if changed {
            let chain_id = genesis(&decoded.params).0.header.id();
            let network = Network {
                seed: decoded.seed,
                params: decoded.params,
                chain_id,
            };
            self.bus.push(Update::Network {
                name: self.name.to_string(),
                chain_id: chain_id.to_string(),
            });
            *self.network.borrow_mut() = Some(Rc::new(network));
            self.nonces.borrow_mut().clear();
        }
        self.follow_record(record, changed);
        Ok(())
    }

    /// Does what a record of the network that is open says.
    fn follow_record(&self, record: Record, other_network: bool) {
        self.bus.push(Update::Pace(record.pace));
        self.bus.push(Update::LogLevel(record.log));
        let old = self.record.replace(Some(record.clone()));
        if other_network || old.is_none_or(|old| old.users != record.users) {
            self.name_users();
        }
        self.share_out();
        self.share_events();
    }

    /// Changes the record as it is in the browser now, not as this tab last saw it.
    ///
    /// # Errors
    /// What `change` refuses; nothing is changed then.
    pub(super) fn change_record<'a>(&'a self, change: Change<'a>) -> Job<'a, Result<(), ApiError>> {
        Box::pin(async move {
            let turn = locks::acquire(&self.lock_name("record"), Some(RECORD_WAIT_MS)).await;
            let changed = self.change_stored(change);
            drop(turn);
            changed
        })
    }

    fn change_stored(&self, change: Change<'_>) -> Result<(), ApiError> {
        let (stored, _) = record::load(&self.storage, self.name.as_str());
        let mut record = match stored {
            Some(record) => record,
            None => self.record()?,
        };
        change(&mut record)?;
        self.put_record(record)
    }

    fn set_mode(&self, mode: TabMode) {
        self.mode.set(mode);
        self.bus.push(Update::Mode(mode));
    }

    async fn become_host(&self, guard: Option<LockGuard>) -> Result<(), ApiError> {
        *self.role.borrow_mut() = guard;
        self.set_mode(TabMode::Host);
        self.start_recorded_nodes().await
    }

    /// Starts every node of the record that no other tab runs; an error only if none came up.
    pub(super) async fn start_recorded_nodes(&self) -> Result<(), ApiError> {
        let here = |name: &str| self.nodes.borrow().iter().any(|node| node.name == name);
        let entries: Vec<NodeEntry> = self
            .record()?
            .nodes
            .into_iter()
            .filter(|entry| !here(&entry.name))
            .collect();
        let started = all(entries
            .iter()
            .map(|entry| self.bring_up(entry, NAME_WAIT_MS)))
        .await;
        let mut failure = None;
        for (entry, outcome) in entries.iter().zip(started) {
            if let Err(error) = outcome {
                let text = format!("{} was not started: {}", entry.name, error.message);
                self.bus.say(Level::Warn, Topic::Network, text);
                failure = Some(error);
            }
        }
        match failure {
            Some(error) if self.up_nodes().is_empty() => Err(error),
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
    ) -> Result<Option<LockGuard>, ApiError> {
        match locks::acquire(&self.lock_name(&format!("run:{node}")), Some(wait_ms)).await {
            Ok(None) => {
                let text =
                    format!("expected {node} to be free, found it in another tab of this network");
                Err(ApiError::new("other_tab", text))
            }
            Ok(guard) => Ok(guard),
            Err(_) => Ok(None),
        }
    }

    async fn become_viewer(&self) -> Result<(), ApiError> {
        self.set_mode(TabMode::Viewer);
        let digits = to_hex(&js::random::<2>()?);
        let entry = NodeEntry {
            name: format!("viewer-{digits}"),
            kind: NodeKind::Viewer,
        };
        let text = format!(
            "another tab runs the nodes of network {}; this tab watches with {}",
            self.name, entry.name
        );
        self.bus.say(Level::Info, Topic::Network, text);
        let node = self.adopt(Node::new(
            &entry,
            Keypair::from_secret(&js::random()?),
            None,
            None,
        ));
        self.start_node(&node).await
    }

    /// Waits for the hosting tab to close and takes its nodes over.
    fn await_succession(self: &Rc<Self>) {
        let host = Rc::clone(self);
        spawn_local(async move {
            let Ok(Some(guard)) = locks::acquire(&host.lock_name("host"), None).await else {
                return;
            };
            // The opening as a viewer may still be going on.
            let _ = host.ready().await;
            let text = "the tab that ran the nodes was closed: this tab takes them over";
            host.bus.say(Level::Info, Topic::Network, text);
            if let Err(error) = host.take_over(guard).await {
                host.bus.problem(error);
            }
        });
    }

    async fn take_over(&self, guard: LockGuard) -> Result<(), ApiError> {
        let (stored, _) = record::load(&self.storage, self.name.as_str());
        if let Some(record) = stored {
            self.put_record(record)?;
        }
        let viewers: Vec<Rc<Node>> = self
            .nodes
            .borrow()
            .iter()
            .filter(|node| node.kind == NodeKind::Viewer)
            .cloned()
            .collect();
        let outcome = self.become_host(Some(guard)).await;
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

    /// Hears when the page is hidden or shown or somebody clicks or types, and when another tab changes the network's
    /// record.
    fn watch_page(&self) {
        let bus = Rc::downgrade(&self.bus);
        let shown = EventListener::new(&gloo::utils::document(), "visibilitychange", move |_| {
            if let Some(bus) = bus.upgrade() {
                bus.visibility_changed();
            }
        });
        let host = self.me.clone();
        let key = record::storage_key(self.name.as_str());
        let stored = EventListener::new(&gloo::utils::window(), "storage", move |event| {
            if js::field(event, "key").as_string().as_deref() == Some(key.as_str())
                && let Some(host) = host.upgrade()
            {
                spawn_local(async move { host.record_changed().await });
            }
        });
        let acts = ["pointerdown", "keydown"].map(|kind| {
            let host = self.me.clone();
            let options = EventListenerOptions::run_in_capture_phase();
            EventListener::new_with_options(&gloo::utils::window(), kind, options, move |_| {
                if let Some(host) = host.upgrade() {
                    host.let_page_go_first();
                }
            })
        });
        self.page_listeners
            .borrow_mut()
            .extend([shown, stored].into_iter().chain(acts));
    }

    /// Another tab wrote the record. If it began the network again, what runs here is of the old chain.
    async fn record_changed(&self) {
        let (Some(record), _) = record::load(&self.storage, self.name.as_str()) else {
            return;
        };
        let old = self.network();
        let same = record
            .decode(self.name.as_str())
            .is_ok_and(|new| old.is_ok_and(|old| old.params == new.params));
        if same {
            return self.follow_record(record, false);
        }
        let nodes: Vec<Rc<Node>> = self.nodes.borrow().clone();
        nodes.iter().for_each(|node| self.abandon(node));
        let text = "another tab began this network again: this tab watches the new chain";
        self.bus.say(Level::Info, Topic::Network, text);
        let outcome = match self.put_record(record) {
            Ok(()) => self.become_viewer().await,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            self.bus.problem(error);
        }
    }
}
