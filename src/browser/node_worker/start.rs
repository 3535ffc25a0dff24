//! The start of a node, step by step: what the browser must offer, the identity's lock, the channels
//! (before the ledger is read, so that nothing said meanwhile is missed), the ledger, the state machine,
//! the miners.

use std::rc::Rc;

use super::ledger::Ledger;
use super::shell::{Network, Shell};
use crate::browser::{Channel, IndexedDbStore, Received, capability, js, locks};
use crate::gossip;
use crate::ipc::{ApiError, FromNode, Level, NodeConfig, Topic};
use crate::ledger::{MemoryStore, Snapshot, Store, StoreError};
use crate::node::{Input, Node, Setup, StartError};
use crate::primitives::{BlockHash, NodeId};
use crate::refusal::StartupError;

/// How long a start waits for the identity: the worker of a page that is just closed may still end.
const LOCK_LIMIT_MS: u32 = 5_000;

/// Brings the node up, or says why it cannot run.
pub(super) async fn start(shell: &Rc<Shell>) -> Result<(), ApiError> {
    capability::broadcast_channel()?;
    let name = lock_name(&shell.chain_id, &shell.id);
    let Some(guard) = locks::acquire(&name, Some(LOCK_LIMIT_MS)).await? else {
        let node = shell.config.name.clone();
        return Err(StartupError::IdentityInUse { node }.into());
    };
    *shell.lock.borrow_mut() = Some(guard);

    let discovery = gossip::discovery_channel(&shell.chain_id);
    let inbox = gossip::inbox_channel(&shell.chain_id, &shell.id);
    *shell.network.borrow_mut() = Some(Network {
        discovery: open(shell, &discovery)?,
        _inbox: open(shell, &inbox)?,
    });

    let (ledger, snapshot, degraded) = ledger(&shell.config).await;
    *shell.ledger.borrow_mut() = Some(Rc::new(ledger));
    shell.launch(snapshot, shell.config.is_first)?;
    if let Some(error) = degraded {
        shell.feed(Input::Degraded(error));
    }
    shell.page.tell(&FromNode::Started(shell.report()?));
    shell.serve_waiting();
    Ok(())
}

impl Shell {
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

/// Opens and reads the ledger. Where that fails the node runs in memory, and says so.
async fn ledger(config: &NodeConfig) -> (Ledger, Option<Snapshot>, Option<StoreError>) {
    let memory = || Ledger::Memory(MemoryStore::default());
    let Some(name) = &config.database else {
        return (memory(), None, None);
    };
    match read(name).await {
        Ok((store, snapshot)) => {
            // A ledger that was never written is no ledger.
            let snapshot = if snapshot.meta.is_empty() {
                None
            } else {
                Some(snapshot)
            };
            (Ledger::Database(store), snapshot, None)
        }
        Err(error) => (memory(), None, Some(error)),
    }
}

async fn read(name: &str) -> Result<(IndexedDbStore, Snapshot), StoreError> {
    let store = IndexedDbStore::open(name).await?;
    match store.load().await {
        Ok(snapshot) => Ok((store, snapshot)),
        Err(StoreError::Corrupt { table }) => {
            js::warn(&format!(
                "table {table} of {name} cannot be read: the ledger is emptied and fetched again"
            ));
            store.wipe().await?;
            Ok((store, Snapshot::default()))
        }
        Err(error) => Err(error),
    }
}

/// The name of the lock on a node's identity in a network.
fn lock_name(chain_id: &BlockHash, node: &NodeId) -> String {
    let chain = chain_id.to_string();
    format!("aurex:{}:{node}", chain.get(..16).unwrap_or(&chain))
}
