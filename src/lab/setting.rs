//! What a link is set to.

use serde::{Deserialize, Serialize};

use crate::links::{Link, PerMille};
use crate::primitives::Millis;

/// What a link is set to; what is not said stays, or is that of a plain link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSetting {
    /// Least delay in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<u64>,
    /// Most that is added to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jitter: Option<u64>,
    /// Of a thousand frames, how many are lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loss: Option<u16>,
    /// Bytes a second; 0 for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<u32>,
    /// Nothing passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<bool>,
}

impl LinkSetting {
    /// A link with everything that is said set, and all else as it was.
    pub(super) fn on(&self, link: Link) -> Link {
        Link {
            cut: self.cut.unwrap_or(link.cut),
            latency: self.latency.map_or(link.latency, Millis),
            jitter: self.jitter.map_or(link.jitter, Millis),
            loss: self.loss.map_or(link.loss, PerMille),
            bandwidth: self
                .bandwidth
                .map_or(link.bandwidth, |most| Some(most).filter(|most| *most > 0)),
            ..link
        }
    }
}
