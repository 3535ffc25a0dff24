//! Single keys of the laboratory. They can be switched off, and do nothing while something is typed
//! or a control has the key for itself.

use gloo::events::EventListener;
use wasm_bindgen::JsCast as _;
use web_sys::Element;
use yew::prelude::*;

use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::timeline::{TOP_STEP, neighbour, speed_of, step_of};
use crate::lab::Until;
use crate::lab::desk::Order;
use crate::ui::components::own_key;
use crate::ui::lab::Hands;

/// The keys with what they do.
pub(super) const KEYS: [(&str, &str); 9] = [
    ("Space", "play, stop"),
    ("E", "one event"),
    ("M", "one message"),
    ("B", "one block"),
    ("← →", "mark before, mark after"),
    ("Home End", "beginning, end"),
    ("- +", "slower, faster"),
    ("H", "heal all links"),
    ("Esc", "empty hand"),
];

/// Hears the keys while the bench is shown.
#[hook]
pub(super) fn use_keys(hands: &Hands, on: bool) {
    let hands = hands.clone();
    use_effect_with(on, move |on| {
        let listener = on.then(|| {
            EventListener::new_with_options(
                &gloo::utils::window(),
                "keydown",
                gloo::events::EventListenerOptions::enable_prevent_default(),
                move |event| {
                    if let Some(event) = event.dyn_ref::<KeyboardEvent>() {
                        press(&hands, event);
                    }
                },
            )
        });
        move || drop(listener)
    });
}

fn press(hands: &Hands, event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(key) = own_key(event) else { return };
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok());
    let within = |selector: &str| {
        let found = target.as_ref().map(|element| element.closest(selector));
        matches!(found, Some(Ok(Some(_))))
    };
    let types = within("input, select, textarea");
    let own = types || (within("button, a, summary, [role=button]") && key == " ");
    if own {
        return;
    }
    let bench = hands.laboratory().bench();
    let Some(clock) = &bench.clock else { return };
    let seek = |to: Option<u64>| {
        if let Some(to) = to {
            hands.order(Order::Seek(to));
        }
    };
    let speed = |step: u32| hands.order(Order::Speed(speed_of(step)));
    let step = step_of(clock.speed);
    match key.as_str() {
        " " => hands.toggle_play(),
        "e" | "E" => hands.order(Order::Step(Until::Event)),
        "m" | "M" => hands.order(Order::Step(Until::Message)),
        "b" | "B" => hands.order(Order::Step(Until::Block)),
        "h" | "H" => hands.act(crate::lab::Action::Heal),
        "-" => speed(step.saturating_sub(5)),
        "+" | "=" => speed((step + 5).min(TOP_STEP)),
        "ArrowLeft" => seek(neighbour(&bench, clock.time, false).or(Some(0))),
        "ArrowRight" => seek(neighbour(&bench, clock.time, true)),
        "Home" => seek(Some(0)),
        "End" => seek(Some(clock.end)),
        "Escape" => {
            hands.send(LabMessage::Clear);
            hands.look(None);
        }
        _ => return,
    }
    event.prevent_default();
}
