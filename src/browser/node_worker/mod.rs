//! The shell of a node: it feeds the node's state machine with what happens in the browser, carries
//! out what the state machine puts out, and speaks with the page.
//!
//! Invariants: the state machine is never entered while it runs. Outputs are carried out in order
//! and waited for by nobody; their outcomes come back as inputs. Nothing here knows a rule of the
//! protocol.
//!
//! Bounds: those of [`crate::node::Inputs`] for what waits while there is no node to take it (it
//! starts, or its ledger is being wiped).

mod launching;
mod ledger;
mod miners;
mod page;
mod requests;
mod shell;
mod start;

use std::cell::RefCell;
use std::rc::Rc;

use wasm_bindgen::JsValue;
use web_sys::DedicatedWorkerGlobalScope;

use super::js::{unpack, warn};
use super::spawn;
use crate::ipc::{FromNode, NodeConfig, Refusal, ToNode};
use crate::refusal::NodeError;
use page::Page;
use shell::Shell;

/// Waits for the page's order to start, and serves the page until it ends the worker.
pub(super) fn run(scope: &DedicatedWorkerGlobalScope) {
    let shell: RefCell<Option<Rc<Shell>>> = RefCell::default();
    let page = Page(scope.clone());
    let receive = move |message: JsValue| {
        let message = match unpack::<ToNode>(&message) {
            Ok(message) => message,
            Err(error) => return warn(&format!("a message of the page: {error}")),
        };
        let running = shell.borrow().clone();
        match (message, running) {
            (ToNode::Start(config), None) => match begin(&page, config) {
                Ok(started) => {
                    shell.replace(Some(started));
                }
                Err(error) => page.tell(&FromNode::Failed { error }),
            },
            (ToNode::Start(_), Some(_)) => warn("the node was started before"),
            (ToNode::Stop, None) => page.tell(&FromNode::Stopped),
            (ToNode::Request { id, .. }, None) => {
                let error = NodeError::NeverStarted.into();
                page.tell(&FromNode::Refusal { id, error });
            }
            (
                ToNode::SetWorkload(_)
                | ToNode::Yield
                | ToNode::SetLink { .. }
                | ToNode::SetLinks { .. }
                | ToNode::SetEvents(_),
                None,
            ) => warn("the node has not been started"),
            (message, Some(shell)) => shell.receive(message),
        }
    };
    match spawn::serve(scope, receive) {
        // It lives as long as the worker.
        Ok(listener) => listener.forget(),
        Err(error) => warn(&error.to_string()),
    }
}

/// Reads the configuration; the rest of the start takes time and goes on by itself.
fn begin(page: &Page, config: NodeConfig) -> Result<Rc<Shell>, Refusal> {
    let shell = Shell::new(page.clone(), config)?;
    let starting = Rc::clone(&shell);
    wasm_bindgen_futures::spawn_local(async move {
        if let Err(error) = start::start(&starting).await {
            starting.fail(error);
        }
    });
    Ok(shell)
}
