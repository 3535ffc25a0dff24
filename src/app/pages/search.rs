//! The search box: its text, and which suggestion is chosen by the arrow keys.

use super::PageModel;
use crate::view::find::{Found, Target};

/// The search box.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    text: String,
    active: usize,
}

/// What changes the search box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchMessage {
    /// Another text was typed: the first suggestion is chosen again.
    Type(String),
    /// The next of so many suggestions is chosen, after the last the first.
    Next(usize),
    /// The one before is chosen, before the first the last.
    Previous(usize),
    /// The box is empty again.
    Clear,
}

impl Search {
    /// The text in the box.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Which suggestion Enter follows, counted from 0.
    #[must_use]
    pub const fn active(&self) -> usize {
        self.active
    }

    /// Where Enter leads: to the chosen suggestion. A node may know what no suggestion explains.
    #[must_use]
    pub fn target(&self, found: &[Found]) -> Option<Target> {
        let asked = self.text.trim();
        found
            .get(self.active)
            .map(|found| found.target.clone())
            .or_else(|| (!asked.is_empty()).then(|| Target::Ask(asked.to_owned())))
    }
}

impl PageModel for Search {
    type Message = SearchMessage;

    fn update(&mut self, message: SearchMessage) {
        match message {
            SearchMessage::Type(text) => (self.text, self.active) = (text, 0),
            SearchMessage::Next(0) | SearchMessage::Previous(0) => {}
            SearchMessage::Next(count) => self.active = (self.active + 1) % count,
            SearchMessage::Previous(count) => self.active = (self.active + count - 1) % count,
            SearchMessage::Clear => *self = Self::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> Search {
        let mut search = Search::default();
        search.update(SearchMessage::Type(text.into()));
        search
    }

    fn found(name: &str) -> Found {
        Found {
            label: name.into(),
            detail: String::new(),
            target: Target::Node(name.into()),
        }
    }

    #[test]
    fn the_arrows_go_round_and_typing_begins_at_the_first() {
        let mut search = typed("po");
        search.update(SearchMessage::Previous(3));
        assert_eq!(search.active(), 2);
        search.update(SearchMessage::Next(3));
        assert_eq!(search.active(), 0);
        search.update(SearchMessage::Next(3));
        search.update(SearchMessage::Type("pow".into()));
        assert_eq!(search.active(), 0);
    }

    #[test]
    fn arrows_over_no_suggestion_do_nothing() {
        let mut search = typed("x");
        search.update(SearchMessage::Next(0));
        search.update(SearchMessage::Previous(0));
        assert_eq!(search, typed("x"));
    }

    #[test]
    fn enter_follows_the_chosen_suggestion_and_asks_a_node_where_there_is_none() {
        let mut search = typed(" 0012abcd ");
        assert_eq!(search.target(&[]), Some(Target::Ask("0012abcd".into())));
        search.update(SearchMessage::Next(2));
        let list = [found("pow-1"), found("pow-2")];
        assert_eq!(search.target(&list), Some(Target::Node("pow-2".into())));
        assert_eq!(typed("  ").target(&[]), None);
    }
}
