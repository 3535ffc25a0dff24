//! One search box for anything: height, hash, address, user or node.

use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::primitives::{Nearest, visible};
use crate::ui::actions::Actions;
use crate::ui::hooks::{use_narrow, use_number, use_text};
use crate::ui::kept::Keeper;
use crate::ui::markup::html;
use crate::view::find::{Found, Target, find};
use crate::view::route::Route;

/// Goes to a place.
pub(crate) fn go(route: &Route) {
    // Fails only for a fragment that is no text.
    let _ = gloo::utils::window().location().set_hash(&route.fragment());
}

/// Follows a suggestion.
fn follow(target: &Target, actions: &Actions) {
    match target {
        Target::Block(hash) => go(&Route::Block(hash.clone())),
        Target::User(name) => go(&Route::Ledger("users".to_owned(), name.clone())),
        Target::Node(name) => {
            actions.select(Some(name.clone()));
            go(&Route::Network);
        }
        Target::Ask(text) => {
            let (actions, text) = (actions.clone(), text.clone());
            spawn_local(async move { ask(&actions, &text).await });
        }
    }
}

/// Asks the nodes what a text names.
async fn ask(actions: &Actions, text: &str) {
    let host = actions.host();
    if let Ok(Some(block)) = host.block(None, text).await {
        return go(&Route::Block(block.summary.record.hash));
    }
    if let Ok(Some(transaction)) = host.transaction(text).await {
        return go(&Route::Transaction(transaction.record.tx_hash));
    }
    if let Ok(account) = host.account(text).await {
        return go(&Route::Ledger("users".to_owned(), account.record.address));
    }
    let nearest = Nearest::of(text);
    actions.say(&format!(
        "No block, transaction or user begins with {}{nearest}",
        visible(text)
    ));
}

/// The search box with its suggestions.
#[hook]
pub(crate) fn use_search(actions: Actions) -> Html {
    let text = use_text(String::new());
    let active = use_number(None);
    let at = active
        .and_then(|at| usize::try_from(at).ok())
        .unwrap_or_default();
    let found = find(&actions.host().model(), &text);
    let clear = {
        let (text, active) = (text.keeper(), active.keeper());
        Callback::from(move |()| {
            text.set(String::new());
            active.set(None);
        })
    };
    let oninput = {
        let (text, active) = (text.keeper(), active.keeper());
        Callback::from(move |event: InputEvent| {
            text.set(event.target_unchecked_into::<HtmlInputElement>().value());
            active.set(None);
        })
    };
    let choose = {
        let clear = clear.clone();
        Callback::from(move |target: Target| {
            follow(&target, &actions);
            clear.emit(());
        })
    };
    let onkeydown = on_key(
        &found,
        at,
        active.keeper(),
        choose.clone(),
        clear.clone(),
        (*text).clone(),
    );
    // The list closes when the focus leaves the box and its list.
    let onfocusout = Callback::from(move |event: FocusEvent| {
        let inside = event
            .related_target()
            .and_then(|target| target.dyn_into::<HtmlElement>().ok());
        if !inside.is_some_and(|element| {
            element
                .class_name()
                .split_whitespace()
                .any(|class| class == "found")
        }) {
            clear.emit(());
        }
    });
    let open = !found.is_empty();
    let placeholder = if use_narrow() {
        "Search"
    } else {
        "Height, hash, user or node"
    };
    html! {
        <div key="search" class="search" role="search" {onfocusout}>
            <input key="box" id="search" type="search" role="combobox" autocomplete="off" spellcheck="false"
                {placeholder} aria-label="Search: height, hash, address, user or node"
                aria-expanded={open.to_string()} aria-controls="search-found" aria-autocomplete="list"
                aria-activedescendant={open.then(|| format!("found-{at}"))}
                value={(*text).clone()} {oninput} {onkeydown} />
            <ul key="list" id="search-found" class="suggestions" role="listbox" hidden={!open}>
                { for found.iter().enumerate().map(|(other, item)| suggestion(other, item, other == at, &choose)) }
            </ul>
        </div>
    }
}

fn suggestion(at: usize, item: &Found, active: bool, choose: &Callback<Target>) -> Html {
    let target = item.target.clone();
    let onclick = choose.reform(move |_: MouseEvent| target.clone());
    html! {
        <li key={at} role="option" id={format!("found-{at}")} tabindex="-1" aria-selected={active.to_string()}
            class={classes!("found", active.then_some("active"))} {onclick}>
            <span>{ item.label.clone() }</span>
            <span class="detail">{ item.detail.clone() }</span>
        </li>
    }
}

fn on_key(
    found: &[Found],
    active: usize,
    set: Keeper<Option<u64>>,
    choose: Callback<Target>,
    clear: Callback<()>,
    text: String,
) -> Callback<KeyboardEvent> {
    let (count, chosen) = (
        found.len(),
        found.get(active).map(|found| found.target.clone()),
    );
    let to = move |at: usize| set.set(u64::try_from(at).ok());
    Callback::from(move |event: KeyboardEvent| match event.key().as_str() {
        "ArrowDown" if count > 0 => {
            event.prevent_default();
            to((active + 1) % count);
        }
        "ArrowUp" if count > 0 => {
            event.prevent_default();
            to((active + count - 1) % count);
        }
        "Enter" => {
            event.prevent_default();
            // What no suggestion explains, a node may know.
            let target = chosen
                .clone()
                .or_else(|| (!text.trim().is_empty()).then(|| Target::Ask(text.trim().to_owned())));
            if let Some(target) = target {
                choose.emit(target);
            }
        }
        "Escape" => clear.emit(()),
        _ => {}
    })
}
