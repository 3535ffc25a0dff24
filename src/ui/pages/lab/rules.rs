//! Standing rules about frames: which frames, and what becomes of them.

use yew::prelude::*;

use crate::app::pages::lab::words::rule as said;
use crate::lab::{Action, Effect, Filter, FrameKind, Rule};
use crate::ui::components::{on_change, on_submit};
use crate::ui::lab::{use_bench, use_hands};

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

/// What is chosen in the form.
#[derive(Clone, PartialEq)]
struct Draft {
    effect: usize,
    kind: String,
    from: String,
    to: String,
    once: bool,
}

/// The panel.
#[component]
pub(super) fn Rules() -> Html {
    let (bench, hands) = (use_bench(), use_hands());
    let draft = use_state(|| Draft {
        effect: 0,
        kind: KINDS[1].to_owned(),
        from: ANY.to_owned(),
        to: ANY.to_owned(),
        once: false,
    });
    let change = |set: fn(&mut Draft, String)| {
        let (setter, now) = (draft.setter(), (*draft).clone());
        on_change(move |text: String| {
            let mut next = now.clone();
            set(&mut next, text);
            setter.set(next);
        })
    };
    let once = {
        let (setter, now) = (draft.setter(), (*draft).clone());
        move |_: Event| setter.set(Draft { once: !now.once, ..now.clone() })
    };
    let names: Vec<String> = std::iter::once(ANY.to_owned())
        .chain(bench.nodes.iter().map(|node| node.name.clone()))
        .collect();
    let kinds = KINDS.iter().filter(|kind| **kind == ANY || FrameKind::try_from((**kind).to_owned()).is_ok());
    let kinds: Vec<String> = kinds.map(|kind| (*kind).to_owned()).collect();
    let onsubmit = {
        let (draft, hands) = ((*draft).clone(), hands.clone());
        let taken: Vec<String> = bench.rules.iter().map(|rule| rule.name.clone()).collect();
        on_submit(move || hands.act_and_say(Action::Rule(rule(&draft, &taken))))
    };
    html! {
        <section class="panel" id="lab-rules" aria-label="Rules about messages">
            <h2>{ "Rules about messages" }</h2>
            if bench.rules.is_empty() {
                <p class="text-hint">{ "None. A rule takes hold of messages as they are sent." }</p>
            }
            <ul class="lab-rules">
                for standing in bench.rules.iter() {
                    { line(&standing.name, &standing.text, &hands) }
                }
            </ul>
            <form class="lab-form" {onsubmit}>
                <label>{ "Do" }
                    <select onchange={change(|draft, text| draft.effect = text.parse().unwrap_or(0).min(EFFECTS.len() - 1))}>
                        for (number, (words, _)) in EFFECTS.iter().enumerate() {
                            <option key={*words} value={number.to_string()} selected={number == draft.effect}>{ *words }</option>
                        }
                    </select>
                </label>
                <label>{ "Message" }{ choice(&kinds, &draft.kind, change(|draft, text| draft.kind = text)) }</label>
                <label>{ "From" }{ choice(&names, &draft.from, change(|draft, text| draft.from = text)) }</label>
                <label>{ "To" }{ choice(&names, &draft.to, change(|draft, text| draft.to = text)) }</label>
                <label class="lab-check"><input type="checkbox" checked={draft.once} onchange={once} />{ " Only the next one" }</label>
                <button type="submit" id="lab-add-rule">{ "Add rule" }</button>
            </form>
        </section>
    }
}

fn choice(names: &[String], chosen: &str, onchange: Callback<Event>) -> Html {
    html! {
        <select {onchange}>
            for name in names {
                <option key={name.clone()} value={name.clone()} selected={name == chosen}>{ name }</option>
            }
        </select>
    }
}

fn line(name: &str, text: &str, hands: &crate::ui::lab::Hands) -> Html {
    let (hands, own) = (hands.clone(), name.to_owned());
    let away = move |_: MouseEvent| hands.act_and_say(Action::Unrule { name: own.clone() });
    let words = serde_json::from_str::<Rule>(text).map_or_else(|_| text.to_owned(), |rule| said(&rule));
    html! {
        <li key={name.to_owned()} class="lab-rule">
            <span><strong>{ name.to_owned() }</strong>{ format!(": {words}") }</span>
            <button type="button" onclick={away}>{ "Take away" }</button>
        </li>
    }
}

fn rule(draft: &Draft, taken: &[String]) -> Rule {
    let some = |word: &str| (word != ANY).then(|| word.to_owned());
    let names = |word: &str| some(word).into_iter().collect();
    let free = (1_u32..).map(|number| format!("rule-{number}"));
    let mut free = free.filter(|name| !taken.contains(name));
    Rule {
        name: free.next().unwrap_or_default(),
        filter: Filter {
            kind: some(&draft.kind).and_then(|kind| FrameKind::try_from(kind).ok()),
            from: names(&draft.from),
            to: names(&draft.to),
        },
        effect: EFFECTS[draft.effect].1,
        once: draft.once,
    }
}
