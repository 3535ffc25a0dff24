//! An app on the nodes of a scenario of the laboratory: how it is opened, and how it follows the
//! moment that is looked at. What a person does to nodes and links by a command is handed to the
//! laboratory, which makes actions of it.
//!
//! Invariant: it starts and ends no node by itself.

use std::rc::Rc;

use super::machine::App;
use super::output::Output;
use super::platform::{LabHand, LabNode, Platform};
use super::record::{NodeEntry, Record, node_key};
use super::roster::Member;
use super::store::Keys;
use crate::command::Command;
use crate::ipc::{Event, NodeState, Refusal};
use crate::lab::desk::{About, Life, View};
use crate::lab::{Happened, wall_clock};
use crate::view::{TabMode, Update};

/// What comes of a command.
type Outcome = Result<Output, Refusal>;

/// The name of every scenario's network, as its parameters have it.
const SEARCH: &str = "?net=lab";

impl App {
    /// The app of a scenario that is open.
    pub(super) fn open_scenario(
        platform: Rc<dyn Platform>,
        hand: Rc<dyn LabHand>,
        about: &About,
    ) -> Rc<Self> {
        let app = Self::new(platform, SEARCH, Keys::Scenario);
        // A new app has no hand yet.
        let _ = app.hand.set(hand);
        let outcome = app.seat(about);
        if let Err(error) = &outcome {
            app.bus.problem(error.clone());
        }
        app.opening.settle(outcome);
        app
    }

    fn seat(&self, about: &About) -> Result<(), Refusal> {
        let entry = |(name, kind): &(String, _)| NodeEntry {
            name: name.clone(),
            kind: *kind,
        };
        let nodes: Vec<NodeEntry> = about.nodes.iter().map(entry).collect();
        self.adopt_record(Record::of_scenario(
            &about.seed,
            &about.params,
            nodes.clone(),
            about.users.clone(),
        ))?;
        self.opening.set_mode(TabMode::Host);
        self.bus.push(Update::Mode(TabMode::Host));
        for entry in nodes {
            let key = node_key(&about.seed, &entry.name);
            let node = self.adopt(Member::new(&entry, key, None, None));
            self.take_seat(&node)?;
        }
        Ok(())
    }

    /// Follows the moment that is looked at.
    pub(super) fn follow(&self, view: &View) {
        if view.fresh {
            self.bus.push(Update::Again);
            self.signed.forget_all();
        }
        if let Some(blocks) = &view.blocks {
            self.bus.push(Update::Blocks(blocks.clone()));
        }
        for event in view.news.iter().filter_map(told) {
            let update = Update::Event(event);
            // What a moment that was gone to brings with it does not happen now: nothing moves for
            // it.
            if view.fresh {
                self.bus.recall(update);
            } else {
                self.bus.push(update);
            }
        }
        if let Some(links) = &view.links {
            let name = |number: u8| view.nodes.get(usize::from(number)).map(|node| &node.name);
            for link in links {
                if let (Some(from), Some(to)) = (name(link.from), name(link.to)) {
                    self.links.set(from, to, link.cut);
                }
            }
        }
        for sight in &view.nodes {
            if let Some(node) = self.roster.find(&sight.name)
                && sight.life == Life::Down
                && !matches!(node.state.get(), NodeState::Stopped | NodeState::Killed)
            {
                self.set_state(&node, NodeState::Killed);
            }
        }
        for report in view.reports.iter().flatten() {
            if let Some(node) = self.roster.find(&report.status.name) {
                self.take_report(&node, report.clone());
            }
        }
    }

    /// Carries out a command as actions of the scenario, or refuses it; `None` for one that only
    /// asks or sends, and outside of the laboratory.
    pub(super) async fn act_in_scenario(&self, command: &Command) -> Option<Outcome> {
        let members = self.roster.all();
        let nodes = members.iter().map(|node| LabNode {
            name: node.name.clone(),
            id: node.id.clone(),
            is_up: node.is_up(),
        });
        let done = self.hand.get()?.carry_out(command, nodes.collect())?;
        Some(done.await.map(Output::text))
    }
}

/// What a node said, as the log has it.
fn told(happening: &crate::lab::Happening) -> Option<Event> {
    if let Some(about) = &happening.about {
        let mut event = (**about).clone();
        event.text.clone_from(&happening.text);
        return Some(event);
    }
    let Happened::Node { topic, level } = happening.what else {
        return None;
    };
    let (node, at) = (happening.node.clone()?, wall_clock(happening.at).0);
    Some(Event::plain(node, at, level, topic, happening.text.clone()))
}
