//! Commands about the nodes and links of a scenario: as actions, or refused with the place where
//! the same is done.

use crate::app::platform::LabNode;
use crate::command::{Command, LinkChange, Target};
use crate::ipc::Refusal;
use crate::lab::{Action, LinkSetting};
use crate::refusal::{LabRefusal, NetworkError};

/// All nodes of the scenario.
type Nodes = [LabNode];

/// The actions of a command; `None` for one that only asks or sends.
///
/// # Errors
/// An unknown node, or where the same is done.
pub(super) fn actions(command: &Command, nodes: &Nodes) -> Option<Result<Vec<Action>, Refusal>> {
    Some(match command {
        Command::Kill(target) => on_each(target, (nodes, true), |node| Action::Kill {
            node,
            power: false,
        }),
        Command::Start(target) => on_each(target, (nodes, false), |node| Action::Start { node }),
        Command::Cut { a, b } => on_link(nodes, [a, b], true),
        Command::Heal { a, b } => on_link(nodes, [a, b], false),
        Command::Traffic(per_minute) => Ok(vec![Action::Traffic {
            per_minute: u64::from(*per_minute),
        }]),
        Command::Tour => elsewhere("the tour is taken", "it goes round the live network"),
        Command::Stop(_) | Command::Quit => elsewhere(
            "a node ends",
            "`kill` ends one, and the bench also ends it with its power lost",
        ),
        Command::Wipe(_) => elsewhere("a ledger is lost", "the bench loses a node's disk"),
        Command::Import { .. } => elsewhere(
            "a ledger is put in",
            "the ledgers of a scenario follow from what happens in it",
        ),
        Command::Tamper { .. } => elsewhere(
            "a ledger is changed",
            "the bench changes a byte of a node's disk",
        ),
        Command::Add(_) | Command::Authority { .. } => elsewhere(
            "nodes and authorities are chosen",
            "the scenario has them from the beginning",
        ),
        Command::Pace(_) | Command::Miners(_) | Command::Difficulty(_) => elsewhere(
            "miners are set",
            "the bench sets a miner's hash rate, and the difficulty is the scenario's",
        ),
        Command::Links(change) if *change != LinkChange::default() => {
            elsewhere("links are set", "the bench sets one of them, or all")
        }
        Command::Log(_) => elsewhere(
            "the log is chosen",
            "it has what the nodes say, and the bench lists what happened",
        ),
        Command::Inspect { .. }
        | Command::Help { .. }
        | Command::Export { .. }
        | Command::Compare { .. }
        | Command::Status
        | Command::Chain { .. }
        | Command::Block { .. }
        | Command::User { .. }
        | Command::Resend { .. }
        | Command::Forget { .. }
        | Command::Finality { .. }
        | Command::Mempool
        | Command::Why { .. }
        | Command::Ledger { .. }
        | Command::Links(_)
        | Command::Tx(_) => return None,
    })
}

/// An action on a node, or on all that are up or are not.
fn on_each(
    target: &Target,
    (nodes, up): (&Nodes, bool),
    action: impl Fn(String) -> Action,
) -> Result<Vec<Action>, Refusal> {
    Ok(match target {
        Target::Node(name) => vec![action(named(nodes, name)?)],
        Target::All => {
            let fit = nodes.iter().filter(|node| node.is_up == up);
            fit.map(|node| action(node.name.clone())).collect()
        }
    })
}

fn on_link(nodes: &Nodes, [a, b]: [&String; 2], cut: bool) -> Result<Vec<Action>, Refusal> {
    let (a, b) = (named(nodes, a)?, named(nodes, b)?);
    if a == b {
        return Err(NetworkError::SameNode { node: a }.into());
    }
    let way = |from: &String, to: &String| Action::Link {
        from: from.clone(),
        to: to.clone(),
        set: LinkSetting {
            cut: Some(cut),
            ..LinkSetting::default()
        },
    };
    Ok(vec![way(&a, &b), way(&b, &a)])
}

fn named(nodes: &Nodes, found: &str) -> Result<String, Refusal> {
    let is_meant = |word: &str| word.eq_ignore_ascii_case(found);
    let mut all = nodes.iter();
    let node = all.find(|node| is_meant(&node.name) || is_meant(&node.id));
    node.map(|node| node.name.clone()).ok_or_else(|| {
        let known = nodes.iter().map(|node| node.name.clone()).collect();
        let found = found.to_owned();
        NetworkError::UnknownNode { known, found }.into()
    })
}

fn elsewhere(what: &str, instead: &str) -> Result<Vec<Action>, Refusal> {
    Err(LabRefusal::Elsewhere {
        what: what.to_owned(),
        instead: instead.to_owned(),
    }
    .into())
}
