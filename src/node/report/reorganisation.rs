//! What a change to another branch did: blocks, weights, transactions and balances, from the tree
//! as it is now.
//!
//! What became of a transaction is told as of the moment of the question. Bounds: those of the
//! record.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::Chain;
use crate::ipc::Refusal;
use crate::primitives::{Address, BlockHash, Height, NodeId, Transaction};
use crate::records::{
    BalanceChange, BranchBlock, BranchRecord, Fate, LeftTransaction, MAX_BALANCES, MAX_BRANCH,
    MAX_LEFT, Reorganisation,
};
use crate::refusal::LookupError;
use crate::state::Key;

use super::Node;

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Node {
    /// What a change from one head to another did, both as whole ids.
    ///
    /// # Errors
    /// One of them is not in the tree, or not any more.
    pub(super) fn reorganised(&self, before: &str, after: &str) -> Result<Reorganisation, Refusal> {
        let known = |which: &str| {
            let id = which.parse().ok();
            id.filter(|id| self.chain.contains(id)).ok_or_else(|| {
                let which = which.to_owned();
                LookupError::Block { which }
            })
        };
        Ok(self.reorganisation(known(before)?, known(after)?))
    }

    /// What a change from one head to another did; both are in the tree.
    pub(crate) fn reorganisation(&self, before: BlockHash, after: BlockHash) -> Reorganisation {
        let (fork, left, joined) = parted(&self.chain, before, after);
        let others: Vec<Transaction> = transactions(&self.chain, &joined).collect();
        let gone: Vec<Transaction> = transactions(&self.chain, &left).collect();
        let fork_height = self.chain.height_of(&fork);
        let mut changed = self.balances(&gone, &left, &joined, (before, after));
        let more_balances = changed
            .as_ref()
            .map_or(0, |all| all.len().saturating_sub(MAX_BALANCES));
        if let Some(all) = &mut changed {
            all.truncate(MAX_BALANCES);
        }
        let shown = gone.iter().take(MAX_LEFT);
        Reorganisation {
            node: self.identity.name.clone(),
            fork: fork_height.unwrap_or_default().0,
            fork_hash: fork.to_string(),
            left: self.branch(&left),
            joined: self.branch(&joined),
            transactions: shown
                .map(|transaction| self.left(transaction, &others))
                .collect(),
            more_transactions: count(gone.len().saturating_sub(MAX_LEFT)),
            balances: changed,
            more_balances: count(more_balances),
        }
    }

    fn branch(&self, ids: &[BlockHash]) -> BranchRecord {
        let entries = || ids.iter().filter_map(|id| Some((id, self.chain.get(id)?)));
        let blocks = entries().take(MAX_BRANCH).map(|(id, entry)| BranchBlock {
            hash: id.to_string(),
            height: entry.block.header.height.0,
            miner: self.name_of_node(&entry.block.header.sealer),
            transactions: u32::try_from(entry.tx_ids.len()).unwrap_or(u32::MAX),
        });
        BranchRecord {
            blocks: blocks.collect(),
            count: count(ids.len()),
            weight: entries()
                .map(|(_, entry)| entry.block.header.difficulty.0)
                .fold(0, u64::saturating_add),
        }
    }

    fn left(&self, transaction: &Transaction, joined: &[Transaction]) -> LeftTransaction {
        let record = self.transaction_record(transaction, self.clock.date());
        LeftTransaction {
            fate: self.fate(transaction, joined),
            tx_hash: record.tx_hash,
            kind: record.kind,
            from_user: record.from_user,
            to_user: record.to_user,
            amount: record.amount,
        }
    }

    fn fate(&self, transaction: &Transaction, joined: &[Transaction]) -> Fate {
        let (id, body) = (transaction.id(), &transaction.body);
        if let Some(block) = self.chain.block_of(&id) {
            let height = self.chain.height_of(&block).unwrap_or_default().0;
            return if joined.iter().any(|other| other.id() == id) {
                Fate::InBoth(height)
            } else {
                Fate::Again(height)
            };
        }
        let rival = joined.iter().find(|other| {
            let same = (other.body.from, other.body.nonce) == (body.from, body.nonce);
            same && other.id() != id
        });
        if let Some(rival) = rival {
            return Fate::Conflict(rival.id().to_string());
        }
        if self.mempool.get(&id).is_some() {
            return Fate::Waits;
        }
        self.exchange.dropped(&id).map_or(Fate::Gone, |dropped| {
            Fate::Dropped(dropped.reason.to_string())
        })
    }

    /// Coins on both sides of all accounts whose coins or transactions it changed: those of
    /// transactions that left first, then those of which more coins moved.
    fn balances(
        &self,
        gone: &[Transaction],
        left: &[BlockHash],
        joined: &[BlockHash],
        (before, after): (BlockHash, BlockHash),
    ) -> Option<Vec<BalanceChange>> {
        let before = self.chain.state_seen(&before)?;
        let after = self.chain.state_seen(&after)?;
        let parties = gone.iter().flat_map(|transaction| {
            let body = &transaction.body;
            std::iter::once(body.from).chain(body.payload.to())
        });
        let mut touched: BTreeSet<Address> = BTreeSet::new();
        touched.extend(parties);
        let parties = touched.clone();
        for id in left.iter().chain(joined) {
            let keys = self.chain.undo_of(id).into_keys();
            touched.extend(keys.filter_map(|key| {
                if let Key::Account(address) = key {
                    Some(address)
                } else {
                    None
                }
            }));
        }
        let blocks = left.iter().chain(joined);
        let blocks = blocks.filter_map(|id| self.chain.get(id));
        let mut makers: BTreeMap<Address, NodeId> = BTreeMap::new();
        makers.extend(blocks.map(|entry| {
            let maker = entry.block.header.sealer;
            (maker.into(), maker)
        }));
        let sides = touched.into_iter().map(|address| {
            let coins = [&before, &after].map(|state| state.account(&address).balance.0);
            (address, coins)
        });
        let mut sides: Vec<(Address, [u64; 2])> = sides
            .filter(|(address, [one, other])| one != other || parties.contains(address))
            .collect();
        sides.sort_unstable_by_key(|(address, [one, other])| {
            let least_first = u64::MAX - one.abs_diff(*other);
            (!parties.contains(address), least_first, *address)
        });
        let named = |address: &Address| match makers.get(address) {
            Some(maker) if after.account(address).name.is_none() => self.name_of_node(maker),
            _ => self.name_of(address),
        };
        let change = |(address, [before, after]): (Address, [u64; 2])| BalanceChange {
            name: named(&address),
            address: address.to_string(),
            before,
            after,
        };
        Some(sides.into_iter().map(change).collect())
    }
}

/// The last block that two chains have, and what each has above it, the highest first.
fn parted(
    chain: &Chain,
    mut one: BlockHash,
    mut other: BlockHash,
) -> (BlockHash, Vec<BlockHash>, Vec<BlockHash>) {
    let (mut left, mut joined) = (Vec::new(), Vec::new());
    let height = |id: &BlockHash| {
        chain
            .get(id)
            .map_or(Height(0), |entry| entry.block.header.height)
    };
    let parent = |id: &BlockHash| {
        chain
            .get(id)
            .map_or(chain.chain_id(), |entry| entry.block.header.parent)
    };
    while one != other {
        let (a, b) = (height(&one), height(&other));
        if a >= b {
            left.push(one);
            one = parent(&one);
        }
        if b >= a {
            joined.push(other);
            other = parent(&other);
        }
    }
    (one, left, joined)
}

/// The transactions of blocks that are listed the highest first, in the order of their chain.
fn transactions<'c>(chain: &'c Chain, ids: &'c [BlockHash]) -> impl Iterator<Item = Transaction> {
    let entries = ids.iter().rev().filter_map(|id| chain.get(id));
    entries.flat_map(|entry| entry.block.body.transactions.clone())
}
