//! What a reorganisation did: both sides, the transactions that left, and the coins before and
//! after; and the list of those in the log.

use yew::prelude::*;

use super::log_lines::LogLines;
use super::{page_link, short_hash, table_box, told};
use crate::ipc::Reorganisation;
use crate::records::{BalanceChange, BranchRecord, Fate, LeftTransaction};
use crate::view::Model;
use crate::view::figures::{count_of, grouped, short};
use crate::view::reorganised::{
    change, depth, fate, latest, more, more_blocks, transaction, weights,
};
use crate::view::route::Route;
use crate::view::words;

/// What a reorganisation did. The blocks of a `still` one lead nowhere, as they are none of the
/// network whose pages are shown.
pub(crate) fn reorganisation_report(report: &Reorganisation, still: bool) -> Html {
    html! {
        <div class="reorganised">
            <p>{ depth(report) }{ " " }{ weights(report) }</p>
            <div class="reorganised-sides">
                { side("Left", &report.left, still) }
                { side("Joined", &report.joined, still) }
            </div>
            { transactions(report, still) }
            { balances(report) }
        </div>
    }
}

fn side(title: &'static str, branch: &BranchRecord, still: bool) -> Html {
    let count = count_of(branch.count, "block", "blocks");
    html! {
        <section>
            <h3>{ format!("{title}: {count}, weight {}", grouped(branch.weight)) }</h3>
            <ul>
                for block in &branch.blocks {
                    <li key={block.hash.clone()}>
                        { format!("{} ", grouped(block.height)) }
                        { short_hash(&block.hash, (!still).then(|| Route::Block(block.hash.clone()))) }
                        { told(&format!(" by {}, {}", block.miner, count_of(u64::from(block.transactions), "transaction", "transactions"))) }
                    </li>
                }
                { rest(more_blocks(branch)) }
            </ul>
        </section>
    }
}

fn rest(text: Option<String>) -> Html {
    html! {
        if let Some(text) = text {
            <li key="more" class="text-hint">{ text }</li>
        }
    }
}

fn transactions(report: &Reorganisation, still: bool) -> Html {
    if report.transactions.is_empty() {
        return html! { <p class="text-hint">{ "No transaction left the chain." }</p> };
    }
    let row = |left: &LeftTransaction| {
        let to = (!still).then(|| Route::Transaction(left.tx_hash.clone()));
        let rival = if let Fate::Conflict(id) = &left.fate
            && !still
        {
            Some(id.clone())
        } else {
            None
        };
        html! {
            <li key={left.tx_hash.clone()}>
                { short_hash(&left.tx_hash, to) }
                { format!(" {}: {}", transaction(left), fate(&left.fate)) }
                if let Some(rival) = rival {
                    { " " }{ page_link(&Route::Transaction(rival.clone()), "text-more", short(&rival)) }
                }
            </li>
        }
    };
    html! {
        <section>
            <h3>{ "Transactions that left" }</h3>
            <ul class="reorganised-transactions">
                { for report.transactions.iter().map(row) }
                { rest(more(report.more_transactions, ("transaction", "transactions"))) }
            </ul>
        </section>
    }
}

fn balances(report: &Reorganisation) -> Html {
    let Some(balances) = &report.balances else {
        return html! {
            <p class="text-hint">{ "The balances before are not kept any more: it is too long ago." }</p>
        };
    };
    if balances.is_empty() {
        return html! {};
    }
    let row = |balance: &BalanceChange| {
        html! {
            <tr key={balance.address.clone()}>
                <th scope="row">{ words::who(&balance.name) }</th>
                <td class="cell-number">{ grouped(balance.before) }</td>
                <td class="cell-number">{ grouped(balance.after) }</td>
                <td class="cell-number">{ change(balance) }</td>
            </tr>
        }
    };
    html! {
        <section>
            <h3>{ "Balances" }</h3>
            { table_box("Table of balances", html! {
                <table class="reorganised-balances">
                    <thead>
                        <tr>
                            <th scope="col">{ "Account" }</th>
                            <th scope="col" class="cell-number">{ "Before" }</th>
                            <th scope="col" class="cell-number">{ "After" }</th>
                            <th scope="col" class="cell-number">{ "Change" }</th>
                        </tr>
                    </thead>
                    <tbody>{ for balances.iter().map(row) }</tbody>
                </table>
            }) }
            <p class="text-hint">{ "The rewards and fees of a block that left are gone with it; those of one that joined are paid." }</p>
            if let Some(text) = more(report.more_balances, ("account", "accounts")) {
                <p class="text-hint">{ text }</p>
            }
        </section>
    }
}

/// The reorganisations of the log, each with the way to its report; nothing while there was none.
pub(crate) fn reorganisations(picture: &Model) -> Html {
    let (lines, more) = latest(picture);
    if lines.is_empty() {
        return html! {};
    }
    html! {
        <section class="panel panel-full" aria-label="Reorganisations">
            <h2>{ "Reorganisations" }</h2>
            <LogLines {lines} />
            if more > 0 {
                <p class="text-hint">{ format!("{} in the log.", count_of(more as u64, "older one is", "older ones are")) }</p>
            }
        </section>
    }
}
