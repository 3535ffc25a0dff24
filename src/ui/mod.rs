//! The page: yew components that draw the [`Model`](crate::view::Model) and send what a person asks
//! for to the [`Host`](crate::browser::host::Host). It decides nothing about the protocol and knows
//! neither nodes' insides nor workers.
//!
//! Rules that hold in every file here: everything in a list has a key; handlers dispatch actions and
//! never read captured state; what other people chose (names, memos, messages) is only ever a text
//! node; no `style` attribute and no inline script, as the Content-Security-Policy forbids both.

mod actions;
mod app;
mod components;
mod hooks;
mod pages;
mod state;
mod theme;
mod time;

/// Mounts the page into the document's body, in place of the loading text.
pub fn start() {
    theme::apply(theme::stored());
    yew::Renderer::<app::App>::with_root(gloo::utils::body().into()).render();
}
