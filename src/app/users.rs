//! The users of this page: their keys and names, the addresses of receivers, and new persons.
//!
//! Bounds: at most [`MAX_PERSONS`] persons of a network.

use std::rc::Rc;

use super::machine::App;
use super::naming::spelled;
use super::wallet::{self, WalletUser};
use crate::ipc::{AccountInfo, ask};
use crate::primitives::{Address, Keypair, Name};
use crate::refusal::{LookupError, MessageError, Refusal, WalletError};

/// Most persons of a network that one browser keeps.
const MAX_PERSONS: usize = 100;

impl App {
    /// The users whose keys this page holds.
    #[must_use]
    pub fn wallet_users(&self) -> Rc<Vec<WalletUser>> {
        self.wallet.users()
    }

    /// The key of a name, if it is one of this page's.
    pub(super) fn derive_user(&self, name: &str) -> Option<Keypair> {
        wallet::key(&*self.store.network()?, &self.store.record()?, name)
    }

    /// The key of a user of this page, by name or address.
    ///
    /// # Errors
    /// `unknown_user` with the names that there are.
    pub(super) fn key_of(&self, who: &str) -> Result<Keypair, Refusal> {
        self.network()?;
        let user = self.wallet.find(&spelled(who));
        user.and_then(|user| self.derive_user(&user.name))
            .ok_or_else(|| {
                let (known, found) = (self.wallet.names(), who.to_owned());
                WalletError::Sender { known, found }.into()
            })
    }

    /// The address of a receiver: a user of this page, an address, or a name that is registered.
    ///
    /// # Errors
    /// `unknown_user`, or the node's other refusal.
    pub(super) async fn address_of(&self, who: &str) -> Result<Address, Refusal> {
        let word = spelled(who);
        // The address of a user is known: to derive the key again takes as long as to sign.
        let known = self.wallet.find(&word).map(|user| user.address);
        if let Ok(address) = known.unwrap_or(word).parse() {
            return Ok(address);
        }
        let malformed = |_| {
            let who = who.to_owned();
            MessageError::Address { who }.into()
        };
        match self.registered(who).await? {
            Some(account) => account.address.parse().map_err(malformed),
            None => {
                let (known, found) = (self.wallet.names(), who.to_owned());
                Err(WalletError::Receiver { known, found }.into())
            }
        }
    }

    /// The account of a registered name.
    pub(super) async fn registered(&self, name: &str) -> Result<Option<AccountInfo>, Refusal> {
        let who = spelled(name);
        if who.parse::<Name>().is_err() {
            return Ok(None);
        }
        match self.ask(None, ask::Account { who }).await {
            Ok(account) => Ok(Some(account)),
            Err(Refusal::Lookup(LookupError::Account { .. })) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a key for a person of this name and keeps it in the network's record. The name is on
    /// the chain only after a [`Draft`](crate::command::Draft) that registers it; until then the
    /// same name gives the same person again, as what was to follow may have been refused.
    ///
    /// # Errors
    /// A name outside the alphabet or in use, or too many persons.
    pub async fn create_user(&self, name: &str) -> Result<WalletUser, Refusal> {
        let name: Name = spelled(name).parse().map_err(WalletError::NameMalformed)?;
        let name = name.as_str();
        let made = self.record()?.users.iter().any(|user| user == name);
        let is_taken = !made && self.derive_user(name).is_some();
        if is_taken || self.registered(name).await?.is_some() {
            let name = name.to_owned();
            return Err(WalletError::NameTaken { name }.into());
        }
        self.change_record(|record| {
            if record.users.iter().any(|user| user == name) {
                return Ok(());
            }
            if record.users.len() >= MAX_PERSONS {
                return Err(WalletError::TooManyUsers { limit: MAX_PERSONS }.into());
            }
            record.users.push(name.to_owned());
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
