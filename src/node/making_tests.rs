//! What a node's miners are told, and what is told of them.

use super::source::Source;
use super::testing::Net;
use super::*;
use crate::ipc::{
    FromMiner, Limit, MinerStatus, SearchJob, Speed, TimeShare, ToMiner, Try, Workload,
};
use crate::ledger::{MinerRow, Query, Row, Table};
use crate::miner::{Search, Step};
use crate::primitives::{Header, Kind, Millis, NodeKind};
use crate::records::MinerState;
use crate::testkit::{Grower, key, params};

const PACED: Speed = Speed::Budget(17.0);

fn workload(speed: Speed, miners: u32) -> Input {
    Input::SetWorkload(Workload {
        speed,
        share: TimeShare {
            position: 2,
            of: 12,
            at_once: 1,
        },
        miners,
    })
}

/// What each miner is told by an input.
fn told(net: &mut Net, input: Input) -> Vec<(u32, ToMiner)> {
    let now = net.reading();
    let mut out = Outbox::new();
    net.seats[0]
        .node
        .as_mut()
        .unwrap()
        .handle(now, input, &mut out);
    let to_miner = |output| {
        if let Output::Miner { worker, message } = output {
            Some((worker, message))
        } else {
            None
        }
    };
    out.into_iter().filter_map(to_miner).collect()
}

fn jobs(told: Vec<(u32, ToMiner)>) -> Vec<SearchJob> {
    let job = |(_, message)| match message {
        ToMiner::Search(job) => Some(job),
        ToMiner::Cancel | ToMiner::Yield => None,
    };
    told.into_iter().filter_map(job).collect()
}

/// The rows of the first node's miners.
fn rows(net: &Net) -> Vec<MinerRow> {
    let query = Query {
        table: Table::MiningPool,
        index: None,
        key: None,
        descending: false,
        offset: 0,
        limit: 10,
    };
    let row = |row| {
        if let Row::Miner(row) = row {
            Some(row)
        } else {
            None
        }
    };
    net.seats[0]
        .page(&query)
        .rows
        .into_iter()
        .filter_map(row)
        .collect()
}

fn first_miner(net: &Net) -> MinerStatus {
    net.node(0).miners(net.instant()).remove(0)
}

fn progress(job: &SearchJob, hashes: u64, best: &str) -> Input {
    let (best_hash, nonce) = (best.to_owned(), job.nonce_start + hashes);
    let tries = vec![Try { nonce, hash: 7 }];
    Input::Miner(
        0,
        FromMiner::Progress {
            job: job.job,
            hashes,
            hash_rate: 17.0,
            nonce,
            best_hash,
            tries,
        },
    )
}

/// The find of a job, said to be the end of so many tries.
fn found(job: &SearchJob, hashes: u64) -> Input {
    let Step::Found(nonce) = Search::new(job).unwrap().step(u64::MAX) else {
        panic!("the range holds a nonce")
    };
    Input::Miner(
        0,
        FromMiner::Found {
            job: job.job,
            nonce,
            hashes,
            elapsed_ms: 1.0,
            hash_rate: 17.0,
        },
    )
}

/// One node that mines, with its first job.
fn mining(miners: u32) -> (Net, SearchJob) {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.takes = Some(Millis(3_600_000));
    net.run(Millis(400));
    net.give(0, workload(PACED, miners));
    let (job, _) = net.seats[0].search.clone().unwrap();
    (net, job)
}

#[test]
fn each_miner_gets_a_range_of_its_own_and_the_limit_of_the_pace() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(400));
    let jobs_at = |net: &mut Net, speed| jobs(told(net, workload(speed, 3)));
    let searched = jobs_at(&mut net, Speed::Full);
    assert_eq!(searched.len(), 3);
    assert!(
        searched
            .windows(2)
            .all(|pair| pair[0].nonce_end == pair[1].nonce_start)
    );
    let positions = searched.iter().map(|job| job.limit);
    assert!(
        positions.eq([2, 3, 4].map(|position| Limit::Share(TimeShare {
            position,
            of: 12,
            at_once: 1
        })))
    );
    assert!(
        jobs_at(&mut net, Speed::Max)
            .iter()
            .all(|job| job.limit == Limit::Share(TimeShare::ALL))
    );
    assert!(
        jobs_at(&mut net, PACED)
            .iter()
            .all(|job| job.limit == Limit::Rate(17.0))
    );
}

#[test]
fn a_pause_cancels_every_search_until_there_is_a_pace_again() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(400));
    assert_eq!(
        told(&mut net, workload(Speed::Paused, 1)),
        [(0, ToMiner::Cancel)]
    );
    net.seats[0].search_nothing();
    assert_eq!(
        net.node(0).miners(net.instant())[0].state,
        MinerState::Paused
    );
    let height = net.height(0);
    net.run(Millis(30_000));
    assert_eq!(net.height(0), height, "nothing is mined in a pause");
    net.give(0, workload(PACED, 1));
    net.run(Millis(5_000));
    assert!(net.height(0) > height);
}

#[test]
fn a_used_up_range_is_followed_by_another_header_in_the_same_millisecond() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(400));
    let mut headers = Vec::new();
    let mut job = jobs(told(&mut net, workload(PACED, 1))).remove(0);
    for _ in 0..3 {
        headers.push(Header::from_bytes(&job.header).unwrap());
        let used_up = Input::Miner(
            0,
            FromMiner::Exhausted {
                job: job.job,
                hashes: 1,
            },
        );
        job = jobs(told(&mut net, used_up)).remove(0);
    }
    assert!(
        headers
            .windows(2)
            .all(|pair| pair[0].data_hash != pair[1].data_hash)
    );
    assert!(
        headers
            .windows(2)
            .all(|pair| pair[0].parent == pair[1].parent)
    );
}

#[test]
fn the_table_of_miners_has_a_row_for_each_that_there_is() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    for count in [3, 1, 2] {
        net.give(0, workload(PACED, count));
        net.run(Millis(10_000));
        let rows = rows(&net);
        let expected: Vec<_> = (1..=count)
            .map(|number| format!("pow-1:{number}"))
            .collect();
        assert_eq!(
            rows.iter()
                .map(|row| row.worker_id.clone())
                .collect::<Vec<_>>(),
            expected
        );
    }
}

#[test]
fn miners_that_find_at_once_make_a_block_each_least_gap_and_none_that_must_be_deferred() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow), ("viewer-1", NodeKind::Viewer)]);
    net.takes = Some(Millis(0));
    net.run(Millis(10_000));
    let (height, gap) = (net.height(0), params().min_gap);
    assert!(
        (10_000 / gap.0 - 4..=10_000 / gap.0 + 1).contains(&height),
        "{height}"
    );
    assert_eq!(net.node(0).status(net.reading()).blocks_made, height);
    assert_eq!(
        net.noted(0, |notice| matches!(notice, Notice::Found { .. })),
        usize::try_from(height).unwrap()
    );
    for seat in 0..2 {
        assert_eq!(
            net.noted(seat, |notice| matches!(notice, Notice::Deferred { .. })),
            0
        );
    }
    // The other heard of each one when it was made.
    assert!(
        net.noted(1, |notice| matches!(notice, Notice::Accepted { .. }))
            >= usize::try_from(height).unwrap() - 1
    );
    assert!(
        net.node(0).chain().head_header().time <= net.now.plus(gap),
        "no further ahead of the clock than the gap"
    );
    // One job for each block, and not one after another for the same.
    assert!(
        net.node(0)
            .mining
            .job()
            .is_none_or(|(number, _)| number <= height + 2)
    );
}

#[test]
fn a_head_far_ahead_of_the_clock_wins_its_maker_only_a_moment() {
    let (mut net, _) = mining(1);
    let ahead = net.now.plus(params().max_future);
    let block = Grower::new(params()).work_block(
        "fast",
        ahead.since(crate::testkit::GENESIS_TIME).0,
        Vec::new(),
    );
    let now = net.now;
    assert!(
        net.seats[0]
            .node
            .as_mut()
            .unwrap()
            .import(block, Source::Own, &mut Outbox::new())
    );
    assert_eq!(jobs(told(&mut net, Input::Wake)), []);
    net.now = now.plus(Millis(2 * params().min_gap.0 - 1));
    assert_eq!(jobs(told(&mut net, Input::Wake)), []);
    net.now = now.plus(Millis(2 * params().min_gap.0));
    let job = jobs(told(&mut net, Input::Wake)).remove(0);
    assert_eq!(
        Header::from_bytes(&job.header).unwrap().time,
        ahead.plus(params().min_gap)
    );
}

#[test]
fn authorities_get_their_turns_beside_miners_that_find_at_once() {
    let mut net = Net::new(&[
        ("pow-1", NodeKind::Pow),
        ("poa-1", NodeKind::Poa),
        ("poa-2", NodeKind::Poa),
    ]);
    net.takes = Some(Millis(0));
    net.run(Millis(60_000));
    let chain = net.node(0).chain();
    let sealed = chain
        .in_memory_from(crate::primitives::Height(0))
        .filter(|(id, entry)| chain.on_best(id) && entry.block.header.kind == Kind::Authority);
    // In twelve slots; some meet a work block that is on its way.
    let sealed = sealed.count();
    assert!(sealed >= 8, "{sealed}");
}

#[test]
fn a_reserved_slot_is_sealed_once_the_head_that_came_meanwhile_is_old_enough() {
    let mut net = Net::new(&[]);
    let setup = Setup {
        params: params(),
        key: key("poa-2"),
        name: "poa-2".to_owned(),
        kind: NodeKind::Poa,
        host: "tab".to_owned(),
        workload: Workload {
            speed: PACED,
            share: TimeShare::ALL,
            miners: 0,
        },
        is_first: true,
        session: 1,
        seed: 1,
    };
    let mut out = Outbox::new();
    let mut node = Node::start(setup, None, net.reading(), &mut out).unwrap();
    let batches = |out: &mut Outbox| {
        let batch = |output| {
            if let Output::Persist { id, .. } = output {
                Some(id)
            } else {
                None
            }
        };
        out.drain(..).filter_map(batch).collect::<Vec<_>>()
    };
    let first = batches(&mut out).remove(0);
    node.handle(net.reading(), Input::Wake, &mut out);
    node.handle(net.reading(), Input::Persisted(first), &mut out);
    let reserved = batches(&mut out).remove(0);
    // While the disk is busy, a block comes that is dated ahead.
    let age = net
        .now
        .plus(Millis(600))
        .since(crate::testkit::GENESIS_TIME)
        .0;
    assert!(node.import(
        Grower::new(params()).work_block("miner", age, Vec::new()),
        Source::Own,
        &mut out
    ));
    let head = node.chain().head();
    node.handle(net.reading(), Input::Persisted(reserved), &mut out);
    assert_eq!(node.chain().head(), head, "it is too far ahead");
    net.now = net.now.plus(Millis(600 - params().min_gap.0));
    node.handle(net.reading(), Input::Wake, &mut out);
    assert_eq!(node.chain().head_header().parent, head);
    assert_eq!(node.chain().head_header().kind, Kind::Authority);
    assert_eq!(node.status(net.reading()).blocks_made, 1);
}

#[test]
fn tries_best_hash_and_time_are_of_the_search_on_this_head_whatever_jobs_it_takes() {
    let (mut net, job) = mining(1);
    net.give(0, progress(&job, 100, "00ab"));
    assert_eq!(first_miner(&net).tries.len(), 1);
    net.run(Millis(11_000));
    let (next, _) = net.seats[0].search.clone().unwrap();
    assert!(
        next.job > job.job && next.search == job.search,
        "another candidate of the same search"
    );
    let miner = first_miner(&net);
    assert_eq!((miner.hashes, miner.best_hash.as_str()), (100, "00ab"));
    assert!(miner.elapsed_ms >= 11_000);
    net.give(0, progress(&next, 180, "00cd"));
    let miner = first_miner(&net);
    assert_eq!(
        (miner.hashes, miner.best_hash.as_str()),
        (180, "00ab"),
        "the best of the search"
    );
    net.give(0, found(&next, 190));
    assert_eq!(
        net.noted(0, |notice| matches!(
            notice,
            Notice::Found { hashes: 190, .. }
        )),
        1,
        "all its tries"
    );
    let (after, _) = net.seats[0].search.clone().unwrap();
    assert_ne!(after.search, job.search);
    let miner = first_miner(&net);
    assert_eq!(
        (miner.hashes, miner.best_hash.as_str(), miner.elapsed_ms),
        (0, "", 0)
    );
    assert_eq!(miner.tries, []);
}

#[test]
fn a_pause_is_no_time_of_the_search() {
    let (mut net, job) = mining(1);
    net.run(Millis(1_000));
    let before = first_miner(&net).elapsed_ms;
    net.give(0, workload(Speed::Paused, 1));
    net.run(Millis(60_000));
    let resumed = jobs(told(&mut net, workload(PACED, 1))).remove(0);
    assert_eq!(resumed.search, job.search);
    net.now = net.now.plus(Millis(500));
    assert_eq!(first_miner(&net).elapsed_ms, before + 500);
}

#[test]
fn a_row_says_at_once_that_its_miner_is_paused_failed_back_or_stopped() {
    let (mut net, job) = mining(1);
    let states = |net: &Net| {
        rows(net)
            .into_iter()
            .map(|row| (row.state, row.hash_rate))
            .collect::<Vec<_>>()
    };
    net.give(0, progress(&job, 100, "00ab"));
    net.give(
        0,
        Input::MinerState {
            worker: 0,
            up: false,
        },
    );
    assert_eq!(states(&net), [(MinerState::Restarting, 0.0)]);
    net.give(
        0,
        Input::MinerState {
            worker: 0,
            up: true,
        },
    );
    assert_eq!(rows(&net)[0].state, MinerState::Searching);
    // A new worker counts from 0, the search does not.
    net.give(0, progress(&job, 5, "00ff"));
    assert_eq!(
        (
            first_miner(&net).hashes,
            first_miner(&net).best_hash.clone()
        ),
        (105, "00ab".to_owned())
    );
    net.give(0, workload(Speed::Paused, 1));
    assert_eq!(states(&net), [(MinerState::Paused, 0.0)]);
    net.give(0, workload(PACED, 1));
    net.give(0, Input::Stop);
    assert_eq!(states(&net), [(MinerState::Stopped, 0.0)]);
}

#[test]
fn a_find_that_nothing_follows_sends_every_miner_to_rest() {
    let (mut net, job) = mining(2);
    let next = jobs(told(&mut net, found(&job, 1))).remove(0);
    // This one is dated ahead of the clock by the least gap: what follows has to wait.
    let rest = [(0, ToMiner::Cancel), (1, ToMiner::Cancel)];
    assert_eq!(told(&mut net, found(&next, 1)), rest);
    assert_eq!(first_miner(&net).state, MinerState::Idle);
}

#[test]
fn a_pause_reaches_every_miner_also_after_a_find() {
    let (mut net, job) = mining(2);
    told(&mut net, found(&job, 1));
    assert_eq!(
        told(&mut net, workload(Speed::Paused, 2)),
        [(0, ToMiner::Cancel), (1, ToMiner::Cancel)]
    );
}
