//! Files to and from the person's disk: a download, and the browser's dialog.

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlElement, HtmlInputElement, Url};

use crate::browser::js;

/// For so long the bytes of a file are kept for its download.
const KEEP_MS: f64 = 60_000.0;

/// Hands bytes to the person as a file.
pub(super) fn save(name: &str, bytes: &[u8]) -> Result<(), JsValue> {
    let parts = Array::of1(&Uint8Array::from(bytes));
    let address = Url::create_object_url_with_blob(&Blob::new_with_u8_array_sequence(&parts)?)?;
    let link = gloo::utils::document().create_element("a")?;
    link.set_attribute("href", &address)?;
    link.set_attribute("download", name)?;
    link.unchecked_into::<HtmlElement>().click();
    // A browser may ask its person first where the file is to go.
    let forget = move || drop(Url::revoke_object_url(&address));
    js::later(KEEP_MS, Box::new(forget));
    Ok(())
}

/// Has the person choose a file; nothing if none is chosen, or if it cannot be read.
pub(super) async fn choose(limit: usize) -> Result<Option<Vec<u8>>, u64> {
    let Ok(input) = gloo::utils::document().create_element("input") else {
        return Ok(None);
    };
    let input: HtmlInputElement = input.unchecked_into();
    input.set_type("file");
    let chosen = Promise::new(&mut |resolve, _| {
        for event in ["change", "cancel"] {
            // A handler of an element of our own is taken.
            let _ = input.add_event_listener_with_callback(event, &resolve);
        }
    });
    input.click();
    let _ = JsFuture::from(chosen).await;
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return Ok(None);
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length is whole and not negative"
    )]
    let length = file.size() as u64;
    if usize::try_from(length).is_ok_and(|length| length <= limit) {
        let read = JsFuture::from(file.array_buffer()).await;
        return Ok(read.ok().map(|buffer| Uint8Array::new(&buffer).to_vec()));
    }
    Err(length)
}
