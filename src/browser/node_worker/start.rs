//! The start of a node, step by step: what the browser must offer, the identity's lock, the channels
//! (before the ledger is read, so that nothing said meanwhile is missed), the ledger, the state machine,
//! the miners.

use std::rc::Rc;

use super::ledger::Ledger;
use super::shell::{Network, Shell};
use crate::browser::{Channel, FileArchive, IndexedDbStore, Received, capability, js, locks};
use crate::chain::{Archive, KEEP};
use crate::gossip;
use crate::ipc::{ApiError, FromNode, Level, NodeConfig, Topic};
use crate::ledger::{MemoryStore, Snapshot, Store, StoreError};
use crate::node::{Input, Node, Setup, StartError};
use crate::primitives::{BlockHash, NodeId};
use crate::refusal::StartupError;

/// Time between two tries to open a database that somebody holds.
const HELD_AGAIN_MS: f64 = 2_000.0;
/// Time between two tries to get the file that the worker before this one had, and how often it is tried.
const FILE_AGAIN_MS: f64 = 500.0;
const FILE_TRIES: u32 = 10;
/// How long a start waits for the identity: the worker of a page that is just closed may still end.
const LOCK_LIMIT_MS: u32 = 5_000;

/// Brings the node up, or says why it cannot run.
pub(super) async fn start(shell: &Rc<Shell>) -> Result<(), ApiError> {
    capability::broadcast_channel()?;
    let name = lock_name(&shell.chain_id, &shell.id);
    match locks::acquire(&name, Some(LOCK_LIMIT_MS)).await {
        Ok(Some(mut guard)) => {
            let holder = Rc::downgrade(shell);
            guard.on_lost(move || {
                if let Some(shell) = holder.upgrade() {
                    let node = shell.config.name.clone();
                    shell.fail(StartupError::IdentityLost { node }.into());
                }
            });
            *shell.lock.borrow_mut() = Some(guard);
        }
        Ok(None) => {
            let node = shell.config.name.clone();
            return Err(StartupError::IdentityInUse { node }.into());
        }
        // The key of a node without a ledger was made in this tab, for this run.
        Err(_) if shell.config.database.is_none() => {}
        Err(error) => return Err(error),
    }

    let discovery = gossip::discovery_channel(&shell.chain_id);
    let inbox = gossip::inbox_channel(&shell.chain_id, &shell.id);
    *shell.network.borrow_mut() = Some(Network {
        discovery: open(shell, &discovery)?,
        _inbox: open(shell, &inbox)?,
    });

    let found = ledger(&shell.config).await;
    *shell.ledger.borrow_mut() = Some(Rc::new(found.ledger));
    shell.launch(found.snapshot, shell.config.is_first)?;
    if let Some(error) = found.emptied {
        shell.say_emptied(&error);
    }
    if let Some(error) = found.degraded {
        if error == StoreError::Held {
            shell.await_ledger();
        }
        shell.feed(Input::Degraded(error));
    }
    shell.page.tell(&FromNode::Started(shell.report()?));
    shell.serve_waiting();
    shell.open_archive();
    Ok(())
}

impl Shell {
    fn say_emptied(self: &Rc<Self>, error: &StoreError) {
        let text = format!("The ledger could not be read and was emptied: {error}.");
        self.log(Level::Warn, Topic::Storage, text);
    }

    /// Tries to open the database that somebody held at the start; once it is free, the node starts again from it.
    fn await_ledger(self: &Rc<Self>) {
        let (shell, life) = (Rc::downgrade(self), self.life.get());
        wasm_bindgen_futures::spawn_local(async move {
            loop {
                js::sleep(HELD_AGAIN_MS).await;
                let Some(shell) = shell.upgrade() else { return };
                let is_same = || shell.life.get() == life && !shell.ended.get();
                let Some(name) = shell.config.database.clone().filter(|_| is_same()) else {
                    return;
                };
                match read(&name).await {
                    Err(StoreError::Held) => {}
                    Ok(found) if is_same() && shell.node.borrow().is_some() => {
                        shell.take_ledger(found);
                        return shell.serve_waiting();
                    }
                    // Wiped or stopped meanwhile, or there is another reason, which was said to be this one.
                    Ok(_) | Err(_) => return,
                }
            }
        });
    }

    /// Starts the state machine again from a ledger that was opened late.
    fn take_ledger(self: &Rc<Self>, found: Found) {
        self.node.take();
        self.life.set(self.life.get().wrapping_add(1));
        self.forget_inputs();
        *self.ledger.borrow_mut() = Some(Rc::new(found.ledger));
        if let Err(error) = self.launch(found.snapshot, false) {
            return self.fail(error);
        }
        if let Some(error) = found.emptied {
            self.say_emptied(&error);
        }
        let text = "The database is free: the node goes on from its ledger.".to_owned();
        self.log(Level::Info, Topic::Storage, text);
    }

    /// Gives the node a file for its old blocks, as soon as there is one: a young chain needs none, so nothing waits for
    /// it. A viewer lasts as long as its tab, and would leave its file behind.
    fn open_archive(self: &Rc<Self>) {
        let Some(database) = self.config.database.clone() else {
            return;
        };
        let shell = Rc::downgrade(self);
        wasm_bindgen_futures::spawn_local(async move {
            for tries in 1..=FILE_TRIES {
                let opened = FileArchive::open(&database).await;
                let Some(shell) = shell.upgrade().filter(|shell| !shell.ended.get()) else {
                    return;
                };
                match opened {
                    Ok(archive) => return shell.use_archive(Rc::new(archive)),
                    Err(thrown) if tries == FILE_TRIES => {
                        let reason = js::explain(&thrown);
                        let text = format!("Old blocks stay in memory, without a file: {reason}.");
                        return shell.log(Level::Info, Topic::Storage, text);
                    }
                    Err(_) => {}
                }
                drop(shell);
                js::sleep(FILE_AGAIN_MS).await;
            }
        });
    }

    fn use_archive(&self, archive: Rc<FileArchive>) {
        if let Some(node) = &mut *self.node.borrow_mut() {
            node.archive_to(Rc::clone(&archive) as Rc<dyn Archive>, KEEP);
        }
        self.archive.replace(Some(archive));
    }

    /// Makes the state machine and its miners. Also what follows a wipe.
    pub(super) fn launch(
        self: &Rc<Self>,
        snapshot: Option<Snapshot>,
        is_first: bool,
    ) -> Result<(), ApiError> {
        let mut out = Vec::new();
        let setup = Setup {
            is_first,
            ..setup(self)?
        };
        let node = Node::start(setup, snapshot, js::read_clocks(), &mut out)
            .map_err(|StartError::Params(error)| StartupError::Node(error))?;
        *self.node.borrow_mut() = Some(node);
        // What an earlier state machine put there is read by nobody any more.
        let archive = self
            .archive
            .take()
            .filter(|archive| archive.clear().is_ok());
        if let Some(archive) = archive {
            self.use_archive(archive);
        }
        self.start_miners();
        self.carry_out(out);
        self.pump();
        Ok(())
    }
}

fn setup(shell: &Shell) -> Result<Setup, ApiError> {
    let [session, seed] = [js::random()?, js::random()?].map(u64::from_le_bytes);
    Ok(Setup {
        workload: shell.workload.get(),
        ..Setup::of(&shell.config, session, seed)?
    })
}

/// Opens a channel whose frames go to the node.
fn open(shell: &Rc<Shell>, name: &str) -> Result<Channel, ApiError> {
    let shell = Rc::downgrade(shell);
    Channel::open(name, move |received| {
        let Some(shell) = shell.upgrade() else { return };
        match received {
            Received::Frame(bytes) => shell.arrive(bytes),
            Received::Foreign(reason) => {
                let text = format!("a foreign message on the channel: {reason}");
                shell.log(Level::Warn, Topic::Refused, text);
                // No frame is empty: the node counts it as refused.
                shell.feed(Input::Frame(Vec::new()));
            }
        }
    })
}

/// A ledger that was opened, and what was in it.
struct Found {
    ledger: Ledger,
    snapshot: Option<Snapshot>,
    /// Why it had to be emptied first, if it had to be.
    emptied: Option<StoreError>,
    /// Why it is in memory, if it should not be.
    degraded: Option<StoreError>,
}

/// Opens and reads the ledger. Where that fails the node runs in memory, and says so.
async fn ledger(config: &NodeConfig) -> Found {
    let memory = |degraded| Found {
        ledger: Ledger::Memory(MemoryStore::default()),
        snapshot: None,
        emptied: None,
        degraded,
    };
    match &config.database {
        None => memory(None),
        Some(name) => read(name).await.unwrap_or_else(|error| memory(Some(error))),
    }
}

/// Opens and reads a database; one that no program can have written is made anew, and one of a newer program is left as
/// it is.
async fn read(name: &str) -> Result<Found, StoreError> {
    let opened = match IndexedDbStore::open(name).await {
        Ok(store) => match store.load().await {
            Ok(snapshot) => Ok((store, snapshot)),
            Err(error @ StoreError::Corrupt { .. }) => {
                store.close();
                Err(error)
            }
            Err(error) => return Err(error),
        },
        Err(error @ StoreError::Layout { .. }) => Err(error),
        Err(error) => return Err(error),
    };
    let (store, snapshot, emptied) = match opened {
        Ok((store, snapshot)) => (store, snapshot, None),
        Err(error) => (
            IndexedDbStore::anew(name).await?,
            Snapshot::emptied(),
            Some(error),
        ),
    };
    Ok(Found {
        ledger: Ledger::Database(store),
        // A ledger that was never written is no ledger.
        snapshot: Some(snapshot).filter(|snapshot| !snapshot.meta.is_empty()),
        emptied,
        degraded: None,
    })
}

/// The name of the lock on a node's identity in a network.
fn lock_name(chain_id: &BlockHash, node: &NodeId) -> String {
    let chain = chain_id.to_string();
    format!("aurex:{}:{node}", chain.get(..16).unwrap_or(&chain))
}
