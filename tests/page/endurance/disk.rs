//! A disk that is full for a while. It needs a small file system that it may fill, of some 100 MB,
//! whose folder `AUREX_SMALL_DISK` names; as root:
//!
//! ```sh
//! truncate -s 128M small.img && mkfs.ext4 -q small.img && mkdir small && mount -o loop small.img small
//! ```

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, thread};

use super::acknowledged::Acknowledged;
use crate::browser::Browser;
use crate::clock::Clock;
use crate::server::Server;
use crate::visit::{Node, Problem, Status, Visit, dist};

/// How soon all must be durable after space returned.
const DURABLE_AGAIN_SECONDS: u64 = 60;

/// A file that takes all the space there is, until it is dropped.
struct Ballast(PathBuf);

impl Ballast {
    fn new(disk: &Path) -> Self {
        let ballast = Self(disk.join("ballast"));
        ballast.fill();
        ballast
    }

    /// Takes what was freed since.
    fn fill(&self) {
        let mut file = File::options()
            .create(true)
            .append(true)
            .open(&self.0)
            .expect("a file on the small disk");
        for size in [1 << 20, 4_096, 1] {
            while file.write_all(&vec![1; size]).is_ok() {}
        }
    }
}

impl Drop for Ballast {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A line for each node of what it says of its ledger, and the page's problems.
fn said(status: &Status) -> String {
    let line = |node: &Node| {
        let ledger = node.degraded.as_deref().unwrap_or("durable");
        let (durable, height) = (node.durable_height, node.height);
        format!("{} {durable}/{height} {ledger}", node.name)
    };
    let problems = status
        .problems
        .iter()
        .map(|problem| problem.message.clone());
    let lines: Vec<_> = status.nodes.iter().map(line).chain(problems).collect();
    lines.join("\n      ")
}

/// Whether a node is durable again, or the page says what else helps.
fn is_mended(status: &Status, node: &Node) -> bool {
    let advised = |problem: &Problem| {
        problem.message.contains(&node.name) && problem.message.contains("restart the browser")
    };
    node.degraded.is_none() || status.problems.iter().any(advised)
}

#[test]
#[ignore = "run by cargo xtask test"]
fn on_a_full_disk_no_node_claims_to_be_durable_and_all_are_again_when_there_is_room() {
    const QUERY: &str = "?pace=1&traffic=120";
    let Some(disk) = env::var_os("AUREX_SMALL_DISK").map(PathBuf::from) else {
        eprintln!("    skipped: AUREX_SMALL_DISK names no small file system");
        return;
    };
    let mut visit = Visit {
        browser: Browser::start_in(disk.join("profile")),
        server: Server::start(&dist()),
    };
    visit.go(QUERY);
    visit.agreed(5, 5, 60);
    let mut promised = Acknowledged::default();
    promised.take_down(&visit);
    let ballast = Ballast::new(&disk);
    let clock = Clock::start();
    let full = visit.wait("every node says that it is not durable", 120, |visit| {
        ballast.fill();
        let status = visit.status();
        let all = status.up().all(|node| node.degraded.is_some());
        all.then_some(status)
    });
    eprintln!("    all said so after {clock}:\n      {}", said(&full));
    let full = visit.wait("the page's advice", 120, |visit| {
        ballast.fill();
        let status = visit.status();
        let advised = status.up().all(|node| is_mended(&status, node));
        advised.then_some(status)
    });
    eprintln!("    advised after {clock}:\n      {}", said(&full));
    drop(ballast);
    let clock = Clock::start();
    let height = full.height();
    // A new worker begins at height 0, before it has the chain of the one before.
    let is_durable = |node: &Node| node.degraded.is_none() && node.durable_height >= height;
    while !clock.is_past(DURABLE_AGAIN_SECONDS) && !visit.status().nodes.iter().all(is_durable) {
        thread::sleep(Duration::from_secs(1));
    }
    let after = visit.status();
    eprintln!("    {clock} after there was room:\n      {}", said(&after));
    for node in after.up() {
        assert!(is_mended(&after, node), "{}", said(&after));
    }
    promised.take_heights(&after);
    if after.up().any(|node| node.degraded.is_some()) {
        visit.browser.kill_and_start_again();
    }
    // What is on the disk, before the program can mend anything.
    visit.browser.go(&visit.server.other_page());
    promised.expect_stored(&visit);
    visit.go(QUERY);
    let status = visit.agreed(5, 1, 60);
    for node in &status.nodes {
        promised.expect_resumed(&status, &node.name);
    }
    eprintln!("    lost none of {}", promised.figures());
}
