//! What a person on a phone must be able to reach: nothing that floats over the page hides what it
//! speaks of.

use crate::looks::window;
use crate::visit::{Visit, text};

/// A visit in a phone's window.
fn phone(query: &str) -> Visit {
    let visit = Visit::prepare();
    window(&visit, 390, 844);
    visit.go(query);
    visit
}

/// Whether the middle of the first element that fits is in sight, with nothing over it.
fn is_reached(visit: &Visit, selector: &str) -> bool {
    visit.ask(&format!(
        "const found = document.querySelector({});
         if (!found) return false;
         const area = found.getBoundingClientRect();
         const there = document.elementFromPoint(area.left + area.width / 2, area.top + Math.min(area.height / 2, 60));
         return !!there && (found.contains(there) || there.contains(found) && getComputedStyle(there).position === 'static');",
        text(selector)
    ))
}

fn reached(visit: &Visit, selector: &str) {
    visit.wait(&format!("{selector} in sight"), 20, |visit| {
        is_reached(visit, selector).then_some(())
    });
}

/// Clicks where the element is, without scrolling there.
fn click(visit: &Visit, selector: &str) {
    visit.wait(selector, 20, |visit| {
        let clicked: bool = visit.ask(&format!(
            "const found = document.querySelector({});
             if (!found || found.disabled) return false;
             found.dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true }}));
             return true;",
            text(selector)
        ));
        clicked.then_some(())
    });
}

fn step(visit: &Visit, title: &str) {
    visit.wait(title, 120, |visit| {
        visit.text_of(".tour h2").contains(title).then_some(())
    });
    let share: f64 = visit
        .ask("return document.querySelector('.tour').getBoundingClientRect().height / innerHeight");
    assert!(
        share <= 0.31,
        "the card takes {share} of the window: {title}"
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_tours_card_leaves_what_each_step_speaks_of_in_sight() {
    let mut visit = phone("");
    visit.agreed(5, 2, 60);
    click(&visit, ".tour .button-primary");
    step(&visit, "A block");
    reached(&visit, ".card");
    visit.value("location.hash = document.querySelector('.card a').hash");
    step(&visit, "✓ A block");
    click(&visit, ".tour .button-primary");
    step(&visit, "Nodes");
    click(&visit, ".tour .tour-way");
    reached(&visit, ".graph-node");
    click(&visit, ".graph-node");
    step(&visit, "✓ Nodes");
    reached(&visit, ".inspector .panel-title");
    reached(&visit, ".inspector .toolbar");
    click(&visit, ".tour .button-primary");
    step(&visit, "A payment");
    click(&visit, ".tour .tour-way");
    reached(&visit, ".compose [type=submit]");
    click(&visit, ".compose [type=submit]:not([disabled])");
    step(&visit, "✓ A payment");
    click(&visit, ".tour .button-primary");
    step(&visit, "Final");
    click(&visit, ".tour .tour-way");
    reached(&visit, ".track");
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn notices_of_many_clicks_leave_the_links_of_the_page_in_reach() {
    let mut visit = phone("?pow=2&poa=1&test_tx=0");
    visit.agreed(3, 2, 60);
    click(&visit, ".graph-node");
    for _ in 0..3 {
        click(&visit, ".inspector [aria-label^='Cut ']");
        click(&visit, ".inspector [aria-label^='Heal ']");
    }
    visit.wait("notices", 10, |visit| {
        let shown: usize = visit.ask("return document.querySelectorAll('.notice').length");
        assert!(shown <= 2, "{shown} notices");
        (shown == 2).then_some(())
    });
    let covered: Vec<String> = visit.ask(
        "scrollTo(0, document.scrollingElement.scrollHeight);
         const notices = document.querySelector('.notices').getBoundingClientRect();
         const links = [...document.querySelectorAll('main a, main button')];
         return links.filter((link) => link.getBoundingClientRect().bottom > notices.top).map((link) => link.outerHTML)",
    );
    assert!(covered.is_empty(), "under the notices: {covered:?}");
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_buttons_for_what_was_selected_in_the_laboratory_come_into_sight() {
    let mut visit = phone("?pow=1&poa=0&pace=pause");
    visit.value("location.hash = '#/lab/fork'");
    click(&visit, "#lab-step-block");
    let below =
        "document.querySelector('.lab-graph').scrollIntoView({ block: 'start' }); scrollBy(0, 60);";
    visit.value(below);
    assert!(
        !is_reached(&visit, "#lab-part"),
        "it lies under the bar of time"
    );
    click(&visit, ".lab-graph .graph-node");
    reached(&visit, "#lab-part");
    visit.value(below);
    click(&visit, ".lab-graph .lab-frame");
    reached(&visit, "#lab-hold");
    reached(&visit, "#lab-drop");
    visit.expect_quiet();
}
