//! The network: what can be done, what is happening, why, and what happened last.

use yew::prelude::*;

use crate::command::{Command, LinkParameters, Target};
use crate::ipc::{NodeKind, NodeState, Pace};
use crate::ui::actions::Actions;
use crate::ui::components::{inspector, node_mark, nodes_table, strip, to};
use crate::ui::hooks::{use_now, use_store};
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::view::Model;
use crate::view::digest::digest;
use crate::view::route::Route;

/// Lines shown here; the console has the whole log.
const LINES: usize = 10;

/// The page of the network.
#[hook]
pub(crate) fn use_network(actions: Actions) -> Html {
    let (store, now) = (use_store(), use_now());
    let model = &store.model;
    let lines = digest(&model.log, LINES);
    html! {
        <div class="network-page">
            <h1 key="title" class="hidden">{ "Network" }</h1>
            <section key="stage" class="panel stage" aria-label="Picture of the network">
                { toolbar(&actions, model) }
                { part(&actions, "graph", View::Graph) }
                { legend() }
            </section>
            { inspector(&actions, &store, now) }
            <section key="strip" class="panel wide" aria-label="Latest blocks">
                <div class="panel-title">
                    <h2>{ "Latest blocks" }</h2>
                    { to(&Route::Chain, "more", "Block tree".into()) }
                </div>
                { strip(model, now) }
            </section>
            <section key="nodes" class="panel wide" aria-label="All nodes">
                <h2>{ "All nodes" }</h2>
                if model.nodes.is_empty() {
                    <p class="empty">{ "The nodes are starting…" }</p>
                } else {
                    { nodes_table(&actions, &store, now) }
                }
            </section>
            <section key="log" class="panel wide" aria-label="What happens">
                <div class="panel-title">
                    <h2>{ "What happens" }</h2>
                    { to(&Route::Console, "more", "Full log".into()) }
                </div>
                if lines.is_empty() {
                    <p class="empty">{ "Nothing has happened yet." }</p>
                } else {
                    { part(&actions, "digest", View::Lines(lines)) }
                }
            </section>
        </div>
    }
}

/// What can be done to the network.
fn toolbar(actions: &Actions, model: &Model) -> Html {
    let own = || model.nodes.iter().filter(|node| node.own);
    let ended = |state| matches!(state, NodeState::Stopped | NodeState::Killed | NodeState::Failed);
    let all_ended = own().next().is_some() && own().all(|node| ended(node.status.state));
    let (pace_word, pace) = match model.pace {
        Pace::Full | Pace::Max => ("Slow down", LinkParameters::DEFAULT_PACE),
        Pace::Paused => ("Mine again", LinkParameters::DEFAULT_PACE),
        Pace::Interval { .. } => ("Full speed", Pace::Full),
    };
    let pace_hint = "Lifts or sets the limit of each miner's hash rate";
    html! {
        <div class="toolbar">
            <button key="pow" type="button" onclick={actions.on_click(Command::Add(NodeKind::Pow))}>
                { node_mark(NodeKind::Pow) }{ " Add PoW" }<span class="wide-only">{ " node" }</span>
            </button>
            <button key="poa" type="button" onclick={actions.on_click(Command::Add(NodeKind::Poa))}>
                { node_mark(NodeKind::Poa) }{ " Add PoA" }<span class="wide-only">{ " node" }</span>
            </button>
            <button key="pace" type="button" title={pace_hint} onclick={actions.on_click(Command::Pace(pace))}>{ pace_word }</button>
            if all_ended {
                <button key="all" type="button" class="primary" onclick={actions.on_click(Command::Start(Target::All))}>{ "Start all nodes" }</button>
            }
        </div>
    }
}

/// What the signs of the picture mean.
fn legend() -> Html {
    html! {
        <p class="legend">
            <span>{ node_mark(NodeKind::Pow) }{ " proof of work" }</span>
            <span>{ node_mark(NodeKind::Poa) }{ " proof of authority" }</span>
            <span>{ node_mark(NodeKind::Viewer) }{ " viewer" }</span>
            <span><i class="key-line"></i>{ " link" }</span>
            <span><i class="key-line cut"></i>{ " cut link" }</span>
            <span>{ "In a node: its height. Below: its head." }</span>
        </p>
    }
}
