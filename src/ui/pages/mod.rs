//! One file for each page, and one for what a larger page consists of.

mod block;
mod chain;
mod compose;
mod console;
mod lab;
mod lab_place;
mod ledger;
mod missing;
mod network;
mod settings;
mod table;
mod transact;
mod transaction;

pub(crate) use block::BlockPage;
pub(crate) use chain::ChainPage;
pub(crate) use console::ConsolePage;
pub(crate) use lab::LabPage;
pub(crate) use lab_place::{LABORATORY, LabPlace};
pub(crate) use ledger::LedgerPage;
pub(crate) use missing::MissingPage;
pub(crate) use network::NetworkPage;
pub(crate) use settings::SettingsPage;
pub(crate) use transact::TransactPage;
pub(crate) use transaction::TransactionPage;
