//! What a node's miners are told, and what is told of them.

use super::tests::Net;
use super::*;
use crate::ipc::{FromMiner, Limit, Pace, SearchJob, ToMiner};
use crate::ledger::{Query, Row, Table};
use crate::primitives::Header;

const PACE: Pace = Pace::Interval { ms: 2_000 };

fn workload(pace: Pace, miners: u32) -> Input {
    Input::SetWorkload(Workload { pace, share: 0.25, miners })
}

/// What each miner is told by an input.
fn told(net: &mut Net, input: Input) -> Vec<(u32, ToMiner)> {
    let now = net.now;
    let mut out = Outbox::new();
    net.seats[0].node.as_mut().unwrap().handle(now, input, &mut out);
    let to_miner = |output| if let Output::Miner { worker, message } = output { Some((worker, message)) } else { None };
    out.into_iter().filter_map(to_miner).collect()
}

fn jobs(told: Vec<(u32, ToMiner)>) -> Vec<SearchJob> {
    let job = |(_, message)| match message {
        ToMiner::Search(job) => Some(job),
        ToMiner::Cancel => None,
    };
    told.into_iter().filter_map(job).collect()
}

#[test]
fn each_miner_gets_a_range_of_its_own_and_the_limit_of_the_pace() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(400));
    let jobs_at = |net: &mut Net, pace| jobs(told(net, workload(pace, 3)));
    let searched = jobs_at(&mut net, Pace::Full);
    assert_eq!(searched.len(), 3);
    assert!(searched.windows(2).all(|pair| pair[0].nonce_end == pair[1].nonce_start));
    assert!(searched.iter().all(|job| job.limit == Limit::Share(0.25)));
    assert!(jobs_at(&mut net, Pace::Max).iter().all(|job| job.limit == Limit::Share(1.0)));
    let difficulty = searched[0].difficulty as f64;
    assert!(jobs_at(&mut net, PACE).iter().all(|job| job.limit == Limit::Rate(difficulty / 2.0 / 3.0)));
}

#[test]
fn a_pause_cancels_every_search_until_there_is_a_pace_again() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(400));
    assert_eq!(told(&mut net, workload(Pace::Paused, 1)), [(0, ToMiner::Cancel)]);
    net.seats[0].search_nothing();
    assert_eq!(net.node(0).miners(net.now)[0].state, "paused");
    let height = net.height(0);
    net.run(Millis(30_000));
    assert_eq!(net.height(0), height, "nothing is mined in a pause");
    net.give(0, workload(PACE, 1));
    net.run(Millis(5_000));
    assert!(net.height(0) > height);
}

#[test]
fn a_used_up_range_is_followed_by_another_header_in_the_same_millisecond() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(400));
    let mut headers = Vec::new();
    let mut job = jobs(told(&mut net, workload(PACE, 1))).remove(0);
    for _ in 0..3 {
        headers.push(Header::from_bytes(&job.header).unwrap());
        let used_up = Input::Miner(0, FromMiner::Exhausted { job: job.job, hashes: 1 });
        job = jobs(told(&mut net, used_up)).remove(0);
    }
    assert!(headers.windows(2).all(|pair| pair[0].data_hash != pair[1].data_hash));
    assert!(headers.windows(2).all(|pair| pair[0].parent == pair[1].parent));
}

#[test]
fn the_table_of_miners_has_a_row_for_each_that_there_is() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    for count in [3, 1, 2] {
        net.give(0, workload(PACE, count));
        net.run(Millis(10_000));
        let query = Query { table: Table::MiningPool, index: None, key: None, descending: false, offset: 0, limit: 10 };
        let page = net.seats[0].page(&query);
        let name = |row: &Row| if let Row::Miner(row) = row { Some(row.worker_id.clone()) } else { None };
        let expected: Vec<_> = (1..=count).map(|number| format!("pow-1:{number}")).collect();
        assert_eq!(page.rows.iter().filter_map(name).collect::<Vec<_>>(), expected);
    }
}
