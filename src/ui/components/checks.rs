//! What was checked in the page, with the verdicts and the values compared.

use std::rc::Rc;

use yew::prelude::*;

use crate::view::check::Check;
use crate::view::figures::zero_digits;

#[derive(Properties, PartialEq)]
pub(crate) struct ChecksProps {
    pub(crate) list: Rc<Vec<Check>>,
}

/// Checks in their order.
#[component]
pub(crate) fn Checks(props: &ChecksProps) -> Html {
    html! {
        <ul class="checks">
            for (at, check) in props.list.iter().enumerate() {
                <li key={at} class={if check.holds { "check-holds" } else { "check-fails" }}>
                    <p><strong>{ if check.holds { "Holds. " } else { "Fails. " } }</strong>{ &check.sentence }</p>
                    <dl class="check-values">
                        for (label, value) in &check.values {
                            <div key={*label}><dt>{ *label }</dt><dd class="hash"><Digits hash={value.clone()} /></dd></div>
                        }
                    </dl>
                </li>
            }
        </ul>
    }
}

#[derive(Properties, PartialEq)]
pub(crate) struct DigitsProps {
    pub(crate) hash: AttrValue,
}

/// A hash with its leading zeros in a colour of their own.
#[component]
pub(crate) fn Digits(props: &DigitsProps) -> Html {
    let (zeros, rest) = props.hash.split_at(zero_digits(&props.hash));
    html! { <><span class="zeros">{ zeros }</span>{ rest }</> }
}
