//! Votes in whole networks under a virtual clock: what becomes final, what stops it, and what
//! nobody can undo.

use super::report::FinalityNotice;
use super::testing::{Duel, Net, head_of};
use super::*;
use crate::consensus::Params;
use crate::consensus::finality::{
    Blocks as _, Certificate, Checkpoint, Epoch, Evidence, SignedVote, Standing, Vote, VoteLink,
};
use crate::gossip::{Message, Progress};
use crate::primitives::{BlockHash, Digest, Height, Millis, NodeKind, ParamsChange};
use crate::testkit::{Grower, key, params};
use std::rc::Rc;

const MINUTE: Millis = Millis(60_000);

fn finalised(net: &Net, seat: usize) -> u64 {
    net.node(seat).last_final().epoch.0
}

fn offences(net: &Net, seat: usize) -> usize {
    let votes = &net.node(seat).finality.ballots.votes;
    votes.offences().len()
}

#[test]
fn blocks_become_final_within_seventeen_blocks_and_all_nodes_agree() {
    let mut net = Net::five();
    net.run(MINUTE);
    net.quiesce();
    net.assert_agreement();
    for seat in 0..5 {
        let last = net.node(seat).last_final();
        let lag = net.height(seat) - last.height().0;
        assert!((8..=18).contains(&lag), "seat {seat}: {lag} blocks");
        assert_eq!(last, net.node(0).last_final());
        assert_eq!(offences(&net, seat), 0);
        let told = |notice: &Notice| {
            let Notice::Finality(FinalityNotice::Final { checkpoint }) = notice else {
                return false;
            };
            *checkpoint == last
        };
        assert_eq!(net.noted(seat, told), 1, "told once");
    }
}

#[test]
fn without_one_of_two_finality_stands_still_and_the_chain_goes_on() {
    let mut net = Net::five();
    net.run(MINUTE);
    net.kill(4);
    net.run(Millis(20_000));
    let (stood, height) = (finalised(&net, 0), net.height(0));
    net.run(MINUTE);
    assert_eq!(finalised(&net, 0), stood);
    assert!(net.height(0) > height + 20);
    net.start(4);
    net.run(MINUTE);
    assert!(finalised(&net, 0) > stood + 1);
    net.quiesce();
    net.assert_agreement();
    assert_eq!(offences(&net, 0), 0);
}

#[test]
fn a_node_that_starts_again_knows_what_is_final_at_once() {
    let mut net = Net::five();
    net.run(MINUTE);
    let told: Vec<u64> = (0..5).map(|seat| finalised(&net, seat)).collect();
    assert!(told[0] > 1);
    (0..5).for_each(|seat| net.kill(seat));
    (0..5).for_each(|seat| net.start(seat));
    let again: Vec<u64> = (0..5).map(|seat| finalised(&net, seat)).collect();
    assert_eq!(again, told);
    net.run(MINUTE);
    assert!(finalised(&net, 0) > told[0]);
    assert_eq!(offences(&net, 0), 0);
}

#[test]
fn an_authority_that_lost_its_ledger_votes_again_and_never_against_itself() {
    let mut net = Net::five();
    net.run(MINUTE);
    for round in 0..3 {
        net.kill(4);
        net.seats[4].forget();
        net.start(4);
        assert!(net.node(4).finality.duty.signer.is_lost());
        let before = finalised(&net, 0);
        net.run(MINUTE);
        assert!(finalised(&net, 0) > before + 1, "round {round}");
    }
    (0..5).for_each(|seat| assert_eq!(offences(&net, seat), 0));
}

#[test]
fn a_newcomer_learns_from_certificates_what_is_final() {
    let mut net = Net::five();
    net.kill(2);
    net.run(Millis(400_000));
    assert!(
        finalised(&net, 0) > 60,
        "more than a message holds, and the base has moved"
    );
    net.seats[2].forget();
    net.start(2);
    net.run(Millis(30_000));
    assert!(finalised(&net, 2) + 2 >= finalised(&net, 0));
    net.quiesce();
    net.assert_agreement();
}

/// A network of so many authorities, the first `smaller` of them with two fast miners on one side
/// and the others with a slow one on the other side.
fn divided(smaller: usize, count: usize) -> (Net, usize) {
    const NAMES: [&str; 7] = [
        "poa-1", "poa-2", "poa-3", "poa-4", "poa-5", "poa-6", "poa-7",
    ];
    let authorities = NAMES[..count].iter();
    let params = Params {
        authorities: authorities.map(|name| key(name).address()).collect(),
        ..params()
    };
    let mut seats = vec![("pow-1", NodeKind::Pow), ("pow-2", NodeKind::Pow)];
    seats.extend(NAMES[..smaller].iter().map(|name| (*name, NodeKind::Poa)));
    let split = seats.len();
    let others = NAMES[smaller..count].iter();
    seats.extend(others.map(|name| (*name, NodeKind::Poa)));
    seats.push(("pow-3", NodeKind::Pow));
    (Net::with(params, &seats), split)
}

#[test]
fn divided_three_to_two_neither_side_makes_anything_final() {
    let (mut net, split) = divided(2, 5);
    net.run(MINUTE);
    net.split = Some(split);
    net.run(Millis(15_000));
    let last = net.seats.len() - 1;
    let stood = [0, last].map(|seat| finalised(&net, seat));
    net.run(Millis(120_000));
    assert_eq!([0, last].map(|seat| finalised(&net, seat)), stood);
    net.split = None;
    net.run(MINUTE);
    assert!(finalised(&net, 0) > stood[0] + 1);
    net.quiesce();
    net.assert_agreement();
}

#[test]
fn divided_five_to_two_the_larger_side_goes_on_and_the_smaller_follows_it_though_its_own_is_heavier()
 {
    let (mut net, split) = divided(2, 7);
    net.run(MINUTE);
    net.split = Some(split);
    net.run(Millis(15_000));
    let last = net.seats.len() - 1;
    let stood = finalised(&net, 0);
    net.run(Millis(120_000));
    assert_eq!(finalised(&net, 0), stood, "two of seven");
    assert!(finalised(&net, last) > stood + 2, "five of seven");
    let [ours, theirs] = [0, last].map(|seat| net.node(seat).chain().weight());
    assert!(
        ours > theirs,
        "{ours} on the smaller side, {theirs} on the other"
    );
    let decided = net.node(last).last_final();
    net.split = None;
    net.run(MINUTE);
    assert_eq!(net.node(0).chain().standing(&decided.id), Standing::Final);
    assert!(finalised(&net, 0) > decided.epoch.0);
    net.quiesce();
    net.assert_agreement();
    (0..net.seats.len()).for_each(|seat| assert_eq!(offences(&net, seat), 0));
}

/// What votes cost on the wire: of 32 authorities each signs one vote in an epoch, and everybody
/// passes each on to a few.
#[test]
fn at_32_authorities_a_node_sends_at_most_128_kb_of_votes_in_an_epoch() {
    let names: Vec<&'static str> = (1..=32)
        .map(|number| &*Box::leak(format!("poa-{number}").into_boxed_str()))
        .collect();
    let params = Params {
        authorities: names.iter().map(|name| key(name).address()).collect(),
        ..params()
    };
    let mut seats = vec![("pow-1", NodeKind::Pow)];
    seats.extend(names.iter().map(|name| (*name, NodeKind::Poa)));
    let mut net = Net::with(params, &seats);
    net.run(Millis(12_000));
    net.bytes.clear();
    let before = finalised(&net, 0);
    net.run(Millis(16_000));
    let epochs = usize::try_from(finalised(&net, 0) - before).unwrap();
    assert!(epochs > 1, "{epochs}");
    let of_finality = net.bytes.range(15..=19).map(|(_, bytes)| bytes);
    let each = of_finality.sum::<usize>() / epochs / seats.len();
    let all = net.bytes.values().sum::<usize>() / epochs / seats.len();
    println!("votes and certificates: {each} of {all} bytes a node and epoch at 32 authorities");
    assert!(each <= 128 * 1_024, "{each}");
}

/// What votes cost in time: five nodes, two of them authorities, with a block a second or more.
#[test]
#[ignore = "a measurement: cargo test --profile sim --lib --features sim what_votes_cost -- --ignored --nocapture"]
fn what_votes_cost_a_node_in_time() {
    let mut net = Net::five();
    net.run(Millis(20_000));
    net.spent = Some(super::testing::Spent::default());
    let (before, height) = (finalised(&net, 0), net.height(0));
    net.run(Millis(300_000));
    let (epochs, blocks) = (finalised(&net, 0) - before, net.height(0) - height);
    assert!(epochs > 10, "{epochs}");
    let spent = net.spent.unwrap();
    let share = spent.votes.as_secs_f64() / spent.all.as_secs_f64();
    println!(
        "{blocks} blocks, {epochs} epochs, 5 nodes: {:?} of {:?} for votes = {:.1} %",
        spent.votes,
        spent.all,
        share * 100.0
    );
    assert!(
        share < 0.5,
        "votes are the smaller part of the work: {share}"
    );
}

/// A node that knows a chain of 26 blocks, and the chain.
fn duel() -> (Duel, Grower) {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    grower.grow("miner", 26);
    import_all(&mut duel, &grower);
    assert_eq!(duel.node.chain().height(), Height(26));
    (duel, grower)
}

fn import_all(duel: &mut Duel, grower: &Grower) {
    for block in crate::chain::Chain::in_order(grower.chain.blocks().map(Rc::unwrap_or_clone)) {
        let source = super::source::Source::Own;
        let _ = duel.node.import(block, source, &mut Outbox::new());
    }
}

#[test]
fn the_removal_of_an_authority_is_not_undone_by_a_heavier_fork_once_it_is_final() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 2);
    let left = ParamsChange {
        authorities: Some(vec![key("poa-1").address()]),
        ..ParamsChange::default()
    };
    let order = grower.order("operator", 0, left);
    let block = grower.work_block("miner", 1_000, vec![order]);
    grower.import(block).unwrap();
    grower.grow("miner", 30);
    let mut duel = Duel::new();
    import_all(&mut duel, &grower);
    let vote = |duel: &mut Duel, name: &str, ends: (u64, u64)| {
        let vote = vote(&grower, name, ends);
        duel.hear("peer", &Message::Votes(vec![vote]));
        duel.pass(Millis(1_000));
    };
    // Until the change is final both sets must agree.
    for ends in [(0, 1), (1, 2)] {
        vote(&mut duel, "poa-1", ends);
        assert_eq!(duel.node.last_final().epoch, Epoch(0));
        vote(&mut duel, "poa-2", ends);
    }
    assert_eq!(duel.node.chain().decided().last_final().epoch, Epoch(1));
    // Then the one that is left is enough, and the other counts no more.
    vote(&mut duel, "poa-2", (2, 3));
    let justified = |duel: &Duel| duel.node.chain().decided().highest_justified().epoch;
    assert_eq!(justified(&duel), Epoch(2));
    vote(&mut duel, "poa-1", (2, 3));
    assert_eq!(justified(&duel), Epoch(3));
    let head = duel.node.chain().head();
    let mut fork = Grower::new(params());
    fork.grow("poa-2", 80);
    assert!(fork.chain.weight() > grower.chain.weight());
    import_all(&mut duel, &fork);
    duel.pass(Millis(5_000));
    assert_eq!(duel.node.chain().head(), head);
    let sets = duel.node.chain().best_sets();
    assert_eq!(sets.latest(), [key("poa-1").address()]);
    // Who has seen no vote follows the heavier fork, where nobody was removed.
    let mut unaware = Duel::new();
    import_all(&mut unaware, &grower);
    import_all(&mut unaware, &fork);
    assert_eq!(unaware.node.chain().head(), fork.chain.head());
}

#[test]
fn no_bodies_are_asked_for_of_a_branch_that_leaves_the_chain_below_the_final_block() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 26);
    let mut fork = Grower::new(params());
    fork.grow("liar", 80);
    let headers = |count: u64| {
        let ids = (1..=count).map(|height| fork.chain.at(Height(height)).unwrap());
        let header = |id| {
            let block = &fork.chain.get(&id).unwrap().block;
            (block.header, block.seal)
        };
        Message::Headers(ids.map(header).collect())
    };
    let ping = Message::Ping {
        token: 0,
        head: head_of(&fork),
        answer_by: None,
        progress: None,
    };
    // Without a final block the heavier branch is fetched.
    let mut duel = Duel::new();
    import_all(&mut duel, &grower);
    duel.hear("liar", &ping);
    let asked = duel.hear("liar", &headers(80));
    assert!(matches!(&asked[..], [Message::GetBodies(_)]), "{asked:?}");
    let mut duel = Duel::new();
    import_all(&mut duel, &grower);
    for ends in [(0, 1), (1, 2)] {
        let votes = ["poa-1", "poa-2"].map(|name| vote(&grower, name, ends));
        duel.hear("peer", &Message::Votes(votes.to_vec()));
        duel.pass(Millis(1_000));
    }
    assert_eq!(duel.node.chain().decided().last_final().epoch, Epoch(1));
    let asked = duel.hear("liar", &ping);
    assert!(
        matches!(asked.last(), Some(Message::GetHeaders(_))),
        "{asked:?}"
    );
    assert_eq!(duel.hear("liar", &headers(80)), []);
    assert!(duel.node.lanes.is_idle());
    // It may not know better: its frames are still listened to.
    assert!(duel.listens_to("liar"));
}

fn checkpoint(grower: &Grower, epoch: u64) -> Checkpoint {
    let epoch = Epoch(epoch);
    let id = grower.chain.at(epoch.height()).unwrap();
    Checkpoint { epoch, id }
}

fn vote(grower: &Grower, name: &str, ends: (u64, u64)) -> SignedVote {
    let link = VoteLink {
        source: checkpoint(grower, ends.0),
        target: checkpoint(grower, ends.1),
    };
    let chain_id = grower.chain.chain_id();
    Vote { chain_id, link }.sign(&key(name))
}

type Spoil = fn(&Grower, SignedVote) -> SignedVote;

/// Bad votes, and whether who sends one could know.
const BAD: [(&str, Spoil, bool); 6] = [
    (
        "another chain",
        |_, mut it| {
            it.vote.chain_id = BlockHash([3; 32]);
            it
        },
        true,
    ),
    (
        "no signature",
        |_, mut it| {
            it.signature.0[7] ^= 1;
            it
        },
        true,
    ),
    ("upside down", |it, _| vote(it, "poa-1", (2, 1)), true),
    ("a stranger", |it, _| vote(it, "stranger", (0, 1)), false),
    ("off the height", |_, it| shifted(it), false),
    ("no ancestor", |grower, it| crossed(grower, it), false),
];

fn shifted(mut signed: SignedVote) -> SignedVote {
    signed.vote.link.target.epoch = Epoch(2);
    signed.vote.sign(&key("poa-1"))
}

fn crossed(grower: &Grower, mut signed: SignedVote) -> SignedVote {
    signed.vote.link = VoteLink {
        source: checkpoint(grower, 1),
        target: checkpoint(&beside(), 2),
    };
    signed.vote.sign(&key("poa-1"))
}

/// Another chain of the same network.
fn beside() -> Grower {
    let mut other = Grower::new(params());
    other.grow("other", 16);
    other
}

#[test]
fn a_bad_vote_is_refused_and_blamed_on_who_could_know() {
    for (what, spoil, is_blamed) in BAD {
        let (mut duel, grower) = duel();
        for block in crate::chain::Chain::in_order(beside().chain.blocks().map(Rc::unwrap_or_clone))
        {
            let source = super::source::Source::Own;
            let _ = duel.node.import(block, source, &mut Outbox::new());
        }
        let bad = spoil(&grower, vote(&grower, "poa-1", (0, 1)));
        duel.hear("liar", &Message::Votes(vec![bad]));
        let kept = duel.node.finality.ballots.votes.links();
        assert!(kept.is_empty(), "{what}");
        assert_eq!(!duel.listens_to("liar"), is_blamed, "{what}");
    }
    // Whoever signed a misplaced vote could know.
    let (mut duel, grower) = duel();
    duel.introduce("poa-1");
    let misplaced = shifted(vote(&grower, "poa-1", (0, 1)));
    duel.hear("poa-1", &Message::Votes(vec![misplaced]));
    assert!(!duel.listens_to("poa-1"));
}

#[test]
fn a_vote_for_a_block_that_is_not_here_waits_for_it() {
    let mut duel = Duel::new();
    let mut grower = Grower::new(params());
    grower.grow("miner", 10);
    for name in ["poa-1", "poa-2"] {
        duel.hear("liar", &Message::Votes(vec![vote(&grower, name, (0, 1))]));
    }
    let justified = |duel: &Duel| duel.node.chain().decided().highest_justified();
    assert_eq!(justified(&duel).epoch, Epoch(0));
    for block in crate::chain::Chain::in_order(grower.chain.blocks().map(Rc::unwrap_or_clone)) {
        let _ = duel
            .node
            .import(block, super::source::Source::Own, &mut Outbox::new());
    }
    duel.pass(Millis(1));
    assert_eq!(justified(&duel), checkpoint(&grower, 1));
}

#[test]
fn certificates_count_as_an_answer_and_a_bad_one_is_blamed_on_its_sender() {
    let certificate = |grower: &Grower, names: &[&str]| {
        let votes: Vec<SignedVote> = names
            .iter()
            .map(|name| vote(grower, name, (0, 1)))
            .collect();
        let signers = votes.iter().map(|it| (it.signer, it.signature)).collect();
        let link = votes[0].vote.link;
        let sets = grower.chain.sets(&link.target.id).unwrap();
        Certificate::new(grower.chain.chain_id(), link, &signers, &sets)
    };
    let claim = |duel: &mut Duel, grower: &Grower| {
        let message = Message::Checkpoints(Progress {
            justified: checkpoint(grower, 2),
            finalised: checkpoint(grower, 1),
            open: Digest::ZERO,
        });
        duel.hear("liar", &message)
    };
    let justified = |duel: &Duel| duel.node.chain().decided().highest_justified().epoch.0;
    let (mut duel, grower) = duel();
    let good = certificate(&grower, &["poa-1", "poa-2"]);
    duel.hear("liar", &Message::Certificates(vec![good.clone()]));
    assert_eq!(justified(&duel), 0, "nobody asked for it");
    let asked = claim(&mut duel, &grower);
    assert!(
        asked
            .iter()
            .any(|it| matches!(it, Message::GetCertificates(_)))
    );
    duel.hear("liar", &Message::Certificates(vec![good]));
    assert_eq!(justified(&duel), 1);
    let (mut duel, grower) = self::duel();
    claim(&mut duel, &grower);
    let one = certificate(&grower, &["poa-1"]);
    duel.hear("liar", &Message::Certificates(vec![one]));
    assert_eq!(justified(&duel), 0);
    assert!(!duel.listens_to("liar"));
}

#[test]
fn evidence_is_kept_and_passed_on_and_what_proves_nothing_is_blamed_on_its_sender() {
    let (mut duel, grower) = duel();
    duel.introduce("friend");
    let [one, other] = [(0, 2), (1, 2)].map(|ends| vote(&grower, "poa-2", ends));
    let evidence = Evidence::of_votes(one, other).unwrap();
    duel.hear("liar", &Message::Evidence(Box::new(evidence.clone())));
    let passed = duel.taken("friend");
    assert!(passed.contains(&Message::Evidence(Box::new(evidence.clone()))));
    assert!(duel.node.finality.ballots.votes.offences().knows(&evidence));
    duel.hear("liar", &Message::Evidence(Box::new(evidence)));
    assert_eq!(duel.taken("friend"), [], "once");
    assert!(duel.listens_to("liar"));
    let harmless = Evidence::Votes(
        vote(&grower, "poa-1", (0, 1)),
        vote(&grower, "poa-1", (0, 1)),
    );
    duel.hear("liar", &Message::Evidence(Box::new(harmless)));
    assert!(!duel.listens_to("liar"));
}

#[test]
fn votes_that_are_here_cost_no_signature_whoever_sends_them() {
    let (mut duel, grower) = duel();
    let votes = ["poa-1", "poa-2"].map(|name| vote(&grower, name, (0, 1)));
    let refused = |duel: &Duel| duel.node.counters.frames_refused;
    let forged = |duel: &mut Duel, votes: &[SignedVote]| {
        let chain_id = grower.chain.chain_id();
        let message = Message::Votes(votes.to_vec());
        let to = Some(duel.node.id());
        let mut frame = crate::gossip::seal_frame(&key("liar"), &chain_id, (1, 99), to, &message);
        *frame.last_mut().unwrap() ^= 1;
        duel.handle(Input::Frame(frame));
    };
    duel.hear("peer", &Message::Votes(votes[..1].to_vec()));
    forged(&mut duel, &votes[..1]);
    assert_eq!(refused(&duel), 0, "it is not even judged");
    forged(&mut duel, &votes);
    assert_eq!(refused(&duel), 1, "one of them would be news");
    let justified = duel.node.chain().decided().highest_justified();
    assert_eq!(justified.epoch, Epoch(0));
}
