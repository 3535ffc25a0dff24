//! Small parts: links to places of the page, hashes that can be copied, lists of facts, byte dumps,
//! and buttons that ask once more.

use wasm_bindgen::JsCast as _;
use yew::prelude::*;

use crate::ipc::ApiError;
use crate::ui::hooks::use_actions;
use crate::view::figures::{hex_lines, short};
use crate::view::route::Route;

/// The page's own address without the fragment. Links carry it, as `<base>` would otherwise take a
/// bare fragment to another document and lose the query.
pub(crate) fn here() -> String {
    let location = gloo::utils::window().location();
    format!("{}{}", location.pathname().unwrap_or_default(), location.search().unwrap_or_default())
}

/// Moves the keyboard focus to the element of this id.
pub(crate) fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // Fails only for elements that cannot be focused.
        let _ = element.focus();
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct ToProps {
    /// The place.
    pub(crate) route: Route,
    #[prop_or_default]
    pub(crate) class: Classes,
    /// Whether it is the place that is shown.
    #[prop_or_default]
    pub(crate) current: bool,
    #[prop_or_default]
    pub(crate) title: Option<String>,
    pub(crate) children: Html,
}

/// A link to a place of the page.
#[component]
pub(crate) fn To(props: &ToProps) -> Html {
    let href = format!("{}{}", here(), props.route.fragment());
    let current = props.current.then_some("page");
    html! {
        <a class={props.class.clone()} {href} aria-current={current} title={props.title.clone()}>
            { props.children.clone() }
        </a>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct CopyProps {
    /// What is copied.
    pub(crate) text: String,
    /// What it is, for the label and the notice.
    pub(crate) what: &'static str,
}

/// A small button that copies a text.
#[component]
pub(crate) fn Copy(props: &CopyProps) -> Html {
    let actions = use_actions();
    let (text, what) = (props.text.clone(), props.what);
    let label = format!("Copy: {what}");
    html! {
        <button type="button" class="copy" aria-label={label.clone()} title={label}
            onclick={Callback::from(move |_| actions.copy(text.clone(), what))}>
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" class="icon">
                <rect x="5" y="5" width="8.5" height="9" rx="1.5" />
                <path d="M3 11V3.5A1.5 1.5 0 0 1 4.5 2H10" />
            </svg>
        </button>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct HashLinkProps {
    /// Hexadecimal.
    pub(crate) hash: String,
    /// Where it leads, if anywhere.
    #[prop_or_default]
    pub(crate) route: Option<Route>,
}

/// The first digits of a hash, with all of it as the title, as a link where it leads somewhere.
#[component]
pub(crate) fn HashLink(props: &HashLinkProps) -> Html {
    let (digits, title) = (short(&props.hash), props.hash.clone());
    match &props.route {
        Some(route) => html! { <To route={route.clone()} class="hash" {title}>{ digits }</To> },
        None => html! { <span class="hash" {title}>{ digits }</span> },
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FactsProps {
    #[prop_or_default]
    pub(crate) class: Classes,
    pub(crate) children: Html,
}

/// A list of named values.
#[component]
pub(crate) fn Facts(props: &FactsProps) -> Html {
    html! { <dl class={classes!("facts", props.class.clone())}>{ props.children.clone() }</dl> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct FactProps {
    /// The exact term.
    pub(crate) term: &'static str,
    /// What it is, in a plain sentence.
    #[prop_or_default]
    pub(crate) hint: Option<&'static str>,
    /// A hash or other text to copy with a button.
    #[prop_or_default]
    pub(crate) copy: Option<String>,
    pub(crate) children: Html,
}

/// A named value with what it means.
#[component]
pub(crate) fn Fact(props: &FactProps) -> Html {
    html! {
        <div class="fact">
            <dt>{ props.term }</dt>
            <dd>
                <span class="value">{ props.children.clone() }</span>
                if let Some(text) = &props.copy {
                    <Copy text={text.clone()} what={props.term} />
                }
                if let Some(hint) = props.hint {
                    <p class="hint">{ hint }</p>
                }
            </dd>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct HexDumpProps {
    /// Hexadecimal.
    pub(crate) hex: String,
}

/// Bytes in lines of 32 with their offsets, folded away at first.
#[component]
pub(crate) fn HexDump(props: &HexDumpProps) -> Html {
    let lines = hex_lines(&props.hex);
    let size = props.hex.len() / 2;
    html! {
        <details class="bytes">
            <summary>{ format!("Canonical bytes ({size})") }</summary>
            <Copy text={props.hex.clone()} what="Canonical bytes" />
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

#[derive(Properties, PartialEq)]
pub(crate) struct ConfirmProps {
    /// The button's text.
    pub(crate) label: &'static str,
    /// What will happen, as a question.
    pub(crate) question: String,
    /// Called after the second click.
    pub(crate) on_yes: Callback<MouseEvent>,
    #[prop_or_default]
    pub(crate) disabled: bool,
}

/// A button for what cannot be taken back: it asks once more.
#[component]
pub(crate) fn Confirm(props: &ConfirmProps) -> Html {
    let asking = use_state_eq(|| false);
    let set = |value: bool| {
        let setter = asking.setter();
        Callback::from(move |_: MouseEvent| setter.set(value))
    };
    let yes = {
        let (on_yes, setter) = (props.on_yes.clone(), asking.setter());
        Callback::from(move |event| {
            setter.set(false);
            on_yes.emit(event);
        })
    };
    if *asking {
        html! {
            <span key="asking" class="confirm" role="group">
                <span class="question">{ props.question.clone() }</span>
                <button type="button" class="danger" onclick={yes}>{ props.label }</button>
                <button type="button" onclick={set(false)}>{ "Keep" }</button>
            </span>
        }
    } else {
        html! {
            <span key="calm" class="confirm">
                <button type="button" disabled={props.disabled} onclick={set(true)}>{ format!("{}…", props.label) }</button>
            </span>
        }
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct RefusalProps {
    pub(crate) error: ApiError,
}

/// A refusal: the sentence and the name of the rule.
#[component]
pub(crate) fn Refusal(props: &RefusalProps) -> Html {
    html! {
        <p class="refusal" role="alert">
            { props.error.message.clone() }{ " " }
            <code class="rule">{ props.error.code.clone() }</code>
        </p>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct BusyProps {
    /// What is awaited.
    pub(crate) text: &'static str,
}

/// Something is awaited.
#[component]
pub(crate) fn Busy(props: &BusyProps) -> Html {
    html! { <p class="empty" role="status">{ props.text }</p> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct AnsweredProps {
    pub(crate) waiting: bool,
    pub(crate) error: Option<ApiError>,
    /// What is awaited.
    pub(crate) text: &'static str,
}

/// That an answer is awaited, or why there is none; nothing once it is there.
#[component]
pub(crate) fn Answered(props: &AnsweredProps) -> Html {
    match (&props.error, props.waiting) {
        (Some(error), _) => html! { <Refusal error={error.clone()} /> },
        (None, true) => html! { <Busy text={props.text} /> },
        (None, false) => html! {},
    }
}
