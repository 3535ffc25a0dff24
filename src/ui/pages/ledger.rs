//! The ledger: what the database of a node holds, table by table, as it is stored.

use yew::prelude::*;

use super::table::LedgerTable;
use super::tamper::Disk;
use crate::app::pages::ledger::{Question, QuestionMessage, about, mark, shown_node, table_named};
use crate::app::pages::table::{TableRow, comparison, table_row};
use crate::ipc::NodeState;
use crate::ledger::Table;
use crate::ui::bridge::{Dispatcher, use_page};
use crate::ui::components::{busy, empty, on_change, on_input, refusal, tab_link};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::ui::time;
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct LedgerPageProps {
    /// Name of the table.
    pub(crate) table: String,
    /// Text to filter by.
    pub(crate) filter: String,
}

/// The page of the ledger.
#[component]
pub(crate) fn LedgerPage(props: &LedgerPageProps) -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let chosen = use_state_eq(String::new);
    let table = table_named(&props.table);
    let shown = shown_node(&picture, &chosen);
    let on_node = {
        let setter = chosen.setter();
        on_change(move |name| setter.set(name))
    };
    let name = shown.map(|node| node.status.name.clone());
    html! {
        <section class="panel">
            <div class="panel-title">
                <h1>{ "Ledger" }</h1>
                <label class="field-choice">
                    <span>{ "Node " }</span>
                    <select onchange={on_node}>
                        for node in picture.nodes.iter().filter(|node| node.own) {
                            <option key={node.status.name.clone()} value={node.status.name.clone()}
                                selected={name.as_ref() == Some(&node.status.name)}>{ &node.status.name }</option>
                        }
                    </select>
                </label>
            </div>
            <nav class="subtabs" aria-label="Tables">
                for other in Table::FOR_PEOPLE {
                    { tab_link(&Route::Ledger(other.name().to_owned(), String::new()), "subtab", other == table,
                        other.name()) }
                }
            </nav>
            <p class="text-hint">{ about(table) }</p>
            if let Some(node) = shown {
                <Rows key={format!("{} {} {}", node.status.name, table.name(), props.filter)} {table} filter={props.filter.clone()}
                    node={node.status.name.clone()} running={node.is_up()} mark={mark(node, table, time::now())} />
                <Disk key={node.status.name.clone()} node={node.status.name.clone()} running={has_worker(node.status.state)}
                    stored={actions.app().database(&node.status.name).is_some()} written={node.status.written_bytes} />
            } else {
                { empty("No node of this tab is running, so there is nobody to read a ledger. Start one on the Network page.") }
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct RowsProps {
    table: Table,
    filter: String,
    node: String,
    running: bool,
    /// What the rows depend on.
    mark: String,
}

/// The rows of a page, and how many there are on all pages.
#[derive(PartialEq)]
struct Page {
    total: u32,
    rows: Vec<TableRow>,
}

/// The rows of a table with what orders and filters them.
#[component]
fn Rows(props: &RowsProps) -> Html {
    let actions = use_actions();
    let (table, filter) = (props.table, props.filter.as_str());
    let question = use_page(|| Question::of(table, filter));
    let database = actions.app().database(&props.node);
    let asked = (props.node.clone(), question.query(), props.mark.clone());
    let answer = use_answer(asked, move |(node, query, _)| {
        let (app, node, query) = (actions.app().rc(), node.clone(), query.clone());
        async move {
            let page = app.ledger(Some(&node), query).await?;
            let rows = page.rows.iter().map(|row| table_row(table, row));
            Ok(Page {
                total: page.total,
                rows: rows.collect(),
            })
        }
    });
    let total = answer.here().map_or(0, |page| page.total);
    let on = |message: QuestionMessage| {
        let send = question.dispatcher();
        move |_: MouseEvent| send.dispatch(message.clone())
    };
    html! {
        <>
            { controls(&question, &question.dispatcher()) }
            if !props.running {
                <p class="text-hint">{ format!("{} is not running: start it to read its ledger.", props.node) }</p>
            }
            { match &answer {
                Answer::Waiting => busy("Reading the table…"),
                Answer::Refused(error) => refusal(error),
                Answer::Here(page) if page.rows.is_empty() => empty(question.empty_text(total)),
                Answer::Here(page) => html! { <LedgerTable {table} rows={page.rows.clone()} /> },
            } }
            <div class="toolbar">
                <span class="rows-range">{ question.range(total) }</span>
                <button type="button" disabled={!question.has_back()} onclick={on(QuestionMessage::Back)}>{ "Back" }</button>
                <button type="button" disabled={!question.has_next(total)} onclick={on(QuestionMessage::Next)}>{ "Next" }</button>
            </div>
            <p class="text-hint">{ where_to_look(database.as_deref(), table) }</p>
        </>
    }
}

/// Whether the node's worker has its ledger open.
const fn has_worker(state: NodeState) -> bool {
    !matches!(
        state,
        NodeState::Stopped | NodeState::Killed | NodeState::Failed
    )
}

fn where_to_look(database: Option<&str>, table: Table) -> String {
    database.map_or_else(
        || "This ledger is kept in memory only, so the browser's tools do not show it.".to_owned(),
        |name| {
            let store = table.name();
            format!("The browser keeps these rows in database {name}, object store {store}. Its developer tools show the same ones.")
        },
    )
}

/// Order, filter and direction.
fn controls(question: &Question, dispatcher: &Dispatcher<Question>) -> Html {
    let table = question.table();
    let send = |message: fn(String) -> QuestionMessage| {
        let send = dispatcher.clone();
        move |text| send.dispatch(message(text))
    };
    let reverse = {
        let send = dispatcher.clone();
        move |_: MouseEvent| send.dispatch(QuestionMessage::Reverse)
    };
    let field = question.field();
    html! {
        <div class="toolbar">
            <label class="field-choice">
                <span>{ "Order and filter by " }</span>
                <select onchange={on_change(send(QuestionMessage::Index))}>
                    <option key="key" value="" selected={question.index().is_none()}>{ format!("{} (key)", table.key_field()) }</option>
                    for index in table.indexes() {
                        <option key={*index} value={*index} selected={question.index() == Some(*index)}>{ *index }</option>
                    }
                </select>
            </label>
            <label class="field-choice">
                <span>{ "Filter " }</span>
                <input type="search" placeholder={format!("{field} {}", comparison(field))} value={question.filter().to_owned()}
                    oninput={on_input(send(QuestionMessage::Filter))} />
            </label>
            <button type="button" onclick={reverse} aria-pressed={question.is_descending().to_string()}>
                { if question.is_descending() { "Highest first" } else { "Lowest first" } }
            </button>
        </div>
    }
}
