//! The laboratory's page: what a person has taken into the hand, and the lines that are drawn of
//! the bench.

pub mod course;
pub mod picture;
#[cfg(test)]
mod testing;
pub mod timeline;
pub mod words;

use std::collections::BTreeMap;

use super::PageModel;
use crate::app::lab::Bench;

/// Hints at the most, as in a scenario.
const MAX_HINTS: usize = 3;

/// What a person has taken into the hand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LabPage {
    selected: Vec<String>,
    frame: Option<u64>,
    hints: usize,
    keys_off: bool,
    /// The timeline's slider while it is dragged, in virtual milliseconds.
    dragged: Option<u64>,
    /// What is typed into forms, by the names of their fields.
    typed: BTreeMap<String, String>,
}

/// What changes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LabMessage {
    /// Takes a node into the selection, or out of it.
    Toggle(String),
    /// Selects nobody.
    Clear,
    /// Selects these nodes.
    Select(Vec<String>),
    /// Takes a frame into the hand, or none.
    Frame(Option<u64>),
    /// Shows the next hint.
    Hint,
    /// Switches the keys on or off.
    Keys,
    /// The timeline's slider is dragged, or let go.
    Drag(Option<u64>),
    /// Something is typed or chosen: the field's name and its text.
    Type(String, String),
    /// What was typed into fields whose names begin so is forgotten.
    Forget(&'static str),
    /// Another scenario was opened.
    Opened,
}

impl LabPage {
    /// The nodes that are selected, in the order of the clicks.
    #[must_use]
    pub fn selected(&self) -> &[String] {
        &self.selected
    }

    /// The frame in the hand.
    #[must_use]
    pub const fn frame(&self) -> Option<u64> {
        self.frame
    }

    /// How many hints are shown.
    #[must_use]
    pub const fn hints(&self) -> usize {
        self.hints
    }

    /// Whether single keys do something.
    #[must_use]
    pub const fn keys(&self) -> bool {
        !self.keys_off
    }

    /// Where the timeline's slider is held, in virtual milliseconds.
    #[must_use]
    pub const fn dragged(&self) -> Option<u64> {
        self.dragged
    }

    /// What is typed into a field, or what stands in it at first.
    #[must_use]
    pub fn text(&self, field: &str, first: &str) -> String {
        self.typed
            .get(field)
            .map_or(first, String::as_str)
            .to_owned()
    }

    /// The node that is looked at: the only one that is selected.
    #[must_use]
    pub fn looked(&self) -> Option<&str> {
        match self.selected.as_slice() {
            [one] => Some(one),
            _ => None,
        }
    }

    /// Whether the selected nodes can be parted from others: there are some on both sides.
    #[must_use]
    pub fn can_part(&self, bench: &Bench) -> bool {
        !self.selected.is_empty() && self.selected.len() < bench.nodes.len()
    }
}

impl PageModel for LabPage {
    type Message = LabMessage;

    fn update(&mut self, message: LabMessage) {
        match message {
            LabMessage::Toggle(name) => {
                let before = self.selected.len();
                self.selected.retain(|other| *other != name);
                if self.selected.len() == before {
                    self.selected.push(name);
                }
            }
            LabMessage::Clear => self.selected.clear(),
            LabMessage::Select(names) => self.selected = names,
            LabMessage::Frame(frame) => self.frame = frame,
            LabMessage::Hint => self.hints = self.hints.saturating_add(1).min(MAX_HINTS),
            LabMessage::Keys => self.keys_off = !self.keys_off,
            LabMessage::Drag(to) => self.dragged = to,
            LabMessage::Type(field, text) => {
                self.typed.insert(field, text);
            }
            LabMessage::Forget(begin) => self.typed.retain(|field, _| !field.starts_with(begin)),
            LabMessage::Opened => {
                *self = Self {
                    keys_off: self.keys_off,
                    ..Self::default()
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_selects_a_node_and_a_second_one_lets_it_go() {
        let mut page = LabPage::default();
        page.update(LabMessage::Toggle("pow-1".into()));
        assert_eq!(page.looked(), Some("pow-1"));
        page.update(LabMessage::Toggle("pow-2".into()));
        assert_eq!((page.looked(), page.selected().len()), (None, 2));
        page.update(LabMessage::Toggle("pow-1".into()));
        assert_eq!(page.looked(), Some("pow-2"));
        page.update(LabMessage::Clear);
        assert!(page.selected().is_empty());
    }

    #[test]
    fn another_scenario_takes_everything_out_of_the_hand_but_the_choice_of_keys() {
        let mut page = LabPage::default();
        for message in [
            LabMessage::Toggle("shop".into()),
            LabMessage::Frame(Some(7)),
            LabMessage::Hint,
            LabMessage::Keys,
            LabMessage::Opened,
        ] {
            page.update(message);
        }
        assert_eq!(
            (page.selected().len(), page.frame(), page.hints()),
            (0, None, 0)
        );
        assert!(!page.keys());
    }

    #[test]
    fn no_more_hints_are_shown_than_there_can_be() {
        let mut page = LabPage::default();
        for _ in 0..9 {
            page.update(LabMessage::Hint);
        }
        assert_eq!(page.hints(), MAX_HINTS);
    }
}
