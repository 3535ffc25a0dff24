//! Starting workers of this same binary: from the page, and from a worker (miners).
//!
//! The parent compiles nothing twice: it hands its own compiled module over. A worker first says
//! that its listener stands; what the parent posts before that waits here, so that nothing is lost.
//! A worker that panics cannot go on; its parent hears of it once or more and decides. An error of
//! a worker stops at its parent: otherwise a broken miner would look like a broken node.
//!
//! Bounds: messages that wait for a worker's start are few, a handful per worker; they are not
//! counted.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use borsh::BorshSerialize;
use gloo::events::{EventListener, EventListenerOptions};
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use web_sys::{
    DedicatedWorkerGlobalScope, ErrorEvent, Event, MessageEvent, Url, Worker, WorkerOptions,
    WorkerType,
};

use super::capability;
use super::js::{self, explain, field, pack};
use crate::ipc::Refusal;
use crate::refusal::{MessageError, PlatformError};

/// What a worker says first, and what it never says otherwise.
const READY: &str = "ready";
/// For so long errors of an ended worker may still arrive.
const LAST_ERRORS_MS: f64 = 5_000.0;
/// The loader's file name beside the page.
const LOADER: &str = "worker.js";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(thread_local_v2, js_namespace = ["import", "meta"], js_name = url)]
    static GLUE_URL: String;
}

/// A worker that was started from here; it ends when this is dropped, and nothing of it is told
/// after that.
#[derive(Debug)]
pub struct WorkerHandle {
    inner: Rc<Inner>,
    listeners: Option<[EventListener; 3]>,
}

#[derive(Debug)]
struct Inner {
    worker: Worker,
    ready: Cell<bool>,
    waiting: RefCell<Vec<JsValue>>,
}

/// Starts a worker of this binary. `name` says what it is to be: see [`super::serve_worker`].
///
/// `on_message` gets what the worker posts once it is ready; `on_error` a sentence for each
/// uncaught error, also when the worker's file cannot be loaded.
///
/// # Errors
/// `no_workers`, or `worker_failed` if the browser refuses to start it.
pub fn spawn(
    name: &str,
    on_message: impl Fn(JsValue) + 'static,
    on_error: impl Fn(String) + 'static,
) -> Result<WorkerHandle, Refusal> {
    spawn_from(&loader_url()?, name, on_message, on_error)
}

type OnMessage = Rc<dyn Fn(JsValue)>;
type OnError = Rc<dyn Fn(String)>;

/// Starts a worker through a loader at another address than usual.
///
/// # Errors
/// See [`spawn`].
pub fn spawn_from(
    loader: &str,
    name: &str,
    on_message: impl Fn(JsValue) + 'static,
    on_error: impl Fn(String) + 'static,
) -> Result<WorkerHandle, Refusal> {
    let (on_message, on_error): (OnMessage, OnError) = (Rc::new(on_message), Rc::new(on_error));
    capability::workers()?;
    let failed = |thrown: JsValue| {
        let (name, reason) = (name.to_owned(), explain(&thrown));
        PlatformError::WorkerStart { name, reason }
    };
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    options.set_name(name);
    let worker = Worker::new_with_options(loader, &options).map_err(failed)?;

    let inner = Rc::new(Inner {
        worker,
        ready: Cell::new(false),
        waiting: RefCell::default(),
    });
    let listeners = listen(&inner, on_message, on_error);
    let handle = WorkerHandle {
        inner,
        listeners: Some(listeners),
    };

    let first = Object::new();
    Reflect::set(&first, &"module".into(), &wasm_bindgen::module()).map_err(failed)?;
    handle.inner.worker.post_message(&first).map_err(failed)?;
    Ok(handle)
}

fn listen(inner: &Rc<Inner>, on_message: OnMessage, on_error: OnError) -> [EventListener; 3] {
    let target = &inner.worker;
    let weak = Rc::downgrade(inner);
    let message = EventListener::new(target, "message", move |event| {
        let data = event
            .dyn_ref::<MessageEvent>()
            .map_or(JsValue::UNDEFINED, MessageEvent::data);
        let Some(inner) = weak.upgrade() else { return };
        if data.as_string().as_deref() == Some(READY) {
            inner.open();
        } else {
            on_message(data);
        }
    });
    let options = EventListenerOptions::enable_prevent_default();
    let error = EventListener::new_with_options(target, "error", options, {
        let (on_error, weak) = (Rc::clone(&on_error), Rc::downgrade(inner));
        move |event| {
            event.prevent_default();
            if weak.upgrade().is_some() {
                on_error(sentence(event));
            }
        }
    });
    let weak = Rc::downgrade(inner);
    let unreadable = EventListener::new(target, "messageerror", move |_| {
        if weak.upgrade().is_some() {
            on_error("a message of the worker could not be read".to_owned());
        }
    });
    [message, error, unreadable]
}

/// A plain `Event` instead of an `ErrorEvent` means that the worker's file could not be loaded.
fn sentence(event: &Event) -> String {
    match event.dyn_ref::<ErrorEvent>() {
        Some(error) if !error.message().is_empty() => error.message(),
        Some(error) => explain(&error.error()),
        None => "the worker's file cannot be loaded".to_owned(),
    }
}

impl Inner {
    fn open(&self) {
        self.ready.set(true);
        for message in self.waiting.take() {
            // These are bytes, which can be posted.
            let _ = self.worker.post_message(&message);
        }
    }
}

impl WorkerHandle {
    /// Posts a message, or keeps it until the worker is ready.
    ///
    /// # Errors
    /// `not_posted` with the browser's reason.
    pub fn post(&self, message: &impl BorshSerialize) -> Result<(), Refusal> {
        let message = pack(message);
        if !self.inner.ready.get() {
            self.inner.waiting.borrow_mut().push(message);
            return Ok(());
        }
        self.inner
            .worker
            .post_message(&message)
            .map_err(|thrown| not_posted(&thrown))
    }

    /// Whether the worker's listener stands.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.inner.ready.get()
    }

    /// Ends the worker at once, and with it the workers that it started.
    pub fn terminate(&self) {
        self.inner.worker.terminate();
    }
}

impl Drop for WorkerHandle {
    fn drop(&mut self) {
        self.terminate();
        // A worker that panicked may have more errors under way. Without a listener they would go
        // on to the parent of this worker, and a broken miner would look like a broken node.
        let listeners = self.listeners.take();
        js::later(LAST_ERRORS_MS, Box::new(move || drop(listeners)));
    }
}

/// Inside a worker: hears the parent's messages from now on, and says so.
///
/// # Errors
/// `not_posted` if the parent cannot be told.
pub fn serve(
    scope: &DedicatedWorkerGlobalScope,
    on_message: impl Fn(JsValue) + 'static,
) -> Result<EventListener, Refusal> {
    let listener = EventListener::new(scope, "message", move |event| {
        on_message(
            event
                .dyn_ref::<MessageEvent>()
                .map_or(JsValue::UNDEFINED, MessageEvent::data),
        );
    });
    scope
        .post_message(&READY.into())
        .map_err(|thrown| not_posted(&thrown))?;
    Ok(listener)
}

fn not_posted(thrown: &JsValue) -> Refusal {
    let reason = explain(thrown);
    MessageError::NotPosted { reason }.into()
}

/// The loader with the address of the glue script. A worker was itself started by it.
fn loader_url() -> Result<String, Refusal> {
    let global = js_sys::global();
    if global.has_type::<DedicatedWorkerGlobalScope>() {
        return text(&field(&field(&global, "location"), "href"), "location.href");
    }
    let base = text(
        &field(&field(&global, "document"), "baseURI"),
        "document.baseURI",
    )?;
    let failed = |thrown: JsValue| PlatformError::WorkerFailed {
        reason: explain(&thrown),
    };
    let url = Url::new_with_base(LOADER, &base).map_err(failed)?;
    url.search_params().set("glue", &glue_url());
    Ok(url.href())
}

/// Where the script that carries this binary was loaded from.
#[must_use]
pub fn glue_url() -> String {
    GLUE_URL.with(String::clone)
}

fn text(value: &JsValue, name: &str) -> Result<String, Refusal> {
    value.as_string().ok_or_else(|| {
        let name = name.to_owned();
        PlatformError::Scope { name }.into()
    })
}
