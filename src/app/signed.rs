//! What was signed with keys of this page and no block has yet, byte for byte, until a block has its nonce or a person
//! gives it up: a node that has not heard of it gets it again, and of what no node has the page can tell.
//!
//! The browser keeps it as well, as a record beside the network's: all tabs of the network share that one, and a page that
//! is loaded again finds there what it had signed. This is the copy of one tab, with its changes that are yet to be
//! written. Another tab's writing never takes those back.
//!
//! Bounds: of one sender there is as much as nodes let wait of one account, and what is on its way: [`MAX_OF_SENDER`], and
//! the lowest nonces go first; of all senders [`MAX_SIGNED`], and what was signed first goes first.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::primitives::{Address, BlockHash, Transaction, from_hex, to_hex};

/// For this long a page waits for a transaction of another tab that a node may not have received yet, before it fills
/// the gap with one of its own or says that no node has it.
pub(super) const GAP_PATIENCE_MS: f64 = 8_000.0;
/// Most transactions of one sender that are remembered: four times what a mempool holds of one.
const MAX_OF_SENDER: usize = 256;
/// Most transactions that are remembered: 16 senders who wait with all that a mempool holds of one, at most 4 MB as text.
const MAX_SIGNED: usize = 1_024;
/// Version of the text.
const VERSION: &str = "1";

/// The nonces of each sender.
type Signed = BTreeMap<Address, BTreeMap<u64, SignedTx>>;

/// What was signed, and what of that is yet to be written.
#[derive(Debug, Default)]
pub(super) struct SignedHere {
    all: RefCell<Signed>,
    changes: RefCell<Changes>,
}

/// A transaction that was signed with a key of this page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SignedTx {
    /// Its id.
    pub(super) id: String,
    /// Its bytes.
    pub(super) raw: Vec<u8>,
    /// The node that has it or is to have it, as far as is known.
    pub(super) holder: String,
    /// When this page signed it or heard of it.
    pub(super) at: f64,
    pub(super) stage: Stage,
}

/// How far a transaction has come, as far as this page knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// This page hands it to a node now.
    InHand,
    /// A node of this page was given it.
    Handed,
    /// Another tab signed it, or this page before it was loaded again.
    Found,
}

/// What is yet to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// The nonces that are new or have another holder.
    put: BTreeSet<(Address, u64)>,
    /// The ids of those that are in blocks or given up.
    gone: BTreeSet<String>,
}

/// One transaction as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kept {
    id: String,
    from: Address,
    nonce: u64,
    raw: Vec<u8>,
    holder: String,
}

impl SignedHere {
    /// The nonce of a sender's next transaction: the node's, or the one after the last that was signed. A gap before
    /// those is of another tab: it may be on its way.
    pub(super) fn next_nonce(&self, sender: Address, at_node: u64, now: f64) -> u64 {
        let signed = self.all.borrow();
        let Some(mine) = signed.get(&sender) else {
            return at_node;
        };
        let Some((last, newest)) = mine.last_key_value() else {
            return at_node;
        };
        let gap = (at_node..*last).find(|nonce| !mine.contains_key(nonce));
        match gap {
            Some(gap) if now - newest.at >= GAP_PATIENCE_MS => gap,
            _ => at_node.max(last.saturating_add(1)),
        }
    }

    /// Remembers what was signed.
    pub(super) fn keep(&self, sender: Address, nonce: u64, signed: SignedTx) {
        let mut all = self.all.borrow_mut();
        let mine = all.entry(sender).or_default();
        mine.insert(nonce, signed);
        let mut changes = self.changes.borrow_mut();
        changes.put.insert((sender, nonce));
        while mine.len() > MAX_OF_SENDER
            && let Some((nonce, first)) = mine.pop_first()
        {
            changes.put.remove(&(sender, nonce));
            changes.gone.insert(first.id);
        }
    }

    /// What was signed for a sender with this nonce or a later one.
    pub(super) fn signed_from(&self, sender: &Address, nonce: u64) -> Vec<(u64, SignedTx)> {
        let signed = self.all.borrow();
        let mine = signed.get(sender).into_iter().flatten();
        mine.filter(|(found, _)| **found >= nonce)
            .map(|(nonce, signed)| (*nonce, signed.clone()))
            .collect()
    }

    /// Everybody of whom something is remembered.
    pub(super) fn senders(&self) -> Vec<Address> {
        self.all.borrow().keys().copied().collect()
    }

    /// Whether something is here that another tab signed and that a node should have by now.
    pub(super) fn is_overdue(&self, now: f64) -> bool {
        let all = self.all.borrow();
        let mut signed = all.values().flat_map(BTreeMap::values);
        signed.any(|signed| signed.stage == Stage::Found && now - signed.at >= GAP_PATIENCE_MS)
    }

    /// A node has a transaction.
    pub(super) fn held_by(&self, sender: &Address, nonce: u64, holder: &str) {
        let mut all = self.all.borrow_mut();
        if let Some(signed) = all.get_mut(sender).and_then(|mine| mine.get_mut(&nonce)) {
            signed.stage = Stage::Handed;
            if signed.holder != holder {
                holder.clone_into(&mut signed.holder);
                self.changes.borrow_mut().put.insert((*sender, nonce));
            }
        }
    }

    /// This page hands a transaction over no more, whether a node took it or not; whether it is still here.
    pub(super) fn let_go(&self, sender: &Address, nonce: u64) -> bool {
        let mut all = self.all.borrow_mut();
        let signed = all.get_mut(sender).and_then(|mine| mine.get_mut(&nonce));
        signed.is_some_and(|signed| {
            signed.stage = Stage::Handed;
            true
        })
    }

    /// Nonces below this are in blocks.
    pub(super) fn committed(&self, sender: &Address, next: u64) {
        self.remove(sender, |nonce| nonce < next);
    }

    /// A transaction was refused, or is given up.
    pub(super) fn forget(&self, sender: &Address, nonce: u64) {
        self.remove(sender, |found| found == nonce);
    }

    /// This one is given up, and with it what stands on it.
    pub(super) fn forget_from(&self, sender: &Address, nonce: u64) {
        self.remove(sender, |found| found >= nonce);
    }

    fn remove(&self, sender: &Address, goes: impl Fn(u64) -> bool) {
        let (mut all, mut changes) = (self.all.borrow_mut(), self.changes.borrow_mut());
        let Some(mine) = all.get_mut(sender) else {
            return;
        };
        mine.retain(|nonce, signed| {
            if goes(*nonce) {
                changes.put.remove(&(*sender, *nonce));
                changes.gone.insert(std::mem::take(&mut signed.id));
            }
            !goes(*nonce)
        });
        if mine.is_empty() {
            all.remove(sender);
        }
    }

    /// Another chain counts from 0.
    pub(super) fn forget_all(&self) {
        self.all.take();
        self.changes.take();
    }

    /// Takes what is yet to be written; `None` if nothing is.
    pub(super) fn take_changes(&self) -> Option<Changes> {
        let changes = self.changes.take();
        (changes != Changes::default()).then_some(changes)
    }

    /// What was taken could not be written: it is tried again with the next.
    pub(super) fn put_back(&self, changes: Changes) {
        let mut now = self.changes.borrow_mut();
        now.put.extend(changes.put);
        now.gone.extend(changes.gone);
    }

    /// What is to be written: what is written now, in the order in which it was signed, with these changes.
    pub(super) fn merged(&self, mut written: Vec<Kept>, changes: &Changes) -> Vec<Kept> {
        let all = self.all.borrow();
        written.retain(|kept| {
            !changes.gone.contains(&kept.id) && !changes.put.contains(&(kept.from, kept.nonce))
        });
        let put = changes.put.iter().filter_map(|(from, nonce)| {
            let signed = all.get(from)?.get(nonce)?;
            Some(Kept {
                id: signed.id.clone(),
                from: *from,
                nonce: *nonce,
                raw: signed.raw.clone(),
                holder: signed.holder.clone(),
            })
        });
        written.extend(put);
        let over = written.len().saturating_sub(MAX_SIGNED);
        written.drain(..over);
        written
    }

    /// Takes over what is written, of senders whose keys are here; what this page did since stays as it is.
    pub(super) fn follow(&self, written: Vec<Kept>, at: f64, has_key: impl Fn(&Address) -> bool) {
        let changes = self.changes.borrow();
        let mut old = self.all.take();
        let mut new = Signed::new();
        for kept in written {
            if changes.gone.contains(&kept.id) || !has_key(&kept.from) {
                continue;
            }
            let known = old.get(&kept.from).and_then(|mine| mine.get(&kept.nonce));
            let known = known.filter(|known| known.id == kept.id);
            let (at, stage) = known.map_or((at, Stage::Found), |known| (known.at, known.stage));
            let signed = SignedTx {
                id: kept.id,
                raw: kept.raw,
                holder: kept.holder,
                at,
                stage,
            };
            new.entry(kept.from).or_default().insert(kept.nonce, signed);
        }
        for (from, nonce) in &changes.put {
            if let Some(signed) = old.get_mut(from).and_then(|mine| mine.remove(nonce)) {
                new.entry(*from).or_default().insert(*nonce, signed);
            }
        }
        self.all.replace(new);
    }
}

/// Transactions as a text: the version of its layout, then the bytes in hexadecimal.
///
/// # Panics
/// Never: writing to memory does not fail.
pub(super) fn to_text(kept: &[Kept]) -> String {
    let rows: Vec<_> = kept.iter().map(|kept| (&kept.raw, &kept.holder)).collect();
    let bytes = borsh::to_vec(&rows).expect("a vector takes every byte");
    format!("{VERSION} {}", to_hex(&bytes))
}

/// The transactions of a chain that a text has; none of another chain, which counts from 0, and `None` for a text that is
/// not one of these.
pub(super) fn from_text(text: &str, chain_id: &BlockHash) -> Option<Vec<Kept>> {
    let bytes = from_hex(text.strip_prefix(VERSION)?.strip_prefix(' ')?).ok()?;
    let rows: Vec<(Vec<u8>, String)> = borsh::from_slice(&bytes).ok()?;
    let kept = |(raw, holder): (Vec<u8>, String)| {
        let transaction = Transaction::from_bytes(&raw).ok()?;
        let body = &transaction.body;
        (body.chain_id == *chain_id).then(|| Kept {
            id: transaction.id().to_string(),
            from: body.from,
            nonce: body.nonce,
            raw,
            holder,
        })
    };
    Some(rows.into_iter().filter_map(kept).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::{Amount, Height, Payload, TxBody};
    use crate::testkit::key;

    const CHAIN: BlockHash = BlockHash([7; 32]);

    fn alice() -> Address {
        key("alice").address()
    }

    /// A message with this nonce, just signed.
    fn signed(nonce: u64, at: f64) -> SignedTx {
        let transaction = message("alice", nonce);
        SignedTx {
            id: transaction.id().to_string(),
            raw: transaction.to_bytes(),
            holder: "pow-1".to_owned(),
            at,
            stage: Stage::InHand,
        }
    }

    fn message(who: &str, nonce: u64) -> Transaction {
        let body = TxBody {
            version: TxBody::VERSION,
            chain_id: CHAIN,
            from: key(who).address(),
            nonce,
            fee: Amount(1),
            valid_until: Height(0),
            payload: Payload::Message {
                bytes: b"hello".to_vec(),
                to: None,
            },
        };
        body.sign(&key(who))
    }

    fn nonces(of: &SignedHere) -> Vec<u64> {
        let signed = of.signed_from(&alice(), 0).into_iter();
        signed.map(|(nonce, _)| nonce).collect()
    }

    /// One writing of a tab: what is written after it.
    fn write(tab: &SignedHere, written: Vec<Kept>) -> Vec<Kept> {
        let Some(changes) = tab.take_changes() else {
            return written;
        };
        let text = to_text(&tab.merged(written, &changes));
        let written = from_text(&text, &CHAIN).expect("a text of these");
        tab.follow(written.clone(), 0.0, |_| true);
        written
    }

    #[test]
    fn a_nonce_that_was_signed_counts_before_the_node_has_received_it_and_until_a_block_has_it() {
        let tab = SignedHere::default();
        assert_eq!(tab.next_nonce(alice(), 3, 0.0), 3);
        tab.keep(alice(), 3, signed(3, 0.0));
        assert_eq!(tab.next_nonce(alice(), 3, 100.0), 4);
        assert_eq!(tab.next_nonce(alice(), 3, 1e9), 4, "however long it takes");
        assert_eq!(tab.next_nonce(alice(), 9, 100.0), 9, "the node knows more");
        assert_eq!(tab.next_nonce(Address([2; 32]), 3, 100.0), 3);
        tab.committed(&alice(), 4);
        assert!(tab.senders().is_empty());
    }

    #[test]
    fn a_gap_of_another_tab_is_waited_for_and_then_filled() {
        let tab = SignedHere::default();
        tab.keep(alice(), 4, signed(4, 0.0));
        assert_eq!(tab.next_nonce(alice(), 3, GAP_PATIENCE_MS - 1.0), 5);
        assert_eq!(tab.next_nonce(alice(), 3, GAP_PATIENCE_MS), 3);
        tab.keep(alice(), 3, signed(3, 9_000.0));
        assert_eq!(tab.next_nonce(alice(), 3, 9_000.0), 5);
    }

    #[test]
    fn after_a_refusal_and_on_another_chain_the_node_counts() {
        let tab = SignedHere::default();
        tab.keep(alice(), 3, signed(3, 0.0));
        tab.forget(&alice(), 3);
        assert_eq!(tab.next_nonce(alice(), 3, 1.0), 3);
        tab.keep(alice(), 3, signed(3, 1.0));
        tab.forget_all();
        assert_eq!(tab.next_nonce(alice(), 0, 2.0), 0);
        let text = to_text(&write(&tab, Vec::new()));
        assert_eq!(from_text(&text, &CHAIN), Some(Vec::new()));
    }

    #[test]
    fn what_is_remembered_of_one_sender_and_of_all_is_bounded() {
        let tab = SignedHere::default();
        for nonce in 0..1_000 {
            tab.keep(alice(), nonce, signed(0, 0.0));
        }
        let kept = nonces(&tab);
        assert_eq!((kept.len(), kept[kept.len() - 1]), (MAX_OF_SENDER, 999));
        let mut written: Vec<Kept> = (0..MAX_SIGNED as u64)
            .map(|nonce| Kept {
                id: nonce.to_string(),
                from: Address([2; 32]),
                nonce,
                raw: Vec::new(),
                holder: String::new(),
            })
            .collect();
        let tab = SignedHere::default();
        tab.keep(alice(), 0, signed(0, 0.0));
        let changes = tab.take_changes().expect("one is new");
        written = tab.merged(written, &changes);
        assert_eq!(written.len(), MAX_SIGNED);
        assert_eq!(written[0].nonce, 1, "what was signed first goes first");
        assert_eq!(written[MAX_SIGNED - 1].from, alice());
    }

    #[test]
    fn what_one_tab_signs_the_others_know_and_what_it_takes_away_they_forget() {
        let (one, other) = (SignedHere::default(), SignedHere::default());
        one.keep(alice(), 0, signed(0, 0.0));
        let written = write(&one, Vec::new());
        other.follow(written.clone(), 0.0, |_| true);
        assert_eq!(other.next_nonce(alice(), 0, 1.0), 1);
        assert!(!other.is_overdue(1.0) && other.is_overdue(GAP_PATIENCE_MS));
        other.keep(alice(), 1, signed(1, 1.0));
        let written = write(&other, written);
        one.follow(written.clone(), 2.0, |_| true);
        assert_eq!(nonces(&one), [0, 1]);
        assert_eq!(one.signed_from(&alice(), 0)[0].1.stage, Stage::InHand);
        one.committed(&alice(), 1);
        let written = write(&one, written);
        other.follow(written, 3.0, |_| true);
        assert_eq!(nonces(&other), [1]);
    }

    #[test]
    fn what_is_yet_to_be_written_stays_whatever_another_tab_writes() {
        let tab = SignedHere::default();
        tab.keep(alice(), 0, signed(0, 0.0));
        let written = write(&tab, Vec::new());
        tab.committed(&alice(), 1);
        tab.keep(alice(), 1, signed(1, 0.0));
        tab.follow(written.clone(), 1.0, |_| true);
        assert_eq!(nonces(&tab), [1]);
        // The disk refuses it, and takes it the next time.
        let changes = tab.take_changes().expect("two changes");
        tab.put_back(changes);
        write(&tab, written);
        assert_eq!((nonces(&tab), tab.take_changes()), (vec![1], None));
    }

    #[test]
    fn a_text_of_another_chain_has_nothing_and_a_foreign_one_is_none() {
        let tab = SignedHere::default();
        tab.keep(alice(), 0, signed(0, 0.0));
        let text = to_text(&write(&tab, Vec::new()));
        assert_eq!(from_text(&text, &BlockHash([8; 32])), Some(Vec::new()));
        for foreign in ["", "1", "1 zz", "1 00", "2 00000000", "{}"] {
            assert_eq!(from_text(foreign, &CHAIN), None, "{foreign}");
        }
        let other = SignedHere::default();
        let written = from_text(&text, &CHAIN).expect("its own");
        other.follow(written, 0.0, |_| false);
        assert!(other.senders().is_empty(), "nobody here has that key");
    }
}
