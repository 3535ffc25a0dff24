//! Actions on frames: a person takes them off their way, changes them, and lets them go.

#![expect(clippy::wildcard_enum_match_arm, reason = "it is about frames only")]

use crate::gossip::kind_of;
use crate::primitives::{Millis, Timestamp};
use crate::sim::event::Event;
use crate::sim::world::QueueKey;

use super::action::{Action, Change, Effect, Rule};
use super::edit;
use super::error::ActError;
use super::filter::Filter;
use super::frames::place_of;
use super::moment::{MAX_RULES, Moment};

/// A copy arrives so much later.
const COPY_LATER: Millis = Millis(1);

/// Does what a person does with frames.
pub(super) fn perform(moment: &mut Moment, action: &Action) -> Result<(), ActError> {
    match action {
        Action::Rule(rule) => set_rule(moment, rule),
        Action::Unrule { name } => drop_rule(moment, name),
        Action::Hold { frame } => hold(moment, *frame),
        Action::Release { frame } => release(moment, *frame),
        Action::Drop { frame } => take(moment, *frame).map(|_| ()),
        Action::Double { frame } => double(moment, *frame),
        Action::Delay { frame, by } => delay(moment, *frame, Millis(*by)),
        Action::Edit {
            frame,
            change,
            sign,
        } => {
            let (at, mut event) = look_at(moment, *frame)?;
            edit_event(moment, &mut event, (change, *sign))?;
            put(moment, *frame, at, event);
            moment.checks.on_forged();
            Ok(())
        }
        Action::ReleaseAll { filter } => {
            release_all(moment, filter);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Does to the frames that were just sent what the rules say: the first that fits counts.
pub(super) fn obey(moment: &mut Moment, news: &[QueueKey]) {
    for key in news {
        let Some(Event::Frame {
            from, to, frame, ..
        }) = moment.world.queue.get(key)
        else {
            continue;
        };
        let (kind, from, to) = (kind_of(frame), moment.name(*from), moment.name(*to));
        let mut rules = moment.rules.iter();
        let Some(place) = rules.position(|rule| rule.filter.fits(kind, from, to)) else {
            continue;
        };
        let (effect, once) = (moment.rules[place].effect, moment.rules[place].once);
        if once {
            moment.rules.remove(place);
        }
        // A frame that was just sent is on its way, so each of these can be done.
        let _ = match effect {
            Effect::Hold => hold(moment, key.1),
            Effect::Drop => take(moment, key.1).map(|_| ()),
            Effect::Double => double(moment, key.1),
            Effect::Delay { by } => delay(moment, key.1, Millis(by)),
            Effect::Break => {
                moment.breaks = moment.breaks.saturating_add(1);
                Ok(())
            }
        };
    }
}

fn set_rule(moment: &mut Moment, rule: &Rule) -> Result<(), ActError> {
    let others = |other: &Rule| other.name != rule.name;
    if moment.rules.iter().filter(|other| others(other)).count() >= MAX_RULES {
        return Err(ActError::TooManyRules { limit: MAX_RULES });
    }
    moment.rules.retain(others);
    moment.rules.push(rule.clone());
    Ok(())
}

fn drop_rule(moment: &mut Moment, name: &str) -> Result<(), ActError> {
    let before = moment.rules.len();
    moment.rules.retain(|rule| rule.name != name);
    if moment.rules.len() == before {
        let found = name.to_owned();
        return Err(ActError::NoRule { found });
    }
    Ok(())
}

/// When a frame arrives, `None` while it is held, and the frame.
fn look_at(moment: &Moment, id: u64) -> Result<(Option<Timestamp>, Event), ActError> {
    if let Some(event) = moment.held.get(&id) {
        return Ok((None, event.clone()));
    }
    let key = place_of(moment, id).ok_or(ActError::Frame { found: id })?;
    Ok((Some(key.0), moment.world.queue[&key].clone()))
}

/// Takes a frame off its way.
fn take(moment: &mut Moment, id: u64) -> Result<(Option<Timestamp>, Event), ActError> {
    let found = look_at(moment, id)?;
    moment.held.remove(&id);
    if let Some(at) = found.0 {
        moment.world.queue.remove(&(at, id));
    }
    Ok(found)
}

/// Puts a frame on its way, or into the hand.
fn put(moment: &mut Moment, id: u64, at: Option<Timestamp>, event: Event) {
    match at {
        Some(at) => {
            moment.world.queue.insert((at, id), event);
        }
        None => {
            moment.held.insert(id, event);
        }
    }
}

/// A frame waits from now on.
fn hold(moment: &mut Moment, id: u64) -> Result<(), ActError> {
    let (_, event) = take(moment, id)?;
    put(moment, id, None, event);
    Ok(())
}

fn release(moment: &mut Moment, id: u64) -> Result<(), ActError> {
    let Some(event) = moment.held.remove(&id) else {
        return Err(ActError::NotHeld { found: id });
    };
    let now = moment.world.now;
    put(moment, id, Some(now), event);
    Ok(())
}

fn release_all(moment: &mut Moment, filter: &Filter) {
    let ids: Vec<u64> = moment.held.keys().copied().collect();
    for id in ids {
        let fits = matches!(&moment.held[&id], Event::Frame { from, to, frame, .. }
            if filter.fits(kind_of(frame), moment.name(*from), moment.name(*to)));
        if fits {
            let _ = release(moment, id);
        }
    }
}

/// A frame arrives twice.
fn double(moment: &mut Moment, id: u64) -> Result<(), ActError> {
    let (at, event) = look_at(moment, id)?;
    let at = at.unwrap_or(moment.world.now).plus(COPY_LATER);
    moment.world.at(at, event);
    Ok(())
}

/// A frame arrives later.
fn delay(moment: &mut Moment, id: u64, by: Millis) -> Result<(), ActError> {
    let (at, event) = take(moment, id)?;
    put(moment, id, at.map(|at| at.plus(by)), event);
    Ok(())
}

fn edit_event(
    moment: &Moment,
    event: &mut Event,
    (change, sign): (&Change, bool),
) -> Result<(), ActError> {
    if let Event::Frame { from, frame, .. } = event {
        let chain_id = moment.world.chain_id().unwrap_or_default();
        let key = moment.world.seats.get(*from).map(|seat| &seat.plan.key);
        let changed = edit::change(frame, change, &chain_id, key.filter(|_| sign))?;
        *frame = changed.into();
    }
    Ok(())
}
