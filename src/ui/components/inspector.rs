//! What is selected, in words and exact values, with what can be done about it. Without a
//! selection: the network as a whole.

use yew::prelude::*;

use super::miners::miners;
use super::overview::overview;
use super::{
    Confirm, RunButton, Tone, WhyPanel, badge, empty, fact, fact_to_copy, fact_with_hint,
    kind_mark, scroll_to, short_hash, told,
};
use crate::app::pages::network::{has_ended, is_cut};
use crate::app::pages::selection::SelectionMessage;
use crate::command::{Command, Target};
use crate::ipc::{NodeKind, NodeStatus, PeerStatus, Subject};
use crate::ui::context::{use_actions, use_picture, use_selection};
use crate::ui::time;
use crate::view::NodeView;
use crate::view::figures::{bytes, compact, count_of, grouped, short, span};
use crate::view::route::Route;
use crate::view::words;

/// The panel next to the picture.
#[component]
pub(crate) fn Inspector() -> Html {
    let (picture, selection) = (use_picture(), use_selection());
    let is_live = !use_actions().app().is_laboratory();
    let selected = selection.name();
    let node = picture
        .nodes
        .iter()
        .find(|node| Some(node.status.name.as_str()) == selected);
    html! {
        <aside class="panel inspector" aria-label="Inspector">
            if let Some(node) = node {
                <NodePanel key={node.status.name.clone()} node={node.clone()} now={time::now()} />
            } else {
                { overview(&picture, is_live) }
            }
        </aside>
    }
}

#[derive(Properties, PartialEq)]
struct NodePanelProps {
    node: NodeView,
    /// The time until its next slot runs down, also while nothing of it changes.
    now: u64,
}

/// One node.
#[component]
fn NodePanel(props: &NodePanelProps) -> Html {
    let (actions, node) = (use_actions(), &props.node);
    // On a phone it comes below the picture, where nobody would see it.
    use_effect_with((), |()| scroll_to(&[".inspector"]));
    let (status, now) = (&node.status, props.now);
    let close = {
        let actions = actions.clone();
        move |_: MouseEvent| actions.select(SelectionMessage::Clear)
    };
    html! {
        <>
            <div class="panel-title">
                <h2>
                    { kind_mark(status.kind) }{ " " }{ told(&status.name) }{ " " }
                    { badge(Tone::of(status.state), words::state(status.state)) }
                </h2>
                <button type="button" class="button-close" aria-label="Back to the network" onclick={close}>{ "×" }</button>
            </div>
            <p class="text-lead">{ told(&words::node(node, now)) }</p>
            if node.own {
                <div class="toolbar">{ buttons(status, !actions.app().is_laboratory()) }</div>
            } else {
                <p class="text-hint">{ told(&format!("It runs in another tab ({}), so it can only be watched here.", status.host)) }</p>
            }
            <WhyPanel about={Subject::Node(status.name.clone())} title={why_title(status.kind)} always=true />
            { facts(node, now) }
            if status.kind == NodeKind::Pow && !node.miners.is_empty() {
                { miners(&node.miners) }
            }
            { peers(node, &actions.app().cuts()) }
        </>
    }
}

/// The question about a node of this kind.
const fn why_title(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Pow => "Why it makes no block now",
        NodeKind::Poa => "Why it seals no block now",
        NodeKind::Viewer => "Why it makes no blocks",
    }
}

/// What can be done to a node; a live one can be stopped and wiped too.
fn buttons(status: &NodeStatus, is_live: bool) -> Html {
    let target = || Target::Node(status.name.clone());
    html! {
        <>
            if has_ended(status.state) {
                <RunButton key="start" class="button-primary" command={Command::Start(target())}>{ "Start" }</RunButton>
            } else {
                if is_live {
                    <RunButton key="stop" command={Command::Stop(target())}
                        title="Leaves its peers, writes its ledger and ends">{ "Stop" }</RunButton>
                }
                <RunButton key="kill" command={Command::Kill(target())}
                    title="Ends its worker at once, as a crash would">{ "Kill" }</RunButton>
            }
            if is_live {
                <Confirm label="Wipe" question={format!("Empty the ledger of {}?", status.name)} command={Command::Wipe(target())} />
            }
        </>
    }
}

fn facts(node: &NodeView, now: u64) -> Html {
    let status = &node.status;
    html! {
        <dl class="facts">
            { fact("Kind", words::kind(status.kind)) }
            { fact("Height", grouped(status.height)) }
            { fact_to_copy("Head", "", &status.head,
                short_hash(&status.head, Some(Route::Block(status.head.clone())))) }
            { fact_to_copy("State root", "", &status.state_root, short_hash(&status.state_root, None)) }
            { fact("Weight of its chain", grouped(status.weight)) }
            { fact("Mempool", count_of(u64::from(status.pending), "transaction", "transactions")) }
            if status.kind == NodeKind::Pow {
                { fact("Hash rate", rate(node)) }
            }
            if status.kind == NodeKind::Poa {
                { fact("Next slot", slot(status, now)) }
            }
            { fact_with_hint("Blocks made", "On its best chain, since it started.", grouped(status.blocks_made)) }
            { fact("Ledger", ledger(status)) }
            { fact("Frames",
                format!("{} received, {} sent, {} refused", grouped(status.frames_in), grouped(status.frames_out), grouped(status.frames_refused))) }
            { fact_to_copy("Node id", "", &status.id, short_hash(&status.id, None)) }
        </dl>
    }
}

fn rate(node: &NodeView) -> String {
    let rate = compact(node.status.hash_rate);
    match node.status.hash_budget {
        _ if node.is_paused() => "0 hashes/s, paused".to_owned(),
        Some(budget) => format!("{rate} of {} hashes/s", compact(budget)),
        None => format!("{rate} hashes/s, full speed"),
    }
}

fn slot(status: &NodeStatus, now: u64) -> String {
    match status.next_slot_at {
        Some(at) if at > now => format!("in {} ({})", span(at - now), time::of_day(at)),
        Some(_) => "now".to_owned(),
        None => "none".to_owned(),
    }
}

fn ledger(status: &NodeStatus) -> String {
    match &status.degraded {
        Some(why) => format!("in memory only: {why}"),
        None => format!(
            "durable up to height {} ({} at its start), {} of rows written since",
            grouped(status.durable_height),
            status.ledger_start,
            bytes(status.written_bytes)
        ),
    }
}

/// The peers of a node with the state of the link to each.
fn peers(node: &NodeView, cuts: &[(String, String)]) -> Html {
    let alive = node.peers.iter().filter(|peer| peer.alive).count();
    html! {
        <section aria-label="Peers">
            <h3>{ format!("Peers ({alive})") }</h3>
            if node.peers.is_empty() {
                { empty("It has heard no other node yet.") }
            } else {
                <table class="peers">
                    <thead>
                        <tr>
                            <th scope="col">{ "Node" }</th>
                            <th scope="col" class="cell-number">{ "Height" }</th>
                            <th scope="col">{ "Link" }</th>
                            <th scope="col"><span class="visually-hidden">{ "Cut or heal" }</span></th>
                        </tr>
                    </thead>
                    <tbody>{ for node.peers.iter().map(|peer| peer_row(node, peer, cuts)) }</tbody>
                </table>
            }
        </section>
    }
}

fn peer_row(node: &NodeView, peer: &PeerStatus, cuts: &[(String, String)]) -> Html {
    let cut = is_cut(cuts, &node.status.name, &peer.name);
    let (a, b) = (node.status.name.clone(), peer.name.clone());
    let (word, command) = if cut {
        ("Heal", Command::Heal { a, b })
    } else {
        ("Cut", Command::Cut { a, b })
    };
    let state = match (cut, peer.alive, peer.round_trip_ms) {
        (true, ..) => "link cut, height as last heard".to_owned(),
        (_, false, _) => "not heard for 10 s".to_owned(),
        (_, _, Some(ms)) => format!("round trip {ms} ms"),
        (_, _, None) => "heard".to_owned(),
    };
    let name = if peer.name.is_empty() {
        short(&peer.id)
    } else {
        peer.name.clone()
    };
    html! {
        <tr key={peer.id.clone()}>
            <th scope="row">{ kind_mark(peer.kind) }{ " " }{ told(&name) }</th>
            <td class="cell-number">{ grouped(peer.height) }</td>
            <td>{ state }</td>
            <td class="cell-actions">
                <RunButton {command} label={format!("{word} the link to {}", peer.name)} disabled={!node.own}>{ word }</RunButton>
            </td>
        </tr>
    }
}
