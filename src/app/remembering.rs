//! What was signed is written before a node gets it, and read again by the next page: a reload, a killed browser and a
//! take-over by another tab lose nothing of it.

use super::machine::App;
use super::platform::Reason;
use super::signed::{SignedTx, from_text, to_text};
use crate::ipc::{Level, Topic};
use crate::refusal::PlatformError;

/// Longest wait for another tab that writes what it signed.
const WRITE_WAIT_MS: u32 = 5_000;

impl App {
    /// Writes what changed of what was signed. It is on the disk when this ends; where the disk failed before, it is
    /// tried, and nobody waits.
    pub(super) async fn keep_signed(&self) {
        if self.is_laboratory() {
            // What is signed in a scenario follows from its actions.
            self.signed.was_written(&[]);
        } else if self.signed_trouble.borrow().is_none() {
            self.write_signed().await;
        } else {
            let app = self.me.clone();
            self.spawn(async move {
                if let Some(app) = app.upgrade() {
                    app.write_signed().await;
                }
            });
        }
    }

    async fn write_signed(&self) {
        if !self.signed.has_changed() {
            return;
        }
        // Without locks a race of two tabs may lose what one of them wrote: its own copy has it still.
        let turn = self
            .platform
            .lock(self.lock_name("signed"), Some(WRITE_WAIT_MS));
        let turn = turn.await;
        // Whoever had the turn before wrote for all.
        if self.signed.has_changed() {
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
        let written = self.signed.merged(self.written().await?);
        self.store.keep_signed(&to_text(&written)).await?;
        self.signed.was_written(&written);
        self.follow_written(written, self.platform.monotonic());
        Ok(())
    }

    /// What is written of this chain; none where it cannot be read as what it should be.
    async fn written(&self) -> Result<Vec<SignedTx>, Reason> {
        let (Some(text), Some(network)) = (self.store.signed().await?, self.store.network()) else {
            return Ok(Vec::new());
        };
        let written = from_text(&text, &network.chain_id);
        if written.is_none() {
            let text =
                "what was signed before and is in no block yet cannot be read: it is forgotten";
            self.bus.log(Level::Warn, Topic::Storage, text);
        }
        Ok(written.unwrap_or_default())
    }

    /// Takes over what another tab signed, or this page before it was loaded again, as of this time.
    pub(super) async fn find_signed(&self, at: f64) {
        match self.written().await {
            Ok(written) => self.follow_written(written, at),
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
