//! The browser's page as the platform of the app: nodes in workers, Web Locks, databases, animation
//! frames. It also offers `window.aurex` to scripts.

pub(in crate::browser) mod api;
pub(in crate::browser) mod arguments;
mod files;
pub(in crate::browser) mod outcome;
mod program;
mod release;
mod storage;

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot;
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use super::idb::{delete_database, records};
use super::js::{self, unpack};
use super::{IndexedDbStore, WorkerHandle, archive, capability, locks, node_worker_name, spawn};
use crate::app::App;
use crate::app::platform::{
    Lock, LockRequest, OnWorkerEvent, PageEvent, Platform, Reason, StorageUse, Worker, WorkerEvent,
};
use crate::ipc::{Refusal, ToNode};
use crate::ledger::{Batch, Durability, Page, Query, Store, StoreError};
use crate::primitives::Timestamp;
use crate::refusal::PlatformError;
use program::Program;

/// Opens the network that the page's address names, in the background, and offers it to scripts.
#[must_use]
pub fn open() -> Rc<App> {
    let search = gloo::utils::window().location().search();
    let browser = Browser::default();
    let laboratory = browser.program.clone();
    let app = App::open(Rc::new(browser), &search.unwrap_or_default());
    if let Err(error) = api::publish(&app, &laboratory) {
        app.report_problem(error);
    }
    app
}

/// The page's browser.
#[derive(Default)]
pub(in crate::browser) struct Browser {
    program: Program,
    listeners: RefCell<Vec<EventListener>>,
    /// Tells the other pages which record was kept.
    kept: RefCell<Option<BroadcastChannel>>,
}

impl Platform for Browser {
    fn spawn_node(&self, name: &str, on_event: OnWorkerEvent) -> Result<Box<dyn Worker>, Refusal> {
        let on_event = Rc::new(on_event);
        let on_error = Rc::clone(&on_event);
        let worker = spawn(
            &node_worker_name(name),
            move |message| on_event(event(&message)),
            move |error| on_error(WorkerEvent::Crashed(error)),
        )?;
        Ok(Box::new(NodeWorker(worker)))
    }

    fn show_laboratory(
        &self,
        element: &'static str,
    ) -> LocalBoxFuture<'static, Result<(), Refusal>> {
        let program = self.program.clone();
        async move { program.show(element).await }.boxed_local()
    }

    fn hide_laboratory(&self) {
        self.program.hide();
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

    fn random(&self, bytes: &mut [u8]) -> Result<(), Refusal> {
        js::fill_random(bytes)
    }

    fn load_records(
        &self,
        prefix: String,
        most: u32,
    ) -> LocalBoxFuture<'static, Result<Vec<(String, String)>, Reason>> {
        async move { records::load(&prefix, most).await.map_err(said) }.boxed_local()
    }

    fn write_records(
        &self,
        records: Vec<(String, Option<String>)>,
        durability: Durability,
    ) -> LocalBoxFuture<'static, Result<(), Reason>> {
        let others = self.kept.borrow().clone();
        async move {
            let written = records::write(&records, durability).await;
            written.map_err(said)?;
            // One of the keys stands for all that were written together.
            if let (Some(others), Some((key, _))) = (others, records.first()) {
                // Who does not hear of it reads it when it needs it.
                let _ = others.post_message(&key.into());
            }
            Ok(())
        }
        .boxed_local()
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
        async move {
            delete_database(&name).await?;
            archive::remove(&name).await;
            Ok(())
        }
        .boxed_local()
    }

    fn read_ledger(
        &self,
        database: String,
        query: Query,
    ) -> LocalBoxFuture<'static, Result<Page, StoreError>> {
        async move {
            let store = IndexedDbStore::open(&database).await?;
            let page = store.query(&query).await;
            store.close();
            page
        }
        .boxed_local()
    }

    fn write_ledger(
        &self,
        database: String,
        batch: Batch,
    ) -> LocalBoxFuture<'static, Result<(), StoreError>> {
        async move {
            let store = IndexedDbStore::open(&database).await?;
            let written = store.commit(&batch, Durability::Strict).await;
            store.close();
            written
        }
        .boxed_local()
    }

    fn save_file(&self, name: &str, bytes: &[u8]) {
        if let Err(thrown) = files::save(name, bytes) {
            js::warn(&js::explain(&thrown));
        }
    }

    fn choose_file(&self, limit: usize) -> LocalBoxFuture<'static, Result<Option<Vec<u8>>, u64>> {
        files::choose(limit).boxed_local()
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

    fn storage_use(&self) -> LocalBoxFuture<'static, Option<StorageUse>> {
        storage::storage_use().boxed_local()
    }

    fn can_store(&self) -> LocalBoxFuture<'static, bool> {
        records::can_write().boxed_local()
    }

    fn keep_storage(&self) -> LocalBoxFuture<'static, ()> {
        storage::keep().boxed_local()
    }

    fn is_current(&self) -> LocalBoxFuture<'static, Option<bool>> {
        release::is_current(self.location()).boxed_local()
    }

    fn reload(&self) {
        if let Err(thrown) = gloo::utils::window().location().reload() {
            js::warn(&js::explain(&thrown));
        }
    }

    fn watch(&self, on_event: Box<dyn Fn(PageEvent)>) {
        let on_event = Rc::new(on_event);
        let shown = EventListener::new(&gloo::utils::document(), "visibilitychange", {
            let on_event = Rc::clone(&on_event);
            move |_| on_event(PageEvent::VisibilityChanged)
        });
        // Where there are no channels no network opens.
        let others = BroadcastChannel::new(records::NAME).ok();
        let stored = others.as_ref().map(|others| {
            let on_event = Rc::clone(&on_event);
            EventListener::new(others, "message", move |event| {
                let message = event.dyn_ref::<MessageEvent>().map(MessageEvent::data);
                if let Some(key) = message.and_then(|key| key.as_string()) {
                    on_event(PageEvent::Stored(key));
                }
            })
        });
        self.kept.replace(others);
        let acts = ["pointerdown", "keydown"].map(|kind| {
            let on_event = Rc::clone(&on_event);
            let options = EventListenerOptions::run_in_capture_phase();
            EventListener::new_with_options(&gloo::utils::window(), kind, options, move |_| {
                on_event(PageEvent::Acted);
            })
        });
        self.listeners
            .borrow_mut()
            .extend([shown].into_iter().chain(stored).chain(acts));
    }
}

/// The worker of a node.
struct NodeWorker(WorkerHandle);

impl Worker for NodeWorker {
    fn post(&self, message: &ToNode) -> Result<(), Refusal> {
        self.0.post(message)
    }
}

/// What a worker's message is.
fn event(message: &JsValue) -> WorkerEvent {
    match unpack(message) {
        Ok(message) => WorkerEvent::Message(message),
        Err(error) => WorkerEvent::Unreadable(error),
    }
}

fn storage() -> Result<web_sys::Storage, Reason> {
    match gloo::utils::window().local_storage() {
        Ok(Some(storage)) => Ok(storage),
        Ok(None) => Err(Reason("it is switched off".to_owned())),
        Err(thrown) => Err(reason(&thrown)),
    }
}

fn said(error: StoreError) -> Reason {
    Reason(error.to_string())
}

fn reason(thrown: &JsValue) -> Reason {
    Reason(js::explain(thrown))
}
