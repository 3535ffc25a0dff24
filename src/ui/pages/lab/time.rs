//! The controls of time: play, stop, step, speed, and what time goes on until.

use yew::prelude::*;

use super::keys::KEYS;
use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::timeline::{
    TOP_STEP, speed_of, speed_text, step_of, time_text, time_to_come,
};
use crate::app::pages::lab::words::{UNTILS, standing_still};
use crate::lab::Until;
use crate::lab::desk::Order;
use crate::ui::components::{bring_into_sight, go, on_input};
use crate::ui::lab::{Drawn, Scene, choice, number};
use crate::view::route::Route;

/// The controls.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| {
        (&one.bench.clock, one.bench.goal_at, &one.page)
            == (&other.bench.clock, other.bench.goal_at, &other.page)
    },
};

/// The words for a height, which is typed.
const HEIGHT: &str = "a node is at height";
/// The height at first.
const FIRST_HEIGHT: &str = "10";
/// The words for a time, which is typed.
const TIME: &str = "the time is";
/// The time at first.
const FIRST_TIME: &str = "1:00";

fn draw(scene: &Scene) -> Html {
    let (bench, hands, page) = (&scene.bench, &scene.hands, &scene.page);
    let Some(clock) = bench.clock.clone() else {
        return html! {};
    };
    let goes = clock.playing || clock.seeking;
    let step = |until: Until| hands.ordering(Order::Step(until));
    let play = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.toggle_play()
    };
    let speed = {
        let hands = hands.clone();
        on_input(move |value| {
            hands.order(Order::Speed(speed_of(value.parse().unwrap_or(0))));
        })
    };
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
            { until(scene) }
            <div class="lab-speed">
                <label class="lab-label" for="lab-speed">{ "Speed" }</label>
                <input id="lab-speed" type="range" min="0" max={TOP_STEP.to_string()} step="1" value={step_of(clock.speed).to_string()}
                    aria-valuetext={speed_text(clock.speed)} oninput={speed} />
                <output class="lab-speed-text">{ speed_text(clock.speed) }</output>
            </div>
            <div class="lab-now">
                <output id="lab-time" class="lab-time">{ time_text(clock.time) }</output>
                <span class="text-hint" id="lab-stands" role="status">{ standing_still(bench) }</span>
                if bench.goal_at.is_some() {
                    <button type="button" class="button-text lab-to-learnt" onclick={|_: MouseEvent| show_learnt()}>{ "What was learnt" }</button>
                }
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

/// Brings what was learnt into sight, which is on the bench.
fn show_learnt() {
    if !bring_into_sight(&["#lab-goal"]) {
        go(&Route::Bench);
    }
}

/// What time goes on until.
fn until(scene: &Scene) -> Html {
    let (page, hands) = (&scene.page, scene.hands.clone());
    let chosen = page.text("until", UNTILS[0].0);
    let names = UNTILS.iter().map(|(words, _)| *words).chain([HEIGHT, TIME]);
    let names: Vec<String> = names.map(ToOwned::to_owned).collect();
    let height = page.text("until-height", FIRST_HEIGHT);
    let time = page.text("until-time", FIRST_TIME);
    let oninput = hands.typing("until-time");
    let now = scene.bench.clock.as_ref().map_or(0, |clock| clock.time);
    let run = {
        let (chosen, time) = (chosen.clone(), time.clone());
        move |_: MouseEvent| {
            let named = UNTILS.iter().find(|(words, _)| *words == chosen);
            let until = match named {
                Some((_, until)) => Some(*until),
                None if chosen == TIME => hands.taken(time_to_come(&time, now)).map(Until::Time),
                None => hands.number("height", &height).map(Until::Height),
            };
            if until.is_some() {
                hands.order(Order::Play { speed: None, until });
            }
        }
    };
    html! {
        <div class="lab-steps lab-until">
            <label class="lab-label" for="lab-until">{ "Play until" }</label>
            { choice(scene, "until", &names, &chosen) }
            if chosen == HEIGHT {
                <label class="visually-hidden" for="lab-until-height">{ "Height" }</label>
                { number(scene, "until-height", FIRST_HEIGHT) }
            }
            if chosen == TIME {
                <label class="visually-hidden" for="lab-until-time">{ "Time: seconds, or minutes:seconds" }</label>
                <input id="lab-until-time" class="input-short" value={time} {oninput} title="Seconds, or minutes:seconds" />
            }
            <button type="button" id="lab-until-go" onclick={run}>{ "Go" }</button>
        </div>
    }
}

fn icon(path: &'static str) -> Html {
    html! { <svg viewBox="0 0 24 24" width="18" height="18" class="icon" aria-hidden="true"><path d={path} /></svg> }
}
