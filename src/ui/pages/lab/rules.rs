//! Standing rules about frames: which frames, and what becomes of them.

use std::rc::Rc;

use yew::prelude::*;

use super::frames::LATER;
use crate::app::pages::lab::{LabMessage, LabPage};
use crate::lab::{Action, Effect, Filter, FrameKind, Rule};
use crate::ui::lab::{Drawn, Hands, Scene, choice, number};

/// The kind that is chosen at first.
const FIRST_KIND: &str = "BLOCK_FOUND";
const ANY: &str = "any";
/// The words for delaying; by how much is typed.
const DELAY: &str = "delay";
/// What a rule does, with its words.
const EFFECTS: [(&str, Effect); 5] = [
    ("hold", Effect::Hold),
    ("drop", Effect::Drop),
    ("double", Effect::Double),
    (DELAY, Effect::Delay { by: 0 }),
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
    let kinds = std::iter::once(ANY).chain(FrameKind::names());
    let kinds: Vec<String> = kinds.map(ToOwned::to_owned).collect();
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
        hands.submitting(move |hands| {
            if let Some(rule) = rule(hands, &page, &taken) {
                hands.act(Action::Rule(rule));
            }
        })
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
                if page.text("rule-effect", EFFECTS[0].0) == DELAY {
                    <label>{ "By ms" }{ number(scene, "rule-by", LATER) }</label>
                }
                <label>{ "Message" }{ choice(scene, "rule-kind", &kinds, &page.text("rule-kind", FIRST_KIND)) }</label>
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

/// The rule that is typed; what is no number is refused by a sentence.
fn rule(hands: &Hands, page: &LabPage, taken: &[String]) -> Option<Rule> {
    let some = |field: &str, first: &str| Some(page.text(field, first)).filter(|word| word != ANY);
    let names = |field: &str| some(field, ANY).into_iter().collect();
    let free = (1_u32..).map(|number| format!("rule-{number}"));
    let mut free = free.filter(|name| !taken.contains(name));
    let words = page.text("rule-effect", EFFECTS[0].0);
    let mut effect = EFFECTS.iter().find(|(other, _)| *other == words)?.1;
    if let Effect::Delay { by } = &mut effect {
        *by = hands.number("milliseconds", &page.text("rule-by", LATER))?;
    }
    Some(Rule {
        name: free.next().unwrap_or_default(),
        filter: Filter {
            kind: some("rule-kind", FIRST_KIND).and_then(|kind| FrameKind::try_from(kind).ok()),
            from: names("rule-from"),
            to: names("rule-to"),
        },
        effect,
        once: page.text("rule-once", "") == "on",
    })
}
