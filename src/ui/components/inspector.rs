//! What is selected, in words and exact values, with what can be done about it. Without a selection:
//! the network as a whole.

use yew::prelude::*;

use super::basics::{Asking, copied_fact, fact, facts, hash_fact, hash_link};
use super::marks::{node_mark, state_badge};
use super::miners::miners;
use crate::command::{Command, Target};
use crate::ipc::{NodeKind, NodeState, NodeStatus, Pace};
use crate::ui::actions::Actions;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::state::UiState;
use crate::ui::time;
use crate::view::figures::{compact, count_of, grouped, interval, short, span};
use crate::view::route::Route;
use crate::view::words;
use crate::view::{Model, NodeView};

/// The panel beside the picture.
pub(crate) fn inspector(actions: &Actions, state: &UiState, now: u64) -> Html {
    let model = &state.model;
    let node = state
        .selected
        .as_ref()
        .and_then(|name| model.nodes.iter().find(|node| node.status.name == *name));
    html! {
        <aside key="inspector" class="panel inspector" aria-label="Inspector">
            { node.map_or_else(|| overview(actions, model), |node| panel(actions, node, now)) }
        </aside>
    }
}

/// The network as a whole.
fn overview(actions: &Actions, model: &Model) -> Html {
    let recent = recent(model);
    let rate: f64 = model
        .nodes
        .iter()
        .filter(|node| node.is_up())
        .map(|node| node.status.hash_rate)
        .sum();
    let head = model.tips.first();
    let status = model.heaviest();
    let pace = match model.pace {
        Pace::Interval { ms } => format!("A work block about every {}", interval(ms)),
        Pace::Full => "Full speed, one core left to the page".to_owned(),
        Pace::Max => "Full speed on all cores".to_owned(),
        Pace::Paused => "Paused".to_owned(),
    };
    let mut list = Vec::new();
    if let Some(tip) = head {
        let link = hash_link(&tip.hash, &Route::Block(tip.hash.clone()));
        let value = html! { <>{ link }{ format!(" at height {}", grouped(tip.height)) }</> };
        list.push(copied_fact(
            actions,
            "Head of the heaviest chain",
            "",
            &tip.hash,
            value,
        ));
    }
    if let Some(status) = status.filter(|status| !status.state_root.is_empty()) {
        let hint = "One hash over all balances: equal roots mean equal ledgers.";
        list.push(hash_fact(
            actions,
            "State root",
            hint,
            &status.state_root,
            None,
        ));
        list.push(fact(
            "Difficulty",
            "Expected tries for a work block.",
            words::difficulty(status).into(),
        ));
    }
    let rate = format!("{} hashes/s", compact(rate));
    list.push(fact(
        "Hash rate of this tab",
        "Measured over all miners.",
        rate.into(),
    ));
    list.push(fact("Pace", "", pace.into()));
    if let Some(recent) = recent {
        list.push(fact(
            "Time between blocks",
            "Mean of the latest blocks, of both kinds.",
            recent.into(),
        ));
    }
    if !model.chain_id.is_empty() {
        let (hint, genesis) = ("The id of the genesis block.", Route::Block("0".to_owned()));
        list.push(hash_fact(
            actions,
            "Network id",
            hint,
            &model.chain_id,
            Some(&genesis),
        ));
    }
    html! {
        <key="overview">
            <h2 key="title">{ "The network" }</h2>
            <p key="lead" class="lead">{ lead(model) }</p>
            { facts("facts", "", list) }
            <p key="hint" class="hint">{ "Select a node in the picture or in the table to see what it does." }</p>
        </>
    }
}

fn lead(model: &Model) -> String {
    let up = |kind: NodeKind, paused: bool| {
        let is_of = |node: &&NodeView| {
            node.is_up() && node.status.kind == kind && node.is_paused() == paused
        };
        u64::try_from(model.nodes.iter().filter(is_of).count()).unwrap_or(u64::MAX)
    };
    let (work, resting) = (up(NodeKind::Pow, false), up(NodeKind::Pow, true));
    let (authority, viewers) = (up(NodeKind::Poa, false), up(NodeKind::Viewer, false));
    let mut parts = Vec::new();
    if resting > 0 {
        parts.push(format!(
            "{}, as mining is paused",
            count_of(resting, "node rests", "nodes rest")
        ));
    }
    if work > 0 {
        parts.push(format!(
            "{} by proof of work",
            count_of(work, "node mines", "nodes mine")
        ));
    }
    if authority > 0 {
        parts.push(format!(
            "{} in turn by proof of authority",
            count_of(authority, "node seals", "nodes seal")
        ));
    }
    if viewers > 0 {
        parts.push(format!(
            "{} without making blocks",
            count_of(viewers, "node watches", "nodes watch")
        ));
    }
    match parts.as_slice() {
        [] => "No node is running.".to_owned(),
        [one] => format!("{one}."),
        [head @ .., last] => format!(
            "{}, and {last}. All extend the same chain.",
            head.join(", ")
        ),
    }
}

/// Mean time between the latest blocks of the best chain.
fn recent(model: &Model) -> Option<String> {
    let mut times: Vec<u64> = Vec::new();
    let mut at = model
        .tips
        .first()
        .and_then(|tip| model.blocks.get(&tip.hash));
    while let Some(block) = at.filter(|block| times.len() < 21 && block.height > 0) {
        times.push(block.timestamp);
        at = model.blocks.get(&block.previous_hash);
    }
    let (newest, oldest) = (times.first()?, times.last()?);
    let gaps = u64::try_from(times.len())
        .ok()?
        .checked_sub(1)
        .filter(|gaps| *gaps > 0)?;
    Some(format!(
        "{} over {}",
        span(newest.saturating_sub(*oldest) / gaps),
        count_of(gaps + 1, "block", "blocks")
    ))
}

fn panel(actions: &Actions, node: &NodeView, now: u64) -> Html {
    let status = &node.status;
    let close = {
        let actions = actions.clone();
        Callback::from(move |_: MouseEvent| actions.select(None))
    };
    html! {
        <key={format!("node {}", status.name)}>
            <div key="title" class="panel-title">
                <h2>{ node_mark(status.kind) }{ " " }{ status.name.clone() }{ " " }{ state_badge(status.state) }</h2>
                <button type="button" class="close" aria-label="Back to the network" onclick={close}>{ "×" }</button>
            </div>
            <p key="lead" class="lead">{ words::node(node, now) }</p>
            if node.own {
                <div key="buttons" class="buttons">{ buttons(actions, status) }</div>
            } else {
                <p key="foreign" class="hint">{ format!("It runs in another tab ({}), so it can only be watched here.", status.host) }</p>
            }
            { facts("facts", "", list(actions, node, now)) }
            if status.kind == NodeKind::Pow {
                { miners(&node.miners) }
            }
            { links(actions, node) }
        </>
    }
}

fn buttons(actions: &Actions, status: &NodeStatus) -> Html {
    let target = || Target::Node(status.name.clone());
    let ended = matches!(
        status.state,
        NodeState::Stopped | NodeState::Killed | NodeState::Failed
    );
    let wipe = Asking {
        label: "Wipe",
        question: format!("Empty the ledger of {}?", status.name),
        command: Command::Wipe(target()),
    };
    html! {
        <>
            if ended {
                <button key="start" type="button" class="primary" onclick={actions.on_click(Command::Start(target()))}>{ "Start" }</button>
            } else {
                <button key="stop" type="button" onclick={actions.on_click(Command::Stop(target()))}
                    title="Says goodbye to its peers, writes its ledger and ends">{ "Stop" }</button>
                <button key="kill" type="button" onclick={actions.on_click(Command::Kill(target()))}
                    title="Ends its worker at once, as a crash would">{ "Kill" }</button>
            }
            { part(actions, &status.name, View::Confirm(wipe)) }
        </>
    }
}

fn list(actions: &Actions, node: &NodeView, now: u64) -> Vec<Html> {
    let status = &node.status;
    let rate = match status.hash_budget {
        _ if node.is_paused() => "0 hashes/s, paused".to_owned(),
        Some(budget) => format!(
            "{} of {} hashes/s",
            compact(status.hash_rate),
            compact(budget)
        ),
        None => format!("{} hashes/s, full speed", compact(status.hash_rate)),
    };
    let slot = match status.next_slot_at {
        Some(at) if at > now => format!("in {} ({})", span(at - now), time::of_day(at)),
        Some(_) => "now".to_owned(),
        None => "none".to_owned(),
    };
    let ledger = status.degraded.clone().map_or_else(
        || {
            format!(
                "durable up to height {} ({} at its start)",
                grouped(status.durable_height),
                status.ledger_start
            )
        },
        |why| format!("in memory only: {why}"),
    );
    let frames = format!(
        "{} received, {} sent, {} refused",
        grouped(status.frames_in),
        grouped(status.frames_out),
        grouped(status.frames_refused)
    );
    let pending = count_of(u64::from(status.pending), "transaction", "transactions");
    let mut list = vec![
        fact("Kind", "", words::kind(status.kind).into()),
        fact("Height", "", grouped(status.height).into()),
        hash_fact(
            actions,
            "Head",
            "",
            &status.head,
            Some(&Route::Block(status.head.clone())),
        ),
        hash_fact(actions, "State root", "", &status.state_root, None),
        fact("Weight of its chain", "", grouped(status.weight).into()),
        fact("Mempool", "", pending.into()),
    ];
    match status.kind {
        NodeKind::Pow => list.push(fact("Hash rate", "", rate.into())),
        NodeKind::Poa => list.push(fact("Next slot", "", slot.into())),
        NodeKind::Viewer => {}
    }
    list.push(fact(
        "Blocks made",
        "On its best chain, since it started.",
        grouped(status.blocks_made).into(),
    ));
    list.push(fact("Ledger", "", ledger.into()));
    list.push(fact("Frames", "", frames.into()));
    list.push(hash_fact(actions, "Node id", "", &status.id, None));
    list
}

/// The peers of a node with the state of the link to each.
fn links(actions: &Actions, node: &NodeView) -> Html {
    let (cuts, name) = (actions.host().cuts(), &node.status.name);
    let is_cut = |x: &String, y: &String| cuts.iter().any(|(a, b)| a == x && b == y);
    let row = |peer: &crate::ipc::PeerStatus| {
        let cut = is_cut(name, &peer.name) || is_cut(&peer.name, name);
        let (a, b) = (name.clone(), peer.name.clone());
        let (word, command) = if cut {
            ("Heal", Command::Heal { a, b })
        } else {
            ("Cut", Command::Cut { a, b })
        };
        let state = match (cut, peer.alive, peer.round_trip_ms) {
            (true, ..) => "link cut".to_owned(),
            (_, false, _) => "not heard for 10 s".to_owned(),
            (_, _, Some(ms)) => format!("round trip {ms} ms"),
            (_, _, None) => "heard".to_owned(),
        };
        html! {
            <tr key={peer.id.clone()}>
                <th scope="row">{ node_mark(peer.kind) }{ " " }{ if peer.name.is_empty() { short(&peer.id) } else { peer.name.clone() } }</th>
                <td class="number">{ grouped(peer.height) }</td>
                <td>{ state }</td>
                <td>
                    <button type="button" aria-label={format!("{word} the link to {}", peer.name)}
                        onclick={actions.on_click(command)} disabled={!node.own}>{ word }</button>
                </td>
            </tr>
        }
    };
    html! {
        <section key="links" aria-label="Peers">
            <h3>{ format!("Peers ({})", node.peers.iter().filter(|peer| peer.alive).count()) }</h3>
            if node.peers.is_empty() {
                <p class="empty">{ "It has heard no other node yet." }</p>
            } else {
                <table class="peers">
                    <thead><tr><th scope="col">{ "Node" }</th><th scope="col" class="number">{ "Height" }</th><th scope="col">{ "Link" }</th><th scope="col"><span class="hidden">{ "Cut or heal" }</span></th></tr></thead>
                    <tbody>{ for node.peers.iter().map(row) }</tbody>
                </table>
            }
        </section>
    }
}
