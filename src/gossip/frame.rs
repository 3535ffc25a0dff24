//! Frames: what really crosses a channel. Every frame is signed by its sender, because a channel
//! tells nothing about who posted, and a forged sender would turn peer scores into a weapon.
//!
//! Layout, little-endian: magic 4 | version 1 | network 8 | from 32 | session 8 | sequence 8 | to
//! 32 (zeros for all) | type 1 | length 4 | payload | signature 64. A frame is judged step by step,
//! cheapest first, and nothing is allocated beyond the bytes that came.

use crate::primitives::{Address, BlockHash, Keypair, NodeId, Signature};

use super::error::FrameError;
use super::message::{Message, MessageType};
use super::version::PROTOCOL;

/// First bytes of every frame.
pub const MAGIC: [u8; 4] = *b"AURX";
/// Where the type of its message stands in a frame.
const TYPE_AT: usize = 93;
/// Bytes before the payload.
const PREFIX_LEN: usize = 98;
/// Bytes around the payload: 98 before it, and the 64 of the signature.
pub const OVERHEAD: usize = PREFIX_LEN + 64;

/// Longest frame in bytes, over all types of message.
pub const MAX_FRAME: usize = OVERHEAD + MessageType::greatest_limit();

const DOMAIN: &[u8] = b"aurex/frame/1";

/// What a frame says about itself; the signature is not checked yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// Who says it sent the frame; only [`Envelope::verify`] proves it.
    pub from: NodeId,
    /// Run of the sender: its start in milliseconds since 1970 times 2^16, and 16 random bits.
    pub session: u64,
    /// Number of the frame within its session, from 1 on.
    pub sequence: u64,
    /// For whom; `None` for all.
    pub to: Option<NodeId>,
    /// Kind of message.
    pub kind: MessageType,
    /// The encoded message, within the bound of its type.
    pub payload: &'a [u8],
    signed: &'a [u8],
    signature: Signature,
}

/// The eight bytes that name a network in frames and channel names.
#[must_use]
pub fn network_id(chain_id: &BlockHash) -> [u8; 8] {
    let mut id = [0; 8];
    id.copy_from_slice(&chain_id.0[..8]);
    id
}

/// Whether bytes, if they are a frame, offer or carry transactions of which nobody said that they
/// are a block's.
#[must_use]
pub fn carries_transactions(bytes: &[u8]) -> bool {
    kind_of(bytes)
        .is_some_and(|kind| [MessageType::INV, MessageType::NEW_TRANSACTION].contains(&kind))
}

/// Encodes and signs one frame of this session and sequence; without `to` it is for all.
#[must_use]
pub fn seal_frame(
    key: &Keypair,
    chain_id: &BlockHash,
    (session, sequence): (u64, u64),
    to: Option<NodeId>,
    message: &Message,
) -> Vec<u8> {
    let (kind, payload) = message.encode();
    let mut bytes = Vec::with_capacity(payload.len().saturating_add(OVERHEAD));
    bytes.extend(MAGIC);
    bytes.push(PROTOCOL);
    bytes.extend(network_id(chain_id));
    bytes.extend(key.node_id().0);
    bytes.extend(session.to_le_bytes());
    bytes.extend(sequence.to_le_bytes());
    bytes.extend(to.map_or([0; 32], |node| node.0));
    bytes.push(kind.byte());
    bytes.extend(
        u32::try_from(payload.len())
            .unwrap_or(u32::MAX)
            .to_le_bytes(),
    );
    bytes.extend(payload);
    let signature = key.sign(DOMAIN, &bytes);
    bytes.extend(signature.0);
    bytes
}

/// The kind of message that bytes, if they are a frame, carry.
#[must_use]
pub fn kind_of(bytes: &[u8]) -> Option<MessageType> {
    MessageType::from_byte(*bytes.get(TYPE_AT)?).ok()
}

/// A frame with another message under the same envelope, with the old signature, which does not
/// cover it. `None` for bytes that are no frame.
#[must_use]
pub fn with_message(frame: &[u8], message: &Message) -> Option<Vec<u8>> {
    let (kind, payload) = message.encode();
    let length = u32::try_from(payload.len()).ok()?;
    let signature = frame.get(PREFIX_LEN..)?.last_chunk::<64>()?;
    let mut bytes = frame[..PREFIX_LEN].to_vec();
    bytes[TYPE_AT] = kind.byte();
    bytes[94..98].copy_from_slice(&length.to_le_bytes());
    bytes.extend(payload);
    bytes.extend(signature);
    Some(bytes)
}

/// A frame as its sender signs it again, whatever was changed in it. `None` for bytes that are no
/// frame.
#[must_use]
pub fn signed_again(frame: &[u8], key: &Keypair) -> Option<Vec<u8>> {
    let end = frame.len().checked_sub(64)?;
    let signed = frame.get(..end)?;
    Some([signed, &key.sign(DOMAIN, signed).0].concat())
}

fn array<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}

impl<'a> Envelope<'a> {
    /// Reads a frame of the network `chain_id` up to, but not with, its signature.
    ///
    /// # Errors
    /// See [`FrameError`].
    pub fn parse(bytes: &'a [u8], chain_id: &BlockHash) -> Result<Self, FrameError> {
        let found = bytes.len();
        if bytes.get(..4) != Some(&MAGIC) || found < OVERHEAD {
            return Err(FrameError::Foreign { found });
        }
        if bytes[4] != PROTOCOL {
            return Err(FrameError::Version { found: bytes[4] });
        }
        let network: [u8; 8] = array(bytes, 5);
        let ours = network_id(chain_id);
        if network != ours {
            let hex = crate::primitives::to_hex;
            return Err(FrameError::Network {
                expected: hex(&ours),
                found: hex(&network),
            });
        }
        let kind = MessageType::from_byte(bytes[TYPE_AT])?;
        let length = usize::try_from(u32::from_le_bytes(array(bytes, 94))).unwrap_or(usize::MAX);
        if length > kind.limit() {
            return Err(FrameError::TooLarge {
                kind: kind.name(),
                limit: kind.limit(),
                found: length,
            });
        }
        let expected = length.saturating_add(OVERHEAD);
        if expected != found {
            return Err(FrameError::Length { expected, found });
        }
        let (signed, signature) = bytes.split_at(PREFIX_LEN + length);
        let to: [u8; 32] = array(bytes, 61);
        Ok(Self {
            from: NodeId(array(bytes, 13)),
            session: u64::from_le_bytes(array(bytes, 45)),
            sequence: u64::from_le_bytes(array(bytes, 53)),
            to: (to != [0; 32]).then_some(NodeId(to)),
            kind,
            payload: &signed[PREFIX_LEN..],
            signed,
            signature: Signature(array(signature, 0)),
        })
    }

    /// Bytes of the whole frame, signature included.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.payload.len().saturating_add(OVERHEAD)
    }

    /// Never: a frame has at least its envelope.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// Checks the sender's signature.
    ///
    /// # Errors
    /// [`FrameError::Signature`].
    pub fn verify(&self) -> Result<(), FrameError> {
        if self
            .signature
            .verifies(&Address::from(self.from), DOMAIN, self.signed)
        {
            Ok(())
        } else {
            Err(FrameError::Signature { from: self.from })
        }
    }

    /// Decodes the message.
    ///
    /// # Errors
    /// [`FrameError::Payload`].
    pub fn message(&self) -> Result<Message, FrameError> {
        Message::decode(self.kind, self.payload).ok_or(FrameError::Payload {
            kind: self.kind.name(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAIN: BlockHash = BlockHash([5; 32]);

    fn sample() -> Vec<u8> {
        seal_frame(
            &Keypair::from_secret(&[1; 32]),
            &CHAIN,
            (7, 8),
            Some(NodeId([9; 32])),
            &Message::Bye,
        )
    }

    fn judge(bytes: &[u8]) -> Result<Message, FrameError> {
        let envelope = Envelope::parse(bytes, &CHAIN)?;
        envelope.verify()?;
        envelope.message()
    }

    #[test]
    fn a_frame_says_what_was_sealed() {
        let bytes = sample();
        let envelope = Envelope::parse(&bytes, &CHAIN).unwrap();
        assert_eq!(
            (envelope.session, envelope.sequence, envelope.to),
            (7, 8, Some(NodeId([9; 32])))
        );
        assert_eq!(envelope.from, Keypair::from_secret(&[1; 32]).node_id());
        assert_eq!(judge(&bytes), Ok(Message::Bye));
    }

    #[test]
    fn every_flipped_bit_is_refused() {
        let good = sample();
        for bit in 0..good.len() * 8 {
            let mut bytes = good.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(judge(&bytes).is_err(), "bit {bit}");
        }
    }

    #[test]
    fn another_message_counts_only_when_the_sender_signs_it_again() {
        let key = Keypair::from_secret(&[1; 32]);
        let ask = Message::GetBodies(vec![BlockHash([3; 32])]);
        let changed = with_message(&sample(), &ask).unwrap();
        assert_eq!(judge(&changed).unwrap_err().code(), "frame_signature");
        assert_eq!(kind_of(&changed), Some(ask.kind()));
        let signed = signed_again(&changed, &key).unwrap();
        assert_eq!(judge(&signed), Ok(ask));
        assert_eq!(with_message(b"AURX", &Message::Bye), None);
        assert_eq!(signed_again(b"AURX", &key), None);
    }

    #[test]
    fn every_truncation_and_extension_is_refused() {
        let good = sample();
        for length in 0..good.len() {
            assert!(judge(&good[..length]).is_err(), "{length} bytes");
        }
        assert!(matches!(
            judge(&[good, vec![0]].concat()),
            Err(FrameError::Length { .. })
        ));
    }

    #[test]
    fn foreign_versions_networks_types_and_sizes_are_named() {
        let with = |at: usize, value: u8| {
            let mut bytes = sample();
            bytes[at] = value;
            judge(&bytes).unwrap_err().code()
        };
        assert_eq!(with(0, b'X'), "frame_foreign");
        assert_eq!(with(4, PROTOCOL + 1), "frame_version");
        assert_eq!(with(5, 6), "frame_network");
        assert_eq!(with(93, 200), "frame_type");
        assert_eq!(with(97, 255), "frame_too_large");
        assert_eq!(with(20, 3), "frame_signature");
    }
}
