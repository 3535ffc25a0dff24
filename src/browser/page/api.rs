//! `window.aurex`: the commands for scripts, teachers' notebooks and tests. Promises of plain
//! objects; what is missing is `null`; a refusal is an `Error` with a `code`.

use std::cell::RefCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use serde::Serialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::arguments::{self, Fields};
use super::outcome::{no_api, thrown};
use super::program::Program;
use crate::app::{App, Output, Subscription};
use crate::browser::js::to_js;
use crate::command::{CALLS, CallKind, Command, Target};
use crate::gossip::discovery_channel;
use crate::ipc::{Event, Level, Refusal, Topic};
use crate::primitives::MAX_EXACT;
use crate::refusal::{ArgumentError, MessageError, NetworkError};
use crate::view::traffic::Traffic;
use crate::view::{Model, Problem, TabMode};

/// Blocks of `aurex.chain` without a count.
const DEFAULT_COUNT: u32 = 20;
/// The fields of `aurex.ledger`.
const LEDGER_FIELDS: [&str; 7] = [
    "node",
    "table",
    "index",
    "key",
    "descending",
    "offset",
    "limit",
];
/// Most blocks that a node gives at once.
const MAX_COUNT: u32 = 500;

/// What `aurex.status()` gives.
#[derive(Debug, Serialize)]
struct Status<'a> {
    network: NetworkStatus<'a>,
    #[serde(with = "serde_wasm_bindgen::preserve")]
    nodes: Array,
    in_consensus: bool,
    tips: Vec<TipRow<'a>>,
    problems: &'a [Problem],
}

#[derive(Debug, Serialize)]
struct NetworkStatus<'a> {
    name: &'a str,
    chain_id: &'a str,
    /// `starting`, `host`, `viewer`, or `failed` where it cannot be opened.
    mode: &'static str,
    discovery_channel: String,
    tab: &'a str,
    pace: crate::ipc::Pace,
    traffic: &'a Traffic,
    link: String,
    persistent: bool,
}

#[derive(Debug, Serialize)]
struct TipRow<'a> {
    hash: &'a str,
    height: u64,
    nodes: &'a [String],
}

#[derive(Debug, Serialize)]
struct Done {
    node: Option<String>,
    id: Option<String>,
    text: String,
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            node: output.node,
            id: output.sent.map(|sent| sent.record.tx_hash),
            text: output.text,
        }
    }
}

/// Offers the app to scripts.
///
/// # Errors
/// The browser does not let the object be made.
pub(super) fn publish(app: &Rc<App>, laboratory: &Program) -> Result<(), Refusal> {
    let api = Object::new();
    let api = Api {
        app: Rc::downgrade(app),
        object: &api,
    };
    api.put("version", &env!("CARGO_PKG_VERSION").into())?;
    for call in CALLS.iter().filter(|call| call.kind == CallKind::Promise) {
        api.promise(call.name)?;
    }
    api.hears()?;
    api.put("lab", &laboratory.calls()?)?;
    let global = js_sys::global();
    let done = Reflect::set(&global, &"aurex".into(), api.object);
    done.map(drop).map_err(|_| no_api("window.aurex"))
}

struct Api<'a> {
    app: Weak<App>,
    object: &'a Object,
}

impl Api<'_> {
    fn put(&self, name: &str, value: &JsValue) -> Result<(), Refusal> {
        let done = Reflect::set(self.object, &name.into(), value);
        done.map(drop).map_err(|_| no_api(&format!("aurex.{name}")))
    }

    /// A function of one argument that gives a promise.
    fn promise(&self, name: &'static str) -> Result<(), Refusal> {
        let weak = self.app.clone();
        let closure = Closure::<dyn Fn(JsValue) -> Promise>::new(move |argument: JsValue| {
            future_to_promise(outcome(weak.upgrade(), name, argument))
        });
        self.put(name, &closure.into_js_value())
    }

    /// `aurex.on(event, handler)` gives a function that ends the subscription.
    fn hears(&self) -> Result<(), Refusal> {
        let weak = self.app.clone();
        let on = Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(
            move |event: JsValue, handler: JsValue| {
                let app = weak
                    .upgrade()
                    .ok_or_else(|| thrown(&NetworkError::Closed.into()))?;
                let topic = arguments::topic(&event).map_err(|error| thrown(&error))?;
                let handler: js_sys::Function = handler
                    .dyn_into()
                    .map_err(|found| thrown(&arguments::wrong("handler", "a function", &found)))?;
                let kept = Rc::<RefCell<Option<Subscription>>>::default();
                let own = Rc::clone(&kept);
                let least = topic.map_or(Level::Debug, Topic::least);
                let subscription = app.listen(topic, least, move |event: &Event| {
                    // The browser drops the function below when the script forgets it: that must
                    // not end this.
                    let _own = &own;
                    if let Ok(value) = to_js(event) {
                        // A handler's own mistake is the script's: it must not stop the page.
                        let outcome = handler.call1(&JsValue::UNDEFINED, &value);
                        if let Err(error) = outcome {
                            web_sys::console::error_1(&error);
                        }
                    }
                });
                kept.replace(Some(subscription));
                let off = Closure::<dyn Fn()>::new(move || drop(kept.take()));
                Ok(off.into_js_value())
            },
        );
        self.put("on", &on.into_js_value())
    }
}

/// What the promise of a function becomes.
async fn outcome(
    app: Option<Rc<App>>,
    name: &'static str,
    argument: JsValue,
) -> Result<JsValue, JsValue> {
    let outcome = match app {
        Some(app) => call(&app, name, argument).await,
        None => Err(NetworkError::Closed.into()),
    };
    outcome.map_err(|error| thrown(&error))
}

async fn chain(app: &App, argument: JsValue) -> Result<JsValue, Refusal> {
    let fields = Fields::of("chain", &["node", "from", "count"], argument)?;
    let from = fields.optional_number("from", MAX_EXACT)?;
    let count = fields
        .optional_u32("count")?
        .unwrap_or(DEFAULT_COUNT)
        .min(MAX_COUNT);
    let node = fields.optional_text("node")?;
    to_js(&app.chain(node.as_deref(), from, count).await?)
}

/// A ledger as a file: out of a node, or into one.
async fn file(app: &App, name: &'static str, argument: JsValue) -> Result<JsValue, Refusal> {
    if name == "export" {
        let node = arguments::text("node", &argument)?;
        return Ok(Uint8Array::from(app.export(&node).await?.as_slice()).into());
    }
    let fields = Fields::of(name, &["node", "bytes"], argument)?;
    let node = arguments::text("node", &fields.get("node"))?;
    let bytes = fields.get("bytes").dyn_into::<Uint8Array>();
    let bytes = bytes.map_err(|found| arguments::wrong("bytes", "an Uint8Array", &found))?;
    to_js(&app.import(&node, bytes.to_vec()).await?)
}

/// Changes links, if a change is given; those that are cut then.
fn links(app: &App, argument: &JsValue) -> Result<JsValue, Refusal> {
    if !argument.is_undefined() {
        match arguments::links(argument)? {
            Ok(cuts) => app.set_cuts(&cuts)?,
            Err(change) => drop(app.change_links(&change)?),
        }
    }
    let links = Array::new();
    for (from, to) in app.cuts() {
        links.push(&object(&[("from", from.into()), ("to", to.into())])?);
    }
    Ok(links.into())
}

async fn reorganised(app: &App, name: &'static str, argument: JsValue) -> Result<JsValue, Refusal> {
    let fields = Fields::of(name, &["node", "before", "after"], argument)?;
    let text = |field| arguments::text(field, &fields.get(field));
    let (node, before, after) = (text("node")?, text("before")?, text("after")?);
    to_js(&app.reorganised(&node, &before, &after).await?)
}

/// What a call on an app gives.
///
/// # Errors
/// The refusal with its rule.
pub(in crate::browser) async fn call(
    app: &App,
    name: &'static str,
    argument: JsValue,
) -> Result<JsValue, Refusal> {
    match name {
        "ready" => {
            app.ready().await?;
            status(app)
        }
        "status" => status(app),
        "chain" => chain(app, argument).await,
        "mempool" => to_js(&app.mempool(node(name, argument)?.as_deref()).await?),
        "accounts" => to_js(&app.accounts(node(name, argument)?.as_deref()).await?),
        "finality" => to_js(&app.finality(node(name, argument)?.as_deref()).await?),
        "peers" => to_js(&app.peers(node(name, argument)?.as_deref()).await?),
        "why" => to_js(&app.why_named(&arguments::text("why", &argument)?).await?),
        "reorganised" => reorganised(app, name, argument).await,
        "block" => {
            let which = match argument.as_f64() {
                Some(_) => arguments::number("block", &argument, MAX_EXACT)?.to_string(),
                None => arguments::text("block", &argument)?,
            };
            to_js(&app.block(None, &which).await?)
        }
        "transaction" => to_js(
            &app.transaction(&arguments::text("transaction", &argument)?)
                .await?,
        ),
        "ledger" => {
            let fields = Fields::of("ledger", &LEDGER_FIELDS, argument)?;
            let node = fields.optional_text("node")?;
            let page = app
                .ledger(node.as_deref(), arguments::query(&fields)?)
                .await?;
            to_js(&page)
        }
        "export" | "import" => file(app, name, argument).await,
        "command" => Ok(app
            .command(&argument.as_string().unwrap_or_default())
            .await
            .into()),
        "tx" => {
            let sent = app.send(arguments::draft(argument)?).await?;
            let id = object(&[("id", sent.tx_hash.as_str().into())])?;
            Ok(joined(&id, &to_js(&sent)?))
        }
        "links" => links(app, &argument),
        _ => {
            let mut done = Output::default();
            for command in commands(name, argument)? {
                let next = app.execute(command).await?;
                let text = if done.text.is_empty() {
                    next.text
                } else {
                    format!("{}\n{}", done.text, next.text)
                };
                done = Output { text, ..next };
            }
            to_js(&Done::from(done))
        }
    }
}

/// The commands that a function runs, one after the other.
fn commands(name: &str, argument: JsValue) -> Result<Vec<Command>, Refusal> {
    Ok(vec![match name {
        "kill" => Command::Kill(target(&argument)?),
        "start" => Command::Start(target(&argument)?),
        "stop" => Command::Stop(target(&argument)?),
        "wipe" => Command::Wipe(target(&argument)?),
        "traffic" => Command::Traffic(arguments::traffic(&argument)?),
        "add" => Command::Add(arguments::node_kind(&argument)?),
        "set" => {
            let fields = Fields::of("set", &["difficulty", "pace", "miners"], argument)?;
            let difficulty = arguments::difficulty(&fields)?.map(Command::Difficulty);
            let pace = arguments::pace(&fields)?.map(Command::Pace);
            let miners = arguments::miners(&fields)?.map(Command::Miners);
            let commands: Vec<_> = pace.into_iter().chain(miners).chain(difficulty).collect();
            if commands.is_empty() {
                return Err(ArgumentError::NothingToSet.into());
            }
            return Ok(commands);
        }
        other => unreachable!("`{other}` has no arm"),
    }])
}

fn object(fields: &[(&str, JsValue)]) -> Result<JsValue, Refusal> {
    let object = Object::new();
    for (name, value) in fields {
        let done = Reflect::set(&object, &(*name).into(), value);
        done.map_err(|_| MessageError::NotRepresentable {
            reason: "an object takes no field".to_owned(),
        })?;
    }
    Ok(object.into())
}

/// An object that gets the fields of another.
fn joined(object: &JsValue, fields: &JsValue) -> JsValue {
    Object::assign(
        object.unchecked_ref::<Object>(),
        fields.unchecked_ref::<Object>(),
    )
    .into()
}

fn status(app: &App) -> Result<JsValue, Refusal> {
    let nodes = Array::new();
    let model: Rc<Model> = app.fresh_model();
    for node in &model.nodes {
        let own = object(&[("own", node.own.into())])?;
        nodes.push(&joined(&to_js(&node.status)?, &own));
    }
    let status = Status {
        network: NetworkStatus {
            name: &model.network,
            chain_id: &model.chain_id,
            mode: match model.mode {
                TabMode::Starting => "starting",
                TabMode::Failed => "failed",
                TabMode::Host => "host",
                TabMode::Viewer => "viewer",
            },
            discovery_channel: app
                .chain_id()
                .map(|chain_id| discovery_channel(&chain_id))
                .unwrap_or_default(),
            tab: app.tab(),
            pace: model.pace,
            traffic: &model.traffic,
            link: app.page_link(),
            persistent: app.settings().persistent,
        },
        nodes,
        in_consensus: model.in_consensus,
        tips: model
            .tips
            .iter()
            .map(|tip| TipRow {
                hash: &tip.hash,
                height: tip.height,
                nodes: &tip.nodes,
            })
            .collect(),
        problems: &model.problems,
    };
    to_js(&status)
}

/// A node's name, or all.
fn target(argument: &JsValue) -> Result<Target, Refusal> {
    let name = arguments::text("node", argument)?.to_ascii_lowercase();
    Ok(if name == "all" {
        Target::All
    } else {
        Target::Node(name)
    })
}

/// A node's name, as a text or as `{ node }`, if one is given.
fn node(call: &'static str, argument: JsValue) -> Result<Option<String>, Refusal> {
    if argument.as_string().is_some() {
        return arguments::text("node", &argument).map(Some);
    }
    Fields::of(call, &["node"], argument)?.optional_text("node")
}
