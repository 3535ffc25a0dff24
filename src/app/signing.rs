//! Signing. Of one sender everything goes in a row: the page gives each order the nonce after the
//! last that it signed, and remembers the bytes until a block has them.

use super::machine::App;
use super::orders::{Order, Sent, Signed};
use super::roster::Member;
use super::signed::{SignedTx, Stage};
use crate::ipc::{Level, Topic, ask};
use crate::primitives::{Address, Keypair, TxBody};
use crate::refusal::{NodeError, Refusal, StartupError};

impl App {
    /// Remembers what a node answered to what was signed. Gives that back where nobody knows
    /// whether the node took it: the same bytes go to another.
    pub(super) fn note_answer(
        &self,
        node: &Member,
        from: &Address,
        signed: Signed,
        answer: &Sent,
    ) -> Option<Signed> {
        match answer {
            Ok(_) => self.signed.held_by(from, signed.0, &node.name),
            Err(error) if is_gone(error) => return Some(signed),
            Err(_) => self.signed.forget(from, signed.0),
        }
        None
    }

    /// Hands what was signed to a node, and remembers that the node has it.
    pub(super) async fn hand_signed(
        &self,
        node: &Member,
        from: &Address,
        (nonce, raw): Signed,
    ) -> Sent {
        let taken = self.ask_node(node, ask::Submit { raw }).await?;
        self.signed.held_by(from, nonce, &node.name);
        Ok(taken)
    }

    /// Signs with the next nonce, and remembers it.
    pub(super) fn sign(
        &self,
        node: &Member,
        key: &Keypair,
        order: &Order,
        at_node: u64,
    ) -> Result<Signed, Refusal> {
        let (from, now) = (key.address(), self.platform.monotonic());
        let nonce = self.signed.next_nonce(from, at_node, now);
        let body = TxBody {
            version: TxBody::VERSION,
            chain_id: self.network()?.chain_id,
            from,
            nonce,
            fee: order.fee,
            valid_until: order.valid_until,
            payload: order.payload.clone(),
        };
        let transaction = body.sign(key);
        let (id, raw) = (transaction.id().to_string(), transaction.to_bytes());
        let signed = SignedTx {
            from,
            nonce,
            id,
            raw: raw.clone(),
            holder: node.name.clone(),
            at: now,
            stage: Stage::InHand,
            written: None,
        };
        self.signed.keep(signed);
        Ok((nonce, raw))
    }

    /// Gives a node what it lacks of a sender, from a nonce on and below another one. What no node
    /// takes any more is given up, and what stands on it.
    ///
    /// # Errors
    /// There is no room for it, or the node does not answer.
    pub(super) async fn hand_over(
        &self,
        node: &Member,
        from: &Address,
        at_node: u64,
        below: Option<u64>,
    ) -> Result<(), Refusal> {
        let earlier = self.signed.signed_from(from, at_node).into_iter();
        for signed in earlier.take_while(|signed| below.is_none_or(|it| signed.nonce < it)) {
            let nonce = signed.nonce;
            match self.hand_signed(node, from, (nonce, signed.raw)).await {
                Ok(_) => {}
                Err(error) if error.is_no_room() || is_gone(&error) => {
                    return Err(error);
                }
                Err(error) => {
                    self.signed.forget_from(from, nonce);
                    let who = self.wallet.name_of(from);
                    let text = format!(
                        "nonce {nonce} of {who} is given up, and what was to follow: {} refuses it: {error}",
                        node.name
                    );
                    self.bus.log(Level::Warn, Topic::Refused, text);
                    return Ok(());
                }
            }
        }
        Ok(())
    }
}

/// Whether the node ended, or says nothing: what was asked of it may have been done or not.
pub(super) const fn is_gone(error: &Refusal) -> bool {
    matches!(
        error,
        Refusal::Startup(StartupError::Gone { .. })
            | Refusal::Node(
                NodeError::NotRunning { .. } | NodeError::Timeout { .. } | NodeError::Stopped
            )
    )
}
