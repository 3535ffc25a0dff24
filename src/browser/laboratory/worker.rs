//! The shell of the laboratory: it hands the page's orders to the [`Desk`], lets it work in short
//! parts, and posts what comes out. Between two parts the browser delivers messages, so that an
//! order never waits for more than one of them.
//!
//! Invariants: one timer at a time; the desk is never entered while it works.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;
use web_sys::DedicatedWorkerGlobalScope;

use crate::browser::js::{monotonic, pack, unpack, warn};
use crate::browser::spawn;
use crate::lab::desk::{Desk, ToLab, VIEWS_APART_MS};

/// Real milliseconds between two parts of the work.
const REST_MS: u32 = 1;

struct Shell {
    scope: DedicatedWorkerGlobalScope,
    desk: RefCell<Desk>,
    timer: RefCell<Option<Timeout>>,
}

/// Serves the page until it ends the worker.
pub(super) fn run(scope: &DedicatedWorkerGlobalScope) {
    let shell = Rc::new(Shell {
        scope: scope.clone(),
        desk: RefCell::default(),
        timer: RefCell::default(),
    });
    let receive = move |message: JsValue| match unpack::<ToLab>(&message) {
        Ok(message) => {
            shell.desk.borrow_mut().receive(message, monotonic());
            shell.tell();
            shell.go_on();
        }
        Err(error) => warn(&format!("a message of the page: {error}")),
    };
    match spawn::serve(scope, receive) {
        // It lives as long as the worker.
        Ok(listener) => listener.forget(),
        Err(error) => warn(&error.to_string()),
    }
}

impl Shell {
    fn tell(&self) {
        let messages = self.desk.borrow_mut().take(monotonic());
        for message in messages {
            if self.scope.post_message(&pack(&message)).is_err() {
                warn("the page cannot be told");
            }
        }
    }

    /// Sets the timer for the next part of the work, or for the next view.
    fn go_on(self: &Rc<Self>) {
        let (is_going, is_stale) = {
            let desk = self.desk.borrow();
            (desk.is_going(), desk.is_stale())
        };
        let wait = match (is_going, is_stale) {
            (true, _) => REST_MS,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a small whole number"
            )]
            (false, true) => VIEWS_APART_MS as u32,
            (false, false) => {
                self.timer.take();
                return;
            }
        };
        let shell = Rc::clone(self);
        let timer = Timeout::new(wait, move || {
            shell.desk.borrow_mut().work(&mut monotonic);
            shell.tell();
            shell.go_on();
        });
        self.timer.replace(Some(timer));
    }
}
