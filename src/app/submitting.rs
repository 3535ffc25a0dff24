//! Handing orders to nodes. Of one sender everything goes in a row: each order waits for its turn,
//! a node that lacks earlier ones gets those first, and where a mempool has no room for more of the
//! sender the page waits for a block.
//!
//! Bounds: [`ROOM_MS`] of waiting for room, [`MAX_NODES_TRIED`] nodes for one transaction.

use std::cell::RefCell;
use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::machine::App;
use super::orders::{Attempt, Order, Position, SendPermit, Sending, Sent};
use super::roster::Member;
use super::send_queues::Turn;
use super::signing::is_gone;
use super::tab_locks::{Known, LINGER_MS, TabLock};
use crate::ipc::ask;
use crate::primitives::{Address, Keypair};
use crate::refusal::{NodeError, Refusal};

/// Longest wait for another tab that sends for the same sender.
const LOCK_WAIT_MS: u32 = 15_000;
/// Longest wait of what a person sends for a block that makes room in a mempool for more of one
/// sender.
pub(super) const ROOM_MS: f64 = 60_000.0;
/// How often is looked whether there is room.
const ROOM_LOOK_MS: f64 = 100.0;
/// Most nodes that one transaction is handed to, where one after the other ends before it answers.
const MAX_NODES_TRIED: u32 = 4;

impl App {
    /// Waits for an order's turn in its sender's queue, then signs it and hands it to a node: to
    /// this one, or to another where it ends before it answers.
    pub(super) async fn submit_in_turn(
        &self,
        position: Position,
        node: &Rc<Member>,
        key: &Keypair,
        order: Order,
    ) -> Sent {
        let node = Rc::clone(node);
        let signed = RefCell::default();
        let sending = Rc::new(Sending {
            node,
            order,
            signed,
        });
        position.set(Rc::clone(&sending));
        match position.turn().await {
            Some(Turn::Permit(permit)) => self.submit(permit, key, &sending).await,
            Some(Turn::Done(sent)) => sent,
            // Whoever took it along is gone, which only the end of the page does.
            None => Err(NodeError::Stopped.into()),
        }
    }

    fn submit<'a>(
        &'a self,
        permit: SendPermit,
        key: &'a Keypair,
        sending: &'a Sending,
    ) -> LocalBoxFuture<'a, Sent> {
        async move {
            let mut attempt = Attempt {
                permit: &permit,
                key,
                order: &sending.order,
                signed: sending.signed.take(),
                nonce: None,
                committed: 0,
                guessed: false,
            };
            let tried = self.try_nodes(Rc::clone(&sending.node), &mut attempt);
            let outcome = tried.await;
            let from = key.address();
            let is_here = attempt
                .nonce
                .is_some_and(|nonce| self.signed.let_go(&from, nonce));
            if outcome.is_err() {
                self.keep_signed().await;
                if is_here {
                    self.look_for_unsent();
                }
            }
            drop(permit);
            outcome
        }
        .boxed_local()
    }

    /// Hands an order to one node after the other, until one takes or refuses it.
    async fn try_nodes(&self, mut node: Rc<Member>, attempt: &mut Attempt<'_>) -> Sent {
        let from = attempt.key.address();
        let until = self.platform.monotonic() + attempt.order.patience_ms;
        let mut tried = 1;
        loop {
            let mut lock = self.tab_lock(&from).await;
            let outcome = self.hand_to(&node, attempt, &mut lock).await;
            self.keep_tab_lock(from, lock);
            let error = match outcome {
                Ok(taken) => return Ok(taken),
                Err(error) => error,
            };
            if attempt.guessed && error.is_of_nonce() {
                // The node had dropped what it was known to have: it is asked.
                continue;
            }
            let ended = if error.awaits_block() {
                let taken = attempt.committed;
                if self.await_block(&node, &from, (taken, until)).await {
                    continue;
                }
                // One that ended while it was waited for makes no room any more, another may have
                // it.
                !node.is_up()
            } else {
                is_gone(&error)
            };
            if !ended || tried == MAX_NODES_TRIED {
                return Err(error);
            }
            let other = self.roster.up().into_iter().find(|up| up.name != node.name);
            node = other.ok_or(error)?;
            tried += 1;
        }
    }

    /// Waits for a sender's lock among the tabs, if this one has not kept it.
    pub(super) async fn tab_lock(&self, of: &Address) -> TabLock {
        if let Some(lock) = self.tab_locks.take(of) {
            return lock;
        }
        // Without locks a race of two tabs ends in a refusal, not in a loss.
        let lock = self.lock_name(&format!("sender:{of}"));
        let lock = self.platform.lock(lock, Some(LOCK_WAIT_MS)).await;
        TabLock::begun(self.platform.monotonic(), lock.ok().flatten())
    }

    /// Keeps a lock for whoever sends next here, for a moment.
    pub(super) fn keep_tab_lock(&self, of: Address, lock: TabLock) {
        // A hidden page's timers may be late by a minute.
        let is_late = self.platform.is_hidden();
        if is_late || self.is_laboratory() || !lock.may_stay(self.platform.monotonic()) {
            return;
        }
        let number = self.tab_locks.keep(of, lock);
        let app = self.me.clone();
        let wait = self.platform.sleep(LINGER_MS);
        self.spawn(async move {
            wait.await;
            if let Some(app) = app.upgrade() {
                app.tab_locks.release(number);
            }
        });
    }

    /// Waits until a node's chain has more of a sender's transactions than so many, which makes
    /// room for others; whether it has by then. It is asked for that alone: each transaction that
    /// it has no room for it would refuse aloud.
    async fn await_block(
        &self,
        node: &Member,
        from: &Address,
        (committed, until): (u64, f64),
    ) -> bool {
        while self.platform.monotonic() < until && node.is_up() {
            self.platform.sleep(ROOM_LOOK_MS).await;
            let who = from.to_string();
            let account = self.ask_node(node, ask::Account { who }).await;
            if account.is_ok_and(|account| account.nonce > committed) {
                return true;
            }
        }
        false
    }

    /// Hands an order to a node, after what it lacks of the sender, and with it what waits behind.
    async fn hand_to(
        &self,
        node: &Rc<Member>,
        attempt: &mut Attempt<'_>,
        lock: &mut TabLock,
    ) -> Sent {
        let known = lock.take_known(&node.name);
        let known = known.filter(|_| attempt.signed.is_none());
        attempt.guessed = known.is_some();
        let known = match known {
            Some(known) => known,
            None => self.ask_account(node, attempt).await?,
        };
        attempt.committed = known.committed;
        self.hand_together(node, attempt, lock, known).await
    }

    /// Asks a node for its sender's account, and gives it what it lacks before this order.
    async fn ask_account(&self, node: &Member, attempt: &Attempt<'_>) -> Result<Known, Refusal> {
        let from = attempt.key.address();
        let who = from.to_string();
        let account = self.ask_node(node, ask::Account { who }).await?;
        self.signed.committed(&from, account.nonce);
        let own = attempt.signed.as_ref().map(|(nonce, _)| *nonce);
        let next_nonce = account.next_nonce;
        self.hand_over(node, &from, next_nonce, own).await?;
        Ok(Known::asked(&node.name, next_nonce, account.nonce))
    }
}
