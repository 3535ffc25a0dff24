//! The laboratory's program: its part of the page, and its worker. It is fetched when somebody goes
//! to the laboratory, not before, so that the first visit does not pay for it. The page's own
//! program shows and hides it by the functions below.

#[cfg(target_arch = "wasm32")]
use std::{cell::RefCell, rc::Rc};

#[cfg(target_arch = "wasm32")]
use aurex::{app::lab::Laboratory, browser::laboratory, ui::LaboratoryPage};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen::prelude::*;

#[cfg(target_arch = "wasm32")]
thread_local! {
    static LABORATORY: Rc<Laboratory> = laboratory::open();
    static SHOWN: RefCell<Option<LaboratoryPage>> = const { RefCell::new(None) };
}

#[cfg(target_arch = "wasm32")]
fn main() {
    // In a page it waits until it is shown.
    let _ = laboratory::serve_worker();
}

/// Shows the laboratory in the element of this id, if there is one.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
#[allow(unreachable_pub, reason = "scripts reach it")]
pub fn show(place: &str) {
    if SHOWN.with_borrow(Option::is_none) {
        SHOWN.set(LABORATORY.with(|laboratory| LaboratoryPage::show(laboratory, place)));
    }
}

/// Takes it off the page; what is open stays open.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
#[allow(unreachable_pub, reason = "scripts reach it")]
pub fn hide() {
    if let Some(page) = SHOWN.take() {
        page.hide();
    }
}

/// The laboratory's calls for scripts.
///
/// # Errors
/// The browser does not let the object be made.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen]
#[allow(unreachable_pub, reason = "scripts reach it")]
pub fn calls() -> Result<JsValue, JsValue> {
    LABORATORY.with(laboratory::calls)
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The laboratory runs in a browser, and natively by `cargo xtask sim --scenario`.");
    std::process::exit(2);
}
