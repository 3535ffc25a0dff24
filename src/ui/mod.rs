//! The page: yew components that draw the [`Model`](crate::view::Model) and send what a person asks
//! for to the [`App`](crate::app::App). It decides nothing about the protocol and knows
//! neither nodes' insides nor workers.
//!
//! Rules that hold in every file here: everything in a list has a key; handlers dispatch actions and
//! never read captured state; what other people chose (names, memos, messages) is only ever a text
//! node; no `style` attribute and no inline script, as the Content-Security-Policy forbids both.
//!
//! What needs no hook is a function that returns [`Html`](yew::Html); what needs hooks is a
//! [`View`](part::View) of the one component that shows them all, as each type of component costs
//! several kilobytes of the download.

mod actions;
mod app;
mod components;
mod hooks;
mod kept;
mod markup;
mod pages;
mod part;
mod state;
mod theme;
mod time;

/// Mounts the page of an app into the document's body, in place of the loading text.
pub fn start(app: std::rc::Rc<crate::app::App>) {
    theme::apply(theme::stored());
    let root = gloo::utils::body().into();
    yew::Renderer::<app::App>::with_root_and_props(root, app::Props { app }).render();
}
