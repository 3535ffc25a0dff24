//! What was signed is written before a node gets it, and read again by the next page: a reload, a killed browser and a
//! take-over by another tab lose nothing of it.

use super::machine::App;
use super::platform::Reason;
use super::signed::{SignedTx, Written, from_text, to_text};
use crate::ipc::{Level, Topic};
use crate::primitives::Address;
use crate::refusal::PlatformError;

/// Longest wait for another tab that writes what it signed.
const WRITE_WAIT_MS: u32 = 5_000;

impl App {
    /// Writes what changed of what was signed. A killed browser has it when this ends; where the disk failed before, it is
    /// tried, and nobody waits.
    pub(super) async fn keep_signed(&self) {
        self.keep_unwritten(None).await;
    }

    /// As [`Self::keep_signed`], for one transaction alone: whoever writes before writes it too.
    pub(super) async fn keep_one_signed(&self, from: Address, nonce: u64) {
        self.keep_unwritten(Some((from, nonce))).await;
    }

    async fn keep_unwritten(&self, one: Option<(Address, u64)>) {
        if self.is_laboratory() {
            // What is signed in a scenario follows from its actions.
            self.signed.was_written(&[]);
        } else if self.signed_trouble.borrow().is_none() {
            self.write_signed(one).await;
        } else {
            let app = self.me.clone();
            self.spawn(async move {
                if let Some(app) = app.upgrade() {
                    app.write_signed(one).await;
                }
            });
        }
    }

    async fn write_signed(&self, one: Option<(Address, u64)>) {
        let is_needed = || {
            one.map_or_else(
                || self.signed.has_changed(),
                |(from, nonce)| self.signed.is_unwritten(&from, nonce),
            )
        };
        if !is_needed() {
            return;
        }
        // Without locks a race of two tabs may lose what one of them wrote: its own copy has it still.
        let turn = self
            .platform
            .lock(self.lock_name("signed"), Some(WRITE_WAIT_MS));
        let turn = turn.await;
        // Whoever had the turn before wrote for all that were signed by then.
        if is_needed() {
            let trouble = self.write_changes().await.err();
            let trouble =
                trouble.map(|Reason(reason)| PlatformError::SignedWrite { reason }.into());
            let mut said = self.signed_trouble.take();
            self.bus.follow(&mut said, trouble);
            self.signed_trouble.replace(said);
        }
        drop(turn);
    }

    async fn write_changes(&self) -> Result<(), Reason> {
        let chain = self.store.network().map(|network| network.chain_id);
        let text = self.store.signed().await?;
        // What nobody else wrote since is not read again: there may be hundreds.
        let is_last = |last: &Written| text.as_ref() == Some(&last.text) && chain == last.chain;
        let last = self.signed.last.take().filter(is_last);
        let is_of_others = last.is_none();
        let before = last.map_or_else(|| self.read_signed(text), |last| last.all);
        let all = self.signed.merged(before);
        let text = to_text(&all);
        self.store.keep_signed(&text).await?;
        self.signed.was_written(&all);
        if is_of_others {
            self.follow_written(all.clone(), self.platform.monotonic());
        }
        let written = Written { chain, text, all };
        self.signed.last.replace(Some(written));
        Ok(())
    }

    /// What is written of this chain; none where it cannot be read as what it should be.
    fn read_signed(&self, text: Option<String>) -> Vec<SignedTx> {
        let (Some(text), Some(network)) = (text, self.store.network()) else {
            return Vec::new();
        };
        let written = from_text(&text, &network.chain_id);
        if written.is_none() {
            let text =
                "what was signed before and is in no block yet cannot be read: it is forgotten";
            self.bus.log(Level::Warn, Topic::Storage, text);
        }
        written.unwrap_or_default()
    }

    /// Takes over what another tab signed, or this page before it was loaded again, as of this time.
    pub(super) async fn find_signed(&self, at: f64) {
        match self.store.signed().await {
            Ok(text) => self.follow_written(self.read_signed(text), at),
            Err(Reason(reason)) => self.bus.problem(PlatformError::StorageRead { reason }),
        }
    }

    fn follow_written(&self, written: Vec<SignedTx>, at: f64) {
        let users = self.wallet.users();
        let has_key = |address: &_| {
            let address = format!("{address}");
            users.iter().any(|user| user.address == address)
        };
        self.signed.follow(written, at, has_key);
    }
}
