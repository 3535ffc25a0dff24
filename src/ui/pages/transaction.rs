//! One transaction: how far it is, its content, and its signature checked in the page.

use yew::prelude::*;

use crate::app::pages::transact::mark;
use crate::app::pages::transaction::{dated, sentence};
use crate::ipc::{Subject, TransactionInfo};
use crate::primitives::visible;
use crate::records::TransactionStatus;
use crate::ui::components::{
    Bytes, WhyPanel, busy, check_list, fact, fact_to_copy, fact_with_hint, page_link, refusal,
    short_hash, told, track,
};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::ui::time;
use crate::view::check;
use crate::view::figures::{count_of, grouped};
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct TransactionPageProps {
    /// Id or prefix of it.
    pub(crate) id: String,
}

/// The page of a transaction.
#[component]
pub(crate) fn TransactionPage(props: &TransactionPageProps) -> Html {
    let answer = use_transaction(&props.id);
    match &answer {
        Answer::Waiting => html! {
            <section class="panel">{ busy("Asking the nodes for the transaction…") }</section>
        },
        Answer::Refused(error) => html! {
            <section class="panel"><h1>{ "Transaction" }</h1>{ refusal(error) }</section>
        },
        Answer::Here(tx) => match &**tx {
            Some(tx) => html! { <Transaction tx={tx.clone()} /> },
            None => html! {
                <section class="panel">
                    <h1>{ "No such transaction" }</h1>
                    <p>{ "No node of this tab holds a transaction " }<code>{ &props.id }</code>{ "." }</p>
                    <WhyPanel about={Subject::Transaction(props.id.clone())} title="What is known of it" />
                    <p>{ page_link(&Route::Transact, "", "Send one") }</p>
                </section>
            },
        },
    }
}

/// What the nodes know of a transaction.
#[hook]
pub(super) fn use_transaction(id: &str) -> Answer<Option<TransactionInfo>> {
    let (actions, picture) = (use_actions(), use_picture());
    use_answer((id.to_owned(), mark(&picture)), move |(id, _)| {
        let (app, id) = (actions.app().rc(), id.clone());
        async move { app.transaction(&id).await }
    })
}

#[derive(Properties, PartialEq)]
struct TransactionProps {
    tx: TransactionInfo,
}

/// A transaction that a node holds.
#[component]
fn Transaction(props: &TransactionProps) -> Html {
    let (tx, picture) = (&props.tx, use_picture());
    let about = (tx.raw.clone(), tx.tx_hash.clone());
    let checks = use_memo(about, |(raw, id)| check::transaction(raw, id));
    html! {
        <div class="block-page">
            <section class="panel panel-full">
                <h1>{ "Transaction" }</h1>
                <p class="text-lead">{ told(&sentence(tx)) }</p>
                <p class="full-hash hash">{ &tx.tx_hash }</p>
                { track(tx, &picture) }
                if tx.status != TransactionStatus::Committed {
                    <WhyPanel about={Subject::Transaction(tx.tx_hash.clone())} title="Why it is not on the chain" />
                }
            </section>
            <section class="panel">
                <h2>{ "Content" }</h2>
                { fields(tx) }
            </section>
            <section class="panel">
                <h2>{ "Checked in this page" }</h2>
                <p class="text-hint">{ "Computed here from the transaction's bytes, without believing the node that sent them." }</p>
                { check_list(&checks) }
                <Bytes hex={tx.raw.clone()} />
            </section>
        </div>
    }
}

fn fields(tx: &TransactionInfo) -> Html {
    html! {
        <dl class="facts">
            { fact("Kind", tx.kind.word().replace('_', " ")) }
            { fact_to_copy("From", "The account that signs and pays.", &tx.from_address, html! {
                <>
                    if tx.from_user != tx.from_address {
                        { format!("{} ", tx.from_user) }
                    }
                    { short_hash(&tx.from_address, Some(Route::Ledger("users".to_owned(), tx.from_address.clone()))) }
                </>
            }) }
            if !tx.to_user.is_empty() {
                { fact("To", &tx.to_user) }
            }
            if tx.amount > 0 {
                { fact("Amount", grouped(tx.amount)) }
            }
            { fact_with_hint("Fee", "Paid to whoever makes the block.", count_of(tx.fee, "coin", "coins")) }
            { fact_with_hint("Nonce", "Transactions the account committed before: none can be replayed.",
                grouped(tx.nonce)) }
            if !tx.memo.is_empty() {
                { fact("Memo", html! { <q><bdi>{ visible(&tx.memo) }</bdi></q> }) }
            }
            { fact(dated(tx.status), time::exact(tx.timestamp)) }
            { fact_to_copy("Signature", "Ed25519, by the sender's key.", &tx.signature,
                short_hash(&tx.signature, None)) }
        </dl>
    }
}
