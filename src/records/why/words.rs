//! The sentence of each reason, with the rule, what was expected and found, and where to look next.

use super::super::NodeState;
use super::answer::{Explained, See};
use super::reason::Reason;
use crate::primitives::{compact, count_of, grouped, short, span};

/// What is said where nobody votes.
pub const DEPTH_ALONE: &str =
    "There are no authorities: nothing is ever final, and depth is all there is.";

impl Reason {
    /// The reason in words at a moment, in milliseconds since 1970; who says it is added by whoever
    /// puts answers together.
    #[must_use]
    pub fn explained(&self, now: u64) -> Explained {
        let words = words(self, now);
        Explained {
            code: self.code().to_owned(),
            text: words.text,
            rule: words.rule.map(ToOwned::to_owned),
            expected: words.expected,
            found: words.found,
            nodes: Vec::new(),
            standing: self.standing(),
            see: see(self),
        }
    }
}

/// What a reason becomes.
#[derive(Default)]
struct Words {
    text: String,
    rule: Option<&'static str>,
    expected: Option<String>,
    found: Option<String>,
}

const HEAVIEST: &str = "the heaviest chain is the best";
const TIE: &str = "of tips of one weight, the hash of all of them draws the one that wins";
const FINAL: &str = "a final block is never given up";
const JUSTIFIED: &str = "what two thirds of the authorities confirmed comes before weight";
const NONCES: &str = "an account's transactions are committed in the order of their nonces";
const FEES: &str = "a block takes those first that pay more for their bytes";
const TURNS: &str = "each slot is one authority's turn";
const ONCE: &str = "an authority seals a slot once";
const DISK: &str = "an authority writes down what it signs before it signs it";
const REST: &str = "makers rest while blocks come in: what they made would be in vain";

fn words(reason: &Reason, now: u64) -> Words {
    about_block(reason, now)
        .or_else(|| about_transaction(reason))
        .or_else(|| about_node(reason))
        .or_else(|| about_authority(reason, now))
        .unwrap_or_else(|| about_finality(reason, now))
}

fn says(text: impl Into<String>) -> Words {
    Words {
        text: text.into(),
        ..Words::default()
    }
}

impl Words {
    fn by(mut self, rule: &'static str) -> Self {
        self.rule = Some(rule);
        self
    }

    fn measured(mut self, expected: impl Into<String>, found: impl Into<String>) -> Self {
        (self.expected, self.found) = (Some(expected.into()), Some(found.into()));
        self
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "each helper speaks of its own reasons"
)]
fn about_block(reason: &Reason, now: u64) -> Option<Words> {
    Some(match reason {
        Reason::OnChain { confirmations } => says(format!(
            "It is on the best chain with {}.",
            count_of(*confirmations, "confirmation", "confirmations")
        )),
        Reason::Lighter { fork, weight, best, .. } => says(format!(
            "Its branch is lighter by {}: above block {}, which both have, it weighs {}, and the best chain {}.",
            grouped(best.saturating_sub(*weight)),
            grouped(*fork),
            grouped(*weight),
            grouped(*best)
        ))
        .by(HEAVIEST)
        .measured(
            format!("a weight of more than {} above block {}", grouped(*best), grouped(*fork)),
            grouped(*weight),
        ),
        Reason::Tied { fork, weight, .. } => says(format!(
            "Its branch weighs as much as the best chain, {} above block {}, and lost the tie.",
            grouped(*weight),
            grouped(*fork)
        ))
        .by(TIE),
        Reason::BesideFinal { height, hash } => says(format!(
            "It is not above the final block {} ({}): no weight brings it back.",
            grouped(*height),
            short(hash)
        ))
        .by(FINAL),
        Reason::BesideJustified { height, hash } => says(format!(
            "It is not above the justified block {} ({}), whatever its branch weighs.",
            grouped(*height),
            short(hash)
        ))
        .by(JUSTIFIED),
        Reason::Deferred { until } => says(format!(
            "It is dated ahead of the node's clock; it is looked at again in {}.",
            span(until.saturating_sub(now))
        ))
        .by("8, a block is not dated far ahead of the clock"),
        Reason::Refused { rule, error, text } => {
            says(format!("It was refused by rule {rule} ({error}): {text}."))
        }
        Reason::NotFetched { peers, missing: 0 } => says(format!(
            "It is not validated yet: it is the head of {}, and has not come here.",
            peers.join(", ")
        )),
        Reason::NotFetched { peers, missing } => says(format!(
            "It is not validated yet: it is the head of {}, and {} being fetched.",
            peers.join(", "),
            count_of(*missing, "block is", "blocks are")
        )),
        Reason::Unknown => says("It has never heard of it, or has forgotten it."),
        _ => return None,
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "each helper speaks of its own reasons"
)]
fn about_transaction(reason: &Reason) -> Option<Words> {
    Some(match reason {
        Reason::Committed { height, .. } => {
            says(format!("It is committed at height {}.", grouped(*height)))
        }
        Reason::Dropped { text } => says(format!("It was dropped: {text}.")),
        Reason::NonceGap { missing, nonce } => says(format!(
            "A transaction of its account with nonce {} is missing.",
            grouped(*missing)
        ))
        .by(NONCES)
        .measured(format!("nonce {}", grouped(*missing)), format!("nonce {}", grouped(*nonce))),
        Reason::Behind { id, nonce } => says(format!(
            "Transaction {} of its account, with nonce {}, must go first and waits too. Of that one:",
            short(id),
            grouped(*nonce)
        ))
        .by(NONCES),
        Reason::NotNow { error, text } => {
            says(format!("The state of the head does not take it ({error}): {text}."))
        }
        Reason::NoRoom { before, fits, fee } => says(format!(
            "The next block has no room for it: {} that pay more for their bytes come first, and {} fit. A higher fee moves it up.",
            count_of(*before, "transaction", "transactions"),
            grouped(*fits)
        ))
        .by(FEES)
        .measured("a higher fee rate than theirs", format!("a fee of {}", grouped(*fee))),
        Reason::Next => says("Nothing is in its way: the next block that this node makes takes it."),
        Reason::NotSeen { nodes } => says(format!("It has not come to {} yet.", nodes.join(", "))),
        Reason::HolderDown { nodes } => says(format!(
            "What had it does not run: {}. What nobody else has heard waits until it starts.",
            nodes.join(", ")
        )),
        Reason::NobodyMakes => says("No node that runs makes blocks now."),
        _ => return None,
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "each helper speaks of its own reasons"
)]
fn about_node(reason: &Reason) -> Option<Words> {
    Some(match reason {
        Reason::Down { state } => says(match state {
            NodeState::Starting => "It is starting: it reads and checks its ledger first.",
            NodeState::Stopped => "It was stopped: “start” brings it back.",
            NodeState::Killed => "It was killed: “start” brings it back from its ledger.",
            NodeState::Failed => "It failed; the log says why.",
            NodeState::Syncing | NodeState::Running | NodeState::Remote => "It does not answer.",
        }),
        Reason::Elsewhere { tab } => says(format!(
            "It runs in another tab ({tab}), and only that can ask it."
        )),
        Reason::HearsNobody => says(
            "It hears no other node: what it makes stays with it, and it misses what the others make.",
        ),
        Reason::Watches => says("It is a viewer: it checks everything and makes no blocks."),
        Reason::CatchesUp { missing, rest } => says(format!(
            "It catches up: {} to come, and it rests for {} more if none comes.",
            count_of(*missing, "block is", "blocks are"),
            span(*rest)
        ))
        .by(REST),
        Reason::Paused => says("Its miners are paused: “pace” sets them going."),
        Reason::NoMiner => says("It has no miner."),
        Reason::HeadAhead { wait } => says(format!(
            "The head is dated so late that nothing may be made on it for {}.",
            span(*wait)
        ))
        .by("a block is dated later than its parent, and not far ahead of the clock"),
        Reason::JustStarted { wait } => says(format!(
            "It has just started, and listens for {} to what the others have.",
            span(*wait)
        )),
        Reason::Searches {
            difficulty,
            rate,
            budget,
        } => searches(*difficulty, *rate, *budget),
        _ => return None,
    })
}

fn searches(difficulty: u64, rate: u64, budget: Option<u64>) -> Words {
    let rate = rate.max(1);
    let paced = match budget {
        Some(budget) => format!("paced at {} hashes/s", compact(budget as f64)),
        None => "at full speed".to_owned(),
    };
    says(format!(
        "It searches, {paced}: a block takes {} tries on average, at {} hashes/s one in {}. That is a lottery without memory.",
        grouped(difficulty),
        compact(rate as f64),
        span(difficulty.saturating_mul(1_000) / rate)
    ))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "each helper speaks of its own reasons"
)]
fn about_authority(reason: &Reason, now: u64) -> Option<Words> {
    let next = |at: &Option<u64>| match at {
        Some(at) => format!(" Its next one begins in {}.", span(at.saturating_sub(now))),
        None => String::new(),
    };
    Some(match reason {
        Reason::NoAuthority { authorities: 0 } => {
            says("It may not seal: the network has no authorities.")
        }
        Reason::NoAuthority { authorities } => says(format!(
            "It may not seal: it is none of the authorities of its chain ({}). “authority add” in the console asks for it to be one.",
            grouped(*authorities)
        )),
        Reason::NotItsTurn { slot, leader, next: at } => says(format!(
            "Slot {} is the turn of {leader}.{}",
            grouped(*slot),
            next(at)
        ))
        .by(TURNS),
        Reason::SlotUsed { slot, next: at } => {
            says(format!("Its slot {} is used already.{}", grouped(*slot), next(at))).by(ONCE)
        }
        Reason::SlotBeforeStart { first } => says(format!(
            "Its slot had begun before it started, and it may have sealed it in an earlier run: it begins with slot {}.",
            grouped(*first)
        ))
        .by(ONCE),
        Reason::Seals { slot } => says(format!("It seals slot {} in a moment.", grouped(*slot))),
        Reason::AwaitsDisk { failure: None } => {
            says("What it is to sign is not on its disk yet.").by(DISK)
        }
        Reason::AwaitsDisk { failure: Some(failure) } => {
            says(format!("Its disk fails: {failure}. What it is to sign cannot be written down."))
                .by(DISK)
        }
        Reason::NoMemory { failure } => says(format!(
            "It does not vote: its disk fails ({failure}), and a vote that is not written down could be contradicted."
        ))
        .by(DISK),
        Reason::Listens => says(
            "It does not vote yet: what it signed before is lost, so it listens to what the others have heard of it.",
        )
        .by("24, an authority signs only what leaves its earlier votes without offence"),
        _ => return None,
    })
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "each helper speaks of its own reasons"
)]
fn about_finality(reason: &Reason, now: u64) -> Words {
    match reason {
        Reason::VotesMissing {
            silent,
            needed,
            authorities,
        } => {
            let needed = format!("{needed} of {authorities} are needed");
            let silent: Vec<String> = silent
                .iter()
                .map(|(name, at)| {
                    let seconds = now.saturating_sub(*at) / 1_000;
                    format!("{name} has not voted for {seconds} s")
                })
                .collect();
            says(if silent.is_empty() {
                format!("Finality stands still: the votes are for different blocks; {needed}.")
            } else {
                format!("Finality stands still: {}; {needed}.", silent.join(", "))
            })
        }
        Reason::Decides { lag } => says(format!(
            "Finality goes on: it is {} below the head.",
            count_of(*lag, "block", "blocks")
        )),
        _ => says(DEPTH_ALONE),
    }
}

/// Where to look next.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the others name nothing to look at"
)]
fn see(reason: &Reason) -> Option<See> {
    let block = |id: &String, word: &str| See::Block(id.clone(), word.to_owned());
    Some(match reason {
        Reason::Lighter { head, .. } | Reason::Tied { head, .. } => block(head, "head"),
        Reason::BesideFinal { hash, .. } => block(hash, "final block"),
        Reason::BesideJustified { hash, .. } => block(hash, "justified block"),
        Reason::Committed { block: id, .. } => block(id, "block"),
        Reason::Behind { id, .. } => See::Transaction(id.clone()),
        Reason::Down {
            state: NodeState::Failed,
        } => See::Log,
        _ => return None,
    })
}
