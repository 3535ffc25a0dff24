//! What a few digits of a hash stand for.

use crate::ipc::Refusal;
use crate::primitives::{BlockHash, Height, TxId, from_hex, read_number};
use crate::refusal::LookupError;

use super::Node;

impl Node {
    pub(super) fn find_block(&self, which: &str) -> Result<BlockHash, Refusal> {
        if let Ok(height) = read_number(which)
            && let Some(id) = self.chain.at(Height(height))
        {
            return Ok(id);
        }
        if !is_hash_prefix(which) {
            let found = which.to_owned();
            return Err(LookupError::BlockWords { found }.into());
        }
        let which = which.to_ascii_lowercase();
        let found: Vec<BlockHash> = self.chain.with_prefix(&which, 2).collect();
        match found[..] {
            [id] => Ok(id),
            [] => Err(LookupError::Block { which }.into()),
            _ => Err(LookupError::BlockAmbiguous { which }.into()),
        }
    }

    /// The transaction of an id or a prefix of it: committed, waiting or dropped.
    pub(super) fn find_transaction(&self, id: &str) -> Result<TxId, Refusal> {
        if !is_hash_prefix(id) {
            let found = id.to_owned();
            return Err(LookupError::TransactionWords { found }.into());
        }
        let which = id.to_ascii_lowercase();
        let waiting = self
            .mempool
            .ids()
            .filter(|id| id.to_string().starts_with(&which));
        let dropped = self
            .exchange
            .dropped_ids()
            .filter(|id| id.to_string().starts_with(&which));
        let mut found: Vec<TxId> = self
            .chain
            .transactions_with_prefix(&which, 2)
            .chain(waiting.take(2))
            .chain(dropped.take(2))
            .collect();
        found.dedup();
        match found[..] {
            [id] => Ok(id),
            [] => Err(unknown_transaction(which)),
            _ => Err(LookupError::TransactionAmbiguous { which }.into()),
        }
    }
}

pub(super) fn unknown_transaction(which: String) -> Refusal {
    LookupError::Transaction { which }.into()
}

/// Whether a text is a prefix of a hash worth searching: at least 4 hexadecimal digits, at most 64.
pub(super) fn is_hash_prefix(text: &str) -> bool {
    // A half byte at the end does not matter. Only a text without other characters may be cut
    // anywhere.
    text.is_ascii() && (4..=64).contains(&text.len()) && from_hex(&text[..text.len() & !1]).is_ok()
}
