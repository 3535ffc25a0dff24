//! Actions on nodes: their processes, clocks, disks, miners and duties.

#![expect(clippy::wildcard_enum_match_arm, reason = "it is about nodes only")]

use crate::consensus::slots;
use crate::primitives::{Address, Height, Millis, Slot, Timestamp};
use crate::sim::event::{Cue, Event};
use crate::sim::storage::{Ending, Mood};

use super::action::{Action, DiskState};
use super::error::ActError;
use super::layout;
use super::moment::{Misdeed, Moment};
use super::scenario::Scenario;

/// Later than any run lasts.
const NEVER: Timestamp = Timestamp(u64::MAX);

/// Does what a person does with a node.
pub(super) fn perform(
    moment: &mut Moment,
    scenario: &Scenario,
    action: &Action,
) -> Result<(), ActError> {
    let seat = |name: &str| layout::seat_of(scenario, name).unwrap_or(0);
    match action {
        Action::Kill { node, power } => kill(moment, seat(node), *power),
        Action::Start { node } => start(moment, seat(node)),
        Action::Freeze { node } => freeze(moment, seat(node), NEVER),
        Action::Thaw { node } => thaw(moment, seat(node)),
        Action::FlipByte {
            node,
            height,
            offset,
        } => flip_byte(moment, seat(node), *height, *offset),
        Action::Miss { node } => miss(moment, seat(node)),
        Action::SealTwice { node } => arm(moment, seat(node), Misdeed::SealTwice),
        Action::VoteTwice { node } => arm(moment, seat(node), Misdeed::VoteTwice),
        Action::VoteBothSides { node } => {
            let seat = seat(node);
            arm(moment, seat, Misdeed::VoteBothSides)?;
            let authority: Address = moment.world.seats[seat].id.into();
            moment.checks.on_traitor(authority);
            Ok(())
        }
        _ => {
            set(moment, seat, action);
            Ok(())
        }
    }
}

/// Does what can always be done.
fn set(moment: &mut Moment, seat: impl Fn(&str) -> usize, action: &Action) {
    match action {
        Action::Clock { node, ahead } => moment.world.seats[seat(node)].clock = *ahead,
        Action::Disk { node, state } => set_disk(moment, seat(node), *state),
        Action::HashRate { node, rate } => moment.world.set_rate(seat(node), *rate),
        Action::LoseDisk { node } => {
            let place = &mut moment.world.seats[seat(node)];
            place.disk.delete();
            place.losses = place.losses.saturating_add(1);
        }
        _ => {}
    }
}

fn kill(moment: &mut Moment, seat: usize, power: bool) -> Result<(), ActError> {
    runs(moment, seat)?;
    let ending = if power {
        Ending::Power
    } else {
        Ending::Process
    };
    moment.world.end(seat, ending);
    Ok(())
}

pub(super) fn runs(moment: &Moment, seat: usize) -> Result<(), ActError> {
    if moment.world.seats[seat].node.is_some() {
        return Ok(());
    }
    let node = moment.name(seat).to_owned();
    Err(ActError::Stopped { node })
}

fn start(moment: &mut Moment, seat: usize) -> Result<(), ActError> {
    if moment.world.seats[seat].node.is_some() {
        let node = moment.name(seat).to_owned();
        return Err(ActError::Runs { node });
    }
    if let Some(state) = moment.disks.get(&seat) {
        set_disk(moment, seat, *state);
    }
    moment.world.start(seat);
    Ok(())
}

fn freeze(moment: &mut Moment, seat: usize, until: Timestamp) -> Result<(), ActError> {
    runs(moment, seat)?;
    moment.world.seats[seat].frozen_until = until;
    Ok(())
}

fn thaw(moment: &mut Moment, seat: usize) -> Result<(), ActError> {
    if !moment.world.is_frozen(seat) {
        let node = moment.name(seat).to_owned();
        return Err(ActError::NotFrozen { node });
    }
    moment.world.seats[seat].frozen_until = moment.world.now;
    moment.world.after(Millis(0), Event::Thaw { seat });
    Ok(())
}

fn set_disk(moment: &mut Moment, seat: usize, state: DiskState) {
    moment.disks.insert(seat, state);
    let disk = &mut moment.world.seats[seat].disk;
    if disk.mood() == Mood::Gone {
        // A database that was deleted is made anew by the next start, not by the disk.
        return;
    }
    let mood = match state {
        DiskState::Well => Mood::Well,
        DiskState::Full => Mood::Full,
        DiskState::Slow => Mood::Slow,
        DiskState::Flaky => Mood::Flaky,
        DiskState::Silent => Mood::Silent,
    };
    disk.set_mood(mood, NEVER);
}

fn flip_byte(moment: &mut Moment, seat: usize, height: u64, offset: usize) -> Result<(), ActError> {
    let place = &mut moment.world.seats[seat];
    let runs = place.node.is_some();
    if place.disk.tamper(Height(height), offset, runs) {
        Ok(())
    } else {
        Err(ActError::NoByte { height, offset })
    }
}

/// An authority's process stands still through its next slot.
fn miss(moment: &mut Moment, seat: usize) -> Result<(), ActError> {
    runs(moment, seat)?;
    let (params, now) = (&moment.world.scenario.params, moment.world.now);
    let own = Some(Address::from(moment.world.seats[seat].id));
    let current = slots::slot_at(params, now).0;
    let next = (current.saturating_add(1)..)
        .map(Slot)
        .find(|slot| slots::leader(&params.authorities, *slot) == own);
    let Some(slot) = next else { return Ok(()) };
    let begins = slots::slot_start(params, slot).since(now);
    let ends = slots::slot_start(params, Slot(slot.0.saturating_add(1))).since(now);
    moment.world.after(begins, Event::Cue(Cue::Mend));
    moment.sleeps.push((seat, now.plus(begins), now.plus(ends)));
    Ok(())
}

/// The time of those has come who sleep through their slot.
pub(super) fn fall_asleep(moment: &mut Moment) {
    let now = moment.world.now;
    for (seat, from, until) in std::mem::take(&mut moment.sleeps) {
        if now < from {
            moment.sleeps.push((seat, from, until));
        } else if now < until && moment.world.seats[seat].node.is_some() {
            moment.world.seats[seat].frozen_until = until;
            moment.world.at(until, Event::Thaw { seat });
        }
    }
}

fn arm(moment: &mut Moment, seat: usize, misdeed: Misdeed) -> Result<(), ActError> {
    runs(moment, seat)?;
    if !moment.misdeeds.contains(&(seat, misdeed)) {
        moment.misdeeds.push((seat, misdeed));
        // Whoever speaks with two tongues may be ignored.
        moment.checks.on_forged();
    }
    Ok(())
}
