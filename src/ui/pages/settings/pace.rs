//! How fast miners hash, and how many there are.

use yew::prelude::*;

use super::rows::{CommandForm, NumberInput, Section, Setting, TypedProps, use_followed};
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
    html! {
        <Section title="Pace" about={format!("{}.", words::pace(&picture))}>
            <Setting name="Seconds between work blocks" labels="set-seconds"
                about="Each miner limits its own hash rate so that work blocks come at a pleasant pace and the machine stays cool. It is a choice of the miners, not a rule of the network.">
                <CommandForm command={typed.pace()} button="Set the pace">
                    <NumberInput id="set-seconds" number={Number::Seconds} {typed} />
                </CommandForm>
            </Setting>
            <Setting name="Without that limit"
                about="Full speed leaves one core of the machine to the page; with all cores it may stutter. With an automatic difficulty the time between work blocks stays.">
                <div class="toolbar" role="group" aria-label="Without that limit">
                    { speed("Full speed", ipc::Pace::Full) }
                    { speed("All cores", ipc::Pace::Max) }
                    { speed("Pause", ipc::Pace::Paused) }
                </div>
            </Setting>
            <Setting name="Miner workers of each node" labels="set-miners"
                about="They share the nonces of a search and run side by side, as far as the machine has cores.">
                <CommandForm command={typed.miners()} button="Set the miners">
                    <NumberInput id="set-miners" number={Number::Miners} {typed} />
                </CommandForm>
            </Setting>
        </Section>
    }
}
