//! The links: how they are, and what they are set to.

use yew::prelude::*;

use crate::lab::desk::LinkSight;
use crate::lab::{Action, LinkSetting};
use crate::ui::components::{on_change, on_input, on_submit};
use crate::ui::lab::{use_bench, use_hands};
use crate::view::figures::count_of;

/// All nodes, in the lists of ends.
const ALL: &str = "all nodes";

/// What is typed into the form; an empty field leaves things as they are.
#[derive(Clone, Default, PartialEq)]
struct Draft {
    from: String,
    to: String,
    latency: String,
    jitter: String,
    loss: String,
    bandwidth: String,
}

/// The panel.
#[component]
pub(super) fn LinkPanel() -> Html {
    let (bench, hands) = (use_bench(), use_hands());
    let draft = use_state(|| Draft {
        from: ALL.to_owned(),
        to: ALL.to_owned(),
        ..Draft::default()
    });
    let names: Vec<String> = bench.nodes.iter().map(|node| node.name.clone()).collect();
    let change = |set: fn(&mut Draft, String)| {
        let (setter, now) = (draft.setter(), (*draft).clone());
        move |text: String| {
            let mut next = now.clone();
            set(&mut next, text);
            setter.set(next);
        }
    };
    let apply = |cut: Option<bool>| {
        let (hands, draft, names) = (hands.clone(), (*draft).clone(), names.clone());
        move || {
            for action in actions(&draft, &names, cut) {
                hands.act(action);
            }
        }
    };
    let click = |cut: bool| {
        let apply = apply(Some(cut));
        move |_: MouseEvent| apply()
    };
    let ends = |chosen: &str, onchange: Callback<Event>| {
        html! {
            <select {onchange}>
                <option value={ALL} selected={chosen == ALL}>{ ALL }</option>
                for name in &names {
                    <option key={name.clone()} value={name.clone()} selected={name == chosen}>{ name }</option>
                }
            </select>
        }
    };
    let field = |value: &str, set: fn(&mut Draft, String)| {
        html! { <input class="input-short" type="number" min="0" value={value.to_owned()} oninput={on_input(change(set))} /> }
    };
    html! {
        <section class="panel" aria-label="Links">
            <h2>{ "Links" }</h2>
            <p class="text-hint">{ said(&bench.links, &names) }</p>
            <form class="lab-form" onsubmit={on_submit(apply(None))}>
                <label>{ "From" }{ ends(&draft.from, on_change(change(|draft, text| draft.from = text))) }</label>
                <label>{ "To" }{ ends(&draft.to, on_change(change(|draft, text| draft.to = text))) }</label>
                <label>{ "Latency, ms" }{ field(&draft.latency, |draft, text| draft.latency = text) }</label>
                <label>{ "Jitter, ms" }{ field(&draft.jitter, |draft, text| draft.jitter = text) }</label>
                <label>{ "Loss, ‰" }{ field(&draft.loss, |draft, text| draft.loss = text) }</label>
                <label>{ "Bytes/s, 0 no limit" }{ field(&draft.bandwidth, |draft, text| draft.bandwidth = text) }</label>
                <div class="toolbar">
                    <button type="submit">{ "Set" }</button>
                    <button type="button" onclick={click(true)}>{ "Cut" }</button>
                    <button type="button" onclick={click(false)}>{ "Carry again" }</button>
                </div>
            </form>
        </section>
    }
}

/// What the form says, as actions: one for all links, or one for each link of an end.
fn actions(draft: &Draft, names: &[String], cut: Option<bool>) -> Vec<Action> {
    let set = match cut {
        Some(_) => LinkSetting { cut, ..LinkSetting::default() },
        None => LinkSetting {
            latency: draft.latency.parse().ok(),
            jitter: draft.jitter.parse().ok(),
            loss: draft.loss.parse().ok(),
            bandwidth: draft.bandwidth.parse().ok(),
            cut: None,
        },
    };
    if set == LinkSetting::default() {
        return Vec::new();
    }
    if draft.from == ALL && draft.to == ALL {
        return vec![Action::Links { set }];
    }
    let fits = |end: &str, name: &String| end == ALL || end == name;
    let pairs = names.iter().flat_map(|from| names.iter().map(move |to| (from, to)));
    let pairs = pairs.filter(|(from, to)| from != to && fits(&draft.from, from) && fits(&draft.to, to));
    let action = |(from, to): (&String, &String)| Action::Link {
        from: from.clone(),
        to: to.clone(),
        set: set.clone(),
    };
    pairs.map(action).collect()
}

fn said(links: &[LinkSight], names: &[String]) -> String {
    let cut = links.iter().filter(|link| link.cut);
    let name = |place: u8| names.get(usize::from(place)).map_or("?", String::as_str);
    let cut: Vec<String> = cut.map(|link| format!("{} → {}", name(link.from), name(link.to))).collect();
    let latency = links.iter().map(|link| link.latency);
    let (least, most) = (latency.clone().min().unwrap_or(0), latency.max().unwrap_or(0));
    let jitter = links.iter().map(|link| link.jitter).max().unwrap_or(0);
    let loss = links.iter().map(|link| link.loss).max().unwrap_or(0);
    let span = if least == most { format!("{least} ms") } else { format!("{least} to {most} ms") };
    let lost = if loss > 0 { format!(", up to {loss} ‰ lost") } else { String::new() };
    let all = format!("Latency {span}, jitter up to {jitter} ms{lost}.");
    match cut.len() {
        0 => all,
        count if count <= 6 => format!("{all} Cut: {}.", cut.join(", ")),
        count => format!("{all} {} are cut.", count_of(count as u64, "directed link", "directed links")),
    }
}
