//! The state: what the chain up to a block amounts to. [`Context::place`] checks that a block is
//! the next, and [`State::connect`] applies it to its parent's state, by the rules, and gives the
//! new state with what takes it back.
//!
//! Invariant: the sum of all balances equals the supply of the [`Tally`]; each asset's holdings sum
//! up to its supply ([`State::imbalance`] says where not).

mod connect;
mod context;
mod entry;
mod execute;
mod genesis;
mod tree;

pub use connect::{ConnectedBlock, Template, assemble};
pub use context::{Context, PlacedBlock};
pub use entry::{Account, Asset, Entry, Key, Rules, Tally};
pub use genesis::genesis;
#[cfg(test)]
pub(crate) use tree::take_walked;
pub use tree::{EntryProof, ProofStep, Tree};

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::primitives::{Address, Amount, AssetId, Digest, Name};

/// The state after a block. Cloning it is cheap.
#[derive(Clone, Debug, Default)]
pub struct State {
    tree: Tree,
}

/// What a block changed: the entry of each key as it was before.
pub type Undo = BTreeMap<Key, Option<Entry>>;

impl State {
    /// A state of these entries, as they were stored.
    #[must_use]
    pub fn from_entries(entries: impl IntoIterator<Item = (Key, Entry)>) -> Self {
        let mut state = Self::default();
        for (key, entry) in entries {
            state.tree.set(&key, Some(entry));
        }
        state
    }

    /// The root that a block's header commits to.
    #[must_use]
    pub fn root(&self) -> Digest {
        self.tree.root()
    }

    /// The entries as a tree.
    #[must_use]
    pub const fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The entry of a key, `None` where there is none.
    #[must_use]
    pub fn entry(&self, key: &Key) -> Option<&Entry> {
        self.tree.get(key)
    }

    /// An account; an empty one where there is none.
    #[must_use]
    pub fn account(&self, address: &Address) -> Account {
        match self.entry(&Key::Account(*address)) {
            Some(Entry::Account(account)) => account.clone(),
            _ => Account::default(),
        }
    }

    /// The account that has a name, `None` while it is free.
    #[must_use]
    pub fn owner_of(&self, name: &Name) -> Option<Address> {
        match self.entry(&Key::Name(name.clone())) {
            Some(Entry::Name(address)) => Some(*address),
            _ => None,
        }
    }

    /// An asset by the id of the transaction that created it, `None` where there is none.
    #[must_use]
    pub fn asset(&self, id: &AssetId) -> Option<&Asset> {
        match self.entry(&Key::Asset(*id)) {
            Some(Entry::Asset(asset)) => Some(asset),
            _ => None,
        }
    }

    /// Units that an account holds of an asset, 0 where it holds none.
    #[must_use]
    pub fn holding(&self, id: &AssetId, address: &Address) -> Amount {
        match self.entry(&Key::Holding(*id, *address)) {
            Some(Entry::Holding(amount)) => *amount,
            _ => Amount::ZERO,
        }
    }

    /// The running totals; `None` only in an empty state.
    #[must_use]
    pub fn tally(&self) -> Option<&Tally> {
        match self.entry(&Key::Tally) {
            Some(Entry::Tally(tally)) => Some(tally),
            _ => None,
        }
    }

    /// The changeable parameters; `None` only in an empty state.
    #[must_use]
    pub fn rules(&self) -> Option<&Rules> {
        match self.entry(&Key::Rules) {
            Some(Entry::Rules(rules)) => Some(rules),
            _ => None,
        }
    }

    /// What the children of the block that left this state are checked against.
    ///
    /// # Panics
    /// On a state that no chain has: without totals or rules.
    #[must_use]
    pub fn context(&self) -> Context {
        let (tally, rules) = self
            .tally()
            .zip(self.rules())
            .expect("every state from genesis on has totals and rules");
        Context {
            tally: *tally,
            rules: Rc::new(rules.clone()),
        }
    }

    /// The state before the block that led to this one, by that block's undo record.
    #[must_use]
    pub fn reverted(&self, undo: &Undo) -> Self {
        let mut state = self.clone();
        for (key, before) in undo.iter() {
            if mutant!(ForgetUndoOfAssets) && matches!(key, Key::Asset(_) | Key::Holding(..)) {
                continue;
            }
            state.tree.set(key, before.clone());
        }
        state
    }

    /// Checks the conservation of coins and assets; says which total is wrong, expected and found.
    #[must_use]
    pub fn imbalance(&self) -> Option<(String, u64, u64)> {
        let mut coins: u64 = 0;
        let mut supplies: BTreeMap<AssetId, u64> = BTreeMap::new();
        let mut holdings: BTreeMap<AssetId, u64> = BTreeMap::new();
        self.tree.for_each(|key, entry| match (key, entry) {
            (Key::Account(_), Entry::Account(account)) => {
                coins = coins.saturating_add(account.balance.0)
            }
            (Key::Asset(id), Entry::Asset(asset)) => {
                supplies.insert(*id, asset.supply.0);
            }
            (Key::Holding(id, _), Entry::Holding(amount)) => {
                let sum = holdings.entry(*id).or_default();
                *sum = sum.saturating_add(amount.0);
            }
            _ => {}
        });
        let supply = self.tally().map_or(0, |tally| tally.supply.0);
        if coins != supply {
            return Some(("coins".into(), supply, coins));
        }
        let wrong = supplies
            .iter()
            .find(|(id, supply)| holdings.get(id) != Some(supply))?;
        Some((
            wrong.0.to_string(),
            *wrong.1,
            holdings.get(wrong.0).copied().unwrap_or(0),
        ))
    }
}
