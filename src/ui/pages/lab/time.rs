//! The controls of time: play, stop, step, speed, and what time goes on until.

use yew::prelude::*;

use super::keys::KEYS;
use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::timeline::{TOP_STEP, speed_of, speed_text, step_of, time_text};
use crate::app::pages::lab::words::{UNTILS, standing_still};
use crate::lab::Until;
use crate::lab::desk::Order;
use crate::ui::components::on_input;
use crate::ui::lab::{Drawn, Scene, choice};

/// The controls.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| (&one.bench.clock, &one.page) == (&other.bench.clock, &other.page),
};

fn draw(scene: &Scene) -> Html {
    let (bench, hands, page) = (&scene.bench, &scene.hands, &scene.page);
    let Some(clock) = bench.clock.clone() else {
        return html! {};
    };
    let goes = clock.playing || clock.seeking;
    let step = |until: Until| hands.ordering(Order::Step(until));
    let play = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.toggle_play(None)
    };
    let chosen = page.text("until", UNTILS[0].0);
    let until = UNTILS
        .iter()
        .find(|(words, _)| *words == chosen)
        .map(|(_, until)| *until);
    let run = hands.ordering(Order::Play { speed: None, until });
    let speed = {
        let hands = hands.clone();
        on_input(move |value| {
            hands.order(Order::Speed(speed_of(value.parse().unwrap_or(0))));
        })
    };
    let untils: Vec<String> = UNTILS
        .iter()
        .map(|(words, _)| (*words).to_owned())
        .collect();
    let keys = hands.sending(LabMessage::Keys);
    html! {
        <div class="lab-controls">
            <button type="button" id="lab-play" class={classes!("button-primary", "lab-play")} onclick={play}>
                { icon(if goes { "M8 5v14M16 5v14" } else { "M7 4.5v15l12-7.5z" }) }{ if goes { "Stop" } else { "Play" } }
            </button>
            <div class="lab-steps" role="group" aria-label="Step">
                <span class="lab-label" aria-hidden="true">{ "Step" }</span>
                <button type="button" id="lab-step-event" onclick={step(Until::Event)}>{ "Event" }</button>
                <button type="button" id="lab-step-message" onclick={step(Until::Message)}>{ "Message" }</button>
                <button type="button" id="lab-step-block" onclick={step(Until::Block)}>{ "Block" }</button>
            </div>
            <div class="lab-steps">
                <label class="lab-label" for="lab-until">{ "Play until" }</label>
                { choice(scene, "until", &untils, &chosen) }
                <button type="button" id="lab-until-go" onclick={run}>{ "Go" }</button>
            </div>
            <div class="lab-speed">
                <label class="lab-label" for="lab-speed">{ "Speed" }</label>
                <input id="lab-speed" type="range" min="0" max={TOP_STEP.to_string()} step="1" value={step_of(clock.speed).to_string()}
                    aria-valuetext={speed_text(clock.speed)} oninput={speed} />
                <output class="lab-speed-text">{ speed_text(clock.speed) }</output>
            </div>
            <div class="lab-now">
                <output id="lab-time" class="lab-time">{ time_text(clock.time) }</output>
                <span class="text-hint" id="lab-stands" role="status">{ standing_still(bench) }</span>
            </div>
            <details class="lab-keys">
                <summary>{ "Keys" }</summary>
                <div class="lab-keys-list">
                <dl>
                    for (key, what) in KEYS {
                        <div key={key}><dt><kbd>{ key }</kbd></dt><dd>{ what }</dd></div>
                    }
                </dl>
                <button type="button" aria-pressed={page.keys().to_string()} onclick={keys}>{ if page.keys() { "Keys are on" } else { "Keys are off" } }</button>
                </div>
            </details>
        </div>
    }
}

fn icon(path: &'static str) -> Html {
    html! { <svg viewBox="0 0 24 24" width="18" height="18" class="icon" aria-hidden="true"><path d={path} /></svg> }
}
