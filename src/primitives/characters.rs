//! Characters that deceive: those nobody sees, such as marks that turn the direction of a line, and
//! those that look like others, such as the many hyphens. The chain takes every text; the page
//! signs none that hides something, and shows what others signed with its hidden characters as
//! escapes.
//!
//! What hides follows the Unicode standard: control characters, format characters (general category
//! `Cf`), separators of lines, and characters that are shown as nothing
//! (`Default_Ignorable_Code_Point` and the blank letters). Three are taken where they do visible
//! work: the joiners U+200C and U+200D between letters or pictures that they join or part, the
//! selectors U+FE0E and U+FE0F after a picture.

use std::fmt::{self, Write as _};

use borsh::{BorshDeserialize, BorshSerialize};

/// A character as a refusal names it: by code point and, where it has one here, by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Character(u32);

impl From<char> for Character {
    fn from(c: char) -> Self {
        Self(c.into())
    }
}

impl fmt::Display for Character {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(code) = *self;
        write!(f, "U+{code:04X}")?;
        if let Some(name) = name_of(code) {
            return write!(f, " ({name})");
        }
        // The plain form of a full-width character is as far away for all of them.
        if let Some(plain) = (0xFF01..=0xFF5E)
            .contains(&code)
            .then(|| char::from_u32(code - 0xFEE0))
            .flatten()
        {
            return write!(f, " (full-width {plain})");
        }
        match char::from_u32(code) {
            Some(c) if !is_hidden(c) => match script(code) {
                Some(script) => write!(f, " ({script} letter {c})"),
                None => write!(f, " ({c})"),
            },
            _ => f.write_str(" (invisible character)"),
        }
    }
}

/// Characters that nobody sees, first and last of a range.
const HIDDEN: [(u32, u32); 31] = [
    (0x00, 0x1F),
    (0x7F, 0x9F),
    (0xAD, 0xAD),
    (0x34F, 0x34F),
    (0x600, 0x605),
    (0x61C, 0x61C),
    (0x6DD, 0x6DD),
    (0x70F, 0x70F),
    (0x890, 0x891),
    (0x8E2, 0x8E2),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x2028, 0x202E),
    (0x2060, 0x206F),
    (0x2800, 0x2800),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFFB),
    (0x110BD, 0x110BD),
    (0x110CD, 0x110CD),
    (0x13430, 0x1343F),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
    // For private use: a font of the reader's may show them as anything.
    (0xE000, 0xF8FF),
    (0xF_0000, 0xF_FFFF),
    (0x10_0000, 0x10_FFFF),
];

/// Names of those that come with pasted text.
const NAMES: [(u32, &str); 40] = [
    (0x00, "null"),
    (0x09, "tab"),
    (0x0A, "line feed"),
    (0x0D, "carriage return"),
    (0x1B, "escape"),
    (0xA0, "no-break space"),
    (0xAD, "soft hyphen"),
    (0x34F, "combining grapheme joiner"),
    (0x61C, "Arabic letter mark"),
    (0x115F, "Hangul filler"),
    (0x180E, "Mongolian vowel separator"),
    (0x200B, "zero-width space"),
    (0x200C, "zero-width non-joiner"),
    (0x200D, "zero-width joiner"),
    (0x200E, "left-to-right mark"),
    (0x200F, "right-to-left mark"),
    (0x2010, "hyphen"),
    (0x2011, "no-break hyphen"),
    (0x2013, "en dash"),
    (0x2014, "em dash"),
    (0x2028, "line separator"),
    (0x2029, "paragraph separator"),
    (0x202A, "left-to-right embedding"),
    (0x202B, "right-to-left embedding"),
    (0x202C, "end of an embedding"),
    (0x202D, "left-to-right override"),
    (0x202E, "right-to-left override"),
    (0x202F, "narrow no-break space"),
    (0x2060, "word joiner"),
    (0x2066, "left-to-right isolate"),
    (0x2067, "right-to-left isolate"),
    (0x2068, "first strong isolate"),
    (0x2069, "end of an isolate"),
    (0x2212, "minus sign"),
    (0x2800, "blank Braille pattern"),
    (0x3000, "full-width space"),
    (0x3164, "Hangul filler"),
    (0xFE0F, "variation selector 16"),
    (0xFEFF, "zero-width no-break space"),
    (0xFFA0, "half-width Hangul filler"),
];

fn name_of(code: u32) -> Option<&'static str> {
    let found = NAMES.into_iter().find(|(known, _)| *known == code);
    found.map(|(_, name)| name)
}

/// Scripts with letters that look like those of a keyboard.
fn script(code: u32) -> Option<&'static str> {
    match code {
        0x370..=0x3FF | 0x1F00..=0x1FFF => Some("Greek"),
        0x400..=0x52F => Some("Cyrillic"),
        0x530..=0x58F => Some("Armenian"),
        0x13A0..=0x13FF => Some("Cherokee"),
        0x1D400..=0x1D7FF => Some("mathematical"),
        _ => None,
    }
}

/// Whether nobody sees this character, wherever it stands.
fn is_hidden(c: char) -> bool {
    let code = u32::from(c);
    HIDDEN
        .iter()
        .any(|(first, last)| (*first..=*last).contains(&code))
}

/// Pictures, and the characters that a selector makes one.
fn is_picture(c: char) -> bool {
    matches!(u32::from(c), 0x23 | 0x2A | 0x30..=0x39 | 0xA9 | 0xAE | 0x203C..=0x3299 | 0x1F000..=0x1FAFF)
        && !is_hidden(c)
}

/// Scripts in which a joiner changes how letters look: Arabic to Thaana, the Indic ones, those of
/// South-East Asia and Mongolian.
fn joins_letters(c: char) -> bool {
    matches!(u32::from(c), 0x600..=0xDFF | 0x1000..=0x109F | 0x1700..=0x18AF | 0xA800..=0xABFF)
        && !is_hidden(c)
}

/// Whether `c` does visible work between these two.
fn is_at_work(before: Option<char>, c: char, after: Option<char>) -> bool {
    let fits = |neighbour: Option<char>, is: fn(char) -> bool| neighbour.is_some_and(is);
    match c {
        '\u{200C}' => fits(before, joins_letters) && fits(after, joins_letters),
        '\u{200D}' => {
            let picture = |c| is_picture(c) || c == '\u{FE0F}';
            (fits(before, picture) && fits(after, is_picture)) || fits(before, joins_letters)
        }
        '\u{FE0E}' | '\u{FE0F}' => fits(before, is_picture),
        _ => false,
    }
}

/// Each character, with whether it hides.
fn judged(text: &str) -> impl Iterator<Item = (char, bool)> {
    let mut before = None;
    let mut rest = text.chars().peekable();
    std::iter::from_fn(move || {
        let c = rest.next()?;
        let hides = is_hidden(c) && !is_at_work(before, c, rest.peek().copied());
        before = Some(c);
        Some((c, hides))
    })
}

/// The first character that hides, and its place, counted from 1. Characters in `taken` do not
/// count.
#[must_use]
pub fn hidden(text: &str, taken: &[char]) -> Option<(usize, Character)> {
    judged(text)
        .zip(1..)
        .find(|((c, hides), _)| *hides && !taken.contains(c))
        .map(|((c, _), place)| (place, c.into()))
}

/// The text as it is safe to show: characters that hide become escapes such as `[U+202E]`, save the
/// ends of lines and tabs, which the place where it is shown takes for blanks.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for (c, hides) in judged(text) {
        if hides && !matches!(c, '\n' | '\r' | '\t') {
            // Writing to memory does not fail.
            let _ = write!(shown, "[U+{:04X}]", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The character of a keyboard that this one stands for: every space is a space, every hyphen and
/// minus sign a hyphen. All others stay.
#[must_use]
pub fn folded(c: char) -> char {
    match c {
        '\u{58A}'
        | '\u{5BE}'
        | '\u{2010}'..='\u{2015}'
        | '\u{2043}'
        | '\u{207B}'
        | '\u{208B}'
        | '\u{2212}'
        | '\u{2E3A}'
        | '\u{2E3B}'
        | '\u{FE58}'
        | '\u{FE63}'
        | '\u{FF0D}' => '-',
        // Ends of lines stay: they end what they end.
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => {
            ' '
        }
        _ => c,
    }
}

/// Whether a character is the sign of a currency.
#[must_use]
pub fn is_currency(c: char) -> bool {
    matches!(
        c,
        '$' | '¢'..='¥' | '\u{58F}' | '\u{60B}' | '\u{9F2}' | '\u{9F3}' | '\u{E3F}'
            | '\u{20A0}'..='\u{20CF}' | '\u{FDFC}' | '\u{FE69}' | '\u{FF04}' | '\u{FFE0}'
            | '\u{FFE1}' | '\u{FFE5}' | '\u{FFE6}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Option<(usize, String)> {
        hidden(text, &[]).map(|(place, character)| (place, character.to_string()))
    }

    #[test]
    fn what_nobody_sees_is_named_with_code_point_and_place() {
        for (text, place, name) in [
            ("ab\u{202E}c", 3, "U+202E (right-to-left override)"),
            ("\u{200B}tx", 1, "U+200B (zero-width space)"),
            ("é\u{FEFF}", 2, "U+FEFF (zero-width no-break space)"),
            ("soft\u{AD}hyphen", 5, "U+00AD (soft hyphen)"),
            ("a\u{200D}b", 2, "U+200D (zero-width joiner)"),
            ("a\u{FE0F}", 2, "U+FE0F (variation selector 16)"),
            ("a\nb", 2, "U+000A (line feed)"),
            ("\u{7}", 1, "U+0007 (invisible character)"),
            ("\u{E0041}", 1, "U+E0041 (invisible character)"),
            ("\u{2067}", 1, "U+2067 (right-to-left isolate)"),
        ] {
            assert_eq!(found(text), Some((place, name.to_owned())), "{text:?}");
        }
    }

    #[test]
    fn what_people_write_in_their_own_scripts_hides_nothing() {
        for text in [
            "",
            "for tea, 2 cups -> thanks",
            "für Öl – 10\u{A0}€",
            "שלום 123",
            "می\u{200C}خواهم",
            "क्\u{200D}ष",
            "東京　１００円",
            "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F} 🏳\u{FE0F}\u{200D}🌈 1\u{FE0F}\u{20E3}",
        ] {
            assert_eq!(found(text), None, "{text:?}");
            assert_eq!(visible(text), text);
        }
        assert_eq!(hidden("two\nlines", &['\n']), None);
    }

    #[test]
    fn what_is_shown_has_its_hidden_characters_as_escapes() {
        assert_eq!(visible("pay\u{202E}bob"), "pay[U+202E]bob");
        assert_eq!(visible("\u{0}\u{1B}[2J"), "[U+0000][U+001B][2J");
        assert_eq!(visible("two\nlines\t."), "two\nlines\t.");
        let text = "a\u{200F}b\u{E0001}c";
        assert_eq!(hidden(&visible(text), &[]), None);
    }

    #[test]
    fn look_alikes_are_folded_or_named() {
        for c in "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2212}\u{FE63}\u{FF0D}".chars() {
            assert_eq!(folded(c), '-', "U+{:04X}", u32::from(c));
        }
        for c in "\u{A0}\u{2007}\u{202F}\u{3000}".chars() {
            assert_eq!(folded(c), ' ', "U+{:04X}", u32::from(c));
        }
        for c in "a-\u{AD}\u{200B}\n".chars() {
            assert_eq!(folded(c), c);
        }
        for (c, name) in [
            ('ｔ', "U+FF54 (full-width t)"),
            ('а', "U+0430 (Cyrillic letter а)"),
            ('ο', "U+03BF (Greek letter ο)"),
            ('é', "U+00E9 (é)"),
        ] {
            assert_eq!(Character::from(c).to_string(), name);
        }
        assert!("$£€₹￥".chars().all(is_currency));
        assert!(!"5a.,-".chars().any(is_currency));
    }

    /// The table against the data of the Unicode standard in another's reading.
    #[cfg(not(target_arch = "wasm32"))]
    #[test]
    fn every_character_that_unicode_says_is_not_shown_is_in_the_table() {
        use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory};
        use icu_properties::{CodePointMapData, CodePointSetData};
        let (category, ignorable) = (
            CodePointMapData::<GeneralCategory>::new(),
            CodePointSetData::new::<DefaultIgnorableCodePoint>(),
        );
        let mut shown = Vec::new();
        for c in '\0'..=char::MAX {
            let unseen = ignorable.contains(c)
                || matches!(
                    category.get(c),
                    GeneralCategory::Control
                        | GeneralCategory::Format
                        | GeneralCategory::LineSeparator
                        | GeneralCategory::ParagraphSeparator
                        | GeneralCategory::PrivateUse
                );
            // A blank letter of Braille, and reserved ones that have no category yet.
            let extra = c == '\u{2800}' || category.get(c) == GeneralCategory::Unassigned;
            if is_hidden(c) != unseen && !extra {
                shown.push(format!("U+{:04X}", u32::from(c)));
            }
        }
        assert!(shown.is_empty(), "{shown:?}");
    }
}
