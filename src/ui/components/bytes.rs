//! Bytes in hexadecimal, in lines of 32 with their offsets, folded away at first. There may be
//! thousands of lines, which are drawn when they are unfolded and not again.

use web_sys::HtmlElement;
use yew::prelude::*;

use super::CopyButton;
use crate::view::figures::hex_lines;

#[derive(Properties, PartialEq)]
pub(crate) struct BytesProps {
    pub(crate) hex: AttrValue,
}

/// Canonical bytes.
#[component]
pub(crate) fn Bytes(props: &BytesProps) -> Html {
    let unfolded = use_state_eq(|| false);
    let ontoggle = {
        let setter = unfolded.setter();
        Callback::from(move |event: Event| {
            let details = event.target_unchecked_into::<HtmlElement>();
            setter.set(details.has_attribute("open"));
        })
    };
    let size = props.hex.len() / 2;
    html! {
        <details class="bytes" {ontoggle}>
            <summary>{ format!("Canonical bytes ({size})") }</summary>
            if *unfolded {
                <CopyButton text={&props.hex} what="Canonical bytes" />
                <pre class="bytes-lines" tabindex="0" aria-label="Canonical bytes in hexadecimal">
                    for (offset, line) in hex_lines(&props.hex) {
                        <span key={offset}><span class="bytes-offset">{ format!("{offset:04}  ") }</span>{ line }{ "\n" }</span>
                    }
                </pre>
            }
        </details>
    }
}
