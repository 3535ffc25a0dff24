//! Lines of the log, newest first. Every line is in the document, so that a print and a picture of
//! the whole page hold them all; a long list is drawn in steps.

use std::rc::Rc;

use yew::prelude::*;

use super::{page_link, told};
use crate::app::pages::log::{keys, level_word};
use crate::ipc::Event;
use crate::ui::hooks::use_steps;
use crate::ui::time;
use crate::view::reorganised::place;
use crate::view::route::Route;

/// Lines drawn in a step: a box full, where the window is narrow.
const STEP: usize = 12;

#[derive(Properties, PartialEq)]
pub(crate) struct LogLinesProps {
    pub(crate) lines: Vec<Rc<Event>>,
}

/// The lines.
#[component]
pub(crate) fn LogLines(props: &LogLinesProps) -> Html {
    let drawn = use_steps(props.lines.len(), STEP);
    html! {
        <ol>
            for (key, event) in keys(&props.lines).into_iter().zip(&props.lines).take(drawn) {
                <LogLine {key} event={Rc::clone(event)} />
            }
        </ol>
    }
}

/// Where what a line is about can be looked at, and the word of the link.
pub(super) fn target(event: &Event) -> Option<(Route, &'static str)> {
    if let Some(report) = place(event) {
        return Some((report, "report"));
    }
    let block = event.block.as_ref().map(|block| &block.hash);
    match (block.or(event.block_hash.as_ref()), &event.tx_hash) {
        (Some(hash), _) => Some((Route::Block(hash.clone()), "block")),
        (None, Some(id)) => Some((Route::Transaction(id.clone()), "transaction")),
        (None, None) => None,
    }
}

#[derive(Properties, PartialEq)]
struct LogLineProps {
    event: Rc<Event>,
}

/// One line, with a link to what it is about.
#[component]
fn LogLine(props: &LogLineProps) -> Html {
    let event = &props.event;
    let target = target(event);
    let (level, topic) = (level_word(event.level), event.topic.word());
    html! {
        <li class={classes!("log-line", format!("log-level-{level}"))}>
            <time title={time::exact(event.at)}>{ time::of_day(event.at) }</time>
            <span class="log-node">{ told(&event.node) }</span>
            <span class={classes!("log-topic", format!("log-topic-{topic}"))}>{ topic }</span>
            <span class="log-text">
                { told(&event.text) }
                if let Some((to, word)) = target {
                    { " " }{ page_link(&to, "text-more", word) }
                }
            </span>
        </li>
    }
}
