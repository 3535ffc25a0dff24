//! What a reorganisation did, in words, and where its report is.
//!
//! Bound: [`MAX_LISTED`] of the log are listed.

use std::rc::Rc;

use super::Model;
use super::figures::{count_of, grouped, short};
use super::route::Route;
use super::words;
use crate::ipc::{Event, Reorganisation, Topic};
use crate::records::{BalanceChange, BranchRecord, Fate, LeftTransaction};

/// Reorganisations of the log that are listed.
pub const MAX_LISTED: usize = 8;

/// The reorganisations of the log, the newest first, and how many more there are.
#[must_use]
pub fn latest(model: &Model) -> (Vec<Rc<Event>>, usize) {
    let log = model.log.iter().rev();
    let all = log.filter(|event| event.topic == Topic::Reorg && event.old_head.is_some());
    let mut all: Vec<Rc<Event>> = all.cloned().collect();
    let more = all.len().saturating_sub(MAX_LISTED);
    all.truncate(MAX_LISTED);
    (all, more)
}

/// Where the report of an event is, if it is a reorganisation.
#[must_use]
pub fn place(event: &Event) -> Option<Route> {
    let (before, after) = (event.old_head.clone()?, event.block_hash.clone()?);
    Some(Route::Reorganisation(event.node.clone(), before, after))
}

/// How deep it was.
#[must_use]
pub fn depth(report: &Reorganisation) -> String {
    format!(
        "{}: {} left the best chain, {} joined it, above block {}.",
        report.node,
        count_of(report.left.count, "block", "blocks"),
        grouped(report.joined.count),
        grouped(report.fork)
    )
}

/// Why the other branch won.
#[must_use]
pub fn weights(report: &Reorganisation) -> String {
    let (left, joined) = (report.left.weight, report.joined.weight);
    let why = if joined > left {
        format!("heavier by {}", grouped(joined - left))
    } else if joined == left {
        "of one weight, so the tie was decided by the hashes".to_owned()
    } else {
        "lighter, but above what two thirds of the authorities confirmed".to_owned()
    };
    format!(
        "What left weighed {}; what joined weighs {}: {why}.",
        grouped(left),
        grouped(joined)
    )
}

/// Blocks of a side that are not listed; nothing where all are.
#[must_use]
pub fn more_blocks(branch: &BranchRecord) -> Option<String> {
    let listed = u64::try_from(branch.blocks.len()).unwrap_or(u64::MAX);
    more(branch.count.saturating_sub(listed), ("block", "blocks"))
}

/// That more of something is not listed.
#[must_use]
pub fn more(count: u64, (one, many): (&str, &str)) -> Option<String> {
    let what = if count == 1 { one } else { many };
    (count > 0).then(|| format!("and {} more {what}", grouped(count)))
}

/// A transaction that left, in a sentence.
#[must_use]
pub fn transaction(left: &LeftTransaction) -> String {
    let (from, to) = (words::who(&left.from_user), words::who(&left.to_user));
    words::transaction(left.kind, &from, &to, left.amount, "")
}

/// What became of it.
#[must_use]
pub fn fate(fate: &Fate) -> String {
    match fate {
        Fate::InBoth(height) => format!("in the other branch too, at height {}", grouped(*height)),
        Fate::Again(height) => format!("committed again at height {}", grouped(*height)),
        Fate::Waits => "back in the mempool".to_owned(),
        Fate::Conflict(id) => format!("in conflict with {}, which has its nonce", short(id)),
        Fate::Dropped(reason) => format!("dropped: {reason}"),
        Fate::Gone => "gone: this node has forgotten it".to_owned(),
    }
}

/// How an account's coins changed.
#[must_use]
pub fn change(balance: &BalanceChange) -> String {
    let (before, after) = (balance.before, balance.after);
    match after.cmp(&before) {
        std::cmp::Ordering::Less => format!("−{}", grouped(before - after)),
        std::cmp::Ordering::Equal => "the same".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", grouped(after - before)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::event;
    use super::*;
    use crate::ipc::Level;

    fn report(left: u64, joined: u64) -> Reorganisation {
        let branch = |weight| BranchRecord {
            blocks: Vec::new(),
            count: 3,
            weight,
        };
        Reorganisation {
            node: "pow-1".into(),
            fork: 1_234,
            fork_hash: "ab".into(),
            left: branch(left),
            joined: branch(joined),
            transactions: Vec::new(),
            more_transactions: 0,
            balances: None,
            more_balances: 0,
        }
    }

    #[test]
    fn the_side_that_won_is_heavier_or_won_the_tie_or_is_confirmed() {
        assert_eq!(
            depth(&report(1, 2)),
            "pow-1: 3 blocks left the best chain, 3 joined it, above block 1,234."
        );
        assert!(weights(&report(512, 768)).ends_with("heavier by 256."));
        assert!(weights(&report(512, 512)).contains("the tie was decided by the hashes"));
        assert!(weights(&report(512, 256)).contains("two thirds of the authorities"));
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let side = report(1, 1).left;
        assert_eq!(more_blocks(&side).as_deref(), Some("and 3 more blocks"));
        assert_eq!(more(0, ("block", "blocks")), None);
        assert_eq!(
            more(1, ("account", "accounts")).as_deref(),
            Some("and 1 more account")
        );
    }

    #[test]
    fn a_conflict_names_its_rival_and_a_change_has_its_sign() {
        let rival = Fate::Conflict("0123456789".into());
        assert_eq!(
            fate(&rival),
            "in conflict with 01234567, which has its nonce"
        );
        let balance = |before, after| BalanceChange {
            address: "ab".into(),
            name: "alice".into(),
            before,
            after,
        };
        let changes =
            [(5, 1_205), (7, 7), (1_300, 100)].map(|(one, other)| change(&balance(one, other)));
        assert_eq!(changes, ["+1,200", "the same", "−1,200"]);
    }

    #[test]
    fn the_log_leads_to_the_latest_reports() {
        let mut model = Model::new("main");
        for at in 0..MAX_LISTED as u64 + 2 {
            let mut event = event("pow-1", at, Level::Info);
            event.topic = Topic::Reorg;
            event.old_head = Some("aa".into());
            event.block_hash = Some("bb".into());
            model.log.push_back(Rc::new(event));
        }
        let mut other = event("pow-1", 99, Level::Info);
        other.block_hash = Some("bb".into());
        assert_eq!(place(&other), None);
        model.log.push_back(Rc::new(other));
        let (listed, more) = latest(&model);
        assert_eq!((listed.len(), listed[0].at, more), (MAX_LISTED, 9, 2));
        let expected = Route::Reorganisation("pow-1".into(), "aa".into(), "bb".into());
        assert_eq!(place(&listed[0]), Some(expected));
    }
}
