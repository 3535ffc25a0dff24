//! Bytes that are no transaction, header or block: rules 1 and 2. They have no id, so nothing about
//! them is remembered.

use std::collections::BTreeSet;

use super::Bench;
use crate::primitives::{
    Block, DecodeError, HEADER_LEN, Header, MAX_BLOCK_BYTES, MAX_TRANSACTION_BYTES, Payload,
    Transaction,
};

/// What the cases here add to the refusals of a transaction.
pub(super) const TRANSACTION_CODES: [&str; 1] = ["encoding"];

/// Name, name of the refusal, and what becomes of the good bytes.
type Case = (&'static str, &'static str, fn(&mut Vec<u8>));

/// The refusal's number of the rule and name. A new kind of refusal needs a name here, and a case.
fn of(error: &DecodeError) -> (u8, &'static str) {
    match error {
        DecodeError::TooLong { .. } => (1, "too long"),
        DecodeError::Malformed { .. } => (1, "malformed"),
        DecodeError::Version { .. } => (2, "version"),
        DecodeError::Kind { .. } => (2, "kind"),
        DecodeError::Flags { .. } => (2, "flags"),
    }
}

/// Where the payload of a transaction begins: after version, chain id, sender, nonce, fee and last
/// height.
const PAYLOAD: usize = 1 + 32 + 32 + 8 + 8 + 8;

const TRANSACTIONS: &[Case] = &[
    ("no byte", "malformed", Vec::clear),
    ("last byte cut off", "malformed", |bytes| {
        bytes.truncate(bytes.len() - 1)
    }),
    ("a byte after the end", "malformed", |bytes| bytes.push(0)),
    ("as long as nothing may be", "too long", |bytes| {
        bytes.resize(MAX_TRANSACTION_BYTES + 1, 0)
    }),
    ("unknown payload", "malformed", |bytes| bytes[PAYLOAD] = 6),
    (
        "name that says it is longer than the bytes",
        "malformed",
        |bytes| bytes[PAYLOAD + 1] = 200,
    ),
    ("name of 4 GiB", "malformed", |bytes| {
        bytes[PAYLOAD + 1..PAYLOAD + 5].fill(0xff)
    }),
    ("capital letter in a name", "malformed", |bytes| {
        bytes[PAYLOAD + 5] = b'A'
    }),
    ("name that is no UTF-8", "malformed", |bytes| {
        bytes[PAYLOAD + 5] = 0xff
    }),
];

const HEADERS: &[Case] = &[
    ("no byte", "malformed", Vec::clear),
    ("last byte cut off", "malformed", |bytes| {
        bytes.truncate(bytes.len() - 1)
    }),
    ("a byte after the end", "too long", |bytes| bytes.push(0)),
    ("version 0", "version", |bytes| bytes[0] = 0),
    ("version 2", "version", |bytes| bytes[0] = 2),
    ("version 257", "version", |bytes| bytes[1] = 1),
    ("kind 2", "kind", |bytes| bytes[2] = 2),
    ("kind 255", "kind", |bytes| bytes[2] = 255),
    ("lowest reserved flag", "flags", |bytes| bytes[3] = 1),
    ("highest reserved flag", "flags", |bytes| bytes[3] = 128),
];

const BLOCKS: &[Case] = &[
    ("no byte", "malformed", Vec::clear),
    ("header alone", "malformed", |bytes| {
        bytes.truncate(HEADER_LEN)
    }),
    ("last byte cut off", "malformed", |bytes| {
        bytes.truncate(bytes.len() - 1)
    }),
    ("a byte after the end", "malformed", |bytes| bytes.push(0)),
    ("as long as nothing may be", "too long", |bytes| {
        bytes.resize(MAX_BLOCK_BYTES + 1, 0)
    }),
    ("unknown seal", "malformed", |bytes| bytes[HEADER_LEN] = 2),
    ("data of 4 GiB", "malformed", |bytes| {
        bytes[HEADER_LEN + 1..HEADER_LEN + 5].fill(0xff)
    }),
    ("4 billion transactions", "malformed", |bytes| {
        bytes[HEADER_LEN + 5..HEADER_LEN + 9].fill(0xff)
    }),
    ("version 2", "version", |bytes| bytes[0] = 2),
    ("kind 2", "kind", |bytes| bytes[2] = 2),
    ("reserved flag", "flags", |bytes| bytes[3] = 1),
];

/// Runs cases on good bytes; the names of the refusals they reach.
fn run(
    cases: &[Case],
    good: &[u8],
    read: &dyn Fn(&[u8]) -> Result<(), DecodeError>,
) -> BTreeSet<&'static str> {
    assert_eq!(read(good), Ok(()), "what they are made from is valid");
    let refusal = |(name, expected, change): &Case| {
        let mut bytes = good.to_vec();
        change(&mut bytes);
        let refused = read(&bytes).unwrap_err();
        let (rule, found) = of(&refused);
        assert_eq!(found, *expected, "{name}: {refused}");
        assert_eq!(
            rule == 1,
            ["too long", "malformed"].contains(expected),
            "{name}"
        );
        found
    };
    cases.iter().map(refusal).collect()
}

#[test]
fn bytes_that_are_not_canonical_are_refused_by_what_is_wrong_with_them() {
    let mut bench = Bench::new();
    let name = bench.payload(Payload::RegisterUser {
        name: "alice-2".parse().unwrap(),
    });
    let block = bench.good();
    let before = bench.trace();
    let transactions = run(TRANSACTIONS, &name.to_bytes(), &|bytes| {
        Transaction::from_bytes(bytes).map(drop)
    });
    let headers = run(HEADERS, &block.header.to_bytes(), &|bytes| {
        Header::from_bytes(bytes).map(drop)
    });
    let blocks = run(BLOCKS, &block.to_bytes(), &|bytes| {
        Block::from_bytes(bytes).map(drop)
    });
    let reached: BTreeSet<_> = transactions
        .into_iter()
        .chain(headers)
        .chain(blocks)
        .collect();
    assert_eq!(
        reached,
        BTreeSet::from(["too long", "malformed", "version", "kind", "flags"])
    );
    assert_eq!(bench.trace(), before);
}
