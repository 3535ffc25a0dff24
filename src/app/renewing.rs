//! Nodes whose worker is given no database any more, though there is room: each goes on in a new
//! worker, and its chain goes along.
//!
//! A browser whose disk is full may delete all databases of a page, and refuse every later one to
//! the workers that had them, as long as they live: Chromium does both. A new worker is given an
//! empty one.
//!
//! Bound: one new worker for each trouble of a ledger; the nodes come one after the other.

use std::rc::Rc;

use super::machine::App;
use super::roster::Member;
use crate::ipc::{Level, Topic};
use crate::view::figures::count_of;

/// Time between two looks whether there is room.
const LOOK_MS: f64 = 5_000.0;
/// For so long there is room before a node gets a new worker: those whose databases are only
/// closed open them by themselves.
const PATIENCE_MS: f64 = 20_000.0;

impl App {
    /// Looks after nodes whose ledgers have failed for long, from now on.
    pub(super) fn watch_ledgers(&self) {
        let app = self.me.clone();
        self.spawn(async move {
            let mut room_since = None;
            while let Some(app) = app.upgrade() {
                let now = app.platform.monotonic();
                let can_store = !app.roster.stuck().is_empty() && app.platform.can_store().await;
                if !can_store {
                    room_since = None;
                } else if now - *room_since.get_or_insert(now) >= PATIENCE_MS {
                    for node in app.roster.stuck() {
                        app.renew(&node).await;
                    }
                }
                let again = app.platform.sleep(LOOK_MS);
                drop(app);
                again.await;
            }
        });
    }

    async fn renew(&self, node: &Rc<Member>) {
        node.trouble.borrow_mut().note_renewed();
        let name = &node.name;
        let moved = async {
            let file = self.export(name).await?;
            self.kill_node(node)?;
            self.import(name, file).await
        };
        let became = match moved.await {
            Ok(moved) => {
                let blocks = count_of(moved.blocks.into(), "block", "blocks");
                format!("goes on in a new worker with {blocks}")
            }
            Err(error) => format!("does not go on in a new worker: {error}"),
        };
        let text = format!("{name} was given no database any more and {became}");
        self.bus.log(Level::Warn, Topic::Storage, text);
    }
}
