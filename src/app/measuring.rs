//! The storage is measured over and over, said to be short before it is full, and kept by the
//! browser where it agrees.

use super::machine::App;
use super::platform::StorageUse;

/// Time between two measurements.
const EVERY_MS: f64 = 30_000.0;

impl App {
    /// What this page stores, as last measured; `None` where the browser does not say.
    #[must_use]
    pub const fn storage(&self) -> Option<StorageUse> {
        self.storage.used()
    }

    /// Measures from now on.
    pub(super) fn watch_storage(&self) {
        let (app, platform) = (self.me.clone(), self.platform.clone());
        self.spawn(async move {
            loop {
                let found = platform.storage_use().await;
                let Some(app) = app.upgrade() else { return };
                app.follow_storage(found);
                drop(app);
                platform.sleep(EVERY_MS).await;
            }
        });
    }

    /// Asks the browser once to keep what is stored, when a person has acted: some ask the person
    /// in turn.
    pub(super) fn keep_storage(&self) {
        if !self.storage.is_to_ask() {
            return;
        }
        let (app, platform) = (self.me.clone(), self.platform.clone());
        self.spawn(async move {
            platform.keep_storage().await;
            let found = platform.storage_use().await;
            if let Some(app) = app.upgrade() {
                app.follow_storage(found);
            }
        });
    }

    fn follow_storage(&self, found: Option<StorageUse>) {
        let short = self.storage.measured(found);
        self.bus.follow(&mut self.storage.said.borrow_mut(), short);
    }
}
