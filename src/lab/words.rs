//! What a person did, as sentences.

use super::action::{Action, Change, DiskState, Effect, Rule};
use super::filter::Filter;
use crate::primitives::grouped;

/// The disks, with their words.
pub const DISKS: [(&str, DiskState); 5] = [
    ("works", DiskState::Well),
    ("full", DiskState::Full),
    ("slow", DiskState::Slow),
    ("flaky", DiskState::Flaky),
    ("never answers", DiskState::Silent),
];

/// The words of a disk.
#[must_use]
pub fn disk(state: DiskState) -> &'static str {
    let mut all = DISKS.iter();
    all.find(|(_, other)| *other == state)
        .map_or("", |(word, _)| word)
}

fn list(names: &[String]) -> String {
    match names {
        [] => "nobody".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What somebody did, as a sentence.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "links and frames are told below"
)]
#[must_use]
pub fn action(action: &Action) -> String {
    match action {
        Action::Kill { node, power: false } => format!("{node} was killed."),
        Action::Kill { node, power: true } => format!("{node} lost its power."),
        Action::Start { node } => format!("{node} was started."),
        Action::Freeze { node } => format!("{node} was frozen."),
        Action::Thaw { node } => format!("{node} goes on."),
        Action::Clock { node, ahead } if *ahead < 0 => {
            format!(
                "The clock of {node} is {} ms behind.",
                grouped(ahead.unsigned_abs())
            )
        }
        Action::Clock { node, ahead } => {
            format!(
                "The clock of {node} is {} ms ahead.",
                grouped(ahead.unsigned_abs())
            )
        }
        Action::Disk { node, state } => format!("The disk of {node}: {}.", disk(*state)),
        Action::LoseDisk { node } => format!("{node} lost its ledger."),
        Action::FlipByte {
            node,
            height,
            offset,
        } => format!("A bit of byte {offset} of block {height} was flipped on the disk of {node}."),
        Action::HashRate { node, rate } => {
            format!("{node} makes {} hashes a second.", grouped(*rate))
        }
        Action::Miss { node } => format!("{node} will sleep through its next slot."),
        Action::SealTwice { node } => format!("{node} will seal its next slot twice."),
        Action::VoteTwice { node } => format!("{node} will vote twice."),
        Action::VoteBothSides { node } => {
            format!("{node} votes on both sides of a cut from now on.")
        }
        Action::Flood {
            node,
            to,
            per_second: 0,
        } => format!("{node} does not flood {to} any more."),
        Action::Flood {
            node,
            to,
            per_second,
        } => format!("{node} sends {to} {per_second} frames of nonsense a second."),
        Action::Pay { .. }
        | Action::Message { .. }
        | Action::Submit { .. }
        | Action::Again { .. }
        | Action::Forge { .. }
        | Action::Prove { .. }
        | Action::Traffic { .. } => about_payments(action),
        links_or_frames => about_links(links_or_frames),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are said above")]
fn about_payments(action: &Action) -> String {
    match action {
        Action::Pay {
            name,
            from,
            to,
            amount,
            fee,
            node,
            ..
        } => format!(
            "{from} pays {to} {} coins at {node}, fee {fee}: \"{name}\".",
            grouped(*amount)
        ),
        Action::Message {
            from, text, node, ..
        } => format!("{from} says at {node}: {text:?}"),
        Action::Submit { node, .. } => format!("A signed transaction was handed to {node}."),
        Action::Again { payment, node } => format!("\"{payment}\" was handed to {node} again."),
        Action::Forge {
            payment,
            amount,
            node,
        } => format!(
            "\"{payment}\" with another amount, {}, was handed to {node}.",
            grouped(*amount)
        ),
        Action::Prove {
            payment,
            node,
            amount: None,
        } => format!("{node} proves \"{payment}\" to a light client."),
        Action::Prove {
            payment,
            node,
            amount: Some(amount),
        } => format!(
            "{node} shows a light client \"{payment}\" with another amount, {}.",
            grouped(*amount)
        ),
        Action::Traffic { per_minute: 0 } => "No more payments at random.".to_owned(),
        Action::Traffic { per_minute } => format!("{per_minute} payments at random a minute."),
        _ => String::new(),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the others are said above")]
fn about_links(action: &Action) -> String {
    match action {
        Action::Link { from, to, .. } => format!("The link from {from} to {to} was set."),
        Action::Links { .. } => "All links were set.".to_owned(),
        Action::Partition { side } => format!("{} cut off from the rest.", was(side)),
        Action::Mute { side } => format!("Nobody hears {} any more.", list(side)),
        Action::Heal => "All links carry again.".to_owned(),
        Action::Hold { frame } => format!("Frame {frame} was taken off its link."),
        Action::Release { frame } => format!("Frame {frame} was let go."),
        Action::ReleaseAll { .. } => "All held frames were let go.".to_owned(),
        Action::Drop { frame } => format!("Frame {frame} was dropped."),
        Action::Double { frame } => format!("Frame {frame} was doubled."),
        Action::Delay { frame, by } => format!("Frame {frame} comes {} ms later.", grouped(*by)),
        Action::Edit {
            frame,
            change,
            sign,
        } => {
            let what = match change {
                Change::Byte { offset, value } => format!("byte {offset} is {value} now"),
                Change::Field { name, value } => format!("{name} is {value} now"),
            };
            let signed = if *sign { ", signed again" } else { "" };
            format!("Frame {frame} was changed: {what}{signed}.")
        }
        Action::Rule(rule) => format!("Rule \"{}\": {}", rule.name, self::rule(rule)),
        Action::Unrule { name } => format!("Rule \"{name}\" was taken away."),
        _ => String::new(),
    }
}

fn was(side: &[String]) -> String {
    let verb = if side.len() == 1 { "was" } else { "were" };
    format!("{} {verb}", list(side))
}

/// What a standing rule says.
#[must_use]
pub fn rule(rule: &Rule) -> String {
    let effect = match rule.effect {
        Effect::Hold => "hold".to_owned(),
        Effect::Drop => "drop".to_owned(),
        Effect::Double => "double".to_owned(),
        Effect::Delay { by } => format!("delay by {} ms", grouped(by)),
        Effect::Break => "stop time at".to_owned(),
    };
    let which = if rule.once { "the next" } else { "every" };
    format!("{effect} {which} {}.", filter(&rule.filter))
}

fn filter(filter: &Filter) -> String {
    let kind = filter.kind.map_or_else(|| "frame".to_owned(), String::from);
    let from = if filter.from.is_empty() {
        String::new()
    } else {
        format!(" from {}", list(&filter.from))
    };
    let to = if filter.to.is_empty() {
        String::new()
    } else {
        format!(" to {}", list(&filter.to))
    };
    format!("{kind}{from}{to}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_are_told_as_sentences() {
        let told = |text: &str| action(&serde_json::from_str(text).unwrap());
        assert_eq!(
            told(r#"{"partition":{"side":["pow-1","poa-1"]}}"#),
            "pow-1 and poa-1 were cut off from the rest."
        );
        assert_eq!(told("\"heal\""), "All links carry again.");
        assert_eq!(
            told(r#"{"clock":{"node":"poa-1","ahead":-1500}}"#),
            "The clock of poa-1 is 1,500 ms behind."
        );
        assert_eq!(
            told(
                r#"{"rule":{"name":"a","filter":{"kind":"BLOCK_FOUND","from":["pow-2"]},"effect":"hold"}}"#
            ),
            "Rule \"a\": hold every BLOCK_FOUND from pow-2."
        );
    }
}
