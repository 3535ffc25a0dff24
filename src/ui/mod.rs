//! The page: yew components that draw the [`Model`](crate::view::Model) and send what a person asks
//! for to the [`App`]. It decides nothing: the network's picture, the sentences and the state of
//! each page come from [`view`](crate::view) and [`app::pages`](crate::app::pages).
//!
//! Rules that hold in every file here: everything in a list has a key; handlers send messages and
//! never read captured state; what other people chose (names, memos, messages) is only ever a text
//! node; no `style` attribute and no inline script, as the Content-Security-Policy forbids both.
//!
//! What is drawn again when: each `context` changes at a rate of its own, a component reads only
//! those that it shows, and its properties are compared before it is drawn.

mod actions;
mod bridge;
mod components;
mod context;
mod hooks;
mod lab;
mod laboratory;
mod notifier;
mod pages;
mod root;
mod shared;
mod theme;
mod time;

use std::rc::Rc;

use gloo::utils::{body, document};

use crate::app::App;
pub use laboratory::LaboratoryPage;
use pages::LABORATORY;

/// Mounts the page of an app into the document's body, in place of the loading text.
///
/// # Panics
/// Never: the names of the elements are valid.
pub fn start(app: Rc<App>) {
    let part = |id: &str| {
        let element = document().create_element("div").expect("a valid name");
        element.set_id(id);
        element
    };
    let (live, laboratory) = (part("live"), part(LABORATORY));
    body().replace_children_with_node_2(&live, &laboratory);
    let app = app.into();
    yew::Renderer::<root::Root>::with_root_and_props(live, root::RootProps { app }).render();
}
