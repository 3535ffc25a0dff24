//! Arguments of commands: numbers within bounds, and words as refusals show them.

use std::ops::RangeInclusive;

use crate::primitives::{read_number, visible};

/// A whole number within bounds, as a person writes it.
#[must_use]
pub fn number_in<N: TryFrom<u64> + PartialOrd>(
    word: &str,
    bounds: &RangeInclusive<N>,
) -> Option<N> {
    let number = N::try_from(read_number(word).ok()?).ok()?;
    bounds.contains(&number).then_some(number)
}

/// A refusal quotes at most 40 characters of what it refuses, hidden ones as escapes.
#[must_use]
pub fn shortened(word: &str) -> String {
    shortened_to(word, 40)
}

/// At most so many characters, hidden ones as escapes.
pub(super) fn shortened_to(word: &str, most: usize) -> String {
    let mut text: String = word.chars().take(most).collect();
    if text.len() < word.len() {
        text.push('…');
    }
    visible(&text)
}
