//! The picture of the laboratory's network and what can be done to the nodes that are selected.

use yew::prelude::*;

use super::drawing::Drawing;
use crate::app::lab::Bench;
use crate::app::pages::lab::LabMessage;
use crate::lab::Action;
use crate::ui::lab::{Drawn, Scene};

/// The picture with its buttons.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    let look = |bench: &Bench| bench.clock.as_ref().map(|clock| clock.time);
    let (held, other_held) = (one.page.frame(), other.page.frame());
    let still = (&a.nodes, &a.links, &a.frames) == (&b.nodes, &b.links, &b.frames);
    // Frames move with time.
    let moves = !a.frames.is_empty() && look(a) != look(b);
    still
        && !moves
        && one.page.selected() == other.page.selected()
        && held == other_held
        && one.narrow == other.narrow
}

fn draw(scene: &Scene) -> Html {
    let (bench, hands, page) = (&scene.bench, &scene.hands, &scene.page);
    let chosen = page.selected().to_vec();
    let act = |action: Action| hands.acting(action);
    let can_part = page.can_part(bench);
    let is_cut = bench.links.iter().any(|link| link.cut);
    let about = match chosen.as_slice() {
        [] => "Click nodes to select them. A line drawn across the picture parts the network."
            .to_owned(),
        [one] => format!("{one} is selected."),
        many => format!("{} are selected.", many.join(", ")),
    };
    let clear = hands.sending(LabMessage::Clear);
    html! {
        <section class="panel lab-picture" aria-label="Picture of the laboratory's network">
            <div class="panel-title">
                <h2>{ "Network" }</h2>
                <div class="toolbar">
                    <button type="button" id="lab-part" disabled={!can_part} onclick={act(Action::Partition { side: chosen.clone() })}>{ "Part from the rest" }</button>
                    <button type="button" disabled={!can_part} title="Nobody hears them any more; they still hear" onclick={act(Action::Mute { side: chosen.clone() })}>{ "Mute" }</button>
                    <button type="button" id="lab-heal" class={classes!(is_cut.then_some("button-primary"))} disabled={!is_cut} onclick={act(Action::Heal)}>{ "Heal all links" }</button>
                    <button type="button" disabled={chosen.is_empty()} onclick={clear}>{ "Select nobody" }</button>
                </div>
            </div>
            <p class="text-hint" role="status">{ about }</p>
            <Drawing scene={scene.clone()} />
            <p class="lab-legend">
                <span class="lab-key lab-key-frame-block">{ "block" }</span>
                <span class="lab-key lab-key-frame-transaction">{ "transaction" }</span>
                <span class="lab-key lab-key-frame-vote">{ "vote" }</span>
                <span class="lab-key lab-key-frame-other">{ "anything else" }</span>
                <span class="lab-key lab-key-frame-held">{ "held" }</span>
            </p>
        </section>
    }
}
