//! The latest blocks in a row: what is being mined first, then the newest block, then older ones.

use std::rc::Rc;

use yew::prelude::*;

use super::basics::to;
use super::marks::{block_mark, node_mark};
use crate::ipc::{BlockSummary, NodeKind};
use crate::records::MinerState;
use crate::ui::markup::html;
use crate::ui::time;
use crate::view::figures::{chance, count_of, grouped, percent, short, span};
use crate::view::route::Route;
use crate::view::{Model, NodeView};

/// Most blocks of the strip.
const MAX_SHOWN: usize = 14;
/// Most candidates shown; the rest is counted.
const MAX_CANDIDATES: usize = 6;

/// The strip of the latest blocks.
///
/// Cards above `seen` came while the strip was looked at, and move in.
pub(crate) fn strip(model: &Model, now: u64, seen: u64) -> Html {
    let blocks = latest(model);
    let makers: Vec<&NodeView> = model
        .nodes
        .iter()
        .filter(|node| node.is_up() && node.status.kind != NodeKind::Viewer)
        .collect();
    let more = makers.len().saturating_sub(MAX_CANDIDATES);
    html! {
        <div class="strip" tabindex="0" role="group" aria-label="Latest blocks, the newest first">
            <div key="candidates" class="candidates">
                { for makers.iter().take(MAX_CANDIDATES).map(|node| candidate(node, now)) }
                if more > 0 {
                    <span key="more" class="more">{ format!("and {more} more") }</span>
                }
                if makers.is_empty() {
                    <span key="none" class="more">{ "Nobody is making a block" }</span>
                }
            </div>
            <div key="now" class="now" aria-hidden="true"><span>{ "now" }</span></div>
            <ol key="blocks" class="cards">
                { for blocks.iter().map(|block| card(block, now, seen)) }
            </ol>
            if blocks.is_empty() {
                <p key="empty" class="empty">{ "No block yet. The first one comes within seconds." }</p>
            }
        </div>
    }
}

/// The newest blocks of the heaviest chain.
fn latest(model: &Model) -> Vec<&Rc<BlockSummary>> {
    let mut blocks = Vec::new();
    let tip = model
        .tips
        .first()
        .and_then(|tip| model.blocks.get(&tip.hash));
    // While no node runs there is no tip, but the chain is still there.
    let mut at = tip.or_else(|| model.blocks.values().max_by_key(|block| block.weight));
    while let Some(block) = at.filter(|_| blocks.len() < MAX_SHOWN) {
        blocks.push(block);
        at = model.blocks.get(&block.previous_hash);
    }
    blocks
}

fn candidate(node: &NodeView, now: u64) -> Html {
    let status = &node.status;
    let mut searching = node
        .miners
        .iter()
        .filter(|miner| miner.state == MinerState::Searching)
        .peekable();
    let difficulty = searching.peek().map(|miner| miner.difficulty);
    let hashes = searching.map(|miner| miner.hashes).sum();
    let text = match (status.kind, difficulty, status.next_slot_at) {
        _ if !node.own => "in another tab".to_owned(),
        (NodeKind::Pow, Some(difficulty), _) => {
            format!(
                "{}, {}",
                count_of(hashes, "try", "tries"),
                percent(chance(hashes, difficulty))
            )
        }
        (NodeKind::Poa, _, Some(at)) if at > now => format!("slot in {}", span(at - now)),
        (NodeKind::Poa, _, Some(_)) => "slot now".to_owned(),
        _ => "idle".to_owned(),
    };
    html! {
        <span key={status.id.clone()} class="candidate">
            { node_mark(status.kind) }<span class="who">{ status.name.clone() }</span><span class="what">{ text }</span>
        </span>
    }
}

fn card(block: &BlockSummary, now: u64, seen: u64) -> Html {
    let content = html! {
        <>
            <span class="card-top">{ block_mark(block.kind) }<strong>{ grouped(block.height) }</strong></span>
            <span class="hash">{ short(&block.hash) }</span>
            <span class="maker">{ if block.height == 0 { "genesis".to_owned() } else { block.miner.clone() } }</span>
            <span class="count">{ format!("{} tx", block.transactions_count) }</span>
            <span class="age">{ time::ago(block.timestamp, now) }</span>
        </>
    };
    html! {
        <li key={block.hash.clone()} class={classes!("card", block.kind.word(), (block.height > seen).then_some("fresh"))}>
            { to(&Route::Block(block.hash.clone()), "card-link", content) }
        </li>
    }
}
