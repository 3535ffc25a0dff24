//! The placeholders: an answer is awaited, was refused, or is empty.

use yew::prelude::*;

use super::told;
use crate::ipc::Refusal;

/// That something is awaited.
pub(crate) fn busy(text: &str) -> Html {
    html! { <p class="text-empty" role="status">{ text }</p> }
}

/// That there is nothing, and why or what to do.
pub(crate) fn empty(text: &str) -> Html {
    html! { <p class="text-empty">{ text }</p> }
}

/// A refusal: the sentence and the name of the rule.
pub(crate) fn refusal(error: &Refusal) -> Html {
    html! {
        <p class="text-refusal" role="alert">
            { told(&error.to_string()) }{ " " }<code class="text-rule">{ error.code() }</code>
        </p>
    }
}
