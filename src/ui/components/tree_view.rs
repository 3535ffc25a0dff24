//! The picture of the block tree: heights to the right, branches below each other, a chip at each tip
//! that names the nodes on it, and at the end what is being mined. The table below it says the same.

use yew::prelude::*;

use super::basics::here;
use crate::ipc::NodeKind;
use crate::records::BlockKind;
use crate::ui::markup::html;
use crate::view::figures::{grouped, short};
use crate::view::route::Route;
use crate::view::tree::{Edge, PlacedBlock, Tree};
use crate::view::{Model, NodeView};

const COLUMN: u32 = 104;
const LANE: u32 = 96;
const BOX_WIDTH: u32 = 84;
const BOX_HEIGHT: u32 = 50;
const LEFT: u32 = 12;
const TOP: u32 = 28;

/// Who searches or waits for a slot on top of each head.
pub(crate) fn candidates(model: &Model) -> Vec<(String, String)> {
    let mut makers: Vec<(&str, Vec<&NodeView>)> = Vec::new();
    let makes = |node: &&NodeView| {
        node.is_up() && node.own && node.status.kind != NodeKind::Viewer && !node.is_paused()
    };
    for node in model.nodes.iter().filter(makes) {
        match makers
            .iter_mut()
            .find(|(head, _)| *head == node.status.head)
        {
            Some((_, nodes)) => nodes.push(node),
            None => makers.push((&node.status.head, vec![node])),
        }
    }
    let text = |nodes: &[&NodeView]| {
        let miners = nodes
            .iter()
            .filter(|node| node.status.kind == NodeKind::Pow)
            .count();
        match (miners, nodes.len() - miners) {
            (0, 1) => "1 waits".to_owned(),
            (0, waiting) => format!("{waiting} wait"),
            (1, 0) => "1 mines".to_owned(),
            (mining, 0) => format!("{mining} mine"),
            (mining, waiting) => format!("{mining} mine, {waiting} wait"),
        }
    };
    makers
        .into_iter()
        .map(|(head, nodes)| (head.to_owned(), text(&nodes)))
        .collect()
}

/// The picture of a window of the block tree, with what is being mined on each head: head and a text.
pub(crate) fn tree_view(tree: &Tree, candidates: &[(String, String)]) -> Html {
    let width = LEFT * 2 + (tree.columns + 1) * COLUMN;
    let height = TOP + tree.lanes.saturating_sub(1) * LANE + BOX_HEIGHT + 34;
    html! {
        <svg class="tree" width={width.to_string()} height={height.to_string()} viewBox={format!("0 0 {width} {height}")}
            role="group" aria-label="Block tree; the table below says the same">
            <g key="axis">{ for (0..tree.columns).map(|column| axis(tree, column)) }</g>
            <g key="edges">{ for tree.edges.iter().map(line) }</g>
            <g key="candidates">{ for tree.blocks.iter().filter_map(|placed| candidate(placed, tree, candidates)) }</g>
            <g key="blocks">{ for tree.blocks.iter().map(block) }</g>
        </svg>
    }
}

const fn x_of(column: u32) -> u32 {
    LEFT + column * COLUMN
}

const fn y_of(lane: u32) -> u32 {
    TOP + lane * LANE
}

fn axis(tree: &Tree, column: u32) -> Html {
    let height = tree.lowest + u64::from(column);
    html! {
        <text key={height} class="axis" x={(x_of(column) + BOX_WIDTH / 2).to_string()} y="16">{ grouped(height) }</text>
    }
}

fn line(edge: &Edge) -> Html {
    let (x1, y1) = (
        x_of(edge.to.0) + BOX_WIDTH,
        y_of(edge.to.1) + BOX_HEIGHT / 2,
    );
    let (x2, y2) = (x_of(edge.from.0), y_of(edge.from.1) + BOX_HEIGHT / 2);
    let middle = u32::midpoint(x1, x2);
    let side = (edge.from.1 > 0).then_some("side");
    html! {
        <path key={edge.child.clone()} class={classes!("edge", side)} d={format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}")} />
    }
}

fn block(placed: &PlacedBlock) -> Html {
    let block = &placed.block;
    let (x, y) = (x_of(placed.column), y_of(placed.lane));
    let text = |y: u32, class: &'static str, text: String| {
        html! { <text key={class} class={class} x={(BOX_WIDTH / 2).to_string()} y={y.to_string()}>{ text }</text> }
    };
    let maker = if block.height == 0 {
        "genesis".to_owned()
    } else {
        block.miner.clone()
    };
    let label = format!(
        "Block {} by {maker}, {}, {} transactions",
        block.height, block.kind, block.transactions_count
    );
    let corner = if block.kind == BlockKind::Authority {
        "10"
    } else {
        "2"
    };
    html! {
        <g key={block.hash.clone()} transform={format!("translate({x} {y})")}
            class={classes!("tree-block", block.kind.word(), (placed.lane > 0).then_some("side"))}>
            <a key="link" href={format!("{}{}", here(), Route::Block(block.hash.clone()).fragment())} aria-label={label}>
                <rect width={BOX_WIDTH.to_string()} height={BOX_HEIGHT.to_string()} rx={corner} />
                { text(20, "id", short(&block.hash)) }
                { text(38, "by", format!("{maker} · {} tx", block.transactions_count)) }
            </a>
            if !placed.head_of.is_empty() {
                <g key="chip" class="chip" transform={format!("translate(0 {})", BOX_HEIGHT + 5)}>
                    <title>{ placed.head_of.join(", ") }</title>
                    <rect width={BOX_WIDTH.to_string()} height="20" rx="10" />
                    <text x={(BOX_WIDTH / 2).to_string()} y="14">{ chip_text(&placed.head_of) }</text>
                </g>
            }
        </g>
    }
}

fn chip_text(nodes: &[String]) -> String {
    match nodes {
        [one] => one.clone(),
        many => format!("{} nodes", many.len()),
    }
}

fn candidate(placed: &PlacedBlock, tree: &Tree, candidates: &[(String, String)]) -> Option<Html> {
    let (_, text) = candidates
        .iter()
        .find(|(head, _)| *head == placed.block.hash)?;
    // A node that lags works on a block that has a child already: its place is taken.
    let place = (placed.column + 1, placed.lane);
    if tree
        .blocks
        .iter()
        .any(|other| (other.column, other.lane) == place)
    {
        return None;
    }
    let (x, y) = (x_of(placed.column + 1), y_of(placed.lane));
    let (from, middle) = (x_of(placed.column) + BOX_WIDTH, y + BOX_HEIGHT / 2);
    Some(html! {
        <g key={placed.block.hash.clone()} class="candidate-box">
            <path d={format!("M{from} {middle}H{x}")} />
            <rect x={x.to_string()} y={y.to_string()} width={BOX_WIDTH.to_string()} height={BOX_HEIGHT.to_string()} rx="6" />
            <text x={(x + BOX_WIDTH / 2).to_string()} y={(y + 20).to_string()}>{ "being mined" }</text>
            <text x={(x + BOX_WIDTH / 2).to_string()} y={(y + 38).to_string()}>{ text.clone() }</text>
        </g>
    })
}
