//! The questions that the page asks a node, each with the type of its answer.
//!
//! Invariant: an answer of another type is a refusal here, in one place; nobody else takes an
//! answer apart.

use super::{Answer, Imported, Request};
use crate::ledger::{Page, Query};
use crate::records::{
    AccountInfo, BlockInfo, ChainInfo, FinalityInfo, MempoolInfo, PeerStatus, Reorganisation,
    Subject, TransactionInfo, WhyInfo,
};

/// A question to a node.
pub trait Ask {
    /// The type of its answer.
    type Answer;

    /// The question as a message.
    fn request(self) -> Request;

    /// The answer in a message; `None` for one to another question.
    fn answer(answer: Answer) -> Option<Self::Answer>;
}

/// Declares questions of the same fields as the requests that they are posted as.
macro_rules! questions {
    ($(
        $(#[$doc:meta])*
        $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty,)* } -> $answer:ty
            = $pattern:pat => $value:expr;
    )+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq)]
            pub struct $name {
                $($(#[$field_doc])* pub $field: $kind,)*
            }

            impl Ask for $name {
                type Answer = $answer;

                fn request(self) -> Request {
                    let Self { $($field,)* } = self;
                    Request::$name { $($field,)* }
                }

                fn answer(answer: Answer) -> Option<Self::Answer> {
                    if let $pattern = answer { Some($value) } else { None }
                }
            }
        )+
    };
}

questions! {
    /// Takes a signed transaction.
    Submit {
        /// Canonical bytes, signature included.
        raw: Vec<u8>,
    } -> TransactionInfo = Answer::Transaction(info) => *info;

    /// Takes a signed transaction, if it is the sender's next.
    SubmitNext {
        /// Canonical bytes, signature included.
        raw: Vec<u8>,
    } -> TransactionInfo = Answer::Transaction(info) => *info;

    /// An account with the next nonce.
    Account {
        /// Registered name or address in hexadecimal.
        who: String,
    } -> AccountInfo = Answer::Account(info) => info;

    /// Accounts, highest balance first, at most 500.
    Accounts {} -> Vec<AccountInfo> = Answer::Accounts(list) => list;

    /// Blocks of the best chain.
    Chain {
        /// Lowest height, counted from genesis = 0; the last blocks without it.
        from: Option<u64>,
        /// How many, at most 500.
        count: u32,
    } -> ChainInfo = Answer::Chain(info) => info;

    /// One block.
    Block {
        /// Hash, at least its first 4 digits, or height in decimal.
        which: String,
    } -> BlockInfo = Answer::Block(info) => *info;

    /// One transaction.
    Transaction {
        /// Id, or at least its first 4 digits.
        id: String,
    } -> TransactionInfo = Answer::Transaction(info) => *info;

    /// What waits.
    Mempool {} -> MempoolInfo = Answer::Mempool(info) => info;

    /// How far the chain is decided.
    Finality {} -> FinalityInfo = Answer::Finality(info) => *info;

    /// The peers whose own record is known, alive or not.
    Peers {} -> Vec<PeerStatus> = Answer::Peers(list) => list;

    /// Why something is as it is.
    Why {
        /// What it is about.
        about: Subject,
    } -> WhyInfo = Answer::Why(info) => info;

    /// What a change from one head to another did.
    Reorganised {
        /// Whole id of the head before, in hexadecimal.
        before: String,
        /// Whole id of the head that became it, in hexadecimal.
        after: String,
    } -> Reorganisation = Answer::Reorganised(report) => *report;

    /// The best chain as a file.
    Export {} -> Vec<u8> = Answer::File(bytes) => bytes;

    /// Takes the blocks of a file, after a check of all of them.
    Import {
        /// The file's bytes, as an export gives them.
        raw: Vec<u8>,
    } -> Imported = Answer::Imported(imported) => imported;

    /// Empties the ledger; the node begins again at genesis.
    Wipe {} -> () = Answer::Wiped => ();
}

impl Ask for Query {
    type Answer = Page;

    fn request(self) -> Request {
        Request::Ledger(self)
    }

    fn answer(answer: Answer) -> Option<Page> {
        if let Answer::Page(page) = answer {
            Some(page)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_takes_its_own_answer_and_no_other() {
        assert_eq!(Wipe {}.request(), Request::Wipe);
        assert_eq!(Wipe::answer(Answer::Wiped), Some(()));
        assert_eq!(Accounts::answer(Answer::Wiped), None);
        let page = Page {
            total: 3,
            rows: Vec::new(),
        };
        assert_eq!(
            Query::answer(Answer::Page(page.clone())),
            Some(page.clone())
        );
        assert_eq!(Peers::answer(Answer::Page(page)), None);
    }
}
