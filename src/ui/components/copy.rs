//! A small button that copies a text.

use yew::prelude::*;

use crate::ui::context::use_actions;

#[derive(Properties, PartialEq)]
pub(crate) struct CopyButtonProps {
    /// What is copied.
    pub(crate) text: AttrValue,
    /// What it is, for the button's name and the notice.
    pub(crate) what: &'static str,
}

/// The button.
#[component]
pub(crate) fn CopyButton(props: &CopyButtonProps) -> Html {
    let actions = use_actions();
    let (text, what) = (props.text.to_string(), props.what);
    let onclick = move |_: MouseEvent| actions.copy(text.clone(), what);
    let label = format!("Copy: {what}");
    html! {
        <button type="button" class="button-copy" aria-label={label.clone()} title={label} {onclick}>
            <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true" class="icon">
                <rect x="5" y="5" width="8.5" height="9" rx="1.5" />
                <path d="M3 11V3.5A1.5 1.5 0 0 1 4.5 2H10" />
            </svg>
        </button>
    }
}
