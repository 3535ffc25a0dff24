//! What goes into the laboratory and out of it beside its own buttons: files that are dropped,
//! links that are copied, times that are typed; and that its program's files carry a hash.

use aurex::lab::exercises;
use serde_json::{Value, json};

use crate::lab::{QUIET, click, open, state, until};
use crate::visit::{Visit, text};

/// Drops a file of this text where files are dropped, as a browser tells the page of it.
fn drop_file(visit: &Visit, content: &str) {
    let taken: bool = visit.ask(&format!(
        "const data = new DataTransfer();
         data.items.add(new File([{}], 'scenario.json', {{ type: 'application/json' }}));
         const options = {{ bubbles: true, cancelable: true, dataTransfer: data }};
         const place = document.querySelector('.lab-drop');
         const over = !place.dispatchEvent(new DragEvent('dragover', options));
         return !place.dispatchEvent(new DragEvent('drop', options)) && over;",
        text(content)
    ));
    assert!(
        taken,
        "else the browser opens the file in place of the page"
    );
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_scenario_that_is_dropped_on_the_list_is_opened_and_another_file_is_refused() {
    let mut visit = Visit::open(QUIET);
    visit.value("location.hash = '#/lab'");
    until(&visit, "a place for files", |visit| {
        !visit.text_of(".lab-drop").is_empty()
    });
    drop_file(&visit, "no scenario");
    until(&visit, "a refusal", |visit| {
        visit
            .text_of(".notices")
            .contains("the scenario is not opened")
    });
    assert_eq!(visit.value("return location.hash"), "#/lab");
    let mut scenario = exercises::find("fork").unwrap().unwrap().scenario;
    scenario.title = "From a file".to_owned();
    drop_file(&visit, &serde_json::to_string(&scenario).unwrap());
    until(&visit, "the scenario of the file", |visit| {
        visit.text_of(".lab-title h1") == "From a file"
    });
    assert_eq!(state(&visit)["title"], "From a file");
    visit.expect_quiet();
}

/// What the clipboard holds, once a notice says that something was copied.
fn copied(visit: &Visit, what: &str) -> String {
    until(visit, what, |visit| {
        visit
            .text_of(".notices")
            .contains(&format!("{what} copied."))
    });
    visit.ask("return await navigator.clipboard.readText()")
}

fn allow_clipboard(visit: &Visit) {
    let permissions = json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] });
    visit
        .browser
        .devtools("Browser.grantPermissions", permissions);
}

#[test]
#[ignore = "run by cargo xtask test"]
fn a_link_that_is_copied_leads_to_the_same_moment_and_a_copied_hash_is_the_whole_hash() {
    let mut visit = Visit::open("?pow=1&poa=1&test_tx=0");
    let status = visit.agreed(2, 1, 60);
    allow_clipboard(&visit);
    click(&visit, ".inspector [aria-label='Copy: Network id']");
    assert_eq!(copied(&visit, "Network id"), status.network.chain_id);
    visit.value("location.hash = '#/lab/fork'");
    until(&visit, "an open scenario", |visit| {
        !visit.text_of("#lab-time").is_empty()
    });
    let here = visit.value("return await aurex.lab.seek(20000)");
    visit.value(
        "const buttons = [...document.querySelectorAll('.lab-head button')];
         buttons.find((button) => button.textContent === 'Copy as link').click();",
    );
    let link = copied(&visit, "Link to this moment");
    visit.browser.new_window();
    visit.browser.go(&link);
    visit.wait("the same moment in another window", 60, |visit| {
        let state = visit
            .try_ask::<Value>("return await aurex.lab.state()")
            .ok()?;
        (state["digest"] == here["digest"] && state["time"] == here["time"]).then_some(())
    });
    visit.expect_quiet();
}

/// Types a time and lets time go on until then.
fn play_until(visit: &Visit, time: &str) {
    visit.value(&format!(
        "const type = (field, value, kind) => {{
           field.value = value;
           field.dispatchEvent(new Event(kind, {{ bubbles: true }}));
           return new Promise((resolve) => setTimeout(resolve, 200));
         }};
         await type(document.querySelector('#lab-until'), 'the time is', 'change');
         await type(document.querySelector('#lab-until-time'), {}, 'input');",
        text(time)
    ));
    click(visit, "#lab-until-go");
}

#[test]
#[ignore = "run by cargo xtask test"]
fn time_goes_on_until_a_time_that_is_typed_and_what_is_none_is_refused() {
    let mut visit = open("fork");
    visit.value("return await aurex.lab.play({ speed: 1000 })");
    visit.value("return await aurex.lab.pause()");
    visit.value("return await aurex.lab.seek(1000)");
    play_until(&visit, "soon");
    until(&visit, "what was expected and found", |visit| {
        visit
            .text_of(".notices")
            .contains("expected seconds or minutes:seconds, such as 75 or 1:15, found \"soon\"")
    });
    play_until(&visit, "0:30.5");
    until(&visit, "the time that was typed", |visit| {
        visit.text_of("#lab-time") == "0:30.500"
    });
    until(&visit, "time stands still", |visit| {
        visit.text_of("#lab-stands") == "Stopped as asked."
    });
    visit.expect_quiet();
}

#[test]
#[ignore = "run by cargo xtask test"]
fn every_program_file_has_a_hash_in_its_name_the_laboratorys_too() {
    let visit = open("fork");
    let asked = visit.server.requests();
    let names = asked.iter().filter_map(|request| {
        let name = request.path.rsplit('/').next()?.split('?').next()?;
        let is_program = name.ends_with(".wasm") || name.ends_with(".js");
        // The loader of workers is the one file that has none.
        (is_program && name != "worker.js").then(|| name.to_owned())
    });
    let names: std::collections::BTreeSet<String> = names.collect();
    // A hash that begins with zeros is shorter.
    let hashed = |name: &&String| {
        let mut words = name.split(['-', '.', '_']);
        words.any(|word| word.len() >= 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let plain: Vec<&String> = names.iter().filter(|name| !hashed(name)).collect();
    assert!(plain.is_empty(), "without a hash: {plain:?}");
    let of_lab = names.iter().filter(|name| name.starts_with("aurex-lab-"));
    assert_eq!(of_lab.count(), 2, "{names:?}");
}

/// The looks of the laboratory are there when it is shown, and a page that does not go there does
/// not fetch them.
#[test]
#[ignore = "run by cargo xtask test"]
fn the_style_sheet_of_the_laboratory_comes_with_it_and_not_before() {
    let sheets = |visit: &Visit| {
        let asked = visit.server.requests();
        let names = asked.iter().filter_map(|request| {
            let name = request.path.rsplit('/').next()?.split('?').next()?;
            let is_sheet = name.starts_with("aurex-lab") && name.ends_with(".css");
            is_sheet.then(|| name.to_owned())
        });
        names.collect::<Vec<String>>()
    };
    let mut visit = Visit::open(QUIET);
    until(&visit, "the page", |visit| {
        !visit.text_of("#health").is_empty()
    });
    assert_eq!(sheets(&visit), [""; 0]);
    // Looks at the first picture in which it is there.
    visit.value(
        "window.first = null;
         new MutationObserver(() => {
           const list = document.querySelector('.lab-list');
           if (list && !window.first) window.first = getComputedStyle(list).display;
         }).observe(document.body, { childList: true, subtree: true });
         location.hash = '#/lab'",
    );
    until(&visit, "the course", |visit| {
        visit.value("return window.first") != Value::Null
    });
    assert_eq!(visit.value("return window.first"), "grid");
    let sheets = sheets(&visit);
    assert_eq!(sheets.len(), 1, "{sheets:?}");
    assert!(sheets[0].len() > "aurex-lab-.css".len(), "{sheets:?}");
    visit.expect_quiet();
}
