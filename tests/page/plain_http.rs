//! The page over http from another machine, which is no secure context: the browser offers no Web
//! Locks, to the page and to its workers, and databases that are kept open stand in for them.

use serde_json::json;

use crate::visit::Visit;

/// Goes to the page as if it came from another machine.
fn go(visit: &Visit) {
    let address = visit
        .server
        .page("?pace=2")
        .replace("127.0.0.1", "aurex.test");
    visit.browser.go(&address);
    visit.meet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn without_web_locks_one_tab_runs_the_nodes_and_the_next_takes_them_over() {
    let visit = Visit::prepare();
    let host = visit.browser.window();
    go(&visit);
    assert_eq!(visit.value("return isSecureContext"), false);
    assert_eq!(visit.value("return typeof navigator.locks"), "undefined");
    let first = visit.agreed(5, 3, 60);
    assert_eq!(first.network.mode, "host");
    let codes: Vec<&str> = first.problems.iter().map(|it| it.code.as_str()).collect();
    assert_eq!(codes, ["no_locks"]);
    let said = visit.text_of(".problems");
    assert!(said.contains("a database that is kept open"), "{said}");

    let second = visit.browser.new_window();
    go(&visit);
    let seen = visit.wait("the second tab watches", 30, |visit| {
        let status = visit.status();
        (status.network.mode == "viewer" && status.agree(1)).then_some(status)
    });
    assert_eq!(seen.network.chain_id, first.network.chain_id);
    // Both are asked for what only one of them has.
    let refused = visit.command("kill pow-1");
    assert!(refused.contains("other_tab"), "{refused}");
    visit.agreed(1, seen.height() + 3, 60);

    visit.browser.switch_to(&host);
    let before = visit.agreed(5, seen.height(), 60);
    visit.browser.close_window();
    visit.browser.switch_to(&second);
    let taken = visit.wait("the second tab runs the five nodes", 60, |visit| {
        let status = visit.status();
        let made = status.up().all(|node| node.kind != "viewer");
        (status.network.mode == "host" && made && status.agree(5)).then_some(status)
    });
    assert!(taken.height() >= before.height());
    assert!(
        taken.up().all(|node| node.ledger_start == "resumed"),
        "{taken:?}"
    );

    // A reload comes after its former self.
    visit.browser.reload();
    visit.meet();
    let again = visit.agreed(5, taken.height() + 2, 60);
    assert_eq!(again.network.mode, "host");
    assert!(
        again.up().all(|node| node.ledger_start == "resumed"),
        "{again:?}"
    );
}

/// What holds the nodes for this tab goes with the data of the site: another tab may run them from
/// then on.
#[test]
#[ignore = "run by cargo xtask test"]
fn where_the_data_of_the_site_is_deleted_nodes_that_a_database_held_stop() {
    let visit = Visit::prepare();
    go(&visit);
    visit.agreed(5, 1, 60);
    let origin = visit.value("return location.origin");
    visit.browser.devtools(
        "Storage.clearDataForOrigin",
        json!({ "origin": origin, "storageTypes": "indexeddb" }),
    );
    visit.wait("all nodes stopped", 30, |visit| {
        (visit.status().up().count() == 0).then_some(())
    });
    visit.wait("a sentence on the page", 10, |visit| {
        let said = visit.text_of(".problems");
        said.contains("closed the database").then_some(())
    });
    // None starts again by itself.
    visit.value("await new Promise((done) => setTimeout(done, 2500))");
    assert_eq!(visit.status().up().count(), 0);
}
