//! How each block of the catalogue is made from a valid one, with the rule that it breaks.

use super::{Bench, SMALL_ORDER_KEY, SMALL_ORDER_SIGNATURE, UNREDUCED_KEY, mined};
use crate::consensus::slots::slot_start;
use crate::consensus::work;
use crate::primitives::{
    Block, BlockHash, Difficulty, Digest, Height, Kind, MAX_BODY_BYTES, MAX_DATA_BYTES, MAX_EXACT,
    MAX_MESSAGE_BYTES, MAX_TRANSACTIONS, Millis, NodeId, Payload, Seal, Signature, Slot, Timestamp,
};
use crate::testkit::{GENESIS_TIME, key};

/// Name, number of the rule, code of the refusal, and how the block is made.
pub(super) type Case = (&'static str, u8, &'static str, fn(&mut Bench) -> Block);

/// The good block, changed, with its work done anew.
pub(super) fn work_with(bench: &mut Bench, change: impl FnOnce(&mut Block)) -> Block {
    let mut block = bench.good();
    change(&mut block);
    mined(block)
}

/// An authority's block in slot 1, changed, with its seal made anew.
pub(super) fn authority_with(bench: &mut Bench, change: impl FnOnce(&mut Block)) -> Block {
    let mut block = authority(bench, 1, "poa-2");
    change(&mut block);
    bench.sealed(block, "poa-2")
}

pub(super) fn authority(bench: &mut Bench, slot: u64, by: &str) -> Block {
    let time = slot_start(bench.grower.chain.params(), Slot(slot));
    bench.grower.authority_block(by, time).unwrap()
}

/// An authority's block whose sealer is no key that can sign.
pub(super) fn sealed_by(bench: &mut Bench, sealer: [u8; 32]) -> Block {
    let mut block = authority(bench, 1, "poa-2");
    block.header.sealer = NodeId(sealer);
    block.seal = Seal::Authority(Signature(SMALL_ORDER_SIGNATURE));
    block
}

pub(super) const BODY: &[Case] = &[
    ("body one message too long", 1, "body_too_long", |bench| {
        let message = |nonce| Payload::Message {
            bytes: vec![nonce; MAX_MESSAGE_BYTES],
            to: None,
        };
        let most = u8::try_from(MAX_BODY_BYTES / MAX_MESSAGE_BYTES).unwrap();
        let list = (0..most).map(|nonce| bench.grower.sign("alice", nonce.into(), message(nonce)));
        let list = list.collect();
        bench.holding(list)
    }),
    ("transaction root of another body", 3, "tx_root", |bench| {
        work_with(bench, |block| block.header.tx_root.0[0] ^= 1)
    }),
    ("transaction root of zeros", 3, "tx_root", |bench| {
        work_with(bench, |block| block.header.tx_root = Digest::ZERO)
    }),
    ("transaction left out", 3, "tx_root", |bench| {
        work_with(bench, |block| drop(block.body.transactions.pop()))
    }),
    ("transactions swapped", 3, "tx_root", |bench| {
        work_with(bench, |block| block.body.transactions.reverse())
    }),
    (
        "signature of a transaction replaced",
        3,
        "tx_root",
        |bench| {
            work_with(bench, |block| {
                block.body.transactions[0].signature.0[0] ^= 1
            })
        },
    ),
    (
        "last transaction doubled under the same root",
        3,
        "tx_root",
        |bench| {
            work_with(bench, |block| {
                block
                    .body
                    .transactions
                    .push(block.body.transactions[1].clone())
            })
        },
    ),
    ("data hash of other data", 3, "data_hash", |bench| {
        work_with(bench, |block| block.header.data_hash.0[31] ^= 1)
    }),
    (
        "data that the header does not name",
        3,
        "data_hash",
        |bench| work_with(bench, |block| block.body.data = vec![1]),
    ),
    (
        "one transaction too many",
        3,
        "too_many_transactions",
        |bench| {
            let one = bench.grower.transfer("alice", 1, "bob", 1);
            bench.holding(vec![one; MAX_TRANSACTIONS + 1])
        },
    ),
    ("one byte of data too many", 3, "data_too_long", |bench| {
        work_with(bench, |block| {
            block.body.data = vec![0; MAX_DATA_BYTES + 1];
            block.header.data_hash = block.body.data_hash();
        })
    }),
];

pub(super) const WORK: &[Case] = &[
    ("nonce that does not fit", 4, "insufficient_work", |bench| {
        let mut block = bench.good();
        while work::meets(&block.id(), block.header.difficulty) {
            block.header.nonce += 1;
        }
        block
    }),
    ("difficulty 0", 4, "difficulty_range", |bench| {
        let mut block = bench.good();
        block.header.difficulty = Difficulty(0);
        block
    }),
    ("difficulty 2^53", 4, "difficulty_range", |bench| {
        let mut block = bench.good();
        block.header.difficulty = Difficulty(MAX_EXACT + 1);
        block
    }),
    ("signature on a work block", 4, "seal_kind", |bench| {
        let block = bench.good();
        bench.sealed(block, "miner")
    }),
    ("work in slot 1", 4, "work_slot", |bench| {
        work_with(bench, |block| block.header.slot = Slot(1))
    }),
    ("work in the last slot", 4, "work_slot", |bench| {
        work_with(bench, |block| block.header.slot = Slot(u64::MAX))
    }),
    ("nonce 2^53", 4, "nonce_range", |bench| {
        let mut block = bench.good();
        block.header.nonce = MAX_EXACT + 1;
        block
    }),
];

pub(super) const SEAL: &[Case] = &[
    (
        "authority's block without a signature",
        5,
        "seal_kind",
        |bench| {
            let mut block = authority(bench, 1, "poa-2");
            block.seal = Seal::Work;
            block
        },
    ),
    (
        "work block that says it is an authority's",
        5,
        "seal_kind",
        |bench| work_with(bench, |block| block.header.kind = Kind::Authority),
    ),
    ("authority's nonce 1", 5, "authority_nonce", |bench| {
        authority_with(bench, |block| block.header.nonce = 1)
    }),
    ("slot after its time", 5, "slot_time", |bench| {
        authority_with(bench, |block| block.header.slot.0 += 2)
    }),
    ("slot before its time", 5, "slot_time", |bench| {
        authority_with(bench, |block| block.header.slot = Slot(0))
    }),
    ("last slot", 5, "slot_time", |bench| {
        authority_with(bench, |block| block.header.slot = Slot(u64::MAX))
    }),
    ("seal of another key", 5, "seal", |bench| {
        let block = authority(bench, 1, "poa-2");
        bench.sealed(block, "poa-1")
    }),
    ("seal for another network", 5, "seal", |bench| {
        let mut block = authority(bench, 1, "poa-2");
        block.seal = block.header.seal(&BlockHash([1; 32]), &key("poa-2"));
        block
    }),
    ("seal over another header", 5, "seal", |bench| {
        let mut block = authority(bench, 1, "poa-2");
        block.header.state_root.0[0] ^= 1;
        block
    }),
    ("seal of zeros", 5, "seal", |bench| {
        let mut block = authority(bench, 1, "poa-2");
        block.seal = Seal::Authority(Signature([0; 64]));
        block
    }),
    ("sealer of small order", 5, "seal", |bench| {
        sealed_by(bench, SMALL_ORDER_KEY)
    }),
    ("sealer that is not reduced", 5, "seal", |bench| {
        sealed_by(bench, UNREDUCED_KEY)
    }),
    (
        "authority's weight doubled",
        5,
        "authority_weight",
        |bench| authority_with(bench, |block| block.header.difficulty.0 *= 2),
    ),
    (
        "authority's weight 2^64 - 1",
        5,
        "authority_weight",
        |bench| {
            authority_with(bench, |block| {
                block.header.difficulty = Difficulty(u64::MAX)
            })
        },
    ),
    ("authority's weight 0", 5, "authority_weight", |bench| {
        authority_with(bench, |block| block.header.difficulty = Difficulty(0))
    }),
    ("authority's weight 1", 5, "authority_weight", |bench| {
        authority_with(bench, |block| block.header.difficulty = Difficulty(1))
    }),
];

pub(super) const PLACE: &[Case] = &[
    (
        "child of an invalid block",
        6,
        "invalid_ancestor",
        |bench| {
            let mut bad = bench.grower.work_block("miner", 1_000, Vec::new());
            bad.header.state_root.0[0] ^= 1;
            let bad = mined(bad);
            assert_eq!(bench.grower.import(bad.clone()).unwrap_err().rule(), 13);
            work_with(bench, |block| block.header.parent = bad.id())
        },
    ),
    ("height after the next", 6, "height", |bench| {
        work_with(bench, |block| block.header.height.0 += 1)
    }),
    ("height of the parent", 6, "height", |bench| {
        work_with(bench, |block| block.header.height.0 -= 1)
    }),
    ("height 0", 6, "height", |bench| {
        work_with(bench, |block| block.header.height = Height(0))
    }),
    ("last height", 6, "height", |bench| {
        work_with(bench, |block| block.header.height = Height(u64::MAX))
    }),
    ("authority's height after the next", 6, "height", |bench| {
        authority_with(bench, |block| block.header.height.0 += 1)
    }),
    ("a millisecond too soon", 7, "too_soon", |bench| {
        let earliest = bench
            .grower
            .chain
            .head_header()
            .time
            .plus(bench.grower.chain.params().min_gap);
        work_with(bench, |block| block.header.time = Timestamp(earliest.0 - 1))
    }),
    ("time of the parent", 7, "too_soon", |bench| {
        let time = bench.grower.chain.head_header().time;
        work_with(bench, |block| block.header.time = time)
    }),
    ("time before the parent", 7, "too_soon", |bench| {
        work_with(bench, |block| block.header.time = GENESIS_TIME)
    }),
    ("time 0", 7, "too_soon", |bench| {
        work_with(bench, |block| block.header.time = Timestamp(0))
    }),
    ("authority's time before genesis", 7, "too_soon", |bench| {
        authority_with(bench, |block| {
            (block.header.time, block.header.slot) = (Timestamp(1), Slot(0))
        })
    }),
    ("half the difficulty", 9, "difficulty", |bench| {
        work_with(bench, |block| block.header.difficulty.0 /= 2)
    }),
    ("twice the difficulty", 9, "difficulty", |bench| {
        work_with(bench, |block| block.header.difficulty.0 *= 2)
    }),
    ("difficulty 1", 9, "difficulty", |bench| {
        work_with(bench, |block| block.header.difficulty = Difficulty(1))
    }),
    ("sealed out of turn", 10, "not_leader", |bench| {
        let mut block = authority(bench, 1, "poa-2");
        block.header.sealer = key("poa-1").node_id();
        bench.sealed(block, "poa-1")
    }),
    ("sealed by a miner", 10, "not_leader", |bench| {
        let mut block = authority(bench, 1, "poa-2");
        block.header.sealer = key("miner").node_id();
        bench.sealed(block, "miner")
    }),
    (
        "slot 0, which is that of genesis",
        10,
        "slot_used",
        |bench| {
            let time = bench.grower.chain.head_header().time.plus(Millis(1_000));
            let mut block = authority(bench, 1, "poa-2");
            (block.header.time, block.header.slot) = (time, Slot(0));
            block.header.sealer = key("poa-1").node_id();
            bench.sealed(block, "poa-1")
        },
    ),
    ("second block in a slot", 10, "slot_used", |bench| {
        let first = authority(bench, 1, "poa-2");
        let mut second = first.clone();
        // Valid by all but its slot: it stands on the first, which no honest authority would build
        // on.
        bench
            .grower
            .chain
            .import(first.clone(), first.header.time, &mut bench.grower.cache)
            .unwrap();
        second.header.parent = first.id();
        second.header.height = first.header.height.next();
        second.header.time = first.header.time.plus(Millis(1_000));
        bench.sealed(second, "poa-2")
    }),
];

pub(super) const CONTENT: &[Case] = &[
    ("transaction twice", 11, "duplicate_transaction", |bench| {
        let one = bench.grower.transfer("alice", 1, "bob", 1);
        bench.holding(vec![one.clone(), one])
    }),
    (
        "transaction twice with another signature",
        11,
        "duplicate_transaction",
        |bench| {
            let one = bench.grower.transfer("alice", 1, "bob", 1);
            let mut other = one.clone();
            other.signature = Signature([0; 64]);
            bench.holding(vec![one, other])
        },
    ),
    (
        "transactions of one account out of order",
        11,
        "nonce",
        |bench| {
            let (first, second) = (
                bench.grower.transfer("alice", 1, "bob", 1),
                bench.grower.transfer("alice", 2, "bob", 1),
            );
            bench.holding(vec![second, first])
        },
    ),
    ("coins spent twice", 11, "balance", |bench| {
        let (first, second) = (
            bench.grower.transfer("alice", 1, "bob", 900),
            bench.grower.transfer("alice", 2, "carol", 900),
        );
        bench.holding(vec![first, second])
    }),
    ("name given twice in one block", 11, "name_taken", |bench| {
        let fund = ["carol", "dave"].map(|to| (to, 2));
        let fund: Vec<_> = (1..)
            .zip(fund)
            .map(|(nonce, (to, amount))| bench.grower.transfer("alice", nonce, to, amount))
            .collect();
        let name = || Payload::RegisterUser {
            name: "carol".parse().unwrap(),
        };
        let claims = [
            bench.grower.sign("carol", 0, name()),
            bench.grower.sign("dave", 0, name()),
        ];
        bench.holding(fund.into_iter().chain(claims).collect())
    }),
    ("state root of zeros", 13, "state_root", |bench| {
        work_with(bench, |block| block.header.state_root = Digest::ZERO)
    }),
    ("state root of the parent", 13, "state_root", |bench| {
        let root = bench.grower.chain.head_state().root();
        work_with(bench, |block| block.header.state_root = root)
    }),
    (
        "reward for another than the sealer",
        13,
        "state_root",
        |bench| work_with(bench, |block| block.header.sealer = key("thief").node_id()),
    ),
    (
        "authority's state root changed",
        13,
        "state_root",
        |bench| authority_with(bench, |block| block.header.state_root.0[0] ^= 1),
    ),
];

pub(super) fn cases() -> impl Iterator<Item = &'static Case> {
    [BODY, WORK, SEAL, PLACE, CONTENT].into_iter().flatten()
}

pub(super) const WITHOUT_AUTHORITIES: Case = (
    "authority in a network without any",
    10,
    "no_authorities",
    |bench| {
        let mut block = bench.grower.work_block("poa-1", 9_000, Vec::new());
        block.header.kind = Kind::Authority;
        block.header.nonce = 0;
        block.header.slot =
            Slot(block.header.time.since(GENESIS_TIME).0 / bench.grower.chain.params().slot.0);
        bench.sealed(block, "poa-1")
    },
);

pub(super) const RETARGETED: Case = (
    "difficulty of the parent where it must rise",
    9,
    "difficulty",
    |bench| work_with(bench, |block| block.header.difficulty = Difficulty(16)),
);
