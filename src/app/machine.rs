//! The app as one object: its parts, its opening, and what can be read without asking a node.

use std::cell::{Cell, OnceCell, RefCell};
use std::fmt;
use std::future::Future;
use std::rc::{Rc, Weak};

use futures_util::FutureExt;

use super::bus::{Bus, Subscription};
use super::links::Links;
use super::mining::Mining;
use super::opening::Opening;
use super::orders::SendQueues;
use super::page_link::{MAX_POA, MAX_POW, PageLink};
use super::platform::{LabHand, Platform, random};
use super::record::Record;
use super::roster::Roster;
use super::signed::SignedHere;
use super::storage::Storage;
use super::store::{Keys, Network, RecordStore};
use super::tab_locks::TabLocks;
use super::traffic::Traffic;
use super::wallet::Wallet;
use super::writing::Writing;
use crate::ipc::{Level, NodeKind, Pace, Refusal};
use crate::primitives::{Address, BlockHash, Difficulty, Name, to_hex};
use crate::view::{Model, Problem, Update};

/// The controller of one page. All methods take `&self`; the methods that wait are futures.
pub struct App {
    pub(super) me: Weak<Self>,
    pub(super) platform: Rc<dyn Platform>,
    /// The link that the page was opened by.
    pub(super) page_link: PageLink,
    /// The network's name.
    pub(super) name: Name,
    /// This tab's name among the tabs of the network.
    pub(super) tab: String,
    pub(super) bus: Rc<Bus>,
    pub(super) store: RecordStore,
    /// Whether the record is being kept again.
    pub(super) keeping: Cell<bool>,
    pub(super) opening: Opening,
    pub(super) roster: Roster,
    pub(super) wallet: Wallet,
    pub(super) signed: SignedHere,
    /// Why what was signed could not be written the last time, as the page says it.
    pub(super) signed_trouble: RefCell<Option<Refusal>>,
    /// The writing of what was signed.
    pub(super) writing: Writing,
    /// Whether what another tab signed is about to be read.
    pub(super) following: Cell<bool>,
    pub(super) queues: Rc<SendQueues>,
    pub(super) tab_locks: TabLocks,
    /// What the page says of transactions that no node has, by sender.
    pub(super) unsent: RefCell<Vec<(Address, Refusal)>>,
    /// Whether such transactions are about to be looked for.
    pub(super) looking: Cell<bool>,
    /// When it was last asked which of them are in blocks.
    pub(super) looked: Cell<f64>,
    /// Whether a new release has replaced this page's files.
    pub(super) out_of_date: Cell<bool>,
    /// Whether the server is asked for that now.
    pub(super) asking_release: Cell<bool>,
    pub(super) storage: Storage,
    pub(super) traffic: Traffic,
    pub(super) links: Links,
    pub(super) mining: Mining,
    /// Whether the test transactions are being sent.
    pub(super) testing: Cell<bool>,
    /// Acts in the scenario whose nodes these are; none in the live network. It is set after the
    /// app is made and no part of that, so that the page's program is linked without the
    /// laboratory's.
    pub(super) hand: OnceCell<Rc<dyn LabHand>>,
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("name", &self.name)
            .field("tab", &self.tab)
            .finish_non_exhaustive()
    }
}

/// A person's choices for this network as they are now.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How fast miners hash.
    pub pace: Pace,
    /// Payments and messages a minute that are sent by themselves; 0 for none.
    pub traffic: u32,
    /// Lowest level of a line that goes into the log.
    pub log: Level,
    /// Miner workers of each proof-of-work node.
    pub miners: u32,
    /// Leading zero digits that the network began with.
    pub difficulty: u8,
    /// Test transactions of a new network.
    pub test_tx: u32,
    /// Whether the network's record is kept in the browser; `false` when it lives in this page
    /// only.
    pub persistent: bool,
}

impl App {
    /// The app of a page that is about to open the network that its query string names, or of a
    /// scenario, which is given a hand next.
    ///
    /// # Panics
    /// Never: the name of a link's shape is a valid name.
    pub(super) fn new(platform: Rc<dyn Platform>, search: &str, keys: Keys) -> Rc<Self> {
        let (link, errors) = PageLink::parse(search);
        let name: Name = link
            .network()
            .parse()
            .expect("the shape of a link is a valid name");
        let (store, no_storage) = RecordStore::open(Rc::clone(&platform), name.clone(), keys);
        // Without random bytes the network does not open, and says so.
        let tab = random::<2>(&*platform).unwrap_or_default();
        let app = Rc::new_cyclic(|me| Self {
            me: me.clone(),
            bus: Bus::new(Rc::clone(&platform), Model::new(name.as_str())),
            platform,
            page_link: link,
            name,
            tab: format!("tab-{}", to_hex(&tab)),
            store,
            keeping: Cell::new(false),
            opening: Opening::new(),
            roster: Roster::default(),
            wallet: Wallet::default(),
            signed: SignedHere::default(),
            signed_trouble: RefCell::default(),
            writing: Writing::default(),
            following: Cell::new(false),
            queues: Rc::default(),
            tab_locks: TabLocks::default(),
            unsent: RefCell::default(),
            looking: Cell::new(false),
            looked: Cell::new(f64::NEG_INFINITY),
            out_of_date: Cell::new(false),
            asking_release: Cell::new(false),
            storage: Storage::default(),
            traffic: Traffic::default(),
            links: Links::default(),
            mining: Mining::default(),
            testing: Cell::new(false),
            hand: OnceCell::new(),
        });
        let no_storage = no_storage.map(Refusal::from);
        for problem in errors.into_iter().map(Refusal::from).chain(no_storage) {
            app.bus.problem(problem);
        }
        app
    }

    /// Whether the nodes are those of a scenario of the laboratory.
    #[must_use]
    pub fn is_laboratory(&self) -> bool {
        self.hand.get().is_some()
    }

    /// Takes the laboratory off the page.
    pub fn hide_laboratory(&self) {
        self.platform.hide_laboratory();
    }

    /// The page's picture as of the last animation frame.
    #[must_use]
    pub fn model(&self) -> Rc<Model> {
        self.bus.model()
    }

    /// The page's picture with everything that has happened so far.
    #[must_use]
    pub fn fresh_model(&self) -> Rc<Model> {
        self.bus.fresh()
    }

    /// Calls `changed` with each new picture, at most once per animation frame.
    pub fn subscribe(&self, changed: impl Fn(Rc<Model>) + 'static) -> Subscription {
        self.bus.subscribe(changed)
    }

    /// Shows something that a person should know.
    pub fn report_problem(&self, error: Refusal) {
        self.bus.problem(error);
    }

    /// Takes a problem off the page.
    pub fn dismiss(&self, problem: Problem) {
        self.bus.push(Update::Dismiss(problem));
    }

    /// Waits until a node of this tab runs.
    ///
    /// # Errors
    /// Why the network cannot be opened here.
    pub async fn ready(&self) -> Result<(), Refusal> {
        self.opening.outcome().await
    }

    /// The settings as they are now.
    #[must_use]
    pub fn settings(&self) -> Settings {
        let (link, record) = (&self.page_link, self.store.record());
        let kept = record.as_ref();
        Settings {
            pace: kept.map_or(link.pace(), |record| record.pace),
            traffic: kept.map_or(link.traffic(), |record| record.traffic),
            log: kept.map_or(Level::Info, |record| record.log),
            miners: kept.map_or(link.miners(), |record| record.miners),
            difficulty: kept.map_or(link.difficulty(), |record| record.difficulty),
            test_tx: kept.map_or(link.test_tx(), |record| record.test_tx),
            persistent: self.store.is_persistent(),
        }
    }

    /// The page's address with the parameters of the network on the screen.
    #[must_use]
    pub fn page_link(&self) -> String {
        let mut link = self.page_link.clone();
        if let Some(record) = self.store.record() {
            let count = |kind| {
                let count = record.nodes.iter().filter(|node| node.kind == kind).count();
                u32::try_from(count).unwrap_or(0)
            };
            link.pow = Some(count(NodeKind::Pow).min(MAX_POW));
            link.poa = Some(count(NodeKind::Poa).min(MAX_POA));
            link.difficulty = Some(self.fixed_digits().unwrap_or(record.difficulty));
            link.pace = (record.pace != Pace::DEFAULT).then_some(record.pace);
            link.miners = (record.miners != PageLink::DEFAULT_MINERS).then_some(record.miners);
            link.test_tx = Some(record.test_tx);
            link.traffic = (record.traffic > 0).then_some(record.traffic);
        } else {
            link.pow = Some(link.pow());
            link.poa = Some(link.poa());
            link.difficulty = Some(link.difficulty());
        }
        // What was changed since would be the name of another network.
        if link.network() != self.name.as_str() {
            link.net = Some(self.name.clone());
        }
        link.test_tx = link
            .test_tx
            .filter(|count| *count != PageLink::DEFAULT_TEST_TX);
        format!("{}{}", self.platform.location(), link.query())
    }

    /// The digits of the difficulty in force; what an automatic one is at the moment says nothing
    /// of the network.
    pub(super) fn fixed_digits(&self) -> Option<u8> {
        let model = self.model();
        let status = model
            .nodes
            .iter()
            .map(|node| &node.status)
            .find(|status| status.difficulty > 0)?;
        let digits = Difficulty(status.difficulty).zero_digits();
        let fixed = status.automatic.is_none().then_some(digits)?;
        u8::try_from(fixed).ok()
    }

    /// Name of the database that holds the ledger of one of this tab's nodes; `None` for one that
    /// is kept in memory.
    #[must_use]
    pub fn database(&self, node: &str) -> Option<String> {
        self.roster
            .find(node)
            .and_then(|node| node.database.clone())
    }

    /// This tab's name among the tabs of the network.
    #[must_use]
    pub fn tab(&self) -> &str {
        &self.tab
    }

    /// The id of the network's genesis block.
    ///
    /// # Errors
    /// The network is not open.
    pub fn chain_id(&self) -> Result<BlockHash, Refusal> {
        Ok(self.network()?.chain_id)
    }

    pub(super) fn network(&self) -> Result<Rc<Network>, Refusal> {
        let network = self.store.network();
        network.ok_or_else(|| self.opening.not_open())
    }

    pub(super) fn record(&self) -> Result<Record, Refusal> {
        let record = self.store.record();
        record.ok_or_else(|| self.opening.not_open())
    }

    /// The name of a lock of this network; a network that lives in this tab only shares none.
    pub(super) fn lock_name(&self, what: &str) -> String {
        if self.store.is_persistent() {
            format!("aurex:{}:{what}", self.name)
        } else {
            format!("aurex:{}:{}:{what}", self.name, self.tab)
        }
    }

    pub(super) fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.platform.spawn(task.boxed_local());
    }
}
