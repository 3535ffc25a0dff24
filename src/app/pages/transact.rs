//! The Transact page: who holds what, and what was sent during this visit.

use super::PageModel;
use super::compose::Holding;
use crate::ipc::{AccountInfo, TransactionInfo};
use crate::ledger::{Query, Table};
use crate::view::Model;

/// Transactions of this visit that are followed: each asks all nodes on every new head.
const MAX_FOLLOWED: usize = 5;
/// Recent transactions of the ledger that are shown.
const RECENT: u32 = 10;
/// Transactions of the mempool that are drawn; the node lists up to 200.
pub const POOL_SHOWN: usize = 50;

/// What was sent during this visit, newest first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sent(Vec<TransactionInfo>);

impl Sent {
    /// The transactions, newest first.
    #[must_use]
    pub fn list(&self) -> &[TransactionInfo] {
        &self.0
    }
}

impl PageModel for Sent {
    /// A node took a transaction.
    type Message = TransactionInfo;

    fn update(&mut self, info: TransactionInfo) {
        self.0.retain(|other| other.tx_hash != info.tx_hash);
        self.0.insert(0, info);
        self.0.truncate(MAX_FOLLOWED);
    }
}

/// A user whose key this page holds, with what the chain knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserLine {
    /// Its name in this browser.
    pub name: String,
    /// The account's address: 64 lower-case hex digits.
    pub address: String,
    /// Whether anybody can know the key.
    pub demo: bool,
    /// Whole coins at the head; 0 without an account.
    pub balance: u64,
    /// Nonce of its next transaction; 0 without an account.
    pub next_nonce: u64,
    /// Whether it has coins to register its name; `None` where it has that name, or no account.
    pub registration: Option<bool>,
    /// What it holds besides coins.
    pub holdings: Vec<Holding>,
}

impl UserLine {
    /// The line of a user with this name, address and kind of key.
    #[must_use]
    pub fn of(name: &str, address: &str, demo: bool, accounts: &[AccountInfo]) -> Self {
        let account = accounts.iter().find(|account| account.address == address);
        let unnamed = account.filter(|account| account.name != name);
        Self {
            name: name.to_owned(),
            address: address.to_owned(),
            demo,
            balance: account.map_or(0, |account| account.balance),
            next_nonce: account.map_or(0, |account| account.next_nonce),
            registration: unnamed.map(|account| account.balance > 0),
            holdings: account.map(holdings).unwrap_or_default(),
        }
    }
}

fn holdings(account: &AccountInfo) -> Vec<Holding> {
    let holding = |(symbol, asset, units): &(String, String, u64)| Holding {
        asset: asset.clone(),
        symbol: symbol.clone(),
        units: *units,
    };
    account.assets.iter().map(holding).collect()
}

/// What changes the status of transactions: a new head, and a mempool that took or lost something.
#[must_use]
pub fn mark(model: &Model) -> String {
    let head = model.tips.first().map(|tip| tip.hash.as_str());
    let pending: u32 = model.nodes.iter().map(|node| node.status.pending).sum();
    format!("{} {pending}", head.unwrap_or_default())
}

/// The question for the newest transactions of a ledger.
#[must_use]
pub fn newest() -> Query {
    Query {
        table: Table::Transactions,
        index: Some("timestamp".to_owned()),
        key: None,
        descending: true,
        offset: 0,
        limit: RECENT,
    }
}

#[cfg(test)]
pub(in crate::app) mod tests {
    use super::*;
    use crate::records::{
        BlockFinality, PayloadKind, TransactionRecord, TransactionStatus, UserRow,
    };
    use crate::view::testing::status;
    use crate::view::{NodeView, Tip};

    pub(in crate::app) fn transaction(id: &str, status: TransactionStatus) -> TransactionInfo {
        let committed = status == TransactionStatus::Committed;
        TransactionInfo {
            record: TransactionRecord {
                tx_hash: id.into(),
                status,
                block_id: "bb".into(),
                height: committed.then_some(1_234),
                from_user: "alice".into(),
                to_user: "bob".into(),
                from_address: "aa".into(),
                amount: 10,
                fee: 1,
                nonce: 0,
                kind: PayloadKind::Transfer,
                memo: "hi".into(),
                timestamp: 5,
                reason: "replaced".into(),
            },
            confirmations: 2,
            finality: BlockFinality::Plain,
            seen_by: 3,
            signature: String::new(),
            raw: String::new(),
        }
    }

    fn account(name: &str, balance: u64) -> AccountInfo {
        AccountInfo {
            record: UserRow {
                address: "aa".into(),
                name: name.into(),
                balance,
                nonce: 1,
                created_at_height: 0,
            },
            next_nonce: 2,
            assets: vec![("GOLD".into(), "a1".into(), 7)],
        }
    }

    #[test]
    fn the_newest_is_followed_first_each_once_and_not_too_many() {
        let mut sent = Sent::default();
        for id in ["1", "2", "3", "4", "5", "6", "3"] {
            sent.update(transaction(id, TransactionStatus::Pending));
        }
        let ids: Vec<&str> = sent
            .list()
            .iter()
            .map(|info| info.tx_hash.as_str())
            .collect();
        assert_eq!(ids, ["3", "6", "5", "4", "2"]);
    }

    #[test]
    fn a_user_without_an_account_has_nothing_and_cannot_register() {
        let line = UserLine::of("eve", "ee", false, &[account("", 5)]);
        assert_eq!(
            (line.balance, line.next_nonce, line.registration),
            (0, 0, None)
        );
        assert!(line.holdings.is_empty());
    }

    #[test]
    fn a_name_is_offered_for_registration_until_the_chain_has_it_and_only_with_coins() {
        let offered = |name: &str, balance| {
            UserLine::of("eve", "aa", false, &[account(name, balance)]).registration
        };
        assert_eq!(offered("", 5), Some(true));
        assert_eq!(offered("", 0), Some(false));
        assert_eq!(offered("eve", 5), None);
    }

    #[test]
    fn what_an_account_holds_can_be_sent() {
        let line = UserLine::of("eve", "aa", false, &[account("eve", 5)]);
        let gold = Holding {
            asset: "a1".into(),
            symbol: "GOLD".into(),
            units: 7,
        };
        assert_eq!(line.holdings, [gold]);
    }

    #[test]
    fn the_mark_changes_with_the_head_and_with_what_waits() {
        let mut model = Model::new("main");
        let empty = mark(&model);
        model.nodes = vec![NodeView {
            status: status("pow-1", "a", 1),
            miners: Vec::new(),
            peers: Vec::new(),
            own: true,
        }];
        let waiting = mark(&model);
        model.tips = vec![Tip {
            hash: "a".into(),
            height: 1,
            nodes: Vec::new(),
        }];
        let new_head = mark(&model);
        assert!(empty != waiting && waiting != new_head);
        model.nodes[0].status.frames_in += 1;
        assert_eq!(mark(&model), new_head, "figures alone change nothing");
    }
}
