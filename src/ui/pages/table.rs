//! One page of a ledger table.

use yew::prelude::*;

use crate::app::pages::table::{Shown, TableRow, columns, is_number};
use crate::ledger::Table;
use crate::ui::components::{page_link, short_hash, table_box};
use crate::ui::hooks::use_steps;
use crate::ui::time;

/// Rows drawn in a step: a row has up to 14 cells, and all of a table's cells are laid out with
/// each step.
const STEP: usize = 9;

#[derive(Properties, PartialEq)]
pub(super) struct LedgerTableProps {
    pub(super) table: Table,
    pub(super) rows: Vec<TableRow>,
}

/// The rows as a table: columns are the record's fields.
#[component]
pub(super) fn LedgerTable(props: &LedgerTableProps) -> Html {
    let (table, drawn) = (props.table, use_steps(props.rows.len(), STEP));
    let table = html! {
        <table>
            <thead>
                <tr>
                    for field in columns(table) {
                        <th key={*field} scope="col" class={classes!(is_number(field).then_some("cell-number"))}>{ *field }</th>
                    }
                </tr>
            </thead>
            <tbody>
                for row in props.rows.iter().take(drawn) {
                    { ledger_row(table, row) }
                }
            </tbody>
        </table>
    };
    table_box("Table of rows", table)
}

/// One row.
fn ledger_row(table: Table, row: &TableRow) -> Html {
    let cells = columns(table).iter().zip(&row.cells);
    html! { <tr key={row.key.clone()}>{ for cells.map(|(field, cell)| self::cell(field, cell)) }</tr> }
}

fn cell(field: &'static str, cell: &Shown) -> Html {
    match cell {
        Shown::Nothing => html! { <td key={field}></td> },
        Shown::Time(at) => {
            html! { <td key={field} title={time::exact(*at)}>{ time::of_day(*at) }</td> }
        }
        Shown::Hash(hash, to) => {
            html! { <td key={field}>{ short_hash(hash, to.clone()) }</td> }
        }
        Shown::Figures(text, Some(to)) => html! {
            <td key={field} class="cell-number">{ page_link(to, "", text) }</td>
        },
        Shown::Figures(text, None) => html! { <td key={field} class="cell-number">{ text }</td> },
        Shown::Text(text) => {
            html! { <td key={field} class="cell-memo" title={text.clone()}><bdi>{ text }</bdi></td> }
        }
    }
}
