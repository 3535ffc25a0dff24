//! The browser's storage of this origin: how much of it is used, and whether the browser may delete
//! it by itself (the Storage Standard, WHATWG).

use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{StorageEstimate, StorageManager};

use crate::app::platform::StorageUse;

/// Without a secure origin there is no manager at all.
fn manager() -> Option<StorageManager> {
    let manager = gloo::utils::window().navigator().storage();
    (!JsValue::from(manager.clone()).is_undefined()).then_some(manager)
}

/// What the browser estimates; `None` where it does not.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and not negative"
)]
pub(super) async fn storage_use() -> Option<StorageUse> {
    let manager = manager()?;
    let estimate = JsFuture::from(manager.estimate().ok()?).await.ok()?;
    let estimate = StorageEstimate::from(estimate);
    let kept = async { JsFuture::from(manager.persisted().ok()?).await.ok() };
    Some(StorageUse {
        used: estimate.get_usage()? as u64,
        allowed: estimate.get_quota().unwrap_or_default() as u64,
        is_kept: kept.await.and_then(|kept| kept.as_bool()),
    })
}

/// Asks the browser to keep it; some ask the person.
pub(super) async fn keep() {
    if let Some(Ok(asked)) = manager().map(|manager| manager.persist()) {
        // What came of it is measured.
        let _ = JsFuture::from(asked).await;
    }
}
