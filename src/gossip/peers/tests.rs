//! What is held against peers, what is let in, and who makes room.

use super::super::bucket::BURST_SECONDS;
use super::super::frame::seal_frame;
use super::super::message::Message;
use super::*;
use crate::primitives::{BlockHash, Keypair, NodeKind, Timestamp};

const CHAIN: BlockHash = BlockHash([1; 32]);
const NOW: Instant = Instant(1_000_000);

fn hear(peers: &mut Peers, session: u64, sequence: u64) -> Result<NodeId, FrameError> {
    hear_at(peers, (session, sequence), NOW)
}

fn hear_at(peers: &mut Peers, run: (u64, u64), now: Instant) -> Result<NodeId, FrameError> {
    let bytes = seal_frame(
        &Keypair::from_secret(&[1; 32]),
        &CHAIN,
        run,
        None,
        &Message::Bye,
    );
    let envelope = Envelope::parse(&bytes, &CHAIN).unwrap();
    peers.check_new(&envelope, now)?;
    peers.heard(&envelope, false, now);
    Ok(envelope.from)
}

#[test]
fn a_frame_counts_once_and_an_old_session_never() {
    let mut peers = Peers::default();
    assert!(hear(&mut peers, 5, 1).is_ok());
    assert_eq!(
        hear(&mut peers, 5, 1),
        Err(FrameError::Replay { last: 1, found: 1 })
    );
    assert!(hear(&mut peers, 5, 3).is_ok());
    assert!(hear(&mut peers, 6, 1).is_ok());
    assert!(hear(&mut peers, 5, 9).is_err());
}

#[test]
fn frames_that_change_places_on_two_channels_count_once_each() {
    let mut peers = Peers::default();
    for sequence in [10, 8, 9, 70, 71] {
        assert!(hear(&mut peers, 5, sequence).is_ok(), "{sequence}");
        assert!(hear(&mut peers, 5, sequence).is_err(), "{sequence}");
    }
    for sequence in [8, 9, 10, 70] {
        assert!(hear(&mut peers, 5, sequence).is_err(), "{sequence} again");
    }
    assert!(hear(&mut peers, 5, 11).is_ok(), "it may be late");
    assert!(hear(&mut peers, 5, 7).is_err(), "so late it is forgotten");
    assert!(hear(&mut peers, 5, 1_000).is_ok());
    assert!(hear(&mut peers, 5, 71).is_err());
    assert!(hear(&mut peers, 6, 3).is_ok(), "a new session begins anew");
    assert!(hear(&mut peers, 6, 1).is_ok());
    assert!(hear(&mut peers, 6, 1).is_err());
}

#[test]
fn who_once_gave_a_block_of_the_best_chain_makes_room_for_no_names_that_gave_nothing() {
    let mut peers = Peers::default();
    let hear = |peers: &mut Peers, number: u16, now: Instant| {
        let mut secret = [7; 32];
        secret[..2].copy_from_slice(&number.to_le_bytes());
        let key = Keypair::from_secret(&secret);
        let run = (1, now.0);
        let bytes = seal_frame(&key, &CHAIN, run, None, &Message::Bye);
        let envelope = Envelope::parse(&bytes, &CHAIN).unwrap();
        peers.heard(&envelope, false, now);
        envelope.from
    };
    let count = u16::try_from(MAX_PEERS).unwrap();
    for number in 1..count {
        hear(&mut peers, number, NOW);
    }
    let maker = hear(&mut peers, 0, NOW.plus(Millis(1)));
    peers.credit(&maker, NOW.plus(Millis(1)));
    let later = NOW.plus(Millis(300_000));
    for number in 0..count {
        hear(&mut peers, number, later);
    }
    // It has answered no ping for long; the names are fresh, so nobody has asked them yet.
    assert!(!peers.get(&maker).unwrap().alive(later));
    for number in count..3 * count {
        let name = hear(&mut peers, number, later);
        // As if each had announced something that is asked for.
        peers.ask(&name, later);
        assert!(peers.get(&maker).is_some(), "gone for name {number}");
    }
    // Also one that was met after all of them.
    let newest = later.plus(Millis(1));
    let second = hear(&mut peers, 3 * count, newest);
    peers.credit(&second, newest);
    hear(&mut peers, 3 * count + 1, newest);
    assert!(peers.get(&maker).is_some() && peers.get(&second).is_some());
}

#[test]
fn a_node_whose_clock_was_set_back_is_heard_again_after_its_silence() {
    let mut peers = Peers::default();
    hear(&mut peers, 6, 1).unwrap();
    assert!(hear_at(&mut peers, (5, 1), NOW.plus(ALIVE)).is_err());
    assert!(hear_at(&mut peers, (5, 1), NOW.plus(ALIVE).plus(Millis(1))).is_ok());
}

#[test]
fn an_invalid_block_silences_a_peer_for_ten_minutes() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    assert!(peers.admits(&node, false, NOW));
    peers.blame(&node, Fault::Invalid, NOW);
    assert!(!peers.admits(&node, false, NOW.plus(Millis(599_999))));
    assert!(peers.admits(&node, false, NOW.plus(IGNORE_FOR)));
}

#[test]
fn scores_fade_and_small_faults_add_up() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    peers.blame(&node, Fault::Malformed, NOW);
    assert_eq!(peers.get(&node).unwrap().score(NOW), -20);
    assert_eq!(
        peers.get(&node).unwrap().score(NOW.plus(Millis(60_000))),
        -10
    );
    for _ in 0..4 {
        peers.blame(&node, Fault::Malformed, NOW);
    }
    assert!(!peers.admits(&node, true, NOW));
}

#[test]
fn a_flood_is_cut_off_and_resumes_at_the_peers_rate() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    for sequence in 2..=FRAMES * BURST_SECONDS {
        assert!(peers.admits(&node, false, NOW));
        hear(&mut peers, 5, sequence).unwrap();
    }
    assert!(!peers.admits(&node, false, NOW));
    assert!(
        peers.admits(&node, true, NOW),
        "what this node asked for is let in"
    );
    let a_frame_later = NOW.plus(Millis(1_000 / FRAMES));
    assert!(peers.admits(&node, false, a_frame_later));
    hear_at(&mut peers, (5, 10_000), a_frame_later).unwrap();
    assert!(!peers.admits(&node, false, a_frame_later));
}

#[test]
fn a_peer_has_fifty_transactions_a_second() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    assert_eq!(peers.take_transactions(&node, 150, NOW), 150);
    assert_eq!(peers.take_transactions(&node, 150, NOW), 50);
    assert_eq!(
        peers.take_transactions(&node, 150, NOW.plus(Millis(1_000))),
        50
    );
    assert_eq!(
        peers.take_transactions(&node, 500, NOW.plus(Millis(60_000))),
        200
    );
}

/// A peer answers a ping.
fn prove(peers: &mut Peers, node: &NodeId) {
    let peer = peers.get_mut(node).unwrap();
    peer.challenge(7, NOW);
    peer.answered(7, NOW);
}

#[test]
fn old_frames_that_are_played_again_keep_nobody_alive_for_long() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    let played = |peers: &mut Peers, session: u64, second: u64| {
        let now = NOW.plus(Millis(1_000 * second));
        let _ = hear_at(peers, (session, second), now);
        let peer = peers.get(&node).unwrap();
        (peer.alive(now), peer.is_doubted(now))
    };
    // Who is new may be alive; who never answers a ping is none that is there.
    let alive = (2..=300).filter(|second| played(&mut peers, 5, *second).0);
    assert!(alive.eq(2..=30));
    // It may come back at any time, by an answer of its own.
    assert_eq!(
        played(&mut peers, 5, 301),
        (false, true),
        "asked all the time"
    );
    let now = NOW.plus(Millis(301_000));
    let peer = peers.get_mut(&node).unwrap();
    peer.challenge(9, now);
    peer.answered(8, now);
    assert!(!peer.alive(now), "another token");
    peer.answered(9, now);
    assert!(peer.alive(now) && !peer.is_doubted(now));
    // Gone: its older sessions are played once more.
    let alive = (320..=600).filter(|second| played(&mut peers, 4, *second).0);
    assert!(alive.eq(320..=350));
}

#[test]
fn silence_and_late_answers_never_make_a_peer_ignored() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    for second in 0..600 {
        peers.blame(&node, Fault::TimeOut, NOW.plus(Millis(second * 100)));
    }
    let later = NOW.plus(Millis(60_000));
    peers.ask(&node, later);
    for _ in 0..100 {
        peers.blame(&node, Fault::Unsolicited, later.plus(LATE_WITHIN));
    }
    assert!(!peers.get(&node).unwrap().ignored(later) && peers.admits(&node, false, later));
    // One that stood still answers each old question once, however late.
    prove(&mut peers, &node);
    (0..30).for_each(|_| peers.ask(&node, later));
    let much_later = later.plus(Millis(600_000));
    (0..30).for_each(|_| peers.blame(&node, Fault::Unsolicited, much_later));
    assert!(peers.admits(&node, false, much_later));
    for _ in 0..20 {
        peers.blame(
            &node,
            Fault::Unsolicited,
            later.plus(LATE_WITHIN).plus(Millis(1)),
        );
    }
    assert!(
        !peers.admits(&node, false, later.plus(LATE_WITHIN)),
        "nobody asked"
    );
}

#[test]
fn answers_that_may_be_old_ones_cost_nothing_before_their_sender_has_proven_itself() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    (0..100).for_each(|_| peers.blame(&node, Fault::Unsolicited, NOW));
    assert!(peers.admits(&node, false, NOW));
    prove(&mut peers, &node);
    (0..20).for_each(|_| peers.blame(&node, Fault::Unsolicited, NOW));
    assert!(!peers.admits(&node, false, NOW), "nobody asked");
}

#[test]
fn a_score_that_changes_often_fades_as_well() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    for _ in 0..4 {
        peers.blame(&node, Fault::Malformed, NOW);
    }
    peers.credit(&node, NOW.plus(Millis(59_000)));
    assert_eq!(
        peers.get(&node).unwrap().score(NOW.plus(Millis(59_000))),
        -79
    );
    assert_eq!(
        peers.get(&node).unwrap().score(NOW.plus(Millis(60_000))),
        -39
    );
}

#[test]
fn the_newest_record_wins_and_peers_are_bounded() {
    let mut peers = Peers::default();
    let record = |n: u8, time: u64| {
        NodeRecord::sign(
            &Keypair::from_secret(&[n; 32]),
            "n",
            NodeKind::Pow,
            "t",
            Timestamp(time),
        )
    };
    assert!(peers.learn(record(1, 2), NOW));
    assert!(!peers.learn(record(1, 1), NOW));
    for n in 0..=200 {
        peers.learn(record(n, 1), NOW);
    }
    assert_eq!(peers.iter().count(), MAX_PEERS);
}

#[test]
fn a_flood_of_newcomers_drives_out_nobody_who_was_there_before() {
    let mut peers = Peers::default();
    let honest = hear(&mut peers, 5, 1).unwrap();
    for number in 2..u8::MAX {
        let newcomer = Keypair::from_secret(&[number; 32]);
        let bytes = seal_frame(&newcomer, &CHAIN, (1, 1), None, &Message::Bye);
        let later = NOW.plus(Millis(u64::from(number) * 10));
        peers.heard(&Envelope::parse(&bytes, &CHAIN).unwrap(), false, later);
    }
    assert!(peers.get(&honest).is_some() && peers.iter().count() == MAX_PEERS);
    // Who has fallen silent goes first.
    let newcomer = Keypair::from_secret(&[255; 32]);
    let bytes = seal_frame(&newcomer, &CHAIN, (1, 1), None, &Message::Bye);
    let later = NOW.plus(ALIVE).plus(Millis(1));
    peers.heard(&Envelope::parse(&bytes, &CHAIN).unwrap(), false, later);
    assert!(peers.get(&honest).is_none());
}

#[test]
fn a_few_who_ask_for_much_leave_something_to_a_newcomer() {
    let mut peers = Peers::default();
    let mut meet = |number: u8| {
        let key = Keypair::from_secret(&[number; 32]);
        let bytes = seal_frame(&key, &CHAIN, (1, 1), None, &Message::Bye);
        peers.heard(&Envelope::parse(&bytes, &CHAIN).unwrap(), false, NOW);
        key.node_id()
    };
    let (greedy, newcomer) = ([2, 3, 4, 5].map(&mut meet), meet(6));
    let give = |peers: &mut Peers, to: &NodeId| {
        let mut given = 0;
        while peers.may_answer(to, NOW) {
            peers.count_answer(to, 65_536, NOW);
            given += 65_536;
        }
        given
    };
    greedy.iter().for_each(|one| {
        give(&mut peers, one);
    });
    assert_eq!(give(&mut peers, &newcomer), LEAST_ANSWERS * BURST_SECONDS);
}

#[test]
fn one_list_of_records_a_second_is_looked_at() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    assert!(peers.take_list(&node, NOW) && !peers.take_list(&node, NOW.plus(Millis(999))));
    assert!(peers.take_list(&node, NOW.plus(LIST_EVERY)));
}

#[test]
fn who_has_given_a_block_passes_on_as_many_transactions_as_blocks_hold() {
    let mut peers = Peers::default();
    let node = hear(&mut peers, 5, 1).unwrap();
    let burst = |rate: u64| usize::try_from(rate * BURST_SECONDS).unwrap();
    assert_eq!(
        peers.take_transactions(&node, usize::MAX, NOW),
        burst(TRANSACTIONS)
    );
    assert_eq!(peers.take_transactions(&node, 1, NOW), 0);
    peers.credit(&node, NOW);
    let more = peers.take_transactions(&node, usize::MAX, NOW);
    assert_eq!(more, burst(TRANSACTIONS_OF_USEFUL) - burst(TRANSACTIONS));
}
