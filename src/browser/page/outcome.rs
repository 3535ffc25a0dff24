//! What becomes of a call of a script that fails, and of an API that cannot be made.

use js_sys::{Error, Reflect};
use wasm_bindgen::JsValue;

use crate::ipc::Refusal;
use crate::refusal::PlatformError;

/// That a place of the API cannot be made.
pub(in crate::browser) fn no_api(place: &str) -> Refusal {
    let place = place.to_owned();
    PlatformError::NoApi { place }.into()
}

/// The error that a promise is rejected with.
pub(in crate::browser) fn thrown(error: &Refusal) -> JsValue {
    let value = Error::new(&error.to_string());
    // An error takes any field.
    let _ = Reflect::set(&value, &"code".into(), &error.code().into());
    value.into()
}
