//! Transactions in a table, each a link to its page.

use yew::prelude::*;

use super::{Tone, titled_badge, titled_link};
use crate::app::pages::transaction::{Progress, memo, sentence, standing};
use crate::ipc::TransactionInfo;
use crate::view::figures::grouped;
use crate::view::route::Route;

/// The table.
pub(crate) fn transaction_table(list: &[TransactionInfo]) -> Html {
    html! {
        <div class="table-box" tabindex="0" role="group" aria-label="Table of transactions, scrolls sideways">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "What" }</th>
                        <th scope="col">{ "Status" }</th>
                        <th scope="col" class="cell-number">{ "Fee" }</th>
                        <th scope="col">{ "Memo" }</th>
                    </tr>
                </thead>
                <tbody>
                    for tx in list {
                        <TransactionRow key={tx.tx_hash.clone()} tx={tx.clone()} />
                    }
                </tbody>
            </table>
        </div>
    }
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
