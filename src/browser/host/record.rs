//! What the browser remembers of a network: enough to bring it up again exactly as it was. The ledgers
//! are the nodes' own.
//!
//! A record that cannot be read is never used and never lost: it is kept aside under another key.

use serde::{Deserialize, Serialize};

use super::storage::Storage;
use crate::browser::js::{self, from_js, to_js};
use crate::command::LinkParameters;
use crate::consensus::{Allocation, Params};
use crate::ipc::{ApiError, Level, NodeKind, Pace};
use crate::primitives::{Address, Amount, BlockHash, Difficulty, Keypair, Name, Timestamp, from_hex, to_hex};

/// Version of this layout.
const VERSION: u32 = 1;
/// Most nodes of a network that one browser keeps.
pub(super) const MAX_NODES: usize = 48;
/// The demo users, who have coins from the first block on.
pub(super) const DEMO_USERS: [&str; 4] = ["alice", "bob", "carol", "dave"];
/// The account that may change parameters.
pub(super) const OPERATOR: &str = "operator";

const DEMO_COINS: Amount = Amount(10_000);
const OPERATOR_COINS: Amount = Amount(1_000);

/// One node of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NodeEntry {
    pub(super) name: String,
    pub(super) kind: NodeKind,
}

/// What is kept of a network.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    version: u32,
    /// 32 secret bytes in hexadecimal: the keys of nodes, operator and persons derive from them.
    seed: String,
    /// Canonical bytes of the parameters in hexadecimal.
    params: String,
    pub(super) nodes: Vec<NodeEntry>,
    /// Persons whose keys derive from the seed.
    pub(super) users: Vec<String>,
    /// Test transactions that are yet to be sent.
    pub(super) tests_left: u32,
    pub(super) test_tx: u32,
    /// Zero digits that the network began with.
    pub(super) difficulty: u8,
    pub(super) pace: Pace,
    pub(super) log: Level,
    pub(super) miners: u32,
}

/// A record's secrets and parameters, decoded.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Decoded {
    pub(super) seed: [u8; 32],
    pub(super) params: Params,
}

impl Record {
    /// A new network of the link's shape.
    ///
    /// # Errors
    /// The browser gives no random bytes.
    pub(super) fn new(link: &LinkParameters, name: &Name, now: Timestamp) -> Result<Self, ApiError> {
        let named = |kind: NodeKind, count: u32| {
            (1..=count).map(move |number| NodeEntry { name: format!("{}-{number}", kind.word()), kind })
        };
        let nodes = named(NodeKind::Pow, link.pow).chain(named(NodeKind::Poa, link.poa)).collect();
        let mut record = Self {
            version: VERSION,
            seed: String::new(),
            params: String::new(),
            nodes,
            users: Vec::new(),
            tests_left: link.test_tx,
            test_tx: link.test_tx,
            difficulty: link.difficulty,
            pace: link.pace.unwrap_or(LinkParameters::DEFAULT_PACE),
            log: Level::Info,
            miners: link.miners.unwrap_or(LinkParameters::DEFAULT_MINERS),
        };
        record.begin_again(name, now)?;
        Ok(record)
    }

    /// Gives the network new keys and a new genesis block; nodes and settings stay.
    ///
    /// # Errors
    /// The browser gives no random bytes.
    pub(super) fn begin_again(&mut self, name: &Name, now: Timestamp) -> Result<(), ApiError> {
        let (seed, salt): ([u8; 32], [u8; 32]) = (js::random()?, js::random()?);
        let params = params(name, &seed, salt, now, &self.nodes, self.difficulty);
        self.seed = to_hex(&seed);
        self.params = to_hex(&params.to_bytes());
        self.users.clear();
        self.tests_left = self.test_tx;
        Ok(())
    }

    /// The secrets and parameters.
    ///
    /// # Errors
    /// `record_corrupt`, saying what is wrong.
    pub(super) fn decode(&self, name: &str) -> Result<Decoded, ApiError> {
        let corrupt = |what: &str| ApiError::new("record_corrupt", format!("the record of network {name}: {what}"));
        let seed = from_hex(&self.seed).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let seed = seed.ok_or_else(|| corrupt("expected a seed of 32 bytes"))?;
        let bytes = from_hex(&self.params).map_err(|error| corrupt(&error.to_string()))?;
        let params = Params::from_bytes(&bytes).map_err(|error| corrupt(&error.to_string()))?;
        if params.network.as_str() != name {
            return Err(corrupt(&format!("expected parameters of {name}, found those of {}", params.network)));
        }
        let unique = |at: usize, node: &NodeEntry| self.nodes[..at].iter().all(|other| other.name != node.name);
        let good =
            self.nodes.iter().enumerate().all(|(at, node)| node.name.parse::<Name>().is_ok() && unique(at, node));
        if !good || self.nodes.len() > MAX_NODES {
            return Err(corrupt(&format!("expected at most {MAX_NODES} nodes with different names")));
        }
        Ok(Decoded { seed, params })
    }

    /// The first free name for another node of this kind.
    pub(super) fn free_name(&self, kind: NodeKind) -> String {
        let taken = |name: &String| self.nodes.iter().any(|node| node.name == *name);
        let names = (1_u32..).map(|number| format!("{}-{number}", kind.word()));
        names.into_iter().find(|name| !taken(name)).unwrap_or_default()
    }

    /// Addresses of all authorities in the order in which they were made.
    pub(super) fn authorities(&self, seed: &[u8; 32]) -> Vec<Address> {
        let poa = self.nodes.iter().filter(|node| node.kind == NodeKind::Poa);
        poa.map(|node| node_key(seed, &node.name).address()).collect()
    }
}

/// The secret key of a node.
pub(super) fn node_key(seed: &[u8; 32], name: &str) -> Keypair {
    Keypair::derive(seed, "node", name)
}

/// The parameters of a new network. Its first slot begins now.
fn params(name: &Name, seed: &[u8; 32], salt: [u8; 32], now: Timestamp, nodes: &[NodeEntry], difficulty: u8) -> Params {
    let operator = Keypair::derive(seed, OPERATOR, "").address();
    let mut params = Params::playground(name.clone(), salt, now, operator);
    params.genesis_time = Timestamp(now.0.saturating_sub(params.slot.0));
    params.difficulty = Difficulty::from_zero_digits(difficulty);
    params.authority_weight = params.difficulty;
    let poa = nodes.iter().filter(|node| node.kind == NodeKind::Poa);
    params.authorities = poa.map(|node| node_key(seed, &node.name).address()).collect();
    let funded = |name: &str, address: Address, amount: Amount| Allocation { address, amount, name: name.parse().ok() };
    params.allocation = DEMO_USERS
        .iter()
        .map(|user| funded(user, Keypair::derive(&salt, "user", user).address(), DEMO_COINS))
        .chain([funded(OPERATOR, operator, OPERATOR_COINS)])
        .collect();
    params
}

/// The name of a node's database. Another chain of the same network is another database.
pub(super) fn database(network: &Name, chain_id: &BlockHash, node: &str) -> String {
    format!("aurex:{network}:{}:{node}", chain_id.short())
}

/// The key of a network's record.
pub(super) fn storage_key(network: &str) -> String {
    format!("aurex:network:{network}")
}

/// The record of a network, if there is one that can be used. One that cannot is put aside.
pub(super) fn load(storage: &Storage, network: &str) -> (Option<Record>, Option<ApiError>) {
    let key = storage_key(network);
    let Some(text) = storage.get(&key) else { return (None, None) };
    match read(&text, network) {
        Ok(record) => (Some(record), None),
        Err(error) => {
            let aside = format!("{key}:aside:{}", js::now());
            let kept = match storage.set(&aside, &text) {
                Ok(()) => format!("It is kept aside as {aside}"),
                Err(error) => error.message,
            };
            let text = format!("{}. {kept}; the network begins anew.", error.message);
            (None, Some(ApiError::new(&error.code, text)))
        }
    }
}

fn read(text: &str, network: &str) -> Result<Record, ApiError> {
    let corrupt =
        |reason: String| ApiError::new("record_corrupt", format!("the record of network {network}: {reason}"));
    let value = js_sys::JSON::parse(text).map_err(|thrown| corrupt(js::explain(&thrown)))?;
    let version = js::field(&value, "version").as_f64();
    if version != Some(f64::from(VERSION)) {
        let found = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
        let text = format!("the record of network {network}: expected version {VERSION}, found {found}");
        return Err(ApiError::new("record_version", text));
    }
    let record: Record = from_js(value).map_err(|error| corrupt(error.message))?;
    record.decode(network)?;
    Ok(record)
}

/// Writes the record of a network.
///
/// # Errors
/// `storage_write`.
pub(super) fn save(storage: &Storage, network: &str, record: &Record) -> Result<(), ApiError> {
    let text = js_sys::JSON::stringify(&to_js(record)?)
        .map_err(|thrown| ApiError::new("storage_write", js::explain(&thrown)))?;
    storage.set(&storage_key(network), &String::from(text))
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn lab() -> Name {
        "lab".parse().expect("a name")
    }

    fn record(search: &str) -> Record {
        Record::new(&LinkParameters::parse(search).0, &lab(), Timestamp(1_000_000)).expect("random bytes")
    }

    #[wasm_bindgen_test]
    fn a_new_network_has_its_nodes_users_and_first_slot() {
        let record = record("?pow=2&poa=2&difficulty=3");
        let Decoded { seed, params } = record.decode("lab").expect("its own record");
        assert_eq!(
            record.nodes.iter().map(|node| node.name.as_str()).collect::<Vec<_>>(),
            ["pow-1", "pow-2", "poa-1", "poa-2"]
        );
        assert_eq!(params.authorities, record.authorities(&seed));
        assert_eq!((params.difficulty, params.authority_weight), (Difficulty(4_096), Difficulty(4_096)));
        assert_eq!(params.genesis_time, Timestamp(995_000));
        assert_eq!(params.allocation.len(), 5);
        assert_eq!(record.free_name(NodeKind::Pow), "pow-3");
        assert_ne!(record.params, self::record("").params);
    }

    #[wasm_bindgen_test]
    fn a_record_comes_back_as_it_was_and_a_broken_one_is_put_aside() {
        let storage = Storage::Memory(std::cell::RefCell::default());
        assert_eq!(load(&storage, "lab"), (None, None));
        let record = record("");
        save(&storage, "lab", &record).expect("memory");
        assert_eq!(load(&storage, "lab"), (Some(record.clone()), None));

        let key = storage_key("lab");
        let good = storage.get(&key).expect("just written");
        let params_of_another = good.replace(&record.params, &self::record("").params.replace("6c6162", "6c6163"));
        for (text, code) in [
            ("not json", "record_corrupt"),
            ("{}", "record_version"),
            (&good.replace("\"version\":1", "\"version\":2"), "record_version"),
            (&good.replace(&record.seed, "00"), "record_corrupt"),
            (&good.replace("poa-2", "pow-1"), "record_corrupt"),
            (&params_of_another, "record_corrupt"),
        ] {
            storage.set(&key, text).expect("memory");
            let (found, error) = load(&storage, "lab");
            let error = error.expect("a refusal");
            assert_eq!((found, error.code.as_str()), (None, code), "{text}");
            assert!(error.message.contains("kept aside as aurex:network:lab:aside:"), "{}", error.message);
        }
    }
}
