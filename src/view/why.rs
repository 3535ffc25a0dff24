//! Why something is as it is, as all nodes say it, and the reasons that only the page sees.
//!
//! Bound: [`MAX_ANSWERS`] nodes answer about one thing.

use serde::Serialize;

use super::route::Route;
use super::{Model, NodeView};
use crate::ipc::{Event, NodeKind, NodeState};
use crate::records::{Explained, Reason, See, Standing, Subject, WhyInfo};

/// Nodes that are asked about one thing.
pub const MAX_ANSWERS: usize = 16;

/// The whole answer: the reasons, the first that counts first, and what caused it as far as the log
/// has it.
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
        self.reasons.iter().all(Explained::is_well)
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

/// The page on which a reason's thing is, and the word of the link.
#[must_use]
pub fn place(one: &Explained) -> Option<(Route, &str)> {
    Some(match one.see.as_ref()? {
        See::Block(id, word) => (Route::Block(id.clone()), word),
        See::Transaction(id) => (Route::Transaction(id.clone()), "transaction"),
        See::Log => (Route::Console, "log"),
    })
}

/// The answers of nodes about one thing as one, those that say the same together, and what the page
/// adds.
#[must_use]
pub fn joined(about: Subject, answers: Vec<WhyInfo>, model: &Model) -> Why {
    let mut reasons: Vec<Explained> = Vec::new();
    for answer in answers {
        for mut reason in answer.reasons {
            let same =
                |known: &&mut Explained| (&known.code, &known.text) == (&reason.code, &reason.text);
            match reasons.iter_mut().find(same) {
                Some(known) if !known.nodes.contains(&answer.node) => {
                    known.nodes.push(answer.node.clone());
                }
                Some(_) => {}
                None => {
                    reason.nodes = vec![answer.node.clone()];
                    reasons.push(reason);
                }
            }
        }
    }
    // Who knows nothing has nothing to say while another knows.
    if reasons.iter().any(|one| !one.is_unknown()) {
        reasons.retain(|one| !one.is_unknown());
    }
    let event = cause(&about, model);
    Why {
        about,
        reasons,
        event,
    }
}

/// Why a transaction waits: what the nodes say, who has not got it, and whether anybody makes
/// blocks. Nothing where it is committed or dropped on the nodes that know it.
#[must_use]
pub fn transaction(answers: Vec<WhyInfo>, id: &str, model: &Model, now: u64) -> Why {
    let has = |answer: &WhyInfo| !answer.knows_nothing();
    let holders: Vec<String> = answers
        .iter()
        .filter(|one| has(one))
        .map(|one| one.node.clone())
        .collect();
    let about = answers.first().map_or_else(
        || Subject::Transaction(id.to_owned()),
        |one| one.about.clone(),
    );
    let mut why = joined(about, answers, model);
    let waits = !holders.is_empty()
        && !why
            .reasons
            .iter()
            .any(|one| matches!(one.standing, Standing::Committed | Standing::Dropped));
    let mut page = |reason: Reason| why.reasons.push(reason.explained(now));
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
        reasons: vec![reason.explained(now)],
    }
}

/// The answer about a thing that nodes have been asked for: nobody runs, or nobody knows it.
#[must_use]
pub fn known(why: &Why) -> bool {
    why.reasons.iter().any(|one| !one.is_unknown())
}

/// The last event of the log that is about it; of a node, what it said last of its start, its end,
/// its disk or a refusal of its own blocks.
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
