//! A network of honest authorities and liars under any delivery of their votes.

use std::collections::BTreeSet;

use aurex::consensus::finality::{
    Added, Base, Blocks, Certificate, CheckedCertificate, Checkpoint, Decision, Epoch, SignedVote,
    SigningRecord, View, VoteLink, VoteSigner, Votes,
};
use aurex::primitives::Address;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::properties::{grown, run};
use super::tree::{Tree, key};

/// One node's part in a run: the votes that reached it, and what it holds for final.
struct Node {
    pool: Votes,
    base: Base,
    signer: VoteSigner,
}

/// A network of honest authorities and liars. Each step a number decides who acts and which vote
/// arrives where.
struct Network {
    tree: Tree,
    nodes: Vec<Node>,
    sent: Vec<SignedVote>,
    dishonest: usize,
}

impl Network {
    fn new(tree: Tree, dishonest: usize) -> Self {
        let node = || Node {
            pool: tree.pool(),
            base: Base::genesis(tree.genesis.id),
            signer: VoteSigner::restored(SigningRecord::default()),
        };
        let nodes = (dishonest..tree.authorities.len())
            .map(|_| node())
            .collect();
        Self {
            nodes,
            sent: Vec::new(),
            dishonest,
            tree,
        }
    }

    fn view(&self, node: &Node) -> View {
        View::of(&node.base, &self.tree, node.pool.links())
    }

    /// Delivers a vote to an honest node, which then holds on to what became final there.
    fn deliver(&mut self, to: usize, vote: SignedVote) -> Result<(), TestCaseError> {
        let tree = &self.tree;
        let node = &mut self.nodes[to];
        let _ = tree.add(&mut node.pool, vote);
        let before = node.base.finalised();
        let view = View::of(&node.base, tree, node.pool.links());
        // Property 8: no node gives up a final block, and the justified checkpoint is above it.
        prop_assert!(tree.descends(&view.last_final().id, &before.id));
        prop_assert!(tree.descends(&view.highest_justified().id, &view.last_final().id));
        let base = view.base(Epoch(0));
        node.base = base;
        Ok(())
    }

    /// Has an honest node vote for a checkpoint, if its rules allow it.
    fn vote(&mut self, at: usize, target: Checkpoint) -> Result<bool, TestCaseError> {
        let source = self.view(&self.nodes[at]).highest_justified();
        let link = VoteLink { source, target };
        if link.check_form().is_err() || link.check_position(&self.tree).is_err() {
            return Ok(false);
        }
        let signer = &mut self.nodes[at].signer;
        let key = key(self.dishonest + at);
        let vote = match signer.propose(link, &self.tree.genesis.id, &key) {
            Ok(Decision::New(proposal)) => *signer.commit(proposal).unwrap().get(),
            Ok(Decision::Again(vote)) => vote,
            Err(_) => return Ok(false),
        };
        self.sent.push(vote);
        self.deliver(at, vote)?;
        Ok(true)
    }

    /// One step of somebody. Honest nodes vote for checkpoints above what is justified there; liars
    /// vote for anything, preferably for what honest nodes voted for, on whatever branch.
    fn step(&mut self, kind: usize, who: usize, what: usize) -> Result<(), TestCaseError> {
        let node = who % self.nodes.len();
        match kind % 4 {
            0 => {
                let justified = self.view(&self.nodes[node]).highest_justified();
                let above = |one: &Checkpoint| {
                    one.epoch > justified.epoch && self.tree.descends(&one.id, &justified.id)
                };
                let all = self.tree.checkpoints();
                let near: Vec<Checkpoint> = all.into_iter().filter(above).take(3).collect();
                if !near.is_empty() {
                    // Mostly each has a side of its own.
                    let pick = if what.is_multiple_of(4) { what } else { node };
                    self.vote(node, near[pick % near.len()])?;
                }
            }
            1 if self.dishonest > 0 => {
                let voted: Vec<VoteLink> = self.sent.iter().map(|vote| vote.vote.link).collect();
                let links = if voted.is_empty() {
                    self.tree.links()
                } else {
                    voted
                };
                for liar in 0..self.dishonest {
                    self.sent
                        .push(self.tree.vote(liar, links[what % links.len()]));
                }
            }
            _ if !self.sent.is_empty() => {
                // Mostly what is fresh, and seldom what honest nodes of the other side voted.
                let fresh = self.sent.len().min(8);
                let vote = self.sent[self.sent.len() - 1 - what % fresh];
                let honest = self.tree.authorities[self.dishonest..].iter();
                let from = honest.clone().position(|one| *one == vote.signer);
                let is_other_side = from.is_some_and(|from| from % 2 != node % 2);
                if !is_other_side || kind.is_multiple_of(5) {
                    self.deliver(node, vote)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Everybody has all votes, and the certificates of all links that anybody saw confirmed: nodes
    /// that kept different votes of a liar agree by these.
    fn settle(&mut self) -> Result<(), TestCaseError> {
        for vote in self.sent.clone() {
            for to in 0..self.nodes.len() {
                self.deliver(to, vote)?;
            }
        }
        while self.exchange() {}
        Ok(())
    }

    /// Gives every node the certificates of every other; whether any was news.
    fn exchange(&mut self) -> bool {
        let nodes = self.nodes.iter();
        let certificates: Vec<_> = nodes.flat_map(|node| self.certificates(node)).collect();
        let mut news = false;
        for certificate in &certificates {
            for node in &mut self.nodes {
                news |= node.pool.certify(certificate).unwrap() != Added::Known;
                node.base = View::of(&node.base, &self.tree, node.pool.links()).base(Epoch(0));
            }
        }
        news
    }

    fn certificates(&self, node: &Node) -> Vec<CheckedCertificate> {
        let (tree, chain_id) = (&self.tree, self.tree.genesis.id);
        let view = self.view(node);
        let links = view.proof(Epoch(0));
        let certificate = |link: &VoteLink| {
            let (signers, sets) = (
                &node.pool.links()[link],
                tree.sets(&link.target.id).unwrap(),
            );
            Certificate::new(chain_id, *link, signers, &sets)
        };
        links
            .map(|link| CheckedCertificate::check(certificate(link), &chain_id, tree).unwrap())
            .collect()
    }

    /// Whether any two nodes hold conflicting blocks for final.
    fn is_split(&self) -> bool {
        let finals: Vec<Checkpoint> = self
            .nodes
            .iter()
            .map(|node| node.base.finalised())
            .collect();
        let conflict = |one: &Checkpoint| finals.iter().any(|other| self.tree.conflict(one, other));
        finals.iter().any(conflict)
    }

    fn honest(&self) -> BTreeSet<Address> {
        self.tree.authorities[self.dishonest..]
            .iter()
            .copied()
            .collect()
    }

    /// No honest authority is ever proven guilty, by anybody's votes.
    fn honest_are_clean(&self) -> bool {
        let honest = self.honest();
        self.nodes
            .iter()
            .all(|node| node.pool.offences().guilty().is_disjoint(&honest))
    }
}

fn runs() -> impl Strategy<Value = (Vec<usize>, Vec<(usize, usize, usize)>)> {
    let steps = prop::collection::vec((any::<usize>(), any::<usize>(), any::<usize>()), 60..160);
    (prop::collection::vec(0_usize..8, 4..9), steps)
}

#[test]
fn properties_2_3_and_8_fewer_than_a_third_of_liars_break_nothing_under_any_delivery() {
    for (count, dishonest) in [(4, 1), (7, 2), (5, 1), (3, 0)] {
        run(&runs(), |(picks, steps)| {
            let mut network = Network::new(grown(count, &picks), dishonest);
            for (kind, who, what) in steps {
                network.step(kind, who, what)?;
            }
            network.settle()?;
            prop_assert!(network.honest_are_clean());
            prop_assert!(!network.is_split());
            for node in &network.nodes {
                let view = network.view(node);
                prop_assert!(view.alarms().is_empty(), "{:?}", view.alarms());
            }
            Ok(())
        });
    }
}

#[test]
fn property_4_whatever_happened_a_quorum_of_honest_ones_makes_a_new_checkpoint_final() {
    for (count, dishonest) in [(4, 1), (7, 2), (5, 1), (3, 1), (3, 0)] {
        run(&runs(), |(picks, steps)| {
            let mut network = Network::new(grown(count, &picks), dishonest);
            for (kind, who, what) in steps {
                network.step(kind, who, what)?;
            }
            network.settle()?;
            // One of three is a third: it can split the others for good, which is then its proven
            // guilt.
            let is_calm = |node: &Node| network.view(node).alarms().is_empty();
            prop_assume!(3 * dishonest < count || network.nodes.iter().all(is_calm));
            let justified = network.view(&network.nodes[0]).highest_justified();
            // The chain goes on from the justified checkpoint, beyond every epoch that was voted
            // for.
            let top = network.tree.checkpoints().last().unwrap().epoch.0;
            let mut at = justified;
            for epoch in justified.epoch.0 + 1..=top + 2 {
                at = network.tree.grow(&format!("later {epoch}"), &at.id, epoch);
                if epoch > top {
                    for node in 0..network.nodes.len() {
                        prop_assert!(network.vote(node, at)?, "its rules never block it");
                    }
                    network.settle()?;
                }
            }
            for node in &network.nodes {
                prop_assert_eq!(node.base.finalised().epoch.0, top + 1);
            }
            prop_assert!(network.honest_are_clean());
            Ok(())
        });
    }
}

#[test]
fn a_third_of_liars_or_more_does_split_the_others_so_the_runs_above_could_fail() {
    let split = std::cell::Cell::new(0);
    for (count, dishonest) in [(4, 2), (3, 1)] {
        run(&runs(), |(picks, steps)| {
            let mut network = Network::new(grown(count, &picks), dishonest);
            for (kind, who, what) in steps {
                network.step(kind, who, what)?;
            }
            network.settle()?;
            split.set(split.get() + usize::from(network.is_split()));
            prop_assert!(network.honest_are_clean());
            Ok(())
        });
    }
    // One run in fifty.
    assert!(split.get() > 5, "{split:?}");
}
