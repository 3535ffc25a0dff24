//! One file for each page, and one for what larger pages consist of.

mod block;
mod chain;
mod compose;
mod console;
mod fields;
mod ledger;
mod missing;
mod network;
mod sections;
mod settings;
mod table_view;
mod transact;
mod transaction;

pub(crate) use block::use_block;
pub(crate) use chain::use_chain;
pub(crate) use compose::{Composed, use_compose};
pub(crate) use console::{console, use_commands};
pub(crate) use ledger::{Read, use_ledger, use_rows};
pub(crate) use missing::missing;
pub(crate) use network::use_network;
pub(crate) use sections::{Section, use_drawn, use_section};
pub(crate) use settings::use_settings;
pub(crate) use transact::{use_followed, use_transact};
pub(crate) use transaction::use_transaction;
