//! The line below the head: health of the network, pace, and what the tab does.

use yew::prelude::*;

use super::told;
use crate::ui::context::use_picture;
use crate::ui::time;
use crate::view::health::{Tone, health};
use crate::view::words;

/// The line. It is a landmark, as it belongs to no page.
#[component]
pub(crate) fn StatusStrip() -> Html {
    let picture = use_picture();
    let health = health(&picture, time::now());
    let tone = match health.tone {
        Tone::Good => "health-good",
        Tone::Busy => "health-busy",
        Tone::Split => "health-split",
        Tone::Still => "health-still",
    };
    let detail = if health.detail.is_empty() {
        String::new()
    } else {
        format!(" {}", health.detail)
    };
    html! {
        <section class="status-strip" aria-label="Status of the network">
            <p class={classes!("health", tone)} id="health" role="status" aria-live="polite">
                <span class="health-dot" aria-hidden="true"></span>
                <span>{ told(&health.sentence) }</span>
                // The height changes with each block: that is not read aloud.
                <span aria-live="off">{ told(&detail) }</span>
            </p>
            <p class="status-pace" title="Each miner's measured hash rate and its limit">{ words::pace(&picture) }</p>
            <p class="status-mode">{ words::tab(picture.mode) }</p>
        </section>
    }
}
