//! Every chain that is a node's best at a check is right from genesis on: coins, assets, nonces and
//! names by [`Books`] of its own, the rules that place its blocks by [`Rules`] of its own, and the
//! state root by a replay from genesis. Also branches that are given up later are looked at; each
//! block once.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::chain::{Chain, Import};
use crate::consensus::SignatureCache;
use crate::primitives::{Block, BlockHash};
use crate::sim::coverage::{Coverage, Sometimes};
use crate::sim::world::World;
use crate::state::State;

use super::books::Books;
use super::rules::{Rules, is_sealed};

/// What is known of a chain up to a block that was audited.
#[derive(Clone, Debug)]
struct Audited {
    books: Books,
    rules: Rules,
}

/// The auditor: what it knows of each head that it has looked at, and a chain that it replays.
#[derive(Clone, Debug)]
struct Auditor {
    audited: BTreeMap<BlockHash, Rc<Audited>>,
    replay: Chain,
    cache: SignatureCache,
}

impl Auditor {
    fn new(chain: &Chain) -> Self {
        let params = chain.params();
        let begin = Audited {
            books: Books::new(params),
            rules: Rules::new(params),
        };
        Self {
            audited: BTreeMap::from([(chain.chain_id(), Rc::new(begin))]),
            replay: Chain::new(Rc::clone(params)),
            cache: SignatureCache::default(),
        }
    }

    /// Audits the best chain of a node from the last block on that was audited.
    fn audit(&mut self, chain: &Chain) -> Result<Rc<Audited>, String> {
        let mut above: Vec<Rc<Block>> = Vec::new();
        let mut at = chain.head();
        let known = loop {
            // The replay is a tree as any other, and forgets the lightest of very many branches.
            let known = self.audited.get(&at);
            if let Some(known) = known.filter(|_| self.replay.contains(&at)) {
                break Rc::clone(known);
            }
            let entry = chain
                .get(&at)
                .ok_or_else(|| format!("expected the block {at}, found none"))?;
            at = entry.block.header.parent;
            above.push(Rc::clone(&entry.block));
        };
        if above.is_empty() {
            return Ok(known);
        }
        let mut audited = Audited::clone(&known);
        for block in above.into_iter().rev() {
            let parent = chain
                .get(&block.header.parent)
                .ok_or("expected the parent, found none")?;
            audited.rules.pass(&parent.block, &block, chain.params())?;
            if !is_sealed(&block, &chain.chain_id()) {
                return Err(format!(
                    "the block at height {} does not have the seal of its maker",
                    block.header.height
                ));
            }
            audited.books.apply(&block, chain.params())?;
            let outcome =
                self.replay
                    .import(Block::clone(&block), block.header.time, &mut self.cache);
            match outcome {
                Err(error) => {
                    return Err(format!(
                        "in a replay the block at height {} is refused: {error}",
                        block.header.height
                    ));
                }
                Ok(Import::Orphan { .. } | Import::Deferred { .. }) => {
                    return Err(format!(
                        "a replay does not take the block at height {}",
                        block.header.height
                    ));
                }
                Ok(_) => {}
            }
        }
        let audited = Rc::new(audited);
        self.audited.insert(chain.head(), Rc::clone(&audited));
        Ok(audited)
    }
}

/// The root over all entries of the head's state, computed anew.
fn check_root(chain: &Chain) -> Result<(), String> {
    let mut entries = Vec::new();
    chain
        .head_state()
        .tree()
        .for_each(|key, entry| entries.push((key.clone(), entry.clone())));
    let (expected, found) = (
        State::from_entries(entries).root(),
        chain.head_header().state_root,
    );
    if expected == found {
        Ok(())
    } else {
        Err(format!("expected the state root {expected}, found {found}"))
    }
}

/// The auditor of a network, which begins with the first chain that it sees.
#[derive(Clone, Debug, Default)]
pub(super) struct Coins {
    auditor: Option<Auditor>,
}

impl Coins {
    /// Checks the best chain of a node, and its state.
    pub(super) fn check(
        &mut self,
        world: &World,
        seat: usize,
        coverage: &mut Coverage,
    ) -> Result<(), String> {
        let Some(node) = &world.seats[seat].node else {
            return Ok(());
        };
        let chain = node.chain();
        let auditor = self.auditor.get_or_insert_with(|| Auditor::new(chain));
        let audited = auditor.audit(chain)?;
        audited.books.compare(chain)?;
        check_root(chain)?;
        if world.healed {
            let (changed, list_changed) = audited.rules.changed(&world.scenario.params);
            let kinds = &audited.books.kinds;
            for (happened, what) in [
                (changed, Sometimes::ParamsChanged),
                (list_changed, Sometimes::AuthoritySetChanged),
                (kinds.contains("transfer_asset"), Sometimes::AssetMoved),
                (kinds.len() == 6, Sometimes::AllPayloads),
            ] {
                if happened {
                    coverage.note(what);
                }
            }
        }
        Ok(())
    }
}
