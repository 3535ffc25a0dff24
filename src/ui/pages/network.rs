//! The network: what can be done, what is happening, why, and what happened last.

use yew::prelude::*;

use super::sections::{Section, empty, titled};
use crate::command::{Command, DifficultyChoice, Target};
use crate::ipc::{NodeKind, NodeState, Pace};
use crate::ui::actions::Actions;
use crate::ui::components::{inspector, node_mark, nodes_table, strip, to};
use crate::ui::hooks::use_model;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::state::Store;
use crate::ui::time;
use crate::view::Model;
use crate::view::digest::digest;
use crate::view::route::Route;

/// Lines shown here; the console has the whole log.
const LINES: usize = 10;

/// The page of the network: the picture first, the sections each in their turn.
#[hook]
pub(crate) fn use_network(actions: Actions) -> Html {
    let model = use_model();
    let section = |key, section| part(&actions, key, View::Section(section));
    html! {
        <div class="network-page">
            <h1 key="title" class="hidden">{ "Network" }</h1>
            <section key="stage" class="panel stage" aria-label="Picture of the network">
                { toolbar(&actions, &model) }
                { part(&actions, "graph", View::Graph) }
                { legend() }
            </section>
            { section("inspector", Section::Inspector) }
            { section("strip", Section::Strip) }
            { section("nodes", Section::Nodes) }
            { section("log", Section::Log) }
        </div>
    }
}

/// What is selected.
pub(super) fn inspected(actions: &Actions, store: &Store) -> Html {
    inspector(actions, store, time::now())
}

/// The latest blocks; those above `seen` move in.
pub(super) fn latest(model: &Model, seen: u64) -> Html {
    let more = to(&Route::Chain, "more", "Block tree".into());
    titled(
        "Latest blocks".to_owned(),
        more,
        strip(model, time::now(), seen),
    )
}

/// The table of nodes.
pub(super) fn all_nodes(actions: &Actions, store: &Store) -> Html {
    let content = if store.model.nodes.is_empty() {
        empty("The nodes are starting…")
    } else {
        nodes_table(actions, store, time::now())
    };
    titled("All nodes".to_owned(), html! {}, content)
}

/// What happened last, each thing told once.
pub(super) fn happenings(actions: &Actions, model: &Model) -> Html {
    let lines = digest(&model.log, LINES);
    let content = if lines.is_empty() {
        empty("Nothing has happened yet.")
    } else {
        part(actions, "digest", View::Lines(lines))
    };
    titled(
        "What happens".to_owned(),
        to(&Route::Console, "more", "Full log".into()),
        content,
    )
}

/// What can be done to the network.
fn toolbar(actions: &Actions, model: &Model) -> Html {
    let own = || model.nodes.iter().filter(|node| node.own);
    let ended = |state| {
        matches!(
            state,
            NodeState::Stopped | NodeState::Killed | NodeState::Failed
        )
    };
    let all_ended = own().next().is_some() && own().all(|node| ended(node.status.state));
    let paces = match model.pace {
        Pace::Paused => vec![("Mine again", model.resumed)],
        Pace::Full | Pace::Max => {
            vec![("Slow down", model.limited), ("Pause mining", Pace::Paused)]
        }
        Pace::Interval { .. } => vec![("Full speed", Pace::Full), ("Pause mining", Pace::Paused)],
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
            { for paces.into_iter().map(|(word, pace)| html! {
                <button key={word} type="button" title={pace_hint} onclick={actions.on_click(Command::Pace(pace))}>{ word }</button>
            }) }
            if too_easy(model) {
                <button key="automatic" type="button" class="primary" title="Work blocks come far too quickly at this hash rate: this keeps the time between them"
                    onclick={actions.on_click(Command::Difficulty(DifficultyChoice::Automatic))}>{ "Automatic difficulty" }</button>
            }
            if all_ended {
                <button key="all" type="button" class="primary" onclick={actions.on_click(Command::Start(Target::All))}>{ "Start all nodes" }</button>
            }
        </div>
    }
}

/// Whether the miners at full speed find a block each second or sooner, which only an automatic difficulty changes.
fn too_easy(model: &Model) -> bool {
    let own = || {
        model
            .nodes
            .iter()
            .filter(|node| node.own && node.is_up())
            .map(|node| &node.status)
    };
    let rate: f64 = own().map(|status| status.hash_rate).sum();
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let easy = own().all(|status| status.automatic.is_none() && rate > status.difficulty as f64);
    easy && rate > 0.0 && matches!(model.pace, Pace::Full | Pace::Max)
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
