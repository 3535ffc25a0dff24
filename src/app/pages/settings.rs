//! The numbers of the Settings page: what is typed, the bounds of each, and the commands they
//! become.

use std::ops::RangeInclusive;

use super::PageModel;
use super::typed::Typed;
use crate::app::page_link::{MAX_POA, MAX_POW, PageLink};
use crate::command::{
    Command, DIFFICULTY_DIGITS, DifficultyChoice, LinkChange, PACE_SECONDS, Quality, Shape,
    number_in,
};
use crate::ipc::{MAX_MINERS, Pace};

/// A number that is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Number {
    /// Seconds between work blocks.
    Seconds,
    /// Miner workers of each node.
    Miners,
    /// Leading zero digits that the network is asked for.
    Digits,
    /// What every link does to frames.
    Link(Quality),
    /// Proof-of-work nodes of another network.
    Pow,
    /// Proof-of-authority nodes of it.
    Poa,
    /// Leading zero digits that it begins with.
    FirstDigits,
}

impl Number {
    /// The least and the most that it may be.
    #[must_use]
    pub fn bounds(self) -> RangeInclusive<u64> {
        let digits = u64::from(*DIFFICULTY_DIGITS.start())..=u64::from(*DIFFICULTY_DIGITS.end());
        match self {
            Self::Seconds => PACE_SECONDS,
            Self::Miners => 1..=MAX_MINERS.into(),
            Self::Digits | Self::FirstDigits => digits,
            Self::Link(quality) => 0..=quality.most().into(),
            Self::Pow => 0..=MAX_POW.into(),
            Self::Poa => 0..=MAX_POA.into(),
        }
    }
}

/// What is typed on the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    typed: Typed<Number>,
    /// What the network had when it was last looked at.
    followed: Typed<Number>,
}

/// What changes the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingsMessage {
    /// A person typed another number.
    Type(Number, String),
    /// The values that the network has now: one that changed is shown, whatever was typed.
    Follow(Vec<(Number, String)>),
}

impl Default for Settings {
    /// A network of the usual size, and links that do nothing to frames.
    fn default() -> Self {
        let usual = PageLink::default();
        let mut typed = vec![
            (Number::Digits, usual.difficulty().to_string()),
            (Number::Pow, usual.pow().to_string()),
            (Number::Poa, usual.poa().to_string()),
            (Number::FirstDigits, usual.difficulty().to_string()),
        ];
        let links = Quality::ALL.map(|quality| (Number::Link(quality), "0".to_owned()));
        typed.extend(links);
        Self {
            typed: Typed::of(typed),
            followed: Typed::of(Vec::new()),
        }
    }
}

impl Settings {
    /// What is typed.
    #[must_use]
    pub fn text(&self, number: Number) -> &str {
        self.typed.text(&number).unwrap_or_default()
    }

    /// The number, if it is one and within its bounds.
    #[must_use]
    pub fn value(&self, number: Number) -> Option<u64> {
        number_in(self.text(number).trim(), &number.bounds())
    }

    fn small(&self, number: Number) -> Option<u32> {
        self.value(number)
            .and_then(|value| u32::try_from(value).ok())
    }

    fn digits(&self, number: Number) -> Option<u8> {
        self.value(number)
            .and_then(|value| u8::try_from(value).ok())
    }

    /// The command for the time between work blocks; `None` while no number in bounds is typed.
    #[must_use]
    pub fn pace(&self) -> Option<Command> {
        let ms = self.value(Number::Seconds)? * 1_000;
        Some(Command::Pace(Pace::Interval { ms }))
    }

    /// The command for the number of miners; `None` while no number in bounds is typed.
    #[must_use]
    pub fn miners(&self) -> Option<Command> {
        self.small(Number::Miners).map(Command::Miners)
    }

    /// The command for a fixed difficulty; `None` while no number in bounds is typed.
    #[must_use]
    pub fn difficulty(&self) -> Option<Command> {
        let digits = self.digits(Number::Digits)?;
        Some(Command::Difficulty(DifficultyChoice::Digits(digits)))
    }

    /// Sets one quality of all links; the others stay.
    #[must_use]
    pub fn link(&self, quality: Quality) -> Option<Command> {
        let value = self.small(Number::Link(quality))?;
        Some(Command::Links(LinkChange {
            shape: None,
            values: vec![(quality, value)],
        }))
    }

    /// The parameters of another network: it has at least one node.
    #[must_use]
    pub fn network(&self) -> Option<PageLink> {
        let (pow, poa) = (self.small(Number::Pow)?, self.small(Number::Poa)?);
        let difficulty = self.digits(Number::FirstDigits)?;
        (pow + poa > 0).then(|| PageLink {
            pow: Some(pow),
            poa: Some(poa),
            difficulty: Some(difficulty),
            ..PageLink::default()
        })
    }
}

impl PageModel for Settings {
    type Message = SettingsMessage;

    fn update(&mut self, message: SettingsMessage) {
        match message {
            SettingsMessage::Type(number, text) => {
                self.typed.set(number, text);
            }
            SettingsMessage::Follow(values) => {
                for (number, text) in values {
                    if self.followed.text(&number) != Some(&text) {
                        self.typed.set(number, text.clone());
                        self.followed.set(number, text);
                    }
                }
            }
        }
    }
}

/// Gives the network this shape by cutting and healing links.
#[must_use]
pub const fn shape(shape: Shape) -> Command {
    Command::Links(LinkChange {
        shape: Some(shape),
        values: Vec::new(),
    })
}

/// The seconds of a pace, if it has any.
#[must_use]
pub fn seconds(pace: Pace) -> String {
    match pace {
        Pace::Interval { ms } => (ms / 1_000).to_string(),
        Pace::Full | Pace::Max | Pace::Paused => String::new(),
    }
}

/// The leading zero digits that come next to a difficulty, within the bounds.
#[must_use]
pub fn digits_near(difficulty: u64) -> u8 {
    let digits = difficulty.checked_ilog2().unwrap_or(0) / 4;
    u8::try_from(digits)
        .unwrap_or(u8::MAX)
        .clamp(*DIFFICULTY_DIGITS.start(), *DIFFICULTY_DIGITS.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(numbers: &[(Number, &str)]) -> Settings {
        let mut settings = Settings::default();
        for (number, text) in numbers {
            settings.update(SettingsMessage::Type(*number, (*text).into()));
        }
        settings
    }

    #[test]
    fn a_number_counts_within_its_bounds_only() {
        for number in [
            Number::Seconds,
            Number::Miners,
            Number::Link(Quality::Loss),
            Number::Pow,
        ] {
            let (least, most) = (*number.bounds().start(), *number.bounds().end());
            let value = |text: String| typed(&[(number, &text)]).value(number);
            assert_eq!(value(format!(" {least} ")), Some(least), "{number:?}");
            assert_eq!(value(most.to_string()), Some(most), "{number:?}");
            assert_eq!(value((most + 1).to_string()), None, "{number:?}");
            assert_eq!(value("x".into()), None, "{number:?}");
            assert_eq!(value(String::new()), None, "{number:?}");
        }
        assert_eq!(
            typed(&[(Number::Seconds, "0")]).value(Number::Seconds),
            None
        );
    }

    #[test]
    fn each_row_becomes_its_command() {
        let settings = typed(&[(Number::Seconds, "7"), (Number::Miners, "2")]);
        let pace = Command::Pace(Pace::Interval { ms: 7_000 });
        assert_eq!(settings.pace(), Some(pace));
        assert_eq!(settings.miners(), Some(Command::Miners(2)));
        let digits = typed(&[(Number::Digits, "4")]).difficulty();
        assert_eq!(
            digits,
            Some(Command::Difficulty(DifficultyChoice::Digits(4)))
        );
    }

    #[test]
    fn a_quality_of_the_links_is_set_alone_and_within_its_bounds() {
        let loss = Number::Link(Quality::Loss);
        assert_eq!(typed(&[(loss, "101")]).link(Quality::Loss), None);
        let change = LinkChange {
            shape: None,
            values: vec![(Quality::Loss, 3)],
        };
        let settings = typed(&[(loss, "3"), (Number::Link(Quality::Jitter), "x")]);
        assert_eq!(settings.link(Quality::Loss), Some(Command::Links(change)));
        assert_eq!(settings.link(Quality::Jitter), None);
    }

    #[test]
    fn a_network_has_at_least_one_node_and_keeps_the_other_defaults() {
        assert_eq!(
            typed(&[(Number::Pow, "0"), (Number::Poa, "0")]).network(),
            None
        );
        assert_eq!(typed(&[(Number::Pow, "17")]).network(), None);
        let network = typed(&[(Number::Pow, "1"), (Number::Poa, "0")]).network();
        let usual = PageLink::default();
        let wanted = PageLink {
            pow: Some(1),
            poa: Some(0),
            difficulty: Some(usual.difficulty()),
            ..PageLink::default()
        };
        assert_eq!(network, Some(wanted));
        let shown = Settings::default().network().map(|link| link.network());
        assert_eq!(shown, Some(usual.network()), "the usual network");
    }

    #[test]
    fn a_value_that_changed_replaces_what_was_typed_and_the_others_stay() {
        let mut settings = Settings::default();
        let follow = |seconds: &str| {
            let values = [(Number::Seconds, seconds), (Number::Miners, "1")];
            SettingsMessage::Follow(
                values
                    .map(|(number, text)| (number, text.to_owned()))
                    .into(),
            )
        };
        settings.update(follow("5"));
        settings.update(SettingsMessage::Type(Number::Seconds, "wrong".into()));
        settings.update(SettingsMessage::Type(Number::Miners, "2".into()));
        settings.update(follow("5"));
        assert_eq!(settings.text(Number::Seconds), "wrong", "nothing changed");
        settings.update(follow("7"));
        assert_eq!(settings.value(Number::Seconds), Some(7));
        assert_eq!(settings.value(Number::Miners), Some(2));
    }

    #[test]
    fn a_pace_without_an_interval_has_no_seconds() {
        assert_eq!(seconds(Pace::Interval { ms: 5_000 }), "5");
        for pace in [Pace::Full, Pace::Max, Pace::Paused] {
            assert_eq!(seconds(pace), "");
        }
    }

    #[test]
    fn the_nearest_digits_stay_within_the_choices() {
        assert_eq!(
            [0, 16, 256, 5_000, u64::MAX].map(digits_near),
            [1, 1, 2, 3, 8]
        );
    }
}
