//! Faults: what goes wrong, when, and for how long. Nodes die and come back, disks fail, links are cut in
//! one or both directions, the weather on the links turns bad, tabs freeze, clocks jump.

use std::collections::BTreeSet;

use crate::links::{Link, LinkTable, PerMille, Topology};
use crate::node::Input;
use crate::primitives::{BlockHash, Millis, Timestamp};

use super::coverage::Sometimes;
use super::digest::What;
use super::storage::{Ending, Mood};
use super::world::{Event, World};

/// Loss from which on the weather counts as heavy.
const HEAVY: PerMille = PerMille(200);
/// A clock is wrong by this much at the most: more than blocks may be ahead, less than healing may take.
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
pub(super) struct Faults {
    cuts: Vec<(Timestamp, Cut)>,
    weather: Option<(Timestamp, Link)>,
}

impl Faults {
    /// Whether frames are lost in masses.
    pub(super) fn heavy_loss(&self) -> bool {
        self.weather.is_some_and(|(_, link)| link.loss >= HEAVY)
    }
}

impl World {
    /// Gives the links the topology, the weather and the cuts of now.
    pub(super) fn lay_links(&mut self) {
        let link = self
            .faults
            .weather
            .map_or(self.scenario.link, |(_, link)| link);
        let mut table = LinkTable::new(self.scenario.seed, link);
        let ids = self.scenario.ids();
        if self.scenario.topology != Topology::FullMesh {
            table.arrange(self.scenario.topology, &ids);
        }
        for (_, cut) in &self.faults.cuts {
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
        self.links = table;
    }

    /// Something goes wrong.
    pub(super) fn next_fault(&mut self) {
        if self.healed {
            return;
        }
        let next = self.rng.wait(self.scenario.fault_every);
        self.after(next, Event::Fault);
        let seat = self.rng.index(self.seats.len());
        let kind = self.rng.below(16);
        self.log.push(self.now, seat, What::Fault, kind);
        match kind {
            0..4 => self.crash(seat),
            4 if self.is_frozen(seat) => {}
            4 => {
                self.give(seat, Input::Stop);
                let back = self.rng.span(300, 60_000);
                self.after(back, Event::Start { seat });
            }
            5 | 6 => {
                let span = self.rng.span(1_000, 90_000);
                self.seats[seat].frozen_until = self.now.plus(span);
                self.after(span, Event::Thaw { seat });
            }
            7 | 8 => self.split(),
            9 if self.rng.one_in(2) => self.one_way(seat),
            9 => {
                let side = self.side();
                self.cut(Cut::OneWaySplit(side), 5_000, 60_000);
            }
            10 => self.cut(Cut::Eclipse(seat), 5_000, 60_000),
            11 | 12 => self.bad_weather(),
            13 => self.wrong_clock(seat),
            _ => {
                let mood = *self.rng.pick(&[
                    Mood::Full,
                    Mood::Full,
                    Mood::Flaky,
                    Mood::Lost,
                    Mood::Slow,
                    Mood::Gone,
                ]);
                let until = self.now.plus(self.rng.span(2_000, 60_000));
                if mood == Mood::Gone {
                    self.lose_disk(seat);
                } else if self.seats[seat].disk.mood() != Mood::Gone {
                    self.seats[seat].disk.set_mood(mood, until);
                }
            }
        }
    }

    fn crash(&mut self, seat: usize) {
        let ending = match self.rng.below(20) {
            0..9 => Ending::Process,
            9..15 => Ending::Power,
            15..18 => Ending::BitFlip,
            _ => Ending::Deleted,
        };
        if ending == Ending::Deleted {
            self.lose_disk(seat);
        }
        self.end(seat, ending);
        // Half of them at once, as a page that is loaded again.
        let back = if self.rng.one_in(2) {
            self.rng.span(300, 2_000)
        } else {
            self.rng.span(2_000, 60_000)
        };
        self.after(back, Event::Start { seat });
    }

    fn lose_disk(&mut self, seat: usize) {
        self.seats[seat].disk.delete();
        self.seats[seat].resyncing = true;
    }

    /// Some of the seats.
    fn side(&mut self) -> BTreeSet<usize> {
        (0..self.seats.len())
            .filter(|_| self.rng.one_in(2))
            .collect()
    }

    fn one_way(&mut self, seat: usize) {
        let others = self.seats.len().saturating_sub(1);
        let other = seat
            .saturating_add(1)
            .saturating_add(self.rng.index(others))
            % self.seats.len();
        self.cut(Cut::OneWay(seat, other), 5_000, 60_000);
    }

    fn split(&mut self) {
        let side = self.side();
        let longest = self.scenario.longest_split.0;
        self.cut(Cut::Split(side), longest / 20, longest);
    }

    fn cut(&mut self, cut: Cut, least: u64, most: u64) {
        let span = self.rng.span(least, most);
        self.faults.cuts.push((self.now.plus(span), cut));
        self.lay_links();
        self.after(span, Event::Mend);
    }

    fn bad_weather(&mut self) {
        let link = Link {
            cut: false,
            latency: self.rng.span(1, 1_500),
            jitter: self.rng.span(0, 800),
            loss: PerMille(u16::try_from(self.rng.below(301)).unwrap_or(0)),
            duplication: PerMille(u16::try_from(self.rng.below(200)).unwrap_or(0)),
            reordering: PerMille(u16::try_from(self.rng.below(200)).unwrap_or(0)),
            bandwidth: *self.rng.pick(&[None, None, Some(20_000), Some(100_000)]),
        };
        let span = self.rng.span(5_000, 60_000);
        self.faults.weather = Some((self.now.plus(span), link));
        self.lay_links();
        self.after(span, Event::Mend);
    }

    fn wrong_clock(&mut self, seat: usize) {
        let most = if self.rng.one_in(2) { 1_500 } else { MAX_CLOCK };
        let ahead = i64::try_from(self.rng.below(most.saturating_mul(2))).unwrap_or(0);
        self.seats[seat].clock = ahead.saturating_sub_unsigned(most);
    }

    /// The heads of the nodes that run.
    fn heads(&self) -> BTreeSet<BlockHash> {
        self.seats
            .iter()
            .filter_map(|seat| seat.node.as_ref())
            .map(|node| node.chain().head())
            .collect()
    }

    /// Whether a node runs that has fallen behind another.
    fn is_behind(&self, seat: usize) -> bool {
        let heights = self
            .seats
            .iter()
            .filter_map(|seat| seat.node.as_ref())
            .map(|node| node.chain().height());
        self.seats[seat]
            .node
            .as_ref()
            .is_some_and(|node| heights.max() > Some(node.chain().height()))
    }

    /// Ends what is over.
    pub(super) fn mend(&mut self) {
        let now = self.now;
        for (_, cut) in self.faults.cuts.iter().filter(|(until, _)| *until <= now) {
            match cut {
                Cut::Split(_) if self.heads().len() > 1 => {
                    self.coverage.note(Sometimes::SplitHealed)
                }
                Cut::Eclipse(victim) if !self.hostiles.is_empty() && self.is_behind(*victim) => {
                    self.coverage.note(Sometimes::Eclipse);
                }
                Cut::Split(_) | Cut::OneWaySplit(_) | Cut::OneWay(..) | Cut::Eclipse(_) => {}
            }
        }
        self.faults.cuts.retain(|(until, _)| *until > now);
        self.faults.weather = self.faults.weather.filter(|(until, _)| *until > now);
        self.lay_links();
    }

    /// Ends everything that is wrong: all nodes run, all links carry, all clocks are right.
    pub(super) fn heal(&mut self) {
        self.healed = true;
        self.faults = Faults::default();
        self.scenario.link = Link {
            latency: Millis(20),
            jitter: Millis(20),
            ..Link::default()
        };
        self.lay_links();
        for seat in 0..self.seats.len() {
            self.seats[seat].frozen_until = self.now;
            self.after(Millis(0), Event::Thaw { seat });
            self.seats[seat].clock = 0;
            let gone = self.seats[seat].disk.mood() == Mood::Gone;
            self.seats[seat].disk.set_mood(Mood::Well, self.now);
            if gone {
                self.end(seat, Ending::Process);
            }
            self.start(seat);
        }
    }
}
