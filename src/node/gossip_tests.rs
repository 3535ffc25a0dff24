//! What a node owes its peers and itself: each signature verified once, blocks passed on early,
//! blame only for those who could know, bodies of heavier chains only, lost transactions offered
//! again.

use std::collections::BTreeSet;

use super::testing::{Net, transfer};
use super::*;
use crate::gossip::{CompactBlock, HeadInfo, Message, NodeRecord, seal_frame};
use crate::mempool::DropReason;
use crate::primitives::{
    Amount, Block, Body, Header, Height, Keypair, Kind, Millis, NodeKind, Seal, Transaction,
    TxBody, TxId, Weight,
};
use crate::records::TransactionStatus;
use crate::testkit::{GENESIS_TIME as GENESIS, Grower, key, mine, params};

/// One who speaks to a node without being a node of the network.
struct Stranger {
    key: Keypair,
    sequence: u64,
}

impl Stranger {
    fn new(name: &str) -> Self {
        Self {
            key: key(name),
            sequence: 0,
        }
    }

    /// Says something to the node of a seat; gives the types of the messages that it says then.
    fn say(&mut self, net: &mut Net, seat: usize, message: &Message) -> Vec<&'static str> {
        self.sequence += 1;
        let chain_id = net.node(seat).chain_id();
        let frame = seal_frame(&self.key, &chain_id, (1, self.sequence), None, message);
        let before = net.seats[seat].notices.len();
        net.give(seat, Input::Frame(frame));
        let sent = |notice: &Notice| {
            if let Notice::Sent { kind, .. } = notice {
                Some(*kind)
            } else {
                None
            }
        };
        net.seats[seat].notices[before..]
            .iter()
            .filter_map(sent)
            .collect()
    }

    fn score(&self, net: &Net, seat: usize) -> Option<i32> {
        let node = net.node(seat);
        let heard = node
            .roster
            .peers
            .admits(&self.key.node_id(), false, net.instant());
        heard.then(|| {
            node.roster
                .peers
                .get(&self.key.node_id())
                .map_or(0, |peer| peer.score(net.instant()))
        })
    }
}

fn compact(header: Header, body: &Body) -> Message {
    let transactions = body.transactions.iter().map(Transaction::id).collect();
    Message::BlockFound(CompactBlock {
        header,
        seal: Seal::Work,
        data: body.data.clone(),
        transactions,
    })
}

#[test]
fn no_signature_is_verified_twice_by_one_node() {
    let mut net = Net::five();
    net.run(Millis(1_000));
    for nonce in 0..10 {
        net.submit(1, transfer(nonce).to_bytes()).unwrap();
        net.run(Millis(2_000));
    }
    net.kill(4);
    net.seats[4].forget();
    net.start(4);
    net.run(Millis(6_000));
    net.assert_agreement();
    for seat in 0..5 {
        let node = net.node(seat);
        let blocks: Vec<_> = node.chain.blocks().collect();
        let seals = blocks
            .iter()
            .filter(|block| block.header.kind == Kind::Authority)
            .count();
        let transactions: BTreeSet<TxId> = blocks
            .iter()
            .flat_map(|block| block.body.transactions.iter().map(Transaction::id))
            .collect();
        assert!(
            seals > 2 && transactions.len() == 10,
            "{seals} seals, {} transactions",
            transactions.len()
        );
        let verified = usize::try_from(node.cache.verified()).unwrap();
        assert_eq!(
            verified,
            seals + transactions.len(),
            "seat {seat}: seals and transactions, each once"
        );
    }
}

#[test]
fn a_block_crosses_the_network_at_the_pace_of_its_links() {
    use crate::primitives::NodeKind::{Pow, Viewer};
    let names = ["pow-1", "v-1", "v-2", "v-3", "v-4", "v-5"];
    let seats: Vec<_> = names
        .iter()
        .map(|name| (*name, if *name == "pow-1" { Pow } else { Viewer }))
        .collect();
    let mut net = Net::new(&seats);
    for to in 0..names.len() {
        for from in (0..names.len()).filter(|from| from.abs_diff(to) > 1) {
            net.give(
                to,
                Input::SetLink {
                    from: key(names[from]).node_id(),
                    cut: true,
                },
            );
        }
    }
    net.run(Millis(30_000));
    let height = net.height(0);
    while net.height(0) == height {
        net.run(Millis(1));
    }
    // Five links of 20 ms each.
    net.run(Millis(100));
    assert_eq!(net.height(5), height + 1);
}

#[test]
fn for_what_only_execution_shows_the_maker_answers_and_not_who_passed_it_on() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer)]);
    let mut grower = Grower::new(params());
    let mut block = grower.work_block("maker", 1_000, Vec::new());
    block.header.state_root.0[0] ^= 1;
    block.header = mine(block.header);
    let (mut relay, mut maker) = (Stranger::new("relay"), Stranger::new("maker"));
    relay.say(&mut net, 0, &compact(block.header, &block.body));
    assert!(
        net.noted(
            0,
            |notice| matches!(notice, Notice::BlockRefused { error, .. } if error.rule() == 13)
        ) == 1
    );
    assert_eq!(relay.score(&net, 0), Some(0));
    block.header.nonce += 1;
    block.header = mine(block.header);
    maker.say(&mut net, 0, &compact(block.header, &block.body));
    assert_eq!(maker.score(&net, 0), None, "ignored");
    // What needs no state everybody can see who passes it on.
    while crate::consensus::work::meets(&block.header.id(), block.header.difficulty) {
        block.header.nonce += 1;
    }
    relay.say(&mut net, 0, &compact(block.header, &block.body));
    assert_eq!(relay.score(&net, 0), None, "ignored");
}

#[test]
fn bodies_are_asked_for_only_once_the_headers_outweigh_the_nodes_own_chain() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer)]);
    let (mut ours, mut theirs) = (Grower::new(params()), Grower::new(params()));
    ours.grow("one", 520);
    theirs.grow("two", 521);
    net.seats[0].node.as_mut().unwrap().chain = ours.chain;
    let mut peer = Stranger::new("peer");
    let head = HeadInfo {
        id: theirs.chain.head(),
        height: Height(521),
        weight: Weight(521 * 16),
    };
    let record = NodeRecord::sign(&peer.key, "peer", NodeKind::Pow, "tab", net.now);
    assert!(
        peer.say(&mut net, 0, &Message::Hello { record, head })
            .contains(&"GET_HEADERS")
    );
    let locator = vec![net.node(0).chain_id()];
    let first = theirs.chain.headers_after(&locator, 512);
    let last = first.last().unwrap().0.id();
    assert_eq!(
        peer.say(&mut net, 0, &Message::Headers(first)),
        ["GET_HEADERS"],
        "512 of them are lighter than ours"
    );
    let rest = theirs.chain.headers_after(&[last], 512);
    assert_eq!(
        peer.say(&mut net, 0, &Message::Headers(rest)),
        ["GET_BODIES"]
    );
}

#[test]
fn a_list_above_its_limit_costs_half_of_a_peers_patience() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer)]);
    let mut peer = Stranger::new("peer");
    let record = NodeRecord::sign(&key("x"), "x", NodeKind::Pow, "t", net.now);
    peer.say(&mut net, 0, &Message::NodeList(vec![record; 129]));
    assert_eq!(peer.score(&net, 0), Some(-50));
}

#[test]
fn a_transaction_that_nobody_heard_of_is_offered_again() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer), ("pow-1", NodeKind::Pow)]);
    net.run(Millis(1_000));
    net.split = Some(1);
    net.submit(0, transfer(0).to_bytes()).unwrap();
    net.run(Millis(1_000));
    net.split = None;
    net.run(Millis(25_000));
    assert!(net.node(1).chain().block_of(&transfer(0).id()).is_some());
}

#[test]
fn a_transaction_that_had_to_go_for_another_is_told_as_dropped() {
    let mut net = Net::new(&[("viewer-1", NodeKind::Viewer)]);
    let first = transfer(0);
    net.submit(0, first.to_bytes()).unwrap();
    let dearer = TxBody {
        fee: Amount(2),
        ..first.body.clone()
    }
    .sign(&key("alice"));
    net.submit(0, dearer.to_bytes()).unwrap();
    let told = net.node(0).describe(&first.id()).unwrap();
    assert_eq!(
        (told.status, told.reason.clone()),
        (TransactionStatus::Dropped, DropReason::Replaced.to_string())
    );
}

/// A block on the head of a node, made by a stranger.
fn block_on(net: &Net, seat: usize, stranger: &str, transactions: Vec<Transaction>) -> Block {
    let mut grower = Grower::new(params());
    let chain = net.node(seat).chain();
    for height in 1..=chain.height().0 {
        grower
            .import((*chain.get(&chain.at(Height(height)).unwrap()).unwrap().block).clone())
            .unwrap();
    }
    grower.work_block(stranger, 250, transactions)
}

#[test]
fn who_promises_blocks_and_keeps_them_back_stops_no_miner() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(5_000));
    let mut liar = Stranger::new("liar");
    let begin = net.height(0);
    for _ in 0..30 {
        let block = block_on(&net, 0, "liar", Vec::new());
        let weight = Weight(net.node(0).chain().weight().0 + 1_000);
        let head = HeadInfo {
            id: block.id(),
            height: block.header.height,
            weight,
        };
        let record = NodeRecord::sign(&liar.key, "liar", NodeKind::Pow, "tab", GENESIS);
        if liar
            .say(&mut net, 0, &Message::Hello { record, head })
            .contains(&"GET_HEADERS")
        {
            liar.say(
                &mut net,
                0,
                &Message::Headers(vec![(block.header, block.seal)]),
            );
        }
        net.run(Millis(1_000));
    }
    assert!(
        net.height(0) > begin + 25,
        "{} blocks in 30 s",
        net.height(0) - begin
    );
}

#[test]
fn a_miner_goes_on_after_a_fetch_that_came_to_nothing() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(5_000));
    let mut grower = Grower::new(params());
    for _ in 0..40 {
        let block = grower.work_block("liar", 250, Vec::new());
        grower.import(block).unwrap();
    }
    let mut liar = Stranger::new("liar");
    let blocks: Vec<_> = grower.chain.headers_after(&[grower.chain.chain_id()], 40);
    let head = HeadInfo {
        id: grower.chain.head(),
        height: Height(40),
        weight: grower.chain.weight(),
    };
    let record = NodeRecord::sign(&liar.key, "liar", NodeKind::Pow, "tab", GENESIS);
    liar.say(&mut net, 0, &Message::Hello { record, head });
    assert!(
        liar.say(&mut net, 0, &Message::Headers(blocks))
            .contains(&"GET_BODIES")
    );
    let body = |height| {
        let id = grower.chain.at(Height(height)).unwrap();
        (id, grower.chain.get(&id).unwrap().block.body.clone())
    };
    // The half of them comes, and outweighs the node's own chain; then nothing more.
    liar.say(&mut net, 0, &Message::Bodies((1..=20).map(body).collect()));
    assert_eq!(net.height(0), 20);
    assert!(
        net.seats[0].node.as_ref().unwrap().mining.job().is_none(),
        "it rests while blocks come in"
    );
    net.run(Millis(5_000));
    assert!(net.height(0) > 21, "height {}", net.height(0));
}

#[test]
fn what_is_too_old_is_given_up_by_all_for_good_unless_somebody_hands_it_in_again() {
    let mut net = Net::new(&[
        ("viewer-1", NodeKind::Viewer),
        ("viewer-2", NodeKind::Viewer),
    ]);
    net.run(Millis(1_000));
    let waiting = transfer(0);
    net.submit(0, waiting.to_bytes()).unwrap();
    net.run(Millis(20_000));
    // The other has it later than the first.
    let dropped = |notice: &Notice| {
        matches!(
            notice,
            Notice::Dropped {
                reason: DropReason::TooOld,
                ..
            }
        )
    };
    net.run(Millis(40 * 60_000));
    for seat in 0..2 {
        assert!(net.node(seat).mempool().is_empty());
        assert_eq!(net.noted(seat, dropped), 1, "seat {seat}");
    }
    net.submit(0, waiting.to_bytes()).unwrap();
    net.run(Millis(1_000));
    assert_eq!(net.node(1).mempool().len(), 1);
}

#[test]
fn who_feeds_light_blocks_one_by_one_stops_no_miner() {
    let mut net = Net::new(&[("pow-1", NodeKind::Pow)]);
    net.run(Millis(60_000));
    let mut liar = Stranger::new("liar");
    let mut grower = Grower::new(params());
    grower.grow("liar", 20);
    let chain_id = grower.chain.chain_id();
    let mut headers = grower.chain.headers_after(&[chain_id], 20);
    let mut last = headers[19].0;
    // Seals that would weigh enough if the bodies below made the liar the only authority.
    for _ in 0..400 {
        let time = last.time.plus(params().slot);
        last = Header {
            kind: Kind::Authority,
            height: last.height.next(),
            parent: last.id(),
            time,
            difficulty: params().authority_weight,
            slot: crate::consensus::slots::slot_at(&params(), time),
            sealer: liar.key.node_id(),
            nonce: 0,
            ..last
        };
        headers.push((last, last.seal(&chain_id, &liar.key)));
    }
    let head = HeadInfo {
        id: last.id(),
        height: last.height,
        weight: Weight(1 << 50),
    };
    let record = NodeRecord::sign(&liar.key, "liar", NodeKind::Viewer, "tab", GENESIS);
    let asked = liar.say(&mut net, 0, &Message::Hello { record, head });
    assert!(asked.contains(&"GET_HEADERS"));
    let asked = liar.say(&mut net, 0, &Message::Headers(headers));
    assert!(asked.contains(&"GET_BODIES"));
    let begin = net.height(0);
    for height in 1..=20 {
        let id = grower.chain.at(Height(height)).unwrap();
        let body = grower.chain.get(&id).unwrap().block.body.clone();
        liar.say(&mut net, 0, &Message::Bodies(vec![(id, body)]));
        net.run(Millis(1_000));
    }
    let made = net.height(0) - begin;
    assert!(made > 5, "{made} blocks in 20 s");
}
