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

/// What was signed, in the order in which it was, and what of that is yet to be written. So few are searched one by one.
#[derive(Debug, Default)]
pub(super) struct SignedHere {
    all: RefCell<Vec<SignedTx>>,
    /// Ids of those that are in blocks or given up, and are still written.
    gone: RefCell<Vec<String>>,
    /// What this page wrote last.
    pub(super) last: RefCell<Option<Written>>,
}

/// What a page wrote of what was signed.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) chain: Option<BlockHash>,
    pub(super) text: String,
    pub(super) all: Vec<SignedTx>,
}

/// A transaction that was signed with a key of this page.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SignedTx {
    pub(super) from: Address,
    pub(super) nonce: u64,
    /// Its id.
    pub(super) id: String,
    /// Its bytes.
    pub(super) raw: Vec<u8>,
    /// The node that has it or is to have it, as far as is known.
    pub(super) holder: String,
    /// When this page signed it or heard of it.
    pub(super) at: f64,
    pub(super) stage: Stage,
    /// Whether it is written as it is here.
    pub(super) written: bool,
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

impl SignedTx {
    fn is(&self, sender: &Address, nonce: u64) -> bool {
        self.from == *sender && self.nonce == nonce
    }
}

impl SignedHere {
    /// The nonce of a sender's next transaction: the node's, or the one after the last that was signed. A gap before
    /// those is of another tab: it may be on its way.
    pub(super) fn next_nonce(&self, sender: Address, at_node: u64, now: f64) -> u64 {
        let mine = self.signed_from(&sender, 0);
        let Some(newest) = mine.last() else {
            return at_node;
        };
        let last = newest.nonce;
        let gap = (at_node..last).find(|nonce| mine.iter().all(|signed| signed.nonce != *nonce));
        match gap {
            Some(gap) if now - newest.at >= GAP_PATIENCE_MS => gap,
            _ => at_node.max(last.saturating_add(1)),
        }
    }

    /// Remembers what was signed.
    pub(super) fn keep(&self, signed: SignedTx) {
        let sender = signed.from;
        self.remove(&sender, |nonce| nonce == signed.nonce);
        self.all.borrow_mut().push(signed);
        let mine = self.signed_from(&sender, 0);
        if mine.len() > MAX_OF_SENDER {
            self.forget(&sender, mine[0].nonce);
        }
    }

    /// What was signed for a sender with this nonce or a later one, by nonce.
    pub(super) fn signed_from(&self, sender: &Address, nonce: u64) -> Vec<SignedTx> {
        let mut mine = self.all.borrow().clone();
        mine.retain(|signed| signed.from == *sender && signed.nonce >= nonce);
        mine.sort_by_key(|signed| signed.nonce);
        mine
    }

    /// Everybody of whom something is remembered.
    pub(super) fn senders(&self) -> Vec<Address> {
        let mut senders = Vec::new();
        for signed in self.all.borrow().iter() {
            if !senders.contains(&signed.from) {
                senders.push(signed.from);
            }
        }
        senders
    }

    /// Whether something is here that another tab signed and that a node should have by now.
    pub(super) fn is_overdue(&self, now: f64) -> bool {
        let all = self.all.borrow();
        let is_late = |signed: &SignedTx| now - signed.at >= GAP_PATIENCE_MS;
        all.iter()
            .any(|signed| signed.stage == Stage::Found && is_late(signed))
    }

    /// A node has a transaction.
    pub(super) fn held_by(&self, sender: &Address, nonce: u64, holder: &str) {
        let mut all = self.all.borrow_mut();
        if let Some(signed) = all.iter_mut().find(|signed| signed.is(sender, nonce)) {
            signed.stage = Stage::Handed;
            if signed.holder != holder {
                holder.clone_into(&mut signed.holder);
                signed.written = false;
            }
        }
    }

    /// This page hands a transaction over no more, whether a node took it or not; whether it is still here.
    pub(super) fn let_go(&self, sender: &Address, nonce: u64) -> bool {
        let mut all = self.all.borrow_mut();
        let signed = all.iter_mut().find(|signed| signed.is(sender, nonce));
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
        self.all.borrow_mut().retain(|signed| {
            let goes = signed.from == *sender && goes(signed.nonce);
            if goes {
                self.gone.borrow_mut().push(signed.id.clone());
            }
            !goes
        });
    }

    /// Another chain counts from 0.
    pub(super) fn forget_all(&self) {
        self.all.take();
        self.gone.take();
    }

    /// Whether something is yet to be written.
    pub(super) fn has_changed(&self) -> bool {
        !self.gone.borrow().is_empty() || self.all.borrow().iter().any(|signed| !signed.written)
    }

    /// Whether a transaction is here and yet to be written.
    pub(super) fn is_unwritten(&self, sender: &Address, nonce: u64) -> bool {
        let all = self.all.borrow();
        let signed = all.iter().find(|signed| signed.is(sender, nonce));
        signed.is_some_and(|signed| !signed.written)
    }

    /// What is to be written: what is written now, with what changed here.
    pub(super) fn merged(&self, mut written: Vec<SignedTx>) -> Vec<SignedTx> {
        let (all, gone) = (self.all.borrow(), self.gone.borrow());
        let new = || all.iter().filter(|signed| !signed.written);
        written.retain(|old| {
            !gone.contains(&old.id) && !new().any(|signed| signed.is(&old.from, old.nonce))
        });
        written.extend(new().cloned());
        let over = written.len().saturating_sub(MAX_SIGNED);
        written.drain(..over);
        written
    }

    /// This was written: none of it is yet to be.
    pub(super) fn was_written(&self, written: &[SignedTx]) {
        let is_there = |id: &String| written.iter().any(|other| other.id == *id);
        // What was given up during the writing is in it still.
        self.gone.borrow_mut().retain(is_there);
        for signed in self.all.borrow_mut().iter_mut() {
            // As it is here: another node may have got it meanwhile.
            let same = |other: &SignedTx| other.id == signed.id && other.holder == signed.holder;
            if written.iter().any(same) {
                signed.written = true;
            }
        }
    }

    /// Takes over what is written, of senders whose keys are here; what this page did since stays as it is.
    pub(super) fn follow(
        &self,
        mut written: Vec<SignedTx>,
        at: f64,
        has_key: impl Fn(&Address) -> bool,
    ) {
        let (mut all, gone) = (self.all.borrow_mut(), self.gone.borrow());
        written.retain(|new| {
            let is_newer = |old: &SignedTx| !old.written && old.is(&new.from, new.nonce);
            !gone.contains(&new.id) && has_key(&new.from) && !all.iter().any(is_newer)
        });
        for new in &mut written {
            new.written = true;
            let known = all.iter().find(|old| old.id == new.id);
            (new.at, new.stage) = known.map_or((at, Stage::Found), |old| (old.at, old.stage));
        }
        all.retain(|old| !old.written);
        written.append(&mut all);
        *all = written;
    }
}

/// Transactions as a text: the version of its layout, then the bytes in hexadecimal.
///
/// # Panics
/// Never: writing to memory does not fail.
pub(super) fn to_text(signed: &[SignedTx]) -> String {
    let rows: Vec<_> = signed.iter().map(|one| (&one.raw, &one.holder)).collect();
    let bytes = borsh::to_vec(&rows).expect("a vector takes every byte");
    format!("{VERSION} {}", to_hex(&bytes))
}

/// The transactions of a chain that a text has; none of another chain, which counts from 0, and `None` for a text that is
/// not one of these.
pub(super) fn from_text(text: &str, chain_id: &BlockHash) -> Option<Vec<SignedTx>> {
    let bytes = from_hex(text.strip_prefix(VERSION)?.strip_prefix(' ')?).ok()?;
    let rows: Vec<(Vec<u8>, String)> = borsh::from_slice(&bytes).ok()?;
    let read = |(raw, holder): (Vec<u8>, String)| {
        let transaction = Transaction::from_bytes(&raw).ok()?;
        let body = &transaction.body;
        (body.chain_id == *chain_id).then(|| SignedTx {
            from: body.from,
            nonce: body.nonce,
            id: transaction.id().to_string(),
            raw,
            holder,
            at: 0.0,
            stage: Stage::Found,
            written: true,
        })
    };
    Some(rows.into_iter().filter_map(read).collect())
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
            from: alice(),
            nonce,
            id: transaction.id().to_string(),
            raw: transaction.to_bytes(),
            holder: "pow-1".to_owned(),
            at,
            stage: Stage::InHand,
            written: false,
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

    /// A writing that goes on for ever costs each transaction a flush of its own.
    #[test]
    fn nothing_is_yet_to_be_written_after_a_writing_that_others_took_part_in() {
        let (tab, other) = (SignedHere::default(), SignedHere::default());
        other.keep(signed(0, 0.0));
        let theirs = write(&other, Vec::new());
        tab.keep(signed(1, 0.0));
        assert!(tab.is_unwritten(&alice(), 1) && !tab.is_unwritten(&alice(), 0));
        let written = tab.merged(theirs);
        tab.was_written(&written);
        tab.follow(written, 0.0, |_| true);
        assert_eq!(nonces(&tab), [0, 1]);
        assert!(!tab.has_changed() && !tab.is_unwritten(&alice(), 1));
    }

    fn nonces(of: &SignedHere) -> Vec<u64> {
        let signed = of.signed_from(&alice(), 0).into_iter();
        signed.map(|signed| signed.nonce).collect()
    }

    /// One writing of a tab: what is written after it.
    fn write(tab: &SignedHere, written: Vec<SignedTx>) -> Vec<SignedTx> {
        let text = to_text(&tab.merged(written));
        let written = from_text(&text, &CHAIN).expect("a text of these");
        tab.was_written(&written);
        tab.follow(written.clone(), 0.0, |_| true);
        written
    }

    #[test]
    fn a_nonce_that_was_signed_counts_before_the_node_has_received_it_and_until_a_block_has_it() {
        let tab = SignedHere::default();
        assert_eq!(tab.next_nonce(alice(), 3, 0.0), 3);
        tab.keep(signed(3, 0.0));
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
        tab.keep(signed(4, 0.0));
        assert_eq!(tab.next_nonce(alice(), 3, GAP_PATIENCE_MS - 1.0), 5);
        assert_eq!(tab.next_nonce(alice(), 3, GAP_PATIENCE_MS), 3);
        tab.keep(signed(3, 9_000.0));
        assert_eq!(tab.next_nonce(alice(), 3, 9_000.0), 5);
    }

    #[test]
    fn after_a_refusal_and_on_another_chain_the_node_counts() {
        let tab = SignedHere::default();
        tab.keep(signed(3, 0.0));
        tab.forget(&alice(), 3);
        assert_eq!(tab.next_nonce(alice(), 3, 1.0), 3);
        tab.keep(signed(3, 1.0));
        tab.forget_all();
        assert_eq!(tab.next_nonce(alice(), 0, 2.0), 0);
        let text = to_text(&write(&tab, Vec::new()));
        assert_eq!(from_text(&text, &CHAIN), Some(Vec::new()));
    }

    #[test]
    fn what_is_remembered_of_one_sender_and_of_all_is_bounded() {
        let tab = SignedHere::default();
        for nonce in 0..1_000 {
            tab.keep(SignedTx {
                nonce,
                ..signed(0, 0.0)
            });
        }
        let kept = nonces(&tab);
        assert_eq!((kept.len(), kept[kept.len() - 1]), (MAX_OF_SENDER, 999));
        let old = |nonce: u64| SignedTx {
            from: Address([2; 32]),
            id: nonce.to_string(),
            nonce,
            written: true,
            ..signed(0, 0.0)
        };
        let tab = SignedHere::default();
        tab.keep(signed(0, 0.0));
        let written = tab.merged((0..MAX_SIGNED as u64).map(old).collect());
        assert_eq!(written.len(), MAX_SIGNED);
        assert_eq!(written[0].nonce, 1, "what was signed first goes first");
        assert_eq!(written[MAX_SIGNED - 1].from, alice());
    }

    #[test]
    fn what_one_tab_signs_the_others_know_and_what_it_takes_away_they_forget() {
        let (one, other) = (SignedHere::default(), SignedHere::default());
        one.keep(signed(0, 0.0));
        let written = write(&one, Vec::new());
        other.follow(written.clone(), 0.0, |_| true);
        assert_eq!(other.next_nonce(alice(), 0, 1.0), 1);
        assert!(!other.is_overdue(1.0) && other.is_overdue(GAP_PATIENCE_MS));
        other.keep(signed(1, 1.0));
        let written = write(&other, written);
        one.follow(written.clone(), 2.0, |_| true);
        assert_eq!(nonces(&one), [0, 1]);
        assert_eq!(one.signed_from(&alice(), 0)[0].stage, Stage::InHand);
        one.committed(&alice(), 1);
        let written = write(&one, written);
        other.follow(written, 3.0, |_| true);
        assert_eq!(nonces(&other), [1]);
    }

    #[test]
    fn what_is_yet_to_be_written_stays_whatever_another_tab_writes() {
        let tab = SignedHere::default();
        tab.keep(signed(0, 0.0));
        let written = write(&tab, Vec::new());
        tab.committed(&alice(), 1);
        tab.keep(signed(1, 0.0));
        tab.follow(written.clone(), 1.0, |_| true);
        assert_eq!(nonces(&tab), [1]);
        // The disk refused it up to now.
        assert!(tab.has_changed());
        write(&tab, written);
        assert_eq!((nonces(&tab), tab.has_changed()), (vec![1], false));
    }

    #[test]
    fn what_changes_during_a_writing_is_written_by_the_next() {
        let tab = SignedHere::default();
        tab.keep(signed(0, 0.0));
        tab.keep(signed(1, 0.0));
        let first = tab.merged(Vec::new());
        tab.held_by(&alice(), 0, "poa-1");
        tab.forget(&alice(), 1);
        tab.was_written(&first);
        tab.follow(first.clone(), 1.0, |_| true);
        assert!(tab.has_changed());
        let second = write(&tab, first);
        assert_eq!((second.len(), &*second[0].holder), (1, "poa-1"));
        assert!(!tab.has_changed());
    }

    #[test]
    fn a_text_of_another_chain_has_nothing_and_a_foreign_one_is_none() {
        let tab = SignedHere::default();
        tab.keep(signed(0, 0.0));
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
