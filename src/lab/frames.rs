//! The frames on their way, as things that can be looked at and taken hold of. A frame keeps its id
//! as long as it is on its way, whatever is done with it.

use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::gossip::{Envelope, kind_of};
use crate::primitives::to_hex;
use crate::sim::event::Event;
use crate::sim::world::QueueKey;

use super::clock::begin;
use super::fields::visit;
use super::moment::Moment;

/// A decoded field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Its value, as people read it.
    pub value: String,
    /// Whether it can be changed.
    pub open: bool,
}

/// A frame on its way. Times are virtual milliseconds since the beginning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FrameInfo {
    /// Names it as long as it is on its way.
    pub id: u64,
    /// The node that sent it.
    pub from: String,
    /// The node that it comes to.
    pub to: String,
    /// The kind of message, such as `BLOCK_FOUND`; `?` where the bytes are none.
    pub kind: &'static str,
    /// When it was sent.
    pub sent: u64,
    /// When it arrives; `None` while it is held.
    pub due: Option<u64>,
    /// All its bytes.
    #[serde(serialize_with = "as_hex")]
    pub bytes: Rc<[u8]>,
    /// What it says; nothing where the bytes are no message.
    pub fields: Vec<Field>,
}

fn as_hex<S: serde::Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&to_hex(bytes))
}

/// The place in the queue of the frame with this id.
pub(super) fn place_of(moment: &Moment, id: u64) -> Option<QueueKey> {
    let mut queue = moment.world.queue.iter();
    queue
        .find(|((_, number), event)| *number == id && matches!(event, Event::Frame { .. }))
        .map(|(key, _)| *key)
}

/// All frames on their way, those first that arrive first, then those that are held.
pub(super) fn list(moment: &Moment) -> Vec<FrameInfo> {
    let due = |key: &QueueKey| Some(key.0.since(begin()).0);
    let flying = moment.world.queue.iter();
    let flying = flying.filter_map(|(key, event)| info(moment, key.1, due(key), event));
    let held = moment.held.iter();
    let held = held.filter_map(|(id, event)| info(moment, *id, None, event));
    flying.chain(held).collect()
}

fn info(moment: &Moment, id: u64, due: Option<u64>, event: &Event) -> Option<FrameInfo> {
    let Event::Frame {
        from,
        to,
        sent,
        frame,
        ..
    } = event
    else {
        return None;
    };
    Some(FrameInfo {
        id,
        from: moment.name(*from).to_owned(),
        to: moment.name(*to).to_owned(),
        kind: kind_of(frame).map_or("?", |kind| kind.name()),
        sent: sent.since(begin()).0,
        due,
        bytes: Rc::clone(frame),
        fields: fields(moment, frame),
    })
}

fn fields(moment: &Moment, frame: &[u8]) -> Vec<Field> {
    let chain_id = moment.world.chain_id();
    let message = chain_id.and_then(|id| Envelope::parse(frame, &id).ok()?.message().ok());
    let mut fields = Vec::new();
    if let Some(mut message) = message {
        visit(&mut message, &mut |name, slot| {
            fields.push(Field {
                name: name.to_owned(),
                value: slot.value(),
                open: slot.is_open(),
            });
        });
    }
    fields
}
