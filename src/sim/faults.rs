//! Faults: what goes wrong, when, and for how long. Nodes die and come back, disks fail, links are
//! cut in one or both directions, the weather on the links turns bad, tabs freeze, clocks jump.

use std::collections::BTreeSet;

use crate::links::{Link, LinkTable, PerMille, Topology};
use crate::node::Input;
use crate::primitives::{BlockHash, Millis, Timestamp};

use super::coverage::Sometimes;
use super::digest::What;
use super::event::{Cue, Event};
use super::storage::{Ending, Mood};
use super::world::World;

/// In milliseconds.
const MINUTE: u64 = 60_000;
/// The clocks of all, or of one that falls behind, are set by so much at the most.
const MAX_SET: u64 = 180 * MINUTE;
/// A clock is wrong by this much at the most: more than blocks may be ahead, less than healing may
/// take.
const MAX_CLOCK: u64 = 15_000;

/// Links that do not carry.
#[derive(Clone, Debug)]
enum Cut {
    /// Between those on this side and the others, both ways.
    Split(BTreeSet<usize>),
    /// From those on this side to the others, which are still heard.
    OneWaySplit(BTreeSet<usize>),
    /// From one to another.
    OneWay(usize, usize),
    /// Between one and all honest others.
    Eclipse(usize),
}

/// What is wrong at present.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    cuts: Vec<(Timestamp, Cut)>,
    weather: Option<(Timestamp, Link)>,
}

impl Faults {
    /// Gives the links the topology, the weather and the cuts of now.
    pub(crate) fn lay_links(&self, world: &mut World) {
        let link = self.weather.map_or(world.scenario.link, |(_, link)| link);
        let mut table = LinkTable::new(world.scenario.seed, link);
        let ids = world.scenario.ids();
        if world.scenario.topology != Topology::FullMesh {
            table.arrange(world.scenario.topology, &ids);
        }
        for (_, cut) in &self.cuts {
            for (from, sender) in ids.iter().enumerate() {
                for (to, receiver) in ids.iter().enumerate() {
                    let is_cut = match cut {
                        Cut::Split(side) => side.contains(&from) != side.contains(&to),
                        Cut::OneWaySplit(side) => side.contains(&from) && !side.contains(&to),
                        Cut::OneWay(a, b) => (from, to) == (*a, *b),
                        Cut::Eclipse(victim) => from != to && (from == *victim || to == *victim),
                    };
                    if is_cut {
                        table.set_cut(*sender, *receiver, true);
                    }
                }
            }
        }
        world.links = table;
    }

    /// Something goes wrong.
    pub(crate) fn next_fault(&mut self, world: &mut World) {
        if world.healed {
            return;
        }
        let next = world.rng.wait(world.scenario.fault_every);
        world.after(next, Event::Cue(Cue::Fault));
        let seat = world.rng.index(world.seats.len());
        let kind = world.rng.below(17);
        world.log.push(world.now, seat, What::Fault, kind);
        match kind {
            0..4 => self.crash(world, seat),
            4 if world.is_frozen(seat) => {}
            4 => {
                world.handle(seat, Input::Stop);
                let back = world.rng.span(300, 60_000);
                world.after(back, Event::Start { seat });
            }
            5 | 6 => {
                let span = world.rng.span(1_000, 90_000);
                world.seats[seat].frozen_until = world.now.plus(span);
                world.after(span, Event::Thaw { seat });
            }
            7 | 8 => self.split(world),
            9 if world.rng.one_in(2) => self.one_way(world, seat),
            9 => {
                let side = side(world);
                self.cut(world, Cut::OneWaySplit(side), 5_000, 60_000);
            }
            10 => self.cut(world, Cut::Eclipse(seat), 5_000, 60_000),
            11 | 12 => self.bad_weather(world),
            13 => wrong_clock(world, seat),
            // Of the seats that share one machine's clock, which goes by the same span.
            14 if world.rng.one_in(2) => set_clocks(world, false),
            14 => {
                let back = i64::try_from(world.rng.within(20 * MINUTE, MAX_SET)).unwrap_or(0);
                world.seats[seat].clock = -back;
            }
            _ => {
                let mood = *world.rng.pick(&[
                    Mood::Full,
                    Mood::Full,
                    Mood::Flaky,
                    Mood::Lost,
                    Mood::Slow,
                    Mood::Silent,
                    Mood::Gone,
                ]);
                let until = world.now.plus(world.rng.span(2_000, 60_000));
                if mood == Mood::Gone {
                    lose_disk(world, seat);
                } else if world.seats[seat].disk.mood() != Mood::Gone {
                    world.seats[seat].disk.set_mood(mood, until);
                }
            }
        }
    }

    fn crash(&mut self, world: &mut World, seat: usize) {
        let ending = match world.rng.below(20) {
            0..9 => Ending::Process,
            9..15 => Ending::Power,
            15..18 => Ending::BitFlip,
            _ => Ending::Deleted,
        };
        if ending == Ending::Deleted {
            lose_disk(world, seat);
        }
        world.end(seat, ending);
        // Half of them at once, as a page that is loaded again.
        let back = if world.rng.one_in(2) {
            world.rng.span(300, 2_000)
        } else {
            world.rng.span(2_000, 60_000)
        };
        world.after(back, Event::Start { seat });
    }

    fn one_way(&mut self, world: &mut World, seat: usize) {
        let others = world.seats.len().saturating_sub(1);
        let other = seat
            .saturating_add(1)
            .saturating_add(world.rng.index(others))
            % world.seats.len();
        self.cut(world, Cut::OneWay(seat, other), 5_000, 60_000);
    }

    fn split(&mut self, world: &mut World) {
        let side = side(world);
        let longest = world.scenario.longest_split.0;
        self.cut(world, Cut::Split(side), longest / 20, longest);
    }

    fn cut(&mut self, world: &mut World, cut: Cut, least: u64, most: u64) {
        let span = world.rng.span(least, most);
        self.cuts.push((world.now.plus(span), cut));
        self.lay_links(world);
        world.after(span, Event::Cue(Cue::Mend));
    }

    fn bad_weather(&mut self, world: &mut World) {
        let link = Link {
            cut: false,
            latency: world.rng.span(1, 1_500),
            jitter: world.rng.span(0, 800),
            loss: PerMille(u16::try_from(world.rng.below(301)).unwrap_or(0)),
            duplication: PerMille(u16::try_from(world.rng.below(200)).unwrap_or(0)),
            reordering: PerMille(u16::try_from(world.rng.below(200)).unwrap_or(0)),
            bandwidth: *world.rng.pick(&[None, None, Some(20_000), Some(100_000)]),
        };
        let span = world.rng.span(5_000, 60_000);
        self.weather = Some((world.now.plus(span), link));
        self.lay_links(world);
        world.after(span, Event::Cue(Cue::Mend));
    }

    /// Ends what is over.
    pub(crate) fn mend(&mut self, world: &mut World) {
        let now = world.now;
        for (_, cut) in self.cuts.iter().filter(|(until, _)| *until <= now) {
            match cut {
                Cut::Split(_) if heads(world).len() > 1 => {
                    world.coverage.note(Sometimes::SplitHealed)
                }
                Cut::Eclipse(victim)
                    if !world.scenario.hostiles.is_empty() && is_behind(world, *victim) =>
                {
                    world.coverage.note(Sometimes::Eclipse);
                }
                Cut::Split(_) | Cut::OneWaySplit(_) | Cut::OneWay(..) | Cut::Eclipse(_) => {}
            }
        }
        self.cuts.retain(|(until, _)| *until > now);
        self.weather = self.weather.filter(|(until, _)| *until > now);
        self.lay_links(world);
    }

    /// Ends everything that is wrong: all nodes run, all links carry, all clocks are right.
    pub(crate) fn heal(&mut self, world: &mut World) {
        world.healed = true;
        *self = Self::default();
        world.scenario.link = Link {
            latency: Millis(20),
            jitter: Millis(20),
            ..Link::default()
        };
        self.lay_links(world);
        for seat in 0..world.seats.len() {
            world.seats[seat].frozen_until = world.now;
            world.after(Millis(0), Event::Thaw { seat });
            world.seats[seat].clock = 0;
            let gone = world.seats[seat].disk.mood() == Mood::Gone;
            world.seats[seat].disk.set_mood(Mood::Well, world.now);
            if gone {
                world.end(seat, Ending::Process);
            }
            world.start(seat);
        }
    }
}

fn wrong_clock(world: &mut World, seat: usize) {
    let most = if world.rng.one_in(2) {
        1_500
    } else {
        MAX_CLOCK
    };
    let ahead = i64::try_from(world.rng.below(most.saturating_mul(2))).unwrap_or(0);
    world.seats[seat].clock = ahead.saturating_sub_unsigned(most);
}

/// Sets the wall clock of the machine that runs all seats; back only where every node has the
/// chain, as a node that begins by a clock that is behind takes blocks of its future from nobody.
pub(super) fn set_clocks(world: &mut World, also_back: bool) {
    let by = i64::try_from(world.rng.within(MINUTE, MAX_SET)).unwrap_or(0);
    let back = also_back && world.rng.one_in(2);
    world.set = world.set.saturating_add(if back { -by } else { by });
}

fn lose_disk(world: &mut World, seat: usize) {
    world.seats[seat].disk.delete();
    world.seats[seat].losses = world.seats[seat].losses.saturating_add(1);
}

/// Some of the seats.
fn side(world: &mut World) -> BTreeSet<usize> {
    (0..world.seats.len())
        .filter(|_| world.rng.one_in(2))
        .collect()
}

/// The heads of the nodes that run.
fn heads(world: &World) -> BTreeSet<BlockHash> {
    world
        .seats
        .iter()
        .filter_map(|seat| seat.node.as_ref())
        .map(|node| node.chain().head())
        .collect()
}

/// Whether a node runs that has fallen behind another.
fn is_behind(world: &World, seat: usize) -> bool {
    let heights = world
        .seats
        .iter()
        .filter_map(|seat| seat.node.as_ref())
        .map(|node| node.chain().height());
    world.seats[seat]
        .node
        .as_ref()
        .is_some_and(|node| heights.max() > Some(node.chain().height()))
}
