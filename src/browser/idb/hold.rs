//! A name that one holder in the whole browser has at a time, where there are no Web Locks: a
//! connection to a database of that name, which has nothing in it.
//!
//! A database is raised to another version only when nobody has it open. So whoever raised it, and
//! keeps it open, holds the name; the others ask for the next version, and wait in the browser's
//! own queue until the holder's connection closes. That it does when it is dropped, and when the
//! holder's page or worker ends, however it ends. There is no date at which a name is free again: a
//! holder that is frozen, or whose clock steps, still holds it.
//!
//! One thing takes a name from its holder: the browser closes a connection when a person deletes
//! the data of the page. The holder is told.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{IdbDatabase, IdbOpenDbRequest};

use super::open::{factory, whole};
use super::request::{Pending, error_of};
use crate::browser::js::field;
use crate::ledger::StoreError;

/// What the names of these databases begin with.
const PREFIX: &str = "lock:";

/// Holds a name until it is dropped.
#[derive(Debug)]
pub(in crate::browser) struct Held {
    database: IdbDatabase,
    lost: Option<EventListener>,
}

impl Held {
    /// Calls back when the browser takes the name away.
    pub(in crate::browser) fn on_lost(&mut self, lost: impl FnOnce() + 'static) {
        let listener = EventListener::once(&self.database, "close", move |_| {
            // Not from within the listener, which goes with the holder.
            spawn_local(async move { lost() });
        });
        self.lost = Some(listener);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.lost.take();
        self.database.close();
    }
}

/// Waits for the name. Nothing is left of a wait that is given up.
///
/// # Errors
/// See [`StoreError`].
pub(in crate::browser) async fn hold(name: &str) -> Result<Held, StoreError> {
    let name = format!("{PREFIX}{name}");
    let mut version = None;
    loop {
        let asked = Asked::open(&name, version)?;
        match asked.answer().await {
            Ok(database) if asked.raised.get() => {
                return Ok(Held {
                    database,
                    lost: None,
                });
            }
            // Another one raised it, and may have it: after that one.
            Ok(database) => {
                version = Some(whole(database.version()).wrapping_add(1));
                database.close();
            }
            Err(_) if asked.is_outrun() => version = None,
            Err(error) => return Err(error),
        }
    }
}

/// A database that was asked for. A connection that comes when nobody waits any more is closed.
struct Asked {
    request: IdbOpenDbRequest,
    /// Whether this request raised its version.
    raised: Rc<Cell<bool>>,
    answered: Cell<bool>,
    _on_raised: EventListener,
}

impl Asked {
    /// Asks for a version, or for the one that there is; one that does not exist is made.
    fn open(name: &str, version: Option<u32>) -> Result<Self, StoreError> {
        let factory = factory()?;
        let request = match version {
            Some(version) => factory.open_with_u32(name, version),
            None => factory.open(name),
        };
        let request = request.map_err(|thrown| error_of(&thrown))?;
        let raised = Rc::new(Cell::new(false));
        let on_raised = {
            let raised = Rc::clone(&raised);
            EventListener::once(&request, "upgradeneeded", move |_| raised.set(true))
        };
        Ok(Self {
            request,
            raised,
            answered: Cell::new(false),
            _on_raised: on_raised,
        })
    }

    async fn answer(&self) -> Result<IdbDatabase, StoreError> {
        let answer = Pending::new(self.request.clone().into()).result().await;
        self.answered.set(true);
        answer.map(JsCast::unchecked_into)
    }

    /// Whether the version is a later one by now.
    fn is_outrun(&self) -> bool {
        let error = self.request.error().ok().flatten();
        error.is_some_and(|error| {
            field(&error, "name").as_string().as_deref() == Some("VersionError")
        })
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if self.answered.get() {
            return;
        }
        if let Ok(database) = self.request.result() {
            return database.unchecked_into::<IdbDatabase>().close();
        }
        let late = self.request.clone();
        let close = Closure::once_into_js(move || {
            if let Ok(database) = late.result() {
                database.unchecked_into::<IdbDatabase>().close();
            }
        });
        self.request.set_onsuccess(Some(close.unchecked_ref()));
        self.request.set_onerror(None);
    }
}
