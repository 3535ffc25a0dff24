//! What the browser lacks, records that cannot be read, and workers that fail.

use crate::app::testing::{Faults, Page, World};
use crate::ipc::NodeState;
use crate::primitives::Millis;
use crate::refusal::{PlatformError, StartupError};

const KEY: &str = "aurex:network:pow1-poa0-d2";
const LINK: &str = "?pow=1&poa=0&test_tx=0";

fn lacking(capability: PlatformError) -> Faults {
    Faults {
        missing: vec![capability],
        ..Faults::default()
    }
}

/// The key of a record that was kept aside.
fn aside(world: &World) -> Option<String> {
    world.keys().into_iter().find(|key| key.contains(":aside:"))
}

#[test]
fn without_workers_or_channels_nothing_starts_and_everything_says_why() {
    for (capability, code) in [
        (PlatformError::NoWorkers, "no_workers"),
        (PlatformError::NoBroadcastChannel, "no_broadcast_channel"),
    ] {
        let world = World::new(1);
        let page = world.open_with(LINK, lacking(capability));
        assert_eq!(page.opened().unwrap_err().code(), code);
        assert_eq!(page.problems(), [code]);
        assert_eq!(page.refusal("mempool"), code);
        assert_eq!(page.refusal("add pow"), code);
        assert_eq!(world.keys(), [""; 0]);
    }
}

#[test]
fn without_random_bytes_nothing_starts() {
    let world = World::new(2);
    let faults = Faults {
        no_random: true,
        ..Faults::default()
    };
    let page = world.open_with(LINK, faults);
    assert_eq!(page.opened().unwrap_err().code(), "no_entropy");
    assert_eq!(page.refusal("tx hello"), "no_entropy");
    page.expect("status", &["not open here", "No network runs here"]);
}

#[test]
fn without_locks_the_network_runs_and_the_page_warns() {
    let world = World::new(3);
    let page = world.open_with(LINK, lacking(PlatformError::NoLocks));
    page.opened().expect("it opens");
    assert!(
        page.sentences()
            .contains("open this network in one tab only"),
        "{}",
        page.sentences()
    );
    page.grow(2);
    page.expect("tx hello", &["Sent "]);
}

#[test]
fn two_tabs_without_locks_do_not_run_the_same_node() {
    let world = World::new(4);
    let first = world.open_with(LINK, lacking(PlatformError::NoLocks));
    first.opened().expect("it opens");
    let second = world.open_with(LINK, lacking(PlatformError::NoLocks));
    assert!(second.opened().is_err());
    assert!(
        second
            .log()
            .contains("pow-1 failed: node pow-1 already runs in another tab"),
        "{}",
        second.log()
    );
    assert!(!second.log().contains("started again in 1 second"));
    assert_eq!(first.up(), ["pow-1"]);
}

/// A page that came over http from another machine: what stands in for Web Locks is said, and one
/// tab has the nodes.
#[test]
fn where_databases_stand_in_for_locks_one_of_two_tabs_runs_the_nodes_and_the_other_takes_over() {
    let world = World::new(4);
    let faults = Faults {
        open_databases: true,
        ..lacking(PlatformError::NoLocks)
    };
    let first = world.open_with(LINK, faults.clone());
    first.opened().expect("it opens");
    let second = world.open_with(LINK, faults);
    second.opened().expect("it opens");
    for page in [&first, &second] {
        assert_eq!(page.problems(), ["no_locks"]);
        let said = page.sentences();
        assert!(said.contains("a database that is kept open"), "{said}");
    }
    // Nothing ends by a date: a clock that steps changes nothing.
    world.set_back(Millis(3_600_000));
    world.run(60_000.0);
    assert_eq!(first.up(), ["pow-1"]);
    assert!(!second.up().contains(&"pow-1".to_owned()));
    first.grow(2);
    first.close();
    world.until("the take-over", || second.up() == ["pow-1"]);
    second.grow(3);
}

#[test]
fn a_node_whose_identity_the_browser_took_away_stays_down() {
    let world = World::new(4);
    let page = world.ready(LINK);
    let node = page.app.node_for(None).expect("a node runs").name.clone();
    page.fail_worker(
        &node,
        StartupError::IdentityLost { node: node.clone() }.into(),
    );
    world.run(5_000.0);
    assert_eq!(page.up(), [""; 0]);
    assert!(
        page.sentences().contains("Load the page again"),
        "{}",
        page.sentences()
    );
}

#[test]
fn without_storage_the_network_lives_and_ends_with_its_tab() {
    let world = World::new(5);
    let faults = Faults {
        no_storage: true,
        ..Faults::default()
    };
    let page = world.open_with(LINK, faults.clone());
    page.opened().expect("it opens");
    assert_eq!(page.problems(), ["no_record_storage"]);
    assert!(!page.app.settings().persistent);
    assert_eq!(page.app.database("pow-1"), None);
    page.expect("pace full", &["as fast as"]);
    page.grow(2);
    // It shares no lock either: another tab is a network of its own.
    let other = world.open_with(LINK, faults);
    other.opened().expect("it opens");
    assert_ne!(other.app.chain_id(), page.app.chain_id());
    assert_eq!(world.keys(), [""; 0]);
    assert_eq!(world.ledgers(), [""; 0]);
}

#[test]
fn without_databases_the_record_is_not_kept_either() {
    let world = World::new(6);
    let page = world.open_with(LINK, lacking(PlatformError::NoIndexedDb));
    page.opened().expect("it opens");
    assert_eq!(page.problems(), ["no_indexed_db"]);
    assert!(page.sentences().contains("ends with it"));
    assert_eq!(world.keys(), [""; 0]);
}

#[test]
fn a_record_is_on_the_disk_before_the_first_node_starts() {
    let world = World::new(31);
    let faults = Faults {
        slow_records_ms: 5_000.0,
        ..Faults::default()
    };
    let page = world.open_with(LINK, faults);
    world.run(4_900.0);
    assert_eq!((world.keys(), world.ledgers()), (vec![], vec![]));
    page.opened().expect("it opens");
    assert_eq!((world.keys().len(), world.ledgers().len()), (1, 1));
    let chain = page.app.chain_id();
    // The browser is killed: nothing that comes later is needed.
    page.close();
    assert_eq!(world.ready(LINK).app.chain_id(), chain);
}

#[test]
fn a_record_of_an_earlier_release_is_taken_over_once() {
    let world = World::new(32);
    let page = world.ready(LINK);
    let (chain, text) = (page.app.chain_id(), world.record(KEY).expect("a record"));
    page.close();
    world.forget_record(KEY);
    world.set_text(KEY, Some(&text));
    let page = world.ready(LINK);
    assert_eq!(page.app.chain_id(), chain);
    assert_eq!(
        (world.record(KEY).as_deref(), world.text(KEY)),
        (Some(&*text), None)
    );
    page.close();
    world.set_text(KEY, Some("2 00ff"));
    assert_eq!(world.ready(LINK).app.chain_id(), chain, "and never again");
}

#[test]
fn a_first_record_that_cannot_be_written_makes_a_network_of_this_tab() {
    let world = World::new(33);
    let faults = Faults {
        full: true,
        ..Faults::default()
    };
    let page = world.open_with(LINK, faults);
    page.opened().expect("it opens");
    assert_eq!(page.problems(), ["no_record_storage"]);
    assert!(page.sentences().contains("ends with it"));
    assert_eq!(page.app.database("pow-1"), None);
    page.grow(2);
}

#[test]
fn a_storage_that_fails_later_is_a_problem_and_not_an_end() {
    let world = World::new(7);
    let page = world.ready(LINK);
    page.fault(|faults| faults.no_storage = true);
    page.expect("pace full", &["as fast as"]);
    assert_eq!(page.problems(), ["storage_write"]);
    page.grow(2);
}

#[test]
fn a_corrupt_record_is_kept_aside_and_the_network_begins_anew() {
    let world = World::new(8);
    world.put_record(KEY, "2 00ff");
    let page = world.ready(LINK);
    assert_eq!(page.problems(), ["record_corrupt"]);
    let aside = aside(&world).expect("it is kept");
    assert_eq!(world.record(&aside).as_deref(), Some("2 00ff"));
    assert!(page.sentences().contains(&aside));
    page.grow(1);
}

#[test]
fn a_record_of_another_version_is_kept_aside() {
    let world = World::new(9);
    world.put_record(KEY, "7 secret");
    let page = world.ready(LINK);
    assert_eq!(page.problems(), ["record_version"]);
    assert!(page.sentences().contains("expected version 3, found 7"));
    let aside = aside(&world).expect("it is kept");
    assert_eq!(world.record(&aside).as_deref(), Some("7 secret"));
}

#[test]
fn the_record_of_another_network_is_not_used() {
    let world = World::new(10);
    world.ready("?pow=1&poa=0&net=lab").close();
    let lab = world.record("aurex:network:lab").expect("a record");
    world.put_record(KEY, &lab);
    let page = world.ready(LINK);
    assert_eq!(page.problems(), ["record_corrupt"]);
    assert_eq!(world.record("aurex:network:lab"), Some(lab));
}

#[test]
fn a_node_that_crashes_is_started_again_once() {
    let world = World::new(11);
    let page = world.ready(LINK);
    page.grow(3);
    let height = page.height();
    page.crash("pow-1");
    assert_eq!(page.status("pow-1").state, NodeState::Failed);
    assert!(page.log().contains("it is started again in 1 second"));
    world.until("a node that runs again", || page.up() == ["pow-1"]);
    assert!(page.height() >= height, "from its ledger");
    page.crash("pow-1");
    world.run(10_000.0);
    assert_eq!(page.status("pow-1").state, NodeState::Failed);
    assert_eq!(page.problems(), ["node_failed"]);
    page.expect("start pow-1", &["pow-1 runs"]);
}

#[test]
fn a_node_that_crashes_again_after_a_minute_is_started_again() {
    let world = World::new(12);
    let page = world.ready(LINK);
    page.crash("pow-1");
    world.run(62_000.0);
    page.crash("pow-1");
    world.until("a node that runs again", || page.up() == ["pow-1"]);
    assert_eq!(page.problems(), [""; 0]);
}

#[test]
fn a_node_that_is_killed_after_its_crash_stays_down() {
    let world = World::new(13);
    let page = world.ready(LINK);
    page.crash("pow-1");
    assert_eq!(page.refusal("kill pow-1"), "not_running");
    page.expect("start pow-1", &["pow-1 runs"]);
    page.expect("kill pow-1", &["was killed"]);
    world.run(5_000.0);
    assert_eq!(page.status("pow-1").state, NodeState::Killed);
}

#[test]
fn a_worker_that_cannot_be_started_is_named_and_the_others_run() {
    let world = World::new(14);
    let faults = Faults {
        no_worker: ["pow-1".to_owned()].into(),
        ..Faults::default()
    };
    let page = world.open_with("?pow=2&poa=0&test_tx=0", faults);
    page.opened().expect("one node is enough");
    world.run(100.0);
    assert_eq!(page.up(), ["pow-2"]);
    assert!(
        page.log()
            .contains("pow-1 was not started: worker node:pow-1 cannot")
    );
    assert_eq!(page.refusal("start pow-1"), "worker_failed");
    page.fault(|faults| faults.no_worker.clear());
    page.expect("start pow-1", &["pow-1 runs"]);
}

#[test]
fn if_no_worker_starts_the_opening_fails_with_the_reason() {
    let world = World::new(15);
    let faults = Faults {
        no_worker: ["pow-1".to_owned()].into(),
        ..Faults::default()
    };
    let page = world.open_with(LINK, faults);
    assert_eq!(page.opened().unwrap_err().code(), "worker_failed");
    assert_eq!(page.problems(), ["worker_failed"]);
}

#[test]
fn a_node_that_does_not_answer_its_start_is_given_up() {
    let world = World::new(16);
    world.silence("pow-1");
    let page = world.open(LINK);
    let error = page.opened().unwrap_err();
    assert_eq!(error.code(), "timeout");
    assert!(
        error
            .to_string()
            .contains("did not start within 15 seconds")
    );
}

/// A page whose only node falls silent after its start.
fn silent(world: &std::rc::Rc<World>) -> Page {
    let page = world.ready(LINK);
    world.run(500.0);
    world.silence("pow-1");
    page
}

#[test]
fn a_question_that_a_node_does_not_answer_ends_after_ten_seconds() {
    let world = World::new(17);
    let page = silent(&world);
    let began = world.now();
    assert_eq!(page.refusal("mempool"), "timeout");
    assert_eq!(world.now().since(began).0, 10_000);
}

#[test]
fn a_node_that_does_not_stop_is_ended_after_five_seconds() {
    let world = World::new(18);
    let page = silent(&world);
    page.expect(
        "stop pow-1",
        &["did not answer within 5 seconds and was ended"],
    );
    assert_eq!(page.status("pow-1").state, NodeState::Stopped);
}

#[test]
fn a_question_to_a_node_that_is_killed_meanwhile_is_refused_at_once() {
    let world = World::new(19);
    let page = silent(&world);
    let app = std::rc::Rc::clone(&page.app);
    let (answer, _) = world.wait(async move {
        futures_util::future::join(app.command("mempool"), app.command("kill pow-1")).await
    });
    assert!(answer.starts_with("Refused (node_gone)"), "{answer}");
}

#[test]
fn a_machines_clock_that_is_set_back_stops_nothing_and_the_log_says_so() {
    let world = World::new(30);
    let link = "?pow=2&poa=2&test_tx=0&pace=1";
    let page = world.ready(link);
    page.grow(10);
    world.set_back(Millis(3_600_000));
    page.grow(page.height() + 10);
    let log = page.log();
    assert!(log.contains("was set back by 1 h 0 min"), "{log}");
    page.expect("status", &["dated 59 min", "ahead of this machine's clock"]);
    assert!(log.contains("ahead of this machine's clock"), "{log}");
    let height = page.height();
    page.close();
    world.run(5_000.0);
    let page = world.ready(link);
    page.grow(height + 10);
    page.expect("status", &["dated 59 min", "ahead of this machine's clock"]);
    let log = page.log();
    assert!(log.contains("ahead of this machine's clock"), "{log}");
}

#[test]
fn a_change_that_could_not_be_written_is_not_taken_back_by_the_next_and_is_written_later() {
    let world = World::new(42);
    let page = world.ready(LINK);
    page.grow(1);
    page.fault(|faults| faults.full = true);
    page.expect("add pow", &["pow-2 runs."]);
    page.command("log warn");
    page.expect("add pow", &["pow-3 runs."]);
    world.run(1_000.0);
    assert_eq!(page.problems(), ["storage_write"]);
    page.fault(|faults| faults.full = false);
    world.run(10_000.0);
    assert_eq!(page.problems(), [""; 0]);
    page.close();
    let page = world.ready(LINK);
    world.until("all nodes", || page.up().len() == 3);
}

#[test]
fn a_node_that_runs_after_all_opens_the_network_and_takes_the_notice_away() {
    let world = World::new(35);
    world.silence("pow-1");
    let page = world.open(LINK);
    assert_eq!(page.opened().unwrap_err().code(), "timeout");
    assert_eq!(page.problems(), ["timeout"]);
    world.unsilence("pow-1");
    page.command("kill pow-1");
    page.expect("start pow-1", &["pow-1 runs"]);
    page.opened().expect("a node runs");
    assert_eq!(page.problems(), [""; 0]);
}

/// A new release replaces the files while a tab is open: what runs goes on, what starts says why it
/// does not.
#[test]
fn a_page_that_is_out_of_date_says_so_once_keeps_its_nodes_and_offers_to_load_it_again() {
    let world = World::new(31);
    let page = world.ready("?pow=1&poa=2&test_tx=0");
    page.grow(2);
    page.fault(|faults| faults.old = true);
    assert_eq!(page.refusal("add pow"), "out_of_date");
    page.command("kill poa-2");
    assert_eq!(page.refusal("start poa-2"), "out_of_date");
    assert_eq!(page.problems(), ["out_of_date"]);
    let height = page.height();
    world.run(60_000.0);
    assert!(page.height() > height, "the others go on");
    assert_eq!(page.up(), ["pow-1", "poa-1"]);
    assert_eq!(page.log().matches("failed: ").count(), 2, "{}", page.log());
    assert_eq!(page.offers(), [crate::view::Offer::Reload]);
    page.app.reload();
    assert_eq!(page.reloads(), 1);
}

/// A worker whose file cannot be loaded for another reason is no matter of a release.
#[test]
fn a_worker_that_fails_to_load_from_a_server_with_the_same_release_says_its_own_reason() {
    let world = World::new(32);
    let page = world.ready("?pow=1&poa=1&test_tx=0");
    page.crash("pow-1");
    world.run(100.0);
    assert!(!page.problems().contains(&"out_of_date".to_owned()));
}
