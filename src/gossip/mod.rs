//! Gossip: how nodes talk. Frames and messages, what is known about each peer, which ids were seen,
//! and how missing blocks are fetched. Nothing here knows the chain: the node routes values between
//! them.

mod bucket;
mod error;
mod fault;
mod frame;
mod message;
mod peers;
mod seen;
mod sync;
mod version;
mod window;

pub use error::FrameError;
pub use fault::Fault;
pub use frame::{
    Envelope, MAGIC, MAX_FRAME, OVERHEAD, carries_transactions, kind_of, network_id, seal_frame,
};
pub use frame::{signed_again, with_message};
pub use message::{
    ANSWER_BYTES, CompactBlock, HeadInfo, MAX_BODIES, MAX_CERTIFICATES, MAX_HEADERS, MAX_IDS,
    MAX_NAME_BYTES, MAX_RECORDS, MAX_VOTES, Message, MessageType, NodeRecord, Progress,
};
pub use peers::{ALIVE, MAX_PEERS, Peer, Peers};
pub use seen::{SEEN_GENERATION, Seen};
pub use sync::{BODY_WINDOW, BlockSync, ChainEnd, SyncAsk, SyncError};
pub use version::PROTOCOL;

use crate::primitives::{BlockHash, NodeId, to_hex};

/// Name of the channel on which all nodes of a network listen.
#[must_use]
pub fn discovery_channel(chain_id: &BlockHash) -> String {
    format!("aurex/1/{}/discovery", to_hex(&network_id(chain_id)))
}

/// Name of the channel on which one node listens.
#[must_use]
pub fn inbox_channel(chain_id: &BlockHash, node: &NodeId) -> String {
    format!(
        "aurex/1/{}/inbox/{}",
        to_hex(&network_id(chain_id)),
        to_hex(&node.0[..8])
    )
}
