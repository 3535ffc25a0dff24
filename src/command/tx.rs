//! The words after `tx`: a transfer where they say one, otherwise a message.
//!
//! ```text
//! [transfer] <amount> [coin|coins] [from] <sender> to <receiver> [fee <coins>] [memo <words>]
//! message <words>      any words at all
//! "<words>"            the same
//! <words that do not look like a payment>
//! ```
//! Words are understood in any case, spaces and hyphens of any kind are those of a keyboard, an
//! arrow serves as `to`. What looks like a payment and is not this transfer is refused: it never
//! becomes a message. The signer of a message is the first demo user.

use super::argument::shortened_to;
use super::draft::{DEFAULT_FEE, Draft, What};
use super::draft_error::DraftError;
use super::payment::{Words, arrows_as_to};
use super::texts::{read_amount, read_fee};
use crate::command::Part;
use crate::primitives::{folded, hidden, is_number_like, resembles_number};

/// Signs messages: the first demo user.
const MESSAGE_SIGNER: &str = "alice";
/// Words that a refusal repeats, in characters.
const MAX_QUOTED: usize = 120;

/// Understands the words after `tx`.
///
/// # Errors
/// The first rule that the words break.
pub fn parse_tx(words: &str) -> Result<Draft, DraftError> {
    let words = words.trim();
    if words.is_empty() {
        return Err(DraftError::Empty);
    }
    if let Some(text) = after_word(words, "message") {
        return message(text);
    }
    if unquoted(words) != words {
        return message(words);
    }
    if let Some((place, found)) = hidden(words, &['\n', '\r', '\t']) {
        let part = Part::Words;
        return Err(DraftError::Character { part, place, found });
    }
    if begins_transfer(words) {
        return transfer(words)?.checked();
    }
    if Words::of(words).look_like_a_payment() {
        return Err(misread(words));
    }
    message(words)
}

fn message(text: &str) -> Result<Draft, DraftError> {
    let text = unquoted(text).to_owned();
    Draft::new(MESSAGE_SIGNER, What::Message { text, to: None }).checked()
}

/// The refusal of what looks like a payment and is no transfer.
fn misread(words: &str) -> DraftError {
    DraftError::TransferWords {
        found: shortened_to(words, MAX_QUOTED),
        nearest: Words::of(words).nearest_transfer(),
    }
}

/// A transfer is meant where a number in any form follows `transfer`, or where the words begin with
/// a number in digits and contain `to`: "3 cheers" is a message, and so is "Transfer of power".
fn begins_transfer(words: &str) -> bool {
    let spaced = spaced(words);
    let mut tokens = spaced.split_whitespace();
    let first = tokens.next().unwrap_or_default();
    let second = tokens.next().unwrap_or_default();
    let rest_has_to = || {
        spaced
            .split_whitespace()
            .any(|token| token.eq_ignore_ascii_case("to"))
    };
    if first.eq_ignore_ascii_case("transfer") {
        resembles_number(second)
    } else {
        (begins_with_digit(first) || is_number_like(first)) && rest_has_to()
    }
}

fn transfer(words: &str) -> Result<Draft, DraftError> {
    let misread = || misread(words);
    let spaced = spaced(words);
    let mut rest = spaced.trim();
    rest = after_word(rest, "transfer").unwrap_or(rest);
    let amount = read_amount(take(&mut rest).ok_or_else(misread)?)?;
    for optional in ["coins", "coin", "from"] {
        rest = after_word(rest, optional).unwrap_or(rest);
    }
    let from = take(&mut rest).ok_or_else(misread)?.to_owned();
    rest = after_word(rest, "to").ok_or_else(misread)?;
    let to = take(&mut rest).ok_or_else(misread)?.to_owned();
    let (mut fee, mut memo) = (DEFAULT_FEE, String::new());
    while !rest.is_empty() {
        if let Some(text) = after_word(rest, "memo") {
            // Arrows, spaces and hyphens stay what they were in the memo.
            memo = memo_of(words).unwrap_or(text).to_owned();
            break;
        }
        rest = after_word(rest, "fee").ok_or_else(misread)?;
        fee = read_fee(take(&mut rest).unwrap_or_default())?;
    }
    Ok(Draft {
        from,
        fee,
        what: What::Transfer {
            to,
            amount,
            memo: unquoted(&memo).to_owned(),
        },
    })
}

/// The characters of a keyboard, arrows as the word `to`.
fn spaced(words: &str) -> String {
    let words: String = words.chars().map(folded).collect();
    arrows_as_to(&words)
}

/// What follows the first word `memo`.
fn memo_of(words: &str) -> Option<&str> {
    let mut rest = words;
    while !rest.is_empty() {
        if let Some(text) = after_word(rest, "memo") {
            return Some(text);
        }
        take(&mut rest)?;
    }
    None
}

/// Takes the next word off.
fn take<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let text = rest.trim_start();
    let end = text.find(char::is_whitespace).unwrap_or(text.len());
    let (word, after) = text.split_at(end);
    *rest = after.trim_start();
    (!word.is_empty()).then_some(word)
}

/// What follows `word`, if the text begins with it.
fn after_word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let mut rest = text;
    take(&mut rest)?.eq_ignore_ascii_case(word).then_some(rest)
}

fn begins_with_digit(word: &str) -> bool {
    word.trim_start_matches(['-', '+'])
        .starts_with(|c: char| c.is_ascii_digit())
}

fn unquoted(text: &str) -> &str {
    let inside = |first: char, last: char| {
        text.strip_prefix(first)
            .and_then(|text| text.strip_suffix(last))
            // Quotes within are parts of a text that quotes others.
            .filter(|text| !text.contains([first, last]))
    };
    inside('"', '"')
        .or_else(|| inside('“', '”'))
        .unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transfer_of(
        from: &str,
        to: &str,
        amount: u64,
        fee: u64,
        memo: &str,
    ) -> Result<Draft, DraftError> {
        let what = What::Transfer {
            to: to.into(),
            amount,
            memo: memo.into(),
        };
        Ok(Draft {
            from: from.into(),
            fee,
            what,
        })
    }

    fn message(text: &str) -> Result<Draft, DraftError> {
        Ok(Draft::new(
            "alice",
            What::Message {
                text: text.into(),
                to: None,
            },
        ))
    }

    #[test]
    fn a_transfer_is_understood_however_it_is_said() {
        for words in [
            "Transfer 100 coins alice to bob",
            "transfer 100 alice to bob",
            "TRANSFER 100 COINS FROM Alice TO Bob",
            "100 alice to bob",
            "  100   coins  alice  to  bob ",
            "Transfer 100 coins Alice→Bob",
            "transfer 100 alice -> bob",
            "transfer\u{A0}100\u{202F}coins alice\u{3000}to bob",
        ] {
            assert_eq!(
                parse_tx(words),
                transfer_of("alice", "bob", 100, 1, ""),
                "{words}"
            );
        }
        assert_eq!(
            parse_tx("1,000 coins bob to carol"),
            transfer_of("bob", "carol", 1_000, 1, "")
        );
        assert_eq!(
            parse_tx("transfer 5 carol to dave fee 3 memo for tea, 2 cups -> thanks"),
            transfer_of("carol", "dave", 5, 3, "for tea, 2 cups -> thanks")
        );
        assert_eq!(
            parse_tx("5 carol to dave memo \"rent\""),
            transfer_of("carol", "dave", 5, 1, "rent")
        );
        assert_eq!(
            parse_tx("5 carol to dave memo fee 9"),
            transfer_of("carol", "dave", 5, 1, "fee 9")
        );
    }

    #[test]
    fn all_other_words_are_a_message() {
        for words in [
            "hello world",
            "Transfer of power",
            "3 cheers",
            "to be",
            "transfer",
        ] {
            assert_eq!(parse_tx(words), message(words), "{words}");
        }
        assert_eq!(
            parse_tx("\"100 alice to bob\""),
            message("100 alice to bob")
        );
        assert_eq!(
            parse_tx("message 100 alice to bob"),
            message("100 alice to bob")
        );
        assert_eq!(parse_tx("  two   blanks "), message("two   blanks"));
    }

    #[test]
    fn what_begins_as_a_transfer_and_is_none_is_refused_by_name() {
        let code = |words: &str| parse_tx(words).err().map(|error| error.code());
        assert_eq!(code(""), Some("transaction_empty"));
        assert_eq!(code("transfer 0 coins alice to bob"), Some("amount_zero"));
        assert_eq!(
            code("transfer -5 coins alice to bob"),
            Some("amount_malformed")
        );
        assert_eq!(
            code("transfer 1.5 coins alice to bob"),
            Some("amount_malformed")
        );
        assert_eq!(code("transfer 9007199254740991 coins alice to bob"), None);
        assert_eq!(
            code("transfer 9007199254740992 coins alice to bob"),
            Some("amount_overflow")
        );
        assert_eq!(
            code("transfer 99999999999999999999999 alice to bob"),
            Some("amount_overflow")
        );
        assert_eq!(code("transfer 5 coins alice bob"), Some("transfer_words"));
        assert_eq!(code("transfer 5 coins alice to"), Some("transfer_words"));
        assert_eq!(
            code("transfer 5 coins alice to bob and carol"),
            Some("transfer_words")
        );
        assert_eq!(code("transfer 5 alice to bob fee x"), Some("fee_malformed"));
        assert_eq!(code("transfer 5 alice to bob fee"), Some("fee_malformed"));
        assert_eq!(
            code(&format!("1 alice to bob memo {}", "x".repeat(129))),
            Some("memo_too_long")
        );
        assert_eq!(code(&"x".repeat(1025)), Some("message_too_long"));
        assert_eq!(code("message"), Some("message_empty"));
    }

    #[test]
    fn a_sentence_names_what_was_expected_and_found() {
        let error = parse_tx("transfer 5 coins alice bob")
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("expected `Transfer <amount> coins <sender> to <receiver>`"),
            "{error}"
        );
        assert!(
            error.contains("tx message transfer 5 coins alice bob"),
            "{error}"
        );
    }

    /// Words that are no transfer and no message, the code of the refusal, and a part of its
    /// sentence.
    const REFUSED: &[(&str, &str, &str)] = &[
        (
            "transfer 1,5 coins alice to bob",
            "amount_malformed",
            "did you mean 1 or 2?",
        ),
        (
            "transfer 1_5 coins alice to bob",
            "amount_malformed",
            "did you mean 15?",
        ),
        (
            "transfer $100 coins alice to bob",
            "amount_malformed",
            "did you mean 100?",
        ),
        (
            "transfer ,5 coins alice to bob",
            "amount_malformed",
            "did you mean 1?",
        ),
        (
            "transfer １００ coins alice to bob",
            "amount_malformed",
            "did you mean 100?",
        ),
        (
            "transfer \u{2212}5 coins alice to bob",
            "amount_malformed",
            "did you mean 5?",
        ),
        (
            "transfer \u{2011}5 coins alice to bob",
            "amount_malformed",
            "did you mean 5?",
        ),
        (
            "transfer five coins alice to bob",
            "amount_malformed",
            "did you mean 5?",
        ),
        (
            "transfer 1.000 coins alice to bob",
            "amount_malformed",
            "did you mean 1 or 1000?",
        ),
        (
            "transfer 1e3 coins alice to bob",
            "amount_malformed",
            "found \"1e3\"",
        ),
        (
            "1,5 alice to bob",
            "amount_malformed",
            "did you mean 1 or 2?",
        ),
        ("$100 alice to bob", "amount_malformed", "did you mean 100?"),
        (
            "transfer 5 alice to bob fee 1,5",
            "fee_malformed",
            "did you mean 1 or 2?",
        ),
        (
            "send 5 coins to bob",
            "transfer_words",
            "`tx Transfer 5 coins <sender> to bob`?",
        ),
        (
            "pay bob 5",
            "transfer_words",
            "`tx Transfer 5 coins <sender> to bob`?",
        ),
        (
            "alice pays bob $5",
            "transfer_words",
            "`tx Transfer 5 coins alice to bob`?",
        ),
        (
            "alice -> bob 5",
            "transfer_words",
            "`tx Transfer 5 coins alice to bob`?",
        ),
        (
            "transfer alice to bob",
            "transfer_words",
            "`tx Transfer <amount> coins alice to bob`?",
        ),
        (
            "transfer 1 000 coins alice to bob",
            "transfer_words",
            "`tx Transfer 1000 coins alice to bob`?",
        ),
        ("give bob everything", "transfer_words", "to bob`?"),
        (
            "\"5\" coins alice to \"bob\"",
            "amount_malformed",
            "did you mean 5?",
        ),
        (
            "tr\u{200B}ansfer 5 coins alice to bob",
            "character",
            "U+200B (zero-width space) as character 3",
        ),
        (
            "transfer 5 coins \u{430}lice to bob",
            "character",
            "U+0430 (Cyrillic letter \u{430}) as character 1 of the sender",
        ),
        (
            "transfer 5 coins alice to b\u{AD}ob",
            "character",
            "U+00AD (soft hyphen)",
        ),
        (
            "hello \u{202E}dlrow",
            "character",
            "U+202E (right-to-left override) as character 7",
        ),
        (
            "message hello \u{202E}dlrow",
            "character",
            "as character 7 of the message",
        ),
        (
            "transfer 5 alice to bob memo \u{202E}",
            "character",
            "as character 30 of the words",
        ),
    ];

    /// Nothing that looks like a payment is signed as a message: each of these was one, or paid
    /// something else than it says.
    #[test]
    fn no_payment_in_another_form_is_paid_or_said() {
        for (text, code, part) in REFUSED {
            let error = parse_tx(text).expect_err(text);
            assert_eq!(error.code(), *code, "{text}: {error}");
            assert!(error.to_string().contains(part), "{text}: {error}");
        }
        for text in [
            "send 5 coins to bob",
            "transfer \u{2212}5 coins alice to bob",
        ] {
            assert_eq!(
                parse_tx(&format!("message {text}")),
                message(text),
                "said so"
            );
            assert_eq!(parse_tx(&format!("“{text}”")), message(text), "quoted");
        }
    }

    #[test]
    fn memos_keep_the_spaces_and_hyphens_that_were_typed() {
        assert_eq!(
            parse_tx("5 carol to dave memo “2\u{A0}–\u{A0}3”"),
            transfer_of("carol", "dave", 5, 1, "2\u{A0}–\u{A0}3")
        );
    }
}
