//! What a network costs that is left running: memory and disk, in figures, over a day.

use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use super::testing::Net;
use crate::chain::{Archive, KEEP};
use crate::ledger::{Query, Table};
use crate::primitives::{Amount, Millis};
use crate::testkit::{Grower, params};

const SECOND: Millis = Millis(1_000);
/// Rows of a table that are weighed each hour, the latest.
const WEIGHED: u32 = 100;

/// An archive in a file, as a node in a browser has one.
#[derive(Debug)]
struct FileArchive(RefCell<(File, u64)>);

impl FileArchive {
    /// In a file without a name, which goes with the process.
    fn new(seat: usize) -> Self {
        let name = format!("aurex-archive-{}-{seat}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .unwrap();
        std::fs::remove_file(path).unwrap();
        Self(RefCell::new((file, 0)))
    }
}

impl Archive for FileArchive {
    fn append(&self, bytes: &[u8]) -> Option<u64> {
        let (file, end) = &mut *self.0.borrow_mut();
        file.write_all(bytes).ok()?;
        let at = *end;
        *end += u64::try_from(bytes.len()).ok()?;
        Some(at)
    }

    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.borrow().0.read_exact_at(&mut bytes, at).ok()?;
        Some(bytes)
    }
}

/// Bytes of memory that this process holds, as the system counts them; 0 where it does not say.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = pages.split(' ').nth(1).map(str::parse::<u64>);
    pages.and_then(Result::ok).unwrap_or(0) * 4_096
}

/// Bytes of a seat's ledger by its tables, from the length of their latest rows.
fn stored(net: &Net, seat: usize) -> u64 {
    let weigh = |table: &Table| {
        let latest = Query {
            table: *table,
            index: None,
            key: None,
            descending: true,
            offset: 0,
            limit: WEIGHED,
        };
        let page = net.seats[seat].page(&latest);
        let bytes: usize = page
            .rows
            .iter()
            .map(|row| borsh::to_vec(row).unwrap().len())
            .sum();
        let rows = u64::try_from(page.rows.len()).unwrap().max(1);
        u64::try_from(bytes).unwrap() * u64::from(page.total) / rows
    };
    Table::ALL.iter().map(weigh).sum()
}

/// Five nodes, more than a block and one payment a second, for 24 hours. Each hour the ledgers'
/// rows are weighed and thrown away, so that what is left in memory is the nodes' own.
#[test]
#[ignore = "a measurement: cargo test --profile sim --lib --features sim what_a_day -- --ignored --nocapture"]
fn what_a_day_costs_in_memory_and_on_disk() {
    let mut params = params();
    for account in &mut params.allocation {
        account.amount = Amount(1_000_000_000);
    }
    let grower = Grower::new(params.clone());
    let mut net = Net::five_with(params);
    for (number, seat) in net.seats.iter_mut().enumerate() {
        let node = seat.node.as_mut().unwrap();
        node.archive_to(Rc::new(FileArchive::new(number)), KEEP);
    }
    let (mut nonces, mut before, mut on_disk) = ([0, 0], (0, resident()), 0);
    println!("hour, height, payments, MB of memory, bytes a block and node, bytes on disk a block");
    for hour in 1..=24 {
        for second in 0..3_600_usize {
            let users = ["alice", "bob"];
            let sender = second % 2;
            let payment = grower.transfer(users[sender], nonces[sender], users[1 - sender], 10);
            if net.submit(second % 5, payment.to_bytes()).is_ok() {
                nonces[sender] += 1;
            }
            net.run(SECOND);
        }
        let now = (net.height(0), resident());
        on_disk += stored(&net, 0);
        let (blocks, bytes) = (now.0 - before.0, now.1.saturating_sub(before.1));
        println!(
            "{hour}, {}, {}, {}, {}, {}",
            now.0,
            nonces[0] + nonces[1],
            now.1 / 1_000_000,
            bytes / blocks / 5,
            on_disk / now.0
        );
        before = now;
        for seat in &mut net.seats {
            seat.forget();
            seat.notices.clear();
        }
    }
    net.quiesce();
    net.assert_agreement();
}
