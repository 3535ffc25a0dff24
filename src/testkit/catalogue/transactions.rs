//! Transactions that break one rule each. In a block each breaks rule 11 and condemns the block,
//! whose header commits to it.

use super::{Bench, SMALL_ORDER_KEY, SMALL_ORDER_SIGNATURE, UNREDUCED_KEY, codes};
use crate::consensus::{BlockError, MAX_AUTHORITIES, MAX_DECIMALS, TxError};
use crate::primitives::{
    Address, Amount, AssetId, BlockHash, Difficulty, Height, MAX_ASSET_NAME_BYTES, MAX_EXACT,
    MAX_MEMO_BYTES, MAX_MESSAGE_BYTES, Millis, ParamsChange, ParamsOrder, Payload, Retarget,
    Signature, Transaction, TxBody,
};
use crate::testkit::key;

/// Name, code of the refusal with a piece of its text where several refusals share a code, and how
/// the transaction is made.
type Case = (&'static str, &'static str, fn(&Bench) -> Transaction);

fn transfer(amount: u64, memo: usize) -> Payload {
    Payload::Transfer {
        to: key("bob").address(),
        amount: Amount(amount),
        memo: "m".repeat(memo),
    }
}

fn asset(name: usize, decimals: u8, supply: u64) -> Payload {
    let symbol = "NEW".parse().unwrap();
    Payload::CreateAsset {
        symbol,
        name: "n".repeat(name),
        decimals,
        supply: Amount(supply),
    }
}

fn units(asset: AssetId, amount: u64) -> Payload {
    Payload::TransferAsset {
        asset,
        to: key("bob").address(),
        amount: Amount(amount),
    }
}

fn register(name: &str) -> Payload {
    Payload::RegisterUser {
        name: name.parse().unwrap(),
    }
}

fn asert(ideal: u64, half_life: u64, min: u64, max: u64) -> ParamsChange {
    let (min, max) = (Difficulty(min), Difficulty(max));
    let retarget = Retarget::Asert {
        ideal: Millis(ideal),
        half_life: Millis(half_life),
        min,
        max,
    };
    ParamsChange {
        retarget: Some(retarget),
        ..ParamsChange::default()
    }
}

fn change(bench: &Bench, change: ParamsChange) -> Transaction {
    bench.grower.order("operator", 0, change)
}

/// An order of the operator, changed before it is signed.
fn ordered(bench: &Bench, spoil: impl FnOnce(&mut TxBody, &mut ParamsOrder)) -> Transaction {
    let mut body = change(bench, ParamsChange::default()).body;
    if let Payload::SetParams(mut order) = body.payload.clone() {
        spoil(&mut body, &mut order);
        body.payload = Payload::SetParams(order);
    }
    body.sign(&key("operator"))
}

fn authorities(bench: &Bench, list: Vec<Address>) -> Transaction {
    change(
        bench,
        ParamsChange {
            authorities: Some(list),
            ..ParamsChange::default()
        },
    )
}

/// The signature with the order of the group added to s: it satisfies the equation and is another
/// text.
fn malleated(mut transaction: Transaction) -> Transaction {
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let mut carry = 0_u16;
    for (byte, order) in transaction.signature.0[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        [*byte, _] = sum.to_le_bytes();
        carry = sum >> 8;
    }
    transaction
}

fn from_key(bench: &Bench, from: [u8; 32]) -> Transaction {
    let mut transaction = bench.signed(|body| body.from = Address(from));
    transaction.signature = Signature(SMALL_ORDER_SIGNATURE);
    transaction
}

const FORM: &[Case] = &[
    ("version before the first", "version", |bench| {
        bench.signed(|body| body.version = 0)
    }),
    ("version after the last", "version", |bench| {
        bench.signed(|body| body.version = 2)
    }),
    ("signed for another network", "chain_id", |bench| {
        bench.signed(|body| body.chain_id.0[0] ^= 1)
    }),
    ("signed for no network", "chain_id", |bench| {
        bench.signed(|body| body.chain_id = BlockHash::ZERO)
    }),
    ("a bit of R is flipped", "signature", |bench| {
        let mut transaction = bench.signed(|_| {});
        transaction.signature.0[0] ^= 1;
        transaction
    }),
    ("a bit of s is flipped", "signature", |bench| {
        let mut transaction = bench.signed(|_| {});
        transaction.signature.0[32] ^= 1;
        transaction
    }),
    ("signature of zeros", "signature", |bench| Transaction {
        signature: Signature([0; 64]),
        ..bench.signed(|_| {})
    }),
    ("s is not reduced", "signature", |bench| {
        malleated(bench.signed(|_| {}))
    }),
    ("signed by another key", "signature", |bench| {
        bench.signed(|_| {}).body.sign(&key("bob"))
    }),
    ("amount changed after signing", "signature", |bench| {
        let mut transaction = bench.signed(|_| {});
        transaction.body.payload = transfer(11, 0);
        transaction
    }),
    ("fee changed after signing", "signature", |bench| {
        let mut transaction = bench.signed(|_| {});
        transaction.body.fee = Amount(2);
        transaction
    }),
    ("key of small order", "signature", |bench| {
        from_key(bench, SMALL_ORDER_KEY)
    }),
    ("key that is not reduced", "signature", |bench| {
        from_key(bench, UNREDUCED_KEY)
    }),
    ("key that is no point", "signature", |bench| {
        let mut bytes = [0; 32];
        bytes[0] = 2;
        from_key(bench, bytes)
    }),
    (
        "memo one byte too long",
        "too_long: expected a memo in bytes",
        |bench| bench.payload(transfer(10, MAX_MEMO_BYTES + 1)),
    ),
    (
        "message one byte too long",
        "too_long: expected a message in bytes",
        |bench| {
            bench.payload(Payload::Message {
                bytes: vec![0; MAX_MESSAGE_BYTES + 1],
                to: None,
            })
        },
    ),
    (
        "asset name one byte too long",
        "too_long: expected an asset's name in bytes",
        |bench| bench.payload(asset(MAX_ASSET_NAME_BYTES + 1, 0, 1)),
    ),
    ("one decimal too many", "decimals", |bench| {
        bench.payload(asset(4, MAX_DECIMALS + 1, 1))
    }),
];

const NUMBERS: &[Case] = &[
    ("transfer of nothing", "amount_zero", |bench| {
        bench.payload(transfer(0, 0))
    }),
    ("asset without units", "amount_zero", |bench| {
        bench.payload(asset(4, 0, 0))
    }),
    ("transfer of no units", "amount_zero", |bench| {
        bench.payload(units(bench.gold, 0))
    }),
    ("amount of 2^53", "overflow", |bench| {
        bench.payload(transfer(MAX_EXACT + 1, 0))
    }),
    ("amount of 2^64 - 1", "overflow", |bench| {
        bench.payload(transfer(u64::MAX, 0))
    }),
    ("supply of 2^53", "overflow", |bench| {
        bench.payload(asset(4, 0, MAX_EXACT + 1))
    }),
    ("units of 2^53", "overflow", |bench| {
        bench.payload(units(bench.gold, MAX_EXACT + 1))
    }),
    ("fee of 2^53", "overflow", |bench| {
        bench.signed(|body| body.fee = Amount(MAX_EXACT + 1))
    }),
    ("fee of 2^64 - 1", "overflow", |bench| {
        bench.signed(|body| body.fee = Amount(u64::MAX))
    }),
    ("nonce of 2^53", "overflow", |bench| {
        bench.signed(|body| body.nonce = MAX_EXACT + 1)
    }),
    ("last height of 2^53", "overflow", |bench| {
        bench.signed(|body| body.valid_until = Height(MAX_EXACT + 1))
    }),
    ("amount and fee are 2^53 together", "overflow", |bench| {
        bench.payload(transfer(MAX_EXACT, 0))
    }),
    ("no fee", "fee_too_low", |bench| {
        bench.signed(|body| body.fee = Amount(0))
    }),
];

const STATE: &[Case] = &[
    ("too late by one block", "expired", |bench| {
        bench.signed(|body| body.valid_until = Height(1))
    }),
    ("nonce used before", "nonce", |bench| {
        bench.signed(|body| body.nonce = 0)
    }),
    ("nonce ahead by one", "nonce", |bench| {
        bench.signed(|body| body.nonce = 2)
    }),
    ("largest nonce", "nonce", |bench| {
        bench.signed(|body| body.nonce = MAX_EXACT)
    }),
    ("one coin short for the fee", "balance", |bench| {
        bench.payload(transfer(999, 0))
    }),
    ("fee beyond the balance", "balance", |bench| {
        bench.signed(|body| body.fee = Amount(990))
    }),
    ("all coins there can be", "balance", |bench| {
        bench.payload(transfer(MAX_EXACT - 1, 0))
    }),
    ("sender without coins", "balance", |bench| {
        bench.grower.transfer("carol", 0, "bob", 1)
    }),
    ("name of another", "name_taken", |bench| {
        bench.payload(register("bob"))
    }),
    ("second name", "already_named", |bench| {
        bench.payload(register("alice-2"))
    }),
    ("unknown asset", "asset_unknown", |bench| {
        bench.payload(units(AssetId([7; 32]), 1))
    }),
    ("one unit more than held", "holding", |bench| {
        bench.payload(units(bench.gold, 101))
    }),
    ("asset that others hold", "holding", |bench| {
        bench.grower.sign("bob", 0, units(bench.gold, 1))
    }),
    ("parameters set by a user", "not_operator", |bench| {
        bench.grower.order("alice", 1, ParamsChange::default())
    }),
];

const PARAMETERS: &[Case] = &[
    ("order without a last height", "no_expiry", |bench| {
        ordered(bench, |body, _| body.valid_until = Height(0))
    }),
    ("order that has run out", "expired", |bench| {
        ordered(bench, |body, _| body.valid_until = Height(1))
    }),
    ("order of another branch", "ancestor", |bench| {
        ordered(bench, |_, order| order.ancestor.0[0] ^= 1)
    }),
    ("order that names no block", "ancestor", |bench| {
        ordered(bench, |_, order| order.ancestor = BlockHash::ZERO)
    }),
    (
        "order that names the parent, no checkpoint",
        "ancestor",
        |bench| {
            let head = bench.grower.chain.head();
            ordered(bench, |_, order| order.ancestor = head)
        },
    ),
    ("difficulty 0", "params: expected difficulty", |bench| {
        change(
            bench,
            ParamsChange {
                difficulty: Some(Difficulty(0)),
                ..ParamsChange::default()
            },
        )
    }),
    ("difficulty 2^53", "params: expected difficulty", |bench| {
        change(
            bench,
            ParamsChange {
                difficulty: Some(Difficulty(MAX_EXACT + 1)),
                ..ParamsChange::default()
            },
        )
    }),
    (
        "no time between blocks",
        "params: expected ideal interval in ms",
        |bench| change(bench, asert(0, 1, 1, 2)),
    ),
    (
        "half life of nothing",
        "params: expected half life in ms",
        |bench| change(bench, asert(1, 0, 1, 2)),
    ),
    (
        "half life beyond a day",
        "params: expected half life in ms",
        |bench| change(bench, asert(1, 86_400_001, 1, 2)),
    ),
    (
        "lowest difficulty 0",
        "params: expected lowest difficulty",
        |bench| change(bench, asert(1, 1, 0, 2)),
    ),
    (
        "lowest difficulty above the highest",
        "params: expected lowest difficulty",
        |bench| change(bench, asert(1, 1, 3, 2)),
    ),
    (
        "highest difficulty 2^53",
        "params: expected highest difficulty",
        |bench| change(bench, asert(1, 1, 1, MAX_EXACT + 1)),
    ),
    (
        "one authority too many",
        "params: expected number of authorities",
        |bench| {
            let list =
                (0..=MAX_AUTHORITIES).map(|number| Address([u8::try_from(number).unwrap(); 32]));
            authorities(bench, list.collect())
        },
    ),
    (
        "an authority twice",
        "params: expected each authority once",
        |bench| authorities(bench, vec![Address([1; 32]), Address([1; 32])]),
    ),
];

fn cases() -> impl Iterator<Item = &'static Case> {
    [FORM, NUMBERS, STATE, PARAMETERS].into_iter().flatten()
}

#[test]
fn a_block_is_refused_by_the_rule_that_its_transaction_breaks() {
    let mut bench = Bench::new();
    let before = bench.trace();
    for (name, code, make) in cases() {
        let transaction = make(&bench);
        let id = transaction.id();
        let block = bench.holding(vec![transaction]);
        let refused = bench.grower.import(block.clone()).unwrap_err();
        let (code, text) = code.split_once(": ").unwrap_or((code, ""));
        assert_eq!(
            (refused.rule(), refused.code()),
            (11, code),
            "{name}: {refused}"
        );
        assert!(refused.to_string().contains(text), "{name}: {refused}");
        assert!(
            matches!(refused, BlockError::Transaction { id: found, .. } if found == id),
            "{name}"
        );
        assert_eq!(bench.trace(), before, "{name}");
        assert_eq!(
            bench.grower.import(block),
            Err(refused),
            "{name}: remembered"
        );
    }
    let good = bench.good();
    assert!(
        bench.grower.import(good).is_ok(),
        "what they are made from is valid"
    );
}

#[test]
fn every_refusal_of_a_transaction_has_a_case() {
    let code = |case: &'static Case| case.1.split(':').next().unwrap();
    let reached = cases().map(code).chain(super::bytes::TRANSACTION_CODES);
    codes::expect_all(TxError::CODES, reached);
    let names: std::collections::BTreeSet<_> = cases().map(|(name, ..)| name).collect();
    assert_eq!(
        names.len(),
        cases().count(),
        "each case has a name of its own"
    );
}
