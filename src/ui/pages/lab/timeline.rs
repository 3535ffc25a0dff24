//! The timeline: what happened when, and a slider over it that goes to any moment.

use yew::prelude::*;

use crate::app::lab::MarkKind;
use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::timeline::{length, marks, time_text};
use crate::lab::desk::Order;
use crate::ui::components::{on_change, on_input};
use crate::ui::lab::{Drawn, Scene};

/// Milliseconds between two places of the slider.
const STEP: u64 = 50;

/// The timeline.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

/// While only time goes on, the marks stay as they are.
fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    (&a.clock, &a.branch, &a.marks, one.page.dragged())
        == (&b.clock, &b.branch, &b.marks, other.page.dragged())
}

fn draw(scene: &Scene) -> Html {
    let (bench, hands) = (&scene.bench, &scene.hands);
    let Some(clock) = bench.clock.clone() else {
        return html! {};
    };
    let length = length(bench);
    // While a person drags, the slider stands where they hold it.
    let drag = {
        let hands = hands.clone();
        on_input(move |value| {
            let to = value.parse().unwrap_or(0);
            hands.send(LabMessage::Drag(Some(to)));
            hands.order(Order::Seek(to));
        })
    };
    let release = {
        let hands = hands.clone();
        on_change(move |_| hands.send(LabMessage::Drag(None)))
    };
    let go = |to: u64| hands.ordering(Order::Seek(to));
    let shown = scene.page.dragged().unwrap_or(clock.time).min(length);
    let played = clock.end.min(length).saturating_mul(1_000) / length;
    html! {
        <div class="lab-timeline">
            <svg class="lab-marks" viewBox="0 0 1000 30" preserveAspectRatio="none" role="img" aria-label={said(bench)}>
                <rect class="lab-played" x="0" y="12" width={played.to_string()} height="6" />
                for (kind, at) in marks(bench) {
                    <rect key={format!("{kind:?} {at}")} class={class(kind)} x={at.to_string()} y={top(kind)} width="2" height={tall(kind)} />
                }
            </svg>
            <input id="lab-timeline" class="lab-slider" type="range" min="0" max={length.to_string()} step={STEP.to_string()}
                value={shown.to_string()} aria-label="Moment" aria-valuetext={time_text(shown)} oninput={drag} onchange={release} />
            <div class="lab-scale">
                <button type="button" class="button-plain" onclick={go(0)}>{ "Beginning" }</button>
                <span class="lab-legend" aria-hidden="true">
                    <span class="lab-key lab-key-block">{ "block" }</span>
                    <span class="lab-key lab-key-action">{ "done by hand" }</span>
                    <span class="lab-key lab-key-reorganisation">{ "reorganisation" }</span>
                    <span class="lab-key lab-key-refusal">{ "refusal" }</span>
                    <span class="lab-key lab-key-goal">{ "goal" }</span>
                </span>
                <button type="button" class="button-plain" id="lab-end" onclick={go(clock.end)}>{ format!("End, {}", time_text(clock.end)) }</button>
            </div>
        </div>
    }
}

fn said(bench: &crate::app::lab::Bench) -> String {
    let marks = bench.marks.get(&bench.branch);
    let count = |kind| {
        marks
            .into_iter()
            .flatten()
            .filter(|mark| mark.kind == kind)
            .count()
    };
    format!(
        "So far: {} blocks, {} reorganisations, {} refusals, {} actions",
        count(MarkKind::Block),
        count(MarkKind::Reorganisation),
        count(MarkKind::Refusal),
        count(MarkKind::Action)
    )
}

const fn class(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Block => "lab-mark-block",
        MarkKind::Reorganisation => "lab-mark-reorganisation",
        MarkKind::Refusal => "lab-mark-refusal",
        MarkKind::Action => "lab-mark-action",
        MarkKind::Goal => "lab-mark-goal",
        MarkKind::Violation => "lab-mark-violation",
    }
}

const fn top(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Block => "10",
        MarkKind::Refusal => "20",
        MarkKind::Reorganisation => "4",
        MarkKind::Action | MarkKind::Goal | MarkKind::Violation => "0",
    }
}

const fn tall(kind: MarkKind) -> &'static str {
    match kind {
        MarkKind::Block | MarkKind::Refusal => "10",
        MarkKind::Reorganisation => "22",
        MarkKind::Action => "12",
        MarkKind::Goal | MarkKind::Violation => "30",
    }
}
