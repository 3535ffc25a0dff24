//! The words of the console, parsed once: the console, the scripting API and the page all run a
//! [`Command`]. Pure: nothing here knows which nodes exist or what the ledger holds.

mod argument;
mod calls;
mod complete;
mod draft;
mod draft_error;
mod error;
mod fields;
mod filter;
mod help;
mod links;
mod nearest;
mod parse;
#[cfg(test)]
mod parse_tests;
mod payment;
mod texts;
mod tx;
mod workers;

pub use argument::{number_in, shortened};
pub use calls::{CALLS, Call, CallKind, LAB_CALLS};
pub use complete::complete;
pub use draft::{DEFAULT_FEE, Draft, MAX_DECIMALS, What};
pub use draft_error::{DraftError, Part};
pub use error::CommandError;
pub use fields::{UnknownField, only_known};
pub use filter::{DEFAULT_ROWS, queries};
pub use help::{WORDS, Word, help};
pub use links::{LinkChange, Quality, Shape};
pub use nearest::nearest;
pub use parse::{
    DIFFICULTY_DIGITS, MAX_CHAIN, PACE_SECONDS, PACE_WORDS, TRAFFIC, TRAFFIC_RATES, difficulty,
    miners, pace, parse, traffic,
};
#[cfg(test)]
pub(crate) use payment::USERS;
pub use texts::{read_amount, read_fee};
pub use tx::parse_tx;
pub use workers::{MAX_WORKERS, TooManyWorkers, check_workers, most_miners};

use crate::ledger::Table;
use crate::primitives::NodeKind;
use crate::records::{Level, Pace};

/// One console line, understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// `status`
    Status,
    /// `chain [n]`
    Chain {
        /// Blocks to show, from 1 to [`MAX_CHAIN`].
        count: u32,
    },
    /// `ledger [table] [filter]`
    Ledger {
        /// The table; counts of all without one.
        table: Option<Table>,
        /// What rows must match; its form tells which index it is for.
        filter: Option<String>,
    },
    /// `tx <words>`
    Tx(Draft),
    /// `resend <user>`
    Resend {
        /// A user of this page: name, or address in hexadecimal.
        who: String,
    },
    /// `forget <user>`
    Forget {
        /// A user of this page: name, or address in hexadecimal.
        who: String,
    },
    /// `kill <node>`
    Kill(Target),
    /// `start <node>`
    Start(Target),
    /// `stop <node>`
    Stop(Target),
    /// `add pow|poa`
    Add(NodeKind),
    /// `difficulty <n|auto>`
    Difficulty(DifficultyChoice),
    /// `pace <seconds|full|max|pause>`
    Pace(Pace),
    /// `miners <n>`
    Miners(u32),
    /// `traffic <per minute|off>`: 0 is off.
    Traffic(u32),
    /// `log <level>`
    Log(Level),
    /// `cut <a> <b>`
    Cut {
        /// One node.
        a: String,
        /// The other.
        b: String,
    },
    /// `heal <a> <b>`
    Heal {
        /// One node.
        a: String,
        /// The other.
        b: String,
    },
    /// `block <hash|height>`
    Block {
        /// Hash, prefix of it, or height.
        which: String,
    },
    /// `user <name>`
    User {
        /// Registered name, or address in hexadecimal.
        who: String,
    },
    /// `finality [node]`
    Finality {
        /// The node; the one with the heaviest chain without it.
        node: Option<String>,
    },
    /// `authority add|remove <node>`
    Authority {
        /// Whether it is to vote and seal, or no more.
        add: bool,
        /// The node.
        node: String,
    },
    /// `mempool`
    Mempool,
    /// `why <what>`
    Why {
        /// What it is about, as it was typed.
        what: String,
    },
    /// `export <node>`
    Export {
        /// The node.
        node: String,
    },
    /// `import <node>`
    Import {
        /// The node.
        node: String,
    },
    /// `compare <a> <b>`
    Compare {
        /// One node.
        a: String,
        /// The other.
        b: String,
    },
    /// `tamper <node> <height> [what]`
    Tamper {
        /// The node.
        node: String,
        /// The block's height.
        height: u64,
        /// What is changed.
        harm: Harm,
    },
    /// `wipe [node|all]`
    Wipe(Target),
    /// Changes the network's shape and the quality of all links, and says what they are.
    Links(LinkChange),
    /// `inspect <header>`
    Inspect {
        /// One or more Bitcoin headers in hexadecimal, as they were typed.
        hex: String,
    },
    /// `help [word]`
    Help {
        /// The command to explain; all without one.
        word: Option<&'static Word>,
    },
    /// `tour`
    Tour,
    /// `quit`
    Quit,
}

/// How the network's difficulty is to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DifficultyChoice {
    /// So many leading zero hexadecimal digits, and it stays there.
    Digits(u8),
    /// By the network itself, so that the interval between work blocks stays.
    Automatic,
}

/// What is changed in a stored block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// A byte in its middle.
    Middle,
    /// The byte of this number, from 0 on.
    Byte(u32),
    /// What its first transfer pays.
    Amount,
}

/// One node or all of this tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The node of this name.
    Node(String),
    /// All.
    All,
}
