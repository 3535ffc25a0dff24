//! The state of each page: a model, its messages, and one update. Tested natively.
//!
//! A page of `ui` holds one of these models, sends it messages, and draws it. What a page derives
//! from the network's picture (sentences, lines of tables) is in these files as well, as pure
//! functions.

pub mod block;
pub mod chain;
pub mod charts;
pub mod compose;
pub mod finality;
pub mod lab;
pub mod ledger;
pub mod log;
pub mod network;
pub mod notices;
pub mod pulses;
pub mod search;
pub mod selection;
pub mod settings;
pub mod table;
pub mod tamper;
pub mod terminal;
pub mod tour;
pub mod transact;
pub mod transaction;
mod typed;

/// The state of a page or of a part of one: it changes by its messages only.
pub trait PageModel: Clone + PartialEq {
    /// What changes the state.
    type Message;

    /// Carries out a message.
    fn update(&mut self, message: Self::Message);
}
