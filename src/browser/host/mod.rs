//! The page's controller: it opens a network, runs its nodes in workers, signs what people send, and
//! keeps the [`Model`] that the page draws.
//!
//! It decides nothing about the protocol: it posts to node workers and shows what they report.

use std::rc::Rc;

use wasm_bindgen::JsValue;

use crate::command::{Command, Draft};
use crate::ipc::{
    AccountInfo, ApiError, BlockInfo, ChainInfo, Event, Level, MempoolInfo, Pace, Request, Topic, TransactionInfo,
};
use crate::ledger::Query;
use crate::view::Model;

/// The controller of one page. All methods take `&self`; the methods that wait are futures.
#[derive(Debug)]
pub struct Host {}

/// Keeps a subscriber or a listener alive; dropping it ends the subscription.
#[must_use]
#[derive(Debug)]
pub struct Subscription {}

/// What a command gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// What the console prints; it may have several lines.
    pub text: String,
    /// The transaction that was sent, if one was.
    pub sent: Option<TransactionInfo>,
}

/// A page of a ledger table: `rows` is an array of plain objects as they are stored.
#[derive(Clone, Debug)]
pub struct LedgerPage {
    /// Rows that match, on all pages.
    pub total: u32,
    /// The rows of this page.
    pub rows: Vec<JsValue>,
}

/// What a person chose for this network, as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How fast miners hash.
    pub pace: Pace,
    /// Lowest level of a line that goes into the log.
    pub log: Level,
    /// Miner workers of each proof-of-work node.
    pub miners: u32,
    /// Leading zero digits that the network began with.
    pub difficulty: u8,
    /// Test transactions of a new network.
    pub test_tx: u32,
    /// Whether the network's record is kept in the browser; `false` when it lives in this page only.
    pub persistent: bool,
}

/// A user whose key this page holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletUser {
    /// Name.
    pub name: String,
    /// Address in hexadecimal.
    pub address: String,
    /// Whether anybody can know the key, as it derives from the network's public salt.
    pub demo: bool,
}

impl Host {
    /// Opens the network that the page's query string names and starts it in the background.
    #[must_use]
    pub fn open(search: &str) -> Rc<Self> {
        let _ = search;
        Rc::new(Self {})
    }

    /// The page's picture as of the last animation frame.
    #[must_use]
    pub fn model(&self) -> Rc<Model> {
        Rc::new(Model::new(""))
    }

    /// Calls `changed` with each new picture, at most once per animation frame.
    pub fn subscribe(&self, changed: impl Fn(Rc<Model>) + 'static) -> Subscription {
        drop(changed);
        Subscription {}
    }

    /// Calls `happened` with each event of a topic (of all, without one), whatever the log's level.
    pub fn listen(&self, topic: Option<Topic>, happened: impl Fn(&Event) + 'static) -> Subscription {
        drop((topic, happened));
        Subscription {}
    }

    /// Runs one console line and gives what the console prints, refusals included.
    pub async fn command(&self, line: &str) -> String {
        line.to_owned()
    }

    /// Runs a command.
    ///
    /// # Errors
    /// The refusal with its rule.
    pub async fn execute(&self, command: Command) -> Result<Output, ApiError> {
        Err(starting(&format!("{command:?}")))
    }

    /// Asks a node (without a name: the one with the heaviest chain) and gives its answer as it came.
    ///
    /// # Errors
    /// The node's refusal, an unknown or foreign node, or no answer within ten seconds.
    pub async fn request(&self, node: Option<&str>, request: Request) -> Result<JsValue, ApiError> {
        Err(starting(&format!("{node:?} {request:?}")))
    }

    /// Blocks of a node's best chain; the last `count` without `from`.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn chain(&self, node: Option<&str>, from: Option<u64>, count: u32) -> Result<ChainInfo, ApiError> {
        Err(starting(&format!("{node:?} {from:?} {count}")))
    }

    /// One block by hash, prefix or height; `None` where no node has it.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn block(&self, node: Option<&str>, which: &str) -> Result<Option<BlockInfo>, ApiError> {
        Err(starting(&format!("{node:?} {which}")))
    }

    /// One transaction as all nodes of this tab see it, `seen_by` summed; `None` where no node has it.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn transaction(&self, id: &str) -> Result<Option<TransactionInfo>, ApiError> {
        Err(starting(id))
    }

    /// All accounts, highest balance first.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn accounts(&self, node: Option<&str>) -> Result<Vec<AccountInfo>, ApiError> {
        Err(starting(&format!("{node:?}")))
    }

    /// One account by name or address.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn account(&self, who: &str) -> Result<AccountInfo, ApiError> {
        Err(starting(who))
    }

    /// What waits in a node's mempool.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn mempool(&self, node: Option<&str>) -> Result<MempoolInfo, ApiError> {
        Err(starting(&format!("{node:?}")))
    }

    /// A page of a table of a node's ledger.
    ///
    /// # Errors
    /// See [`Host::request`].
    pub async fn ledger(&self, node: Option<&str>, query: Query) -> Result<LedgerPage, ApiError> {
        Err(starting(&format!("{node:?} {query:?}")))
    }

    /// Signs a draft with its sender's key and sends it.
    ///
    /// # Errors
    /// An unknown user, a broken rule of the draft, or the node's refusal.
    pub async fn send(&self, draft: Draft) -> Result<TransactionInfo, ApiError> {
        Err(starting(&format!("{draft:?}")))
    }

    /// The users whose keys this page holds.
    #[must_use]
    pub fn wallet_users(&self) -> Vec<WalletUser> {
        Vec::new()
    }

    /// Makes a key for a person of this name and keeps it in the network's record. The name is on the
    /// chain only after a transaction [`Draft`] that registers it.
    ///
    /// # Errors
    /// A name outside the alphabet or in use.
    pub async fn create_user(&self, name: &str) -> Result<WalletUser, ApiError> {
        Err(starting(name))
    }

    /// The settings as they stand.
    #[must_use]
    pub fn settings(&self) -> Settings {
        Settings {
            pace: Pace::Interval { ms: 5_000 },
            log: Level::Info,
            miners: 1,
            difficulty: 2,
            test_tx: 5,
            persistent: true,
        }
    }

    /// The page's address with the parameters of the network on the screen.
    #[must_use]
    pub fn link(&self) -> String {
        String::new()
    }

    /// The directed links that are cut: names of sender and receiver.
    #[must_use]
    pub fn cuts(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// Takes a problem off the page.
    pub fn dismiss(&self, index: usize) {
        let _ = index;
    }
}

fn starting(what: &str) -> ApiError {
    ApiError::new("starting", format!("The network is starting: {what}"))
}
