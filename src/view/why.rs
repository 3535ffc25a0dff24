//! Why something is as it is, in words: the reasons of nodes as sentences, with the rule, what was expected and found, and
//! where to look next; and the reasons that only the page sees.
//!
//! Invariant: no sentence about a reason is made elsewhere. Bound: [`MAX_ANSWERS`] nodes answer about one thing.

use serde::Serialize;

use super::figures::{compact, count_of, grouped, short, span};
use super::route::Route;
use super::{Model, NodeView};
use crate::ipc::{Event, NodeKind, NodeState, Reason, Subject, WhyInfo};
use crate::records::NodeState as State;

/// What is said where nobody votes.
pub const DEPTH_ALONE: &str =
    "There are no authorities: nothing is ever final, and depth is all there is.";

/// Nodes that are asked about one thing.
pub const MAX_ANSWERS: usize = 16;

/// A reason in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// The reason with its values.
    #[serde(flatten)]
    pub reason: Reason,
    /// The sentence.
    pub text: String,
    /// The rule that it follows from.
    pub rule: Option<String>,
    /// What would have to be.
    pub expected: Option<String>,
    /// What is.
    pub found: Option<String>,
    /// Nodes that say so; empty where the page itself does.
    pub nodes: Vec<String>,
    /// Where to look next, and the word of the link.
    #[serde(skip)]
    pub link: Option<(Route, &'static str)>,
}

/// The whole answer: the reasons, the first that counts first, and what caused it as far as the log has it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Why {
    /// What it is about.
    pub about: Subject,
    /// The reasons.
    pub reasons: Vec<Explained>,
    /// The last event of the log about it.
    pub event: Option<Event>,
}

impl Why {
    /// Whether there is nothing to explain: it is as it should be.
    #[must_use]
    pub fn is_well(&self) -> bool {
        self.reasons.iter().all(|one| one.reason.is_well())
    }

    /// The answer as the console prints it.
    #[must_use]
    pub fn text(&self) -> String {
        let mut lines: Vec<String> = self.reasons.iter().map(Explained::line).collect();
        if let Some(event) = &self.event {
            lines.push(format!(
                "Last said about it by {}: {}",
                event.node, event.text
            ));
        }
        lines.join("\n")
    }
}

impl Explained {
    fn of(reason: Reason, nodes: Vec<String>, now: u64) -> Self {
        let words = words(&reason, now);
        let own = |text: Option<&'static str>| text.map(ToOwned::to_owned);
        Self {
            link: link(&reason),
            text: words.text,
            rule: own(words.rule),
            expected: words.expected,
            found: words.found,
            nodes,
            reason,
        }
    }

    /// The sentence with who says it, the rule, and what was expected and found.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = match self.nodes.as_slice() {
            [] => self.text.clone(),
            nodes => format!("{}: {}", nodes.join(", "), self.text),
        };
        if let Some(rule) = &self.rule {
            line.push_str(&format!(" Rule: {rule}."));
        }
        if let Some(both) = self.measure() {
            line.push_str(&format!(" {both}."));
        }
        line
    }

    /// What was expected and found, in words.
    #[must_use]
    pub fn measure(&self) -> Option<String> {
        let (expected, found) = (self.expected.as_ref()?, self.found.as_ref()?);
        Some(format!("Expected {expected}, found {found}"))
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
const TIE: &str =
    "of tips of one weight, the one wins whose hash together with all of them is the smallest";
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
            State::Starting => "It is starting: it reads and checks its ledger first.",
            State::Stopped => "It was stopped: `start` brings it back.",
            State::Killed => "It was killed: `start` brings it back from its ledger.",
            State::Failed => "It failed; the log says why.",
            State::Syncing | State::Running | State::Remote => "It does not answer.",
        }),
        Reason::Elsewhere { tab } => says(format!(
            "It runs in another tab ({tab}), and only that can ask it."
        )),
        Reason::Watches => says("It is a viewer: it checks everything and makes no blocks."),
        Reason::CatchesUp { missing, rest } => says(format!(
            "It catches up: {} to come, and it rests for {} more if none comes.",
            count_of(*missing, "block is", "blocks are"),
            span(*rest)
        ))
        .by(REST),
        Reason::Paused => says("Its miners are paused: `pace` sets them going."),
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
            "It may not seal: it is not among the {} of its chain. `authority add` asks for it.",
            count_of(*authorities, "authority", "authorities")
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
fn link(reason: &Reason) -> Option<(Route, &'static str)> {
    Some(match reason {
        Reason::Lighter { head, .. } | Reason::Tied { head, .. } => {
            (Route::Block(head.clone()), "head")
        }
        Reason::BesideFinal { hash, .. } => (Route::Block(hash.clone()), "final block"),
        Reason::BesideJustified { hash, .. } => (Route::Block(hash.clone()), "justified block"),
        Reason::Committed { block, .. } => (Route::Block(block.clone()), "block"),
        Reason::Behind { id, .. } => (Route::Transaction(id.clone()), "transaction"),
        Reason::Down {
            state: State::Failed,
        } => (Route::Console, "log"),
        _ => return None,
    })
}

/// The sentence of one reason.
#[must_use]
pub fn sentence(reason: &Reason, now: u64) -> String {
    words(reason, now).text
}

/// The answers of nodes about one thing as one, those that say the same together, and what the page adds.
#[must_use]
pub fn joined(about: Subject, answers: Vec<WhyInfo>, model: &Model, now: u64) -> Why {
    let mut reasons: Vec<Explained> = Vec::new();
    for answer in answers {
        for reason in answer.reasons {
            match reasons.iter_mut().find(|known| known.reason == reason) {
                Some(known) if !known.nodes.contains(&answer.node) => {
                    known.nodes.push(answer.node.clone());
                }
                Some(_) => {}
                None => reasons.push(Explained::of(reason, vec![answer.node.clone()], now)),
            }
        }
    }
    let unknown = |one: &Explained| one.reason == Reason::Unknown;
    // Who knows nothing has nothing to say while another knows.
    if reasons.iter().any(|one| !unknown(one)) {
        reasons.retain(|one| !unknown(one));
    }
    let event = cause(&about, model);
    Why {
        about,
        reasons,
        event,
    }
}

/// Why a transaction waits: what the nodes say, who has not got it, and whether anybody makes blocks. Nothing where it is
/// committed or dropped on the nodes that know it.
#[must_use]
pub fn transaction(answers: Vec<WhyInfo>, id: &str, model: &Model, now: u64) -> Why {
    let has = |answer: &WhyInfo| !answer.reasons.contains(&Reason::Unknown);
    let holders: Vec<String> = answers
        .iter()
        .filter(|one| has(one))
        .map(|one| one.node.clone())
        .collect();
    let about = answers.first().map_or_else(
        || Subject::Transaction(id.to_owned()),
        |one| one.about.clone(),
    );
    let mut why = joined(about, answers, model, now);
    let waits = !holders.is_empty()
        && !why.reasons.iter().any(|one| {
            matches!(
                one.reason,
                Reason::Committed { .. } | Reason::Dropped { .. }
            )
        });
    let mut page = |reason| why.reasons.push(Explained::of(reason, Vec::new(), now));
    let own = || model.nodes.iter().filter(|node| node.own);
    if waits {
        if !model.nodes.iter().any(makes) {
            page(Reason::NobodyMakes);
        }
        let others = own().filter(|node| node.is_up() && !holders.contains(&node.status.name));
        let nodes: Vec<String> = others.map(|node| node.status.name.clone()).collect();
        if !nodes.is_empty() {
            page(Reason::NotSeen { nodes });
        }
    }
    if holders.is_empty() {
        let said = |node: &&NodeView| {
            let name = &node.status.name;
            !node.is_up()
                && model
                    .log
                    .iter()
                    .any(|event| event.node == *name && is_about(event, id))
        };
        let nodes: Vec<String> = own()
            .filter(said)
            .map(|node| node.status.name.clone())
            .collect();
        if !nodes.is_empty() {
            page(Reason::HolderDown { nodes });
        }
    }
    why
}

/// Whether a node may be making blocks.
fn makes(node: &NodeView) -> bool {
    node.is_up()
        && match node.status.kind {
            NodeKind::Pow => !node.own || !node.miners.is_empty() && !node.is_paused(),
            NodeKind::Poa => !node.own || node.status.is_authority,
            NodeKind::Viewer => false,
        }
}

/// Why a node makes nothing that cannot be asked; `None` for one that can.
#[must_use]
pub fn unasked(node: &NodeView) -> Option<Reason> {
    let status = &node.status;
    match status.state {
        NodeState::Running | NodeState::Syncing if node.own => None,
        NodeState::Remote => Some(Reason::Elsewhere {
            tab: status.host.clone(),
        }),
        NodeState::Running
        | NodeState::Syncing
        | NodeState::Starting
        | NodeState::Stopped
        | NodeState::Killed
        | NodeState::Failed => Some(Reason::Down {
            state: status.state,
        }),
    }
}

/// The answer about a node that cannot be asked.
#[must_use]
pub fn node_down(name: &str, reason: Reason, model: &Model, now: u64) -> Why {
    let about = Subject::Node(name.to_owned());
    Why {
        event: cause(&about, model),
        about,
        reasons: vec![Explained::of(reason, Vec::new(), now)],
    }
}

/// The answer about a thing that nodes have been asked for: nobody runs, or nobody knows it.
#[must_use]
pub fn known(why: &Why) -> bool {
    why.reasons.iter().any(|one| one.reason != Reason::Unknown)
}

/// The last event of the log that is about it; of a node, what it said last of its start, its end, its disk or a refusal
/// of its own blocks.
fn cause(about: &Subject, model: &Model) -> Option<Event> {
    use crate::ipc::{Level, Topic};
    let mut log = model.log.iter().rev();
    let found = match about {
        Subject::Block(id) | Subject::Transaction(id) => log.find(|event| is_about(event, id)),
        Subject::Node(name) => log.find(|event| {
            let weighs = event.level >= Level::Warn && event.topic == Topic::Storage
                || event.topic == Topic::Network && event.peer.is_none();
            event.node == *name && weighs
        }),
        Subject::Finality => {
            log.find(|event| matches!(event.topic, Topic::Final | Topic::Justified))
        }
    };
    found.map(|event| (**event).clone())
}

fn is_about(event: &Event, id: &str) -> bool {
    let block = event.block.as_ref().map(|block| block.hash.as_str());
    [block, event.block_hash.as_deref(), event.tx_hash.as_deref()].contains(&Some(id))
}

#[cfg(test)]
#[path = "why_tests.rs"]
mod tests;
