//! The picture of the block tree: heights to the right, branches below each other, a chip at each
//! tip that names the nodes on it, and at the end what is being mined. The table below it says the
//! same.

use yew::prelude::*;

use super::marks::block_class;
use super::page_links::here;
use crate::app::pages::network::maker;
use crate::records::{BlockFinality, BlockKind};
use crate::view::figures::{grouped, short};
use crate::view::route::Route;
use crate::view::tree::{Edge, PlacedBlock, Tree};

const COLUMN: u32 = 104;
const LANE: u32 = 96;
const BOX_WIDTH: u32 = 84;
const BOX_HEIGHT: u32 = 50;
const LEFT: u32 = 12;
const TOP: u32 = 28;

/// The picture of a window of the block tree: `finality` says how far each of its blocks is
/// decided, in the same order, and `candidates` what is being mined on each head. The blocks of a
/// `still` one lead nowhere, as they are none of the live network.
pub(crate) fn tree_view(
    tree: &Tree,
    finality: &[BlockFinality],
    candidates: &[(String, String)],
    still: bool,
) -> Html {
    let width = LEFT * 2 + (tree.columns + 1) * COLUMN;
    let height = TOP + tree.lanes.saturating_sub(1) * LANE + BOX_HEIGHT + 34;
    let candidates = tree
        .blocks
        .iter()
        .filter_map(|placed| candidate(placed, tree, candidates));
    html! {
        <svg class="tree" width={width.to_string()} height={height.to_string()} viewBox={format!("0 0 {width} {height}")}
            role="group" aria-label="Block tree; the table below says the same">
            <g>{ for (0..tree.columns).map(|column| axis(tree, column)) }</g>
            <g>{ for tree.edges.iter().map(edge) }</g>
            <g>{ for candidates }</g>
            <g>
                for (placed, finality) in tree.blocks.iter().zip(finality) {
                    <TreeBlock key={placed.block.hash.clone()} placed={placed.clone()} finality={*finality} {still} />
                }
            </g>
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
        <text key={height} class="tree-axis" x={(x_of(column) + BOX_WIDTH / 2).to_string()} y="16">{ grouped(height) }</text>
    }
}

fn edge(edge: &Edge) -> Html {
    let ((to, to_lane), (from, from_lane)) = (edge.to, edge.from);
    let (x1, y1) = (x_of(to) + BOX_WIDTH, y_of(to_lane) + BOX_HEIGHT / 2);
    let (x2, y2) = (x_of(from), y_of(from_lane) + BOX_HEIGHT / 2);
    let middle = u32::midpoint(x1, x2);
    let side = (from_lane > 0).then_some("tree-edge-side");
    html! {
        <path key={edge.child.clone()} class={classes!("tree-edge", side)}
            d={format!("M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}")} />
    }
}

#[derive(Properties, PartialEq)]
struct TreeBlockProps {
    placed: PlacedBlock,
    finality: BlockFinality,
    still: bool,
}

/// A block, with the nodes whose head it is. Its name begins with what is written in it, as it
/// reads in one line.
#[component]
fn TreeBlock(props: &TreeBlockProps) -> Html {
    let (placed, block) = (&props.placed, &props.placed.block);
    let middle = (BOX_WIDTH / 2).to_string();
    let (id, by) = (
        short(&block.hash),
        format!("{} · {} tx", maker(block), block.transactions_count),
    );
    let (mark, class) = match props.finality {
        BlockFinality::Plain => ("", None),
        BlockFinality::Justified => ("✓", Some("tree-block-justified")),
        BlockFinality::Final => ("✓✓", Some("tree-block-final")),
    };
    let label = format!(
        "{id} {by}: {} block at height {}, {}",
        block.kind,
        grouped(block.height),
        props.finality
    );
    let href = format!("{}{}", here(), Route::Block(block.hash.clone()).fragment());
    let href = (!props.still).then_some(href);
    let role = props.still.then_some("img");
    let corner = if block.kind == BlockKind::Authority {
        "10"
    } else {
        "2"
    };
    let side = (placed.lane > 0).then_some("tree-block-side");
    html! {
        <g transform={format!("translate({} {})", x_of(placed.column), y_of(placed.lane))}
            class={classes!("tree-block", block_class(block.kind), side, class)}>
            <a {href} {role} aria-label={label}>
                <rect width={BOX_WIDTH.to_string()} height={BOX_HEIGHT.to_string()} rx={corner} />
                <text class="tree-id" x={middle.clone()} y="22">{ id }{ " " }</text>
                <text class="tree-by" x={middle.clone()} y="39">{ by }</text>
            </a>
            <text class="tree-mark" x={(BOX_WIDTH - 4).to_string()} y="10" aria-hidden="true">{ mark }</text>
            if !placed.head_of.is_empty() {
                <g class="tree-chip" transform={format!("translate(0 {})", BOX_HEIGHT + 5)}>
                    <title>{ placed.head_of.join(", ") }</title>
                    <rect width={BOX_WIDTH.to_string()} height="20" rx="10" />
                    <text x={middle} y="14">{ chip_text(&placed.head_of) }</text>
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
    let text_x = (x + BOX_WIDTH / 2).to_string();
    Some(html! {
        <g key={placed.block.hash.clone()} class="tree-candidate">
            <path d={format!("M{from} {middle}H{x}")} />
            <rect x={x.to_string()} y={y.to_string()} width={BOX_WIDTH.to_string()} height={BOX_HEIGHT.to_string()} rx="6" />
            <text x={text_x.clone()} y={(y + 20).to_string()}>{ "being mined" }</text>
            <text x={text_x} y={(y + 38).to_string()}>{ text.clone() }</text>
        </g>
    })
}
