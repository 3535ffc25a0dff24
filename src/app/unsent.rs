//! What was signed here and no running node has: said at once, sent again or given up as a person likes. A node that is
//! killed right after it took a transaction takes it along; what its sender sends next would wait behind the gap.

use std::rc::Rc;

use futures_util::future::join_all;

use super::machine::App;
use super::output::Output;
use super::roster::Member;
use super::wallet::Signed;
use crate::ipc::{ApiError, ask};
use crate::primitives::Address;
use crate::refusal::{Refusal, StartupError, WalletError, nonces};
use crate::view::TabMode;

/// A frame that is on its way when its sender ends arrives within this time, on a link without latency.
const ON_ITS_WAY_MS: f64 = 500.0;

/// What a person was told of one sender.
type Said = (Address, ApiError);

impl App {
    /// A node has ended, or runs again: looks whether a running node has everything that was signed here.
    pub(super) fn look_for_unsent(&self) {
        if self.is_laboratory() || self.wallet.senders().is_empty() || self.looking.replace(true) {
            return;
        }
        let (app, wait) = (self.me.clone(), self.platform.sleep(ON_ITS_WAY_MS));
        self.spawn(async move {
            wait.await;
            if let Some(app) = app.upgrade() {
                app.looking.set(false);
                app.tell_unsent().await;
            }
        });
    }

    /// Says what is missing, and no more of what is not.
    async fn tell_unsent(&self) {
        // Where no node runs nothing can be said.
        if self.roster.up().is_empty() || self.opening.mode() == TabMode::Starting {
            return;
        }
        let mut said = Vec::<Said>::new();
        for sender in self.wallet.senders() {
            let missing = self.unsent_of(&sender).await;
            if let (Some(first), Some(last)) = (missing.first(), missing.last()) {
                let error = StartupError::Unsent {
                    who: self.wallet.name_of(&sender),
                    first: first.0,
                    last: last.0,
                    node: first.1.holder.clone(),
                };
                said.push((sender, error.into()));
            }
        }
        let before = self.unsent.replace(said.clone());
        for old in before.iter().filter(|old| !said.contains(old)) {
            self.bus.solved(&old.1);
        }
        for new in said.into_iter().filter(|new| !before.contains(new)) {
            self.bus.problem(new.1);
        }
    }

    /// What no running node has of a sender's transactions.
    async fn unsent_of(&self, sender: &Address) -> Vec<(u64, Signed)> {
        let mut missing = Vec::new();
        for (nonce, signed) in self.wallet.signed_from(sender, 0) {
            let up = self.roster.up();
            if up.iter().any(|node| node.name == signed.holder) {
                continue;
            }
            let id = || signed.id.clone();
            let asked = up
                .iter()
                .map(|node| self.ask_node(node, ask::Transaction { id: id() }));
            let found = join_all(asked).await;
            let holder = up.iter().zip(&found).find(|(_, found)| found.is_ok());
            match holder {
                Some((node, Ok(info))) if info.height.is_none() => {
                    self.wallet.held_by(sender, nonce, &node.name);
                }
                Some(_) => self.wallet.forget(sender, nonce),
                None => missing.push((nonce, signed)),
            }
        }
        missing
    }

    /// Hands a sender's transactions that no node has to one that runs.
    pub(super) async fn send_again(&self, who: &str) -> Result<Output, ApiError> {
        let from = self.key_of(who)?.address();
        let node = self.node_for(None)?;
        let _turn = Rc::clone(&self.turns).take(from).await?;
        let (missing, said) = self.missing_of(&from).await?;
        self.hand_missing(&node, &from, &missing).await?;
        self.tell_unsent().await;
        Ok(Output {
            node: Some(node.name.clone()),
            ..Output::text(format!("{said} went again to {}.", node.name))
        })
    }

    async fn hand_missing(
        &self,
        node: &Rc<Member>,
        from: &Address,
        missing: &[(u64, Signed)],
    ) -> Result<(), ApiError> {
        for (nonce, signed) in missing {
            let answer = self.hand_signed(node, from, (*nonce, signed.raw.clone()));
            if let Err(error) = answer.await {
                if matches!(error, Refusal::Transaction(_)) {
                    self.wallet.forget(from, *nonce);
                    self.tell_unsent().await;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Forgets a sender's transactions that no node has: the next one takes the first of their nonces.
    pub(super) async fn give_up(&self, who: &str) -> Result<Output, ApiError> {
        let from = self.key_of(who)?.address();
        let _turn = Rc::clone(&self.turns).take(from).await?;
        let (missing, said) = self.missing_of(&from).await?;
        for (nonce, _) in &missing {
            self.wallet.forget(&from, *nonce);
        }
        self.tell_unsent().await;
        Ok(Output::text(format!(
            "{said} is given up. A node that has it in its ledger still sends it when it starts again."
        )))
    }

    /// What no running node has of a sender's transactions, and which they are in words.
    ///
    /// # Errors
    /// [`WalletError::NothingUnsent`].
    async fn missing_of(
        &self,
        from: &Address,
    ) -> Result<(Vec<(u64, Signed)>, String), WalletError> {
        let (missing, who) = (self.unsent_of(from).await, self.wallet.name_of(from));
        match (missing.first(), missing.last()) {
            (Some((first, _)), Some((last, _))) => {
                let said = format!("{} of {who}", nonces(*first, *last));
                Ok((missing, said))
            }
            _ => Err(WalletError::NothingUnsent { who }),
        }
    }
}
