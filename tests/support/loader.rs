//! Workers of the test's own binary: the loader of the page is used, through a blob, because the
//! test harness does not serve the page's files.

use aurex::browser::spawn::glue_url;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, Url};

const LOADER: &str = include_str!("../../static/worker.js");
const INIT: &str = "glue.initSync(early.shift());";
const GLUE: &str = r#"new URL(self.location.href).searchParams.get("glue")"#;

/// What `main` is to the program; the harness leaves starting to its tests.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "the loader calls it")]
pub fn begin() {
    assert!(aurex::browser::serve_worker(), "it runs in workers only");
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    assert!(!scope.name().starts_with("miner:panic"), "on purpose");
}

/// The loader's address.
pub(crate) fn loader() -> String {
    assert!(LOADER.contains(GLUE) && LOADER.contains(INIT));
    let text = LOADER
        .replace(GLUE, &format!("{:?}", glue_url()))
        .replace(INIT, &format!("{INIT} glue.begin();"));
    let parts = js_sys::Array::of1(&text.into());
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).unwrap();
    Url::create_object_url_with_blob(&blob).unwrap()
}
