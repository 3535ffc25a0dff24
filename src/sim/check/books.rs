//! A naive second ledger: plain sums over the transactions of a chain, to be compared with a node's
//! state account by account.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::Chain;
use crate::consensus::Params;
use crate::primitives::{Address, AssetId, Block, Kind, Payload, TxId};
use crate::state::{Entry, Key};

/// Account balances and what else people own, as sums.
#[derive(Clone, Debug, Default)]
pub(super) struct Books {
    coins: BTreeMap<Address, u64>,
    nonces: BTreeMap<Address, u64>,
    names: BTreeMap<String, Address>,
    assets: BTreeMap<(AssetId, Address), u64>,
    committed: BTreeSet<TxId>,
    /// Kinds of transactions that were committed.
    pub(super) kinds: BTreeSet<&'static str>,
    minted: u64,
}

impl Books {
    /// The books of a network at its beginning.
    pub(super) fn new(params: &Params) -> Self {
        let mut books = Self::default();
        for allocation in &params.allocation {
            books.coins.insert(allocation.address, allocation.amount.0);
            books.minted = books.minted.saturating_add(allocation.amount.0);
            if let Some(name) = &allocation.name {
                books.names.insert(name.to_string(), allocation.address);
            }
        }
        books
    }

    /// Takes coins that must be there.
    fn take(&mut self, from: Address, amount: u64) -> Result<(), String> {
        let coins = self.coins.entry(from).or_default();
        *coins = coins
            .checked_sub(amount)
            .ok_or_else(|| format!("{from} pays {amount} of {coins} coins"))?;
        Ok(())
    }

    fn give(&mut self, to: Address, amount: u64) {
        let coins = self.coins.entry(to).or_default();
        *coins = coins.saturating_add(amount);
    }

    /// Enters a block.
    pub(super) fn apply(&mut self, block: &Block, params: &Params) -> Result<(), String> {
        let mut fees = 0_u64;
        for transaction in &block.body.transactions {
            let (body, id) = (&transaction.body, transaction.id());
            let from = body.from;
            if !self.committed.insert(id) {
                return Err(format!("transaction {id} is on the chain twice"));
            }
            let nonce = self.nonces.entry(from).or_default();
            if body.nonce != *nonce {
                return Err(format!(
                    "transaction {id} has nonce {}, expected {nonce}",
                    body.nonce
                ));
            }
            if body.valid_until.0 != 0 && block.header.height > body.valid_until {
                return Err(format!(
                    "transaction {id} was valid until {} only",
                    body.valid_until
                ));
            }
            *nonce = nonce.saturating_add(1);
            fees = fees.saturating_add(body.fee.0);
            self.take(from, body.fee.0)?;
            self.kinds.insert(body.payload.kind());
            self.perform(&body.payload, from, id, params)?;
        }
        let reward = if block.header.kind == Kind::Work {
            params.pow_reward
        } else {
            params.authority_reward
        };
        self.minted = self.minted.saturating_add(reward.0);
        self.give(block.header.sealer.into(), reward.0.saturating_add(fees));
        Ok(())
    }

    fn perform(
        &mut self,
        payload: &Payload,
        from: Address,
        id: TxId,
        params: &Params,
    ) -> Result<(), String> {
        match payload {
            Payload::Transfer { to, amount, .. } => {
                self.take(from, amount.0)?;
                self.give(*to, amount.0);
            }
            Payload::Message { .. } => {}
            Payload::RegisterUser { name } => {
                let taken = self.names.values().any(|owner| *owner == from);
                if taken || self.names.insert(name.to_string(), from).is_some() {
                    return Err(format!(
                        "the name {name} is given to {from}, found one of the two taken"
                    ));
                }
            }
            Payload::CreateAsset { supply, .. } => {
                self.assets.insert((AssetId(id.0), from), supply.0);
            }
            Payload::TransferAsset { asset, to, amount } => {
                let held = self.assets.entry((*asset, from)).or_default();
                *held = held
                    .checked_sub(amount.0)
                    .ok_or_else(|| format!("{from} sends {amount} of {held} units"))?;
                let got = self.assets.entry((*asset, *to)).or_default();
                *got = got.saturating_add(amount.0);
            }
            Payload::SetParams(_) if from != params.operator => {
                return Err(format!("{from} is not the operator"));
            }
            Payload::SetParams(_) => {}
        }
        Ok(())
    }

    /// The first difference from the state of a chain's head.
    pub(super) fn compare(&self, chain: &Chain) -> Result<(), String> {
        let mut coins: BTreeMap<Address, u64> = BTreeMap::new();
        let mut nonces: BTreeMap<Address, u64> = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut assets = BTreeMap::new();
        chain
            .head_state()
            .tree()
            .for_each(|key, entry| match (key, entry) {
                (Key::Account(address), Entry::Account(account)) => {
                    coins.insert(*address, account.balance.0);
                    nonces.insert(*address, account.nonce);
                }
                (Key::Name(name), Entry::Name(owner)) => {
                    names.insert(name.to_string(), *owner);
                }
                (Key::Holding(asset, owner), Entry::Holding(amount)) => {
                    assets.insert((*asset, *owner), amount.0);
                }
                _ => {}
            });
        same("coins", without_zeros(&self.coins), without_zeros(&coins))?;
        same(
            "nonces",
            without_zeros(&self.nonces),
            without_zeros(&nonces),
        )?;
        same("units", without_zeros(&self.assets), assets)?;
        same("names", self.names.clone(), names)?;
        let (minted, sum) = (self.minted, coins.values().sum::<u64>());
        if sum == minted {
            Ok(())
        } else {
            Err(format!("expected {minted} coins in all, found {sum}"))
        }
    }
}

fn without_zeros<K: Ord + Copy>(amounts: &BTreeMap<K, u64>) -> BTreeMap<K, u64> {
    amounts
        .iter()
        .filter(|(_, amount)| **amount > 0)
        .map(|(key, amount)| (*key, *amount))
        .collect()
}

fn same<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: BTreeMap<K, V>,
    found: BTreeMap<K, V>,
) -> Result<(), String> {
    let differs = expected
        .iter()
        .find(|(key, value)| found.get(key) != Some(value))
        .map(|(key, _)| key);
    match differs.or_else(|| found.keys().find(|key| !expected.contains_key(key))) {
        None => Ok(()),
        Some(key) => Err(format!(
            "expected {:?} {what} of {key:?}, found {:?}",
            expected.get(key),
            found.get(key)
        )),
    }
}
