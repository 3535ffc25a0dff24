//! The tour: when it is offered, and the facts that its steps ask for, as a real network gives
//! them.

use crate::app::pages::PageModel;
use crate::app::pages::tour::{FIRST_EXERCISE, Facts, Stage, Tour, TourMessage, is_decided};
use crate::app::testing::{Page, World};
use crate::view::route::Route;

fn facts(page: &Page, route: Route, selected: Option<&str>) -> Facts {
    let model = page.app.fresh_model();
    let authorities = model
        .heaviest()
        .map_or(0, |status| status.finality.authorities);
    let decided = model.sent.clone().is_some_and(|id| {
        let found = page.wait(|app| async move { app.transaction(&id).await });
        found
            .expect("no refusal")
            .is_some_and(|found| is_decided(&found, authorities))
    });
    let cuts = page.app.cuts().len();
    Facts::of(&model, route, selected, cuts, decided)
}

#[test]
fn it_is_offered_once_in_a_browser_and_not_by_a_link_of_a_lesson() {
    let world = World::new(1);
    let lesson = world.ready("?pow=1&poa=1");
    assert!(!lesson.app.may_offer_tour());
    lesson.close();
    let page = world.ready("");
    assert!(page.app.may_offer_tour());
    assert!(!page.app.may_offer_tour());
    page.close();
    let page = world.ready("");
    assert!(!page.app.may_offer_tour(), "it never returns by itself");
}

#[test]
fn it_is_not_offered_where_nothing_is_kept() {
    let world = World::new(2);
    let page = world.ready("");
    page.fault(|faults| faults.no_storage = true);
    assert!(!page.app.may_offer_tour());
}

/// From its first step to its last, by what a person does on a network with this link.
fn walk(link: &str) {
    let world = World::new(3);
    let page = world.ready(link);
    let mut tour = Tour::default();
    let mut see = |route: Route, selected: Option<&str>| {
        tour.update(TourMessage::See(facts(&page, route, selected)));
        if let Stage::Seen(_) = tour.stage() {
            tour.update(TourMessage::Next);
        }
        tour.stage()
    };
    see(Route::Network, None);
    page.expect("tour", &["The tour begins"]);
    assert_eq!(see(Route::Network, None), Stage::At(0));
    assert_eq!(see(Route::Block("1".to_owned()), None), Stage::At(1));
    assert_eq!(see(Route::Network, Some("pow-1")), Stage::At(2));
    page.expect("traffic 600", &["sends 600"]);
    world.run(2_000.0);
    assert_eq!(
        see(Route::Transact, None),
        Stage::At(2),
        "traffic is not the person"
    );
    page.expect("tx 5 alice to bob", &["Sent "]);
    assert_eq!(see(Route::Transact, None), Stage::At(3));
    assert_eq!(see(Route::Transact, None), Stage::At(3), "it only waits");
    world.until("a decided payment", || {
        see(Route::Transact, None) == Stage::At(4)
    });
    page.expect("kill pow-1", &["was killed"]);
    assert_eq!(see(Route::Network, None), Stage::At(5));
    page.expect("start pow-1", &["pow-1 runs"]);
    assert_eq!(see(Route::Network, None), Stage::At(6));
    let exercise = Route::Exercise(FIRST_EXERCISE.to_owned());
    assert_eq!(see(exercise, None), Stage::Away);
}

#[test]
fn it_is_walked_to_its_end_on_a_network_with_authorities() {
    walk("?pow=2&poa=2&test_tx=0&pace=2");
}

#[test]
fn it_is_walked_to_its_end_where_nothing_is_ever_final() {
    walk("?pow=2&poa=0&test_tx=0&pace=2");
}

#[test]
fn a_cut_link_breaks_something_and_healing_it_mends_it() {
    let world = World::new(4);
    let page = world.ready("?pow=2&poa=1&test_tx=0");
    world.run(3_000.0);
    let broken = || facts(&page, Route::Network, None).broken;
    assert_eq!(broken(), 0);
    page.command("cut pow-1 pow-2");
    assert!(broken() > 0);
    page.command("heal pow-1 pow-2");
    assert_eq!(broken(), 0);
}
