//! A named value with a sentence on what it means. A `<dl class="facts">` holds it.

use yew::prelude::*;

use super::CopyButton;

/// A named value.
pub(crate) fn fact(term: &'static str, value: impl Into<Html>) -> Html {
    entry(term, "", None, value.into())
}

/// A named value, and what it means.
pub(crate) fn fact_with_hint(
    term: &'static str,
    hint: &'static str,
    value: impl Into<Html>,
) -> Html {
    entry(term, hint, None, value.into())
}

/// A named value with a button that copies a text; the hint may be empty.
pub(crate) fn fact_to_copy(
    term: &'static str,
    hint: &'static str,
    text: &str,
    value: Html,
) -> Html {
    entry(term, hint, Some(text), value)
}

fn entry(term: &'static str, hint: &'static str, copy: Option<&str>, value: Html) -> Html {
    html! {
        <div class="fact">
            <dt>{ term }</dt>
            <dd>
                <span>{ value }</span>
                if let Some(text) = copy {
                    <CopyButton text={text.to_owned()} what={term} />
                }
                if !hint.is_empty() {
                    <p class="text-hint">{ hint }</p>
                }
            </dd>
        </div>
    }
}
