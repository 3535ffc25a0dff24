//! Pace, miners, difficulty and the sharing of the machine.

use crate::app::testing::{Page, World};
use crate::ipc::{Pace, TimeShare};

const LINK: &str = "?pow=1&poa=0&test_tx=0";

/// The hash budget of a node after its next report.
fn budget(world: &World, page: &Page, name: &str) -> Option<f64> {
    world.run(1_100.0);
    page.status(name).hash_budget
}

#[test]
fn a_pace_in_seconds_is_a_budget_for_the_whole_network() {
    let world = World::new(1);
    let page = world.ready("?pow=4&poa=0&test_tx=0&pace=8");
    world.run(3_000.0);
    let total: f64 = (1..=4)
        .filter_map(|number| budget(&world, &page, &format!("pow-{number}")))
        .sum();
    assert!(
        (total - 32.0).abs() < 0.01,
        "256 hashes in 8 seconds, found {total}"
    );
}

/// The rate follows from the network's record, never from who is heard at the moment.
#[test]
fn a_miner_that_is_cut_off_from_two_others_hashes_no_faster_than_before() {
    let world = World::new(20);
    let page = world.ready("?pow=3&poa=0&test_tx=0&pace=6");
    world.run(15_000.0);
    let rates = |page: &Page| {
        ["pow-1", "pow-2", "pow-3"].map(|name| budget(&world, page, name).expect("a budget"))
    };
    let before = rates(&page);
    page.command("cut pow-1 pow-2");
    page.command("cut pow-1 pow-3");
    world.run(60_000.0);
    assert_eq!(page.status("pow-1").peers, 0);
    assert_eq!(rates(&page), before);
    page.command("kill pow-3");
    world.run(60_000.0);
    assert_eq!(budget(&world, &page, "pow-2"), Some(before[1]));
}

#[test]
fn the_majority_outgrows_a_miner_that_is_cut_off() {
    let world = World::new(21);
    let page = world.ready("?pow=3&poa=0&test_tx=0&pace=1");
    page.grow(3);
    page.command("cut pow-1 pow-2");
    page.command("cut pow-1 pow-3");
    world.run(120_000.0);
    let (alone, together) = (page.status("pow-1").height, page.status("pow-2").height);
    assert!(alone + 20 < together, "{alone} {together}");
}

#[test]
fn a_miner_that_is_added_shares_the_budget_of_the_network() {
    let world = World::new(22);
    let page = world.ready("?pow=1&poa=0&test_tx=0&pace=4");
    world.run(3_000.0);
    assert_eq!(budget(&world, &page, "pow-1"), Some(64.0));
    page.expect("add pow", &["pow-2 runs."]);
    assert_eq!(budget(&world, &page, "pow-1"), Some(32.0));
    assert_eq!(budget(&world, &page, "pow-2"), Some(32.0));
}

#[test]
fn blocks_come_about_as_often_as_the_pace_says() {
    let world = World::new(2);
    let page = world.ready("?pow=2&poa=0&test_tx=0&pace=2");
    world.run(400_000.0);
    let height = page.height();
    assert!(
        (150..250).contains(&height),
        "200 blocks in 400 seconds, found {height}"
    );
}

#[test]
fn each_word_of_pace_is_followed_at_once_and_remembered() {
    let world = World::new(3);
    let page = world.ready(LINK);
    world.run(1_000.0);
    page.expect(
        "pace full",
        &["one core left to the page", "`difficulty auto`"],
    );
    assert_eq!(budget(&world, &page, "pow-1"), None);
    page.expect("pace max", &["as fast as the machine can."]);
    assert_eq!(page.app.settings().pace, Pace::Max);
    page.expect("pace pause", &["Miners rest until they are given a pace."]);
    world.run(3_000.0);
    let height = page.height();
    world.run(60_000.0);
    assert_eq!(page.height(), height, "nobody mines");
    assert!(page.status("pow-1").hash_rate <= 0.0);
    page.expect("pace 10s", &["about every 10 s"]);
    page.grow(height + 1);
    page.close();
    let page = world.ready(LINK);
    assert_eq!(page.app.settings().pace, Pace::Interval { ms: 10_000 });
}

#[test]
fn wrong_paces_miners_and_difficulties_are_refused() {
    let world = World::new(4);
    let page = world.ready(LINK);
    for line in [
        "pace 0",
        "pace 601",
        "pace fast",
        "miners 0",
        "miners 9",
        "difficulty 0",
        "difficulty 9",
        "log loud",
    ] {
        assert_eq!(page.refusal(line), "argument_wrong", "{line}");
    }
    for line in ["pace", "miners", "difficulty", "log"] {
        assert_eq!(page.refusal(line), "argument_missing", "{line}");
    }
}

#[test]
fn more_miners_share_the_budget_and_the_time_of_their_node() {
    let world = World::new(5);
    let page = world.ready(LINK);
    world.run(1_000.0);
    let before = budget(&world, &page, "pow-1").expect("a budget");
    page.expect("miners 4", &["4 miner workers"]);
    let after = budget(&world, &page, "pow-1").expect("a budget");
    assert!((before - after).abs() < 0.01, "{before} {after}");
    let miners = page.app.fresh_model().nodes[0].miners.len();
    assert_eq!((page.workload("pow-1").miners, miners), (4, 4));
    page.expect("miners 1", &["1 miner worker now"]);
}

#[test]
fn at_full_speed_miners_share_the_time_on_all_cores_but_one() {
    let world = World::new(6);
    let page = world.ready("?pow=3&poa=0&test_tx=0&pace=full");
    page.grow(1);
    // Four cores: three miners, three at once.
    assert_eq!(page.workload("pow-3").share, TimeShare::ALL);
    page.set_cores(3);
    page.command("miners 2");
    world.run(10.0);
    let share = |name| page.workload(name).share;
    let expected = |position| TimeShare {
        position,
        of: 6,
        at_once: 2,
    };
    assert_eq!(
        [share("pow-1"), share("pow-2"), share("pow-3")],
        [expected(0), expected(2), expected(4)]
    );
    page.command("kill pow-2");
    world.run(10.0);
    assert_eq!(
        share("pow-3"),
        TimeShare {
            position: 2,
            of: 4,
            at_once: 2
        },
        "the others share what became free"
    );
}

#[test]
fn on_a_machine_of_one_core_miners_take_half_of_it() {
    let world = World::new(7);
    let page = world.ready("?pow=2&poa=0&test_tx=0");
    page.set_cores(1);
    page.command("pace full");
    world.run(10.0);
    let share = TimeShare {
        position: 1,
        of: 4,
        at_once: 1,
    };
    assert_eq!(page.workload("pow-2").share, share);
    page.command("pace max");
    world.run(10.0);
    assert_eq!(page.workload("pow-2").share, TimeShare::ALL);
}

#[test]
fn a_click_is_harmless_at_every_pace() {
    let world = World::new(8);
    let page = world.ready(LINK);
    for pace in ["5", "full", "max", "pause"] {
        page.command(&format!("pace {pace}"));
        for _ in 0..5 {
            page.click();
            world.run(20.0);
        }
    }
    assert_eq!(page.problems(), [""; 0]);
}

#[test]
fn a_difficulty_is_in_force_at_a_multiple_of_eight_blocks_and_the_pace_stays() {
    let world = World::new(9);
    let page = world.ready("?pow=1&poa=0&test_tx=0&pace=2");
    page.grow(1);
    page.expect("difficulty 3", &["3 leading zero digits", "was sent"]);
    world.until("the change", || page.status("pow-1").difficulty == 4_096);
    let (height, began) = (page.height(), world.now());
    page.grow(height + 60);
    let each = world.now().since(began).0 / 60;
    assert!((1_200..3_200).contains(&each), "a block every {each} ms");
}

#[test]
fn an_automatic_difficulty_follows_the_hash_rate() {
    let world = World::new(10);
    let page = world.ready("?pow=1&poa=0&test_tx=0&difficulty=1&pace=1");
    page.grow(1);
    page.expect(
        "difficulty auto",
        &["automatic, with a work block about every 1 s"],
    );
    world.until("the change", || {
        page.status("pow-1").automatic == Some(1_000)
    });
    page.command("pace full");
    world.until("a higher difficulty", || {
        page.status("pow-1").difficulty > 1_000
    });
}

#[test]
fn another_difficulty_is_refused_while_no_node_runs() {
    let world = World::new(11);
    let page = world.ready(LINK);
    page.command("stop all");
    assert_eq!(page.refusal("difficulty 3"), "no_node");
    page.expect("pace full", &["as fast as"]);
    page.expect("start pow-1", &["runs"]);
    assert_eq!(page.workload("pow-1").miners, 1);
    assert_eq!(
        budget(&world, &page, "pow-1"),
        None,
        "it starts at the new pace"
    );
}
