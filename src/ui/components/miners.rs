//! What the miner workers of a node do: measured tries, the best hash so far, and the chance to have
//! found a block by now.

use yew::prelude::*;

use super::basics::{fact, facts};
use crate::ipc::MinerStatus;
use crate::records::MinerState;
use crate::ui::markup::html;
use crate::view::figures::{chance, compact, grouped, percent, span, zero_digits};

/// Digits of a hash that are shown: enough to compare it with what is needed.
const SHOWN_DIGITS: usize = 12;

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
    if miner.state != MinerState::Searching {
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
    let time = format!(
        "{}, expected {} of this miner alone",
        span(miner.elapsed_ms),
        expected(miner)
    );
    let last = miner.nonce_end.saturating_sub(1);
    let nonce = format!(
        "{} in {} to {}",
        grouped(miner.nonce),
        grouped(miner.nonce_start),
        grouped(last)
    );
    let share = chance(miner.hashes, miner.difficulty);
    let mut list = vec![fact("Hash rate", "", rate.into())];
    if miner.budget.is_some() && miner.uncapped > 0.0 {
        let hint = "Measured for a moment when it started.";
        list.push(fact(
            "Without the budget",
            hint,
            format!("{} hashes/s", compact(miner.uncapped)).into(),
        ));
    }
    list.extend([
        fact("Best hash so far", "", best(miner)),
        fact(
            "Needed",
            "A hash of at most this finds the block.",
            start_of(&target(miner.difficulty)),
        ),
        fact("Time on this search", "", time.into()),
        fact("Nonce", "", nonce.into()),
        fact("Blocks found", "", grouped(miner.blocks_found).into()),
    ]);
    html! {
        <div key={miner.worker.clone()} class="miner">
            <h4>{ format!("{} searches block {}", miner.worker, grouped(miner.height)) }</h4>
            <p class="hint">
                { format!("{} of {} expected tries. By now it would have found a block with a chance of {}.",
                    grouped(miner.hashes), grouped(miner.difficulty), percent(share)) }
            </p>
            <progress max="1" value={format!("{share:.3}")} aria-label="Chance to have found a block by now">{ percent(share) }</progress>
            { facts("facts", "compact", list) }
            if !miner.tries.is_empty() {
                <ol key="tries" class="tries" aria-label="Last tries, the newest first">
                    { for miner.tries.iter().rev().map(|it| html! {
                        <li key={it.nonce}>{ format!("nonce {} ", grouped(it.nonce)) }{ start_of(&digits(it.hash)) }</li>
                    }) }
                </ol>
            }
        </div>
    }
}

fn best(miner: &MinerStatus) -> Html {
    if miner.best_hash.is_empty() {
        "none yet".into()
    } else {
        start_of(&miner.best_hash)
    }
}

/// The first digits of the highest hash that meets a difficulty.
fn target(difficulty: u64) -> String {
    digits(u64::MAX / difficulty.max(1))
}

fn digits(start: u64) -> String {
    format!("{start:016x}")
}

/// The first digits of a hash with the leading zeros told apart.
fn start_of(hash: &str) -> Html {
    let start = hash.get(..SHOWN_DIGITS).unwrap_or(hash);
    let (zeros, rest) = start.split_at(zero_digits(start));
    html! {
        <span class="hash" title={hash.to_owned()}><span class="zeros">{ zeros.to_owned() }</span>{ rest.to_owned() }{ "…" }</span>
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
