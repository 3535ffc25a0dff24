//! The one component behind all parts of the page that have hooks.
//!
//! Each type of component adds several kilobytes to the download, so there is only this one: what it
//! shows is a [`View`], whose hooks run as if it were a component of its own.

use std::rc::Rc;

use yew::functional::{Hook, HookContext};
use yew::prelude::*;

use super::actions::Actions;
use super::components::{
    Asking, use_bytes, use_confirm, use_graph, use_log_lines, use_log_view, use_search,
};
use super::pages::{
    Composed, Read, Section, use_block, use_chain, use_commands, use_compose, use_drawn,
    use_followed, use_ledger, use_network, use_rows, use_section, use_settings, use_transact,
    use_transaction,
};
use super::state::Store;
use crate::ipc::{Event, TransactionInfo};

/// What a part shows, with what its caller says.
#[derive(Clone, PartialEq)]
pub(crate) enum View {
    /// The page of the network.
    Network,
    /// A section of a page, which gets each picture in its turn.
    Section(Section),
    /// A section as of the picture that it got.
    Drawn(Section, Store),
    /// The page of the chain.
    Chain,
    /// The page of a block: hash, prefix of it, or height.
    Block(String),
    /// The page of a transaction: id or prefix of it.
    Transaction(String),
    /// The page of the ledger: name of the table and text to filter by.
    Ledger(String, String),
    /// The rows of a table.
    Rows(Read),
    /// The page of users and transactions.
    Transact,
    /// The forms that send something.
    Compose(Composed),
    /// A sent transaction, as the first node took it.
    Followed(Box<TransactionInfo>),
    /// The commands of the console.
    Commands,
    /// The log with its filters.
    Log,
    /// Log lines, newest first.
    Lines(Vec<Rc<Event>>),
    /// The page of settings.
    Settings,
    /// The picture of the network.
    Graph,
    /// The search box.
    Search,
    /// Bytes in hexadecimal.
    Bytes(String),
    /// A button that asks once more.
    Confirm(Asking),
}

impl View {
    /// Tells the views apart in keys: a part never becomes one of another view.
    const fn word(&self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Section(_) => "section",
            Self::Drawn(..) => "drawn",
            Self::Chain => "chain",
            Self::Block(_) => "block",
            Self::Transaction(_) => "transaction",
            Self::Ledger(..) => "ledger",
            Self::Rows(_) => "rows",
            Self::Transact => "transact",
            Self::Compose(_) => "compose",
            Self::Followed(_) => "followed",
            Self::Commands => "commands",
            Self::Log => "log",
            Self::Lines(_) => "lines",
            Self::Settings => "settings",
            Self::Graph => "graph",
            Self::Search => "search",
            Self::Bytes(_) => "bytes",
            Self::Confirm(_) => "confirm",
        }
    }
}

/// A view as a hook: it runs the hooks of the view.
struct Shown(View, Actions);

impl Hook for Shown {
    type Output = Html;

    fn run(self, context: &mut HookContext) -> Html {
        let Self(view, actions) = self;
        match view {
            View::Network => use_network(actions).run(context),
            View::Section(section) => use_section(actions, section).run(context),
            View::Drawn(section, store) => use_drawn(actions, section, store).run(context),
            View::Chain => use_chain(actions).run(context),
            View::Block(which) => use_block(actions, which).run(context),
            View::Transaction(id) => use_transaction(actions, id).run(context),
            View::Ledger(table, filter) => use_ledger(actions, table, filter).run(context),
            View::Rows(read) => use_rows(actions, read).run(context),
            View::Transact => use_transact(actions).run(context),
            View::Compose(composed) => use_compose(actions, composed).run(context),
            View::Followed(first) => use_followed(actions, first).run(context),
            View::Commands => use_commands(actions).run(context),
            View::Log => use_log_view(actions).run(context),
            View::Lines(lines) => use_log_lines(lines).run(context),
            View::Settings => use_settings(actions).run(context),
            View::Graph => use_graph(actions).run(context),
            View::Search => use_search(actions).run(context),
            View::Bytes(hex) => use_bytes(actions, hex).run(context),
            View::Confirm(asking) => use_confirm(actions, asking).run(context),
        }
    }
}

/// Runs the hooks of a view.
const fn use_view(view: View, actions: Actions) -> Shown {
    Shown(view, actions)
}

#[derive(Properties, PartialEq)]
struct PartProps {
    actions: Actions,
    view: View,
}

#[component]
fn Part(props: &PartProps) -> Html {
    use_view(props.view.clone(), props.actions.clone())
}

/// A part of the page that keeps its state while it has the same key and view.
pub(crate) fn part(actions: &Actions, key: &str, view: View) -> Html {
    let key = format!("{} {key}", view.word());
    yew::html! { <Part {key} actions={actions.clone()} {view} /> }
}
