//! One console line to one [`Command`]. Spaces and hyphens of any kind are those of a keyboard;
//! every other character that a keyboard does not have is refused by name, as nobody sees what it
//! is. Only the words of `tx` may have more: a memo and a message are free text.

use std::ops::RangeInclusive;

use super::help::{WORDS, Word};
use super::nearest::nearest;
use super::tx::parse_tx;
use super::{Command, CommandError, DifficultyChoice, Harm, LinkChange, Target};
use crate::command::{number_in, shortened};
use crate::ledger::Table;
use crate::primitives::{Nearest, NodeKind, folded, is_number_like, read_number};
use crate::records::{Level, MAX_MINERS, Pace};

/// Leading zero hexadecimal digits that a network may ask for.
pub const DIFFICULTY_DIGITS: RangeInclusive<u8> = 1..=8;
/// Seconds between work blocks that a pace may aim at.
pub const PACE_SECONDS: RangeInclusive<u64> = 1..=600;
/// Payments and messages a minute that traffic may have: ten a second is more than a playground's
/// blocks hold.
pub const TRAFFIC_RATES: RangeInclusive<u32> = 1..=600;
/// What traffic may be, as a refusal says it.
pub const TRAFFIC: &str = "1 to 600 payments a minute, or `off`";
/// Most blocks that `chain` lists.
pub const MAX_CHAIN: u32 = 100;
/// Blocks that `chain` lists without a number.
const DEFAULT_CHAIN: u32 = 10;

/// Understands one line.
///
/// # Errors
/// A sentence with what was expected and found; for an unknown command the nearest one.
pub fn parse(line: &str) -> Result<Command, CommandError> {
    let typed = line.trim();
    let (first, words) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    if first.is_empty() {
        return Err(CommandError::Empty);
    }
    if first.eq_ignore_ascii_case("tx") {
        return Ok(Command::Tx(parse_tx(words)?));
    }
    let line = on_a_keyboard(line)?;
    let line = line.trim();
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let Some(word) = Word::find(first) else {
        let nearest = nearest(first, WORDS.iter().map(|word| word.name)).unwrap_or("help");
        return Err(CommandError::Unknown {
            found: shortened(first),
            nearest: nearest.into(),
        });
    };
    if word.name == "links" {
        return Ok(Command::Links(LinkChange::parse(rest)?));
    }
    let mut arguments = Arguments {
        word,
        words: rest.split_whitespace(),
    };
    let command = command(&mut arguments)?;
    arguments.end()?;
    Ok(command)
}

/// The line with the spaces and hyphens of a keyboard.
fn on_a_keyboard(line: &str) -> Result<String, CommandError> {
    let line: String = line.chars().map(folded).collect();
    let is_typed = |c: char| c.is_ascii_graphic() || c.is_ascii_whitespace();
    match line.chars().zip(1..).find(|(c, _)| !is_typed(*c)) {
        None => Ok(line),
        Some((c, place)) => Err(CommandError::Character {
            place,
            found: c.into(),
        }),
    }
}

fn command(arguments: &mut Arguments<'_>) -> Result<Command, CommandError> {
    Ok(match arguments.word.name {
        "status" => Command::Status,
        "mempool" => Command::Mempool,
        "tour" => Command::Tour,
        "quit" => Command::Quit,
        "chain" => Command::Chain {
            count: arguments
                .optional("a number of blocks from 1 to 100", chain_count)?
                .unwrap_or(DEFAULT_CHAIN),
        },
        "block" => Command::Block {
            which: arguments.required("a block's hash or height", hash_or_height)?,
        },
        "why" => Command::Why {
            what: arguments.text("a node's name, a block, a transaction, or `finality`")?,
        },
        "user" | "resend" | "forget" => about_user(arguments)?,
        "finality" => Command::Finality {
            node: arguments.optional(NODE_NAME, |word| Some(word.to_owned()))?,
        },
        "authority" => Command::Authority {
            add: arguments.required("`add` or `remove`", add_or_remove)?,
            node: arguments.text(NODE_NAME)?,
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
        "export" | "import" | "compare" | "tamper" => about_ledger(arguments)?,
        "add" => Command::Add(arguments.required("`pow` or `poa`", kind)?),
        "difficulty" => Command::Difficulty(arguments.required(DIFFICULTY, difficulty)?),
        "pace" => Command::Pace(arguments.required(PACE, pace)?),
        "miners" => Command::Miners(arguments.required("1 to 8 miner workers", miners)?),
        "traffic" => Command::Traffic(arguments.required(TRAFFIC, traffic)?),
        "log" => Command::Log(arguments.required("`debug`, `info`, `warn` or `error`", level)?),
        "ledger" => {
            let table = arguments.optional(TABLE, table)?;
            Command::Ledger {
                table,
                filter: arguments.filter(table)?,
            }
        }
        "inspect" => {
            let first = arguments.text("Bitcoin headers of 160 hexadecimal digits each")?;
            Command::Inspect {
                hex: format!("{first}{}", arguments.rest()),
            }
        }
        "help" => Command::Help {
            word: arguments.optional("a command", Word::find)?,
        },
        // A test holds that each word of the list has its arm.
        other => {
            return Err(CommandError::Unknown {
                found: other.into(),
                nearest: "help".into(),
            });
        }
    })
}

/// The words about one user.
fn about_user(arguments: &mut Arguments<'_>) -> Result<Command, CommandError> {
    let who = arguments.text("a user's name or address")?;
    Ok(match arguments.word.name {
        "resend" => Command::Resend { who },
        "forget" => Command::Forget { who },
        _ => Command::User { who },
    })
}

/// The words about whole ledgers.
fn about_ledger(arguments: &mut Arguments<'_>) -> Result<Command, CommandError> {
    let node = arguments.text(NODE_NAME)?;
    Ok(match arguments.word.name {
        "export" => Command::Export { node },
        "import" => Command::Import { node },
        "compare" => Command::Compare {
            a: node,
            b: arguments.text(NODE_NAME)?,
        },
        _ => Command::Tamper {
            node,
            height: arguments.required("a block's height from 1 on", |word| {
                number_in(word, &(1..=u64::MAX))
            })?,
            harm: harm(arguments)?,
        },
    })
}

fn harm(arguments: &mut Arguments<'_>) -> Result<Harm, CommandError> {
    let word = |word: &str| match word {
        "amount" => Some(Harm::Amount),
        "byte" => Some(Harm::Byte(0)),
        _ => None,
    };
    Ok(match arguments.optional("`amount` or `byte`", word)? {
        Some(Harm::Byte(_)) => {
            let number = |word: &str| number_in(word, &(0..=u32::MAX));
            Harm::Byte(arguments.required("a byte's number, from 0 on", number)?)
        }
        Some(other) => other,
        None => Harm::Middle,
    })
}

fn add_or_remove(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "add" => Some(true),
        "remove" => Some(false),
        _ => None,
    }
}

const PACE: &str = "1 to 600 seconds, `full`, `max` or `pause`";
const DIFFICULTY: &str = "1 to 8 zero digits, or `auto`";
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
        read(&found.to_ascii_lowercase()).map(Some).ok_or_else(|| {
            let is_right = |number: u64| read(&number.to_string()).is_some();
            CommandError::Wrong {
                word: self.word.name.into(),
                expected: expected.into(),
                found: shortened(found),
                nearest: Nearest::of(found).that(is_right),
            }
        })
    }

    /// The words that rows must match; those of blocks begin with a height or a hash.
    fn filter(&mut self, table: Option<Table>) -> Result<Option<String>, CommandError> {
        let first = if table == Some(Table::Blocks) {
            self.optional("a block's hash or height", hash_or_height)?
        } else {
            None
        };
        let rest = self.rest();
        let words: Vec<String> = first.into_iter().chain([rest]).collect();
        let filter = words.join(" ").trim().to_owned();
        Ok((!filter.is_empty()).then_some(filter))
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
    number_in(word, &(1..=MAX_CHAIN))
}

/// The word as it is, save a number in another form, which names no block.
fn hash_or_height(word: &str) -> Option<String> {
    let is_wrong = is_number_like(word) && !word.bytes().all(|byte| byte.is_ascii_digit());
    (!is_wrong || read_number(word).is_ok()).then(|| word.to_owned())
}

/// `auto`, or leading zero digits within [`DIFFICULTY_DIGITS`]; `None` for any other word.
pub fn difficulty(word: &str) -> Option<DifficultyChoice> {
    if word == "auto" {
        return Some(DifficultyChoice::Automatic);
    }
    number_in(word, &DIFFICULTY_DIGITS).map(DifficultyChoice::Digits)
}

/// Miner workers of each node, from 1 to [`MAX_MINERS`]; `None` for any other word.
pub fn miners(word: &str) -> Option<u32> {
    number_in(word, &(1..=MAX_MINERS))
}

/// The words for paces that are no number.
pub const PACE_WORDS: [(&str, Pace); 3] = [
    ("full", Pace::Full),
    ("max", Pace::Max),
    ("pause", Pace::Paused),
];

/// `off`, which is 0, or a number a minute.
pub fn traffic(word: &str) -> Option<u32> {
    if word == "off" {
        return Some(0);
    }
    number_in(word, &TRAFFIC_RATES)
}

/// `full`, `max`, `pause`, or seconds with or without an `s`.
pub fn pace(word: &str) -> Option<Pace> {
    if let Some((_, pace)) = PACE_WORDS.into_iter().find(|(known, _)| *known == word) {
        return Some(pace);
    }
    let seconds = number_in(word.strip_suffix('s').unwrap_or(word), &PACE_SECONDS)?;
    // Only within the bounds does the product fit.
    Some(Pace::Interval {
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
