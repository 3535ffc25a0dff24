//! Whether a predicate is true of a moment: from the nodes as they are and from the facts alone.

use crate::consensus::finality::Offence;
use crate::node::Node;
use crate::primitives::{Address, Height};
use crate::sim::world::World;

use super::clock::elapsed;
use super::facts::{Facts, running};
use super::goal::Predicate;
use super::layout;
use super::payments::confirmations;
use super::scenario::Scenario;

/// What a predicate is judged by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judge<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) world: &'a World,
    pub(super) facts: &'a Facts,
}

impl<'a> Judge<'a> {
    /// Whether it is true now.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the others are of the past")]
    pub(super) fn holds(self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::All(list) => list.iter().all(|one| self.holds(one)),
            Predicate::Any(list) => list.iter().any(|one| self.holds(one)),
            Predicate::Not(inner) => !self.holds(inner),
            Predicate::Agree { height } => self.agree(*height),
            Predicate::OneHead { height } => {
                let first = running(self.world).next();
                first.is_some_and(|(_, first)| {
                    let (head, high) = (first.chain().head(), first.chain().height().0);
                    high >= *height && self.every(None, |node| node.chain().head() == head)
                })
            }
            Predicate::Height { node, least } => {
                self.every(node.as_deref(), |node| node.chain().height().0 >= *least)
            }
            Predicate::Final { node, least } => self.every(node.as_deref(), |node| {
                node.last_final().height().0 >= *least
            }),
            Predicate::FinalityLag { least } => running(self.world).any(|(_, node)| {
                let last = node.last_final().height();
                node.chain().height().since(last) >= *least
            }),
            Predicate::Balance { user, least } => self.balances(user, |coins| coins >= *least),
            Predicate::BalanceAtMost { user, most } => self.balances(user, |coins| coins <= *most),
            Predicate::DifficultyAtLeast { least } => {
                self.every(None, |node| difficulty(node) >= *least)
            }
            Predicate::DifficultyAtMost { most } => {
                self.every(None, |node| difficulty(node) <= *most)
            }
            Predicate::Runs { node } => self.node(node).is_some(),
            Predicate::Stopped { node } => self.node(node).is_none(),
            Predicate::CaughtUp { node, height } => self.caught_up(node, *height),
            Predicate::Ignores { node, peer } => self.ignores(node, peer),
            Predicate::TurnedAway { node, least } => self
                .node(node)
                .is_some_and(|node| node.frames_refused() >= *least),
            Predicate::Passed { ms } => elapsed(self.world) >= *ms,
            history => self.happened(history),
        }
    }

    /// Whether what is said of payments, and of what once happened, is true.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the others are judged above"
    )]
    fn happened(self, predicate: &Predicate) -> bool {
        let facts = self.facts;
        let of = |node: &str| self.seat(node).unwrap_or(usize::MAX);
        match predicate {
            Predicate::Divided { depth } => facts.divided() >= *depth,
            Predicate::Reorganised { node, depth } => {
                facts.deepest(node.as_deref().map(of)) >= *depth
            }
            Predicate::Reverted {
                payment,
                confirmations,
            } => facts.payments.reverted(payment) >= Some(*confirmations),
            Predicate::DoubleSpent {
                payment,
                confirmations,
            } => facts.payments.double_spent(payment) >= Some(*confirmations),
            Predicate::Committed {
                payment,
                confirmations: least,
            } => facts.payments.get(payment).is_some_and(|transaction| {
                self.every(None, |node| {
                    confirmations(node, transaction) >= Some(*least)
                })
            }),
            Predicate::Waiting { payment, node } => {
                let transaction = facts.payments.get(payment);
                let node = self.node(node);
                transaction.zip(node).is_some_and(|(transaction, node)| {
                    node.mempool().get(&transaction.id()).is_some()
                })
            }
            Predicate::Proven { payment } => facts.has_proof(payment, true),
            Predicate::NotBelieved { payment } => facts.has_proof(payment, false),
            Predicate::SealedTwice { node } => self.proven(node, &[Offence::TwoBlocks]),
            Predicate::VotedTwice { node } => {
                self.proven(node, &[Offence::DoubleVote, Offence::SurroundVote])
            }
            Predicate::FinalConflict => facts.final_conflict(),
            Predicate::Refused { what, by, times } => {
                facts.refused(*what, by.as_deref().map(of)) >= *times
            }
            Predicate::Made { node, least } => facts.made(of(node)) >= *least,
            Predicate::Share {
                node,
                beside,
                percent,
                blocks,
            } => {
                let (one, other) = (facts.made(of(node)), facts.made(of(beside)));
                let both = one.saturating_add(other);
                both >= *blocks && one.saturating_mul(100) >= both.saturating_mul(*percent)
            }
            Predicate::Outearns {
                node,
                points,
                blocks,
            } => self.outearns(of(node), *points, *blocks),
            Predicate::Deferred { least } => facts.deferred() >= *least,
            Predicate::Stale { least } => facts.stale() >= *least,
            Predicate::Missed { node, least } => facts.missed(of(node)) >= *least,
            Predicate::Restarted { node, ledger } => facts.restarted(of(node), *ledger),
            Predicate::Restarts { node, least } => facts.restarts(of(node)) >= *least,
            Predicate::ByHand { node } => facts.makers.by_hand(of(node)),
            Predicate::Lost { node, least } => facts.makers.lost(of(node)) >= *least,
            Predicate::Raced { node, least } => facts.makers.races(of(node)) >= *least,
            _ => false,
        }
    }

    fn seat(self, name: &str) -> Option<usize> {
        layout::seat_of(self.scenario, name)
    }

    fn node(self, name: &str) -> Option<&'a Node> {
        self.world.seats.get(self.seat(name)?)?.node.as_ref()
    }

    /// Whether something holds on a node that must run, or on all that run, of which there must be
    /// one.
    fn every(self, node: Option<&str>, holds: impl Fn(&Node) -> bool) -> bool {
        match node {
            Some(name) => self.node(name).is_some_and(holds),
            None => {
                let mut nodes = running(self.world).peekable();
                nodes.peek().is_some() && nodes.all(|(_, node)| holds(node))
            }
        }
    }

    /// Whether all nodes run and have the same block at a height.
    fn agree(self, height: u64) -> bool {
        let seats = &self.world.seats;
        let at = |node: &Node| node.chain().at(Height(height));
        let mut blocks = seats.iter().map(|seat| seat.node.as_ref().and_then(at));
        let first = blocks.next().flatten();
        first.is_some() && blocks.all(|block| block == first)
    }

    fn balances(self, user: &str, holds: impl Fn(u64) -> bool) -> bool {
        let address = layout::user_key(self.scenario, user).address();
        self.every(None, |node| {
            holds(node.chain().head_state().account(&address).balance.0)
        })
    }

    fn caught_up(self, name: &str, height: u64) -> bool {
        let Some(node) = self.node(name) else {
            return false;
        };
        let head = node.chain().head();
        node.chain().height().0 >= height && self.every(None, |other| other.chain().head() == head)
    }

    /// Whether a node's share of the blocks on every chain is so much above its share of those that
    /// were made.
    fn outearns(self, seat: usize, points: u64, least: u64) -> bool {
        let Some(place) = self.world.seats.get(seat) else {
            return false;
        };
        let (made, all) = (self.facts.made(seat), self.facts.blocks);
        self.every(None, |node| {
            let chain = node.chain();
            let height = chain.height().0;
            let ids = (1..=height).filter_map(|height| chain.at(Height(height)));
            let blocks = ids.filter_map(|id| chain.get(&id));
            let own = blocks.filter(|entry| entry.block.header.sealer == place.id);
            let own = layout::number(own.count());
            // own / height >= made / all + points / 100, without fractions.
            let share = u128::from(own) * u128::from(all) * 100;
            let power = u128::from(made) * 100 + u128::from(points) * u128::from(all);
            height >= least && share >= power * u128::from(height)
        })
    }

    fn ignores(self, name: &str, peer: &str) -> bool {
        let peer = layout::id_of(self.scenario, peer);
        let node = self.node(name);
        node.and_then(|node| node.peer_table().get(&peer))
            .is_some_and(|peer| peer.ignored(self.world.instant()))
    }

    fn proven(self, name: &str, offences: &[Offence]) -> bool {
        let address: Address = layout::id_of(self.scenario, name).into();
        offences
            .iter()
            .any(|offence| self.facts.is_proven(address, *offence))
    }
}

/// Expected hashes of the next work block on a node's head.
fn difficulty(node: &Node) -> u64 {
    node.chain().context().required_difficulty().0
}
