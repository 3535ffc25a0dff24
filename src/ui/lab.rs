//! What the laboratory's page hands to its parts: what they show, and the ways to change it.
//!
//! A part is a function from a [`Scene`] to what is drawn, and a test whether two scenes look the
//! same in it; one component, [`Part`], serves them all. What is typed into forms is in the page's
//! model.

use std::fmt;
use std::future::Future;
use std::rc::Rc;
use std::str::FromStr;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::bridge::Dispatcher;
use super::components::{on_change, on_input};
use super::notifier::Notifier;
use super::shared::Shared;
use crate::app::lab::{Bench, Laboratory, Source};
use crate::app::pages::lab::{LabMessage, LabPage};
use crate::ipc::Refusal;
use crate::lab::desk::{Order, State};
use crate::lab::{Action, Until, words};
use crate::refusal::LabRefusal;

/// What buttons of the laboratory do. It holds no state, so it never grows old.
#[derive(Clone, PartialEq)]
pub(crate) struct Hands {
    laboratory: Shared<Laboratory>,
    notifier: Notifier,
    page: Dispatcher<LabPage>,
}

impl Hands {
    pub(crate) const fn new(
        laboratory: Shared<Laboratory>,
        notifier: Notifier,
        page: Dispatcher<LabPage>,
    ) -> Self {
        Self {
            laboratory,
            notifier,
            page,
        }
    }

    /// The laboratory.
    pub(crate) const fn laboratory(&self) -> &Shared<Laboratory> {
        &self.laboratory
    }

    /// What says what came of a click.
    pub(crate) const fn notifier(&self) -> &Notifier {
        &self.notifier
    }

    /// Changes what is in the hand.
    pub(crate) fn send(&self, message: LabMessage) {
        self.page.dispatch(message);
    }

    /// Does something, and shows that it was done, or why not.
    pub(crate) fn act(&self, action: Action) {
        self.act_then(action, None);
    }

    /// As [`Self::act`]; where it was done, what is in the hand changes too.
    pub(crate) fn act_then(&self, action: Action, then: Option<LabMessage>) {
        let hands = self.clone();
        spawn_local(async move {
            match hands.laboratory.rc().act(&action).await {
                Ok(_) => {
                    hands.notifier.done(&words::action(&action));
                    if let Some(message) = then {
                        hands.send(message);
                    }
                }
                Err(error) => hands.notifier.refuse(&error),
            }
        });
    }

    /// Gives an order; a refusal is shown.
    pub(crate) fn order(&self, order: Order) {
        self.run(|laboratory| async move { laboratory.rc().state_of(order).await });
    }

    /// Takes a frame into the hand, or none: the worker shows it in full then.
    pub(crate) fn look(&self, frame: Option<u64>) {
        self.send(LabMessage::Forget("frame-field-"));
        self.send(LabMessage::Frame(frame));
        self.order(Order::Look(frame));
    }

    /// Plays if time stands still, up to the goal if that is not reached yet, and stops it if not.
    pub(crate) fn toggle_play(&self) {
        let bench = self.laboratory.bench();
        let has_goal = bench
            .about
            .as_ref()
            .is_some_and(|about| about.goal.is_some());
        let until = (has_goal && bench.goal_at.is_none()).then_some(Until::Goal);
        let clock = bench.clock.clone();
        if clock.is_some_and(|clock| clock.playing || clock.seeking) {
            self.order(Order::Pause);
        } else {
            self.order(Order::Play { speed: None, until });
        }
    }

    /// Opens a scenario; where that fails, the page says why.
    pub(crate) fn open(&self, source: Source, then: fn()) {
        let hands = self.clone();
        spawn_local(async move {
            if hands.laboratory.rc().show(source).await.is_ok() {
                then();
            }
        });
    }

    /// Runs a future of the laboratory; a refusal is shown.
    fn run<F>(&self, future: impl FnOnce(Shared<Laboratory>) -> F)
    where
        F: Future<Output = Result<State, Refusal>> + 'static,
    {
        let (future, notifier) = (future(self.laboratory.clone()), self.notifier.clone());
        spawn_local(async move {
            if let Err(error) = future.await {
                notifier.refuse(&error);
            }
        });
    }

    /// A click that does something.
    pub(crate) fn acting(&self, action: Action) -> Callback<MouseEvent> {
        let hands = self.clone();
        Callback::from(move |_| hands.act(action.clone()))
    }

    /// A click that gives an order.
    pub(crate) fn ordering(&self, order: Order) -> Callback<MouseEvent> {
        let hands = self.clone();
        Callback::from(move |_| hands.order(order.clone()))
    }

    /// A click that changes what is in the hand.
    pub(crate) fn sending(&self, message: LabMessage) -> Callback<MouseEvent> {
        let hands = self.clone();
        Callback::from(move |_| hands.send(message.clone()))
    }

    /// Typing into a field.
    pub(crate) fn typing(&self, field: &str) -> Callback<InputEvent> {
        let (hands, field) = (self.clone(), field.to_owned());
        on_input(move |text| hands.send(LabMessage::Type(field.clone(), text)))
    }

    /// Choosing from a list.
    pub(crate) fn choosing(&self, field: &'static str) -> Callback<Event> {
        let hands = self.clone();
        on_change(move |text| hands.send(LabMessage::Type(field.to_owned(), text)))
    }

    /// The number that was typed into a field; what is none is refused by a sentence.
    pub(crate) fn number<T: FromStr>(&self, what: &str, found: &str) -> Option<T> {
        let number = found.trim().parse();
        self.taken(number.map_err(|_| format!("{what}: expected a whole number, found {found:?}")))
    }

    /// What was read of what is typed; why it is refused is shown.
    pub(crate) fn taken<T>(&self, read: Result<T, String>) -> Option<T> {
        read.map_err(|reason| self.notifier.refuse(&LabRefusal::Action { reason }.into()))
            .ok()
    }

    /// Sending a form: what it does follows from what is typed then.
    pub(crate) fn submitting(&self, acts: impl Fn(&Self) + 'static) -> Callback<SubmitEvent> {
        let hands = self.clone();
        Callback::from(move |event: SubmitEvent| {
            event.prevent_default();
            acts(&hands);
        })
    }
}

/// What a part of the page shows.
#[derive(Clone, PartialEq)]
pub(crate) struct Scene {
    /// The laboratory's picture.
    pub(crate) bench: Shared<Bench>,
    /// What is in the hand.
    pub(crate) page: Rc<LabPage>,
    /// The ways to change both.
    pub(crate) hands: Hands,
    /// Whether the window is a phone's.
    pub(crate) narrow: bool,
}

/// A part: how it is drawn, and whether it looks the same in two scenes.
#[derive(Clone, Copy)]
pub(crate) struct Drawn {
    pub(crate) draw: fn(&Scene) -> Html,
    pub(crate) same: fn(&Scene, &Scene) -> bool,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Drawn")
    }
}

#[derive(Properties)]
pub(crate) struct PartProps {
    pub(crate) part: Drawn,
    pub(crate) scene: Scene,
}

impl PartialEq for PartProps {
    /// A part is drawn again only where it looks different; in its place there is always the same
    /// part.
    fn eq(&self, other: &Self) -> bool {
        (self.part.same)(&self.scene, &other.scene)
    }
}

/// A part of the page.
#[component]
pub(crate) fn Part(props: &PartProps) -> Html {
    (props.part.draw)(&props.scene)
}

/// A list of names to choose from.
pub(crate) fn choice(scene: &Scene, field: &'static str, names: &[String], chosen: &str) -> Html {
    html! {
        <select id={format!("lab-{field}")} onchange={scene.hands.choosing(field)}>
            for name in names {
                <option key={name.clone()} value={name.clone()} selected={name == chosen}>{ name }</option>
            }
        </select>
    }
}

/// An input for a number.
pub(crate) fn number(scene: &Scene, field: &'static str, first: &str) -> Html {
    let value = scene.page.text(field, first);
    html! {
        <input id={format!("lab-{field}")} class="input-short" type="number" {value} oninput={scene.hands.typing(field)} />
    }
}
