//! The texts of a draft: people's names, amounts, fees, memos and messages, read and checked alike
//! wherever they are written. The chain takes texts that the page does not sign: those with hidden
//! characters.

use super::argument::shortened;
use super::draft_error::DraftError;
use crate::command::Part;
use crate::primitives::{Nearest, NumberError, folded, hidden, read_number};

/// Reads an amount of coins, or of units of an asset.
///
/// # Errors
/// No whole number, or more than can be counted exactly.
pub fn read_amount(text: &str) -> Result<u64, DraftError> {
    let text = text.trim();
    read_number(text).map_err(|error| match error {
        NumberError::Form => DraftError::amount_malformed(text),
        NumberError::TooLarge => DraftError::AmountOverflow {
            found: shortened(text),
        },
    })
}

/// Reads a fee.
///
/// # Errors
/// No whole number, or more than can be counted exactly.
pub fn read_fee(text: &str) -> Result<u64, DraftError> {
    let text = text.trim();
    read_number(text).map_err(|_| DraftError::FeeMalformed {
        found: shortened(text),
        nearest: Nearest::of(text),
    })
}

/// A person's name or address as the chain has it: in lower case, with the hyphens of a keyboard.
pub(super) fn name_of(text: &str, part: Part) -> Result<String, DraftError> {
    let name: String = text.chars().map(folded).collect();
    let wrong = |c: char| !c.is_ascii() || c.is_ascii_control();
    match name.chars().zip(1..).find(|(c, _)| wrong(*c)) {
        None => Ok(name.trim().to_ascii_lowercase()),
        Some((c, place)) => Err(DraftError::Character {
            part,
            place,
            found: c.into(),
        }),
    }
}

/// A message may have lines and tabs; every other text is one line.
pub(super) fn check_visible(text: &str, part: Part) -> Result<(), DraftError> {
    let taken: &[char] = match part {
        Part::Message => &['\n', '\r', '\t'],
        Part::Words | Part::Sender | Part::Receiver | Part::Memo | Part::AssetName => &[],
    };
    match hidden(text, taken) {
        None => Ok(()),
        Some((place, found)) => Err(DraftError::Character { part, place, found }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::draft::{Draft, What};
    use super::*;

    #[test]
    fn names_are_taken_in_any_case_and_only_with_the_characters_of_names() {
        let send = |from: &str, to: &str| {
            let (to, amount, memo) = (to.to_owned(), 1, String::new());
            Draft::new(from, What::Transfer { to, amount, memo }).checked()
        };
        for (from, to) in [
            ("Alice", "BOB"),
            (" alice ", "bob\u{A0}"),
            ("ALICE", " Bob"),
        ] {
            assert_eq!(send(from, to), send("alice", "bob"), "{from} {to}");
        }
        assert_eq!(send("alice\u{2011}2", "bob"), send("alice-2", "bob"));
        for (from, to, part, place, name) in [
            (
                "\u{430}lice",
                "bob",
                Part::Sender,
                1,
                "U+0430 (Cyrillic letter \u{430})",
            ),
            (
                "alice",
                "bo\u{200B}b",
                Part::Receiver,
                3,
                "U+200B (zero-width space)",
            ),
            ("alice", "ｂob", Part::Receiver, 1, "U+FF42 (full-width b)"),
        ] {
            let error = send(from, to).expect_err("no name");
            let DraftError::Character {
                part: at,
                place: found,
                ..
            } = &error
            else {
                panic!("{error}");
            };
            assert_eq!(
                (*at, *found, error.code()),
                (part, place, "character"),
                "{error}"
            );
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn nothing_hidden_is_signed_in_any_text() {
        let found = |what: What| {
            let error = Draft::new("alice", what).checked().err();
            error.map(|error| error.to_string()).unwrap_or_default()
        };
        let override_at = |place, part| {
            format!(
                "expected visible characters, found U+202E (right-to-left override) as character {place} of {part}"
            )
        };
        let transfer = |memo: &str| What::Transfer {
            to: "bob".into(),
            amount: 1,
            memo: memo.into(),
        };
        let message = |text: &str| What::Message {
            text: text.into(),
            to: None,
        };
        let asset = |name: &str| What::CreateAsset {
            symbol: "GOLD".into(),
            name: name.into(),
            decimals: 0,
            supply: 1,
        };
        assert_eq!(found(transfer("re\u{202E}nt")), override_at(3, "the memo"));
        assert_eq!(found(message("\u{202E}")), override_at(1, "the message"));
        assert_eq!(
            found(asset("Go\u{202E}ld")),
            override_at(3, "the asset's name")
        );
        assert!(found(transfer("two\nlines")).contains("U+000A (line feed)"));
        assert_eq!(found(message("two\nlines")), "");
        assert_eq!(found(transfer("Miete für Öl – 5\u{A0}€")), "");
    }

    #[test]
    fn amounts_and_fees_are_read_alike_everywhere() {
        assert_eq!(read_amount(" 1,234 "), Ok(1_234));
        assert_eq!(read_fee("1,234"), Ok(1_234));
        for (text, sentence) in [
            (
                "1,5",
                "expected a whole number of coins, found \"1,5\"; did you mean 1 or 2?",
            ),
            (
                "$100",
                "expected a whole number of coins, found \"$100\"; did you mean 100?",
            ),
            ("", "expected a whole number of coins, found \"\""),
        ] {
            let error = read_amount(text).expect_err("no amount");
            assert_eq!(
                (error.code(), error.to_string()),
                ("amount_malformed", sentence.into())
            );
        }
        let fee = read_fee("1_5").expect_err("no fee").to_string();
        assert!(fee.contains("found \"1_5\"; did you mean 15?"), "{fee}");
        assert_eq!(
            read_amount("9007199254740992").map_err(|e| e.code()),
            Err("amount_overflow")
        );
    }
}
