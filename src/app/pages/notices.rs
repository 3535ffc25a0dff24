//! What came of clicks: short sentences that go away by themselves.
//!
//! Bound: `MAX_NOTICES` at once; the oldest goes first.

use std::collections::VecDeque;

use super::PageModel;
use crate::ipc::Refusal;

/// Most notices shown at once: more would lie over what a person goes on to.
const MAX_NOTICES: usize = 2;
/// How long an outcome stays.
const SHOWN_MS: u32 = 7_000;
/// How long a refusal stays: it has more words.
const REFUSAL_SHOWN_MS: u32 = 14_000;

/// Whether something was done or refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
}

/// A short sentence after something a person did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Tells it from the others.
    pub id: u32,
    /// Done or refused.
    pub outcome: Outcome,
    /// The sentence.
    pub text: String,
}

impl Notice {
    /// Milliseconds until it goes away.
    #[must_use]
    pub const fn shown_ms(&self) -> u32 {
        match self.outcome {
            Outcome::Done => SHOWN_MS,
            Outcome::Refused => REFUSAL_SHOWN_MS,
        }
    }
}

/// The notices on the page, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notices {
    list: VecDeque<Notice>,
    next: u32,
}

/// What changes the notices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoticeMessage {
    /// Something was done; an empty sentence shows nothing.
    Done(String),
    /// Something was refused.
    Refused(String),
    /// A notice was closed or its time is over.
    Close(u32),
}

impl Notices {
    /// The notices, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter()
    }

    fn show(&mut self, outcome: Outcome, text: String) {
        self.list.push_back(Notice {
            id: self.next,
            outcome,
            text,
        });
        self.next = self.next.wrapping_add(1);
        while self.list.len() > MAX_NOTICES {
            self.list.pop_front();
        }
    }
}

impl PageModel for Notices {
    type Message = NoticeMessage;

    fn update(&mut self, message: NoticeMessage) {
        match message {
            NoticeMessage::Done(text) if text.is_empty() => {}
            NoticeMessage::Done(text) => self.show(Outcome::Done, text),
            NoticeMessage::Refused(text) => self.show(Outcome::Refused, text),
            NoticeMessage::Close(id) => self.list.retain(|notice| notice.id != id),
        }
    }
}

/// A refusal as a sentence with the name of the rule.
#[must_use]
pub fn refusal_text(error: &Refusal) -> String {
    format!("{error} ({})", error.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(notices: &Notices) -> Vec<&str> {
        notices.iter().map(|notice| notice.text.as_str()).collect()
    }

    #[test]
    fn the_oldest_notice_goes_when_there_are_too_many() {
        let mut notices = Notices::default();
        for text in ["a", "b", "c", "d", "e"] {
            notices.update(NoticeMessage::Done(text.into()));
        }
        assert_eq!(texts(&notices), ["d", "e"]);
    }

    #[test]
    fn a_notice_is_closed_by_its_own_id_and_no_id_is_used_twice() {
        let mut notices = Notices::default();
        notices.update(NoticeMessage::Done("a".into()));
        notices.update(NoticeMessage::Refused("b".into()));
        notices.update(NoticeMessage::Close(0));
        notices.update(NoticeMessage::Done("c".into()));
        notices.update(NoticeMessage::Close(0));
        assert_eq!(texts(&notices), ["b", "c"]);
    }

    #[test]
    fn nothing_to_say_shows_nothing() {
        let mut notices = Notices::default();
        notices.update(NoticeMessage::Done(String::new()));
        assert_eq!(notices, Notices::default());
    }

    #[test]
    fn a_refusal_stays_longer_than_an_outcome() {
        let mut notices = Notices::default();
        notices.update(NoticeMessage::Done("a".into()));
        notices.update(NoticeMessage::Refused("b".into()));
        let times: Vec<u32> = notices.iter().map(Notice::shown_ms).collect();
        assert!(times[1] > times[0], "{times:?}");
    }
}
