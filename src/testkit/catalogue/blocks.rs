//! Blocks and headers that break one rule each.

use std::rc::Rc;

use super::block_cases::{BODY, Case, RETARGETED, WITHOUT_AUTHORITIES, authority, cases};
use super::{Bench, codes};
use crate::chain::Import;
use crate::consensus::{BlockError, CheckedBlock, work};
use crate::primitives::{
    Amount, Block, BlockHash, Difficulty, Height, MAX_DATA_BYTES, MAX_EXACT, MAX_TRANSACTIONS,
    Millis, Payload, Retarget, Seal, Signature, Timestamp,
};
use crate::testkit::{Grower, params};

/// As a node imports what it built from its own transactions: checked by itself first.
fn import_rebuilt(grower: &mut Grower, block: Block) -> Result<Import, BlockError> {
    let (chain, now) = (&mut grower.chain, block.header.time);
    let params = Rc::clone(chain.params());
    let checked = CheckedBlock::check(block, &params, &chain.chain_id(), &mut grower.cache)?;
    chain.import_checked(checked, now)
}

/// Imports the block of a case in both ways, as often as it may be sent, and expects the same
/// refusal each time.
fn expect_refusal(bench: impl Fn() -> Bench, (name, rule, code, make): &Case) {
    for import in [Grower::import, import_rebuilt] {
        let mut bench = bench();
        let block = make(&mut bench);
        let before = bench.trace();
        for _ in 0..2 {
            let refused = import(&mut bench.grower, block.clone()).unwrap_err();
            assert_eq!(
                (refused.rule(), refused.code()),
                (*rule, *code),
                "{name}: {refused}"
            );
            assert_eq!(bench.trace(), before, "{name}");
        }
    }
}

#[test]
fn a_block_is_refused_by_exactly_the_rule_that_it_breaks() {
    for case in cases() {
        expect_refusal(Bench::new, case);
    }
    let mut bench = Bench::new();
    let good = [bench.good(), authority(&mut bench, 1, "poa-2")];
    for block in good {
        assert!(
            bench.grower.import(block).is_ok(),
            "what they are made from is valid"
        );
    }
}

#[test]
fn the_documentation_names_each_refusal_under_its_rule() {
    let page = include_str!("../../../docs/BLOCKCHAIN_SYSTEM.md");
    let (_, rules) = page.split_once("## The rules").unwrap();
    let (rules, rest) = rules.split_once("## Fork choice").unwrap();
    let (_, transactions) = rest.split_once("## Transactions").unwrap();
    let row = |rule: u8| {
        rules
            .lines()
            .find(|line| line.starts_with(&format!("| {rule} |")))
            .unwrap()
    };
    for (name, rule, code, _) in cases().chain([&WITHOUT_AUTHORITIES]) {
        let quoted = format!("`{code}`");
        // Of rule 11 the row leaves the codes of the transactions themselves to their own section.
        let named = row(*rule).contains(&quoted) || (*rule == 11 && transactions.contains(&quoted));
        assert!(named, "{name}: {code} is not in the row of rule {rule}");
    }
    assert!((1..=13).all(|rule| row(rule).len() > 20));
}

#[test]
fn networks_of_other_parameters_refuse_what_theirs_do_not_allow() {
    let mut alone = params();
    alone.authorities.clear();
    expect_refusal(|| Bench::with(alone.clone()), &WITHOUT_AUTHORITIES);
    let mut moving = params();
    let (min, max) = (Difficulty(1), Difficulty(1 << 20));
    moving.retarget = Retarget::Asert {
        ideal: Millis(60_000),
        half_life: Millis(60_000),
        min,
        max,
    };
    expect_refusal(|| Bench::with(moving.clone()), &RETARGETED);
}

#[test]
fn every_refusal_of_a_block_has_a_case() {
    let all = || cases().chain([&WITHOUT_AUTHORITIES, &RETARGETED]);
    // A transaction's own refusals are in its own catalogue.
    let own = all()
        .map(|(_, _, code, _)| *code)
        .filter(|code| !["nonce", "balance", "name_taken"].contains(code));
    codes::expect_all(BlockError::CODES, own);
    let names: std::collections::BTreeSet<_> = all().map(|(name, ..)| name).collect();
    assert_eq!(
        names.len(),
        all().count(),
        "each case has a name of its own"
    );
}

#[test]
fn what_the_id_does_not_commit_to_never_condemns_it() {
    let mut bench = Bench::new();
    let good = bench.good();
    let mut bad = good.clone();
    bad.body.transactions.pop();
    let no_seal = Block {
        seal: Seal::Authority(Signature([0; 64])),
        ..good.clone()
    };
    for block in [bad, no_seal] {
        assert!(!bench.grower.import(block).unwrap_err().condemns_id());
    }
    assert!(bench.grower.import(good).is_ok());
}

#[test]
fn a_body_too_long_that_the_header_names_condemns_its_id() {
    for case in BODY.iter().filter(|(_, _, code, _)| code.contains("too_")) {
        let mut bench = Bench::new();
        let block = (case.3)(&mut bench);
        let refused = bench.grower.import(block.clone()).unwrap_err();
        assert_eq!(
            bench.grower.chain.refusal(&block.id()),
            Some(&refused),
            "{}",
            case.0
        );
        // Too long as well, but no body of this header.
        let mut other = bench.good();
        other.body.transactions = block.body.transactions;
        other.body.data = vec![0; MAX_DATA_BYTES + 1];
        assert!(
            !bench.grower.import(other).unwrap_err().condemns_id(),
            "{}",
            case.0
        );
    }
}

#[test]
fn what_lies_on_a_bound_is_valid() {
    let mut bench = Bench::new();
    let earliest = bench.grower.chain.params().min_gap.0;
    let soon = bench.grower.work_block("miner", earliest, Vec::new());
    assert!(
        bench.grower.import(soon).is_ok(),
        "exactly the least gap after its parent"
    );
    let many = (0..256).map(|nonce| {
        bench.grower.sign(
            "operator",
            nonce,
            Payload::Message {
                bytes: vec![],
                to: None,
            },
        )
    });
    let many: Vec<_> = many.collect();
    assert_eq!(many.len(), MAX_TRANSACTIONS);
    let block = bench.grower.work_block("miner", 1_000, many);
    assert_eq!(block.body.transactions.len(), MAX_TRANSACTIONS);
    assert!(
        bench.grower.import(block).is_ok(),
        "as many transactions as there may be"
    );
    let difficulty = Difficulty(16);
    let target = BlockHash(work::target(difficulty).to_be_bytes());
    assert!(work::meets(&target, difficulty));
    let mut above = target;
    above.0[0] += 1;
    assert!(!work::meets(&above, difficulty));
    let early = bench.grower.work_block("miner", 60_000, Vec::new());
    let until = Timestamp(early.header.time.0 - bench.grower.chain.params().max_future.0);
    let (chain, cache) = (&mut bench.grower.chain, &mut bench.grower.cache);
    let before = Timestamp(until.0 - 1);
    assert_eq!(
        chain.import(early.clone(), before, cache),
        Ok(Import::Deferred { until })
    );
    assert!(
        matches!(chain.import(early, until, cache), Ok(Import::Extended(_))),
        "exactly at the limit of the future"
    );
}

#[test]
fn rewards_stop_at_the_largest_supply_and_no_sum_wraps() {
    let mut rich = params();
    rich.allocation[0].amount = Amount(MAX_EXACT - 2_000 - 70);
    let mut bench = Bench::with(rich);
    bench.grower.grow("miner", 3);
    let state = bench.grower.chain.head_state();
    let supply = state.tally().unwrap().supply;
    assert_eq!(
        supply,
        Amount(MAX_EXACT),
        "the second reward is cut, the third is nothing"
    );
    assert_eq!(state.imbalance(), None);
    assert!(matches!(bench.grower.chain.head_header().height, Height(4)));
    let fee_for_all = bench.signed(|body| body.fee = Amount(MAX_EXACT));
    let block = bench.holding(vec![fee_for_all]);
    let refused = bench.grower.import(block).unwrap_err();
    assert!(
        matches!(refused, BlockError::Transaction { .. }),
        "{refused}"
    );
    assert_eq!(refused.code(), "overflow");
}
