//! The start of a node, step by step: what the browser must offer, the identity's lock, the
//! channels (before the ledger is read, so that nothing said meanwhile is missed), the file for old
//! blocks, the ledger, which the state machine reads in parts, the miners.

use std::pin::pin;
use std::rc::Rc;

use futures_util::future::select;

use super::launching::Started;
use super::ledger::Ledger;
use super::shell::{Network, Shell};
use crate::browser::{Channel, FileArchive, IndexedDbStore, Received, capability, js, locks};
use crate::chain::{Archive, KEEP};
use crate::gossip;
use crate::ipc::{FromNode, Level, Refusal, Topic};
use crate::ledger::{MemoryStore, Snapshot, Store, StoreError};
use crate::node::{Input, Opening, Outbox};
use crate::primitives::{BlockHash, NodeId};
use crate::refusal::StartupError;

/// Time between two tries to open a database that somebody holds.
const HELD_AGAIN_MS: f64 = 2_000.0;
/// How long a start waits for the file for old blocks, which may come later.
const FILE_LIMIT_MS: f64 = 1_000.0;
/// How long a start waits for the identity: the worker of a page that is just closed may still end.
const LOCK_LIMIT_MS: u32 = 5_000;

/// Brings the node up, or says why it cannot run.
pub(super) async fn start(shell: &Rc<Shell>) -> Result<(), Refusal> {
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

    let first_try = shell.open_archive();
    let late = js::sleep(FILE_LIMIT_MS);
    // Late or refused, the node starts without it.
    let _ = select(pin!(first_try), pin!(late)).await;
    let found = find(shell).await?;
    *shell.ledger.borrow_mut() = Some(Rc::new(found.ledger));
    shell.launch(found.node);
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
    Ok(())
}

impl Shell {
    fn say_emptied(self: &Rc<Self>, error: &StoreError) {
        let text = format!("The ledger could not be read and was emptied: {error}.");
        self.log(Level::Warn, Topic::Storage, text);
    }

    /// Tries to open the database that somebody held at the start; once it is free, the node starts
    /// again from it.
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
                match open_database(&name).await {
                    Err(StoreError::Held) => {}
                    Ok(opened) if is_same() && shell.node.borrow().is_some() => {
                        return shell.take_ledger(opened, life).await;
                    }
                    // Wiped or stopped meanwhile, or there is another reason, which was said to be
                    // this one.
                    Ok(_) | Err(_) => return,
                }
            }
        });
    }

    /// Starts the state machine again from a ledger that was opened late.
    async fn take_ledger(self: &Rc<Self>, opened: Database, life: u32) {
        let opening = match self.opening(false, opened.snapshot) {
            Ok(opening) => opening,
            Err(error) => return self.fail(error),
        };
        // The state machine that runs meanwhile has the file.
        let read = read_blocks(&opened.store, opening, None).await;
        if self.life.get() != life || self.ended.get() || self.node.borrow().is_none() {
            return;
        }
        let node = match read {
            Ok(node) => node,
            Err(error) => {
                let text = format!("The database is free, and cannot be read: {error}.");
                return self.log(Level::Warn, Topic::Storage, text);
            }
        };
        self.node.take();
        self.life.set(self.life.get().wrapping_add(1));
        self.forget_inputs();
        *self.ledger.borrow_mut() = Some(Rc::new(Ledger::Database(opened.store)));
        self.clear_archive();
        self.launch(node);
        if let Some(error) = opened.emptied {
            self.say_emptied(&error);
        }
        let text = "The database is free: the node goes on from its ledger.".to_owned();
        self.log(Level::Info, Topic::Storage, text);
        self.serve_waiting();
    }
}

/// Opens a channel whose frames go to the node.
fn open(shell: &Rc<Shell>, name: &str) -> Result<Channel, Refusal> {
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

/// The ledger of a node, and the state machine that was read from it.
struct Found {
    ledger: Ledger,
    node: Started,
    /// Why it had to be emptied first, if it had to be.
    emptied: Option<StoreError>,
    /// Why it is in memory, if it should not be.
    degraded: Option<StoreError>,
}

/// Opens and reads the ledger. Where that fails the node runs in memory, and says so.
async fn find(shell: &Rc<Shell>) -> Result<Found, Refusal> {
    let is_first = shell.config.is_first;
    let degraded = match &shell.config.database {
        None => None,
        Some(name) => match open_database(name).await {
            Ok(opened) => {
                let opening = shell.opening(is_first, opened.snapshot)?;
                let archive = shell.archive.borrow().clone();
                match read_blocks(&opened.store, opening, archive.as_ref()).await {
                    Ok(node) => {
                        return Ok(Found {
                            ledger: Ledger::Database(opened.store),
                            node,
                            emptied: opened.emptied,
                            degraded: None,
                        });
                    }
                    Err(error) => Some(error),
                }
            }
            Err(error) => Some(error),
        },
    };
    Ok(Found {
        ledger: Ledger::Memory(MemoryStore::default()),
        node: shell.anew(is_first)?,
        emptied: None,
        degraded,
    })
}

/// A database that was opened, and what it has beside blocks.
struct Database {
    store: IndexedDbStore,
    snapshot: Option<Snapshot>,
    /// Why it had to be emptied first, if it had to be.
    emptied: Option<StoreError>,
}

/// Opens a database; one that no program can have written is made anew, and one of a newer program
/// is left as it is.
async fn open_database(name: &str) -> Result<Database, StoreError> {
    let opened = match IndexedDbStore::open(name).await {
        Ok(store) => match store.begin().await {
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
    Ok(Database {
        store,
        // A ledger that was never written is no ledger.
        snapshot: Some(snapshot).filter(|snapshot| !snapshot.meta.is_empty()),
        emptied,
    })
}

/// Reads the blocks of a ledger, part by part, as often as it takes.
async fn read_blocks(
    store: &IndexedDbStore,
    mut opening: Opening,
    archive: Option<&Rc<FileArchive>>,
) -> Result<Started, StoreError> {
    if let Some(archive) = archive {
        opening.archive_to(Rc::clone(archive) as Rc<dyn Archive>, KEEP);
    }
    loop {
        let mut next = Some(0);
        while let Some(from) = next {
            let part = store.blocks(from).await?;
            opening.take(&part.blocks);
            next = part.next;
        }
        let mut out = Outbox::new();
        match opening.end(js::read_clocks(), &mut out) {
            Ok(node) => return Ok(Started { node, out }),
            Err(again) => opening = *again,
        }
    }
}

/// The name of the lock on a node's identity in a network.
fn lock_name(chain_id: &BlockHash, node: &NodeId) -> String {
    let chain = chain_id.to_string();
    format!("aurex:{}:{node}", chain.get(..16).unwrap_or(&chain))
}
