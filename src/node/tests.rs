//! Whole networks of nodes in one thread, under a virtual clock: what they promise together.

use super::source::Source;
use super::testing::{Net, ready, transfer};
use super::*;
use serde::de::DeserializeSeed as _;

use crate::consensus::Params;
use crate::gossip::FrameError;
use crate::ipc::{Speed, TimeShare, Workload};
use crate::ledger::{
    Batch, Durability, MemoryStore, RawRow, Row, Snapshot, Store as _, StoreError, Table, meta_key,
};
use crate::mempool::DropReason;
use crate::primitives::{
    Amount, AssetId, ClockReading, Difficulty, Height, Keypair, Millis, NodeKind, ParamsChange,
    Payload, Timestamp, Transaction,
};
use crate::records::LedgerStart;
use crate::testkit::{Grower, kept, key, params};

#[test]
fn five_nodes_of_both_kinds_agree_on_blocks_of_both_kinds() {
    let mut net = Net::five();
    net.run(Millis(30_000));
    net.quiesce();
    net.assert_agreement();
    let made: Vec<u64> = (0..5)
        .map(|seat| net.node(seat).counters.blocks_made)
        .collect();
    assert!(
        made[..3].iter().sum::<u64>() > 5 && made[3..].iter().all(|made| *made >= 2),
        "{made:?}"
    );
}

#[test]
fn a_transaction_sent_to_one_node_is_committed_on_all() {
    let mut net = Net::five();
    net.run(Millis(1_000));
    for nonce in 0..5 {
        net.submit(1, transfer(nonce).to_bytes()).unwrap();
    }
    net.run(Millis(10_000));
    net.quiesce();
    net.assert_agreement();
    for seat in 0..5 {
        let bob = net
            .node(seat)
            .chain()
            .head_state()
            .account(&key("bob").address());
        assert_eq!(bob.balance, Amount(1_050), "seat {seat}");
        assert!(net.node(seat).mempool().is_empty());
    }
}

#[test]
fn a_killed_node_resumes_from_its_ledger_and_catches_up() {
    let mut net = Net::five();
    net.run(Millis(20_000));
    net.kill(0);
    net.kill(3);
    let height = net.height(1);
    net.run(Millis(20_000));
    assert!(net.height(1) > height, "the chain still grows");
    net.start(0);
    net.start(3);
    assert_eq!(net.node(0).books.ledger_start, LedgerStart::Resumed);
    assert!(net.height(0) > 0);
    net.run(Millis(5_000));
    let lag = net
        .height(1)
        .abs_diff(net.height(0))
        .max(net.height(1).abs_diff(net.height(3)));
    assert!(lag <= 1, "back within five seconds");
    net.quiesce();
    net.assert_agreement();
}

/// What the first release wrote followed rule set 1; the same parameters make another network now.
#[test]
fn a_ledger_of_an_older_rule_set_is_named_and_the_node_begins_anew() {
    let store = MemoryStore::default();
    let mut batch = Batch::default();
    for (table, object) in kept::rows() {
        batch.put(table, table.deserialize(&object).unwrap());
    }
    ready(store.commit(&batch, Durability::Strict)).unwrap();
    let snapshot = ready(store.load()).unwrap();
    assert_eq!((snapshot.blocks.len(), snapshot.pending.len()), (16, 1));
    let setup = Setup {
        params: Params::from_bytes(snapshot.meta(meta_key::PARAMS).unwrap()).unwrap(),
        key: Keypair::derive(&[7; 32], "node", "pow-1"),
        name: "pow-1".to_owned(),
        kind: NodeKind::Pow,
        host: "tab".to_owned(),
        workload: Workload {
            speed: Speed::Paused,
            share: TimeShare::ALL,
            miners: 1,
        },
        is_first: true,
        session: 1,
        seed: 1,
    };
    let now = ClockReading::steady(Timestamp(1_764_000_005_000));
    let (genesis, mut out) = (
        crate::chain::Chain::new(setup.params.clone().into()).chain_id(),
        Outbox::new(),
    );
    let node = Node::start(setup, Some(snapshot), now, &mut out).unwrap();
    assert_eq!(node.books.ledger_start, LedgerStart::Outdated);
    assert_eq!((node.chain.height(), node.mempool.len()), (Height(0), 0));
    let told = |output: &Output| matches!(output, Output::Notice(notice) if notice.text().contains("expected a ledger of rule set 2, found one of an older"));
    assert!(out.iter().any(told));
    let Some(Output::Persist { batch, .. }) = out
        .iter()
        .find(|output| matches!(output, Output::Persist { .. }))
    else {
        panic!("what is kept is written");
    };
    ready(store.commit(batch, Durability::Strict)).unwrap();
    let blocks = ready(store.load()).unwrap().blocks;
    assert_eq!(
        blocks
            .iter()
            .map(|row| row.hash.clone())
            .collect::<Vec<_>>(),
        [genesis.to_string()]
    );
}

#[test]
fn a_late_joiner_far_behind_fetches_everything() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("pow-2", NodeKind::Pow)]);
    net.run(Millis(600_000));
    net.kill(1);
    net.seats[1].ledger = MemoryStore::default();
    assert!(net.height(0) > 400);
    net.start(1);
    net.run(Millis(5_000));
    net.quiesce();
    net.assert_agreement();
    assert!(net.noted(1, |notice| matches!(notice, Notice::Fetching { .. })) >= 1);
}

fn register(user: &str, nonce: u64, name: &str) -> Transaction {
    Grower::new(params()).sign(
        user,
        nonce,
        Payload::RegisterUser {
            name: name.parse().unwrap(),
        },
    )
}

/// Five nodes on whose chain these users have coins, and no names.
fn with_coins(users: &[&str]) -> Net {
    let mut net = Net::five();
    net.run(Millis(1_000));
    for (nonce, user) in (0..).zip(users) {
        let gift = Grower::new(params()).transfer("alice", nonce, user, 100);
        net.submit(0, gift.to_bytes()).unwrap();
    }
    net.run(Millis(10_000));
    net
}

#[test]
fn what_can_never_be_committed_is_refused_and_holds_nothing_up() {
    let mut net = with_coins(&["carol"]);
    let mut refused = |seat: usize, transaction: Transaction| {
        net.submit(seat, transaction.to_bytes()).unwrap_err().code()
    };
    assert_eq!(refused(0, register("alice", 1, "neo")), "already_named");
    assert_eq!(refused(1, register("carol", 0, "bob")), "name_taken");
    let change = ParamsChange {
        difficulty: Some(Difficulty(32)),
        ..Default::default()
    };
    let mut order = Grower::new(params()).order("bob", 0, change).body;
    order.valid_until = Height(1_000);
    assert_eq!(refused(2, order.sign(&key("bob"))), "not_operator");
    let asset = Payload::TransferAsset {
        asset: AssetId([1; 32]),
        to: key("bob").address(),
        amount: Amount(1),
    };
    assert_eq!(
        refused(3, Grower::new(params()).sign("bob", 0, asset)),
        "asset_unknown"
    );
    net.submit(0, transfer(1).to_bytes()).unwrap();
    net.run(Millis(10_000));
    for seat in 0..5 {
        assert!(
            net.node(seat).chain().block_of(&transfer(1).id()).is_some(),
            "seat {seat}"
        );
    }
}

#[test]
fn of_two_who_want_a_name_the_later_one_is_told_and_can_go_on() {
    let mut net = with_coins(&["carol", "dave"]);
    // Neither half hears of the other's wish before the blocks decide.
    net.split = Some(2);
    net.submit(0, register("carol", 0, "zed").to_bytes())
        .unwrap();
    net.submit(4, register("dave", 0, "zed").to_bytes())
        .unwrap();
    net.run(Millis(100));
    net.split = None;
    net.run(Millis(20_000));
    net.quiesce();
    net.assert_agreement();
    let owner = net
        .node(0)
        .chain()
        .head_state()
        .owner_of(&"zed".parse().unwrap())
        .unwrap();
    assert!([key("carol").address(), key("dave").address()].contains(&owner));
    for seat in 0..5 {
        assert!(
            net.node(seat).mempool().is_empty(),
            "seat {seat} keeps what can never be committed"
        );
    }
    let told = |notice: &Notice| {
        matches!(
            notice,
            Notice::Dropped {
                reason: DropReason::Conflict,
                ..
            }
        )
    };
    assert!((0..5).any(|seat| net.noted(seat, told) > 0));
}

#[test]
fn two_halves_grow_apart_and_heal_into_one_chain() {
    let mut net = Net::five();
    net.run(Millis(5_000));
    net.split = Some(2);
    net.submit(0, transfer(0).to_bytes()).unwrap();
    net.run(Millis(60_000));
    assert_ne!(net.node(0).chain().head(), net.node(4).chain().head());
    net.split = None;
    net.run(Millis(10_000));
    net.quiesce();
    net.assert_agreement();
    let reorganised =
        |notice: &Notice| matches!(notice, Notice::Reorganised { reverted, .. } if *reverted > 5);
    assert!((0..5).any(|seat| net.noted(seat, reorganised) > 0));
    let id = transfer(0).id();
    for seat in 0..5 {
        let node = net.node(seat);
        assert!(
            node.chain().block_of(&id).is_some() || node.mempool().get(&id).is_some(),
            "seat {seat}"
        );
    }
}

#[test]
fn a_cut_link_is_bridged_by_the_others() {
    let mut net = Net::new(&[
        ("pow-1", NodeKind::Pow),
        ("viewer-1", NodeKind::Viewer),
        ("viewer-2", NodeKind::Viewer),
    ]);
    let (a, c) = (key("pow-1").node_id(), key("viewer-2").node_id());
    net.run(Millis(1_000));
    net.give(2, Input::SetLink { from: a, cut: true });
    net.give(0, Input::SetLink { from: c, cut: true });
    net.run(Millis(20_000));
    assert!(net.height(0) > 5);
    net.quiesce();
    net.assert_agreement();
}

#[test]
fn an_authority_never_seals_a_slot_twice_across_a_restart() {
    let mut net = Net::new(&[("poa-1", NodeKind::Poa), ("poa-2", NodeKind::Poa)]);
    net.run(Millis(500));
    assert_eq!(
        net.node(1).counters.blocks_made,
        1,
        "slot 1 is the second authority's"
    );
    net.kill(1);
    net.start(1);
    net.run(Millis(1_000));
    assert_eq!(
        net.node(1).counters.blocks_made,
        0,
        "the ledger remembers the slot"
    );
    net.kill(1);
    net.seats[1].ledger = MemoryStore::default();
    net.run(Millis(20_000));
    net.start(1);
    let slot = crate::consensus::slots::slot_at(&params(), net.now);
    assert!(
        net.node(1).authority.first_open > slot,
        "without a ledger the current slot is left alone"
    );
}

#[test]
fn flipped_replayed_and_foreign_frames_are_refused_with_a_reason_and_change_nothing() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("viewer-1", NodeKind::Viewer)]);
    net.run(Millis(3_000));
    net.quiesce();
    let message = crate::gossip::Message::Bye;
    let good = crate::gossip::seal_frame(
        &key("stranger"),
        &net.node(1).chain_id(),
        (1, 1),
        None,
        &message,
    );
    let before = (net.node(1).chain().head(), net.node(1).mempool().len());
    let mut flipped = good.clone();
    flipped[100] ^= 1;
    for (frame, code) in [
        (flipped, "frame_signature"),
        (b"hello".to_vec(), "frame_foreign"),
        (Vec::new(), "frame_foreign"),
    ] {
        net.give(1, Input::Frame(frame));
        let last = net.seats[1].notices.iter().rev().find_map(|notice| {
            if let Notice::FrameRefused { error, .. } = notice {
                Some(error.code())
            } else {
                None
            }
        });
        assert_eq!(last, Some(code));
    }
    net.give(1, Input::Frame(good.clone()));
    net.give(1, Input::Frame(good));
    assert_eq!(
        net.noted(1, |n| matches!(
            n,
            Notice::FrameRefused {
                error: FrameError::Replay { .. },
                ..
            }
        )),
        1
    );
    assert_eq!(
        before,
        (net.node(1).chain().head(), net.node(1).mempool().len())
    );
    assert_eq!(net.node(1).status(net.reading()).frames_refused, 4);
}

#[test]
fn refused_transactions_name_the_rule() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer)]);
    let grower = Grower::new(params());
    let mut forged = transfer(0);
    forged.signature.0[0] ^= 1;
    let to = key("bob").address();
    let zero = grower.sign(
        "alice",
        0,
        Payload::Transfer {
            to,
            amount: Amount(0),
            memo: String::new(),
        },
    );
    let memo = grower.sign(
        "alice",
        0,
        Payload::Transfer {
            to,
            amount: Amount(1),
            memo: "m".repeat(129),
        },
    );
    for (raw, code) in [
        (forged.to_bytes(), "signature"),
        (zero.to_bytes(), "amount_zero"),
        (memo.to_bytes(), "too_long"),
        (
            grower.transfer("alice", 0, "bob", 1_000).to_bytes(),
            "balance",
        ),
        (grower.transfer("nobody", 0, "bob", 1).to_bytes(), "balance"),
        (
            grower.transfer("alice", 99, "bob", 1).to_bytes(),
            "nonce_gap",
        ),
        (vec![1, 2, 3], "encoding"),
    ] {
        let error = net.submit(0, raw).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    assert!(net.node(0).mempool().is_empty());
}

#[test]
fn a_failing_ledger_never_stops_the_node_and_gets_the_whole_difference_later() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(2_000));
    net.seats[0].ledger.fail_next(StoreError::Quota);
    net.run(Millis(400));
    net.seats[0].ledger.fail_next(StoreError::Quota);
    net.run(Millis(1_500));
    assert!(net.noted(0, |notice| matches!(notice, Notice::PersistFailed { .. })) >= 1);
    net.run(Millis(10_000));
    assert_eq!(net.node(0).status(net.reading()).degraded, None);
    let height = net.height(0);
    net.kill(0);
    net.start(0);
    assert_eq!(
        (net.node(0).books.ledger_start, net.height(0)),
        (LedgerStart::Resumed, height)
    );
}

#[test]
fn a_ledger_that_was_deleted_under_the_node_is_written_anew_and_whole() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("poa-1", NodeKind::Poa)]);
    net.run(Millis(60_000));
    let head = net.height(1);
    ready(net.seats[1].ledger.wipe()).unwrap();
    net.seats[1].ledger.fail_next(StoreError::Deleted);
    net.run(Millis(5_000));
    let status = net.node(1).status(net.reading());
    assert_eq!(status.degraded, None);
    assert!(status.durable_height >= head);
    let signed = *net.node(1).finality.duty.signer.record();
    net.kill(1);
    net.start(1);
    assert_eq!(net.node(1).books.ledger_start, LedgerStart::Resumed);
    assert!(net.height(1) >= head);
    assert!(
        net.node(1).finality.duty.signer.is_whole(),
        "what it signed is known"
    );
    assert_eq!(*net.node(1).finality.duty.signer.record(), signed);
}

#[test]
fn a_damaged_ledger_is_rebuilt_or_cut_to_the_last_good_block() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(10_000));
    net.kill(0);
    let before: Snapshot = ready(net.seats[0].ledger.load()).unwrap();
    let head = before
        .blocks
        .iter()
        .filter(|row| row.on_best_chain)
        .map(|row| row.height)
        .max()
        .unwrap();
    let mut lose_state = Batch::default();
    let snapshot: Snapshot = ready(net.seats[0].ledger.load()).unwrap();
    lose_state.delete(Table::State, snapshot.state[0].key.clone());
    ready(
        net.seats[0]
            .ledger
            .commit(&lose_state, crate::ledger::Durability::Relaxed),
    )
    .unwrap();
    net.start(0);
    assert_eq!(
        (net.node(0).books.ledger_start, net.height(0)),
        (LedgerStart::Rebuilt, head)
    );
    net.kill(0);
    let mut rows = net.seats[0].ledger.block_rows().into_iter();
    let mut row = rows.find(|row| row.height == head).unwrap();
    let last = row.raw.len() - 1;
    row.raw[last] ^= 1;
    let mut damage = Batch::default();
    damage.put(Table::Blocks, Row::Block(row));
    ready(
        net.seats[0]
            .ledger
            .commit(&damage, crate::ledger::Durability::Relaxed),
    )
    .unwrap();
    net.start(0);
    assert_eq!(
        (net.node(0).books.ledger_start, net.height(0)),
        (LedgerStart::Truncated, head - 1)
    );
}

#[test]
fn a_ledger_of_an_older_schema_is_rebuilt_from_its_blocks_and_then_of_todays() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(10_000));
    let (head, height) = (net.node(0).chain().head(), net.height(0));
    net.kill(0);
    // Schema 2 had its undo records elsewhere: after the upgrade of the database they are missing.
    let mut older = Batch::default();
    for mut row in net.seats[0].ledger.block_rows() {
        row.undo.clear();
        older.put(Table::Blocks, Row::Block(row));
    }
    let schema = RawRow {
        key: meta_key::SCHEMA.to_owned(),
        raw: 2_u32.to_le_bytes().to_vec(),
    };
    older.put(Table::Meta, Row::Raw(schema));
    ready(
        net.seats[0]
            .ledger
            .commit(&older, crate::ledger::Durability::Relaxed),
    )
    .unwrap();
    net.start(0);
    assert_eq!(net.node(0).books.ledger_start, LedgerStart::Rebuilt);
    net.give(0, Input::Wake);
    net.kill(0);
    net.start(0);
    assert_eq!(
        (
            net.node(0).books.ledger_start,
            net.node(0).chain().head(),
            net.height(0)
        ),
        (LedgerStart::Resumed, head, height)
    );
}

#[test]
fn the_longest_block_there_can_be_is_read_back_at_the_next_start() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    let mut grower = Grower::new(params());
    let longest = grower
        .authority_block_of("poa-2", net.now, grower.filling())
        .unwrap();
    let mut out = Outbox::new();
    assert!(
        net.seats[0]
            .node
            .as_mut()
            .unwrap()
            .import(longest, Source::Own, &mut out)
    );
    net.perform(0, out);
    net.give(0, Input::Wake);
    net.kill(0);
    net.start(0);
    assert_eq!(
        (net.node(0).books.ledger_start, net.height(0)),
        (LedgerStart::Resumed, 1)
    );
}

#[test]
fn the_same_inputs_give_the_same_outputs() {
    let run = || {
        let mut net = Net::five();
        net.run(Millis(20_000));
        (net.sent, net.node(0).chain().head())
    };
    assert_eq!(run(), run());
}

#[test]
fn stop_writes_everything_and_says_goodbye() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("viewer-1", NodeKind::Viewer)]);
    net.run(Millis(5_000));
    net.give(0, Input::Stop);
    assert!(net.seats[0].node.is_none(), "stopped");
    net.run(Millis(100));
    assert_eq!(
        net.noted(1, |notice| matches!(
            notice,
            Notice::PeerLeft { silent: false, .. }
        )),
        1
    );
    net.start(0);
    assert!(net.node(0).chain().height() >= Height(1));
}
