//! The page of a transaction: its content in a sentence, and how far it is on its way.

use crate::ipc::TransactionInfo;
use crate::primitives::visible;
use crate::records::{BlockFinality, PayloadKind, TransactionStatus};
use crate::view::Model;
use crate::view::figures::{count_of, grouped};
use crate::view::words;

/// A transaction in one sentence.
#[must_use]
pub fn sentence(tx: &TransactionInfo) -> String {
    words::transaction(
        tx.kind,
        &words::who(&tx.from_user),
        &words::who(&tx.to_user),
        tx.amount,
        &tx.memo,
    )
}

/// The memo of a transfer; of other kinds the sentence holds it already.
#[must_use]
pub fn memo(tx: &TransactionInfo) -> String {
    if tx.kind == PayloadKind::Transfer {
        visible(&tx.memo)
    } else {
        String::new()
    }
}

/// How far a step of the way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// It is behind.
    Done,
    /// It comes next.
    Next,
    /// It will not come.
    Failed,
}

/// What a transaction is dated by, as a name for its date. It has none of its own: while it waits,
/// nodes know when they saw it first, and later only when it was decided.
#[must_use]
pub const fn dated(status: TransactionStatus) -> &'static str {
    match status {
        TransactionStatus::Pending => "First seen",
        TransactionStatus::Committed => "Date of its block",
        TransactionStatus::Dropped => "Dropped at",
    }
}

/// The last step of a transaction's way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
    /// How far it is.
    pub progress: Progress,
    /// What happened.
    pub title: String,
    /// More about it.
    pub more: String,
}

/// What became of a transaction.
#[must_use]
pub fn fate(tx: &TransactionInfo) -> Fate {
    let (progress, title, more) = match (tx.status, tx.height) {
        (TransactionStatus::Committed, Some(height)) => (
            Progress::Done,
            format!("Committed at height {}", grouped(height)),
            match tx.finality {
                BlockFinality::Plain => count_of(tx.confirmations, "confirmation", "confirmations"),
                decided @ (BlockFinality::Justified | BlockFinality::Final) => format!(
                    "{}, {decided}",
                    count_of(tx.confirmations, "confirmation", "confirmations")
                ),
            },
        ),
        (TransactionStatus::Dropped, _) => {
            (Progress::Failed, "Dropped".to_owned(), tx.reason.clone())
        }
        (TransactionStatus::Pending | TransactionStatus::Committed, _) => (
            Progress::Next,
            "Waiting for a block".to_owned(),
            "pending in the mempools".to_owned(),
        ),
    };
    Fate {
        progress,
        title,
        more,
    }
}

/// How many of the nodes of this tab hold it.
#[must_use]
pub fn seen(tx: &TransactionInfo, model: &Model) -> String {
    let own = model.nodes.iter().filter(|node| node.own && node.is_up());
    let nodes = u32::try_from(own.count()).unwrap_or(u32::MAX);
    format!("Seen by {} of {}", tx.seen_by, nodes.max(tx.seen_by))
}

/// The status of a transaction, in two words.
#[must_use]
pub fn standing(tx: &TransactionInfo) -> (Progress, String) {
    match (tx.status, tx.height) {
        (TransactionStatus::Committed, Some(height)) => {
            (Progress::Done, format!("committed at {}", grouped(height)))
        }
        (TransactionStatus::Dropped, _) => (Progress::Failed, "dropped".to_owned()),
        (other, _) => (Progress::Next, other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::transact::tests::transaction;
    use super::*;

    #[test]
    fn a_transaction_waits_until_it_is_committed_or_dropped() {
        let fate_of = |status| {
            let fate = fate(&transaction("1", status));
            (fate.progress, fate.title, fate.more)
        };
        let waits = (
            Progress::Next,
            "Waiting for a block".into(),
            "pending in the mempools".into(),
        );
        assert_eq!(fate_of(TransactionStatus::Pending), waits);
        let done = (
            Progress::Done,
            "Committed at height 1,234".into(),
            "2 confirmations".into(),
        );
        assert_eq!(fate_of(TransactionStatus::Committed), done);
        let dropped = (Progress::Failed, "Dropped".into(), "replaced".into());
        assert_eq!(fate_of(TransactionStatus::Dropped), dropped);
    }

    #[test]
    fn the_date_is_named_by_what_it_is_of() {
        let named = [
            (TransactionStatus::Pending, "First seen"),
            (TransactionStatus::Committed, "Date of its block"),
            (TransactionStatus::Dropped, "Dropped at"),
        ];
        for (status, name) in named {
            assert_eq!(dated(status), name);
        }
    }

    #[test]
    fn a_final_transaction_says_so() {
        let mut tx = transaction("1", TransactionStatus::Committed);
        for (finality, more) in [
            (BlockFinality::Justified, "2 confirmations, justified"),
            (BlockFinality::Final, "2 confirmations, final"),
        ] {
            tx.finality = finality;
            assert_eq!(fate(&tx).more, more);
        }
    }

    #[test]
    fn the_standing_names_the_height_only_of_a_committed_one() {
        let standing = |status| standing(&transaction("1", status));
        assert_eq!(
            standing(TransactionStatus::Committed),
            (Progress::Done, "committed at 1,234".into())
        );
        assert_eq!(
            standing(TransactionStatus::Pending),
            (Progress::Next, "pending".into())
        );
        assert_eq!(
            standing(TransactionStatus::Dropped),
            (Progress::Failed, "dropped".into())
        );
    }

    #[test]
    fn it_is_never_seen_by_more_nodes_than_there_are() {
        let seen = seen(
            &transaction("1", TransactionStatus::Pending),
            &Model::new("main"),
        );
        assert_eq!(seen, "Seen by 3 of 3");
    }

    #[test]
    fn the_memo_of_a_transfer_is_shown_once() {
        let transfer = transaction("1", TransactionStatus::Pending);
        assert_eq!(
            (sentence(&transfer).as_str(), memo(&transfer).as_str()),
            ("alice sends 10 coins to bob", "hi")
        );
        let mut hidden = transfer.clone();
        hidden.memo = "a\u{200B}b".into();
        assert_eq!(memo(&hidden), "a[U+200B]b", "nothing hides");
        let mut message = transfer;
        message.kind = PayloadKind::Message;
        assert_eq!(
            (sentence(&message).as_str(), memo(&message).as_str()),
            ("alice writes “hi” to bob", "")
        );
    }
}
