//! Properties of every encoding, on made-up values and on bytes of anybody: one value has one
//! encoding, only that decodes to it, and nothing that comes in from outside ends in a panic.
//!
//! The made-up values come from the decoders themselves: they read from a source that makes up
//! bytes of the kind that is asked for, so that a new type or field is covered as soon as it is
//! named here.

use std::cell::Cell;
use std::fmt::Debug;
use std::io;

use aurex::app::{PageLink, Record, Secrets};
use aurex::bitcoin;
use aurex::command::{WORDS, complete, parse, parse_tx};
use aurex::consensus::Params;
use aurex::gossip::{Envelope, Message, MessageType, NodeRecord, seal_frame};
use aurex::ipc::{FromMiner, FromNode, ToMiner, ToNode};
use aurex::primitives::{
    Block, BlockHash, Body, DecodeError, HEADER_LEN, Header, Keypair, NodeId, Seal, Timestamp,
    Transaction, from_hex, to_hex,
};
use aurex::state::{Entry, Key, Undo};
use aurex::view::route::Route;
use borsh::{BorshDeserialize, BorshSerialize};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestRunner};

/// How many values each property is shown. Seldom made ones, as sound parameters, come to some
/// thirty.
const CASES: u32 = 1024;

/// A source of bytes that fit what is read: short lists, known tags, texts that are texts.
struct Source<'a> {
    entropy: std::iter::Chain<std::slice::Iter<'a, u8>, std::iter::Repeat<&'a u8>>,
    given: Vec<u8>,
}

impl<'a> Source<'a> {
    fn new(entropy: &'a [u8]) -> Self {
        Self {
            entropy: entropy.iter().chain(std::iter::repeat(&0)),
            given: Vec::new(),
        }
    }

    fn next(&mut self) -> u8 {
        *self.entropy.next().unwrap()
    }
}

impl io::Read for Source<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match buffer.len() {
            // A tag or a small number.
            1 => buffer[0] = self.next() % 16 % 7,
            // The length of a list, mostly.
            4 => buffer.copy_from_slice(&[self.next() % 5, 0, 0, 0]),
            // Numbers, keys, hashes, signatures.
            8 | 16 | 32 | 64 => buffer.fill_with(|| self.next()),
            HEADER_LEN => {
                buffer.fill_with(|| self.next());
                let kind = buffer[2] & 1;
                buffer[..4].copy_from_slice(&[1, 0, kind, 0]);
            }
            // Texts: names are in small letters, symbols in capitals.
            _ => {
                let first = if self.next() & 1 == 0 { b'a' } else { b'A' };
                buffer.fill_with(|| first + self.next() % 26);
            }
        }
        self.given.extend_from_slice(buffer);
        Ok(buffer.len())
    }
}

/// What is made from: bytes to make values of, and where one bit is flipped.
fn entropy() -> impl Strategy<Value = (Vec<u8>, usize, u8)> {
    (
        proptest::collection::vec(any::<u8>(), 0..600),
        any::<usize>(),
        0..8_u8,
    )
}

fn check<S: Strategy>(strategy: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    // A fixed seed: the same values on every machine, so that how many are made is no matter of
    // luck.
    let config = Config {
        cases: CASES,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(CASES.into()),
        ..Config::default()
    };
    TestRunner::new(config)
        .run(&strategy, property)
        .unwrap_or_else(|error| panic!("{error}"));
}

/// Checks one codec; at least a few of the made-up values must be values.
fn one_value_one_encoding<T>(what: &str, decode: impl Fn(&[u8]) -> Option<T>)
where
    T: BorshSerialize + BorshDeserialize + PartialEq + Debug,
{
    let made = Cell::new(0);
    // Whatever decodes is encoded as the bytes it came from.
    let canonical = |bytes: &[u8]| match decode(bytes) {
        Some(value) => borsh::to_vec(&value).unwrap() == bytes,
        None => true,
    };
    check(entropy(), |(entropy, at, bit)| {
        prop_assert!(canonical(&entropy));
        let mut source = Source::new(&entropy);
        let Ok(value) = T::deserialize_reader(&mut source) else {
            return Ok(());
        };
        let bytes = borsh::to_vec(&value).unwrap();
        prop_assert_eq!(&bytes, &source.given, "what was read is what is written");
        // Longer than the codec's bound is the only reason to refuse it.
        let Some(decoded) = decode(&bytes) else {
            // Made-up values are far shorter than any bound but that of an entry and its likes.
            prop_assert!(
                bytes.len() > 2_048,
                "{}: {} bytes that were written are refused",
                what,
                bytes.len()
            );
            return Ok(());
        };
        prop_assert_eq!(decoded, value);
        made.set(made.get() + 1);
        prop_assert!(
            decode(&[bytes.as_slice(), &[0]].concat()).is_none(),
            "a byte more"
        );
        let place = at % bytes.len().max(1);
        prop_assert!(
            bytes.is_empty() || decode(&bytes[..place]).is_none(),
            "{} bytes less",
            bytes.len() - place
        );
        let mut other = bytes;
        if let Some(byte) = other.get_mut(place) {
            *byte ^= 1 << bit;
            prop_assert!(canonical(&other), "bit {} of byte {}", bit, place);
        }
        Ok(())
    });
    assert!(made.get() >= 10, "{what}: only {} values made", made.get());
}

fn exactly<T: BorshDeserialize>(bytes: &[u8]) -> Option<T> {
    T::try_from_slice(bytes).ok()
}

fn ours<T>(decode: fn(&[u8]) -> Result<T, DecodeError>) -> impl Fn(&[u8]) -> Option<T> {
    move |bytes| decode(bytes).ok()
}

#[test]
fn what_is_hashed_and_stored_has_one_encoding() {
    one_value_one_encoding("transaction", ours(Transaction::from_bytes));
    one_value_one_encoding("header", ours(Header::from_bytes));
    one_value_one_encoding("seal", exactly::<Seal>);
    one_value_one_encoding("body", exactly::<Body>);
    one_value_one_encoding("block", ours(Block::from_bytes));
    one_value_one_encoding("parameters", ours(Params::from_bytes));
    one_value_one_encoding("key of the state", ours(Key::from_bytes));
    one_value_one_encoding("entry of the state", ours(Entry::from_bytes));
    one_value_one_encoding("undo record", exactly::<Undo>);
    one_value_one_encoding("record of a node", exactly::<NodeRecord>);
    one_value_one_encoding("record of a network", exactly::<Record>);
}

#[test]
fn the_text_that_a_browser_keeps_of_a_network_gives_it_back_and_no_other_text_does() {
    let name = "lab".parse().unwrap();
    check(
        (
            any::<[u8; 32]>(),
            0..4_u32,
            0..4_u32,
            any::<u32>(),
            any::<usize>(),
        ),
        |(bytes, pow, poa, time, at)| {
            let (link, _) = PageLink::parse(&format!("pow={pow}&poa={poa}"));
            let secrets = Secrets {
                seed: bytes,
                salt: bytes,
            };
            let record = Record::new(&link, &name, secrets, Timestamp(time.into()));
            let text = record.to_text();
            prop_assert_eq!(Record::from_text(&text, "lab"), Ok(record));
            prop_assert!(Record::from_text(&text, "other").is_err());
            let place = at % text.len();
            prop_assert!(
                Record::from_text(&text[..place], "lab").is_err(),
                "cut off after {} characters",
                place
            );
            let longer = format!("{text}00");
            prop_assert!(Record::from_text(&longer, "lab").is_err());
            // One digit changed: another record, or none, and never this one by another text.
            let digit = if text.as_bytes()[place] == b'1' {
                "2"
            } else {
                "1"
            };
            let mut other = text.clone();
            other.replace_range(place..=place, digit);
            if let Ok(taken) = Record::from_text(&other, "lab") {
                prop_assert_eq!(taken.to_text(), other);
            }
            Ok(())
        },
    );
}

#[test]
fn every_message_has_one_encoding() {
    let kinds = (0..=u8::MAX).filter_map(|byte| MessageType::from_byte(byte).ok());
    let made: Vec<u8> = kinds
        .map(|kind| {
            let made = Cell::new(0_u32);
            check(entropy(), |(entropy, ..)| {
                if let Some(message) = Message::decode(kind, &entropy) {
                    prop_assert_eq!(message.encode(), (kind, entropy.clone()));
                }
                let mut source = Source::new(&entropy);
                let message =
                    <Message as borsh::de::EnumExt>::deserialize_variant(&mut source, kind.byte());
                let Ok(message) = message else { return Ok(()) };
                prop_assert_eq!(message.kind(), kind);
                prop_assert_eq!(message.encode(), (kind, source.given.clone()));
                prop_assert_eq!(Message::decode(kind, &source.given), Some(message));
                made.set(made.get() + 1);
                Ok(())
            });
            assert!(
                made.get() >= 10,
                "{}: only {} made",
                kind.name(),
                made.get()
            );
            kind.byte()
        })
        .collect();
    assert_eq!(made.len(), 20);
    one_value_one_encoding("message", exactly::<Message>);
}

#[test]
fn a_frame_carries_its_message_and_no_other_bytes_are_taken_for_it() {
    let (key, chain) = (Keypair::from_secret(&[1; 32]), BlockHash([5; 32]));
    check(
        (entropy(), any::<u64>(), any::<u64>()),
        |((entropy, at, bit), session, sequence)| {
            let mut source = Source::new(&entropy);
            let Ok(message) = Message::deserialize_reader(&mut source) else {
                return Ok(());
            };
            let to = (at % 2 == 0).then_some(NodeId([9; 32]));
            let frame = seal_frame(&key, &chain, (session, sequence), to, &message);
            let Ok(envelope) = Envelope::parse(&frame, &chain) else {
                // Lists longer than their type may have are refused by their size.
                prop_assert!(message.encode().1.len() > message.kind().limit());
                return Ok(());
            };
            prop_assert_eq!(
                (envelope.session, envelope.sequence, envelope.to),
                (session, sequence, to)
            );
            prop_assert!(envelope.verify().is_ok());
            prop_assert_eq!(envelope.message(), Ok(message));
            let mut other = frame.clone();
            let place = at % other.len();
            other[place] ^= 1 << bit;
            let taken =
                Envelope::parse(&other, &chain).is_ok_and(|envelope| envelope.verify().is_ok());
            prop_assert!(!taken, "bit {} of byte {}", bit, place);
            Ok(())
        },
    );
}

#[test]
fn bytes_of_anybody_are_a_frame_only_with_a_signature() {
    let chain = BlockHash([5; 32]);
    check(entropy(), |(entropy, ..)| {
        let mut bytes = b"AURX\x01\x05\x05\x05\x05\x05\x05\x05\x05".to_vec();
        bytes.extend(&entropy);
        for bytes in [&entropy, &bytes] {
            if let Ok(envelope) = Envelope::parse(bytes, &chain) {
                prop_assert!(envelope.verify().is_err());
                prop_assert!(
                    envelope.message().is_err() || envelope.payload.len() <= envelope.kind.limit()
                );
            }
        }
        Ok(())
    });
}

#[test]
fn messages_between_page_and_workers_have_one_encoding() {
    one_value_one_encoding("page to node", exactly::<ToNode>);
    one_value_one_encoding("node to page", exactly::<FromNode>);
    one_value_one_encoding("node to miner", exactly::<ToMiner>);
    one_value_one_encoding("miner to node", exactly::<FromMiner>);
}

/// Lines as people type them, and as nobody does.
fn line() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        (0..WORDS.len()).prop_map(|at| WORDS[at].name.to_owned()),
        proptest::sample::select(&[
            "Transfer", "message", "coins", "to", "fee", "memo", "for", "all", "pow-1", "alice"
        ])
        .prop_map(str::to_owned),
        any::<u64>().prop_map(|number| number.to_string()),
        any::<String>(),
    ];
    proptest::collection::vec(word, 0..8).prop_map(|words| words.join(" "))
}

#[test]
fn no_line_ends_in_a_panic_and_a_refusal_stays_short() {
    check(line(), |line| {
        if let Err(error) = parse(&line) {
            prop_assert!(
                !error.code().is_empty() && error.to_string().chars().count() < 400,
                "{}",
                error
            );
        }
        let _ = parse_tx(&line);
        for completed in complete(&line, &["pow-1", "poa-1"]) {
            prop_assert!(completed.len() >= line.trim_start().len());
        }
        Ok(())
    });
}

#[test]
fn any_link_gives_parameters_that_a_link_gives_back() {
    let fields: &[&str] = &[
        "pow",
        "poa",
        "difficulty",
        "pace",
        "net",
        "test_tx",
        "miners",
        "x",
    ];
    let field = proptest::sample::select(fields);
    let value = prop_oneof![
        any::<u8>().prop_map(|number| number.to_string()),
        any::<String>()
    ];
    let link = prop_oneof![
        any::<String>(),
        proptest::collection::vec((field, value), 0..8).prop_map(|fields| {
            fields
                .into_iter()
                .map(|(field, value)| format!("{field}={value}"))
                .collect::<Vec<_>>()
                .join("&")
        }),
    ];
    check(link, |link| {
        let (parameters, _) = PageLink::parse(&link);
        let (again, wrong) = PageLink::parse(&parameters.query());
        prop_assert_eq!(&again, &parameters, "{}", parameters.query());
        prop_assert!(wrong.is_empty());
        let route = Route::parse(&link);
        prop_assert_eq!(Route::parse(&route.fragment()), route);
        Ok(())
    });
}

#[test]
fn hexadecimal_and_bitcoin_headers_give_back_what_they_were_given() {
    check(
        (
            proptest::collection::vec(any::<u8>(), 0..900),
            any::<String>(),
        ),
        |(bytes, text)| {
            prop_assert_eq!(from_hex(&to_hex(&bytes)), Ok(bytes.clone()));
            if let Some(first) = bytes.get(..bitcoin::HEADER_LEN) {
                let header = bitcoin::Header::from_bytes(first).unwrap();
                let written = header.to_bytes();
                prop_assert_eq!(written.as_slice(), first);
                let words = bitcoin::inspect(&to_hex(&header.to_bytes())).unwrap();
                prop_assert!(
                    words.contains("Not valid: "),
                    "no chance meets a target: {}",
                    words
                );
                if let Ok(target) = bitcoin::target(header.bits) {
                    let again = bitcoin::target(bitcoin::compact(target));
                    prop_assert_eq!(again, Ok(target), "compact form of {:08x}", header.bits);
                }
            }
            prop_assert_eq!(
                bitcoin::inspect(&to_hex(&bytes)).is_ok(),
                !bytes.is_empty() && bytes.len() % 80 == 0 && bytes.len() <= 800
            );
            if let Err(error) = bitcoin::inspect(&text) {
                prop_assert!(error.code().starts_with("bitcoin_"));
            }
            Ok(())
        },
    );
}
