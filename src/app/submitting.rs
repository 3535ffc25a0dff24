//! Signing, and handing what is signed to a node. Of one sender everything goes in a row: the page
//! gives each the nonce after the last that it signed, a node that lacks earlier ones gets those
//! first, and where a mempool has no room for more of the sender the page waits for a block.
//!
//! Bounds: [`ROOM_MS`] of waiting for room, [`MAX_NODES_TRIED`] nodes for one transaction.

use std::rc::Rc;

use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use super::machine::App;
use super::roster::Member;
use super::send_queues::SendPermit;
use super::signed::{SignedTx, Stage};
use super::tab_locks::{LINGER_MS, TabLock};
use crate::ipc::{Level, Topic, TransactionInfo, ask};
use crate::primitives::{Address, Amount, Height, Keypair, Payload, TxBody};
use crate::refusal::{NodeError, Refusal, StartupError};

/// Longest wait for another tab that sends for the same sender.
const LOCK_WAIT_MS: u32 = 15_000;
/// Longest wait of what a person sends for a block that makes room in a mempool for more of one
/// sender.
pub(super) const ROOM_MS: f64 = 60_000.0;
/// How often is looked whether there is room.
const ROOM_LOOK_MS: f64 = 100.0;
/// Most nodes that one transaction is handed to, where one after the other ends before it answers.
const MAX_NODES_TRIED: u32 = 4;

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

/// What is known of an order that no node has taken yet.
#[derive(Debug, Default)]
struct Attempt {
    /// What is signed already: the nonce, and the bytes.
    signed: Option<(u64, Vec<u8>)>,
    /// The nonce that was signed last.
    nonce: Option<u64>,
    /// The nonce of the sender's account, as its node had it last.
    committed: u64,
    /// Whether it was signed by what was known of the account, and its node was not asked.
    guessed: bool,
}

impl App {
    /// Signs an order and hands it to a node: to this one, or to another where it ends before it
    /// answers.
    pub(super) fn submit<'a>(
        &'a self,
        permit: SendPermit,
        node: &'a Rc<Member>,
        key: &'a Keypair,
        order: Order,
    ) -> LocalBoxFuture<'a, Result<TransactionInfo, Refusal>> {
        async move {
            let mut attempt = Attempt::default();
            let tried = self.try_nodes(Rc::clone(node), key, &order, &mut attempt);
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
    async fn try_nodes(
        &self,
        mut node: Rc<Member>,
        key: &Keypair,
        order: &Order,
        attempt: &mut Attempt,
    ) -> Result<TransactionInfo, Refusal> {
        let from = key.address();
        let until = self.platform.monotonic() + order.patience_ms;
        let mut tried = 1;
        loop {
            let mut lock = self.tab_lock(&from).await;
            let outcome = self.hand_to(&node, key, order, attempt, &mut lock).await;
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

    /// Hands an order to a node, after what it lacks of the sender.
    async fn hand_to(
        &self,
        node: &Member,
        key: &Keypair,
        order: &Order,
        attempt: &mut Attempt,
        lock: &mut TabLock,
    ) -> Result<TransactionInfo, Refusal> {
        let from = key.address();
        let known = lock.take_known(&node.name);
        let known = known.filter(|_| attempt.signed.is_none());
        attempt.guessed = known.is_some();
        let at_node = if let Some(known) = &known {
            attempt.committed = known.committed;
            known.next_nonce
        } else {
            let who = from.to_string();
            let account = self.ask_node(node, ask::Account { who }).await?;
            self.signed.committed(&from, account.nonce);
            attempt.committed = account.nonce;
            let own = attempt.signed.as_ref().map(|(nonce, _)| *nonce);
            self.hand_over(node, &from, account.next_nonce, own).await?;
            account.next_nonce
        };
        let (nonce, raw) = match attempt.signed.take() {
            Some(signed) => signed,
            None => self.sign(node, key, order, at_node)?,
        };
        attempt.nonce = Some(nonce);
        // Before a node has it: a page that is closed now must not forget it.
        self.keep_one_signed(from, nonce).await;
        let answer = if known.is_some() {
            let taken = self.ask_node(node, ask::SubmitNext { raw: raw.clone() });
            let taken = taken.await;
            taken.inspect(|_| self.signed.held_by(&from, nonce, &node.name))
        } else {
            self.hand_signed(node, &from, (nonce, raw.clone())).await
        };
        match &answer {
            Ok(_) => lock.learn(&node.name, nonce, attempt.committed, known),
            // Whether it was taken nobody knows: the same bytes go to another.
            Err(error) if is_gone(error) => attempt.signed = Some((nonce, raw)),
            Err(_) => self.signed.forget(&from, nonce),
        }
        answer
    }

    /// Hands what was signed to a node, and remembers that the node has it.
    pub(super) async fn hand_signed(
        &self,
        node: &Member,
        from: &Address,
        (nonce, raw): (u64, Vec<u8>),
    ) -> Result<TransactionInfo, Refusal> {
        let taken = self.ask_node(node, ask::Submit { raw }).await?;
        self.signed.held_by(from, nonce, &node.name);
        Ok(taken)
    }

    /// Signs with the next nonce, and remembers it.
    fn sign(
        &self,
        node: &Member,
        key: &Keypair,
        order: &Order,
        at_node: u64,
    ) -> Result<(u64, Vec<u8>), Refusal> {
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
const fn is_gone(error: &Refusal) -> bool {
    matches!(
        error,
        Refusal::Startup(StartupError::Gone { .. })
            | Refusal::Node(
                NodeError::NotRunning { .. } | NodeError::Timeout { .. } | NodeError::Stopped
            )
    )
}
