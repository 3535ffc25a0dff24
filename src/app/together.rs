//! What one sends in a row goes to its node together: signed one after the other, written once, and
//! posted in that order. Each on its own would wait for a writing and for an answer: some thirty a
//! second at most.
//!
//! Bound: as many as the node's mempool is known to have room for.

use std::rc::Rc;

use super::machine::App;
use super::orders::{Attempt, Order, Sending, Sent, Signed};
use super::roster::Member;
use super::side_by_side::side_by_side;
use super::tab_locks::{Known, TabLock};
use crate::ipc::ask;
use crate::refusal::Refusal;

impl App {
    /// Hands an order to a node that has everything before it, as it has said or is known, and with
    /// it what waits behind.
    pub(super) async fn hand_together(
        &self,
        node: &Rc<Member>,
        attempt: &mut Attempt<'_>,
        lock: &mut TabLock,
        known: Known,
    ) -> Sent {
        let from = attempt.key.address();
        let sign = |order: &Order| self.sign(node, attempt.key, order, known.next_nonce);
        let own = match attempt.signed.take() {
            Some(signed) => signed,
            None => sign(attempt.order)?,
        };
        let is_fit =
            |other: &Rc<Sending>| other.node.name == node.name && other.signed.borrow().is_none();
        let mut others = Vec::new();
        let room = known.room().saturating_sub(1);
        for other in attempt.permit.take_along(room, is_fit) {
            match sign(&other.what.order) {
                Ok(signed) => others.push((other, signed)),
                Err(error) => other.answer(Err(error)),
            }
        }
        attempt.nonce = Some(own.0);
        let last = others.last().map_or(own.0, |(_, (nonce, _))| *nonce);
        // Before a node has them: a page that is closed now must not forget them.
        self.keep_one_signed(from, last).await;
        let after = |(_, raw): &Signed| self.ask_node(node, ask::SubmitNext { raw: raw.clone() });
        let first = if attempt.guessed {
            after(&own)
        } else {
            // What another tab signed may be on its way: this one may wait for it there.
            self.ask_node(node, ask::Submit { raw: own.1.clone() })
        };
        let mut posted = vec![first];
        posted.extend(others.iter().map(|(_, signed)| after(signed)));
        let mut answers = side_by_side(posted).await;
        let answer = answers.remove(0);
        attempt.signed = self.note_answer(node, &from, own, &answer);
        let mut all_taken = answer.is_ok();
        let mut again = Vec::new();
        for ((other, signed), answer) in others.into_iter().zip(answers) {
            all_taken &= answer.is_ok();
            let nonce = signed.0;
            let unknown = self.note_answer(node, &from, signed, &answer);
            if unknown.is_some() || answer.as_ref().is_err_and(comes_again) {
                other.what.signed.replace(unknown);
                again.push(other);
            } else {
                self.signed.let_go(&from, nonce);
                other.answer(answer);
            }
        }
        if all_taken {
            lock.learn(known, last);
        } else {
            attempt.permit.give_back(again);
            self.keep_signed().await;
        }
        answer
    }
}

/// Whether it was refused for what became of those before it, or for want of room.
fn comes_again(error: &Refusal) -> bool {
    error.is_of_nonce() || error.awaits_block()
}
