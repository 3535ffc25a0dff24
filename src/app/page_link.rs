//! The parameters of a link, such as `?pow=5&poa=3&difficulty=3`: which network a page opens. A
//! wrong value is named and its default taken; a link never leads to a blank page.
//!
//! A link is parsed once, and the result keeps which parameters it has.

use std::fmt::{Display, Write as _};
use std::ops::RangeInclusive;

use crate::command::{
    DIFFICULTY_DIGITS, PACE_WORDS, TRAFFIC, check_workers, most_miners, nearest, number_in, pace,
    shortened, traffic,
};
use crate::consensus::MAX_AUTHORITIES;
use crate::ipc::{MAX_MINERS, Pace};
use crate::primitives::Name;
use crate::refusal::PageLinkError;

/// Most proof-of-work nodes that a link may ask for.
pub const MAX_POW: u32 = 16;
/// Most proof-of-authority nodes that a link may ask for; later ones can be added, up to the
/// network's own limit of authorities.
pub const MAX_POA: u32 = 16;
/// Most test transactions that a link may ask for.
pub(super) const MAX_TEST_TX: u32 = 50;
/// More than this many parameters are not looked at.
const MAX_PARAMETERS: usize = 32;
const _: () = assert!(MAX_POA as usize <= MAX_AUTHORITIES);

pub(super) const NAMES: [&str; 8] = [
    "pow",
    "poa",
    "difficulty",
    "pace",
    "net",
    "test_tx",
    "miners",
    "traffic",
];

/// The parameters of a link; `None` for one that it does not have.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageLink {
    /// Proof-of-work nodes of a new network.
    pub pow: Option<u32>,
    /// Proof-of-authority nodes of a new network.
    pub poa: Option<u32>,
    /// Leading zero digits that a new network begins with.
    pub difficulty: Option<u8>,
    /// Hash budget.
    pub pace: Option<Pace>,
    /// The network's name; without one the link's shape is its name.
    pub net: Option<Name>,
    /// Test transactions of a new network.
    pub test_tx: Option<u32>,
    /// Miner workers of each proof-of-work node.
    pub miners: Option<u32>,
    /// Payments and messages a minute that are sent by themselves; 0 for none.
    pub traffic: Option<u32>,
}

impl PageLink {
    /// Proof-of-work nodes of a new network without the parameter.
    pub const DEFAULT_POW: u32 = 3;
    /// Proof-of-authority nodes of a new network without the parameter.
    pub const DEFAULT_POA: u32 = 2;
    /// Leading zero digits of a new network without the parameter.
    pub const DEFAULT_DIFFICULTY: u8 = 2;
    /// Test transactions of a new network without the parameter.
    pub const DEFAULT_TEST_TX: u32 = 5;
    /// Miner workers of a node without the parameter.
    pub const DEFAULT_MINERS: u32 = 1;

    /// Parses a query string, with or without its question mark.
    #[must_use]
    pub fn parse(search: &str) -> (Self, Vec<PageLinkError>) {
        let mut reader = Reader::default();
        let pairs = form_urlencoded::parse(search.trim_start_matches('?').as_bytes());
        for (name, value) in pairs.take(MAX_PARAMETERS) {
            reader.read(&name, &value);
        }
        let Reader {
            mut link,
            mut errors,
            ..
        } = reader;
        if link.pow() == 0 && link.poa() == 0 {
            errors.push(PageLinkError::NoNodes);
            link.pow = Some(Self::DEFAULT_POW);
            link.poa = Some(Self::DEFAULT_POA);
        }
        if let Err(error) = check_workers(link.pow(), link.poa(), link.miners()) {
            let taken = most_miners(link.pow(), link.poa());
            errors.push(PageLinkError::Workers { error, taken });
            link.miners = Some(taken);
        }
        (link, errors)
    }

    /// Proof-of-work nodes of a new network.
    #[must_use]
    pub fn pow(&self) -> u32 {
        self.pow.unwrap_or(Self::DEFAULT_POW)
    }

    /// Proof-of-authority nodes of a new network.
    #[must_use]
    pub fn poa(&self) -> u32 {
        self.poa.unwrap_or(Self::DEFAULT_POA)
    }

    /// Leading zero digits of a new network.
    #[must_use]
    pub fn difficulty(&self) -> u8 {
        self.difficulty.unwrap_or(Self::DEFAULT_DIFFICULTY)
    }

    /// Hash budget of a new network.
    #[must_use]
    pub fn pace(&self) -> Pace {
        self.pace.unwrap_or(Pace::DEFAULT)
    }

    /// Test transactions of a new network.
    #[must_use]
    pub fn test_tx(&self) -> u32 {
        self.test_tx.unwrap_or(Self::DEFAULT_TEST_TX)
    }

    /// Miner workers of each proof-of-work node of a new network.
    #[must_use]
    pub fn miners(&self) -> u32 {
        self.miners.unwrap_or(Self::DEFAULT_MINERS)
    }

    /// Payments and messages a minute that are sent by themselves, 0 without the parameter.
    #[must_use]
    pub fn traffic(&self) -> u32 {
        self.traffic.unwrap_or(0)
    }

    /// The name of the network: the one that is given, or its shape, so that each distinct link is
    /// a network of its own and the same link comes back to it.
    #[must_use]
    pub fn network(&self) -> String {
        match &self.net {
            Some(name) => name.as_str().to_owned(),
            None => format!("pow{}-poa{}-d{}", self.pow(), self.poa(), self.difficulty()),
        }
    }

    /// The query string of these parameters, with its question mark: the inverse of
    /// [`Self::parse`].
    #[must_use]
    pub fn query(&self) -> String {
        let mut text = String::new();
        let mut write = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                let separator = if text.is_empty() { '?' } else { '&' };
                // Writing to memory does not fail.
                let _ = write!(text, "{separator}{name}={value}");
            }
        };
        write("pow", self.pow.map(|pow| pow.to_string()));
        write("poa", self.poa.map(|poa| poa.to_string()));
        write(
            "difficulty",
            self.difficulty.map(|digits| digits.to_string()),
        );
        write("pace", self.pace.map(pace_word));
        // No character of a name has to be escaped.
        write("net", self.net.as_ref().map(ToString::to_string));
        write("test_tx", self.test_tx.map(|count| count.to_string()));
        write("miners", self.miners.map(|miners| miners.to_string()));
        write("traffic", self.traffic.map(traffic_word));
        text
    }
}

/// Traffic as a link writes it.
pub(super) fn traffic_word(per_minute: u32) -> String {
    if per_minute == 0 {
        return "off".to_owned();
    }
    per_minute.to_string()
}

/// A pace as a link writes it.
pub(super) fn pace_word(pace: Pace) -> String {
    if let Pace::Interval { ms } = pace {
        return (ms / 1_000).to_string();
    }
    let word = PACE_WORDS.into_iter().find(|(_, known)| *known == pace);
    word.map_or("full", |(word, _)| word).to_owned()
}

#[derive(Default)]
struct Reader {
    link: PageLink,
    errors: Vec<PageLinkError>,
    seen: Vec<&'static str>,
}

impl Reader {
    fn read(&mut self, name: &str, value: &str) {
        let Some(name) = NAMES
            .into_iter()
            .find(|known| name.eq_ignore_ascii_case(known))
        else {
            let nearest = nearest(name, NAMES).unwrap_or("pow");
            self.errors.push(PageLinkError::Unknown {
                found: shortened(name),
                nearest: nearest.into(),
            });
            return;
        };
        if self.seen.contains(&name) {
            self.errors.push(PageLinkError::Twice {
                name: name.into(),
                found: shortened(value),
            });
            return;
        }
        self.seen.push(name);
        match name {
            "pow" => {
                let pow = self.number(name, value, 0..=MAX_POW, PageLink::DEFAULT_POW);
                self.link.pow = Some(pow);
            }
            "poa" => {
                let poa = self.number(name, value, 0..=MAX_POA, PageLink::DEFAULT_POA);
                self.link.poa = Some(poa);
            }
            "difficulty" => {
                let usual = PageLink::DEFAULT_DIFFICULTY;
                self.link.difficulty = Some(self.number(name, value, DIFFICULTY_DIGITS, usual));
            }
            "test_tx" => {
                let usual = PageLink::DEFAULT_TEST_TX;
                self.link.test_tx = Some(self.number(name, value, 0..=MAX_TEST_TX, usual));
            }
            "miners" => {
                let usual = PageLink::DEFAULT_MINERS;
                self.link.miners = Some(self.number(name, value, 1..=MAX_MINERS, usual));
            }
            "pace" => match pace(&value.to_ascii_lowercase()) {
                Some(pace) => self.link.pace = Some(pace),
                None => self.wrong(name, "1 to 600 seconds, full, max or pause", value, "5"),
            },
            "traffic" => match traffic(&value.to_ascii_lowercase()) {
                Some(per_minute) => self.link.traffic = Some(per_minute),
                None => self.wrong(name, TRAFFIC, value, "off"),
            },
            _ => match value.parse::<Name>() {
                Ok(net) => self.link.net = Some(net),
                Err(error) => {
                    let expected = error.expected.to_string();
                    self.wrong(name, &expected, value, "the name of the link's shape")
                }
            },
        }
    }

    fn number<T: TryFrom<u64> + PartialOrd + Display>(
        &mut self,
        name: &'static str,
        value: &str,
        bounds: RangeInclusive<T>,
        usual: T,
    ) -> T {
        number_in(value, &bounds).unwrap_or_else(|| {
            let expected = format!("a whole number from {} to {}", bounds.start(), bounds.end());
            self.wrong(name, &expected, value, &usual.to_string());
            usual
        })
    }

    fn wrong(&mut self, name: &'static str, expected: &str, found: &str, taken: &str) {
        let (expected, taken) = (expected.to_owned(), taken.to_owned());
        self.errors.push(PageLinkError::Value {
            name: name.into(),
            expected,
            found: shortened(found),
            taken,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(search: &str) -> (PageLink, Vec<String>) {
        let (link, errors) = PageLink::parse(search);
        (link, errors.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn nothing_said_is_the_default() {
        for search in ["", "?", "?&&"] {
            assert_eq!(PageLink::parse(search), (PageLink::default(), Vec::new()));
        }
        assert_eq!(PageLink::default().network(), "pow3-poa2-d2");
    }

    #[test]
    fn everything_said_is_taken_and_written_back() {
        let search = "?pow=5&poa=3&difficulty=3&pace=full&net=lab-1&test_tx=0&miners=2&traffic=60";
        let (link, errors) = PageLink::parse(search);
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(
            (link.pow, link.poa, link.difficulty, link.test_tx),
            (Some(5), Some(3), Some(3), Some(0))
        );
        assert_eq!((link.pace, link.miners), (Some(Pace::Full), Some(2)));
        assert_eq!(link.traffic, Some(60));
        assert_eq!(link.network(), "lab-1");
        assert_eq!(PageLink::parse(&link.query()), (link, Vec::new()));
        let (link, _) = PageLink::parse("?pow=16&poa=16&pace=600");
        assert_eq!(PageLink::parse(&link.query()), (link, Vec::new()));
    }

    #[test]
    fn the_shape_names_a_network_and_every_such_name_is_valid() {
        for search in [
            "?pow=0&poa=1&difficulty=8",
            "?pow=16&poa=16&difficulty=1",
            "?poa=0",
        ] {
            let (link, errors) = PageLink::parse(search);
            assert!(errors.is_empty());
            assert!(link.network().parse::<Name>().is_ok(), "{}", link.network());
        }
    }

    #[test]
    fn a_wrong_value_is_named_and_its_default_taken() {
        for (search, part) in [
            (
                "?pow=17",
                "pow: expected a whole number from 0 to 16, found \"17\"; 3 is taken",
            ),
            ("?pow=-1", "found \"-1\""),
            ("?pow=", "found \"\""),
            ("?pow", "found \"\""),
            (
                "?poa=two",
                "poa: expected a whole number from 0 to 16, found \"two\"; 2 is taken",
            ),
            ("?difficulty=9", "from 1 to 8"),
            ("?difficulty=0", "from 1 to 8"),
            (
                "?pace=0",
                "pace: expected 1 to 600 seconds, full, max or pause, found \"0\"; 5 is taken",
            ),
            ("?pace=fast", "found \"fast\""),
            ("?test_tx=51", "from 0 to 50"),
            ("?miners=0", "from 1 to 8"),
            ("?net=My%20Net", "found \"My Net\""),
            ("?net=%3Cb%3E", "found \"<b>\""),
            ("?pwo=5", "did you mean pow?"),
            ("?pow=3&pow=4", "found it again with \"4\""),
            (
                "?pow=%2B5",
                "pow: expected a whole number from 0 to 16, found \"+5\"",
            ),
            ("?miners=1_0", "from 1 to 8, found \"1_0\""),
            ("?net=a%E2%80%AEb", "found \"a[U+202E]b\""),
            ("?pow=0&poa=0", "found pow=0 and poa=0"),
        ] {
            let (link, found) = sentences(search);
            assert_eq!(found.len(), 1, "{search}: {found:?}");
            assert!(found[0].contains(part), "{search}: {}", found[0]);
            assert_eq!(
                (link.pow(), link.poa(), link.difficulty()),
                (3, 2, 2),
                "{search}"
            );
        }
        let (link, found) = sentences("?pow=99&poa=1&pace=x");
        assert_eq!((link.pow(), link.poa(), found.len()), (3, 1, 2));
    }

    #[test]
    fn more_workers_than_a_tab_gets_are_refused_and_as_many_miners_as_fit_taken() {
        let (link, found) = sentences("?pow=16&poa=16&miners=8");
        assert_eq!((link.pow(), link.poa(), link.miners), (16, 16, Some(2)));
        assert_eq!(
            found,
            [
                "link parameters pow, poa and miners: expected at most 64 workers in one tab, found 160: one for each of \
                 16 proof-of-work and 16 other nodes, and 8 miners for each proof-of-work node; miners=2 is taken"
            ]
        );
        for fits in [
            "?pow=16&poa=16",
            "?pow=3&poa=2&miners=8",
            "?pow=10&poa=5&miners=3",
        ] {
            assert_eq!(sentences(fits).1, [""; 0], "{fits}");
        }
    }

    #[test]
    fn nothing_in_a_link_breaks_the_reader() {
        let long = format!("?net={}", "é%".repeat(5_000));
        for search in [
            "?%",
            "?%zz=%",
            "?=&==",
            "?pow=%F0%28",
            "?\u{1F600}=1",
            &long,
        ] {
            let (link, errors) = PageLink::parse(search);
            assert_eq!(
                (link.pow(), link.poa(), link.difficulty(), link.test_tx()),
                (3, 2, 2, 5),
                "{search}"
            );
            assert_eq!(
                (link.pace, link.net, link.miners),
                (None, None, None),
                "{search}"
            );
            assert!(errors.iter().all(|error| error.to_string().len() < 400));
        }
        assert!(PageLink::parse(&"x=1&".repeat(1_000)).1.len() <= MAX_PARAMETERS);
    }
}
