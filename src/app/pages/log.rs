//! The log: its filter, the pause, and the lines that pass.
//!
//! Bound: [`MAX_ROWS`] lines are drawn; Copy takes all that pass.

use std::collections::VecDeque;
use std::rc::Rc;

use super::PageModel;
use crate::ipc::{Event, Level, Topic};

/// Most lines drawn: a long list costs each picture time.
pub const MAX_ROWS: usize = 60;

/// The levels with their words, lowest first.
pub const LEVELS: [(Level, &str); 4] = [
    (Level::Debug, "debug"),
    (Level::Info, "info"),
    (Level::Warn, "warn"),
    (Level::Error, "error"),
];
/// The word of a level.
#[must_use]
pub fn level_word(level: Level) -> &'static str {
    LEVELS
        .iter()
        .find(|(other, _)| *other == level)
        .map_or("", |(_, word)| word)
}

/// The log of the network, as a picture holds it.
pub type Lines = VecDeque<Rc<Event>>;

/// What the log is filtered by, and the lines at which it was paused.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogFilter {
    level: Option<Level>,
    node: Option<String>,
    topic: Option<Topic>,
    paused: Option<Lines>,
}

/// What changes the filter.
#[derive(Clone, Debug, PartialEq)]
pub enum LogMessage {
    /// The word of the lowest level; another word means all.
    Level(String),
    /// A node's name; an empty one means all.
    Node(String),
    /// The word of a topic; another word means all.
    Topic(String),
    /// The log stays as it is now.
    Pause(Lines),
    /// The log follows the network again.
    Resume,
}

impl LogFilter {
    /// The word of the lowest level, empty for all.
    #[must_use]
    pub fn level(&self) -> &'static str {
        self.level.map_or("", level_word)
    }

    /// The name of the node, empty for all.
    #[must_use]
    pub fn node(&self) -> &str {
        self.node.as_deref().unwrap_or_default()
    }

    /// The word of the topic, empty for all.
    #[must_use]
    pub fn topic(&self) -> &'static str {
        self.topic.map_or("", Topic::word)
    }

    /// Whether the log stays as it was.
    #[must_use]
    pub const fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    /// The lines that pass, newest first, and how many older ones are not among them.
    #[must_use]
    pub fn shown(&self, log: &Lines) -> (Vec<Rc<Event>>, usize) {
        let shown: Vec<Rc<Event>> = self.passing(log).take(MAX_ROWS).cloned().collect();
        (shown, self.passing(log).skip(MAX_ROWS).count())
    }

    /// All lines that pass as text, oldest first, each with its time as `time` writes it.
    pub fn as_text(&self, log: &Lines, time: impl Fn(u64) -> String) -> String {
        let line = |event: &Rc<Event>| {
            let (level, topic) = (level_word(event.level), event.topic.word());
            let at = time(event.at);
            format!("{at} {level} {} {topic}: {}\n", event.node, event.text)
        };
        self.passing(log).rev().map(line).collect()
    }

    /// Why nothing is shown.
    #[must_use]
    pub fn empty_text(&self, log: &Lines) -> &'static str {
        if self.lines(log).is_empty() {
            "Nothing has happened yet."
        } else {
            "No line passes these filters."
        }
    }

    fn lines<'l>(&'l self, log: &'l Lines) -> &'l Lines {
        self.paused.as_ref().unwrap_or(log)
    }

    fn passing<'l>(
        &'l self,
        log: &'l Lines,
    ) -> impl DoubleEndedIterator<Item = &'l Rc<Event>> + 'l {
        let lines = self.lines(log).iter().rev();
        lines.filter(|event| self.takes(event))
    }

    fn takes(&self, event: &Event) -> bool {
        self.level.is_none_or(|least| event.level >= least)
            && self.node.as_ref().is_none_or(|node| *node == event.node)
            && self.topic.is_none_or(|topic| topic == event.topic)
    }
}

impl PageModel for LogFilter {
    type Message = LogMessage;

    fn update(&mut self, message: LogMessage) {
        match message {
            LogMessage::Level(word) => {
                let found = LEVELS.iter().find(|(_, known)| *known == word);
                self.level = found.map(|(level, _)| *level);
            }
            LogMessage::Node(name) => self.node = (!name.is_empty()).then_some(name),
            LogMessage::Topic(word) => self.topic = Topic::of_word(&word),
            LogMessage::Pause(lines) => self.paused = Some(lines),
            LogMessage::Resume => self.paused = None,
        }
    }
}

/// A key for each line that stays the same while newer lines come: lines carry no number.
#[must_use]
pub fn keys(lines: &[Rc<Event>]) -> Vec<String> {
    let same = |a: &Event, b: &Event| (a.at, &a.node, &a.text) == (b.at, &b.node, &b.text);
    let key = |(at, event): (usize, &Rc<Event>)| {
        let older = lines.get(at + 1..).unwrap_or_default();
        let twins = older.iter().filter(|other| same(other, event)).count();
        format!("{} {} {twins} {}", event.at, event.node, event.text)
    };
    lines.iter().enumerate().map(key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::testing::event;

    fn log(count: u64) -> Lines {
        (0..count)
            .map(|at| {
                let node = if at % 2 == 0 { "pow-1" } else { "poa-1" };
                let level = if at % 3 == 0 {
                    Level::Warn
                } else {
                    Level::Info
                };
                Rc::new(event(node, at, level))
            })
            .collect()
    }

    fn times(filter: &LogFilter, log: &Lines) -> Vec<u64> {
        filter.shown(log).0.iter().map(|event| event.at).collect()
    }

    #[test]
    fn lines_come_newest_first_and_older_ones_are_counted() {
        let (shown, older) = LogFilter::default().shown(&log(MAX_ROWS as u64 + 7));
        assert_eq!((shown.len(), shown[0].at, older), (MAX_ROWS, 66, 7));
    }

    #[test]
    fn each_filter_takes_lines_away_and_an_empty_word_takes_it_off() {
        let (mut filter, log) = (LogFilter::default(), log(6));
        filter.update(LogMessage::Level("warn".into()));
        assert_eq!(times(&filter, &log), [3, 0]);
        filter.update(LogMessage::Node("pow-1".into()));
        assert_eq!(times(&filter, &log), [0]);
        filter.update(LogMessage::Level(String::new()));
        assert_eq!(times(&filter, &log), [4, 2, 0]);
        filter.update(LogMessage::Topic("block".into()));
        assert!(times(&filter, &log).is_empty());
        filter.update(LogMessage::Topic(String::new()));
        filter.update(LogMessage::Node(String::new()));
        assert_eq!(times(&filter, &log).len(), 6);
    }

    #[test]
    fn a_level_takes_the_higher_ones_as_well() {
        let lines: Lines = LEVELS
            .map(|(level, _)| Rc::new(event("pow-1", level as u64, level)))
            .into();
        let mut filter = LogFilter::default();
        filter.update(LogMessage::Level("info".into()));
        let levels: Vec<Level> = filter
            .shown(&lines)
            .0
            .iter()
            .map(|event| event.level)
            .collect();
        assert_eq!(levels, [Level::Error, Level::Warn, Level::Info]);
    }

    #[test]
    fn a_paused_log_stays_and_can_still_be_filtered() {
        let mut filter = LogFilter::default();
        filter.update(LogMessage::Pause(log(4)));
        assert!(filter.is_paused());
        assert_eq!(times(&filter, &log(9)), [3, 2, 1, 0]);
        filter.update(LogMessage::Node("poa-1".into()));
        assert_eq!(times(&filter, &log(9)), [3, 1]);
        filter.update(LogMessage::Resume);
        assert_eq!(times(&filter, &log(9)), [7, 5, 3, 1]);
    }

    #[test]
    fn the_text_holds_every_passing_line_in_the_order_of_time() {
        let mut filter = LogFilter::default();
        filter.update(LogMessage::Level("warn".into()));
        let text = filter.as_text(&log(4), |at| format!("t{at}"));
        assert_eq!(
            text,
            "t0 warn pow-1 network: something happened\nt3 warn poa-1 network: something happened\n"
        );
        assert_eq!(
            LogFilter::default()
                .as_text(&log(200), |_| String::new())
                .lines()
                .count(),
            200
        );
    }

    #[test]
    fn an_empty_log_and_a_filter_that_takes_nothing_are_told_apart() {
        let mut filter = LogFilter::default();
        filter.update(LogMessage::Topic("reorg".into()));
        assert_eq!(filter.empty_text(&log(0)), "Nothing has happened yet.");
        assert_eq!(filter.empty_text(&log(1)), "No line passes these filters.");
    }

    #[test]
    fn a_key_stays_while_newer_lines_come_and_twins_differ() {
        let twin = Rc::new(event("pow-1", 5, Level::Info));
        let old = vec![Rc::clone(&twin), Rc::clone(&twin)];
        let new = vec![Rc::clone(&twin), Rc::clone(&twin), twin];
        let (before, after) = (keys(&old), keys(&new));
        assert_eq!(before[..], after[1..]);
        assert_ne!(after[0], after[1]);
        assert_ne!(after[1], after[2]);
    }
}
