//! What the miner workers of a node do: measured tries, the best hash so far, and the chance to have
//! found a block by now.

use yew::prelude::*;

use super::basics::{fact, facts};
use crate::ipc::MinerStatus;
use crate::primitives::decimal;
use crate::ui::markup::html;
use crate::view::figures::{chance, compact, grouped, percent, short, span, zero_digits};

/// The miners of a node.
pub(super) fn miners(list: &[MinerStatus]) -> Html {
    if list.is_empty() {
        return html! {};
    }
    html! {
        <section key="miners" class="miners" aria-label="Miners">{ for list.iter().map(one) }</section>
    }
}

fn one(miner: &MinerStatus) -> Html {
    if miner.state != "searching" {
        return html! {
            <div key={miner.worker.clone()} class="miner">
                <h4>{ format!("{} is {}", miner.worker, miner.state) }</h4>
                <p class="hint">{ format!("Blocks found since it started: {}.", grouped(miner.blocks_found)) }</p>
            </div>
        };
    }
    let allowed = match (miner.budget, miner.share) {
        (Some(budget), _) => format!(" of {} allowed", compact(budget)),
        (None, Some(share)) if share < 1.0 => format!(", hashing {} of the time", percent(share)),
        (None, _) => String::new(),
    };
    let rate = format!("{} hashes/s{allowed}", compact(miner.hash_rate));
    let time = format!("{}, expected {}", span(miner.elapsed_ms), expected(miner));
    let nonce = format!("{} in {} to {}", miner.nonce, miner.nonce_start, miner.nonce_end.saturating_sub(1));
    let share = chance(miner.hashes, miner.difficulty);
    html! {
        <div key={miner.worker.clone()} class="miner">
            <h4>{ format!("{} searches block {}", miner.worker, grouped(miner.height)) }</h4>
            <p class="hint">
                { format!("{} of {} expected tries. By now it would have found a block with a chance of {}.",
                    grouped(miner.hashes), grouped(miner.difficulty), percent(share)) }
            </p>
            <progress max="1" value={decimal(share, 3)} aria-label="Chance to have found a block by now">{ percent(share) }</progress>
            { facts("facts", "compact", vec![
                fact("Hash rate", "", rate.into()),
                fact("Best hash so far", "", best(miner)),
                fact("Time on this search", "", time.into()),
                fact("Nonce", "", nonce.into()),
                fact("Blocks found", "", grouped(miner.blocks_found).into()),
            ]) }
        </div>
    }
}

/// The best hash with its leading zeros told apart.
fn best(miner: &MinerStatus) -> Html {
    let zeros = zero_digits(&miner.best_hash);
    let digits = miner.best_hash.len().min(zeros + 8);
    let (head, tail) = (miner.best_hash.get(..zeros).unwrap_or_default(), miner.best_hash.get(zeros..digits));
    if miner.best_hash.is_empty() {
        return html! { { "none yet" } };
    }
    html! {
        <span class="hash" title={miner.best_hash.clone()} aria-label={short(&miner.best_hash)}>
            <span class="zeros">{ head.to_owned() }</span>{ tail.unwrap_or_default().to_owned() }{ "…" }
        </span>
    }
}

/// The time that the expected number of tries takes at the measured rate.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an estimate for people; a float becomes the nearest integer and never wraps"
)]
fn expected(miner: &MinerStatus) -> String {
    if miner.hash_rate <= 0.0 {
        return "unknown".to_owned();
    }
    span((miner.difficulty as f64 / miner.hash_rate * 1_000.0) as u64)
}
