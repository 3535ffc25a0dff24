//! What was signed is written before a node gets it, and read again by the next page: a reload, a
//! killed browser and a take-over by another tab lose nothing of it.

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::machine::App;
use super::platform::Reason;
use super::signed::{MAX_SIGNED, SignedTx, from_text, to_text};
use crate::ipc::{Level, Topic};
use crate::primitives::Address;
use crate::refusal::PlatformError;

/// So long after another tab wrote what it signed it is read.
const FOLLOW_MS: f64 = 50.0;
/// Most records that are read: what the tabs of a network remember, and what they have yet to take
/// away.
const MOST_RECORDS: u32 = 2 * MAX_SIGNED as u32;

impl App {
    /// Writes what changed of what was signed. A killed browser has it when this ends; where the
    /// disk failed before, it is tried, and nobody waits.
    pub(super) fn keep_signed(&self) -> LocalBoxFuture<'_, ()> {
        self.keep_unwritten(None)
    }

    /// As [`Self::keep_signed`], where this transaction is unwritten; what is unwritten beside it
    /// is written with it.
    pub(super) fn keep_one_signed(&self, from: Address, nonce: u64) -> LocalBoxFuture<'_, ()> {
        self.keep_unwritten(Some((from, nonce)))
    }

    fn keep_unwritten(&self, one: Option<(Address, u64)>) -> LocalBoxFuture<'_, ()> {
        async move {
            if self.is_laboratory() {
                // What is signed in a scenario follows from its actions.
                let changes = self.signed.changes();
                self.signed.was_written(&changes, self.platform.monotonic());
                return;
            }
            while self.signed_trouble.borrow().is_none() && self.signed.awaits_writing(one) {
                match self.writing.begin() {
                    Ok(_begun) => return self.write_signed().await,
                    Err(end) => drop(end.await),
                }
            }
            if self.signed_trouble.borrow().is_some() {
                self.try_again_to_write();
            }
        }
        .boxed_local()
    }

    fn try_again_to_write(&self) {
        let app = self.me.clone();
        self.spawn(async move {
            if let Some(app) = app.upgrade()
                && let Ok(_begun) = app.writing.begin()
            {
                app.write_signed().await;
            }
        });
    }

    async fn write_signed(&self) {
        let chain_id = self.store.network().map(|network| network.chain_id);
        let changes = self.signed.changes();
        let new = changes.new.iter().map(|signed| self.record_of(signed));
        let gone = changes.gone.iter().map(|id| (self.key_of_signed(id), None));
        let outcome = self.store.write_signed(new.chain(gone).collect()).await;
        // Of another chain nothing that was written counts any more.
        if outcome.is_ok() && self.store.network().map(|network| network.chain_id) == chain_id {
            let now = self.platform.monotonic();
            self.signed.was_written(&changes, now);
        }
        let trouble = outcome.err();
        let trouble = trouble.map(|Reason(reason)| PlatformError::SignedWrite { reason }.into());
        let mut said = self.signed_trouble.take();
        self.bus.follow(&mut said, trouble);
        self.signed_trouble.replace(said);
    }

    /// Finds what this page had signed before it was loaded, or the tab whose nodes it takes over:
    /// nobody is about to hand that over any more. What is of another chain, or cannot be read,
    /// goes.
    pub(super) async fn find_signed_before(&self) {
        if self.store.network().is_none() {
            return;
        }
        let at = self.platform.monotonic();
        let Some(records) = self.read_signed().await else {
            return;
        };
        let (mut found, mut changes) = (Vec::new(), Vec::new());
        for (key, text) in records {
            let read = self.signed_of(&text);
            if read.is_none() {
                let text =
                    "what was signed before and is in no block yet cannot be read: it is forgotten";
                self.bus.log(Level::Warn, Topic::Storage, text);
            }
            let read = read.unwrap_or_default();
            // All transactions in one text, as an earlier release wrote them, get records of their
            // own.
            let is_own = key != self.store.signed_key();
            if read.is_empty() || !is_own {
                changes.push((key, None));
            }
            if !is_own {
                changes.extend(read.iter().map(|signed| self.record_of(signed)));
            }
            found.extend(read);
        }
        self.take_over_signed(found, at, f64::NEG_INFINITY);
        if !changes.is_empty()
            && let Err(Reason(reason)) = self.store.write_signed(changes).await
        {
            self.bus.problem(PlatformError::SignedWrite { reason });
        }
    }

    /// Takes over what another tab signed, a moment after it did: it may go on.
    pub(super) fn follow_signed_elsewhere(&self) {
        if self.following.replace(true) {
            return;
        }
        let app = self.me.clone();
        self.spawn(async move {
            let Some(wait) = app.upgrade().map(|app| app.platform.sleep(FOLLOW_MS)) else {
                return;
            };
            wait.await;
            let Some(app) = app.upgrade() else { return };
            app.following.set(false);
            let at = app.platform.monotonic();
            if let Some(records) = app.read_signed().await {
                let read = records.iter().filter_map(|(_, text)| app.signed_of(text));
                app.take_over_signed(read.flatten().collect(), at, at);
            }
        });
    }

    /// The key of the record of a transaction.
    fn key_of_signed(&self, id: &str) -> String {
        format!("{}:{id}", self.store.signed_key())
    }

    /// The record of a transaction.
    fn record_of(&self, signed: &SignedTx) -> (String, Option<String>) {
        let text = to_text(std::slice::from_ref(signed));
        (self.key_of_signed(&signed.id), Some(text))
    }

    async fn read_signed(&self) -> Option<Vec<(String, String)>> {
        match self.store.signed(MOST_RECORDS).await {
            Ok(records) => Some(records),
            Err(Reason(reason)) => {
                self.bus.problem(PlatformError::StorageRead { reason });
                None
            }
        }
    }

    /// The transactions of this chain that a text has.
    fn signed_of(&self, text: &str) -> Option<Vec<SignedTx>> {
        let network = self.store.network()?;
        from_text(text, &network.chain_id)
    }

    fn take_over_signed(&self, read: Vec<SignedTx>, at: f64, found_at: f64) {
        let users = self.wallet.users();
        let has_key = |address: &_| {
            let address = format!("{address}");
            users.iter().any(|user| user.address == address)
        };
        self.signed.follow(read, at, found_at, has_key);
    }
}
