//! How fast miners hash, and how many there are.

use yew::prelude::*;

use super::rows::{
    CommandForm, TypedProps, labelled_setting, number_input, section, setting, use_followed,
};
use crate::app::pages::settings::{Number, seconds};
use crate::command::Command;
use crate::ipc;
use crate::ui::components::RunButton;
use crate::ui::context::{use_actions, use_picture};
use crate::view::words;

/// The section of the pace.
#[component]
pub(super) fn Pace(props: &TypedProps) -> Html {
    let (typed, picture) = (&props.typed, use_picture());
    let miners = use_actions().app().settings().miners;
    let now = vec![
        (Number::Seconds, seconds(picture.limited)),
        (Number::Miners, miners.to_string()),
    ];
    use_followed(typed, now);
    let speed = |label: &'static str, pace: ipc::Pace| {
        let pressed = picture.pace == pace;
        html! { <RunButton command={Command::Pace(pace)} {pressed}>{ label }</RunButton> }
    };
    let rows = vec![
        labelled_setting(
            "set-seconds",
            "Seconds between work blocks",
            "Each miner limits its own hash rate so that work blocks come at a pleasant pace and the machine stays cool. It is a choice of the miners, not a rule of the network.",
            html! {
                <CommandForm command={typed.pace()} button="Set the pace">
                    { number_input("set-seconds", Number::Seconds, typed) }
                </CommandForm>
            },
        ),
        setting(
            "Without that limit",
            "Full speed leaves one core of the machine to the page; with all cores it may stutter. With an automatic difficulty the time between work blocks stays.",
            html! {
                <div class="toolbar" role="group" aria-label="Without that limit">
                    { speed("Full speed", ipc::Pace::Full) }
                    { speed("All cores", ipc::Pace::Max) }
                    { speed("Pause", ipc::Pace::Paused) }
                </div>
            },
        ),
        labelled_setting(
            "set-miners",
            "Miner workers of each node",
            "They share the nonces of a search and run side by side, as far as the machine has cores.",
            html! {
                <CommandForm command={typed.miners()} button="Set the miners">
                    { number_input("set-miners", Number::Miners, typed) }
                </CommandForm>
            },
        ),
    ];
    section("Pace", &format!("{}.", words::pace(&picture)), rows)
}
