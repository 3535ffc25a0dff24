//! The reasons of a node and its reports of reorganisations, each from a network that brings it
//! about.

use super::super::testing::{Duel, Net, ping, transfer};
use super::super::{Answer, Input, Node, Outbox, Setup};
use crate::consensus::Allocation;
use crate::consensus::BlockError;
use crate::gossip::HeadInfo;
use crate::ipc::{Request, Speed, Subject, TimeShare, Workload};
use crate::node::source::Source;
use crate::primitives::{
    Amount, Block, BlockHash, ClockReading, Height, MAX_TRANSACTIONS, Millis, NodeKind, Weight,
};
use crate::records::{Fate, MAX_BRANCH, MAX_LEFT, Reason};
use crate::testkit::{Grower, key, params};

fn ask(duel: &mut Duel, request: Request) -> Answer {
    let reading = ClockReading::steady(duel.now);
    duel.node
        .answer(reading, request, &mut Outbox::new())
        .unwrap()
}

fn why(duel: &mut Duel, about: Subject) -> Vec<Reason> {
    let answer = ask(
        duel,
        Request::Why {
            about: about.clone(),
        },
    );
    let Answer::Why(info) = answer else {
        panic!("{answer:?}");
    };
    let (whole, reasons) = duel.node.reasons(about).unwrap();
    let said = info.reasons.iter().map(|one| one.code.as_str());
    assert!(info.about == whole && said.eq(reasons.iter().map(Reason::code)));
    reasons
}

fn why_block(duel: &mut Duel, id: BlockHash) -> Vec<Reason> {
    why(duel, Subject::Block(id.to_string()))
}

fn import(duel: &mut Duel, block: Block) {
    duel.node.import(block, Source::Own, &mut Outbox::new());
}

/// The node with the heavier of two branches of these lengths, and the heads of the other and of
/// this.
fn parted(lengths: [usize; 2]) -> (Duel, [Grower; 2]) {
    let mut duel = Duel::new();
    let growers = ["one", "other"].map(|_| Grower::new(params()));
    let mut growers = growers;
    for (grower, (miner, length)) in growers
        .iter_mut()
        .zip(["one", "other"].into_iter().zip(lengths))
    {
        for id in grower.grow(miner, length) {
            import(
                &mut duel,
                Block::clone(&grower.chain.get(&id).unwrap().block),
            );
        }
    }
    (duel, growers)
}

#[test]
fn a_block_of_a_lighter_branch_names_by_how_much_and_above_what() {
    let (mut duel, [light, heavy]) = parted([2, 5]);
    let (first, head) = (light.chain.at(Height(1)).unwrap(), heavy.chain.head());
    let difficulty = light.chain.params().difficulty.0;
    let expected = Reason::Lighter {
        fork: 0,
        weight: 2 * difficulty,
        best: 5 * difficulty,
        head: head.to_string(),
    };
    // Its branch counts up to its heaviest block, not up to it.
    assert_eq!(why_block(&mut duel, first), [expected]);
    let on = Reason::OnChain { confirmations: 1 };
    assert_eq!(why_block(&mut duel, head), [on]);
}

#[test]
fn of_two_branches_of_one_weight_the_loser_says_that_it_lost_the_tie() {
    let (mut duel, [one, other]) = parted([3, 3]);
    let heads = [one.chain.head(), other.chain.head()];
    let head = duel.node.chain().head();
    let loser = heads.into_iter().find(|id| *id != head).unwrap();
    let reasons = why_block(&mut duel, loser);
    assert!(
        matches!(&reasons[..], [Reason::Tied { fork: 0, head: won, .. }] if *won == head.to_string()),
        "{reasons:?}"
    );
}

#[test]
fn a_refused_block_names_the_rule_and_is_found_by_its_first_digits() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    let mut block = grower.work_block("miner", 1_000, Vec::new());
    block.header.nonce += 1;
    while block.header.id().0[0] < 0x10 {
        block.header.nonce += 1;
    }
    let id = block.id();
    import(&mut duel, block);
    let reasons = why(&mut duel, Subject::Block(id.to_string()[..8].to_owned()));
    let Some(BlockError::InsufficientWork { .. }) = duel.node.chain().refusal(&id) else {
        panic!("{:?}", duel.node.chain().refusal(&id));
    };
    assert!(
        matches!(&reasons[..], [Reason::Refused { rule: 4, error, text }] if error == "insufficient_work" && text.contains("expected")),
        "{reasons:?}"
    );
}

#[test]
fn a_block_ahead_of_the_clock_says_when_it_is_looked_at_again() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    let head = grower.chain.head_header().time;
    let ahead = duel.now.since(head).0 + 30_000;
    let block = grower.work_block("miner", ahead, Vec::new());
    let (id, time) = (block.id(), block.header.time);
    import(&mut duel, block);
    let until = time.0 - grower.chain.params().max_future.0;
    assert_eq!(why_block(&mut duel, id), [Reason::Deferred { until }]);
}

#[test]
fn a_head_that_a_peer_only_told_of_is_not_validated_yet() {
    let mut duel = Duel::new();
    let id = BlockHash([7; 32]);
    let head = HeadInfo {
        id,
        height: Height(9),
        weight: Weight(9_000),
    };
    duel.hear("liar", &ping(head));
    let reasons = why_block(&mut duel, id);
    assert!(
        matches!(&reasons[..], [Reason::NotFetched { peers, .. }] if peers == &["liar"]),
        "{reasons:?}"
    );
    assert_eq!(why_block(&mut duel, BlockHash([8; 32])), [Reason::Unknown]);
}

#[test]
fn a_side_branch_that_left_a_final_block_out_says_that_no_weight_helps() {
    let mut net = Net::new(&[
        ("poa-1", NodeKind::Poa),
        ("poa-2", NodeKind::Poa),
        ("pow-1", NodeKind::Pow),
    ]);
    net.takes = Some(Millis(1_500));
    net.run(Millis(180_000));
    let node = net.seats[2].node.as_mut().unwrap();
    assert!(
        node.last_final().height() > Height(8),
        "{:?}",
        node.last_final()
    );
    let mut grower = Grower::new(params());
    let block = grower.work_block("late", 1_000, Vec::new());
    let id = block.id();
    node.import(block, Source::Own, &mut Outbox::new());
    let (_, reasons) = node.reasons(Subject::Block(id.to_string())).unwrap();
    let height = node.last_final().height().0;
    assert!(
        matches!(&reasons[..], [Reason::BesideFinal { height: found, .. }, Reason::Lighter { fork: 0, .. }] if *found == height),
        "{reasons:?}"
    );
}

/// A node with these transfers of alice in its mempool.
fn with_transfers(nonces: &[u64]) -> Duel {
    let mut duel = Duel::new();
    for nonce in nonces {
        let raw = transfer(*nonce).to_bytes();
        ask(&mut duel, Request::Submit { raw });
    }
    duel
}

fn why_transfer(duel: &mut Duel, nonce: u64) -> Vec<Reason> {
    why(duel, Subject::Transaction(transfer(nonce).id().to_string()))
}

#[test]
fn a_transaction_behind_a_gap_names_the_missing_nonce_and_the_next_waits_for_nothing() {
    let mut duel = with_transfers(&[0, 2, 3]);
    assert_eq!(why_transfer(&mut duel, 0), [Reason::Next]);
    for nonce in [2, 3] {
        let gap = Reason::NonceGap { missing: 1, nonce };
        assert_eq!(why_transfer(&mut duel, nonce), [gap]);
    }
    let unknown = Subject::Transaction(transfer(9).id().to_string());
    let reading = ClockReading::steady(duel.now);
    let refused = duel
        .node
        .answer(reading, Request::Why { about: unknown }, &mut Outbox::new());
    assert!(refused.is_err(), "{refused:?}");
}

#[test]
fn a_transaction_of_an_account_that_was_emptied_says_what_it_needs_and_what_is_there() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    let alice = key("alice").address();
    let all = grower.chain.head_state().account(&alice).balance.0;
    // It waits for nearly everything; then a block pays nearly everything to bob.
    let waiting = grower.transfer("alice", 1, "bob", all / 2);
    let raw = waiting.to_bytes();
    ask(&mut duel, Request::Submit { raw });
    let spent = grower.transfer("alice", 0, "bob", all - 100);
    let block = grower.work_block("miner", 1_000, vec![spent]);
    import(&mut duel, block);
    let reasons = why(&mut duel, Subject::Transaction(waiting.id().to_string()));
    assert!(
        matches!(&reasons[..], [Reason::NotNow { error, text }] if error == "balance" && text.contains("found 99")),
        "{reasons:?}"
    );
    // One behind it says so, and then what that one says.
    let next = grower.transfer("alice", 2, "bob", 1);
    let raw = next.to_bytes();
    let reading = ClockReading::steady(duel.now);
    let refused = duel
        .node
        .answer(reading, Request::Submit { raw }, &mut Outbox::new());
    assert!(
        refused.is_err(),
        "an emptied account gets no more in: {refused:?}"
    );
}

#[test]
fn a_transaction_for_which_a_block_has_no_room_says_how_many_pay_more() {
    let mut duel = Duel::new();
    let mut crowd = params();
    let users: Vec<String> = (0..40).map(|number| format!("user-{number}")).collect();
    crowd.allocation.extend(users.iter().map(|user| Allocation {
        address: key(user).address(),
        amount: Amount(1_000),
        name: None,
    }));
    let setup = Setup {
        params: crowd.clone(),
        ..Duel::setup()
    };
    let reading = ClockReading::steady(duel.now);
    duel.node = Node::start(setup, None, reading, &mut Outbox::new()).unwrap();
    let grower = Grower::new(crowd);
    let mut submit = |from: &str, nonce: u64, fee: u64| {
        let mut body = grower.transfer(from, nonce, "bob", 1).body;
        body.fee = Amount(fee);
        let transaction = body.sign(&key(from));
        let raw = transaction.to_bytes();
        ask(&mut duel, Request::Submit { raw });
        transaction.id()
    };
    let each = (MAX_TRANSACTIONS / users.len() + 1) as u64;
    for user in &users {
        for nonce in 0..each {
            submit(user, nonce, 5);
        }
    }
    let poor = submit("alice", 0, 1);
    let reasons = why(&mut duel, Subject::Transaction(poor.to_string()));
    let full = Reason::NoRoom {
        before: users.len() as u64 * each,
        fits: MAX_TRANSACTIONS as u64,
        fee: 1,
    };
    assert_eq!(reasons, [full]);
}

#[test]
fn a_committed_and_a_dropped_transaction_say_so() {
    let mut duel = with_transfers(&[0]);
    let mut grower = Grower::new(params());
    let other = grower.transfer("alice", 0, "bob", 77);
    let block = grower.work_block("miner", 1_000, vec![other.clone()]);
    let id = block.id();
    import(&mut duel, block);
    let committed = Reason::Committed {
        height: 1,
        block: id.to_string(),
    };
    let about = Subject::Transaction(other.id().to_string());
    assert_eq!(why(&mut duel, about), [committed]);
    let reasons = why_transfer(&mut duel, 0);
    assert!(
        matches!(&reasons[..], [Reason::Dropped { text }] if text.contains("nonce")),
        "{reasons:?}"
    );
}

fn why_seat(net: &Net, seat: usize) -> Vec<Reason> {
    let node = net.node(seat);
    node.reasons(Subject::Node(net.seats[seat].name.to_owned()))
        .unwrap()
        .1
}

/// The reasons of the only node of a network but for that it hears nobody, which comes first.
fn why_alone(net: &Net) -> Vec<Reason> {
    let mut reasons = why_seat(net, 0);
    assert_eq!(reasons.remove(0), Reason::HearsNobody);
    reasons
}

fn workload(net: &mut Net, seat: usize, speed: Speed, miners: u32) {
    let workload = Workload {
        speed,
        share: TimeShare::ALL,
        miners,
    };
    net.give(seat, Input::SetWorkload(workload));
}

#[test]
fn a_miner_says_whether_it_searches_pauses_or_has_nobody_to_search() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(30_000));
    assert!(
        matches!(
            why_alone(&net)[..],
            [Reason::Searches {
                budget: Some(_),
                ..
            } | Reason::HeadAhead { .. }]
        ),
        "{:?}",
        why_alone(&net)
    );
    workload(&mut net, 0, Speed::Paused, 1);
    assert_eq!(why_alone(&net), [Reason::Paused]);
    workload(&mut net, 0, Speed::Max, 0);
    assert_eq!(why_alone(&net), [Reason::NoMiner]);
    workload(&mut net, 0, Speed::Max, 1);
    net.run(Millis(1));
    assert!(matches!(
        why_alone(&net)[..],
        [Reason::Searches { budget: None, .. } | Reason::HeadAhead { .. }]
    ));
    let duel = Duel::new();
    let (_, watches) = duel.node.reasons(Subject::Node("viewer".into())).unwrap();
    assert_eq!(watches, [Reason::Watches]);
}

#[test]
fn an_authority_names_whose_turn_it_is_or_that_its_slot_is_used() {
    let mut net = Net::new(&[
        ("poa-1", NodeKind::Poa),
        ("poa-2", NodeKind::Poa),
        ("poa-9", NodeKind::Poa),
    ]);
    net.run(Millis(60_000));
    let authorities = params().authorities.len() as u64;
    assert!(why_seat(&net, 2).contains(&Reason::NoAuthority { authorities }));
    let (mut turns, mut used) = (0, 0);
    for _ in 0..20 {
        net.run(Millis(1_000));
        for (seat, other) in [(0, "poa-2"), (1, "poa-1")] {
            let first = &why_seat(&net, seat)[0];
            turns += i32::from(
                matches!(first, Reason::NotItsTurn { leader, next: Some(_), .. } if leader == other),
            );
            used += i32::from(matches!(first, Reason::SlotUsed { .. }));
        }
    }
    assert!(
        turns > 5 && used > 2,
        "{turns} turns of the other, {used} used"
    );
}

#[test]
fn an_authority_whose_disk_is_full_says_that_it_cannot_write_down_what_it_signs() {
    let mut net = Net::new(&[("poa-1", NodeKind::Poa), ("poa-2", NodeKind::Poa)]);
    net.run(Millis(30_000));
    net.seats[0].is_full = true;
    net.run(Millis(20_000));
    let reasons = why_seat(&net, 0);
    let failing = |one: &Reason| {
        matches!(
            one,
            Reason::AwaitsDisk { failure: Some(_) } | Reason::NoMemory { .. }
        )
    };
    assert!(reasons.iter().any(failing), "{reasons:?}");
}

#[test]
fn an_authority_that_lost_its_ledger_listens_before_it_votes() {
    let mut net = Net::new(&[
        ("poa-1", NodeKind::Poa),
        ("poa-2", NodeKind::Poa),
        ("pow-1", NodeKind::Pow),
    ]);
    net.run(Millis(60_000));
    net.kill(0);
    net.seats[0].forget();
    net.start(0);
    net.run(Millis(2_000));
    assert!(
        why_seat(&net, 0).contains(&Reason::Listens),
        "{:?}",
        why_seat(&net, 0)
    );
}

#[test]
fn a_reorganisation_tells_both_sides_and_what_became_of_each_transaction() {
    let mut duel = Duel::new();
    let (mut one, mut other) = (Grower::new(params()), Grower::new(params()));
    let [shared, rival, waits] = [
        one.transfer("bob", 0, "alice", 3),
        one.transfer("alice", 0, "bob", 50),
        one.transfer("bob", 1, "alice", 4),
    ];
    let winner = other.transfer("alice", 0, "bob", 7);
    let ids = [&shared, &rival, &waits].map(|one| one.id().to_string());
    let light = one.work_block("one", 1_000, vec![shared.clone(), rival, waits]);
    let before = light.id();
    import(&mut duel, light);
    let first = other.work_block("other", 1_000, vec![shared, winner.clone()]);
    other.import(first.clone()).unwrap();
    let second = other.work_block("other", 1_000, Vec::new());
    let after = second.id();
    import(&mut duel, first);
    import(&mut duel, second);
    let (before, after) = (before.to_string(), after.to_string());
    let Answer::Reorganised(report) = ask(&mut duel, Request::Reorganised { before, after }) else {
        panic!("no report");
    };
    let difficulty = one.chain.params().difficulty.0;
    assert_eq!(
        (report.fork, report.left.count, report.joined.count),
        (0, 1, 2)
    );
    assert_eq!(
        (report.left.weight, report.joined.weight),
        (difficulty, 2 * difficulty)
    );
    let fates: Vec<(String, Fate)> = report
        .transactions
        .iter()
        .map(|left| (left.tx_hash.clone(), left.fate.clone()))
        .collect();
    let conflict = Fate::Conflict(winner.id().to_string());
    let [a, b, c] = ids;
    assert_eq!(
        fates,
        [(a, Fate::InBoth(1)), (b, conflict), (c, Fate::Waits)]
    );
    let balances = report.balances.clone().unwrap();
    let of = |who: &str| {
        let address = key(who).address().to_string();
        let found = balances.iter().find(|one| one.address == address);
        found
            .map(|one| i128::from(one.after) - i128::from(one.before))
            .unwrap()
    };
    // Alice has back what left (50 to bob, 4 from bob), and paid 7; the fee is the same.
    assert_eq!((of("alice"), of("bob")), (50 - 4 - 7, -50 + 4 + 1 + 7));
    let reward = i128::from(params().pow_reward.0);
    assert_eq!(
        of("one"),
        -(reward + 3),
        "a maker loses its reward and the fees"
    );
    assert_eq!(of("other"), 2 * reward + 2);
    let parties = balances.iter().take(2).map(|one| one.address.clone());
    let parties: std::collections::BTreeSet<String> = parties.collect();
    assert_eq!(
        parties,
        ["alice", "bob"]
            .map(|who| key(who).address().to_string())
            .into()
    );
}

#[test]
fn a_deep_reorganisation_lists_a_part_and_counts_the_rest() {
    let (mut duel, [one, other]) = parted([MAX_BRANCH + 6, MAX_BRANCH + 9]);
    let (before, after) = (one.chain.head().to_string(), other.chain.head().to_string());
    let Answer::Reorganised(report) = ask(&mut duel, Request::Reorganised { before, after }) else {
        panic!("no report");
    };
    assert_eq!(report.left.blocks.len(), MAX_BRANCH);
    assert_eq!(
        (report.left.count, report.joined.count),
        (MAX_BRANCH as u64 + 6, MAX_BRANCH as u64 + 9)
    );
    assert_eq!(report.left.blocks[0].hash, one.chain.head().to_string());
    assert!(report.more_transactions == 0 && MAX_LEFT > 0);
    let unknown = Request::Reorganised {
        before: BlockHash([9; 32]).to_string(),
        after: other.chain.head().to_string(),
    };
    let reading = ClockReading::steady(duel.now);
    assert!(
        duel.node
            .answer(reading, unknown, &mut Outbox::new())
            .is_err()
    );
    duel.handle(Input::Wake);
}
