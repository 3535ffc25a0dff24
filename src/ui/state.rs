//! What the page remembers besides the network's picture: which node is selected, what to tell the
//! person, and the theme. One reducer, so that no handler reads state that has grown old.

use std::collections::VecDeque;
use std::rc::Rc;

use yew::prelude::*;

use super::theme::Theme;
use crate::ui::kept::Kept;
use crate::view::Model;

/// Most notices shown at once; the oldest goes first.
const MAX_NOTICES: usize = 4;

/// A short message after something a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    /// Names it among the others.
    pub(crate) id: u32,
    /// Whether it is a refusal.
    pub(crate) refused: bool,
    /// A sentence.
    pub(crate) text: String,
}

/// The page's own state.
#[derive(Clone)]
pub(crate) struct UiState {
    /// The network's picture.
    pub(crate) model: Rc<Model>,
    /// Name of the selected node.
    pub(crate) selected: Option<String>,
    /// Messages, oldest first.
    pub(crate) notices: VecDeque<Notice>,
    /// Light, dark or as the system.
    pub(crate) theme: Theme,
}

impl PartialEq for UiState {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.model, &other.model)
            && self.selected == other.selected
            && self.notices == other.notices
            && self.theme == other.theme
    }
}

/// What changes the state.
pub(crate) enum Action {
    /// A new picture of the network.
    Model(Rc<Model>),
    /// A node was selected, or none.
    Select(Option<String>),
    /// A node was clicked: selected, or not any more.
    Toggle(String),
    /// Something is to be told.
    Say(Notice),
    /// A notice is done.
    Unsay(u32),
    /// The theme was chosen.
    Theme(Theme),
}

impl UiState {
    /// The state of a page that was just opened.
    pub(crate) fn new(model: Rc<Model>) -> Self {
        Self {
            model,
            selected: None,
            notices: VecDeque::new(),
            theme: super::theme::stored(),
        }
    }
}

impl Reducible for UiState {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            Action::Model(model) => next.model = model,
            Action::Select(name) => next.selected = name,
            Action::Toggle(name) => {
                next.selected = (next.selected.as_ref() != Some(&name)).then_some(name)
            }
            Action::Say(notice) => {
                next.notices.push_back(notice);
                while next.notices.len() > MAX_NOTICES {
                    next.notices.pop_front();
                }
            }
            Action::Unsay(id) => next.notices.retain(|notice| notice.id != id),
            Action::Theme(theme) => next.theme = theme,
        }
        Rc::new(next)
    }
}

/// The state as components get it from the context.
pub(crate) type Store = Kept<UiState>;
