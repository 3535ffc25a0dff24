//! The words after `cargo xtask`, read as a command. What is not understood is refused before
//! anything runs, with the known word that comes nearest.

use std::ffi::{OsStr, OsString};

use anyhow::{Result, anyhow, ensure};
use lexopt::{Arg, Parser, ValueExt as _};

pub(crate) const USAGE: &str = "\
Usage: cargo xtask <command>

  setup [--tests]                       install what the build needs; with --tests, what the tests need too
  serve [--port 8080] [--open] [--dev]  build the page and serve it on 127.0.0.1, rebuilding on every change
  dist [--out dist]                     build the page for publishing and check its size
  test [stage ...]                      run all checks and tests, or only some stages:
                                        fmt clippy clippy-wasm vectors native sim mutants doc dist browser page
  sim [--seeds 100] [--minutes 20]      simulate whole networks with faults, one for each seed; also --first <seed>
      [--nodes <n>]                     and the number of honest nodes, which the seed chooses otherwise
  sim --seed <s> [--log]                the run of one seed, and its last events
  sim --scenario <file or exercise>     play a scenario of the laboratory; also --until <ms>, --json, --frames,
      [--solve]                         --seeks <count>; and with the recorded solution of an exercise
  sim --results <file>                  check the results that a learner saved: play each solution again
  bench [native] [browser] [page]       measure how every cost grows, and mining and loading in the page that `dist`
      [--against <folder or commit>]    built; in all places if none is named; beside the same of another checkout
  help                                  show this";

/// Options that are followed by a value.
const WITH_VALUE: [&str; 3] = ["--port", "--out", "--against"];

/// Options and other words, each of which is known.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Words {
    options: Vec<(String, Option<OsString>)>,
    pub(crate) others: Vec<String>,
}

impl Words {
    /// Reads the words, each of which must be one of `known`.
    pub(crate) fn read(words: impl Iterator<Item = OsString>, known: &[&str]) -> Result<Self> {
        let mut parser = Parser::from_args(words);
        let mut read = Self::default();
        while let Some(word) = parser.next()? {
            let is_option = !matches!(word, Arg::Value(_));
            let word = match word {
                Arg::Long(name) => format!("--{name}"),
                Arg::Short(letter) => format!("-{letter}"),
                Arg::Value(value) => value.string()?,
            };
            if !known.contains(&word.as_str()) {
                return Err(unknown_word(&word, known));
            }
            if is_option {
                let takes_value = WITH_VALUE.contains(&word.as_str());
                let value = takes_value
                    .then(|| value_after(&mut parser, &word))
                    .transpose()?;
                read.options.push((word, value));
            } else {
                read.others.push(word);
            }
        }
        Ok(read)
    }

    pub(crate) fn has(&self, option: &str) -> bool {
        self.options.iter().any(|(name, _)| name == option)
    }

    /// The value of an option; the last one counts.
    pub(crate) fn value(&self, option: &str) -> Option<&OsStr> {
        let (_, value) = self.options.iter().rev().find(|(name, _)| name == option)?;
        value.as_deref()
    }

    /// The value of `--port`, 8080 by default.
    pub(crate) fn port(&self) -> Result<u16> {
        let text = self
            .value("--port")
            .unwrap_or(OsStr::new("8080"))
            .to_string_lossy();
        let port = text.parse().ok().filter(|port| *port != 0);
        port.ok_or_else(|| anyhow!("Expected a port from 1 to 65535 after --port, found `{text}`."))
    }
}

/// `--port 80` or `--port=80`.
fn value_after(parser: &mut Parser, option: &str) -> Result<OsString> {
    let value = parser.value().unwrap_or_default();
    ensure!(
        !value.is_empty() && !value.to_string_lossy().starts_with("--"),
        "Expected a value after {option}, found none."
    );
    Ok(value)
}

/// "Unknown word `tset`: did you mean `test`?"
pub(crate) fn unknown_word(word: &str, known: &[&str]) -> anyhow::Error {
    match nearest(word, known) {
        Some(meant) => anyhow!("Unknown word `{word}`: did you mean `{meant}`?"),
        None if known.is_empty() => anyhow!("Unknown word `{word}`: expected nothing more."),
        None => anyhow!(
            "Unknown word `{word}`: expected one of {}.",
            known.join(", ")
        ),
    }
}

/// The known word nearest to `word`, if it is near enough for a slip of the fingers.
fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|known| (strsim::osa_distance(word, known), *known))
        .filter(|(distance, known)| *distance <= 2.max(known.len() / 3) && *distance < known.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::{Words, nearest};
    use std::ffi::OsStr;

    const SERVE: [&str; 3] = ["--port", "--open", "--dev"];

    fn read(text: &str, known: &[&str]) -> Result<Words, String> {
        Words::read(text.split_whitespace().map(Into::into), known).map_err(|it| it.to_string())
    }

    #[test]
    fn options_are_taken_in_any_order() {
        for words in [
            "--open --port 81",
            "--port=81 --open",
            "--port 80 --open --port 81",
        ] {
            let words = read(words, &SERVE).expect("known words");
            assert_eq!(words.port().expect("a port"), 81);
            assert!(words.has("--open") && !words.has("--dev"));
        }
        assert_eq!(Words::default().port().expect("a port"), 8080);
        let bench = read("page --against ../base", &["page", "--against"]).expect("known words");
        assert_eq!(bench.value("--against"), Some(OsStr::new("../base")));
        assert_eq!(bench.others, ["page"]);
    }

    #[test]
    fn a_missing_or_wrong_value_is_named() {
        for words in ["--port", "--port --dev"] {
            let problem = read(words, &SERVE).expect_err(words);
            assert_eq!(problem, "Expected a value after --port, found none.");
        }
        let words = read("--port 0", &SERVE).expect("known words");
        let problem = words.port().expect_err("no port").to_string();
        assert_eq!(
            problem,
            "Expected a port from 1 to 65535 after --port, found `0`."
        );
    }

    #[test]
    fn an_unknown_word_gets_the_nearest_known_one() {
        let problem = |words, known: &[&str]| read(words, known).expect_err("unknown");
        assert_eq!(
            problem("--prot 1", &SERVE),
            "Unknown word `--prot`: did you mean `--port`?"
        );
        assert_eq!(
            problem("fmt clipy", &["fmt", "clippy"]),
            "Unknown word `clipy`: did you mean `clippy`?"
        );
        assert_eq!(
            problem("now", &[]),
            "Unknown word `now`: expected nothing more."
        );
        let commands = ["setup", "serve", "dist", "test", "bench", "help"];
        assert_eq!(nearest("tset", &commands), Some("test"));
        assert_eq!(nearest("server", &commands), Some("serve"));
        assert_eq!(nearest("dits", &commands), Some("dist"));
        assert_eq!(nearest("xylophone", &commands), None);
    }
}
