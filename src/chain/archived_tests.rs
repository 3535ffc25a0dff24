//! A tree whose old blocks lie in an archive answers in all things as one that has them in memory.

use std::cell::Cell;
use std::fmt;

use super::*;
use crate::consensus::SignatureCache;
use crate::consensus::finality::{Blocks as _, Checkpoint, Epoch, Signers, Vote, VoteLink};
use crate::primitives::{Difficulty, Kind, Millis, NodeId, ParamsChange, Slot, SplitMix64};
use crate::testkit::{Grower, key, params};

/// Blocks that stay in memory in these tests.
const FEW: u64 = 4;

/// A tree of work blocks with a payment in each third.
fn grown(miner: &str, below: &[Block], count: u64) -> (Grower, Vec<Block>) {
    let mut grower = Grower::new(params());
    for block in below {
        grower.import(block.clone()).unwrap();
    }
    let mut blocks = below.to_vec();
    for number in 0..count {
        let alice = grower.chain.head_state().account(&key("alice").address());
        let payment = grower.transfer("alice", alice.nonce, "bob", 1 + number);
        let payments = Some(payment).filter(|_| number % 3 == 0);
        let block = grower.work_block(miner, 1_000, payments.into_iter().collect());
        grower.import(block.clone()).unwrap();
        blocks.push(block);
    }
    (grower, blocks)
}

/// The same tree with an archive.
fn with_archive(chain: &Chain) -> Chain {
    let mut archived = chain.clone();
    archived.archive_to(Rc::new(MemoryArchive::default()), FEW);
    archived
}

/// The votes of both authorities for a link between two checkpoints.
fn votes(chain_id: BlockHash, ends: (Checkpoint, Checkpoint)) -> BTreeMap<VoteLink, Signers> {
    let (source, target) = ends;
    let link = VoteLink { source, target };
    let votes = ["poa-1", "poa-2"].map(|name| Vote { chain_id, link }.sign(&key(name)));
    let signers = votes
        .map(|it| (it.signer, it.signature))
        .into_iter()
        .collect();
    BTreeMap::from([(link, signers)])
}

/// Everything that a tree says of a block.
fn said(chain: &Chain, id: &BlockHash) -> impl PartialEq + fmt::Debug {
    let entry = chain.get(id).unwrap();
    let context = entry.context.clone();
    let parts = (entry.block.clone(), entry.tx_ids.to_vec(), entry.weight);
    let undo = entry.undo_bytes().to_vec();
    let place = (chain.height_of(id), chain.on_best(id), chain.standing(id));
    let found: Vec<BlockHash> = chain.with_prefix(&id.to_string(), 2).collect();
    (parts, context, entry.sets.clone(), undo, place, found)
}

fn assert_same(plain: &Chain, archived: &Chain) {
    assert_eq!(plain.head(), archived.head());
    assert_eq!(plain.head_state().root(), archived.head_state().root());
    assert_eq!(
        (plain.len(), plain.beside()),
        (archived.len(), archived.beside())
    );
    assert_eq!(plain.locator(), archived.locator());
    let genesis = [plain.chain_id()];
    assert_eq!(
        plain.headers_after(&genesis, 500),
        archived.headers_after(&genesis, 500)
    );
    let sorted = |chain: &Chain| chain.ids().copied().collect::<BTreeSet<_>>();
    assert_eq!(sorted(plain), sorted(archived));
    for id in plain.ids() {
        assert_eq!(said(plain, id), said(archived, id));
        for transaction in plain.get(id).unwrap().tx_ids.iter() {
            let found = archived.block_of(transaction);
            assert_eq!(plain.block_of(transaction), found);
        }
    }
}

#[test]
fn a_tree_with_an_archive_answers_as_one_without() {
    let (plain, _) = grown("miner", &[], 200);
    let archived = with_archive(&plain.chain);
    assert_eq!(archived.archived_height(), Height(192));
    assert_eq!(archived.entries.len(), 9, "genesis and those near the head");
    assert_eq!(archived.by_height.len(), 9);
    assert_eq!(archived.milestones.len(), 1, "genesis, and each 1,024th");
    assert_same(&plain.chain, &archived);
}

/// An authority may have two blocks of one slot in the tree and no third, however old the first is.
#[test]
fn blocks_of_a_slot_are_counted_whether_they_are_archived_or_not() {
    let slots = |chain: &Chain| -> Vec<(Slot, NodeId, usize)> {
        let entries = chain.ids().map(|id| chain.get(id).unwrap());
        let headers = entries.map(|entry| entry.block.header);
        let sealed = headers.filter(|header| header.kind == Kind::Authority);
        let mut counts: Vec<_> = sealed
            .map(|it| (it.slot, it.sealer, chain.sealed_for(it.slot, it.sealer)))
            .collect();
        counts.sort_unstable();
        counts
    };
    let mut grower = Grower::new(params());
    let mut blocks = Vec::new();
    for number in 0..60 {
        let head = grower.chain.head_header().time;
        let later = |half: u64| head.plus(Millis(500 * half));
        let mut in_turn = |name| (1..60).find_map(|half| grower.authority_block(name, later(half)));
        let sealed = Some(["poa-1", "poa-2"][number % 2]).filter(|_| number % 3 > 0);
        let block = match sealed.and_then(&mut in_turn) {
            Some(block) => block,
            None => grower.work_block("miner", 1_000, Vec::new()),
        };
        grower.import(block.clone()).unwrap();
        blocks.push(block);
    }
    let mut archived = with_archive(&grower.chain);
    let counts = slots(&grower.chain);
    assert!(counts.len() > 30 && counts.iter().all(|(_, _, count)| *count == 1));
    assert_eq!(slots(&archived), counts);
    // Another block of a slot, beside an archived one; and a branch that has all above it come
    // back.
    let fork = blocks
        .iter()
        .rposition(|block| block.header.height == Height(20))
        .unwrap();
    let below = &blocks[..fork];
    let mut other = Grower::new(params());
    for block in below {
        other.import(block.clone()).unwrap();
    }
    let next = &blocks[fork + 1..]
        .iter()
        .find(|it| it.header.kind == Kind::Authority);
    let slot = next.unwrap().header;
    let name = ["poa-1", "poa-2"]
        .into_iter()
        .find(|name| key(name).node_id() == slot.sealer);
    let twice = other.authority_block(name.unwrap(), slot.time).unwrap();
    let branch = std::iter::once(twice).chain(grown("else", below, 80).1.split_off(fork));
    for block in branch {
        let now = block.header.time;
        let mut cache = SignatureCache::default();
        let outcome = grower.chain.import(block.clone(), now, &mut cache);
        assert_eq!(archived.import(block, now, &mut cache), outcome);
        assert_eq!(slots(&archived), slots(&grower.chain));
        assert_eq!(archived.most_sealed(), grower.chain.most_sealed());
    }
    assert_eq!(grower.chain.sealed_for(slot.slot, slot.sealer), 2);
    assert!(
        !archived.on_best(&blocks[fork].id()),
        "the branch is the best"
    );
}

/// Whatever a ledger says of which blocks are on the best chain: it is a hint for what may leave
/// memory early.
#[test]
fn a_tree_read_into_an_archive_is_the_one_that_was_written() {
    let (_, trunk) = grown("trunk", &[], 70);
    let mut grower = Grower::new(params());
    let (best, beside) = (grown("one", &trunk[..40], 60).1, &trunk[40..]);
    for block in best.iter().chain(beside) {
        grower.import(block.clone()).unwrap();
    }
    let chain = &grower.chain;
    let mut blocks = super::tests::snapshot(chain);
    blocks.sort_by_key(|(block, _)| block.header.height);
    for lie in [None, Some(true), Some(false)] {
        for wrong in [false, true] {
            let mut restoring = Restoring::new(Rc::clone(chain.params()));
            restoring.archive_to(Rc::new(MemoryArchive::default()), FEW);
            let mut most = 0;
            for (block, undo) in &blocks {
                let truth = chain.on_best(&block.id()) != wrong;
                let said = lie.unwrap_or(truth);
                restoring.add(block.clone(), undo, said).unwrap();
                most = most.max(restoring.chain.entries.len());
            }
            let ledger = (chain.head(), chain.head_state().clone());
            let read = restoring.finish(ledger, |chain| chain.decided().clone());
            assert_same(chain, &read.unwrap());
            if lie.is_none() && !wrong {
                assert!(most < 60, "{most} of {} blocks in memory", blocks.len());
            }
        }
    }
}

/// Four branches that outweigh each other in turn, from forks far below each other's tips, come in
/// as they please.
#[test]
fn reorganisations_below_archived_blocks_go_as_without_an_archive() {
    let mut taken_back = 0;
    for seed in 0..6 {
        let mut chance = SplitMix64::new(seed);
        let (_, trunk) = grown("trunk", &[], 70);
        let mut branches = vec![trunk.clone()];
        for miner in ["one", "two", "three"] {
            let fork = 5 + chance.index(40);
            let count = 20 + chance.draw() % 60;
            branches.push(grown(miner, &trunk[..fork], count).1);
        }
        let mut plain = Grower::new(params());
        let mut archived = Grower::new(params());
        archived
            .chain
            .archive_to(Rc::new(MemoryArchive::default()), FEW);
        let mut next = [0; 4];
        while (0..4).any(|at| next[at] < branches[at].len()) {
            let branch = chance.index(4);
            for _ in 0..=chance.index(12) {
                let Some(block) = branches[branch].get(next[branch]) else {
                    break;
                };
                next[branch] += 1;
                let top = archived.chain.archived_height();
                let outcome = archived.import(block.clone()).unwrap();
                assert_eq!(plain.import(block.clone()).unwrap(), outcome);
                if let Import::Reorganised(change) = outcome {
                    assert!(!change.reverted.is_empty());
                    let fork = archived.chain.get(&change.applied[0]).unwrap();
                    let fork = fork.block.header.height;
                    taken_back += u32::from(fork <= top);
                }
            }
            assert_same(&plain.chain, &archived.chain);
        }
        assert!(archived.chain.archived_height().0 > 0, "seed {seed}");
    }
    assert!(taken_back > 4, "{taken_back} below archived blocks");
}

#[test]
fn blocks_on_archived_ones_are_judged_as_without_an_archive() {
    let (mut plain, trunk) = grown("miner", &[], 150);
    let mut grower = Grower::new(params());
    grower.chain = with_archive(&plain.chain);
    for fork in [1, 40, 63, 64, 65, 128] {
        let (_, beside) = grown("beside", &trunk[..fork], 3);
        for block in &beside[fork..] {
            assert_eq!(plain.import(block.clone()), Ok(Import::SideChain));
            assert_eq!(grower.import(block.clone()), Ok(Import::SideChain));
        }
        let mut wrong = beside[fork].clone();
        wrong.header.nonce = wrong.header.nonce.wrapping_add(1);
        assert_eq!(
            plain.import(wrong.clone()).is_err(),
            grower.import(wrong).is_err()
        );
    }
    assert_same(&plain.chain, &grower.chain);
}

/// What the authorities confirmed comes before weight, also where the checkpoint is archived.
#[test]
fn beside_an_archived_checkpoint_no_weight_counts() {
    let (plain, trunk) = grown("miner", &[], 80);
    let mut grower = Grower::new(params());
    grower.chain = with_archive(&plain.chain);
    let chain = &mut grower.chain;
    let tip = chain.head();
    let at = |epoch: u64| {
        let epoch = Epoch(epoch);
        let id = plain.chain.ancestor(&tip, epoch.height()).unwrap();
        Checkpoint { epoch, id }
    };
    let chain_id = chain.chain_id();
    let votes = votes(chain_id, (at(0), at(3)));
    let view = View::of(&Base::genesis(chain_id), chain, &votes);
    assert_eq!(chain.follow(view), None);
    let root = chain.decided().highest_justified();
    assert_eq!(root, at(3));
    assert!(chain.archived_height() > root.height());
    let fork = usize::try_from(root.height().0).unwrap();
    for (below, outweighs) in [(fork - 2, false), (fork + 2, true)] {
        let (heavier, blocks) = grown("heavy", &trunk[..below], 100);
        for block in &blocks[below..] {
            grower.import(block.clone()).unwrap();
        }
        let head = heavier.chain.head();
        assert_eq!(grower.chain.head() == head, outweighs, "fork at {below}");
    }
}

/// A checkpoint that votes justify beside archived blocks takes the head away from them, for good.
#[test]
fn archived_blocks_beside_a_checkpoint_are_no_candidates() {
    let (_, trunk) = grown("trunk", &[], 10);
    let (_, ours) = grown("ours", &trunk, 60);
    let (_, theirs) = grown("theirs", &trunk, 20);
    let mut plain = Grower::new(params());
    for block in ours.iter().chain(&theirs[10..]) {
        plain.import(block.clone()).unwrap();
    }
    let mut grower = Grower::new(params());
    grower.chain = with_archive(&plain.chain);
    let tip = theirs[29].id();
    assert!(grower.chain.archived_height() > Height(24));
    for chain in [&mut plain.chain, &mut grower.chain] {
        let at = |epoch: u64| {
            let epoch = Epoch(epoch);
            let id = chain.ancestor(&tip, epoch.height()).unwrap();
            Checkpoint { epoch, id }
        };
        let view = View::of(
            &Base::genesis(chain.chain_id()),
            chain,
            &votes(chain.chain_id(), (at(0), at(2))),
        );
        let change = chain.follow(view).unwrap();
        assert_eq!((change.reverted.len(), change.applied.len()), (60, 20));
    }
    assert_same(&plain.chain, &grower.chain);
    // Neither those that were brought back nor what is found on them.
    let (_, more) = grown("ours", &ours, 3);
    for block in &more[70..] {
        assert_eq!(plain.import(block.clone()), Ok(Import::SideChain));
        assert_eq!(grower.import(block.clone()), Ok(Import::SideChain));
    }
    assert_same(&plain.chain, &grower.chain);
}

/// Rules that changed below the archived blocks are those of each block again when it is read.
#[test]
fn an_archived_block_has_the_rules_that_were_in_force_at_it() {
    let mut grower = Grower::new(params());
    grower.grow("miner", 20);
    let change = ParamsChange {
        difficulty: Some(Difficulty(8)),
        ..ParamsChange::default()
    };
    let order = grower.order("operator", 0, change);
    let block = grower.work_block("miner", 1_000, vec![order]);
    grower.import(block).unwrap();
    grower.grow("miner", 60);
    let archived = with_archive(&grower.chain);
    assert_same(&grower.chain, &archived);
}

/// An archive that is full after some bytes.
#[derive(Debug)]
struct Small {
    inner: MemoryArchive,
    room: Cell<usize>,
}

impl Archive for Small {
    fn append(&self, bytes: &[u8]) -> Option<u64> {
        self.room.set(self.room.get().checked_sub(bytes.len())?);
        self.inner.append(bytes)
    }

    fn read(&self, at: u64, length: usize) -> Option<Vec<u8>> {
        self.inner.read(at, length)
    }
}

#[test]
fn what_an_archive_does_not_take_stays_in_memory_until_it_does() {
    let (plain, _) = grown("miner", &[], 200);
    let small = Rc::new(Small {
        inner: MemoryArchive::default(),
        room: Cell::new(20_000),
    });
    let mut chain = plain.chain.clone();
    chain.archive_to(Rc::clone(&small) as Rc<dyn Archive>, FEW);
    let archived = chain.archived_height().0;
    assert!(archived > 0 && archived < 150, "{archived}");
    assert_same(&plain.chain, &chain);
    small.room.set(usize::MAX);
    chain.archive_old();
    assert_eq!(chain.archived_height(), Height(192));
    assert_same(&plain.chain, &chain);
}
