//! Where a page's databases come from: its window, or another window of its origin that shows
//! nothing.

use std::cell::RefCell;

use wasm_bindgen::JsCast;
use web_sys::{Element, IdbFactory};

use crate::browser::js::field;

thread_local! {
    static USED: RefCell<Option<Context>> = const { RefCell::new(None) };
}

/// A window that shows nothing; it is taken off the page when it is dropped.
#[derive(Debug)]
pub(super) struct Context {
    frame: Element,
    factory: IdbFactory,
}

impl Context {
    /// A new one; `None` in a worker, or where it has no databases.
    pub(super) fn new() -> Option<Self> {
        let document = web_sys::window()?.document()?;
        let frame = document.create_element("iframe").ok()?;
        frame.set_attribute("hidden", "").ok()?;
        document.body()?.append_child(&frame).ok()?;
        let factory = field(&field(&frame, "contentWindow"), "indexedDB");
        let context = Self {
            frame,
            factory: factory.unchecked_into(),
        };
        context.factory.is_object().then_some(context)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.frame.remove();
    }
}

/// Takes the databases from a context from now on.
pub(super) fn use_context(context: Context) {
    USED.set(Some(context));
}

/// The databases of the context that is used, if one is.
pub(super) fn used() -> Option<IdbFactory> {
    USED.with_borrow(|used| used.as_ref().map(|context| context.factory.clone()))
}
