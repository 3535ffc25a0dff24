//! Parts that the pages of a block and of a transaction share: checks, and lists of transactions.

use yew::prelude::*;

use crate::ipc::TransactionInfo;
use crate::primitives::visible;
use crate::records::{PayloadKind, TransactionStatus};
use crate::ui::components::to_titled;
use crate::ui::markup::html;
use crate::view::check::Check;
use crate::view::figures::{grouped, zero_digits};
use crate::view::route::Route;
use crate::view::words;

/// Checks with their verdicts and the values compared.
pub(super) fn checks(list: &[Check]) -> Html {
    html! {
        <ul class="checks">
            { for list.iter().enumerate().map(|(at, check)| html! {
                <li key={at} class={if check.holds { "holds" } else { "fails" }}>
                    <p><strong>{ if check.holds { "Holds. " } else { "Fails. " } }</strong>{ check.sentence.clone() }</p>
                    <dl class="compare">
                        { for check.values.iter().map(|(label, value)| html! {
                            <div key={*label}><dt>{ *label }</dt><dd class="hash">{ digits(value) }</dd></div>
                        }) }
                    </dl>
                </li>
            }) }
        </ul>
    }
}

/// A hash with its leading zeros told apart.
pub(super) fn digits(hash: &str) -> Html {
    let (zeros, rest) = hash
        .split_at_checked(zero_digits(hash))
        .unwrap_or(("", hash));
    html! { <><span class="zeros">{ zeros.to_owned() }</span>{ rest.to_owned() }</> }
}

/// Transactions in a table, each a link to its page.
pub(super) fn transaction_list(list: &[TransactionInfo]) -> Html {
    html! {
        <div class="table-box">
            <table>
                <thead>
                    <tr>
                        <th scope="col">{ "What" }</th>
                        <th scope="col">{ "Status" }</th>
                        <th scope="col" class="number">{ "Fee" }</th>
                        <th scope="col">{ "Memo" }</th>
                    </tr>
                </thead>
                <tbody>{ for list.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn row(tx: &TransactionInfo) -> Html {
    let memo = if tx.kind == PayloadKind::Transfer {
        visible(&tx.memo)
    } else {
        String::new()
    };
    html! {
        <tr key={tx.tx_hash.clone()}>
            <th scope="row">{ to_titled(&Route::Transaction(tx.tx_hash.clone()), "", tx.tx_hash.clone(), sentence(tx)) }</th>
            <td>{ status(tx) }</td>
            <td class="number">{ grouped(tx.fee) }</td>
            <td class="memo">{ memo }</td>
        </tr>
    }
}

/// A transaction in one sentence.
pub(super) fn sentence(tx: &TransactionInfo) -> String {
    words::transaction(
        tx.kind,
        &words::who(&tx.from_user),
        &words::who(&tx.to_user),
        tx.amount,
        &tx.memo,
    )
}

/// Where a transaction stands: a badge and a few words.
pub(super) fn status(tx: &TransactionInfo) -> Html {
    let (class, text) = match (tx.status, tx.height) {
        (TransactionStatus::Committed, Some(height)) => {
            ("good", format!("committed at {}", grouped(height)))
        }
        (TransactionStatus::Pending, _) => ("busy", "pending".to_owned()),
        (TransactionStatus::Dropped, _) => ("bad", "dropped".to_owned()),
        (TransactionStatus::Committed, None) => ("calm", "committed".to_owned()),
    };
    html! { <span class={classes!("badge", class)} title={tx.reason.clone()}>{ text }</span> }
}
