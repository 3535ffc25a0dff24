//! One file for each page.

mod block;
mod chain;
mod compose;
mod console;
mod fields;
mod ledger;
mod missing;
mod network;
mod settings;
mod table_view;
mod transact;
mod transaction;

pub(crate) use block::Block;
pub(crate) use chain::Chain;
pub(crate) use console::Console;
pub(crate) use ledger::Ledger;
pub(crate) use missing::Missing;
pub(crate) use network::Network;
pub(crate) use settings::Settings;
pub(crate) use transact::Transact;
pub(crate) use transaction::Transaction;
