//! Transactions in a table, each a link to its page.

use yew::prelude::*;

use super::{Column, Tone, table_of, titled_badge, titled_link};
use crate::app::pages::transaction::{Progress, memo, sentence, standing};
use crate::ipc::TransactionInfo;
use crate::view::figures::grouped;
use crate::view::route::Route;

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Words("What"),
    Column::Words("Status"),
    Column::Figures("Fee"),
    Column::Words("Memo"),
];

/// The table.
pub(crate) fn transaction_table(list: &[TransactionInfo]) -> Html {
    let rows = html! {
        for tx in list {
            <TransactionRow key={tx.tx_hash.clone()} tx={tx.clone()} />
        }
    };
    table_of("Table of transactions", COLUMNS, rows)
}

#[derive(Properties, PartialEq)]
struct TransactionRowProps {
    tx: TransactionInfo,
}

/// One transaction.
#[component]
fn TransactionRow(props: &TransactionRowProps) -> Html {
    let tx = &props.tx;
    let (progress, text) = standing(tx);
    let tone = match progress {
        Progress::Done => Tone::Good,
        Progress::Next => Tone::Busy,
        Progress::Failed => Tone::Bad,
    };
    let title = (!tx.reason.is_empty()).then(|| tx.reason.clone().into());
    html! {
        <tr>
            <th scope="row" class="cell-sentence">
                { titled_link(&Route::Transaction(tx.tx_hash.clone()), "", &tx.tx_hash, &sentence(tx)) }
            </th>
            <td>{ titled_badge(tone, &text, title) }</td>
            <td class="cell-number">{ grouped(tx.fee) }</td>
            <td class="cell-memo"><bdi>{ memo(tx) }</bdi></td>
        </tr>
    }
}
