//! A sentence in which there may be words of others: characters that hide are drawn as escapes, and
//! what is written from right to left by itself, so that it turns nothing of the sentence around.

use yew::prelude::*;

use crate::primitives::visible;
use crate::view::direction::pieces;

/// The sentence as text nodes.
pub(crate) fn told(sentence: &str) -> Html {
    let shown = visible(sentence);
    let pieces = pieces(&shown).into_iter();
    pieces
        .map(|piece| match piece.alone {
            true => html! { <bdi>{ piece.text }</bdi> },
            false => html! { { piece.text } },
        })
        .collect()
}
