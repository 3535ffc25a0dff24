//! What a node writes to its ledger: rows made from blocks, transactions, accounts and peers.

use std::collections::BTreeSet;

use crate::chain::{HeadChange, TreeEntry};
use crate::gossip::inbox_channel;
use crate::ledger::{
    AssetRow, BlockRow, NodeRow, RawRow, Row, StoredBlock, Table, TransactionRow, UserRow, meta_key,
};
use crate::mempool::DropReason;
use crate::primitives::{
    Address, BlockHash, NodeId, Payload, Retarget, Timestamp, Transaction, TxId, sha256, to_hex,
};
use crate::records::{BlockRecord, PeerState, TransactionRecord, TransactionStatus};
use crate::state::{Account, Entry, Key};

use super::super::exchange::Dropped;
use super::Node;

/// The words of a transaction's content that people read.
fn memo_of(payload: &Payload) -> String {
    match payload {
        Payload::Transfer { memo, .. } => memo.clone(),
        Payload::Message { bytes, .. } => String::from_utf8_lossy(bytes).into_owned(),
        Payload::RegisterUser { name } => name.to_string(),
        Payload::CreateAsset { symbol, name, .. } => format!("{symbol} {name}"),
        Payload::TransferAsset { asset, .. } => asset.to_string(),
        Payload::SetParams(order) => {
            let change = &order.change;
            let mut parts = Vec::new();
            parts.extend(
                change
                    .difficulty
                    .map(|difficulty| format!("difficulty {difficulty}")),
            );
            parts.extend(change.retarget.map(|retarget| match retarget {
                Retarget::Fixed => "fixed".to_owned(),
                Retarget::Asert { ideal, .. } => {
                    format!("automatic, a work block every {} ms", ideal.0)
                }
            }));
            parts.extend(
                change
                    .authorities
                    .as_ref()
                    .map(|list| format!("{} authorities", list.len())),
            );
            parts.join(", ")
        }
    }
}

/// A reorganisation that reverts more blocks has their rows written again with the next
/// housekeeping only: who flips between two long branches with a block or two must not have all of
/// both rewritten each time.
const RESTAMP_AT_ONCE: usize = 16;

/// Domain of the checksum in front of an undo record.
const UNDO_DOMAIN: &[u8] = b"aurex/undo-row/1";

/// An undo record as it is stored: a checksum over the block and the record, then the record. The
/// id of a block covers neither its seal nor, without hashing them, its transactions; nothing else
/// covers the undo record.
fn sealed_undo(block: &[u8], undo: &[u8]) -> Vec<u8> {
    [&sha256(&[UNDO_DOMAIN, block, undo]).0, undo].concat()
}

/// The undo record of a block's row, if neither it nor the block's bytes were changed since they
/// were written.
pub(in crate::node) fn open_undo(row: &StoredBlock) -> Option<&[u8]> {
    let (checksum, undo) = row.undo.split_first_chunk::<32>()?;
    (sha256(&[UNDO_DOMAIN, &row.raw, undo]).0 == *checksum).then_some(undo)
}

/// The row of an account.
pub(super) fn user_row(address: &Address, account: &Account) -> UserRow {
    UserRow {
        address: address.to_string(),
        name: account
            .name
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        balance: account.balance.0,
        nonce: account.nonce,
        created_at_height: account.created.0,
    }
}

impl Node {
    /// Writes everything that a new head changes; the head itself comes last in the batch.
    pub(in crate::node) fn write_head_change(&mut self, change: &HeadChange) {
        let mut keys = BTreeSet::new();
        let deep = change.reverted.len() > RESTAMP_AT_ONCE && !mutant!(RewriteAtEachFlip);
        for id in change.reverted.iter().chain(&change.applied) {
            keys.extend(self.chain.undo_of(id).into_keys());
            // All but the last had their rows, where no more changes than the branch that they are
            // said to be on.
            if deep && change.applied.last() != Some(id) {
                self.books.restamp(*id, !self.chain.on_best(id));
            } else {
                self.write_block(id);
            }
        }
        for id in &change.applied {
            self.write_committed(id);
        }
        self.write_entries(keys);
        self.write_head();
    }

    pub(in crate::node) fn write_head(&mut self) {
        let raw = self.chain.head().0.to_vec();
        self.books.put(
            Table::Meta,
            Row::Raw(RawRow {
                key: meta_key::HEAD.to_owned(),
                raw,
            }),
        );
        self.books.reach(self.chain.height());
    }

    /// Writes the entries at the head of these keys, with the rows that people read of them.
    pub(in crate::node) fn write_entries(&mut self, keys: BTreeSet<Key>) {
        let changed: Vec<_> = self.chain.entries_at_head(keys.into_iter()).collect();
        for (key, entry) in changed {
            let hex = to_hex(&key.to_bytes());
            match &entry {
                Some(entry) => {
                    self.books.put(
                        Table::State,
                        Row::Raw(RawRow {
                            key: hex,
                            raw: entry.to_bytes(),
                        }),
                    );
                }
                None => self.books.delete(Table::State, hex),
            }
            self.write_for_people(&key, entry.as_ref());
        }
    }

    fn write_for_people(&mut self, key: &Key, entry: Option<&Entry>) {
        match (key, entry) {
            (Key::Account(address), Some(Entry::Account(account))) => {
                let row = user_row(address, account);
                self.books.put(Table::Users, Row::User(row));
            }
            (Key::Account(address), None) => self.books.delete(Table::Users, address.to_string()),
            (Key::Asset(id), Some(Entry::Asset(asset))) => {
                let row = AssetRow {
                    id: id.to_string(),
                    symbol: asset.symbol.to_string(),
                    name: asset.name.clone(),
                    decimals: asset.decimals,
                    supply: asset.supply.0,
                    creator: asset.creator.to_string(),
                    owner: self.name_of(&asset.creator),
                    holders: asset.holders,
                };
                self.books.put(Table::Assets, Row::Asset(row));
            }
            (Key::Asset(id), None) => self.books.delete(Table::Assets, id.to_string()),
            _ => {}
        }
    }

    /// What every picture of a block has.
    pub(crate) fn block_record(&self, id: &BlockHash, entry: &TreeEntry) -> BlockRecord {
        let header = &entry.block.header;
        BlockRecord {
            hash: id.to_string(),
            previous_hash: header.parent.to_string(),
            height: header.height.0,
            nonce: header.nonce,
            timestamp: header.time.0,
            miner_id: header.sealer.to_string(),
            kind: header.kind.into(),
            difficulty: header.difficulty.0,
            slot: header.slot.0,
            transactions_count: u32::try_from(entry.tx_ids.len()).unwrap_or(u32::MAX),
            on_best_chain: self.chain.on_best(id),
        }
    }

    /// Writes a block's row.
    pub(in crate::node) fn write_block(&mut self, id: &BlockHash) {
        let Some(entry) = self.chain.get(id) else {
            return;
        };
        let raw = entry.block.to_bytes();
        let row = BlockRow {
            record: self.block_record(id, &entry),
            data: String::from_utf8_lossy(&entry.block.body.data).into_owned(),
            weight: entry.weight.to_string(),
            undo: sealed_undo(&raw, entry.undo_bytes()),
            raw,
        };
        self.books.put(Table::Blocks, Row::Block(row));
    }

    /// Writes the rows of blocks again that do not say truly whether they are on the best chain.
    pub(in crate::node) fn restamp(&mut self) {
        for (id, said) in self.books.take_to_restamp() {
            if self.chain.on_best(&id) != said {
                self.write_block(&id);
            }
        }
    }

    /// Has those rows of a ledger written again that an earlier run was to write again and did not.
    pub(in crate::node) fn restamp_stored(&mut self, misstamped: Vec<(BlockHash, bool)>) {
        for (id, said) in misstamped {
            self.books.restamp(id, said);
        }
        self.restamp();
    }

    /// Deletes the rows of the blocks that were pruned.
    pub(in crate::node) fn forget_branches(&mut self) {
        for id in self.chain.take_pruned() {
            self.books.forget_stamp(&id);
            self.books.delete(Table::Blocks, id.to_string());
        }
    }

    pub(in crate::node) fn write_committed(&mut self, id: &BlockHash) {
        let Some(entry) = self.chain.get(id) else {
            return;
        };
        let (block, height) = (std::rc::Rc::clone(&entry.block), entry.block.header.height);
        for transaction in &block.body.transactions {
            let mut row = self.transaction_row(transaction, block.header.time);
            row.record.block_id = id.to_string();
            row.record.height = Some(height.0);
            row.record.status = TransactionStatus::Committed;
            self.books.put(Table::Transactions, Row::Transaction(row));
        }
    }

    pub(in crate::node) fn write_pending(&mut self, id: &TxId) {
        if let Some(waiting) = self.mempool.get(id) {
            let row =
                self.transaction_row(waiting.transaction.get(), self.clock.date_of(waiting.since));
            self.books.put(Table::Transactions, Row::Transaction(row));
        }
    }

    pub(in crate::node) fn write_dropped(&mut self, id: &TxId, reason: DropReason) {
        if let Some(Dropped { transaction, .. }) = self.exchange.dropped(id) {
            let mut row = self.transaction_row(transaction, self.clock.date());
            row.record.status = TransactionStatus::Dropped;
            row.record.reason = reason.to_string();
            self.books.put(Table::Transactions, Row::Transaction(row));
        }
    }

    fn transaction_row(&self, transaction: &Transaction, at: Timestamp) -> TransactionRow {
        let waiting = self.mempool.get(&transaction.id());
        TransactionRow {
            record: self.transaction_record(
                transaction,
                waiting.map_or(at, |it| self.clock.date_of(it.since)),
            ),
            raw: transaction.to_bytes(),
        }
    }

    /// What every picture of a transaction has, as of one that waits.
    pub(super) fn transaction_record(
        &self,
        transaction: &Transaction,
        at: Timestamp,
    ) -> TransactionRecord {
        let body = &transaction.body;
        TransactionRecord {
            tx_hash: transaction.id().to_string(),
            from_user: self.name_of(&body.from),
            to_user: body
                .payload
                .to()
                .map(|to| self.name_of(&to))
                .unwrap_or_default(),
            from_address: body.from.to_string(),
            amount: body.payload.amount().0,
            fee: body.fee.0,
            nonce: body.nonce,
            kind: (&body.payload).into(),
            memo: memo_of(&body.payload),
            timestamp: at.0,
            block_id: String::new(),
            height: None,
            status: TransactionStatus::Pending,
            reason: String::new(),
        }
    }

    /// Writes the row of a peer.
    pub(in crate::node) fn write_node(&mut self, node: &NodeId) {
        let Some(peer) = self.roster.peers.get(node) else {
            return;
        };
        let Some(record) = &peer.record else { return };
        let status = if self.roster.is_present(node) {
            PeerState::Active
        } else if peer.left {
            PeerState::Left
        } else {
            PeerState::Away
        };
        let row = NodeRow {
            node_id: node.to_string(),
            host: record.host.clone(),
            port: inbox_channel(&self.chain.chain_id(), node),
            node_type: record.kind,
            name: record.name.clone(),
            status,
            last_seen: self.clock.date_of(peer.last_seen).0,
            raw: borsh::to_vec(record).unwrap_or_default(),
        };
        self.roster.list(*node, true);
        self.books.put(Table::Nodes, Row::Node(row));
    }

    /// Deletes the row of a peer that is not remembered any more.
    pub(in crate::node) fn delete_node(&mut self, node: &NodeId) {
        if !mutant!(KeepRowsOfPeers) && self.roster.list(*node, false) {
            self.books.delete(Table::Nodes, node.to_string());
        }
    }

    /// Writes the rows of this node and of all peers with the time they were last heard.
    pub(in crate::node) fn write_nodes(&mut self) {
        let own = NodeRow {
            node_id: self.identity.id.to_string(),
            host: self.identity.host.clone(),
            port: inbox_channel(&self.chain.chain_id(), &self.identity.id),
            node_type: self.identity.kind,
            name: self.identity.name.clone(),
            status: PeerState::Active,
            last_seen: self.clock.date().0,
            raw: Vec::new(),
        };
        self.books.put(Table::Nodes, Row::Node(own));
        let present: Vec<NodeId> = self.roster.present().copied().collect();
        for node in present {
            self.write_node(&node);
        }
    }

    /// Writes the whole ledger anew: for a new one and for one that had to be rebuilt.
    pub(in crate::node) fn write_everything(&mut self) {
        let schema = crate::ledger::SCHEMA_VERSION.to_le_bytes().to_vec();
        let params = self.chain.params().to_bytes();
        for (key, raw) in [(meta_key::SCHEMA, schema), (meta_key::PARAMS, params)] {
            self.books.put(
                Table::Meta,
                Row::Raw(RawRow {
                    key: key.to_owned(),
                    raw,
                }),
            );
        }
        let mut keys = BTreeSet::new();
        self.chain.head_state().tree().for_each(|key, _| {
            keys.insert(key.clone());
        });
        self.write_entries(keys);
        // Those beside the best chain as well: one of their rows may be what was damaged.
        let blocks: Vec<BlockHash> = self.chain.ids().copied().collect();
        for id in &blocks {
            self.write_block(id);
            if self.chain.on_best(id) {
                self.write_committed(id);
            }
        }
        self.write_head();
    }
}
