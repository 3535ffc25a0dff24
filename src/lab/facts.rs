//! What has happened so far, as facts: counted and noted from what the nodes said and what their
//! chains are, never guessed. Predicates are judged by these and by the nodes as they are.
//!
//! Bounds: the timeline's and those of payments; [`MAX_REORGANISATIONS`] in full and [`RECENT`]
//! blocks of which it is not known yet whether they are stale; everything else is counted by node,
//! or once for each block that nodes made.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;

use crate::chain::Chain;
use crate::consensus::finality::{Alarm, Checkpoint, Offence};
use crate::consensus::slots;
use crate::node::{FinalityNotice, Node, Notice};
use crate::primitives::{Address, BlockHash, Height, Slot};
use crate::records::{Level, Reorganisation, Topic};
use crate::sim::event::Observed;
use crate::sim::world::World;

use super::clock::{elapsed, wall_clock};
use super::goal::{Refused, Restart};
use super::happening::{Happened, Happening, Timeline};
use super::layout::number;
use super::makers::Makers;
use super::payments::Payments;

/// Reorganisations that are kept in full.
const MAX_REORGANISATIONS: usize = 256;
/// Blocks of which it is not known yet whether they are stale, at the most.
const RECENT: usize = 1_024;
/// Blocks on all chains after which a block on them counts as settled.
const SETTLED: u64 = 16;
/// The first slot that may be missed: in those before, the network begins.
const FIRST_SLOT: Slot = Slot(3);

/// A node's change to another branch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, BorshSerialize, BorshDeserialize)]
pub struct Reorganised {
    /// Virtual time in milliseconds since the beginning.
    pub at: u64,
    /// What it did.
    #[serde(flatten)]
    pub report: Reorganisation,
}

/// What has happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) timeline: Timeline,
    pub(super) payments: Payments,
    pub(super) reorganisations: VecDeque<Rc<Reorganised>>,
    /// Rises with everything that may make a predicate true.
    pub(super) version: u64,
    /// Blocks that nodes made, reorganisations, and refusals.
    pub(super) blocks: u64,
    pub(super) reorganised: u64,
    pub(super) refusals: u64,
    heads: BTreeMap<usize, BlockHash>,
    deepest: BTreeMap<usize, u64>,
    divided: u64,
    made: BTreeMap<usize, u64>,
    pub(super) makers: Makers,
    recent: BTreeMap<BlockHash, Height>,
    stale: BTreeSet<BlockHash>,
    deferred: BTreeSet<BlockHash>,
    refused: BTreeMap<(Refused, Option<usize>), u64>,
    /// Payments that a light client was shown, and whether it believed it.
    proofs: BTreeSet<(String, bool)>,
    offences: BTreeSet<(Address, Offence)>,
    /// The first block that was final anywhere at each height.
    finals: BTreeMap<Height, BlockHash>,
    final_conflict: bool,
    restarts: BTreeMap<(usize, Restart), u64>,
    sealed: BTreeSet<Slot>,
    slots_over: Slot,
    missed: BTreeMap<usize, u64>,
}

/// The height up to which two chains are one.
pub(super) fn fork_height(one: &Chain, other: &Chain) -> u64 {
    let (mut low, mut high) = (0, one.height().0.min(other.height().0));
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if one.at(Height(middle)) == other.at(Height(middle)) {
            low = middle;
        } else {
            high = middle - 1;
        }
    }
    low
}

/// The nodes that run.
pub(super) fn running(world: &World) -> impl Iterator<Item = (usize, &Node)> {
    let seats = world.seats.iter().enumerate();
    seats.filter_map(|(seat, place)| Some((seat, place.node.as_ref()?)))
}

impl Facts {
    /// Takes what was seen of a node.
    pub(super) fn observe(&mut self, world: &World, seen: &Observed) {
        match seen {
            Observed::Notice { seat, notice, .. } => self.on_notice(world, *seat, notice),
            Observed::Ended { seat, .. } => {
                self.heads.remove(seat);
                self.payments.forget(*seat);
                self.tell(world, *seat, "Ended without a word.".to_owned());
            }
            Observed::Written { .. } => {}
            Observed::Submitted { .. } | Observed::Started { .. } | Observed::DoubleSeal(..) => {
                self.changed();
            }
        }
    }

    fn changed(&mut self) {
        self.version = self.version.saturating_add(1);
    }

    fn tell(&mut self, world: &World, seat: usize, text: String) {
        self.changed();
        self.timeline.push(Happening {
            at: elapsed(world),
            node: Some(world.seats[seat].plan.name.clone()),
            what: Happened::Node {
                topic: Topic::Network,
                level: Level::Info,
            },
            text,
            about: None,
        });
    }

    /// Notes what is no node's.
    pub(super) fn note(&mut self, world: &World, what: Happened, text: String) {
        self.changed();
        let (at, node) = (elapsed(world), None);
        self.timeline.push(Happening {
            at,
            node,
            what,
            text,
            about: None,
        });
    }

    /// Counts a refusal by a node.
    pub(super) fn refuse(&mut self, seat: usize, what: &[Refused]) {
        self.refusals = self.refusals.saturating_add(1);
        for one in what {
            for by in [None, Some(seat)] {
                let count = self.refused.entry((*one, by)).or_default();
                *count = count.saturating_add(1);
            }
        }
        self.changed();
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most notices are no facts")]
    fn on_notice(&mut self, world: &World, seat: usize, notice: &Notice) {
        match notice {
            Notice::Found { block, .. } => self.on_made(seat, &block.hash),
            Notice::Sealed { block, slot } => {
                self.sealed.insert(*slot);
                self.on_made(seat, &block.hash);
            }
            Notice::FrameRefused { error, .. } => self.refuse(seat, &Refused::of_frame(error)),
            Notice::Deferred { id, .. } => {
                self.deferred.insert(*id);
            }
            Notice::BlockRefused { .. } => self.refuse(seat, &[Refused::Block]),
            Notice::TransactionRefused { error, .. } => {
                self.refuse(seat, &Refused::of_transaction(error));
            }
            Notice::Finality(notice) => self.on_finality(world, seat, notice),
            Notice::Started { ledger, .. } if world.seats[seat].run > 1 => {
                let count = self.restarts.entry((seat, Restart::of(*ledger)));
                let count = count.or_default();
                *count = count.saturating_add(1);
            }
            Notice::Accepted { block, .. } | Notice::SideChain { block, .. } => {
                self.makers.on_taken(seat, block);
            }
            _ => {}
        }
        let (topic, level) = (notice.topic(), notice.level());
        if level >= Level::Info {
            self.changed();
            let (at, name) = (elapsed(world), &world.seats[seat].plan.name);
            let mut event = notice.event(name, wall_clock(at));
            self.timeline.push(Happening {
                at,
                node: Some(name.clone()),
                what: match notice {
                    Notice::Found { .. } | Notice::Sealed { .. } => Happened::Made,
                    _ => Happened::Node { topic, level },
                },
                text: std::mem::take(&mut event.text),
                about: event.refers().then(|| Box::new(event)),
            });
        }
    }

    fn on_finality(&mut self, world: &World, seat: usize, notice: &FinalityNotice) {
        match notice {
            FinalityNotice::Evidence { charge, .. } => {
                self.offences.insert((charge.guilty, charge.offence));
            }
            FinalityNotice::Alarm(Alarm::TwoFinal(..)) => self.final_conflict = true,
            FinalityNotice::Final { checkpoint } => self.on_final(world, seat, *checkpoint),
            FinalityNotice::VoteRefused { .. } => self.refuse(seat, &[Refused::Vote]),
            FinalityNotice::Alarm(_)
            | FinalityNotice::Voted { .. }
            | FinalityNotice::Justified { .. }
            | FinalityNotice::CertificateRefused { .. }
            | FinalityNotice::EvidenceRefused { .. } => {}
        }
    }

    /// A block is final on a node: whether all that was final anywhere is on its chain. Nodes that
    /// have different final blocks take none of each other's, so that no node alone sees both.
    fn on_final(&mut self, world: &World, seat: usize, checkpoint: Checkpoint) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        let (height, chain) = (checkpoint.height(), node.chain());
        self.finals.entry(height).or_insert(checkpoint.id);
        let mut below = self.finals.range(..=height);
        self.final_conflict |= below.any(|(height, id)| chain.at(*height) != Some(*id));
    }

    fn on_made(&mut self, seat: usize, hash: &str) {
        self.blocks = self.blocks.saturating_add(1);
        let made = self.made.entry(seat).or_default();
        *made = made.saturating_add(1);
        if let Ok(id) = hash.parse() {
            self.makers.on_made(id, seat);
            if self.recent.len() < RECENT {
                // Its height follows when it is on a chain.
                self.recent.insert(id, Height(0));
            }
        }
    }

    /// Looks at the nodes as they are now.
    pub(super) fn look(&mut self, world: &World) {
        let mut moved = Vec::new();
        for (seat, node) in running(world) {
            let head = node.chain().head();
            match self.heads.insert(seat, head) {
                Some(before) if before == head => {}
                before => moved.push((seat, before)),
            }
        }
        for (seat, before) in &moved {
            if let Some(before) = before {
                self.on_head(world, *seat, *before);
            }
        }
        if !moved.is_empty() {
            self.changed();
            self.look_for_parted(world);
            self.look_for_stale(world);
        }
        self.look_at_slots(world);
    }

    /// A node has another head: if blocks left its chain, that is a reorganisation.
    fn on_head(&mut self, world: &World, seat: usize, before: BlockHash) {
        let Some(node) = &world.seats[seat].node else {
            return;
        };
        if node.chain().on_best(&before) || !node.chain().contains(&before) {
            return;
        }
        let report = node.reorganisation(before, node.chain().head());
        let deepest = self.deepest.entry(seat).or_default();
        *deepest = report.left.count.max(*deepest);
        self.reorganised = self.reorganised.saturating_add(1);
        if self.reorganisations.len() >= MAX_REORGANISATIONS {
            self.reorganisations.pop_front();
        }
        let at = elapsed(world);
        let one = Reorganised { at, report };
        self.reorganisations.push_back(Rc::new(one));
    }

    fn look_for_parted(&mut self, world: &World) {
        let nodes: Vec<&Chain> = running(world).map(|(_, node)| node.chain()).collect();
        for (number, one) in nodes.iter().enumerate() {
            for other in nodes.iter().skip(number + 1) {
                if one.head() != other.head() {
                    let lower = one.height().0.min(other.height().0);
                    let depth = lower.saturating_sub(fork_height(one, other));
                    self.divided = self.divided.max(depth);
                }
            }
        }
    }

    /// A block that no running node has on its chain, and all have passed, is stale.
    fn look_for_stale(&mut self, world: &World) {
        let Some(lowest) = running(world).map(|(_, node)| node.chain().height()).min() else {
            return;
        };
        let mut recent = std::mem::take(&mut self.recent);
        recent.retain(|id, height| {
            let known = running(world).find_map(|(_, node)| node.chain().get(id));
            if let Some(entry) = known {
                *height = entry.block.header.height;
            }
            if *height == Height(0) || *height > lowest {
                return true;
            }
            let on_chain = running(world).any(|(_, node)| node.chain().on_best(id));
            if !on_chain && self.stale.insert(*id) {
                self.makers.on_stale(world, id);
            }
            on_chain && lowest.since(*height) < SETTLED
        });
        self.recent = recent;
    }

    /// A slot that is over without a block by its authority is missed.
    fn look_at_slots(&mut self, world: &World) {
        let params = &world.scenario.params;
        let now = slots::slot_at(params, world.now);
        let first = self.slots_over.max(FIRST_SLOT);
        if now.0 <= first.0 || params.authorities.is_empty() {
            return;
        }
        for slot in (first.0..now.0).map(Slot) {
            let leader = slots::leader(&params.authorities, slot);
            let seat = world
                .seats
                .iter()
                .position(|seat| Some(Address::from(seat.id)) == leader);
            if let Some(seat) = seat.filter(|_| !self.sealed.contains(&slot)) {
                let missed = self.missed.entry(seat).or_default();
                *missed = missed.saturating_add(1);
                self.version = self.version.saturating_add(1);
            }
        }
        self.sealed.retain(|slot| *slot >= now);
        self.slots_over = now;
    }
}

/// What is asked of the facts.
impl Facts {
    /// Blocks that a node made.
    pub(super) fn made(&self, seat: usize) -> u64 {
        self.made.get(&seat).copied().unwrap_or(0)
    }

    /// The deepest reorganisation of a node, or of any.
    pub(super) fn deepest(&self, seat: Option<usize>) -> u64 {
        match seat {
            Some(seat) => self.deepest.get(&seat).copied().unwrap_or(0),
            None => self.deepest.values().copied().max().unwrap_or(0),
        }
    }

    /// How deep two chains were apart at the most.
    pub(super) const fn divided(&self) -> u64 {
        self.divided
    }

    /// Stale blocks.
    pub(super) fn stale(&self) -> u64 {
        number(self.stale.len())
    }

    /// Blocks that some node put aside until their date.
    pub(super) fn deferred(&self) -> u64 {
        number(self.deferred.len())
    }

    /// How often something was refused, by a node or by any.
    pub(super) fn refused(&self, what: Refused, by: Option<usize>) -> u64 {
        self.refused.get(&(what, by)).copied().unwrap_or(0)
    }

    /// A light client was shown a payment.
    pub(super) fn on_proof(&mut self, payment: &str, believed: bool) {
        self.proofs.insert((payment.to_owned(), believed));
        if !believed {
            self.refusals = self.refusals.saturating_add(1);
        }
    }

    /// Whether a light client was shown a payment, and believed it or not.
    pub(super) fn has_proof(&self, payment: &str, believed: bool) -> bool {
        self.proofs.contains(&(payment.to_owned(), believed))
    }

    /// Whether an authority is proven to have done this.
    pub(super) fn is_proven(&self, authority: Address, offence: Offence) -> bool {
        self.offences.contains(&(authority, offence))
    }

    /// Whether two blocks are final that contradict each other.
    pub(super) const fn final_conflict(&self) -> bool {
        self.final_conflict
    }

    /// Whether a node started again and found its ledger so.
    pub(super) fn restarted(&self, seat: usize, ledger: Restart) -> bool {
        self.restarts.contains_key(&(seat, ledger))
    }

    /// How often a node began again.
    pub(super) fn restarts(&self, seat: usize) -> u64 {
        let all = self.restarts.iter().filter(|((of, _), _)| *of == seat);
        all.map(|(_, count)| *count).sum()
    }

    /// Slots of a node that went by without a block of it.
    pub(super) fn missed(&self, seat: usize) -> u64 {
        self.missed.get(&seat).copied().unwrap_or(0)
    }
}
