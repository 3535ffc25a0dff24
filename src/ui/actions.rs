//! What buttons do: run a command on the controller and show what came of it.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::bridge::Dispatcher;
use super::notifier::Notifier;
use super::shared::Shared;
use super::theme::Theme;
use crate::app::App;
use crate::app::pages::selection::{Selection, SelectionMessage};
use crate::command::Command;
use crate::ipc::Refusal;

/// The controller, and the ways to change what the page remembers. It holds no state, so it never
/// grows old.
#[derive(Clone, PartialEq)]
pub(crate) struct Actions {
    app: Shared<App>,
    notifier: Notifier,
    selection: Dispatcher<Selection>,
    theme: UseStateSetter<Theme>,
}

impl Actions {
    /// Actions on this controller.
    pub(crate) const fn new(
        app: Shared<App>,
        notifier: Notifier,
        selection: Dispatcher<Selection>,
        theme: UseStateSetter<Theme>,
    ) -> Self {
        Self {
            app,
            notifier,
            selection,
            theme,
        }
    }

    /// The controller.
    pub(crate) const fn app(&self) -> &Shared<App> {
        &self.app
    }

    /// Runs a command and shows the first line of its output, or its refusal.
    pub(crate) fn run(&self, command: Command) {
        let actions = self.clone();
        spawn_local(async move {
            match actions.app.execute(command).await {
                Ok(output) => actions.done(output.text.lines().next().unwrap_or_default()),
                Err(error) => actions.refuse(&error),
            }
        });
    }

    /// Changes which node is selected.
    pub(crate) fn select(&self, message: SelectionMessage) {
        self.selection.dispatch(message);
    }

    /// Shows that something was done.
    pub(crate) fn done(&self, text: &str) {
        self.notifier.done(text);
    }

    /// Shows a refusal.
    pub(crate) fn refuse(&self, error: &Refusal) {
        self.notifier.refuse(error);
    }

    /// Copies a text and shows that it did.
    pub(crate) fn copy(&self, text: String, what: &'static str) {
        self.notifier.copy(text, what);
    }

    /// Chooses the colours and keeps the choice.
    pub(crate) fn choose_theme(&self, theme: Theme) {
        super::theme::store(theme);
        self.theme.set(theme);
    }
}
