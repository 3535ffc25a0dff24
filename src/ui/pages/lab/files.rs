//! Scenarios as files: opened from the disk, dropped on the page, saved to the disk.

use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{File, HtmlElement, HtmlInputElement};
use yew::prelude::*;

use crate::app::lab::Source;
use crate::lab::MAX_TEXT_BYTES;
use crate::refusal::LabRefusal;
use crate::ui::components::go;
use crate::ui::lab::{Hands, Scene};
use crate::view::route::Route;

/// Hands a text to the person as a file; the file's name.
pub(super) fn save(title: &str, text: &str) -> String {
    let simple = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '-'
        }
    };
    let name: String = title.chars().map(simple).collect();
    let name = format!("{}.json", name.trim_matches('-'));
    let link = gloo::utils::document().create_element("a");
    if let Some(link) = link
        .ok()
        .and_then(|link| link.dyn_into::<HtmlElement>().ok())
    {
        let data: String = js_sys::encode_uri_component(text).into();
        // Both take any text.
        let _ = link.set_attribute(
            "href",
            &format!("data:application/json;charset=utf-8,{data}"),
        );
        let _ = link.set_attribute("download", &name);
        link.click();
    }
    name
}

fn read(hands: &Hands, file: File) {
    let hands = hands.clone();
    spawn_local(async move {
        #[expect(clippy::cast_precision_loss, reason = "a small limit")]
        let limit = MAX_TEXT_BYTES as f64;
        if file.size() > limit {
            let reason = format!(
                "expected a file of at most {MAX_TEXT_BYTES} bytes, found {}",
                file.size()
            );
            hands
                .notifier()
                .refuse(&LabRefusal::Scenario { reason }.into());
            return;
        }
        let text = JsFuture::from(file.text())
            .await
            .ok()
            .and_then(|text| text.as_string());
        let text = text.unwrap_or_default();
        match hands.laboratory().rc().open(Source::Text(text)).await {
            Ok(()) => go(&Route::Bench),
            Err(error) => hands.notifier().refuse(&error),
        }
    });
}

/// Where a file can be chosen or dropped.
pub(super) fn open_file(scene: &Scene) -> Html {
    let hands = scene.hands.clone();
    let onchange = {
        let hands = hands.clone();
        move |event: Event| {
            let input = event.target_unchecked_into::<HtmlInputElement>();
            if let Some(file) = input.files().and_then(|files| files.get(0)) {
                read(&hands, file);
            }
            input.set_value("");
        }
    };
    // A browser would open what is dropped in place of the page.
    let ondragover = |event: DragEvent| event.prevent_default();
    let ondrop = move |event: DragEvent| {
        event.prevent_default();
        let files = event.data_transfer().and_then(|data| data.files());
        if let Some(file) = files.and_then(|files| files.get(0)) {
            read(&hands, file);
        }
    };
    html! {
        <label class="lab-drop" {ondragover} {ondrop}>
            <span>{ "Open a scenario: choose a file, or drop one here" }</span>
            <input type="file" accept=".json,application/json" {onchange} />
        </label>
    }
}
