//! The log: what happened and why, with filters. At most [`MAX_ROWS`] lines are in the document.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use web_sys::HtmlSelectElement;
use yew::prelude::*;

use super::basics::To;
use crate::ipc::{Event, Level, Topic};
use crate::ui::hooks::{use_actions, use_model};
use crate::ui::time;
use crate::view::Model;
use crate::view::route::Route;

/// Most lines drawn.
const MAX_ROWS: usize = 300;

const LEVELS: [(Level, &str); 4] =
    [(Level::Debug, "debug"), (Level::Info, "info"), (Level::Warn, "warn"), (Level::Error, "error")];
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
    LEVELS.iter().find(|(other, _)| *other == level).map_or("", |(_, word)| word)
}

fn topic_word(topic: Topic) -> &'static str {
    TOPICS.iter().find(|(other, _)| *other == topic).map_or("", |(_, word)| word)
}

#[derive(Properties, PartialEq)]
pub(crate) struct LogLinesProps {
    /// The lines, newest first.
    pub(crate) lines: Vec<Event>,
}

/// Log lines, newest first.
#[component]
pub(crate) fn LogLines(props: &LogLinesProps) -> Html {
    html! {
        <ol class="log-lines">
            { for keys(&props.lines).into_iter().zip(&props.lines).map(|(key, event)| html! {
                <Line {key} event={event.clone()} />
            }) }
        </ol>
    }
}

/// A key for each line that stays the same while newer lines come: lines carry no number.
fn keys(lines: &[Event]) -> Vec<String> {
    let mut seen: BTreeMap<(u64, &str, &str), usize> = BTreeMap::new();
    let mut keys: Vec<String> = Vec::with_capacity(lines.len());
    for event in lines.iter().rev() {
        let count = seen.entry((event.at, &event.node, &event.text)).or_default();
        *count += 1;
        keys.push(format!("{} {} {count} {}", event.at, event.node, event.text));
    }
    keys.reverse();
    keys
}

#[derive(Properties, PartialEq)]
struct LineProps {
    event: Event,
}

#[component]
fn Line(props: &LineProps) -> Html {
    let event = &props.event;
    let link = match (&event.block, &event.tx_hash) {
        (Some(block), _) => Some((Route::Block(block.hash.clone()), "block")),
        (None, Some(id)) => Some((Route::Transaction(id.clone()), "transaction")),
        (None, None) => None,
    };
    html! {
        <li class={classes!("log-line", level_word(event.level))}>
            <time title={time::exact(event.at)}>{ time::of_day(event.at) }</time>
            <span class="who">{ event.node.clone() }</span>
            <span class={classes!("topic", topic_word(event.topic))}>{ topic_word(event.topic) }</span>
            <span class="text">
                { event.text.clone() }
                if let Some((route, word)) = link {
                    { " " }<To {route} class="more">{ word }</To>
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
    fn takes(&self, event: &Event) -> bool {
        let level = LEVELS.iter().find(|(_, word)| *word == self.level).map_or(Level::Debug, |(level, _)| *level);
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
#[component]
pub(crate) fn LogView() -> Html {
    let (model, actions) = (use_model(), use_actions());
    let filter = use_reducer(Filter::default);
    let frozen = use_state_eq(|| None::<Frozen>);
    let log = frozen.as_ref().map_or(&model.log, |frozen| &frozen.0.log);
    let lines: Vec<Event> = log.iter().rev().filter(|event| filter.takes(event)).take(MAX_ROWS).cloned().collect();
    let pause = {
        let (setter, next) = (frozen.setter(), frozen.is_none().then(|| Frozen(model.clone())));
        Callback::from(move |_| setter.set(next.clone()))
    };
    let copy = {
        let text = as_text(&lines);
        Callback::from(move |_| actions.copy(text.clone(), "Log"))
    };
    let set = |action: fn(String) -> FilterAction| {
        let dispatcher = filter.dispatcher();
        Callback::from(move |word| dispatcher.dispatch(action(word)))
    };
    let nodes: Vec<String> = model.nodes.iter().map(|node| node.status.name.clone()).collect();
    let words = |list: &[&'static str]| list.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    html! {
        <section class="panel log" aria-label="Log">
            <div key="head" class="panel-title">
                <h2>{ "Log" }</h2>
                <div class="toolbar">
                    <Choice key="level" label="Level" all="all levels" value={filter.level.clone()}
                        options={words(&LEVELS.map(|(_, word)| word))} on_choice={set(FilterAction::Level)} />
                    <Choice key="node" label="Node" all="all nodes" value={filter.node.clone()} options={nodes} on_choice={set(FilterAction::Node)} />
                    <Choice key="topic" label="Topic" all="all topics" value={filter.topic.clone()}
                        options={words(&TOPICS.map(|(_, word)| word))} on_choice={set(FilterAction::Topic)} />
                    <button key="pause" type="button" aria-pressed={frozen.is_some().to_string()} onclick={pause}>
                        { if frozen.is_some() { "Go on" } else { "Pause" } }
                    </button>
                    <button key="copy" type="button" onclick={copy}>{ "Copy" }</button>
                </div>
            </div>
            if lines.is_empty() {
                <p key="empty" class="empty">{ empty_text(log) }</p>
            } else {
                <div key="lines" class="log-box" tabindex="0" role="log" aria-live="off" aria-label="Log lines, newest first">
                    <LogLines {lines} />
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

fn empty_text(log: &VecDeque<Event>) -> &'static str {
    if log.is_empty() { "Nothing has happened yet." } else { "No line passes these filters." }
}

fn as_text(lines: &[Event]) -> String {
    let line = |event: &Event| {
        let (level, topic) = (level_word(event.level), topic_word(event.topic));
        format!("{} {level} {} {topic}: {}\n", time::exact(event.at), event.node, event.text)
    };
    lines.iter().rev().map(line).collect()
}

#[derive(Properties, PartialEq)]
pub(crate) struct ChoiceProps {
    pub(crate) label: &'static str,
    /// The word for no choice.
    pub(crate) all: &'static str,
    pub(crate) value: String,
    pub(crate) options: Vec<String>,
    pub(crate) on_choice: Callback<String>,
}

/// A labelled list to choose from.
#[component]
fn Choice(props: &ChoiceProps) -> Html {
    let onchange =
        props.on_choice.reform(|event: yew::Event| event.target_unchecked_into::<HtmlSelectElement>().value());
    html! {
        <label class="choice">
            <span class="hidden">{ props.label }</span>
            <select {onchange}>
                <option key="" value="" selected={props.value.is_empty()}>{ props.all }</option>
                { for props.options.iter().map(|word| html! {
                    <option key={word.clone()} value={word.clone()} selected={*word == props.value}>{ word.clone() }</option>
                }) }
            </select>
        </label>
    }
}
