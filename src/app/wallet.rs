//! The keys of this page's users: the demo users, whose keys anybody can derive, the operator, and
//! the persons that were made here. The record bounds how many there are.

use std::cell::RefCell;
use std::rc::Rc;

use super::record::{DEMO_USERS, OPERATOR, Record};
use super::store::{Keys, Network};
use crate::primitives::{Address, Keypair};

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

/// The users.
#[derive(Debug, Default)]
pub(super) struct Wallet {
    /// The users of the current record: deriving keys takes time.
    users: RefCell<Rc<Vec<WalletUser>>>,
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

    /// The name of an address whose key this page holds.
    pub(super) fn name_of(&self, address: &Address) -> String {
        let address = address.to_string();
        let user = self.find(&address);
        user.map_or(address, |user| user.name)
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
