//! Users with their balances, forms to send something, what came of it, and the mempool.

use std::rc::Rc;

use yew::prelude::*;

use super::compose::Composed;
use super::fields::{sentence, transaction_list};
use super::transaction::{mark, track, use_transaction_info};
use crate::app::{App as Host, WalletUser};
use crate::command::{Draft, What};
use crate::ipc::{AccountInfo, ApiError, MempoolInfo, TransactionInfo};
use crate::ledger::{Query, Row, Table, TransactionRow};
use crate::ui::actions::Actions;
use crate::ui::components::{answered, busy, copy_button, hash_link, hash_text, to};
use crate::ui::hooks::{Answer, use_answer, use_growing, use_model, use_number};
use crate::ui::kept::use_kept;
use crate::ui::markup::html;
use crate::ui::part::{View, part};
use crate::ui::time;
use crate::view::figures::{bytes, count_of, grouped};
use crate::view::route::Route;

/// Transactions of this visit that are followed.
const MAX_FOLLOWED: usize = 5;
/// Recent transactions of the ledger that are shown.
const RECENT: u32 = 10;

/// The page of users and transactions.
#[hook]
pub(crate) fn use_transact(actions: Actions) -> Html {
    let (host, model) = (actions.host(), use_model());
    let made = use_number(None);
    let sent = use_kept(Sent::default);
    // Asked anew after a key was made and with each new picture, as keys come while the network starts.
    let users = host.wallet_users();
    let mark = mark(&model);
    let ask = {
        let host = actions.host();
        move || async move { host.accounts(None).await }
    };
    let accounts = use_answer(format!("{mark} {}", made.unwrap_or_default()), ask);
    let ask = {
        let host = actions.host();
        move || async move { host.mempool(None).await }
    };
    let pool = use_answer(mark.clone(), ask);
    let recent = use_answer(mark, move || async move { newest(&host).await });
    // Kept, so that the forms are drawn anew only when something of theirs changes.
    let on_user = {
        let setter = made.keeper();
        use_kept(move || Callback::from(move |()| setter.set(Some(time::now()))))
    };
    let on_sent = {
        let dispatcher = sent.keeper();
        use_kept(move || Callback::from(move |info| dispatcher.dispatch(info)))
    };
    let (on_user, on_sent) = ((*on_user).clone(), (*on_sent).clone());
    let drawn = use_growing(3, 1);
    html! {
        <div class="transact-page">
            <section key="users" class="panel" aria-label="Users">
                <h1>{ "Users" }</h1>
                <p class="hint">{ "Demo keys derive from the network's public salt: anybody can know them. The coins are worth nothing." }</p>
                if users.is_empty() {
                    { busy("The network is starting…") }
                } else {
                    { user_table(&actions, &users, accounts.here().map_or(&[], Vec::as_slice), &on_sent) }
                }
            </section>
            if drawn > 1 {
                <section key="compose" class="panel" aria-label="Send">
                    <h2>{ "Send" }</h2>
                    if users.is_empty() {
                        { busy("Waiting for the first keys…") }
                    } else {
                        { part(&actions, "compose", View::Compose(Composed { users, on_sent, on_user })) }
                    }
                </section>
            }
            if drawn > 2 {
                <section key="sent" class="panel wide" aria-label="Sent from here">
                    <h2>{ "Sent from here" }</h2>
                    if sent.ids.is_empty() {
                        <p class="empty">{ "Nothing yet. What you send is followed here until it is committed." }</p>
                    } else {
                        { for sent.ids.iter().map(|info| part(&actions, &info.tx_hash, View::Followed(Box::new(info.clone())))) }
                    }
                </section>
                { mempool(&pool) }
                { recent_list(&recent) }
            }
        </div>
    }
}

/// What was sent during this visit, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
struct Sent {
    ids: Vec<TransactionInfo>,
}

impl Reducible for Sent {
    type Action = TransactionInfo;

    fn reduce(self: Rc<Self>, info: TransactionInfo) -> Rc<Self> {
        let mut ids = self.ids.clone();
        ids.retain(|other| other.tx_hash != info.tx_hash);
        ids.insert(0, info);
        ids.truncate(MAX_FOLLOWED);
        Rc::new(Self { ids })
    }
}

fn user_table(
    actions: &Actions,
    users: &[WalletUser],
    accounts: &[AccountInfo],
    on_sent: &Callback<TransactionInfo>,
) -> Html {
    let row = |user: &WalletUser| {
        let account = accounts
            .iter()
            .find(|account| account.address == user.address);
        user_row(actions, user, account, on_sent)
    };
    html! {
        <div class="table-box">
            <table class="users">
                <thead>
                    <tr>
                        <th scope="col">{ "User" }</th>
                        <th scope="col" class="number">{ "Coins" }</th>
                        <th scope="col" class="number">{ "Next nonce" }</th>
                        <th scope="col">{ "Address" }</th>
                    </tr>
                </thead>
                <tbody>{ for users.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

fn user_row(
    actions: &Actions,
    user: &WalletUser,
    account: Option<&AccountInfo>,
    on_sent: &Callback<TransactionInfo>,
) -> Html {
    let registered = account.is_some_and(|account| account.name == user.name);
    let register = {
        let (actions, name, on_sent) = (actions.clone(), user.name.clone(), on_sent.clone());
        Callback::from(move |_: MouseEvent| {
            let (host, actions, on_sent) = (actions.host(), actions.clone(), on_sent.clone());
            let draft = Draft::new(&name, What::RegisterUser { name: name.clone() });
            wasm_bindgen_futures::spawn_local(async move {
                match host.send(draft).await {
                    Ok(info) => on_sent.emit(info),
                    Err(error) => actions.refuse(&error),
                }
            });
        })
    };
    html! {
        <tr key={user.address.clone()}>
            <th scope="row">
                <span class="user-name">{ user.name.clone() }</span>{ " " }
                if user.demo { <span class="badge calm">{ "demo key" }</span> } else { <span class="badge good">{ "own key" }</span> }
                if account.is_some() && !registered {
                    { " " }<button type="button" onclick={register} disabled={account.is_none_or(|account| account.balance == 0)}>{ "Register name" }</button>
                }
            </th>
            <td class="number">{ account.map_or_else(|| "0".to_owned(), |account| grouped(account.balance)) }</td>
            <td class="number">{ account.map_or_else(|| "0".to_owned(), |account| grouped(account.next_nonce)) }</td>
            <td>
                { hash_link(&user.address, &Route::Ledger("users".to_owned(), user.address.clone())) }
                { copy_button(actions, &user.address, "Address") }
            </td>
        </tr>
    }
}

/// A sent transaction with its live status.
#[hook]
pub(crate) fn use_followed(actions: Actions, first: Box<TransactionInfo>) -> Html {
    let model = use_model();
    let answer = use_transaction_info(&actions, &model, &first.tx_hash);
    let info = answer.here().and_then(Option::as_ref).unwrap_or(&first);
    html! {
        <article class="followed">
            <p>{ to(&Route::Transaction(info.tx_hash.clone()), "", sentence(info).into()) }</p>
            <p class="hint">
                { "Id " }{ hash_text(&info.tx_hash) }{ copy_button(&actions, &info.tx_hash, "Transaction id") }
                { " Signature " }{ hash_text(&info.signature) }{ copy_button(&actions, &info.signature, "Signature") }
            </p>
            { track(info, &model) }
        </article>
    }
}

/// What waits at the node with the heaviest chain.
fn mempool(answer: &Answer<MempoolInfo>) -> Html {
    html! {
        <section key="mempool" class="panel" aria-label="Mempool">
            <h2>{ "Mempool" }</h2>
            { answered(answer.is_waiting(), answer.error(), "Reading the mempool…") }
            if let Some(pool) = answer.here() {
                <p class="hint">
                    { format!("{} at {}, {}. Blocks take the highest fee per byte first.",
                        count_of(pool.count.into(), "transaction waits", "transactions wait"), pool.node, bytes(pool.bytes.into())) }
                </p>
                if pool.transactions.is_empty() {
                    <p class="empty">{ "Empty: every transaction is committed." }</p>
                } else {
                    { transaction_list(pool.transactions.get(..50).unwrap_or(&pool.transactions)) }
                }
            }
        </section>
    }
}

/// A row of the ledger as one node tells it.
fn info_of(row: TransactionRow) -> TransactionInfo {
    TransactionInfo {
        tx_hash: row.tx_hash,
        status: row.status,
        block_id: row.block_id,
        height: row.height,
        confirmations: 0,
        seen_by: 1,
        from_user: row.from_user,
        to_user: row.to_user,
        from_address: row.from_address,
        amount: row.amount,
        fee: row.fee,
        nonce: row.nonce,
        kind: row.kind,
        memo: row.memo,
        timestamp: row.timestamp,
        reason: row.reason,
        signature: String::new(),
        raw: String::new(),
    }
}

/// The newest transactions of the ledger.
async fn newest(host: &Host) -> Result<Vec<TransactionInfo>, ApiError> {
    let query = Query {
        table: Table::Transactions,
        index: Some("timestamp".to_owned()),
        key: None,
        descending: true,
        offset: 0,
        limit: RECENT,
    };
    let page = host.ledger(None, query).await?;
    let rows = page.rows.into_iter().filter_map(|row| match row {
        Row::Transaction(row) => Some(info_of(row)),
        Row::Block(_)
        | Row::Node(_)
        | Row::Asset(_)
        | Row::User(_)
        | Row::Miner(_)
        | Row::Raw(_) => None,
    });
    Ok(rows.collect())
}

fn recent_list(answer: &Answer<Vec<TransactionInfo>>) -> Html {
    html! {
        <section key="recent" class="panel" aria-label="Recent transactions">
            <div class="panel-title">
                <h2>{ "Recent transactions" }</h2>
                { to(&Route::Ledger("transactions".to_owned(), String::new()), "more", "All".into()) }
            </div>
            { answered(answer.is_waiting(), answer.error(), "Reading the ledger…") }
            if let Some(list) = answer.here() {
                if list.is_empty() {
                    <p class="empty">{ "No transaction yet." }</p>
                } else {
                    { transaction_list(list) }
                }
            }
        </section>
    }
}
