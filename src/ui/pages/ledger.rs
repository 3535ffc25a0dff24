//! The ledger: what the database of a node holds, table by table, as it is stored.

use std::rc::Rc;

use web_sys::{HtmlInputElement, HtmlSelectElement};
use yew::prelude::*;

use super::table_view::{is_number, table_view};
use crate::ledger::{Query, Table};
use crate::ui::actions::Actions;
use crate::ui::components::{busy, refusal, to_tab};
use crate::ui::hooks::{Answer, use_answer, use_growing, use_model, use_text};
use crate::ui::kept::{Kept, use_kept};
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::time;
use crate::view::NodeView;
use crate::view::figures::grouped;
use crate::view::route::Route;

/// Rows of a page.
const ROWS: u32 = 25;
/// Rows drawn at once: a row has up to 14 cells, and all of a table's cells are laid out with each step.
const STEP: usize = 9;

/// Nodes write what changes all the time, such as their miners' rows, this often.
const ROWS_MS: u64 = 4_000;

/// What a table is for.
const fn about(table: Table) -> &'static str {
    match table {
        Table::Blocks => "Every valid block, of the best chain and beside it.",
        Table::Transactions => {
            "Every transaction this node has seen: pending, committed or dropped."
        }
        Table::Nodes => "The nodes of the network that this node has heard of.",
        Table::Assets => "Assets that people created.",
        Table::Users => "Accounts with their balances, at this node's head.",
        Table::MiningPool => "The node's miner workers.",
        Table::State | Table::Undo | Table::Meta => "For the engine.",
    }
}

/// The page of the ledger: name of the table, the first one where it is empty or unknown, and a text
/// to filter by.
#[hook]
pub(crate) fn use_ledger(actions: Actions, table: String, filter: String) -> Html {
    let model = use_model();
    let node = use_text(String::new());
    let table = Table::from_name(&table)
        .filter(|table| Table::FOR_PEOPLE.contains(table))
        .unwrap_or(Table::Blocks);
    let own: Vec<&NodeView> = model.nodes.iter().filter(|node| node.own).collect();
    let chosen = own.iter().find(|view| view.status.name == *node);
    // A node that was never chosen or has gone: the first that runs.
    let shown = chosen
        .or_else(|| own.iter().find(|view| view.is_up()))
        .copied();
    let on_node = {
        let setter = node.keeper();
        Callback::from(move |event: Event| {
            setter.set(event.target_unchecked_into::<HtmlSelectElement>().value())
        })
    };
    html! {
        <section class="panel ledger-page">
            <div key="head" class="panel-title">
                <h1>{ "Ledger" }</h1>
                <label class="choice">
                    <span>{ "Node " }</span>
                    <select onchange={on_node}>
                        { for own.iter().map(|view| html! {
                            <option key={view.status.name.clone()} value={view.status.name.clone()}
                                selected={shown.is_some_and(|shown| shown.status.name == view.status.name)}>{ view.status.name.clone() }</option>
                        }) }
                    </select>
                </label>
            </div>
            <nav key="tables" class="subtabs" aria-label="Tables">
                { for Table::FOR_PEOPLE.iter().map(|other| {
                    let place = Route::Ledger(other.name().to_owned(), String::new());
                    to_tab(&place, "subtab", *other == table, other.name().into())
                }) }
            </nav>
            <p key="about" class="hint">{ about(table) }</p>
            if let Some(view) = shown {
                { rows(&actions, view, table, filter) }
            } else {
                <p key="none" class="empty">{ "No node of this tab is running, so there is nobody to read a ledger. Start one on the Network page." }</p>
            }
        </section>
    }
}

fn rows(actions: &Actions, view: &NodeView, table: Table, filter: String) -> Html {
    let node = view.status.name.clone();
    let key = format!("{node} {} {filter}", table.name());
    part(
        actions,
        &key,
        View::Rows(Read {
            table,
            filter,
            node,
            running: view.is_up(),
            mark: mark(view, table),
        }),
    )
}

/// What the rows depend on: the head, the mempool, and for rows that are written every few seconds also the time.
fn mark(view: &NodeView, table: Table) -> String {
    let status = &view.status;
    let live = if table == Table::Nodes || table == Table::MiningPool {
        time::now() / ROWS_MS
    } else {
        0
    };
    format!(
        "{} {} {} {live}",
        status.head, status.pending, status.durable_height
    )
}

/// What is asked of a table.
#[derive(Clone, Debug, PartialEq)]
struct Ask {
    index: Option<&'static str>,
    key: String,
    descending: bool,
    page: u32,
}

enum AskAction {
    Index(Option<&'static str>),
    Key(String),
    Turn,
    Page(u32),
}

impl Ask {
    /// The usual view of a table: the newest first.
    fn of(table: Table, filter: &str) -> Self {
        let hexadecimal = filter.len() == 64 && filter.bytes().all(|byte| byte.is_ascii_hexdigit());
        let index = match table {
            Table::Users if !filter.is_empty() && !hexadecimal => Some("name"),
            Table::Blocks if filter.is_empty() => Some("height"),
            Table::Transactions if filter.is_empty() => Some("timestamp"),
            Table::Blocks
            | Table::Transactions
            | Table::Nodes
            | Table::Assets
            | Table::Users
            | Table::MiningPool
            | Table::State
            | Table::Undo
            | Table::Meta => None,
        };
        let descending = matches!(index, Some("height" | "timestamp"));
        Self {
            index,
            key: filter.to_owned(),
            descending,
            page: 0,
        }
    }

    fn query(&self, table: Table) -> Query {
        let key = self.key.trim();
        Query {
            table,
            index: self.index.map(ToOwned::to_owned),
            key: (!key.is_empty()).then(|| key.to_owned()),
            descending: self.descending,
            offset: self.page.saturating_mul(ROWS),
            limit: ROWS,
        }
    }
}

impl Reducible for Ask {
    type Action = AskAction;

    fn reduce(self: Rc<Self>, action: AskAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            AskAction::Index(index) => (next.index, next.page) = (index, 0),
            AskAction::Key(key) => (next.key, next.page) = (key, 0),
            AskAction::Turn => (next.descending, next.page) = (!next.descending, 0),
            AskAction::Page(page) => next.page = page,
        }
        Rc::new(next)
    }
}

/// Which rows are read.
#[derive(Clone, PartialEq)]
pub(crate) struct Read {
    table: Table,
    filter: String,
    node: String,
    running: bool,
    mark: String,
}

/// The rows of a table with what orders and filters them.
#[hook]
pub(crate) fn use_rows(actions: Actions, read: Read) -> Html {
    let (table, node, host) = (read.table, read.node.clone(), actions.host());
    let ask = use_kept(move || Ask::of(table, &read.filter));
    let key = format!(
        "{} {} {:?} {} {}",
        read.mark, ask.descending, ask.index, ask.page, ask.key
    );
    let query = ask.query(table);
    let database = host.database(&node);
    let answer = use_answer(
        key,
        move || async move { host.ledger(Some(&node), query).await },
    );
    let drawn = use_growing(answer.here().map_or(0, |page| page.rows.len()), STEP);
    html! {
        <>
            { controls(table, &ask) }
            if !read.running {
                <p key="stopped" class="hint">{ format!("{} is not running: start it to read its ledger.", read.node) }</p>
            }
            { match &answer {
                Answer::Waiting => busy("Reading the table…"),
                Answer::Refused(error) => refusal(error),
                Answer::Here(page) if page.rows.is_empty() => html! {
                    <p key="empty" class="empty">{ if page.total == 0 && ask.key.is_empty() { "The table is empty." } else { "No row matches." } }</p>
                },
                Answer::Here(page) => table_view(table, &page.rows[..drawn]),
            } }
            { pages(answer.here().map_or(0, |page| page.total), &ask) }
            <p key="where" class="hint">{ where_to_look(database.as_deref(), table) }</p>
        </>
    }
}

fn where_to_look(database: Option<&str>, table: Table) -> String {
    database.map_or_else(
        || "This ledger is kept in memory only, so the browser's tools do not show it.".to_owned(),
        |name| {
            let store = table.name();
            format!("The same rows stand in the browser's developer tools: Application, IndexedDB, database {name}, object store {store}.")
        },
    )
}

/// Order, filter and direction.
fn controls(table: Table, ask: &Kept<Ask>) -> Html {
    let on_index = {
        let dispatcher = ask.keeper();
        Callback::from(move |event: Event| {
            let word = event.target_unchecked_into::<HtmlSelectElement>().value();
            dispatcher.dispatch(AskAction::Index(
                table.indexes().iter().copied().find(|index| *index == word),
            ));
        })
    };
    let on_key = {
        let dispatcher = ask.keeper();
        Callback::from(move |event: InputEvent| {
            dispatcher.dispatch(AskAction::Key(
                event.target_unchecked_into::<HtmlInputElement>().value(),
            ));
        })
    };
    let on_turn = {
        let dispatcher = ask.keeper();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(AskAction::Turn))
    };
    let field = ask.index.unwrap_or(table.key_field());
    html! {
        <div key="controls" class="toolbar controls">
            <label key="index" class="choice">
                <span>{ "Order and filter by " }</span>
                <select onchange={on_index}>
                    <option key="key" value="" selected={ask.index.is_none()}>{ format!("{} (key)", table.key_field()) }</option>
                    { for table.indexes().iter().map(|index| html! {
                        <option key={*index} value={*index} selected={ask.index == Some(*index)}>{ *index }</option>
                    }) }
                </select>
            </label>
            <label key="filter" class="choice">
                <span>{ "Filter " }</span>
                <input type="search" placeholder={format!("{field} {}", if is_number(field) || field == "timestamp" || field == "last_seen" { "equals" } else { "begins with" })} value={ask.key.clone()} oninput={on_key} />
            </label>
            <button key="turn" type="button" onclick={on_turn} aria-pressed={ask.descending.to_string()}>
                { if ask.descending { "Highest first" } else { "Lowest first" } }
            </button>
        </div>
    }
}

/// How many rows there are, and buttons to turn pages.
fn pages(total: u32, ask: &Kept<Ask>) -> Html {
    let (pages, page) = (total.div_ceil(ROWS).max(1), ask.page);
    let first = page.saturating_mul(ROWS);
    let range = if total == 0 {
        "No rows".to_owned()
    } else {
        let last = total.min(first.saturating_add(ROWS));
        format!(
            "Rows {} to {} of {}",
            grouped(u64::from(first) + 1),
            grouped(last.into()),
            grouped(total.into())
        )
    };
    let to = |page: u32| {
        let dispatcher = ask.keeper();
        Callback::from(move |_: MouseEvent| dispatcher.dispatch(AskAction::Page(page)))
    };
    html! {
        <div key="pages" class="toolbar pages">
            <span key="range" class="range">{ range }</span>
            <button key="back" type="button" disabled={page == 0} onclick={to(page.saturating_sub(1))}>{ "Back" }</button>
            <button key="on" type="button" disabled={page + 1 >= pages} onclick={to(page + 1)}>{ "Next" }</button>
        </div>
    }
}
