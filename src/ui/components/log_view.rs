//! The log with its filters: what happened and why.

use yew::prelude::*;

use super::{LogLines, on_change};
use crate::app::pages::log::{LEVELS, LogFilter, LogMessage};
use crate::ipc::Topic;
use crate::ui::bridge::use_page;
use crate::ui::context::{use_actions, use_picture};
use crate::ui::time;
use crate::view::figures::count_of;

/// The log.
#[component]
pub(crate) fn LogView() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let filter = use_page(LogFilter::default);
    let (lines, older) = filter.shown(&picture.log);
    let pause = {
        let (filter, picture) = (filter.clone(), picture.clone());
        move |_: MouseEvent| {
            filter.dispatch(if filter.is_paused() {
                LogMessage::Resume
            } else {
                LogMessage::Pause(picture.log.clone())
            });
        }
    };
    let copy = {
        let (filter, picture) = (filter.clone(), picture.clone());
        move |_: MouseEvent| actions.copy(filter.as_text(&picture.log, time::exact), "Log")
    };
    let set = |message: fn(String) -> LogMessage| {
        let filter = filter.dispatcher();
        on_change(move |word| filter.dispatch(message(word)))
    };
    let nodes: Vec<&str> = picture
        .nodes
        .iter()
        .map(|node| node.status.name.as_str())
        .collect();
    html! {
        <section class="panel" aria-label="Log">
            <div class="panel-title">
                <h2>{ "Log" }</h2>
                <div class="toolbar">
                    { choice("Level", "all levels", filter.level(), &LEVELS.map(|(_, word)| word), set(LogMessage::Level)) }
                    { choice("Node", "all nodes", filter.node(), &nodes, set(LogMessage::Node)) }
                    { choice("Topic", "all topics", filter.topic(), &Topic::ALL.map(Topic::word), set(LogMessage::Topic)) }
                    <button type="button" aria-pressed={filter.is_paused().to_string()} onclick={pause}>
                        { if filter.is_paused() { "Go on" } else { "Pause" } }
                    </button>
                    <button type="button" onclick={copy}>{ "Copy" }</button>
                </div>
            </div>
            if lines.is_empty() {
                <p class="text-empty">{ filter.empty_text(&picture.log) }</p>
            } else {
                <div class="log-box" tabindex="0" role="log" aria-live="off" aria-label="Log lines, newest first">
                    <LogLines {lines} />
                    if older > 0 {
                        <p class="text-hint">{ format!("{}: Copy takes them too.", count_of(older as u64, "older line", "older lines")) }</p>
                    }
                </div>
            }
        </section>
    }
}

/// A labelled list to choose from; `all` is the word for no choice.
fn choice(
    label: &'static str,
    all: &'static str,
    value: &str,
    options: &[&str],
    onchange: Callback<Event>,
) -> Html {
    html! {
        <label key={label} class="field-choice">
            <span class="visually-hidden">{ label }</span>
            <select {onchange}>
                <option key="" value="" selected={value.is_empty()}>{ all }</option>
                for word in options {
                    <option key={*word} value={(*word).to_owned()} selected={*word == value}>{ *word }</option>
                }
            </select>
        </label>
    }
}
