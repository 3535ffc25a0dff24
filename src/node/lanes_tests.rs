//! Two fetches at a time: nobody whose blocks were of use waits for those who have only promised
//! some.

use super::rest::REST;
use super::testing::{Duel, compact, head_of, ping, three_blocks};
use crate::gossip::{HeadInfo, Message};
use crate::primitives::{BlockHash, Height, Millis, Weight};
use crate::testkit::{Grower, key, params};

#[test]
fn a_stranger_who_keeps_a_fetch_waiting_keeps_nobody_waiting_whose_blocks_were_of_use() {
    let (grower, headers, bodies) = three_blocks();
    let claim = ping(head_of(&grower));
    let mut duel = Duel::new();
    for peer in ["maker", "stranger"] {
        duel.introduce(peer);
    }
    let now = duel.instant();
    duel.node.roster.peers.credit(&key("maker").node_id(), now);
    assert!(matches!(
        duel.hear("liar", &claim)[..],
        [Message::GetHeaders(_)]
    ));
    assert_eq!(duel.hear("stranger", &claim), [], "the open lane is taken");
    let asked = duel.hear("maker", &claim);
    assert!(matches!(asked[..], [Message::GetHeaders(_)]), "{asked:?}");
    let asked = duel.hear("maker", &Message::Headers(headers));
    assert!(matches!(asked[..], [Message::GetBodies(_)]), "{asked:?}");
    duel.hear("maker", &Message::Bodies(bodies));
    assert_eq!(duel.node.chain.head(), grower.chain.head());
    let failures = |name: &str| duel.node.lanes.failures_of(&key(name).node_id());
    assert_eq!((failures("maker"), failures("liar")), (0, 0));
}

#[test]
fn what_has_come_in_one_lane_is_not_asked_for_in_the_other() {
    let (grower, headers, bodies) = three_blocks();
    let claim = ping(head_of(&grower));
    let mut duel = Duel::new();
    duel.introduce("maker");
    let now = duel.instant();
    duel.node.roster.peers.credit(&key("maker").node_id(), now);
    duel.hear("liar", &claim);
    duel.hear("maker", &claim);
    duel.hear("maker", &Message::Headers(headers.clone()));
    duel.hear("maker", &Message::Bodies(bodies));
    assert_eq!(duel.hear("liar", &Message::Headers(headers)), []);
    assert!(duel.node.lanes.is_idle() && duel.listens_to("liar"));
}

#[test]
fn blocks_are_passed_on_to_those_who_gave_some_however_many_others_there_are() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    for peer in ["maker", "friend"] {
        duel.introduce(peer);
        let (now, id) = (duel.instant(), key(peer).node_id());
        duel.node.roster.peers.credit(&id, now);
    }
    (0..20).for_each(|number| duel.introduce(&format!("name-{number}")));
    let passed = |messages: Vec<Message>| {
        let blocks = messages.iter();
        blocks
            .filter(|it| matches!(it, Message::BlockFound(_)))
            .count()
    };
    let (mut to_names, mut at) = (0, 0);
    for id in grower.grow("miner", 10) {
        let block = (*grower.chain.get(&id).unwrap().block).clone();
        duel.hear("maker", &compact(&block));
        assert_eq!(passed(duel.taken("friend")), 1, "block {at}");
        let names = (0..20).map(|number| format!("name-{number}"));
        to_names += names
            .chain(["liar".to_owned()])
            .map(|name| passed(duel.taken(&name)))
            .sum::<usize>();
        at += 1;
    }
    assert_eq!(to_names, 20, "and to two of the others");
}

#[test]
fn only_blocks_that_come_in_make_miners_rest() {
    let (grower, headers, mut bodies) = three_blocks();
    let mut duel = Duel::new();
    duel.hear("liar", &ping(head_of(&grower)));
    duel.hear("liar", &Message::Headers(headers));
    let now = duel.instant();
    let rest_until = |duel: &Duel, at| duel.node.lanes.rest_until(at);
    assert_eq!(rest_until(&duel, now), None, "headers are a promise");
    bodies.truncate(1);
    duel.hear("liar", &Message::Bodies(bodies));
    assert_eq!(rest_until(&duel, now), Some(now.plus(REST)));
    assert_eq!(
        rest_until(&duel, now.plus(REST)),
        None,
        "the next does not come"
    );
}

#[test]
fn an_answer_without_what_was_asked_for_is_a_failed_one_and_not_unasked_for() {
    let (grower, headers, bodies) = three_blocks();
    let mut duel = Duel::new();
    duel.hear("liar", &ping(head_of(&grower)));
    duel.hear("liar", &Message::Headers(headers));
    let other = vec![(duel.node.chain_id(), bodies[0].1.clone())];
    let asked = duel.hear("liar", &Message::Bodies(other));
    assert!(matches!(asked[..], [Message::GetBodies(_)]), "{asked:?}");
}

#[test]
fn who_answers_with_nothing_is_asked_after_pauses_that_grow() {
    let mut duel = Duel::new();
    let head = HeadInfo {
        id: BlockHash([9; 32]),
        height: Height(9),
        weight: Weight(u128::MAX),
    };
    let mut asked = 0;
    // A minute, in which it boasts ten times a second.
    for _ in 0..600 {
        let questions = duel.hear("liar", &ping(head));
        if !questions.is_empty() {
            asked += 1;
            duel.hear("liar", &Message::Headers(Vec::new()));
        }
        duel.pass(Millis(100));
    }
    assert!((5..=12).contains(&asked), "{asked} times in a minute");
}
