//! What is stored where, and a new start.

use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::StorageEstimate;
use yew::prelude::*;

use super::rows::{section, setting};
use crate::command::{Command, Target};
use crate::ui::components::{Confirm, RunButton};
use crate::ui::context::{use_actions, use_picture};
use crate::view::figures::{bytes, percent};

/// The section of the storage.
#[component]
pub(super) fn Storage() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let used = use_used(picture.tips.first().map_or(0, |tip| tip.height));
    let in_memory = picture
        .nodes
        .iter()
        .filter(|node| node.own && node.status.degraded.is_some());
    let record = if actions.app().settings().persistent {
        "kept in this browser"
    } else {
        "in this page only"
    };
    let own = picture.nodes.iter().filter(|node| node.own);
    let rows = vec![
        setting(
            "Used by this page",
            "As the browser estimates it, over all networks.",
            used.unwrap_or_else(|| "the browser does not say".to_owned()),
        ),
        setting(
            "Network's record",
            "The nodes, the persons and what is set here. In this page only, it is gone when the page closes.",
            record,
        ),
        setting(
            "Ledgers in memory only",
            "Nodes whose ledger the browser does not store: it is gone when they end.",
            in_memory.count(),
        ),
        setting(
            "Ledgers as files",
            "Saves the blocks of a node's best chain, or takes those of a file into its ledger: every block is checked first.",
            own.map(|node| file_buttons(&node.status.name))
                .collect::<Html>(),
        ),
        setting(
            "A new start",
            "Empties the ledgers of all nodes of this tab and begins a new chain.",
            html! {
                <Confirm label="Wipe the network" question="Empty all ledgers and begin a new chain?" command={Command::Wipe(Target::All)} />
            },
        ),
    ];
    section("Storage", "", rows)
}

fn file_buttons(node: &str) -> Html {
    let [export, import] = [
        Command::Export {
            node: node.to_owned(),
        },
        Command::Import {
            node: node.to_owned(),
        },
    ];
    html! {
        <div class="ledger-file" key={node.to_owned()}>
            <span>{ node }</span>
            <RunButton command={export} label={format!("Save the ledger of {node} as a file")}>{ "Save" }</RunButton>
            <RunButton command={import} label={format!("Take a file into the ledger of {node}")}>{ "Take a file" }</RunButton>
        </div>
    }
}

/// What the browser estimates that this page stores; measured on each tenth block, often enough to
/// see it grow.
#[hook]
fn use_used(height: u64) -> Option<String> {
    let used = use_state_eq(|| None);
    let setter = used.setter();
    use_effect_with(height / 10, move |_| {
        spawn_local(async move { setter.set(estimate().await) });
    });
    (*used).clone()
}

async fn estimate() -> Option<String> {
    let storage = gloo::utils::window().navigator().storage();
    // Without a secure origin there is no storage manager at all.
    if wasm_bindgen::JsValue::from(storage.clone()).is_undefined() {
        return None;
    }
    let estimate: StorageEstimate = JsFuture::from(storage.estimate().ok()?).await.ok()?.into();
    Some(storage_text(estimate.get_usage()?, estimate.get_quota()?))
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sizes are whole and not negative"
)]
fn storage_text(used: f64, quota: f64) -> String {
    let (text, share) = (bytes(used as u64), percent(used / quota));
    if quota > 0.0 {
        format!("{text} of {} allowed ({share})", bytes(quota as u64))
    } else {
        text
    }
}
