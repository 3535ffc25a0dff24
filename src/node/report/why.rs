//! Why something is as it is, by what this node knows: a block beside its chain, a transaction that
//! waits, and itself where it makes nothing. It reads, and changes nothing.
//!
//! Each reason repeats the test by which the node acted (`making`, `sealing`, `voting`, the fork
//! choice, the mempool), in its order. Bound: [`MAX_REASONS`].

use crate::chain::Chain;
use crate::consensus::finality::{Blocks as _, Checkpoint};
use crate::consensus::{TxError, slots};
use crate::ipc::{Refusal, Subject, WhyInfo};
use crate::mempool::{Waiting, cost};
use crate::primitives::{Amount, BlockHash, Kind, NodeId, NodeKind, Slot, TxId, Weight};
use crate::records::{MAX_REASONS, Reason};
use crate::refusal::LookupError;

use super::Node;
use super::status::exact;

fn count(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

impl Node {
    /// Why something is as it is.
    ///
    /// # Errors
    /// There is no such thing here.
    pub(super) fn why(&self, about: Subject) -> Result<WhyInfo, Refusal> {
        let (about, reasons) = self.reasons(about)?;
        let now = self.clock.date().0;
        let explained = |reason: &Reason| reason.explained(now);
        Ok(WhyInfo {
            about,
            node: self.identity.name.clone(),
            reasons: reasons.iter().take(MAX_REASONS).map(explained).collect(),
        })
    }

    /// The reasons as values, and what they are about with its whole id.
    pub(super) fn reasons(&self, about: Subject) -> Result<(Subject, Vec<Reason>), Refusal> {
        Ok(match about {
            Subject::Node(name) => (Subject::Node(name), self.why_node()),
            Subject::Block(which) => {
                let id = self.named_block(&which)?;
                (Subject::Block(id.to_string()), self.why_block(&id))
            }
            Subject::Transaction(which) => {
                let id = self.find_transaction(&which)?;
                (
                    Subject::Transaction(id.to_string()),
                    self.why_transaction(&id),
                )
            }
            Subject::Finality => {
                let lag = self.chain.height().since(self.finality.told.height());
                let reason = Reason::of_finality(&self.finality_status(), lag);
                (Subject::Finality, vec![reason])
            }
        })
    }

    /// A block of the tree, or one that was refused, put off, or only told of.
    fn named_block(&self, which: &str) -> Result<BlockHash, Refusal> {
        let in_tree = self.find_block(which);
        if !matches!(in_tree, Err(Refusal::Lookup(LookupError::Block { .. }))) {
            return in_tree;
        }
        let which = which.to_ascii_lowercase();
        let elsewhere = self.chain.refused_with_prefix(&which, 2);
        let elsewhere = elsewhere.chain(self.deferred.iter().map(|(id, _)| id));
        let heads = self.roster.peers.iter().filter_map(|(_, peer)| peer.head);
        let ids = elsewhere.chain(heads.map(|head| head.id));
        let mut found = ids.filter(|id| id.to_string().starts_with(&which));
        let first = found.next();
        let is_one = found.all(|other| Some(other) == first);
        drop(found);
        match first {
            Some(id) if is_one => Ok(id),
            Some(_) => Err(LookupError::BlockAmbiguous { which }.into()),
            None => which.parse().or(in_tree),
        }
    }
}

/// Blocks.
impl Node {
    fn why_block(&self, id: &BlockHash) -> Vec<Reason> {
        let Some(entry) = self.chain.get(id) else {
            return vec![self.why_no_block(id)];
        };
        let height = entry.block.header.height;
        if self.chain.on_best(id) {
            let confirmations = self.chain.height().since(height).saturating_add(1);
            return vec![Reason::OnChain { confirmations }];
        }
        let mut reasons = Vec::new();
        let decided = self.chain.decided();
        let (last_final, justified) = (decided.last_final(), decided.highest_justified());
        let (tip, weight) = heaviest_above(&self.chain, id);
        if !is_above(&self.chain, &tip, last_final) {
            reasons.push(Reason::BesideFinal {
                height: last_final.height().0,
                hash: last_final.id.to_string(),
            });
        } else if !is_above(&self.chain, &tip, justified) {
            reasons.push(Reason::BesideJustified {
                height: justified.height().0,
                hash: justified.id.to_string(),
            });
        }
        let fork = fork_of(&self.chain, *id);
        let below = self.chain.get(&fork).map_or((0, Weight(0)), |entry| {
            (entry.block.header.height.0, entry.weight)
        });
        let above = |weight: Weight| exact(Weight(weight.0.saturating_sub(below.1.0)));
        let (fork, head) = (below.0, self.chain.head().to_string());
        let (weight, best) = (above(weight), above(self.chain.weight()));
        if weight < best {
            reasons.push(Reason::Lighter {
                fork,
                weight,
                best,
                head,
            });
        } else if weight == best && reasons.is_empty() {
            reasons.push(Reason::Tied { fork, weight, head });
        }
        reasons
    }

    /// Why a block is not in the tree.
    fn why_no_block(&self, id: &BlockHash) -> Reason {
        if let Some(error) = self.chain.refusal(id) {
            return Reason::Refused {
                rule: error.rule(),
                error: error.code().to_owned(),
                text: error.to_string(),
            };
        }
        if let Some((_, until)) = self.deferred.iter().find(|(waiting, _)| waiting == id) {
            return Reason::Deferred { until: until.0 };
        }
        let have = self.roster.peers.iter().filter(|(_, peer)| {
            let head = peer.head.map(|head| head.id);
            head == Some(*id)
        });
        let peers: Vec<String> = have.map(|(peer, _)| self.name_of_node(peer)).collect();
        if peers.is_empty() {
            return Reason::Unknown;
        }
        Reason::NotFetched {
            peers,
            missing: count(self.lanes.missing()),
        }
    }
}

/// The block of the best chain on which a branch stands.
fn fork_of(chain: &Chain, mut id: BlockHash) -> BlockHash {
    while !chain.on_best(&id)
        && let Some(entry) = chain.get(&id)
    {
        id = entry.block.header.parent;
    }
    id
}

/// Whether the branch that ends with `tip` has a checkpoint.
fn is_above(chain: &Chain, tip: &BlockHash, checkpoint: Checkpoint) -> bool {
    chain.ancestor(tip, checkpoint.height()) == Some(checkpoint.id)
}

/// The heaviest block above one that is beside the best chain, or itself, with the weight of its
/// chain.
fn heaviest_above(chain: &Chain, id: &BlockHash) -> (BlockHash, Weight) {
    let Some(lowest) = chain.get(id) else {
        return (*id, Weight(0));
    };
    let mut above = std::collections::BTreeSet::new();
    above.insert(*id);
    let mut heaviest = (*id, lowest.weight);
    for (other, entry) in chain.in_memory_from(lowest.block.header.height.next()) {
        if above.contains(&entry.block.header.parent) {
            above.insert(*other);
            if entry.weight > heaviest.1 {
                heaviest = (*other, entry.weight);
            }
        }
    }
    heaviest
}

/// Transactions.
impl Node {
    fn why_transaction(&self, id: &TxId) -> Vec<Reason> {
        if let Some(block) = self.chain.block_of(id) {
            let height = self.chain.get(&block);
            return vec![Reason::Committed {
                height: height.map_or(0, |entry| entry.block.header.height.0),
                block: block.to_string(),
            }];
        }
        if let Some(waiting) = self.mempool.get(id) {
            return self.why_waiting(id, waiting);
        }
        let dropped = self.exchange.dropped(id);
        vec![dropped.map_or(Reason::Unknown, |dropped| Reason::Dropped {
            text: dropped.reason.to_string(),
        })]
    }

    fn why_waiting(&self, id: &TxId, waiting: &Waiting) -> Vec<Reason> {
        let next = self.candidate(Kind::Work);
        let taken = next.map(|(_, body)| body.transactions).unwrap_or_default();
        if taken.iter().any(|taken| taken.id() == *id) {
            return vec![Reason::Next];
        }
        let body = &waiting.transaction.get().body;
        let state = self.chain.head_state();
        let account = state.account(&body.from);
        if body.nonce > account.nonce {
            let (missing, nonce) = (
                self.mempool.next_nonce(&body.from, account.nonce),
                body.nonce,
            );
            if missing < nonce {
                return vec![Reason::NonceGap { missing, nonce }];
            }
            let first = self.mempool.earlier(&body.from, nonce).next();
            if let Some(first) = first.and_then(|first| self.mempool.get(&first.id())) {
                let (id, nonce) = (first.transaction.id(), first.transaction.get().body.nonce);
                let behind = Reason::Behind {
                    id: id.to_string(),
                    nonce,
                };
                // The first of an account is behind none.
                return [vec![behind], self.why_waiting(&id, first)].concat();
            }
        }
        let needed = cost(&waiting.transaction);
        let error = if needed > account.balance {
            let found: Amount = account.balance;
            Err(TxError::Balance { needed, found })
        } else {
            let height = self.chain.height().next();
            let params = self.chain.params();
            state.try_after(params, height, std::iter::empty(), &waiting.transaction)
        };
        if let Err(error) = error {
            return vec![Reason::NotNow {
                error: error.code().to_owned(),
                text: error.to_string(),
            }];
        }
        let order = self.mempool.selection(state);
        let before = order.take_while(|other| other.id() != *id).count();
        vec![Reason::NoRoom {
            before: count(before),
            fits: count(taken.len()),
            fee: body.fee.0,
        }]
    }
}

/// The node itself.
impl Node {
    fn why_node(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        if self.roster.peers.alive(self.now).next().is_none() {
            reasons.push(Reason::HearsNobody);
        }
        match self.identity.kind {
            NodeKind::Viewer => reasons.push(Reason::Watches),
            NodeKind::Pow => reasons.push(self.why_no_search()),
            NodeKind::Poa => {
                reasons.push(self.why_no_seal());
                reasons.extend(self.why_no_vote());
            }
        }
        reasons
    }

    fn resting(&self) -> Option<Reason> {
        let until = self.lanes.rest_until(self.now)?;
        Some(Reason::CatchesUp {
            missing: count(self.lanes.missing()),
            rest: until.since(self.now).0,
        })
    }

    /// In the order of `search_candidate`.
    fn why_no_search(&self) -> Reason {
        if self.mining.miners.is_empty() {
            return Reason::NoMiner;
        }
        if self.mining.is_paused() {
            return Reason::Paused;
        }
        if let Some(rest) = self.resting() {
            return rest;
        }
        if self.mining.not_before > self.now {
            let wait = self.mining.not_before.since(self.now).0;
            return Reason::JustStarted { wait };
        }
        let from = self.clock.instant_of(self.make_from(Kind::Work));
        if from > self.now {
            let wait = from.since(self.now).0;
            return Reason::HeadAhead { wait };
        }
        let miners = self.mining.miners.len() as f64;
        Reason::Searches {
            difficulty: self.chain.context().required_difficulty().0,
            rate: self.hash_rate(self.now) as u64,
            budget: self.mining.budget().map(|each| (each * miners) as u64),
        }
    }

    /// In the order of `on_slot_timer`.
    fn why_no_seal(&self) -> Reason {
        let authorities = &self.chain.context().rules.current.authorities;
        if !authorities.contains(&self.identity.id.into()) {
            let authorities = count(authorities.len());
            return Reason::NoAuthority { authorities };
        }
        if self.authority.reserved().is_some() && !self.authority.is_ready() {
            return Reason::AwaitsDisk {
                failure: self.books.degraded().map(ToString::to_string),
            };
        }
        let slot = slots::slot_at(self.chain.params(), self.clock.date());
        if !self.may_seal(slot) {
            return self.why_not_this_slot(slot);
        }
        if let Some(rest) = self.resting() {
            return rest;
        }
        let from = self.make_from(Kind::Authority);
        if from > self.clock.date() {
            let wait = from.since(self.clock.date()).0;
            return Reason::HeadAhead { wait };
        }
        Reason::Seals { slot: slot.0 }
    }

    /// Why a slot may not be sealed, in the order in which a person understands it.
    fn why_not_this_slot(&self, slot: Slot) -> Reason {
        let context = self.chain.context();
        let next = self.next_slot_at(slot).map(|at| at.0);
        let leader = slots::leader(&context.rules.current.authorities, slot);
        let own = Some(self.identity.id.into());
        if let Some(leader) = leader.filter(|_| leader != own) {
            return Reason::NotItsTurn {
                slot: slot.0,
                leader: self.name_of_node(&NodeId(leader.0)),
                next,
            };
        }
        let made = self.counters.blocks_made > 0;
        if slot <= context.tally.last_slot || made {
            return Reason::SlotUsed { slot: slot.0, next };
        }
        let first = self.authority.first_open.0;
        Reason::SlotBeforeStart { first }
    }

    /// In the order of `vote`; nothing where it votes as soon as a vote is due.
    fn why_no_vote(&self) -> Option<Reason> {
        if !self.is_voter() {
            return None;
        }
        let (duty, failure) = (&self.finality.duty, self.books.degraded());
        if let Some(failure) = failure {
            let failure = failure.to_string();
            return Some(Reason::NoMemory { failure });
        }
        if duty.is_waiting() {
            return Some(Reason::AwaitsDisk { failure: None });
        }
        let listens = duty.signer.is_lost() || duty.awaits_answers(self.now);
        listens.then_some(Reason::Listens)
    }
}
