//! Shows how far a long `cargo install` has come: cargo's own lines at a terminal, otherwise one
//! line now and then, and its last lines when it fails.

use std::collections::VecDeque;
use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, Stdio};
use std::time::Duration;
#[expect(
    clippy::disallowed_types,
    reason = "how long a step took is shown to people"
)]
use std::time::Instant;

use crate::process::{Outcome, ending, run, shown};

const BETWEEN_LINES: Duration = Duration::from_secs(30);
const KEPT_LINES: usize = 30;

/// A clock that starts now and is shown as "1 min 5 s".
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::disallowed_types,
    reason = "how long a step took is shown to people"
)]
pub(crate) struct Clock(Instant);

impl Clock {
    #[expect(
        clippy::disallowed_types,
        reason = "how long a step took is shown to people"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&in_words(self.elapsed()))
    }
}

/// "0.4 s", "12 s" or "3 min 5 s".
pub(crate) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", duration.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}

/// Runs cargo and shows its progress.
pub(crate) fn run_cargo(command: &mut Command) -> Outcome<()> {
    if std::io::stderr().is_terminal() {
        return run(command);
    }
    let mut child = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`{}` cannot be started: {error}.", shown(command)))?;
    let last_lines = child.stderr.take().map(summarise).unwrap_or_default();
    let status = child
        .wait()
        .map_err(|error| format!("`{}` cannot be waited for: {error}.", shown(command)))?;
    if status.success() {
        return Ok(());
    }
    let said = Vec::from(last_lines).join("\n");
    Err(format!(
        "`{}` {}; it said last:\n{said}",
        shown(command),
        ending(status)
    ))
}

/// Reads cargo's lines to their end, counts the crates, and keeps the last lines.
fn summarise(stream: impl Read) -> VecDeque<String> {
    let clock = Clock::start();
    let mut shown_at = Duration::ZERO;
    let mut crates = 0_u32;
    let mut last_lines = VecDeque::new();
    for line in BufReader::new(stream).lines().map_while(Result::ok) {
        if line.trim_start().starts_with("Compiling ") {
            crates = crates.saturating_add(1);
        }
        if clock.elapsed().saturating_sub(shown_at) >= BETWEEN_LINES {
            shown_at = clock.elapsed();
            println!("      {crates} crates begun after {clock}: {}", line.trim());
        }
        if last_lines.len() == KEPT_LINES {
            last_lines.pop_front();
        }
        last_lines.push_back(line);
    }
    last_lines
}

#[cfg(test)]
mod tests {
    use super::{in_words, summarise};
    use std::time::Duration;

    #[test]
    fn durations_are_short() {
        assert_eq!(in_words(Duration::from_millis(449)), "0.4 s");
        assert_eq!(in_words(Duration::from_secs(59)), "59 s");
        assert_eq!(in_words(Duration::from_secs(185)), "3 min 5 s");
    }

    #[test]
    fn only_the_last_lines_are_kept() {
        let text: String = (0..100).map(|number| format!("line {number}\n")).collect();
        let kept = summarise(text.as_bytes());
        assert_eq!(kept.len(), 30);
        assert_eq!(kept.back().map(String::as_str), Some("line 99"));
    }
}
