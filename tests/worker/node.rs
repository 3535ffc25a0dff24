//! Whole nodes in workers of a real browser: they mine, follow, answer, keep their ledgers, stop.
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use aurex::browser::js::{field, monotonic, now, random, sleep, to_js, unpack};
use aurex::browser::spawn::spawn_from;
use aurex::browser::{WorkerHandle, idb, node_worker_name};
use aurex::consensus::Params;
use aurex::ipc::{
    FromNode, NodeConfig, NodeKind, Report, Request, RequestId, Speed, TimeShare, ToNode, Workload,
};
use aurex::ledger::{Query, Table};
use aurex::primitives::{Difficulty, Keypair, to_hex};
use aurex::records::{LedgerStart, MinerState};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::support::loader;

/// A network of its own for each test.
pub(crate) struct World {
    params: Params,
    tag: String,
}

impl World {
    pub(crate) fn new() -> Self {
        let operator = Keypair::derive(&[1; 32], "test", "operator").address();
        let mut params =
            Params::playground("test".parse().unwrap(), random().unwrap(), now(), operator);
        params.difficulty = Difficulty(16);
        Self {
            params,
            tag: to_hex(&random::<8>().unwrap()),
        }
    }

    pub(crate) fn config(&self, name: &str, kind: NodeKind, durable: bool) -> NodeConfig {
        NodeConfig {
            params: self.params.to_bytes(),
            name: name.to_owned(),
            kind,
            secret: Keypair::derive(&self.params.salt, "node", name)
                .secret()
                .to_vec(),
            host: "test".to_owned(),
            database: durable.then(|| self.database(name)),
            workload: Workload {
                speed: Speed::Budget(50.0),
                share: TimeShare::ALL,
                miners: 1,
            },
            is_first: true,
        }
    }

    pub(crate) fn database(&self, name: &str) -> String {
        format!("aurex-test:{}:{name}", self.tag)
    }
}

/// The page's end of a node worker.
pub(crate) struct Talk {
    pub(crate) handle: WorkerHandle,
    pub(crate) heard: Rc<Heard>,
    next: Cell<u32>,
}

#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) report: RefCell<Option<Report>>,
    reports: Cell<u32>,
    /// The first miner's tries, report by report.
    tries: RefCell<Vec<u64>>,
    pub(crate) events: RefCell<Vec<String>>,
    messages: RefCell<Vec<FromNode>>,
    answers: RefCell<Vec<(u32, JsValue)>>,
    errors: RefCell<Vec<String>>,
}

impl Talk {
    pub(crate) fn start(config: NodeConfig) -> Self {
        let heard = Rc::new(Heard::default());
        let (sink, errors) = (Rc::clone(&heard), Rc::clone(&heard));
        let handle = spawn_from(
            &loader::loader(),
            &node_worker_name(&config.name),
            move |message| sink.hear(message),
            move |error| {
                wasm_bindgen_test::console_log!("a node failed: {error}");
                errors.errors.borrow_mut().push(error);
            },
        )
        .unwrap();
        handle.post(&ToNode::Start(config)).unwrap();
        Self {
            handle,
            heard,
            next: Cell::new(1),
        }
    }

    pub(crate) async fn until<T>(&self, what: &str, found: impl Fn(&Heard) -> Option<T>) -> T {
        let limit = monotonic() + 15_000.0;
        loop {
            if let Some(found) = found(&self.heard) {
                return found;
            }
            let (report, events) = (self.heard.report.borrow(), self.heard.events.borrow());
            assert!(
                monotonic() < limit,
                "no {what}: {report:?}\n{}",
                events.join("\n")
            );
            drop((report, events));
            sleep(10.0).await;
        }
    }

    pub(crate) async fn height(&self, least: u64) -> Report {
        self.until("such height", |heard| {
            heard
                .report
                .borrow()
                .clone()
                .filter(|it| it.status.height >= least)
        })
        .await
    }

    pub(crate) async fn durable(&self, least: u64) -> Report {
        let durable = |heard: &Heard| {
            heard
                .report
                .borrow()
                .clone()
                .filter(|it| it.status.durable_height >= least)
        };
        self.until("such durable height", durable).await
    }

    /// The answer's value, or the code of the refusal.
    pub(crate) async fn ask(&self, request: Request) -> Result<JsValue, String> {
        let id = RequestId(self.next.replace(self.next.get() + 1));
        self.handle.post(&ToNode::Request { id, request }).unwrap();
        self.until("answer", |heard| {
            let answer = heard
                .answers
                .borrow()
                .iter()
                .find(|(of, _)| *of == id.0)
                .map(|(_, value)| Ok(value.clone()));
            answer.or_else(|| {
                heard
                    .messages
                    .borrow()
                    .iter()
                    .find_map(|message| match message {
                        FromNode::Refusal { id: of, error } if *of == id => {
                            Some(Err(error.code().to_owned()))
                        }
                        _ => None,
                    })
            })
        })
        .await
    }

    pub(crate) async fn stop(&self) {
        self.handle.post(&ToNode::Stop).unwrap();
        self.until("goodbye", |heard| {
            heard.has(|message| matches!(message, FromNode::Stopped))
        })
        .await;
    }
}

impl Heard {
    fn hear(&self, message: JsValue) {
        let message: FromNode = unpack(&message).unwrap();
        if let FromNode::Answer { id, answer } = &message {
            return self
                .answers
                .borrow_mut()
                .push((id.0, to_js(answer).unwrap()));
        }
        if let FromNode::Started(report) | FromNode::Report(report) = &message {
            self.reports.set(self.reports.get() + 1);
            self.events
                .borrow_mut()
                .extend(report.events.iter().map(|event| event.text.clone()));
            self.tries
                .borrow_mut()
                .extend(report.miners.first().map(|miner| miner.hashes));
            *self.report.borrow_mut() = Some(report.clone());
        }
        if !matches!(message, FromNode::Report(_)) {
            self.messages.borrow_mut().push(message);
        }
    }

    fn has(&self, what: impl Fn(&FromNode) -> bool) -> Option<()> {
        self.messages.borrow().iter().any(what).then_some(())
    }

    fn failure(&self) -> Option<String> {
        self.messages
            .borrow()
            .iter()
            .find_map(|message| match message {
                FromNode::Failed { error } => Some(error.code().to_owned()),
                _ => None,
            })
    }
}

/// A query gives rows in the order of its index; what cannot be found is refused.
async fn answers_questions_about_its_ledger(miner: &Talk) {
    let query = Query {
        index: Some("height".to_owned()),
        ..Query::all(Table::Blocks, 2)
    };
    let page = miner.ask(Request::Ledger(query)).await.unwrap();
    assert!(field(&page, "total").as_f64().unwrap() >= 3.0);
    let rows = Array::from(&field(&page, "rows"));
    assert_eq!(
        (rows.length(), field(&rows.get(1), "height").as_f64()),
        (2, Some(1.0))
    );
    let query = Query {
        index: Some("colour".to_owned()),
        ..Query::all(Table::Blocks, 2)
    };
    assert_eq!(
        miner.ask(Request::Ledger(query)).await,
        Err("bad_query".to_owned())
    );
    assert!(
        miner
            .ask(Request::Transaction {
                id: "zz".to_owned()
            })
            .await
            .is_err()
    );
}

#[wasm_bindgen_test]
async fn a_node_mines_another_follows_and_both_answer() {
    let world = World::new();
    let miner = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let viewer = Talk::start(world.config("viewer-1", NodeKind::Viewer, false));
    miner.height(3).await;
    viewer.height(3).await;
    let same = |heard: &Heard| {
        let (one, two) = (heard.report.borrow(), viewer.heard.report.borrow());
        let (one, two) = (&one.as_ref()?.status, &two.as_ref()?.status);
        (one.head == two.head && one.state_root == two.state_root && one.height >= 3).then_some(())
    };
    miner.until("same head", same).await;
    assert_eq!(
        viewer
            .heard
            .report
            .borrow()
            .as_ref()
            .unwrap()
            .status
            .degraded,
        None
    );

    let chain = miner
        .ask(Request::Chain {
            from: Some(0),
            count: 3,
        })
        .await
        .unwrap();
    assert_eq!(Array::from(&field(&chain, "blocks")).length(), 3);
    let peers = viewer.ask(Request::Peers).await.unwrap();
    assert_eq!(
        field(&Array::from(&peers).get(0), "name")
            .as_string()
            .as_deref(),
        Some("pow-1")
    );

    miner.durable(2).await;
    answers_questions_about_its_ledger(&miner).await;
    miner.stop().await;
    viewer.stop().await;
    assert_eq!(*miner.heard.errors.borrow(), Vec::<String>::new());
    idb::delete_database(&world.database("pow-1"))
        .await
        .unwrap();
}

#[wasm_bindgen_test]
async fn a_node_goes_on_from_its_ledger_and_can_be_wiped() {
    let world = World::new();
    let first = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    let before = first.durable(4).await.status.durable_height;
    first.stop().await;
    drop(first);

    let again = Talk::start(world.config("pow-1", NodeKind::Pow, true));
    again
        .until("start", |heard| {
            heard.has(|it| matches!(it, FromNode::Started(_)))
        })
        .await;
    let status = again.heard.report.borrow().as_ref().unwrap().status.clone();
    assert!(status.height >= before, "{} < {before}", status.height);
    assert_eq!(status.ledger_start, LedgerStart::Resumed);

    again.ask(Request::Wipe).await.unwrap();
    let status = again.until("report after the wipe", |heard| {
        heard
            .report
            .borrow()
            .clone()
            .filter(|it| it.status.ledger_start == LedgerStart::New)
    });
    assert!(status.await.status.height < before);
    again.durable(1).await;
    again.stop().await;
    idb::delete_database(&world.database("pow-1"))
        .await
        .unwrap();
}

#[wasm_bindgen_test]
async fn a_killed_node_goes_on_from_what_was_durable() {
    let world = World::new();
    let mut height = 0;
    for _ in 0..3 {
        let node = Talk::start(world.config("pow-1", NodeKind::Pow, true));
        node.until("start", |heard| {
            heard.has(|it| matches!(it, FromNode::Started(_)))
        })
        .await;
        let status = node.heard.report.borrow().as_ref().unwrap().status.clone();
        assert!(
            status.height >= height && status.degraded.is_none(),
            "{status:?}"
        );
        height = node.durable(height + 2).await.status.durable_height;
        node.handle.terminate();
    }
}

#[wasm_bindgen_test]
async fn an_identity_runs_once() {
    let world = World::new();
    let first = Talk::start(world.config("viewer-1", NodeKind::Viewer, false));
    first
        .until("start", |heard| {
            heard.has(|it| matches!(it, FromNode::Started(_)))
        })
        .await;
    let second = Talk::start(world.config("viewer-1", NodeKind::Viewer, false));
    // Ended without a word, the first gives the identity back.
    let third = Talk::start(world.config("viewer-1", NodeKind::Viewer, false));
    assert_eq!(
        second.until("failure", Heard::failure).await,
        "identity_in_use"
    );
    assert_eq!(
        third.until("failure", Heard::failure).await,
        "identity_in_use"
    );
    let fourth = Talk::start(world.config("viewer-1", NodeKind::Viewer, false));
    sleep(300.0).await;
    first.handle.terminate();
    fourth
        .until("start", |heard| {
            heard.has(|it| matches!(it, FromNode::Started(_)))
        })
        .await;
    fourth.stop().await;
}

#[wasm_bindgen_test]
async fn a_node_that_cannot_start_says_why() {
    let world = World::new();
    let config = NodeConfig {
        secret: vec![1; 31],
        ..world.config("pow-1", NodeKind::Pow, false)
    };
    assert_eq!(
        Talk::start(config).until("failure", Heard::failure).await,
        "bad_config"
    );
    let config = NodeConfig {
        params: vec![1, 2, 3],
        ..world.config("pow-1", NodeKind::Pow, false)
    };
    assert_eq!(
        Talk::start(config).until("failure", Heard::failure).await,
        "bad_config"
    );
    // Stopped before it runs, it starts and stops in order.
    let hasty = Talk::start(world.config("pow-1", NodeKind::Pow, false));
    hasty.stop().await;
}

/// Counts reports and bounds the time from below only: a busy machine makes it longer, never
/// shorter.
#[wasm_bindgen_test]
async fn reports_come_at_most_ten_times_a_second_and_by_themselves() {
    async fn time_of(talk: &Talk, reports: u32) -> f64 {
        let (first, began) = (talk.heard.reports.get(), monotonic());
        talk.until("more reports", |heard| {
            (heard.reports.get() - first >= reports).then_some(())
        })
        .await;
        monotonic() - began
    }
    let world = World::new();
    let node = Talk::start(world.config("pow-1", NodeKind::Pow, false));
    node.height(1).await;
    // Eleven intervals of 100 ms; four are left for reports that waited for a busy page.
    let busy = time_of(&node, 12).await;
    assert!(busy >= 700.0, "twelve reports in {busy} ms");
    node.stop().await;
    // Nothing happens in a viewer that is alone.
    let viewer = Talk::start(World::new().config("viewer-1", NodeKind::Viewer, false));
    let idle = time_of(&viewer, 4).await;
    wasm_bindgen_test::console_log!("mining, 12 reports in {busy} ms; alone, 4 in {idle} ms");
    viewer.stop().await;
}

#[wasm_bindgen_test]
async fn a_miner_that_fails_is_started_again_later_each_time_and_its_node_goes_on() {
    let world = World::new();
    // The workers of a node of this name panic at their start.
    let talk = Talk::start(world.config("panic", NodeKind::Pow, false));
    let failures = |heard: &Heard| -> Vec<String> {
        let events = heard.events.borrow();
        events
            .iter()
            .filter_map(|text| Some(text.split_once("it starts again in ")?.1.to_owned()))
            .collect()
    };
    talk.until("third failure", |heard| {
        (failures(heard).len() >= 3).then_some(())
    })
    .await;
    assert_eq!(failures(&talk.heard)[..3], ["500 ms", "1000 ms", "2000 ms"]);
    let restarting = |heard: &Heard| {
        let report = heard.report.borrow();
        report
            .as_ref()
            .is_some_and(|it| {
                it.miners
                    .iter()
                    .all(|miner| miner.state == MinerState::Restarting)
            })
            .then_some(())
    };
    talk.until("miner that is said to restart", restarting)
        .await;
    talk.ask(Request::Mempool).await.unwrap();
    assert!(
        talk.heard.errors.borrow().is_empty(),
        "a broken miner is no broken node"
    );
    talk.stop().await;
}

#[wasm_bindgen_test]
async fn a_miner_goes_on_with_its_search_when_others_are_added_or_taken_away() {
    let mut world = World::new();
    world.params.difficulty = Difficulty(1 << 52);
    let talk = Talk::start(world.config("pow-1", NodeKind::Pow, false));
    for miners in [3, 1, 2] {
        talk.handle
            .post(&ToNode::SetWorkload(Workload {
                speed: Speed::Max,
                share: TimeShare::ALL,
                miners,
            }))
            .unwrap();
        let before = talk
            .heard
            .tries
            .borrow()
            .last()
            .copied()
            .unwrap_or_default();
        let fits = |heard: &Heard| {
            let report = heard.report.borrow();
            let list = report.as_ref().map(|it| &it.miners)?;
            (list.len() == usize::try_from(miners).ok()? && list[0].hashes > before).then_some(())
        };
        talk.until("tries of the first miner", fits).await;
    }
    // A worker that began anew would tell fewer than the one before.
    assert!(
        talk.heard.tries.borrow().is_sorted(),
        "{:?}",
        talk.heard.tries.borrow()
    );
    talk.stop().await;
}

#[wasm_bindgen_test]
async fn miners_are_added_taken_away_and_paused_while_the_node_runs() {
    let world = World::new();
    let talk = Talk::start(world.config("pow-1", NodeKind::Pow, false));
    talk.height(1).await;
    let order = |speed, miners| {
        talk.handle
            .post(&ToNode::SetWorkload(Workload {
                speed,
                share: TimeShare::ALL,
                miners,
            }))
            .unwrap();
    };
    let miners = async |what: &str, fits: &dyn Fn(&[aurex::ipc::MinerStatus]) -> bool| {
        let found = |heard: &Heard| {
            heard
                .report
                .borrow()
                .as_ref()
                .is_some_and(|it| fits(&it.miners))
                .then_some(())
        };
        talk.until(what, found).await;
    };
    order(Speed::Budget(18.0), 3);
    miners("three miners that hash", &|list| {
        list.len() == 3 && list.iter().all(|miner| miner.hash_rate > 0.0)
    })
    .await;
    order(Speed::Budget(50.0), 1);
    miners("one miner", &|list| list.len() == 1).await;
    order(Speed::Paused, 1);
    miners("a pause", &|list| {
        list.iter().all(|miner| miner.state == MinerState::Paused)
    })
    .await;
    let height = talk.height(1).await.status.height;
    sleep(1_500.0).await;
    assert_eq!(
        talk.height(1).await.status.height,
        height,
        "nothing is mined in a pause"
    );
    order(Speed::Budget(50.0), 1);
    talk.height(height + 1).await;
    talk.stop().await;
}
