//! Users with their balances, forms to send something, what came of it, and the mempool.

use std::rc::Rc;

use yew::prelude::*;

use super::compose::Compose;
use super::fields::{TransactionList, sentence};
use super::transaction::Track;
use crate::browser::host::WalletUser;
use crate::command::{Draft, What};
use crate::ipc::{AccountInfo, TransactionInfo};
use crate::ledger::{Query, Table, TransactionRow};
use crate::ui::components::{Answered, Busy, Copy, HashLink, To};
use crate::ui::hooks::{use_actions, use_answer, use_host, use_model};
use crate::view::Model;
use crate::view::figures::{bytes, count_of, grouped, short};
use crate::view::route::Route;

/// Transactions of this visit that are followed.
const MAX_FOLLOWED: usize = 5;
/// Recent transactions of the ledger that are shown.
const RECENT: u32 = 10;

/// Changes when any node's head or mempool does.
fn mark(model: &Model) -> (Option<String>, u32) {
    (model.tips.first().map(|tip| tip.hash.clone()), model.nodes.iter().map(|node| node.status.pending).sum())
}

/// The page of users and transactions.
#[component]
pub(crate) fn Transact() -> Html {
    let (host, model) = (use_host(), use_model());
    let made = use_state_eq(|| 0_u32);
    let sent = use_reducer(Sent::default);
    // Asked anew after a key was made and with each new picture, as keys come while the network starts.
    let users = host.wallet_users();
    let mark = mark(&model);
    let accounts = use_answer((mark, *made), |host, _| async move { host.accounts(None).await });
    let on_user = {
        let (setter, count) = (made.setter(), *made);
        Callback::from(move |()| setter.set(count.wrapping_add(1)))
    };
    let on_sent = {
        let dispatcher = sent.dispatcher();
        Callback::from(move |info| dispatcher.dispatch(info))
    };
    html! {
        <div class="transact-page">
            <section key="users" class="panel" aria-label="Users">
                <h1>{ "Users" }</h1>
                <p class="hint">{ "Demo keys derive from the network's public salt: anybody can know them. The coins are worth nothing." }</p>
                if users.is_empty() {
                    <Busy text="The network is starting…" />
                } else {
                    <Users users={users.clone()} accounts={accounts.here().cloned().unwrap_or_default()} on_sent={on_sent.clone()} />
                }
            </section>
            <section key="compose" class="panel" aria-label="Send">
                <h2>{ "Send" }</h2>
                if users.is_empty() {
                    <Busy text="Waiting for the first keys…" />
                } else {
                    <Compose {users} {on_sent} {on_user} />
                }
            </section>
            <section key="sent" class="panel wide" aria-label="Sent from here">
                <h2>{ "Sent from here" }</h2>
                if sent.ids.is_empty() {
                    <p class="empty">{ "Nothing yet. What you send is followed here until it is committed." }</p>
                } else {
                    { for sent.ids.iter().map(|info| html! { <Followed key={info.tx_hash.clone()} first={info.clone()} /> }) }
                }
            </section>
            <Mempool key="mempool" />
            <Recent key="recent" />
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

#[derive(Properties, PartialEq)]
struct UsersProps {
    users: Vec<WalletUser>,
    accounts: Vec<AccountInfo>,
    on_sent: Callback<TransactionInfo>,
}

#[component]
fn Users(props: &UsersProps) -> Html {
    let row = |user: &WalletUser| {
        let account = props.accounts.iter().find(|account| account.address == user.address).cloned();
        html! { <User key={user.address.clone()} user={user.clone()} {account} on_sent={props.on_sent.clone()} /> }
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
                <tbody>{ for props.users.iter().map(row) }</tbody>
            </table>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct UserProps {
    user: WalletUser,
    account: Option<AccountInfo>,
    on_sent: Callback<TransactionInfo>,
}

#[component]
fn User(props: &UserProps) -> Html {
    let (host, actions) = (use_host(), use_actions());
    let (user, account) = (&props.user, props.account.as_ref());
    let registered = account.is_some_and(|account| account.name == user.name);
    let register = {
        let (name, on_sent) = (user.name.clone(), props.on_sent.clone());
        Callback::from(move |_: MouseEvent| {
            let (host, actions, on_sent) = (host.clone(), actions.clone(), on_sent.clone());
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
        <tr>
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
                <HashLink hash={user.address.clone()} route={Route::Ledger("users".to_owned(), user.address.clone())} />
                <Copy text={user.address.clone()} what="Address" />
            </td>
        </tr>
    }
}

#[derive(Properties, PartialEq)]
struct FollowedProps {
    /// The transaction as the first node took it.
    first: TransactionInfo,
}

/// A sent transaction with its live status.
#[component]
fn Followed(props: &FollowedProps) -> Html {
    let model = use_model();
    let nodes = model.nodes.iter().filter(|node| node.own && node.is_up()).count();
    let key = (props.first.tx_hash.clone(), mark(&model));
    let answer = use_answer(key, |host, (id, _)| async move { host.transaction(&id).await });
    let info = answer.here().cloned().flatten().unwrap_or_else(|| props.first.clone());
    html! {
        <article class="followed">
            <p><To route={Route::Transaction(info.tx_hash.clone())}>{ sentence(&info) }</To></p>
            <p class="hint">
                { "Id " }<span class="hash" title={info.tx_hash.clone()}>{ short(&info.tx_hash) }</span><Copy text={info.tx_hash.clone()} what="Transaction id" />
                { " Signature " }<span class="hash" title={info.signature.clone()}>{ short(&info.signature) }</span><Copy text={info.signature.clone()} what="Signature" />
            </p>
            <Track info={info.clone()} {nodes} />
        </article>
    }
}

/// What waits at the node with the heaviest chain.
#[component]
fn Mempool() -> Html {
    let model = use_model();
    let answer = use_answer(mark(&model), |host, _| async move { host.mempool(None).await });
    html! {
        <section class="panel" aria-label="Mempool">
            <h2>{ "Mempool" }</h2>
            <Answered key="state" waiting={answer.is_waiting()} error={answer.error()} text="Reading the mempool…" />
            if let Some(pool) = answer.here() {
                <p class="hint">
                    { format!("{} at {}, {}. Blocks take the highest fee per byte first.",
                        count_of(pool.count.into(), "transaction waits", "transactions wait"), pool.node, bytes(pool.bytes.into())) }
                </p>
                if pool.transactions.is_empty() {
                    <p class="empty">{ "Empty: every transaction is committed." }</p>
                } else {
                    <TransactionList transactions={pool.transactions.iter().take(50).cloned().collect::<Vec<_>>()} />
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
#[component]
fn Recent() -> Html {
    let model = use_model();
    let answer = use_answer(mark(&model), |host, _| async move {
        let query = Query {
            table: Table::Transactions,
            index: Some("timestamp".to_owned()),
            key: None,
            descending: true,
            offset: 0,
            limit: RECENT,
        };
        let page = host.ledger(None, query).await?;
        let rows = page.rows.into_iter().filter_map(|row| serde_wasm_bindgen::from_value::<TransactionRow>(row).ok());
        Ok(rows.map(info_of).collect::<Vec<_>>())
    });
    html! {
        <section class="panel" aria-label="Recent transactions">
            <div class="panel-title">
                <h2>{ "Recent transactions" }</h2>
                <To route={Route::Ledger("transactions".to_owned(), String::new())} class="more">{ "All" }</To>
            </div>
            <Answered key="state" waiting={answer.is_waiting()} error={answer.error()} text="Reading the ledger…" />
            if let Some(list) = answer.here() {
                if list.is_empty() {
                    <p class="empty">{ "No transaction yet." }</p>
                } else {
                    <TransactionList transactions={list.clone()} />
                }
            }
        </section>
    }
}
