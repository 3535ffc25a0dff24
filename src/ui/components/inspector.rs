//! What is selected, in words and exact values, with what can be done about it. Without a selection:
//! the network as a whole.

use std::collections::BTreeSet;

use yew::prelude::*;

use super::basics::{Confirm, Fact, Facts, HashLink};
use super::marks::{NodeMark, StateBadge};
use super::miners::Miners;
use crate::command::{Command, Target};
use crate::ipc::{NodeKind, NodeState, NodeStatus, Pace};
use crate::ui::actions::Actions;
use crate::ui::hooks::{use_actions, use_host, use_model, use_now, use_store};
use crate::ui::time;
use crate::view::figures::{compact, count_of, difficulty, grouped, interval, short, span};
use crate::view::route::Route;
use crate::view::words;
use crate::view::{Model, NodeView};

/// The panel beside the picture.
#[component]
pub(crate) fn Inspector() -> Html {
    let (model, store) = (use_model(), use_store());
    let node = store.selected.as_ref().and_then(|name| model.nodes.iter().find(|node| node.status.name == *name));
    html! {
        <aside class="panel inspector" aria-label="Inspector">
            if let Some(node) = node {
                <NodePanel key={format!("node {}", node.status.name)} node={node.clone()} />
            } else {
                <Overview key="overview" />
            }
        </aside>
    }
}

/// The network as a whole.
#[component]
fn Overview() -> Html {
    let model = use_model();
    let recent = recent(&model);
    let rate: f64 = model.nodes.iter().filter(|node| node.is_up()).map(|node| node.status.hash_rate).sum();
    let head = model.tips.first();
    // Only this tab's nodes tell all of themselves.
    let own = model.nodes.iter().filter(|node| node.own).map(|node| &node.status);
    let status = own.max_by_key(|status| status.weight);
    let pace = match model.pace {
        Pace::Interval { ms } => format!("A work block about every {}", interval(ms)),
        Pace::Full => "Full speed".to_owned(),
    };
    html! {
        <>
            <h2 key="title">{ "The network" }</h2>
            <p key="lead" class="lead">{ lead(&model) }</p>
            <Facts key="facts">
                if let Some(tip) = head {
                    <Fact key="head" term="Head of the heaviest chain" copy={tip.hash.clone()}>
                        <HashLink hash={tip.hash.clone()} route={Route::Block(tip.hash.clone())} />
                        { format!(" at height {}", grouped(tip.height)) }
                    </Fact>
                }
                if let Some(status) = status.filter(|status| !status.state_root.is_empty()) {
                    <Fact key="root" term="State root" copy={status.state_root.clone()}
                        hint="One hash over all balances: equal roots mean equal ledgers.">
                        <HashLink hash={status.state_root.clone()} />
                    </Fact>
                    <Fact key="difficulty" term="Difficulty" hint="Expected tries for a work block.">
                        { difficulty(status.difficulty) }
                    </Fact>
                }
                <Fact key="rate" term="Hash rate of this tab" hint="Measured over all miners.">
                    { format!("{} hashes/s", compact(rate)) }
                </Fact>
                <Fact key="pace" term="Pace">{ pace }</Fact>
                if let Some(recent) = recent {
                    <Fact key="interval" term="Time between blocks" hint="Mean of the latest blocks, of both kinds.">
                        { recent }
                    </Fact>
                }
                if !model.chain_id.is_empty() {
                    <Fact key="chain" term="Network id" copy={model.chain_id.clone()} hint="The id of the genesis block.">
                    <HashLink hash={model.chain_id.clone()} route={Route::Block("0".to_owned())} />
                </Fact>
                }
            </Facts>
            <p key="hint" class="hint">{ "Select a node in the picture or in the table to see what it does." }</p>
        </>
    }
}

fn lead(model: &Model) -> String {
    let up = |kind: NodeKind| {
        let count = model.nodes.iter().filter(|node| node.is_up() && node.status.kind == kind).count();
        u64::try_from(count).unwrap_or(u64::MAX)
    };
    let (work, authority, viewers) = (up(NodeKind::Pow), up(NodeKind::Poa), up(NodeKind::Viewer));
    let mut parts = Vec::new();
    if work > 0 {
        parts.push(format!("{} by proof of work", count_of(work, "node mines", "nodes mine")));
    }
    if authority > 0 {
        parts.push(format!("{} in turn by proof of authority", count_of(authority, "node seals", "nodes seal")));
    }
    if viewers > 0 {
        parts.push(format!("{} without making blocks", count_of(viewers, "node watches", "nodes watch")));
    }
    match parts.as_slice() {
        [] => "No node is running.".to_owned(),
        [one] => format!("{one}."),
        [head @ .., last] => format!("{}, and {last}. All extend the same chain.", head.join(", ")),
    }
}

/// Mean time between the latest blocks of the best chain.
fn recent(model: &Model) -> Option<String> {
    let mut times: Vec<u64> = Vec::new();
    let mut at = model.tips.first().and_then(|tip| model.blocks.get(&tip.hash));
    while let Some(block) = at.filter(|block| times.len() < 21 && block.height > 0) {
        times.push(block.timestamp);
        at = model.blocks.get(&block.previous_hash);
    }
    let (newest, oldest) = (times.first()?, times.last()?);
    let gaps = u64::try_from(times.len()).ok()?.checked_sub(1).filter(|gaps| *gaps > 0)?;
    Some(format!("{} over {}", span(newest.saturating_sub(*oldest) / gaps), count_of(gaps + 1, "block", "blocks")))
}

#[derive(Properties, PartialEq)]
struct NodePanelProps {
    node: NodeView,
}

#[component]
fn NodePanel(props: &NodePanelProps) -> Html {
    let (actions, now) = (use_actions(), use_now());
    let node = &props.node;
    let status = &node.status;
    let close = {
        let actions = actions.clone();
        Callback::from(move |_| actions.select(None))
    };
    html! {
        <>
            <div key="title" class="panel-title">
                <h2><NodeMark kind={status.kind} />{ " " }{ status.name.clone() }{ " " }<StateBadge state={status.state} /></h2>
                <button type="button" class="close" aria-label="Back to the network" onclick={close}>{ "×" }</button>
            </div>
            <p key="lead" class="lead">{ words::node(node, now) }</p>
            if node.own {
                <div key="buttons" class="buttons">{ buttons(&actions, status) }</div>
            } else {
                <p key="foreign" class="hint">{ format!("It runs in another tab ({}), so it can only be watched here.", status.host) }</p>
            }
            <Facts key="facts">{ facts(status, now) }</Facts>
            if status.kind == NodeKind::Pow {
                <Miners key="miners" miners={node.miners.clone()} />
            }
            <Links key="links" node={node.clone()} />
        </>
    }
}

fn buttons(actions: &Actions, status: &NodeStatus) -> Html {
    let target = || Target::Node(status.name.clone());
    let ended = matches!(status.state, NodeState::Stopped | NodeState::Killed | NodeState::Failed);
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
            <Confirm key="wipe" label="Wipe" question={format!("Empty the ledger of {}?", status.name)}
                on_yes={actions.on_click(Command::Wipe(target()))} />
        </>
    }
}

fn facts(status: &NodeStatus, now: u64) -> Html {
    let rate = match status.hash_budget {
        Some(budget) => format!("{} of {} hashes/s", compact(status.hash_rate), compact(budget)),
        None => format!("{} hashes/s, full speed", compact(status.hash_rate)),
    };
    let slot = match status.next_slot_at {
        Some(at) if at > now => format!("in {} ({})", span(at - now), time::of_day(at)),
        Some(_) => "now".to_owned(),
        None => "none".to_owned(),
    };
    let ledger = status.degraded.clone().map_or_else(
        || format!("durable up to height {} ({} at its start)", grouped(status.durable_height), status.ledger_start),
        |why| format!("in memory only: {why}"),
    );
    html! {
        <>
            <Fact key="kind" term="Kind">{ words::kind(status.kind) }</Fact>
            <Fact key="height" term="Height">{ grouped(status.height) }</Fact>
            <Fact key="head" term="Head" copy={status.head.clone()}>
                <HashLink hash={status.head.clone()} route={Route::Block(status.head.clone())} />
            </Fact>
            <Fact key="root" term="State root" copy={status.state_root.clone()}><HashLink hash={status.state_root.clone()} /></Fact>
            <Fact key="weight" term="Weight of its chain">{ grouped(status.weight) }</Fact>
            <Fact key="pending" term="Mempool">{ count_of(u64::from(status.pending), "transaction", "transactions") }</Fact>
            if status.kind == NodeKind::Pow {
                <Fact key="rate" term="Hash rate">{ rate }</Fact>
            }
            if status.kind == NodeKind::Poa {
                <Fact key="slot" term="Next slot">{ slot }</Fact>
            }
            <Fact key="made" term="Blocks made" hint="On its best chain, since it started.">{ grouped(status.blocks_made) }</Fact>
            <Fact key="ledger" term="Ledger">{ ledger }</Fact>
            <Fact key="frames" term="Frames">
                { format!("{} received, {} sent, {} refused", grouped(status.frames_in), grouped(status.frames_out), grouped(status.frames_refused)) }
            </Fact>
            <Fact key="id" term="Node id" copy={status.id.clone()}><HashLink hash={status.id.clone()} /></Fact>
        </>
    }
}

/// The peers of a node with the state of the link to each.
#[component]
fn Links(props: &NodePanelProps) -> Html {
    let (host, actions) = (use_host(), use_actions());
    let cuts: BTreeSet<(String, String)> = host.cuts().into_iter().collect();
    let (node, name) = (&props.node, &props.node.status.name);
    let row = |peer: &crate::ipc::PeerStatus| {
        let pair = (name.clone(), peer.name.clone());
        let cut = cuts.contains(&pair) || cuts.contains(&(pair.1.clone(), pair.0.clone()));
        let (a, b) = pair;
        let (word, command) = if cut { ("Heal", Command::Heal { a, b }) } else { ("Cut", Command::Cut { a, b }) };
        let state = match (cut, peer.alive, peer.round_trip_ms) {
            (true, ..) => "link cut".to_owned(),
            (_, false, _) => "not heard for 10 s".to_owned(),
            (_, _, Some(ms)) => format!("round trip {ms} ms"),
            (_, _, None) => "heard".to_owned(),
        };
        html! {
            <tr key={peer.id.clone()}>
                <th scope="row"><NodeMark kind={peer.kind} />{ " " }{ if peer.name.is_empty() { short(&peer.id) } else { peer.name.clone() } }</th>
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
        <section aria-label="Peers">
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
