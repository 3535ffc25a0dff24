//! Standing rules about frames: which frames, and what becomes of them.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::pages::lab::{LabMessage, LabPage};
use crate::lab::{Action, Effect, Filter, FrameKind, Rule};
use crate::ui::lab::{Drawn, Hands, Scene, choice};

/// Kinds of messages that rules are about most often.
const KINDS: [&str; 9] = [
    "any",
    "BLOCK_FOUND",
    "NEW_TRANSACTION",
    "INV",
    "GET_TRANSACTIONS",
    "HEADERS",
    "BODIES",
    "VOTES",
    "EVIDENCE",
];
const ANY: &str = "any";
/// What a rule does, with its words.
const EFFECTS: [(&str, Effect); 5] = [
    ("hold", Effect::Hold),
    ("drop", Effect::Drop),
    ("double", Effect::Double),
    ("delay by 1 s", Effect::Delay { by: 1_000 }),
    ("stop time at", Effect::Break),
];

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| (&one.bench.rules, &one.page) == (&other.bench.rules, &other.page),
};

fn draw(scene: &Scene) -> Html {
    let (bench, page, hands) = (&scene.bench, &scene.page, &scene.hands);
    let names: Vec<String> = std::iter::once(ANY.to_owned())
        .chain(bench.nodes.iter().map(|node| node.name.clone()))
        .collect();
    let kinds = KINDS
        .iter()
        .filter(|kind| **kind == ANY || FrameKind::try_from((**kind).to_owned()).is_ok());
    let kinds: Vec<String> = kinds.map(|kind| (*kind).to_owned()).collect();
    let effects: Vec<String> = EFFECTS
        .iter()
        .map(|(words, _)| (*words).to_owned())
        .collect();
    let once = page.text("rule-once", "") == "on";
    let tick = {
        let hands = hands.clone();
        let next = if once { "" } else { "on" };
        move |_: Event| hands.send(LabMessage::Type("rule-once".to_owned(), next.to_owned()))
    };
    let onsubmit = {
        let taken: Vec<String> = bench.rules.iter().map(|rule| rule.name.clone()).collect();
        let page = Rc::clone(page);
        hands.submitting(move |hands| hands.act(Action::Rule(rule(&page, &taken))))
    };
    html! {
        <section class="panel" id="lab-rules" aria-label="Rules about messages">
            <h2>{ "Rules about messages" }</h2>
            if bench.rules.is_empty() {
                <p class="text-hint">{ "None. A rule takes hold of messages as they are sent." }</p>
            }
            <ul class="lab-rules">
                for standing in bench.rules.iter() {
                    { line(&standing.name, &standing.text, hands) }
                }
            </ul>
            <form class="lab-form" {onsubmit}>
                <label>{ "Do" }{ choice(scene, "rule-effect", &effects, &page.text("rule-effect", EFFECTS[0].0)) }</label>
                <label>{ "Message" }{ choice(scene, "rule-kind", &kinds, &page.text("rule-kind", KINDS[1])) }</label>
                <label>{ "From" }{ choice(scene, "rule-from", &names, &page.text("rule-from", ANY)) }</label>
                <label>{ "To" }{ choice(scene, "rule-to", &names, &page.text("rule-to", ANY)) }</label>
                <label class="lab-check"><input type="checkbox" checked={once} onchange={tick} />{ "Only the next one" }</label>
                <button type="submit" id="lab-add-rule">{ "Add rule" }</button>
            </form>
        </section>
    }
}

fn line(name: &str, text: &str, hands: &Hands) -> Html {
    let away = hands.acting(Action::Unrule {
        name: name.to_owned(),
    });
    html! {
        <li key={name.to_owned()} class="lab-rule">
            <span><strong>{ name.to_owned() }</strong>{ format!(": {text}") }</span>
            <button type="button" onclick={away}>{ "Take away" }</button>
        </li>
    }
}

fn rule(page: &LabPage, taken: &[String]) -> Rule {
    let some = |field: &str, first: &str| Some(page.text(field, first)).filter(|word| word != ANY);
    let names = |field: &str| some(field, ANY).into_iter().collect();
    let free = (1_u32..).map(|number| format!("rule-{number}"));
    let mut free = free.filter(|name| !taken.contains(name));
    let words = page.text("rule-effect", EFFECTS[0].0);
    let effect = EFFECTS.iter().find(|(other, _)| *other == words);
    Rule {
        name: free.next().unwrap_or_default(),
        filter: Filter {
            kind: some("rule-kind", KINDS[1]).and_then(|kind| FrameKind::try_from(kind).ok()),
            from: names("rule-from"),
            to: names("rule-to"),
        },
        effect: effect.map_or(Effect::Hold, |(_, effect)| *effect),
        once: page.text("rule-once", "") == "on",
    }
}
