//! The network as a whole, where no node is selected.

use yew::prelude::*;

use super::{Fact, Hash};
use crate::app::pages::network::{hash_rate, lead, pace, recent};
use crate::ipc::NodeStatus;
use crate::ui::context::{use_actions, use_picture};
use crate::ui::time;
use crate::view::figures::{compact, grouped};
use crate::view::route::Route;
use crate::view::{finality, words};

/// The network in facts.
#[component]
pub(super) fn Overview() -> Html {
    let picture = use_picture();
    let is_live = !use_actions().app().is_laboratory();
    let status = picture
        .heaviest()
        .filter(|status| !status.state_root.is_empty());
    html! {
        <>
            <h2>{ "The network" }</h2>
            <p class="text-lead">{ lead(&picture) }</p>
            <dl class="facts">
                if let Some(tip) = picture.tips.first() {
                    <Fact term="Head of the heaviest chain" copy={tip.hash.clone()}>
                        <Hash hash={tip.hash.clone()} to={Route::Block(tip.hash.clone())} />
                        { format!(" at height {}", grouped(tip.height)) }
                    </Fact>
                }
                if let Some(status) = status {
                    <Fact term="State root" hint="One hash over all balances: equal roots mean equal ledgers."
                        copy={status.state_root.clone()}>
                        <Hash hash={status.state_root.clone()} />
                    </Fact>
                    <Fact term="Final" hint="What two thirds of the authorities confirmed twice: to undo it, a third must be caught lying.">
                        { finality::reached(&status.finality, status.height) }
                        { still(status) }
                    </Fact>
                    <Fact term="Difficulty" hint="Expected tries for a work block.">{ words::difficulty(status) }</Fact>
                }
                <Fact term="Hash rate of this tab" hint="Measured over all miners.">
                    { format!("{} hashes/s", compact(hash_rate(&picture))) }
                </Fact>
                if is_live {
                    <Fact term="Pace">{ pace(picture.pace) }</Fact>
                }
                if let Some(recent) = recent(&picture) {
                    <Fact term="Time between blocks" hint="Mean of the latest blocks, of both kinds.">{ recent }</Fact>
                }
                if !picture.chain_id.is_empty() {
                    <Fact term="Network id" hint="The id of the genesis block." copy={picture.chain_id.clone()}>
                        <Hash hash={picture.chain_id.clone()} to={Route::Block("0".to_owned())} />
                    </Fact>
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
