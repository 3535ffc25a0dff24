//! A laboratory under a page: orders come in, answers and views go out, and time goes on by itself
//! in small parts, so that whoever presses pause is obeyed at once. It has no clock of its own: the
//! shell says what time it is.
//!
//! Invariants: each order is answered once. Time goes one way at a time: a new way ends the one
//! before, whose order is answered then.
//!
//! Bounds: one part of the work takes [`PART_MS`] of real time; views are [`VIEWS_APART_MS`] apart.

mod messages;
mod sight;
#[cfg(test)]
mod tests;

pub use messages::{Answer, FromLab, GoalState, Order, State, ToLab};
pub use sight::{
    About, Clock, FrameDetail, FrameSight, Life, LinkSight, NodeSight, PaymentSight, RuleSight,
    SolvedSight, Standing, UserSight, View,
};

use super::action::Action;
use super::control::{Lab, Way};
use super::error::{LabError, ScenarioError};
use super::exercises;
use super::happening::{Happened, Happening};
use super::layout::{network_params, number, seed_of_keys};
use super::reading::from_json;
use super::results::Reached;
use super::scenario::{MAX_LENGTH, Scenario};
use super::until::{Stop, Until};
use super::words;
use crate::ipc::{Refusal, Request, RequestId};
use crate::primitives::Digest;
use crate::refusal::LabRefusal;
use sight::{COLUMNS, MAX_FRAMES, MAX_NEWS, MAX_REORGANISATIONS};

/// Real milliseconds that one part of the work takes.
pub const PART_MS: f64 = 10.0;
/// Real milliseconds between two views.
pub const VIEWS_APART_MS: f64 = 50.0;
/// Real milliseconds between two reports of the nodes.
pub const REPORTS_APART_MS: f64 = 100.0;
/// Slowest and fastest speed in hundredths of that of real time.
pub const SPEEDS: (u32, u32) = (1, 100_000);
/// The speed at first: a block comes every second or so.
const FIRST_SPEED: u32 = 500;
/// Real time that is made up for when the work was late; the rest is lost, or time would run away.
const LATE_MS: f64 = 100.0;

/// How time goes.
#[derive(Clone, Copy, Debug)]
enum Pace {
    /// By real time: how far it should be, in virtual milliseconds, and when that was looked at.
    Real { due: f64, seen: f64 },
    /// As fast as it can.
    Fast,
}

/// A way that time goes now.
#[derive(Clone, Debug)]
struct Going {
    way: Way,
    pace: Pace,
    /// As far as it goes at the most.
    limit: u64,
    /// The order that is answered at its end.
    order: Option<RequestId>,
}

/// What the page has seen.
#[derive(Debug, Default)]
struct Shown {
    at: Option<f64>,
    reported: Option<f64>,
    happened: u64,
    heads: Option<Vec<String>>,
    links: Option<Vec<LinkSight>>,
    reorganised: Option<u64>,
    solved: bool,
    fresh: bool,
    stale: bool,
}

/// A laboratory under a page.
#[derive(Debug, Default)]
pub struct Desk {
    lab: Option<Lab>,
    about: About,
    going: Option<Going>,
    speed: Option<u32>,
    stop: Option<Stop>,
    looked: Option<u64>,
    watched: bool,
    shown: Shown,
    out: Vec<FromLab>,
}

impl Desk {
    /// Takes an order at a real time in milliseconds.
    pub fn receive(&mut self, message: ToLab, now: f64) {
        let ToLab { id, order } = message;
        self.shown.stale = true;
        let begun = if let Order::Step(until) = order {
            Some(self.step(until, id))
        } else if let Order::Seek(to) = order {
            Some(self.seek(to, None, id))
        } else if let Order::Return { to, after } = order {
            Some(self.seek(to, Some(after), id))
        } else {
            None
        };
        let outcome = match begun {
            // It is answered at the end of the way.
            Some(Ok(())) => return,
            Some(Err(error)) => Err(error),
            None => self.obey(order, now),
        };
        self.out.push(FromLab::Done { id, outcome });
    }

    fn obey(&mut self, order: Order, now: f64) -> Result<Answer, Refusal> {
        match order {
            Order::Open(text) => {
                let scenario = Scenario::parse(&text).map_err(|error| refused(&error))?;
                return self.open(None, scenario);
            }
            Order::Exercise(name) => return self.exercise(name),
            Order::Play { speed, until } => self.play(speed, until, now)?,
            Order::Pause => self.pause(),
            Order::Speed(speed) => self.speed = Some(speed.clamp(SPEEDS.0, SPEEDS.1)),
            Order::Act(text) => self.act(&text)?,
            Order::Look(frame) => self.looked = frame,
            Order::Watch(on) => {
                if on && !self.watched {
                    // Whoever begins to watch knows nothing yet.
                    self.forget();
                }
                self.watched = on;
                // What the nodes report is there by the answer.
                (self.shown.at, self.shown.reported) = (None, None);
            }
            Order::Ask { node, request } => {
                let answer = if let Request::Submit { raw } | Request::SubmitNext { raw } = request
                {
                    self.lab_mut()?.submit(&node, &raw)?
                } else {
                    self.lab()?.ask(&node, request)?
                };
                return Ok(Answer::Node(Box::new(answer)));
            }
            Order::Switch(name) => {
                self.halt(None);
                self.lab_mut()?.switch(&name).map_err(late)?;
                self.forget();
            }
            Order::Frames => return Ok(Answer::Frames(self.lab()?.details())),
            Order::Compare { one, other, at } => {
                let compared = self.lab()?.compare(&one, &other, at).map_err(late)?;
                return Ok(Answer::Comparison(Box::new(compared)));
            }
            Order::Export => {
                let scenario = self.lab()?.export();
                let text = serde_json::to_string(&scenario).unwrap_or_default();
                return Ok(Answer::Text(text));
            }
            Order::State | Order::Step(_) | Order::Seek(_) | Order::Return { .. } => {}
        }
        Ok(Answer::State(self.state()?))
    }

    fn lab(&self) -> Result<&Lab, Refusal> {
        self.lab.as_ref().ok_or_else(|| LabRefusal::Closed.into())
    }

    fn lab_mut(&mut self) -> Result<&mut Lab, Refusal> {
        self.lab.as_mut().ok_or_else(|| LabRefusal::Closed.into())
    }

    fn exercise(&mut self, name: String) -> Result<Answer, Refusal> {
        let Some(found) = exercises::find(&name) else {
            let example = exercises::names().next().unwrap_or_default().to_owned();
            return Err(LabRefusal::Exercise {
                example,
                found: name,
            }
            .into());
        };
        let exercise = found.map_err(|error| refused(&error))?;
        self.open(Some(name), exercise.scenario)
    }

    fn open(&mut self, exercise: Option<String>, scenario: Scenario) -> Result<Answer, Refusal> {
        let about = About {
            exercise,
            title: scenario.title.clone(),
            story: scenario.story.clone(),
            hints: scenario.hints.clone(),
            goal: scenario.goal.as_ref().map(|goal| goal.text.clone()),
            learnt: scenario.learnt.clone(),
            length: scenario.length,
            nodes: scenario
                .nodes
                .iter()
                .map(|node| (node.name.clone(), node.kind))
                .collect(),
            users: scenario
                .users
                .iter()
                .map(|user| user.name.clone())
                .collect(),
            seed: seed_of_keys(&scenario),
            params: network_params(&scenario),
        };
        let lab = Lab::open(scenario).map_err(|error| refused(&error))?;
        self.halt(None);
        (self.stop, self.looked, self.watched) = (None, None, false);
        self.lab = Some(lab);
        self.about = about.clone();
        self.forget();
        Ok(Answer::Opened(about))
    }

    /// What was shown is no more the beginning of what is.
    fn forget(&mut self) {
        self.shown = Shown {
            at: self.shown.at,
            fresh: true,
            stale: true,
            ..Shown::default()
        };
    }

    fn play(&mut self, speed: Option<u32>, until: Option<Until>, now: f64) -> Result<(), Refusal> {
        self.halt(None);
        if let Some(speed) = speed {
            self.speed = Some(speed.clamp(SPEEDS.0, SPEEDS.1));
        }
        let lab = self.lab()?;
        let time = lab.time();
        let way = lab.begin_to_play(time, until).map_err(late)?;
        self.going = Some(Going {
            way,
            pace: Pace::Real {
                due: as_real(time),
                seen: now,
            },
            limit: self.limit(until),
            order: None,
        });
        self.stop = None;
        self.shown.at = None;
        Ok(())
    }

    /// As far as time goes by itself: to a moment that was named, else to the scenario's end, and
    /// from there on to the longest of all.
    fn limit(&self, until: Option<Until>) -> u64 {
        let time = self.lab.as_ref().map_or(0, Lab::time);
        if let Some(Until::Time(at)) = until {
            at.min(MAX_LENGTH)
        } else if time < self.about.length {
            self.about.length
        } else {
            MAX_LENGTH
        }
    }

    fn step(&mut self, until: Until, id: RequestId) -> Result<(), Refusal> {
        let limit = self.limit(Some(until));
        let way = self
            .lab()?
            .begin_to_play(limit, Some(until))
            .map_err(late)?;
        self.go_fast(way, limit, id);
        Ok(())
    }

    /// Stops time, where it goes by itself at the end of a millisecond: that moment is found again
    /// by its time alone.
    fn pause(&mut self) {
        let is_real = |going: &Going| matches!(going.pace, Pace::Real { .. });
        if self.going.as_ref().is_some_and(is_real)
            && let Some(lab) = &mut self.lab
        {
            lab.settle();
        }
        self.halt(None);
    }

    fn seek(&mut self, to: u64, after: Option<u64>, id: RequestId) -> Result<(), Refusal> {
        let lab = self.lab_mut()?;
        let before = lab.time();
        let way = match after {
            None => lab.begin_to_seek(to),
            Some(after) => lab.begin_to_return(to, after),
        };
        let way = way.map_err(late)?;
        if lab.time() < before {
            self.forget();
        }
        self.go_fast(way, to, id);
        Ok(())
    }

    fn go_fast(&mut self, way: Way, limit: u64, id: RequestId) {
        self.halt(None);
        self.going = Some(Going {
            way,
            pace: Pace::Fast,
            limit,
            order: Some(id),
        });
    }

    fn act(&mut self, text: &str) -> Result<(), Refusal> {
        let action: Action = from_json(text).map_err(|error| not_done(&error.to_string()))?;
        let lab = self.lab_mut()?;
        let done = lab
            .act(action)
            .map_err(|error| not_done(&error.to_string()));
        // Time that goes on goes on from what was done.
        self.shown.stale = true;
        done
    }

    /// Ends the way that time goes.
    fn halt(&mut self, stop: Option<Stop>) {
        if let Some(going) = self.going.take() {
            self.stop = stop;
            self.shown.stale = true;
            if matches!(going.pace, Pace::Real { .. }) {
                // That time stands still is seen at once.
                self.shown.at = None;
            }
            if let Some(id) = going.order {
                let outcome = self.state().map(Answer::State);
                self.out.push(FromLab::Done { id, outcome });
            }
        }
    }

    /// Whether time goes on.
    #[must_use]
    pub const fn is_going(&self) -> bool {
        self.going.is_some()
    }

    /// Lets time go on for a part of the work, by the shell's clock of real milliseconds.
    pub fn work(&mut self, clock: &mut dyn FnMut() -> f64) {
        let speed = f64::from(self.speed.unwrap_or(FIRST_SPEED)) / 100.0;
        let (Some(lab), Some(going)) = (&mut self.lab, &mut self.going) else {
            return;
        };
        let begun = clock();
        let mut to = going.limit;
        if let Pace::Real { due, seen } = &mut going.pace {
            *due += (begun - *seen).clamp(0.0, LATE_MS) * speed;
            *seen = begun;
            to = as_virtual(*due).min(going.limit);
        }
        going.way.reach(to);
        let mut first = true;
        let mut may_go_on = || std::mem::take(&mut first) || clock() - begun < PART_MS;
        let stop = lab.go_on(&going.way, &mut may_go_on);
        self.shown.stale = true;
        match (stop, &mut going.pace) {
            // It is not as far as it should be: it goes on from where it is.
            (None, Pace::Real { due, .. }) => *due = due.min(as_real(lab.time())),
            (None, Pace::Fast) => {}
            (Some(Stop::End), Pace::Real { .. }) if to < going.limit => {}
            (Some(stop), _) => self.halt(Some(stop)),
        }
    }

    /// What goes out: answers, and a view if one is due at this real time in milliseconds.
    pub fn take(&mut self, now: f64) -> Vec<FromLab> {
        let is_due = self.shown.at.is_none_or(|at| now - at >= VIEWS_APART_MS);
        if self.shown.stale
            && is_due
            && let Some(view) = self.view(now)
        {
            self.shown.at = Some(now);
            // What the nodes report of it may come a little later.
            self.shown.stale = self.watched && view.reports.is_none();
            // Before the answers, so that whoever hears one sees what it says; but after what was
            // opened.
            let opened = self.out.iter().rposition(is_opened);
            let place = opened.map_or(0, |place| place + 1);
            self.out.insert(place, FromLab::View(view));
        }
        std::mem::take(&mut self.out)
    }

    /// Whether a view waits until it is due.
    #[must_use]
    pub const fn is_stale(&self) -> bool {
        self.shown.stale && self.lab.is_some()
    }

    fn clock(&self, lab: &Lab) -> Clock {
        let pace = self.going.as_ref().map(|going| going.pace);
        let branches = lab.branches();
        let current = branches.iter().find(|branch| branch.name == lab.current());
        Clock {
            time: lab.time(),
            playing: matches!(pace, Some(Pace::Real { .. })),
            seeking: matches!(pace, Some(Pace::Fast)),
            speed: self.speed.unwrap_or(FIRST_SPEED),
            end: current.map_or(0, |branch| branch.end),
            stop: self.stop,
        }
    }

    fn state(&self) -> Result<State, Refusal> {
        let lab = self.lab()?;
        let clock = self.clock(lab);
        Ok(State {
            title: self.about.title.clone(),
            time: clock.time,
            after: lab.after(),
            playing: clock.playing || clock.seeking,
            speed: f64::from(clock.speed) / 100.0,
            end: clock.end,
            branch: lab.current().to_owned(),
            branches: lab.branches(),
            digest: lab.digest().to_string(),
            events: lab.events(),
            goal: self.about.goal.clone().map(|text| GoalState {
                text,
                done: lab.goal_at().is_some(),
                at: lab.goal_at(),
            }),
            violation: lab.violation().map(ToString::to_string),
        })
    }

    fn view(&mut self, now: f64) -> Option<View> {
        let lab = self.lab.as_ref()?;
        let shown = &mut self.shown;
        let happened = lab.happened();
        let new = happened.saturating_sub(shown.happened);
        let new = usize::try_from(new).unwrap_or(usize::MAX).min(MAX_NEWS);
        let kept: Vec<_> = lab.happenings().collect();
        let news = kept[kept.len().saturating_sub(new)..].iter();
        let news = news.map(|one| in_words(one)).collect();
        shown.happened = happened;
        let reorganised = number(lab.reorganisations().count());
        let reorganisations = (shown.reorganised != Some(reorganised)).then(|| {
            let all: Vec<_> = lab.reorganisations().cloned().collect();
            all[all.len().saturating_sub(MAX_REORGANISATIONS)..].to_vec()
        });
        shown.reorganised = Some(reorganised);
        let heads = Some(lab.heads());
        let blocks = (shown.heads != heads).then(|| lab.blocks(COLUMNS));
        shown.heads = heads;
        let links = Some(lab.links());
        let changed = if shown.links == links {
            None
        } else {
            links.clone()
        };
        shown.links = links;
        let fresh = std::mem::take(&mut shown.fresh);
        let reported = shown.reported.is_some_and(|at| now - at < REPORTS_APART_MS);
        let reports = (self.watched && (fresh || !reported)).then(|| lab.reports());
        if reports.is_some() {
            shown.reported = Some(now);
        }
        let is_exercise = self.about.exercise.is_some();
        let reached = lab.reached().filter(|_| is_exercise && !shown.solved);
        let solved = reached.map(|reached| Box::new(solved(lab, reached)));
        shown.solved |= solved.is_some();
        let (frames, more_frames) = lab.frame_sights(MAX_FRAMES);
        Some(View {
            clock: self.clock(lab),
            branch: lab.current().to_owned(),
            branches: lab.branches(),
            digest: lab.digest().to_string(),
            events: lab.events(),
            goal_at: lab.goal_at(),
            solved,
            violation: lab.violation().map(ToString::to_string),
            nodes: lab.nodes(),
            links: changed,
            frames,
            more_frames,
            looked: self.looked.and_then(|id| lab.frame(id)),
            rules: lab.rules(),
            users: lab.users(),
            payments: lab.payments(),
            blocks,
            reorganisations,
            fresh,
            news,
            reports,
        })
    }
}

/// How the goal was reached, with all that was done.
fn solved(lab: &Lab, (at, digest): (u64, Digest)) -> SolvedSight {
    let digest = digest.to_string();
    SolvedSight {
        reached: Reached { at, digest },
        scenario: serde_json::to_string(&lab.export()).unwrap_or_default(),
    }
}

/// What happened, for people: an action is noted as JSON.
fn in_words(happening: &Happening) -> Happening {
    let mut told = happening.clone();
    if told.what == Happened::Action
        && let Ok(action) = serde_json::from_str::<Action>(&told.text)
    {
        told.text = words::action(&action);
    }
    told
}

/// Whether a message says that a scenario was opened.
fn is_opened(message: &FromLab) -> bool {
    matches!(
        message,
        FromLab::Done {
            outcome: Ok(Answer::Opened(_)),
            ..
        }
    )
}

fn refused(error: &ScenarioError) -> Refusal {
    let reason = error.to_string();
    LabRefusal::Scenario { reason }.into()
}

fn not_done(reason: &str) -> Refusal {
    let reason = reason.to_owned();
    LabRefusal::Action { reason }.into()
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn late(error: LabError) -> Refusal {
    let reason = error.to_string();
    LabRefusal::Time { reason }.into()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "virtual times are far below 2^53"
)]
const fn as_real(ms: u64) -> f64 {
    ms as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a time between 0 and some hours"
)]
const fn as_virtual(ms: f64) -> u64 {
    ms.max(0.0) as u64
}
