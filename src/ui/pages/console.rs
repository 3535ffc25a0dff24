//! The console: the words of the program, with history, completion and help, and the whole log.

use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlElement;
use yew::prelude::*;

use crate::app::pages::terminal::{Entry, Terminal, TerminalMessage};
use crate::command::{WORDS, complete};
use crate::ui::actions::Actions;
use crate::ui::bridge::use_page;
use crate::ui::components::{LogView, Staggered, on_input, on_submit, own_key, told};
use crate::ui::context::use_actions;

/// The page of the console.
pub(crate) fn console_page() -> Html {
    html! {
        <div class="console-page">
            <Commands />
            <Staggered steps={1}><LogView /></Staggered>
        </div>
    }
}

/// The commands and what they printed.
#[component]
fn Commands() -> Html {
    let (actions, terminal) = (use_actions(), use_page(Terminal::default));
    let call = if actions.app().is_laboratory() {
        "aurex.lab.command(\"status\")"
    } else {
        "aurex.command(\"status\")"
    };
    let output = use_node_ref();
    use_newest_in_sight(&output, terminal.newest());
    let onsubmit = {
        let (terminal, actions) = (terminal.clone(), actions.clone());
        on_submit(move || {
            let Some((id, line)) = terminal.command() else {
                return;
            };
            let (send, app, line) = (terminal.dispatcher(), actions.app().rc(), line.to_owned());
            send.dispatch(TerminalMessage::Enter);
            spawn_local(async move {
                let text = app.command(&line).await;
                send.dispatch(TerminalMessage::Print(id, text));
            });
        })
    };
    let oninput = {
        let send = terminal.dispatcher();
        on_input(move |text| send.dispatch(TerminalMessage::Type(text)))
    };
    let onkeydown = {
        let terminal = terminal.clone();
        move |event: KeyboardEvent| {
            if let Some(message) = on_key(&event, &terminal, &actions) {
                terminal.dispatch(message);
            }
        }
    };
    let clear = {
        let send = terminal.dispatcher();
        move |_: MouseEvent| send.dispatch(TerminalMessage::Clear)
    };
    let empty = terminal.entries().is_empty();
    html! {
        <section class="panel" aria-label="Console">
            <div class="panel-title">
                <h1>{ "Console" }</h1>
                <button type="button" onclick={clear} disabled={empty}>{ "Clear" }</button>
            </div>
            <div ref={output} class="console-output" role="log" aria-label="Output" tabindex="0">
                if empty {
                    <p key="hint" class="text-hint">
                        { "Type a command and press Enter. Up and down recall earlier ones, Tab completes. The same words work by " }
                        <code>{ call }</code>{ " in the browser's own console." }
                    </p>
                }
                for entry in terminal.entries() {
                    { entry_lines(entry) }
                }
            </div>
            if !terminal.choices().is_empty() {
                <p class="choices" role="status">{ terminal.choices().join(" · ") }</p>
            }
            <form class="prompt" {onsubmit}>
                <label for="command">{ "Command" }</label>
                <input id="command" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" enterkeyhint="send"
                    placeholder="help" value={terminal.input().to_owned()} {oninput} {onkeydown} />
                <button type="submit" class="button-primary">{ "Run" }</button>
            </form>
            { help() }
        </section>
    }
}

/// Keeps the newest output in sight.
#[hook]
fn use_newest_in_sight(output: &NodeRef, newest: Option<(u32, bool)>) {
    let output = output.clone();
    use_effect_with(newest, move |newest| {
        // Where nothing can be scrolled nobody waits for the layout.
        if let Some(element) = output.cast::<HtmlElement>().filter(|_| newest.is_some()) {
            element.set_scroll_top(element.scroll_height());
        }
    });
}

/// What a key does to the terminal.
fn on_key(
    event: &KeyboardEvent,
    terminal: &Terminal,
    actions: &Actions,
) -> Option<TerminalMessage> {
    let message = match own_key(event)?.as_str() {
        "ArrowUp" => TerminalMessage::Older,
        "ArrowDown" => TerminalMessage::Newer,
        // An empty line leaves Tab to move the focus, and so does one that nothing completes.
        "Tab" if !event.shift_key() && !terminal.input().is_empty() => {
            let model = actions.app().model();
            let nodes: Vec<&str> = model
                .nodes
                .iter()
                .map(|node| node.status.name.as_str())
                .collect();
            let choices = complete(terminal.input(), &nodes);
            if choices.is_empty() {
                return None;
            }
            TerminalMessage::Complete(choices)
        }
        "Escape" => TerminalMessage::Type(String::new()),
        _ => return None,
    };
    event.prevent_default();
    Some(message)
}

/// One command and what it printed.
fn entry_lines(entry: &Entry) -> Html {
    html! {
        <div key={entry.id} class="entry">
            <p class="entry-line"><span aria-hidden="true">{ "> " }</span>{ told(&entry.line) }</p>
            <pre class={classes!(entry.is_sentence().then_some("entry-sentence"))}>{ told(entry.output.as_deref().unwrap_or("…")) }</pre>
        </div>
    }
}

/// All commands, folded away at first.
fn help() -> Html {
    html! {
        <details class="help">
            <summary>{ "All commands" }</summary>
            <dl>
                for word in WORDS {
                    <div key={word.name}><dt><code>{ word.usage }</code></dt><dd>{ word.about }</dd></div>
                }
            </dl>
        </details>
    }
}
