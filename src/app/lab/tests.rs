//! The laboratory of a page in a test's world.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::*;
use crate::app::pages::lab::course::FREE;
use crate::app::testing::World;
use crate::ipc::{Level, NodeState, Topic};
use crate::lab::Lab;
use crate::lab::results::{Results, Verdict};
use crate::records::{Reorganisation, TransactionStatus};

fn act(text: &str) -> String {
    text.to_owned()
}

#[test]
fn a_page_opens_an_exercise_plays_it_and_hears_that_its_goal_is_reached() {
    let world = World::new(7);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    let drawn = Rc::<Cell<u32>>::default();
    let count = Rc::clone(&drawn);
    let _subscription = laboratory.subscribe(move |_| count.set(count.get() + 1));
    let played = Rc::clone(&laboratory);
    page.wait(|_| async move {
        let laboratory = played;
        laboratory
            .show(Source::Exercise("partition".to_owned()))
            .await
            .unwrap();
        let exercise = crate::lab::exercises::find("partition").unwrap().unwrap();
        for timed in exercise.solution {
            laboratory.seek(timed.at.unwrap(), None).await.unwrap();
            laboratory.act(&timed.action).await.unwrap();
        }
        let state = laboratory.step(Until::Goal).await.unwrap();
        assert!(state.goal.unwrap().done);
    });
    world.run(200.0);
    let bench = laboratory.bench();
    assert_eq!(*bench.solved, ["partition".to_owned()]);
    assert!(bench.goal_at.is_some() && !bench.happenings.is_empty() && drawn.get() > 3);
    assert!(
        bench.marks["main"]
            .iter()
            .any(|mark| mark.kind == MarkKind::Goal)
    );
    // Another visit knows it.
    let again = world.ready("?pow=1&poa=0&pace=pause");
    assert_eq!(*again.laboratory().bench().solved, ["partition".to_owned()]);
}

#[test]
fn results_are_one_file_that_another_program_finds_true_also_after_another_visit() {
    let world = World::new(13);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    let played = Rc::clone(&laboratory);
    let at = page.wait(|_| async move {
        let laboratory = played;
        let source = Source::Exercise("fork".to_owned());
        laboratory.show(source).await.unwrap();
        // By hand, and otherwise than the recorded solution.
        let cut = "{\"partition\":{\"side\":[\"pow-1\"]}}";
        laboratory.seek(6_000, None).await.unwrap();
        laboratory.act_text(act(cut)).await.unwrap();
        laboratory.seek(33_000, None).await.unwrap();
        laboratory.act_text(act("\"heal\"")).await.unwrap();
        let state = laboratory.step(Until::Goal).await.unwrap();
        // What is done after the goal changes nothing of it.
        laboratory.act_text(act(cut)).await.unwrap();
        laboratory.seek(60_000, None).await.unwrap();
        state.goal.unwrap().at.unwrap()
    });
    world.run(200.0);
    let again = world.ready("?pow=1&poa=0&pace=pause");
    for (page, name) in [(&page, "Ada"), (&again, "")] {
        let said = page.laboratory().save_results(name);
        assert!(said.contains("1 of 29 exercises"), "{said}");
        let (file, bytes) = page.file();
        assert_eq!(file, "aurex-results.json");
        let results = Results::parse(&String::from_utf8(bytes).unwrap()).unwrap();
        assert_eq!(results.name.as_deref().unwrap_or_default(), name);
        for (one, verdict) in results.check() {
            let expected = if one.exercise == "fork" {
                Verdict::Solved { at }
            } else {
                Verdict::Open
            };
            assert_eq!(verdict, expected, "{}", one.exercise);
        }
    }
}

#[test]
fn a_scenario_that_is_refused_leaves_the_open_one_and_says_why() {
    let world = World::new(8);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    let tried = Rc::clone(&laboratory);
    let error = page.wait(|_| async move {
        let laboratory = tried;
        laboratory
            .open(Source::Text(FREE.to_owned()))
            .await
            .unwrap();
        laboratory
            .open(Source::Text("{".to_owned()))
            .await
            .unwrap_err()
    });
    assert_eq!(error.code(), "lab_scenario");
    let bench = laboratory.bench();
    assert_eq!(bench.problem.as_ref(), Some(&error));
    assert!(bench.about.as_ref().unwrap().title.contains("play with") && !bench.opening);
}

#[test]
fn a_link_carries_what_was_done_to_another_page_which_stands_at_the_same_moment() {
    let world = World::new(9);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    let (fragment, state) = page.wait(|app| async move {
        laboratory
            .open(Source::Text(FREE.to_owned()))
            .await
            .unwrap();
        laboratory.seek(9_000, None).await.unwrap();
        laboratory
            .act_text(act("{\"partition\":{\"side\":[\"pow-1\"]}}"))
            .await
            .unwrap();
        let state = laboratory.seek(30_123, None).await.unwrap();
        // The picture comes after the answer.
        app.platform.sleep(100.0).await;
        (laboratory.page_link().await.unwrap(), state)
    });
    let shared = Shared::parse(fragment.strip_prefix("#/lab?").unwrap()).unwrap();
    assert_eq!(shared.at, Some(30_123));
    let other = world.ready("?name=other&pow=1&poa=0&pace=pause");
    let laboratory = other.laboratory();
    let there = other.wait(|_| async move {
        laboratory.show(Source::PageLink(shared)).await.unwrap();
        laboratory.state_of(Order::State).await.unwrap()
    });
    assert_eq!((there.time, there.digest), (state.time, state.digest));
}

#[test]
fn what_is_shown_again_is_not_opened_again() {
    let world = World::new(10);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    let time = page.wait(|app| async move {
        let source = || Source::Exercise("fork".to_owned());
        laboratory.show(source()).await.unwrap();
        app.platform.sleep(100.0).await;
        assert!(
            laboratory.bench().clock.is_some(),
            "the page sees what it opened"
        );
        laboratory.seek(5_000, None).await.unwrap();
        laboratory.show(source()).await.unwrap();
        let kept = laboratory.state_of(Order::State).await.unwrap().time;
        laboratory.close();
        assert_eq!(laboratory.pause().await.unwrap_err().code(), "lab_closed");
        laboratory.show(source()).await.unwrap();
        (kept, laboratory.state_of(Order::State).await.unwrap().time)
    });
    assert_eq!(time, (5_000, 0));
}

/// A scenario that is open, and the app on its nodes.
async fn open_network(laboratory: &Laboratory) -> Rc<App> {
    assert!(laboratory.network().is_none(), "nothing is open");
    let source = Source::Text(FREE.to_owned());
    let opened = laboratory.show(source).await;
    opened.expect("a scenario that is built in");
    laboratory.network().expect("a scenario is open")
}

#[test]
fn the_pages_of_the_network_show_the_nodes_of_the_scenario_at_its_moment() {
    let world = World::new(11);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    page.wait(|live| async move {
        let app = open_network(&laboratory).await;
        laboratory.seek(20_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        let (model, bench) = (app.fresh_model(), laboratory.bench());
        assert_eq!(model.nodes.len(), bench.nodes.len());
        for (node, sight) in model.nodes.iter().zip(bench.nodes.iter()) {
            let status = &node.status;
            assert!(node.own && node.is_up(), "{}", sight.name);
            let shown = (&status.name, &status.head, status.height);
            assert_eq!(shown, (&sight.name, &sight.head, sight.height));
        }
        assert!(model.blocks.contains_key(&model.nodes[0].status.head));
        assert!(!model.log.is_empty());
        assert_eq!(app.platform.now(), crate::lab::wall_clock(20_000));
        let chain = app.chain(None, None, 5).await.unwrap();
        assert_eq!(chain.head, bench.tips()[0].hash);
        let accounts = app.accounts(None).await.unwrap();
        let known = |address: &String| accounts.iter().any(|one| one.record.address == *address);
        assert!(app.wallet_users().iter().all(|user| known(&user.address)));
        // In the past nothing of it is known.
        laboratory.seek(1_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        let past = app.fresh_model();
        assert!(!past.blocks.contains_key(&chain.head));
        assert!(app.block(None, &chain.head).await.unwrap().is_none());
    });
}

#[test]
fn a_transaction_that_is_sent_there_is_an_action_and_the_saved_scenario_has_the_same_digest() {
    let world = World::new(12);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    let (saved, state) = page.wait(|live| async move {
        let app = open_network(&laboratory).await;
        laboratory.seek(20_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        let said = app.command("tx 5 alice to bob").await;
        assert!(said.contains("to bob"), "{said}");
        // What the node refuses is no action.
        let refused = app.command("tx 999999999 alice to bob").await;
        assert!(refused.starts_with("Refused"), "{refused}");
        let waiting = app.mempool(None).await.unwrap().transactions;
        assert_eq!(waiting.len(), 1);
        let id = &waiting[0].record.tx_hash;
        let state = laboratory.seek(60_000, None).await.unwrap();
        let info = app.transaction(id).await.unwrap().unwrap();
        assert_eq!(info.record.status, TransactionStatus::Committed);
        (laboratory.export().await.unwrap(), state)
    });
    let mut native = Lab::open_text(&saved).unwrap();
    assert_eq!(native.export().actions.len(), 1);
    native.seek(60_000).unwrap();
    assert_eq!(native.digest().to_string(), state.digest);
}

#[test]
fn what_is_done_to_nodes_and_links_there_is_an_action_or_refused_with_the_place_where_it_is_done() {
    let world = World::new(13);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    page.wait(|live| async move {
        let app = open_network(&laboratory).await;
        let state_of = |app: &App| {
            let model = app.fresh_model();
            let mut nodes = model.nodes.iter();
            let node = nodes.find(|node| node.status.name == "pow-1");
            node.unwrap().status.state
        };
        assert_eq!(state_of(&app), NodeState::Stopped, "time has not begun");
        laboratory.seek(20_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        app.command("kill pow-1").await;
        live.platform.sleep(300.0).await;
        assert_eq!(state_of(&app), NodeState::Killed);
        let id = app.fresh_model().nodes[0].status.id.clone();
        app.command(&format!("start {id}")).await;
        app.command("cut pow-1 pow-2").await;
        laboratory.seek(21_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        assert!(matches!(
            state_of(&app),
            NodeState::Running | NodeState::Syncing
        ));
        assert_eq!(app.cuts().len(), 2);
        for line in [
            "pace full",
            "add pow",
            "wipe pow-1",
            "stop pow-1",
            "difficulty 3",
        ] {
            let said = app.command(line).await;
            assert!(
                said.starts_with("Refused (lab_elsewhere)"),
                "{line}: {said}"
            );
        }
        let saved = laboratory.export().await.unwrap();
        assert_eq!(Lab::open_text(&saved).unwrap().export().actions.len(), 4);
        laboratory.close();
        assert!(laboratory.network().is_none());
    });
}

#[test]
fn what_moves_in_a_scenario_is_heard_with_its_sender_and_has_reasons_and_reports() {
    let world = World::new(14);
    let page = world.ready("?pow=1&poa=0&pace=pause");
    let laboratory = page.laboratory();
    page.wait(|live| async move {
        let app = open_network(&laboratory).await;
        laboratory.seek(20_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        let heard = Rc::<RefCell<Vec<crate::ipc::Event>>>::default();
        let ear = Rc::clone(&heard);
        let _subscription = app.listen(Some(Topic::Block), Level::Info, move |event| {
            ear.borrow_mut().push(event.clone());
        });
        for _ in 0..3 {
            laboratory.step(Until::Block).await.unwrap();
            live.platform.sleep(300.0).await;
        }
        assert!(heard.borrow().iter().all(|event| event.block.is_some()));
        assert!(heard.borrow().iter().any(|event| event.peer.is_some()));
        // The node's own reasons, at this moment.
        let model = app.fresh_model();
        let node = &model.nodes[0].status;
        let why = app.why_named(&node.name).await.unwrap();
        assert!(!why.reasons.is_empty(), "{why:?}");
        let on = app.why_named(&node.head).await.unwrap();
        assert!(
            on.reasons.iter().any(crate::records::Explained::is_well),
            "{on:?}"
        );
        let parted = "{\"partition\":{\"side\":[\"pow-1\"]}}";
        laboratory.act_text(act(parted)).await.unwrap();
        let now = laboratory.seek(80_000, None).await.unwrap().time;
        laboratory.act_text(act("\"heal\"")).await.unwrap();
        laboratory.seek(now + 30_000, None).await.unwrap();
        live.platform.sleep(300.0).await;
        let model = app.fresh_model();
        let (lines, _) = crate::view::reorganised::latest(&model);
        let line = lines.first().expect("the network was in two");
        let (old, new) = (
            line.old_head.clone().unwrap(),
            line.block_hash.clone().unwrap(),
        );
        let report = app.reorganised(&line.node, &old, &new).await.unwrap();
        let bench = laboratory.bench();
        let shown = bench.reorganisations.iter().map(|one| &one.report);
        let mut same = shown.filter(|one| (&one.node, &one.left) == (&report.node, &report.left));
        // The laboratory's goes from one event to the next, in which more blocks may have joined
        // after the change.
        let before = |report: &Reorganisation| {
            let balances = report.balances.iter().flatten();
            let before: BTreeMap<_, _> = balances
                .map(|one| (one.address.clone(), one.before))
                .collect();
            before
        };
        let (whole, part) = (before(same.next().unwrap()), before(&report));
        assert!(
            !part.is_empty()
                && part
                    .iter()
                    .all(|(who, coins)| whole.get(who) == Some(coins))
        );
        let why = app.why_named(&old).await.unwrap();
        assert!(!why.is_well(), "{why:?}");
    });
}
