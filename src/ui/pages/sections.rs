//! Sections of pages that draw much: each gets each picture in a turn of its own, so that no frame draws a whole page.
//!
//! A section is two parts: the outer one waits for its turn, the inner one is drawn anew only when it has come.

use std::rc::Rc;

use yew::prelude::*;

use super::{chain, network};
use crate::ui::actions::Actions;
use crate::ui::hooks::use_store_later;
use crate::ui::kept::use_kept;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::state::Store;

/// A section of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    /// What is selected on the page of the network.
    Inspector,
    /// The latest blocks.
    Strip,
    /// All nodes.
    Nodes,
    /// What happened last.
    Log,
    /// The blocks of the tree's window below this height, which is that many heights wide.
    Blocks(Option<u64>, u32),
}

impl Section {
    /// Its turn after the first section of its page.
    const fn turn(self) -> u32 {
        match self {
            Self::Inspector | Self::Blocks(..) => 1,
            Self::Strip => 2,
            Self::Nodes => 3,
            Self::Log => 4,
        }
    }
}

/// A section that gets each picture in its turn.
#[hook]
pub(crate) fn use_section(actions: Actions, section: Section) -> Html {
    let store = use_store_later(section.turn());
    html! { { for store.map(|store| part(&actions, "", View::Drawn(section, store))) } }
}

/// A section as of the picture that it got.
#[hook]
pub(crate) fn use_drawn(actions: Actions, section: Section, store: Store) -> Html {
    let seen = {
        let model = Rc::clone(&store.model);
        use_kept(move || {
            model
                .blocks
                .values()
                .map(|block| block.height)
                .max()
                .unwrap_or(0)
        })
    };
    match section {
        Section::Inspector => network::inspected(&actions, &store),
        Section::Strip => network::latest(&store.model, *seen),
        Section::Nodes => network::all_nodes(&actions, &store),
        Section::Log => network::happenings(&actions, &store.model),
        Section::Blocks(top, columns) => chain::blocks(&store.model, top, columns),
    }
}

/// A section over the whole width, with what leads on from it.
pub(super) fn titled(title: String, more: Html, content: Html) -> Html {
    html! {
        <section class="panel wide" aria-label={title.clone()}>
            <div class="panel-title"><h2>{ title }</h2>{ more }</div>
            { content }
        </section>
    }
}

/// That there is nothing to show yet.
pub(super) fn empty(text: &'static str) -> Html {
    html! { <p class="empty">{ text }</p> }
}
