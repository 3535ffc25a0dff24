//! The pages of a network, live or of a scenario, by their places.

use yew::prelude::*;

use super::block::BlockPage;
use super::chain::ChainPage;
use super::charts::ChartsPage;
use super::console::console_page;
use super::ledger::LedgerPage;
use super::network::NetworkPage;
use super::reorganisation::ReorganisationPage;
use super::transact::TransactPage;
use super::transaction::TransactionPage;
use crate::view::route::Route;

/// A page of a network, live or of a scenario; nothing for another place.
pub(crate) fn live(route: Route) -> Html {
    match route {
        Route::Network => html! { <NetworkPage /> },
        Route::Chain => html! { <ChainPage /> },
        Route::Charts => html! { <ChartsPage /> },
        Route::Block(which) => html! { <BlockPage {which} /> },
        Route::Reorganisation(node, before, after) => {
            html! { <ReorganisationPage {node} {before} {after} /> }
        }
        Route::Transaction(id) => html! { <TransactionPage {id} /> },
        Route::Ledger(table, filter) => html! { <LedgerPage {table} {filter} /> },
        Route::Transact => html! { <TransactPage /> },
        Route::Console => console_page(),
        Route::Lab
        | Route::Bench
        | Route::Exercise(_)
        | Route::LabLink(_)
        | Route::Within(..)
        | Route::Settings
        | Route::Missing(_) => html! {},
    }
}
