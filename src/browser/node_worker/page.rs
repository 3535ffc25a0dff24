//! The way from a node worker to its page.

use wasm_bindgen::JsValue;
use web_sys::DedicatedWorkerGlobalScope;

use crate::browser::js::{pack, warn};
use crate::ipc::FromNode;

/// The way to the page.
#[derive(Clone, Debug)]
pub(super) struct Page(pub(super) DedicatedWorkerGlobalScope);

impl Page {
    pub(super) fn tell(&self, message: &FromNode) {
        self.post(&pack(message));
    }

    pub(super) fn post(&self, message: &JsValue) {
        if self.0.post_message(message).is_err() {
            warn("the page cannot be told");
        }
    }
}
