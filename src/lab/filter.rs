//! Which frames a rule is about.

use serde::{Deserialize, Serialize};

use crate::gossip::MessageType;

/// A kind of message by its name, such as `BLOCK_FOUND`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FrameKind(pub(super) MessageType);

/// A name that is no kind of message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected the name of a message, such as BLOCK_FOUND, found {found:?}")]
pub struct UnknownKind {
    found: String,
}

impl FrameKind {
    /// The names of all kinds of messages.
    pub fn names() -> impl Iterator<Item = &'static str> {
        kinds().map(MessageType::name)
    }
}

fn kinds() -> impl Iterator<Item = MessageType> {
    (0..u8::MAX).filter_map(|byte| MessageType::from_byte(byte).ok())
}

impl TryFrom<String> for FrameKind {
    type Error = UnknownKind;

    fn try_from(found: String) -> Result<Self, UnknownKind> {
        match kinds().find(|kind| kind.name() == found) {
            Some(kind) => Ok(Self(kind)),
            None => Err(UnknownKind { found }),
        }
    }
}

impl From<FrameKind> for String {
    fn from(kind: FrameKind) -> Self {
        kind.0.name().to_owned()
    }
}

/// Which frames a rule is about: those that fit all that is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only messages of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<FrameKind>,
    /// Only from these nodes; from all without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from: Vec<String>,
    /// Only to these nodes; to all without any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub to: Vec<String>,
}

impl Filter {
    /// Whether a frame of this kind between these nodes fits.
    pub(super) fn fits(&self, kind: Option<MessageType>, from: &str, to: &str) -> bool {
        let named = |names: &[String], name: &str| {
            names.is_empty() || names.iter().any(|other| other == name)
        };
        self.kind.is_none_or(|wanted| kind == Some(wanted.0))
            && named(&self.from, from)
            && named(&self.to, to)
    }
}
