//! Workers of the test's own binary: the loader of the page is used, through a blob, because the test
//! harness does not serve the page's files.

use std::cell::RefCell;
use std::rc::Rc;

use aurex::browser::js::from_js;
use aurex::browser::spawn::{glue_url, spawn_from};
use aurex::browser::{WorkerHandle, miner_worker_name};
use aurex::ipc::FromMiner;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, DedicatedWorkerGlobalScope, Url};

const LOADER: &str = include_str!("../../static/worker.js");
const INIT: &str = "glue.initSync({ module });";
const GLUE: &str = r#"new URL(self.location.href).searchParams.get("glue")"#;

/// What `main` is to the program; the harness leaves starting to its tests.
#[wasm_bindgen]
#[expect(unreachable_pub, reason = "the loader calls it")]
pub fn begin() {
    aurex::browser::start();
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    assert!(!scope.name().starts_with("miner:panic"), "on purpose");
}

pub(crate) type Messages = Rc<RefCell<Vec<FromMiner>>>;
pub(crate) type Errors = Rc<RefCell<Vec<String>>>;

/// The loader's address.
pub(crate) fn loader() -> String {
    assert!(LOADER.contains(GLUE) && LOADER.contains(INIT));
    let text = LOADER.replace(GLUE, &format!("{:?}", glue_url())).replace(INIT, &format!("{INIT} glue.begin();"));
    let parts = js_sys::Array::of1(&text.into());
    let kind = BlobPropertyBag::new();
    kind.set_type("text/javascript");
    let blob = Blob::new_with_str_sequence_and_options(&parts, &kind).unwrap();
    Url::create_object_url_with_blob(&blob).unwrap()
}

pub(crate) fn miner() -> (WorkerHandle, Messages, Errors) {
    start(&loader(), &miner_worker_name("test", 0))
}

pub(crate) fn missing() -> (WorkerHandle, Messages, Errors) {
    let mut url = loader();
    url.push_str("-missing");
    start(&url, "miner:missing:0")
}

pub(crate) fn panicking() -> (WorkerHandle, Messages, Errors) {
    start(&loader(), "miner:panic:0")
}

fn start(loader: &str, name: &str) -> (WorkerHandle, Messages, Errors) {
    let (messages, errors) = (Messages::default(), Errors::default());
    let (heard, failed) = (Rc::clone(&messages), Rc::clone(&errors));
    let handle = spawn_from(
        loader,
        name,
        move |message| heard.borrow_mut().push(from_js(message).unwrap()),
        move |error| {
            wasm_bindgen_test::console_log!("a worker failed: {error}");
            failed.borrow_mut().push(error);
        },
    );
    (handle.unwrap(), messages, errors)
}
