//! Execution: the effect of transactions and rewards on a state, recorded so that it can be taken back.

use crate::consensus::{CheckedTransaction, EPOCH, MIN_NOTICE, Params, Tunable, TxError};
use crate::primitives::{
    Address, Amount, AssetId, Height, Kind, MAX_EXACT, ParamsChange, Payload, Retarget, Transaction, TxBody,
};

use super::{Account, Asset, Entry, Key, Rules, State, Undo};

/// A block's changes in the making.
pub(super) struct Execution<'a> {
    params: &'a Params,
    pub(super) height: Height,
    pub(super) state: State,
    pub(super) undo: Undo,
    pub(super) fees: Amount,
}

impl<'a> Execution<'a> {
    pub(super) fn new(params: &'a Params, state: &State, height: Height) -> Self {
        Self { params, height, state: state.clone(), undo: Undo::new(), fees: Amount::ZERO }
    }

    pub(super) fn set(&mut self, key: Key, entry: Option<Entry>) {
        if !self.undo.contains_key(&key) {
            let before = self.state.entry(&key).cloned();
            self.undo.insert(key.clone(), before);
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
            _ => Account { created: self.height, ..Account::default() },
        }
    }

    /// Puts announced parameters in force where their height is reached.
    pub(super) fn begin(&mut self) {
        let (Some(rules), Some(tally)) = (self.state.rules(), self.state.tally()) else { return };
        if let Some(((from, next), later)) = rules.announced.split_first()
            && self.height >= *from
        {
            let rules = Rules { current: next.clone(), anchor: tally.anchor(), announced: later.to_vec() };
            self.set(Key::Rules, Some(Entry::Rules(rules)));
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
            return Err(TxError::Expired { valid_until: body.valid_until, height: self.height });
        }
        let sender = self.touched(&body.from);
        if body.nonce != sender.nonce && !mutant!(SkipNonceCheck) {
            return Err(TxError::Nonce { expected: sender.nonce, found: body.nonce });
        }
        let fee = if mutant!(SkipFeeDebit) { Amount::ZERO } else { body.fee };
        let coins_moved = if let Payload::Transfer { amount, .. } = body.payload { amount } else { Amount::ZERO };
        let needed = coins_moved.checked_add(fee).ok_or(TxError::Overflow { found: coins_moved.0 })?;
        let short = TxError::Balance { needed, found: sender.balance };
        let balance = match sender.balance.checked_sub(needed) {
            None if mutant!(SkipBalanceCheck) => Amount::ZERO,
            balance => balance.ok_or(short)?,
        };
        let fees = self.fees.checked_add(body.fee).ok_or(TxError::Overflow { found: body.fee.0 })?;
        // Everything that can fail fails before the first write.
        self.check_payload(body)?;
        self.set_account(body.from, Account { balance, nonce: sender.nonce.saturating_add(1), ..sender });
        self.fees = fees;
        self.perform(body, new_asset);
        Ok(())
    }

    fn check_payload(&self, body: &TxBody) -> Result<(), TxError> {
        match &body.payload {
            // The supply stays below 2^53, so a receiver's balance cannot overflow.
            Payload::Transfer { .. } | Payload::Message { .. } | Payload::CreateAsset { .. } => Ok(()),
            Payload::RegisterUser { name } => {
                if let Some(owner) = self.state.owner_of(name)
                    && !mutant!(SameNameTwice)
                {
                    return Err(TxError::NameTaken { name: name.to_string(), owner });
                }
                match self.state.account(&body.from).name {
                    Some(name) => Err(TxError::AlreadyNamed { name: name.to_string() }),
                    None => Ok(()),
                }
            }
            Payload::TransferAsset { asset, amount, .. } => {
                if self.state.asset(asset).is_none() {
                    return Err(TxError::AssetUnknown { asset: *asset });
                }
                let found = self.state.holding(asset, &body.from);
                if found < *amount { Err(TxError::Holding { needed: *amount, found }) } else { Ok(()) }
            }
            Payload::SetParams(_) if body.from != self.params.operator => {
                Err(TxError::NotOperator { operator: self.params.operator, from: body.from })
            }
            Payload::SetParams(_) => Ok(()),
        }
    }

    fn perform(&mut self, body: &TxBody, new_asset: impl FnOnce() -> AssetId) {
        match &body.payload {
            Payload::Transfer { to, amount, .. } => self.credit(*to, *amount),
            Payload::Message { .. } => {}
            Payload::RegisterUser { name } => {
                let account = self.touched(&body.from);
                self.set_account(body.from, Account { name: Some(name.clone()), ..account });
                self.set(Key::Name(name.clone()), Some(Entry::Name(body.from)));
            }
            Payload::CreateAsset { symbol, name, decimals, supply } => {
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
            Payload::TransferAsset { asset, to, amount } => self.move_asset(*asset, body.from, *to, *amount),
            Payload::SetParams(change) => self.announce(change),
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
            asset.holders = if after == 0 { asset.holders.saturating_sub(1) } else { asset.holders.saturating_add(1) };
            self.set(Key::Asset(id), Some(Entry::Asset(asset)));
        }
    }

    /// Announces changed parameters for the next epoch boundary that gives enough notice.
    fn announce(&mut self, change: &ParamsChange) {
        let Some(mut rules) = self.state.rules().cloned() else { return };
        let from = self.height.0.saturating_add(MIN_NOTICE).div_ceil(EPOCH).saturating_mul(EPOCH);
        let base = rules.announced.last().map_or(&rules.current, |(_, next)| next);
        let next = (Height(from), changed(base, change));
        // Changes of one epoch come into force together; what an earlier epoch announced stays as it is.
        rules.announced.pop_if(|(at, _)| *at == next.0);
        rules.announced.push(next);
        self.set(Key::Rules, Some(Entry::Rules(rules)));
    }

    /// Rule 12: pays the sealer and updates the running totals.
    pub(super) fn finish(&mut self, header: &crate::primitives::Header) {
        let Some(mut tally) = self.state.tally().copied() else { return };
        let reward = match header.kind {
            Kind::Work => self.params.pow_reward,
            Kind::Authority => self.params.authority_reward,
        };
        // The last reward before the bound is cut to it.
        let reward = Amount(reward.0.min(MAX_EXACT.saturating_sub(tally.supply.0)));
        let paid = Amount(reward.0.saturating_add(self.fees.0));
        if paid > Amount::ZERO {
            self.credit(header.sealer.into(), paid);
        }
        tally.supply = Amount(tally.supply.0.saturating_add(reward.0));
        match header.kind {
            Kind::Work => {
                tally.work_blocks = tally.work_blocks.saturating_add(1);
                tally.last_work = header.time;
            }
            Kind::Authority => tally.last_slot = header.slot,
        }
        self.set(Key::Tally, Some(Entry::Tally(tally)));
    }
}

fn changed(base: &Tunable, change: &ParamsChange) -> Tunable {
    let retarget = change.retarget.unwrap_or(base.retarget);
    let difficulty = change.difficulty.unwrap_or(base.difficulty);
    // With a fixed difficulty both kinds of block keep weighing the same unless the operator says otherwise.
    let follows = change.difficulty.filter(|_| retarget == Retarget::Fixed);
    Tunable {
        difficulty,
        retarget,
        authorities: change.authorities.clone().unwrap_or_else(|| base.authorities.clone()),
        authority_weight: change.authority_weight.or(follows).unwrap_or(base.authority_weight),
    }
}
