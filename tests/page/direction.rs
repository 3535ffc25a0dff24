//! What others write from right to left stays where it was written: nothing of the sentence around
//! it moves.

use serde_json::Value;

use crate::visit::Visit;

/// Where the Hebrew of the first sentence that has some ends and where the number after it begins,
/// on the screen, and what a person copies of the sentence.
const PLACES: &str = "
    const line = [...document.querySelectorAll('.cell-sentence, .log-text, .entry pre')].find((it) => it.querySelector('bdi'));
    if (!line) return null;
    const foreign = line.querySelector('bdi');
    const after = [...line.querySelectorAll('*'), line].flatMap((it) => [...it.childNodes])
      .find((it) => it.nodeType === Node.TEXT_NODE && it.data.includes('123'));
    const range = document.createRange();
    range.setStart(after, after.data.indexOf('123'));
    range.setEnd(after, after.data.indexOf('123') + 3);
    getSelection().selectAllChildren(line);
    return {
      foreign: foreign.textContent,
      ends: foreign.getBoundingClientRect().right,
      number: range.getBoundingClientRect().left,
      copied: getSelection().toString(),
    };";

#[test]
#[ignore = "run by cargo xtask test"]
fn a_number_after_hebrew_stands_where_it_was_written() {
    let mut visit = Visit::open("?pow=0&poa=1&test_tx=0");
    visit.agreed(1, 1, 60);
    visit.command("tx שלום123");
    for page in ["transact", "console"] {
        visit.value(&format!("location.hash = '#/{page}'"));
        if page == "console" {
            visit.browser.type_into("#command", "tx שלום123\n");
        }
        let places = visit.wait(&format!("a sentence with Hebrew on {page}"), 20, |visit| {
            Some(visit.value(PLACES)).filter(|places| *places != Value::Null)
        });
        eprintln!("    {page}: {places}");
        assert_eq!(places["foreign"], "שלום");
        let [ends, number] = ["ends", "number"].map(|key| places[key].as_f64().unwrap());
        assert!(number >= ends - 0.5, "{places}");
        let copied = places["copied"].as_str().unwrap();
        assert!(copied.contains("שלום123"), "{copied:?}");
        assert!(
            !copied.contains(['\u{2066}', '\u{2067}', '\u{2068}', '\u{2069}']),
            "{copied:?}"
        );
    }
    visit.expect_quiet();
}
