//! The graph of files: which file uses what another one defines.
//!
//! What counts as an arrow from file A to file B, in the code of the program (no tests, comments or
//! texts):
//!
//! 1. A names a path (`crate::`, `super::`, `self::`, or a module that A declares), in a private
//!    `use` or anywhere else, and what it names is defined in B. Names are followed through
//!    re-exports to the file that defines them.
//! 2. A and B both have `impl T` for one type of their folder, and a method in A calls
//!    `self.name()` or `Self::name()` of a method that only B defines: an object that is cut into
//!    files is seen through.
//!
//! What does not count: `mod b;` and `pub use b::X;`, which give an address and use nothing; and
//! paths in `pub(in ...)`. So a `mod.rs` may declare and re-export its children, but where it uses
//! their items, no child may use its own.

use std::collections::{BTreeMap, BTreeSet};

use super::source::Source;

/// One arrow: the line of the file that it begins in, and the words that make it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub(super) line: usize,
    pub(super) words: String,
}

/// Arrows by their two files.
pub(super) type Arrows = BTreeMap<(String, String), Arrow>;

/// A word or sign of the code, with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Token {
    line: usize,
    text: String,
}

/// A path that a file names.
#[derive(Debug)]
struct Named {
    line: usize,
    segments: Vec<String>,
}

/// A name that a `use` brings into a file.
#[derive(Debug)]
struct Import {
    named: Named,
    name: String,
    exported: bool,
}

/// What the graph needs to know of a file.
#[derive(Debug, Default)]
struct File {
    module: Vec<String>,
    children: BTreeSet<String>,
    imports: Vec<Import>,
    paths: Vec<Named>,
    /// Methods by type.
    methods: BTreeMap<String, BTreeSet<String>>,
    /// Calls of the own object's methods, by type.
    calls: BTreeMap<String, Vec<(usize, String)>>,
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Cuts code into words and signs; comments, texts and characters are left out.
fn tokens(source: &Source) -> Vec<Token> {
    let mut found = Vec::new();
    for (line, code) in source.code() {
        let mut rest = code;
        while let Some(first) = rest.chars().next() {
            let length = if first.is_ascii_alphanumeric() || first == '_' {
                let end = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
                rest.find(end).unwrap_or(rest.len())
            } else if first == '"' {
                1 + text_length(&rest[1..])
            } else if let Some(length) = character_length(rest) {
                length
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let text = &rest[..length];
            if !text.trim().is_empty() && !text.starts_with(['"', '\'']) {
                let text = text.to_owned();
                found.push(Token { line, text });
            }
            rest = &rest[length..];
        }
    }
    found
}

/// Length of a text with its closing quote, after the opening one.
fn text_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Length of a character literal at the beginning; `None` for a lifetime and everything else.
fn character_length(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('\'')?;
    let skip = if inside.starts_with('\\') { 2 } else { 1 };
    let end = inside.char_indices().nth(skip)?.0;
    inside[end..]
        .find('\'')
        .filter(|at| *at == 0 || skip == 2)?;
    let close = inside[end..].find('\'')?;
    (close < 8).then_some(1 + end + close + 1)
}

impl File {
    fn read(source: &Source) -> Self {
        let mut file = Self {
            module: source.module_path(),
            ..Self::default()
        };
        let tokens = tokens(source);
        let mut at = 0;
        let mut test_only = false;
        while let Some(token) = tokens.get(at) {
            match token.text.as_str() {
                "#" => {
                    let end = closing(&tokens, at + 1, "[", "]");
                    test_only |= is_test_only(&tokens[at..end]);
                    at = end;
                }
                "mod" if text(&tokens, at + 2) == ";" => {
                    if !test_only {
                        file.children.insert(tokens[at + 1].text.clone());
                    }
                    (test_only, at) = (false, at + 3);
                }
                "use" => {
                    let end = position(&tokens, at, ";");
                    if !test_only {
                        let exported = at > 0 && ["pub", ")"].contains(&text(&tokens, at - 1));
                        file.import(&tokens[at + 1..end], exported);
                    }
                    (test_only, at) = (false, end);
                }
                "pub" if text(&tokens, at + 1) == "(" => at = closing(&tokens, at + 1, "(", ")"),
                "impl" => {
                    test_only = false;
                    file.read_impl(&tokens, at);
                    at += 1;
                }
                word if is_word(word) => {
                    test_only &= word == "pub";
                    at = file.read_path(&tokens, at);
                }
                _ => at += 1,
            }
        }
        file
    }

    /// Reads the names of a `use`, whose tree may branch.
    fn import(&mut self, tree: &[Token], exported: bool) {
        let mut open = vec![(Vec::<String>::new(), tree)];
        while let Some((mut prefix, mut rest)) = open.pop() {
            while let [word, sign, ..] = rest
                && sign.text == "::"
            {
                prefix.push(word.text.clone());
                rest = &rest[2..];
            }
            let Some(last) = rest.first() else { continue };
            if last.text == "{" {
                let end = closing(rest, 0, "{", "}").saturating_sub(1);
                let branches = split(&rest[1..end]);
                open.extend(branches.into_iter().map(|branch| (prefix.clone(), branch)));
                continue;
            }
            if last.text != "self" || prefix.is_empty() {
                prefix.push(last.text.clone());
            }
            let name = match rest.get(1..3) {
                Some([word, alias]) if word.text == "as" => alias.text.clone(),
                _ => prefix.last().cloned().unwrap_or_default(),
            };
            let named = Named {
                line: last.line,
                segments: prefix,
            };
            self.imports.push(Import {
                named,
                name,
                exported,
            });
        }
    }

    /// Reads a path of at least two words; where it ends.
    fn read_path(&mut self, tokens: &[Token], begin: usize) -> usize {
        let mut end = begin + 1;
        let mut segments = vec![tokens[begin].text.clone()];
        while text(tokens, end) == "::" && is_word(text(tokens, end + 1)) {
            segments.push(tokens[end + 1].text.clone());
            end += 2;
        }
        if segments.len() > 1 && (begin == 0 || text(tokens, begin - 1) != "::") {
            let line = tokens[begin].line;
            self.paths.push(Named { line, segments });
        }
        end
    }

    /// Reads the methods of an `impl T`, and which of its own it calls.
    fn read_impl(&mut self, tokens: &[Token], begin: usize) {
        let open = position(tokens, begin, "{");
        let mut head = &tokens[begin + 1..open.min(tokens.len())];
        if head.first().is_some_and(|token| token.text == "<") {
            head = &head[closing(head, 0, "<", ">")..];
        }
        let Some(ty) = head.first() else { return };
        if head.iter().any(|token| token.text == "for") || text(head, 1) == "::" {
            return;
        }
        let body = &tokens[open..closing(tokens, open, "{", "}")];
        for window in body.windows(4) {
            let [first, second, third, fourth] = [0, 1, 2, 3].map(|at| window[at].text.as_str());
            if first == "fn" {
                let methods = self.methods.entry(ty.text.clone()).or_default();
                methods.insert(second.to_owned());
            }
            let own = (first, second) == ("self", ".") || (first, second) == ("Self", "::");
            if own && fourth == "(" {
                let calls = self.calls.entry(ty.text.clone()).or_default();
                calls.push((window[0].line, third.to_owned()));
            }
        }
    }

    /// The path from the crate's root on, of one that this file names; `None` for what is not of
    /// the crate.
    fn absolute(&self, segments: &[String]) -> Option<Vec<String>> {
        let first = segments.first()?.as_str();
        let mut base = self.module.clone();
        let mut rest = segments;
        match first {
            "crate" => {
                base.clear();
                rest = &rest[1..];
            }
            "self" => rest = &rest[1..],
            "super" => {
                while rest.first().is_some_and(|word| word == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            child if self.children.contains(child) => {}
            _ => return None,
        }
        base.extend_from_slice(rest);
        Some(base)
    }
}

fn text(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| token.text.as_str())
}

/// Where a sign stands from `begin` on, or the end.
fn position(tokens: &[Token], begin: usize, sign: &str) -> usize {
    let rest = tokens.iter().skip(begin);
    rest.take_while(|token| token.text != sign).count() + begin
}

/// After the sign that closes the one at `begin`.
fn closing(tokens: &[Token], begin: usize, open: &str, close: &str) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(begin) {
        if token.text == open {
            depth += 1;
        } else if token.text == close {
            depth = depth.saturating_sub(1);
        }
        if depth == 0 {
            return at + 1;
        }
    }
    tokens.len()
}

/// The parts between commas that are in no braces.
fn split(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut parts, mut begin, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, token) in tokens.iter().enumerate() {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth = depth.saturating_sub(1),
            "," if depth == 0 => {
                parts.push(&tokens[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tokens[begin..]);
    parts.retain(|part| !part.is_empty());
    parts
}

/// Whether an attribute keeps what follows out of the program.
fn is_test_only(attribute: &[Token]) -> bool {
    let words: String = attribute.iter().map(|token| token.text.as_str()).collect();
    words.starts_with("#[cfg(test)") || words.starts_with("#[cfg(all(test,")
}

/// All files by their module, to find what a path names.
struct Files<'a> {
    by_module: BTreeMap<Vec<String>, (&'a str, File)>,
}

impl Files<'_> {
    /// The file that defines what an absolute path names, through at most `steps` re-exports.
    fn definer(&self, path: &[String], steps: usize) -> Option<&str> {
        let depth = (0..=path.len())
            .rev()
            .find(|depth| self.by_module.contains_key(&path[..*depth]))?;
        let (name, file) = &self.by_module[&path[..depth]];
        let Some(item) = path.get(depth).filter(|item| *item != "*") else {
            return Some(name);
        };
        let imports = file.imports.iter().filter(|import| import.name == *item);
        for import in imports.take(steps) {
            let mut further = file.absolute(&import.named.segments)?;
            further.extend_from_slice(&path[depth + 1..]);
            if further != path {
                return self.definer(&further, steps - 1);
            }
        }
        Some(name)
    }
}

/// Longest chain of re-exports that is followed.
const STEPS: usize = 8;

/// All arrows between these files.
pub(super) fn arrows(sources: &[Source]) -> Arrows {
    let program = sources.iter().filter(|source| !source.is_test());
    let by_module = program
        .map(|source| {
            (
                source.module_path(),
                (source.name.as_str(), File::read(source)),
            )
        })
        .collect();
    let files = Files { by_module };
    let mut arrows = Arrows::new();
    let mut add = |from: &str, to: &str, line: usize, words: String| {
        if from != to {
            let arrow = Arrow { line, words };
            arrows
                .entry((from.to_owned(), to.to_owned()))
                .or_insert(arrow);
        }
    };
    for (name, file) in files.by_module.values() {
        let imports = file.imports.iter().filter(|import| !import.exported);
        let named = imports.map(|import| &import.named).chain(&file.paths);
        for Named { line, segments } in named {
            if let Some(path) = file.absolute(segments)
                && let Some(to) = files.definer(&path, STEPS)
            {
                add(name, to, *line, segments.join("::"));
            }
        }
        for (ty, calls) in &file.calls {
            for (line, method) in calls {
                let has = |file: &File| file.methods.get(ty).is_some_and(|it| it.contains(method));
                if has(file) {
                    continue;
                }
                let folder =
                    |name: &str| name.rsplit_once('/').map(|(folder, _)| folder.to_owned());
                let others = files.by_module.values();
                for (to, _) in others.filter(|(to, other)| folder(to) == folder(name) && has(other))
                {
                    add(name, to, *line, format!("{ty}::{method}"));
                }
            }
        }
    }
    arrows
}

/// The circles: groups of files each of which reaches each other one along the arrows.
pub(super) fn circles(arrows: &Arrows) -> Vec<BTreeSet<String>> {
    let mut next: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (from, to) in arrows.keys() {
        next.entry(from).or_default().push(to);
    }
    let reached = |begin: &str| {
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut open = next.get(begin).cloned().unwrap_or_default();
        while let Some(file) = open.pop() {
            if seen.insert(file) {
                open.extend(next.get(file).into_iter().flatten());
            }
        }
        seen
    };
    let from_each: BTreeMap<&str, BTreeSet<&str>> =
        next.keys().map(|file| (*file, reached(file))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (file, seen) in &from_each {
        let is_known = circles.iter().any(|circle| circle.contains(*file));
        if !seen.contains(file) || is_known {
            continue;
        }
        let back = |other: &&&str| {
            from_each
                .get(**other)
                .is_some_and(|from| from.contains(file))
        };
        circles.push(
            seen.iter()
                .filter(back)
                .map(|it| (*it).to_owned())
                .collect(),
        );
    }
    circles
}

/// The arrows inside a circle, for people.
pub(super) fn shown(circle: &BTreeSet<String>, arrows: &Arrows) -> String {
    let inside = arrows
        .iter()
        .filter(|((from, to), _)| circle.contains(from) && circle.contains(to));
    let lines: Vec<String> = inside
        .map(|((from, to), arrow)| format!("  {from}:{}: `{}` of {to}", arrow.line, arrow.words))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(name: &str, text: &str) -> Source {
        Source {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    /// The circles of made-up files, each with their names joined.
    fn found(files: &[(&str, &str)]) -> Vec<String> {
        let sources: Vec<Source> = files
            .iter()
            .map(|(name, text)| source(name, text))
            .collect();
        let arrows = arrows(&sources);
        let circles = circles(&arrows);
        let names =
            |circle: &BTreeSet<String>| circle.iter().cloned().collect::<Vec<_>>().join(" ");
        circles.iter().map(names).collect()
    }

    #[test]
    fn two_files_that_use_each_other_are_a_circle() {
        let files = [
            ("src/a/mod.rs", "mod b;\nmod c;\npub use b::B;"),
            ("src/a/b.rs", "use super::c::C;\npub struct B;"),
            ("src/a/c.rs", "pub struct C(super::B);"),
        ];
        assert_eq!(found(&files), ["src/a/b.rs src/a/c.rs"]);
    }

    #[test]
    fn a_parent_that_uses_its_child_makes_a_circle_only_if_the_child_uses_it() {
        let parent = "mod b;\npub struct P(b::B);";
        let apart = [("src/a/mod.rs", parent), ("src/a/b.rs", "pub struct B;")];
        assert_eq!(found(&apart), Vec::<String>::new());
        let child = "use super::P;\npub struct B;";
        let circle = [("src/a/mod.rs", parent), ("src/a/b.rs", child)];
        assert_eq!(found(&circle), ["src/a/b.rs src/a/mod.rs"]);
        let address = "mod b;\npub use b::B;\npub struct P;";
        let exported = [("src/a/mod.rs", address), ("src/a/b.rs", child)];
        assert_eq!(found(&exported), Vec::<String>::new());
    }

    #[test]
    fn circles_over_modules_groups_and_renames_are_seen() {
        let files = [
            ("src/lib.rs", "pub mod a;\npub mod b;\npub mod c;"),
            (
                "src/a.rs",
                "use crate::b::{self, inner::{X as Y}};\npub struct A;",
            ),
            ("src/b/mod.rs", "pub mod inner;\npub use crate::c::C;"),
            ("src/b/inner.rs", "pub struct X;\nfn f(_: &crate::b::C) {}"),
            ("src/c.rs", "pub struct C;\nfn g() { let _ = crate::a::A; }"),
        ];
        assert_eq!(found(&files), ["src/a.rs src/b/inner.rs src/c.rs"]);
    }

    #[test]
    fn an_object_cut_into_files_that_call_each_other_is_a_circle() {
        let one = "use super::T;\nimpl T {\n    fn one(&self) { self.two(); }\n}";
        let two = "use super::T;\nimpl T {\n    fn two(&self) { Self::one(self); }\n}";
        let below = "use super::T;\nimpl T {\n    fn two(&self) {}\n}";
        let parent = ("src/a/mod.rs", "mod one;\nmod t;\nmod two;\npub use t::T;");
        let t = ("src/a/t.rs", "pub struct T;");
        let files = [parent, t, ("src/a/one.rs", one), ("src/a/two.rs", two)];
        assert_eq!(found(&files), ["src/a/one.rs src/a/two.rs"]);
        let files = [parent, t, ("src/a/one.rs", one), ("src/a/two.rs", below)];
        assert_eq!(found(&files), Vec::<String>::new());
    }

    #[test]
    fn tests_comments_and_texts_are_no_arrows() {
        let b = "// crate::c::C\nconst X: &str = \"crate::c::C\";\n#[cfg(test)]\nuse crate::c::C;\n\
                 pub(in crate::c) struct B;\n#[cfg(test)]\nmod tests {\nuse crate::c::C;\n}";
        let files = [
            ("src/b.rs", b),
            ("src/c.rs", "use crate::b::B;\npub struct C;"),
            ("src/c_tests.rs", "use crate::b::B;"),
        ];
        assert_eq!(found(&files), Vec::<String>::new());
    }
}
