//! The keys of this page's users, and what was signed for each sender: the demo users, whose keys anybody can
//! derive, the operator, and the persons that were made here.
//!
//! What was signed is remembered, byte for byte, until a block has its nonce or a person gives it up: a node that has
//! not heard of it gets it again, and of what no node has the page can tell.
//!
//! Bounds: only users whose keys the page holds have something here, and the record bounds those. Of each there is as
//! much as nodes let wait of one account, and what is on its way: [`MAX_SIGNED`].

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::record::{DEMO_USERS, OPERATOR, Record};
use super::store::{Keys, Network};
use crate::primitives::{Address, Keypair};

/// For this long the page waits for a transaction of another tab that a node may not have received yet, before it fills
/// the gap with one of its own.
const GAP_PATIENCE_MS: f64 = 8_000.0;
/// Most transactions of one sender that are remembered, four times what a mempool holds of one; the lowest go first.
const MAX_SIGNED: usize = 256;

/// A user whose key this page holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WalletUser {
    /// Name.
    pub name: String,
    /// Address in hexadecimal.
    pub address: String,
    /// Whether anybody can know the key, as it derives from the network's public salt.
    pub demo: bool,
}

/// The users, and what this page knows of their nonces.
#[derive(Debug, Default)]
pub(super) struct Wallet {
    /// The users of the current record: deriving keys takes time.
    users: RefCell<Rc<Vec<WalletUser>>>,
    /// What no block has yet, as far as this page knows.
    signed: RefCell<BTreeMap<Address, BTreeMap<u64, Signed>>>,
}

/// A transaction that this page signed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Signed {
    /// Its id.
    pub(super) id: String,
    /// Its bytes.
    pub(super) raw: Vec<u8>,
    /// The node that has it, as far as is known.
    pub(super) holder: String,
    /// When it was signed.
    pub(super) at: f64,
}

impl Wallet {
    pub(super) fn users(&self) -> Rc<Vec<WalletUser>> {
        Rc::clone(&self.users.borrow())
    }

    pub(super) fn set_users(&self, users: Vec<WalletUser>) {
        self.users.replace(Rc::new(users));
    }

    /// The user of a name or an address.
    pub(super) fn find(&self, who: &str) -> Option<WalletUser> {
        let users = self.users.borrow();
        users
            .iter()
            .find(|user| user.name == who || user.address.eq_ignore_ascii_case(who))
            .cloned()
    }

    pub(super) fn names(&self) -> String {
        let users = self.users.borrow();
        let names: Vec<&str> = users.iter().map(|user| user.name.as_str()).collect();
        names.join(", ")
    }

    /// The name of an address whose key this page holds.
    pub(super) fn name_of(&self, address: &Address) -> String {
        let address = address.to_string();
        let user = self.find(&address);
        user.map_or(address, |user| user.name)
    }

    /// The nonce of a sender's next transaction: the node's, or the one after the last that this page signed. A gap
    /// before those is of another tab: it may be on its way.
    pub(super) fn next_nonce(&self, sender: Address, at_node: u64, now: f64) -> u64 {
        let signed = self.signed.borrow();
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
    pub(super) fn keep(&self, sender: Address, nonce: u64, signed: Signed) {
        let mut all = self.signed.borrow_mut();
        let mine = all.entry(sender).or_default();
        mine.insert(nonce, signed);
        while mine.len() > MAX_SIGNED {
            mine.pop_first();
        }
    }

    /// What was signed for a sender with this nonce or a later one.
    pub(super) fn signed_from(&self, sender: &Address, nonce: u64) -> Vec<(u64, Signed)> {
        let signed = self.signed.borrow();
        let mine = signed.get(sender).into_iter().flatten();
        mine.filter(|(found, _)| **found >= nonce)
            .map(|(nonce, signed)| (*nonce, signed.clone()))
            .collect()
    }

    /// Everybody of whom something is remembered.
    pub(super) fn senders(&self) -> Vec<Address> {
        self.signed.borrow().keys().copied().collect()
    }

    /// A node has a transaction.
    pub(super) fn held_by(&self, sender: &Address, nonce: u64, holder: &str) {
        let mut signed = self.signed.borrow_mut();
        if let Some(signed) = signed.get_mut(sender).and_then(|mine| mine.get_mut(&nonce)) {
            holder.clone_into(&mut signed.holder);
        }
    }

    /// Nonces below this are in blocks.
    pub(super) fn committed(&self, sender: &Address, next: u64) {
        self.change(sender, |mine| *mine = mine.split_off(&next));
    }

    /// A transaction was refused, or is given up.
    pub(super) fn forget(&self, sender: &Address, nonce: u64) {
        self.change(sender, |mine| drop(mine.remove(&nonce)));
    }

    /// This one is given up, and with it what stands on it.
    pub(super) fn forget_from(&self, sender: &Address, nonce: u64) {
        self.change(sender, |mine| drop(mine.split_off(&nonce)));
    }

    fn change(&self, sender: &Address, change: impl FnOnce(&mut BTreeMap<u64, Signed>)) {
        let mut signed = self.signed.borrow_mut();
        if let Some(mine) = signed.get_mut(sender) {
            change(mine);
            if mine.is_empty() {
                signed.remove(sender);
            }
        }
    }

    /// Another chain counts from 0.
    pub(super) fn forget_signed(&self) {
        self.signed.borrow_mut().clear();
    }
}

/// The key of a name, if it is one of this page's.
pub(super) fn key(network: &Network, record: &Record, name: &str) -> Option<Keypair> {
    if network.keys == Keys::Scenario {
        let known = record.users.iter().any(|user| user == name);
        known.then(|| Keypair::derive(&network.seed, "user", name))
    } else if DEMO_USERS.contains(&name) {
        Some(Keypair::derive(&network.params.salt, "user", name))
    } else if name == OPERATOR {
        Some(Keypair::derive(&network.seed, OPERATOR, ""))
    } else if record.users.iter().any(|user| user == name) {
        Some(Keypair::derive(&network.seed, "person", name))
    } else {
        None
    }
}

/// The users of a record, the demo users first.
pub(super) fn users(network: &Network, record: &Record) -> Vec<WalletUser> {
    let made = record.users.iter().map(String::as_str);
    let names: Vec<(&str, bool)> = match network.keys {
        Keys::Browser => {
            let demo = DEMO_USERS.into_iter().map(|name| (name, true));
            let own = [OPERATOR].into_iter().chain(made);
            demo.chain(own.map(|name| (name, false))).collect()
        }
        // Whoever has the scenario has its keys.
        Keys::Scenario => made.map(|name| (name, true)).collect(),
    };
    let user = |(name, demo): (&str, bool)| {
        let address = key(network, record, name)?.address().to_string();
        Some(WalletUser {
            name: name.to_owned(),
            address,
            demo,
        })
    };
    names.into_iter().filter_map(user).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALICE: Address = Address([1; 32]);

    fn signed(at: f64) -> Signed {
        Signed {
            id: String::new(),
            raw: Vec::new(),
            holder: "pow-1".to_owned(),
            at,
        }
    }

    #[test]
    fn a_nonce_that_was_signed_counts_before_the_node_has_received_it_and_until_a_block_has_it() {
        let wallet = Wallet::default();
        assert_eq!(wallet.next_nonce(ALICE, 3, 0.0), 3);
        wallet.keep(ALICE, 3, signed(0.0));
        assert_eq!(wallet.next_nonce(ALICE, 3, 100.0), 4);
        assert_eq!(wallet.next_nonce(ALICE, 3, 1e9), 4, "however long it takes");
        assert_eq!(wallet.next_nonce(ALICE, 9, 100.0), 9, "the node knows more");
        assert_eq!(wallet.next_nonce(Address([2; 32]), 3, 100.0), 3);
        wallet.committed(&ALICE, 4);
        assert!(wallet.senders().is_empty());
    }

    #[test]
    fn a_gap_of_another_tab_is_waited_for_and_then_filled() {
        let wallet = Wallet::default();
        wallet.keep(ALICE, 4, signed(0.0));
        assert_eq!(wallet.next_nonce(ALICE, 3, GAP_PATIENCE_MS - 1.0), 5);
        assert_eq!(wallet.next_nonce(ALICE, 3, GAP_PATIENCE_MS), 3);
        wallet.keep(ALICE, 3, signed(9_000.0));
        assert_eq!(wallet.next_nonce(ALICE, 3, 9_000.0), 5);
    }

    #[test]
    fn after_a_refusal_and_on_another_chain_the_node_counts() {
        let wallet = Wallet::default();
        wallet.keep(ALICE, 3, signed(0.0));
        wallet.forget(&ALICE, 3);
        assert_eq!(wallet.next_nonce(ALICE, 3, 1.0), 3);
        wallet.keep(ALICE, 3, signed(1.0));
        wallet.forget_signed();
        assert_eq!(wallet.next_nonce(ALICE, 0, 2.0), 0);
    }

    #[test]
    fn what_is_remembered_of_one_sender_is_bounded() {
        let wallet = Wallet::default();
        for nonce in 0..1_000 {
            wallet.keep(ALICE, nonce, signed(0.0));
        }
        let kept = wallet.signed_from(&ALICE, 0);
        assert_eq!((kept.len(), kept[kept.len() - 1].0), (MAX_SIGNED, 999));
    }
}
