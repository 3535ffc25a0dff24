//! Small parts: links to places of the page, hashes that can be copied, lists of facts, byte dumps,
//! and buttons that ask once more.

use std::sync::OnceLock;

use wasm_bindgen::JsCast as _;
use yew::prelude::*;

use crate::command::Command;
use crate::ipc::ApiError;
use crate::ui::actions::Actions;
use crate::ui::hooks::use_number;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::view::figures::{hex_lines, short};
use crate::view::route::Route;

/// The page's own address without the fragment. Links carry it, as `<base>` would otherwise take a
/// bare fragment to another document and lose the query. Neither changes as long as the page is open.
pub(crate) fn here() -> &'static str {
    static HERE: OnceLock<String> = OnceLock::new();
    HERE.get_or_init(|| {
        let location = gloo::utils::window().location();
        location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
    })
}

/// Moves the keyboard focus to the element of this id.
pub(crate) fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) =
        element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    {
        // Fails only for elements that cannot be focused.
        let _ = element.focus();
    }
}

/// A link to a place of the page.
pub(crate) fn to(route: &Route, class: &'static str, content: Html) -> Html {
    link(route, class, false, None, content)
}

/// A link to a place of the page under the name of the place; `current` if it is the one that is shown.
pub(crate) fn to_tab(route: &Route, class: &'static str, current: bool, content: Html) -> Html {
    let key = route.fragment();
    html! { <key={key}>{ link(route, class, current, None, content) }</> }
}

fn link(
    route: &Route,
    class: &'static str,
    current: bool,
    title: Option<String>,
    content: Html,
) -> Html {
    let href = format!("{}{}", here(), route.fragment());
    let current = current.then_some("page");
    html! { <a {class} {href} aria-current={current} {title}>{ content }</a> }
}

/// A link to a place of the page with a title.
pub(crate) fn to_titled(route: &Route, class: &'static str, title: String, text: String) -> Html {
    link(route, class, false, Some(title), text.into())
}

/// A small button that copies a text; `what` it is stands in the label and in the notice.
pub(crate) fn copy_button(actions: &Actions, text: &str, what: &'static str) -> Html {
    let (actions, text) = (actions.clone(), text.to_owned());
    let label = format!("Copy: {what}");
    html! {
        <button type="button" class="copy" aria-label={label.clone()} title={label}
            onclick={Callback::from(move |_: MouseEvent| actions.copy(text.clone(), what))}>
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" class="icon">
                <rect x="5" y="5" width="8.5" height="9" rx="1.5" />
                <path d="M3 11V3.5A1.5 1.5 0 0 1 4.5 2H10" />
            </svg>
        </button>
    }
}

/// The first digits of a hash, with all of it as the title, as a link to a place.
pub(crate) fn hash_link(hash: &str, route: &Route) -> Html {
    to_titled(route, "hash", hash.to_owned(), short(hash))
}

/// The first digits of a hash, with all of it as the title.
pub(crate) fn hash_text(hash: &str) -> Html {
    html! { <span class="hash" title={hash.to_owned()}>{ short(hash) }</span> }
}

/// A list of named values.
pub(crate) fn facts(key: &'static str, class: &'static str, list: Vec<Html>) -> Html {
    html! { <dl key={key} class={classes!("facts", class)}>{ for list }</dl> }
}

/// A named value with a sentence on what it means, which may be empty. The term is the key as well.
pub(crate) fn fact(term: &'static str, hint: &'static str, value: Html) -> Html {
    named(term, hint, None, value)
}

/// A named hash with a button to copy it, as a link where it leads somewhere.
pub(crate) fn hash_fact(
    actions: &Actions,
    term: &'static str,
    hint: &'static str,
    hash: &str,
    route: Option<&Route>,
) -> Html {
    let value = route.map_or_else(|| hash_text(hash), |route| hash_link(hash, route));
    copied_fact(actions, term, hint, hash, value)
}

/// A named value with a button to copy `text`.
pub(crate) fn copied_fact(
    actions: &Actions,
    term: &'static str,
    hint: &'static str,
    text: &str,
    value: Html,
) -> Html {
    named(term, hint, Some(copy_button(actions, text, term)), value)
}

fn named(term: &'static str, hint: &'static str, copy: Option<Html>, value: Html) -> Html {
    html! {
        <div key={term} class="fact">
            <dt>{ term }</dt>
            <dd>
                <span class="value">{ value }</span>
                { for copy }
                if !hint.is_empty() {
                    <p class="hint">{ hint }</p>
                }
            </dd>
        </div>
    }
}

/// Bytes in lines of 32 with their offsets, folded away at first.
pub(crate) fn hex_dump(actions: &Actions, hex: &str) -> Html {
    part(actions, "bytes", View::Bytes(hex.to_owned()))
}

/// The bytes of [`hex_dump`]: there may be thousands of lines, which are written once.
#[hook]
pub(crate) fn use_bytes(actions: Actions, hex: String) -> Html {
    let lines = hex_lines(&hex);
    let size = hex.len() / 2;
    html! {
        <details class="bytes">
            <summary>{ format!("Canonical bytes ({size})") }</summary>
            { copy_button(&actions, &hex, "Canonical bytes") }
            <pre class="hex" tabindex="0" aria-label="Canonical bytes in hexadecimal">
                { for lines.iter().map(|(offset, line)| html! {
                    <span key={*offset} class="hex-line">
                        <span class="offset">{ format!("{offset:04}  ") }</span>{ line.clone() }{ "\n" }
                    </span>
                }) }
            </pre>
        </details>
    }
}

/// What a button that asks once more does.
#[derive(Clone, PartialEq)]
pub(crate) struct Asking {
    /// The button's text.
    pub(crate) label: &'static str,
    /// What will happen, as a question.
    pub(crate) question: String,
    /// What is done after the second click.
    pub(crate) command: Command,
}

/// A button for what cannot be taken back: it asks once more.
#[hook]
pub(crate) fn use_confirm(actions: Actions, asking: Asking) -> Html {
    let asked = use_number(None);
    let set = |value: Option<u64>| {
        let setter = asked.keeper();
        Callback::from(move |_: MouseEvent| setter.set(value))
    };
    let label = asking.label;
    if asked.is_some() {
        let (command, setter) = (asking.command, asked.keeper());
        let yes = Callback::from(move |_: MouseEvent| {
            setter.set(None);
            actions.run(command.clone());
        });
        html! {
            <span key="asking" class="confirm" role="group">
                <span class="question">{ asking.question }</span>
                <button type="button" class="danger" onclick={yes}>{ label }</button>
                <button type="button" onclick={set(None)}>{ "Keep" }</button>
            </span>
        }
    } else {
        html! {
            <span key="calm" class="confirm">
                <button type="button" onclick={set(Some(1))}>{ format!("{label}…") }</button>
            </span>
        }
    }
}

/// A refusal: the sentence and the name of the rule.
pub(crate) fn refusal(error: &ApiError) -> Html {
    html! {
        <p key="refusal" class="refusal" role="alert">
            { error.to_string() }{ " " }
            <code class="rule">{ error.code() }</code>
        </p>
    }
}

/// Something is awaited.
pub(crate) fn busy(text: &'static str) -> Html {
    html! { <p key="busy" class="empty" role="status">{ text }</p> }
}

/// That an answer is awaited, or why there is none; nothing once it is there.
pub(crate) fn answered(waiting: bool, error: Option<&ApiError>, text: &'static str) -> Html {
    match (error, waiting) {
        (Some(error), _) => refusal(error),
        (None, true) => busy(text),
        (None, false) => html! {},
    }
}
