//! Right-to-left writing inside sentences of the page. Names and memos of others may be Hebrew or
//! Arabic; drawn as they are, they would turn the numbers and marks beside them around, so that a
//! sentence says another thing than was written. The page draws each such run by itself (an isolate
//! of the Unicode bidirectional algorithm, UAX #9), by `<bdi>` elements: no mark of direction comes
//! into a text, so that a copy of it has none either.
//!
//! A run is what is written from right to left, with blanks, hyphens and apostrophes between its
//! words. Digits, commas and all other marks end it: they are of the sentence. What marks direction
//! by itself is an escape by then ([`visible`](crate::primitives::visible)).

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece<'t> {
    /// The text.
    pub text: &'t str,
    /// Whether it is written from right to left, and is to be drawn by itself.
    pub alone: bool,
}

/// A sentence in pieces, in its order; together they are the sentence.
#[must_use]
pub fn pieces<'t>(sentence: &'t str) -> Vec<Piece<'t>> {
    let mut pieces = Vec::new();
    let mut add = |text: &'t str, alone| {
        if !text.is_empty() {
            pieces.push(Piece { text, alone });
        }
    };
    let mut rest = sentence;
    while let Some(begin) = rest.find(is_right_to_left) {
        let (before, run) = rest.split_at(begin);
        let (run, after) = run.split_at(length(run));
        add(before, false);
        add(run, true);
        rest = after;
    }
    add(rest, false);
    pieces
}

/// Length of the run that a text begins with: up to the last character of its kind that only joints
/// lead to.
fn length(text: &str) -> usize {
    let mut end = 0;
    for (at, c) in text.char_indices() {
        if is_right_to_left(c) || (is_mark(c) && at == end) {
            end = at.saturating_add(c.len_utf8());
        } else if !is_joint(c) {
            break;
        }
    }
    end
}

/// Whether a character turns what is beside it: the letters of right-to-left scripts and the digits
/// of Arabic, by the blocks that the standard gives this direction to.
const fn is_right_to_left(c: char) -> bool {
    matches!(c,
        '\u{590}'..='\u{8FF}'
        | '\u{FB1D}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFE}'
        | '\u{10800}'..='\u{10FFF}'
        | '\u{1E800}'..='\u{1EFFF}')
}

/// Whether a character belongs to the one before it.
const fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36F}' | '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}')
}

/// Whether a character joins words of one text.
const fn is_joint(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '-' | '\'' | '’' | '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces with brackets around those that are drawn by themselves.
    fn shown(sentence: &str) -> String {
        let pieces = pieces(sentence);
        let together: String = pieces.iter().map(|piece| piece.text).collect();
        assert_eq!(together, sentence, "nothing is lost or added");
        let shown = pieces.iter().map(|piece| match piece.alone {
            true => format!("[{}]", piece.text),
            false => piece.text.to_owned(),
        });
        shown.collect()
    }

    #[test]
    fn what_is_written_from_right_to_left_is_drawn_by_itself() {
        for (sentence, expected) in [
            ("", ""),
            ("pow-1 is a peer.", "pow-1 is a peer."),
            ("für 東京 – 10 €", "für 東京 – 10 €"),
            (
                "Received a vote from שלום, 96 bytes.",
                "Received a vote from [שלום], 96 bytes.",
            ),
            ("שלום 100 to bob", "[שלום] 100 to bob"),
            (
                "alice writes “שלום עולם” to bob",
                "alice writes “[שלום עולם]” to bob",
            ),
            ("مرحبا: 5", "[مرحبا]: 5"),
            ("a بن-علي b", "a [بن-علي] b"),
        ] {
            assert_eq!(shown(sentence), expected);
        }
    }

    /// The numbers of the sentence between two names stay where they were written.
    #[test]
    fn two_texts_of_others_are_no_single_one() {
        assert_eq!(shown("אב 5: גד"), "[אב] 5: [גד]");
        assert_eq!(shown("אב, גד, 7"), "[אב], [גד], 7");
        assert_eq!(shown("אב → גד"), "[אב] → [גד]");
    }

    #[test]
    fn what_belongs_to_the_last_letter_stays_with_it_and_a_blank_at_the_end_does_not() {
        assert_eq!(shown("ש\u{301} x"), "[ש\u{301}] x");
        assert_eq!(shown("می\u{200C}خواهم x"), "[می\u{200C}خواهم] x");
        assert_eq!(shown("אב -"), "[אב] -");
        assert_eq!(shown("a\u{301}"), "a\u{301}");
        // Digits of Arabic turn what is beside them as well.
        assert_eq!(shown("٣, 5"), "[٣], 5");
    }
}
