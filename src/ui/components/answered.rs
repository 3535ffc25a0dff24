//! The placeholders: an answer is awaited, was refused, or is empty.

use yew::prelude::*;

use crate::ipc::ApiError;

#[derive(Properties, PartialEq)]
pub(crate) struct TextProps {
    pub(crate) text: AttrValue,
}

/// That something is awaited.
#[component]
pub(crate) fn Busy(props: &TextProps) -> Html {
    html! { <p class="text-empty" role="status">{ &props.text }</p> }
}

/// That there is nothing, and why or what to do.
#[component]
pub(crate) fn Empty(props: &TextProps) -> Html {
    html! { <p class="text-empty">{ &props.text }</p> }
}

#[derive(Properties, PartialEq)]
pub(crate) struct RefusalProps {
    pub(crate) error: ApiError,
}

/// A refusal: the sentence and the name of the rule.
#[component]
pub(crate) fn Refusal(props: &RefusalProps) -> Html {
    html! {
        <p class="text-refusal" role="alert">
            { props.error.to_string() }{ " " }<code class="text-rule">{ props.error.code() }</code>
        </p>
    }
}
