//! The console's terminal: what was entered and printed, the history, and completion.
//!
//! Bounds: `MAX_ENTRIES` commands with at most `MAX_OUTPUT` characters of output each.

use std::collections::VecDeque;

use super::PageModel;

/// Most commands remembered with their output.
const MAX_ENTRIES: usize = 60;
/// Longest output kept of one command, in characters: a table of 500 rows fits.
const MAX_OUTPUT: usize = 20_000;

/// One command and what it printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Tells it from the others.
    pub id: u32,
    /// What was entered.
    pub line: String,
    /// What it printed; nothing while it runs.
    pub output: Option<String>,
}

impl Entry {
    /// Whether the output may wrap: a line or two may, a table may not.
    #[must_use]
    pub fn is_sentence(&self) -> bool {
        self.output
            .as_ref()
            .is_some_and(|text| text.lines().count() < 3)
    }
}

/// The terminal. Its history is what was entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terminal {
    entries: VecDeque<Entry>,
    input: String,
    /// How far back in the history the input is; 0 for a new line.
    back: usize,
    next: u32,
    choices: Vec<String>,
}

/// What changes the terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TerminalMessage {
    /// The input line has another text.
    Type(String),
    /// The input line was entered: an empty one is not.
    Enter,
    /// The command of this entry printed a text.
    Print(u32, String),
    /// The earlier command is recalled.
    Older,
    /// The later command is recalled; after the latest the line is empty.
    Newer,
    /// The lines to which the input could be completed.
    Complete(Vec<String>),
    /// The entries are forgotten.
    Clear,
}

impl Terminal {
    /// The entries, oldest first.
    #[must_use]
    pub const fn entries(&self) -> &VecDeque<Entry> {
        &self.entries
    }

    /// The input line.
    #[must_use]
    pub fn input(&self) -> &str {
        &self.input
    }

    /// What the input could be completed to, if more than one.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        &self.choices
    }

    /// The command that Enter would run: the number of its entry and its line.
    #[must_use]
    pub fn command(&self) -> Option<(u32, &str)> {
        let line = self.input.trim();
        (!line.is_empty()).then_some((self.next, line))
    }

    /// What changes when the newest output does: the number of entries, and whether the newest
    /// runs.
    #[must_use]
    pub fn newest(&self) -> Option<(u32, bool)> {
        let entry = self.entries.back()?;
        Some((entry.id, entry.output.is_none()))
    }

    fn edit(&mut self, input: String) {
        (self.input, self.back, self.choices) = (input, 0, Vec::new());
    }

    fn enter(&mut self) {
        let Some((id, line)) = self.command() else {
            return;
        };
        let line = line.to_owned();
        self.entries.push_back(Entry {
            id,
            line,
            output: None,
        });
        self.next = id.wrapping_add(1);
        while self.entries.len() > MAX_ENTRIES {
            self.entries.pop_front();
        }
        self.edit(String::new());
    }

    fn recall(&mut self, back: usize) {
        let at = self.entries.len().checked_sub(back).filter(|_| back > 0);
        let entry = at.and_then(|at| self.entries.get(at));
        self.input = entry.map(|entry| entry.line.clone()).unwrap_or_default();
        self.back = back;
    }

    fn complete(&mut self, choices: Vec<String>) {
        match choices.as_slice() {
            [] => self.choices = Vec::new(),
            [one] => (self.input, self.choices) = (format!("{one} "), Vec::new()),
            many => {
                self.input = common_start(many);
                self.choices = choices;
            }
        }
    }
}

impl PageModel for Terminal {
    type Message = TerminalMessage;

    fn update(&mut self, message: TerminalMessage) {
        match message {
            TerminalMessage::Type(text) => self.edit(text),
            TerminalMessage::Enter => self.enter(),
            TerminalMessage::Print(id, text) => {
                if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
                    entry.output = Some(text.chars().take(MAX_OUTPUT).collect());
                }
            }
            TerminalMessage::Older => self.recall((self.back + 1).min(self.entries.len())),
            TerminalMessage::Newer => self.recall(self.back.saturating_sub(1)),
            TerminalMessage::Complete(choices) => self.complete(choices),
            TerminalMessage::Clear => self.entries.clear(),
        }
    }
}

/// The longest text that all begin with.
fn common_start(lines: &[String]) -> String {
    let first = lines.first().map(String::as_str).unwrap_or_default();
    let same = |at: usize, c: char| {
        lines
            .iter()
            .all(|line| line.get(at..).is_some_and(|rest| rest.starts_with(c)))
    };
    first
        .char_indices()
        .take_while(|(at, c)| same(*at, *c))
        .map(|(_, c)| c)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(lines: &[&str]) -> Terminal {
        let mut terminal = Terminal::default();
        for line in lines {
            terminal.update(TerminalMessage::Type((*line).into()));
            terminal.update(TerminalMessage::Enter);
        }
        terminal
    }

    #[test]
    fn enter_takes_the_trimmed_line_and_empties_the_input() {
        let terminal = entered(&["  status  "]);
        assert_eq!(terminal.entries()[0].line, "status");
        assert_eq!(terminal.input(), "");
        assert_eq!(terminal.newest(), Some((0, true)));
    }

    #[test]
    fn a_blank_line_is_not_entered() {
        let mut terminal = Terminal::default();
        terminal.update(TerminalMessage::Type("   ".into()));
        assert_eq!(terminal.command(), None);
        terminal.update(TerminalMessage::Enter);
        assert!(terminal.entries().is_empty());
    }

    #[test]
    fn output_goes_to_the_entry_that_asked_also_when_a_later_one_is_faster() {
        let mut terminal = entered(&["slow", "fast"]);
        terminal.update(TerminalMessage::Print(1, "second".into()));
        terminal.update(TerminalMessage::Print(0, "first".into()));
        terminal.update(TerminalMessage::Print(9, "nobody".into()));
        let outputs: Vec<_> = terminal
            .entries()
            .iter()
            .map(|entry| entry.output.as_deref())
            .collect();
        assert_eq!(outputs, [Some("first"), Some("second")]);
    }

    #[test]
    fn up_and_down_walk_through_the_history_and_stop_at_its_ends() {
        let mut terminal = entered(&["a", "b"]);
        let mut press = |message| {
            terminal.update(message);
            terminal.input().to_owned()
        };
        assert_eq!(press(TerminalMessage::Older), "b");
        assert_eq!(press(TerminalMessage::Older), "a");
        assert_eq!(press(TerminalMessage::Older), "a");
        assert_eq!(press(TerminalMessage::Newer), "b");
        assert_eq!(press(TerminalMessage::Newer), "");
        assert_eq!(press(TerminalMessage::Newer), "");
    }

    #[test]
    fn typing_ends_the_walk_through_the_history() {
        let mut terminal = entered(&["a", "b"]);
        terminal.update(TerminalMessage::Older);
        terminal.update(TerminalMessage::Older);
        terminal.update(TerminalMessage::Type("c".into()));
        terminal.update(TerminalMessage::Older);
        assert_eq!(terminal.input(), "b");
    }

    #[test]
    fn one_choice_completes_the_line_and_several_complete_what_they_share() {
        let mut terminal = Terminal::default();
        terminal.update(TerminalMessage::Complete(vec!["kill pow-1".into()]));
        assert_eq!(
            (terminal.input(), terminal.choices().len()),
            ("kill pow-1 ", 0)
        );
        let two = vec!["kill pow-1".to_owned(), "kill poa-1".to_owned()];
        terminal.update(TerminalMessage::Complete(two.clone()));
        assert_eq!(
            (terminal.input(), terminal.choices()),
            ("kill po", &two[..])
        );
        terminal.update(TerminalMessage::Type("kill pow".into()));
        assert!(
            terminal.choices().is_empty(),
            "typing takes the choices away"
        );
    }

    #[test]
    fn letters_of_several_bytes_are_not_cut() {
        let lines = ["é1".to_owned(), "é2".to_owned()];
        assert_eq!(common_start(&lines), "é");
        assert_eq!(common_start(&["é".to_owned(), "è".to_owned()]), "");
    }

    #[test]
    fn entries_and_outputs_are_bounded_and_numbers_go_on() {
        let lines: Vec<String> = (0..MAX_ENTRIES + 5)
            .map(|number| number.to_string())
            .collect();
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let mut terminal = entered(&lines);
        assert_eq!(terminal.entries().len(), MAX_ENTRIES);
        assert_eq!(terminal.entries()[0].line, "5");
        terminal.update(TerminalMessage::Print(5, "é".repeat(MAX_OUTPUT + 1)));
        let kept = terminal.entries()[0].output.as_deref().unwrap_or_default();
        assert_eq!(kept.chars().count(), MAX_OUTPUT);
        terminal.update(TerminalMessage::Clear);
        terminal.update(TerminalMessage::Type("again".into()));
        assert_eq!(terminal.command(), Some((65, "again")));
    }

    #[test]
    fn two_lines_wrap_and_a_table_does_not() {
        let entry = |output: &str| Entry {
            id: 0,
            line: String::new(),
            output: Some(output.into()),
        };
        assert!(entry("one\ntwo").is_sentence());
        assert!(!entry("one\ntwo\nthree").is_sentence());
    }
}
