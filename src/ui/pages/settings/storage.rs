//! What is stored where, and a new start.

use yew::prelude::*;

use super::rows::{section, setting};
use crate::app::platform::StorageUse;
use crate::command::{Command, Target};
use crate::ui::components::{Confirm, RunButton};
use crate::ui::context::{use_actions, use_picture};
use crate::view::figures::{bytes, percent};

/// Where the browser does not answer.
const UNKNOWN: &str = "the browser does not say";

/// The section of the storage.
#[component]
pub(super) fn Storage() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let storage = actions.app().storage();
    let kept = match storage.and_then(|storage| storage.is_kept) {
        Some(true) => "yes",
        Some(false) => "no",
        None => UNKNOWN,
    };
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
            storage.map_or_else(|| UNKNOWN.to_owned(), used_text),
        ),
        setting(
            "Kept when space runs short",
            "Asked of the browser at your first click or key. If it says no, it may delete what is stored when the disk is full, or after weeks without a visit.",
            kept,
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

#[expect(clippy::cast_precision_loss, reason = "a share is shown in percent")]
fn used_text(storage: StorageUse) -> String {
    let StorageUse { used, allowed, .. } = storage;
    if allowed == 0 {
        return bytes(used);
    }
    let share = percent(used as f64 / allowed as f64);
    format!("{} of {} allowed ({share})", bytes(used), bytes(allowed))
}
