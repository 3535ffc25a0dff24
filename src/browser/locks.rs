//! Locks: a name that one holder in the whole browser has at a time. A node worker holds its
//! identity by one, so that two tabs never run the same node; the browser gives it back when the
//! worker ends, however it ends. They are Web Locks, or open databases where a browser offers none
//! of those.

use std::pin::pin;

use futures_util::future::{Either, select};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

use super::capability;
use super::idb::hold::{Held, hold};
use super::js::{explain, field, sleep};
use crate::ipc::Refusal;
use crate::refusal::PlatformError;

// web-sys has the lock manager only behind an unstable switch.
#[wasm_bindgen]
extern "C" {
    type LockManager;

    #[wasm_bindgen(method, catch)]
    fn request(
        this: &LockManager,
        name: &str,
        options: &Object,
        callback: &Function,
    ) -> Result<Promise, JsValue>;
}

/// Holds a name until it is dropped.
#[derive(Debug)]
pub struct LockGuard(Holding);

#[derive(Debug)]
enum Holding {
    WebLock(#[expect(dead_code, reason = "it acts when it is dropped")] Release),
    Database(Held),
}

impl LockGuard {
    /// Calls back if the browser takes the name away, which it never does with a Web Lock.
    pub fn on_lost(&mut self, lost: impl FnOnce() + 'static) {
        match &mut self.0 {
            Holding::WebLock(_) => {}
            Holding::Database(held) => held.on_lost(lost),
        }
    }
}

/// Gives a Web Lock back when it is dropped.
#[derive(Debug)]
struct Release(Function);

impl Drop for Release {
    fn drop(&mut self) {
        // The function keeps a promise; it cannot fail.
        let _ = self.0.call0(&JsValue::UNDEFINED);
    }
}

/// Takes the name by a Web Lock if nobody holds it.
///
/// # Errors
/// `no_locks`, or `lock_failed` with the browser's reason.
pub async fn try_acquire(name: &str) -> Result<Option<LockGuard>, Refusal> {
    capability::locks()?;
    request(name, &options("ifAvailable", &JsValue::TRUE)?)
        .await
        .map_err(|thrown| failed(name, &thrown))
}

/// Waits for the name; `None` if `limit_ms` passes first.
///
/// # Errors
/// `no_locks`, or `lock_failed` with the browser's reason.
pub async fn acquire(name: &str, limit_ms: Option<u32>) -> Result<Option<LockGuard>, Refusal> {
    if let Err(missing) = capability::locks() {
        capability::indexed_db().map_err(|_| missing)?;
        return acquire_by_database(name, limit_ms).await;
    }
    let Some(limit) = limit_ms else {
        return request(name, &Object::new())
            .await
            .map_err(|thrown| failed(name, &thrown));
    };
    let controller = AbortController::new().map_err(|thrown| failed(name, &thrown))?;
    let options = options("signal", &controller.signal())?;
    let watch = {
        let controller = controller.clone();
        gloo::timers::callback::Timeout::new(limit, move || controller.abort())
    };
    let answer = request(name, &options).await;
    drop(watch);
    match answer {
        Ok(guard) => Ok(guard),
        Err(_) if controller.signal().aborted() => Ok(None),
        Err(thrown) => Err(failed(name, &thrown)),
    }
}

/// Waits for the name as [`acquire`] does, by a database in place of a Web Lock.
///
/// # Errors
/// `lock_failed` with the reason of the database.
pub async fn acquire_by_database(
    name: &str,
    limit_ms: Option<u32>,
) -> Result<Option<LockGuard>, Refusal> {
    let held = match limit_ms {
        None => hold(name).await,
        Some(limit) => match select(pin!(hold(name)), pin!(sleep(limit.into()))).await {
            Either::Left((held, _)) => held,
            Either::Right(_) => return Ok(None),
        },
    };
    match held {
        Ok(held) => Ok(Some(LockGuard(Holding::Database(held)))),
        Err(error) => {
            let (name, reason) = (name.to_owned(), error.to_string());
            Err(PlatformError::Lock { name, reason }.into())
        }
    }
}

/// One request. The browser calls back when the name is ours (or with `null` if it is taken and we
/// do not wait), and keeps it ours until the promise that we return there is kept.
async fn request(name: &str, options: &Object) -> Result<Option<LockGuard>, JsValue> {
    let manager: LockManager =
        field(&field(&js_sys::global(), "navigator"), "locks").unchecked_into();
    let (held, release) = promise();
    let (granted, grant) = promise();
    let callback = Closure::once(move |lock: JsValue| {
        let ours = lock.is_object();
        // Keeping a promise cannot fail.
        let _ = grant.call1(&JsValue::UNDEFINED, &lock);
        if ours {
            JsValue::from(held)
        } else {
            JsValue::UNDEFINED
        }
    });
    let settled = manager.request(name, options, callback.as_ref().unchecked_ref())?;
    let first = Promise::race(&Array::of2(&granted, &settled));
    let lock = JsFuture::from(first).await?;
    let held = || LockGuard(Holding::WebLock(Release(release)));
    Ok(lock.is_object().then(held))
}

/// A promise and the function that keeps it.
fn promise() -> (Promise, Function) {
    let mut keep = None;
    let promise = Promise::new(&mut |resolve, _| keep = Some(resolve));
    (promise, keep.unwrap_or_default())
}

fn options(key: &str, value: &JsValue) -> Result<Object, Refusal> {
    let options = Object::new();
    Reflect::set(&options, &key.into(), value).map_err(|thrown| failed(key, &thrown))?;
    Ok(options)
}

fn failed(name: &str, thrown: &JsValue) -> Refusal {
    let (name, reason) = (name.to_owned(), explain(thrown));
    PlatformError::Lock { name, reason }.into()
}
