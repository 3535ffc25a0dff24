//! The tour of the live network: steps that go on when a person has really done what they ask for,
//! by facts and never by a timer. It is offered once and never returns by itself.
//!
//! Invariant: a step counts only what happens after it began; what was so before it does not.

use super::PageModel;
use crate::ipc::{BlockFinality, NodeState, TransactionInfo};
use crate::lab::exercises::COURSE;
use crate::view::Model;
use crate::view::route::Route;

/// The exercise that the tour ends at: the first of the course.
pub const FIRST_EXERCISE: &str = COURSE[0].name;
/// Without authorities nothing is ever final: so many blocks on top of a payment are taken for it.
const DEEP: u64 = 3;

/// One step.
#[derive(Debug, PartialEq, Eq)]
pub struct Step {
    /// Its title.
    pub title: &'static str,
    /// What there is to see and to do.
    pub text: &'static str,
    /// What one sees when it is done, to be read before the next step; empty only at the last,
    /// which ends the tour.
    pub seen: &'static str,
    /// The word by which the style sheet finds the controls that it is about.
    pub points_at: &'static str,
    /// The control itself, for those who do not see the ring: selectors, of which the first that
    /// fits anything counts.
    pub control: &'static [&'static str],
}

/// The steps in their order.
pub const STEPS: [Step; 7] = [
    Step {
        title: "A block",
        text: "Every few seconds a node makes a block: transactions, and the hash of the block before, which ties the chain together. Open one: on the Network page, click the newest card under “Latest blocks”.",
        seen: "This is one block. The hash of its header is its name, and the header names the block before it: nobody can change an old block unnoticed.",
        points_at: "block",
        control: &[".cards .card-link"],
    },
    Step {
        title: "Nodes",
        text: "Each node has its own copy of the chain and checks every block by itself. Miners search for blocks, authorities seal them in turn; none of them can change the rules for the others. Click a node in the picture of the Network page to see what it does.",
        seen: "This is one node, as it reports itself: its head, what it works on, its peers. It believes only what it has checked.",
        points_at: "node",
        control: &[".graph-node"],
    },
    Step {
        title: "A payment",
        text: "Alice pays Bob: on the Transact page, press “Sign and send”. The key signs in this page, and the payment goes from node to node.",
        seen: "The payment is on its way. Each node checks the signature by itself before it passes it on; the coins move only when a block takes it.",
        points_at: "pay",
        control: &[".compose [type=submit]"],
    },
    Step {
        title: "Final",
        text: "First the payment waits, then a block takes it, and with each block on top it is harder to undo. Watch until it is final: when two thirds of the authorities have confirmed it twice. That takes up to a minute.",
        seen: "It is decided. Each node came to that by itself, by the same rules.",
        points_at: "final",
        control: &[".track"],
    },
    Step {
        title: "Break something",
        text: "On the Network page, select a node and press “Kill”, or cut its links under “Peers”. The others go on.",
        seen: "The other nodes make blocks as before: the network needs no single node. What is stopped or cut off misses these blocks.",
        points_at: "break",
        control: &[".inspector .toolbar button:nth-of-type(2)", ".graph-node"],
    },
    Step {
        title: "Mend it",
        text: "Press “Start”, or “Heal” under “Peers”: the node fetches what it missed, checks it, and agrees with the others again.",
        seen: "It is back. It had to trust nobody: each block that it missed it checked by itself, and the same rules lead to the same chain.",
        points_at: "mend",
        control: &[
            ".inspector .toolbar .button-primary",
            ".inspector [aria-label^='Heal ']",
            ".graph-node",
        ],
    },
    Step {
        title: "The laboratory",
        text: "There time stops, messages can be caught and changed, and exercises show what a blockchain withstands and what it does not. This was the tour: the first exercise takes three minutes.",
        seen: "",
        points_at: "lab",
        control: &[],
    },
];

/// What the page knows that a step may ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The page that is shown.
    pub route: Route,
    /// The selected node.
    pub selected: Option<String>,
    /// Id of the transaction that was sent last by a person here.
    pub sent: Option<String>,
    /// Whether that one is decided.
    pub decided: bool,
    /// Nodes that have ended, and directed links that are cut.
    pub broken: usize,
    /// How often the tour was asked for.
    pub asked: u32,
}

impl Facts {
    /// The facts of a picture.
    #[must_use]
    pub fn of(
        model: &Model,
        route: Route,
        selected: Option<&str>,
        cuts: usize,
        decided: bool,
    ) -> Self {
        let ended = |state| {
            matches!(
                state,
                NodeState::Stopped | NodeState::Killed | NodeState::Failed
            )
        };
        let nodes = model.nodes.iter().filter(|node| node.own);
        Self {
            route,
            selected: selected.map(ToOwned::to_owned),
            sent: model.sent.clone(),
            decided,
            broken: nodes.filter(|node| ended(node.status.state)).count() + cuts,
            asked: model.tours,
        }
    }
}

/// Whether a transaction is decided as far as the network can decide it.
#[must_use]
pub fn is_decided(transaction: &TransactionInfo, authorities: u32) -> bool {
    match authorities {
        0 => transaction.confirmations >= DEEP,
        _ => transaction.finality == BlockFinality::Final,
    }
}

/// How far the tour is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stage {
    /// It is not shown.
    #[default]
    Away,
    /// It is offered.
    Offered,
    /// It is at this step of [`STEPS`].
    At(usize),
    /// That step is done, and what there is to see is read.
    Seen(usize),
}

/// The tour.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tour {
    stage: Stage,
    /// The facts when the step began; what ended since then counts as not having been.
    before: Option<Facts>,
    now: Option<Facts>,
}

/// What changes the tour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TourMessage {
    /// It is offered, if it is not under way.
    Offer,
    /// It begins at its first step.
    Begin,
    /// The step is left out, or what there was to see is read.
    Next,
    /// It ends.
    Quit,
    /// What the page knows now.
    See(Facts),
}

impl Tour {
    /// How far it is.
    #[must_use]
    pub const fn stage(&self) -> Stage {
        self.stage
    }

    /// Where the step takes place, with words for a link to it; none where one is there already.
    #[must_use]
    pub fn way(&self) -> Option<(&'static str, Route)> {
        let (Stage::At(step), now) = (self.stage, self.now.as_ref()?) else {
            return None;
        };
        let (words, route) = match step {
            0 | 1 | 4 | 5 => ("Go to Network", Route::Network),
            2 => ("Go to Transact", Route::Transact),
            3 => match &now.sent {
                Some(id) => ("Watch the payment", Route::Transaction(id.clone())),
                None => ("Go to Transact", Route::Transact),
            },
            _ => (
                "Open the first exercise",
                Route::Exercise(FIRST_EXERCISE.to_owned()),
            ),
        };
        (now.route != route).then_some((words, route))
    }

    fn go_to(&mut self, step: usize) {
        let was_broken = self.before.as_ref().map_or(0, |before| before.broken);
        self.before.clone_from(&self.now);
        self.stage = if step < STEPS.len() {
            Stage::At(step)
        } else {
            Stage::Away
        };
        // Who mends it while there is still something to read has done what is asked for next.
        if let (5, Some(before), Some(now)) = (step, &mut self.before, self.now.clone()) {
            before.broken = before.broken.max(was_broken);
            self.see(now);
        }
    }

    fn see(&mut self, now: Facts) {
        let asked = self.now.as_ref().map_or(0, |facts| facts.asked);
        let begins = now.asked > asked;
        self.now = Some(now.clone());
        if begins {
            return self.go_to(0);
        }
        let Stage::At(step) = self.stage else { return };
        let Some(before) = &mut self.before else {
            self.before = Some(now);
            return;
        };
        if !is_done(step, before, &now) {
            before.follow(step, &now);
        } else if STEPS.get(step).is_some_and(|step| !step.seen.is_empty()) {
            before.broken = now.broken;
            self.stage = Stage::Seen(step);
        } else {
            self.go_to(step + 1);
        }
    }
}

/// Whether what a step asks for was done since it began.
fn is_done(step: usize, before: &Facts, now: &Facts) -> bool {
    match step {
        0 => matches!(now.route, Route::Block(_)) && now.route != before.route,
        1 => now.selected.is_some() && now.selected != before.selected,
        2 => now.sent.is_some() && now.sent != before.sent,
        3 => now.decided,
        4 => now.broken > before.broken,
        5 => now.broken < before.broken,
        _ => matches!(now.route, Route::Exercise(_)) && now.route != before.route,
    }
}

impl Facts {
    /// What was not asked for may have changed: the same thing once more is done anew.
    fn follow(&mut self, step: usize, now: &Self) {
        self.route.clone_from(&now.route);
        self.selected.clone_from(&now.selected);
        match step {
            4 => self.broken = self.broken.min(now.broken),
            5 => self.broken = self.broken.max(now.broken),
            _ => {}
        }
    }
}

impl PageModel for Tour {
    type Message = TourMessage;

    fn update(&mut self, message: TourMessage) {
        match message {
            TourMessage::Offer if self.stage == Stage::Away => self.stage = Stage::Offered,
            TourMessage::Offer => {}
            TourMessage::Begin => self.go_to(0),
            TourMessage::Next => {
                if let Stage::At(step) | Stage::Seen(step) = self.stage {
                    self.go_to(step + 1);
                }
            }
            TourMessage::Quit => self.stage = Stage::Away,
            TourMessage::See(facts) => self.see(facts),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            route: Route::Network,
            selected: None,
            sent: None,
            decided: false,
            broken: 0,
            asked: 0,
        }
    }

    fn at(tour: &Tour) -> Option<usize> {
        match tour.stage() {
            Stage::At(step) => Some(step),
            Stage::Seen(_) | Stage::Away | Stage::Offered => None,
        }
    }

    /// A tour that has begun, and a way to tell it facts.
    fn begun() -> (Tour, Facts) {
        let (mut tour, facts) = (Tour::default(), facts());
        tour.update(TourMessage::See(facts.clone()));
        tour.update(TourMessage::Begin);
        (tour, facts)
    }

    #[test]
    fn each_step_goes_on_when_it_was_done_and_read_and_the_last_one_ends_the_tour() {
        let (mut tour, mut facts) = begun();
        let mut see = |change: &dyn Fn(&mut Facts)| {
            change(&mut facts);
            tour.update(TourMessage::See(facts.clone()));
            let stage = tour.stage();
            if let Stage::Seen(_) = stage {
                // However much happens meanwhile: it goes on when it is read.
                tour.update(TourMessage::See(facts.clone()));
                assert_eq!(tour.stage(), stage);
                tour.update(TourMessage::Next);
            }
            (at(&tour), matches!(stage, Stage::Seen(_)))
        };
        let (on, read) = (|step| (Some(step), false), |step| (Some(step), true));
        assert_eq!(see(&|_| {}), on(0), "nothing was done");
        assert_eq!(see(&|facts| facts.route = Route::Chain), on(0));
        let block = |facts: &mut Facts| facts.route = Route::Block("a".into());
        assert_eq!(see(&block), read(1));
        assert_eq!(see(&|facts| facts.route = Route::Network), on(1));
        let select = |facts: &mut Facts| facts.selected = Some("pow-1".into());
        assert_eq!(see(&select), read(2));
        assert_eq!(see(&|facts| facts.route = Route::Transact), on(2));
        assert_eq!(see(&|facts| facts.sent = Some("id".into())), read(3));
        assert_eq!(see(&|facts| facts.decided = true), read(4));
        assert_eq!(see(&|facts| facts.broken = 1), read(5));
        assert_eq!(see(&|facts| facts.broken = 2), on(5), "another one");
        assert_eq!(see(&|facts| facts.broken = 1), read(6));
        assert_eq!(see(&|facts| facts.route = Route::Lab), on(6));
        let exercise = Route::Exercise(FIRST_EXERCISE.to_owned());
        let open = |facts: &mut Facts| facts.route = exercise.clone();
        assert_eq!(see(&open), (None, false));
        assert_eq!(see(&|facts| facts.route = Route::Network), (None, false));
    }

    #[test]
    fn every_step_but_the_last_ends_with_what_there_is_to_see() {
        let said: Vec<bool> = STEPS.iter().map(|step| !step.seen.is_empty()).collect();
        assert_eq!(said, [true, true, true, true, true, true, false]);
    }

    #[test]
    fn what_is_mended_while_the_step_before_is_read_need_not_be_broken_once_more() {
        let (mut tour, mut facts) = begun();
        for _ in 0..4 {
            tour.update(TourMessage::Next);
        }
        facts.broken = 1;
        tour.update(TourMessage::See(facts.clone()));
        assert_eq!(tour.stage(), Stage::Seen(4));
        facts.broken = 0;
        tour.update(TourMessage::See(facts));
        assert_eq!(tour.stage(), Stage::Seen(4), "it is read first");
        tour.update(TourMessage::Next);
        assert_eq!(tour.stage(), Stage::Seen(5));
    }

    #[test]
    fn what_was_so_before_a_step_does_not_count_until_it_is_done_anew() {
        let mut tour = Tour::default();
        let mut facts = facts();
        facts.route = Route::Block("a".into());
        facts.selected = Some("pow-1".into());
        tour.update(TourMessage::See(facts.clone()));
        tour.update(TourMessage::Begin);
        tour.update(TourMessage::See(facts.clone()));
        assert_eq!(at(&tour), Some(0));
        tour.update(TourMessage::Next);
        tour.update(TourMessage::See(facts.clone()));
        assert_eq!(at(&tour), Some(1), "it was selected already");
        facts.selected = None;
        tour.update(TourMessage::See(facts.clone()));
        facts.selected = Some("pow-1".into());
        tour.update(TourMessage::See(facts));
        assert_eq!(tour.stage(), Stage::Seen(1));
    }

    #[test]
    fn it_can_be_left_out_step_by_step_quit_and_asked_for_again() {
        let (mut tour, mut facts) = begun();
        for step in 0..STEPS.len() {
            assert_eq!(at(&tour), Some(step));
            tour.update(TourMessage::Next);
        }
        assert_eq!(tour.stage(), Stage::Away);
        tour.update(TourMessage::Offer);
        assert_eq!(tour.stage(), Stage::Offered);
        tour.update(TourMessage::Quit);
        assert_eq!(tour.stage(), Stage::Away);
        facts.asked = 1;
        tour.update(TourMessage::See(facts.clone()));
        assert_eq!(at(&tour), Some(0));
        tour.update(TourMessage::Offer);
        assert_eq!(at(&tour), Some(0), "it is under way");
        tour.update(TourMessage::Quit);
        tour.update(TourMessage::See(facts));
        assert_eq!(tour.stage(), Stage::Away, "it does not return by itself");
    }

    #[test]
    fn each_step_leads_to_its_place_and_the_last_to_the_first_exercise() {
        let (mut tour, mut facts) = begun();
        assert_eq!(tour.way(), None, "one is there");
        facts.route = Route::Settings;
        tour.update(TourMessage::See(facts));
        let mut routes = Vec::new();
        while let Some((_, route)) = tour.way() {
            routes.push(route);
            tour.update(TourMessage::Next);
        }
        let network = Route::Network;
        assert_eq!(routes[..2], [network.clone(), network.clone()]);
        assert_eq!(routes[2..4], [Route::Transact, Route::Transact]);
        assert_eq!(routes[4..6], [network.clone(), network]);
        let first = crate::lab::exercises::names().next().expect("an exercise");
        assert_eq!(routes[6], Route::Exercise(first.to_owned()));
    }
}
