//! All nodes in a table: the same facts as the picture, and the same actions.

use yew::prelude::*;

use super::{Column, RunButton, Tone, badge, empty, kind_mark, short_hash, table_of, told};
use crate::app::pages::network::{NodeLine, has_ended};
use crate::app::pages::selection::SelectionMessage;
use crate::command::{Command, Target};
use crate::ui::context::{use_actions, use_picture, use_selection};
use crate::ui::time;
use crate::view::figures::grouped;
use crate::view::route::Route;
use crate::view::words;

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Words("Node"),
    Column::Words("State"),
    Column::Figures("Height"),
    Column::Words("Head"),
    Column::Words("State root"),
    Column::Figures("Peers"),
    Column::Figures("Mempool"),
    Column::Words("Makes blocks by"),
    Column::Figures("Durable"),
    Column::Unseen("Actions"),
];

/// The table of nodes.
#[component]
pub(crate) fn NodesTable() -> Html {
    let (picture, selection, now) = (use_picture(), use_selection(), time::now());
    if picture.nodes.is_empty() {
        return empty("The nodes are starting…");
    }
    let rows = html! {
        for node in &picture.nodes {
            <NodeRow key={node.status.id.clone()} line={NodeLine::of(node, now)} selected={selection.is(&node.status.name)} />
        }
    };
    table_of("Table of nodes", COLUMNS, rows)
}

#[derive(Properties, PartialEq)]
struct NodeRowProps {
    line: NodeLine,
    selected: bool,
}

/// One node.
#[component]
fn NodeRow(props: &NodeRowProps) -> Html {
    let (actions, line) = (use_actions(), &props.line);
    let name = line.name.clone();
    let select = move |_: MouseEvent| actions.select(SelectionMessage::Select(name.clone()));
    html! {
        <tr class={classes!(props.selected.then_some("row-selected"), (!line.up).then_some("row-muted"))}>
            <th scope="row">
                { kind_mark(line.kind) }{ " " }
                <button type="button" class="button-plain" onclick={select} aria-pressed={props.selected.to_string()}>{ told(&line.name) }</button>
            </th>
            <td>{ badge(Tone::of(line.state), words::state(line.state)) }</td>
            <td class="cell-number">{ grouped(line.height) }</td>
            <td>{ short_hash(&line.head, Some(Route::Block(line.head.clone()))) }</td>
            <td>{ short_hash(&line.state_root, None) }</td>
            <td class="cell-number">{ &line.peers }</td>
            <td class="cell-number">{ &line.pending }</td>
            <td>{ &line.work }</td>
            <td class="cell-number">{ &line.durable }</td>
            <td class="cell-actions">{ act(line) }</td>
        </tr>
    }
}

fn act(line: &NodeLine) -> Html {
    let (name, target) = (&line.name, || Target::Node(line.name.clone()));
    if !line.own {
        html! { <span class="text-hint">{ "other tab" }</span> }
    } else if has_ended(line.state) {
        html! { <RunButton command={Command::Start(target())} label={format!("Start {name}")}>{ "Start" }</RunButton> }
    } else {
        html! {
            <>
                <RunButton command={Command::Stop(target())} label={format!("Stop {name}")}>{ "Stop" }</RunButton>
                <RunButton command={Command::Kill(target())} label={format!("Kill {name}")}>{ "Kill" }</RunButton>
            </>
        }
    }
}
