//! What the votes decided is what a second, naive reading of the definitions decides from the
//! node's blocks and votes. No two blocks that contradict each other are ever final while fewer
//! than a third of the authorities are dishonest; when there are two, the evidence names at least
//! as many as two quorums have in common.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::Chain;
use crate::consensus::finality::{Blocks as _, Checkpoint, Epoch, Quorum, VoteSigner};
use crate::node::Node;
use crate::primitives::{Address, BlockHash, Height, Millis, Timestamp};
use crate::sim::world::World;

/// What was final anywhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Decided {
    /// Final checkpoints by height.
    known: BTreeMap<Height, BlockHash>,
    /// The epoch up to which each seat's were looked at.
    seen: BTreeMap<usize, Epoch>,
    /// Two blocks that contradict each other are final.
    pub(super) is_divided: bool,
    /// The last final epoch when everything healed.
    at_healing: Option<Epoch>,
    /// The height at which another checkpoint must be final.
    due_at: Option<Height>,
    /// When all were that high.
    reached: Option<Timestamp>,
}

/// Epochs from those of a quorum's last votes until another checkpoint is final: one to justify it,
/// one to confirm it, and one as they may have voted for different branches in the first.
const EPOCHS: u64 = 3;
/// Blocks on a checkpoint before it is voted for.
const DEPTH: u64 = 2;
/// Time for votes to be written and heard.
const VOTES_TAKE: Millis = Millis(20_000);
/// Epochs that a run waits for the chain to pass the last votes of a quorum: beyond that the wait
/// is too long to play.
const WORTH_WAITING: u64 = 6;

/// How many authorities contradicted themselves: a traitor, and those who could not know better.
fn liars(world: &World, excused: &BTreeSet<Address>) -> usize {
    usize::from(world.scenario.traitor.is_some()).saturating_add(excused.len())
}

fn size(world: &World) -> usize {
    world.scenario.params.authorities.len()
}

/// Whether a node may have forgotten what counts elsewhere: where a third lies, links may be
/// confirmed that begin below what it has kept.
pub(super) fn may_forget(world: &World, excused: &BTreeSet<Address>) -> bool {
    liars(world, excused) > Quorum::of(size(world)).dishonest()
}

impl Decided {
    /// Checks what the votes decided at a seat.
    pub(super) fn check(
        &mut self,
        world: &World,
        seat: usize,
        excused: &BTreeSet<Address>,
    ) -> Result<(), String> {
        let Some(node) = &world.seats[seat].node else {
            return Ok(());
        };
        self.check_proof(world, seat, node)?;
        self.check_agreement(seat, node, liars(world, excused), size(world))?;
        let decided = node.chain().decided();
        // Of one that stands still the timer may have come at which it counts its votes.
        let has_yet_to_count = world.is_frozen(seat) && !world.seats[seat].held.is_empty();
        if has_yet_to_count || may_forget(world, excused) || !decided.alarms().is_empty() {
            return Ok(());
        }
        let found = decided.highest_justified();
        let expected = highest_justified(world, node);
        if found == expected {
            Ok(())
        } else {
            Err(format!(
                "expected {expected} to be the highest justified checkpoint, found {found}"
            ))
        }
    }

    /// Whether the nodes may have heads that contradict each other for as long as it goes on: a
    /// third and more of the authorities lie or have lost what they signed, and what is justified
    /// differs by it.
    pub(super) fn may_differ(&self, world: &World, unreliable: &BTreeSet<Address>) -> bool {
        let nodes = world.seats.iter().filter_map(|seat| seat.node.as_ref());
        let justified = nodes.map(|node| node.chain().decided().highest_justified());
        let justified: BTreeSet<Checkpoint> = justified.collect();
        justified.len() > 1 && may_forget(world, unreliable)
    }

    /// Checks that what has become final in this run is justified, with a confirmed link to the
    /// next epoch.
    fn check_proof(&self, world: &World, seat: usize, node: &Node) -> Result<(), String> {
        let last = node.chain().decided().last_final();
        if self.seen.get(&seat).is_none_or(|seen| last.epoch <= *seen) {
            return Ok(());
        }
        let authorities = &world.scenario.params.authorities;
        let proof = node.votes().links().iter().find(|(link, signers)| {
            let count = authorities.iter().filter(|one| signers.contains(one));
            link.source == last
                && link.target.epoch.0 == last.epoch.0 + 1
                && 3 * count.count() >= 2 * authorities.len()
        });
        match proof {
            Some(_) => Ok(()),
            None => Err(format!(
                "expected two thirds for a link from the final checkpoint {last} to the next epoch, found none"
            )),
        }
    }

    /// Compares what is final at a seat with what was final anywhere before.
    fn check_agreement(
        &mut self,
        seat: usize,
        node: &Node,
        liars: usize,
        size: usize,
    ) -> Result<(), String> {
        let (chain, last) = (node.chain(), node.chain().decided().last_final());
        let from = self.seen.get(&seat).copied().unwrap_or(Epoch(0));
        for epoch in from.0..=last.epoch.0 {
            let height = Epoch(epoch).height();
            let Some(found) = chain.ancestor(&last.id, height) else {
                continue;
            };
            let expected = *self.known.entry(height).or_insert(found);
            if expected == found {
                continue;
            }
            self.is_divided = true;
            if liars <= Quorum::of(size).dishonest() {
                return Err(format!(
                    "expected block {expected} to stay the final one at height {height}, found {found}"
                ));
            }
        }
        self.seen.insert(seat, last.epoch);
        Ok(())
    }

    /// Forgets up to where a seat's were looked at: its next run may know less.
    pub(super) fn forget(&mut self, seat: usize) {
        self.seen.remove(&seat);
    }

    /// Everything heals.
    pub(super) fn on_healed(&mut self, world: &World) {
        self.at_healing = nodes(world)
            .map(|node| node.chain().decided().last_final().epoch)
            .max();
    }

    /// Says whether nothing became final since everything healed, although enough could vote. Asked
    /// only when all have one head.
    ///
    /// More is impossible than a checkpoint some epochs after the last votes of a quorum: no
    /// authority may vote again for the epoch of an earlier target or a lower one, also where it
    /// voted on a branch that was lost, or higher than the ledgers of all that are left. As epochs
    /// are counted in blocks, this is asked for in blocks.
    pub(super) fn complaint(&mut self, world: &World) -> Option<String> {
        let before = self.at_healing?;
        let stuck =
            nodes(world).find(|node| node.chain().decided().last_final().epoch <= before)?;
        if self.due_at.is_none() {
            self.due_at = Some(due_at(world, before)?);
        }
        let (due, height) = (self.due_at?, height(world)?);
        if height >= due {
            self.reached.get_or_insert(world.now);
        }
        let told: Vec<String> = records(world)
            .map(|(name, signer)| {
                let (record, lost) = (signer.record(), signer.is_lost());
                format!("{name} {} to {} lost {lost}", record.source, record.target)
            })
            .collect();
        Some(format!(
            "expected a final checkpoint after epoch {before} at height {due}, found {} at height {height}; justified {}; {}",
            stuck.chain().decided().last_final(),
            stuck.chain().decided().highest_justified(),
            told.join(", ")
        ))
    }

    /// Whether the chain has yet to reach the height that a complaint is about, or votes have yet
    /// to be heard there.
    pub(super) fn has_time(&self, world: &World) -> bool {
        let late = |reached| world.now.since(reached) > VOTES_TAKE;
        self.due_at.is_some() && !self.reached.is_some_and(late)
    }

    /// Checks that the evidence names enough where two blocks contradict each other.
    pub(super) fn accountable(
        &self,
        world: &World,
        excused: &BTreeSet<Address>,
    ) -> Result<(), String> {
        // What was forgotten may be gone from all ledgers.
        if !excused.is_empty() {
            return Ok(());
        }
        let guilty: BTreeSet<Address> = nodes(world)
            .flat_map(|node| node.votes().offences().guilty())
            .collect();
        let (expected, found) = (Quorum::of(size(world)).guilty(), guilty.len());
        if found >= expected {
            Ok(())
        } else {
            Err(format!(
                "expected evidence against {expected} authorities for two final blocks, found {found}"
            ))
        }
    }
}

fn nodes(world: &World) -> impl Iterator<Item = &Node> {
    world.seats.iter().filter_map(|seat| seat.node.as_ref())
}

/// The lowest head.
fn height(world: &World) -> Option<Height> {
    nodes(world).map(|node| node.chain().height()).min()
}

/// The authorities that run, with what they remember of their votes.
fn records(world: &World) -> impl Iterator<Item = (&String, &VoteSigner)> {
    let authorities = &world.scenario.params.authorities;
    let signers = world.seats.iter().filter(|seat| {
        let address: Address = seat.id.into();
        authorities.contains(&address)
    });
    signers.filter_map(|seat| Some((&seat.plan.name, seat.node.as_ref()?.signer())))
}

/// The height at which another checkpoint is due; `None` if a quorum cannot vote within the time of
/// a run: it listens as its ledger was lost, or it built on what nobody can prove any more, and
/// must not go below that.
fn due_at(world: &World, before: Epoch) -> Option<Height> {
    let justified = nodes(world).map(|node| proven(world, node)).max()?;
    let top = Epoch::of(height(world)?);
    let able = records(world).filter(|(_, signer)| {
        let record = signer.record();
        !signer.is_lost() && record.source <= justified
    });
    let mut targets: Vec<Epoch> = able.map(|(_, signer)| signer.record().target).collect();
    targets.sort_unstable();
    let quorum = Quorum::of(size(world));
    let count = (1..=targets.len()).find(|count| quorum.is_reached(*count))?;
    let last = *targets.get(count.checked_sub(1)?)?;
    let from = last.max(top).max(before).0;
    (from <= top.0.saturating_add(WORTH_WAITING)).then(|| {
        Height(
            Epoch(from.saturating_add(EPOCHS))
                .height()
                .0
                .saturating_add(DEPTH),
        )
    })
}

/// Whether one block is below another, by walking the parents.
fn is_below(chain: &Chain, low: &BlockHash, high: &BlockHash) -> bool {
    let mut at = *high;
    loop {
        if at == *low {
            return true;
        }
        match chain.get(&at) {
            Some(entry) if entry.block.header.height.0 > 0 => at = entry.block.header.parent,
            Some(_) | None => return false,
        }
    }
}

/// The highest epoch of which a node's votes prove to everybody that it is justified, on what is
/// final there: one whose ledger was damaged may know more than it can prove, and where a third
/// lies, who signed on a branch that contradicts the final one cannot come back from it.
fn proven(world: &World, node: &Node) -> Epoch {
    let authorities = &world.scenario.params.authorities;
    let mut justified = BTreeSet::from([Checkpoint::genesis(node.chain_id())]);
    // By source, so that those into a checkpoint come before those out of it.
    for (link, signers) in node.votes().links() {
        let count = authorities.iter().filter(|one| signers.contains(one));
        if justified.contains(&link.source)
            && node.chain().contains(&link.target.id)
            && 3 * count.count() >= 2 * authorities.len()
        {
            justified.insert(link.target);
        }
    }
    let last = node.chain().decided().last_final();
    let mut highest_first = justified.iter().rev();
    let proven = highest_first.find(|one| is_below(node.chain(), &last.id, &one.id));
    proven.map_or(last.epoch, |one| one.epoch)
}

/// The justified checkpoint of the highest epoch, of several the smallest id, by the definitions:
/// two thirds of the authorities confirmed the way to it, link by link.
pub(super) fn highest_justified(world: &World, node: &Node) -> Checkpoint {
    let (chain, authorities) = (node.chain(), &world.scenario.params.authorities);
    let is_placed = |one: &Checkpoint| {
        let entry = chain.get(&one.id);
        entry.is_some_and(|entry| entry.block.header.height.0 == one.epoch.0 * 8)
    };
    // Ways to what is far below the final block are long; those from there on are looked at.
    let last = chain.decided().last_final();
    let from = last.epoch.0.saturating_sub(4);
    let confirmed: Vec<_> = node
        .votes()
        .links()
        .iter()
        .filter(|(link, _)| link.target.epoch.0 >= from)
        .filter(|(_, signers)| {
            let count = authorities.iter().filter(|one| signers.contains(one));
            !authorities.is_empty() && 3 * count.count() >= 2 * authorities.len()
        })
        .map(|(link, _)| *link)
        .filter(|link| link.source.epoch < link.target.epoch)
        .filter(|link| is_placed(&link.source) && is_placed(&link.target))
        .filter(|link| is_below(chain, &link.source.id, &link.target.id))
        .collect();
    let mut justified = BTreeSet::from([last, Checkpoint::genesis(chain.chain_id())]);
    loop {
        let known = justified.len();
        for link in &confirmed {
            if justified.contains(&link.source) {
                justified.insert(link.target);
            }
        }
        if justified.len() == known {
            break;
        }
    }
    let above = |one: &&Checkpoint| is_below(chain, &last.id, &one.id);
    let epoch = justified.iter().filter(above).map(|one| one.epoch).max();
    let highest = justified
        .iter()
        .filter(above)
        .find(|one| Some(one.epoch) == epoch);
    highest.copied().unwrap_or(last)
}
