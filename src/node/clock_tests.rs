//! Nodes whose machine's clock is set back or ahead, and peers whose clocks are wrong.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "most notices say nothing of clocks or slots"
)]

use std::collections::BTreeSet;

use super::testing::{Duel, Net, head_of, ping};
use super::*;
use crate::gossip::{Message, NodeRecord};
use crate::primitives::{Millis, NodeKind, Slot, Timestamp};
use crate::testkit::{Grower, key, params};

const HOUR: i64 = 3_600_000;

/// Sets the wall clock of all and lets ten seconds pass: all go on, and agree.
fn set(net: &mut Net, to: i64) {
    net.set = to;
    let before = net.height(0);
    net.run(Millis(10_000));
    for seat in 0..net.seats.len() {
        let grown = net.height(seat) - before;
        assert!(grown >= 5, "{grown} blocks of node {seat} at {to} ms");
    }
}

fn sealed(net: &Net, seat: usize) -> Vec<Slot> {
    let notices = net.seats[seat].notices.iter();
    let slot = |notice: &Notice| match notice {
        Notice::Sealed { slot, .. } => Some(*slot),
        _ => None,
    };
    notices.filter_map(slot).collect()
}

fn dated_ahead(net: &Net, seat: usize) -> Option<Millis> {
    let mut notices = net.seats[seat].notices.iter().rev();
    notices.find_map(|notice| match notice {
        Notice::Clock(ClockNotice::DatedAhead { by }) => Some(*by),
        _ => None,
    })
}

#[test]
fn a_network_goes_on_within_seconds_whatever_its_machines_clock_is_set_to() {
    let mut net = Net::five();
    net.run(Millis(20_000));
    for to in [-HOUR, 0, HOUR, 24 * HOUR, 23 * HOUR, 0, -1_500, -HOUR] {
        set(&mut net, to);
    }
    for seat in [3, 4] {
        let slots = sealed(&net, seat);
        let different: BTreeSet<_> = slots.iter().collect();
        assert_eq!(slots.len(), different.len(), "no slot is sealed twice");
        assert!(slots.len() > 6, "{} slots", slots.len());
    }
    // Of the last of them all, and of the day ahead that was before.
    let by = dated_ahead(&net, 0).unwrap();
    assert!(by.0.abs_diff(25 * 3_600_000) < 5_000, "{} ms", by.0);
    net.set = 0;
    net.quiesce();
    net.assert_agreement();
}

#[test]
fn an_authority_whose_disk_is_full_seals_nothing_that_a_clock_set_back_would_have_it_seal_again() {
    let mut net = Net::new(&[("poa-1", NodeKind::Poa), ("poa-2", NodeKind::Poa)]);
    net.run(Millis(20_000));
    let before = sealed(&net, 1).len();
    net.seats[1].is_full = true;
    net.run(Millis(100_000));
    net.kill(1);
    net.seats[1].is_full = false;
    // Into the time in which it could write nothing down; and nobody tells it what it sealed then.
    net.set = -60_000;
    net.split = Some(1);
    net.start(1);
    net.run(Millis(120_000));
    let slots = sealed(&net, 1);
    let different: BTreeSet<_> = slots.iter().collect();
    assert_eq!(slots.len(), different.len(), "{slots:?}");
    assert!(slots.len() > before + 2, "it seals again: {slots:?}");
}

#[test]
fn nodes_that_start_with_a_ledger_from_the_future_go_on_from_its_end_and_say_so() {
    let mut net = Net::five();
    net.run(Millis(20_000));
    net.set = -HOUR;
    for seat in 0..net.seats.len() {
        net.kill(seat);
    }
    for seat in 0..net.seats.len() {
        net.seats[seat].notices.clear();
        net.start(seat);
        let by = dated_ahead(&net, seat).unwrap();
        assert!(by.0.abs_diff(3_600_000) < 3_000, "{} ms", by.0);
    }
    set(&mut net, -HOUR);
}

#[test]
fn one_whose_clock_is_set_goes_on_with_the_others_when_it_is_right_again() {
    let mut net = Net::five();
    net.run(Millis(20_000));
    for by in [-HOUR, HOUR, 12_000] {
        net.set_of = Some((4, by));
        net.run(Millis(20_000));
        net.set_of = None;
        let before = net.height(0);
        net.run(Millis(20_000));
        for seat in 0..net.seats.len() {
            assert!(net.height(seat) > before + 10, "node {seat} after {by} ms");
        }
        assert_eq!(net.node(4).clock.ahead(), Millis(0), "after {by} ms");
    }
    net.quiesce();
    net.assert_agreement();
}

#[test]
fn a_peer_whose_clock_is_off_is_named_once_with_by_how_much() {
    let mut duel = Duel::new();
    let hello = |duel: &Duel, name: &str, by: i64| {
        let time = Timestamp(duel.now.0.saturating_add_signed(by));
        let record = NodeRecord::sign(&key(name), name, NodeKind::Pow, "tab", time);
        let head = duel.node.head_info();
        Message::Hello { record, head }
    };
    duel.notices.clear();
    for (name, by) in [("early", HOUR), ("late", -HOUR), ("right", 1_000)] {
        for _ in 0..3 {
            let message = hello(&duel, name, by);
            duel.hear(name, &message);
            duel.pass(Millis(500));
        }
    }
    let notices = duel.notices.iter().filter_map(|notice| match notice {
        Notice::Clock(ClockNotice::PeerOff { name, by }) => Some((name.as_str(), *by)),
        _ => None,
    });
    let notices: Vec<_> = notices.collect();
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert_eq!(notices[0], ("early", HOUR));
    assert!(notices[1].0 == "late" && notices[1].1 < -HOUR / 2);
}

#[test]
fn an_authority_whose_ledger_is_emptied_in_the_first_slot_seals_it_only_once() {
    let mut net = Net::new(&[("poa-1", NodeKind::Poa), ("poa-2", NodeKind::Poa)]);
    net.run(Millis(1_000));
    for seat in 0..2 {
        net.kill(seat);
        net.seats[seat].forget();
    }
    (0..2).for_each(|seat| net.start(seat));
    net.run(Millis(2_000));
    let slots = [sealed(&net, 0), sealed(&net, 1)].concat();
    assert_eq!(slots, [Slot(1)]);
    net.run(Millis(60_000));
    assert!(net.height(0) > 2, "it seals later ones");
}

#[test]
fn a_fetch_of_blocks_that_come_too_early_is_held_against_nobody_and_says_whose_clock_is_off() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    // The node's clock shows ten minutes after the beginning.
    let block = grower.work_block("liar", 615_000, Vec::new());
    grower.import(block.clone()).unwrap();
    let headers = grower.chain.headers_after(&[grower.chain.chain_id()], 1);
    let asked = duel.hear("liar", &ping(head_of(&grower)));
    assert!(matches!(asked[..], [Message::GetHeaders(_)]), "{asked:?}");
    let asked = duel.hear("liar", &Message::Headers(headers));
    assert!(matches!(asked[..], [Message::GetBodies(_)]), "{asked:?}");
    duel.hear("liar", &Message::Bodies(vec![(block.id(), block.body)]));
    assert!(duel.is_at_genesis() && duel.node.lanes.is_idle());
    assert_eq!(duel.node.lanes.failures_of(&key("liar").node_id()), 0);
    let off = |notice: &Notice| match notice {
        Notice::Clock(ClockNotice::PeerOff { name, by }) => Some((name.clone(), *by)),
        _ => None,
    };
    let off: Vec<_> = duel.notices.iter().filter_map(off).collect();
    assert_eq!(off, [("liar".to_owned(), 15_000)]);
    duel.pass(Millis(13_000));
    assert_eq!(duel.node.chain.head(), grower.chain.head());
    // What is so far ahead that it is not even kept, neither: it may be this node's clock that is
    // an hour behind.
    let block = grower.work_block("liar", 3_600_000, Vec::new());
    let before = grower.chain.head();
    grower.import(block.clone()).unwrap();
    let headers = grower.chain.headers_after(&[before], 1);
    duel.hear("liar", &ping(head_of(&grower)));
    duel.hear("liar", &Message::Headers(headers));
    duel.hear("liar", &Message::Bodies(vec![(block.id(), block.body)]));
    assert!(duel.node.lanes.is_idle() && duel.node.deferred.len() == 0);
    assert_eq!(duel.node.lanes.failures_of(&key("liar").node_id()), 0);
}
