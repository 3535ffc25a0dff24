//! One transaction: how far it is, its content, and its signature checked in the page.

use yew::prelude::*;

use crate::app::pages::transact::mark;
use crate::app::pages::transaction::sentence;
use crate::ipc::{Subject, TransactionInfo};
use crate::primitives::visible;
use crate::records::TransactionStatus;
use crate::ui::components::{
    Bytes, Fact, Hash, PageLink, Track, WhyPanel, busy, check_list, refusal,
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
                    <p><PageLink to={Route::Transact}>{ "Send one" }</PageLink></p>
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
    let tx = &props.tx;
    let about = (tx.raw.clone(), tx.tx_hash.clone());
    let checks = use_memo(about, |(raw, id)| check::transaction(raw, id));
    html! {
        <div class="block-page">
            <section class="panel panel-full">
                <h1>{ "Transaction" }</h1>
                <p class="text-lead">{ sentence(tx) }</p>
                <p class="full-hash hash">{ &tx.tx_hash }</p>
                <Track tx={tx.clone()} />
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
            <Fact term="Kind">{ tx.kind.word().replace('_', " ") }</Fact>
            <Fact term="From" hint="The account that signs and pays." copy={tx.from_address.clone()}>
                if tx.from_user != tx.from_address {
                    { format!("{} ", tx.from_user) }
                }
                <Hash hash={tx.from_address.clone()} to={Route::Ledger("users".to_owned(), tx.from_address.clone())} />
            </Fact>
            if !tx.to_user.is_empty() {
                <Fact term="To">{ &tx.to_user }</Fact>
            }
            if tx.amount > 0 {
                <Fact term="Amount">{ grouped(tx.amount) }</Fact>
            }
            <Fact term="Fee" hint="Paid to whoever makes the block.">{ count_of(tx.fee, "coin", "coins") }</Fact>
            <Fact term="Nonce" hint="Transactions the account committed before: none can be replayed.">{ grouped(tx.nonce) }</Fact>
            if !tx.memo.is_empty() {
                <Fact term="Memo"><q><bdi>{ visible(&tx.memo) }</bdi></q></Fact>
            }
            <Fact term="First seen">{ time::exact(tx.timestamp) }</Fact>
            <Fact term="Signature" hint="Ed25519, by the sender's key." copy={tx.signature.clone()}>
                <Hash hash={tx.signature.clone()} />
            </Fact>
        </dl>
    }
}
