//! The browser's page as the platform of the app: nodes in workers, Web Locks, localStorage, animation
//! frames. It also offers `window.aurex` to scripts.

mod api;
mod arguments;

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::StorageEvent;

use super::idb::delete_database;
use super::js::{self, field, unpack};
use super::rows::row_from_js;
use super::{WorkerHandle, capability, locks, node_worker_name, spawn};
use crate::app::App;
use crate::app::platform::{
    Lock, LockRequest, OnWorkerEvent, PageEvent, Platform, Reason, Worker, WorkerEvent,
};
use crate::ipc::{ApiError, FromNode, Request, RequestId, ToNode};
use crate::ledger::{Page, StoreError, Table};
use crate::primitives::Timestamp;
use crate::refusal::{MessageError, PlatformError};

/// Opens the network that the page's address names, in the background, and offers it to scripts.
#[must_use]
pub fn open() -> Rc<App> {
    let search = gloo::utils::window().location().search();
    let app = App::open(Rc::new(Browser::default()), &search.unwrap_or_default());
    if let Err(error) = api::publish(&app) {
        app.report_problem(error);
    }
    app
}

/// The page's browser.
#[derive(Default)]
struct Browser {
    listeners: RefCell<Vec<EventListener>>,
}

impl Platform for Browser {
    fn spawn_node(&self, name: &str, on_event: OnWorkerEvent) -> Result<Box<dyn Worker>, ApiError> {
        let on_event = Rc::new(on_event);
        let on_error = Rc::clone(&on_event);
        let queries = Rc::new(Queries::default());
        let asked = Rc::clone(&queries);
        let worker = spawn(
            &node_worker_name(name),
            move |message| on_event(asked.event(&message)),
            move |error| on_error(WorkerEvent::Crashed(error)),
        )?;
        Ok(Box::new(NodeWorker { worker, queries }))
    }

    fn lock(&self, name: String, limit_ms: Option<u32>) -> LockRequest {
        async move {
            let guard = locks::acquire(&name, limit_ms).await?;
            Ok(guard.map(Lock::new))
        }
        .boxed_local()
    }

    fn now(&self) -> Timestamp {
        js::now()
    }

    fn monotonic(&self) -> f64 {
        js::monotonic()
    }

    fn sleep(&self, ms: f64) -> LocalBoxFuture<'static, ()> {
        js::sleep(ms).boxed_local()
    }

    fn frame(&self) -> LocalBoxFuture<'static, ()> {
        async {
            let (sender, receiver) = oneshot::channel();
            let frame = gloo::render::request_animation_frame(move |_| {
                // One who does not wait any more needs no frame.
                let _ = sender.send(());
            });
            let _ = receiver.await;
            drop(frame);
        }
        .boxed_local()
    }

    fn spawn(&self, task: LocalBoxFuture<'static, ()>) {
        spawn_local(task);
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), ApiError> {
        js::fill_random(bytes)
    }

    fn load(&self, key: &str) -> Result<Option<String>, Reason> {
        storage()?.get_item(key).map_err(|thrown| reason(&thrown))
    }

    fn store(&self, key: &str, text: &str) -> Result<(), Reason> {
        storage()?
            .set_item(key, text)
            .map_err(|thrown| reason(&thrown))
    }

    fn remove(&self, key: &str) -> Result<(), Reason> {
        storage()?
            .remove_item(key)
            .map_err(|thrown| reason(&thrown))
    }

    fn delete_database(&self, name: String) -> LocalBoxFuture<'static, Result<(), StoreError>> {
        async move { delete_database(&name).await }.boxed_local()
    }

    fn missing(&self) -> Vec<PlatformError> {
        let missing = [
            capability::broadcast_channel(),
            capability::workers(),
            capability::indexed_db(),
            capability::locks(),
        ];
        missing.into_iter().filter_map(Result::err).collect()
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small whole number"
    )]
    fn cores(&self) -> u32 {
        gloo::utils::window().navigator().hardware_concurrency() as u32
    }

    fn is_hidden(&self) -> bool {
        gloo::utils::document().hidden()
    }

    fn location(&self) -> String {
        let location = gloo::utils::window().location();
        location.origin().unwrap_or_default() + &location.pathname().unwrap_or_default()
    }

    fn watch(&self, on_event: Box<dyn Fn(PageEvent)>) {
        let on_event = Rc::new(on_event);
        let shown = EventListener::new(&gloo::utils::document(), "visibilitychange", {
            let on_event = Rc::clone(&on_event);
            move |_| on_event(PageEvent::VisibilityChanged)
        });
        let stored = EventListener::new(&gloo::utils::window(), "storage", {
            let on_event = Rc::clone(&on_event);
            move |event| {
                // Without a key all of the storage was cleared.
                if let Some(key) = event.dyn_ref::<StorageEvent>().and_then(StorageEvent::key) {
                    on_event(PageEvent::Stored(key));
                }
            }
        });
        let acts = ["pointerdown", "keydown"].map(|kind| {
            let on_event = Rc::clone(&on_event);
            let options = EventListenerOptions::run_in_capture_phase();
            EventListener::new_with_options(&gloo::utils::window(), kind, options, move |_| {
                on_event(PageEvent::Acted);
            })
        });
        self.listeners
            .borrow_mut()
            .extend([shown, stored].into_iter().chain(acts));
    }
}

/// The worker of a node.
struct NodeWorker {
    worker: WorkerHandle,
    queries: Rc<Queries>,
}

impl Worker for NodeWorker {
    fn post(&self, message: &ToNode) -> Result<(), ApiError> {
        if let ToNode::Request { id, request } = message
            && let Request::Ledger(query) = request
        {
            self.queries.0.borrow_mut().push((*id, query.table));
        }
        self.worker.post(message)
    }
}

/// The tables of the queries that wait for an answer, by which its rows are read.
#[derive(Default)]
struct Queries(RefCell<Vec<(RequestId, Table)>>);

impl Queries {
    fn event(&self, message: &JsValue) -> WorkerEvent {
        // A page of a table stands beside its id, as a plain object.
        if let Some(id) = whole(&field(message, "id")) {
            return match self.page(RequestId(id), &field(message, "value")) {
                Ok(page) => WorkerEvent::Page(RequestId(id), page),
                Err(error) => WorkerEvent::Message(FromNode::Refusal {
                    id: RequestId(id),
                    error,
                }),
            };
        }
        match unpack(message) {
            Ok(message) => {
                if let FromNode::Refusal { id, .. } = message {
                    self.table(id);
                }
                WorkerEvent::Message(message)
            }
            Err(error) => WorkerEvent::Unreadable(error),
        }
    }

    fn page(&self, id: RequestId, value: &JsValue) -> Result<Page, ApiError> {
        let unasked = || MessageError::NotRequested;
        let table = self.table(id).ok_or_else(unasked)?;
        let rows = js_sys::Array::from(&field(value, "rows"));
        let rows = rows.iter().map(|row| row_from_js(table, &row));
        Ok(Page {
            total: whole(&field(value, "total")).unwrap_or_default(),
            rows: rows.collect::<Result<_, _>>()?,
        })
    }

    fn table(&self, id: RequestId) -> Option<Table> {
        let mut queries = self.0.borrow_mut();
        let at = queries.iter().position(|(other, _)| *other == id)?;
        Some(queries.swap_remove(at).1)
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it was a u32"
)]
fn whole(value: &JsValue) -> Option<u32> {
    value.as_f64().map(|number| number as u32)
}

fn storage() -> Result<web_sys::Storage, Reason> {
    match gloo::utils::window().local_storage() {
        Ok(Some(storage)) => Ok(storage),
        Ok(None) => Err(Reason("it is switched off".to_owned())),
        Err(thrown) => Err(reason(&thrown)),
    }
}

fn reason(thrown: &JsValue) -> Reason {
    Reason(js::explain(thrown))
}
