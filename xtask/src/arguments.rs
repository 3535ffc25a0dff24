//! The words after a command: its options, their values, and the rest.

use crate::words::nearest;

/// The words not yet asked for.
#[derive(Debug)]
pub(crate) struct Arguments {
    words: Vec<String>,
}

impl Arguments {
    pub(crate) fn new(words: impl IntoIterator<Item = String>) -> Self {
        Self {
            words: words.into_iter().collect(),
        }
    }

    /// Takes the option out, and says whether it was there.
    pub(crate) fn flag(&mut self, name: &str) -> bool {
        let before = self.words.len();
        self.words.retain(|word| word != name);
        self.words.len() != before
    }

    /// Takes an option with its value out: `--port 80` or `--port=80`.
    pub(crate) fn value(&mut self, name: &str) -> Result<Option<String>, String> {
        let with_equals = format!("{name}=");
        let Some(place) = self
            .words
            .iter()
            .position(|word| word == name || word.starts_with(&with_equals))
        else {
            return Ok(None);
        };
        let word = self.words.remove(place);
        if let Some(value) = word.strip_prefix(&with_equals) {
            return Ok(Some(value.to_owned()));
        }
        if self
            .words
            .get(place)
            .is_none_or(|next| next.starts_with("--"))
        {
            return Err(format!("Expected a value after {name}, found none."));
        }
        Ok(Some(self.words.remove(place)))
    }

    /// All words that are left.
    pub(crate) fn all(self) -> Vec<String> {
        self.words
    }

    /// The rest, each of which must be one of `known`.
    pub(crate) fn rest(self, known: &[&str]) -> Result<Vec<String>, String> {
        match self
            .words
            .iter()
            .find(|word| !known.contains(&word.as_str()))
        {
            Some(unknown) => Err(unknown_word(unknown, known)),
            None => Ok(self.words),
        }
    }

    /// No words may be left; `options` are what might have been meant by one.
    pub(crate) fn none_left(self, options: &[&str]) -> Result<(), String> {
        match self.words.first() {
            Some(unknown) => Err(unknown_word(unknown, options)),
            None => Ok(()),
        }
    }
}

/// "Unknown word `tset`: did you mean `test`?"
pub(crate) fn unknown_word(word: &str, known: &[&str]) -> String {
    match nearest(word, known.iter().copied()) {
        Some(meant) => format!("Unknown word `{word}`: did you mean `{meant}`?"),
        None if known.is_empty() => format!("Unknown word `{word}`: expected nothing more."),
        None => format!(
            "Unknown word `{word}`: expected one of {}.",
            known.join(", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::Arguments;

    fn arguments(text: &str) -> Arguments {
        Arguments::new(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_are_taken_in_any_order() {
        let mut words = arguments("--open --port 81 --dev");
        assert_eq!(words.value("--port"), Ok(Some("81".to_owned())));
        assert!(words.flag("--dev"));
        assert!(words.flag("--open"));
        assert!(!words.flag("--open"));
        assert_eq!(words.none_left(&[]), Ok(()));
        assert_eq!(
            arguments("--port=82").value("--port"),
            Ok(Some("82".to_owned()))
        );
        assert_eq!(arguments("").value("--port"), Ok(None));
    }

    #[test]
    fn a_missing_value_or_an_unknown_word_is_named() {
        assert!(arguments("--port").value("--port").is_err());
        assert!(arguments("--port --dev").value("--port").is_err());
        let problem = arguments("--prot 1")
            .none_left(&["--port"])
            .expect_err("unknown");
        assert_eq!(problem, "Unknown word `--prot`: did you mean `--port`?");
        let problem = arguments("fmt clipy")
            .rest(&["fmt", "clippy"])
            .expect_err("unknown");
        assert_eq!(problem, "Unknown word `clipy`: did you mean `clippy`?");
    }
}
