//! What inputs hand to handlers.

use wasm_bindgen::JsCast as _;
use web_sys::{
    Element, FocusOptions, HtmlElement, HtmlInputElement, HtmlSelectElement, ScrollIntoViewOptions,
    ScrollLogicalPosition,
};
use yew::prelude::*;

/// Hands over what is typed into an input.
pub(crate) fn on_input(then: impl Fn(String) + 'static) -> Callback<InputEvent> {
    Callback::from(move |event: InputEvent| {
        then(event.target_unchecked_into::<HtmlInputElement>().value());
    })
}

/// The key that was pressed for us, if it was: while an input method composes a word (Chinese,
/// Japanese, accents), its keys choose and correct that word. 229 is the code of such keys where
/// the event does not say it otherwise (UI Events, section 7.3.1).
pub(crate) fn own_key(event: &KeyboardEvent) -> Option<String> {
    let composes = event.is_composing() || event.key_code() == 229;
    (!composes).then(|| event.key())
}

/// Hands over what is chosen from a list.
pub(crate) fn on_change(then: impl Fn(String) + 'static) -> Callback<Event> {
    Callback::from(move |event: Event| {
        then(event.target_unchecked_into::<HtmlSelectElement>().value());
    })
}

/// Keeps a form on the page when it is submitted.
pub(crate) fn on_submit(then: impl Fn() + 'static) -> Callback<SubmitEvent> {
    Callback::from(move |event: SubmitEvent| {
        event.prevent_default();
        then();
    })
}

/// Brings an element to the middle of what is in sight, and the keyboard's focus to it: the first
/// that fits, of the first of the selectors that any element fits. Whether there is one.
pub(crate) fn bring_into_sight(selectors: &[&str]) -> bool {
    let Some(element) = scroll(selectors, ScrollLogicalPosition::Center) else {
        return false;
    };
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Nodes of the picture can be focused too, though they are no elements of HTML; fails only
    // where nothing can be.
    let _ = element
        .unchecked_ref::<HtmlElement>()
        .focus_with_options(&options);
    true
}

/// Scrolls as little as brings an element into sight, clear of what floats over the page
/// (`scroll-margin` in the style sheet): the first that fits, of the first of the selectors that
/// any element fits. The focus stays.
pub(crate) fn scroll_to(selectors: &[&str]) {
    scroll(selectors, ScrollLogicalPosition::Nearest);
}

fn scroll(selectors: &[&str], block: ScrollLogicalPosition) -> Option<Element> {
    let document = gloo::utils::document();
    let mut found = selectors
        .iter()
        .filter_map(|selector| document.query_selector(selector).ok().flatten());
    let element = found.next()?;
    // What floats over the page does not move when the browser scrolls to the focus by itself.
    let options = ScrollIntoViewOptions::new();
    options.set_block(block);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    Some(element)
}

/// Moves the keyboard focus to the element of this id.
pub(crate) fn focus(id: &str) {
    let element = gloo::utils::document().get_element_by_id(id);
    if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
        // Fails only for elements that cannot be focused.
        let _ = element.focus();
    }
}
