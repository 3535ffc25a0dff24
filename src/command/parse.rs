//! One console line to one [`Command`].

use std::ops::RangeInclusive;

use super::help::{WORDS, Word};
use super::nearest::nearest;
use super::tx::parse_tx;
use super::{Command, CommandError, DifficultyChoice, LinkChange, Target};
use crate::ledger::Table;
use crate::primitives::NodeKind;
use crate::records::{Level, MAX_MINERS, Pace};

/// Leading zero hexadecimal digits that a network may ask for.
pub const DIFFICULTY_DIGITS: RangeInclusive<u8> = 1..=8;
/// Seconds between work blocks that a pace may aim at.
pub const PACE_SECONDS: RangeInclusive<u64> = 1..=600;
/// Most blocks that `chain` lists.
pub const MAX_CHAIN: u32 = 100;
/// Blocks that `chain` lists without a number.
const DEFAULT_CHAIN: u32 = 10;

/// Understands one line.
///
/// # Errors
/// A sentence with what was expected and found; for an unknown command the nearest one.
pub fn parse(line: &str) -> Result<Command, CommandError> {
    let line = line.trim();
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    if first.is_empty() {
        return Err(CommandError::Empty);
    }
    let Some(word) = Word::find(first) else {
        let nearest = nearest(first, WORDS.iter().map(|word| word.name)).unwrap_or("help");
        return Err(CommandError::Unknown {
            found: shortened(first),
            nearest: nearest.into(),
        });
    };
    match word.name {
        "tx" => return Ok(Command::Tx(parse_tx(rest)?)),
        "links" => return Ok(Command::Links(LinkChange::parse(rest)?)),
        _ => {}
    }
    let mut arguments = Arguments {
        word,
        words: rest.split_whitespace(),
    };
    let command = command(&mut arguments)?;
    arguments.end()?;
    Ok(command)
}

fn command(arguments: &mut Arguments<'_>) -> Result<Command, CommandError> {
    Ok(match arguments.word.name {
        "status" => Command::Status,
        "mempool" => Command::Mempool,
        "quit" => Command::Quit,
        "chain" => Command::Chain {
            count: arguments
                .optional("a number of blocks from 1 to 100", chain_count)?
                .unwrap_or(DEFAULT_CHAIN),
        },
        "block" => Command::Block {
            which: arguments.text("a block's hash or height")?,
        },
        "user" => Command::User {
            who: arguments.text("a user's name or address")?,
        },
        "kill" => Command::Kill(arguments.target()?),
        "start" => Command::Start(arguments.target()?),
        "stop" => Command::Stop(arguments.target()?),
        "wipe" => Command::Wipe(
            arguments
                .optional(NODE, |word| Some(target(word)))?
                .unwrap_or(Target::All),
        ),
        "cut" => Command::Cut {
            a: arguments.text(NODE_NAME)?,
            b: arguments.text(NODE_NAME)?,
        },
        "heal" => Command::Heal {
            a: arguments.text(NODE_NAME)?,
            b: arguments.text(NODE_NAME)?,
        },
        "add" => Command::Add(arguments.required("`pow` or `poa`", kind)?),
        "difficulty" => {
            Command::Difficulty(arguments.required("1 to 8 zero digits, or `auto`", difficulty)?)
        }
        "pace" => {
            Command::Pace(arguments.required("1 to 600 seconds, `full`, `max` or `pause`", pace)?)
        }
        "miners" => Command::Miners(arguments.required("1 to 8 miner workers", miners)?),
        "log" => Command::Log(arguments.required("`debug`, `info`, `warn` or `error`", level)?),
        "ledger" => {
            let table = arguments.optional(TABLE, table)?;
            let filter = arguments.rest();
            Command::Ledger {
                table,
                filter: (!filter.is_empty()).then_some(filter),
            }
        }
        "inspect" => {
            let first = arguments.text("Bitcoin headers of 160 hexadecimal digits each")?;
            Command::Inspect {
                hex: format!("{first}{}", arguments.rest()),
            }
        }
        _ => Command::Help {
            word: arguments.optional("a command", Word::find)?,
        },
    })
}

const NODE: &str = "a node's name or `all`";
const NODE_NAME: &str = "a node's name";
const TABLE: &str = "a table: blocks, transactions, nodes, assets, users or mining_pool";

struct Arguments<'a> {
    word: &'static Word,
    words: std::str::SplitWhitespace<'a>,
}

impl Arguments<'_> {
    fn required<T>(
        &mut self,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, CommandError> {
        let missing = CommandError::Missing {
            word: self.word.name.into(),
            expected: expected.into(),
            usage: self.word.usage.into(),
        };
        self.optional(expected, read)?.ok_or(missing)
    }

    fn optional<T>(
        &mut self,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, CommandError> {
        let Some(found) = self.words.next() else {
            return Ok(None);
        };
        let wrong = || CommandError::Wrong {
            word: self.word.name.into(),
            expected: expected.into(),
            found: shortened(found),
        };
        read(&found.to_ascii_lowercase())
            .map(Some)
            .ok_or_else(wrong)
    }

    fn text(&mut self, expected: &'static str) -> Result<String, CommandError> {
        self.required(expected, |word| Some(word.to_owned()))
    }

    fn target(&mut self) -> Result<Target, CommandError> {
        self.required(NODE, |word| Some(target(word)))
    }

    fn rest(&mut self) -> String {
        self.words.by_ref().collect::<Vec<_>>().join(" ")
    }

    fn end(mut self) -> Result<(), CommandError> {
        match self.words.next() {
            None => Ok(()),
            Some(found) => Err(CommandError::TooMany {
                word: self.word.name.into(),
                found: shortened(found),
                usage: self.word.usage.into(),
            }),
        }
    }
}

fn chain_count(word: &str) -> Option<u32> {
    word.parse()
        .ok()
        .filter(|count| (1..=MAX_CHAIN).contains(count))
}

/// `auto`, or leading zero digits.
pub fn difficulty(word: &str) -> Option<DifficultyChoice> {
    if word == "auto" {
        return Some(DifficultyChoice::Automatic);
    }
    word.parse()
        .ok()
        .filter(|digits| DIFFICULTY_DIGITS.contains(digits))
        .map(DifficultyChoice::Digits)
}

/// A number of miner workers.
pub fn miners(word: &str) -> Option<u32> {
    word.parse()
        .ok()
        .filter(|count| (1..=MAX_MINERS).contains(count))
}

/// The words for paces that are no number.
pub const PACE_WORDS: [(&str, Pace); 3] = [
    ("full", Pace::Full),
    ("max", Pace::Max),
    ("pause", Pace::Paused),
];

/// `full`, `max`, `pause`, or seconds with or without an `s`.
pub fn pace(word: &str) -> Option<Pace> {
    if let Some((_, pace)) = PACE_WORDS.into_iter().find(|(known, _)| *known == word) {
        return Some(pace);
    }
    let seconds: u64 = word.strip_suffix('s').unwrap_or(word).parse().ok()?;
    // Only within the bounds does the product fit.
    PACE_SECONDS.contains(&seconds).then(|| Pace::Interval {
        ms: seconds * 1_000,
    })
}

fn kind(word: &str) -> Option<NodeKind> {
    [NodeKind::Pow, NodeKind::Poa]
        .into_iter()
        .find(|kind| kind.word() == word)
}

fn level(word: &str) -> Option<Level> {
    match word {
        "debug" => Some(Level::Debug),
        "info" => Some(Level::Info),
        "warn" => Some(Level::Warn),
        "error" => Some(Level::Error),
        _ => None,
    }
}

fn table(word: &str) -> Option<Table> {
    Table::FOR_PEOPLE
        .into_iter()
        .find(|table| table.name() == word)
}

fn target(word: &str) -> Target {
    if word == "all" {
        Target::All
    } else {
        Target::Node(word.to_owned())
    }
}

/// A refusal quotes at most 40 characters of what it refuses.
pub(super) fn shortened(word: &str) -> String {
    let mut text: String = word.chars().take(40).collect();
    if text.len() < word.len() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> Target {
        Target::Node(name.to_owned())
    }

    /// Lines that ask for something, or change links, and what is understood.
    fn questions() -> Vec<(&'static str, Command)> {
        vec![
            ("status", Command::Status),
            ("  STATUS  ", Command::Status),
            ("chain", Command::Chain { count: 10 }),
            ("chain 25", Command::Chain { count: 25 }),
            (
                "ledger",
                Command::Ledger {
                    table: None,
                    filter: None,
                },
            ),
            (
                "ledger blocks",
                Command::Ledger {
                    table: Some(Table::Blocks),
                    filter: None,
                },
            ),
            (
                "ledger users Alice",
                Command::Ledger {
                    table: Some(Table::Users),
                    filter: Some("Alice".into()),
                },
            ),
            (
                "cut pow-1 poa-1",
                Command::Cut {
                    a: "pow-1".into(),
                    b: "poa-1".into(),
                },
            ),
            (
                "heal pow-1 poa-1",
                Command::Heal {
                    a: "pow-1".into(),
                    b: "poa-1".into(),
                },
            ),
            ("block 12", Command::Block { which: "12".into() }),
            (
                "user alice",
                Command::User {
                    who: "alice".into(),
                },
            ),
            ("inspect 00 FF", Command::Inspect { hex: "00FF".into() }),
            ("mempool", Command::Mempool),
            ("wipe", Command::Wipe(Target::All)),
            ("wipe pow-1", Command::Wipe(node("pow-1"))),
            ("help", Command::Help { word: None }),
            (
                "help tx",
                Command::Help {
                    word: Word::find("tx"),
                },
            ),
            ("quit", Command::Quit),
        ]
    }

    /// Lines that change nodes, pace and difficulty, and what is understood.
    fn orders() -> Vec<(&'static str, Command)> {
        vec![
            ("kill pow-1", Command::Kill(node("pow-1"))),
            ("kill POW-1", Command::Kill(node("pow-1"))),
            ("start all", Command::Start(Target::All)),
            ("stop poa-2", Command::Stop(node("poa-2"))),
            ("add pow", Command::Add(NodeKind::Pow)),
            ("add poa", Command::Add(NodeKind::Poa)),
            (
                "difficulty 3",
                Command::Difficulty(DifficultyChoice::Digits(3)),
            ),
            (
                "difficulty auto",
                Command::Difficulty(DifficultyChoice::Automatic),
            ),
            ("pace max", Command::Pace(Pace::Max)),
            ("pace pause", Command::Pace(Pace::Paused)),
            ("miners 4", Command::Miners(4)),
            ("pace full", Command::Pace(Pace::Full)),
            ("pace 5", Command::Pace(Pace::Interval { ms: 5_000 })),
            ("pace 5s", Command::Pace(Pace::Interval { ms: 5_000 })),
            ("log debug", Command::Log(Level::Debug)),
        ]
    }

    #[test]
    fn every_command_is_understood() {
        for (line, command) in questions().into_iter().chain(orders()) {
            assert_eq!(parse(line), Ok(command), "{line}");
        }
        for word in WORDS {
            let taken = cases_cover(word.name);
            assert!(taken, "{} has no case", word.name);
        }
    }

    fn cases_cover(name: &str) -> bool {
        // `tx` has its own tests; every other word must at least not be unknown.
        !matches!(parse(name), Err(CommandError::Unknown { .. }))
    }

    #[test]
    fn an_unknown_word_gets_the_nearest_command() {
        let text = parse("sttaus").unwrap_err().to_string();
        assert!(
            text.contains("found \"sttaus\"") && text.contains("did you mean `status`"),
            "{text}"
        );
        assert_eq!(parse("kil pow-1").unwrap_err().code(), "unknown_command");
        assert_eq!(parse("   ").unwrap_err().code(), "empty_line");
        let long = "z".repeat(10_000);
        assert!(parse(&long).unwrap_err().to_string().len() < 200);
    }

    #[test]
    fn a_wrong_argument_says_what_was_expected_and_found() {
        let cases = [
            (
                "difficulty",
                "argument_missing",
                "1 to 8 zero digits, or `auto`",
            ),
            ("difficulty 9", "argument_wrong", "found \"9\""),
            ("difficulty 0", "argument_wrong", "1 to 8 zero digits"),
            ("miners 9", "argument_wrong", "1 to 8 miner workers"),
            ("difficulty x", "argument_wrong", "found \"x\""),
            (
                "pace 0",
                "argument_wrong",
                "1 to 600 seconds, `full`, `max` or `pause`",
            ),
            ("pace 601", "argument_wrong", "found \"601\""),
            (
                "pace 18446744073709551615",
                "argument_wrong",
                "1 to 600 seconds",
            ),
            ("add viewer", "argument_wrong", "`pow` or `poa`"),
            ("log loud", "argument_wrong", "found \"loud\""),
            ("chain 0", "argument_wrong", "from 1 to 100"),
            ("chain 5 6", "argument_unexpected", "found \"6\""),
            ("status now", "argument_unexpected", "usage: status"),
            ("kill", "argument_missing", "usage: kill <node|all>"),
            ("cut pow-1", "argument_missing", "a node's name"),
            ("inspect", "argument_missing", "160 hexadecimal digits"),
            ("ledger undo", "argument_wrong", "a table: blocks"),
            ("help me", "argument_wrong", "a command"),
            (
                "tx transfer 0 alice to bob",
                "amount_zero",
                "tx: expected an amount of at least 1",
            ),
        ];
        for (line, code, part) in cases {
            let error = parse(line).unwrap_err();
            assert_eq!(error.code(), code, "{line}");
            assert!(error.to_string().contains(part), "{line}: {error}");
        }
    }
}
