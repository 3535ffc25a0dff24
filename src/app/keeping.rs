//! The network's record: changed as it is stored, written, and followed.

use super::machine::App;
use super::opening::Outcome;
use super::platform::LockRequest;
use super::record::Record;
use super::wallet;
use crate::ipc::Refusal;
use crate::refusal::PlatformError;
use crate::view::Update;

/// Longest wait for another tab that writes the record.
const RECORD_WAIT_MS: u32 = 5_000;
/// A record that cannot be kept is tried again after this time.
const AGAIN_MS: f64 = 5_000.0;

impl App {
    /// Waits for the lock under which the record is read and written, among the tabs of the
    /// network.
    pub(super) fn record_lock(&self) -> LockRequest {
        self.platform
            .lock(self.lock_name("record"), Some(RECORD_WAIT_MS))
    }

    /// Changes the record as it is stored now, not as this tab last saw it.
    ///
    /// # Errors
    /// The refusal of `change`; nothing changes then.
    pub(super) async fn change_record(
        &self,
        change: impl FnOnce(&mut Record) -> Outcome,
    ) -> Outcome {
        self.record()?;
        let lock = self.record_lock().await;
        // Without locks this tab is the only one, and its own changes must not pass each other; nor
        // may what is stored take back a change that could not be written.
        let stored = match &lock {
            Ok(_) if !self.store.is_behind() => self.store.load().await.0,
            _ => None,
        };
        let mut record = match stored {
            Some(record) => record,
            None => self.record()?,
        };
        change(&mut record)?;
        self.put_record(record).await?;
        drop(lock);
        Ok(())
    }

    /// Makes a record the current one, does what it says, and writes it.
    pub(super) async fn put_record(&self, record: Record) -> Outcome {
        self.adopt_record(record)?;
        match self.store.write().await {
            Err(error) if self.store.is_persistent() => self.keep_record_again(Some(error)),
            Err(error) => self.bus.problem(error),
            Ok(()) => {}
        }
        Ok(())
    }

    /// A disk that failed may have lost the record: a browser that runs out of space deletes all
    /// databases of a page. Where it is gone, or older than the current one, it is written again,
    /// until it is kept; what keeps it from that is said as long, and `found` at once.
    pub(super) fn keep_record_again(&self, found: Option<PlatformError>) {
        if self.is_laboratory() || !self.store.is_persistent() || self.keeping.replace(true) {
            return;
        }
        let app = self.me.clone();
        let mut said: Option<Refusal> = None;
        self.bus.follow(&mut said, found.map(Refusal::from));
        self.spawn(async move {
            while let Some(app) = app.upgrade() {
                let found = app.write_if_gone().await.err().map(Refusal::from);
                app.bus.follow(&mut said, found);
                if said.is_none() {
                    app.keeping.set(false);
                    return;
                }
                let again = app.platform.sleep(AGAIN_MS);
                drop(app);
                again.await;
            }
        });
    }

    async fn write_if_gone(&self) -> Result<(), PlatformError> {
        let lock = self.record_lock().await;
        let outcome = if self.store.is_behind() || self.store.load().await.0.is_none() {
            self.store.write().await
        } else {
            Ok(())
        };
        drop(lock);
        outcome
    }

    /// Makes a record that is stored the current one, and does what it says.
    pub(super) fn adopt_record(&self, record: Record) -> Outcome {
        let adopted = self.store.adopt(record)?;
        let other_network = adopted.begun.is_some();
        if let Some(network) = adopted.begun {
            self.bus.push(Update::Network {
                name: self.name.to_string(),
                chain_id: network.chain_id.to_string(),
            });
            self.signed.forget_all();
        }
        self.follow_record(adopted.before, other_network);
        Ok(())
    }

    /// Does what the current record says, after the one before it.
    pub(super) fn follow_record(&self, before: Option<Record>, other_network: bool) {
        let Some(record) = self.store.record() else {
            return;
        };
        self.bus.push(Update::Pace(record.pace));
        self.bus.push(Update::LogLevel(record.log));
        self.traffic.set_rate(record.traffic);
        self.bus.push(Update::Traffic(self.traffic.figures()));
        if other_network || before.is_none_or(|before| before.users != record.users) {
            self.name_users();
        }
        self.share_out();
        self.share_events();
    }

    /// Derives the keys of the current record's users, and names the users for the picture.
    pub(super) fn name_users(&self) {
        let (Some(network), Some(record)) = (self.store.network(), self.store.record()) else {
            return;
        };
        let users = wallet::users(&network, &record);
        for user in &users {
            self.bus.push(Update::Name {
                key: user.address.clone(),
                name: user.name.clone(),
            });
        }
        self.wallet.set_users(users);
    }
}
