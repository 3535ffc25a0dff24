//! The log: what happened and why, with filters. At most [`MAX_ROWS`] lines are in the document.

use std::collections::VecDeque;
use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::basics::to;
use crate::ipc::{Event, Level, Topic};
use crate::ui::actions::Actions;
use crate::ui::hooks::{use_growing, use_model};
use crate::ui::kept::use_kept;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::time;
use crate::view::Model;
use crate::view::figures::count_of;
use crate::view::route::Route;

/// Most lines drawn.
const MAX_ROWS: usize = 60;
/// Lines drawn at once: a box full, where the window is narrow.
const STEP: usize = 12;

const LEVELS: [(Level, &str); 4] = [
    (Level::Debug, "debug"),
    (Level::Info, "info"),
    (Level::Warn, "warn"),
    (Level::Error, "error"),
];
const TOPICS: [(Topic, &str); 8] = [
    (Topic::Block, "block"),
    (Topic::Reorg, "reorg"),
    (Topic::Transaction, "transaction"),
    (Topic::Message, "message"),
    (Topic::Refused, "refused"),
    (Topic::Storage, "storage"),
    (Topic::Mining, "mining"),
    (Topic::Network, "network"),
];

fn level_word(level: Level) -> &'static str {
    LEVELS
        .iter()
        .find(|(other, _)| *other == level)
        .map_or("", |(_, word)| word)
}

fn topic_word(topic: Topic) -> &'static str {
    TOPICS
        .iter()
        .find(|(other, _)| *other == topic)
        .map_or("", |(_, word)| word)
}

/// Log lines, newest first.
#[hook]
pub(crate) fn use_log_lines(lines: Vec<Rc<Event>>) -> Html {
    let drawn = use_growing(lines.len(), STEP);
    html! {
        <ol class="log-lines">
            { for keys(&lines).into_iter().zip(&lines).take(drawn).map(|(key, event)| line(key, event)) }
        </ol>
    }
}

/// A key for each line that stays the same while newer lines come: lines carry no number.
fn keys(lines: &[Rc<Event>]) -> Vec<String> {
    let mut keys: Vec<String> = Vec::with_capacity(lines.len());
    for (at, event) in lines.iter().enumerate().rev() {
        let same = |other: &&Rc<Event>| {
            (other.at, &other.node, &other.text) == (event.at, &event.node, &event.text)
        };
        let count = lines
            .get(at + 1..)
            .unwrap_or_default()
            .iter()
            .filter(same)
            .count()
            + 1;
        keys.push(format!(
            "{} {} {count} {}",
            event.at, event.node, event.text
        ));
    }
    keys.reverse();
    keys
}

fn line(key: String, event: &Event) -> Html {
    let link = match (&event.block, &event.tx_hash) {
        (Some(block), _) => Some((Route::Block(block.hash.clone()), "block")),
        (None, Some(id)) => Some((Route::Transaction(id.clone()), "transaction")),
        (None, None) => None,
    };
    html! {
        <li key={key} class={classes!("log-line", level_word(event.level))}>
            <time title={time::exact(event.at)}>{ time::of_day(event.at) }</time>
            <span class="who">{ event.node.clone() }</span>
            <span class={classes!("topic", topic_word(event.topic))}>{ topic_word(event.topic) }</span>
            <span class="text">
                { event.text.clone() }
                if let Some((route, word)) = link {
                    { " " }{ to(&route, "more", word.into()) }
                }
            </span>
        </li>
    }
}

/// What the log is filtered by; empty texts mean all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Filter {
    level: String,
    node: String,
    topic: String,
}

impl Filter {
    /// The lines that pass, newest first.
    fn passing<'l>(
        &self,
        log: &'l VecDeque<Rc<Event>>,
    ) -> impl DoubleEndedIterator<Item = &'l Rc<Event>> {
        log.iter().rev().filter(|event| self.takes(event))
    }

    fn takes(&self, event: &Event) -> bool {
        let level = LEVELS
            .iter()
            .find(|(_, word)| *word == self.level)
            .map_or(Level::Debug, |(level, _)| *level);
        event.level >= level
            && (self.node.is_empty() || self.node == event.node)
            && (self.topic.is_empty() || self.topic == topic_word(event.topic))
    }
}

enum FilterAction {
    Level(String),
    Node(String),
    Topic(String),
}

impl Reducible for Filter {
    type Action = FilterAction;

    fn reduce(self: Rc<Self>, action: FilterAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            FilterAction::Level(word) => next.level = word,
            FilterAction::Node(word) => next.node = word,
            FilterAction::Topic(word) => next.topic = word,
        }
        Rc::new(next)
    }
}

/// The log with its filters.
#[hook]
pub(crate) fn use_log_view(actions: Actions) -> Html {
    let model = use_model();
    let filter = use_kept(Filter::default);
    let frozen = use_kept(|| None::<Frozen>);
    let picture = Rc::clone(frozen.as_ref().map_or(&model, |frozen| &frozen.0));
    let lines: Vec<Rc<Event>> = filter
        .passing(&picture.log)
        .take(MAX_ROWS)
        .cloned()
        .collect();
    let older = filter.passing(&picture.log).skip(MAX_ROWS).count();
    let drawn = use_growing(2, 1);
    let pause = {
        let (setter, next) = (
            frozen.keeper(),
            frozen.is_none().then(|| Frozen(model.clone())),
        );
        Callback::from(move |_: MouseEvent| setter.set(next.clone()))
    };
    let copy = {
        let (actions, filter, picture) = (actions.clone(), filter.shared(), Rc::clone(&picture));
        Callback::from(move |_: MouseEvent| {
            actions.copy(as_text(filter.passing(&picture.log)), "Log")
        })
    };
    let set = |action: fn(String) -> FilterAction| {
        let dispatcher = filter.keeper();
        Callback::from(move |event: yew::Event| {
            dispatcher.dispatch(action(
                event.target_unchecked_into::<HtmlSelectElement>().value(),
            ));
        })
    };
    let nodes: Vec<&str> = model
        .nodes
        .iter()
        .map(|node| node.status.name.as_str())
        .collect();
    html! {
        <section class="panel log" aria-label="Log">
            <div key="head" class="panel-title">
                <h2>{ "Log" }</h2>
                <div class="toolbar">
                    { choice("Level", "all levels", &filter.level, &LEVELS.map(|(_, word)| word), set(FilterAction::Level)) }
                    { choice("Node", "all nodes", &filter.node, &nodes, set(FilterAction::Node)) }
                    { choice("Topic", "all topics", &filter.topic, &TOPICS.map(|(_, word)| word), set(FilterAction::Topic)) }
                    <button key="pause" type="button" aria-pressed={frozen.is_some().to_string()} onclick={pause}>
                        { if frozen.is_some() { "Go on" } else { "Pause" } }
                    </button>
                    <button key="copy" type="button" onclick={copy}>{ "Copy" }</button>
                </div>
            </div>
            if lines.is_empty() {
                <p key="empty" class="empty">{ empty_text(&picture.log) }</p>
            } else {
                <div key="lines" class="log-box" tabindex="0" role="log" aria-live="off" aria-label="Log lines, newest first">
                    if drawn > 1 {
                        { part(&actions, "log", View::Lines(lines)) }
                    }
                    if older > 0 {
                        <p key="older" class="hint">
                            { format!("{}: Copy takes them too.", count_of(older as u64, "older line", "older lines")) }
                        </p>
                    }
                </div>
            }
        </section>
    }
}

/// The picture at which the log was paused, compared by identity.
#[derive(Clone)]
struct Frozen(Rc<Model>);

impl PartialEq for Frozen {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

fn empty_text(log: &VecDeque<Rc<Event>>) -> &'static str {
    if log.is_empty() {
        "Nothing has happened yet."
    } else {
        "No line passes these filters."
    }
}

fn as_text<'l>(lines: impl DoubleEndedIterator<Item = &'l Rc<Event>>) -> String {
    let line = |event: &Rc<Event>| {
        let (level, topic) = (level_word(event.level), topic_word(event.topic));
        format!(
            "{} {level} {} {topic}: {}\n",
            time::exact(event.at),
            event.node,
            event.text
        )
    };
    lines.rev().map(line).collect()
}

/// A labelled list to choose from; `all` is the word for no choice.
fn choice(
    label: &'static str,
    all: &'static str,
    value: &str,
    options: &[&str],
    onchange: Callback<yew::Event>,
) -> Html {
    html! {
        <label key={label} class="choice">
            <span class="hidden">{ label }</span>
            <select {onchange}>
                <option key="" value="" selected={value.is_empty()}>{ all }</option>
                { for options.iter().map(|word| html! {
                    <option key={*word} value={(*word).to_owned()} selected={*word == value}>{ (*word).to_owned() }</option>
                }) }
            </select>
        </label>
    }
}
