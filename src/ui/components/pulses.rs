//! Blocks and transactions on their way between nodes, for the picture of the network. A pulse lives
//! for [`PULSE_MS`]; when nothing is on its way, nothing is drawn and nothing moves.

use std::collections::VecDeque;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::browser::host::Host;
use crate::ipc::{Event, Topic};
use crate::ui::hooks::{Guard, use_effect_on};
use crate::ui::kept::{Kept, use_kept};

/// How long a pulse is drawn; a little longer than its animation in the stylesheet.
const PULSE_MS: u32 = 800;
/// Most pulses drawn at once; the oldest goes first.
const MAX_PULSES: usize = 60;

/// Something on its way from a node to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pulse {
    /// Names it among the others.
    pub(crate) id: u64,
    /// Node id of the sender.
    pub(crate) from: String,
    /// Name of the receiver.
    pub(crate) to: String,
    /// Whether it is a block; else a transaction.
    pub(crate) block: bool,
}

/// What is on its way now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Pulses {
    /// Oldest first.
    pub(crate) list: VecDeque<Pulse>,
    next: u64,
}

pub(crate) enum PulseAction {
    /// A frame arrived.
    Arrived { from: String, to: String, block: bool },
    /// The pulses up to this id are over.
    Over(u64),
}

impl Reducible for Pulses {
    type Action = PulseAction;

    fn reduce(self: Rc<Self>, action: PulseAction) -> Rc<Self> {
        let mut next = (*self).clone();
        match action {
            PulseAction::Arrived { from, to, block } => {
                next.list.push_back(Pulse { id: next.next, from, to, block });
                next.next += 1;
                while next.list.len() > MAX_PULSES {
                    next.list.pop_front();
                }
            }
            PulseAction::Over(last) => {
                if next.list.front().is_none_or(|pulse| pulse.id > last) {
                    return self;
                }
                next.list.retain(|pulse| pulse.id > last);
            }
        }
        Rc::new(next)
    }
}

/// Whether a message event is a block or a transaction that arrived, and which of them.
fn kind(event: &Event) -> Option<bool> {
    let text = event.text.to_ascii_lowercase();
    if text.starts_with("sent") {
        return None;
    }
    if text.contains("block") { Some(true) } else { text.contains("transaction").then_some(false) }
}

/// The pulses of the moment; none while motion is not wanted.
#[hook]
pub(crate) fn use_pulses(host: Rc<Host>, wanted: bool) -> Kept<Pulses> {
    let pulses = use_kept(Pulses::default);
    let dispatcher = pulses.keeper();
    let listen = move || -> Guard {
        if !wanted {
            return None;
        }
        Some(Box::new(host.listen(Some(Topic::Message), move |event| {
            if let (Some(from), Some(block)) = (&event.peer, kind(event)) {
                dispatcher.dispatch(PulseAction::Arrived { from: from.clone(), to: event.node.clone(), block });
            }
        })))
    };
    use_effect_on(wanted.to_string(), Box::new(listen));
    let newest = pulses.list.back().map(|pulse| pulse.id);
    let dispatcher = pulses.keeper();
    // One timer for each newest pulse; those before it are over by then as well.
    let end = move || {
        let last = newest?;
        Timeout::new(PULSE_MS, move || dispatcher.dispatch(PulseAction::Over(last))).forget();
        None
    };
    use_effect_on(newest.map_or_else(String::new, |id| id.to_string()), Box::new(end));
    pulses
}
