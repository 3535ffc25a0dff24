//! The glue script that wasm-bindgen writes: without comments and indentation, and with short names.
//!
//! This is no general minifier. It relies on what the script looks like: a comment stands on lines of its own, and
//! no text goes over the end of a line. Where that does not hold it fails, and the page is not built.

use std::collections::{BTreeMap, BTreeSet};

use crate::process::Outcome;

/// The script with the imports' names replaced.
pub(super) fn packed(text: &str, names: &BTreeMap<String, String>) -> Outcome<String> {
    let mut packed = String::with_capacity(text.len());
    let mut met = BTreeSet::new();
    let mut in_comment = false;
    for line in text.lines().map(str::trim) {
        if in_comment || line.starts_with("/*") {
            in_comment = !line.contains("*/");
            if line.contains("*/") && !line.ends_with("*/") {
                return Err(format!(
                    "Expected nothing behind a comment of the glue script, found: {line}"
                ));
            }
            continue;
        }
        if line.is_empty() || line.starts_with("//") {
            continue;
        }
        if line.matches('`').count() % 2 == 1 {
            return Err(format!(
                "Expected each text of the glue script to end on its line, found: {line}"
            ));
        }
        for (word, is_name) in words(line) {
            match names.get_key_value(word).filter(|_| is_name) {
                Some((name, short)) => {
                    met.insert(name);
                    packed.push_str(short);
                }
                None => packed.push_str(word),
            }
        }
        packed.push('\n');
    }
    match names.keys().find(|name| !met.contains(name)) {
        Some(name) => Err(format!(
            "Expected the glue script to offer {name}, which the program imports; found it not."
        )),
        None => Ok(packed),
    }
}

/// The pieces of a line: names, and what stands between them.
fn words(line: &str) -> impl Iterator<Item = (&str, bool)> {
    let part_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
    line.as_bytes()
        .chunk_by(move |one, two| part_of_name(one) == part_of_name(two))
        .scan(0, move |at, piece| {
            let start = *at;
            *at += piece.len();
            // A name is of ASCII, so its ends are ends of characters.
            Some((
                line.get(start..*at)?,
                piece.first().is_some_and(part_of_name),
            ))
        })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::packed;

    fn names() -> BTreeMap<String, String> {
        BTreeMap::from([("__wbg_now_1a".to_owned(), "i0".to_owned())])
    }

    #[test]
    fn comments_and_indentation_go_and_whole_names_are_replaced() {
        let text = "/**\n * Says it.\n */\n  // A word.\n  __wbg_now_1a: function() {\n\n    return \"é\" + __wbg_now_1ab;\n  },";
        assert_eq!(
            packed(text, &names()).unwrap(),
            "i0: function() {\nreturn \"é\" + __wbg_now_1ab;\n},\n"
        );
    }

    #[test]
    fn a_script_of_another_make_is_refused() {
        for text in ["", "__wbg_now_1a(`a\nb`)", "__wbg_now_1a()\n/* a */ b()"] {
            assert!(packed(text, &names()).is_err(), "{text}");
        }
    }
}
