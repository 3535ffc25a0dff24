//! One visit of the page: the built files on a server of their own, a fresh browser, and what the
//! page says through `window.aurex`. A test that fails prints the page's status, log and console.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, thread};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::browser::{Browser, Refusal};
use crate::clock::Clock;
use crate::server::Server;

/// Wait between two looks at the page.
const LOOK_MS: u64 = 150;
/// Lines of the log that a failed test prints.
const SHOWN_LINES: usize = 60;

/// Remembers the last lines of the log, and what was refused, for the test.
const LISTEN: &str = "
    window.testLog = [];
    aurex.on('log', (event) => {
      testLog.push(`${event.level} ${event.node} ${event.topic}: ${event.text}`);
      if (testLog.length > 2000) testLog.splice(0, 1000);
    });";

/// The built page.
pub(crate) struct Visit {
    pub(crate) browser: Browser,
    pub(crate) server: Server,
}

/// `aurex.status()`, as far as tests look at it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Status {
    pub(crate) network: Network,
    pub(crate) nodes: Vec<Node>,
    pub(crate) in_consensus: bool,
    pub(crate) problems: Vec<Problem>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Network {
    pub(crate) chain_id: String,
    pub(crate) mode: String,
    pub(crate) discovery_channel: String,
    pub(crate) link: String,
    pub(crate) persistent: bool,
}

/// A row of the status. Kind and state are the words that a script reads.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Node {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) state: String,
    pub(crate) own: bool,
    pub(crate) height: u64,
    pub(crate) head: String,
    pub(crate) state_root: String,
    pub(crate) peers: u32,
    pub(crate) pending: u32,
    pub(crate) hash_rate: f64,
    pub(crate) hash_budget: Option<f64>,
    pub(crate) durable_height: u64,
    pub(crate) degraded: Option<String>,
    pub(crate) difficulty: u64,
    pub(crate) authorities: u32,
    pub(crate) is_authority: bool,
    pub(crate) frames_refused: u64,
    pub(crate) ledger_start: String,
}

/// A block, in a list or whole; only a whole one has bytes.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Block {
    pub(crate) hash: String,
    pub(crate) height: u64,
    pub(crate) kind: String,
    pub(crate) miner: String,
    pub(crate) timestamp: u64,
    pub(crate) difficulty: u64,
    pub(crate) on_best_chain: bool,
    #[serde(default)]
    pub(crate) raw: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Transaction {
    pub(crate) status: String,
    pub(crate) height: Option<u64>,
    pub(crate) confirmations: u64,
    pub(crate) seen_by: u32,
    pub(crate) from_user: String,
    pub(crate) to_user: String,
    pub(crate) amount: u64,
    pub(crate) fee: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) code: String,
    pub(crate) message: String,
}

impl Status {
    pub(crate) fn node(&self, name: &str) -> &Node {
        let found = self.nodes.iter().find(|node| node.name == name);
        found.unwrap_or_else(|| panic!("the status names no node {name}"))
    }

    /// The nodes of this tab that follow the chain.
    pub(crate) fn up(&self) -> impl Iterator<Item = &Node> {
        self.nodes
            .iter()
            .filter(|node| node.own && ["running", "syncing"].contains(&node.state.as_str()))
    }

    pub(crate) fn height(&self) -> u64 {
        self.up().map(|node| node.height).max().unwrap_or(0)
    }

    /// Whether `count` nodes of this tab run and have one head and one state root.
    pub(crate) fn agree(&self, count: usize) -> bool {
        let mut heads: Vec<_> = self
            .up()
            .map(|node| (&node.head, &node.state_root))
            .collect();
        let all = heads.len() == count;
        heads.dedup();
        all && heads.len() == 1
    }

    pub(crate) fn of_kind(&self, kind: &str) -> Vec<&str> {
        self.nodes
            .iter()
            .filter(|node| node.kind == kind)
            .map(|node| node.name.as_str())
            .collect()
    }
}

/// The folder with the built page.
pub(crate) fn dist() -> PathBuf {
    let folder = env::var_os("AUREX_DIST").map(PathBuf::from);
    let folder = folder.expect(
        "AUREX_DIST is not set: expected the folder of the built page; run these tests by `cargo xtask test dist page`",
    );
    assert!(
        folder.join("index.html").is_file(),
        "{} holds no built page",
        folder.display()
    );
    folder
}

impl Visit {
    /// A server and a browser, without a page.
    pub(crate) fn prepare() -> Self {
        let server = Server::start(&dist());
        Self {
            browser: Browser::start(true),
            server,
        }
    }

    /// The page with this query, once it offers its scripting API.
    pub(crate) fn open(query: &str) -> Self {
        let visit = Self::prepare();
        visit.go(query);
        visit
    }

    /// The page with this query, with nothing in it that costs time but the page itself: no log is
    /// heard, and the browser keeps no record of requests.
    pub(crate) fn undisturbed(query: &str) -> Self {
        let server = Server::start(&dist());
        let visit = Self {
            browser: Browser::start(false),
            server,
        };
        visit.browser.go(&visit.server.page(query));
        visit.wait_for_api();
        visit
    }

    /// Goes to the page with this query.
    pub(crate) fn go(&self, query: &str) {
        self.browser.go(&self.server.page(query));
        self.meet();
    }

    pub(crate) fn reload(&self) {
        self.browser.reload();
        self.meet();
    }

    /// Waits for the scripting API and begins to listen.
    pub(crate) fn meet(&self) {
        self.wait_for_api();
        self.value(LISTEN);
    }

    /// Waits until the page can be asked.
    pub(crate) fn wait_for_api(&self) {
        self.wait("the scripting API", 30, |visit| {
            (visit.value("return typeof aurex") == "object").then_some(())
        });
    }

    /// Runs the body of an async function.
    pub(crate) fn try_ask<T: DeserializeOwned>(&self, body: &str) -> Result<T, Refusal> {
        let value = self.browser.ask(body)?;
        let shown = value.to_string();
        Ok(serde_json::from_value(value)
            .unwrap_or_else(|error| panic!("`{body}` gave {shown}: {error}")))
    }

    /// The same, where no refusal is expected.
    pub(crate) fn ask<T: DeserializeOwned>(&self, body: &str) -> T {
        self.try_ask(body)
            .unwrap_or_else(|refusal| panic!("`{body}` was refused: {refusal:?}"))
    }

    pub(crate) fn value(&self, body: &str) -> Value {
        self.ask(body)
    }

    /// What a promise is rejected with.
    pub(crate) fn refusal(&self, body: &str) -> Refusal {
        match self.try_ask::<Value>(body) {
            Ok(value) => panic!("`{body}` was expected to be refused, and gave {value}"),
            Err(refusal) => refusal,
        }
    }

    /// What the console prints.
    pub(crate) fn command(&self, line: &str) -> String {
        let answer: String = self.ask(&format!("return await aurex.command({})", text(line)));
        eprintln!(
            "    > {line}\n      {}",
            answer.lines().take(3).collect::<Vec<_>>().join("\n      ")
        );
        answer
    }

    pub(crate) fn status(&self) -> Status {
        self.ask("return await aurex.status()")
    }

    /// The last blocks of a node's best chain, oldest first.
    pub(crate) fn chain(&self, node: &str, count: u64) -> Vec<Block> {
        self.ask(&format!(
            "return (await aurex.chain({{ node: {}, count: {count} }})).blocks",
            text(node)
        ))
    }

    pub(crate) fn block(&self, which: &str) -> Block {
        self.ask(&format!("return await aurex.block({})", text(which)))
    }

    pub(crate) fn transaction(&self, id: &str) -> Option<Transaction> {
        self.ask(&format!("return await aurex.transaction({})", text(id)))
    }

    /// Text of the first element that fits the selector.
    pub(crate) fn text_of(&self, selector: &str) -> String {
        self.ask(&format!(
            "return document.querySelector({})?.innerText ?? ''",
            text(selector)
        ))
    }

    /// Waits until `look` gives something.
    pub(crate) fn wait<T>(&self, what: &str, seconds: u64, look: impl Fn(&Self) -> Option<T>) -> T {
        let clock = Clock::start();
        loop {
            if let Some(found) = look(self) {
                return found;
            }
            assert!(
                !clock.is_past(seconds),
                "waited {seconds} s in vain: {what}"
            );
            thread::sleep(Duration::from_millis(LOOK_MS));
        }
    }

    /// Waits until `count` nodes of this tab agree on a head at or above `height`.
    pub(crate) fn agreed(&self, count: usize, height: u64, seconds: u64) -> Status {
        let what =
            format!("{count} nodes with the same head and state root at height {height} or above");
        self.wait(&what, seconds, |visit| {
            let status = visit.status();
            (status.agree(count) && status.height() >= height).then_some(status)
        })
    }

    /// Waits until a transaction is committed and every one of the `nodes` holds it in a block.
    pub(crate) fn committed(&self, id: &str, nodes: u32, seconds: u64) -> Transaction {
        self.wait(
            &format!("transaction {id} committed on {nodes} nodes"),
            seconds,
            |visit| {
                visit
                    .transaction(id)
                    .filter(|info| info.status == "committed" && info.seen_by >= nodes)
            },
        )
    }

    /// No error in the console, and no request but to the origin and for files that are there.
    pub(crate) fn expect_quiet(&mut self) {
        let errors: Vec<String> = self
            .browser
            .console()
            .iter()
            .filter(|line| line.starts_with("SEVERE"))
            .cloned()
            .collect();
        assert!(
            errors.is_empty(),
            "errors in the console:\n{}",
            errors.join("\n")
        );
        let home = self.server.address("/");
        // The browser's own pages, such as a new tab's, are no part of the visit.
        let of_the_net = |address: &&String| {
            ["http", "ws", "ftp"]
                .iter()
                .any(|scheme| address.starts_with(scheme))
        };
        let foreign: Vec<String> = self
            .browser
            .requested()
            .iter()
            .filter(of_the_net)
            .filter(|url| !url.starts_with(&home))
            .cloned()
            .collect();
        assert!(
            foreign.is_empty(),
            "requests that leave the origin: {foreign:?}"
        );
        let missing: Vec<_> = self
            .server
            .requests()
            .into_iter()
            .filter(|request| request.status != 200)
            .collect();
        assert!(
            missing.is_empty(),
            "requests that the server refused: {missing:?}"
        );
    }

    fn print_state(&mut self) {
        let status = self.browser.ask("return await aurex.command('status')");
        eprintln!(
            "--- the page's status\n{}",
            status.map_or_else(|error| format!("{error:?}"), plain)
        );
        let problems = self
            .browser
            .ask("return (await aurex.status()).problems.map((p) => p.message).join('\\n')");
        eprintln!(
            "--- problems on the page\n{}",
            problems.map_or_else(|error| format!("{error:?}"), plain)
        );
        let log = self.browser.ask(&format!("return (window.testLog ?? []).filter((line) => !/^debug .* (message|mining):/.test(line)).slice(-{SHOWN_LINES}).join('\\n')"));
        eprintln!(
            "--- the last lines of the log\n{}",
            log.map_or_else(|error| format!("{error:?}"), plain)
        );
        eprintln!("--- the console\n{}", self.browser.console().join("\n"));
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        if thread::panicking() {
            self.print_state();
        }
    }
}

/// A text as JavaScript writes it.
pub(crate) fn text(text: &str) -> String {
    Value::from(text).to_string()
}

fn plain(value: Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), ToOwned::to_owned)
}
