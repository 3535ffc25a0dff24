//! Storage that is short, full, or refused to a worker.

use crate::app::platform::StorageUse;
use crate::app::testing::{Faults, World};

const LINK: &str = "?pow=1&poa=0&test_tx=0";

/// A browser that runs out of space may delete all databases of a page, the network's record among
/// them.
#[test]
fn a_record_that_went_with_a_full_disk_is_kept_again_once_a_ledger_is_durable_again() {
    let world = World::new(35);
    let page = world.ready(LINK);
    page.grow(3);
    let keys = world.keys();
    let [key] = keys.as_slice() else {
        panic!("expected one record, found {keys:?}");
    };
    let record = world.record(key);
    world.fill("pow-1", true);
    page.grow(page.height() + 3);
    assert!(page.status("pow-1").degraded.is_some());
    world.forget_record(key);
    page.fault(|faults| faults.full = true);
    world.fill("pow-1", false);
    world.run(20_000.0);
    assert_eq!(page.status("pow-1").degraded, None);
    assert_eq!(page.problems(), ["storage_write"]);
    page.fault(|faults| faults.full = false);
    world.run(10_000.0);
    assert_eq!(world.record(key), record);
    assert_eq!(page.problems(), [""; 0]);
}

#[test]
fn a_full_disk_is_said_at_once_what_helps_after_a_minute_and_nothing_once_there_is_room() {
    let world = World::new(34);
    let page = world.ready(LINK);
    page.grow(3);
    world.fill("pow-1", true);
    let before = page.status("pow-1").durable_height;
    page.grow(page.height() + 3);
    let status = page.status("pow-1");
    assert!(
        status
            .degraded
            .is_some_and(|why| why.contains("quota is used up"))
    );
    assert!(
        status.durable_height <= before + 1,
        "{}",
        status.durable_height
    );
    page.expect("status", &["in memory: the browser's storage quota"]);
    assert_eq!(page.problems(), [""; 0]);
    world.run(65_000.0);
    assert_eq!(page.problems(), ["storage_stuck"]);
    assert!(
        page.sentences().contains("`export pow-1`"),
        "{}",
        page.sentences()
    );
    world.fill("pow-1", false);
    world.run(20_000.0);
    assert_eq!(page.problems(), [""; 0]);
    let status = page.status("pow-1");
    assert_eq!(status.degraded, None);
    assert!(status.durable_height + 1 >= status.height);
    let height = status.durable_height;
    page.close();
    assert!(world.ready(LINK).status("pow-1").height >= height);
}

/// What Chromium does to a page when its disk is full.
#[test]
fn a_node_that_is_given_no_database_any_more_goes_on_in_a_new_worker_with_its_chain() {
    let world = World::new(36);
    let page = world.ready("?pow=1&poa=1&test_tx=0");
    page.grow(5);
    let (id, key) = (page.status("pow-1").id, "aurex:network:pow1-poa1-d2");
    for name in ["pow-1", "poa-1"] {
        world.fill(name, true);
        world.strand(name);
    }
    page.fault(|faults| faults.full = true);
    world.forget_record(key);
    world.run(90_000.0);
    assert_eq!(page.problems(), ["storage_stuck", "storage_stuck"]);
    assert!(
        !page.log().contains("new worker"),
        "a new worker would have no room either: {}",
        page.log()
    );
    let before = page.status("pow-1").height;
    for name in ["pow-1", "poa-1"] {
        world.fill(name, false);
    }
    page.fault(|faults| faults.full = false);
    world.run(60_000.0);
    assert_eq!(page.problems(), [""; 0]);
    for name in ["pow-1", "poa-1"] {
        let status = page.status(name);
        assert_eq!(status.degraded, None, "{name}");
        assert!(status.durable_height >= before, "{name}");
        let said = format!("{name} was given no database any more and goes on in a new worker");
        assert_eq!(page.log().matches(&said).count(), 1, "{}", page.log());
    }
    assert!(world.record(key).is_some());
    page.close();
    let again = world.ready("?pow=1&poa=1&test_tx=0");
    assert_eq!(again.status("pow-1").id, id, "the same network");
    assert!(again.status("pow-1").height >= before);
}

#[test]
fn storage_that_is_four_fifths_full_is_said_once_until_there_is_space_again() {
    let world = World::new(34);
    let stored = |used| StorageUse {
        used,
        allowed: 100_000_000,
        is_kept: None,
    };
    let page = world.open_with(LINK, Faults::default());
    page.opened().expect("it opens");
    assert_eq!(page.app.storage(), None, "the browser does not say");
    let problems_with = |used| {
        page.set_storage(stored(used));
        world.run(31_000.0);
        page.problems()
    };
    assert_eq!(problems_with(79_999_999), [""; 0]);
    assert_eq!(problems_with(80_000_000), ["storage_short"]);
    let said = page.sentences();
    assert!(
        said.contains("allows this page 100 MB, and 80 MB are stored"),
        "{said}"
    );
    assert_eq!(problems_with(90_000_000), ["storage_short"]);
    assert_eq!(page.sentences(), said, "it is said once");
    assert_eq!(problems_with(79_000_000), [""; 0]);
    assert_eq!(problems_with(95_000_000), ["storage_short"]);
    // One that does not say what it allows is never taken for full.
    page.set_storage(StorageUse {
        allowed: 0,
        ..stored(1)
    });
    world.run(31_000.0);
    assert_eq!(page.problems(), [""; 0]);
}

#[test]
fn the_browser_is_asked_once_to_keep_what_is_stored_at_the_first_act_of_a_person() {
    let world = World::new(33);
    let storage = StorageUse {
        used: 5_000_000,
        allowed: 100_000_000,
        is_kept: Some(false),
    };
    let faults = Faults {
        storage: Some(storage),
        ..Faults::default()
    };
    let page = world.open_with(LINK, faults);
    page.opened().expect("it opens");
    world.run(100.0);
    assert_eq!(page.app.storage(), Some(storage));
    assert_eq!(page.asked_to_keep(), 0, "nobody has acted yet");
    page.click();
    page.click();
    world.run(100.0);
    assert_eq!(page.asked_to_keep(), 1);
    assert_eq!(page.app.storage().and_then(|it| it.is_kept), Some(true));
}
