//! The console: the words of the program, with history, completion and help, and the whole log.

use std::collections::VecDeque;
use std::rc::Rc;

use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use crate::app::App as Host;
use crate::command::{WORDS, complete};
use crate::ui::actions::Actions;
use crate::ui::hooks::use_effect_on;
use crate::ui::kept::{Keeper, use_kept};
use crate::ui::markup::html;
use crate::ui::part::{View, part};

/// Most commands remembered with their output.
const MAX_ENTRIES: usize = 60;
/// Longest output kept of one command, in characters.
const MAX_OUTPUT: usize = 20_000;

/// One command and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: u32,
    line: String,
    /// Nothing while it runs.
    output: Option<String>,
}

impl Entry {
    /// A line or two may wrap; a table may not.
    fn is_sentence(&self) -> bool {
        self.output
            .as_ref()
            .is_some_and(|text| text.lines().count() < 3)
    }
}

/// The console's state; history is what was entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Terminal {
    entries: VecDeque<Entry>,
    input: String,
    /// How far back in the history the input is; 0 for a new line.
    back: usize,
    next: u32,
    /// What Tab could complete to, if more than one.
    choices: Vec<String>,
}

enum Keyed {
    Typed(String),
    Entered(u32),
    Printed(u32, String),
    Older,
    Newer,
    Choices(Vec<String>),
    Clear,
}

impl Terminal {
    fn recalled(&self, back: usize) -> String {
        let at = self.entries.len().checked_sub(back).filter(|_| back > 0);
        at.and_then(|at| self.entries.get(at))
            .map(|entry| entry.line.clone())
            .unwrap_or_default()
    }
}

impl Reducible for Terminal {
    type Action = Keyed;

    fn reduce(self: Rc<Self>, action: Keyed) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Keyed::Typed(text) => (next.input, next.back, next.choices) = (text, 0, Vec::new()),
            Keyed::Entered(id) => {
                next.entries.push_back(Entry {
                    id,
                    line: next.input.trim().to_owned(),
                    output: None,
                });
                (next.input, next.back, next.choices) = (String::new(), 0, Vec::new());
                next.next = id.wrapping_add(1);
                while next.entries.len() > MAX_ENTRIES {
                    next.entries.pop_front();
                }
            }
            Keyed::Printed(id, text) => {
                let text: String = text.chars().take(MAX_OUTPUT).collect();
                if let Some(entry) = next.entries.iter_mut().find(|entry| entry.id == id) {
                    entry.output = Some(text);
                }
            }
            Keyed::Older => {
                next.back = (next.back + 1).min(next.entries.len());
                next.input = next.recalled(next.back);
            }
            Keyed::Newer => {
                next.back = next.back.saturating_sub(1);
                next.input = next.recalled(next.back);
            }
            Keyed::Choices(choices) => match choices.as_slice() {
                [] => next.choices = Vec::new(),
                [one] => (next.input, next.choices) = (format!("{one} "), Vec::new()),
                many => {
                    next.input = common_start(many);
                    next.choices = choices;
                }
            },
            Keyed::Clear => next.entries.clear(),
        }
        Rc::new(next)
    }
}

/// The longest text that all begin with.
fn common_start(lines: &[String]) -> String {
    let first = lines.first().map(String::as_str).unwrap_or_default();
    let same = |at: usize, c: char| {
        lines
            .iter()
            .all(|line| line.get(at..).is_some_and(|rest| rest.starts_with(c)))
    };
    first
        .char_indices()
        .take_while(|(at, c)| same(*at, *c))
        .map(|(_, c)| c)
        .collect()
}

/// The page of the console.
pub(crate) fn console(actions: &Actions) -> Html {
    html! {
        <div class="console-page">
            { part(actions, "commands", View::Commands) }
            { part(actions, "log", View::Log) }
        </div>
    }
}

/// The commands and what they printed.
#[hook]
pub(crate) fn use_commands(actions: Actions) -> Html {
    let host = actions.host();
    let state = use_kept(Terminal::default);
    let output = use_node_ref();
    {
        // Keeps the newest output in sight.
        let newest = state
            .entries
            .back()
            .map_or((0, true), |entry| (entry.id, entry.output.is_none()));
        let output = output.clone();
        let empty = state.entries.is_empty();
        let scroll = move || {
            // Where nothing can be scrolled nobody waits for the layout.
            let element = output.cast::<HtmlElement>().filter(|_| !empty)?;
            element.set_scroll_top(element.scroll_height());
            None
        };
        use_effect_on(
            format!("{} {} {}", state.entries.len(), newest.0, newest.1),
            Box::new(scroll),
        );
    }
    let onsubmit = {
        let (dispatcher, line, id) = (state.keeper(), state.input.trim().to_owned(), state.next);
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if line.is_empty() {
                return;
            }
            dispatcher.dispatch(Keyed::Entered(id));
            let (host, dispatcher, line) = (host.clone(), dispatcher.clone(), line.clone());
            spawn_local(async move {
                let text = host.command(&line).await;
                dispatcher.dispatch(Keyed::Printed(id, text));
            });
        })
    };
    let oninput = {
        let dispatcher = state.keeper();
        Callback::from(move |event: InputEvent| {
            dispatcher.dispatch(Keyed::Typed(
                event.target_unchecked_into::<HtmlInputElement>().value(),
            ));
        })
    };
    let onkeydown = on_key(state.keeper(), state.input.clone(), actions.host());
    let clear = {
        let dispatcher = state.keeper();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(Keyed::Clear))
    };
    html! {
        <section class="panel terminal" aria-label="Console">
            <div key="head" class="panel-title">
                <h1>{ "Console" }</h1>
                <button type="button" onclick={clear} disabled={state.entries.is_empty()}>{ "Clear" }</button>
            </div>
            <div key="output" ref={output} class="output" role="log" aria-label="Output" tabindex="0">
                if state.entries.is_empty() {
                    <p class="hint" key="hint">
                        { "Type a command and press Enter. Up and down recall earlier ones, Tab completes. The same words work by " }
                        <code>{ "aurex.command(\"status\")" }</code>{ " in the browser's own console." }
                    </p>
                }
                { for state.entries.iter().map(|entry| html! {
                    <div key={entry.id} class="entry">
                        <p class="line"><span aria-hidden="true">{ "> " }</span>{ entry.line.clone() }</p>
                        <pre class={classes!(entry.is_sentence().then_some("sentence"))}>{ entry.output.clone().unwrap_or_else(|| "…".to_owned()) }</pre>
                    </div>
                }) }
            </div>
            if !state.choices.is_empty() {
                <p key="choices" class="choices" role="status">{ state.choices.join(" · ") }</p>
            }
            <form key="form" class="prompt" {onsubmit}>
                <label for="command">{ "Command" }</label>
                <input id="command" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send"
                    placeholder="help" value={state.input.clone()} {oninput} {onkeydown} />
                <button type="submit" class="primary">{ "Run" }</button>
            </form>
            { help() }
        </section>
    }
}

fn on_key(dispatcher: Keeper<Terminal>, input: String, host: Rc<Host>) -> Callback<KeyboardEvent> {
    Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowUp" => {
            event.prevent_default();
            dispatcher.dispatch(Keyed::Older);
        }
        "ArrowDown" => {
            event.prevent_default();
            dispatcher.dispatch(Keyed::Newer);
        }
        // An empty line leaves Tab to move the focus.
        "Tab" if !event.shift_key() && !input.is_empty() => {
            let model = host.model();
            let nodes: Vec<&str> = model
                .nodes
                .iter()
                .map(|node| node.status.name.as_str())
                .collect();
            let choices = complete(&input, &nodes);
            if !choices.is_empty() {
                event.prevent_default();
                dispatcher.dispatch(Keyed::Choices(choices));
            }
        }
        "Escape" => dispatcher.dispatch(Keyed::Typed(String::new())),
        _ => {}
    })
}

/// All commands, folded away at first.
fn help() -> Html {
    html! {
        <details key="help" class="help">
            <summary>{ "All commands" }</summary>
            <dl class="commands">
                { for WORDS.iter().map(|word| html! {
                    <div key={word.name}><dt><code>{ word.usage }</code></dt><dd>{ word.about }</dd></div>
                }) }
            </dl>
        </details>
    }
}
