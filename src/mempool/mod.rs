//! Transactions that wait for a block.
//!
//! Bounds: [`MAX_COUNT`] transactions and [`MAX_BYTES`] bytes, [`MAX_PER_ACCOUNT`] per account,
//! nonces at most [`MAX_NONCE_GAP`] ahead of one that is missing, [`MAX_AGE`]. A full mempool drops
//! from the account whose transaction has the lowest fee rate, among equals the youngest, the last
//! that it has; so a flood costs its sender fees. And as what cannot be committed pays none, an
//! account that is stalled for [`STALLED_BLOCKS`] and [`STALLED_FOR`] loses its place.

mod reason;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

pub use reason::{DropReason, MempoolError};

use crate::consensus::{CheckedTransaction, Params, TxError};
use crate::primitives::{Address, Amount, Height, Instant, Millis, Payload, TxId};
use crate::state::{Account, State};

/// Most transactions that wait in one mempool.
pub const MAX_COUNT: usize = 5_000;
/// Most bytes of all waiting transactions, encoded with their signatures.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most waiting transactions of one account.
pub const MAX_PER_ACCOUNT: usize = 64;
/// How far a nonce may be ahead of the account's first that is missing: of one sender's
/// transactions a later one may come before an earlier one, and what has a gap before it cannot be
/// committed.
pub const MAX_NONCE_GAP: u64 = 16;
/// How long a transaction waits at most, by the monotonic clock.
pub const MAX_AGE: Millis = Millis(30 * 60 * 1_000);
/// Blocks, and time, for which nothing of an account could be committed before all that waits of it
/// goes.
pub const STALLED_BLOCKS: u64 = 16;
/// See [`STALLED_BLOCKS`]: many blocks may come at once, when a node catches up.
pub const STALLED_FOR: Millis = Millis(60_000);
/// A replacement pays at least this many percent of the fee it replaces.
pub const REPLACEMENT_PERCENT: u64 = 110;

/// The waiting transactions of one node.
#[derive(Clone, Debug, Default)]
pub struct Mempool {
    by_account: BTreeMap<(Address, u64), Waiting>,
    ids: BTreeMap<TxId, (Address, u64)>,
    by_standing: BTreeMap<Standing, TxId>,
    bytes: usize,
    arrivals: u64,
    /// Accounts whose first transaction could not be committed on the last head, and since when.
    stalled: BTreeMap<Address, (Height, Instant)>,
}

/// A waiting transaction.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The transaction, valid by itself; one that it stands on may still be missing.
    pub transaction: CheckedTransaction,
    /// When it came, by the monotonic clock.
    pub since: Instant,
    size: usize,
    arrival: u64,
}

/// What decides who is taken first and who goes first: the fee rate, then who came earlier. No two
/// that wait stand equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    fee: u64,
    size: u64,
    arrival: u64,
}

impl Ord for Standing {
    fn cmp(&self, other: &Self) -> Ordering {
        // Fee rates as exact fractions: fee of one times size of the other.
        let rate = |this: &Self, that: &Self| u128::from(this.fee) * u128::from(that.size);
        rate(self, other)
            .cmp(&rate(other, self))
            .then(other.arrival.cmp(&self.arrival))
    }
}

impl PartialOrd for Standing {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Waiting {
    fn standing(&self) -> Standing {
        let size = u64::try_from(self.size).unwrap_or(u64::MAX);
        Standing {
            fee: self.fee().0,
            size,
            arrival: self.arrival,
        }
    }

    fn fee(&self) -> Amount {
        self.transaction.get().body.fee
    }

    fn slot(&self) -> (Address, u64) {
        let body = &self.transaction.get().body;
        (body.from, body.nonce)
    }
}

impl Mempool {
    /// Takes a transaction that may be committed on `state`, in a block at `height`, or soon after
    /// it; gives what had to go for it, with the reason. One that waits already goes on waiting.
    ///
    /// # Errors
    /// See [`MempoolError`]; the mempool is as it was.
    pub fn admit(
        &mut self,
        transaction: CheckedTransaction,
        state: &State,
        height: Height,
        now: Instant,
    ) -> Result<Vec<(Waiting, DropReason)>, MempoolError> {
        if self.ids.contains_key(&transaction.id()) {
            return Ok(Vec::new());
        }
        let account = state.account(&transaction.get().body.from);
        self.check_slot(&transaction, &account, height)?;
        self.check_share(&transaction, &account)?;
        self.place(transaction, now)
    }

    /// Takes a transaction back whose block left the best chain. Those before it, and the coins
    /// that it needs, may come back as well: neither is asked for. Of an account that has too many
    /// then the last goes.
    ///
    /// # Errors
    /// See [`MempoolError`]; the mempool is as it was.
    pub fn take_back(
        &mut self,
        transaction: CheckedTransaction,
        state: &State,
        height: Height,
        now: Instant,
    ) -> Result<Vec<(Waiting, DropReason)>, MempoolError> {
        if self.ids.contains_key(&transaction.id()) {
            return Ok(Vec::new());
        }
        let (from, nonce) = (transaction.get().body.from, transaction.get().body.nonce);
        self.check_slot(&transaction, &state.account(&from), height)?;
        let full = !self.by_account.contains_key(&(from, nonce))
            && self.of_account(&from).count() >= MAX_PER_ACCOUNT;
        let last = self
            .of_account(&from)
            .last()
            .filter(|last| full && last.slot().1 > nonce);
        let last = last.map(|last| last.transaction.id());
        if full && last.is_none() {
            return Err(MempoolError::AccountFull {
                limit: MAX_PER_ACCOUNT,
            });
        }
        let mut gone = self.place(transaction, now)?;
        gone.extend(
            last.and_then(|last| self.remove(&last))
                .map(|last| (last, DropReason::AccountFull)),
        );
        Ok(gone)
    }

    /// Whether a transaction may still be committed, and may stand where it would stand.
    fn check_slot(
        &self,
        transaction: &CheckedTransaction,
        account: &Account,
        height: Height,
    ) -> Result<(), MempoolError> {
        let body = &transaction.get().body;
        if body.valid_until.0 != 0 && height > body.valid_until {
            return Err(TxError::Expired {
                valid_until: body.valid_until,
                height,
            }
            .into());
        }
        if body.nonce < account.nonce {
            return Err(TxError::Nonce {
                expected: account.nonce,
                found: body.nonce,
            }
            .into());
        }
        let Some(old) = self.by_account.get(&(body.from, body.nonce)) else {
            return Ok(());
        };
        let expected = Amount(
            old.fee()
                .0
                .saturating_mul(REPLACEMENT_PERCENT)
                .div_ceil(100),
        );
        if body.fee < expected {
            return Err(MempoolError::ReplacementFee {
                expected,
                found: body.fee,
            });
        }
        Ok(())
    }

    /// Whether an account may have this transaction waiting beside its others.
    fn check_share(
        &self,
        transaction: &CheckedTransaction,
        account: &Account,
    ) -> Result<(), MempoolError> {
        let body = &transaction.get().body;
        let missing = self.next_nonce(&body.from, account.nonce);
        let most = missing.saturating_add(MAX_NONCE_GAP);
        if body.nonce > most {
            return Err(MempoolError::NonceGap {
                least: account.nonce,
                most,
                found: body.nonce,
            });
        }
        let others = self
            .of_account(&body.from)
            .filter(|waiting| waiting.slot().1 != body.nonce);
        let costs: Vec<u64> = others.map(|waiting| cost(&waiting.transaction).0).collect();
        if costs.len() >= MAX_PER_ACCOUNT {
            return Err(MempoolError::AccountFull {
                limit: MAX_PER_ACCOUNT,
            });
        }
        let needed = Amount(
            costs
                .into_iter()
                .fold(cost(transaction).0, u64::saturating_add),
        );
        if needed > account.balance {
            return Err(TxError::Balance {
                needed,
                found: account.balance,
            }
            .into());
        }
        Ok(())
    }

    /// Puts a transaction in its place, for that which stands there, and makes room for it.
    fn place(
        &mut self,
        transaction: CheckedTransaction,
        now: Instant,
    ) -> Result<Vec<(Waiting, DropReason)>, MempoolError> {
        let size = transaction.get().to_bytes().len();
        self.arrivals = self.arrivals.saturating_add(1);
        let waiting = Waiting {
            transaction,
            since: now,
            size,
            arrival: self.arrivals,
        };
        let old = self
            .by_account
            .get(&waiting.slot())
            .map(|old| old.transaction.id());
        let old = old.and_then(|old| self.remove(&old));
        let room = self.make_room(&waiting);
        if room.is_ok() {
            self.put(waiting);
        }
        match (room, old) {
            (Err(error), old) => {
                old.into_iter().for_each(|old| self.put(old));
                Err(error)
            }
            (Ok(mut gone), old) => {
                gone.extend(old.map(|old| (old, DropReason::Replaced)));
                Ok(gone)
            }
        }
    }

    /// Makes room by removing what stands worst, if all of that pays less than the newcomer.
    fn make_room(
        &mut self,
        newcomer: &Waiting,
    ) -> Result<Vec<(Waiting, DropReason)>, MempoolError> {
        let mut gone = Vec::new();
        while self.ids.len() >= MAX_COUNT || self.bytes.saturating_add(newcomer.size) > MAX_BYTES {
            match self.worst(newcomer).and_then(|id| self.remove(&id)) {
                Some(worst) => gone.push((worst, DropReason::Evicted)),
                None => {
                    gone.into_iter().for_each(|(worst, _)| self.put(worst));
                    return Err(MempoolError::Full);
                }
            }
        }
        Ok(gone)
    }

    /// Who goes first for a newcomer: the last of the account that has the worst, as without an
    /// earlier one none could be committed; so never one that the newcomer itself stands on.
    fn worst(&self, newcomer: &Waiting) -> Option<TxId> {
        let worse = self
            .by_standing
            .iter()
            .take_while(|(standing, _)| **standing < newcomer.standing());
        let (from, nonce) = newcomer.slot();
        worse
            .filter_map(|(_, id)| self.of_account(&self.ids.get(id)?.0).last())
            .find_map(|last| {
                let (owner, last_nonce) = last.slot();
                (owner != from || last_nonce > nonce).then(|| last.transaction.id())
            })
    }

    fn put(&mut self, waiting: Waiting) {
        let id = waiting.transaction.id();
        self.bytes = self.bytes.saturating_add(waiting.size);
        self.ids.insert(id, waiting.slot());
        self.by_standing.insert(waiting.standing(), id);
        self.by_account.insert(waiting.slot(), waiting);
    }

    /// Removes a transaction and gives it, `None` if it does not wait.
    pub fn remove(&mut self, id: &TxId) -> Option<Waiting> {
        let slot = self.ids.remove(id)?;
        let waiting = self.by_account.remove(&slot)?;
        self.by_standing.remove(&waiting.standing());
        self.bytes = self.bytes.saturating_sub(waiting.size);
        Some(waiting)
    }

    /// Drops what cannot be committed any more in a block at `height`, or has waited too long;
    /// gives what was dropped with the reason.
    pub fn expire(&mut self, height: Height, now: Instant) -> Vec<(Waiting, DropReason)> {
        let reason = |waiting: &Waiting| {
            let valid_until = waiting.transaction.get().body.valid_until;
            if valid_until.0 != 0 && height > valid_until {
                Some(DropReason::Expired)
            } else if now.since(waiting.since) > MAX_AGE {
                Some(DropReason::TooOld)
            } else {
                None
            }
        };
        let gone: Vec<_> = self
            .iter()
            .filter_map(|waiting| reason(waiting).map(|reason| (waiting.transaction.id(), reason)))
            .collect();
        gone.into_iter()
            .filter_map(|(id, reason)| self.remove(&id).map(|waiting| (waiting, reason)))
            .collect()
    }

    /// Drops what a new head, on which the next block is at `height`, made impossible, and all that
    /// waits of accounts that are stalled for too long.
    pub fn judge(
        &mut self,
        params: &Params,
        state: &State,
        height: Height,
        now: Instant,
    ) -> Vec<(Waiting, DropReason)> {
        let before = std::mem::take(&mut self.stalled);
        let (mut stalled, mut gone) = (BTreeMap::new(), Vec::new());
        for address in self.accounts() {
            let account = state.account(&address);
            let used = self
                .earlier(&address, account.nonce)
                .map(CheckedTransaction::id);
            gone.extend(used.map(|id| (id, DropReason::NonceUsed)));
            let later = self
                .of_account(&address)
                .filter(|waiting| waiting.slot().1 >= account.nonce);
            let mut later = later.map(|waiting| &waiting.transaction).peekable();
            let Some(first) = later.peek() else { continue };
            let Err(error) = applies(first, &account, params, state, height) else {
                continue;
            };
            let (from, since) = before.get(&address).copied().unwrap_or((height, now));
            if error.is_final() {
                gone.push((first.id(), DropReason::from(&error)));
            } else if height.since(from) >= STALLED_BLOCKS && now.since(since) >= STALLED_FOR {
                gone.extend(later.map(|waiting| (waiting.id(), DropReason::Stalled)));
            } else {
                stalled.insert(address, (from, since));
            }
        }
        self.stalled = stalled;
        gone.into_iter()
            .filter_map(|(id, reason)| self.remove(&id).map(|waiting| (waiting, reason)))
            .collect()
    }

    /// Accounts of which something waits.
    fn accounts(&self) -> Vec<Address> {
        let mut accounts: Vec<Address> = self
            .by_account
            .keys()
            .map(|(address, _)| *address)
            .collect();
        accounts.dedup();
        accounts
    }

    /// The transactions in the order a block takes them: the best fee rate first, but never an
    /// account's later transaction before its earlier one, none behind a gap in the nonces, and
    /// none of a stalled account. Whether each applies after those before it is found out by
    /// trying: so none that does not keeps others out.
    pub fn selection<'m>(
        &'m self,
        state: &State,
    ) -> impl Iterator<Item = &'m CheckedTransaction> + use<'m> {
        let mut best = BinaryHeap::new();
        for address in self
            .accounts()
            .into_iter()
            .filter(|address| !self.stalled.contains_key(address))
        {
            best.extend(self.next_of(address, state.account(&address).nonce));
        }
        std::iter::from_fn(move || {
            let (_, (address, nonce)) = best.pop()?;
            best.extend(self.next_of(address, nonce.saturating_add(1)));
            self.by_account
                .get(&(address, nonce))
                .map(|waiting| &waiting.transaction)
        })
    }

    fn next_of(&self, address: Address, nonce: u64) -> Option<(Standing, (Address, u64))> {
        let slot = (address, nonce);
        self.by_account
            .get(&slot)
            .map(|waiting| (waiting.standing(), slot))
    }

    /// A waiting transaction by its id, `None` if it does not wait.
    #[must_use]
    pub fn get(&self, id: &TxId) -> Option<&Waiting> {
        self.by_account.get(self.ids.get(id)?)
    }

    /// The account's first nonce from `account_nonce` on of which no transaction waits.
    #[must_use]
    pub fn next_nonce(&self, address: &Address, account_nonce: u64) -> u64 {
        let mut nonce = account_nonce;
        while self.by_account.contains_key(&(*address, nonce)) {
            nonce = nonce.saturating_add(1);
        }
        nonce
    }

    /// All waiting transactions, by account and nonce.
    pub fn iter(&self) -> impl Iterator<Item = &Waiting> {
        self.by_account.values()
    }

    /// The waiting transactions of accounts that are not stalled: what is worth telling others
    /// again.
    pub fn hopeful(&self) -> impl Iterator<Item = &Waiting> {
        self.iter()
            .filter(|waiting| !self.stalled.contains_key(&waiting.slot().0))
    }

    /// Ids of all waiting transactions, ascending.
    pub fn ids(&self) -> impl Iterator<Item = TxId> + '_ {
        self.ids.keys().copied()
    }

    /// The waiting transactions of an account with a nonce below `nonce`, in their order.
    pub fn earlier(
        &self,
        address: &Address,
        nonce: u64,
    ) -> impl Iterator<Item = &CheckedTransaction> {
        self.of_account(address)
            .take_while(move |waiting| waiting.transaction.get().body.nonce < nonce)
            .map(|waiting| &waiting.transaction)
    }

    /// Number of waiting transactions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Bytes of all waiting transactions, encoded with their signatures.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn of_account(&self, address: &Address) -> impl Iterator<Item = &Waiting> {
        let address = *address;
        self.by_account
            .range((address, 0)..)
            .take_while(move |((of, _), _)| *of == address)
            .map(|(_, waiting)| waiting)
    }
}

/// Coins that a transaction takes from its sender: the fee, and what a transfer moves.
#[must_use]
pub fn cost(transaction: &CheckedTransaction) -> Amount {
    let body = &transaction.get().body;
    if let Payload::Transfer { amount, .. } = body.payload {
        return Amount(amount.0.saturating_add(body.fee.0));
    }
    body.fee
}

/// Whether an account's first transaction could be committed by the next block.
fn applies(
    first: &CheckedTransaction,
    account: &Account,
    params: &Params,
    state: &State,
    height: Height,
) -> Result<(), TxError> {
    let body = &first.get().body;
    if body.nonce != account.nonce {
        return Err(TxError::Nonce {
            expected: account.nonce,
            found: body.nonce,
        });
    }
    let needed = cost(first);
    if needed > account.balance {
        return Err(TxError::Balance {
            needed,
            found: account.balance,
        });
    }
    match body.payload {
        // Nothing that others do stands in their way.
        Payload::Transfer { .. } | Payload::Message { .. } | Payload::CreateAsset { .. } => Ok(()),
        Payload::RegisterUser { .. } | Payload::TransferAsset { .. } | Payload::SetParams(_) => {
            state.try_after(params, height, std::iter::empty(), first)
        }
    }
}
