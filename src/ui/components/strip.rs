//! The latest blocks in a row: what is being mined first, then the newest block, then older ones.

use yew::prelude::*;

use super::marks::block_class;
use super::{block_mark, empty, kind_mark, page_link, told};
use crate::app::pages::network::{Card, Maker, latest, makers};
use crate::records::BlockFinality;
use crate::ui::context::use_picture;
use crate::ui::time;
use crate::view::figures::{grouped, short};
use crate::view::route::Route;

/// The row of the latest blocks. Those that come while it is looked at move in.
#[component]
pub(crate) fn Strip() -> Html {
    let (picture, now) = (use_picture(), time::now());
    let first = use_memo((), |()| {
        picture.blocks.values().map(|block| block.height).max()
    });
    let (blocks, (makers, more)) = (latest(&picture, now), makers(&picture, now));
    html! {
        <div class="strip" tabindex="0" role="group" aria-label="Latest blocks, the newest first">
            <div class="makers">
                for maker in &makers {
                    { maker_line(maker) }
                }
                if more > 0 {
                    <span key="more" class="makers-more">{ format!("and {more} more") }</span>
                }
                if makers.is_empty() {
                    <span key="none" class="makers-more">{ "Nobody is making a block" }</span>
                }
            </div>
            <div class="strip-now" aria-hidden="true"><span>{ "now" }</span></div>
            <ol class="cards">
                for block in &blocks {
                    <CardItem key={block.hash.clone()} card={block.clone()} fresh={Some(block.height) > *first} />
                }
            </ol>
            if blocks.is_empty() {
                { empty("No block yet. The first one comes within seconds.") }
            }
        </div>
    }
}

/// A node that makes a block.
fn maker_line(maker: &Maker) -> Html {
    html! {
        <span key={maker.id.clone()} class="maker">
            { kind_mark(maker.kind) }
            <span class="maker-name">{ told(&maker.name) }</span>
            <span class="maker-progress">{ &maker.what }</span>
        </span>
    }
}

#[derive(Properties, PartialEq)]
struct CardItemProps {
    card: Card,
    /// Whether it came while the row was looked at.
    fresh: bool,
}

/// A block.
#[component]
fn CardItem(props: &CardItemProps) -> Html {
    let card = &props.card;
    html! {
        <li class={classes!("card", block_class(card.kind), props.fresh.then_some("card-fresh"))}>
            { page_link(&Route::Block(card.hash.clone()), "card-link", html! {
                <>
                    <span class="card-top">{ block_mark(card.kind) }<strong>{ grouped(card.height) }</strong></span>
                    <span class="hash">{ short(&card.hash) }</span>
                    <span class="card-maker">{ told(&card.maker) }</span>
                    <span>{ format!("{} tx", card.transactions) }</span>
                    <span class="card-age">
                        { &card.age }
                        if card.decided != BlockFinality::Plain {
                            { format!(", {}", card.decided) }
                        }
                    </span>
                </>
            }) }
        </li>
    }
}
