//! Making the state machine of a node, having it run, and the file for its old blocks.
//!
//! Bound: [`FILE_TRIES`] tries to get the file; without it old blocks stay in memory.

use std::rc::{Rc, Weak};

use futures_channel::oneshot;

use super::shell::Shell;
use crate::browser::{FileArchive, js};
use crate::chain::{Archive, KEEP};
use crate::ipc::{Level, Refusal, Topic};
use crate::ledger::Snapshot;
use crate::node::{Node, Opening, Outbox, Setup, StartError};
use crate::refusal::StartupError;

/// Time between two tries to get the file that the worker before this one had, and how often it is
/// tried.
const FILE_AGAIN_MS: f64 = 500.0;
const FILE_TRIES: u32 = 10;

impl Shell {
    /// Opens a file for the node's old blocks, or tries again until it can be had: the worker
    /// before this one may still have it. What it gives ends with the first try. A viewer lasts as
    /// long as its tab, and would leave its file behind.
    pub(super) fn open_archive(self: &Rc<Self>) -> oneshot::Receiver<()> {
        let (sender, tried) = oneshot::channel();
        if let Some(database) = self.config.database.clone() {
            let shell = Rc::downgrade(self);
            wasm_bindgen_futures::spawn_local(keep_trying(shell, database, sender));
        }
        tried
    }

    fn use_archive(&self, archive: FileArchive) {
        let archive = Rc::new(archive);
        if let Some(node) = &mut *self.node.borrow_mut() {
            node.archive_to(Rc::clone(&archive) as Rc<dyn Archive>, KEEP);
        }
        self.archive.replace(Some(archive));
    }

    /// Has the file be used anew: what a state machine put there is read by no other.
    pub(super) fn clear_archive(&self) {
        let mut archive = self.archive.borrow_mut();
        *archive = archive.take().filter(|archive| archive.clear().is_ok());
    }

    /// What reads a ledger that has this beside its blocks, or begins without one.
    pub(super) fn opening(
        &self,
        is_first: bool,
        snapshot: Option<Snapshot>,
    ) -> Result<Opening, Refusal> {
        let setup = Setup {
            is_first,
            ..setup(self)?
        };
        let opening = Opening::new(setup, snapshot);
        Ok(opening.map_err(|StartError::Params(error)| StartupError::Node(error))?)
    }

    /// A state machine without a ledger.
    pub(super) fn anew(&self, is_first: bool) -> Result<Started, Refusal> {
        self.clear_archive();
        let (opening, mut out) = (self.opening(is_first, None)?, Outbox::new());
        let node = opening.run(&[], js::read_clocks(), &mut out);
        Ok(Started { node, out })
    }

    /// Has a state machine run, with its miners. Also what follows a wipe.
    pub(super) fn launch(self: &Rc<Self>, started: Started) {
        let Started { mut node, out } = started;
        if let Some(archive) = &*self.archive.borrow() {
            // Of one that came while the ledger was read, the node does not know yet.
            node.archive_to(Rc::clone(archive) as Rc<dyn Archive>, KEEP);
        }
        *self.node.borrow_mut() = Some(node);
        self.start_miners();
        self.carry_out(out);
        self.pump();
    }
}

/// A state machine that just started, and what it wants done first.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) node: Node,
    pub(super) out: Outbox,
}

async fn keep_trying(shell: Weak<Shell>, database: String, tried: oneshot::Sender<()>) {
    let mut tried = Some(tried);
    for tries in 1..=FILE_TRIES {
        let opened = FileArchive::open(&database).await;
        let Some(shell) = shell.upgrade().filter(|shell| !shell.ended.get()) else {
            return;
        };
        let failed = match opened {
            Ok(archive) => return shell.use_archive(archive),
            Err(thrown) => thrown,
        };
        // The node does not wait for the other tries.
        tried.take();
        if tries == FILE_TRIES {
            let reason = js::explain(&failed);
            let text = format!("Old blocks stay in memory, without a file: {reason}.");
            return shell.log(Level::Info, Topic::Storage, text);
        }
        drop(shell);
        js::sleep(FILE_AGAIN_MS).await;
    }
}

fn setup(shell: &Shell) -> Result<Setup, Refusal> {
    let [session, seed] = [js::random()?, js::random()?].map(u64::from_le_bytes);
    Ok(Setup {
        workload: shell.workload.get(),
        ..Setup::of(&shell.config, session, seed)?
    })
}
