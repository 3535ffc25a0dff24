//! All nodes in a table: the same facts as the picture, and the same actions.

use yew::prelude::*;

use super::basics::{hash_link, hash_text};
use super::marks::{node_mark, state_badge};
use crate::command::{Command, Target};
use crate::ipc::{NodeKind, NodeState};
use crate::ui::actions::Actions;
use crate::ui::markup::html;
use crate::ui::state::UiState;
use crate::view::NodeView;
use crate::view::figures::{compact, grouped, span};
use crate::view::route::Route;

/// The table of nodes.
pub(crate) fn nodes_table(actions: &Actions, state: &UiState, now: u64) -> Html {
    html! {
        <div class="table-box">
            <table class="nodes">
                <thead>
                    <tr>
                        <th scope="col">{ "Node" }</th>
                        <th scope="col">{ "State" }</th>
                        <th scope="col" class="number">{ "Height" }</th>
                        <th scope="col">{ "Head" }</th>
                        <th scope="col">{ "State root" }</th>
                        <th scope="col" class="number">{ "Peers" }</th>
                        <th scope="col" class="number">{ "Mempool" }</th>
                        <th scope="col">{ "Makes blocks by" }</th>
                        <th scope="col" class="number">{ "Durable" }</th>
                        <th scope="col"><span class="hidden">{ "Actions" }</span></th>
                    </tr>
                </thead>
                <tbody>
                    { for state.model.nodes.iter().map(|node| row(node, actions, state.selected.as_deref(), now)) }
                </tbody>
            </table>
        </div>
    }
}

fn row(node: &NodeView, actions: &Actions, selected: Option<&str>, now: u64) -> Html {
    let status = &node.status;
    let name = status.name.clone();
    let select = {
        let actions = actions.clone();
        Callback::from(move |_: MouseEvent| actions.select(Some(name.clone())))
    };
    let is_selected = selected == Some(status.name.as_str());
    html! {
        <tr key={status.id.clone()} class={classes!(is_selected.then_some("selected"), (!node.is_up()).then_some("down"))}>
            <th scope="row">
                { node_mark(status.kind) }{ " " }
                <button type="button" class="plain" onclick={select} aria-pressed={is_selected.to_string()}>{ status.name.clone() }</button>
            </th>
            <td>{ state_badge(status.state) }</td>
            <td class="number">{ grouped(status.height) }</td>
            <td>{ hash_link(&status.head, &Route::Block(status.head.clone())) }</td>
            <td>{ hash_text(&status.state_root) }</td>
            <td class="number">{ if node.own { status.peers.to_string() } else { String::new() } }</td>
            <td class="number">{ if node.own { status.pending.to_string() } else { String::new() } }</td>
            <td>{ work(node, now) }</td>
            <td class="number">{ durable(node) }</td>
            <td class="row-actions">{ act(node, actions) }</td>
        </tr>
    }
}

fn work(node: &NodeView, now: u64) -> String {
    let status = &node.status;
    match (status.kind, status.next_slot_at) {
        _ if !node.is_up() => "nothing now".to_owned(),
        (NodeKind::Pow, _) if !node.own => "work".to_owned(),
        (NodeKind::Poa, _) if !node.own => "authority".to_owned(),
        (NodeKind::Pow, _) => format!("work, {} hashes/s", compact(status.hash_rate)),
        (NodeKind::Poa, Some(at)) => format!("authority, slot in {}", span(at.saturating_sub(now))),
        (NodeKind::Poa, None) => "authority, no slot".to_owned(),
        (NodeKind::Viewer, _) => "none, it watches".to_owned(),
    }
}

fn durable(node: &NodeView) -> String {
    match &node.status.degraded {
        _ if !node.own => String::new(),
        Some(_) => "in memory".to_owned(),
        None => grouped(node.status.durable_height),
    }
}

fn act(node: &NodeView, actions: &Actions) -> Html {
    let name = &node.status.name;
    let ended = matches!(
        node.status.state,
        NodeState::Stopped | NodeState::Killed | NodeState::Failed
    );
    let target = || Target::Node(name.clone());
    if !node.own {
        html! { <span class="hint">{ "other tab" }</span> }
    } else if ended {
        html! {
            <button type="button" aria-label={format!("Start {name}")} onclick={actions.on_click(Command::Start(target()))}>{ "Start" }</button>
        }
    } else {
        html! {
            <>
                <button key="stop" type="button" aria-label={format!("Stop {name}")} onclick={actions.on_click(Command::Stop(target()))}>{ "Stop" }</button>
                <button key="kill" type="button" aria-label={format!("Kill {name}")} onclick={actions.on_click(Command::Kill(target()))}>{ "Kill" }</button>
            </>
        }
    }
}
