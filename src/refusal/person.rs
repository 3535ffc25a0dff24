//! Why the page does not do what a person or a script asks it for.

use borsh::{BorshDeserialize, BorshSerialize};

use crate::primitives::{ParseHexError, WordError, WordRule, codes};

/// Why the network of this page does not do it.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum NetworkError {
    /// The network is not open yet.
    #[error("expected a running network, found one that is starting")]
    Starting,
    /// The page closed before.
    #[error("the page was closed before the network was open")]
    ClosedEarly,
    /// The page has closed.
    #[error("the page's network was closed")]
    Closed,
    /// No node of this tab runs.
    #[error("expected a running node in this tab, found none; `start all` starts them")]
    NoNode,
    /// No node has this name or id.
    #[error("expected one of {}, found \"{found}\"", listed(known))]
    UnknownNode {
        /// The names that there are.
        known: Vec<String>,
        /// The text.
        found: String,
    },
    /// Another tab runs the node.
    #[error("{node} belongs to another tab of this network: expected a node of this tab")]
    OtherTab {
        /// The node.
        node: String,
    },
    /// Another tab runs the network.
    #[error(
        "expected the tab that runs the network, found one that watches: wipe the network there"
    )]
    Watching,
    /// A link needs two ends.
    #[error("expected two different nodes, found {node} twice")]
    SameNode {
        /// The node.
        node: String,
    },
    /// Only these vote and seal.
    #[error("expected a proof-of-authority node, found {node}, which is none")]
    NoAuthority {
        /// The node.
        node: String,
    },
    /// Somebody must vote and seal.
    #[error("expected another authority to stay, found {node} alone")]
    LastAuthority {
        /// The node.
        node: String,
    },
    /// No room for another node.
    #[error("expected at most {limit} nodes in one network, found {limit} already")]
    TooManyNodes {
        /// Bound.
        limit: usize,
    },
    /// No room for another authority.
    #[error("expected at most {limit} authorities, found {limit} already")]
    TooManyAuthorities {
        /// Bound.
        limit: usize,
    },
}

fn listed(known: &[String]) -> String {
    if known.is_empty() {
        "no node".to_owned()
    } else {
        known.join(", ")
    }
}

codes! {
    NetworkError {
        Starting => "starting", "the network is not open yet";
        ClosedEarly => "starting", "the network is not open yet";
        Closed => "closed", "the page was closed";
        NoNode => "no_node", "no node of this tab runs";
        UnknownNode => "unknown_node", "no node has this name or id";
        OtherTab => "other_tab", "another tab runs this node";
        Watching => "other_tab", "another tab runs this node";
        SameNode => "same_node", "a link needs two different nodes";
        NoAuthority => "no_authority", "the node is no proof-of-authority node";
        LastAuthority => "last_authority", "nobody would be left to vote and seal";
        TooManyNodes => "too_many_nodes", "the network has as many nodes as it may have";
        TooManyAuthorities => "too_many_authorities", "the network has as many authorities as it may have";
    }
}

/// Why the page does not sign or send.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum WalletError {
    /// The page does not hold the sender's key.
    #[error("expected a sender whose key this page holds ({known}), found \"{found}\"")]
    Sender {
        /// Names of the keys that it holds.
        known: String,
        /// The sender.
        found: String,
    },
    /// Nobody has the receiver's name.
    #[error(
        "expected a registered name such as {known}, or an address of 64 hexadecimal digits, found \"{found}\""
    )]
    Receiver {
        /// Names that are known.
        known: String,
        /// The receiver.
        found: String,
    },
    /// The new user's name is outside its alphabet.
    #[error("expected {}, found \"{}\"", .0.expected, .0.found)]
    NameMalformed(WordError),
    /// A draft's name or symbol is outside its alphabet.
    #[error("\"{}\" is no {}", .0.found, noun(.0.expected))]
    Word(WordError),
    /// The new user's name belongs to somebody.
    #[error("expected a name that nobody has, found \"{name}\"")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No room for another person.
    #[error("expected at most {limit} persons in one browser, found {limit} already")]
    TooManyUsers {
        /// Bound.
        limit: usize,
    },
    /// A sender's transactions in the page's queue.
    #[error(
        "expected at most {limit} transactions of one sender that wait to be sent, found {limit} already"
    )]
    TooManyUnsent {
        /// Bound.
        limit: usize,
    },
    /// Nothing is missing.
    #[error("expected a transaction of {who} that no running node has, found none")]
    NothingUnsent {
        /// The sender.
        who: String,
    },
    /// No id of an asset.
    #[error("expected an asset id, found \"{found}\": {error}")]
    Asset {
        /// The text.
        found: String,
        /// What is wrong with it.
        error: ParseHexError,
    },
}

const fn noun(rule: WordRule) -> &'static str {
    match rule {
        WordRule::Name => "name",
        WordRule::Symbol => "symbol",
    }
}

codes! {
    WalletError {
        Sender => "unknown_user", "there is no such user, or this page does not hold the key";
        Receiver => "unknown_user", "there is no such user, or this page does not hold the key";
        NameMalformed => "name_malformed", "a name or symbol is outside its alphabet or length";
        Word => "name_malformed", "a name or symbol is outside its alphabet or length";
        NameTaken => "name_taken", "the name belongs to somebody else";
        TooManyUsers => "too_many_users", "the browser keeps as many persons as it may";
        TooManyUnsent => "too_many_unsent", "too many transactions of one sender wait to be sent";
        NothingUnsent => "nothing_unsent", "nothing of the sender is missing";
        Asset => "asset_malformed", "the text is no id of an asset";
    }
}

/// Why an argument of a call is not taken.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize, thiserror::Error)]
pub enum ArgumentError {
    /// A value of another kind or outside its bounds.
    #[error("{name}: expected {expected}, found {found}")]
    Wrong {
        /// The argument.
        name: String,
        /// What it may be.
        expected: String,
        /// What it is, as a script would write it.
        found: String,
    },
    /// `set` without anything to set.
    #[error("set: expected {{ difficulty }}, {{ pace }} or {{ miners }}, found none of them")]
    NothingToSet,
}

codes! {
    ArgumentError {
        Wrong => "argument_wrong", "an argument is of another kind or outside its bounds";
        NothingToSet => "argument_missing", "a command or call lacks an argument";
    }
}
