//! What the miner workers of a node do: measured tries, the best hash so far, and the chance to
//! have found a block by now.

use yew::prelude::*;

use super::checks::hash_digits;
use super::{fact, fact_with_hint};
use crate::app::pages::network::nonce;
use crate::ipc::MinerStatus;
use crate::records::MinerState;
use crate::view::figures::{chance, compact, grouped, percent, span};

/// Digits of a hash that are shown: enough to compare it with what is needed.
const SHOWN_DIGITS: usize = 12;

/// The miners of a node.
pub(super) fn miners(list: &[MinerStatus]) -> Html {
    html! {
        <section class="miners" aria-label="Miners">
            for miner in list {
                <div key={miner.worker.clone()} class="miner">
                    { if miner.state == MinerState::Searching { searching(miner) } else { resting(miner) } }
                </div>
            }
        </section>
    }
}

fn resting(miner: &MinerStatus) -> Html {
    let found = grouped(miner.blocks_found);
    html! {
        <>
            <h4>{ format!("{} is {}", miner.worker, miner.state) }</h4>
            <p class="text-hint">{ format!("Blocks found since it started: {found}.") }</p>
        </>
    }
}

fn searching(miner: &MinerStatus) -> Html {
    let share = chance(miner.hashes, miner.difficulty);
    html! {
        <>
            <h4>{ format!("{} searches block {}", miner.worker, grouped(miner.height)) }</h4>
            <p class="text-hint">
                { format!("{} of {} expected tries. By now it would have found a block with a chance of {}.",
                    grouped(miner.hashes), grouped(miner.difficulty), percent(share)) }
            </p>
            <progress max="1" value={format!("{share:.3}")} aria-label="Chance to have found a block by now">{ percent(share) }</progress>
            <dl class="facts facts-compact">
                { fact("Hash rate", rate(miner)) }
                if miner.budget.is_some() && miner.uncapped > 0.0 {
                    { fact_with_hint("Without the budget", "Measured for a moment when it started.",
                        format!("{} hashes/s", compact(miner.uncapped))) }
                }
                { fact("Best hash so far", best(miner)) }
                { fact_with_hint("Needed", "A hash of at most this finds the block.",
                    start_of(&target(miner.difficulty))) }
                { fact("Time on this search",
                    format!("{}, expected {} of this miner alone", span(miner.elapsed_ms), expected(miner))) }
                { fact_with_hint("Nonce", "Each miner tries its own part of all nonces, beginning again whenever the candidate changes.",
                    nonce(miner)) }
                { fact("Blocks found", grouped(miner.blocks_found)) }
            </dl>
            if !miner.tries.is_empty() {
                <ol class="tries" aria-label="Last tries, the newest first">
                    for it in miner.tries.iter().rev() {
                        <li key={it.nonce}>{ format!("nonce {} ", grouped(it.nonce)) }{ start_of(&digits(it.hash)) }</li>
                    }
                </ol>
            }
        </>
    }
}

fn best(miner: &MinerStatus) -> Html {
    if miner.best_hash.is_empty() {
        "none yet".into()
    } else {
        start_of(&miner.best_hash)
    }
}

fn rate(miner: &MinerStatus) -> String {
    let limit = match (miner.budget, miner.share) {
        (Some(budget), _) => format!(" of {} allowed", compact(budget)),
        (None, Some(share)) if share < 1.0 => format!(", hashing {} of the time", percent(share)),
        (None, _) => String::new(),
    };
    format!("{} hashes/s{limit}", compact(miner.hash_rate))
}

/// The first digits of the highest hash that meets a difficulty.
fn target(difficulty: u64) -> String {
    digits(u64::MAX / difficulty.max(1))
}

fn digits(start: u64) -> String {
    format!("{start:016x}")
}

/// The first digits of a hash, its leading zeros in a colour of their own.
fn start_of(hash: &str) -> Html {
    let start = hash.get(..SHOWN_DIGITS).unwrap_or(hash);
    html! { <span class="hash" title={hash.to_owned()}>{ hash_digits(start) }{ "…" }</span> }
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
