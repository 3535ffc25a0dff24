//! The keys of this page's users, and the nonce of each sender: the demo users, whose keys anybody can
//! derive, the operator, and the persons that were made here.
//!
//! Bounds: only users whose keys the page holds have nonces here, and the record bounds those.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::record::{DEMO_USERS, OPERATOR, Record};
use super::store::{Keys, Network};
use crate::primitives::{Address, Keypair};

/// For this long the page knows a sender's next nonce better than a node that may not have received the
/// transaction yet.
const NONCE_MEMORY_MS: f64 = 8_000.0;

/// A user whose key this page holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletUser {
    /// Name.
    pub name: String,
    /// Address in hexadecimal.
    pub address: String,
    /// Whether anybody can know the key, as it derives from the network's public salt.
    pub demo: bool,
}

/// The users, and what this page knows of their nonces.
#[derive(Debug, Default)]
pub(super) struct Wallet {
    /// The users of the current record: deriving keys takes time.
    users: RefCell<Rc<Vec<WalletUser>>>,
    /// The next nonce of a sender, and when this page learnt it.
    nonces: RefCell<BTreeMap<Address, (u64, f64)>>,
}

impl Wallet {
    pub(super) fn users(&self) -> Rc<Vec<WalletUser>> {
        Rc::clone(&self.users.borrow())
    }

    pub(super) fn set_users(&self, users: Vec<WalletUser>) {
        self.users.replace(Rc::new(users));
    }

    /// The user of a name or an address.
    pub(super) fn find(&self, who: &str) -> Option<WalletUser> {
        let users = self.users.borrow();
        users
            .iter()
            .find(|user| user.name == who || user.address.eq_ignore_ascii_case(who))
            .cloned()
    }

    pub(super) fn names(&self) -> String {
        let users = self.users.borrow();
        let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
        names.join(", ")
    }

    /// The nonce of a sender's next transaction: the node's, or a later one that this page used lately.
    pub(super) fn next_nonce(&self, sender: Address, at_node: u64, now: f64) -> u64 {
        let nonces = self.nonces.borrow();
        let lately = nonces
            .get(&sender)
            .filter(|(_, learnt)| now - learnt < NONCE_MEMORY_MS);
        lately.map_or(at_node, |(nonce, _)| at_node.max(*nonce))
    }

    /// A transaction with this nonce was accepted.
    pub(super) fn used(&self, sender: Address, nonce: u64, now: f64) {
        let next = nonce.saturating_add(1);
        self.nonces.borrow_mut().insert(sender, (next, now));
    }

    /// A transaction was refused: the node knows the sender's nonce better.
    pub(super) fn refused(&self, sender: Address) {
        self.nonces.borrow_mut().remove(&sender);
    }

    /// Another chain counts from 0.
    pub(super) fn forget_nonces(&self) {
        self.nonces.borrow_mut().clear();
    }
}

/// The key of a name, if it is one of this page's.
pub(super) fn key(network: &Network, record: &Record, name: &str) -> Option<Keypair> {
    if network.keys == Keys::Scenario {
        let known = record.users.iter().any(|user| user == name);
        known.then(|| Keypair::derive(&network.seed, "user", name))
    } else if DEMO_USERS.contains(&name) {
        Some(Keypair::derive(&network.params.salt, "user", name))
    } else if name == OPERATOR {
        Some(Keypair::derive(&network.seed, OPERATOR, ""))
    } else if record.users.iter().any(|user| user == name) {
        Some(Keypair::derive(&network.seed, "person", name))
    } else {
        None
    }
}

/// The users of a record, the demo users first.
pub(super) fn users(network: &Network, record: &Record) -> Vec<WalletUser> {
    let made = record.users.iter().map(String::as_str);
    let names: Vec<(&str, bool)> = match network.keys {
        Keys::Browser => {
            let demo = DEMO_USERS.into_iter().map(|name| (name, true));
            let own = [OPERATOR].into_iter().chain(made);
            demo.chain(own.map(|name| (name, false))).collect()
        }
        // Whoever has the scenario has its keys.
        Keys::Scenario => made.map(|name| (name, true)).collect(),
    };
    let user = |(name, demo): (&str, bool)| {
        let address = key(network, record, name)?.address().to_string();
        Some(WalletUser {
            name: name.to_owned(),
            address,
            demo,
        })
    };
    names.into_iter().filter_map(user).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Address = Address([1; 32]);

    #[test]
    fn a_nonce_that_was_used_lately_counts_before_the_node_has_received_it() {
        let wallet = Wallet::default();
        assert_eq!(wallet.next_nonce(ALICE, 3, 0.0), 3);
        wallet.used(ALICE, 3, 0.0);
        assert_eq!(wallet.next_nonce(ALICE, 3, 100.0), 4);
        assert_eq!(wallet.next_nonce(ALICE, 9, 100.0), 9, "the node knows more");
        assert_eq!(wallet.next_nonce(Address([2; 32]), 3, 100.0), 3);
        assert_eq!(wallet.next_nonce(ALICE, 3, 8_000.0), 3, "too long ago");
    }

    #[test]
    fn after_a_refusal_and_on_another_chain_the_node_counts() {
        let wallet = Wallet::default();
        wallet.used(ALICE, 3, 0.0);
        wallet.refused(ALICE);
        assert_eq!(wallet.next_nonce(ALICE, 3, 1.0), 3);
        wallet.used(ALICE, 3, 1.0);
        wallet.forget_nonces();
        assert_eq!(wallet.next_nonce(ALICE, 0, 2.0), 0);
    }
}
