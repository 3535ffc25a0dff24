//! Whether the server still has the files that this page was loaded from: their names change with
//! their contents, and the page's own text names them.

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{RequestCache, RequestInit, Response};

use crate::browser::spawn::glue_url;

/// Whether the page at this address, as the server has it now, names the script that this one was
/// loaded from; `None` where the server does not answer with a page.
pub(super) async fn is_current(address: String) -> Option<bool> {
    let options = RequestInit::new();
    options.set_cache(RequestCache::NoStore);
    let asked = gloo::utils::window().fetch_with_str_and_init(&address, &options);
    let response: Response = JsFuture::from(asked).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let page = JsFuture::from(response.text().ok()?).await.ok()?;
    let page = page.as_string()?;
    let glue = glue_url();
    let name = glue.rsplit('/').next()?.split('?').next()?;
    // A page of somebody else, such as a sign-in of the line, names no script of this program.
    page.contains("aurex-glue").then(|| page.contains(name))
}
