//! One file for each page, and one for what a larger page consists of.

mod block;
mod chain;
mod charts;
mod compose;
mod console;
mod lab;
mod lab_place;
mod ledger;
mod live;
mod missing;
mod network;
mod reorganisation;
mod settings;
mod table;
mod tamper;
mod transact;
mod transaction;

pub(crate) use lab::LabPage;
pub(crate) use lab_place::{LABORATORY, LabPlace};
pub(crate) use live::live;
pub(crate) use missing::missing_page;
pub(crate) use settings::SettingsPage;
