//! The processes of the driven browser and what they use, as `/proc` says it, which only Linux has.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// In the command line of a page's process.
pub(super) const RENDERER: &str = "--type=renderer";

/// One process.
pub(super) struct Process {
    id: u32,
    parent: u32,
    command: String,
    /// Clock ticks of processor time so far.
    pub(super) ticks: f64,
}

impl Process {
    /// Megabytes of its own in memory: no files, and nothing that it shares.
    pub(super) fn memory(&self) -> f64 {
        let status = fs::read_to_string(folder(self.id).join("status")).unwrap_or_default();
        let kilobytes = status.lines().find_map(|line| {
            let value = line.strip_prefix("RssAnon:")?;
            value.split_whitespace().next()?.parse::<f64>().ok()
        });
        kilobytes.unwrap_or(0.0) / 1_024.0
    }
}

/// Whether processes can be looked at here.
pub(super) fn are_seen() -> bool {
    Path::new("/proc/self/stat").exists()
}

/// The descendants of a process whose command line contains a word; none where they are not seen.
pub(super) fn family(ancestor: u32, word: &str) -> Vec<Process> {
    let mut all = processes();
    let mut family = BTreeSet::from([ancestor]);
    // A child may have a lower number than its parent, so as long as there are more.
    while let Some(child) = all
        .iter()
        .find(|child| family.contains(&child.parent) && !family.contains(&child.id))
    {
        family.insert(child.id);
    }
    family.remove(&ancestor);
    // The browser draws its own window in a renderer too.
    let is_own = |child: &Process| child.command.contains("--top-chrome-webui");
    all.retain(|child| {
        let is_asked_for = child.command.contains(word) && !(word == RENDERER && is_own(child));
        family.contains(&child.id) && is_asked_for
    });
    all
}

fn folder(id: u32) -> PathBuf {
    Path::new("/proc").join(id.to_string())
}

fn processes() -> Vec<Process> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    let one = |entry: fs::DirEntry| {
        let id = entry.file_name().to_str()?.parse().ok()?;
        let stat = fs::read_to_string(folder(id).join("stat")).ok()?;
        let command = fs::read_to_string(folder(id).join("cmdline")).ok()?;
        // The name before the last bracket may contain anything.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks: [f64; 2] = [fields.get(11)?.parse().ok()?, fields.get(12)?.parse().ok()?];
        Some(Process {
            id,
            parent: fields.get(1)?.parse().ok()?,
            command,
            ticks: ticks.iter().sum(),
        })
    };
    entries.flatten().filter_map(one).collect()
}
