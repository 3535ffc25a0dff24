//! The one reading of a number that a person writes, in the console, a form, the search box, a link
//! or a script's text: plain digits, or exactly the groups of three that
//! [`grouped`](super::grouped) prints. Every other form is refused, since it reads differently in
//! different countries (`1,5`), or is no number to everybody (`１００`, `five`, `$100`). A refusal
//! names the nearest right numbers.
//!
//! Bounds: at most [`MAX_EXACT`]; at most two numbers are offered.

use std::fmt;

use borsh::{BorshDeserialize, BorshSerialize};

use super::MAX_EXACT;
use super::characters::{folded, is_currency};

/// Why a text is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Neither plain digits nor the groups of three that the page prints.
    Form,
    /// More than [`MAX_EXACT`], the largest number that is counted exactly.
    TooLarge,
}

/// Reads plain digits, or digits in groups of three such as `1,234`.
///
/// # Errors
/// Another form, or more than [`MAX_EXACT`].
pub fn read_number(text: &str) -> Result<u64, NumberError> {
    let groups: Vec<&str> = text.split(',').collect();
    let is_digits = |group: &&str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let is_form = match groups.as_slice() {
        [plain] => is_digits(plain),
        groups => groups.iter().all(is_digits) && is_grouping(groups),
    };
    if !is_form {
        return Err(NumberError::Form);
    }
    // Only digits: what does not fit 64 bits is too large.
    let number = groups.concat().parse().map_err(|_| NumberError::TooLarge)?;
    if number > MAX_EXACT {
        return Err(NumberError::TooLarge);
    }
    Ok(number)
}

/// One to three digits without a leading zero, then groups of three.
fn is_grouping(groups: &[&str]) -> bool {
    match groups {
        [first, rest @ ..] if !rest.is_empty() => {
            (1..=3).contains(&first.len())
                && !first.starts_with('0')
                && rest.iter().all(|group| group.len() == 3)
        }
        _ => false,
    }
}

/// Whether a word is meant as a number: it begins with one after signs, marks and currency signs,
/// in any script, or it is a number in words.
#[must_use]
pub fn resembles_number(word: &str) -> bool {
    let begins = word.trim_start_matches(|c: char| is_currency(c) || is_mark(c) || is_sign(c));
    begins.starts_with(char::is_numeric) || in_words(&bare(word)).is_some()
}

/// Whether a word is nothing but a number in some form, such as `-1_5` or `$100.`, digits included.
#[must_use]
pub fn is_number_like(word: &str) -> bool {
    word.chars().any(char::is_numeric)
        && word
            .chars()
            .all(|c| c.is_numeric() || is_currency(c) || is_mark(c) || is_sign(c))
}

/// The right numbers that a text in another form may mean; empty where it is a number, or means
/// none.
#[derive(Clone, Debug, Default, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Nearest(Vec<u64>);

impl Nearest {
    /// The numbers that a refused text may mean.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if read_number(text).is_ok() {
            return Self::default();
        }
        let text = bare(text);
        let mut found = in_words(&text).map_or_else(|| in_digits(&text), |number| vec![number]);
        found.retain(|number| *number <= MAX_EXACT);
        Self(found)
    }

    /// Those of them that `is_right` where the number was expected.
    #[must_use]
    pub fn that(mut self, is_right: impl Fn(u64) -> bool) -> Self {
        self.0.retain(|number| is_right(*number));
        self
    }

    /// The first of them, `None` if there is none.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        self.0.first().copied()
    }
}

/// The end of a refusal: nothing, or `; did you mean 1 or 2?`.
impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [] => Ok(()),
            [one] => write!(f, "; did you mean {one}?"),
            [one, other, ..] => write!(f, "; did you mean {one} or {other}?"),
        }
    }
}

/// Marks that people put between digits.
fn is_mark(c: char) -> bool {
    matches!(c, ',' | '.' | '_' | '\'' | '’' | '·' | '٫' | '٬')
}

/// Signs and punctuation around a number.
fn is_sign(c: char) -> bool {
    matches!(folded(c), '-' | '+' | '(' | ')' | '"' | '“' | '”' | '=')
}

/// Lower-case text without signs and currency signs, its digits those of a keyboard.
fn bare(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|c| !is_currency(*c))
        .map(|c| keyboard_digit(folded(c)))
        .collect();
    text.trim_matches(|c: char| is_sign(c) || c.is_whitespace())
        .to_ascii_lowercase()
}

/// Zeros of the scripts whose digits people type; nine more digits follow each.
const ZEROS: [u32; 6] = [0x0660, 0x06F0, 0x0966, 0x09E6, 0x0E50, 0xFF10];

fn keyboard_digit(c: char) -> char {
    let code = u32::from(c);
    let digit = ZEROS
        .into_iter()
        .filter_map(|zero| char::from_digit(code.checked_sub(zero)?, 10))
        .next();
    digit.unwrap_or(c)
}

/// The numbers that digits between marks may mean.
fn in_digits(text: &str) -> Vec<u64> {
    if text.is_empty() || !text.chars().all(|c| c.is_ascii_digit() || is_mark(c)) {
        return Vec::new();
    }
    let whole = |text: &str| -> Option<u64> {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        if digits.is_empty() {
            Some(0)
        } else {
            digits.parse().ok()
        }
    };
    let groups: Vec<&str> = text.split(is_mark).collect();
    let decimal = text.rfind(['.', ',', '٫']);
    let marks = groups.len().saturating_sub(1);
    let found = match decimal {
        // `1.234` is 1,234 to some and a little more than 1 to others.
        Some(at) if is_grouping(&groups) && marks == 1 && !text[at..].starts_with(',') => {
            vec![whole(&text[..at]), whole(text)]
        }
        Some(at) if !is_grouping(&groups) && is_decimal(text, at) => {
            let tail = &text[at..];
            let next = whole(&text[..at]).and_then(|number| number.checked_add(1));
            if tail.chars().all(|c| c == '0' || is_mark(c)) {
                vec![whole(&text[..at])]
            } else {
                vec![whole(&text[..at]), next]
            }
        }
        _ => vec![whole(text)],
    };
    // No person means nothing.
    found.into_iter().flatten().filter(|n| *n > 0).collect()
}

/// Whether the last mark, at `at`, begins decimals: it stands nowhere else.
fn is_decimal(text: &str, at: usize) -> bool {
    let mark = text[at..].chars().next();
    mark.is_some_and(|mark| !text[..at].contains(mark))
}

/// Numbers in words. `and` joins nothing, and articles are no numbers.
const WORDS: [(&str, u64); 31] = [
    ("one", 1),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("dozen", 12),
    ("thirteen", 13),
    ("fourteen", 14),
    ("fifteen", 15),
    ("sixteen", 16),
    ("seventeen", 17),
    ("eighteen", 18),
    ("nineteen", 19),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("thousand", 1_000),
    ("million", 1_000_000),
];

/// A number in words, such as `five` or `twenty-five`.
fn in_words(text: &str) -> Option<u64> {
    let mut sum = 0_u64;
    for part in text.split('-') {
        let (_, number) = WORDS.into_iter().find(|(word, _)| *word == part)?;
        sum += number;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(not(target_arch = "wasm32"))]
    use crate::primitives::grouped;

    #[test]
    fn plain_digits_and_the_groups_that_the_page_prints_are_numbers() {
        for (text, number) in [
            ("0", 0),
            ("5", 5),
            ("007", 7),
            ("1234", 1_234),
            ("1,234", 1_234),
            ("12,345,678", 12_345_678),
            ("9007199254740991", MAX_EXACT),
            ("9,007,199,254,740,991", MAX_EXACT),
        ] {
            assert_eq!(read_number(text), Ok(number), "{text}");
        }
        for text in [
            "9007199254740992",
            "9,007,199,254,740,992",
            "99999999999999999999999",
            "99,999,999,999,999,999,999,999",
        ] {
            assert_eq!(read_number(text), Err(NumberError::TooLarge), "{text}");
        }
    }

    #[test]
    fn every_other_form_is_refused_with_the_nearest_right_one() {
        let cases: &[(&str, &[u64])] = &[
            ("1,5", &[1, 2]),
            ("1.5", &[1, 2]),
            ("1,50", &[1, 2]),
            ("2.00", &[2]),
            ("5.", &[5]),
            (",5", &[1]),
            ("0.5", &[1]),
            ("1_5", &[15]),
            ("1_000", &[1_000]),
            ("1'000", &[1_000]),
            ("1.234", &[1, 1_234]),
            ("1,234.56", &[1_234, 1_235]),
            ("1.234,56", &[1_234, 1_235]),
            ("1,23,456", &[123_456]),
            ("0,123", &[1]),
            ("1234,567", &[1_234, 1_235]),
            ("1.2.3", &[123]),
            ("$100", &[100]),
            ("100€", &[100]),
            ("$1,234", &[1_234]),
            ("１００", &[100]),
            ("１,５", &[1, 2]),
            ("٥", &[5]),
            ("-5", &[5]),
            ("\u{2212}5", &[5]),
            ("\u{2011}5", &[5]),
            ("–5", &[5]),
            ("+5", &[5]),
            ("(5)", &[5]),
            ("five", &[5]),
            ("Twenty-Five", &[25]),
            ("0x10", &[]),
            ("1e3", &[]),
            ("5k", &[]),
            ("", &[]),
            (",", &[]),
            ("-", &[]),
            ("half", &[]),
            ("alice", &[]),
            ("²", &[]),
            ("1 000", &[]),
        ];
        for (text, nearest) in cases {
            assert_eq!(read_number(text), Err(NumberError::Form), "{text}");
            assert_eq!(Nearest::of(text).0, *nearest, "{text}");
        }
        assert_eq!(Nearest::of("5").0, [0_u64; 0], "a number needs no other");
        assert_eq!(Nearest::of("1,5").to_string(), "; did you mean 1 or 2?");
        assert_eq!(
            Nearest::of("1,5").that(|number| number > 1).to_string(),
            "; did you mean 2?"
        );
    }

    #[test]
    fn what_is_meant_as_a_number_is_told_from_words() {
        for word in [
            "5",
            "-5",
            "1,5",
            ",5",
            "$5",
            "１",
            "\u{2212}5",
            "five",
            "5k",
            "(5",
            "²",
            "€5",
        ] {
            assert!(resembles_number(word), "{word}");
        }
        for word in ["", "-", "of", "pow-1", "alice2", "$", "coins", "forty-love"] {
            assert!(!resembles_number(word), "{word}");
        }
        for (word, like) in [
            ("1_5", true),
            ("$100.", true),
            ("18th", false),
            ("five", false),
        ] {
            assert_eq!(is_number_like(word), like, "{word}");
        }
    }

    #[cfg(not(target_arch = "wasm32"))]
    mod properties {
        use proptest::prelude::*;

        use super::*;

        proptest! {
            #[test]
            fn what_the_page_prints_is_read_back(number in 0..=MAX_EXACT) {
                prop_assert_eq!(read_number(&grouped(number)), Ok(number));
                prop_assert_eq!(read_number(&number.to_string()), Ok(number));
            }

            /// A text with anything but digits in it is a number only if the page prints exactly
            /// that.
            #[test]
            fn nothing_else_with_another_character_is_a_number(
                text in r"[0-9]{0,4}([,._' $+e０٣–-][0-9]{0,4}){1,4}",
            ) {
                if let Ok(number) = read_number(&text) {
                    prop_assert_eq!(grouped(number), text);
                }
            }

            #[test]
            fn no_text_breaks_the_reader(text in ".{0,24}") {
                if read_number(&text).is_err() {
                    for number in Nearest::of(&text).0 {
                        prop_assert_eq!(read_number(&number.to_string()), Ok(number));
                    }
                }
            }
        }
    }
}
