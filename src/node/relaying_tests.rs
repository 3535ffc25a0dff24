//! Blocks that are announced: the id says nothing about the list and the data beside the header, so
//! what one sender gives with it never counts for, or against, what another gave.

use super::Outbox;
use super::testing::{Duel, compact};
use crate::gossip::{CompactBlock, HeadInfo, Message};
use crate::ipc::Request;
use crate::primitives::{Block, BlockHash, ClockReading, Height, Transaction, TxId, Weight};
use crate::testkit::{Grower, params};

/// A block with one transfer that is not here.
struct Scene {
    duel: Duel,
    transfer: Transaction,
    block: Block,
}

impl Scene {
    fn new() -> Self {
        let mut duel = Duel::new();
        let mut grower = Grower::new(params());
        for peer in ["honest", "other liar", "third liar"] {
            duel.introduce(peer);
        }
        let transfer = grower.transfer("alice", 0, "bob", 1);
        let block = grower.work_block("miner", 1_000, vec![transfer.clone()]);
        grower.import(block.clone()).unwrap();
        Self {
            duel,
            transfer,
            block,
        }
    }

    fn announced(&self) -> CompactBlock {
        let Message::BlockFound(block) = compact(&self.block) else {
            panic!("a compact block")
        };
        block
    }

    /// A peer announces the block, with a list of its own if it has one.
    fn announce(&mut self, peer: &str, list: Option<Vec<TxId>>) -> Vec<Message> {
        let mut block = self.announced();
        block.transactions = list.unwrap_or(block.transactions);
        self.duel.hear(peer, &Message::BlockFound(block))
    }

    /// The transfer comes from the one who is honest.
    fn transfer_comes(&mut self) {
        let answer = Message::Transactions(vec![self.transfer.clone()]);
        self.duel.hear("honest", &answer);
    }

    fn is_imported(&self) -> bool {
        self.duel.node.chain.head() == self.block.header.id()
    }
}

fn invented(mark: u8) -> Option<Vec<TxId>> {
    Some(vec![TxId([mark; 32]); 3])
}

/// Whether a message asks for the transfer of a scene.
fn asks_for_transactions(messages: &[Message]) -> bool {
    messages
        .iter()
        .any(|message| matches!(message, Message::GetTransactions(_)))
}

#[test]
fn an_invented_list_keeps_no_honest_block_back() {
    let mut scene = Scene::new();
    let transfer = Message::NewTransaction(scene.transfer.clone());
    scene.duel.hear("honest", &transfer);
    scene.announce("liar", invented(7));
    assert!(scene.duel.is_at_genesis());
    scene.announce("honest", None);
    assert!(scene.is_imported(), "at once");
}

#[test]
fn an_honest_block_that_waits_behind_invented_lists_is_complete_with_its_own_transactions() {
    let mut scene = Scene::new();
    scene.announce("liar", invented(7));
    scene.announce("other liar", invented(8));
    let asked = scene.announce("honest", None);
    assert!(
        asks_for_transactions(&asked),
        "what its list lacks is asked for"
    );
    scene.transfer_comes();
    assert!(scene.is_imported());
}

#[test]
fn a_list_with_nothing_missing_that_is_wrong_takes_no_waiting_block_away() {
    let mut scene = Scene::new();
    scene.announce("honest", None);
    scene.announce("liar", Some(Vec::new()));
    scene.announce("other liar", Some(Vec::new()));
    assert!(scene.duel.is_at_genesis());
    scene.transfer_comes();
    assert!(scene.is_imported());
}

#[test]
fn whoever_gives_a_wrong_list_is_not_heard_again_about_that_block() {
    let mut scene = Scene::new();
    scene.announce("honest", None);
    for _ in 0..5 {
        scene.announce("liar", Some(Vec::new()));
    }
    scene.announce("liar", invented(7));
    scene.transfer_comes();
    assert!(scene.is_imported());
}

#[test]
fn other_data_beside_a_header_are_refused_as_they_come_and_cost_their_sender_its_name() {
    let mut scene = Scene::new();
    let mut spoiled = scene.announced();
    spoiled.data.push(7);
    scene
        .duel
        .hear("liar", &Message::BlockFound(spoiled.clone()));
    scene.announce("honest", None);
    scene.duel.hear("other liar", &Message::BlockFound(spoiled));
    scene.transfer_comes();
    assert!(scene.is_imported());
    assert!(scene.duel.listens_to("honest"));
    for liar in ["liar", "other liar"] {
        assert!(!scene.duel.listens_to(liar), "{liar}");
    }
}

#[test]
fn a_list_beyond_those_that_are_kept_is_fetched_instead() {
    let mut scene = Scene::new();
    for (liar, mark) in [("liar", 7), ("other liar", 8), ("third liar", 9)] {
        scene.announce(liar, invented(mark));
    }
    let asked = scene.announce("honest", None);
    assert!(
        asked
            .iter()
            .any(|message| matches!(message, Message::GetHeaders(_))),
        "{asked:?}"
    );
    // With its transactions here it is imported at once, and one that is wrong changes nothing.
    scene.duel.introduce("fourth liar");
    scene.announce("fourth liar", Some(Vec::new()));
    assert!(scene.duel.is_at_genesis());
    let transfer = Message::NewTransaction(scene.transfer.clone());
    scene.duel.hear("honest", &transfer);
    assert!(scene.duel.is_at_genesis());
    scene.duel.introduce("also honest");
    scene.announce("also honest", None);
    assert!(scene.is_imported());
}

#[test]
fn a_block_that_waits_is_complete_with_what_comes_by_any_way() {
    // A person hands the transfer in here.
    let mut scene = Scene::new();
    scene.announce("honest", None);
    let raw = borsh::to_vec(&scene.transfer).unwrap();
    let now = ClockReading::steady(scene.duel.now);
    let request = Request::Submit { raw };
    let taken = scene.duel.node.answer(now, request, &mut Outbox::new());
    taken.expect("taken");
    assert!(scene.is_imported());
    // A rival block commits it, and this one outweighs that with the next.
    let mut scene = Scene::new();
    scene.announce("honest", None);
    let rival = Grower::new(params()).work_block("rival", 1_500, vec![scene.transfer.clone()]);
    let headers = Message::Headers(vec![(rival.header, rival.seal)]);
    let head = HeadInfo {
        id: rival.header.id(),
        height: rival.header.height,
        weight: Weight(u128::MAX),
    };
    let boast = Message::Pong { token: 0, head };
    assert!(!scene.duel.hear("other liar", &boast).is_empty());
    scene.duel.hear("other liar", &headers);
    let bodies = Message::Bodies(vec![(rival.header.id(), rival.body)]);
    scene.duel.hear("other liar", &bodies);
    let id = scene.block.header.id();
    assert!(
        !scene.duel.node.waits_for_transactions(&id),
        "both are here"
    );
    assert_eq!(scene.duel.node.chain.len(), 3);
}

#[test]
fn a_block_that_came_otherwise_is_not_waited_for_any_more() {
    let mut scene = Scene::new();
    scene.announce("liar", invented(7));
    let id = scene.block.header.id();
    assert!(scene.duel.node.waits_for_transactions(&id));
    let (header, seal) = (scene.block.header, scene.block.seal);
    let head = HeadInfo {
        id: BlockHash([9; 32]),
        height: Height(9),
        weight: Weight(u128::MAX),
    };
    let asked = scene.duel.hear("honest", &Message::Pong { token: 0, head });
    assert!(!asked.is_empty());
    scene
        .duel
        .hear("honest", &Message::Headers(vec![(header, seal)]));
    let bodies = Message::Bodies(vec![(id, scene.block.body.clone())]);
    scene.duel.hear("honest", &bodies);
    assert!(scene.is_imported());
    assert!(!scene.duel.node.waits_for_transactions(&id));
}

#[test]
fn many_who_give_the_same_list_have_its_transactions_asked_for_once_and_nothing_fetched() {
    let mut scene = Scene::new();
    let mut asked = Vec::new();
    for number in 0..6 {
        let peer = format!("honest {number}");
        scene.duel.introduce(&peer);
        asked.extend(scene.announce(&peer, None));
    }
    assert!(
        matches!(asked.as_slice(), [Message::GetTransactions(_)]),
        "{asked:?}"
    );
}
