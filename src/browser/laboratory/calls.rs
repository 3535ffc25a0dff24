//! `window.aurex.lab`: the laboratory for scripts, teachers' notebooks and tests.

use std::rc::{Rc, Weak};

use js_sys::{JSON, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::app::lab::{Laboratory, Source};
use crate::browser::js::to_js;
use crate::browser::page::api;
use crate::browser::page::arguments::{self, Fields, wrong};
use crate::browser::page::outcome::{no_api, thrown};
use crate::command::LAB_CALLS;
use crate::ipc::Refusal;
use crate::lab::desk::{Answer, Order};
use crate::lab::{Action, Change, Until};
use crate::primitives::MAX_EXACT;
use crate::refusal::{LabRefusal, NetworkError};

/// Name of the rule by which `hold` holds frames.
const HOLD: &str = "hold";

/// The object with all calls.
///
/// # Errors
/// The browser does not let it be made.
pub(super) fn object(laboratory: &Rc<Laboratory>) -> Result<JsValue, Refusal> {
    let object = Object::new();
    for call in LAB_CALLS {
        let (weak, name) = (Rc::downgrade(laboratory), call.name);
        let closure = Closure::<dyn Fn(JsValue, JsValue) -> Promise>::new(
            move |first: JsValue, second: JsValue| {
                let weak: Weak<Laboratory> = weak.clone();
                future_to_promise(async move {
                    let outcome = match weak.upgrade() {
                        Some(laboratory) => carry_out(&laboratory, name, (first, second)).await,
                        None => Err(NetworkError::Closed.into()),
                    };
                    outcome.map_err(|error| thrown(&error))
                })
            },
        );
        let done = Reflect::set(&object, &name.into(), &closure.into_js_value());
        done.map_err(|_| no_api(&format!("aurex.lab.{name}")))?;
    }
    Ok(object.into())
}

async fn carry_out(
    laboratory: &Laboratory,
    name: &'static str,
    (first, second): (JsValue, JsValue),
) -> Result<JsValue, Refusal> {
    let state = match name {
        "open" => {
            laboratory.open(source(&first)?).await?;
            laboratory.state_of(Order::State).await?
        }
        "close" => {
            laboratory.close();
            return Ok(JsValue::UNDEFINED);
        }
        "state" => laboratory.state_of(Order::State).await?,
        "play" => {
            let fields = Fields::of("play", &["speed", "until"], first)?;
            laboratory
                .play(speed(&fields)?, until(&fields.get("until"))?)
                .await?
        }
        "pause" => laboratory.pause().await?,
        "step" => {
            let until = until(&first)?;
            let until = until
                .ok_or_else(|| wrong("step", "\"event\", \"message\" or \"block\"", &first))?;
            laboratory.step(until).await?
        }
        "seek" => {
            let to = arguments::number("ms", &first, MAX_EXACT)?;
            let after = if second.is_undefined() {
                None
            } else {
                Some(arguments::number("after", &second, MAX_EXACT)?)
            };
            laboratory.seek(to, after).await?
        }
        "act" => laboratory.act_text(json("action", &first)?).await?,
        "frames" => {
            let answer = laboratory.order(Order::Frames).await?;
            let Answer::Frames(frames) = answer else {
                return Err(LabRefusal::Closed.into());
            };
            return to_js(&frames);
        }
        "hold" | "release" | "drop" | "edit" => {
            let mut state = None;
            for action in actions(name, first, second)? {
                state = Some(laboratory.act_text(action).await?);
            }
            return to_js(&state);
        }
        "branch" => {
            let order = if first.is_undefined() {
                Order::State
            } else {
                Order::Switch(arguments::text("branch", &first)?)
            };
            return to_js(&laboratory.state_of(order).await?.branches);
        }
        "status" | "chain" | "block" | "transaction" | "ledger" | "accounts" | "mempool"
        | "finality" | "why" | "reorganised" | "peers" | "tx" | "command" => {
            return on_network(laboratory, name, first).await;
        }
        "compare" => return compare(laboratory, &first, &second).await,
        _ => return Ok(laboratory.export().await?.into()),
    };
    to_js(&state)
}

/// A call of the live API, on the nodes of the scenario that is open.
async fn on_network(
    laboratory: &Laboratory,
    name: &'static str,
    argument: JsValue,
) -> Result<JsValue, Refusal> {
    let network = laboratory.network().ok_or(LabRefusal::Closed)?;
    // By its answer the nodes have reported.
    laboratory.state_of(Order::Watch(true)).await?;
    api::call(&network, name, argument).await
}

/// Two branches at the latest moment that both have.
async fn compare(
    laboratory: &Laboratory,
    one: &JsValue,
    other: &JsValue,
) -> Result<JsValue, Refusal> {
    let (one, other) = (
        arguments::text("one", one)?,
        arguments::text("other", other)?,
    );
    let branches = laboratory.state_of(Order::State).await?.branches;
    let end = |name: &str| {
        let mut branches = branches.iter();
        branches
            .find(|branch| branch.name == name)
            .map_or(0, |branch| branch.end)
    };
    let at = end(&one).min(end(&other));
    to_js(&laboratory.compare(&one, &other, at).await?)
}

/// The name of an exercise, the text of a scenario, or a scenario as an object.
fn source(value: &JsValue) -> Result<Source, Refusal> {
    let Some(text) = value.as_string() else {
        return Ok(Source::Text(json("open", value)?));
    };
    Ok(if text.trim_start().starts_with('{') {
        Source::Text(text)
    } else {
        Source::Exercise(text)
    })
}

/// A plain value as JSON text.
fn json(name: &str, value: &JsValue) -> Result<String, Refusal> {
    let text = JSON::stringify(value)
        .ok()
        .and_then(|text| text.as_string());
    text.ok_or_else(|| wrong(name, "a plain object", value))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a number between 1 and 100,000"
)]
fn speed(fields: &Fields) -> Result<Option<u32>, Refusal> {
    let value = fields.get("speed");
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let speed = value
        .as_f64()
        .filter(|speed| (0.01..=1_000.0).contains(speed));
    let speed = speed.ok_or_else(|| wrong("speed", "a number from 0.01 to 1000", &value))?;
    Ok(Some((speed * 100.0).round() as u32))
}

fn until(value: &JsValue) -> Result<Option<Until>, Refusal> {
    if value.is_undefined() || value.is_null() {
        return Ok(None);
    }
    let words = [
        ("event", Until::Event),
        ("message", Until::Message),
        ("block", Until::Block),
        ("reorganisation", Until::Reorganisation),
        ("refusal", Until::Refusal),
        ("agreement", Until::Agreement),
        ("goal", Until::Goal),
        ("violation", Until::Violation),
    ];
    if let Some(word) = value.as_string() {
        let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
        let found = words.iter().find(|(other, _)| *other == word);
        let found =
            found.ok_or_else(|| wrong("until", &format!("one of {}", known.join(", ")), value))?;
        return Ok(Some(found.1));
    }
    let fields = Fields::of("until", &["height"], value.clone())?;
    let height = fields.optional_number("height", MAX_EXACT)?;
    let height = height.ok_or_else(|| wrong("until", "a word or { height }", value))?;
    Ok(Some(Until::Height(height)))
}

/// What a call about frames does, as JSON texts of actions.
fn actions(name: &str, first: JsValue, second: JsValue) -> Result<Vec<String>, Refusal> {
    let text = |action: Action| serde_json::to_string(&action).unwrap_or_default();
    let id = || arguments::number("id", &first, MAX_EXACT);
    Ok(match name {
        "hold" if first.is_object() => {
            let filter = json("hold", &first)?;
            vec![format!(
                r#"{{"rule":{{"name":"{HOLD}","filter":{filter},"effect":"hold"}}}}"#
            )]
        }
        "hold" => vec![text(Action::Hold { frame: id()? })],
        "release" if first.is_undefined() => {
            let all = Action::ReleaseAll {
                filter: crate::lab::Filter::default(),
            };
            vec![text(all)]
        }
        "release" => vec![text(Action::Release { frame: id()? })],
        "drop" => vec![text(Action::Drop { frame: id()? })],
        _ => {
            let frame = id()?;
            let fields = Fields::of("edit", &["field", "offset", "value", "sign"], second)?;
            let value = fields.get("value");
            let change = match (
                fields.optional_text("field")?,
                fields.optional_number("offset", MAX_EXACT)?,
            ) {
                (Some(name), None) => {
                    let number = value
                        .as_f64()
                        .map(|_| arguments::number("value", &value, MAX_EXACT));
                    let value = match number {
                        Some(number) => number?.to_string(),
                        None => arguments::text("value", &value)?,
                    };
                    Change::Field { name, value }
                }
                (None, Some(offset)) => {
                    let value = arguments::number("value", &value, 255)?;
                    Change::Byte {
                        offset: usize::try_from(offset).unwrap_or(usize::MAX),
                        value: u8::try_from(value).unwrap_or(u8::MAX),
                    }
                }
                _ => {
                    return Err(wrong(
                        "edit",
                        "either a field or an offset",
                        &fields.get("field"),
                    ));
                }
            };
            let sign = fields.get("sign").is_truthy();
            vec![text(Action::Edit {
                frame,
                change,
                sign,
            })]
        }
    })
}
