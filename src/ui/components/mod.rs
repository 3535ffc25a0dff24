//! The parts that pages are made of.

mod basics;
mod graph;
mod header;
mod inspector;
mod log_view;
mod marks;
mod miners;
mod nodes_table;
mod notices;
mod pulses;
mod search;
mod strip;
mod tree_view;

pub(crate) use basics::{
    Asking, answered, busy, copied_fact, copy_button, fact, facts, focus, hash_fact, hash_link,
    hash_text, here, hex_dump, refusal, to, to_tab, to_titled, use_bytes, use_confirm,
};
pub(crate) use graph::use_graph;
pub(crate) use header::{footer, header};
pub(crate) use inspector::inspector;
pub(crate) use log_view::{use_log_lines, use_log_view};
pub(crate) use marks::{block_mark, node_mark};
pub(crate) use nodes_table::nodes_table;
pub(crate) use notices::{notices, problems};
pub(crate) use search::{go, use_search};
pub(crate) use strip::strip;
pub(crate) use tree_view::{candidates, tree_view};
