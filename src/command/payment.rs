//! What looks like a payment and is none. A message is public and for ever, so words that look like
//! a payment are never signed as one: they are refused with the nearest right form. The rules err
//! on the side of refusing, as `tx message ...` sends any words at all.

use crate::primitives::{
    Name, Nearest, folded, is_currency, is_number_like, read_number, resembles_number,
};

/// The users that every network has from its first block on.
pub(crate) const USERS: [&str; 5] = ["alice", "bob", "carol", "dave", "operator"];
/// Verbs that move coins.
const VERBS: [&str; 21] = [
    "transfer",
    "transfers",
    "send",
    "sends",
    "pay",
    "pays",
    "give",
    "gives",
    "get",
    "gets",
    "receive",
    "receives",
    "move",
    "moves",
    "wire",
    "remit",
    "donate",
    "lend",
    "refund",
    "tip",
    "withdraw",
];
/// What is counted in a payment.
const UNITS: [&str; 15] = [
    "coin", "coins", "aurex", "dollar", "dollars", "euro", "euros", "bucks", "btc", "bitcoin",
    "bitcoins", "usd", "eur", "gbp", "cents",
];
/// Words before a verb that change nothing.
const POLITE: [&str; 5] = ["please", "pls", "tx", "now", "then"];
/// Other words of a transfer, and quantities that are no numbers: nobody's name.
const GRAMMAR: [&str; 14] = [
    "to",
    "from",
    "fee",
    "for",
    "and",
    "memo",
    "all",
    "half",
    "some",
    "everything",
    "my",
    "the",
    "a",
    "money",
];
/// In so few words a number and a user's name look like a payment in any language.
const SHORT: usize = 6;
/// Punctuation at the ends of words.
const PUNCTUATION: [char; 12] = [',', '.', '!', '?', ';', ':', '"', '\'', '(', ')', '“', '”'];

/// The words of a text as the rules read them.
pub(super) struct Words {
    /// As written, with the characters of a keyboard.
    raw: Vec<String>,
    /// In lower case, without punctuation.
    words: Vec<String>,
    has_arrow: bool,
    has_currency: bool,
}

impl Words {
    pub(super) fn of(text: &str) -> Self {
        let text: String = text.chars().map(keyboard).collect();
        let spaced = arrows_as_to(&text);
        let raw: Vec<String> = spaced.split_whitespace().map(str::to_owned).collect();
        let bare = |word: &String| word.trim_matches(PUNCTUATION).to_ascii_lowercase();
        Self {
            words: raw.iter().map(bare).collect(),
            raw,
            has_arrow: spaced != text,
            has_currency: text.chars().any(is_currency),
        }
    }

    /// Whether somebody who reads these words sees a payment.
    pub(super) fn look_like_a_payment(&self) -> bool {
        let any = |is: fn(&str) -> bool| self.words.iter().any(|word| is(word));
        let has_to = any(|word| word == "to");
        let (has_verb, has_unit, has_name) = (any(is_verb), any(is_unit), any(is_known_name));
        let (has_number, has_digits) = (any(resembles_number), any(is_number_like));
        let mut rest = self.words.iter().skip_while(|word| is_polite(word));
        let is_command = rest.next().is_some_and(|first| is_verb(first));
        (has_verb && (has_number || has_unit))
            || (has_number && (self.has_currency || has_unit))
            || (has_to && (has_digits || has_unit || (has_number && has_name)))
            || (is_command && (has_to || has_name))
            || (self.has_arrow && (has_number || has_name))
            || (has_number && has_name && self.words.iter().all(|word| is_grammar(word)))
            || (has_digits && has_name && self.words.len() <= SHORT)
            || self.has_the_shape()
    }

    /// `<number> [unit] [from] <word> to <word>`, with a number in any form, or `<number> for ...`.
    fn has_the_shape(&self) -> bool {
        let Some((first, rest)) = self.words.split_first() else {
            return false;
        };
        if is_number_like(first) && rest.first().is_some_and(|word| word == "for") {
            return true;
        }
        let mut rest = rest
            .iter()
            .skip_while(|word| is_unit(word) || *word == "from");
        let shape = [rest.next(), rest.next(), rest.next(), rest.next()];
        resembles_number(first)
            && matches!(shape, [Some(from), Some(to), Some(_), None] if from != "to" && to == "to")
    }

    /// The transfer that these words are nearest to, with what they leave open in angle brackets;
    /// `None` where they leave all of it open.
    pub(super) fn nearest_transfer(&self) -> Option<String> {
        let (amount, sender, receiver) = (self.amount(), self.sender(), self.receiver());
        if amount.is_none() && receiver.is_none() {
            return None;
        }
        let amount = amount.map_or_else(|| "<amount>".to_owned(), |amount| amount.to_string());
        let sender = sender.unwrap_or("<sender>");
        let receiver = receiver.unwrap_or("<receiver>");
        Some(format!("Transfer {amount} coins {sender} to {receiver}"))
    }

    fn amount(&self) -> Option<u64> {
        let at = self.raw.iter().position(|word| resembles_number(word))?;
        // Blanks between groups of three are how many people write a large number.
        let groups = self.raw[at + 1..]
            .iter()
            .take_while(|word| word.len() == 3 && word.bytes().all(|b| b.is_ascii_digit()));
        let joined: String = [self.raw[at].as_str()]
            .into_iter()
            .chain(groups.map(String::as_str))
            .collect();
        let joined = joined.trim_end_matches(['!', '?', ';', ':']);
        read_number(joined)
            .ok()
            .or_else(|| Nearest::of(joined).first())
            .filter(|amount| *amount > 0)
    }

    /// The name after `to`, or else the one after the verb.
    fn receiver(&self) -> Option<&str> {
        let after = |is: fn(&str) -> bool| {
            let at = self.words.iter().position(|word| is(word))?;
            self.name_at(at + 1)
        };
        after(|word| word == "to").or_else(|| after(is_verb))
    }

    /// The name before the verb, after `from`, or before `to`.
    fn sender(&self) -> Option<&str> {
        let place = |is: fn(&str) -> bool| self.words.iter().position(|word| is(word));
        let before = |at: usize| at.checked_sub(1).and_then(|at| self.name_at(at));
        place(is_verb)
            .and_then(before)
            .or_else(|| place(|word| word == "from").and_then(|at| self.name_at(at + 1)))
            .or_else(|| place(|word| word == "to").and_then(before))
    }

    /// The word at a place, if it can be somebody's name.
    fn name_at(&self, at: usize) -> Option<&str> {
        let word = self.words.get(at)?;
        let is_name = word.parse::<Name>().is_ok() || is_address(word);
        let is_other = is_verb(word)
            || is_unit(word)
            || is_polite(word)
            || GRAMMAR.contains(&word.as_str())
            || resembles_number(word) && !is_address(word);
        (is_name && !is_other).then_some(word)
    }
}

/// Arrows as the word `to`.
pub(super) fn arrows_as_to(words: &str) -> String {
    words
        .replace(['→', '➔', '➜', '⇒'], " to ")
        .replace("->", " to ")
        .replace("=>", " to ")
}

/// The character of a keyboard that this one looks like.
fn keyboard(c: char) -> char {
    let plain = match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0),
        _ => None,
    };
    plain.unwrap_or_else(|| folded(c))
}

fn is_verb(word: &str) -> bool {
    VERBS.contains(&word)
}

fn is_unit(word: &str) -> bool {
    UNITS.contains(&word)
}

fn is_polite(word: &str) -> bool {
    POLITE.contains(&word)
}

/// A user that every network has, or an address.
fn is_known_name(word: &str) -> bool {
    USERS.contains(&word) || is_address(word)
}

fn is_address(word: &str) -> bool {
    word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_grammar(word: &str) -> bool {
    is_verb(word)
        || is_unit(word)
        || is_polite(word)
        || is_known_name(word)
        || resembles_number(word)
        || GRAMMAR.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn looks(text: &str) -> bool {
        Words::of(text).look_like_a_payment()
    }

    #[test]
    fn what_looks_like_a_payment_is_told_from_words() {
        assert!(looks(&format!("pay {}", "ab".repeat(32))));
        for text in [
            "send 5 coins to bob",
            "pay bob 5",
            "Pay Bob!",
            "pay bob back",
            "give bob everything",
            "give all to bob",
            "alice sends bob 5",
            "alice pays 5 coins to bob",
            "please send five to bob",
            "transfer coins alice to bob",
            "transfer alice to bob",
            "transfer all coins to bob",
            "$100 alice to bob",
            "lunch was 5 €",
            "five alice to bob",
            "five erin to frank",
            "five coins from erin to frank",
            "alice to bob 5",
            "alice -> bob 5",
            "alice → bob",
            "bob => 5",
            "bob 5",
            "5 alice bob",
            "bob: 5!",
            "1_5 alice to bob",
            ",5 alice to bob",
            "（5）alice to bob",
            "ｐａｙ ｂｏｂ five",
            "pay\u{A0}bob\u{A0}5",
            "五 coins alice to bob",
            "all my coins to bob",
            "tip bob 1",
            "wire 5 dollars",
            "erin gets 5",
            "5 for erin",
            "transfer: 5 alice, bob",
            "'pay bob 5'",
            "“pay bob 5",
            "überweise 5 an bob",
            "½ coin alice bob",
        ] {
            assert!(looks(text), "{text}");
        }
        for text in [
            "",
            "hello world",
            "Transfer of power",
            "transfer",
            "pay attention",
            "send help",
            "3 cheers",
            "to be",
            "two to tango",
            "one to rule them all",
            "I will pay you back",
            "give peace a chance",
            "see you at 8",
            "test transaction 5: hello, ledger",
            "alice and bob were here",
            "alice and bob mined 3 blocks together",
            "happy 5th birthday bob",
            "input -> output",
            "a coin is round",
        ] {
            assert!(!looks(text), "{text}");
        }
    }

    #[test]
    fn the_nearest_transfer_has_what_the_words_say() {
        for (text, nearest) in [
            (
                "send 5 coins to bob",
                Some("Transfer 5 coins <sender> to bob"),
            ),
            ("pay bob 5", Some("Transfer 5 coins <sender> to bob")),
            ("alice sends bob 5!", Some("Transfer 5 coins alice to bob")),
            ("alice to bob 5", Some("Transfer 5 coins alice to bob")),
            (
                "five coins from alice to bob",
                Some("Transfer 5 coins alice to bob"),
            ),
            (
                "transfer 5 coins alice bob",
                Some("Transfer 5 coins <sender> to <receiver>"),
            ),
            (
                "transfer 1 000 coins alice to bob",
                Some("Transfer 1000 coins alice to bob"),
            ),
            ("$100 alice -> bob", Some("Transfer 100 coins alice to bob")),
            (
                "transfer all to bob",
                Some("Transfer <amount> coins <sender> to bob"),
            ),
            ("move coins", None),
        ] {
            assert_eq!(
                Words::of(text).nearest_transfer().as_deref(),
                nearest,
                "{text}"
            );
        }
    }
}
