//! Every refusal of the program: what a person or a script asked for and does not get, and why.
//!
//! A refusal has a code in snake case, which scripts compare, and a plain sentence with what was
//! expected and what was found, which people read. The program itself matches variants, never
//! codes. It crosses from worker to page as it is.
//!
//! Invariant: [`codes`] lists every code, each once.

mod lab;
mod message;
mod person;
mod platform;
mod record;
mod request;
mod startup;

use std::collections::BTreeMap;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

pub use lab::LabRefusal;
pub use message::MessageError;
pub use person::{ArgumentError, NetworkError, WalletError};
pub use platform::{Limit, PlatformError};
pub use record::{PageLinkError, RecordError, RecordFault};
pub use request::{LookupError, NodeError};
pub use startup::{Aside, StartupError, nonces};

use crate::bitcoin::BitcoinError;
use crate::command::{CommandError, DraftError, TooManyWorkers, UnknownField};
use crate::consensus::finality::{CertificateError, EvidenceError, SigningError, VoteError};
use crate::consensus::{BlockError, TxError};
use crate::gossip::{FrameError, SyncError};
use crate::ledger::{FileError, QueryError, StoreError};
use crate::mempool::MempoolError;
use crate::primitives::{Code, codes};

/// A refusal, as the scripting API rejects with it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum Refusal {
    /// The browser lacks something or fails.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// A value does not cross a border.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// A network or node does not come up.
    #[error(transparent)]
    Startup(#[from] StartupError),
    /// A node does not answer.
    #[error(transparent)]
    Node(#[from] NodeError),
    /// Nothing of this name or id.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// The network of this page does not do it.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The page does not sign or send.
    #[error(transparent)]
    Wallet(#[from] WalletError),
    /// An argument of a call is wrong.
    #[error(transparent)]
    Argument(#[from] ArgumentError),
    /// The page's link is wrong.
    #[error(transparent)]
    Link(#[from] PageLinkError),
    /// The network's record is unusable.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The line is no command.
    #[error(transparent)]
    Command(#[from] CommandError),
    /// A call knows no such field.
    #[error(transparent)]
    Field(#[from] UnknownField),
    /// The network needs too many workers.
    #[error(transparent)]
    Workers(#[from] TooManyWorkers),
    /// The words are no transaction.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// The bytes are no Bitcoin headers.
    #[error(transparent)]
    Bitcoin(#[from] BitcoinError),
    /// A node's mempool does not take a transaction.
    #[error(transparent)]
    Transaction(#[from] MempoolError),
    /// The laboratory does not do it.
    #[error(transparent)]
    Lab(#[from] LabRefusal),
    /// The ledger cannot do it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The bytes are no ledger of this network.
    #[error(transparent)]
    File(#[from] FileError),
    /// A query can match nothing.
    #[error(transparent)]
    Query(#[from] QueryError),
}

impl Refusal {
    /// Whether a mempool has no room for more of the sender, which the next block makes.
    #[must_use]
    pub const fn awaits_block(&self) -> bool {
        matches!(
            self,
            Self::Transaction(MempoolError::NonceGap { .. } | MempoolError::AccountFull { .. })
        )
    }

    /// Whether a transaction is not its sender's next at a node.
    #[must_use]
    pub const fn is_of_nonce(&self) -> bool {
        matches!(
            self,
            Self::Transaction(MempoolError::Invalid(TxError::Nonce { .. }))
        )
    }
}

codes! {
    Refusal {
        + Self::Platform(error) => error;
        + Self::Message(error) => error;
        + Self::Startup(error) => error;
        + Self::Node(error) => error;
        + Self::Lookup(error) => error;
        + Self::Network(error) => error;
        + Self::Wallet(error) => error;
        + Self::Argument(error) => error;
        + Self::Link(error) => error;
        + Self::Record(error) => error;
        + Self::Command(error) => error;
        + Self::Field(error) => error;
        + Self::Workers(error) => error;
        + Self::Draft(error) => error;
        + Self::Bitcoin(error) => error;
        + Self::Transaction(error) => error;
        + Self::Lab(error) => error;
        + Self::Store(error) => error;
        + Self::File(error) => error;
        + Self::Query(error) => error;
    }
}

impl Refusal {
    /// Whether a mempool has no room now, for anybody or for this sender: an account may be only so
    /// far ahead of the chain.
    #[must_use]
    pub const fn is_no_room(&self) -> bool {
        self.awaits_block() || matches!(self, Self::Transaction(MempoolError::Full))
    }
}

impl Serialize for Refusal {
    /// `{ code, message }`: what scripts and notebooks get.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Refusal", 2)?;
        fields.serialize_field("code", self.code())?;
        fields.serialize_field("message", &self.to_string())?;
        fields.end()
    }
}

/// The codes of problems that the page shows by itself, without anybody's request.
const PROBLEMS: [&[Code]; 4] = [
    PageLinkError::CODES,
    PlatformError::CODES,
    RecordFault::CODES,
    StartupError::CODES,
];

/// All other codes, those of blocks and frames that only the log names included.
const OTHERS: [&[Code]; 18] = [
    MessageError::CODES,
    NodeError::CODES,
    LookupError::CODES,
    NetworkError::CODES,
    WalletError::CODES,
    ArgumentError::CODES,
    CommandError::CODES,
    UnknownField::CODES,
    TooManyWorkers::CODES,
    DraftError::CODES,
    BitcoinError::CODES,
    MempoolError::CODES,
    TxError::CODES,
    LabRefusal::CODES,
    StoreError::CODES,
    FileError::CODES,
    QueryError::CODES,
    BlockError::CODES,
];

/// Codes of what peers send, and of what authorities say and do not say.
const PEERS: [&[Code]; 6] = [
    FrameError::CODES,
    SyncError::CODES,
    VoteError::CODES,
    CertificateError::CODES,
    EvidenceError::CODES,
    SigningError::CODES,
];

/// The codes of problems that the page shows by itself, with their meanings.
#[must_use]
pub fn problem_codes() -> BTreeMap<&'static str, &'static str> {
    PROBLEMS.into_iter().flatten().copied().collect()
}

/// Every code of the program with its meaning: what the reference lists.
#[must_use]
pub fn codes() -> BTreeMap<&'static str, &'static str> {
    let lists = PEERS.into_iter().chain(OTHERS).chain(PROBLEMS);
    lists.flatten().copied().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::consensus::{LongPart, Parameter, ParamsError};
    use crate::ledger::Table;
    use crate::primitives::{
        Address, Amount, BlockHash, DecodeError, Encoded, Height, ParseHexError, WordError,
        WordRule,
    };
    use crate::records::NodeState;

    type Sample = (Refusal, &'static str, &'static str);

    /// One refusal of each kind of field, with its code and sentence.
    fn samples() -> Vec<Sample> {
        [startup(), request(), person(), core()].concat()
    }

    fn startup() -> Vec<Sample> {
        let text = str::to_owned;
        vec![
            (
                PlatformError::NoIndexedDb.limited(Limit::ThisTab).into(),
                "no_indexed_db",
                "this browser offers no indexedDB here: ledgers are kept in IndexedDB: \
                 the network lives in this tab only and ends with it",
            ),
            (
                MessageError::NotRepresentable {
                    reason: text("18446744073709551615 is above 2^53 - 1"),
                }
                .into(),
                "not_representable",
                "18446744073709551615 is above 2^53 - 1",
            ),
            (
                StartupError::Failed {
                    node: text("pow-1"),
                    error: Box::new(StoreError::Quota.into()),
                }
                .into(),
                "node_failed",
                "pow-1 failed: the browser's storage quota is used up",
            ),
            (
                StartupError::Record {
                    error: RecordError {
                        network: text("lab"),
                        fault: RecordFault::Version {
                            expected: 1,
                            found: text("2"),
                        },
                    },
                    aside: Box::new(Aside::Kept { key: text("k") }),
                }
                .into(),
                "record_version",
                "the record of network lab: expected version 1, found 2. \
                 It is kept aside as k; the network begins anew.",
            ),
            (
                StartupError::Config(ParamsError::Range {
                    what: Parameter::Slot,
                    least: 500,
                    most: 3_600_000,
                    found: 1,
                })
                .into(),
                "bad_config",
                "expected slot in ms of 500 to 3600000, found 1",
            ),
        ]
    }

    fn request() -> Vec<Sample> {
        let text = str::to_owned;
        vec![
            (
                NodeError::NotRunning {
                    node: text("poa-1"),
                    state: NodeState::Killed,
                }
                .into(),
                "not_running",
                "poa-1: expected a running node, found it killed; `start poa-1` starts it",
            ),
            (
                LookupError::BlockWords {
                    found: text("\u{0}"),
                }
                .into(),
                "unknown_block",
                "expected a height of the best chain or at least 4 digits of a hash, found \"\\0\"",
            ),
            (
                NetworkError::UnknownNode {
                    known: Vec::new(),
                    found: text("x"),
                }
                .into(),
                "unknown_node",
                "expected one of no node, found \"x\"",
            ),
        ]
    }

    fn person() -> Vec<Sample> {
        let text = str::to_owned;
        vec![
            (
                WalletError::Asset {
                    found: text("é"),
                    error: ParseHexError::Digit { at: 0, found: 'é' },
                }
                .into(),
                "asset_malformed",
                "expected an asset id, found \"é\": \
                 expected hexadecimal digits, found 'é' at position 0",
            ),
            (
                WalletError::Word(WordError {
                    expected: WordRule::Symbol,
                    found: text("gold"),
                })
                .into(),
                "name_malformed",
                "\"gold\" is no symbol",
            ),
            (
                ArgumentError::NothingToSet.into(),
                "argument_missing",
                "set: expected { difficulty }, { pace } or { miners }, found none of them",
            ),
            (
                PageLinkError::Twice {
                    name: "pow".into(),
                    found: text("5"),
                }
                .into(),
                "link_parameter",
                "link parameter pow: expected it once, found it again with \"5\"; \
                 the first value is taken",
            ),
            (
                CommandError::from(DraftError::AmountZero).into(),
                "amount_zero",
                "tx: expected an amount of at least 1, found 0",
            ),
        ]
    }

    fn core() -> Vec<Sample> {
        vec![
            (
                BitcoinError::Hex(ParseHexError::Odd { found: 3 }).into(),
                "bitcoin_hex",
                "expected an even number of hexadecimal digits, found 3",
            ),
            (
                MempoolError::from(TxError::TooLong {
                    what: LongPart::Memo,
                    limit: 256,
                    found: 300,
                })
                .into(),
                "too_long",
                "expected a memo in bytes of at most 256, found 300",
            ),
            (
                MempoolError::from(TxError::Encoding(DecodeError::Malformed {
                    what: Encoded::Transaction,
                    found: 3,
                }))
                .into(),
                "encoding",
                "transaction of 3 bytes is not canonically encoded",
            ),
            (
                StoreError::Corrupt {
                    table: Table::MiningPool,
                }
                .into(),
                "storage_corrupt",
                "a row of table mining_pool cannot be read",
            ),
            (
                QueryError::UnknownIndex {
                    table: Table::Users,
                }
                .into(),
                "bad_query",
                "expected no index or one of [\"name\"] for table users, found another",
            ),
        ]
    }

    #[test]
    fn a_refusal_keeps_its_code_and_its_sentence() {
        for (refusal, code, sentence) in samples() {
            assert_eq!(refusal.code(), code);
            assert_eq!(refusal.to_string(), sentence);
        }
    }

    #[test]
    fn a_refusal_crosses_from_worker_to_page_as_it_is() {
        for (refusal, ..) in samples() {
            let bytes = borsh::to_vec(&refusal).unwrap();
            assert_eq!(borsh::from_slice::<Refusal>(&bytes).unwrap(), refusal);
        }
        let forged = borsh::to_vec(&(BlockHash([1; 32]), Address([2; 32]), Amount(1), Height(2)));
        assert!(borsh::from_slice::<Refusal>(&forged.unwrap()).is_err());
    }

    #[test]
    fn scripts_get_a_code_and_a_message_and_nothing_else() {
        for (refusal, code, sentence) in samples() {
            let value = serde_json::to_value(&refusal).unwrap();
            let expected = serde_json::json!({ "code": code, "message": sentence });
            assert_eq!(value, expected);
        }
    }

    #[test]
    fn every_code_is_listed_and_means_one_thing() {
        let lists = PEERS.into_iter().chain(OTHERS).chain(PROBLEMS);
        let pairs: BTreeSet<Code> = lists.flatten().copied().collect();
        let meanings = codes();
        assert_eq!(pairs.len(), meanings.len(), "a code has two meanings");
        for (_, code, _) in samples() {
            assert!(meanings.contains_key(code), "{code} is not listed");
        }
        for gone in ["not_found", "unknown_account"] {
            assert!(!meanings.contains_key(gone), "nobody sends {gone}");
        }
    }

    #[test]
    fn the_quick_start_explains_the_problems_that_the_page_shows_and_no_others() {
        let page = include_str!("../../docs/QUICK_START.md");
        let table = page
            .split("### Problems that the page shows, by their code")
            .nth(1)
            .and_then(|rest| rest.split("###").next())
            .expect("the section is there");
        let explained: BTreeSet<&str> = table
            .lines()
            .filter_map(|line| line.strip_prefix("| `")?.split(" | ").next())
            .flat_map(|codes| codes.split(", "))
            .map(|code| code.trim_matches('`'))
            .collect();
        let shown: BTreeSet<&str> = problem_codes().into_keys().collect();
        assert_eq!(explained, shown);
    }
}
