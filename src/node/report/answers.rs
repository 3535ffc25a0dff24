//! Answers to the page: blocks, transactions, accounts, the mempool. Nothing here changes the node
//! but a submitted transaction.

use std::collections::{BTreeMap, BTreeSet};

use crate::consensus::TxError;
use crate::ipc::{
    AccountInfo, BlockInfo, ChainInfo, MempoolInfo, Refusal, Request, TransactionInfo,
};
use crate::mempool::MempoolError;
use crate::primitives::{
    Address, BlockHash, ClockReading, Height, Name, Seal, Timestamp, Transaction, TxId, to_hex,
};
use crate::records::{BlockFinality, TransactionStatus};
use crate::refusal::LookupError;
use crate::state::{Account, Entry, Key};

use super::super::io::not_here;
use super::super::source::Source;
use super::lookup::unknown_transaction;
use super::rows::user_row;
use super::{Answer, Node, Outbox};

/// Symbol, id and units of the assets that each account holds.
type Held = BTreeMap<Address, Vec<(String, String, u64)>>;

/// Most blocks, accounts or transactions of one answer.
const MAX_ANSWER: u32 = 500;
/// Most waiting transactions that are listed.
const MAX_LISTED: usize = 200;

impl Node {
    /// Answers a request of the page; `Ledger` and `Wipe` are answered by the shell.
    ///
    /// # Errors
    /// What was expected and what was found.
    pub fn answer(
        &mut self,
        now: ClockReading,
        request: Request,
        out: &mut Outbox,
    ) -> Result<Answer, Refusal> {
        self.read_clocks(now, out);
        match request {
            Request::Submit { ref raw } | Request::SubmitNext { ref raw } => {
                let is_next = matches!(request, Request::SubmitNext { .. });
                let answer = self
                    .submit(raw, is_next, out)
                    .map(|info| Answer::Transaction(Box::new(info)));
                self.settle(false, out);
                answer
            }
            Request::Account { who } => self.account(&who).map(Answer::Account),
            Request::Accounts => Ok(Answer::Accounts(self.accounts())),
            Request::Chain { from, count } => Ok(Answer::Chain(self.chain_info(from, count))),
            Request::Block { which } => self
                .block_info(&which)
                .map(|block| Answer::Block(Box::new(block))),
            Request::Transaction { id } => self
                .transaction_info(&id)
                .map(|info| Answer::Transaction(Box::new(info))),
            Request::Mempool => Ok(Answer::Mempool(self.mempool_info())),
            Request::Finality => Ok(Answer::Finality(Box::new(self.finality_info()))),
            Request::Why { about } => self.why(about).map(Answer::Why),
            Request::Reorganised { before, after } => self
                .reorganised(&before, &after)
                .map(|report| Answer::Reorganised(Box::new(report))),
            Request::Peers => Ok(Answer::Peers(self.peers(self.now))),
            Request::Export => Ok(Answer::File(self.export())),
            Request::Import { raw } => {
                let answer = self.import_file(&raw, out).map(Answer::Imported);
                self.settle(false, out);
                answer
            }
            Request::Ledger(_) => Err(not_here("a question to the ledger")),
            Request::Wipe => Err(not_here("the wiping of the ledger")),
        }
    }

    /// Takes a transaction; one that is said to be its sender's next must be it.
    fn submit(
        &mut self,
        raw: &[u8],
        is_next: bool,
        out: &mut Outbox,
    ) -> Result<TransactionInfo, Refusal> {
        let transaction = Transaction::from_bytes(raw)
            .map_err(|error| MempoolError::from(TxError::from(error)))?;
        if is_next {
            let (from, found) = (transaction.body.from, transaction.body.nonce);
            let committed = self.chain.head_state().account(&from).nonce;
            let expected = self.mempool.next_nonce(&from, committed);
            if found != expected {
                return Err(MempoolError::from(TxError::Nonce { expected, found }).into());
            }
        }
        let id = self.take_transaction(transaction, Source::Own, out)?;
        self.complete_compact(out);
        self.describe(&id)
            .ok_or_else(|| unknown_transaction(id.to_string()))
    }

    fn find_account(&self, who: &str) -> Option<Address> {
        match who
            .parse::<Name>()
            .ok()
            .and_then(|name| self.chain.head_state().owner_of(&name))
        {
            Some(address) => Some(address),
            None => who.parse().ok(),
        }
    }

    fn account(&self, who: &str) -> Result<AccountInfo, Refusal> {
        let address = self.find_account(who).ok_or_else(|| {
            let found = who.to_owned();
            LookupError::Account { found }
        })?;
        let account = self.chain.head_state().account(&address);
        let held = self.holdings(&BTreeSet::from([address]));
        Ok(self.account_info(&address, &account, &held))
    }

    fn account_info(&self, address: &Address, account: &Account, held: &Held) -> AccountInfo {
        AccountInfo {
            record: user_row(address, account),
            next_nonce: self.mempool.next_nonce(address, account.nonce),
            assets: held.get(address).cloned().unwrap_or_default(),
        }
    }

    /// What accounts hold of assets, by one walk over the state for all of them.
    fn holdings(&self, of: &BTreeSet<Address>) -> Held {
        let state = self.chain.head_state();
        let mut held = Held::new();
        state.tree().for_each(|key, entry| {
            if let (Key::Holding(asset, owner), Entry::Holding(amount)) = (key, entry)
                && of.contains(owner)
            {
                let symbol = state
                    .asset(asset)
                    .map(|asset| asset.symbol.to_string())
                    .unwrap_or_default();
                let units = held.entry(*owner).or_default();
                units.push((symbol, asset.to_string(), amount.0));
            }
        });
        held
    }

    fn accounts(&self) -> Vec<AccountInfo> {
        let mut accounts = Vec::new();
        self.chain.head_state().tree().for_each(|key, entry| {
            if let (Key::Account(address), Entry::Account(account)) = (key, entry) {
                accounts.push((*address, account.clone()));
            }
        });
        accounts.sort_unstable_by(|(a_address, a), (b_address, b)| {
            (b.balance, a_address).cmp(&(a.balance, b_address))
        });
        accounts.truncate(usize::try_from(MAX_ANSWER).unwrap_or(usize::MAX));
        let held = self.holdings(&accounts.iter().map(|(address, _)| *address).collect());
        accounts
            .iter()
            .map(|(address, account)| self.account_info(address, account, &held))
            .collect()
    }

    fn chain_info(&self, from: Option<u64>, count: u32) -> ChainInfo {
        let count = u64::from(count.min(MAX_ANSWER));
        let height = self.chain.height().0;
        let start = from.unwrap_or_else(|| height.saturating_add(1).saturating_sub(count));
        let heights = start..start.saturating_add(count).min(height.saturating_add(1));
        let blocks = heights
            .filter_map(|height| self.summary(&self.chain.at(Height(height))?))
            .collect();
        ChainInfo {
            node: self.identity.name.clone(),
            height,
            head: self.chain.head().to_string(),
            blocks,
        }
    }

    fn block_info(&self, which: &str) -> Result<BlockInfo, Refusal> {
        let id = self.find_block(which)?;
        let unknown = || {
            let which = which.to_owned();
            LookupError::Block { which }
        };
        let entry = self.chain.get(&id).ok_or_else(unknown)?;
        let summary = self.summary(&id).ok_or_else(unknown)?;
        let (header, raw) = (&entry.block.header, entry.block.to_bytes());
        let confirmations = if summary.on_best_chain {
            self.chain.height().since(header.height).saturating_add(1)
        } else {
            0
        };
        Ok(BlockInfo {
            summary,
            tx_root: header.tx_root.to_string(),
            data_hash: header.data_hash.to_string(),
            data: String::from_utf8_lossy(&entry.block.body.data).into_owned(),
            seal: match entry.block.seal {
                Seal::Work => String::new(),
                Seal::Authority(signature) => signature.to_string(),
            },
            confirmations,
            finality: self.finality_of(&id),
            size: u32::try_from(raw.len()).unwrap_or(u32::MAX),
            transactions: entry
                .block
                .body
                .transactions
                .iter()
                .map(|transaction| self.info(transaction, header.time, Some((id, header.height))))
                .collect(),
            raw: to_hex(&raw),
        })
    }

    fn transaction_info(&self, id: &str) -> Result<TransactionInfo, Refusal> {
        let id = self.find_transaction(id)?;
        self.describe(&id)
            .ok_or_else(|| unknown_transaction(id.to_string()))
    }

    /// A transaction and where it stands.
    pub(in crate::node) fn describe(&self, id: &TxId) -> Option<TransactionInfo> {
        if let Some(block) = self.chain.block_of(id) {
            let header = &self.chain.get(&block)?.block.header;
            let transaction = self.transaction(id)?;
            return Some(self.info(&transaction, header.time, Some((block, header.height))));
        }
        if let Some(waiting) = self.mempool.get(id) {
            return Some(self.info(
                waiting.transaction.get(),
                self.clock.date_of(waiting.since),
                None,
            ));
        }
        let dropped = self.exchange.dropped(id)?;
        let mut info = self.info(&dropped.transaction, self.clock.date_of(dropped.at), None);
        info.status = TransactionStatus::Dropped;
        info.reason = dropped.reason.to_string();
        info.seen_by = 0;
        Some(info)
    }

    fn info(
        &self,
        transaction: &Transaction,
        at: Timestamp,
        within: Option<(BlockHash, Height)>,
    ) -> TransactionInfo {
        let committed = within.filter(|(block, _)| self.chain.on_best(block));
        let mut record = self.transaction_record(transaction, at);
        if let Some((block, height)) = committed {
            record.status = TransactionStatus::Committed;
            record.block_id = block.to_string();
            record.height = Some(height.0);
        }
        TransactionInfo {
            record,
            confirmations: committed.map_or(0, |(_, height)| {
                self.chain.height().since(height).saturating_add(1)
            }),
            finality: committed.map_or(BlockFinality::Plain, |(block, _)| self.finality_of(&block)),
            seen_by: 1,
            signature: transaction.signature.to_string(),
            raw: to_hex(&transaction.to_bytes()),
        }
    }

    fn mempool_info(&self) -> MempoolInfo {
        let waiting = self.mempool.iter().take(MAX_LISTED);
        MempoolInfo {
            node: self.identity.name.clone(),
            count: u32::try_from(self.mempool.len()).unwrap_or(u32::MAX),
            bytes: u32::try_from(self.mempool.bytes()).unwrap_or(u32::MAX),
            transactions: waiting
                .map(|waiting| {
                    self.info(
                        waiting.transaction.get(),
                        self.clock.date_of(waiting.since),
                        None,
                    )
                })
                .collect(),
        }
    }
}
