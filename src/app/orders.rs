//! Orders: what a person or the page wants to send, what becomes of them, and the queues in which
//! they wait.

use std::cell::RefCell;
use std::rc::Rc;

use super::roster::Member;
use super::send_queues;
use crate::ipc::TransactionInfo;
use crate::primitives::{Amount, Height, Keypair, Payload};
use crate::refusal::Refusal;

/// What is to be signed.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) fee: Amount,
    /// The last height at which it may be committed; 0 for any.
    pub(super) valid_until: Height,
    pub(super) payload: Payload,
    /// How long it waits for room in a mempool.
    pub(super) patience_ms: f64,
}

/// The nonce and the bytes of what is signed.
pub(super) type Signed = (u64, Vec<u8>);

/// An order in its sender's queue.
#[derive(Debug)]
pub(super) struct Sending {
    /// The node that is to get it.
    pub(super) node: Rc<Member>,
    pub(super) order: Order,
    /// What was signed of it, where nobody knows whether the node took it.
    pub(super) signed: RefCell<Option<Signed>>,
}

/// What becomes of an order.
pub(super) type Sent = Result<TransactionInfo, Refusal>;
pub(super) type SendQueues = send_queues::SendQueues<Rc<Sending>, Sent>;
pub(super) type SendPermit = send_queues::SendPermit<Rc<Sending>, Sent>;
pub(super) type Position = send_queues::Position<Rc<Sending>, Sent>;

/// An order that no node has taken yet, and what is known of it.
#[derive(Debug)]
pub(super) struct Attempt<'a> {
    pub(super) permit: &'a SendPermit,
    pub(super) key: &'a Keypair,
    pub(super) order: &'a Order,
    /// What is signed already.
    pub(super) signed: Option<Signed>,
    /// The nonce that was signed last.
    pub(super) nonce: Option<u64>,
    /// The nonce of the sender's account, as its node had it last.
    pub(super) committed: u64,
    /// Whether it was signed by what was known of the account, and its node was not asked.
    pub(super) guessed: bool,
}
