//! `docs/REFERENCE.md` is what the code says: the words, the calls, the parameters of a page's
//! link, the topics and the refusals stand in tables of the code, and the page is written from
//! them. With `AUREX_UPDATE=1` this test writes it; without, it fails where the two differ.

use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use aurex::app::parameters;
use aurex::command::{CALLS, Call, LAB_CALLS, MAX_WORKERS, WORDS};
use aurex::ipc::Topic;
use aurex::refusal;
use aurex::view::route::Route;

/// The page, from the package's root on.
const PAGE: &str = "docs/REFERENCE.md";
/// Set to anything, it has the page written.
const UPDATE: &str = "AUREX_UPDATE";

const BEGINNING: &str = "\
# Reference

Written from the code by `AUREX_UPDATE=1 cargo test --test native reference`: do not edit.

- [Link parameters](#link-parameters) · [Console words](#console-words) · [Scripting API](#scripting-api) · [The laboratory's calls](#the-laboratorys-calls)
- [Topics](#topics) · [Refusals](#refusals)
";

const WORDS_ARE: &str = "\
The Console page, and `await aurex.command(\"...\")` in the browser's own console, understand these.
An unknown word gets the nearest known one. A refusal is a sentence with what was expected, what was
found and the name of the rule in the code.

A number is written in plain digits or as the page prints it, in groups of three (`1,234`), in the
console, forms, search and links alike; every other form (`1,5`, `1_5`, `$100`, `five`) is refused with
the nearest right number. What looks like a payment and is no transfer is refused too: it never becomes
a public message. Names are taken in any case. Spaces and hyphens of any kind count as those of a keyboard;
any other character that hides or looks like another is refused by its name, code point and place, in
commands, names, memos and messages. Of what others put on the chain the page shows such characters as
escapes, `[U+202E]`.";

const CALLS_ARE: &str = "\
The same commands on `window.aurex`, for tests, notebooks and lessons. Every function gives a promise of
plain objects (`on` gives a function). What does not exist is `null`. A refusal rejects with an `Error`
that has a `code`. An object with a field that the call does not know is refused with the nearest known
one.";

const LAB_CALLS_ARE: &str = "\
The [laboratory](LABORATORY.md) on `window.aurex.lab`: what its page does, as calls. `aurex.lab.open(\"double-spend\")` opens an
exercise beside the live network, whose calls go on as before. Times are virtual milliseconds since the beginning.";

#[test]
fn the_reference_is_what_the_code_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let wanted = reference();
    if env::var_os(UPDATE).is_some() {
        fs::write(&file, &wanted).unwrap();
    }
    let found = fs::read_to_string(&file).unwrap_or_default();
    let differs = found
        .lines()
        .zip(wanted.lines())
        .find(|(found, wanted)| found != wanted);
    assert!(
        found == wanted,
        "{PAGE} is not what the code says, first at {differs:?}: run `{UPDATE}=1 cargo test --test native reference`"
    );
}

/// Calls that have another name in the page: the words of its console that do the same, or the
/// place that shows it.
const WAYS: [(&str, &[&str]); 9] = [
    ("ready", &["status"]),
    ("transaction", &["why", "#/tx/id"]),
    ("accounts", &["user", "#/ledger/users"]),
    ("reorganised", &["#/chain/reorganisation/node/before/after"]),
    ("peers", &["#/network"]),
    ("set", &["difficulty", "pace", "miners"]),
    ("command", &["help"]),
    ("on", &["log"]),
    ("version", &["#/settings"]),
];

#[test]
fn what_a_script_calls_a_person_does_without_developer_tools() {
    let is_word = |word: &str| WORDS.iter().any(|known| known.name == word);
    let is_place =
        |way: &str| way.starts_with('#') && !matches!(Route::parse(way), Route::Missing(_));
    for call in CALLS {
        let ways = WAYS.iter().find(|(name, _)| *name == call.name);
        let ways = ways.map_or(vec![call.name], |(_, ways)| ways.to_vec());
        for way in ways {
            assert!(
                is_word(way) || is_place(way),
                "expected a word of the console or a place of the page for aurex.{}(), found {way:?}",
                call.name
            );
        }
    }
    let is_call = |name: &&str| CALLS.iter().any(|call| call.name == *name);
    let needless = WAYS.iter().map(|(name, _)| name);
    let needless: Vec<_> = needless
        .filter(|name| is_word(name) || !is_call(name))
        .collect();
    assert!(needless.is_empty(), "{needless:?} have words of their own");
}

#[test]
fn the_documents_show_scripts_only_calls_that_there_are() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = [
        "README.md",
        "docs/QUICK_START.md",
        "docs/GOSSIP_PROTOCOL.md",
    ]
    .into_iter()
    .chain(["docs/BLOCKCHAIN_SYSTEM.md", "docs/LABORATORY.md"]);
    let mut shown = 0;
    for page in pages {
        let text = fs::read_to_string(folder.join(page)).unwrap();
        for (at, _) in text.match_indices("aurex.") {
            let name = |text: &str| {
                let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
                text[..end.unwrap_or(text.len())].to_owned()
            };
            let rest = &text[at + "aurex.".len()..];
            let (call, calls) = match rest.strip_prefix("lab.") {
                Some(rest) => (name(rest), LAB_CALLS),
                None => (name(rest), CALLS),
            };
            let is_called = rest[call.len()..].starts_with('(') || rest.starts_with("lab.");
            if is_called {
                let known = calls.iter().any(|known| known.name == call);
                assert!(known, "{page} calls {call:?}, which there is not");
                shown += 1;
            }
        }
    }
    assert!(shown > 20, "{shown} calls");
}

fn reference() -> String {
    [
        BEGINNING.to_owned(),
        links(),
        words(),
        calls(),
        lab_calls(),
        topics(),
        refusals(),
    ]
    .join("\n")
}

fn links() -> String {
    let rows = parameters().into_iter();
    let rows = rows.map(|it| [code(it.name), it.values, it.default, it.about.to_owned()]);
    let about = format!(
        "The address says which network the page opens: `?pow=5&poa=3&difficulty=3`.\n\n\
         Each name is a network of its own with its own ledgers, and the same link comes back to it, with the pace and\n\
         miners chosen last where it names none. A wrong value is named on the page and its default taken. `pow=0` or\n\
         `poa=0` is fine; both together are not. Nodes and miners are workers, at most {MAX_WORKERS} in one tab: a link that\n\
         asks for more (`?pow=16&poa=16&miners=8` would be 160) gets as many miners as fit, and a sentence that says so."
    );
    let head = ["parameter", "values", "without it", "what it is"];
    section("Link parameters", &about, head, rows)
}

fn words() -> String {
    let rows = WORDS.iter().map(|word| {
        let more = word.more.replace('\n', "<br>");
        [code(word.usage), word.about.to_owned(), more]
    });
    section(
        "Console words",
        WORDS_ARE,
        ["word", "what it does", "more"],
        rows,
    )
}

fn call(call: &Call) -> [String; 2] {
    let usage: Vec<String> = call.usage.iter().map(|usage| code(usage)).collect();
    [usage.join("<br>"), call.gives.to_owned()]
}

fn lab_calls() -> String {
    let rows = LAB_CALLS.iter().map(call);
    let table = section(
        "The laboratory's calls",
        LAB_CALLS_ARE,
        ["call", "gives"],
        rows,
    );
    format!(
        "{table}\n```js\n\
         await aurex.lab.open(\"double-spend\");\n\
         await aurex.lab.act({{ partition: {{ side: [\"pow-2\"] }} }});\n\
         await aurex.lab.seek(60000);\n```\n"
    )
}

fn calls() -> String {
    let rows = CALLS.iter().map(call);
    let table = section("Scripting API", CALLS_ARE, ["call", "gives"], rows);
    format!(
        "{table}\n```js\n\
         const {{ id }} = await aurex.tx(\"Transfer 100 coins alice to bob\");\n\
         const off = aurex.on(\"block\", (event) => console.log(event.node, event.text));\n```\n"
    )
}

fn topics() -> String {
    let level = |topic: Topic| format!("{:?}", topic.least()).to_lowercase();
    let rows = Topic::ALL.into_iter();
    let rows = rows.map(|it| [code(it.word()), it.about().to_owned(), level(it)]);
    section(
        "Topics",
        "What an event of `aurex.on` and a line of the log is about. `aurex.on(\"log\", ...)` hears all.",
        ["topic", "what happened", "lowest level"],
        rows,
    )
}

fn refusals() -> String {
    let rows = refusal::codes().into_iter();
    section(
        "Refusals",
        "Each refusal has a code, which stays, and a sentence with what was expected and what was found. A script gets\n\
         both: `{ code, message }`. [Quick start](QUICK_START.md#problems-that-the-page-shows-by-their-code) says what\n\
         to do about those that the page shows by itself; [the rules](BLOCKCHAIN_SYSTEM.md#the-rules) name those of blocks.",
        ["code", "what it means"],
        rows.map(|(name, meaning)| [code(name), meaning.to_owned()]),
    )
}

/// A heading, a paragraph and a table.
fn section<const COLUMNS: usize>(
    title: &str,
    about: &str,
    head: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
) -> String {
    let mut text = format!("## {title}\n\n{about}\n\n{}", line(&head));
    text.push_str(&line(&["---"; COLUMNS]));
    for row in rows {
        text.push_str(&line(&row.each_ref().map(String::as_str)));
    }
    text
}

/// A line of a table; a bar inside a cell would end it.
fn line(cells: &[&str]) -> String {
    let mut line = String::new();
    for cell in cells {
        let _infallible = write!(line, "| {} ", cell.replace('|', "\\|"));
    }
    line.push_str("|\n");
    line
}

fn code(text: &str) -> String {
    format!("`{text}`")
}
