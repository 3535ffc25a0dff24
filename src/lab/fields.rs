//! The fields of a message, decoded: the same list is shown and changed.

use crate::gossip::{CompactBlock, HeadInfo, Message, NodeRecord, Progress};
use crate::primitives::{Payload, Transaction, from_hex, to_hex};

use super::error::EditError;
use super::layout::number;

/// A field of a message.
pub(super) enum Slot<'a> {
    /// A number that can be changed.
    Number(&'a mut u64),
    /// Thirty-two bytes that can be changed.
    Bytes(&'a mut [u8; 32]),
    /// A text that can be changed.
    Text(&'a mut String),
    /// What is only shown.
    Shown(String),
}

impl Slot<'_> {
    /// The value as people see it.
    pub(super) fn value(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Bytes(bytes) => to_hex(*bytes),
            Self::Text(text) => (*text).clone(),
            Self::Shown(text) => text.clone(),
        }
    }

    /// Whether it can be changed.
    pub(super) const fn is_open(&self) -> bool {
        !matches!(self, Self::Shown(_))
    }

    /// Takes a value as people write it.
    pub(super) fn set(self, field: &str, found: &str) -> Result<(), EditError> {
        let wrong = |expected| EditError::Value {
            field: field.to_owned(),
            expected,
            found: found.to_owned(),
        };
        match self {
            Self::Number(number) => *number = found.parse().map_err(|_| wrong("a number"))?,
            Self::Bytes(bytes) => {
                let new = from_hex(found).ok().and_then(|new| new.try_into().ok());
                *bytes = new.ok_or_else(|| wrong("64 hexadecimal digits"))?;
            }
            Self::Text(text) => found.clone_into(text),
            Self::Shown(_) => return Err(wrong("a field that can be changed")),
        }
        Ok(())
    }
}

/// Shows all fields of a message, one after the other, by their names.
pub(super) fn visit(message: &mut Message, see: &mut dyn FnMut(&str, Slot<'_>)) {
    let count = |length: usize| Slot::Shown(length.to_string());
    match message {
        Message::Hello { record, head } | Message::HelloAck { record, head } => {
            visit_record(record, see);
            visit_head(head, see);
        }
        Message::Ping {
            token,
            head,
            progress,
            ..
        } => {
            see("token", Slot::Number(token));
            visit_head(head, see);
            if let Some(progress) = progress {
                visit_progress(progress, see);
            }
        }
        Message::Pong { token, head } => {
            see("token", Slot::Number(token));
            visit_head(head, see);
        }
        Message::NodeList(records) => see("records", count(records.len())),
        Message::Inv(ids) | Message::GetTransactions(ids) => {
            see("transactions", count(ids.len()));
            for id in ids {
                see("transaction", Slot::Bytes(&mut id.0));
            }
        }
        Message::NewTransaction(transaction) => visit_transaction(transaction, see),
        Message::Transactions(transactions) => {
            see("transactions", count(transactions.len()));
            transactions
                .iter_mut()
                .for_each(|one| visit_transaction(one, see));
        }
        Message::BlockFound(block) => visit_block(block, see),
        Message::GetHeaders(ids) | Message::GetBodies(ids) => {
            see("blocks", count(ids.len()));
            for id in ids {
                see("block", Slot::Bytes(&mut id.0));
            }
        }
        Message::Headers(headers) => see("headers", count(headers.len())),
        Message::Bodies(bodies) => see("bodies", count(bodies.len())),
        Message::Bye => {}
        Message::Checkpoints(progress) => visit_progress(progress, see),
        Message::GetCertificates(checkpoints) => see("checkpoints", count(checkpoints.len())),
        Message::Certificates(certificates) => see("certificates", count(certificates.len())),
        Message::Votes(votes) => {
            for vote in votes {
                see("signer", Slot::Bytes(&mut vote.signer.0));
                let link = &mut vote.vote.link;
                see("source_epoch", Slot::Number(&mut link.source.epoch.0));
                see("source", Slot::Bytes(&mut link.source.id.0));
                see("target_epoch", Slot::Number(&mut link.target.epoch.0));
                see("target", Slot::Bytes(&mut link.target.id.0));
            }
        }
        Message::Evidence(evidence) => {
            if let Ok(charge) = evidence.charge() {
                see("guilty", Slot::Shown(charge.guilty.to_string()));
                let reason = charge.offence.reason().to_owned();
                see("offence", Slot::Shown(reason));
            }
        }
    }
}

fn visit_record(record: &mut NodeRecord, see: &mut dyn FnMut(&str, Slot<'_>)) {
    see("name", Slot::Text(&mut record.name));
    see("kind", Slot::Shown(record.kind.word().to_owned()));
    see("time", Slot::Number(&mut record.time.0));
}

fn visit_head(head: &mut HeadInfo, see: &mut dyn FnMut(&str, Slot<'_>)) {
    see("head", Slot::Bytes(&mut head.id.0));
    see("height", Slot::Number(&mut head.height.0));
    see("weight", Slot::Shown(head.weight.0.to_string()));
}

fn visit_progress(progress: &mut Progress, see: &mut dyn FnMut(&str, Slot<'_>)) {
    let Progress {
        justified,
        finalised,
        ..
    } = progress;
    see("justified_epoch", Slot::Number(&mut justified.epoch.0));
    see("justified", Slot::Bytes(&mut justified.id.0));
    see("final_epoch", Slot::Number(&mut finalised.epoch.0));
    see("final", Slot::Bytes(&mut finalised.id.0));
}

fn visit_transaction(transaction: &mut Transaction, see: &mut dyn FnMut(&str, Slot<'_>)) {
    see("id", Slot::Shown(transaction.id().to_string()));
    let body = &mut transaction.body;
    see("from", Slot::Bytes(&mut body.from.0));
    see("nonce", Slot::Number(&mut body.nonce));
    see("fee", Slot::Number(&mut body.fee.0));
    see("valid_until", Slot::Number(&mut body.valid_until.0));
    match &mut body.payload {
        Payload::Transfer { to, amount, memo } => {
            see("to", Slot::Bytes(&mut to.0));
            see("amount", Slot::Number(&mut amount.0));
            see("memo", Slot::Text(memo));
        }
        Payload::Message { bytes, .. } => {
            let text = String::from_utf8_lossy(bytes).into_owned();
            see("text", Slot::Shown(text));
        }
        Payload::RegisterUser { name } => see("name", Slot::Shown(name.to_string())),
        Payload::CreateAsset { symbol, supply, .. } => {
            see("symbol", Slot::Shown(symbol.to_string()));
            see("supply", Slot::Number(&mut supply.0));
        }
        Payload::TransferAsset { asset, to, amount } => {
            see("asset", Slot::Bytes(&mut asset.0));
            see("to", Slot::Bytes(&mut to.0));
            see("amount", Slot::Number(&mut amount.0));
        }
        Payload::SetParams(order) => see("ancestor", Slot::Bytes(&mut order.ancestor.0)),
    }
}

fn visit_block(block: &mut CompactBlock, see: &mut dyn FnMut(&str, Slot<'_>)) {
    let header = &mut block.header;
    see("id", Slot::Shown(header.id().to_string()));
    see("height", Slot::Number(&mut header.height.0));
    see("parent", Slot::Bytes(&mut header.parent.0));
    see("time", Slot::Number(&mut header.time.0));
    see("difficulty", Slot::Number(&mut header.difficulty.0));
    see("slot", Slot::Number(&mut header.slot.0));
    see("sealer", Slot::Bytes(&mut header.sealer.0));
    see("tx_root", Slot::Bytes(&mut header.tx_root.0));
    see("state_root", Slot::Bytes(&mut header.state_root.0));
    see("data_hash", Slot::Bytes(&mut header.data_hash.0));
    see("nonce", Slot::Number(&mut header.nonce));
    let count = number(block.transactions.len()).to_string();
    see("transactions", Slot::Shown(count));
}
