//! What the pages in `docs/` and beside it lead to: every relative link ends at a file and a
//! heading that exist, and every file of the repository that a page names is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the repository whose files a page may name.
const FOLDERS: [&str; 9] = [
    "src/", "tests/", "benches/", "xtask/", "docs/", "static/", ".github/", ".ci/", ".cargo/",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All pages, by their paths from the root on, with their texts.
fn pages() -> Vec<(String, String)> {
    let mut pages = Vec::new();
    for folder in ["", "docs"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "md") {
                let name = path.file_name().unwrap().to_string_lossy().into_owned();
                let name = Path::new(folder).join(name).to_string_lossy().into_owned();
                pages.push((name, fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(pages.len() > 3, "the pages are there");
    pages
}

/// The text between each pair of marks.
fn between<'a>(text: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(open)
        .filter_map(move |(at, _)| Some(text[at + open.len()..].split_once(close)?.0))
}

/// What a heading is called in a link: `The rules, here` is `#the-rules-here`.
fn anchors(page: &str) -> BTreeSet<String> {
    let headings = page.lines().filter_map(|line| {
        let title = line.trim_start_matches('#');
        (title.len() < line.len()).then(|| title.trim().to_lowercase())
    });
    headings
        .map(|title| {
            let kept = title
                .chars()
                .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
            kept.map(|c| if c == ' ' { '-' } else { c }).collect()
        })
        .collect()
}

/// Links of a page that lead nowhere.
fn broken_links(name: &str, page: &str) -> Vec<String> {
    let here = root().join(name);
    let mut broken = Vec::new();
    for link in between(page, "](", ")").filter(|link| !link.starts_with("http")) {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        let target = here.parent().unwrap().join(file);
        let text = match file {
            "" => page.to_owned(),
            _ => fs::read_to_string(&target).unwrap_or_default(),
        };
        if !target.exists() || !anchor.is_empty() && !anchors(&text).contains(anchor) {
            broken.push(format!("{name}: {link}"));
        }
    }
    broken
}

/// Files that a page names and that are not there, and functions that are not in their file:
/// `src/node/handle.rs::handle`.
fn missing_files(name: &str, page: &str) -> Vec<String> {
    // Whole lines of code stand between three marks, and name no files.
    let prose: String = page.split("```").step_by(2).collect();
    let named = prose.split('`').skip(1).step_by(2);
    named
        .filter(|word| FOLDERS.iter().any(|folder| word.starts_with(folder)))
        .filter(|word| !word.contains(['*', '<', ' ', '{']))
        .filter(|word| {
            let (file, function) = word.split_once("::").unwrap_or((word, ""));
            let path = root().join(file.trim_end_matches('/'));
            let has = |text: String| text.contains(&format!("fn {function}"));
            let is_there = match function {
                "" => path.exists(),
                _ => fs::read_to_string(path).is_ok_and(has),
            };
            !is_there
        })
        .map(|word| format!("{name}: {word}"))
        .collect()
}

#[test]
fn every_link_of_a_page_leads_to_a_file_and_a_heading() {
    let broken: Vec<_> = pages()
        .iter()
        .flat_map(|(name, page)| broken_links(name, page))
        .collect();
    assert!(
        broken.is_empty(),
        "links that lead nowhere:\n{}",
        broken.join("\n")
    );
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let missing: Vec<_> = pages()
        .iter()
        .flat_map(|(name, page)| missing_files(name, page))
        .collect();
    assert!(
        missing.is_empty(),
        "files that are not there:\n{}",
        missing.join("\n")
    );
}

#[test]
fn the_architecture_names_every_module() {
    let page = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).unwrap();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if entry.path().is_dir() {
            format!("`{name}/`")
        } else {
            format!("`{name}`")
        };
        assert!(
            page.contains(&name) || name == "`lib.rs`",
            "{name} is not in the table of modules"
        );
    }
}

#[test]
fn a_wrong_link_and_a_wrong_file_are_found() {
    let page = "# The rules, here\n[a](#the-rules-here) [b](#the-rules) [c](docs/NONE.md) [d](README.md)\n\
        `src/lib.rs` `src/none.rs` ```src/code.rs``` `src/node/handle.rs::handle` `src/lib.rs::none`";
    let broken = broken_links("x.md", page);
    assert_eq!(broken, ["x.md: #the-rules", "x.md: docs/NONE.md"]);
    assert_eq!(
        missing_files("x.md", page),
        ["x.md: src/none.rs", "x.md: src/lib.rs::none"]
    );
    assert_eq!(
        anchors(page).into_iter().collect::<Vec<_>>(),
        ["the-rules-here"]
    );
}

#[test]
fn the_glossary_has_at_most_sixty_words_in_their_order() {
    let glossary = fs::read_to_string(root().join("docs/GLOSSARY.md")).unwrap();
    let rows = glossary.lines().filter_map(|line| line.strip_prefix("| "));
    let words: Vec<&str> = rows
        .filter_map(|row| row.split(" |").next())
        .skip(1)
        .collect();
    assert!((40..=60).contains(&words.len()), "{}", words.len());
    assert!(words.is_sorted(), "{words:?}");
}
