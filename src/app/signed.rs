//! What was signed with keys of this page and no block has yet, byte for byte, until a block has
//! its nonce or a person gives it up: a node that has not heard of it gets it again, and the page
//! can tell what no node has.
//!
//! The browser keeps it as well, each transaction as a record beside the network's: all tabs of the
//! network share those, and a page that is loaded again finds there what it had signed. This is the
//! copy of one tab, with its changes that are yet to be written. Another tab's writing never takes
//! those back.
//!
//! Bounds: of one sender there is as much as nodes let wait of one account, and what is on its way:
//! [`MAX_OF_SENDER`], and the lowest nonces go first; of all senders [`MAX_SIGNED`], and what was
//! signed first goes first.

use std::cell::RefCell;

use crate::primitives::{Address, BlockHash, Transaction, from_hex, to_hex};

/// For this long a page waits for a transaction of another tab that a node may not have received
/// yet, before it fills the gap with one of its own or says that no node has it.
pub(super) const GAP_PATIENCE_MS: f64 = 8_000.0;
/// Most transactions of one sender that are remembered: four times what a mempool holds of one.
const MAX_OF_SENDER: usize = 256;
/// Most transactions that are remembered: 16 senders who wait with all that a mempool holds of one,
/// at most 4 MB as text.
pub(super) const MAX_SIGNED: usize = 1_024;
/// Version of the text.
const VERSION: &str = "1";

/// What was signed, in the order in which it was, and what of that is yet to be written. So few are
/// searched one by one.
#[derive(Debug, Default)]
pub(super) struct SignedHere {
    all: RefCell<Vec<SignedTx>>,
    /// Ids of those that are in blocks or given up, and may still be written.
    gone: RefCell<Vec<String>>,
}

/// What is to be written, or was.
#[derive(Debug, Default)]
pub(super) struct Changes {
    pub(super) new: Vec<SignedTx>,
    /// Ids of those that go.
    pub(super) gone: Vec<String>,
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
    /// Since when it is written as it is here.
    pub(super) written: Option<f64>,
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
    /// The nonce of a sender's next transaction: the node's, or the one after the last that was
    /// signed. A gap before those is of another tab: it may be on its way.
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
        let first = self
            .all
            .borrow()
            .first()
            .map(|first| (first.from, first.nonce));
        if let Some((of, nonce)) = first.filter(|_| self.all.borrow().len() > MAX_SIGNED) {
            self.forget(&of, nonce);
        }
    }

    /// What was signed for a sender with this nonce or a later one, by nonce.
    pub(super) fn signed_from(&self, sender: &Address, nonce: u64) -> Vec<SignedTx> {
        let mut mine: Vec<SignedTx> = Vec::new();
        let all = self.all.borrow();
        for signed in all.iter().filter(|signed| signed.from == *sender) {
            if signed.nonce >= nonce {
                // Nearly always the last: what is signed later has a later nonce.
                let place = mine.partition_point(|other| other.nonce < signed.nonce);
                mine.insert(place, signed.clone());
            }
        }
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
                signed.written = None;
            }
        }
    }

    /// This page hands a transaction over no more, whether a node took it or not; whether it is
    /// still here.
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

    /// What is yet to be written.
    pub(super) fn changes(&self) -> Changes {
        let all = self.all.borrow();
        let new = all.iter().filter(|signed| signed.written.is_none());
        Changes {
            new: new.cloned().collect(),
            gone: self.gone.borrow().clone(),
        }
    }

    /// Whether this transaction is here and yet to be written; without one, whether anything is yet
    /// to be.
    pub(super) fn awaits_writing(&self, one: Option<(Address, u64)>) -> bool {
        let all = self.all.borrow();
        let is_meant = |signed: &SignedTx| one.is_none_or(|(from, nonce)| signed.is(&from, nonce));
        let is_gone = one.is_none() && !self.gone.borrow().is_empty();
        let mut unwritten = all.iter().filter(|signed| signed.written.is_none());
        is_gone || unwritten.any(is_meant)
    }

    /// These changes were written.
    pub(super) fn was_written(&self, changes: &Changes, now: f64) {
        self.gone
            .borrow_mut()
            .retain(|id| !changes.gone.contains(id));
        let mut all = self.all.borrow_mut();
        for new in &changes.new {
            // As it is here: another node may have got it meanwhile.
            let same = |signed: &&mut SignedTx| signed.id == new.id && signed.holder == new.holder;
            if let Some(signed) = all.iter_mut().find(same) {
                signed.written = Some(now);
            }
        }
    }

    /// Takes over what was read as it was written at a time, of senders whose keys are here; what
    /// this page did since stays as it is.
    pub(super) fn follow(
        &self,
        mut read: Vec<SignedTx>,
        at: f64,
        found_at: f64,
        has_key: impl Fn(&Address) -> bool,
    ) {
        let (mut all, gone) = (self.all.borrow_mut(), self.gone.borrow());
        let is_newer = |old: &SignedTx| old.written.is_none_or(|written| written >= at);
        read.retain(|new| {
            let passed_by = |old: &SignedTx| is_newer(old) && old.is(&new.from, new.nonce);
            !gone.contains(&new.id) && has_key(&new.from) && !all.iter().any(passed_by)
        });
        for new in &mut read {
            new.written = Some(at);
            let known = all.iter().find(|old| old.id == new.id);
            (new.at, new.stage) = known.map_or((found_at, Stage::Found), |old| (old.at, old.stage));
        }
        all.retain(is_newer);
        read.append(&mut all);
        *all = read;
    }
}

/// Transactions as a text: the version of its layout, then the bytes in hexadecimal. Each has a
/// text of its own; an earlier release had one for all.
///
/// # Panics
/// Never: writing to memory does not fail.
pub(super) fn to_text(signed: &[SignedTx]) -> String {
    let rows: Vec<_> = signed.iter().map(|one| (&one.raw, &one.holder)).collect();
    let bytes = borsh::to_vec(&rows).expect("a vector takes every byte");
    format!("{VERSION} {}", to_hex(&bytes))
}

/// The transactions of a chain that a text has; none of another chain, which counts from 0, and
/// `None` for a text that is not one of these.
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
            written: None,
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
            written: None,
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

    #[test]
    fn what_was_written_is_not_written_again() {
        let tab = SignedHere::default();
        let awaits = |nonce| tab.awaits_writing(Some((alice(), nonce)));
        assert!(!tab.awaits_writing(None));
        tab.keep(signed(0, 0.0));
        let first = tab.changes();
        tab.keep(signed(1, 0.0));
        tab.was_written(&first, 0.0);
        assert!(!awaits(0) && awaits(1) && tab.awaits_writing(None));
        assert_eq!(tab.changes().new, [signed(1, 0.0)]);
        tab.was_written(&tab.changes(), 0.0);
        assert!(!awaits(1) && !tab.awaits_writing(None));
        tab.forget(&alice(), 0);
        assert!(tab.awaits_writing(None), "its record is yet to go");
        assert!(!awaits(0));
    }

    fn nonces(of: &SignedHere) -> Vec<u64> {
        let signed = of.signed_from(&alice(), 0).into_iter();
        signed.map(|signed| signed.nonce).collect()
    }

    /// The records, as the tabs share them.
    #[derive(Default)]
    struct Disk(Vec<SignedTx>);

    impl Disk {
        /// One writing of a tab.
        fn take(&mut self, tab: &SignedHere, at: f64) {
            let changes = tab.changes();
            self.put(&changes);
            tab.was_written(&changes, at);
        }

        fn put(&mut self, changes: &Changes) {
            self.0.retain(|old| {
                let is_new = changes.new.iter().any(|new| new.id == old.id);
                !is_new && !changes.gone.contains(&old.id)
            });
            self.0.extend(changes.new.iter().cloned());
        }

        /// As a tab reads them.
        fn give(&self, tab: &SignedHere, at: f64) {
            let read = self.0.iter().flat_map(|signed| {
                let text = to_text(std::slice::from_ref(signed));
                from_text(&text, &CHAIN).expect("a text of these")
            });
            tab.follow(read.collect(), at, at, |_| true);
        }
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
        assert!(tab.changes().new.is_empty() && tab.changes().gone.is_empty());
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
        let of_others = |nonce: u64| SignedTx {
            from: Address([u8::try_from(2 + nonce / 100).unwrap(); 32]),
            id: nonce.to_string(),
            nonce,
            ..signed(0, 0.0)
        };
        let tab = SignedHere::default();
        for nonce in 0..=MAX_SIGNED as u64 {
            tab.keep(of_others(nonce));
        }
        assert_eq!(tab.changes().new.len(), MAX_SIGNED);
        assert_eq!(
            tab.changes().gone,
            ["0"],
            "what was signed first goes first"
        );
    }

    #[test]
    fn what_one_tab_signs_the_others_know_and_what_it_takes_away_they_forget() {
        let (one, other, mut disk) = (
            SignedHere::default(),
            SignedHere::default(),
            Disk::default(),
        );
        one.keep(signed(0, 0.0));
        disk.take(&one, 0.0);
        disk.give(&other, 0.0);
        assert_eq!(other.next_nonce(alice(), 0, 1.0), 1);
        assert!(!other.is_overdue(1.0) && other.is_overdue(GAP_PATIENCE_MS));
        other.keep(signed(1, 1.0));
        disk.take(&other, 1.0);
        disk.give(&one, 2.0);
        assert_eq!(nonces(&one), [0, 1]);
        assert_eq!(one.signed_from(&alice(), 0)[0].stage, Stage::InHand);
        one.committed(&alice(), 1);
        disk.take(&one, 2.0);
        disk.give(&other, 3.0);
        assert_eq!(nonces(&other), [1]);
    }

    #[test]
    fn what_is_yet_to_be_written_stays_whatever_another_tab_writes() {
        let (tab, mut disk) = (SignedHere::default(), Disk::default());
        tab.keep(signed(0, 0.0));
        disk.take(&tab, 0.0);
        tab.committed(&alice(), 1);
        tab.keep(signed(1, 0.0));
        disk.give(&tab, 1.0);
        assert_eq!(nonces(&tab), [1]);
        // The disk refused it up to now.
        assert_eq!(tab.changes().new.len(), 1);
        disk.take(&tab, 1.0);
        assert_eq!((nonces(&tab), disk.0.len()), (vec![1], 1));
    }

    #[test]
    fn what_changes_during_a_writing_is_written_by_the_next() {
        let (tab, mut disk) = (SignedHere::default(), Disk::default());
        tab.keep(signed(0, 0.0));
        tab.keep(signed(1, 0.0));
        let first = tab.changes();
        tab.held_by(&alice(), 0, "poa-1");
        tab.forget(&alice(), 1);
        disk.put(&first);
        tab.was_written(&first, 1.0);
        assert_eq!(disk.0.len(), 2);
        disk.take(&tab, 2.0);
        assert_eq!((disk.0.len(), &*disk.0[0].holder), (1, "poa-1"));
        let left = tab.changes();
        assert!(left.new.is_empty() && left.gone.is_empty());
    }

    /// Another tab wrote, and what it wrote is read while this one writes: the reading began
    /// before.
    #[test]
    fn what_was_written_during_a_reading_is_not_taken_for_gone() {
        let (tab, mut disk) = (SignedHere::default(), Disk::default());
        tab.keep(signed(0, 0.0));
        disk.take(&tab, 2.0);
        Disk::default().give(&tab, 1.0);
        assert_eq!(nonces(&tab), [0]);
        Disk::default().give(&tab, 3.0);
        assert_eq!(nonces(&tab), [0_u64; 0]);
    }

    #[test]
    fn a_text_of_another_chain_has_nothing_and_a_foreign_one_is_none() {
        let tab = SignedHere::default();
        tab.keep(signed(0, 0.0));
        let text = to_text(&tab.changes().new);
        assert_eq!(from_text(&text, &BlockHash([8; 32])), Some(Vec::new()));
        for foreign in ["", "1", "1 zz", "1 00", "2 00000000", "{}"] {
            assert_eq!(from_text(foreign, &CHAIN), None, "{foreign}");
        }
        let other = SignedHere::default();
        let written = from_text(&text, &CHAIN).expect("its own");
        other.follow(written, 0.0, 0.0, |_| false);
        assert!(other.senders().is_empty(), "nobody here has that key");
    }
}
