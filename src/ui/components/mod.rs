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

pub(crate) use basics::{Answered, Busy, Confirm, Copy, Fact, Facts, HashLink, HexDump, Refusal, To, focus, here};
pub(crate) use graph::Graph;
pub(crate) use header::{Footer, Header};
pub(crate) use inspector::Inspector;
pub(crate) use log_view::{LogLines, LogView};
pub(crate) use marks::{BlockMark, NodeMark};
pub(crate) use nodes_table::NodesTable;
pub(crate) use notices::{Notices, Problems};
pub(crate) use search::go;
pub(crate) use strip::Strip;
pub(crate) use tree_view::{TreeView, candidates};
