//! What people see of a node: answers to requests, rows of `status`, the rows of its ledger, and
//! sentences. Display apart from the protocol: nothing here decides what the node does.

mod answers;
mod clock;
mod decided;
mod finality;
mod inspect;
mod lookup;
mod notice;
mod reorganisation;
mod rows;
mod status;
mod why;
#[cfg(test)]
mod why_tests;

pub use clock::ClockNotice;
pub use decided::FinalityNotice;
pub use notice::Notice;
pub(super) use rows::open_undo;

use super::{Answer, Node, Outbox};
