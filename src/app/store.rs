//! The network's record in the platform's storage, and the network that it describes.
//!
//! A record that cannot be read is never used and never lost: it is kept aside under another key.
//!
//! Invariant: the current record decodes, and the network is the one of its parameters.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::platform::{Platform, Reason, random};
use super::record::{Record, Secrets};
use crate::consensus::Params;
use crate::ipc::ApiError;
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
    memory: Option<RefCell<Vec<(String, String)>>>,
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
pub(super) struct Kept {
    /// The network of the record, if it is another than before.
    pub(super) begun: Option<Rc<Network>>,
    /// Why the record could not be written, if it could not.
    pub(super) unwritten: Option<PlatformError>,
}

impl RecordStore {
    /// The store of a network: the platform's storage if it can be written, else memory and why. Without databases
    /// a record is of no use after the page: a node that comes back with its key must know what it has signed.
    pub(super) fn open(
        platform: Rc<dyn Platform>,
        name: Name,
        keys: Keys,
    ) -> (Self, Option<PlatformError>) {
        let missing = platform
            .missing()
            .into_iter()
            .find(|missing| *missing == PlatformError::NoIndexedDb);
        let problem = match missing {
            Some(missing) => Some(missing),
            None => probe(&*platform)
                .err()
                .map(|Reason(reason)| PlatformError::NoLocalStorage { reason }),
        };
        let store = Self {
            platform,
            name,
            keys,
            memory: problem.is_some().then(RefCell::default),
            record: RefCell::default(),
            network: RefCell::default(),
        };
        let problem = problem.map(|missing| missing.limited(Limit::ThisTab));
        (store, problem)
    }

    /// Whether the record survives the page.
    pub(super) const fn is_persistent(&self) -> bool {
        self.memory.is_none()
    }

    /// The key of the record.
    pub(super) fn key(&self) -> String {
        format!("aurex:network:{}", self.name)
    }

    /// The stored record, if there is one that can be used. One that cannot is kept aside.
    pub(super) fn load(&self) -> (Option<Record>, Option<StartupError>) {
        let key = self.key();
        let Some(text) = self.text(&key) else {
            return (None, None);
        };
        match Record::from_text(&text, self.name.as_str()) {
            Ok(record) => (Some(record), None),
            Err(error) => {
                let key = format!("{key}:aside:{}", self.platform.now());
                let aside = match self.set_text(&key, &text) {
                    Ok(()) => Aside::Kept { key },
                    Err(error) => Aside::Lost(error),
                };
                let aside = Box::new(aside);
                (None, Some(StartupError::Record { error, aside }))
            }
        }
    }

    /// Makes a record the current one and writes it.
    ///
    /// # Errors
    /// `record_corrupt`; nothing changes then.
    pub(super) fn keep(&self, record: Record) -> Result<Kept, RecordError> {
        let decoded = record.decode(self.name.as_str())?;
        let unwritten = self.set_text(&self.key(), &record.to_text()).err();
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
        self.record.replace(Some(record));
        Ok(Kept { begun, unwritten })
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
    pub(super) fn secrets(&self) -> Result<Secrets, ApiError> {
        Ok(Secrets {
            seed: random(&*self.platform)?,
            salt: random(&*self.platform)?,
        })
    }

    fn text(&self, key: &str) -> Option<String> {
        match &self.memory {
            // What cannot be read is as good as absent.
            None => self.platform.load(key).unwrap_or_default(),
            Some(memory) => memory
                .borrow()
                .iter()
                .find(|(other, _)| other == key)
                .map(|(_, text)| text.clone()),
        }
    }

    fn set_text(&self, key: &str, text: &str) -> Result<(), PlatformError> {
        let Some(memory) = &self.memory else {
            let unwritten = |Reason(reason)| PlatformError::StorageWrite { reason };
            return self.platform.store(key, text).map_err(unwritten);
        };
        let mut memory = memory.borrow_mut();
        memory.retain(|(other, _)| other != key);
        memory.push((key.to_owned(), text.to_owned()));
        Ok(())
    }
}

/// Writes a text and takes it away again.
fn probe(platform: &dyn Platform) -> Result<(), Reason> {
    const PROBE: &str = "aurex:probe";
    platform.store(PROBE, "1")?;
    platform.remove(PROBE)
}
