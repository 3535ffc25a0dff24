//! What a log line is about, and how much it matters.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use super::BlockSummary;

/// How much a log line matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Every frame and every progress report.
    Debug,
    /// What a person wants to follow.
    Info,
    /// Something was refused or late.
    Warn,
    /// Something is broken.
    Error,
}

/// What a log line is about; the event names of the scripting API.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, BorshSerialize, BorshDeserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Topic {
    /// A block was found, sealed or accepted.
    Block,
    /// The best chain changed its branch.
    Reorg,
    /// A transaction entered, was committed, returned or was dropped.
    Transaction,
    /// A frame was sent or received.
    Message,
    /// Something was refused, with the rule.
    Refused,
    /// The ledger committed, failed or recovered.
    Storage,
    /// Progress of a search.
    Mining,
    /// Peers, links, start and stop.
    Network,
    /// An authority voted.
    Vote,
    /// A checkpoint was justified.
    Justified,
    /// A checkpoint and all below it became final.
    Final,
    /// An authority was proven guilty, or the votes contradict themselves.
    Evidence,
}

impl Topic {
    /// All topics.
    pub const ALL: [Self; 12] = [
        Self::Block,
        Self::Reorg,
        Self::Transaction,
        Self::Message,
        Self::Refused,
        Self::Storage,
        Self::Mining,
        Self::Network,
        Self::Vote,
        Self::Justified,
        Self::Final,
        Self::Evidence,
    ];

    /// The words for scripts, as a refusal names them.
    pub const EXPECTED: &str = "one of block, reorg, transaction, message, refused, storage, mining, network, vote, justified, final, \
                                evidence, log";

    /// The word of it in the log and for scripts.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Reorg => "reorg",
            Self::Transaction => "transaction",
            Self::Message => "message",
            Self::Refused => "refused",
            Self::Storage => "storage",
            Self::Mining => "mining",
            Self::Network => "network",
            Self::Vote => "vote",
            Self::Justified => "justified",
            Self::Final => "final",
            Self::Evidence => "evidence",
        }
    }

    /// What happened, for the reference.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Block => "a block was found, sealed or accepted",
            Self::Reorg => "the best chain changed its branch",
            Self::Transaction => "a transaction entered, was committed, returned or was dropped",
            Self::Message => "a frame was sent or received",
            Self::Refused => "something was refused, with the rule",
            Self::Storage => "the ledger committed, failed or recovered",
            Self::Mining => "a search made progress",
            Self::Network => "peers, links, start and stop",
            Self::Vote => "an authority voted",
            Self::Justified => "a checkpoint was justified",
            Self::Final => "a checkpoint and all below it became final",
            Self::Evidence => "an authority was proven guilty, or the votes contradict themselves",
        }
    }

    /// The topic of a word as scripts write it; `None` for any other, `log` included.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.word() == word)
    }

    /// The lowest level of what is told about it.
    #[must_use]
    pub const fn least(self) -> Level {
        match self {
            Self::Message | Self::Storage | Self::Mining => Level::Debug,
            Self::Block
            | Self::Reorg
            | Self::Transaction
            | Self::Refused
            | Self::Network
            | Self::Vote
            | Self::Justified
            | Self::Final
            | Self::Evidence => Level::Info,
        }
    }
}

/// Something that happened on a node.
#[derive(Clone, Debug, PartialEq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Event {
    /// Name of the node, or `page` for what the page itself says.
    pub node: String,
    /// When, in milliseconds since 1970.
    pub at: u64,
    /// How much it matters.
    pub level: Level,
    /// What it is about.
    pub topic: Topic,
    /// A sentence.
    pub text: String,
    /// The block it is about, for [`Topic::Block`].
    pub block: Option<BlockSummary>,
    /// Id of the block that was refused or put off, or that a reorganisation made the head.
    pub block_hash: Option<String>,
    /// Id of the head that a reorganisation left.
    pub old_head: Option<String>,
    /// Id of the transaction it is about: 64 lower-case hex digits.
    pub tx_hash: Option<String>,
    /// The other node: of a message, or the one that a block or transaction came from. Hexadecimal
    /// node id.
    pub peer: Option<String>,
}

impl Event {
    /// Whether it names what it is about, or where that came from.
    #[must_use]
    pub const fn refers(&self) -> bool {
        self.block.is_some()
            || self.block_hash.is_some()
            || self.tx_hash.is_some()
            || self.peer.is_some()
    }

    /// A sentence on its own: about no block, transaction or other node.
    #[must_use]
    pub const fn plain(node: String, at: u64, level: Level, topic: Topic, text: String) -> Self {
        Self {
            node,
            at,
            level,
            topic,
            text,
            block: None,
            block_hash: None,
            old_head: None,
            tx_hash: None,
            peer: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Topic;

    #[test]
    fn a_topic_has_the_word_that_scripts_get() {
        for topic in Topic::ALL {
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.word());
            assert_eq!(Topic::of_word(topic.word()), Some(topic));
        }
        let words = Topic::ALL.map(Topic::word).join(", ");
        assert_eq!(Topic::EXPECTED, format!("one of {words}, log"));
        assert_eq!(Topic::of_word("log"), None);
    }
}
