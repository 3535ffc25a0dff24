//! Nodes whose machine's clock is set back or ahead, and peers whose clocks are wrong.

use std::collections::BTreeSet;

use super::testing::{Duel, Net};
use super::*;
use crate::gossip::{Message, NodeRecord};
use crate::primitives::{Millis, NodeKind, Slot, Timestamp};
use crate::testkit::key;

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
    for by in [-HOUR, HOUR] {
        net.set_of = Some((4, by));
        net.run(Millis(20_000));
        net.set_of = None;
        let before = net.height(0);
        net.run(Millis(20_000));
        for seat in 0..net.seats.len() {
            assert!(net.height(seat) > before + 10, "node {seat} after {by} ms");
        }
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
