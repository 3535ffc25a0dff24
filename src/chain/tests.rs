//! The tree against the rules: extension, forks, reorganisation, refusals, restart.

use super::choice::winner;
use super::*;
use crate::consensus::{BlockError, TxError};
use crate::primitives::{Amount, Difficulty, MAX_BLOCK_BYTES, MAX_BODY_BYTES, Timestamp};
use crate::testkit::{GENESIS_TIME, Grower, key, mine, params};

pub(super) fn snapshot(chain: &Chain) -> Vec<(Block, Vec<u8>)> {
    chain
        .entries
        .values()
        .map(|entry| ((*entry.block).clone(), entry.undo.to_vec()))
        .collect()
}

/// A tree that was given these blocks, all of which are said to be on the best chain.
pub(super) fn restoring(
    params: Rc<Params>,
    mut blocks: Vec<(Block, Vec<u8>)>,
) -> Result<Restoring, RestoreError> {
    let mut restoring = Restoring::new(params);
    blocks.sort_by_key(|(block, _)| block.header.height);
    for (block, undo) in blocks {
        restoring.add(block, &undo, true)?;
    }
    Ok(restoring)
}

/// The tree of these blocks, without any votes.
pub(super) fn restore(
    params: Rc<Params>,
    blocks: Vec<(Block, Vec<u8>)>,
    head: BlockHash,
    state: State,
) -> Result<Chain, RestoreError> {
    restoring(params, blocks)?.finish((head, state), |chain| {
        View::without_votes(&Base::genesis(chain.chain_id()))
    })
}

fn balance(chain: &Chain, name: &str) -> u64 {
    chain.head_state().account(&key(name).address()).balance.0
}

#[test]
fn a_transfer_moves_coins_and_the_miner_gets_reward_and_fee() {
    let mut grower = Grower::new(params());
    let transfer = grower.transfer("alice", 0, "bob", 100);
    let block = grower.work_block("miner", 1_000, vec![transfer.clone()]);
    assert!(matches!(
        grower.import(block.clone()),
        Ok(Import::Extended(_))
    ));
    assert_eq!(balance(&grower.chain, "alice"), 899);
    assert_eq!(balance(&grower.chain, "bob"), 1_100);
    assert_eq!(balance(&grower.chain, "miner"), 51);
    assert_eq!(grower.chain.block_of(&transfer.id()), Some(block.id()));
    assert_eq!(grower.chain.head_state().imbalance(), None);
    assert_eq!(grower.import(block), Ok(Import::AlreadyKnown));
}

#[test]
fn a_heavier_branch_takes_the_head_and_the_coins_follow() {
    let mut ours = Grower::new(params());
    let mut theirs = Grower::new(params());
    let transfer = ours.transfer("alice", 0, "bob", 100);
    let block = ours.work_block("one", 1_000, vec![transfer.clone()]);
    ours.import(block).unwrap();
    ours.grow("one", 1);
    theirs.grow("two", 3);
    let mut reverted = 0;
    for height in 1..=3 {
        let id = theirs.chain.at(Height(height)).unwrap();
        let block = (*theirs.chain.get(&id).unwrap().block).clone();
        if let Import::Reorganised(change) = ours.import(block).unwrap() {
            reverted += change.reverted.len();
        }
    }
    assert_eq!(reverted, 2, "both of our blocks leave, at a tie or later");
    assert_eq!(ours.chain.head(), theirs.chain.head());
    assert_eq!(
        ours.chain.head_state().root(),
        theirs.chain.head_state().root()
    );
    assert_eq!(ours.chain.block_of(&transfer.id()), None);
    assert_eq!(balance(&ours.chain, "alice"), 1_000);
}

#[test]
fn the_head_does_not_depend_on_the_order_of_arrival() {
    let mut makers = [Grower::new(params()), Grower::new(params())];
    makers[0].grow("one", 2);
    makers[1].grow("two", 2);
    let blocks = |maker: &Grower| -> Vec<Block> {
        (1..=2)
            .map(|h| {
                (*maker
                    .chain
                    .get(&maker.chain.at(Height(h)).unwrap())
                    .unwrap()
                    .block)
                    .clone()
            })
            .collect()
    };
    let (one, two) = (blocks(&makers[0]), blocks(&makers[1]));
    let head = |order: Vec<&Block>| {
        let mut grower = Grower::new(params());
        for block in order {
            grower.import(block.clone()).unwrap();
        }
        grower.chain.head()
    };
    let first = head(vec![&one[0], &one[1], &two[0], &two[1]]);
    assert_eq!(first, head(vec![&two[0], &two[1], &one[0], &one[1]]));
    assert_eq!(first, head(vec![&two[0], &one[0], &two[1], &one[1]]));
    assert_eq!(first, winner(&[one[1].id(), two[1].id()]));
}

#[test]
fn a_branch_below_all_remembered_states_is_reached_by_undo() {
    let mut ours = Grower::new(params());
    ours.grow("one", CACHED_STATES + 40);
    let mut theirs = Grower::new(params());
    let branch = theirs.work_block("two", 1_500, Vec::new());
    assert_eq!(ours.import(branch), Ok(Import::SideChain));
}

#[test]
fn rules_of_place_time_difficulty_and_root_are_named() {
    let mut grower = Grower::new(params());
    let good = grower.work_block("miner", 1_000, Vec::new());
    let with = |change: &dyn Fn(&mut Header)| {
        let mut block = good.clone();
        change(&mut block.header);
        block.header = mine(block.header);
        block
    };
    let cases: [(&str, Block, u8); 6] = [
        ("height", with(&|h| h.height = Height(2)), 6),
        (
            "too_soon",
            with(&|h| h.time = Timestamp(GENESIS_TIME.0 + 249)),
            7,
        ),
        ("difficulty", with(&|h| h.difficulty = Difficulty(8)), 9),
        ("state_root", with(&|h| h.state_root.0[0] ^= 1), 13),
        ("tx_root", with(&|h| h.tx_root.0[0] ^= 1), 3),
        ("data_hash", with(&|h| h.data_hash.0[0] ^= 1), 3),
    ];
    for (code, block, rule) in cases {
        let error = grower.import(block).unwrap_err();
        assert_eq!((error.code(), error.rule()), (code, rule), "{error}");
    }
    assert!(grower.import(good).is_ok(), "the good one is still good");
}

#[test]
fn insufficient_work_is_refused_before_anything_is_kept() {
    let mut grower = Grower::new(params());
    let mut block = grower.work_block("miner", 1_000, Vec::new());
    while crate::consensus::work::meets(&block.id(), block.header.difficulty) {
        block.header.nonce += 1;
    }
    assert_eq!(
        grower.import(block).unwrap_err().code(),
        "insufficient_work"
    );
    assert_eq!(grower.chain.len(), 1);
}

#[test]
fn a_wrong_body_or_seal_never_condemns_the_id() {
    let mut grower = Grower::new(params());
    let transfer = grower.transfer("alice", 0, "bob", 1);
    let good = grower.work_block("miner", 1_000, vec![transfer]);
    let mut stripped = good.clone();
    stripped.body.transactions.clear();
    assert_eq!(grower.import(stripped).unwrap_err().code(), "tx_root");
    assert!(grower.import(good).is_ok());
}

#[test]
fn only_the_leader_of_a_later_slot_seals() {
    let mut grower = Grower::new(params());
    let slot_1 = Timestamp(GENESIS_TIME.0 + 5_000);
    assert_eq!(
        grower.authority_block("poa-1", slot_1),
        None,
        "slot 1 is the second authority's"
    );
    let block = grower.authority_block("poa-2", slot_1).unwrap();
    let mut forged = block.clone();
    forged.header.sealer = key("poa-1").node_id();
    forged.seal = forged.header.seal(&grower.chain.chain_id(), &key("poa-1"));
    assert_eq!(grower.import(forged).unwrap_err().code(), "not_leader");
    let mut unsigned = block.clone();
    unsigned.seal = block.header.seal(&grower.chain.chain_id(), &key("miner"));
    assert_eq!(grower.import(unsigned).unwrap_err().code(), "seal");
    assert!(matches!(grower.import(block), Ok(Import::Extended(_))));
    assert_eq!(
        grower.authority_block("poa-2", Timestamp(slot_1.0 + 1_000)),
        None,
        "the slot is used"
    );
}

#[test]
fn a_block_is_filled_to_the_last_byte_and_its_bytes_are_read_back() {
    let mut grower = Grower::new(params());
    let mut offered = grower.filling();
    offered.insert(3, grower.transfer("operator", 0, "bob", 1));
    offered.push(grower.transfer("bob", 0, "alice", 1));
    let block = grower
        .authority_block_of("poa-2", Timestamp(GENESIS_TIME.0 + 5_000), offered)
        .unwrap();
    assert!(block.body.encoded_len() < MAX_BODY_BYTES);
    assert!(
        block.body.transactions.len() == 57,
        "what is too long is left out, and not what comes after it"
    );
    let full = grower.filling();
    let block = grower
        .authority_block_of("poa-2", Timestamp(GENESIS_TIME.0 + 5_000), full)
        .unwrap();
    assert_eq!(
        (block.body.encoded_len(), block.to_bytes().len()),
        (MAX_BODY_BYTES, MAX_BLOCK_BYTES)
    );
    assert_eq!(Block::from_bytes(&block.to_bytes()), Ok(block.clone()));
    assert!(matches!(grower.import(block), Ok(Import::Extended(_))));
}

#[test]
fn the_future_is_deferred_without_blame() {
    let mut grower = Grower::new(params());
    let block = grower.work_block("miner", 10_000, Vec::new());
    let found = grower
        .chain
        .import(block.clone(), GENESIS_TIME, &mut grower.cache);
    assert_eq!(
        found,
        Ok(Import::Deferred {
            until: Timestamp(GENESIS_TIME.0 + 8_000)
        })
    );
    let then = Timestamp(GENESIS_TIME.0 + 8_000);
    assert!(matches!(
        grower.chain.import(block, then, &mut grower.cache),
        Ok(Import::Extended(_))
    ));
}

#[test]
fn an_overspending_block_is_refused_and_remembered() {
    let mut grower = Grower::new(params());
    let mut block = grower.work_block("miner", 1_000, Vec::new());
    block.body.transactions = vec![grower.transfer("alice", 0, "bob", 1_000)];
    block.header.tx_root = block.body.tx_root();
    block.header = mine(block.header);
    let error = grower.import(block.clone()).unwrap_err();
    assert!(
        matches!(
            &error,
            BlockError::Transaction {
                error: TxError::Balance {
                    needed: Amount(1_001),
                    ..
                },
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(grower.chain.refusal(&block.id()), Some(&error));
    block.header.parent = block.id();
    block.header.height = Height(2);
    block.header = mine(block.header);
    assert_eq!(grower.import(block).unwrap_err().code(), "invalid_ancestor");
}

/// Entries that an import looks at, and what becomes of the block.
fn visits(grower: &mut Grower, block: Block) -> (usize, Result<Import, BlockError>) {
    grower.chain.visits.set(0);
    let outcome = grower.import(block);
    (grower.chain.visits.get(), outcome)
}

#[test]
fn choosing_the_head_and_naming_the_chain_cost_no_more_on_a_longer_chain() {
    let mut grower = Grower::new(params());
    let mut deep = Grower::new(params());
    deep.import(grower.work_block("miner", 1_000, Vec::new()))
        .unwrap();
    let mut cost = |height: usize| {
        let missing = height - usize::try_from(grower.chain.height().0).unwrap();
        grower.grow("miner", missing);
        // Two on the same head, and a child of the one that loses the tie.
        let mut tie = ["one", "two"].map(|miner| grower.work_block(miner, 1_000, Vec::new()));
        let best = winner(&tie.each_ref().map(Block::id));
        tie.sort_by_key(|block| block.id() == best);
        let [loser, winner] = tie;
        let (extension, extended) = visits(&mut grower, loser);
        let child = grower.work_block("one", 1_000, Vec::new());
        let (tie, won) = visits(&mut grower, winner);
        let (reorganisation, left) = visits(&mut grower, child);
        assert!(matches!(extended, Ok(Import::Extended(_))));
        assert!(matches!(
            (won, left),
            (Ok(Import::Reorganised(_)), Ok(Import::Reorganised(_)))
        ));
        // Far down: a valid block, and one whose difficulty is not the required one, which costs
        // nothing to make.
        let mut free = deep.work_block("side", 1_500 + height as u64, Vec::new());
        free.header.difficulty = Difficulty(1);
        let (side, outcome) = visits(
            &mut grower,
            deep.work_block("side", 2_000 + height as u64, Vec::new()),
        );
        assert_eq!(outcome, Ok(Import::SideChain));
        let (refusal, outcome) = visits(&mut grower, free);
        assert_eq!(outcome.unwrap_err().rule(), 9);
        assert!(refusal < 8, "no state is made for it: {refusal} entries");
        (
            [extension, tie, reorganisation, side, refusal],
            grower.chain.locator().len(),
        )
    };
    // Equally far above a milestone.
    let (short, long) = (cost(100), cost(3_236));
    assert_eq!(short.0, long.0, "entries visited");
    assert!(
        long.1 <= short.1 + 5,
        "an id more for each doubling: {short:?}, {long:?}"
    );
}

#[test]
fn of_many_blocks_on_one_parent_few_need_its_state_to_be_made_again() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 100);
    let fork = grower.work_block("miner", 1_000, Vec::new());
    grower.import(fork).unwrap();
    grower.grow("miner", 40);
    let mut side = Grower::new(params());
    for height in 1..=101 {
        let id = grower.chain.at(Height(height)).unwrap();
        let block = grower.chain.get(&id).unwrap().block.as_ref().clone();
        side.import(block).unwrap();
    }
    let mut most = 0;
    let looked = (0..3 * CACHED_STATES as u64).map(|after| {
        let (looked, outcome) = visits(
            &mut grower,
            side.work_block("side", 2_000 + after, Vec::new()),
        );
        assert_eq!(outcome, Ok(Import::SideChain));
        most = most.max(looked);
        looked
    });
    let all: usize = looked.sum();
    assert!(most > 20, "it is made from the next state above: {most}");
    assert!(all < 3 * CACHED_STATES * most / 4, "{all} of {most} each");
}

#[test]
fn a_tree_read_from_its_ledger_takes_the_whole_chain_back_once_at_most() {
    let mut grower = Grower::new(params());
    let mut deep = Grower::new(params());
    deep.import(grower.work_block("miner", 1_000, Vec::new()))
        .unwrap();
    grower.grow("miner", 1_000);
    let (blocks, head, state) = (
        snapshot(&grower.chain),
        grower.chain.head(),
        grower.chain.head_state().clone(),
    );
    grower.chain = restore(Rc::clone(grower.chain.params()), blocks, head, state).unwrap();
    let mut side = |after| visits(&mut grower, deep.work_block("side", after, Vec::new()));
    let (first, second) = (side(1_500), side(1_501));
    assert_eq!(
        (first.1, second.1),
        (Ok(Import::SideChain), Ok(Import::SideChain))
    );
    let bound = usize::try_from(MILESTONE).unwrap() + 16;
    assert!(
        first.0 > 900 && second.0 < bound,
        "{} entries, then {}",
        first.0,
        second.0
    );
}

#[test]
fn ids_are_found_by_their_beginning() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 100);
    let chain = &grower.chain;
    let all: Vec<String> = chain.ids().map(ToString::to_string).collect();
    for prefix in [
        "",
        "0",
        "00",
        "0a",
        "f",
        "zz",
        "A",
        &all[7][..9],
        &all[50],
        &format!("{}0", all[50]),
    ] {
        let expected: Vec<_> = all
            .iter()
            .filter(|id| id.starts_with(prefix))
            .take(8)
            .collect();
        let found: Vec<_> = chain
            .with_prefix(prefix, 8)
            .map(|id| id.to_string())
            .collect();
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{prefix}");
    }
}

#[test]
fn a_restored_tree_is_the_tree_and_a_broken_one_is_named() {
    let mut grower = Grower::new(params());
    let transfer = grower.transfer("alice", 0, "bob", 5);
    let block = grower.work_block("miner", 1_000, vec![transfer.clone()]);
    grower.import(block).unwrap();
    grower.grow("miner", 5);
    let chain = &grower.chain;
    let restore = |blocks, head, state| restore(Rc::clone(chain.params()), blocks, head, state);
    let again = restore(snapshot(chain), chain.head(), chain.head_state().clone()).unwrap();
    assert_eq!(
        (again.head(), again.weight()),
        (chain.head(), chain.weight())
    );
    assert_eq!(
        again.block_of(&transfer.id()),
        chain.block_of(&transfer.id())
    );
    let wrong_state = restore(snapshot(chain), chain.head(), State::default());
    assert!(matches!(wrong_state, Err(RestoreError::StateRoot { .. })));
    let mut gap = snapshot(chain);
    gap.retain(|(block, _)| block.header.height != Height(3));
    let gap = restore(gap, chain.head(), chain.head_state().clone());
    assert!(matches!(
        gap,
        Err(RestoreError::Gap {
            height: Height(4),
            ..
        })
    ));
    let parent = chain.get(&chain.head()).unwrap().block.header.parent;
    let undo = chain.undo_of(&chain.head());
    let not_best = restore(snapshot(chain), parent, chain.head_state().reverted(&undo));
    assert_eq!(
        not_best.unwrap_err(),
        RestoreError::Head {
            expected: chain.head(),
            found: parent
        }
    );
    let no_head = restore(Vec::new(), chain.head(), chain.head_state().clone());
    assert!(matches!(no_head, Err(RestoreError::NoHead(_))));
}

#[test]
fn a_locator_finds_the_common_block() {
    let mut ours = Grower::new(params());
    ours.grow("one", 40);
    let mut theirs = Grower::new(params());
    for height in 1..=30 {
        let id = ours.chain.at(Height(height)).unwrap();
        theirs
            .import((*ours.chain.get(&id).unwrap().block).clone())
            .unwrap();
    }
    let headers = ours.chain.headers_after(&theirs.chain.locator(), 5);
    let heights: Vec<u64> = headers.iter().map(|(header, _)| header.height.0).collect();
    assert_eq!(heights, [31, 32, 33, 34, 35]);
    assert!(ours.chain.locator().len() <= MAX_LOCATOR);
    assert_eq!(
        ours.chain.headers_after(&[], 2).len(),
        2,
        "an unknown locator starts after genesis"
    );
}

#[test]
fn a_tie_of_work_and_an_authority_is_anybodys() {
    let mut won = std::collections::BTreeMap::new();
    for after in 1_000..1_016 {
        let mut grower = Grower::new(params());
        let time = Timestamp(GENESIS_TIME.0 + 5_000);
        let authority = grower.authority_block("poa-2", time).unwrap();
        let work = grower.work_block("miner", after, Vec::new());
        let expected = winner(&[authority.id(), work.id()]);
        for block in [authority, work] {
            grower.import(block).unwrap();
        }
        assert_eq!(grower.chain.head(), expected);
        *won.entry(grower.chain.head_header().kind).or_insert(0) += 1;
    }
    assert!(won.values().all(|count| *count > 2), "{won:?}");
    assert_eq!(won.len(), 2, "{won:?}");
}

#[test]
fn a_block_far_up_a_side_branch_costs_no_more_than_one_at_its_foot() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 600);
    let mut side = Grower::new(params());
    let mut branch = Vec::new();
    for _ in 0..400 {
        let block = side.work_block("side", 1_000, Vec::new());
        side.import(block.clone()).unwrap();
        assert_eq!(grower.import(block.clone()), Ok(Import::SideChain));
        branch.push(block);
    }
    let mut cost = |length: usize| {
        let mut below = Grower::new(params());
        for block in &branch[..length] {
            below.import(block.clone()).unwrap();
        }
        let (visits, outcome) = visits(&mut grower, below.work_block("other", 2_000, Vec::new()));
        assert_eq!(outcome, Ok(Import::SideChain));
        visits
    };
    let (foot, far) = (cost(20), cost(320));
    assert!(far <= foot + 200, "{foot} entries, then {far}");
}

#[test]
fn a_branch_that_lost_the_head_costs_no_more_than_before() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 300);
    let mut other = Grower::new(params());
    other.grow("other", 301);
    for height in 1..=301 {
        grower.import(other.block_at(height)).unwrap();
    }
    assert_eq!(grower.chain.head(), other.chain.head());
    let mut below = Grower::new(params());
    below.grow("miner", 250);
    let (visits, outcome) = visits(&mut grower, below.work_block("side", 2_000, Vec::new()));
    assert_eq!(outcome, Ok(Import::SideChain));
    assert!(visits < 300, "{visits} entries");
}

#[test]
fn a_ledger_with_blocks_without_work_is_not_taken_back() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 3);
    let (head, state) = (grower.chain.head(), grower.chain.head_state().clone());
    let mut blocks = snapshot(&grower.chain);
    blocks.sort_by_key(|(block, _)| block.header.height);
    let taken = restore(params().into(), blocks.clone(), head, state.clone());
    assert!(taken.is_ok());
    let last = &mut blocks[3].0.header;
    while crate::consensus::work::meets(&last.id(), last.difficulty) {
        last.nonce += 1;
    }
    let head = last.id();
    let refused = restore(params().into(), blocks, head, state);
    assert!(matches!(
        refused,
        Err(RestoreError::Rule {
            height: Height(3),
            ..
        })
    ));
}
