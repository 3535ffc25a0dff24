//! Execution: the effect of transactions and rewards on a state, recorded so that it can be taken
//! back.

use crate::consensus::{CheckedTransaction, Params, TxError};
use crate::primitives::{
    Address, Amount, AssetId, BlockHash, Height, NodeId, Payload, Transaction, TxBody,
};

use super::{Account, Asset, Context, Entry, Key, State, Undo};

/// A block's changes in the making.
pub(super) struct Execution<'a> {
    params: &'a Params,
    pub(super) height: Height,
    pub(super) state: State,
    /// What the entries were before; `None` where nobody asks for it.
    pub(super) undo: Option<Undo>,
    pub(super) fees: Amount,
}

impl<'a> Execution<'a> {
    pub(super) fn new(params: &'a Params, state: &State, height: Height) -> Self {
        Self {
            params,
            height,
            state: state.clone(),
            undo: None,
            fees: Amount::ZERO,
        }
    }

    /// The same, which can be taken back.
    pub(super) fn undoable(params: &'a Params, state: &State, height: Height) -> Self {
        Self {
            undo: Some(Undo::new()),
            ..Self::new(params, state, height)
        }
    }

    pub(super) fn set(&mut self, key: Key, entry: Option<Entry>) {
        if let Some(undo) = &mut self.undo
            && !undo.contains_key(&key)
        {
            undo.insert(key.clone(), self.state.entry(&key).cloned());
        }
        self.state.tree.set(&key, entry);
    }

    fn set_account(&mut self, address: Address, account: Account) {
        self.set(Key::Account(address), Some(Entry::Account(account)));
    }

    /// An account that is about to be touched: a new one begins at this height.
    fn touched(&self, address: &Address) -> Account {
        match self.state.entry(&Key::Account(*address)) {
            Some(Entry::Account(account)) => account.clone(),
            _ => Account {
                created: self.height,
                ..Account::default()
            },
        }
    }

    /// Applies one transaction entirely or, with an error, not at all.
    pub(super) fn apply(&mut self, transaction: &CheckedTransaction) -> Result<(), TxError> {
        self.apply_transaction(transaction.get(), || AssetId(transaction.id().0))
    }

    /// As [`Self::apply`], for a transaction of a block that is checked.
    pub(super) fn apply_transaction(
        &mut self,
        transaction: &Transaction,
        new_asset: impl FnOnce() -> AssetId,
    ) -> Result<(), TxError> {
        let body = &transaction.body;
        if body.valid_until.0 != 0 && self.height > body.valid_until {
            return Err(TxError::Expired {
                valid_until: body.valid_until,
                height: self.height,
            });
        }
        let sender = self.touched(&body.from);
        if body.nonce != sender.nonce && !mutant!(SkipNonceCheck) {
            return Err(TxError::Nonce {
                expected: sender.nonce,
                found: body.nonce,
            });
        }
        let fee = if mutant!(SkipFeeDebit) {
            Amount::ZERO
        } else {
            body.fee
        };
        let coins_moved = if let Payload::Transfer { amount, .. } = body.payload {
            amount
        } else {
            Amount::ZERO
        };
        let needed = coins_moved.checked_add(fee).ok_or(TxError::Overflow {
            found: coins_moved.0,
        })?;
        let short = TxError::Balance {
            needed,
            found: sender.balance,
        };
        let balance = match sender.balance.checked_sub(needed) {
            None if mutant!(SkipBalanceCheck) => Amount::ZERO,
            balance => balance.ok_or(short)?,
        };
        let fees = self
            .fees
            .checked_add(body.fee)
            .ok_or(TxError::Overflow { found: body.fee.0 })?;
        // Everything that can fail fails before the first write.
        self.check_payload(body)?;
        self.set_account(
            body.from,
            Account {
                balance,
                nonce: sender.nonce.saturating_add(1),
                ..sender
            },
        );
        self.fees = fees;
        self.perform(body, new_asset);
        Ok(())
    }

    fn check_payload(&self, body: &TxBody) -> Result<(), TxError> {
        match &body.payload {
            // The supply stays below 2^53, so a receiver's balance cannot overflow.
            Payload::Transfer { .. } | Payload::Message { .. } | Payload::CreateAsset { .. } => {
                Ok(())
            }
            Payload::RegisterUser { name } => {
                if let Some(owner) = self.state.owner_of(name)
                    && !mutant!(SameNameTwice)
                {
                    return Err(TxError::NameTaken {
                        name: name.to_string(),
                        owner,
                    });
                }
                match self.state.account(&body.from).name {
                    Some(name) => Err(TxError::AlreadyNamed {
                        name: name.to_string(),
                    }),
                    None => Ok(()),
                }
            }
            Payload::TransferAsset { asset, amount, .. } => {
                if self.state.asset(asset).is_none() {
                    return Err(TxError::AssetUnknown { asset: *asset });
                }
                let found = self.state.holding(asset, &body.from);
                if found < *amount {
                    Err(TxError::Holding {
                        needed: *amount,
                        found,
                    })
                } else {
                    Ok(())
                }
            }
            Payload::SetParams(_) if body.from != self.params.operator => {
                Err(TxError::NotOperator {
                    operator: self.params.operator,
                    from: body.from,
                })
            }
            Payload::SetParams(order) => self.check_ancestor(order.ancestor, body.chain_id),
        }
    }

    /// Whether an order names one of the last two checkpoints of this chain; in the first block the
    /// genesis block.
    fn check_ancestor(&self, found: BlockHash, genesis: BlockHash) -> Result<(), TxError> {
        let known = self.state.tally().map(|tally| tally.checkpoints);
        let known = known.unwrap_or_default();
        let latest = known[0].unwrap_or(genesis);
        if found == latest || known.contains(&Some(found)) || mutant!(OrdersOfAnyBranch) {
            Ok(())
        } else {
            Err(TxError::Ancestor { latest, found })
        }
    }

    fn perform(&mut self, body: &TxBody, new_asset: impl FnOnce() -> AssetId) {
        match &body.payload {
            Payload::Transfer { to, amount, .. } => self.credit(*to, *amount),
            // A change of parameters is part of the context that the block leaves.
            Payload::Message { .. } | Payload::SetParams(_) => {}
            Payload::RegisterUser { name } => {
                let account = self.touched(&body.from);
                self.set_account(
                    body.from,
                    Account {
                        name: Some(name.clone()),
                        ..account
                    },
                );
                self.set(Key::Name(name.clone()), Some(Entry::Name(body.from)));
            }
            Payload::CreateAsset {
                symbol,
                name,
                decimals,
                supply,
            } => {
                let id = new_asset();
                let asset = Asset {
                    symbol: symbol.clone(),
                    name: name.clone(),
                    decimals: *decimals,
                    supply: *supply,
                    creator: body.from,
                    holders: 1,
                };
                self.set(Key::Asset(id), Some(Entry::Asset(asset)));
                self.set(Key::Holding(id, body.from), Some(Entry::Holding(*supply)));
            }
            Payload::TransferAsset { asset, to, amount } => {
                self.move_asset(*asset, body.from, *to, *amount)
            }
        }
    }

    /// Adds coins that were taken elsewhere or newly made within the supply's bound.
    fn credit(&mut self, to: Address, amount: Amount) {
        let account = self.touched(&to);
        let balance = Amount(account.balance.0.saturating_add(amount.0));
        self.set_account(to, Account { balance, ..account });
    }

    fn move_asset(&mut self, id: AssetId, from: Address, to: Address, amount: Amount) {
        self.set_holding(id, from, |held| held.saturating_sub(amount.0));
        self.set_holding(id, to, |held| held.saturating_add(amount.0));
    }

    fn set_holding(&mut self, id: AssetId, address: Address, change: impl FnOnce(u64) -> u64) {
        let before = self.state.holding(&id, &address).0;
        let after = change(before);
        let entry = (after > 0).then_some(Entry::Holding(Amount(after)));
        self.set(Key::Holding(id, address), entry);
        if let Some(mut asset) = self.state.asset(&id).cloned()
            && (before == 0) != (after == 0)
        {
            asset.holders = if after == 0 {
                asset.holders.saturating_sub(1)
            } else {
                asset.holders.saturating_add(1)
            };
            self.set(Key::Asset(id), Some(Entry::Asset(asset)));
        }
    }

    /// Rule 12: pays the sealer what the context `after` the block has made and all fees, and keeps
    /// the context.
    pub(super) fn finish(&mut self, sealer: NodeId, after: &Context) {
        let before = self.state.tally().map_or(0, |tally| tally.supply.0);
        let reward = after.tally.supply.0.saturating_sub(before);
        let paid = Amount(reward.saturating_add(self.fees.0));
        if paid > Amount::ZERO {
            self.credit(sealer.into(), paid);
        }
        if self.state.rules() != Some(&after.rules) {
            self.set(Key::Rules, Some(Entry::Rules((*after.rules).clone())));
        }
        self.set(Key::Tally, Some(Entry::Tally(after.tally)));
    }
}
