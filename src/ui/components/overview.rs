//! The network as a whole, where no node is selected.

use yew::prelude::*;

use super::{fact, fact_to_copy, fact_with_hint, short_hash};
use crate::app::pages::network::{hash_rate, lead, pace, recent};
use crate::ipc::NodeStatus;
use crate::ui::time;
use crate::view::figures::{compact, grouped};
use crate::view::route::Route;
use crate::view::{Model, finality, words};

/// The network in facts; only the live one has a pace.
pub(super) fn overview(picture: &Model, is_live: bool) -> Html {
    let status = picture
        .heaviest()
        .filter(|status| !status.state_root.is_empty());
    html! {
        <>
            <h2>{ "The network" }</h2>
            <p class="text-lead">{ lead(picture) }</p>
            <dl class="facts">
                if let Some(tip) = picture.tips.first() {
                    { fact_to_copy("Head of the heaviest chain", "", &tip.hash, html! {
                        <>
                            { short_hash(&tip.hash, Some(Route::Block(tip.hash.clone()))) }
                            { format!(" at height {}", grouped(tip.height)) }
                        </>
                    }) }
                }
                if let Some(status) = status {
                    { fact_to_copy("State root", "One hash over all balances: equal roots mean equal ledgers.", &status.state_root,
                        short_hash(&status.state_root, None)) }
                    { fact_with_hint("Final", "What two thirds of the authorities confirmed twice: to undo it, a third must be caught lying.", html! {
                        <>
                            { finality::reached(&status.finality, status.height) }
                            { still(status) }
                        </>
                    }) }
                    { fact_with_hint("Difficulty", "Expected tries for a work block.", words::difficulty(status)) }
                }
                { fact_with_hint("Hash rate of this tab", "Measured over all miners.",
                    format!("{} hashes/s", compact(hash_rate(picture)))) }
                if is_live {
                    { fact("Pace", pace(picture.pace)) }
                }
                if let Some(recent) = recent(picture) {
                    { fact_with_hint("Time between blocks", "Mean of the latest blocks, of both kinds.", recent) }
                }
                if !picture.chain_id.is_empty() {
                    { fact_to_copy("Network id", "The id of the genesis block.", &picture.chain_id,
                        short_hash(&picture.chain_id, Some(Route::Block("0".to_owned())))) }
                }
            </dl>
            <p class="text-hint">{ "Select a node in the picture or in the table to see what it does." }</p>
        </>
    }
}

/// That finality stands still, if it does; the panel of finality says why.
fn still(status: &NodeStatus) -> &'static str {
    let lag = status.height.saturating_sub(status.finality.final_height);
    let text = finality::standstill(&status.finality, lag, time::now());
    text.map_or("", |_| ". It stands still: the panel \"Finality\" says why")
}
