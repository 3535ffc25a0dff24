//! The keys of this page's users: the demo users, whose keys anybody can derive, the operator, and the
//! persons that were made here.

use std::rc::Rc;

use super::{Host, WalletUser};
use crate::command::{DEMO_USERS, OPERATOR};
use crate::ipc::{AccountInfo, ApiError, Request};
use crate::primitives::{Address, Keypair, Name};
use crate::view::Update;

/// Most persons of a network that one browser keeps.
const MAX_PERSONS: usize = 100;

impl Host {
    /// The users whose keys this page holds.
    #[must_use]
    pub fn wallet_users(&self) -> Rc<Vec<WalletUser>> {
        self.users.borrow().clone()
    }

    fn derive_users(&self) -> Vec<WalletUser> {
        let Ok(record) = self.record() else {
            return Vec::new();
        };
        let own = [OPERATOR]
            .into_iter()
            .chain(record.users.iter().map(String::as_str));
        let names = DEMO_USERS
            .into_iter()
            .map(|name| (name, true))
            .chain(own.map(|name| (name, false)));
        let user = |(name, demo): (&str, bool)| {
            let address = self.derive_user(name)?.address().to_string();
            Some(WalletUser {
                name: name.to_owned(),
                address,
                demo,
            })
        };
        names.filter_map(user).collect()
    }

    /// The key of a name, if it is one of this page's.
    fn derive_user(&self, name: &str) -> Option<Keypair> {
        let network = self.network().ok()?;
        if DEMO_USERS.contains(&name) {
            Some(Keypair::derive(&network.params.salt, "user", name))
        } else if name == OPERATOR {
            Some(Keypair::derive(&network.seed, OPERATOR, ""))
        } else if self.record().ok()?.users.iter().any(|user| user == name) {
            Some(Keypair::derive(&network.seed, "person", name))
        } else {
            None
        }
    }

    /// The key of a user of this page, by name or address.
    ///
    /// # Errors
    /// `unknown_user` with the names that there are.
    pub(super) fn key_of(&self, who: &str) -> Result<Keypair, ApiError> {
        self.network()?;
        let users = self.wallet_users();
        let user = users
            .iter()
            .find(|user| user.name == who || user.address.eq_ignore_ascii_case(who));
        user.and_then(|user| self.derive_user(&user.name))
            .ok_or_else(|| {
                let known: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
                let text = format!(
                    "expected a sender whose key this page holds ({}), found \"{who}\"",
                    known.join(", ")
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
                let names: Vec<String> = self
                    .wallet_users()
                    .iter()
                    .map(|user| user.name.clone())
                    .collect();
                let text = format!(
                    "expected a registered name such as {}, or an address of 64 hexadecimal digits, found \"{who}\"",
                    names.join(", ")
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
        match self
            .ask(
                None,
                Request::Account {
                    who: name.to_owned(),
                },
            )
            .await
        {
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
        self.change_record(&mut |record| {
            if record.users.len() >= MAX_PERSONS {
                let text =
                    format!("expected at most {MAX_PERSONS} persons in one browser, found {MAX_PERSONS} already");
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

    /// Derives the users' keys, and names the users for the picture.
    pub(super) fn name_users(&self) {
        let users = self.derive_users();
        for user in &users {
            self.bus.push(Update::Name {
                key: user.address.clone(),
                name: user.name.clone(),
            });
        }
        *self.users.borrow_mut() = Rc::new(users);
    }
}
