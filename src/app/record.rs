//! What a browser remembers of a network: enough to bring it up again exactly as it was. The
//! ledgers are the nodes' own. Pure: chance and time are arguments, and where it is kept is the
//! page's matter.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use super::page_link::PageLink;
use crate::command::{TooManyWorkers, check_workers};
use crate::consensus::{Allocation, Params};
use crate::ipc::{Level, NodeKind, Pace};
use crate::primitives::{
    Address, Amount, BlockHash, Difficulty, Keypair, Name, Timestamp, from_hex, to_hex,
};
use crate::refusal::{RecordError, RecordFault};

/// Version of this layout and of the rules: what 1 describes followed rule set 1.
const RECORD_VERSION: u32 = 3;
/// The layout before it, which lacks the traffic at its end.
const WITHOUT_TRAFFIC: u32 = 2;
/// Most nodes of a network that one browser keeps.
pub const MAX_NODES: usize = 48;
/// The demo users, who have coins from the first block on.
pub const DEMO_USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
/// The account that may change parameters.
pub const OPERATOR: &str = "operator";

const DEMO_COINS: Amount = Amount(10_000);
const OPERATOR_COINS: Amount = Amount(1_000);

/// One node of a network.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NodeEntry {
    /// Its name, which its key derives from.
    pub name: String,
    /// Its kind.
    pub kind: NodeKind,
}

/// What is kept of a network.
#[derive(Clone, PartialEq, BorshSerialize, BorshDeserialize)]
pub struct Record {
    /// 32 secret bytes in hexadecimal: the keys of nodes, operator and persons derive from them.
    seed: String,
    /// Canonical bytes of the parameters in hexadecimal.
    params: String,
    /// The nodes in the order they were made.
    pub nodes: Vec<NodeEntry>,
    /// Persons whose keys derive from the seed.
    pub users: Vec<String>,
    /// Test transactions that are yet to be sent.
    pub tests_left: u32,
    /// Test transactions of a new chain.
    pub test_tx: u32,
    /// Leading zero hex digits of a work block's id that the network began with.
    pub difficulty: u8,
    /// How fast miners hash.
    pub pace: Pace,
    /// Lowest level of a log line that is kept.
    pub log: Level,
    /// Miner workers of each proof-of-work node, at least 1.
    pub miners: u32,
    /// Payments and messages a minute that are sent by themselves; 0 for none.
    pub traffic: u32,
}

/// Random bytes that a new chain begins with.
#[derive(Clone, Copy)]
pub struct Secrets {
    /// What the keys derive from; never shown.
    pub seed: [u8; 32],
    /// What makes the chain another than all others; part of the genesis block.
    pub salt: [u8; 32],
}

/// A record's secrets and parameters, decoded.
#[derive(Clone, PartialEq)]
pub struct Decoded {
    /// What the keys derive from.
    pub seed: [u8; 32],
    /// The network's parameters.
    pub params: Params,
}

// None of them shows the seed, which is every key of the network.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Record");
        shown
            .field("nodes", &self.nodes)
            .field("users", &self.users);
        shown
            .field("tests_left", &self.tests_left)
            .field("pace", &self.pace);
        shown.finish_non_exhaustive()
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl fmt::Debug for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Decoded");
        shown.field("params", &self.params).finish_non_exhaustive()
    }
}

impl Record {
    /// A new network of the link's shape, whose first slot begins at `now`.
    #[must_use]
    pub fn new(link: &PageLink, name: &Name, secrets: Secrets, now: Timestamp) -> Self {
        let named = |kind: NodeKind, count: u32| {
            (1..=count).map(move |number| NodeEntry {
                name: format!("{}-{number}", kind.word()),
                kind,
            })
        };
        let nodes = named(NodeKind::Pow, link.pow())
            .chain(named(NodeKind::Poa, link.poa()))
            .collect();
        let mut record = Self {
            seed: String::new(),
            params: String::new(),
            nodes,
            users: Vec::new(),
            tests_left: link.test_tx(),
            test_tx: link.test_tx(),
            difficulty: link.difficulty(),
            pace: link.pace(),
            log: Level::Info,
            miners: link.miners(),
            traffic: link.traffic(),
        };
        record.begin_again(name, secrets, now);
        record
    }

    /// The record of a scenario's network, whose seed and parameters were chosen elsewhere.
    pub(super) fn of_scenario(
        seed: &[u8; 32],
        params: &[u8],
        nodes: Vec<NodeEntry>,
        users: Vec<String>,
    ) -> Self {
        Self {
            seed: to_hex(seed),
            params: to_hex(params),
            nodes,
            users,
            tests_left: 0,
            test_tx: 0,
            difficulty: 0,
            pace: Pace::Paused,
            log: Level::Info,
            miners: 1,
            traffic: 0,
        }
    }

    /// Gives the network new keys and a new genesis block; nodes and settings stay.
    pub fn begin_again(&mut self, name: &Name, secrets: Secrets, now: Timestamp) {
        let Secrets { seed, salt } = secrets;
        let params = params(name, &seed, salt, now, &self.nodes, self.difficulty);
        self.seed = to_hex(&seed);
        self.params = to_hex(&params.to_bytes());
        self.users.clear();
        self.tests_left = self.test_tx;
    }

    /// The record as a text: the version of its layout, then its bytes in hexadecimal.
    ///
    /// # Panics
    /// Never: writing to memory does not fail.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!(
            "{RECORD_VERSION} {}",
            to_hex(&borsh::to_vec(self).expect("a vector takes every byte"))
        )
    }

    /// The record of network `name` that a text is.
    ///
    /// # Errors
    /// `record_version`, or `record_corrupt` with what is wrong.
    pub fn from_text(text: &str, name: &str) -> Result<Self, RecordError> {
        let fault = |fault| RecordError {
            network: name.to_owned(),
            fault,
        };
        let (version, bytes) = text.split_once(' ').unwrap_or((text, ""));
        let known: Option<u32> = version.parse().ok();
        if known != Some(RECORD_VERSION) && known != Some(WITHOUT_TRAFFIC) {
            let found: String = version.chars().take(20).collect();
            return Err(fault(RecordFault::Version {
                expected: RECORD_VERSION,
                found,
            }));
        }
        let record: Option<Self> = from_hex(bytes).ok().and_then(|mut bytes| {
            if known == Some(WITHOUT_TRAFFIC) {
                bytes.extend(0_u32.to_le_bytes());
            }
            borsh::from_slice(&bytes).ok()
        });
        let record = record.ok_or_else(|| fault(RecordFault::Bytes))?;
        record.decode(name)?;
        Ok(record)
    }

    /// The secrets and parameters.
    ///
    /// # Errors
    /// `record_corrupt`, saying what is wrong.
    pub fn decode(&self, name: &str) -> Result<Decoded, RecordError> {
        let corrupt = |fault| RecordError {
            network: name.to_owned(),
            fault,
        };
        let seed = from_hex(&self.seed)
            .ok()
            .and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let seed = seed.ok_or_else(|| corrupt(RecordFault::Seed))?;
        let bytes = from_hex(&self.params).map_err(|error| corrupt(error.into()))?;
        let params = Params::from_bytes(&bytes).map_err(|error| corrupt(error.into()))?;
        if params.network.as_str() != name {
            return Err(corrupt(RecordFault::Network {
                expected: name.to_owned(),
                found: params.network,
            }));
        }
        let unique = |at: usize, node: &NodeEntry| {
            self.nodes[..at].iter().all(|other| other.name != node.name)
        };
        let good = self
            .nodes
            .iter()
            .enumerate()
            .all(|(at, node)| node.name.parse::<Name>().is_ok() && unique(at, node));
        if !good || self.nodes.len() > MAX_NODES {
            return Err(corrupt(RecordFault::Nodes { limit: MAX_NODES }));
        }
        Ok(Decoded { seed, params })
    }

    /// Checks that a tab can run all nodes with so many miners for each that mines.
    ///
    /// # Errors
    /// `too_many_workers`.
    pub fn check_workers(&self, miners: u32) -> Result<(), TooManyWorkers> {
        let mining = self.nodes.iter().filter(|node| node.kind == NodeKind::Pow);
        let (pow, all) = (mining.count(), self.nodes.len());
        let number = |count| u32::try_from(count).unwrap_or(u32::MAX);
        check_workers(number(pow), number(all.saturating_sub(pow)), miners)
    }

    /// The first free name for another node of this kind.
    #[must_use]
    pub fn free_name(&self, kind: NodeKind) -> String {
        let taken = |name: &String| self.nodes.iter().any(|node| node.name == *name);
        let names = (1_u32..).map(|number| format!("{}-{number}", kind.word()));
        names
            .into_iter()
            .find(|name| !taken(name))
            .unwrap_or_default()
    }
}

/// The key of a node, which follows from the seed and the node's name.
#[must_use]
pub fn node_key(seed: &[u8; 32], name: &str) -> Keypair {
    Keypair::derive(seed, "node", name)
}

/// The parameters of a new network. Its first slot begins now.
fn params(
    name: &Name,
    seed: &[u8; 32],
    salt: [u8; 32],
    now: Timestamp,
    nodes: &[NodeEntry],
    difficulty: u8,
) -> Params {
    let operator = Keypair::derive(seed, OPERATOR, "").address();
    let mut params = Params::playground(name.clone(), salt, now, operator);
    params.genesis_time = Timestamp(now.0.saturating_sub(params.slot.0));
    params.difficulty = Difficulty::from_zero_digits(difficulty);
    params.authority_weight = params.difficulty;
    let poa = nodes.iter().filter(|node| node.kind == NodeKind::Poa);
    params.authorities = poa
        .map(|node| node_key(seed, &node.name).address())
        .collect();
    let funded = |name: &str, address: Address, amount: Amount| Allocation {
        address,
        amount,
        name: name.parse().ok(),
    };
    params.allocation = DEMO_USERS
        .iter()
        .map(|user| {
            funded(
                user,
                Keypair::derive(&salt, "user", user).address(),
                DEMO_COINS,
            )
        })
        .chain([funded(OPERATOR, operator, OPERATOR_COINS)])
        .collect();
    params
}

/// The name of a node's database. Another chain of the same network is another database.
#[must_use]
pub fn database(network: &Name, chain_id: &BlockHash, node: &str) -> String {
    format!("aurex:{network}:{}:{node}", chain_id.short())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(search: &str, salt: u8) -> Record {
        let secrets = Secrets {
            seed: [salt; 32],
            salt: [salt; 32],
        };
        let name = "lab".parse().expect("a name");
        Record::new(
            &PageLink::parse(search).0,
            &name,
            secrets,
            Timestamp(1_000_000),
        )
    }

    #[test]
    fn no_debug_output_shows_a_secret() {
        let link = PageLink::parse("").0;
        let secrets = Secrets {
            seed: [0xab; 32],
            salt: [1; 32],
        };
        let name = "lab".parse().unwrap();
        let record = Record::new(&link, &name, secrets, Timestamp(1_000_000));
        let decoded = record.decode("lab").unwrap();
        let config = crate::ipc::NodeConfig {
            params: Vec::new(),
            name: "pow-1".to_owned(),
            kind: NodeKind::Pow,
            secret: vec![0xab; 32],
            host: "tab".to_owned(),
            database: None,
            workload: crate::ipc::Workload {
                speed: crate::ipc::Speed::Full,
                share: crate::ipc::TimeShare::ALL,
                miners: 1,
            },
            is_first: true,
        };
        let start = crate::ipc::ToNode::Start(config.clone());
        let key = Keypair::from_secret(&[0xab; 32]);
        let shown = [
            format!("{secrets:?}"),
            format!("{record:?}"),
            format!("{decoded:?}"),
            format!("{config:?}"),
            format!("{start:?}"),
            format!("{key:?}"),
        ];
        for shown in shown {
            // As bytes and as hexadecimal.
            assert!(
                !shown.contains("171, 171") && !shown.contains("abab"),
                "{shown}"
            );
        }
    }

    #[test]
    fn the_words_of_a_payment_know_the_users_of_every_network() {
        use crate::command::USERS;
        assert_eq!(USERS[..4], DEMO_USERS);
        assert_eq!(USERS[4], OPERATOR);
    }

    #[test]
    fn a_new_network_has_its_nodes_users_and_first_slot() {
        let record = record("?pow=2&poa=2&difficulty=3", 1);
        let Decoded { seed, params } = record.decode("lab").expect("its own record");
        let names: Vec<_> = record.nodes.iter().map(|node| node.name.as_str()).collect();
        assert_eq!(names, ["pow-1", "pow-2", "poa-1", "poa-2"]);
        let authorities = ["poa-1", "poa-2"].map(|name| node_key(&seed, name).address());
        assert_eq!(params.authorities, authorities);
        assert_eq!(
            (params.difficulty, params.authority_weight),
            (Difficulty(4_096), Difficulty(4_096))
        );
        assert_eq!(
            params.genesis_time,
            Timestamp(995_000),
            "the first slot begins now"
        );
        assert_eq!(params.allocation.len(), 5);
        assert_eq!(params.validate(), Ok(()));
        assert_eq!(
            (
                record.free_name(NodeKind::Pow),
                record.free_name(NodeKind::Poa)
            ),
            ("pow-3".into(), "poa-3".into())
        );
        assert_eq!((record.tests_left, record.pace), (5, Pace::DEFAULT));
    }

    #[test]
    fn the_largest_network_of_a_link_has_valid_parameters() {
        let record = record("?pow=16&poa=16&difficulty=8&test_tx=50&miners=8", 1);
        assert_eq!(
            record
                .decode("lab")
                .expect("its own record")
                .params
                .validate(),
            Ok(())
        );
        assert!(record.nodes.len() < MAX_NODES);
    }

    #[test]
    fn beginning_again_makes_another_chain_of_the_same_nodes() {
        let old = record("", 1);
        let mut new = old.clone();
        new.users.push("erin".into());
        new.tests_left = 0;
        let name = "lab".parse().expect("a name");
        new.begin_again(
            &name,
            Secrets {
                seed: [2; 32],
                salt: [2; 32],
            },
            Timestamp(2_000_000),
        );
        assert_ne!(old.decode("lab"), new.decode("lab"));
        assert_eq!(
            (new.nodes, new.users, new.tests_left),
            (old.nodes, Vec::new(), 5)
        );
    }

    #[test]
    fn a_record_from_before_there_was_traffic_has_none() {
        let good = record("", 1);
        let text = good.to_text();
        let before = format!(
            "2 {}",
            text.strip_prefix("3 ")
                .and_then(|bytes| bytes.strip_suffix("00000000"))
                .expect("a record without traffic")
        );
        assert_eq!(Record::from_text(&before, "lab"), Ok(good));
    }

    #[test]
    fn a_record_comes_back_as_it_was_and_a_broken_one_is_refused() {
        let good = record("", 1);
        assert_eq!(Record::from_text(&good.to_text(), "lab"), Ok(good.clone()));
        let with = |change: &dyn Fn(&mut Record)| {
            let mut record = good.clone();
            change(&mut record);
            Record::from_text(&record.to_text(), "lab").expect_err("a broken record")
        };
        let other_name = good.params.replace("6c6162", "6c6163");
        for (error, part) in [
            (
                with(&|record| record.seed = "00".into()),
                "a seed of 32 bytes",
            ),
            (
                with(&|record| record.nodes[1].name = "pow-1".into()),
                "nodes with different names",
            ),
            (
                with(&|record| record.nodes[1].name = "no name".into()),
                "nodes with different names",
            ),
            (
                with(&|record| record.params = good.params[2..].into()),
                "parameters",
            ),
            (
                with(&|record| record.params = other_name.clone()),
                "expected parameters of lab, found those of lac",
            ),
            (
                Record::from_text("2 00ff", "lab").expect_err("too short"),
                "the bytes of a record",
            ),
            (
                Record::from_text("2 xyz", "lab").expect_err("not hexadecimal"),
                "the bytes of a record",
            ),
            (
                Record::from_text(&good.to_text().replacen('3', "2", 1), "lab")
                    .expect_err("a number too many"),
                "the bytes of a record",
            ),
        ] {
            assert_eq!(error.code(), "record_corrupt");
            assert!(error.to_string().contains(part), "{error}");
        }
        for text in ["", "1 00", "4 00", "{\"version\":1}"] {
            assert_eq!(
                Record::from_text(text, "lab")
                    .expect_err("another version")
                    .code(),
                "record_version"
            );
        }
    }
}
