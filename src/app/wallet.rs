//! The keys of this page's users, and the nonce of each sender: the demo users, whose keys anybody can
//! derive, the operator, and the persons that were made here.
//!
//! Bounds: at most [`MAX_PERSONS`] persons of a network; nonces of those only.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::App;
use super::record::{DEMO_USERS, OPERATOR, Record};
use super::store::Network;
use crate::ipc::{AccountInfo, ApiError, Request};
use crate::primitives::{Address, Keypair, Name};
use crate::view::Update;

/// Most persons of a network that one browser keeps.
const MAX_PERSONS: usize = 100;
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

    fn set_users(&self, users: Vec<WalletUser>) {
        self.users.replace(Rc::new(users));
    }

    /// The user of a name or an address.
    fn find(&self, who: &str) -> Option<WalletUser> {
        let users = self.users.borrow();
        users
            .iter()
            .find(|user| user.name == who || user.address.eq_ignore_ascii_case(who))
            .cloned()
    }

    fn names(&self) -> String {
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
fn key(network: &Network, record: &Record, name: &str) -> Option<Keypair> {
    if DEMO_USERS.contains(&name) {
        Some(Keypair::derive(&network.params.salt, "user", name))
    } else if name == OPERATOR {
        Some(Keypair::derive(&network.seed, OPERATOR, ""))
    } else if record.users.iter().any(|user| user == name) {
        Some(Keypair::derive(&network.seed, "person", name))
    } else {
        None
    }
}

impl App {
    /// The users whose keys this page holds.
    #[must_use]
    pub fn wallet_users(&self) -> Rc<Vec<WalletUser>> {
        self.wallet.users()
    }

    /// Derives the keys of the current record's users, and names the users for the picture.
    pub(super) fn name_users(&self) {
        let (Some(network), Some(record)) = (self.store.network(), self.store.record()) else {
            return;
        };
        let own = [OPERATOR]
            .into_iter()
            .chain(record.users.iter().map(String::as_str));
        let names = DEMO_USERS
            .into_iter()
            .map(|name| (name, true))
            .chain(own.map(|name| (name, false)));
        let user = |(name, demo): (&str, bool)| {
            let address = key(&network, &record, name)?.address().to_string();
            Some(WalletUser {
                name: name.to_owned(),
                address,
                demo,
            })
        };
        let users: Vec<WalletUser> = names.filter_map(user).collect();
        for user in &users {
            self.bus.push(Update::Name {
                key: user.address.clone(),
                name: user.name.clone(),
            });
        }
        self.wallet.set_users(users);
    }

    /// The key of a name, if it is one of this page's.
    fn derive_user(&self, name: &str) -> Option<Keypair> {
        key(&*self.store.network()?, &self.store.record()?, name)
    }

    /// The key of a user of this page, by name or address.
    ///
    /// # Errors
    /// `unknown_user` with the names that there are.
    pub(super) fn key_of(&self, who: &str) -> Result<Keypair, ApiError> {
        self.network()?;
        let user = self.wallet.find(who);
        user.and_then(|user| self.derive_user(&user.name))
            .ok_or_else(|| {
                let text = format!(
                    "expected a sender whose key this page holds ({}), found \"{who}\"",
                    self.wallet.names()
                );
                ApiError::new("unknown_user", text)
            })
    }

    /// The address of a receiver: a user of this page, an address, or a name that is registered.
    ///
    /// # Errors
    /// `unknown_user`, or the node's other refusal.
    pub(super) async fn address_of(&self, who: &str) -> Result<Address, ApiError> {
        if let Ok(key) = self.key_of(who) {
            return Ok(key.address());
        }
        if let Ok(address) = who.parse() {
            return Ok(address);
        }
        let malformed = |_| {
            ApiError::new(
                "not_understood",
                format!("the address of {who} cannot be read"),
            )
        };
        match self.registered(who).await? {
            Some(account) => account.address.parse().map_err(malformed),
            None => {
                let text = format!(
                    "expected a registered name such as {}, or an address of 64 hexadecimal digits, found \"{who}\"",
                    self.wallet.names()
                );
                Err(ApiError::new("unknown_user", text))
            }
        }
    }

    /// The account of a registered name.
    async fn registered(&self, name: &str) -> Result<Option<AccountInfo>, ApiError> {
        if name.parse::<Name>().is_err() {
            return Ok(None);
        }
        let who = name.to_owned();
        match self.ask(None, Request::Account { who }).await {
            Ok(answer) => answer.account().map(Some),
            Err(error)
                if ["unknown_user", "unknown_account", "not_found"]
                    .contains(&error.code.as_str()) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Makes a key for a person of this name and keeps it in the network's record. The name is on the
    /// chain only after a [`Draft`](crate::command::Draft) that registers it.
    ///
    /// # Errors
    /// A name outside the alphabet or in use, or too many persons.
    pub async fn create_user(&self, name: &str) -> Result<WalletUser, ApiError> {
        let name: Name = match name.parse() {
            Ok(name) => name,
            Err(error) => {
                let text = format!("expected {}, found \"{}\"", error.expected, error.found);
                return Err(ApiError::new("name_malformed", text));
            }
        };
        let name = name.as_str();
        if self.derive_user(name).is_some() || self.registered(name).await?.is_some() {
            return Err(ApiError::new(
                "name_taken",
                format!("expected a name that nobody has, found \"{name}\""),
            ));
        }
        self.change_record(|record| {
            if record.users.len() >= MAX_PERSONS {
                let text = format!(
                    "expected at most {MAX_PERSONS} persons in one browser, found {MAX_PERSONS} already"
                );
                return Err(ApiError::new("too_many_users", text));
            }
            if !record.users.iter().any(|user| user == name) {
                record.users.push(name.to_owned());
            }
            Ok(())
        })
        .await?;
        let address = self.key_of(name)?.address().to_string();
        Ok(WalletUser {
            name: name.to_owned(),
            address,
            demo: false,
        })
    }
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
