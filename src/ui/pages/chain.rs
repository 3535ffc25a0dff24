//! The chain: the block tree with the nodes at each tip, and the same blocks as a table.

use gloo::render::request_animation_frame;
use web_sys::{HtmlInputElement, SubmitEvent};
use yew::prelude::*;

use super::sections::{Section, titled};
use crate::bitcoin;
use crate::primitives::read_number;
use crate::ui::actions::Actions;
use crate::ui::components::{block_mark, candidates, go, hash_link, to, tree_view};
use crate::ui::hooks::{
    Guard, use_effect_on, use_growing, use_model, use_narrow, use_number, use_text,
};
use crate::ui::kept::Kept;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::time;
use crate::view::Model;
use crate::view::figures::{count_of, difficulty, grouped};
use crate::view::route::Route;
use crate::view::tree::{PlacedBlock, Tree};

/// Columns of the picture on a wide and on a narrow window.
const COLUMNS: (u32, u32) = (12, 6);

/// The page of the chain.
#[hook]
pub(crate) fn use_chain(actions: Actions) -> Html {
    let (model, narrow) = (use_model(), use_narrow());
    let columns = if narrow { COLUMNS.1 } else { COLUMNS.0 };
    let (top, text, header) = (
        use_number(None),
        use_text(String::new()),
        use_text(String::new()),
    );
    let tree = Tree::layout(&model.blocks, &model.tips, *top, columns);
    let drawn = use_growing(2, 1);
    let live = top.is_none();
    let candidates = if live || tree.hidden_above == 0 {
        candidates(&model)
    } else {
        Vec::new()
    };
    let sight = use_node_ref();
    use_newest_in_sight(sight.clone(), live, tree.lowest + u64::from(tree.columns));
    html! {
        <div class="chain-page">
            <section key="tree" class="panel wide" aria-label="Block tree">
                <div class="panel-title">
                    <h1>{ "Block tree" }</h1>
                    <div class="toolbar">
                        { to_height(&text) }
                        { steps(&tree, columns, live, &top) }
                    </div>
                </div>
                <p class="hint">{ tips_sentence(&model.tips) }</p>
                if tree.blocks.is_empty() {
                    <p class="empty">{ "No block yet. The genesis block stands here as soon as a node runs." }</p>
                } else {
                    <div ref={sight} class="tree-box" tabindex="0" role="group" aria-label="Block tree, scrolls sideways">
                        { tree_view(&tree, &candidates) }
                    </div>
                }
            </section>
            { part(&actions, "blocks", View::Section(Section::Blocks(*top, columns))) }
            if drawn > 1 {
                { bitcoin_header(&header) }
            }
        </div>
    }
}

/// Scrolls to the newest blocks while the picture follows them.
#[hook]
fn use_newest_in_sight(sight: NodeRef, live: bool, end: u64) {
    let effect = move || -> Guard {
        let element = sight.cast::<web_sys::Element>().filter(|_| live)?;
        // In the frame that lays the page out in any case.
        Some(Box::new(request_animation_frame(move |_| {
            element.set_scroll_left(element.scroll_width())
        })))
    };
    use_effect_on(format!("{live} {end}"), Box::new(effect));
}

fn range(tree: &Tree) -> String {
    match tree.columns {
        0 => String::new(),
        1 => grouped(tree.lowest),
        columns => format!(
            "{} to {}",
            grouped(tree.lowest),
            grouped(tree.lowest + u64::from(columns) - 1)
        ),
    }
}

fn tips_sentence(tips: &[crate::view::Tip]) -> String {
    match tips {
        [] => "No node has a head yet.".to_owned(),
        [tip] => format!(
            "One tip: {} at height {}.",
            tip.nodes.join(", "),
            grouped(tip.height)
        ),
        [best, ..] => {
            let count = u64::try_from(tips.len()).unwrap_or(u64::MAX);
            format!(
                "{}. The heaviest chain wins: for now that of {}.",
                count_of(count, "tip", "tips"),
                best.nodes.join(", ")
            )
        }
    }
}

/// Buttons that move the window of heights.
fn steps(tree: &Tree, columns: u32, live: bool, top: &Kept<Option<u64>>) -> Html {
    let highest = tree.lowest + u64::from(tree.columns.saturating_sub(1));
    let step = u64::from(columns / 2).max(1);
    let older = highest.saturating_sub(step).max(u64::from(columns) - 1);
    let newer = highest + step;
    let to = |value: Option<u64>| {
        let setter = top.keeper();
        Callback::from(move |_: MouseEvent| setter.set(value))
    };
    html! {
        <div class="toolbar">
            <button key="older" type="button" disabled={tree.hidden_below == 0} onclick={to(Some(older))}>{ "Older" }</button>
            <button key="newer" type="button" disabled={tree.hidden_above == 0} onclick={to(Some(newer))}>{ "Newer" }</button>
            <button key="live" type="button" class={classes!((!live).then_some("primary"))} disabled={live} onclick={to(None)}>{ "Live" }</button>
        </div>
    }
}

/// Goes to the block of any height, also one that the picture no longer holds.
fn to_height(text: &Kept<String>) -> Html {
    let oninput = typed(text);
    let onsubmit = {
        let text = text.trim().to_owned();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            if let Ok(height) = read_number(&text) {
                go(&Route::Block(height.to_string()));
            }
        })
    };
    html! {
        <form class="toolbar" {onsubmit}>
            <label>
                <span class="hidden">{ "Height" }</span>
                <input type="text" inputmode="numeric" class="short" placeholder="Height" value={(**text).clone()} {oninput} />
            </label>
            <button type="submit">{ "Go" }</button>
        </form>
    }
}

/// Keeps what is typed.
fn typed(text: &Kept<String>) -> Callback<InputEvent> {
    let setter = text.keeper();
    Callback::from(move |event: InputEvent| {
        setter.set(event.target_unchecked_into::<HtmlInputElement>().value())
    })
}

/// Real Bitcoin headers in words, as the word `inspect` of the console explains them.
fn bitcoin_header(text: &Kept<String>) -> Html {
    let setter = text.keeper();
    let genesis = Callback::from(move |_: MouseEvent| setter.set(bitcoin::GENESIS.to_owned()));
    let words = match text.trim() {
        "" => String::new(),
        text => bitcoin::inspect(text).unwrap_or_else(|error| format!("Refused: {error}.")),
    };
    html! {
        <section key="bitcoin" class="panel wide" aria-label="Inspect a Bitcoin header">
            <div class="panel-title">
                <h2>{ "Inspect a Bitcoin header" }</h2>
                <div class="toolbar">
                    <input type="text" spellcheck="false" placeholder="160 digits each" aria-label="Headers in hexadecimal"
                        value={(**text).clone()} oninput={typed(text)} />
                    <button type="button" onclick={genesis}>{ "Bitcoin's first" }</button>
                </div>
            </div>
            <pre class="words" role="status" tabindex="0">{ words }</pre>
        </section>
    }
}

/// The blocks of a window of the tree as a table.
pub(super) fn blocks(model: &Model, top: Option<u64>, columns: u32) -> Html {
    let tree = Tree::layout(&model.blocks, &model.tips, top, columns);
    titled(
        format!("Blocks {}", range(&tree)),
        html! {},
        blocks_table(&tree.blocks, time::now()),
    )
}

/// The blocks of the picture, highest first.
fn blocks_table(blocks: &[PlacedBlock], now: u64) -> Html {
    html! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th scope="col" class="number">{ "Height" }</th>
                        <th scope="col">{ "Block" }</th>
                        <th scope="col">{ "Made by" }</th>
                        <th scope="col">{ "Kind" }</th>
                        <th scope="col" class="number">{ "Transactions" }</th>
                        <th scope="col">{ "Branch" }</th>
                        <th scope="col">{ "Head of" }</th>
                        <th scope="col">{ "Weight added" }</th>
                        <th scope="col">{ "Made" }</th>
                    </tr>
                </thead>
                <tbody>{ for blocks.iter().rev().map(|placed| row(placed, now)) }</tbody>
            </table>
        </div>
    }
}

fn row(placed: &PlacedBlock, now: u64) -> Html {
    let block = &placed.block;
    let genesis = block.height == 0;
    let place = Route::Block(block.hash.clone());
    html! {
        <tr key={block.hash.clone()} class={classes!((!block.on_best_chain).then_some("side"))}>
            <th scope="row" class="number">{ to(&place, "", grouped(block.height).into()) }</th>
            <td>{ hash_link(&block.hash, &place) }</td>
            <td>{ if genesis { "everybody".to_owned() } else { block.miner.clone() } }</td>
            <td>{ block_mark(block.kind) }{ if genesis { " genesis".to_owned() } else { format!(" {}", block.kind) } }</td>
            <td class="number">{ block.transactions_count.to_string() }</td>
            <td>{ if block.on_best_chain { "heaviest" } else { "beside" } }</td>
            <td>{ placed.head_of.join(", ") }</td>
            <td>{ if genesis { String::new() } else { difficulty(block.difficulty) } }</td>
            <td title={time::exact(block.timestamp)}>{ time::ago(block.timestamp, now) }</td>
        </tr>
    }
}
