//! Completion of a console line: whole lines that it may become.

use super::help::{Argument, WORDS, Word};

/// Lines that `line` may be completed to, best first; empty where nothing is known. The last word
/// of `line` is the one that is completed; after a blank it is a new one.
#[must_use]
pub fn complete(line: &str, nodes: &[&str]) -> Vec<String> {
    let line = line.trim_start();
    let start = line.rfind(char::is_whitespace).map_or(0, |at| {
        at + line[at..].chars().next().map_or(1, char::len_utf8)
    });
    let (before, part) = line.split_at(start);
    let mut words = before.split_whitespace();
    let candidates: Vec<&str> = match words.next() {
        None => WORDS.iter().map(|word| word.name).collect(),
        Some("help") if words.next().is_none() => WORDS.iter().map(|word| word.name).collect(),
        Some(name) => match Word::find(name).and_then(|word| word.arguments.get(words.count())) {
            Some(Argument::Node) => nodes.to_vec(),
            Some(Argument::NodeOrAll) => nodes.iter().copied().chain(["all"]).collect(),
            Some(Argument::Of(words)) => words.to_vec(),
            None => Vec::new(),
        },
    };
    let part = part.to_ascii_lowercase();
    let fits = |candidate: &&str| candidate.to_ascii_lowercase().starts_with(&part);
    candidates
        .into_iter()
        .filter(fits)
        .map(|candidate| format!("{before}{candidate}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: &[&str] = &["pow-1", "pow-2", "poa-1"];

    #[test]
    fn the_first_word_is_a_command() {
        assert_eq!(complete("sta", NODES), ["status", "start"]);
        assert_eq!(complete("", NODES).len(), WORDS.len());
        assert!(complete("xyz", NODES).is_empty());
    }

    #[test]
    fn arguments_are_nodes_tables_or_words() {
        assert_eq!(
            complete("kill p", NODES),
            ["kill pow-1", "kill pow-2", "kill poa-1"]
        );
        assert_eq!(complete("wipe a", NODES), ["wipe all"]);
        assert_eq!(complete("cut pow-1 poa", NODES), ["cut pow-1 poa-1"]);
        assert_eq!(complete("cut pow-1 poa-1 ", NODES), Vec::<String>::new());
        assert_eq!(complete("ledger m", NODES), ["ledger mining_pool"]);
        assert_eq!(complete("log ", NODES).len(), 4);
        assert_eq!(complete("help wi", NODES), ["help wipe"]);
        assert_eq!(complete("nonsense p", NODES), Vec::<String>::new());
    }
}
