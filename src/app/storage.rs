//! What is known of this browser's storage: how much is used, whether the browser was asked to keep
//! it, and what the page says while it is short.

use std::cell::{Cell, RefCell};

use super::platform::StorageUse;
use crate::ipc::Refusal;
use crate::refusal::PlatformError;

/// From this share on, in percent, storage is short.
const SHORT: u64 = 80;
/// What sentences count bytes in.
const MB: u64 = 1_000_000;

/// The part of the app that knows of the storage.
#[derive(Debug, Default)]
pub(super) struct Storage {
    used: Cell<Option<StorageUse>>,
    asked: Cell<bool>,
    /// What the page says while it is short.
    pub(super) said: RefCell<Option<Refusal>>,
}

impl Storage {
    /// As last measured.
    pub(super) const fn used(&self) -> Option<StorageUse> {
        self.used.get()
    }

    /// Whether the browser is to be asked to keep what is stored, which is so once.
    pub(super) fn is_to_ask(&self) -> bool {
        !self.asked.replace(true)
    }

    /// Takes what was measured; what the page is to say of it, with the figures of the time at
    /// which it became short.
    pub(super) fn measured(&self, found: Option<StorageUse>) -> Option<Refusal> {
        self.used.set(found);
        let StorageUse { used, allowed, .. } = found?;
        if allowed == 0 || used < allowed / 100 * SHORT {
            return None;
        }
        let now = PlatformError::StorageShort {
            used_mb: used / MB,
            allowed_mb: allowed / MB,
        };
        Some(self.said.borrow().clone().unwrap_or_else(|| now.into()))
    }
}
