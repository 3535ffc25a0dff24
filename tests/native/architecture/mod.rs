//! The direction rules of the architecture, held by reading the sources: which module may use
//! which, what the core must not know, and how a file looks. A broken rule is named with its file
//! and line.

mod graph;
mod source;

use source::{Source, sources};

/// What each module may use, itself aside. Who is not named here is no module of the program.
const MAY_USE: [(&str, &[&str]); 22] = [
    // Deliberate bugs, switched on by a macro wherever they are; only for tests.
    ("mutants", &[]),
    ("primitives", &[]),
    ("bitcoin", &["primitives"]),
    ("consensus", &["primitives"]),
    ("state", &["primitives", "consensus"]),
    ("chain", &["primitives", "consensus", "state"]),
    ("mempool", &["primitives", "consensus", "state"]),
    ("gossip", &["primitives", "consensus"]),
    ("links", &["primitives"]),
    ("records", &["primitives"]),
    ("ledger", &["primitives", "records"]),
    (
        "refusal",
        &[
            "primitives",
            "bitcoin",
            "consensus",
            "mempool",
            "gossip",
            "records",
            "ledger",
            "command",
        ],
    ),
    ("ipc", &["primitives", "records", "ledger", "refusal"]),
    ("miner", &["primitives", "consensus", "ipc"]),
    (
        "node",
        &[
            "primitives",
            "links",
            "consensus",
            "state",
            "chain",
            "mempool",
            "gossip",
            "records",
            "ledger",
            "miner",
            "refusal",
            "ipc",
        ],
    ),
    (
        "sim",
        &[
            "primitives",
            "links",
            "consensus",
            "state",
            "chain",
            "mempool",
            "gossip",
            "records",
            "ledger",
            "miner",
            "node",
            "refusal",
            "ipc",
        ],
    ),
    (
        "lab",
        &[
            "primitives",
            "links",
            "consensus",
            "chain",
            "mempool",
            "gossip",
            "records",
            "node",
            "refusal",
            "ipc",
            "sim",
        ],
    ),
    // Of the consensus only the limits of its parameters.
    ("command", &["primitives", "consensus", "records", "ledger"]),
    ("view", &["primitives", "records", "ledger", "ipc"]),
    // Of the state only the genesis block, whose id names the chain.
    (
        "app",
        &[
            "primitives",
            "bitcoin",
            "links",
            "consensus",
            "state",
            "records",
            "ledger",
            "refusal",
            "ipc",
            "lab",
            "command",
            "view",
        ],
    ),
    (
        "browser",
        &[
            "primitives",
            "bitcoin",
            "links",
            "consensus",
            "state",
            "chain",
            "mempool",
            "gossip",
            "records",
            "ledger",
            "miner",
            "node",
            "refusal",
            "ipc",
            "lab",
            "app",
            "command",
            "view",
        ],
    ),
    (
        "ui",
        &[
            "primitives",
            "bitcoin",
            "records",
            "ledger",
            "refusal",
            "ipc",
            "lab",
            "app",
            "command",
            "view",
        ],
    ),
];

/// The modules that touch the browser. All others are the core.
const SHELL: [&str; 2] = ["browser", "ui"];

/// The module that holds nothing but tests.
const TESTS_ONLY: &str = "testkit";

/// What the core must not name, and why.
const NOT_IN_THE_CORE: [(&str, &str); 10] = [
    ("web_sys", "the core does not know the browser"),
    ("js_sys", "the core does not know the browser"),
    ("wasm_bindgen", "the core does not know the browser"),
    ("gloo", "the core does not know the browser"),
    ("yew", "the core does not know the page"),
    ("JsValue", "the core does not know the browser"),
    ("std::time", "time is an input of the core"),
    ("SystemTime", "time is an input of the core"),
    ("HashMap", "its order differs between runs: use BTreeMap"),
    ("HashSet", "its order differs between runs: use BTreeSet"),
];

/// Longest file in lines.
const MAX_LINES: usize = 600;

/// Longest line of a comment; a table's rows, a link and a command cannot be broken.
const MAX_COLUMNS: usize = 100;

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// The identifier that a text begins with.
fn word(text: &str) -> &str {
    text.split(|character| !is_word(character))
        .next()
        .unwrap_or_default()
}

/// What follows each place where `path` stands as a whole path segment.
fn after<'a>(line: &'a str, path: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(path)
        .filter(move |(at, _)| !line[..*at].ends_with(|c| is_word(c) || c == ':'))
        .map(move |(at, _)| &line[at + path.len()..])
}

/// The paths from the crate's root on that a line names, without their `crate::`.
fn named(line: &str, depth: usize) -> Vec<&str> {
    let mut found: Vec<&str> = after(line, "crate::").collect();
    for mut rest in after(line, "super::") {
        let mut steps = 1;
        while let Some(further) = rest.strip_prefix("super::") {
            (rest, steps) = (further, steps + 1);
        }
        if steps >= depth {
            found.push(rest);
        }
    }
    found
}

/// The directions that a file breaks.
fn wrong_directions(source: &Source) -> Vec<String> {
    let Some(module) = source.module() else {
        return Vec::new();
    };
    if source.is_test() {
        return Vec::new();
    }
    let Some((_, may_use)) = MAY_USE.iter().find(|(name, _)| *name == module) else {
        return vec![format!(
            "{}:1: module `{module}` is new: say in this test what it may use",
            source.name
        )];
    };
    let mut wrong = Vec::new();
    for (number, line) in source.code() {
        for path in named(line, source.depth()) {
            let used = word(path);
            let place = format!("{}:{number}: `{module}`", source.name);
            if path.starts_with('{') {
                wrong.push(format!(
                    "{place} groups modules in one `use`: write a line for each"
                ));
            } else if used != module && !may_use.contains(&used) {
                let known = may_use.join(", ");
                wrong.push(format!("{place} uses `{used}`, but may use only: {known}"));
            }
        }
    }
    wrong
}

/// What a file of the core names and must not.
fn outside_world(source: &Source) -> Vec<String> {
    let is_core = source
        .module()
        .is_some_and(|module| !SHELL.contains(&module));
    // What junk costs a node is measured in its own tests.
    if !is_core || source.name.ends_with("node/load_tests.rs") {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    for (number, line) in source.code() {
        for (name, reason) in NOT_IN_THE_CORE {
            let mut words = line.split(|character| !is_word(character));
            let is_path = name.contains("::");
            if (is_path && line.contains(name)) || words.any(|found| found == name) {
                wrong.push(format!(
                    "{}:{number}: the core names `{name}`: {reason}",
                    source.name
                ));
            }
        }
    }
    wrong
}

/// What is wrong with the form of a file.
fn bad_form(source: &Source) -> Vec<String> {
    let mut wrong = Vec::new();
    if !source.text.starts_with("//! ") {
        wrong.push(format!(
            "{}:1: expected `//!` and what the file is for, found other text",
            source.name
        ));
    }
    let lines = source.text.lines().count();
    if lines > MAX_LINES {
        wrong.push(format!(
            "{}:{}: expected at most {MAX_LINES} lines, found {lines}",
            source.name,
            MAX_LINES + 1
        ));
    }
    for (number, line) in (1..).zip(source.text.lines()) {
        let Some(comment) = line.trim_start().strip_prefix("//") else {
            continue;
        };
        let text = comment.trim_start_matches(['/', '!']).trim_start();
        let cannot_break = text.starts_with('|') || text.contains("://") || text.contains(" && ");
        let columns = line.chars().count();
        if columns > MAX_COLUMNS && !cannot_break {
            wrong.push(format!(
                "{}:{number}: a comment has at most {MAX_COLUMNS} columns, found {columns}",
                source.name
            ));
        }
    }
    wrong
}

fn expect_none(rule: &str, folders: &[&str], check: fn(&Source) -> Vec<String>) {
    let wrong: Vec<String> = sources(folders).iter().flat_map(check).collect();
    assert!(wrong.is_empty(), "{rule}\n{}\n", wrong.join("\n"));
}

#[test]
fn modules_use_only_what_is_below_them() {
    expect_none("A module uses what it may not:", &["src"], wrong_directions);
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let arrows = graph::arrows(&sources(&["src"]));
    assert!(arrows.len() > 1_000, "{} arrows only", arrows.len());
    let circles = graph::circles(&arrows);
    let shown: Vec<String> = circles
        .iter()
        .map(|circle| graph::shown(circle, &arrows))
        .collect();
    assert!(
        circles.is_empty(),
        "Files that use each other in a circle:\n{}\n",
        shown.join("\n\n")
    );
}

#[test]
fn the_core_knows_no_browser_no_clock_and_no_random_order() {
    expect_none(
        "The core names what it must not know:",
        &["src"],
        outside_world,
    );
}

#[test]
fn every_file_says_what_it_is_for_and_stays_readable() {
    expect_none(
        "A file has not the usual form:",
        &["src", "tests", "xtask/src"],
        bad_form,
    );
}

/// The rules themselves have no circle: a module never uses, over any number of steps, itself.
#[test]
fn the_rules_go_one_way() {
    let below = |name: &str| {
        MAY_USE
            .iter()
            .find(|(module, _)| *module == name)
            .map_or(&[][..], |(_, used)| used)
    };
    for (module, used) in MAY_USE.iter().filter(|(module, _)| !SHELL.contains(module)) {
        let mut open: Vec<&str> = used.to_vec();
        let mut seen: Vec<&str> = Vec::new();
        while let Some(next) = open.pop() {
            assert_ne!(next, *module, "`{module}` uses itself in a circle");
            assert!(
                !SHELL.contains(&next),
                "the core's `{module}` uses the shell"
            );
            if !seen.contains(&next) {
                seen.push(next);
                open.extend(below(next));
            }
        }
    }
}

#[test]
fn broken_rules_are_found_with_file_and_line() {
    let source = |name: &str, text: &str| Source {
        name: name.to_owned(),
        text: text.to_owned(),
    };
    let directions = |name: &str, text: &str| wrong_directions(&source(name, text)).join("\n");
    let up = directions(
        "src/chain/mod.rs",
        "//! A.\nuse crate::state::State;\nuse crate::mempool::Mempool;\n",
    );
    assert_eq!(
        up,
        "src/chain/mod.rs:3: `chain` uses `mempool`, but may use only: primitives, consensus, state"
    );
    assert!(
        directions("src/gossip/sync.rs", "let x = super::super::chain::X;")
            .contains(":1: `gossip` uses `chain`")
    );
    assert_eq!(
        directions(
            "src/gossip/sync.rs",
            "use super::frame::X; // crate::chain is not used"
        ),
        ""
    );
    assert_eq!(
        directions(
            "src/chain/mod.rs",
            "//! A.\n#[cfg(test)]\nmod tests {\nuse crate::node::Node;\n}"
        ),
        ""
    );
    assert!(
        directions("src/view/mod.rs", "use crate::{ipc, node};").contains("write a line for each")
    );
    assert!(
        directions("src/ui/app.rs", "use crate::browser::page::X;").contains("`ui` uses `browser`")
    );
    assert_eq!(directions("src/ui/app.rs", "use crate::app::App;"), "");
    assert!(directions("src/browser/js.rs", "crate::ui::start();").contains("`browser` uses `ui`"));
    assert!(directions("src/new/mod.rs", "//! A.").contains("say in this test what it may use"));
    let world = outside_world(&source(
        "src/node/mod.rs",
        "//! A.\nuse std::time::Instant;\n// HashMap\n",
    ));
    assert_eq!(
        world,
        ["src/node/mod.rs:2: the core names `std::time`: time is an input of the core"]
    );
    assert_eq!(bad_form(&source("src/a.rs", "use x;")).len(), 1);
    assert_eq!(
        bad_form(&source(
            "src/a.rs",
            &format!("//! A.\n{}", "\n".repeat(MAX_LINES))
        ))
        .len(),
        1
    );
}
