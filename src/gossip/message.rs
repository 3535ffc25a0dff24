//! The messages between nodes. Each has a bound on its encoded bytes that is checked before
//! anything is decoded. The four of the original system are [`Message::Ping`],
//! [`Message::NodeList`], [`Message::NewTransaction`] and [`Message::BlockFound`].

use borsh::de::EnumExt as _;
use borsh::{BorshDeserialize, BorshSerialize};

use crate::consensus::finality::{
    Certificate, Checkpoint, Evidence, MAX_CERTIFICATE_BYTES, MAX_EVIDENCE_BYTES, SignedVote,
    VOTE_BYTES,
};
use crate::primitives::{
    Address, BlockHash, Body, Digest, Header, Height, Keypair, MAX_TRANSACTION_BYTES,
    MAX_TRANSACTIONS, NodeId, NodeKind, Seal, Signature, Timestamp, Transaction, TxId, Weight,
};

use super::error::FrameError;

/// Most node records in a list.
pub const MAX_RECORDS: usize = 128;
/// Most ids in an inventory or a request for transactions.
pub const MAX_IDS: usize = 512;
/// Most headers in an answer.
pub const MAX_HEADERS: usize = 512;
/// Most bodies asked for at once.
pub const MAX_BODIES: usize = 128;
/// Most certificates in an answer, and most checkpoints in a request for them.
pub const MAX_CERTIFICATES: usize = 32;
/// Most votes in a message: two of each authority.
pub const MAX_VOTES: usize = 64;
/// An answer with bodies or transactions stops growing at this size; at least one is always sent.
pub const ANSWER_BYTES: usize = 256 * 1024;
/// Longest name or host in a node record, in bytes.
pub const MAX_NAME_BYTES: usize = 32;

const RECORD_DOMAIN: &[u8] = b"aurex/node-record/1";

/// What a node says about itself, signed by itself, so that others may pass it on. The newest wins.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct NodeRecord {
    /// The node.
    pub id: NodeId,
    /// Its name, at most [`MAX_NAME_BYTES`].
    pub name: String,
    /// Whether it mines, seals, or only watches.
    pub kind: NodeKind,
    /// The tab that runs it, at most [`MAX_NAME_BYTES`].
    pub host: String,
    /// When it signed this, in milliseconds since 1970.
    pub time: Timestamp,
    /// Its Ed25519 signature over all the rest.
    pub signature: Signature,
}

impl NodeRecord {
    /// Signs a record about the owner of `key`.
    #[must_use]
    pub fn sign(key: &Keypair, name: &str, kind: NodeKind, host: &str, time: Timestamp) -> Self {
        let unsigned = Self {
            id: key.node_id(),
            name: name.to_owned(),
            kind,
            host: host.to_owned(),
            time,
            signature: Signature([0; 64]),
        };
        Self {
            signature: key.sign(RECORD_DOMAIN, &unsigned.signed_bytes()),
            ..unsigned
        }
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let parts = (&self.id, &self.name, &self.kind, &self.host, &self.time);
        borsh::to_vec(&parts).expect("a vector takes every byte")
    }

    /// Whether the node itself signed this, and its texts keep their bounds.
    #[must_use]
    pub fn is_genuine(&self) -> bool {
        self.name.len() <= MAX_NAME_BYTES
            && self.host.len() <= MAX_NAME_BYTES
            && self
                .signature
                .verifies(&Address::from(self.id), RECORD_DOMAIN, &self.signed_bytes())
    }
}

/// The head of a node's best chain, as it tells its peers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct HeadInfo {
    /// Id.
    pub id: BlockHash,
    /// Height.
    pub height: Height,
    /// Weight of the chain up to it, as the sender claims.
    pub weight: Weight,
}

/// How far the authorities' votes go at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Progress {
    /// The highest justified checkpoint.
    pub justified: Checkpoint,
    /// The last final one.
    pub finalised: Checkpoint,
    /// Digest over the votes that it has from the justified checkpoint on, their signatures left
    /// out.
    pub open: Digest,
}

/// A new block without its transactions, which the receiver mostly has.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct CompactBlock {
    /// The header.
    pub header: Header,
    /// The seal.
    pub seal: Seal,
    /// The body's free data.
    pub data: Vec<u8>,
    /// Ids of the body's transactions, in the order in which they are applied.
    pub transactions: Vec<TxId>,
}

/// A message. The order of the variants is their type byte and never changes.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub enum Message {
    /// "Here I am": sent to all at start, answered by [`Message::HelloAck`].
    Hello {
        /// The sender.
        record: NodeRecord,
        /// Its head.
        head: HeadInfo,
    },
    /// The answer to a hello.
    HelloAck {
        /// The sender.
        record: NodeRecord,
        /// Its head.
        head: HeadInfo,
    },
    /// "I live, and this is my head": sent to all every two seconds and after each new head.
    Ping {
        /// Comes back in the pong.
        token: u64,
        /// The sender's head.
        head: HeadInfo,
        /// The one peer that is asked to answer, to measure the round trip.
        answer_by: Option<NodeId>,
        /// How far the authorities' votes go at the sender: told every two seconds, where there are
        /// authorities.
        progress: Option<Progress>,
    },
    /// The answer to a ping.
    Pong {
        /// Of the ping.
        token: u64,
        /// The sender's head.
        head: HeadInfo,
    },
    /// Records of nodes that the sender hears, at most [`MAX_RECORDS`].
    NodeList(Vec<NodeRecord>),
    /// Ids of transactions that the sender has, at most [`MAX_IDS`].
    Inv(Vec<TxId>),
    /// A transaction that is new.
    NewTransaction(Transaction),
    /// Asks for transactions by their ids, at most [`MAX_IDS`].
    GetTransactions(Vec<TxId>),
    /// Transactions that were asked for, as many as [`ANSWER_BYTES`] hold.
    Transactions(Vec<Transaction>),
    /// A block that is new, with ids in place of its transactions.
    BlockFound(CompactBlock),
    /// Asks for the headers after the first known block of a locator.
    GetHeaders(Vec<BlockHash>),
    /// Headers with their seals, each the child of the one before.
    Headers(Vec<(Header, Seal)>),
    /// Asks for bodies by the ids of their blocks, at most [`MAX_BODIES`].
    GetBodies(Vec<BlockHash>),
    /// Bodies that were asked for, with their blocks' ids.
    Bodies(Vec<(BlockHash, Body)>),
    /// "I stop."
    Bye,
    /// How far the authorities' votes go at the sender: to a peer that it has not heard before.
    Checkpoints(Progress),
    /// Asks for the certificates after the first checkpoint, of these that the sender knows to be
    /// justified, that the receiver knows as well.
    GetCertificates(Vec<Checkpoint>),
    /// Certificates that were asked for, in an order in which each is understood by those before.
    Certificates(Vec<Certificate>),
    /// Votes that are new, or that the receiver may lack.
    Votes(Vec<SignedVote>),
    /// Proof that an authority is guilty of an offence.
    Evidence(Box<Evidence>),
}

/// Kind of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageType(u8);

/// Name and bound of each type, by its byte.
const TYPES: [(&str, usize); 20] = [
    ("HELLO", 512),
    ("HELLO_ACK", 512),
    ("PING", 256),
    ("PONG", 128),
    ("NODE_LIST", 64 * 1024),
    ("INV", 4 + 32 * MAX_IDS),
    ("NEW_TRANSACTION", MAX_TRANSACTION_BYTES),
    ("GET_TRANSACTIONS", 4 + 32 * MAX_IDS),
    ("TRANSACTIONS", ANSWER_BYTES + MAX_TRANSACTION_BYTES),
    ("BLOCK_FOUND", 1024 + 32 * MAX_TRANSACTIONS),
    ("GET_HEADERS", 4 + 32 * 128),
    ("HEADERS", 4 + 269 * MAX_HEADERS),
    ("GET_BODIES", 4 + 32 * MAX_BODIES),
    ("BODIES", ANSWER_BYTES + 65 * 1024),
    ("BYE", 0),
    ("CHECKPOINTS", 2 * 40 + 32),
    ("GET_CERTIFICATES", 4 + 40 * MAX_CERTIFICATES),
    ("CERTIFICATES", ANSWER_BYTES + MAX_CERTIFICATE_BYTES),
    ("VOTES", 4 + VOTE_BYTES * MAX_VOTES),
    ("EVIDENCE", MAX_EVIDENCE_BYTES),
];

impl MessageType {
    /// The type of [`Message::Inv`].
    pub const INV: Self = Self(5);
    /// The type of [`Message::NewTransaction`].
    pub const NEW_TRANSACTION: Self = Self(6);
    /// The type of [`Message::Headers`].
    pub const HEADERS: Self = Self(11);
    /// The type of [`Message::Bodies`].
    pub const BODIES: Self = Self(13);
    /// The type of [`Message::Votes`].
    pub const VOTES: Self = Self(18);

    /// The type of a byte.
    ///
    /// # Errors
    /// [`FrameError::UnknownType`].
    pub fn from_byte(found: u8) -> Result<Self, FrameError> {
        if usize::from(found) < TYPES.len() {
            Ok(Self(found))
        } else {
            Err(FrameError::UnknownType {
                last: u8::try_from(TYPES.len() - 1).unwrap_or(u8::MAX),
                found,
            })
        }
    }

    /// Its byte in a frame: the place of its variant in [`Message`], from 0 on.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// The name in capitals, such as `BLOCK_FOUND`, for log lines.
    #[must_use]
    pub fn name(self) -> &'static str {
        TYPES[usize::from(self.0)].0
    }

    /// Most payload bytes of any type, from which the longest frame follows.
    #[must_use]
    pub const fn greatest_limit() -> usize {
        let (mut greatest, mut at) = (0, 0);
        while at < TYPES.len() {
            if TYPES[at].1 > greatest {
                greatest = TYPES[at].1;
            }
            at += 1;
        }
        greatest
    }

    /// Most payload bytes of this type; more is refused before anything is decoded.
    #[must_use]
    pub fn limit(self) -> usize {
        TYPES[usize::from(self.0)].1
    }
}

impl Message {
    /// Type and payload.
    ///
    /// # Panics
    /// Never: writing to memory does not fail, and an enum's encoding has its first byte.
    #[must_use]
    pub fn encode(&self) -> (MessageType, Vec<u8>) {
        let mut bytes = borsh::to_vec(self).expect("a vector takes every byte");
        let payload = bytes.split_off(1);
        (MessageType(bytes[0]), payload)
    }

    /// The message of a payload, which must be used up exactly.
    #[must_use]
    pub fn decode(kind: MessageType, mut payload: &[u8]) -> Option<Self> {
        let message = Self::deserialize_variant(&mut payload, kind.0).ok()?;
        payload.is_empty().then_some(message)
    }

    /// The type.
    #[must_use]
    pub fn kind(&self) -> MessageType {
        MessageType(match self {
            Self::Hello { .. } => 0,
            Self::HelloAck { .. } => 1,
            Self::Ping { .. } => 2,
            Self::Pong { .. } => 3,
            Self::NodeList(_) => 4,
            Self::Inv(_) => 5,
            Self::NewTransaction(_) => 6,
            Self::GetTransactions(_) => 7,
            Self::Transactions(_) => 8,
            Self::BlockFound(_) => 9,
            Self::GetHeaders(_) => 10,
            Self::Headers(_) => 11,
            Self::GetBodies(_) => 12,
            Self::Bodies(_) => 13,
            Self::Bye => 14,
            Self::Checkpoints(_) => 15,
            Self::GetCertificates(_) => 16,
            Self::Certificates(_) => 17,
            Self::Votes(_) => 18,
            Self::Evidence(_) => 19,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consensus::finality::{Epoch, Vote, VoteLink};
    use crate::testkit::{Grower, key, params};

    fn samples() -> Vec<Message> {
        let mut grower = Grower::new(params());
        let transfer = grower.transfer("alice", 0, "bob", 1);
        let block = grower.work_block("miner", 1_000, vec![transfer.clone()]);
        let record = NodeRecord::sign(&key("pow-1"), "pow-1", NodeKind::Pow, "tab-1", Timestamp(1));
        let head = HeadInfo {
            id: block.id(),
            height: Height(1),
            weight: Weight(16),
        };
        let ids = vec![transfer.id()];
        let compact = CompactBlock {
            header: block.header,
            seal: block.seal,
            data: vec![1],
            transactions: ids.clone(),
        };
        let checkpoint = |epoch| Checkpoint {
            epoch: Epoch(epoch),
            id: block.id(),
        };
        let link = VoteLink {
            source: checkpoint(0),
            target: checkpoint(1),
        };
        let chain_id = grower.chain.chain_id();
        let vote = Vote { chain_id, link }.sign(&key("poa-1"));
        let certificate = Certificate {
            chain_id,
            link,
            marks: vec![1],
            signatures: vec![vote.signature],
        };
        let progress = Progress {
            justified: link.source,
            finalised: link.source,
            open: Digest::ZERO,
        };
        vec![
            Message::Hello {
                record: record.clone(),
                head,
            },
            Message::HelloAck {
                record: record.clone(),
                head,
            },
            Message::Ping {
                token: 1,
                head,
                answer_by: Some(record.id),
                progress: Some(progress),
            },
            Message::Pong { token: 1, head },
            Message::NodeList(vec![record]),
            Message::Inv(ids.clone()),
            Message::NewTransaction(transfer.clone()),
            Message::GetTransactions(ids),
            Message::Transactions(vec![transfer]),
            Message::BlockFound(compact),
            Message::GetHeaders(vec![block.id()]),
            Message::Headers(vec![(block.header, block.seal)]),
            Message::GetBodies(vec![block.id()]),
            Message::Bodies(vec![(block.id(), block.body)]),
            Message::Bye,
            Message::Checkpoints(progress),
            Message::GetCertificates(vec![link.source]),
            Message::Certificates(vec![certificate]),
            Message::Votes(vec![vote]),
            Message::Evidence(Box::new(Evidence::Votes(vote, vote))),
        ]
    }

    #[test]
    fn every_message_round_trips_under_its_own_type() {
        for (byte, message) in samples().into_iter().enumerate() {
            let (kind, payload) = message.encode();
            assert_eq!(usize::from(kind.byte()), byte);
            assert_eq!(message.kind(), kind);
            assert_eq!(kind == MessageType::INV, matches!(message, Message::Inv(_)));
            assert_eq!(
                kind == MessageType::NEW_TRANSACTION,
                matches!(message, Message::NewTransaction(_))
            );
            assert_eq!(
                kind == MessageType::HEADERS,
                matches!(message, Message::Headers(_))
            );
            assert_eq!(
                kind == MessageType::BODIES,
                matches!(message, Message::Bodies(_))
            );
            assert_eq!(
                kind == MessageType::VOTES,
                matches!(message, Message::Votes(_))
            );
            assert!(payload.len() <= kind.limit(), "{}", kind.name());
            assert_eq!(Message::decode(kind, &payload), Some(message));
            assert_eq!(
                Message::decode(kind, &[payload, vec![0]].concat()),
                None,
                "{}",
                kind.name()
            );
        }
    }

    #[test]
    fn a_record_is_genuine_only_as_it_was_signed() {
        let record = NodeRecord::sign(&key("pow-1"), "pow-1", NodeKind::Pow, "tab", Timestamp(1));
        assert!(record.is_genuine());
        assert!(
            !NodeRecord {
                name: "poa-1".into(),
                ..record.clone()
            }
            .is_genuine()
        );
        assert!(
            !NodeRecord {
                id: key("pow-2").node_id(),
                ..record
            }
            .is_genuine()
        );
    }
}
