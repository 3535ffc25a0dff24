//! The node that is selected: how it is, and what can be done to it. With none selected, all nodes
//! in a table.

use yew::prelude::*;

use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::words::life;
use crate::ipc::NodeKind;
use crate::lab::Action;
use crate::lab::desk::{Life, NodeSight};
use crate::lab::words::{DISKS, disk};
use crate::ui::components::{
    Column, Tone, badge, fact, kind_mark, on_change, short_hash, table_of,
};
use crate::ui::lab::{Drawn, Hands, Scene, choice, number};
use crate::view::figures::grouped;

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Words("node"),
    Column::Words("state"),
    Column::Figures("height"),
    Column::Words("head"),
    Column::Figures("made"),
];

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| (&one.bench.nodes, &one.page) == (&other.bench.nodes, &other.page),
};

fn draw(scene: &Scene) -> Html {
    let looked = scene.page.looked();
    let mut nodes = scene.bench.nodes.iter();
    match looked.and_then(|name| nodes.find(|node| node.name == name)) {
        Some(node) => one(scene, node),
        None => all(scene),
    }
}

/// Whether a node runs. At the beginning none does, which is nothing bad.
fn state(node: &NodeSight, scene: &Scene) -> Html {
    let time = scene.bench.clock.as_ref().map_or(0, |clock| clock.time);
    let tone = match node.life {
        Life::Runs => Tone::Good,
        Life::Frozen => Tone::Busy,
        Life::Down if time == 0 => Tone::Still,
        Life::Down => Tone::Bad,
    };
    badge(tone, life(node.life, time))
}

fn all(scene: &Scene) -> Html {
    let bench = &scene.bench;
    html! {
        <section class="panel" aria-label="Nodes">
            <h2>{ "Nodes" }</h2>
            { table_of("Table of nodes", COLUMNS, html! {
                for node in bench.nodes.iter() {
                    { line(node, scene) }
                }
            }) }
        </section>
    }
}

fn line(node: &NodeSight, scene: &Scene) -> Html {
    let choose = scene
        .hands
        .sending(LabMessage::Select(vec![node.name.clone()]));
    html! {
        <tr key={node.name.clone()}>
            <th scope="row">{ kind_mark(node.kind) }{ " " }<button type="button" class="button-plain" onclick={choose}>{ &node.name }</button></th>
            <td>{ state(node, scene) }</td>
            <td class="cell-number">{ grouped(node.height) }</td>
            <td>{ short_hash(&node.head, None) }</td>
            <td class="cell-number">{ grouped(node.made) }</td>
        </tr>
    }
}

fn one(scene: &Scene, node: &NodeSight) -> Html {
    let (hands, name) = (&scene.hands, node.name.clone());
    let act = |action: Action| hands.acting(action);
    let back = hands.sending(LabMessage::Clear);
    let (kill, power) = (
        Action::Kill {
            node: name.clone(),
            power: false,
        },
        Action::Kill {
            node: name.clone(),
            power: true,
        },
    );
    let (start, freeze, thaw) = (
        Action::Start { node: name.clone() },
        Action::Freeze { node: name.clone() },
        Action::Thaw { node: name.clone() },
    );
    html! {
        <section class="panel" id="lab-node" aria-label={format!("Node {name}")}>
            <div class="panel-title">
                <h2>{ kind_mark(node.kind) }{ &node.name }{ " " }{ state(node, scene) }</h2>
                <button type="button" class="button-close" aria-label="Back to all nodes" onclick={back}>{ "×" }</button>
            </div>
            <div class="toolbar">
                if node.life == Life::Down {
                    <button type="button" id="lab-start" class="button-primary" onclick={act(start)}>{ "Start" }</button>
                } else {
                    <button type="button" id="lab-kill" onclick={act(kill)}>{ "Kill" }</button>
                    <button type="button" title="What was not flushed to the disk may be lost" onclick={act(power)}>{ "Cut its power" }</button>
                    if node.life == Life::Frozen {
                        <button type="button" class="button-primary" onclick={act(thaw)}>{ "Let it go on" }</button>
                    } else {
                        <button type="button" onclick={act(freeze)}>{ "Freeze" }</button>
                    }
                }
            </div>
            { facts(node) }
            { deeds(node, hands) }
            { settings(scene, node) }
        </section>
    }
}

fn facts(node: &NodeSight) -> Html {
    html! {
        <dl class="facts">
            if node.life != Life::Down {
                { fact("Height", grouped(node.height)) }
                { fact("Head", short_hash(&node.head, None)) }
                { fact("Final up to", grouped(node.decided)) }
                { fact("Waiting", format!("{} in its mempool", grouped(node.waiting))) }
            }
            { fact("Blocks made", grouped(node.made)) }
            if let Some(rate) = node.rate {
                { fact("Hash rate", format!("{} hashes/s", grouped(rate))) }
            }
            if !node.intends.is_empty() {
                { fact("Intends", node.intends.join(", ")) }
            }
        </dl>
    }
}

/// What only an authority can do against the rules.
fn deeds(node: &NodeSight, hands: &Hands) -> Html {
    if node.kind != NodeKind::Poa || node.life == Life::Down {
        return html! {};
    }
    let name = || node.name.clone();
    let act = |action: Action| hands.acting(action);
    html! {
        <div class="toolbar" role="group" aria-label="Misdeeds">
            <button type="button" onclick={act(Action::Miss { node: name() })}>{ "Miss its next slot" }</button>
            <button type="button" onclick={act(Action::SealTwice { node: name() })}>{ "Seal twice" }</button>
            <button type="button" onclick={act(Action::VoteTwice { node: name() })}>{ "Vote twice" }</button>
            <button type="button" title="Where its node is not heard, its key signs what others vote for" onclick={act(Action::VoteBothSides { node: name() })}>{ "Vote on both sides" }</button>
        </div>
    }
}

/// Rate, clock and disk.
fn settings(scene: &Scene, node: &NodeSight) -> Html {
    let (page, hands) = (&scene.page, &scene.hands);
    let (now_rate, now_clock) = (node.rate.unwrap_or(0).to_string(), node.clock.to_string());
    let set_rate = {
        let (node, text) = (node.name.clone(), page.text("rate", &now_rate));
        hands.submitting(move |hands| {
            if let Some(rate) = hands.number("hashes a second", &text) {
                let node = node.clone();
                hands.act(Action::HashRate { node, rate });
            }
        })
    };
    let set_clock = {
        let (node, text) = (node.name.clone(), page.text("ahead", &now_clock));
        hands.submitting(move |hands| {
            if let Some(ahead) = hands.number("clock ahead by ms", &text) {
                let node = node.clone();
                hands.act(Action::Clock { node, ahead });
            }
        })
    };
    let set_disk = {
        let (hands, node) = (hands.clone(), node.name.clone());
        on_change(move |value| {
            if let Some((_, state)) = DISKS.iter().find(|(word, _)| *word == value) {
                let node = node.clone();
                hands.act(Action::Disk {
                    node,
                    state: *state,
                });
            }
        })
    };
    let lose = hands.acting(Action::LoseDisk {
        node: node.name.clone(),
    });
    html! {
        <div class="lab-settings">
            if node.kind == NodeKind::Pow {
                <form class="lab-setting" onsubmit={set_rate}>
                    <label for="lab-rate">{ "Hashes a second" }</label>{ number(scene, "rate", &now_rate) }
                    <button type="submit">{ "Set" }</button>
                </form>
            }
            <form class="lab-setting" onsubmit={set_clock}>
                <label for="lab-ahead">{ "Clock ahead by ms" }</label>{ number(scene, "ahead", &now_clock) }
                <button type="submit">{ "Set" }</button>
            </form>
            <div class="lab-setting">
                <label for="lab-disk">{ "Disk" }</label>
                <select id="lab-disk" onchange={set_disk}>
                    for (word, _) in DISKS {
                        <option key={word} value={word} selected={word == disk(node.disk)}>{ word }</option>
                    }
                </select>
                <button type="button" onclick={lose}>{ "Lose it" }</button>
            </div>
            { flipping(scene, node) }
            if node.life != Life::Down {
                { flooding(scene, node) }
            }
        </div>
    }
}

/// The form that has a node flood another.
fn flooding(scene: &Scene, node: &NodeSight) -> Html {
    let (page, bench) = (&scene.page, &scene.bench);
    let others = bench.nodes.iter().map(|other| other.name.clone());
    let others: Vec<String> = others.filter(|other| *other != node.name).collect();
    let Some(first) = others.first() else {
        return html! {};
    };
    let to = page.text("flood-to", first);
    let to = if others.contains(&to) {
        to
    } else {
        first.clone()
    };
    let end = scene.hands.acting(Action::Flood {
        node: node.name.clone(),
        to: to.clone(),
        per_second: 0,
    });
    let flood = {
        let (node, to, rate) = (node.name.clone(), to.clone(), page.text("flood", "200"));
        scene.hands.submitting(move |hands| {
            if let Some(per_second) = hands.number("frames a second", &rate) {
                let (node, to) = (node.clone(), to.clone());
                hands.act(Action::Flood {
                    node,
                    to,
                    per_second,
                });
            }
        })
    };
    html! {
        <form class="lab-setting" onsubmit={flood}>
            <label for="lab-flood-to">{ "Send nonsense to" }</label>{ choice(scene, "flood-to", &others, &to) }
            <label for="lab-flood">{ "frames a second" }</label>{ number(scene, "flood", "200") }
            <button type="submit">{ "Flood" }</button>
            <button type="button" onclick={end}>{ "End" }</button>
        </form>
    }
}

/// The form that flips a bit on a node's disk.
fn flipping(scene: &Scene, node: &NodeSight) -> Html {
    let (page, hands) = (&scene.page, &scene.hands);
    let flip = {
        let (height, offset) = (page.text("flip-height", "1"), page.text("flip-byte", "0"));
        let node = node.name.clone();
        hands.submitting(move |hands| {
            let height = hands.number("block", &height);
            let offset = hands.number("byte", &offset);
            if let (Some(height), Some(offset)) = (height, offset) {
                let node = node.clone();
                hands.act(Action::FlipByte {
                    node,
                    height,
                    offset,
                });
            }
        })
    };
    html! {
        <form class="lab-setting" onsubmit={flip}>
            <label for="lab-flip-height">{ "Flip a bit on its disk: block" }</label>{ number(scene, "flip-height", "1") }
            <label for="lab-flip-byte">{ "byte" }</label>{ number(scene, "flip-byte", "0") }
            <button type="submit">{ "Flip" }</button>
        </form>
    }
}
