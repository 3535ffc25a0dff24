//! What was signed is written before a node gets it, and read again by the next page: a reload, a killed browser and a
//! take-over by another tab lose nothing of it.

use futures_channel::oneshot;

use super::machine::App;
use super::platform::Reason;
use super::signed::{SignedTx, from_text, to_text};
use crate::ipc::{ApiError, Level, Topic};
use crate::refusal::PlatformError;

/// Longest wait for another tab that writes what it signed.
const WRITE_WAIT_MS: u32 = 5_000;

impl App {
    /// Writes what changed of what was signed. It is on the disk when this ends; where the disk failed before, it is
    /// tried, and nobody waits.
    pub(super) async fn keep_signed(&self) {
        let written = self.write_signed();
        if !self.writing.is_failing() {
            // The writing tells of its end whatever came of it.
            let _ = written.await;
        }
    }

    /// Writes what changed of what was signed in the background; what comes when that is done.
    pub(super) fn write_signed(&self) -> oneshot::Receiver<()> {
        let (written, begins) = self.writing.ask();
        if begins {
            let app = self.me.clone();
            self.spawn(async move {
                while let Some(app) = app.upgrade()
                    && let Some(waiters) = app.writing.next()
                {
                    app.write_changes().await;
                    for waiter in waiters {
                        // One who does not wait needs no word.
                        let _ = waiter.send(());
                    }
                }
            });
        }
        written
    }

    async fn write_changes(&self) {
        if self.is_laboratory() {
            // What is signed in a scenario follows from its actions.
            return self.signed.was_written(&[]);
        }
        if !self.signed.has_changed() {
            return;
        }
        // Without locks a race of two tabs may lose what one of them wrote: its own copy has it still.
        let turn = self
            .platform
            .lock(self.lock_name("signed"), Some(WRITE_WAIT_MS));
        let turn = turn.await;
        let outcome = match self.written().await {
            Ok(written) => {
                let written = self.signed.merged(written);
                let kept = self.store.keep_signed(&to_text(&written)).await;
                kept.map(|()| written)
            }
            Err(reason) => Err(reason),
        };
        drop(turn);
        let trouble = match outcome {
            Ok(written) => {
                self.signed.was_written(&written);
                self.follow_written(written, self.platform.monotonic());
                None
            }
            Err(Reason(reason)) => Some(ApiError::from(PlatformError::SignedWrite { reason })),
        };
        if let Some(before) = self.writing.ended(trouble.clone()) {
            if let Some(before) = before {
                self.bus.solved(&before);
            }
            if let Some(trouble) = trouble {
                self.bus.problem(trouble);
            }
        }
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
