//! What the links do to frames, and which there are.

use yew::prelude::*;

use super::rows::{
    CommandForm, TypedProps, labelled_setting, number_input, section, setting, use_followed,
};
use crate::app::pages::settings::{Number, shape};
use crate::command::{Quality, Shape};
use crate::ui::components::RunButton;
use crate::ui::context::{use_actions, use_picture};

/// A row for each quality of the links: id, name, and what it does.
const LINKS: [(Quality, &str, &str, &str); 6] = [
    (
        Quality::Latency,
        "set-latency",
        "Latency in ms",
        "How long each frame is on its way.",
    ),
    (
        Quality::Jitter,
        "set-jitter",
        "Jitter in ms",
        "By how much that varies at most; frames keep their order.",
    ),
    (
        Quality::Loss,
        "set-loss",
        "Lost of 100",
        "Frames that never arrive.",
    ),
    (
        Quality::Copies,
        "set-copies",
        "Doubled of 100",
        "Frames that arrive twice.",
    ),
    (
        Quality::Reorder,
        "set-reorder",
        "Late of 100",
        "Frames that later ones overtake.",
    ),
    (
        Quality::Bandwidth,
        "set-bandwidth",
        "Bandwidth in kB/s",
        "What a link carries in a second; 0 is without a limit.",
    ),
];

/// The section of the links.
#[component]
pub(super) fn Links(props: &TypedProps) -> Html {
    let (actions, typed) = (use_actions(), &props.typed);
    // A change is in the log, so a picture comes with it.
    let _ = use_picture();
    let now = Quality::ALL.map(|it| (Number::Link(it), actions.app().quality(it).to_string()));
    use_followed(typed, now.into());
    let mut rows: Vec<Html> = LINKS
        .iter()
        .map(|&(quality, id, name, about)| {
            labelled_setting(
                id,
                name,
                about,
                html! {
                    <CommandForm command={typed.link(quality)} button="Set">
                        { number_input(id, Number::Link(quality), typed) }
                    </CommandForm>
                },
            )
        })
        .collect();
    rows.push(setting(
        "Shape of the network",
        "Cuts links until this shape is left: each with each, a ring, a star around one node, or at random with three links for each node.",
        html! {
            <div class="toolbar" role="group" aria-label="Shape of the network">
                for other in Shape::ALL {
                    <RunButton key={other.word()} command={shape(other)}>{ other.word() }</RunButton>
                }
            </div>
        },
    ));
    section(
        "Links",
        "Simulated: frames physically reach every tab of this origin at once, and the receiving nodes delay and drop them.",
        rows,
    )
}
