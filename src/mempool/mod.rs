//! Transactions that wait for a block.
//!
//! Bounds: [`MAX_COUNT`] transactions and [`MAX_BYTES`] bytes, [`MAX_PER_ACCOUNT`] per account, nonces at
//! most [`MAX_NONCE_GAP`] ahead, [`MAX_AGE`]. A full mempool drops the lowest fee rate first, among equals
//! the youngest; so a flood costs its sender fees.

#[cfg(test)]
mod tests;

use std::cmp::Ordering;

use crate::consensus::{CheckedTransaction, TxError};
use crate::primitives::SortedMap;
use crate::primitives::{Address, Amount, Height, MAX_TRANSACTIONS, Millis, Payload, Timestamp, TxId};
use crate::state::State;

/// Most transactions.
pub const MAX_COUNT: usize = 5_000;
/// Most bytes of encoded transactions.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Most transactions of one account.
pub const MAX_PER_ACCOUNT: usize = 64;
/// How far a nonce may be ahead of the account's.
pub const MAX_NONCE_GAP: u64 = 16;
/// How long a transaction waits.
pub const MAX_AGE: Millis = Millis(30 * 60 * 1_000);
/// A replacement pays at least this many percent of the fee it replaces.
pub const REPLACEMENT_PERCENT: u64 = 110;

/// The waiting transactions of one node.
#[derive(Debug, Default)]
pub struct Mempool {
    by_account: SortedMap<(Address, u64), Waiting>,
    ids: SortedMap<TxId, (Address, u64)>,
    by_standing: SortedMap<Standing, TxId>,
    bytes: usize,
    arrivals: u64,
}

/// A waiting transaction.
#[derive(Clone, Debug)]
pub struct Waiting {
    /// The transaction.
    pub transaction: CheckedTransaction,
    /// When it came.
    pub since: Timestamp,
    size: usize,
    arrival: u64,
}

/// Why a transaction may not wait here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MempoolError {
    /// It could not be committed on the head.
    #[error(transparent)]
    Invalid(#[from] TxError),
    /// Too far ahead of the account.
    #[error("expected a nonce of {least} to {most}, found {found}")]
    NonceGap {
        /// The account's.
        least: u64,
        /// The bound.
        most: u64,
        /// In the transaction.
        found: u64,
    },
    /// The account has too many waiting.
    #[error("expected at most {limit} waiting transactions of one account, found {limit} already")]
    AccountFull {
        /// Bound.
        limit: usize,
    },
    /// It would replace another without paying enough more.
    #[error("expected a fee of at least {expected} to replace a waiting transaction, found {found}")]
    ReplacementFee {
        /// Least.
        expected: Amount,
        /// In the transaction.
        found: Amount,
    },
    /// The mempool is full of better ones.
    #[error("the mempool is full of transactions that pay more per byte")]
    Full,
}

impl MempoolError {
    /// Name of the refusal, in snake case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Invalid(error) => error.code(),
            Self::NonceGap { .. } => "nonce_gap",
            Self::AccountFull { .. } => "account_full",
            Self::ReplacementFee { .. } => "replacement_fee",
            Self::Full => "mempool_full",
        }
    }
}

/// The order in which transactions are taken, and in reverse that in which they have to go: the best fee rate
/// first, then who came earlier. No two that wait stand equal.
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
        rate(other, self).cmp(&rate(self, other)).then(self.arrival.cmp(&other.arrival))
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
        Standing { fee: self.fee().0, size, arrival: self.arrival }
    }

    fn fee(&self) -> Amount {
        self.transaction.get().body.fee
    }
}

impl Mempool {
    /// Takes a transaction that may be committed on `state`, in a block at `height`, or soon after it; gives
    /// what had to go for it, with the reason. One that waits already goes on waiting.
    ///
    /// # Errors
    /// See [`MempoolError`]; the mempool is as it was.
    pub fn admit(
        &mut self,
        transaction: CheckedTransaction,
        state: &State,
        height: Height,
        now: Timestamp,
    ) -> Result<Vec<(Waiting, DropReason)>, MempoolError> {
        let id = transaction.id();
        if self.ids.contains_key(&id) {
            return Ok(Vec::new());
        }
        self.check(&transaction, state, height)?;
        let slot = (transaction.get().body.from, transaction.get().body.nonce);
        let size = transaction.get().to_bytes().len();
        self.arrivals = self.arrivals.saturating_add(1);
        let waiting = Waiting { transaction, since: now, size, arrival: self.arrivals };
        let gone = match self.by_account.get(&slot).map(|old| old.transaction.id()) {
            Some(old) => self.remove(&old).map(|old| (old, DropReason::Replaced)).into_iter().collect(),
            None => self.make_room(&waiting)?,
        };
        self.bytes = self.bytes.saturating_add(size);
        self.ids.insert(id, slot);
        self.by_standing.insert(waiting.standing(), id);
        self.by_account.insert(slot, waiting);
        Ok(gone)
    }

    fn check(&self, transaction: &CheckedTransaction, state: &State, height: Height) -> Result<(), MempoolError> {
        let body = &transaction.get().body;
        if body.valid_until.0 != 0 && height > body.valid_until {
            return Err(TxError::Expired { valid_until: body.valid_until, height }.into());
        }
        let account = state.account(&body.from);
        if body.nonce < account.nonce {
            return Err(TxError::Nonce { expected: account.nonce, found: body.nonce }.into());
        }
        let most = account.nonce.saturating_add(MAX_NONCE_GAP);
        if body.nonce > most {
            return Err(MempoolError::NonceGap { least: account.nonce, most, found: body.nonce });
        }
        let slot = (body.from, body.nonce);
        match self.by_account.get(&slot) {
            Some(old) => {
                let expected = Amount(old.fee().0.saturating_mul(REPLACEMENT_PERCENT).div_ceil(100));
                if body.fee < expected {
                    return Err(MempoolError::ReplacementFee { expected, found: body.fee });
                }
            }
            None if self.of_account(&body.from).count() >= MAX_PER_ACCOUNT => {
                return Err(MempoolError::AccountFull { limit: MAX_PER_ACCOUNT });
            }
            None => {}
        }
        let others = self.of_account(&body.from).filter(|waiting| waiting.transaction.get().body.nonce != body.nonce);
        let waiting = others.fold(0_u64, |sum, waiting| sum.saturating_add(cost(&waiting.transaction).0));
        let needed = Amount(waiting.saturating_add(cost(transaction).0));
        if needed > account.balance {
            return Err(TxError::Balance { needed, found: account.balance }.into());
        }
        Ok(())
    }

    /// Makes room by removing the worst, if all of them pay less than the newcomer.
    fn make_room(&mut self, newcomer: &Waiting) -> Result<Vec<(Waiting, DropReason)>, MempoolError> {
        let (mut count, mut bytes) = (self.ids.len(), self.bytes.saturating_add(newcomer.size));
        let mut worst = Vec::new();
        for (standing, id) in self.by_standing.iter().rev() {
            if count < MAX_COUNT && bytes <= MAX_BYTES {
                break;
            }
            if *standing <= newcomer.standing() {
                return Err(MempoolError::Full);
            }
            count = count.saturating_sub(1);
            bytes = bytes.saturating_sub(usize::try_from(standing.size).unwrap_or(usize::MAX));
            worst.push(*id);
        }
        Ok(worst.iter().filter_map(|id| self.remove(id)).map(|worst| (worst, DropReason::Evicted)).collect())
    }

    /// Removes a transaction, if it waits.
    pub fn remove(&mut self, id: &TxId) -> Option<Waiting> {
        let slot = self.ids.remove(id)?;
        let waiting = self.by_account.remove(&slot)?;
        self.by_standing.remove(&waiting.standing());
        self.bytes = self.bytes.saturating_sub(waiting.size);
        Some(waiting)
    }

    /// Drops what cannot be committed any more in a block at `height`, or has waited too long; gives what was
    /// dropped with the reason.
    pub fn expire(&mut self, height: Height, now: Timestamp) -> Vec<(Waiting, DropReason)> {
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
        gone.into_iter().filter_map(|(id, reason)| self.remove(&id).map(|waiting| (waiting, reason))).collect()
    }

    /// Drops the transactions of an account whose nonces are below `nonce`, which it now has.
    pub fn settle(&mut self, account: &Address, nonce: u64) -> Vec<(Waiting, DropReason)> {
        let used: Vec<TxId> = self.earlier(account, nonce).map(CheckedTransaction::id).collect();
        used.iter().filter_map(|id| self.remove(id)).map(|waiting| (waiting, DropReason::NonceUsed)).collect()
    }

    /// The transactions in the order a block takes them: the best fee rate first, but never an account's
    /// later transaction before its earlier one, and none behind a gap in the nonces.
    #[must_use]
    pub fn selection(&self, state: &State) -> Vec<&CheckedTransaction> {
        let mut best = SortedMap::new();
        let mut last = None;
        for (address, _) in self.by_account.keys() {
            if last.replace(*address) != Some(*address) {
                best.extend(self.next_of(*address, state.account(address).nonce));
            }
        }
        let mut selected = Vec::new();
        while let Some((_, (address, nonce))) = best.pop_first() {
            selected.extend(self.by_account.get(&(address, nonce)).map(|waiting| &waiting.transaction));
            if selected.len() >= MAX_TRANSACTIONS {
                break;
            }
            best.extend(self.next_of(address, nonce.saturating_add(1)));
        }
        selected
    }

    fn next_of(&self, address: Address, nonce: u64) -> Option<(Standing, (Address, u64))> {
        let slot = (address, nonce);
        self.by_account.get(&slot).map(|waiting| (waiting.standing(), slot))
    }

    /// A waiting transaction.
    #[must_use]
    pub fn get(&self, id: &TxId) -> Option<&Waiting> {
        self.by_account.get(self.ids.get(id)?)
    }

    /// The nonce after those of `account` that wait without a gap.
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

    /// Ids of all waiting transactions.
    pub fn ids(&self) -> impl Iterator<Item = TxId> + '_ {
        self.ids.keys().copied()
    }

    /// The waiting transactions of an account with a nonce below `nonce`, in their order.
    pub fn earlier(&self, address: &Address, nonce: u64) -> impl Iterator<Item = &CheckedTransaction> {
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

    /// Bytes of all waiting transactions.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.bytes
    }

    fn of_account(&self, address: &Address) -> impl Iterator<Item = &Waiting> {
        let address = *address;
        self.by_account
            .iter_from(&(address, 0))
            .take_while(move |((of, _), _)| *of == address)
            .map(|(_, waiting)| waiting)
    }
}

/// Coins that a transaction takes from its sender.
fn cost(transaction: &CheckedTransaction) -> Amount {
    let body = &transaction.get().body;
    if let Payload::Transfer { amount, .. } = body.payload {
        return Amount(amount.0.saturating_add(body.fee.0));
    }
    body.fee
}

/// Why a waiting transaction was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DropReason {
    /// Another transaction of the account with the same nonce was committed.
    #[error("another transaction with its nonce was committed")]
    NonceUsed,
    /// It was not committed by the height it names.
    #[error("it was not committed by the height it names")]
    Expired,
    /// It waited too long.
    #[error("it waited for more than 30 minutes")]
    TooOld,
    /// The mempool was full, and it paid the least.
    #[error("the mempool was full of transactions that pay more per byte")]
    Evicted,
    /// A replacement paid more.
    #[error("a transaction with the same nonce and a higher fee took its place")]
    Replaced,
    /// A reorganisation took its block back, and it is not valid on the new branch.
    #[error("it is not valid on the new best chain")]
    Conflict,
}
