//! The network's record in the browser's database, and the network that it describes.
//!
//! A record that cannot be read is never used and never lost: it is kept aside under another key.
//! Earlier releases kept records as small texts, which a browser that is killed may lose: such a
//! one is taken over once.
//!
//! Invariants: the current record decodes, and the network is the one of its parameters. What
//! [`RecordStore::write`] wrote was on the disk before it ended, so that no node runs whose network
//! a killed browser would forget.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::platform::{Platform, Reason, random};
use super::record::{Record, Secrets};
use crate::consensus::Params;
use crate::ipc::Refusal;
use crate::ledger::Durability;
use crate::primitives::{BlockHash, Name};
use crate::refusal::{Aside, Limit, PlatformError, RecordError, StartupError};
use crate::state::genesis;

/// Whose keys a network has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    /// The demo users, the operator and this browser's own persons.
    Browser,
    /// The users of a scenario of the laboratory: all follow from its seed.
    Scenario,
}

/// What all nodes of the network agree on, and this browser's secret for it.
pub(super) struct Network {
    pub(super) keys: Keys,
    pub(super) seed: [u8; 32],
    pub(super) params: Params,
    pub(super) chain_id: BlockHash,
}

/// The record with its place.
pub(super) struct RecordStore {
    platform: Rc<dyn Platform>,
    name: Name,
    keys: Keys,
    /// Texts of a network that lives in this page only; `None` where the platform keeps them.
    memory: RefCell<Option<Vec<(String, String)>>>,
    /// Whether a record was found or written here.
    stored: Cell<bool>,
    /// Whether the stored record is older than the current one, which could not be written.
    behind: Cell<bool>,
    record: RefCell<Option<Record>>,
    network: RefCell<Option<Rc<Network>>>,
}

impl fmt::Debug for RecordStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordStore")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

/// What came of making a record the current one.
pub(super) struct Adopted {
    /// The record before it.
    pub(super) before: Option<Record>,
    /// The network of the record, if it is another than before.
    pub(super) begun: Option<Rc<Network>>,
}

impl RecordStore {
    /// The store of a network: the browser's databases, or memory and why. Without databases a
    /// record is of no use after the page: a node that comes back with its key must know what it
    /// has signed.
    pub(super) fn open(
        platform: Rc<dyn Platform>,
        name: Name,
        keys: Keys,
    ) -> (Self, Option<PlatformError>) {
        let missing = platform
            .missing()
            .into_iter()
            .find(|missing| *missing == PlatformError::NoIndexedDb);
        let store = Self {
            platform,
            name,
            keys,
            memory: RefCell::new(missing.is_some().then(Vec::new)),
            stored: Cell::new(false),
            behind: Cell::new(false),
            record: RefCell::default(),
            network: RefCell::default(),
        };
        (
            store,
            missing.map(|missing| missing.limited(Limit::ThisTab)),
        )
    }

    /// Goes on in memory: nothing of the network survives the page.
    fn give_up(&self, Reason(reason): Reason) -> PlatformError {
        self.memory.replace(Some(Vec::new()));
        PlatformError::NoRecordStorage { reason }.limited(Limit::ThisTab)
    }

    /// Whether the record survives the page.
    pub(super) fn is_persistent(&self) -> bool {
        self.memory.borrow().is_none()
    }

    /// The key of the record.
    pub(super) fn key(&self) -> String {
        format!("aurex:network:{}", self.name)
    }

    /// The key of what was signed in the network and is in no block yet; that of each transaction
    /// has its id after it.
    pub(super) fn signed_key(&self) -> String {
        format!("{}:signed", self.key())
    }

    /// The records of what was signed, at most so many: each its key and its text.
    pub(super) async fn signed(&self, most: u32) -> Result<Vec<(String, String)>, Reason> {
        let prefix = self.signed_key();
        if let Some(memory) = &*self.memory.borrow() {
            let found = memory.iter().filter(|(key, _)| key.starts_with(&prefix));
            return Ok(found.cloned().collect());
        }
        self.platform.load_records(prefix, most).await
    }

    /// Writes records of what was signed; a browser that is killed has them when this ends well.
    /// Where the power goes, what nodes have is lost in the same way, and a flush for each
    /// transaction would be what people wait for.
    pub(super) async fn write_signed(
        &self,
        records: Vec<(String, Option<String>)>,
    ) -> Result<(), Reason> {
        self.write_records(records, Durability::Relaxed).await
    }

    /// The stored record, if there is one that can be used, and what went wrong. One that cannot is
    /// kept aside.
    pub(super) async fn load(&self) -> (Option<Record>, Option<Refusal>) {
        let key = self.key();
        let text = match self.text(&key).await {
            Ok(Some(text)) => text,
            Ok(None) => return (None, None),
            // Of a network whose record was read before, the databases are there: nothing is given
            // up.
            Err(Reason(reason)) if self.stored.get() => {
                return (None, Some(PlatformError::StorageRead { reason }.into()));
            }
            Err(reason) => return (None, Some(self.give_up(reason).into())),
        };
        match Record::from_text(&text, self.name.as_str()) {
            Ok(record) => {
                self.stored.set(true);
                (Some(record), None)
            }
            Err(error) => {
                let key = format!("{key}:aside:{}", self.platform.now());
                let aside = match self.set_text(&key, &text, Durability::Strict).await {
                    Ok(()) => Aside::Kept { key },
                    Err(Reason(reason)) => Aside::Lost(PlatformError::StorageWrite { reason }),
                };
                let aside = Box::new(aside);
                (None, Some(StartupError::Record { error, aside }.into()))
            }
        }
    }

    /// Makes a record the current one at once.
    ///
    /// # Errors
    /// `record_corrupt`; nothing changes then.
    pub(super) fn adopt(&self, record: Record) -> Result<Adopted, RecordError> {
        let decoded = record.decode(self.name.as_str())?;
        let known = self
            .network
            .borrow()
            .as_ref()
            .is_some_and(|network| network.params == decoded.params);
        let begun = (!known).then(|| {
            Rc::new(Network {
                keys: self.keys,
                seed: decoded.seed,
                chain_id: genesis(&decoded.params).0.header.id(),
                params: decoded.params,
            })
        });
        if let Some(network) = &begun {
            self.network.replace(Some(Rc::clone(network)));
        }
        let before = self.record.replace(Some(record));
        Ok(Adopted { before, begun })
    }

    /// Writes the current record; it is on the disk when this ends. A network whose first record
    /// cannot be written lives in this page only.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub(super) async fn write(&self) -> Result<(), PlatformError> {
        let Some(text) = self.read(Record::to_text) else {
            return Ok(());
        };
        let written = self.set_text(&self.key(), &text, Durability::Strict).await;
        self.behind.set(written.is_err());
        match written {
            Ok(()) => {
                self.stored.set(true);
                Ok(())
            }
            Err(Reason(reason)) if self.stored.get() => Err(PlatformError::StorageWrite { reason }),
            Err(reason) => Err(self.give_up(reason)),
        }
    }

    /// Whether the current record is yet to be written, so that what is stored does not count.
    pub(super) fn is_behind(&self) -> bool {
        self.behind.get()
    }

    /// The current record.
    pub(super) fn record(&self) -> Option<Record> {
        self.record.borrow().clone()
    }

    /// Replaces the current record without writing it; gives the one before.
    pub(super) fn replace(&self, record: Record) -> Option<Record> {
        self.record.replace(Some(record))
    }

    /// A value of the current record.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Record) -> T) -> Option<T> {
        self.record.borrow().as_ref().map(read)
    }

    pub(super) fn network(&self) -> Option<Rc<Network>> {
        self.network.borrow().clone()
    }

    /// Random bytes for a new chain.
    ///
    /// # Errors
    /// The platform gives none.
    pub(super) fn secrets(&self) -> Result<Secrets, Refusal> {
        Ok(Secrets {
            seed: random(&*self.platform)?,
            salt: random(&*self.platform)?,
        })
    }

    async fn text(&self, key: &str) -> Result<Option<String>, Reason> {
        if let Some(memory) = &*self.memory.borrow() {
            let found = memory.iter().find(|(other, _)| other == key);
            return Ok(found.map(|(_, text)| text.clone()));
        }
        // Others may begin with it: it comes before those.
        let first = self.platform.load_records(key.to_owned(), 1).await?;
        if let Some((_, text)) = first.into_iter().find(|(found, _)| found == key) {
            return Ok(Some(text));
        }
        // What cannot be read is as good as absent.
        let Some(text) = self.platform.load(key).unwrap_or_default() else {
            return Ok(None);
        };
        self.set_text(key, &text, Durability::Strict).await?;
        // One that stays is not looked at again.
        let _ = self.platform.remove(key);
        Ok(Some(text))
    }

    async fn set_text(&self, key: &str, text: &str, durability: Durability) -> Result<(), Reason> {
        let record = (key.to_owned(), Some(text.to_owned()));
        self.write_records(vec![record], durability).await
    }

    async fn write_records(
        &self,
        records: Vec<(String, Option<String>)>,
        durability: Durability,
    ) -> Result<(), Reason> {
        if let Some(memory) = &mut *self.memory.borrow_mut() {
            for (key, text) in records {
                memory.retain(|(other, _)| *other != key);
                memory.extend(text.map(|text| (key, text)));
            }
            return Ok(());
        }
        self.platform.write_records(records, durability).await
    }
}
