//! `window.aurex`: the commands for scripts, teachers' notebooks and tests. Promises of plain objects;
//! what is missing is `null`; a refusal is an `Error` with a `code`.

use std::future::Future;
use std::pin::Pin;
use std::rc::{Rc, Weak};

use js_sys::{Array, Error, Object, Promise, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::arguments::{self, Fields};
use super::{Host, Output};
use crate::browser::js::to_js;
use crate::command::{Command, Target};
use crate::gossip::discovery_channel;
use crate::ipc::{ApiError, Event, NodeStatus, TransactionInfo};
use crate::view::{Model, TabMode};

/// Blocks of `aurex.chain` without a count.
const DEFAULT_COUNT: u32 = 20;
/// Most blocks that a node gives at once.
const MAX_COUNT: u32 = 500;

/// What `aurex.status()` gives.
#[derive(Debug, Serialize)]
struct Status<'a> {
    network: NetworkStatus<'a>,
    nodes: Vec<NodeRow<'a>>,
    in_consensus: bool,
    tips: Vec<TipRow<'a>>,
    problems: Vec<ApiError>,
}

#[derive(Debug, Serialize)]
struct NetworkStatus<'a> {
    name: &'a str,
    chain_id: &'a str,
    /// `starting`, `host` or `viewer`.
    mode: &'static str,
    discovery_channel: String,
    tab: &'a str,
    pace: crate::ipc::Pace,
    link: String,
    persistent: bool,
}

#[derive(Debug, Serialize)]
struct NodeRow<'a> {
    #[serde(flatten)]
    status: &'a NodeStatus,
    own: bool,
}

#[derive(Debug, Serialize)]
struct TipRow<'a> {
    hash: &'a str,
    height: u64,
    nodes: &'a [String],
}

#[derive(Debug, Serialize)]
struct LedgerAnswer {
    total: u32,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    rows: Array,
}

#[derive(Debug, Serialize)]
struct Done {
    node: Option<String>,
    id: Option<String>,
    text: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self { node: output.node, id: output.sent.map(|sent| sent.tx_hash), text: output.text }
    }
}

#[derive(Debug, Serialize)]
struct Sent {
    id: String,
    #[serde(flatten)]
    transaction: TransactionInfo,
}

#[derive(Debug, Serialize)]
struct Cut {
    from: String,
    to: String,
}

/// Offers the host to scripts.
///
/// # Errors
/// The browser does not let the object be made.
pub(super) fn publish(host: &Rc<Host>) -> Result<(), ApiError> {
    let api = Object::new();
    let api = Api { host: Rc::downgrade(host), object: &api };
    api.put("version", &env!("CARGO_PKG_VERSION").into())?;
    api.reads()?;
    api.acts()?;
    api.hears()?;
    let global = js_sys::global();
    let done = Reflect::set(&global, &"aurex".into(), api.object);
    done.map(drop).map_err(|_| ApiError::new("no_api", "window.aurex cannot be set"))
}

struct Api<'a> {
    host: Weak<Host>,
    object: &'a Object,
}

impl Api<'_> {
    fn put(&self, name: &str, value: &JsValue) -> Result<(), ApiError> {
        let done = Reflect::set(self.object, &name.into(), value);
        done.map(drop).map_err(|_| ApiError::new("no_api", format!("aurex.{name} cannot be set")))
    }

    /// A function of one argument that gives a promise.
    fn promise<F, A, T>(&self, name: &str, run: F) -> Result<(), ApiError>
    where
        F: Fn(Rc<Host>, JsValue) -> A + Copy + 'static,
        A: Future<Output = Result<T, ApiError>> + 'static,
        T: Serialize + 'static,
    {
        let weak = self.host.clone();
        let closure = Closure::<dyn Fn(JsValue) -> Promise>::new(move |argument: JsValue| {
            let host = weak.upgrade();
            // One type for all: each would be compiled anew otherwise.
            let job: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>> = Box::pin(async move {
                let closed = || ApiError::new("closed", "the page's network was closed");
                let answer = match host.ok_or_else(closed) {
                    Ok(host) => run(host, argument).await,
                    Err(error) => Err(error),
                };
                answer.and_then(|value| to_js(&value)).map_err(|error| thrown(&error))
            });
            future_to_promise(job)
        });
        self.put(name, &closure.into_js_value())
    }

    fn reads(&self) -> Result<(), ApiError> {
        self.promise("ready", |host, _| async move {
            host.ready().await?;
            status(&host)
        })?;
        self.promise("status", |host, _| async move { status(&host) })?;
        self.promise("chain", |host, argument| async move {
            let fields = Fields::of("chain", argument)?;
            let from = fields.optional_number("from", crate::primitives::MAX_EXACT)?;
            let count = fields.optional_u32("count")?.unwrap_or(DEFAULT_COUNT).min(MAX_COUNT);
            host.chain(fields.optional_text("node")?.as_deref(), from, count).await
        })?;
        self.promise("block", |host, argument| async move {
            let which = match argument.as_f64() {
                Some(height) => height.to_string(),
                None => arguments::text("block", &argument)?,
            };
            host.block(None, &which).await
        })?;
        self.promise("transaction", |host, argument| async move {
            host.transaction(&arguments::text("transaction", &argument)?).await
        })?;
        self.promise("ledger", |host, argument| async move {
            let fields = Fields::of("ledger", argument)?;
            let node = fields.optional_text("node")?;
            let page = host.ledger(node.as_deref(), arguments::query(&fields)?).await?;
            Ok(LedgerAnswer { total: page.total, rows: page.rows.into_iter().collect() })
        })?;
        self.promise("mempool", |host, argument| async move { host.mempool(node(&argument)?.as_deref()).await })?;
        self.promise("accounts", |host, argument| async move { host.accounts(node(&argument)?.as_deref()).await })?;
        self.promise("peers", |host, argument| async move { host.peers(node(&argument)?.as_deref()).await })
    }

    fn acts(&self) -> Result<(), ApiError> {
        self.promise("command", |host, argument| async move {
            Ok(host.command(&argument.as_string().unwrap_or_default()).await)
        })?;
        self.promise("tx", |host, argument| async move {
            let transaction = host.send(arguments::draft(argument)?).await?;
            Ok(Sent { id: transaction.tx_hash.clone(), transaction })
        })?;
        self.promise("kill", |host, argument| async move { run(&host, Command::Kill(target(&argument)?)).await })?;
        self.promise("start", |host, argument| async move { run(&host, Command::Start(target(&argument)?)).await })?;
        self.promise("stop", |host, argument| async move { run(&host, Command::Stop(target(&argument)?)).await })?;
        self.promise("wipe", |host, argument| async move { run(&host, Command::Wipe(target(&argument)?)).await })?;
        self.promise("add", |host, argument| async move {
            run(&host, Command::Add(arguments::node_kind(&argument)?)).await
        })?;
        self.promise("set", |host, argument| async move {
            let fields = Fields::of("set", argument)?;
            let (difficulty, pace) = (arguments::difficulty(&fields)?, arguments::pace(&fields)?);
            let mut done = Output::default();
            if let Some(pace) = pace {
                done = host.execute(Command::Pace(pace)).await?;
            }
            if let Some(digits) = difficulty {
                let set = host.execute(Command::Difficulty { digits }).await?;
                done = Output { text: format!("{}\n{}", done.text, set.text).trim().to_owned(), ..set };
            }
            if difficulty.is_none() && pace.is_none() {
                return Err(ApiError::new(
                    "argument_missing",
                    "set: expected { difficulty } or { pace }, found neither",
                ));
            }
            Ok(Done::from(done))
        })?;
        self.promise("links", |host, argument| async move {
            if !argument.is_undefined() {
                host.set_cuts(&arguments::links(&argument)?)?;
            }
            Ok(host.cuts().into_iter().map(|(from, to)| Cut { from, to }).collect::<Vec<_>>())
        })
    }

    /// `aurex.on(event, handler)` gives a function that ends the subscription.
    fn hears(&self) -> Result<(), ApiError> {
        let weak = self.host.clone();
        let on = Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(
            move |event: JsValue, handler: JsValue| {
                let host =
                    weak.upgrade().ok_or_else(|| thrown(&ApiError::new("closed", "the page's network was closed")))?;
                let topic = arguments::topic(&event).map_err(|error| thrown(&error))?;
                let handler: js_sys::Function =
                    handler.dyn_into().map_err(|found| thrown(&arguments::wrong("handler", "a function", &found)))?;
                let subscription = host.listen(topic, move |event: &Event| {
                    if let Ok(value) = to_js(event) {
                        // A handler's own mistake is the script's: it must not stop the page.
                        let outcome = handler.call1(&JsValue::UNDEFINED, &value);
                        if let Err(error) = outcome {
                            web_sys::console::error_1(&error);
                        }
                    }
                });
                let kept = std::cell::RefCell::new(Some(subscription));
                let off = Closure::<dyn Fn()>::new(move || drop(kept.take()));
                Ok(off.into_js_value())
            },
        );
        self.put("on", &on.into_js_value())
    }
}

fn status(host: &Host) -> Result<JsStatus, ApiError> {
    let model: Rc<Model> = host.bus.fresh();
    let status = Status {
        network: NetworkStatus {
            name: &model.network,
            chain_id: &model.chain_id,
            mode: match model.mode {
                TabMode::Starting => "starting",
                TabMode::Host => "host",
                TabMode::Viewer => "viewer",
            },
            discovery_channel: host.network().map(|network| discovery_channel(&network.chain_id)).unwrap_or_default(),
            tab: &host.tab,
            pace: model.pace,
            link: host.link(),
            persistent: host.storage.is_persistent(),
        },
        nodes: model.nodes.iter().map(|node| NodeRow { status: &node.status, own: node.own }).collect(),
        in_consensus: model.in_consensus,
        tips: model.tips.iter().map(|tip| TipRow { hash: &tip.hash, height: tip.height, nodes: &tip.nodes }).collect(),
        problems: model.problems.iter().map(|problem| ApiError::new(&problem.code, problem.message.clone())).collect(),
    };
    to_js(&status).map(JsStatus)
}

/// A value that is JavaScript's already.
#[derive(Debug, Serialize)]
#[serde(transparent)]
struct JsStatus(#[serde(with = "serde_wasm_bindgen::preserve")] JsValue);

async fn run(host: &Host, command: Command) -> Result<Done, ApiError> {
    host.execute(command).await.map(Done::from)
}

/// A node's name, or all.
fn target(argument: &JsValue) -> Result<Target, ApiError> {
    let name = arguments::text("node", argument)?;
    Ok(if name == "all" { Target::All } else { Target::Node(name) })
}

/// A node's name, as a text or as `{ node }`, if one is given.
fn node(argument: &JsValue) -> Result<Option<String>, ApiError> {
    if argument.as_string().is_some() {
        return arguments::text("node", argument).map(Some);
    }
    Fields::of("node", argument.clone())?.optional_text("node")
}

/// The error that a promise is rejected with.
fn thrown(error: &ApiError) -> JsValue {
    let value = Error::new(&error.message);
    // An error takes any field.
    let _ = Reflect::set(&value, &"code".into(), &error.code.as_str().into());
    value.into()
}
