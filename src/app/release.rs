//! A page that is older than the files on its server: a new release has replaced them while the tab
//! was open. What runs goes on, but nothing new can start.

use super::machine::App;
use super::platform::within;
use super::roster::Member;
use crate::ipc::Refusal;
use crate::records::MinerState;
use crate::refusal::PlatformError;

/// Longest wait for the server's answer.
const ANSWER_MS: f64 = 4_000.0;

impl App {
    /// Why a worker failed before it ran: its file cannot be loaded where the page is out of date.
    pub(super) async fn why_not_loaded(&self, reason: String) -> Refusal {
        if self.is_out_of_date().await {
            PlatformError::OutOfDate.into()
        } else {
            PlatformError::WorkerFailed { reason }.into()
        }
    }

    /// Asks the server whether it still has this page's files; a server that does not answer says
    /// nothing of them.
    async fn is_out_of_date(&self) -> bool {
        if self.out_of_date.get() {
            return true;
        }
        let asked = within(&*self.platform, ANSWER_MS, self.platform.is_current());
        let is_old = asked.await.flatten() == Some(false);
        if is_old && !self.out_of_date.replace(true) {
            self.bus.problem(PlatformError::OutOfDate);
        }
        is_old
    }

    /// A part of the page could not be loaded, as far as is known: looks whether the page is out of
    /// date.
    pub(super) fn look_for_release(&self) {
        if self.is_laboratory() || self.out_of_date.get() || self.asking_release.replace(true) {
            return;
        }
        let app = self.me.clone();
        self.spawn(async move {
            if let Some(app) = app.upgrade() {
                app.is_out_of_date().await;
                app.asking_release.set(false);
            }
        });
    }

    /// Shows the laboratory, which stands beside the live network, in the element of this id.
    ///
    /// # Errors
    /// Why its program cannot be loaded.
    pub async fn show_laboratory(&self, element: &'static str) -> Result<(), Refusal> {
        let shown = self.platform.show_laboratory(element).await;
        if shown.is_err() {
            self.look_for_release();
        }
        shown
    }

    /// Looks for a new release when a miner of a node begins to fail.
    pub(super) fn follow_miners(&self, node: &Member, failing: bool) {
        if failing && !node.miners_fail.replace(failing) {
            self.look_for_release();
        }
        node.miners_fail.set(failing);
    }

    /// Loads the page again.
    pub fn reload(&self) {
        self.platform.reload();
    }
}

/// Whether a miner of these is down.
pub(super) fn is_failing(miners: &[crate::ipc::MinerStatus]) -> bool {
    miners
        .iter()
        .any(|miner| miner.state == MinerState::Restarting)
}
