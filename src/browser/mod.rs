//! The shell: everything that touches the browser. It decides nothing about the protocol.
//!
//! One binary runs in every place of the live network. The page starts node workers (named
//! `node:<name>`), a node starts its miner workers (named `miner:<node>:<number>`), and
//! [`serve_worker`] sees from the global scope and the worker's name which of them this is. The
//! [`laboratory`] is a second binary of the same kind: its part of the page, and its worker (named
//! `lab:<number>`).

pub mod archive;
pub mod capability;
pub mod channel;
pub mod idb;
pub mod js;
pub mod laboratory;
pub mod locks;
mod miner_worker;
mod names;
mod node_worker;
mod pace;
pub mod page;
pub mod spawn;

use wasm_bindgen::prelude::*;
use web_sys::DedicatedWorkerGlobalScope;

pub use archive::FileArchive;
pub use channel::{Channel, MAX_PAYLOAD, Received, Senders};
pub use idb::IndexedDbStore;
pub use names::{lab_worker_name, miner_worker_name, node_worker_name};
pub use spawn::{WorkerHandle, spawn};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = reportError)]
    fn report_error(error: &js_sys::Error);
}

/// Serves as the node or the miner that this worker is; `false` in a page.
#[must_use]
pub fn serve_worker() -> bool {
    serve_as(&[("node", node_worker::run), ("miner", miner_worker::run)])
}

/// What a worker does until it is ended.
type Run = fn(&DedicatedWorkerGlobalScope);

/// Serves in the one of these roles that this worker's name begins with; `false` in a page.
fn serve_as(roles: &[(&str, Run)]) -> bool {
    let Some(scope) = scope_of_worker() else {
        return false;
    };
    let name = scope.name();
    let role = name.split_once(':').map(|(role, _)| role);
    match roles.iter().find(|(known, _)| role == Some(*known)) {
        Some((_, run)) => run(&scope),
        None => js::warn(&format!("a worker named {name:?} has no role here")),
    }
    true
}

/// The worker that this is; `None` in a page.
fn scope_of_worker() -> Option<DedicatedWorkerGlobalScope> {
    console_error_panic_hook::set_once();
    let scope = js_sys::global()
        .dyn_into::<DedicatedWorkerGlobalScope>()
        .ok()?;
    // A panic ends the program; without this its parent would learn only that something is
    // unreachable.
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        report_error(&js_sys::Error::new(&panic.to_string()));
    }));
    Some(scope)
}
