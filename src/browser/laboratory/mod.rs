//! The laboratory's program, on the page and in its worker: both run the same binary, which is not
//! the one of the live network. The page that loads it says when to show it, and hands its calls to
//! scripts.

mod calls;
mod worker;

use std::rc::Rc;

use wasm_bindgen::JsValue;

use super::js::unpack;
use super::page::Browser;
use super::page::outcome::thrown;
use super::{WorkerHandle, lab_worker_name, serve_as, spawn};
use crate::app::lab::Laboratory;
use crate::app::platform::{LabEvent, LabWorker, OnLabEvent};
use crate::ipc::Refusal;
use crate::lab::desk::ToLab;

/// Serves as the laboratory's worker that this is; `false` in a page.
#[must_use]
pub fn serve_worker() -> bool {
    serve_as(&[("lab", worker::run)])
}

/// The laboratory of this page; nothing is open in it.
#[must_use]
pub fn open() -> Rc<Laboratory> {
    Laboratory::new(Rc::new(Browser::default()), Box::new(spawn_desk))
}

/// The laboratory's calls for scripts, as an object.
///
/// # Errors
/// The browser does not let it be made.
pub fn calls(laboratory: &Rc<Laboratory>) -> Result<JsValue, JsValue> {
    calls::object(laboratory).map_err(|error| thrown(&error))
}

fn spawn_desk(number: u32, on_event: OnLabEvent) -> Result<Box<dyn LabWorker>, Refusal> {
    let on_event = Rc::new(on_event);
    let on_error = Rc::clone(&on_event);
    let worker = spawn(
        &lab_worker_name(number),
        move |message| {
            on_event(match unpack(&message) {
                Ok(message) => LabEvent::Message(message),
                Err(error) => LabEvent::Unreadable(error),
            });
        },
        move |error| on_error(LabEvent::Crashed(error)),
    )?;
    Ok(Box::new(DeskWorker(worker)))
}

/// The worker of the laboratory.
struct DeskWorker(WorkerHandle);

impl LabWorker for DeskWorker {
    fn post(&self, message: &ToLab) -> Result<(), Refusal> {
        self.0.post(message)
    }
}
