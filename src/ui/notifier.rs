//! Says what came of clicks, in notices at the bottom of the page.

use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::bridge::Dispatcher;
use crate::app::pages::notices::{NoticeMessage, Notices, refusal_text};
use crate::ipc::Refusal;

/// The ways to show a notice. It holds no state, so it never grows old.
#[derive(Clone, PartialEq)]
pub(crate) struct Notifier(Dispatcher<Notices>);

impl Notifier {
    /// Shows notices by this model.
    pub(crate) const fn new(notices: Dispatcher<Notices>) -> Self {
        Self(notices)
    }

    /// Shows that something was done.
    pub(crate) fn done(&self, text: &str) {
        self.0.dispatch(NoticeMessage::Done(text.to_owned()));
    }

    /// Shows a refusal.
    pub(crate) fn refuse(&self, error: &Refusal) {
        self.0.dispatch(NoticeMessage::Refused(refusal_text(error)));
    }

    /// Takes a notice away.
    pub(crate) fn close(&self, id: u32) {
        self.0.dispatch(NoticeMessage::Close(id));
    }

    /// Copies a text and shows that it did.
    pub(crate) fn copy(&self, text: String, what: &'static str) {
        let notifier = self.clone();
        spawn_local(async move {
            let clipboard = gloo::utils::window().navigator().clipboard();
            // Without a secure origin there is no clipboard at all.
            let present = !wasm_bindgen::JsValue::from(clipboard.clone()).is_undefined();
            if present && JsFuture::from(clipboard.write_text(&text)).await.is_ok() {
                notifier.done(&format!("{what} copied."));
            } else {
                let text = format!(
                    "The browser does not let this page copy. Select and copy it by hand: {text}"
                );
                notifier.0.dispatch(NoticeMessage::Refused(text));
            }
        });
    }
}
