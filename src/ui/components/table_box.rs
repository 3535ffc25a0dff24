//! Tables. One that is wider than its place scrolls sideways, by keys too: so its box takes the
//! focus, and has a name.

use yew::prelude::*;

/// The head of a column.
#[derive(Clone, Copy)]
pub(crate) enum Column {
    /// Over words.
    Words(&'static str),
    /// Over figures, which stand to the right.
    Figures(&'static str),
    /// Over controls: said, and not seen.
    Unseen(&'static str),
}

/// A table of `rows`, which `label` names.
pub(crate) fn table_of(label: &'static str, columns: &[Column], rows: Html) -> Html {
    let head = columns.iter().map(|column| match *column {
        Column::Words(name) => html! { <th scope="col">{ name }</th> },
        Column::Figures(name) => html! { <th scope="col" class="cell-number">{ name }</th> },
        Column::Unseen(name) => {
            html! { <th scope="col"><span class="visually-hidden">{ name }</span></th> }
        }
    });
    let table = html! {
        <table>
            <thead><tr>{ for head }</tr></thead>
            <tbody>{ rows }</tbody>
        </table>
    };
    table_box(label, table)
}

/// The box of a table, which `label` names.
pub(crate) fn table_box(label: &'static str, table: Html) -> Html {
    let label = format!("{label}, scrolls sideways");
    html! { <div class="table-box" tabindex="0" role="group" aria-label={label}>{ table }</div> }
}
