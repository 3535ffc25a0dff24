//! Frames that are refused before their message is acted on.

use super::codes;
use crate::gossip::{
    Envelope, FrameError, HeadInfo, Message, MessageType, NodeRecord, OVERHEAD, PROTOCOL, Peers,
    seal_frame,
};
use crate::primitives::{BlockHash, Height, Instant, Keypair, NodeId, NodeKind, Timestamp, Weight};
use crate::testkit::{Grower, key, params};

const CHAIN: BlockHash = BlockHash([5; 32]);
const NOW: Timestamp = Timestamp(1_000_000);
/// Where the fields of a frame begin.
const VERSION: usize = 4;
const NETWORK: usize = 5;
const FROM: usize = 13;
const SESSION: usize = 45;
const SEQUENCE: usize = 53;
const TO: usize = 61;
const KIND: usize = 93;
const LENGTH: usize = 94;
const PAYLOAD: usize = 98;

/// Name, code of the refusal, and how the frame is made from a good one.
type Case = (&'static str, &'static str, fn(Vec<u8>) -> Vec<u8>);

fn with(mut frame: Vec<u8>, at: usize, value: u8) -> Vec<u8> {
    frame[at] = value;
    frame
}

fn flipped(mut frame: Vec<u8>, at: usize) -> Vec<u8> {
    frame[at] ^= 1;
    frame
}

/// The same frame with another payload under the type `kind`, sealed by its sender.
fn resealed(frame: &[u8], kind: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = frame[..PAYLOAD].to_vec();
    bytes[KIND] = kind;
    bytes[LENGTH..PAYLOAD].copy_from_slice(&u32::try_from(payload.len()).unwrap().to_le_bytes());
    bytes.extend(payload);
    let signature = sender().sign(b"aurex/frame/1", &bytes);
    bytes.extend(signature.0);
    bytes
}

fn sender() -> Keypair {
    key("pow-1")
}

/// The type byte of a message.
fn byte(message: &Message) -> u8 {
    message.kind().byte()
}

const ENVELOPE: &[Case] = &[
    ("no byte", "frame_foreign", |_| Vec::new()),
    ("magic alone", "frame_foreign", |frame| frame[..4].to_vec()),
    ("other magic", "frame_foreign", |frame| with(frame, 0, b'B')),
    ("magic in small letters", "frame_foreign", |mut frame| {
        frame[..4].make_ascii_lowercase();
        frame
    }),
    ("shorter than any frame", "frame_foreign", |frame| {
        frame[..OVERHEAD - 1].to_vec()
    }),
    ("protocol version 0", "frame_version", |frame| {
        with(frame, VERSION, 0)
    }),
    ("next protocol version", "frame_version", |frame| {
        with(frame, VERSION, PROTOCOL + 1)
    }),
    ("another network", "frame_network", |frame| {
        flipped(frame, NETWORK)
    }),
    (
        "another network in the last byte",
        "frame_network",
        |frame| flipped(frame, FROM - 1),
    ),
    ("first unknown type", "frame_type", |frame| {
        with(frame, KIND, 20)
    }),
    ("last unknown type", "frame_type", |frame| {
        with(frame, KIND, 255)
    }),
    ("length of 4 GiB", "frame_too_large", |mut frame| {
        frame[LENGTH..PAYLOAD].fill(0xff);
        frame
    }),
    (
        "one byte more than the type may have",
        "frame_too_large",
        |frame| {
            let limit = MessageType::from_byte(2).unwrap().limit();
            resealed(&frame, 2, &vec![0; limit + 1])
        },
    ),
    ("payload where none may be", "frame_too_large", |frame| {
        resealed(&frame, 14, &[0])
    }),
    ("last byte cut off", "frame_length", |mut frame| {
        frame.pop();
        frame
    }),
    ("a byte after the end", "frame_length", |mut frame| {
        frame.push(0);
        frame
    }),
    ("length one too small", "frame_length", |mut frame| {
        frame[LENGTH] -= 1;
        frame
    }),
    ("sender forged", "frame_signature", |mut frame| {
        frame[FROM..SESSION].copy_from_slice(&key("pow-2").node_id().0);
        frame
    }),
    ("sender of small order", "frame_signature", |mut frame| {
        frame[FROM..SESSION].copy_from_slice(&super::SMALL_ORDER_KEY);
        let end = frame.len() - 64;
        frame[end..].copy_from_slice(&super::SMALL_ORDER_SIGNATURE);
        frame
    }),
    ("session changed", "frame_signature", |frame| {
        flipped(frame, SESSION)
    }),
    ("sequence changed", "frame_signature", |frame| {
        flipped(frame, SEQUENCE)
    }),
    ("receiver changed", "frame_signature", |frame| {
        flipped(frame, TO)
    }),
    ("type changed", "frame_signature", |frame| {
        let kind = byte(&Message::GetTransactions(Vec::new()));
        with(frame, KIND, kind)
    }),
    ("payload changed", "frame_signature", |frame| {
        flipped(frame, PAYLOAD)
    }),
    ("signature changed", "frame_signature", |frame| {
        let last = frame.len() - 1;
        flipped(frame, last)
    }),
];

const MESSAGES: &[Case] = &[
    ("payload of another type", "frame_payload", |frame| {
        resealed(&frame, 6, &[0; 40])
    }),
    ("no payload where one must be", "frame_payload", |frame| {
        resealed(&frame, 0, &[])
    }),
    ("a byte after the message", "frame_payload", |frame| {
        resealed(&frame, 5, &[0, 0, 0, 0, 0])
    }),
    (
        "list that says it is longer than the bytes",
        "frame_payload",
        |frame| resealed(&frame, 5, &[1, 0, 0, 0]),
    ),
    ("list of 4 billion", "frame_payload", |frame| {
        resealed(&frame, 11, &[0xff; 4])
    }),
    ("unknown kind of node", "frame_payload", |frame| {
        let (_, mut payload) = hello().encode();
        // After id and name: two lengths of 32 and 4 + 5 bytes.
        payload[41] = 3;
        resealed(&frame, 0, &payload)
    }),
    ("name that is no UTF-8", "frame_payload", |frame| {
        let (_, mut payload) = hello().encode();
        payload[36] = 0xff;
        resealed(&frame, 0, &payload)
    }),
    ("header of version 2", "frame_payload", |frame| {
        header_with(&frame, 0, 2)
    }),
    ("header of kind 2", "frame_payload", |frame| {
        header_with(&frame, 2, 2)
    }),
    ("header with a reserved flag", "frame_payload", |frame| {
        header_with(&frame, 3, 1)
    }),
    ("header with an unknown seal", "frame_payload", |frame| {
        header_with(&frame, 204, 2)
    }),
];

/// An answer with one header, in which one byte is another.
fn header_with(frame: &[u8], at: usize, value: u8) -> Vec<u8> {
    let block = Grower::new(params()).work_block("miner", 1_000, Vec::new());
    let message = Message::Headers(vec![(block.header, block.seal)]);
    let (kind, mut payload) = message.encode();
    payload[4 + at] = value;
    resealed(frame, kind.byte(), &payload)
}

fn hello() -> Message {
    let record = NodeRecord::sign(&sender(), "pow-1", NodeKind::Pow, "tab", NOW);
    Message::Hello {
        record,
        head: HeadInfo {
            id: CHAIN,
            height: Height(0),
            weight: Weight(0),
        },
    }
}

fn sealed(session: u64, sequence: u64) -> Vec<u8> {
    let message = Message::Inv(vec![crate::primitives::TxId([1; 32])]);
    seal_frame(
        &sender(),
        &CHAIN,
        (session, sequence),
        Some(NodeId([9; 32])),
        &message,
    )
}

/// Judges a frame as a node does, up to its message.
fn judge(frame: &[u8], peers: &mut Peers) -> Result<Message, FrameError> {
    let envelope = Envelope::parse(frame, &CHAIN)?;
    peers.check_new(&envelope, Instant(NOW.0))?;
    envelope.verify()?;
    peers.heard(&envelope, false, Instant(NOW.0));
    envelope.message()
}

#[test]
fn a_frame_is_refused_by_exactly_the_rule_that_it_breaks() {
    for (name, code, change) in ENVELOPE.iter().chain(MESSAGES) {
        let mut peers = Peers::default();
        let frame = change(sealed(7, 8));
        let refused = judge(&frame, &mut peers).unwrap_err();
        assert_eq!(refused.code(), *code, "{name}: {refused}");
        let proven = MESSAGES.iter().any(|(other, ..)| other == name);
        assert_eq!(
            peers.get(&sender().node_id()).is_some(),
            proven,
            "{name}: only a proven sender is noted"
        );
        assert!(peers.get(&key("pow-2").node_id()).is_none(), "{name}");
    }
    assert!(
        judge(&sealed(7, 8), &mut Peers::default()).is_ok(),
        "what they are made from is valid"
    );
}

/// Name, and the session and sequence of a frame after (7, 8).
const REPLAYS: &[(&str, u64, u64)] = &[
    ("the same frame", 7, 144),
    ("a frame of long before", 7, 80),
    ("the first frame", 7, 0),
    ("a frame of an earlier session", 6, 145),
    ("the last frame of an earlier session", 0, u64::MAX),
];

#[test]
fn a_frame_that_was_sent_before_is_refused_and_the_next_is_heard() {
    for (name, session, sequence) in REPLAYS {
        let mut peers = Peers::default();
        judge(&sealed(7, 144), &mut peers).unwrap();
        let refused = judge(&sealed(*session, *sequence), &mut peers).unwrap_err();
        assert_eq!(
            refused,
            FrameError::Replay {
                last: 144,
                found: *sequence
            },
            "{name}"
        );
        assert!(judge(&sealed(7, 145), &mut peers).is_ok(), "{name}");
    }
}

#[test]
fn every_refusal_of_a_frame_has_a_case() {
    let reached = ENVELOPE
        .iter()
        .chain(MESSAGES)
        .map(|(_, code, _)| *code)
        .chain(["frame_replay"]);
    codes::expect_all(FrameError::CODES, reached);
}
