//! The node that is selected: how it is, and what can be done to it. With none selected, all nodes in a table.

use yew::prelude::*;

use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::words::{DISKS, disk, life};
use crate::ipc::NodeKind;
use crate::lab::Action;
use crate::lab::desk::{Life, NodeSight};
use crate::ui::components::{Badge, Fact, Hash, KindMark, Tone, on_change, on_input, on_submit};
use crate::ui::lab::{Hands, use_bench, use_hands, use_lab_page};
use crate::view::figures::grouped;

/// The panel.
#[component]
pub(super) fn NodePanel() -> Html {
    let (bench, page) = (use_bench(), use_lab_page());
    let looked = page.looked().and_then(|name| bench.nodes.iter().find(|node| node.name == name));
    match looked {
        Some(node) => html! { <One key={node.name.clone()} node={node.clone()} /> },
        None => html! { <All /> },
    }
}

const fn tone(life: Life) -> Tone {
    match life {
        Life::Runs => Tone::Good,
        Life::Frozen => Tone::Busy,
        Life::Down => Tone::Bad,
    }
}

#[component]
fn All() -> Html {
    let (bench, hands) = (use_bench(), use_hands());
    html! {
        <section class="panel" aria-label="Nodes">
            <h2>{ "Nodes" }</h2>
            <div class="table-box" tabindex="0" role="group" aria-label="Table of nodes, scrolls sideways">
                <table>
                    <thead><tr><th scope="col">{ "node" }</th><th scope="col">{ "state" }</th><th scope="col" class="cell-number">{ "height" }</th><th scope="col">{ "head" }</th><th scope="col" class="cell-number">{ "made" }</th></tr></thead>
                    <tbody>
                        for node in bench.nodes.iter() {
                            { line(node, &hands) }
                        }
                    </tbody>
                </table>
            </div>
        </section>
    }
}

fn line(node: &NodeSight, hands: &Hands) -> Html {
    let (hands, name) = (hands.clone(), node.name.clone());
    let choose = move |_: MouseEvent| hands.send(LabMessage::Select(vec![name.clone()]));
    html! {
        <tr key={node.name.clone()}>
            <th scope="row"><KindMark kind={node.kind} />{ " " }<button type="button" class="button-plain" onclick={choose}>{ &node.name }</button></th>
            <td><Badge tone={tone(node.life)} text={life(node.life)} /></td>
            <td class="cell-number">{ grouped(node.height) }</td>
            <td><Hash hash={node.head.clone()} /></td>
            <td class="cell-number">{ grouped(node.made) }</td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct OneProps {
    node: NodeSight,
}

#[component]
fn One(props: &OneProps) -> Html {
    let (hands, node) = (use_hands(), &props.node);
    let name = node.name.clone();
    let act = |action: Action| {
        let hands = hands.clone();
        move |_: MouseEvent| hands.act_and_say(action.clone())
    };
    let back = {
        let hands = hands.clone();
        move |_: MouseEvent| hands.send(LabMessage::Clear)
    };
    let (kill, power) = (Action::Kill { node: name.clone(), power: false }, Action::Kill { node: name.clone(), power: true });
    let (start, freeze, thaw) = (
        Action::Start { node: name.clone() },
        Action::Freeze { node: name.clone() },
        Action::Thaw { node: name.clone() },
    );
    html! {
        <section class="panel" id="lab-node" aria-label={format!("Node {name}")}>
            <div class="panel-title">
                <h2><KindMark kind={node.kind} />{ &node.name }{ " " }<Badge tone={tone(node.life)} text={life(node.life)} /></h2>
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
            { deeds(node, &hands) }
            <Settings node={node.clone()} />
        </section>
    }
}

fn facts(node: &NodeSight) -> Html {
    html! {
        <dl class="facts">
            if node.life != Life::Down {
                <Fact term="Height">{ grouped(node.height) }</Fact>
                <Fact term="Head"><Hash hash={node.head.clone()} /></Fact>
                <Fact term="Final up to">{ grouped(node.decided) }</Fact>
                <Fact term="Waiting">{ format!("{} in its mempool", grouped(node.waiting)) }</Fact>
            }
            <Fact term="Blocks made">{ grouped(node.made) }</Fact>
            if let Some(rate) = node.rate {
                <Fact term="Hash rate">{ format!("{} hashes/s", grouped(rate)) }</Fact>
            }
            if !node.intends.is_empty() {
                <Fact term="Intends">{ node.intends.join(", ") }</Fact>
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
    let act = |action: Action| {
        let hands = hands.clone();
        move |_: MouseEvent| hands.act_and_say(action.clone())
    };
    html! {
        <div class="toolbar" role="group" aria-label="Misdeeds">
            <button type="button" onclick={act(Action::Miss { node: name() })}>{ "Miss its next slot" }</button>
            <button type="button" onclick={act(Action::SealTwice { node: name() })}>{ "Seal twice" }</button>
            <button type="button" onclick={act(Action::VoteTwice { node: name() })}>{ "Vote twice" }</button>
        </div>
    }
}

/// Rate, clock and disk.
#[component]
fn Settings(props: &OneProps) -> Html {
    let (hands, node) = (use_hands(), &props.node);
    let rate = use_state(|| node.rate.unwrap_or(0).to_string());
    let clock = use_state(|| node.clock.to_string());
    let place = use_state(|| (String::from("1"), String::from("0")));
    let name = node.name.clone();
    let typed = |state: &UseStateHandle<String>| {
        let setter = state.setter();
        on_input(move |text| setter.set(text))
    };
    let set_rate = {
        let (hands, node, text) = (hands.clone(), name.clone(), (*rate).clone());
        on_submit(move || {
            if let Ok(rate) = text.parse() {
                hands.act_and_say(Action::HashRate { node: node.clone(), rate });
            }
        })
    };
    let set_clock = {
        let (hands, node, text) = (hands.clone(), name.clone(), (*clock).clone());
        on_submit(move || {
            if let Ok(ahead) = text.parse() {
                hands.act_and_say(Action::Clock { node: node.clone(), ahead });
            }
        })
    };
    let set_disk = {
        let (hands, node) = (hands.clone(), name.clone());
        on_change(move |value| {
            if let Some((_, state)) = DISKS.iter().find(|(word, _)| *word == value) {
                hands.act_and_say(Action::Disk { node: node.clone(), state: *state });
            }
        })
    };
    let flip = {
        let (hands, node, place) = (hands.clone(), name.clone(), (*place).clone());
        on_submit(move || {
            if let (Ok(height), Ok(offset)) = (place.0.parse(), place.1.parse()) {
                hands.act_and_say(Action::FlipByte { node: node.clone(), height, offset });
            }
        })
    };
    let set_place = |first: bool| {
        let (setter, now) = (place.setter(), (*place).clone());
        on_input(move |text| setter.set(if first { (text, now.1.clone()) } else { (now.0.clone(), text) }))
    };
    let lose = {
        let (hands, node) = (hands, name);
        move |_: MouseEvent| hands.act_and_say(Action::LoseDisk { node: node.clone() })
    };
    html! {
        <div class="lab-settings">
            if node.kind == NodeKind::Pow {
                <form class="lab-setting" onsubmit={set_rate}>
                    <label for="lab-rate">{ "Hashes a second" }</label>
                    <input id="lab-rate" class="input-short" type="number" min="0" value={(*rate).clone()} oninput={typed(&rate)} />
                    <button type="submit">{ "Set" }</button>
                </form>
            }
            <form class="lab-setting" onsubmit={set_clock}>
                <label for="lab-ahead">{ "Clock ahead by ms" }</label>
                <input id="lab-ahead" class="input-short" type="number" value={(*clock).clone()} oninput={typed(&clock)} />
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
            <form class="lab-setting" onsubmit={flip}>
                <label for="lab-flip-height">{ "Flip a bit on its disk: block" }</label>
                <input id="lab-flip-height" class="input-short" type="number" min="0" value={place.0.clone()} oninput={set_place(true)} />
                <label for="lab-flip-byte">{ "byte" }</label>
                <input id="lab-flip-byte" class="input-short" type="number" min="0" value={place.1.clone()} oninput={set_place(false)} />
                <button type="submit">{ "Flip" }</button>
            </form>
        </div>
    }
}
