//! The medium: BroadcastChannel. A channel object hears what every other object of its name posts,
//! in any tab or worker of the origin, and never itself. There is no history, no acknowledgement
//! and no order between senders, and a sender's word about itself is worth nothing: frames are
//! checked later.
//!
//! A payload is one `Uint8Array` of its own; a view would clone the whole memory of the program.
//!
//! A directed send opens the receiver's inbox channel, posts and closes it: an object kept open
//! would hear all frames that others send there, n deliveries instead of one. Measured in Chromium
//! with 1 to 15 sending workers: nothing was lost by closing, nor by ending the worker, right after
//! posting; it costs 0.1 ms more a frame with one sender, and is faster than keeping objects open
//! from 8 senders on. So [`Senders`] keeps an object only until the outputs of one step are
//! through.
//!
//! Bounds: a payload above [`MAX_PAYLOAD`] bytes is not copied in.

use gloo::events::EventListener;
use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;
use web_sys::{BroadcastChannel, MessageEvent};

use super::capability;
use super::js::explain;
use crate::ipc::Refusal;
use crate::refusal::PlatformError;

/// Longest payload that is read, in bytes: the longest frame, as nothing else is copied in to be
/// refused.
#[expect(clippy::cast_possible_truncation, reason = "a frame is far shorter")]
pub const MAX_PAYLOAD: u32 = crate::gossip::MAX_FRAME as u32;

/// What came in on a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    /// The bytes of a frame, whoever sent it.
    Frame(Vec<u8>),
    /// Something that no node of ours posts, and why it is none.
    Foreign(&'static str),
}

/// A channel that is open and heard: a node's inbox, or the discovery channel.
#[derive(Debug)]
pub struct Channel {
    channel: BroadcastChannel,
    _listeners: [EventListener; 2],
}

impl Channel {
    /// Opens the channel and hears it from now on.
    ///
    /// # Errors
    /// `no_broadcast_channel`, or `channel_failed` with the browser's reason.
    pub fn open(
        name: &str,
        on_received: impl Fn(Received) + Clone + 'static,
    ) -> Result<Self, Refusal> {
        let channel = object(name)?;
        let unreadable = on_received.clone();
        let listeners = [
            EventListener::new(&channel, "message", move |event| {
                let data = event
                    .dyn_ref::<MessageEvent>()
                    .map_or(JsValue::UNDEFINED, MessageEvent::data);
                on_received(read(&data));
            }),
            EventListener::new(&channel, "messageerror", move |_| {
                unreadable(Received::Foreign("a payload that cannot be read"));
            }),
        ];
        Ok(Self {
            channel,
            _listeners: listeners,
        })
    }

    /// Posts a frame to everybody else on this channel.
    ///
    /// # Errors
    /// `channel_failed` with the browser's reason.
    pub fn post(&self, frame: &[u8]) -> Result<(), Refusal> {
        post(&self.channel, frame)
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        self.channel.close();
    }
}

/// Channel objects for directed sends, open until [`Senders::close`].
#[derive(Debug, Default)]
pub struct Senders {
    open: Vec<(String, BroadcastChannel)>,
}

impl Senders {
    /// Posts a frame to the owner of an inbox.
    ///
    /// # Errors
    /// `no_broadcast_channel`, or `channel_failed` with the browser's reason.
    pub fn send(&mut self, inbox: String, frame: &[u8]) -> Result<(), Refusal> {
        if let Some((_, channel)) = self.open.iter().find(|(name, _)| *name == inbox) {
            return post(channel, frame);
        }
        let channel = object(&inbox)?;
        let outcome = post(&channel, frame);
        self.open.push((inbox, channel));
        outcome
    }

    /// Closes what is open; what was posted still arrives.
    pub fn close(&mut self) {
        for (_, channel) in self.open.drain(..) {
            channel.close();
        }
    }
}

impl Drop for Senders {
    fn drop(&mut self) {
        self.close();
    }
}

fn object(name: &str) -> Result<BroadcastChannel, Refusal> {
    capability::broadcast_channel()?;
    BroadcastChannel::new(name).map_err(|thrown| failed(name, &thrown))
}

fn post(channel: &BroadcastChannel, frame: &[u8]) -> Result<(), Refusal> {
    // `from` copies the bytes out of the program's memory.
    channel
        .post_message(&Uint8Array::from(frame))
        .map_err(|thrown| failed(&channel.name(), &thrown))
}

fn read(data: &JsValue) -> Received {
    let Some(bytes) = data.dyn_ref::<Uint8Array>() else {
        return Received::Foreign("a payload that is no Uint8Array");
    };
    if bytes.length() > MAX_PAYLOAD {
        return Received::Foreign("a payload that is too long");
    }
    Received::Frame(bytes.to_vec())
}

fn failed(name: &str, thrown: &JsValue) -> Refusal {
    let (name, reason) = (name.to_owned(), explain(thrown));
    PlatformError::Channel { name, reason }.into()
}
