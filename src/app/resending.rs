//! What no running node has is sent again or given up, as a person likes.

use std::rc::Rc;

use super::machine::App;
use super::output::Output;
use super::roster::Member;
use super::signed::SignedTx;
use crate::primitives::Address;
use crate::refusal::{Refusal, WalletError, nonces};

impl App {
    /// Hands a sender's transactions that no node has to one that runs.
    pub(super) async fn send_again(&self, who: &str) -> Result<Output, Refusal> {
        let from = self.key_of(who)?.address();
        let node = self.node_for(None)?;
        let _turn = self.queues.enter(from)?.turn().await;
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
        missing: &[SignedTx],
    ) -> Result<(), Refusal> {
        for signed in missing {
            let answer = self.hand_signed(node, from, (signed.nonce, signed.raw.clone()));
            if let Err(error) = answer.await {
                if matches!(error, Refusal::Transaction(_)) {
                    self.signed.forget(from, signed.nonce);
                    self.tell_unsent().await;
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// Forgets a sender's transactions that no node has: the next one takes the first of their
    /// nonces.
    pub(super) async fn give_up(&self, who: &str) -> Result<Output, Refusal> {
        let from = self.key_of(who)?.address();
        let _turn = self.queues.enter(from)?.turn().await;
        let (missing, said) = self.missing_of(&from).await?;
        for signed in &missing {
            self.signed.forget(&from, signed.nonce);
        }
        // What is given up does not come back with the next page.
        self.keep_signed().await;
        self.tell_unsent().await;
        Ok(Output::text(format!(
            "{said} is given up. A node that has it in its ledger still sends it when it starts again."
        )))
    }

    /// What no running node has of a sender's transactions, and which they are in words.
    ///
    /// # Errors
    /// [`WalletError::NothingUnsent`].
    async fn missing_of(&self, from: &Address) -> Result<(Vec<SignedTx>, String), WalletError> {
        let (missing, who) = (self.unsent_of(from).await, self.wallet.name_of(from));
        match (missing.first(), missing.last()) {
            (Some(first), Some(last)) => {
                let said = format!("{} of {who}", nonces(first.nonce, last.nonce));
                Ok((missing, said))
            }
            _ => Err(WalletError::NothingUnsent { who }),
        }
    }
}
