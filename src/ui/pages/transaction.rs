//! One transaction: where it stands on its way, what it says, and its signature checked in the page.

use yew::prelude::*;

use super::fields::{checks, sentence};
use crate::ipc::TransactionInfo;
use crate::primitives::visible;
use crate::records::TransactionStatus;
use crate::ui::actions::Actions;
use crate::ui::components::{
    busy, copied_fact, fact, facts, hash_fact, hash_link, hex_dump, refusal, to,
};
use crate::ui::hooks::{Answer, use_answer, use_checks, use_model};
use crate::ui::markup::html;
use crate::ui::time;
use crate::view::Model;
use crate::view::check::{self, Check};
use crate::view::figures::{count_of, grouped};
use crate::view::route::Route;

/// The page of a transaction: id or prefix of it.
#[hook]
pub(crate) fn use_transaction(actions: Actions, id: String) -> Html {
    let model = use_model();
    let answer = use_transaction_info(&actions, &model, &id);
    let info = answer.here().and_then(Option::as_ref);
    let raw = info.map(|info| (info.raw.clone(), info.tx_hash.clone()));
    let (raw, hash) = raw.unwrap_or_default();
    let key = format!("{hash} {raw}");
    let check = move || {
        if raw.is_empty() {
            Vec::new()
        } else {
            check::transaction(&raw, &hash)
        }
    };
    let checks = use_checks(key, Box::new(check));
    match (&answer, info) {
        (_, Some(info)) => shown(&actions, info, &checks, &model),
        (Answer::Waiting, _) => {
            html! { <section class="panel">{ busy("Asking the nodes for the transaction…") }</section> }
        }
        (Answer::Refused(error), _) => html! {
            <section class="panel"><h1>{ "Transaction" }</h1>{ refusal(error) }</section>
        },
        (Answer::Here(_), None) => html! {
            <section class="panel">
                <h1>{ "No such transaction" }</h1>
                <p>{ "No node of this tab holds a transaction " }<code>{ id }</code>{ "." }</p>
                <p>{ to(&Route::Transact, "", "Send one".into()) }</p>
            </section>
        },
    }
}

/// What changes where transactions stand: a new head, and a mempool that took or lost something.
pub(super) fn mark(model: &Model) -> String {
    let head = model
        .tips
        .first()
        .map(|tip| tip.hash.as_str())
        .unwrap_or_default();
    format!(
        "{head} {}",
        model
            .nodes
            .iter()
            .map(|node| node.status.pending)
            .sum::<u32>()
    )
}

/// What the nodes say of a transaction.
#[hook]
pub(super) fn use_transaction_info(
    actions: &Actions,
    model: &Model,
    id: &str,
) -> Answer<Option<TransactionInfo>> {
    let ask = {
        let (host, id) = (actions.host(), id.to_owned());
        move || async move { host.transaction(&id).await }
    };
    use_answer(format!("{id} {}", mark(model)), ask)
}

fn shown(actions: &Actions, tx: &TransactionInfo, checked: &[Check], model: &Model) -> Html {
    html! {
        <div class="block-page">
            <section key="head" class="panel wide">
                <h1>{ "Transaction" }</h1>
                <p class="lead">{ sentence(tx) }</p>
                <p class="full-hash hash">{ tx.tx_hash.clone() }</p>
                { track(tx, model) }
            </section>
            <section key="fields" class="panel">
                <h2>{ "Content" }</h2>
                { facts("fields", "explained", fields(actions, tx)) }
            </section>
            <section key="checks" class="panel">
                <h2>{ "Checked in this page" }</h2>
                <p class="hint">{ "Computed here from the transaction's bytes, without believing the node that sent them." }</p>
                { checks(checked) }
                { hex_dump(actions, &tx.raw) }
            </section>
        </div>
    }
}

/// Sent, seen, committed: how far a transaction is.
pub(super) fn track(tx: &TransactionInfo, model: &Model) -> Html {
    let nodes = model
        .nodes
        .iter()
        .filter(|node| node.own && node.is_up())
        .count();
    let committed = tx.status == TransactionStatus::Committed;
    let seen = format!(
        "Seen by {} of {}",
        tx.seen_by,
        nodes.max(usize::try_from(tx.seen_by).unwrap_or(0))
    );
    let (last_class, last, more) = match (tx.status, tx.height) {
        (TransactionStatus::Committed, Some(height)) => (
            "done",
            format!("Committed at height {}", grouped(height)),
            count_of(tx.confirmations, "confirmation", "confirmations"),
        ),
        (TransactionStatus::Dropped, _) => ("failed", "Dropped".to_owned(), tx.reason.clone()),
        (TransactionStatus::Pending | TransactionStatus::Committed, _) => (
            "next",
            "Waiting for a block".to_owned(),
            "pending in the mempools".to_owned(),
        ),
    };
    let step = |key: &'static str, class: &'static str, title: String, more: Html| {
        html! { <li key={key} class={class}><strong>{ title }</strong><span>{ more }</span></li> }
    };
    let block = committed.then(|| Route::Block(tx.block_id.clone()));
    html! {
        <ol class="track" aria-label="How far the transaction is">
            { step("sent", "done", "Sent".to_owned(), time::of_day(tx.timestamp).into()) }
            { step("seen", if tx.seen_by > 0 { "done" } else { "next" }, seen, "nodes of this tab that hold it".into()) }
            { step("last", last_class, last, html! {
                <>
                    { more }
                    if let Some(route) = block { { " " }{ to(&route, "", "block".into()) } }
                </>
            }) }
        </ol>
    }
}

fn fields(actions: &Actions, tx: &TransactionInfo) -> Vec<Html> {
    let from = html! {
        <>
            { if tx.from_user == tx.from_address { String::new() } else { format!("{} ", tx.from_user) } }
            { hash_link(&tx.from_address, &Route::Ledger("users".to_owned(), tx.from_address.clone())) }
        </>
    };
    let mut list = vec![
        fact("Kind", "", tx.kind.word().replace('_', " ").into()),
        copied_fact(
            actions,
            "From",
            "The account that signs and pays.",
            &tx.from_address,
            from,
        ),
    ];
    if !tx.to_user.is_empty() {
        list.push(fact("To", "", tx.to_user.clone().into()));
    }
    if tx.amount > 0 {
        list.push(fact("Amount", "", grouped(tx.amount).into()));
    }
    list.push(fact(
        "Fee",
        "Paid to whoever makes the block.",
        count_of(tx.fee, "coin", "coins").into(),
    ));
    let hint = "Transactions the account committed before: none can be replayed.";
    list.push(fact("Nonce", hint, grouped(tx.nonce).into()));
    if !tx.memo.is_empty() {
        list.push(fact(
            "Memo",
            "",
            html! { <q class="memo">{ visible(&tx.memo) }</q> },
        ));
    }
    list.push(fact("First seen", "", time::exact(tx.timestamp).into()));
    list.push(hash_fact(
        actions,
        "Signature",
        "Ed25519, by the sender's key.",
        &tx.signature,
        None,
    ));
    list
}
