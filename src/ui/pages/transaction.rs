//! One transaction: where it stands on its way, what it says, and its signature checked in the page.

use yew::prelude::*;

use super::fields::{Checks, sentence};
use crate::ipc::TransactionInfo;
use crate::ui::components::{Busy, Fact, Facts, HashLink, HexDump, Refusal, To};
use crate::ui::hooks::{Answer, use_answer, use_model};
use crate::ui::time;
use crate::view::check;
use crate::view::figures::{count_of, grouped};
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct TransactionProps {
    /// Id or prefix of it.
    pub(crate) id: String,
}

/// The page of a transaction.
#[component]
pub(crate) fn Transaction(props: &TransactionProps) -> Html {
    let model = use_model();
    // What changes where it stands: a new head, and a mempool that took or lost something.
    let mark = (
        model.tips.first().map(|tip| tip.hash.clone()),
        model.nodes.iter().map(|node| node.status.pending).sum::<u32>(),
    );
    let answer = use_answer((props.id.clone(), mark), |host, (id, _)| async move { host.transaction(&id).await });
    let nodes = model.nodes.iter().filter(|node| node.own && node.is_up()).count();
    match &answer {
        Answer::Waiting => {
            html! { <section class="panel"><Busy text="Asking the nodes for the transaction…" /></section> }
        }
        Answer::Refused(error) => html! {
            <section class="panel"><h1>{ "Transaction" }</h1><Refusal error={error.clone()} /></section>
        },
        Answer::Here(info) => match info.as_ref() {
            Some(info) => html! { <Shown info={info.clone()} {nodes} /> },
            None => html! {
                <section class="panel">
                    <h1>{ "No such transaction" }</h1>
                    <p>{ "No node of this tab holds a transaction " }<code>{ props.id.clone() }</code>{ "." }</p>
                    <p><To route={Route::Transact}>{ "Send one" }</To></p>
                </section>
            },
        },
    }
}

#[derive(Properties, PartialEq)]
struct ShownProps {
    info: TransactionInfo,
    /// Nodes that were asked.
    nodes: usize,
}

#[component]
fn Shown(props: &ShownProps) -> Html {
    let tx = &props.info;
    let checks = use_memo((tx.raw.clone(), tx.tx_hash.clone()), |(raw, id)| check::transaction(raw, id));
    html! {
        <div class="block-page">
            <section key="head" class="panel wide">
                <h1>{ "Transaction" }</h1>
                <p class="lead">{ sentence(tx) }</p>
                <p class="full-hash hash">{ tx.tx_hash.clone() }</p>
                <Track info={tx.clone()} nodes={props.nodes} />
            </section>
            <section key="fields" class="panel">
                <h2>{ "Content" }</h2>
                <Facts class="explained">{ fields(tx) }</Facts>
            </section>
            <section key="checks" class="panel">
                <h2>{ "Checked in this page" }</h2>
                <p class="hint">{ "Computed here from the transaction's bytes, without believing the node that sent them." }</p>
                <Checks checks={(*checks).clone()} />
                <HexDump hex={tx.raw.clone()} />
            </section>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub(super) struct TrackProps {
    pub(super) info: TransactionInfo,
    pub(super) nodes: usize,
}

/// Sent, seen, committed: how far a transaction is.
#[component]
pub(super) fn Track(props: &TrackProps) -> Html {
    let tx = &props.info;
    let committed = tx.status == "committed";
    let seen = format!("Seen by {} of {}", tx.seen_by, props.nodes.max(usize::try_from(tx.seen_by).unwrap_or(0)));
    let (last_class, last, more) = match (tx.status.as_str(), tx.height) {
        ("committed", Some(height)) => (
            "done",
            format!("Committed at height {}", grouped(height)),
            count_of(tx.confirmations, "confirmation", "confirmations"),
        ),
        ("dropped", _) => ("failed", "Dropped".to_owned(), tx.reason.clone()),
        _ => ("next", "Waiting for a block".to_owned(), "pending in the mempools".to_owned()),
    };
    let step = |key: &'static str, class: &'static str, title: String, more: Html| {
        html! { <li {key} class={class}><strong>{ title }</strong><span>{ more }</span></li> }
    };
    let block = committed.then(|| Route::Block(tx.block_id.clone()));
    html! {
        <ol class="track" aria-label="How far the transaction is">
            { step("sent", "done", "Sent".to_owned(), html! { { time::of_day(tx.timestamp) } }) }
            { step("seen", if tx.seen_by > 0 { "done" } else { "next" }, seen, html! { { "nodes of this tab that hold it" } }) }
            { step("last", last_class, last, html! {
                <>
                    { more }
                    if let Some(route) = block { { " " }<To {route}>{ "block" }</To> }
                </>
            }) }
        </ol>
    }
}

fn fields(tx: &TransactionInfo) -> Html {
    html! {
        <>
            <Fact key="kind" term="Kind">{ tx.kind.replace('_', " ") }</Fact>
            <Fact key="from" term="From" copy={tx.from_address.clone()} hint="The account that signs and pays.">
                { if tx.from_user == tx.from_address { String::new() } else { format!("{} ", tx.from_user) } }
                <HashLink hash={tx.from_address.clone()} route={Route::Ledger("users".to_owned(), tx.from_address.clone())} />
            </Fact>
            if !tx.to_user.is_empty() {
                <Fact key="to" term="To">{ tx.to_user.clone() }</Fact>
            }
            if tx.amount > 0 {
                <Fact key="amount" term="Amount">{ grouped(tx.amount) }</Fact>
            }
            <Fact key="fee" term="Fee" hint="Paid to whoever makes the block.">{ count_of(tx.fee, "coin", "coins") }</Fact>
            <Fact key="nonce" term="Nonce" hint="Transactions the account committed before: none can be replayed.">{ grouped(tx.nonce) }</Fact>
            if !tx.memo.is_empty() {
                <Fact key="memo" term="Memo"><q class="memo">{ tx.memo.clone() }</q></Fact>
            }
            <Fact key="time" term="First seen">{ time::exact(tx.timestamp) }</Fact>
            <Fact key="signature" term="Signature" copy={tx.signature.clone()} hint="Ed25519, by the sender's key.">
                <HashLink hash={tx.signature.clone()} />
            </Fact>
        </>
    }
}
