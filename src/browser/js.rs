//! Values, time and chance across the border to JavaScript.
//!
//! Rust values become plain objects: maps as objects, nothing as `null`, bytes as `Uint8Array`. An
//! integer above 2^53 - 1 is refused instead of rounded.

use borsh::{BorshDeserialize, BorshSerialize};
use js_sys::{Promise, Reflect, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeSeed;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::ipc::Refusal;
use crate::primitives::{ClockReading, Instant, Timestamp};
use crate::records::{Row, Table};
use crate::refusal::{MessageError, PlatformError};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;

    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, ms: f64) -> JsValue;
}

/// The value as a plain JavaScript value that can be posted and stored.
///
/// # Errors
/// `not_representable` for a value that JavaScript cannot hold exactly.
pub fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Refusal> {
    let serializer = Serializer::new()
        .serialize_maps_as_objects(true)
        .serialize_missing_as_null(true);
    value.serialize(&serializer).map_err(|error| {
        let reason = error.to_string();
        MessageError::NotRepresentable { reason }.into()
    })
}

/// The row of a table that a plain object is.
///
/// # Errors
/// An object of another shape.
pub fn row(table: Table, object: JsValue) -> Result<Row, serde_wasm_bindgen::Error> {
    table.deserialize(serde_wasm_bindgen::Deserializer::from(object))
}

/// A message between workers of this binary: its borsh bytes in an array of their own.
///
/// # Panics
/// Never: writing to memory does not fail.
#[must_use]
pub fn pack<T: BorshSerialize + ?Sized>(message: &T) -> JsValue {
    let bytes = borsh::to_vec(message).expect("a vector takes every byte");
    Uint8Array::from(bytes.as_slice()).into()
}

/// The message of such an array.
///
/// # Errors
/// `not_understood` for anything else.
pub fn unpack<T: BorshDeserialize>(message: &JsValue) -> Result<T, Refusal> {
    let bytes = message.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec);
    let read = bytes.and_then(|bytes| T::try_from_slice(&bytes).ok());
    read.ok_or_else(|| MessageError::Foreign.into())
}

/// The machine's clock.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number of milliseconds since 1970"
)]
pub fn now() -> Timestamp {
    Timestamp(js_sys::Date::now() as u64)
}

/// Milliseconds on a clock that never goes back: for spans, never for points in time.
#[must_use]
pub fn monotonic() -> f64 {
    performance_now()
}

/// That clock's zero is so long after the zero of an [`Instant`], in milliseconds: the latter is
/// before any start.
const ORIGIN: u64 = 86_400_000;

/// The same clock, for the core.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "milliseconds since the page or the worker began"
)]
pub fn instant() -> Instant {
    Instant((monotonic() as u64).saturating_add(ORIGIN))
}

/// Both clocks.
#[must_use]
pub fn read_clocks() -> ClockReading {
    ClockReading {
        wall: now(),
        monotonic: instant(),
    }
}

/// Fills an array with the browser's random bytes.
///
/// # Errors
/// `no_entropy` where the browser gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Refusal> {
    let mut bytes = [0; N];
    fill_random(&mut bytes)?;
    Ok(bytes)
}

/// Fills a slice with the browser's random bytes.
///
/// # Errors
/// `no_entropy` where the browser gives none.
pub fn fill_random(bytes: &mut [u8]) -> Result<(), Refusal> {
    getrandom::fill(bytes).map_err(|error| {
        let reason = error.to_string();
        PlatformError::NoEntropy { reason }.into()
    })
}

/// Waits.
pub async fn sleep(ms: f64) {
    // The promise has nobody to reject it.
    let _ = JsFuture::from(after(ms)).await;
}

/// Does something when the time is over, whoever asked for it. A timer that is forgotten would keep
/// its closure for ever.
pub fn later(ms: f64, act: Box<dyn FnOnce()>) {
    wasm_bindgen_futures::spawn_local(async move {
        sleep(ms).await;
        act();
    });
}

/// A promise that is kept with `undefined` when the time is over.
pub fn after(ms: f64) -> Promise {
    Promise::new(&mut |resolve, _| {
        set_timeout(&resolve, ms);
    })
}

/// A field of an object, or of the global scope; `undefined` where there is none or reading it
/// fails.
#[must_use]
pub fn field(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A sentence about a thrown value.
#[must_use]
pub fn explain(thrown: &JsValue) -> String {
    let text = |name| {
        field(thrown, name)
            .as_string()
            .filter(|text| !text.is_empty())
    };
    match (text("name"), text("message")) {
        (Some(name), Some(message)) => format!("{name}: {message}"),
        (None, Some(text)) | (Some(text), None) => text,
        (None, None) => thrown
            .as_string()
            .unwrap_or_else(|| "an unknown error".to_owned()),
    }
}

/// Writes a warning to the browser's console.
pub fn warn(text: &str) {
    web_sys::console::warn_1(&text.into());
}
