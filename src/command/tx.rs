//! The words after `tx`: a transfer where they say one, otherwise a message.
//!
//! ```text
//! [transfer] <amount> [coin|coins] [from] <sender> to <receiver> [fee <coins>] [memo <words>]
//! message <words>      words that would otherwise read as a transfer
//! <any other words>
//! ```
//! Words are understood in any case; an arrow serves as `to`. The signer of a message is the first demo user.

use super::draft::{DEFAULT_FEE, Draft, DraftError, What};
use crate::primitives::MAX_EXACT;

/// Signs messages: the first demo user.
const MESSAGE_SIGNER: &str = "alice";

/// Understands the words after `tx`.
///
/// # Errors
/// The first rule that the words break.
pub fn parse_tx(words: &str) -> Result<Draft, DraftError> {
    let words = words.trim();
    let draft = if words.is_empty() {
        return Err(DraftError::Empty);
    } else if let Some(text) = after_word(words, "message") {
        Draft::new(
            MESSAGE_SIGNER,
            What::Message {
                text: unquoted(text).to_owned(),
                to: None,
            },
        )
    } else if begins_transfer(words) {
        transfer(words)?
    } else {
        Draft::new(
            MESSAGE_SIGNER,
            What::Message {
                text: unquoted(words).to_owned(),
                to: None,
            },
        )
    };
    draft.check()?;
    Ok(draft)
}

/// A transfer is meant where a number follows `transfer`, or where the words begin with a number and
/// contain `to`: "3 cheers" is a message, and so is "Transfer of power".
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
        numeric(second)
    } else {
        numeric(first) && rest_has_to()
    }
}

fn transfer(words: &str) -> Result<Draft, DraftError> {
    let misread = || DraftError::TransferWords {
        found: words.to_owned(),
    };
    let spaced = spaced(words);
    let mut rest = spaced.trim();
    rest = after_word(rest, "transfer").unwrap_or(rest);
    let amount = amount(take(&mut rest).ok_or_else(misread)?)?;
    for optional in ["coins", "coin", "from"] {
        rest = after_word(rest, optional).unwrap_or(rest);
    }
    let from = take(&mut rest).ok_or_else(misread)?.to_ascii_lowercase();
    rest = after_word(rest, "to").ok_or_else(misread)?;
    let to = take(&mut rest).ok_or_else(misread)?.to_ascii_lowercase();
    let (mut fee, mut memo) = (DEFAULT_FEE, String::new());
    while !rest.is_empty() {
        if let Some(text) = after_word(rest, "memo") {
            // The arrow stays what it was in the memo.
            memo = memo_of(words).unwrap_or(text).to_owned();
            break;
        }
        rest = after_word(rest, "fee").ok_or_else(misread)?;
        let word = take(&mut rest).ok_or_else(|| DraftError::FeeMalformed {
            found: String::new(),
        })?;
        fee = self::amount(word).map_err(|_| DraftError::FeeMalformed {
            found: word.to_owned(),
        })?;
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

/// Arrows as the word `to`.
fn spaced(words: &str) -> String {
    words.replace('→', " to ").replace("->", " to ")
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

fn numeric(word: &str) -> bool {
    word.trim_start_matches(['-', '+'])
        .starts_with(|c: char| c.is_ascii_digit())
}

/// A whole number, with or without separators between thousands.
fn amount(word: &str) -> Result<u64, DraftError> {
    let digits: String = word.chars().filter(|c| !matches!(c, ',' | '_')).collect();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(DraftError::AmountMalformed {
            found: word.to_owned(),
        });
    }
    // Only digits: what does not fit 64 bits is too large.
    digits
        .parse()
        .ok()
        .filter(|amount| *amount <= MAX_EXACT)
        .ok_or_else(|| DraftError::AmountOverflow {
            found: word.to_owned(),
        })
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
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
}
