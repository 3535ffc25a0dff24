//! Who is asked for what, who answers for what did not come, and that nobody holds a fetch up.

use super::download::MAX_FAILURES;
use super::history::FIRST_PAUSE;
use super::*;
use crate::primitives::Millis;
use crate::testkit::{Grower, params};

const NOW: Instant = Instant(1_000);
const A: NodeId = NodeId([1; 32]);
const B: NodeId = NodeId([2; 32]);
const C: NodeId = NodeId([3; 32]);

fn blocks(count: usize) -> Vec<Block> {
    let mut grower = Grower::new(params());
    let ids = grower.grow("miner", count);
    ids.iter()
        .map(|id| (*grower.chain.get(id).unwrap().block).clone())
        .collect()
}

fn wanting(blocks: &[Block]) -> BlockSync {
    let mut sync = BlockSync::default();
    assert!(matches!(
        sync.begin(A, None, NOW),
        Some(SyncAsk::Headers {
            peer: A,
            after: None
        })
    ));
    sync.want(
        A,
        blocks
            .iter()
            .map(|block| (block.header, block.seal))
            .collect(),
        false,
        NOW,
    );
    sync
}

fn answer(blocks: &[Block], ids: &[BlockHash]) -> Vec<(BlockHash, Body)> {
    let of = |id: &BlockHash| {
        blocks
            .iter()
            .find(|block| block.id() == *id)
            .unwrap()
            .body
            .clone()
    };
    ids.iter().map(|id| (*id, of(id))).collect()
}

#[test]
fn bodies_come_from_several_peers_and_leave_in_order() {
    let blocks = blocks(100);
    let mut sync = wanting(&blocks);
    let asks = sync.asks(&[A, B], NOW);
    assert_eq!(asks.len(), 2);
    for ask in asks.iter().rev() {
        let SyncAsk::Bodies { peer, ids } = ask else {
            panic!("{ask:?}")
        };
        sync.take_bodies(*peer, answer(&blocks, ids), NOW).unwrap();
    }
    let got: Vec<Block> = std::iter::from_fn(|| sync.next_block(|_| false, NOW)).collect();
    assert_eq!(got, blocks);
    assert!(sync.asks(&[A, B], NOW).is_empty() && sync.is_idle());
}

#[test]
fn a_block_that_came_another_way_does_not_hold_up_the_next() {
    let blocks = blocks(2);
    let [first, second] = [blocks[0].id(), blocks[1].id()];
    let mut sync = wanting(&blocks);
    assert_eq!(sync.asks(&[], NOW).len(), 1);
    // The source has only the second; the first comes as news while another peer is asked for it,
    // which never answers.
    let bodies = answer(&blocks, &[second]);
    sync.take_bodies(A, bodies, NOW).unwrap();
    let SyncAsk::Bodies { peer: B, ids } = &sync.asks(&[B], NOW)[0] else {
        panic!("the other peer was not asked")
    };
    assert_eq!(ids, &[first]);
    let is_here = |id: &BlockHash| *id == first;
    assert!(sync.next_block(is_here, NOW).is_none(), "it was asked for");
    let late = sync.deadline().unwrap();
    sync.expire(late);
    assert_eq!(sync.next_block(is_here, late).as_ref(), Some(&blocks[1]));
    assert!(sync.asks(&[B], late).is_empty() && sync.is_idle());
    assert!(!sync.is_stuck());
}

#[test]
fn what_was_not_asked_for_and_what_does_not_match_is_refused() {
    let mut first = Grower::new(params());
    let transfer = first.transfer("alice", 0, "bob", 1);
    let block = first.work_block("miner", 1_000, vec![transfer]);
    let mut sync = wanting(std::slice::from_ref(&block));
    assert_eq!(
        sync.take_bodies(B, Vec::new(), NOW),
        Err(SyncError::Unsolicited)
    );
    sync.asks(&[A, B], NOW);
    sync.expire(sync.deadline().unwrap());
    let asks = sync.asks(&[A, B], NOW);
    assert!(
        matches!(asks[..], [SyncAsk::Bodies { peer: B, .. }]),
        "{asks:?}"
    );
    let wrong = || vec![(block.id(), Body::default())];
    assert_eq!(
        sync.take_bodies(B, wrong(), NOW),
        Err(SyncError::BodyMismatch(block.id()))
    );
    assert_eq!(sync.asks(&[A, B], NOW).len(), 1, "it is asked for again");
    assert_eq!(
        sync.take_bodies(A, wrong(), NOW),
        Err(SyncError::BodyMismatch(block.id()))
    );
    assert!(
        sync.is_idle(),
        "a source that sends what is wrong is asked no more"
    );
    assert_eq!(
        BlockSync::default().take_bodies(A, Vec::new(), NOW),
        Err(SyncError::Unsolicited)
    );
}

#[test]
fn a_branch_that_nobody_has_any_more_is_given_up() {
    let blocks = blocks(3);
    let mut sync = wanting(&blocks);
    for _ in 0..MAX_FAILURES {
        assert_eq!(sync.asks(&[A], NOW).len(), 1);
        assert_eq!(sync.take_bodies(A, Vec::new(), NOW), Ok(()));
    }
    assert!(sync.is_idle());
}

#[test]
fn a_fetch_after_one_that_was_given_up_has_more_patience() {
    let mut sync = BlockSync::default();
    let mut now = NOW;
    let mut waits = Vec::new();
    for _ in 0..7 {
        assert!(sync.begin(A, None, now).is_some());
        let deadline = sync.deadline().unwrap();
        waits.push(deadline.since(now).0);
        assert!(sync.expire(deadline).iter().eq([&A]));
        now = deadline.plus(Millis(20_000));
    }
    assert_eq!(waits, [2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 64_000]);
}

#[test]
fn late_peers_are_named_and_a_hopeless_fetch_ends_with_a_pause() {
    let blocks = blocks(3);
    let mut sync = wanting(&blocks);
    let mut now = NOW;
    for _ in 0..MAX_FAILURES {
        assert_eq!(sync.asks(&[A], now).len(), 1);
        now = sync.deadline().unwrap();
        assert!(sync.expire(now).iter().eq([&A]));
    }
    assert!(sync.is_idle());
    assert_eq!(sync.begin(A, None, now), None);
    assert!(sync.begin(A, None, now.plus(Millis(250))).is_some());
}

#[test]
fn what_is_late_is_asked_of_another_and_nothing_is_fetched_twice() {
    let blocks = blocks(200);
    let mut sync = wanting(&blocks);
    let able = [A, B, C];
    let mut asks = sync.asks(&able, NOW);
    assert_eq!(asks.len(), 3);
    let mut sent = Vec::new();
    // A, whose chain it is, is silent.
    while let Some(at) = asks
        .iter()
        .position(|ask| !matches!(ask, SyncAsk::Bodies { peer: A, .. }))
    {
        let SyncAsk::Bodies { peer, ids } = asks.remove(at) else {
            panic!()
        };
        sent.extend(ids.iter().copied());
        sync.take_bodies(peer, answer(&blocks, &ids), NOW).unwrap();
        asks.extend(sync.asks(&able, NOW));
    }
    let deadline = sync.deadline().unwrap();
    assert!(sync.expire(deadline).iter().eq([&A]));
    let asks = sync.asks(&able, deadline);
    let SyncAsk::Bodies { peer, ids } = &asks[0] else {
        panic!("{asks:?}")
    };
    assert!(*peer != A && ids[0] == blocks[0].id(), "{asks:?}");
    sent.extend(ids.iter().copied());
    sync.take_bodies(*peer, answer(&blocks, ids), deadline)
        .unwrap();
    assert_eq!(
        std::iter::from_fn(|| sync.next_block(|_| false, deadline)).count(),
        3 * BODY_WINDOW
    );
    sent.sort_unstable();
    assert!(sent.windows(2).all(|pair| pair[0] != pair[1]));
}

#[test]
fn each_late_peer_is_named_once() {
    let blocks = blocks(130);
    let mut sync = wanting(&blocks);
    assert_eq!(sync.asks(&[A, B], NOW).len(), 2);
    assert_eq!(sync.expire(sync.deadline().unwrap()).len(), 2);
}

#[test]
fn who_sends_what_is_of_no_use_yet_holds_nothing_up() {
    let blocks = blocks(100);
    let mut sync = wanting(&blocks);
    for failures in 0..MAX_FAILURES {
        let asks = sync.asks(&[A, B], NOW);
        assert_eq!(
            asks.len(),
            if failures == 0 { 2 } else { 1 },
            "who does not have them is asked once"
        );
        if failures == 0 {
            sync.take_bodies(B, Vec::new(), NOW).unwrap();
        }
        let SyncAsk::Bodies { ids, .. } = &asks[0] else {
            panic!("{asks:?}")
        };
        let last = ids[ids.len() - 1];
        sync.take_bodies(A, answer(&blocks, &[last]), NOW).unwrap();
    }
    assert!(sync.is_idle(), "a drip from the far end is no answer");
}

#[test]
fn a_peer_on_another_branch_is_asked_once_and_ends_no_fetch() {
    let blocks = blocks(100);
    let mut sync = wanting(&blocks);
    let mut of_b = 0;
    let mut asks = sync.asks(&[A, B], NOW);
    for _ in 0..2 * MAX_FAILURES {
        for ask in asks {
            if let SyncAsk::Bodies { peer: B, .. } = ask {
                of_b += 1;
                sync.take_bodies(B, Vec::new(), NOW).unwrap();
            }
        }
        asks = sync.asks(&[A, B], NOW);
    }
    assert_eq!(of_b, 1, "it does not have them");
    assert!(
        !sync.is_idle() && sync.failures_of(&A) == 0,
        "nor does that tell anything of A"
    );
}

#[test]
fn a_peer_that_let_a_fetch_down_holds_up_no_other() {
    let mut sync = BlockSync::default();
    assert!(sync.begin(A, None, NOW).is_some());
    let later = sync.deadline().unwrap();
    sync.expire(later);
    assert!(sync.begin(A, None, later).is_none(), "it has to wait");
    assert!(sync.begin(B, None, later).is_some(), "another has not");
    sync.finish();
    let again = later.plus(FIRST_PAUSE);
    assert!(sync.begin(A, None, again).is_some());
    assert!(sync.begin(B, None, again).is_none(), "a fetch is under way");
    let impatient = again.plus(ANSWER_WITHIN);
    assert!(
        sync.begin(B, None, impatient).is_some(),
        "it has the place of one that lets wait again"
    );
    assert!(sync.awaits(&B, MessageType::HEADERS) && sync.failures_of(&A) == 2);
}

#[test]
fn a_slow_peer_is_given_time_once_it_has_answered() {
    let mut sync = BlockSync::default();
    sync.begin(A, None, NOW);
    sync.answered(NOW.plus(Millis(1_900)));
    sync.finish();
    sync.begin(A, None, NOW);
    assert_eq!(sync.deadline(), Some(NOW.plus(Millis(3_800))));
    // This node may have slept.
    sync.answered(NOW.plus(Millis(40_000)));
    sync.finish();
    sync.begin(A, None, NOW);
    assert_eq!(sync.deadline(), Some(NOW.plus(Millis(16_000))));
}

#[test]
fn bodies_that_do_not_come_make_room_for_a_peer_that_failed_less() {
    let blocks = blocks(3);
    let mut sync = BlockSync::default();
    assert!(sync.begin(A, None, NOW).is_some());
    let mut now = sync.deadline().unwrap();
    sync.expire(now);
    now = now.plus(FIRST_PAUSE);
    assert!(sync.begin(A, None, now).is_some());
    sync.want(
        A,
        blocks
            .iter()
            .map(|block| (block.header, block.seal))
            .collect(),
        false,
        now,
    );
    sync.asks(&[A], now);
    sync.take_bodies(A, answer(&blocks, &[blocks[0].id()]), now)
        .unwrap();
    now = now.plus(Millis(1_500));
    assert!(sync.next_block(|_| false, now).is_some());
    now = now.plus(Millis(1_500));
    assert!(sync.begin(B, None, now).is_none(), "a block left just now");
    now = now.plus(Millis(500));
    assert!(
        sync.begin(B, None, now).is_some(),
        "nobody is to wait for the patience that A was given"
    );
    assert!(sync.source() == Some(B) && sync.failures_of(&A) == 2);
}

#[test]
fn bodies_that_failed_to_come_make_room_for_a_peer_that_never_failed() {
    let mut sync = wanting(&blocks(3));
    sync.asks(&[A], NOW);
    let late = sync.deadline().unwrap();
    assert!(sync.begin(B, None, late).is_none(), "A has not failed yet");
    sync.expire(late);
    assert!(sync.begin(B, None, late).is_some());
}

#[test]
fn who_gives_one_body_after_the_other_just_in_time_holds_nobody_up() {
    let blocks = blocks(40);
    let mut sync = wanting(&blocks);
    let mut now = NOW;
    for block in &blocks[..6] {
        sync.asks(&[], now);
        now = now.plus(Millis(1_900));
        sync.take_bodies(A, answer(&blocks, &[block.id()]), now)
            .unwrap();
        assert!(sync.next_block(|_| false, now).is_some());
        if now.since(NOW) <= SLOW_AT_MOST {
            assert!(
                sync.begin(B, None, now).is_none(),
                "it may be slow at first"
            );
        }
    }
    assert!(
        sync.begin(A, None, now).is_none(),
        "nobody takes its own place"
    );
    assert!(sync.begin(B, None, now).is_some());
}

#[test]
fn who_is_slow_but_goes_on_at_a_fair_pace_is_not_interrupted() {
    let blocks = blocks(40);
    let mut sync = wanting(&blocks);
    let mut now = NOW;
    for chunk in blocks.chunks(4) {
        sync.asks(&[], now);
        now = now.plus(Millis(1_000));
        let ids: Vec<BlockHash> = chunk.iter().map(Block::id).collect();
        sync.take_bodies(A, answer(&blocks, &ids), now).unwrap();
        while sync.next_block(|_| false, now).is_some() {}
        assert!(sync.begin(B, None, now).is_none());
    }
}

#[test]
fn a_peer_whose_chain_it_is_not_gets_no_more_time_than_the_least_however_slow_it_was() {
    let blocks = blocks(130);
    let mut sync = BlockSync::default();
    for peer in [A, B] {
        sync.begin(peer, None, NOW);
        sync.answered(NOW.plus(Millis(1_900)));
        sync.finish();
    }
    sync.begin(A, None, NOW);
    let headers = blocks.iter().map(|block| (block.header, block.seal));
    sync.want(A, headers.collect(), false, NOW);
    assert_eq!(sync.asks(&[A, B], NOW).len(), 2);
    let late = sync.deadline().unwrap();
    assert_eq!(late, NOW.plus(ANSWER_WITHIN));
    assert!(sync.expire(late).iter().eq([&B]), "A has 3.8 s");
}
