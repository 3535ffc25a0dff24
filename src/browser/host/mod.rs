//! The page's controller: it opens a network, runs its nodes in workers, signs what people send, and
//! keeps the [`Model`] that the page draws.
//!
//! It decides nothing about the protocol: it posts to node workers and shows what they report.
//!
//! Invariant: no cell is borrowed while a subscriber, a listener or a future of somebody else runs.

mod api;
mod arguments;
mod ask;
mod bus;
mod links;
mod mining;
mod nodes;
mod open;
mod record;
mod run;
mod send;
mod storage;
mod wait;
mod wallet;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::{Rc, Weak};

use gloo::events::EventListener;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::browser::js;
pub use crate::browser::js::{monotonic, sleep};
use crate::browser::locks::LockGuard;
pub use crate::browser::rows::row_from_js;
use crate::command::{LinkParameters, MAX_POA, MAX_POW, Record};
use crate::consensus::Params;
use crate::ipc::{ApiError, Event, Level, NodeKind, Pace, Topic, TransactionInfo};
use crate::primitives::{BlockHash, Difficulty, Name, to_hex};
use crate::view::{Model, Problem, TabMode, Update};
use bus::Bus;
pub use bus::Subscription;
use nodes::Node;
use storage::Storage;
use wait::{Sender, once};

/// The controller of one page. All methods take `&self`; the methods that wait are futures.
pub struct Host {
    me: Weak<Self>,
    bus: Rc<Bus>,
    /// What the link asks for, and which of it was said rather than taken by default.
    link: LinkParameters,
    said: Vec<&'static str>,
    /// The network's name.
    name: Name,
    /// This tab's name among the tabs of the network.
    tab: String,
    storage: Storage,
    network: RefCell<Option<Rc<Network>>>,
    record: RefCell<Option<Record>>,
    /// The users whose keys the record and the network give: deriving keys takes time.
    users: RefCell<Rc<Vec<WalletUser>>>,
    mode: Cell<TabMode>,
    /// Held while this tab hosts the network.
    role: RefCell<Option<LockGuard>>,
    nodes: RefCell<Vec<Rc<Node>>>,
    next_request: Cell<u32>,
    /// In order, none twice.
    cuts: RefCell<Vec<(String, String)>>,
    /// What every link does to frames.
    quality: Cell<crate::links::Link>,
    /// A sender, its next nonce and when that was learnt.
    nonces: RefCell<Vec<(String, u64, f64)>>,
    testing: Cell<bool>,
    outcome: RefCell<Option<Result<(), ApiError>>>,
    opening: RefCell<Vec<Sender<Result<(), ApiError>>>>,
    page_listeners: RefCell<Vec<EventListener>>,
    /// When miners were last asked to let the page go first.
    yielded: Cell<f64>,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host")
            .field("name", &self.name)
            .field("tab", &self.tab)
            .finish_non_exhaustive()
    }
}

/// What all nodes of the network agree on, and this browser's secret for it.
struct Network {
    seed: [u8; 32],
    params: Params,
    chain_id: BlockHash,
}

/// What a command gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Output {
    /// What the console prints; it may have several lines.
    pub text: String,
    /// The transaction that was sent, if one was.
    pub sent: Option<TransactionInfo>,
    /// The node that it was about, if it was about one.
    pub node: Option<String>,
}

/// A page of a ledger table: `rows` are plain objects as they are stored.
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
    /// Opens the network that the page's query string names, in the background, and offers
    /// `window.aurex` to scripts.
    ///
    /// # Panics
    /// Never: the name of a link's shape is a valid name.
    #[must_use]
    pub fn open(search: &str) -> Rc<Self> {
        let (link, errors) = LinkParameters::parse(search);
        let (storage, no_storage) = Storage::open();
        let name: Name = link
            .network()
            .parse()
            .expect("the shape of a link is a valid name");
        let said = ["pow", "poa", "difficulty"]
            .into_iter()
            .filter(|name| search.contains(&format!("{name}=")))
            .collect();
        // Without random bytes the network does not open, and says so.
        let tab = format!("tab-{}", to_hex(&js::random::<2>().unwrap_or_default()));
        let host = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            bus: Bus::new(Model::new(name.as_str())),
            link,
            said,
            name,
            tab,
            storage,
            network: RefCell::default(),
            record: RefCell::default(),
            users: RefCell::default(),
            mode: Cell::new(TabMode::Starting),
            role: RefCell::default(),
            nodes: RefCell::default(),
            next_request: Cell::new(1),
            cuts: RefCell::default(),
            quality: Cell::default(),
            nonces: RefCell::default(),
            testing: Cell::new(false),
            outcome: RefCell::default(),
            opening: RefCell::default(),
            page_listeners: RefCell::default(),
            yielded: Cell::default(),
        });
        for problem in errors.into_iter().map(ApiError::from).chain(no_storage) {
            host.bus.problem(problem);
        }
        if let Err(error) = api::publish(&host) {
            host.bus.problem(error);
        }
        spawn_local(Rc::clone(&host).start());
        host
    }

    /// The page's picture as of the last animation frame.
    #[must_use]
    pub fn model(&self) -> Rc<Model> {
        self.bus.model()
    }

    /// Calls `changed` with each new picture, at most once per animation frame.
    pub fn subscribe(&self, changed: impl Fn(Rc<Model>) + 'static) -> Subscription {
        self.bus.subscribe(changed)
    }

    /// Calls `happened` with each event of a topic (of all, without one) from a level on, whatever the log's level.
    /// A level below those that nodes tell has them tell more.
    pub fn listen(
        &self,
        topic: Option<Topic>,
        least: Level,
        happened: impl Fn(&Event) + 'static,
    ) -> Subscription {
        let subscription = self.bus.listen(topic, least, happened);
        self.share_events();
        subscription
    }

    /// Waits until a node of this tab runs.
    ///
    /// # Errors
    /// Why the network cannot be opened here.
    pub async fn ready(&self) -> Result<(), ApiError> {
        if let Some(outcome) = &*self.outcome.borrow() {
            return outcome.clone();
        }
        let (sender, receiver) = once();
        self.opening.borrow_mut().push(sender);
        let gone = || {
            Err(ApiError::new(
                "starting",
                "the page was closed before the network was open",
            ))
        };
        receiver.await.unwrap_or_else(gone)
    }

    /// The first outcome of the opening counts: a node that runs, or the reason why none does.
    fn settle_opening(&self, outcome: Result<(), ApiError>) {
        if self.outcome.borrow().is_some() {
            return;
        }
        *self.outcome.borrow_mut() = Some(outcome.clone());
        let waiting = self.opening.take();
        waiting
            .into_iter()
            .for_each(|sender| sender.send(outcome.clone()));
    }

    fn network(&self) -> Result<Rc<Network>, ApiError> {
        let network = self.network.borrow().clone();
        network.ok_or_else(|| self.not_open())
    }

    fn record(&self) -> Result<Record, ApiError> {
        let record = self.record.borrow().clone();
        record.ok_or_else(|| self.not_open())
    }

    fn not_open(&self) -> ApiError {
        match &*self.outcome.borrow() {
            Some(Err(error)) => error.clone(),
            Some(Ok(())) | None => ApiError::new(
                "starting",
                "expected a running network, found one that is starting",
            ),
        }
    }

    /// The settings as they stand.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let record = self.record();
        let link = &self.link;
        let kept = record.as_ref().ok();
        Settings {
            pace: kept.map_or(link.pace.unwrap_or(Pace::DEFAULT), |record| record.pace),
            log: kept.map_or(Level::Info, |record| record.log),
            miners: kept.map_or(
                link.miners.unwrap_or(LinkParameters::DEFAULT_MINERS),
                |record| record.miners,
            ),
            difficulty: kept.map_or(link.difficulty, |record| record.difficulty),
            test_tx: kept.map_or(link.test_tx, |record| record.test_tx),
            persistent: self.storage.is_persistent(),
        }
    }

    /// The page's address with the parameters of the network on the screen.
    #[must_use]
    pub fn link(&self) -> String {
        let location = gloo::utils::window().location();
        let base = location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default();
        let mut link = self.link.clone();
        if let Ok(record) = self.record() {
            let count = |kind| {
                u32::try_from(record.nodes.iter().filter(|node| node.kind == kind).count())
                    .unwrap_or(0)
            };
            (link.pow, link.poa) = (
                count(NodeKind::Pow).min(MAX_POW),
                count(NodeKind::Poa).min(MAX_POA),
            );
            // What an automatic difficulty is at the moment says nothing of the network.
            let model = self.model();
            let fixed = model
                .nodes
                .iter()
                .map(|node| &node.status)
                .find(|status| status.difficulty > 0);
            let digits = fixed.filter(|status| status.automatic.is_none());
            let digits = digits.map(|status| Difficulty(status.difficulty).zero_digits());
            link.difficulty = digits
                .and_then(|digits| u8::try_from(digits).ok())
                .unwrap_or(record.difficulty);
            link.test_tx = record.test_tx;
            link.pace = (record.pace != Pace::DEFAULT).then_some(record.pace);
            link.miners =
                (record.miners != LinkParameters::DEFAULT_MINERS).then_some(record.miners);
        }
        base + &link.query()
    }

    /// Name of the database that holds the ledger of one of this tab's nodes; `None` for one that is
    /// kept in memory.
    #[must_use]
    pub fn database(&self, node: &str) -> Option<String> {
        let nodes = self.nodes.borrow();
        nodes
            .iter()
            .find(|own| own.name == node)
            .and_then(|own| own.database.clone())
    }

    /// Takes a problem off the page.
    pub fn dismiss(&self, problem: Problem) {
        self.bus.push(Update::Dismiss(problem));
    }
}
