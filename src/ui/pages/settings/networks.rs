//! Links to this network and to networks of other sizes.

use yew::prelude::*;

use super::rows::{NumberInput, Section, Setting, TypedProps};
use crate::app::pages::settings::Number;
use crate::ui::context::use_actions;

/// The section of the networks.
#[component]
pub(super) fn Networks(props: &TypedProps) -> Html {
    let (actions, typed) = (use_actions(), &props.typed);
    let network = actions.app().model().network.clone();
    let path = gloo::utils::window().location().pathname();
    let link = typed.network().map(|link| link.query());
    let href = link.map(|query| path.unwrap_or_default() + &query);
    let copy = move |_: MouseEvent| actions.copy(actions.app().link(), "Link");
    html! {
        <Section title="Networks" about={format!("This one is called {network}. Each size is a network of its own and keeps its own ledger.")}>
            <Setting name="Proof-of-work nodes" labels="set-pow" about="They search for nonces.">
                <NumberInput id="set-pow" number={Number::Pow} {typed} />
            </Setting>
            <Setting name="Proof-of-authority nodes" labels="set-poa" about="They seal blocks in turn.">
                <NumberInput id="set-poa" number={Number::Poa} {typed} />
            </Setting>
            <Setting name="Difficulty in zero digits" labels="set-first-digits" about="With which the network begins: each digit makes a work block 16 times as hard to find.">
                <NumberInput id="set-first-digits" number={Number::FirstDigits} {typed} />
            </Setting>
            <Setting name="Another network" about="Opens a network of these numbers in this tab. This one rests until its link is opened again.">
                if let Some(href) = href {
                    <a class="button button-primary" {href}>{ "Open this network" }</a>
                } else {
                    <span class="text-refusal">{ "A network has at least one node, and all numbers within their bounds." }</span>
                }
            </Setting>
            <Setting name="This network" about="Its size, difficulty and pace as a link, for another tab or another person.">
                <button type="button" onclick={copy}>{ "Copy link to the network on the screen" }</button>
            </Setting>
        </Section>
    }
}
