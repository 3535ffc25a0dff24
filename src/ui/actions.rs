//! What buttons do: run a command on the controller and tell what came of it.

use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};

use gloo::timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::state::{Action, Notice, UiState};
use crate::app::App as Host;
use crate::command::Command;
use crate::ipc::ApiError;
use crate::ui::kept::Keeper;

/// How long an outcome stays; refusals stay twice as long.
const NOTICE_MS: u32 = 7_000;

/// Names the next notice.
static NEXT_NOTICE: AtomicU32 = AtomicU32::new(0);

/// Runs commands and tells their outcome. Holds no state of its own, so it never grows old.
#[derive(Clone)]
pub(crate) struct Actions {
    host: Rc<Host>,
    store: Keeper<UiState>,
}

/// As a property: there are only one controller and one state for the life of the page.
impl PartialEq for Actions {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Actions {
    /// Actions on this controller that tell through this state.
    pub(crate) const fn new(host: Rc<Host>, store: Keeper<UiState>) -> Self {
        Self { host, store }
    }

    /// The controller.
    pub(crate) fn host(&self) -> Rc<Host> {
        Rc::clone(&self.host)
    }

    /// Runs a command and shows its first line, or its refusal.
    pub(crate) fn run(&self, command: Command) {
        let actions = self.clone();
        spawn_local(async move {
            match actions.host.execute(command).await {
                Ok(output) => actions.say(output.text.lines().next().unwrap_or_default()),
                Err(error) => actions.refuse(&error),
            }
        });
    }

    /// A click handler that runs a command.
    pub(crate) fn on_click(&self, command: Command) -> Callback<MouseEvent> {
        let actions = self.clone();
        Callback::from(move |_| actions.run(command.clone()))
    }

    /// Selects a node, or none.
    pub(crate) fn select(&self, name: Option<String>) {
        self.store.dispatch(Action::Select(name));
    }

    /// Selects a node, or takes the selection back.
    pub(crate) fn toggle(&self, name: String) {
        self.store.dispatch(Action::Toggle(name));
    }

    /// Tells something, unless it is empty.
    pub(crate) fn say(&self, text: &str) {
        if !text.is_empty() {
            self.notice(false, text.to_owned());
        }
    }

    /// Tells a refusal.
    pub(crate) fn refuse(&self, error: &ApiError) {
        self.notice(true, format!("{} ({})", error.message, error.code));
    }

    /// Shows a notice for a while.
    fn notice(&self, refused: bool, text: String) {
        let id = NEXT_NOTICE.fetch_add(1, Ordering::Relaxed);
        self.store
            .dispatch(Action::Say(Notice { id, refused, text }));
        let actions = self.clone();
        let wait = if refused { NOTICE_MS * 2 } else { NOTICE_MS };
        Timeout::new(wait, move || actions.unsay(id)).forget();
    }

    /// Copies a text and tells so.
    pub(crate) fn copy(&self, text: String, what: &'static str) {
        let actions = self.clone();
        spawn_local(async move {
            let clipboard = gloo::utils::window().navigator().clipboard();
            // Without a secure origin there is no clipboard at all.
            let present = !wasm_bindgen::JsValue::from(clipboard.clone()).is_undefined();
            let copied = present
                && wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&text))
                    .await
                    .is_ok();
            if copied {
                actions.say(&format!("{what} copied."));
            } else {
                let text = format!(
                    "The browser does not let this page copy. Select and copy it by hand: {text}"
                );
                actions.notice(true, text);
            }
        });
    }

    /// Takes a notice away.
    pub(crate) fn unsay(&self, id: u32) {
        self.store.dispatch(Action::Unsay(id));
    }

    /// Chooses a theme.
    pub(crate) fn theme(&self, theme: super::theme::Theme) {
        super::theme::choose(theme);
        self.store.dispatch(Action::Theme(theme));
    }
}
