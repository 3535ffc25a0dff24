//! Users with their balances, forms to send something, what came of it, and the mempool.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::compose::Compose;
use super::transaction::use_transaction;
use crate::app::pages::transact::{POOL_SHOWN, Sent, UserLine, mark, newest};
use crate::app::pages::transaction::sentence;
use crate::app::{App, WalletUser};
use crate::command::{Draft, What};
use crate::ipc::{Refusal, TransactionInfo};
use crate::ledger::Row;
use crate::ui::bridge::use_page;
use crate::ui::components::{
    Column, CopyButton, Staggered, Tone, badge, busy, empty, page_link, refusal, short_hash,
    table_of, titled_link, track, transaction_table,
};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::view::figures::{bytes, count_of, grouped};
use crate::view::route::Route;

/// The columns of the table.
const COLUMNS: &[Column] = &[
    Column::Words("User"),
    Column::Figures("Coins"),
    Column::Words("Assets"),
    Column::Figures("Next nonce"),
    Column::Words("Address"),
];

/// The page of users and transactions.
#[component]
pub(crate) fn TransactPage() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let sent = use_page(Sent::default);
    // Counts the keys that were made here: each may have changed the accounts.
    let keys = use_state_eq(|| 0_u32);
    let accounts = {
        let actions = actions.clone();
        use_answer((mark(&picture), *keys), move |_| {
            let app = actions.app().rc();
            async move { app.accounts(None).await }
        })
    };
    let line = |user: &WalletUser| {
        let accounts = accounts.here().map_or(&[][..], Vec::as_slice);
        UserLine::of(&user.name, &user.address, user.demo, accounts)
    };
    // Keys come while the network starts, and with every new picture there may be more.
    let users: Vec<UserLine> = actions.app().wallet_users().iter().map(line).collect();
    let on_sent = use_callback(sent.dispatcher(), |info, sent| sent.dispatch(info));
    let on_user = {
        let (setter, count) = (keys.setter(), *keys);
        use_callback(count, move |(), count| setter.set(count + 1))
    };
    html! {
        <div class="transact-page">
            <Users users={users.clone()} on_sent={&on_sent} />
            <Staggered steps={1}>
                <section class="panel" aria-label="Send">
                    <h2>{ "Send" }</h2>
                    if users.is_empty() {
                        { busy("Waiting for the first keys…") }
                    } else {
                        <Compose {users} {on_sent} {on_user} />
                    }
                </section>
            </Staggered>
            <Staggered steps={2}>
                <section class="panel panel-full" aria-label="Sent from here">
                    <h2>{ "Sent from here" }</h2>
                    if sent.list().is_empty() {
                        { empty("Nothing yet. What you send is followed here until it is committed.") }
                    }
                    for info in sent.list() {
                        <Followed key={info.tx_hash.clone()} first={info.clone()} />
                    }
                </section>
            </Staggered>
            <Staggered steps={3}><Mempool /></Staggered>
            <Staggered steps={4}><Recent /></Staggered>
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct UsersProps {
    users: Vec<UserLine>,
    /// Called with each transaction that a node took.
    on_sent: Callback<TransactionInfo>,
}

/// The users whose keys this page holds.
#[component]
fn Users(props: &UsersProps) -> Html {
    let keys = if use_actions().app().is_laboratory() {
        "All keys derive from the scenario's seed: whoever has the scenario has them."
    } else {
        "Demo keys derive from the network's public salt: anybody can know them."
    };
    html! {
        <section class="panel" aria-label="Users">
            <h1>{ "Users" }</h1>
            <p class="text-hint">{ keys }{ " The coins are worth nothing." }</p>
            if props.users.is_empty() {
                { busy("The network is starting…") }
            } else {
                { table_of("Table of users", COLUMNS, html! {
                    for user in &props.users {
                        <User key={user.address.clone()} user={user.clone()} on_sent={&props.on_sent} />
                    }
                }) }
            }
        </section>
    }
}

#[derive(Properties, PartialEq)]
struct UserProps {
    user: UserLine,
    on_sent: Callback<TransactionInfo>,
}

/// One user, with a button where its name is not registered yet.
#[component]
fn User(props: &UserProps) -> Html {
    let (actions, user) = (use_actions(), &props.user);
    let register = {
        let (name, on_sent) = (user.name.clone(), props.on_sent.clone());
        move |_: MouseEvent| {
            let draft = Draft::new(&name, What::RegisterUser { name: name.clone() });
            let (actions, on_sent) = (actions.clone(), on_sent.clone());
            spawn_local(async move {
                match actions.app().send(draft).await {
                    Ok(info) => on_sent.emit(info),
                    Err(error) => actions.refuse(&error),
                }
            });
        }
    };
    let (tone, key) = if user.demo {
        (Tone::Calm, "demo key")
    } else {
        (Tone::Good, "own key")
    };
    html! {
        <tr>
            <th scope="row">
                <span>{ &user.name }</span>{ " " }{ badge(tone, key) }
                if let Some(has_coins) = user.registration {
                    { " " }<button type="button" onclick={register} disabled={!has_coins}>{ "Register name" }</button>
                }
            </th>
            <td class="cell-number">{ grouped(user.balance) }</td>
            <td>
                for (at, holding) in user.holdings.iter().enumerate() {
                    if at > 0 { { ", " } }
                    { format!("{} ", grouped(holding.units)) }
                    { titled_link(&Route::Ledger("assets".to_owned(), holding.asset.clone()), "", &holding.asset,
                        &holding.symbol) }
                }
            </td>
            <td class="cell-number">{ grouped(user.next_nonce) }</td>
            <td>
                { short_hash(&user.address, Some(Route::Ledger("users".to_owned(), user.address.clone()))) }
                <CopyButton text={user.address.clone()} what="Address" />
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
    let (answer, picture) = (use_transaction(&props.first.tx_hash), use_picture());
    let tx = answer
        .here()
        .and_then(Option::as_ref)
        .unwrap_or(&props.first);
    html! {
        <article class="followed">
            <p>{ page_link(&Route::Transaction(tx.tx_hash.clone()), "", sentence(tx)) }</p>
            <p class="text-hint">
                { "Id " }{ short_hash(&tx.tx_hash, None) }<CopyButton text={tx.tx_hash.clone()} what="Transaction id" />
                { " Signature " }{ short_hash(&tx.signature, None) }<CopyButton text={tx.signature.clone()} what="Signature" />
            </p>
            { track(tx, &picture) }
        </article>
    }
}

/// What waits at the node with the heaviest chain.
#[component]
fn Mempool() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let answer = use_answer(mark(&picture), move |_| {
        let app = actions.app().rc();
        async move { app.mempool(None).await }
    });
    html! {
        <section class="panel" aria-label="Mempool">
            <h2>{ "Mempool" }</h2>
            { match &answer {
                Answer::Waiting => busy("Reading the mempool…"),
                Answer::Refused(error) => refusal(error),
                Answer::Here(pool) => html! {
                    <>
                        <p class="text-hint">
                            { format!("{} at {}, {}. Blocks take the highest fee per byte first.",
                                count_of(pool.count.into(), "transaction waits", "transactions wait"), pool.node, bytes(pool.bytes.into())) }
                        </p>
                        if pool.transactions.is_empty() {
                            { empty("Empty: every transaction is committed.") }
                        } else {
                            { transaction_table(pool.transactions.get(..POOL_SHOWN).unwrap_or(&pool.transactions)) }
                        }
                    </>
                },
            } }
        </section>
    }
}

/// The newest transactions of the ledger.
async fn recent(app: &App) -> Result<Vec<TransactionInfo>, Refusal> {
    let page = app.ledger(None, newest()).await?;
    let info = |row| match row {
        Row::Transaction(row) => Some(row.into()),
        Row::Block(_)
        | Row::Node(_)
        | Row::Asset(_)
        | Row::User(_)
        | Row::Miner(_)
        | Row::Raw(_) => None,
    };
    Ok(page.rows.into_iter().filter_map(info).collect())
}

/// The newest transactions of the ledger, as a list.
#[component]
fn Recent() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let answer = use_answer(mark(&picture), move |_| {
        let app = actions.app().rc();
        async move { recent(&app).await }
    });
    html! {
        <section class="panel" aria-label="Recent transactions">
            <div class="panel-title">
                <h2>{ "Recent transactions" }</h2>
                { page_link(&Route::Ledger("transactions".to_owned(), String::new()), "text-more", "All") }
            </div>
            { match &answer {
                Answer::Waiting => busy("Reading the ledger…"),
                Answer::Refused(error) => refusal(error),
                Answer::Here(list) if list.is_empty() => empty("No transaction yet."),
                Answer::Here(list) => transaction_table(list),
            } }
        </section>
    }
}
