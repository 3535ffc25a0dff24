//! The chain: the block tree with the nodes at each tip, and the same blocks as a table.

use gloo::render::request_animation_frame;
use yew::prelude::*;

use crate::app::pages::chain::{
    ChainMessage, ChainPage as Page, candidates, columns, newer, older, range, tips_sentence,
};
use crate::app::pages::network::decided;
use crate::records::BlockFinality;
use crate::ui::bridge::{Dispatcher, use_page};
use crate::ui::components::{
    Column, Staggered, block_mark, empty, go, on_input, on_submit, page_link, reorganisations,
    short_hash, table_of, told, tree_view,
};
use crate::ui::context::use_picture;
use crate::ui::hooks::use_narrow;
use crate::ui::time;
use crate::view::figures::{ago, difficulty, grouped};
use crate::view::route::Route;
use crate::view::tree::{PlacedBlock, Tree};

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Figures("Height"),
    Column::Words("Block"),
    Column::Words("Made by"),
    Column::Words("Kind"),
    Column::Figures("Transactions"),
    Column::Words("Branch"),
    Column::Words("Head of"),
    Column::Words("Weight added"),
    Column::Words("Made"),
];

/// The page of the chain.
#[component]
pub(crate) fn ChainPage() -> Html {
    let page = use_page(Page::default);
    let columns = columns(use_narrow());
    html! {
        <div class="chain-page">
            <BlockTree top={page.top()} {columns} height={page.height().to_owned()} problem={page.height_problem()} wanted={page.wanted()} send={page.dispatcher()} />
            <Staggered steps={1}><BlockTable top={page.top()} {columns} /></Staggered>
            <Staggered steps={2}>
                { bitcoin_headers(page.headers(), &page.explained(), &page.dispatcher()) }
            </Staggered>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct BlockTreeProps {
    /// Highest height of the window; `None` while it follows the newest block.
    top: Option<u64>,
    columns: u32,
    height: String,
    /// What is wrong with it.
    problem: Option<String>,
    wanted: Option<u64>,
    send: Dispatcher<Page>,
}

/// The picture of a window of the block tree, and the reorganisations of the log.
#[component]
fn BlockTree(props: &BlockTreeProps) -> Html {
    let picture = use_picture();
    let live = props.top.is_none();
    let status = picture.heaviest();
    // A block beside the heaviest chain is never decided.
    let of = |placed: &PlacedBlock| match placed.lane {
        0 => decided(status, placed.block.height),
        _ => BlockFinality::Plain,
    };
    let tree = Tree::layout(&picture.blocks, &picture.tips, props.top, props.columns);
    let candidates = if live || tree.hidden_above == 0 {
        candidates(&picture)
    } else {
        Vec::new()
    };
    let finality: Vec<BlockFinality> = tree.blocks.iter().map(of).collect();
    let tree_box = use_node_ref();
    use_newest_in_sight(&tree_box, live, tree.lowest + u64::from(tree.columns));
    html! {
        <>
            <section class="panel panel-full" aria-label="Block tree">
                <div class="panel-title">
                    <h1>{ "Block tree" }</h1>
                    <div class="toolbar">
                        { page_link(&Route::Charts, "text-more", "Charts") }
                        { to_height(props) }
                        { steps(props, &tree) }
                    </div>
                </div>
                <p class="text-hint">{ told(&tips_sentence(&picture.tips)) }</p>
                if tree.blocks.is_empty() {
                    { empty("No block yet. The genesis block stands here as soon as a node runs.") }
                } else {
                    <div ref={tree_box} class="tree-box" tabindex="0" role="group" aria-label="Block tree, scrolls sideways">
                        { tree_view(&tree, &finality, &candidates, false) }
                    </div>
                    <p class="text-hint">{ "✓ justified: two thirds of the authorities confirmed it. ✓✓ final: never given up." }</p>
                }
            </section>
            { reorganisations(&picture) }
        </>
    }
}

/// Scrolls to the newest blocks while the picture follows them.
#[hook]
fn use_newest_in_sight(tree_box: &NodeRef, live: bool, end: u64) {
    let tree_box = tree_box.clone();
    use_effect_with((live, end), move |(live, _)| {
        let element = tree_box.cast::<web_sys::Element>().filter(|_| *live);
        // In the frame that lays the page out in any case.
        let frame = element.map(|element| {
            request_animation_frame(move |_| element.set_scroll_left(element.scroll_width()))
        });
        move || drop(frame)
    });
}

/// Buttons that move the window of heights.
fn steps(props: &BlockTreeProps, tree: &Tree) -> Html {
    let live = props.top.is_none();
    let show = |top: Option<u64>| {
        let send = props.send.clone();
        move |_: MouseEvent| send.dispatch(ChainMessage::Show(top))
    };
    let (older, newer) = (older(tree, props.columns), newer(tree, props.columns));
    html! {
        <>
            <button type="button" disabled={tree.hidden_below == 0} onclick={show(Some(older))}>{ "Older" }</button>
            <button type="button" disabled={tree.hidden_above == 0} onclick={show(Some(newer))}>{ "Newer" }</button>
            <button type="button" class={classes!((!live).then_some("button-primary"))} disabled={live} onclick={show(None)}>{ "Live" }</button>
        </>
    }
}

/// Goes to the block of any height, also one that the picture no longer holds.
fn to_height(props: &BlockTreeProps) -> Html {
    let (send, wanted) = (props.send.clone(), props.wanted);
    let onsubmit = on_submit(move || {
        if let Some(height) = wanted {
            go(&Route::Block(height.to_string()));
        }
    });
    html! {
        <form class="toolbar" {onsubmit}>
            <label>
                <span class="visually-hidden">{ "Height" }</span>
                <input type="text" inputmode="numeric" class="input-short" placeholder="Height" value={props.height.clone()}
                    aria-invalid={props.problem.is_some().then_some("true")}
                    oninput={on_input(move |text| send.dispatch(ChainMessage::Height(text)))} />
            </label>
            <button type="submit" disabled={wanted.is_none()}>{ "Go" }</button>
            if let Some(problem) = &props.problem {
                <span class="text-refusal" role="status">{ problem }</span>
            }
        </form>
    }
}

/// Real Bitcoin headers: the typed text, and in words what they are.
fn bitcoin_headers(text: &str, words: &str, send: &Dispatcher<Page>) -> Html {
    let first = {
        let send = send.clone();
        move |_: MouseEvent| send.dispatch(ChainMessage::FirstHeader)
    };
    let send = send.clone();
    html! {
        <section class="panel panel-full" aria-label="Inspect a Bitcoin header">
            <div class="panel-title">
                <h2>{ "Inspect a Bitcoin header" }</h2>
                <div class="toolbar">
                    <input type="text" spellcheck="false" placeholder="160 digits each" aria-label="Headers in hexadecimal"
                        value={text.to_owned()} oninput={on_input(move |text| send.dispatch(ChainMessage::Headers(text)))} />
                    <button type="button" onclick={first}>{ "Bitcoin's first" }</button>
                </div>
            </div>
            if words.is_empty() {
                <p class="text-hint">{ "Bitcoin hashes its headers with the same function. Paste one, or take its first, to see every field and the proof of work." }</p>
            }
            <pre class="words" role="status" tabindex="0">{ words }</pre>
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct BlockTableProps {
    top: Option<u64>,
    columns: u32,
}

/// The blocks of the window as a table, highest first.
#[component]
fn BlockTable(props: &BlockTableProps) -> Html {
    let (picture, now) = (use_picture(), time::now());
    let tree = Tree::layout(&picture.blocks, &picture.tips, props.top, props.columns);
    html! {
        <section class="panel panel-full" aria-label="Blocks">
            <h2>{ format!("Blocks {}", range(&tree)) }</h2>
            if tree.blocks.is_empty() {
                { empty("No block yet.") }
            } else {
            { table_of("Table of blocks", COLUMNS, html! {
                for placed in tree.blocks.iter().rev() {
                    <BlockRow key={placed.block.hash.clone()} placed={placed.clone()} age={ago(placed.block.timestamp, now)} />
                }
            }) }
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct BlockRowProps {
    placed: PlacedBlock,
    /// How long ago it was made.
    age: String,
}

/// One block.
#[component]
fn BlockRow(props: &BlockRowProps) -> Html {
    let (placed, block) = (&props.placed, &props.placed.block);
    let genesis = block.height == 0;
    let to = Route::Block(block.hash.clone());
    html! {
        <tr class={classes!((!block.on_best_chain).then_some("row-muted"))}>
            <th scope="row" class="cell-number">{ page_link(&to, "", grouped(block.height)) }</th>
            <td>{ short_hash(&block.hash, Some(to)) }</td>
            <td>{ told(if genesis { "everybody" } else { &block.miner }) }</td>
            <td>{ block_mark(block.kind) }{ " " }{ if genesis { "genesis" } else { block.kind.word() } }</td>
            <td class="cell-number">{ block.transactions_count }</td>
            <td>{ if block.on_best_chain { "heaviest" } else { "beside" } }</td>
            <td>{ told(&placed.head_of.join(", ")) }</td>
            <td>{ if genesis { String::new() } else { difficulty(block.difficulty) } }</td>
            <td title={time::exact(block.timestamp)}>{ &props.age }</td>
        </tr>
    }
}
