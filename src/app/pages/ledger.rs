//! The page of the ledger: whose ledger is read, and what is asked of a table.

use super::PageModel;
use crate::ledger::{Query, Table};
use crate::view::figures::grouped;
use crate::view::{Model, NodeView};

/// Rows of a page.
pub const ROWS: u32 = 25;
/// Nodes write what changes all the time, such as their miners' rows, this often.
const ROWS_MS: u64 = 4_000;

/// What a table is for.
#[must_use]
pub const fn about(table: Table) -> &'static str {
    match table {
        Table::Blocks => "Every valid block, of the best chain and beside it.",
        Table::Transactions => {
            "Every transaction this node has seen: pending, committed or dropped."
        }
        Table::Nodes => "The nodes of the network that this node has heard of.",
        Table::Assets => "Assets that people created.",
        Table::Users => "Accounts with their balances, at this node's head.",
        Table::MiningPool => "The node's miner workers.",
        Table::State | Table::Finality | Table::Meta => "For the engine.",
    }
}

/// The table of a name, the first one where it is empty or unknown.
#[must_use]
pub fn table_named(name: &str) -> Table {
    Table::from_name(name)
        .filter(|table| Table::FOR_PEOPLE.contains(table))
        .unwrap_or(Table::Blocks)
}

/// The node whose ledger is shown: the chosen one, or the first that runs where that one was never
/// chosen or has gone.
#[must_use]
pub fn shown_node<'m>(model: &'m Model, chosen: &str) -> Option<&'m NodeView> {
    let own = || model.nodes.iter().filter(|node| node.own);
    own()
        .find(|node| node.status.name == chosen)
        .or_else(|| own().find(|node| node.is_up()))
}

/// What the rows depend on: the head, the mempool, and for rows that are written every few seconds
/// also the time.
#[must_use]
pub fn mark(node: &NodeView, table: Table, now: u64) -> String {
    let status = &node.status;
    let live = match table {
        Table::Nodes | Table::MiningPool => now / ROWS_MS,
        Table::Blocks
        | Table::Transactions
        | Table::Assets
        | Table::Users
        | Table::State
        | Table::Finality
        | Table::Meta => 0,
    };
    let (head, pending, durable) = (&status.head, status.pending, status.durable_height);
    format!("{head} {pending} {durable} {live}")
}

/// What is asked of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    table: Table,
    index: Option<&'static str>,
    key: String,
    descending: bool,
    page: u32,
}

/// What changes the question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuestionMessage {
    /// Orders and filters by the index of this name; by the key without one.
    Index(String),
    /// Another text to filter by.
    Filter(String),
    /// The other direction.
    Reverse,
    /// The page before.
    Back,
    /// The page after.
    Next,
}

impl Question {
    /// The usual view of a table: the newest first, filtered by a text, which may be empty.
    #[must_use]
    pub fn of(table: Table, filter: &str) -> Self {
        let hexadecimal = filter.len() == 64 && filter.bytes().all(|byte| byte.is_ascii_hexdigit());
        let index = match table {
            Table::Users if !filter.is_empty() && !hexadecimal => Some("name"),
            Table::Blocks if filter.is_empty() => Some("height"),
            Table::Transactions if filter.is_empty() => Some("timestamp"),
            Table::Blocks
            | Table::Transactions
            | Table::Nodes
            | Table::Assets
            | Table::Users
            | Table::MiningPool
            | Table::State
            | Table::Finality
            | Table::Meta => None,
        };
        Self {
            table,
            index,
            key: filter.to_owned(),
            descending: matches!(index, Some("height" | "timestamp")),
            page: 0,
        }
    }

    /// The table.
    #[must_use]
    pub const fn table(&self) -> Table {
        self.table
    }

    /// The index that orders; `None` for the key.
    #[must_use]
    pub const fn index(&self) -> Option<&'static str> {
        self.index
    }

    /// The field that orders and is filtered by.
    #[must_use]
    pub fn field(&self) -> &'static str {
        self.index.unwrap_or(self.table.key_field())
    }

    /// The text to filter by, as it is typed.
    #[must_use]
    pub fn filter(&self) -> &str {
        &self.key
    }

    /// Whether the highest come first.
    #[must_use]
    pub const fn is_descending(&self) -> bool {
        self.descending
    }

    /// The query of this page of rows.
    #[must_use]
    pub fn query(&self) -> Query {
        let key = self.key.trim();
        Query {
            table: self.table,
            index: self.index.map(ToOwned::to_owned),
            key: (!key.is_empty()).then(|| key.to_owned()),
            descending: self.descending,
            offset: self.page.saturating_mul(ROWS),
            limit: ROWS,
        }
    }

    /// Which rows of how many are shown.
    #[must_use]
    pub fn range(&self, total: u32) -> String {
        if total == 0 {
            return "No rows".to_owned();
        }
        let first = self.page.saturating_mul(ROWS);
        let last = total.min(first.saturating_add(ROWS));
        format!(
            "Rows {} to {} of {}",
            grouped(u64::from(first) + 1),
            grouped(last.into()),
            grouped(total.into())
        )
    }

    /// Whether there is a page before this one.
    #[must_use]
    pub const fn has_back(&self) -> bool {
        self.page > 0
    }

    /// Whether there is a page after this one.
    #[must_use]
    pub const fn has_next(&self, total: u32) -> bool {
        self.page + 1 < total.div_ceil(ROWS)
    }

    /// Why no row is shown.
    #[must_use]
    pub fn empty_text(&self, total: u32) -> &'static str {
        if total == 0 && self.key.trim().is_empty() {
            "The table is empty."
        } else {
            "No row matches."
        }
    }
}

impl PageModel for Question {
    type Message = QuestionMessage;

    fn update(&mut self, message: QuestionMessage) {
        self.page = match message {
            QuestionMessage::Back => self.page.saturating_sub(1),
            QuestionMessage::Next => self.page.saturating_add(1),
            QuestionMessage::Index(_) | QuestionMessage::Filter(_) | QuestionMessage::Reverse => 0,
        };
        match message {
            QuestionMessage::Index(name) => {
                let mut indexes = self.table.indexes().iter().copied();
                self.index = indexes.find(|index| *index == name);
            }
            QuestionMessage::Filter(text) => self.key = text,
            QuestionMessage::Reverse => self.descending = !self.descending,
            QuestionMessage::Back | QuestionMessage::Next => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::NodeState;
    use crate::view::testing::status;

    fn node(name: &str, own: bool, state: NodeState) -> NodeView {
        let mut status = status(name, "aa", 3);
        status.state = state;
        NodeView {
            status,
            miners: Vec::new(),
            peers: Vec::new(),
            own,
        }
    }

    #[test]
    fn a_table_shows_the_newest_first_and_a_filter_searches_the_key_or_a_name() {
        let blocks = Question::of(Table::Blocks, "");
        assert_eq!(
            (blocks.index(), blocks.is_descending()),
            (Some("height"), true)
        );
        let one = Question::of(Table::Blocks, "00ab");
        assert_eq!((one.index(), one.query().key), (None, Some("00ab".into())));
        assert_eq!(Question::of(Table::Users, "alice").field(), "name");
        assert_eq!(
            Question::of(Table::Users, &"ab".repeat(32)).field(),
            "address"
        );
        assert_eq!(Question::of(Table::Users, "").query().key, None);
    }

    #[test]
    fn pages_begin_again_when_order_filter_or_direction_changes() {
        let mut question = Question::of(Table::Transactions, "");
        for message in [
            QuestionMessage::Index("status".into()),
            QuestionMessage::Filter("committed".into()),
            QuestionMessage::Reverse,
        ] {
            question.update(QuestionMessage::Next);
            assert_eq!(question.query().offset, ROWS);
            question.update(message);
            assert_eq!(question.query().offset, 0);
        }
        assert_eq!(question.field(), "status");
        question.update(QuestionMessage::Index(String::new()));
        assert_eq!(question.field(), "tx_hash", "an unknown index is the key");
    }

    #[test]
    fn the_pages_end_with_the_rows() {
        let mut question = Question::of(Table::Blocks, "");
        assert_eq!(
            (question.has_back(), question.has_next(ROWS)),
            (false, false)
        );
        assert!(question.has_next(ROWS + 1));
        assert_eq!(question.range(ROWS + 1), "Rows 1 to 25 of 26");
        question.update(QuestionMessage::Next);
        assert_eq!(question.range(ROWS + 1), "Rows 26 to 26 of 26");
        assert_eq!(
            (question.has_back(), question.has_next(ROWS + 1)),
            (true, false)
        );
        question.update(QuestionMessage::Back);
        question.update(QuestionMessage::Back);
        assert_eq!(question.query().offset, 0);
        assert_eq!(question.range(0), "No rows");
    }

    #[test]
    fn an_empty_table_and_a_filter_that_takes_nothing_are_told_apart() {
        let mut question = Question::of(Table::Assets, "");
        assert_eq!(question.empty_text(0), "The table is empty.");
        question.update(QuestionMessage::Filter("x".into()));
        assert_eq!(question.empty_text(0), "No row matches.");
    }

    #[test]
    fn only_tables_for_people_have_a_page() {
        assert_eq!(table_named("users"), Table::Users);
        for odd in ["", "undo", "secrets"] {
            assert_eq!(table_named(odd), Table::Blocks, "{odd}");
        }
    }

    #[test]
    fn the_chosen_node_is_shown_also_while_it_is_stopped_else_the_first_that_runs() {
        let mut model = Model::new("main");
        model.nodes = vec![
            node("pow-1", true, NodeState::Stopped),
            node("pow-2", true, NodeState::Running),
            node("pow-9", false, NodeState::Remote),
        ];
        let name = |chosen: &str| shown_node(&model, chosen).map(|node| node.status.name.clone());
        assert_eq!(name("pow-1").as_deref(), Some("pow-1"));
        assert_eq!(
            name("pow-9").as_deref(),
            Some("pow-2"),
            "another tab's ledger is not here"
        );
        assert_eq!(name("").as_deref(), Some("pow-2"));
        assert!(shown_node(&Model::new("main"), "").is_none());
    }

    #[test]
    fn rows_that_are_written_all_the_time_are_read_again_every_few_seconds() {
        let node = node("pow-1", true, NodeState::Running);
        let changes = |table| mark(&node, table, 0) != mark(&node, table, ROWS_MS);
        assert!(changes(Table::MiningPool) && changes(Table::Nodes));
        assert!(!changes(Table::Blocks) && !changes(Table::Users));
    }
}
