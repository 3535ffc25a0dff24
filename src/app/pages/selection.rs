//! Which node is selected. A name, not an id: a node that was wiped has another id and the same
//! name.

use super::PageModel;

/// The selected node.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection(Option<String>);

/// What changes the selection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionMessage {
    /// A node was chosen.
    Select(String),
    /// A node was clicked: chosen, or not any more.
    Toggle(String),
    /// No node is chosen any more.
    Clear,
}

impl Selection {
    /// Name of the selected node.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }

    /// Whether this node is the selected one.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name() == Some(name)
    }
}

impl PageModel for Selection {
    type Message = SelectionMessage;

    fn update(&mut self, message: SelectionMessage) {
        self.0 = match message {
            SelectionMessage::Select(name) => Some(name),
            SelectionMessage::Toggle(name) => (!self.is(&name)).then_some(name),
            SelectionMessage::Clear => None,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_click_takes_the_selection_back_and_a_click_elsewhere_moves_it() {
        let mut selection = Selection::default();
        selection.update(SelectionMessage::Toggle("pow-1".into()));
        assert!(selection.is("pow-1"));
        selection.update(SelectionMessage::Toggle("pow-2".into()));
        assert_eq!(selection.name(), Some("pow-2"));
        selection.update(SelectionMessage::Toggle("pow-2".into()));
        assert_eq!(selection.name(), None);
    }

    #[test]
    fn choosing_the_selected_node_again_keeps_it() {
        let mut selection = Selection::default();
        selection.update(SelectionMessage::Select("poa-1".into()));
        selection.update(SelectionMessage::Select("poa-1".into()));
        assert!(selection.is("poa-1"));
        selection.update(SelectionMessage::Clear);
        assert_eq!(selection, Selection::default());
    }
}
