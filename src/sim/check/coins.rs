//! Coins, assets, nonces and names by a naive second ledger: plain sums over the transactions of the best
//! chain, compared with the node's state account by account, and the rules of consensus checked again
//! along it. At the end the state root is that of a replay from genesis.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::Chain;
use crate::consensus::{Params, SignatureCache};
use crate::primitives::{Address, AssetId, Block, BlockHash, Height, Kind, Payload, Seal, TxId};
use crate::state::{Entry, Key};

use super::super::coverage::Sometimes;
use super::super::world::World;

/// Account balances and what else people own, as sums.
#[derive(Debug, Default)]
struct Books {
    coins: BTreeMap<Address, u64>,
    nonces: BTreeMap<Address, u64>,
    names: BTreeMap<String, Address>,
    assets: BTreeMap<(AssetId, Address), u64>,
    committed: BTreeSet<TxId>,
    kinds: BTreeSet<&'static str>,
    minted: u64,
}

impl Books {
    fn new(params: &Params) -> Self {
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
        *coins = coins.checked_sub(amount).ok_or_else(|| format!("{from} pays {amount} of {coins} coins"))?;
        Ok(())
    }

    fn give(&mut self, to: Address, amount: u64) {
        let coins = self.coins.entry(to).or_default();
        *coins = coins.saturating_add(amount);
    }

    fn apply(&mut self, block: &Block, params: &Params) -> Result<(), String> {
        let mut fees = 0_u64;
        for transaction in &block.body.transactions {
            let (body, id) = (&transaction.body, transaction.id());
            let from = body.from;
            if !self.committed.insert(id) {
                return Err(format!("transaction {id} is on the chain twice"));
            }
            let nonce = self.nonces.entry(from).or_default();
            if body.nonce != *nonce {
                return Err(format!("transaction {id} has nonce {}, expected {nonce}", body.nonce));
            }
            if body.valid_until.0 != 0 && block.header.height > body.valid_until {
                return Err(format!("transaction {id} was valid until {} only", body.valid_until));
            }
            *nonce = nonce.saturating_add(1);
            fees = fees.saturating_add(body.fee.0);
            self.take(from, body.fee.0)?;
            self.kinds.insert(body.payload.kind());
            self.perform(&body.payload, from, id, params)?;
        }
        let reward = if block.header.kind == Kind::Work { params.pow_reward } else { params.authority_reward };
        self.minted = self.minted.saturating_add(reward.0);
        self.give(block.header.sealer.into(), reward.0.saturating_add(fees));
        Ok(())
    }

    fn perform(&mut self, payload: &Payload, from: Address, id: TxId, params: &Params) -> Result<(), String> {
        match payload {
            Payload::Transfer { to, amount, .. } => {
                self.take(from, amount.0)?;
                self.give(*to, amount.0);
            }
            Payload::Message { .. } => {}
            Payload::RegisterUser { name } => {
                let taken = self.names.values().any(|owner| *owner == from);
                if taken || self.names.insert(name.to_string(), from).is_some() {
                    return Err(format!("the name {name} is given to {from}, found one of the two taken"));
                }
            }
            Payload::CreateAsset { supply, .. } => {
                self.assets.insert((AssetId(id.0), from), supply.0);
            }
            Payload::TransferAsset { asset, to, amount } => {
                let held = self.assets.entry((*asset, from)).or_default();
                *held = held.checked_sub(amount.0).ok_or_else(|| format!("{from} sends {amount} of {held} units"))?;
                let got = self.assets.entry((*asset, *to)).or_default();
                *got = got.saturating_add(amount.0);
            }
            Payload::SetParams(_) if from != params.operator => return Err(format!("{from} is not the operator")),
            Payload::SetParams(_) => {}
        }
        Ok(())
    }

    /// The first difference from the state of a chain's head.
    fn compare(&self, chain: &Chain) -> Result<(), String> {
        let mut coins: BTreeMap<Address, u64> = BTreeMap::new();
        let mut nonces: BTreeMap<Address, u64> = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut assets = BTreeMap::new();
        chain.head_state().tree().for_each(|key, entry| match (key, entry) {
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
        same("nonces", without_zeros(&self.nonces), without_zeros(&nonces))?;
        same("units", without_zeros(&self.assets), assets)?;
        same("names", self.names.clone(), names)?;
        let (minted, sum) = (self.minted, coins.values().sum::<u64>());
        if sum == minted { Ok(()) } else { Err(format!("expected {minted} coins in all, found {sum}")) }
    }
}

fn without_zeros<K: Ord + Copy>(amounts: &BTreeMap<K, u64>) -> BTreeMap<K, u64> {
    amounts.iter().filter(|(_, amount)| **amount > 0).map(|(key, amount)| (*key, *amount)).collect()
}

fn same<K: Ord + std::fmt::Debug, V: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: BTreeMap<K, V>,
    found: BTreeMap<K, V>,
) -> Result<(), String> {
    let differs = expected.iter().find(|(key, value)| found.get(key) != Some(value)).map(|(key, _)| key);
    match differs.or_else(|| found.keys().find(|key| !expected.contains_key(key))) {
        None => Ok(()),
        Some(key) => Err(format!("expected {:?} {what} of {key:?}, found {:?}", expected.get(key), found.get(key))),
    }
}

/// The rules that place a block, in plain words of their own: link, time, work or turn.
fn check_place(parent: &Block, block: &Block, chain: &Chain) -> Result<(), String> {
    let (params, header) = (chain.params(), &block.header);
    let place = format!("the block at height {}", header.height);
    if header.parent != parent.id() || header.height.0 != parent.header.height.0.saturating_add(1) {
        return Err(format!("{place} does not follow its parent"));
    }
    if header.time.0 < parent.header.time.0.saturating_add(params.min_gap.0) {
        return Err(format!("{place} is too soon after its parent"));
    }
    let id = header.id();
    let leading = u64::from_be_bytes([id.0[0], id.0[1], id.0[2], id.0[3], id.0[4], id.0[5], id.0[6], id.0[7]]);
    if header.kind == Kind::Work && leading > u64::MAX / header.difficulty.0.max(1) {
        return Err(format!("{place} lacks work"));
    }
    let forged = match block.seal {
        Seal::Work => header.kind != Kind::Work,
        Seal::Authority(signature) => !header.seal_verifies(&chain.chain_id(), &signature),
    };
    if forged {
        return Err(format!("{place} does not have the seal of its maker"));
    }
    if header.kind == Kind::Authority && header.slot.0 != header.time.since(params.genesis_time).0 / params.slot.0 {
        return Err(format!("{place} is not of its slot"));
    }
    Ok(())
}

/// Checks the best chain of a node from genesis on; what kinds of transactions are on it.
fn audit(chain: &Chain) -> Result<BTreeSet<&'static str>, String> {
    let params = chain.params();
    let mut books = Books::new(params);
    let mut replay = Chain::new(std::rc::Rc::clone(params));
    let mut cache = SignatureCache::default();
    let mut authorities = params.authorities.clone();
    let mut last_slot = 0;
    for height in 1..=chain.height().0 {
        let block = at(chain, height)?;
        check_place(at(chain, height - 1)?, block, chain)?;
        authorities.clone_from(&replay.context().rules.current.authorities);
        if block.header.kind == Kind::Authority {
            let turn = usize::try_from(block.header.slot.0).unwrap_or(0) % authorities.len().max(1);
            if authorities.get(turn) != Some(&block.header.sealer.into()) || block.header.slot.0 <= last_slot {
                return Err(format!("the authority block at height {height} is not by the one whose turn it is"));
            }
            last_slot = block.header.slot.0;
        }
        books.apply(block, params)?;
        replay.import(block.clone(), block.header.time, &mut cache).map_err(|error| error.to_string())?;
    }
    books.compare(chain)?;
    let (expected, found) = (replay.head_state().root(), chain.head_state().root());
    if expected != found || replay.head() != chain.head() {
        return Err(format!("expected the state root {expected} of a replay, found {found}"));
    }
    Ok(books.kinds)
}

fn at(chain: &Chain, height: u64) -> Result<&Block, String> {
    let entry = chain.at(Height(height)).and_then(|id| chain.get(&id));
    entry.map(|entry| &*entry.block).ok_or_else(|| format!("expected a block at height {height}, found none"))
}

impl World {
    /// Coins and assets are conserved.
    pub(super) fn check_balance(&mut self, seat: usize) {
        let Some(node) = &self.seats[seat].node else { return };
        if let Some((what, expected, found)) = node.chain().head_state().imbalance() {
            self.violate("coins", Some(seat), format!("expected {expected} of {what}, found {found}"));
        }
    }

    /// The best chain is right from genesis on; each head is looked at once.
    pub(super) fn check_coins(&mut self, seat: usize) {
        let Some(node) = &self.seats[seat].node else { return };
        let head: BlockHash = node.chain().head();
        if !self.checks.replayed.insert(head) {
            return;
        }
        let rules = node.chain().head_state().rules();
        let genesis = self.scenario.params.tunable();
        let changed = rules.is_some_and(|rules| rules.current != genesis);
        let list_changed = rules.is_some_and(|rules| rules.current.authorities != genesis.authorities);
        match audit(node.chain()) {
            Err(what) => self.violate("coins", Some(seat), what),
            Ok(kinds) => {
                for (happened, what) in [
                    (changed, Sometimes::ParamsChanged),
                    (list_changed, Sometimes::AuthoritySetChanged),
                    (kinds.contains("transfer_asset"), Sometimes::AssetMoved),
                    (kinds.len() == 6, Sometimes::AllPayloads),
                ] {
                    if happened {
                        self.coverage.note(what);
                    }
                }
            }
        }
    }
}
