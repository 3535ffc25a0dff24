//! One file for each page, and one for what a larger page consists of.

mod block;
mod chain;
mod charts;
mod compose;
mod console;
mod lab;
mod ledger;
mod missing;
mod network;
mod settings;
mod table;
mod transact;
mod transaction;

pub(crate) use block::BlockPage;
pub(crate) use chain::ChainPage;
pub(crate) use charts::ChartsPage;
pub(crate) use console::ConsolePage;
pub(crate) use lab::LabPage;
pub(crate) use ledger::LedgerPage;
pub(crate) use missing::MissingPage;
pub(crate) use network::NetworkPage;
pub(crate) use settings::SettingsPage;
pub(crate) use transact::TransactPage;
pub(crate) use transaction::TransactionPage;
