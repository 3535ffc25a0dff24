//! What was checked in the page, with the verdicts and the values compared.

use yew::prelude::*;

use crate::view::check::Check;
use crate::view::figures::zero_digits;

/// Checks in their order.
pub(crate) fn check_list(checks: &[Check]) -> Html {
    html! {
        <ul class="checks">
            for (at, check) in checks.iter().enumerate() {
                <li key={at} class={if check.holds { "check-holds" } else { "check-fails" }}>
                    <p><strong>{ if check.holds { "Holds. " } else { "Fails. " } }</strong>{ &check.sentence }</p>
                    <dl class="check-values">
                        for (label, value) in &check.values {
                            <div key={*label}><dt>{ *label }</dt><dd class="hash">{ hash_digits(value) }</dd></div>
                        }
                    </dl>
                </li>
            }
        </ul>
    }
}

/// A hash with its leading zeros in a colour of their own.
pub(crate) fn hash_digits(hash: &str) -> Html {
    let (zeros, rest) = hash.split_at(zero_digits(hash));
    html! { <><span class="zeros">{ zeros }</span>{ rest }</> }
}
