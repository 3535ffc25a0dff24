//! A named value with a sentence on what it means. A `<dl class="facts">` holds it.

use yew::prelude::*;

use super::CopyButton;

#[derive(Properties, PartialEq)]
pub(crate) struct FactProps {
    /// The value's name.
    pub(crate) term: &'static str,
    /// What it means; may be empty.
    #[prop_or_default]
    pub(crate) hint: &'static str,
    /// The text that a copy button after it copies.
    #[prop_or_default]
    pub(crate) copy: Option<AttrValue>,
    /// The value.
    pub(crate) children: Html,
}

/// The named value.
#[component]
pub(crate) fn Fact(props: &FactProps) -> Html {
    html! {
        <div class="fact">
            <dt>{ props.term }</dt>
            <dd>
                <span>{ props.children.clone() }</span>
                if let Some(text) = &props.copy {
                    <CopyButton {text} what={props.term} />
                }
                if !props.hint.is_empty() {
                    <p class="text-hint">{ props.hint }</p>
                }
            </dd>
        </div>
    }
}
