//! Shows how far a long `cargo install` has come: cargo's own lines at a terminal, otherwise one
//! line now and then, and its last lines when it fails.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use crate::clock::Clock;
use crate::process::{Outcome, ending, run, shown};

const BETWEEN_LINES: Duration = Duration::from_secs(30);
const KEPT_LINES: usize = 30;

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
    let problem = format!("`{}` {}.", shown(command), ending(status));
    if last_lines.is_empty() {
        return Err(problem);
    }
    let said = Vec::from(last_lines).join("\n");
    Err(format!("{said}\n{problem}"))
}

/// Reads cargo's lines to their end, counts the crates, and keeps the last lines.
fn summarise(stream: impl Read + Send + 'static) -> VecDeque<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    let clock = Clock::start();
    let mut due = BETWEEN_LINES;
    let mut crates = 0_u32;
    let mut last_lines = VecDeque::new();
    loop {
        match lines.recv_timeout(due.saturating_sub(clock.elapsed())) {
            Ok(line) => {
                if line.trim_start().starts_with("Compiling ") {
                    crates = crates.saturating_add(1);
                }
                if last_lines.len() == KEPT_LINES {
                    last_lines.pop_front();
                }
                last_lines.push_back(line);
            }
            Err(RecvTimeoutError::Disconnected) => return last_lines,
            Err(RecvTimeoutError::Timeout) => {}
        }
        if clock.elapsed() >= due {
            due = clock.elapsed().saturating_add(BETWEEN_LINES);
            let last = last_lines.back().map_or("", |line| line.trim());
            println!("      {clock}: {crates} crates begun, last: {last}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::summarise;
    use std::io::Cursor;

    #[test]
    fn only_the_last_lines_are_kept() {
        let text: String = (0..100).map(|number| format!("line {number}\n")).collect();
        let kept = summarise(Cursor::new(text));
        assert_eq!(kept.len(), 30);
        assert_eq!(kept.back().map(String::as_str), Some("line 99"));
    }
}
