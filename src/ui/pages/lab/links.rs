//! The links: how they are, and what they are set to.

use std::rc::Rc;
use std::str::FromStr;

use yew::prelude::*;

use crate::app::pages::lab::LabPage;
use crate::lab::desk::LinkSight;
use crate::lab::{Action, LinkSetting};
use crate::ui::lab::{Drawn, Hands, Scene, choice, number};
use crate::view::figures::count_of;

/// All nodes, in the lists of ends.
const ALL: &str = "all nodes";

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| (&one.bench.links, &one.page) == (&other.bench.links, &other.page),
};

fn draw(scene: &Scene) -> Html {
    let (bench, hands) = (&scene.bench, &scene.hands);
    let names: Vec<String> = bench.nodes.iter().map(|node| node.name.clone()).collect();
    let ends: Vec<String> = std::iter::once(ALL.to_owned())
        .chain(names.iter().cloned())
        .collect();
    let (from, to) = (
        scene.page.text("link-from", ALL),
        scene.page.text("link-to", ALL),
    );
    let apply = |cut: Option<bool>| {
        let (page, names) = (Rc::clone(&scene.page), names.clone());
        move |hands: &Hands| {
            let set = match cut {
                Some(_) => Some(LinkSetting {
                    cut,
                    ..LinkSetting::default()
                }),
                None => typed(&page, hands),
            };
            for action in set.into_iter().flat_map(|set| actions(&page, &names, &set)) {
                hands.act(action);
            }
        }
    };
    let click = |cut: bool| {
        let (apply, hands) = (apply(Some(cut)), hands.clone());
        move |_: MouseEvent| apply(&hands)
    };
    html! {
        <section class="panel" aria-label="Links">
            <h2>{ "Links" }</h2>
            <p class="text-hint">{ said(&bench.links, &names) }</p>
            <form class="lab-form" onsubmit={hands.submitting(apply(None))}>
                <label>{ "From" }{ choice(scene, "link-from", &ends, &from) }</label>
                <label>{ "To" }{ choice(scene, "link-to", &ends, &to) }</label>
                <label>{ "Latency, ms" }{ number(scene, "link-latency", "") }</label>
                <label>{ "Jitter, ms" }{ number(scene, "link-jitter", "") }</label>
                <label>{ "Loss, ‰" }{ number(scene, "link-loss", "") }</label>
                <label>{ "Bytes/s, 0 no limit" }{ number(scene, "link-bandwidth", "") }</label>
                <div class="toolbar">
                    <button type="submit">{ "Set" }</button>
                    <button type="button" onclick={click(true)}>{ "Cut" }</button>
                    <button type="button" onclick={click(false)}>{ "Carry" }</button>
                </div>
            </form>
        </section>
    }
}

/// What is typed; an empty field leaves things as they are. `None` where something is no number, or
/// nothing is typed.
fn typed(page: &LabPage, hands: &Hands) -> Option<LinkSetting> {
    fn read<T: FromStr>(
        page: &LabPage,
        hands: &Hands,
        field: &str,
        what: &str,
    ) -> Option<Option<T>> {
        let text = page.text(field, "");
        if text.is_empty() {
            return Some(None);
        }
        hands.number(what, &text).map(Some)
    }
    let set = LinkSetting {
        latency: read(page, hands, "link-latency", "latency")?,
        jitter: read(page, hands, "link-jitter", "jitter")?,
        loss: read(page, hands, "link-loss", "loss")?,
        bandwidth: read(page, hands, "link-bandwidth", "bytes/s")?,
        cut: None,
    };
    if set == LinkSetting::default() {
        hands.number::<u64>("links", "")?;
    }
    Some(set)
}

/// What the form says, as actions: one for all links, or one for each link of an end.
fn actions(page: &LabPage, names: &[String], set: &LinkSetting) -> Vec<Action> {
    let (sender, receiver) = (page.text("link-from", ALL), page.text("link-to", ALL));
    if sender == ALL && receiver == ALL {
        return vec![Action::Links { set: set.clone() }];
    }
    let fits = |end: &str, name: &String| end == ALL || end == name;
    let pairs = names
        .iter()
        .flat_map(|from| names.iter().map(move |to| (from, to)));
    let pairs = pairs.filter(|(from, to)| from != to && fits(&sender, from) && fits(&receiver, to));
    let action = |(from, to): (&String, &String)| Action::Link {
        from: from.clone(),
        to: to.clone(),
        set: set.clone(),
    };
    pairs.map(action).collect()
}

fn said(links: &[LinkSight], names: &[String]) -> String {
    let cut = links.iter().filter(|link| link.cut);
    let name = |number: u8| names.get(usize::from(number)).map_or("?", String::as_str);
    let cut: Vec<String> = cut
        .map(|link| format!("{} → {}", name(link.from), name(link.to)))
        .collect();
    let latency = links.iter().map(|link| link.latency);
    let (least, most) = (
        latency.clone().min().unwrap_or(0),
        latency.max().unwrap_or(0),
    );
    let jitter = links.iter().map(|link| link.jitter).max().unwrap_or(0);
    let loss = links.iter().map(|link| link.loss).max().unwrap_or(0);
    let span = if least == most {
        format!("{least} ms")
    } else {
        format!("{least} to {most} ms")
    };
    let lost = if loss > 0 {
        format!(", up to {loss} ‰ lost")
    } else {
        String::new()
    };
    let all = format!("Latency {span}, jitter up to {jitter} ms{lost}.");
    match cut.len() {
        0 => all,
        count if count <= 6 => format!("{all} Cut: {}.", cut.join(", ")),
        count => format!(
            "{all} {} are cut.",
            count_of(count as u64, "directed link", "directed links")
        ),
    }
}
