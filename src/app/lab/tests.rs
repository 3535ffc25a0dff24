//! The laboratory of a page in a test's world.

use std::rc::Rc;

use super::*;
use crate::app::pages::lab::course::FREE;
use crate::app::testing::World;

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
            laboratory.seek(timed.at.unwrap()).await.unwrap();
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
        laboratory.seek(9_000).await.unwrap();
        laboratory
            .act_text(act("{\"partition\":{\"side\":[\"pow-1\"]}}"))
            .await
            .unwrap();
        let state = laboratory.seek(30_123).await.unwrap();
        // The picture comes after the answer.
        app.platform.sleep(100.0).await;
        (laboratory.link().await.unwrap(), state)
    });
    let shared = Shared::parse(fragment.strip_prefix("#/lab?").unwrap()).unwrap();
    assert_eq!(shared.at, Some(30_123));
    let other = world.ready("?name=other&pow=1&poa=0&pace=pause");
    let laboratory = other.laboratory();
    let there = other.wait(|_| async move {
        laboratory.show(Source::Link(shared)).await.unwrap();
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
        laboratory.seek(5_000).await.unwrap();
        laboratory.show(source()).await.unwrap();
        let kept = laboratory.state_of(Order::State).await.unwrap().time;
        laboratory.close();
        assert_eq!(laboratory.pause().await.unwrap_err().code(), "lab_closed");
        laboratory.show(source()).await.unwrap();
        (kept, laboratory.state_of(Order::State).await.unwrap().time)
    });
    assert_eq!(time, (5_000, 0));
}
