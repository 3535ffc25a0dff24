//! The tour of a first visit, walked with the page's own controls.

use crate::visit::Visit;

fn title(visit: &Visit) -> String {
    visit.text_of(".tour h2")
}

fn expect_step(visit: &Visit, number: u32) {
    visit.wait(&format!("step {number} of the tour"), 120, |visit| {
        title(visit)
            .contains(&format!("{number} of 7"))
            .then_some(())
    });
}

/// Clicks the first element that fits, as soon as it is there.
fn click(visit: &Visit, selector: &str) {
    visit.wait(selector, 20, |visit| {
        let there = visit.value(&format!(
            "return !!document.querySelector(\"{selector}\") && !document.querySelector(\"{selector}\").disabled"
        ));
        (there == true).then_some(())
    });
    visit.value(&format!(
        "const element = document.querySelector(\"{selector}\");
         element.dispatchEvent(new MouseEvent('click', {{ bubbles: true, cancelable: true, view: window }}))"
    ));
}

/// What there is to see is read, and the tour goes on.
fn read(visit: &Visit, number: u32) {
    visit.wait("a step that is done", 120, |visit| {
        title(visit).contains('✓').then_some(())
    });
    click(visit, ".tour .button-primary");
    expect_step(visit, number);
}

fn go(visit: &Visit) {
    click(visit, ".tour .tour-way");
}

fn press_escape(visit: &Visit) {
    visit.value(
        "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))",
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn the_tour_is_walked_to_its_end_and_does_not_return_by_itself() {
    let mut visit = Visit::open("");
    visit.agreed(5, 2, 60);
    click(&visit, ".tour .button-primary");
    expect_step(&visit, 1);
    let focused: String = visit.ask("return document.activeElement.id");
    assert_eq!(focused, "tour", "the keyboard begins at the card");
    let ring: String =
        visit.ask("return getComputedStyle(document.querySelector('.card')).outlineStyle");
    assert_eq!(ring, "solid", "it points at the real control");
    visit.value("location.hash = document.querySelector('.card a').hash");
    read(&visit, 2);
    go(&visit);
    click(&visit, ".graph-node");
    read(&visit, 3);
    go(&visit);
    click(&visit, ".compose .button-primary:not([disabled])");
    read(&visit, 4);
    go(&visit);
    read(&visit, 5);
    go(&visit);
    click(&visit, ".inspector .toolbar button:nth-of-type(2)");
    read(&visit, 6);
    click(&visit, ".inspector .toolbar .button-primary");
    read(&visit, 7);
    go(&visit);
    visit.wait("the first exercise, and no tour", 20, |visit| {
        let there = visit.value("return location.hash") == "#/lab/nonce";
        (there && title(visit).is_empty()).then_some(())
    });
    visit.value("location.hash = '#/'");
    visit.reload();
    visit.agreed(5, 2, 60);
    visit.value("await new Promise((done) => setTimeout(done, 1500))");
    assert_eq!(visit.text_of(".tour"), "", "it never returns by itself");
    let answer = visit.command("tour");
    assert!(answer.contains("The tour begins"), "{answer}");
    expect_step(&visit, 1);
    press_escape(&visit);
    visit.wait("no tour after Escape", 5, |visit| {
        visit.text_of(".tour").is_empty().then_some(())
    });
    visit.expect_quiet();
}
