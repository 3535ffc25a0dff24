//! Every way to a moment gives the same digest; branches keep what was; frames are things.

use super::*;
use crate::ipc::{Answer, Request};
use crate::ledger::{Query, Table};
use crate::primitives::{Amount, Height, NodeKind, Payload, TxBody, to_hex};

/// Five nodes that pay each other.
fn scenario() -> Scenario {
    let text = r#"{
        "version": 1, "title": "five nodes", "seed": 7,
        "nodes": [
            {"name": "pow-1", "kind": "pow", "hash_rate": 20},
            {"name": "pow-2", "kind": "pow", "hash_rate": 20},
            {"name": "pow-3", "kind": "pow", "hash_rate": 20},
            {"name": "poa-1", "kind": "poa"},
            {"name": "poa-2", "kind": "poa"}
        ],
        "link": {"latency": 40, "jitter": 20, "loss": 10},
        "goal": {"text": "ten blocks", "when": {"one_head": {"height": 10}}},
        "actions": [
            {"at": 1000, "do": {"traffic": {"per_minute": 60}}},
            {"when": {"height": {"node": "pow-1", "least": 6}}, "do": {"kill": {"node": "poa-2"}}},
            {"at": 20000, "do": {"partition": {"side": ["pow-1", "poa-1"]}}},
            {"at": 40000, "do": "heal"},
            {"at": 45000, "do": {"start": {"node": "poa-2"}}}
        ]
    }"#;
    Scenario::parse(text).unwrap()
}

fn lab() -> Lab {
    Lab::open(scenario()).unwrap()
}

const END: u64 = 60_000;

fn straight() -> Lab {
    let mut lab = lab();
    assert_eq!(lab.play(END, None), Ok(Stop::End));
    lab
}

#[test]
fn every_way_to_a_moment_gives_the_same_digest() {
    let expected = straight();
    assert!(expected.events() > 2_000 && expected.violation().is_none());
    let mut stepped = lab();
    while stepped.play(END, Some(Until::Event)) == Ok(Stop::Reached) {}
    let mut by_block = lab();
    while by_block.play(END, Some(Until::Block)) == Ok(Stop::Reached) {}
    let mut sought = lab();
    for at in [30_000, 12_345, 59_999, 0, 20_000, 41_000, END] {
        sought.seek(at).unwrap();
        assert_eq!(sought.time(), at);
    }
    for (name, lab) in [("step", stepped), ("block", by_block), ("seek", sought)] {
        assert_eq!(lab.digest(), expected.digest(), "{name}");
        assert_eq!(lab.events(), expected.events(), "{name}");
        assert_eq!(lab.time(), END, "{name}");
        assert_eq!(lab.goal_at(), expected.goal_at(), "{name}");
        assert!(lab.happenings().eq(expected.happenings()), "{name}");
    }
}

#[test]
fn what_is_done_by_hand_replays_from_its_export_also_within_a_millisecond() {
    let mut lab = lab();
    for round in 0..40 {
        // Somewhere among the events of a moment.
        for _ in 0..(round % 7) {
            lab.play(END, Some(Until::Event)).unwrap();
        }
        let frames = lab.frames();
        let Some(frame) = frames.get(round % frames.len().max(1)) else {
            continue;
        };
        let frame = frame.id;
        let action = match round % 4 {
            0 => Action::Drop { frame },
            1 => Action::Delay { frame, by: 700 },
            2 => Action::Double { frame },
            _ => Action::Hold { frame },
        };
        lab.act(action).unwrap();
        lab.play(lab.time() + 400, None).unwrap();
    }
    lab.act(Action::ReleaseAll {
        filter: Filter::default(),
    })
    .unwrap();
    lab.play(END, None).unwrap();
    let exported = lab.export();
    let within = exported.actions.iter().filter(|it| it.after.is_some());
    assert!(within.count() > 0, "some acts came between events");
    let again = Scenario::parse(&exported.to_text()).unwrap();
    assert_eq!(again, exported);
    let mut replayed = Lab::open(again).unwrap();
    replayed.seek(END).unwrap();
    assert_eq!(replayed.digest(), lab.digest());
    assert_ne!(replayed.digest(), straight().digest());
}

#[test]
fn acting_in_the_past_makes_a_branch_and_leaves_the_old_future_as_it_was() {
    let mut lab = straight();
    let before = lab.digest();
    lab.seek(10_000).unwrap();
    let kill = Action::Kill {
        node: "pow-3".to_owned(),
        power: false,
    };
    lab.act(kill.clone()).unwrap();
    assert_eq!(lab.current(), "branch-1");
    lab.play(END, None).unwrap();
    assert_ne!(lab.digest(), before);
    assert!(lab.node("pow-3").is_none());
    let [old, new] = lab.compare("main", "branch-1", END).unwrap();
    assert_eq!(old.digest, before.to_string());
    assert_eq!(new.digest, lab.digest().to_string());
    assert!(old.heads[2].1.is_some() && new.heads[2].1.is_none());
    let [old, new] = lab.compare("main", "branch-1", 10_000).unwrap();
    assert_eq!(old.heads[0], new.heads[0], "they part only there");
    lab.switch("main").unwrap();
    assert_eq!((lab.digest(), lab.time()), (before, END));
    // At the end of what was played nothing parts.
    lab.act(kill).unwrap();
    assert_eq!(lab.branches().len(), 2);
    assert_eq!(lab.branches()[1].from.as_deref(), Some("main"));
    assert_eq!(lab.branches()[1].parted, Some(10_000));
    // What the scenario has for later stays part of a branch.
    let exported = lab.export();
    assert!(exported.actions.iter().any(|it| it.at == Some(45_000)));
    assert!(matches!(
        lab.switch("nowhere"),
        Err(LabError::Branch { .. })
    ));
}

#[test]
fn an_action_that_cannot_be_done_changes_nothing_and_says_why() {
    let mut lab = lab();
    lab.seek(5_000).unwrap();
    let (digest, actions) = (lab.digest(), lab.export().actions.len());
    let pow = || "pow-1".to_owned();
    let wrong = [
        Action::Start { node: pow() },
        Action::Thaw { node: pow() },
        Action::Drop { frame: 999_999 },
        Action::Release { frame: 1 },
        Action::SealTwice { node: pow() },
        Action::Kill {
            node: "pow-9".to_owned(),
            power: false,
        },
        Action::Unrule {
            name: "none".to_owned(),
        },
        Action::FlipByte {
            node: pow(),
            height: 5_000,
            offset: 0,
        },
        Action::Again {
            payment: "none".to_owned(),
            node: pow(),
        },
    ];
    for action in wrong {
        assert!(lab.act(action.clone()).is_err(), "{action:?}");
    }
    assert_eq!(lab.digest(), digest);
    assert_eq!(lab.export().actions.len(), actions);
}

#[test]
fn a_held_frame_waits_and_an_edited_one_is_refused_for_its_signature() {
    let mut lab = lab();
    let hold = Rule {
        name: "hold".to_owned(),
        filter: Filter {
            kind: Some(FrameKind::try_from("BLOCK_FOUND".to_owned()).unwrap()),
            to: vec!["pow-2".to_owned()],
            ..Filter::default()
        },
        effect: Effect::Hold,
        once: false,
    };
    lab.act(Action::Rule(hold)).unwrap();
    lab.play(18_000, None).unwrap();
    let held: Vec<FrameInfo> = lab.frames();
    let held: Vec<FrameInfo> = held.into_iter().filter(|it| it.due.is_none()).collect();
    assert!(!held.is_empty());
    assert!(
        held.iter()
            .all(|it| (it.kind, it.to.as_str()) == ("BLOCK_FOUND", "pow-2"))
    );
    let height = held[0].fields.iter().find(|it| it.name == "height");
    assert!(height.is_some_and(|it| it.open && it.value.parse::<u64>().is_ok()));
    let frame = held[0].id;
    let change = Change::Field {
        name: "height".to_owned(),
        value: "77".to_owned(),
    };
    lab.act(Action::Edit {
        frame,
        change,
        sign: false,
    })
    .unwrap();
    let refused = Predicate::Refused {
        what: Refused::FrameSignature,
        by: Some("pow-2".to_owned()),
        times: 1,
    };
    assert!(!lab.holds(&refused));
    lab.act(Action::Release { frame }).unwrap();
    assert_eq!(
        lab.play(lab.time() + 10, Some(Until::Refusal)),
        Ok(Stop::Reached)
    );
    assert!(lab.holds(&refused));
    let wrong = lab.act(Action::Edit {
        frame: held.last().unwrap().id,
        change: Change::Byte {
            offset: 1 << 20,
            value: 0,
        },
        sign: false,
    });
    assert!(matches!(
        wrong,
        Err(LabError::Act(
            ActError::Edit(EditError::Offset { .. }) | ActError::Frame { .. }
        ))
    ));
}

#[test]
fn time_that_goes_on_to_a_moment_is_where_a_jump_there_leads() {
    let (mut played, mut jumped) = (lab(), lab());
    let at = Some(Until::Time(12_345));
    assert_eq!(played.play(12_345, at), Ok(Stop::Reached));
    jumped.seek(12_345).unwrap();
    assert_eq!(played.digest(), jumped.digest());
    assert_eq!((played.time(), played.after()), (12_345, None));
    assert_eq!(
        played.play(12_400, Some(Until::Time(12_500))),
        Ok(Stop::End)
    );
}

#[test]
fn time_stops_at_what_it_waits_for_and_at_a_rule_that_breaks() {
    let mut lab = lab();
    assert_eq!(lab.play(END, Some(Until::Height(3))), Ok(Stop::Reached));
    assert!(lab.holds(&Predicate::Any(vec![
        Predicate::Height {
            node: Some("pow-1".to_owned()),
            least: 3
        },
        Predicate::Height {
            node: Some("pow-2".to_owned()),
            least: 3
        },
        Predicate::Height {
            node: Some("pow-3".to_owned()),
            least: 3
        },
        Predicate::Height {
            node: Some("poa-1".to_owned()),
            least: 3
        },
        Predicate::Height {
            node: Some("poa-2".to_owned()),
            least: 3
        },
    ])));
    assert_eq!(lab.play(END, Some(Until::Agreement)), Ok(Stop::Reached));
    let stop = Rule {
        name: "stop".to_owned(),
        filter: Filter {
            kind: Some(FrameKind::try_from("BLOCK_FOUND".to_owned()).unwrap()),
            ..Filter::default()
        },
        effect: Effect::Break,
        once: true,
    };
    lab.act(Action::Rule(stop)).unwrap();
    assert_eq!(lab.play(END, None), Ok(Stop::Break));
    assert!(lab.frames().iter().any(|it| it.kind == "BLOCK_FOUND"));
    assert_eq!(lab.play(END, Some(Until::Goal)), Ok(Stop::Reached));
    assert!(lab.goal_at().is_some());
    assert_eq!(
        lab.play(MAX_LENGTH + 1, None),
        Err(LabError::TooLate {
            limit: MAX_LENGTH,
            found: MAX_LENGTH + 1
        })
    );
}

#[test]
fn a_reorganisation_is_told_with_what_left_and_what_joined() {
    let lab = straight();
    let reorganisations: Vec<&Reorganised> = lab.reorganisations().collect();
    assert!(!reorganisations.is_empty(), "the network was in two");
    for one in reorganisations {
        let (left, joined) = (&one.report.left, &one.report.joined);
        assert!(left.count > 0 && joined.count > 0);
        assert!(lab.node(&one.report.node).is_some());
        // By weight, or by the tie rule.
        assert!(joined.weight >= left.weight, "{one:?}");
        assert!(
            one.report.balances.is_some(),
            "the state that was left is at hand"
        );
    }
}

#[test]
fn miners_find_as_often_as_their_rates_say() {
    let mut scenario = scenario();
    scenario.actions.clear();
    scenario.nodes.retain(|node| node.kind == NodeKind::Pow);
    scenario.nodes[0].hash_rate = Some(60);
    scenario.nodes[1].hash_rate = Some(0);
    let mut lab = Lab::open(scenario).unwrap();
    lab.seek(20 * 60_000).unwrap();
    let made = |node: &str, least| Predicate::Made {
        node: node.to_owned(),
        least,
    };
    // Of 1,200 s at 60 tries a second and 256 tries a block: about 281; at 20 about 94; at 0 none.
    assert!(lab.holds(&made("pow-1", 240)) && !lab.holds(&made("pow-1", 320)));
    assert!(lab.holds(&made("pow-3", 70)) && !lab.holds(&made("pow-3", 120)));
    assert!(!lab.holds(&made("pow-2", 1)));
    let after = Action::HashRate {
        node: "pow-2".to_owned(),
        rate: 600,
    };
    lab.act(after).unwrap();
    lab.seek(21 * 60_000).unwrap();
    assert!(lab.holds(&made("pow-2", 90)));
}

#[test]
fn a_double_spend_is_one_only_when_the_other_payment_is_on_the_chain() {
    let exercise = exercises::find("double-spend").unwrap().unwrap();
    let mut lab = Lab::open(exercise.solved()).unwrap();
    let spent = |confirmations| Predicate::DoubleSpent {
        payment: "order".to_owned(),
        confirmations,
    };
    let seen = Predicate::Committed {
        payment: "order".to_owned(),
        confirmations: 2,
    };
    lab.seek(89_999).unwrap();
    assert!(!lab.holds(&spent(0)) && !lab.holds(&seen));
    let shop = lab.node("shop").unwrap();
    let bob = shop.chain().height().0;
    assert!(bob >= 2, "the shop has gone on alone");
    lab.seek(100_000).unwrap();
    assert!(lab.holds(&spent(2)) && !lab.holds(&spent(1_000)));
    lab.seek(20_000).unwrap();
    assert!(
        !lab.holds(&spent(0)),
        "the past knows nothing of the future"
    );
}

#[test]
fn a_full_disk_stays_full_over_a_restart_until_it_is_emptied() {
    let mut scenario = scenario();
    scenario.actions.clear();
    let mut lab = Lab::open(scenario).unwrap();
    let disk = |state| Action::Disk {
        node: "pow-1".to_owned(),
        state,
    };
    let start = Action::Start {
        node: "pow-1".to_owned(),
    };
    let kill = Action::Kill {
        node: "pow-1".to_owned(),
        power: false,
    };
    lab.seek(10_000).unwrap();
    lab.act(disk(DiskState::Full)).unwrap();
    lab.seek(30_000).unwrap();
    let written = |lab: &Lab| lab.node("pow-1").unwrap().unwritten();
    assert!(written(&lab) > 0);
    lab.act(kill).unwrap();
    lab.act(start).unwrap();
    lab.seek(60_000).unwrap();
    assert!(written(&lab) > 3, "{}", written(&lab));
    lab.act(disk(DiskState::Well)).unwrap();
    lab.seek(90_000).unwrap();
    assert!(written(&lab) <= 3, "{}", written(&lab));
}

#[test]
fn a_frozen_node_misses_nothing_that_its_queue_holds() {
    let mut scenario = scenario();
    scenario.actions.clear();
    let mut lab = Lab::open(scenario).unwrap();
    lab.seek(10_000).unwrap();
    let node = || "poa-1".to_owned();
    lab.act(Action::Freeze { node: node() }).unwrap();
    let head = lab.node("poa-1").unwrap().chain().head();
    lab.seek(25_000).unwrap();
    assert_eq!(lab.node("poa-1").unwrap().chain().head(), head);
    lab.act(Action::Thaw { node: node() }).unwrap();
    lab.seek(32_000).unwrap();
    let height = lab.node("pow-1").unwrap().chain().height();
    assert!(lab.holds(&Predicate::CaughtUp {
        node: node(),
        height: height.0.saturating_sub(1)
    }));
}

/// Its digest is held with that of the whole scenario, which has traffic too.
#[test]
fn traffic_is_payments_and_messages_at_the_rate_that_was_asked_for() {
    let text = r#"{
        "version": 1, "title": "traffic", "seed": 3,
        "nodes": [{"name": "pow-1", "kind": "pow", "hash_rate": 60}, {"name": "poa-1", "kind": "poa"}],
        "goal": {"text": "ten blocks", "when": {"one_head": {"height": 10}}},
        "actions": [
            {"at": 1000, "do": {"traffic": {"per_minute": 60}}},
            {"at": 121000, "do": {"traffic": {"per_minute": 0}}}
        ]
    }"#;
    let mut lab = Lab::open(Scenario::parse(text).unwrap()).unwrap();
    let count = |lab: &Lab| {
        let node = lab.node("pow-1").unwrap();
        let entries = (0..=node.chain().height().0)
            .filter_map(|height| node.chain().get(&node.chain().at(Height(height))?));
        let all: Vec<bool> = entries
            .flat_map(|entry| entry.block.body.transactions.clone())
            .map(|sent| matches!(sent.body.payload, Payload::Message { .. }))
            .collect();
        (all.len(), all.iter().filter(|message| **message).count())
    };
    lab.seek(140_000).unwrap();
    let (all, messages) = count(&lab);
    assert!((80..=160).contains(&all), "{all} in two minutes");
    assert!((5..=50).contains(&messages), "{messages} of {all}");
    lab.seek(200_000).unwrap();
    assert_eq!(count(&lab), (all, messages), "off stops it");
}

#[test]
fn a_person_asks_nodes_and_hands_in_what_was_signed_elsewhere() {
    let mut lab = lab();
    lab.seek(3_000).unwrap();
    let who = || Request::Account {
        who: "alice".to_owned(),
    };
    let Ok(Answer::Account(alice)) = lab.ask("pow-1", who()) else {
        panic!("alice is registered");
    };
    assert!(lab.ask("nobody", who()).is_err());
    lab.seek(20_000).unwrap();
    let query = Query {
        table: Table::Blocks,
        index: None,
        key: None,
        descending: false,
        offset: 0,
        limit: 10,
    };
    let Ok(Answer::Page(page)) = lab.ask("pow-1", Request::Ledger(query)) else {
        panic!("the ledger answers");
    };
    let chain = lab.node("pow-1").unwrap().chain();
    assert!(page.total > 1 && usize::try_from(page.total).unwrap() <= chain.len());
    let digest = lab.digest();
    let key = lab.user_key("alice").unwrap();
    assert!(lab.user_key("mallory").is_none());
    let node = lab.node("pow-1").unwrap();
    let body = TxBody {
        version: TxBody::VERSION,
        chain_id: node.chain_id(),
        from: key.address(),
        nonce: alice.nonce,
        fee: Amount(3),
        valid_until: Height(0),
        payload: Payload::RegisterUser {
            name: "alice-2".parse().unwrap(),
        },
    };
    let signed = body.sign(&key);
    let raw = signed.to_bytes();
    assert!(
        lab.ask("pow-1", Request::Submit { raw: raw.clone() })
            .is_err()
    );
    assert_eq!(lab.digest(), digest, "questions change nothing");
    let submit = Action::Submit {
        node: "pow-1".to_owned(),
        bytes: to_hex(&raw),
    };
    lab.act(submit).unwrap();
    assert_ne!(lab.digest(), digest);
    // An account has one name.
    let refused = Predicate::Refused {
        what: Refused::Transaction,
        by: Some("pow-1".to_owned()),
        times: 1,
    };
    assert!(lab.holds(&refused), "{alice:?}");
}
