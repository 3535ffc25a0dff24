//! A connection to a database that is kept for the next operation.
//!
//! Invariant: it never stands in anybody's way. Where another tab upgrades or deletes the database,
//! or the browser closes it, the connection is dropped.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::events::EventListener;
use web_sys::IdbDatabase;

/// A connection, while there is one.
#[derive(Debug, Default)]
pub(super) struct Kept(Rc<RefCell<Option<Connection>>>);

#[derive(Debug)]
struct Connection {
    database: IdbDatabase,
    _listeners: [EventListener; 2],
}

impl Drop for Connection {
    fn drop(&mut self) {
        // Transactions that run still end properly.
        self.database.close();
    }
}

impl Kept {
    /// The database, if it is open.
    pub(super) fn get(&self) -> Option<IdbDatabase> {
        let connection = self.0.borrow();
        connection.as_ref().map(|it| it.database.clone())
    }

    /// Keeps a database that was opened just now.
    pub(super) fn keep(&self, database: IdbDatabase) -> IdbDatabase {
        let drop_it = {
            let kept = Rc::downgrade(&self.0);
            move |_: &web_sys::Event| {
                kept.upgrade().map(|kept| kept.take());
            }
        };
        // Another tab upgrades or deletes the database: it can do so only once we are out of its
        // way.
        let version = EventListener::new(&database, "versionchange", drop_it.clone());
        let closed = EventListener::new(&database, "close", drop_it);
        let connection = Connection {
            database: database.clone(),
            _listeners: [version, closed],
        };
        self.0.replace(Some(connection));
        database
    }

    /// Closes it.
    pub(super) fn close(&self) {
        self.0.take();
    }
}
