//! One search box for anything: height, hash, address, user or node.

use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::Element;
use yew::prelude::*;

use super::{go, on_input, own_key};
use crate::app::pages::search::{Search as SearchBox, SearchMessage};
use crate::app::pages::selection::SelectionMessage;
use crate::primitives::{Nearest, visible};
use crate::ui::actions::Actions;
use crate::ui::bridge::{Dispatcher, use_page};
use crate::ui::context::use_actions;
use crate::view::find::{Found, Target, find};
use crate::view::route::Route;

/// Follows a suggestion.
fn follow(target: Target, actions: &Actions) {
    match target {
        Target::Block(hash) => go(&Route::Block(hash)),
        Target::User(name) => go(&Route::Ledger("users".to_owned(), name)),
        Target::Node(name) => {
            actions.select(SelectionMessage::Select(name));
            go(&Route::Network);
        }
        Target::Ask(text) => {
            let actions = actions.clone();
            spawn_local(async move { ask(&actions, &text).await });
        }
    }
}

/// Asks the nodes what a text names.
async fn ask(actions: &Actions, text: &str) {
    let app = actions.app();
    if let Ok(Some(block)) = app.block(None, text).await {
        return go(&Route::Block(block.summary.record.hash));
    }
    if let Ok(Some(transaction)) = app.transaction(text).await {
        return go(&Route::Transaction(transaction.record.tx_hash));
    }
    if let Ok(account) = app.account(text).await {
        return go(&Route::Ledger("users".to_owned(), account.record.address));
    }
    let nearest = Nearest::of(text);
    actions.done(&format!(
        "No block, transaction or user begins with {}{nearest}",
        visible(text)
    ));
}

/// The search box with its suggestions.
#[component]
pub(crate) fn Search() -> Html {
    let actions = use_actions();
    let search = use_page(SearchBox::default);
    let send = search.dispatcher();
    let found = find(&actions.app().model(), search.text());
    let choose = {
        let send = send.clone();
        Callback::from(move |target: Target| {
            follow(target, &actions);
            send.dispatch(SearchMessage::Clear);
        })
    };
    let oninput = {
        let send = send.clone();
        on_input(move |text| send.dispatch(SearchMessage::Type(text)))
    };
    let onkeydown = on_key(&found, search.target(&found), send.clone(), choose.clone());
    let onfocusout = move |event: FocusEvent| {
        if !goes_to_suggestion(&event) {
            send.dispatch(SearchMessage::Clear);
        }
    };
    let (open, active) = (!found.is_empty(), search.active());
    html! {
        <div class="search" role="search" {onfocusout}>
            <input id="search" type="search" role="combobox" autocomplete="off" spellcheck="false"
                placeholder="Search" title="Height, hash, address, user or node"
                aria-label="Search: height, hash, address, user or node"
                aria-expanded={open.to_string()} aria-controls="search-list" aria-autocomplete="list"
                aria-activedescendant={open.then(|| format!("search-item-{active}"))}
                value={search.text().to_owned()} {oninput} {onkeydown} />
            <ul id="search-list" class="search-list" role="listbox" aria-label="Suggestions" hidden={!open}>
                for (at, item) in found.iter().enumerate() {
                    { suggestion(at, item, at == active, &choose) }
                }
            </ul>
        </div>
    }
}

/// The list closes when the focus leaves the box and its list.
fn goes_to_suggestion(event: &FocusEvent) -> bool {
    let next = event.related_target();
    let next = next.and_then(|target| target.dyn_into::<Element>().ok());
    next.is_some_and(|element| element.matches(".search-item").unwrap_or(false))
}

fn suggestion(at: usize, item: &Found, active: bool, choose: &Callback<Target>) -> Html {
    let target = item.target.clone();
    let onclick = choose.reform(move |_: MouseEvent| target.clone());
    html! {
        <li key={at} role="option" id={format!("search-item-{at}")} tabindex="-1" aria-selected={active.to_string()}
            class={classes!("search-item", active.then_some("search-active"))} {onclick}>
            <span>{ &item.label }</span>
            <span class="search-detail">{ &item.detail }</span>
        </li>
    }
}

fn on_key(
    found: &[Found],
    target: Option<Target>,
    send: Dispatcher<SearchBox>,
    choose: Callback<Target>,
) -> Callback<KeyboardEvent> {
    let count = found.len();
    Callback::from(
        move |event: KeyboardEvent| match own_key(&event).as_deref() {
            Some("ArrowDown") => {
                event.prevent_default();
                send.dispatch(SearchMessage::Next(count));
            }
            Some("ArrowUp") => {
                event.prevent_default();
                send.dispatch(SearchMessage::Previous(count));
            }
            Some("Enter") => {
                event.prevent_default();
                if let Some(target) = target.clone() {
                    choose.emit(target);
                }
            }
            Some("Escape") => send.dispatch(SearchMessage::Clear),
            _ => {}
        },
    )
}
