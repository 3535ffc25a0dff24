//! The promises, each in a file of its own: what must always hold, and what must hold in the end.

mod books;
mod bounds;
mod coins;
mod costs;
mod decided;
mod durability;
mod frames;
mod heads;
mod liveness;
mod making;
mod notices;
mod peers;
mod rates;
mod recovery;
mod rules;
mod seals;
mod votes;

use std::fmt;

use crate::gossip::FrameError;
use crate::node::{FinalityNotice, Notice};
use crate::primitives::{Address, Timestamp};

use super::coverage::{Coverage, Sometimes};
use super::event::{Heard, Observed};
use super::scenario::GENESIS_TIME;
use super::work::Fresh;
use super::world::World;

use coins::Coins;
use costs::Costs;
use decided::Decided;
use frames::Frames;
use heads::Heads;
use liveness::Liveness;
use making::Making;
use peers::Peers;
use rates::Rates;
use recovery::Recovery;
use seals::Seals;
use votes::Cast;

/// The checkers.
pub const CHECKERS: [&str; 13] = [
    "bounds",
    "coins",
    "costs",
    "decided",
    "durability",
    "frames",
    "heads",
    "liveness",
    "making",
    "peers",
    "rates",
    "seals",
    "votes",
];

/// A broken promise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which checker found it.
    pub checker: &'static str,
    /// The node, if it is one's.
    pub node: Option<String>,
    /// When.
    pub at: Timestamp,
    /// What was expected and what was found.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at.since(GENESIS_TIME).0;
        let node = self.node.as_deref().unwrap_or("the network");
        write!(
            f,
            "{} at {}.{:03} s, {node}: {}",
            self.checker,
            at / 1_000,
            at % 1_000,
            self.what
        )
    }
}

/// The checkers, each with what it remembers, and what they saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Checks {
    coins: Coins,
    costs: Costs,
    decided: Decided,
    frames: Frames,
    heads: Heads,
    liveness: Liveness,
    making: Making,
    peers: Peers,
    rates: Rates,
    recovery: Recovery,
    seals: Seals,
    cast: Cast,
    /// Somebody spoke with the key of an honest node: others may ignore it.
    is_forged: bool,
    pub(crate) coverage: Coverage,
}

/// Makes the violation of a checker out of what was expected and found.
fn violation(
    world: &World,
    checker: &'static str,
    seat: Option<usize>,
) -> impl FnOnce(String) -> Violation {
    let node = seat.map(|seat| world.seats[seat].plan.name.clone());
    let at = world.now;
    move |what| Violation {
        checker,
        node,
        at,
        what,
    }
}

impl Checks {
    /// Checks what must hold at any time.
    ///
    /// # Errors
    /// The first promise that is broken.
    pub(crate) fn always(&mut self, world: &World) -> Result<(), Violation> {
        for seat in 0..world.seats.len() {
            let of = |checker| violation(world, checker, Some(seat));
            let decided = self.decided.check(world, seat, &self.cast.excused);
            decided.map_err(of("decided"))?;
            self.heads
                .check(world, seat, &self.cast.excused)
                .map_err(of("heads"))?;
            self.cast.check(world, seat).map_err(of("votes"))?;
            if let Some(node) = &world.seats[seat].node {
                let now = world.instant();
                if !self.is_forged {
                    peers::check(world, node, now, &mut self.coverage).map_err(of("peers"))?;
                }
                bounds::check(node, now).map_err(of("bounds"))?;
                Liveness::check_waiting(node).map_err(of("liveness"))?;
            }
            let useful = self.peers.check_useful(world, seat);
            useful.map_err(of("peers"))?;
            let coins = self.coins.check(world, seat, &mut self.coverage);
            coins.map_err(of("coins"))?;
            let promises = self.liveness.check_promises(world, seat);
            promises.map_err(of("liveness"))?;
            let search = self.making.check_search(world, seat);
            search.map_err(of("making"))?;
            making::check_slots(world, seat).map_err(of("making"))?;
            self.recovery.look(world, seat, &mut self.coverage);
        }
        if self.seals.saw_double(world) {
            self.coverage.note(Sometimes::DoubleSeal);
        }
        Ok(())
    }

    /// Somebody changed what honest nodes said: whom others ignore then is no fault of theirs.
    pub(crate) fn on_forged(&mut self) {
        self.is_forged = true;
    }

    /// Somebody voted with the key of an authority: it counts among those who lie.
    pub(crate) fn on_traitor(&mut self, authority: Address) {
        self.cast.excused.insert(authority);
    }

    /// Takes what was seen of the nodes.
    ///
    /// # Errors
    /// The promise that it breaks.
    pub(crate) fn observe(&mut self, world: &World, seen: Observed) -> Result<(), Violation> {
        match seen {
            Observed::Notice {
                seat,
                notice,
                heard,
            } => {
                let frame = heard.as_ref();
                self.on_gossip(world, seat, &notice, frame)?;
                self.on_notice(world, seat, *notice, frame)?;
            }
            Observed::Written { seat, blocks } => {
                let written = self.costs.on_written(world, seat, blocks);
                written.map_err(violation(world, "costs", Some(seat)))?;
            }
            Observed::Submitted {
                seat,
                transaction,
                accepted,
            } => self.liveness.on_submitted(seat, *transaction, accepted),
            Observed::Started {
                seat,
                was_new,
                promised,
            } => {
                self.seals.on_start(world, seat, was_new);
                self.cast.on_start(world, seat);
                let place = &world.seats[seat];
                let Some(node) = &place.node else {
                    return Ok(());
                };
                let disk = (was_new, place.disk.damaged);
                durability::check(node, disk, &promised, &mut self.coverage).map_err(violation(
                    world,
                    "durability",
                    Some(seat),
                ))?;
            }
            Observed::Ended { seat, node } => {
                let now = world.instant();
                self.costs.forget(seat);
                self.frames.forget(seat);
                self.rates.forget(seat);
                self.peers.forget(seat);
                self.heads.forget(seat);
                self.decided.forget(seat);
                self.cast.forget(seat);
                self.liveness.forget(seat);
                self.recovery.forget(seat);
                // Whom it ignored is forgotten with it.
                if self.is_forged {
                    return Ok(());
                }
                peers::check(world, &node, now, &mut self.coverage).map_err(violation(
                    world,
                    "peers",
                    Some(seat),
                ))?;
            }
            Observed::DoubleSeal(one, other) => self.seals.on_double(one, other),
        }
        Ok(())
    }

    /// Takes what a node says of its peers and their frames; `heard` is the frame that made it say
    /// so.
    fn on_gossip(
        &mut self,
        world: &World,
        seat: usize,
        notice: &Notice,
        heard: Option<&Heard>,
    ) -> Result<(), Violation> {
        let of = |checker| violation(world, checker, Some(seat));
        match (notice, heard) {
            (Notice::Received { from, .. }, Some(heard)) => {
                let listed = self.frames.on_received(world, seat, heard);
                listed.map_err(of("frames"))?;
                let unproven = self.rates.on_received(world, seat, *from);
                unproven.map_err(of("rates"))?;
                let received = self.peers.on_received(world, seat, *from);
                received.map_err(of("peers"))?;
            }
            (Notice::FrameRefused { error, .. }, Some(heard))
                if matches!(error, FrameError::Replay { .. }) && !self.is_forged =>
            {
                let replay = self.frames.check_replay(world, seat, heard);
                replay.map_err(of("frames"))?;
            }
            (
                Notice::FrameRefused {
                    error: FrameError::Signature { from },
                    ..
                },
                _,
            ) => {
                let forged = self.rates.on_forged(world, seat, *from);
                forged.map_err(of("rates"))?;
            }
            (
                Notice::Sent {
                    kind,
                    to: Some(to),
                    bytes,
                    ..
                },
                heard,
            ) => {
                if let Some(heard) = heard.filter(|_| *kind == "HELLO") {
                    let greeting = self.costs.on_greeting(world, seat, heard);
                    greeting.map_err(of("costs"))?;
                }
                let sent = self.rates.on_sent(world, seat, (kind, *to, *bytes));
                sent.map_err(of("rates"))?;
            }
            (
                Notice::Accepted {
                    peer: Some(peer), ..
                },
                _,
            ) => self.peers.on_block(seat, *peer),
            (Notice::PeerLeft { node, .. }, _) => {
                let left = self.peers.on_left(world, seat, node);
                left.map_err(of("peers"))?;
            }
            _ => {}
        }
        Ok(())
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "most notices prove nothing")]
    fn on_notice(
        &mut self,
        world: &World,
        seat: usize,
        notice: Notice,
        heard: Option<&Heard>,
    ) -> Result<(), Violation> {
        let of = |checker| violation(world, checker, Some(seat));
        match notice {
            Notice::Deferred { id, .. } => self.recovery.on_deferred(seat, id),
            Notice::Accepted { block, .. } | Notice::SideChain { block, .. } => {
                if self.recovery.was_deferred(seat, &block.hash) {
                    self.coverage.note(Sometimes::DeferredThenAccepted);
                }
            }
            Notice::Finality(FinalityNotice::Voted { vote }) => {
                self.cast
                    .on_voted(world, seat, *vote)
                    .map_err(of("votes"))?;
                if self.cast.after_loss > 0 {
                    self.coverage.note(Sometimes::VotedAfterLoss);
                }
            }
            Notice::Found { .. } => self.making.on_made(),
            Notice::Sealed { block, slot } => {
                self.making.on_made();
                let sealed = self.seals.on_sealed(world, seat, slot, &block.hash);
                sealed.map_err(of("seals"))?;
            }
            Notice::Waiting { id, .. } | Notice::Committed { id, .. } => {
                self.liveness.promise(seat, id);
            }
            Notice::Returned { id } => {
                self.liveness.promise(seat, id);
                self.coverage.note(Sometimes::TransactionReturned);
            }
            Notice::Dropped { id, reason } => {
                let dropped = self.liveness.on_dropped(world, seat, &id, reason);
                if dropped.map_err(of("liveness"))? {
                    self.coverage.note(Sometimes::TransactionConflict);
                }
            }
            Notice::Fetching { headers, .. } if headers >= 100 => {
                self.recovery.on_far_behind(seat);
            }
            other => {
                let replayed = heard.is_some_and(|heard| heard.replayed);
                notices::note(&other, replayed, &mut self.coverage);
            }
        }
        Ok(())
    }

    /// Checks that blocks were made since a time.
    ///
    /// # Errors
    /// Too few were.
    pub(crate) fn growth(&self, world: &World, since: Timestamp) -> Result<(), Violation> {
        let growth = self.making.check_growth(world, since);
        growth.map_err(violation(world, "making", None))
    }

    /// Says what a healed network still lacks.
    pub(crate) fn complaint(&mut self, world: &World) -> Option<Violation> {
        if let Some(complaint) = self.liveness.complaint(world) {
            return Some(violation(world, "liveness", None)(complaint));
        }
        let complaint = self.decided.complaint(world)?;
        Some(violation(world, "decided", None)(complaint))
    }

    /// Whether what only finality lacks may still come, as the chain is slow.
    pub(crate) fn has_time(&self, world: &World, complaint: &Violation) -> bool {
        complaint.checker == "decided" && self.decided.has_time(world)
    }

    /// Whether the nodes may be of several minds for ever, as a third and more of the authorities
    /// lie or forget.
    pub(crate) fn may_differ(&self, world: &World) -> bool {
        self.decided.may_differ(world, &self.cast.unreliable())
    }

    /// Everything has just healed.
    pub(crate) fn on_healed(&mut self, world: &World) {
        self.decided.on_healed(world);
    }

    /// Whether two blocks are final that contradict each other, as a third and more of the
    /// authorities lied.
    pub(crate) fn is_divided(&self) -> bool {
        self.decided.is_divided
    }

    /// Checks that enough are proven guilty then.
    ///
    /// # Errors
    /// The evidence names too few.
    pub(crate) fn accountable(&mut self, world: &World) -> Result<(), Violation> {
        self.coverage.note(Sometimes::Divided);
        let accountable = self.decided.accountable(world, &self.cast.excused);
        accountable.map_err(violation(world, "decided", None))
    }

    /// Expects a transaction that was handed in after healing to be committed everywhere.
    ///
    /// # Errors
    /// The node refused it, although it is good.
    pub(crate) fn expect_fresh(&mut self, world: &World, fresh: &Fresh) -> Result<(), Violation> {
        self.liveness.fresh = Some(fresh.id);
        match &fresh.refusal {
            None => Ok(()),
            Some(refusal) => Err(violation(world, "liveness", Some(fresh.seat))(format!(
                "expected a good transaction to be taken, found {refusal}"
            ))),
        }
    }
}
