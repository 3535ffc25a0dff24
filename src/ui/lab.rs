//! What the laboratory's page hands to its parts: the ways to change it.

use std::future::Future;

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use super::actions::Actions;
use super::bridge::Dispatcher;
use super::shared::Shared;
use crate::app::lab::{Bench, Laboratory, Source};
use crate::app::pages::lab::{LabMessage, LabPage};
use crate::ipc::ApiError;
use crate::lab::desk::{Order, State};
use crate::lab::{Action, Until};

/// What buttons of the laboratory do. It holds no state, so it never grows old.
#[derive(Clone, PartialEq)]
pub(crate) struct Hands {
    laboratory: Shared<Laboratory>,
    actions: Actions,
    page: Dispatcher<LabPage>,
}

impl Hands {
    pub(crate) const fn new(
        laboratory: Shared<Laboratory>,
        actions: Actions,
        page: Dispatcher<LabPage>,
    ) -> Self {
        Self {
            laboratory,
            actions,
            page,
        }
    }

    /// The laboratory.
    pub(crate) const fn laboratory(&self) -> &Shared<Laboratory> {
        &self.laboratory
    }

    /// What the other pages' buttons do.
    pub(crate) const fn actions(&self) -> &Actions {
        &self.actions
    }

    /// Changes what is in the hand.
    pub(crate) fn send(&self, message: LabMessage) {
        self.page.dispatch(message);
    }

    /// Does something; a refusal is shown.
    pub(crate) fn act(&self, action: Action) {
        self.run(|laboratory| async move { laboratory.rc().act(&action).await });
    }

    /// Does something, and shows that it was done.
    pub(crate) fn act_and_say(&self, action: Action) {
        let hands = self.clone();
        spawn_local(async move {
            match hands.laboratory.rc().act(&action).await {
                Ok(_) => hands.actions.done(&crate::app::pages::lab::words::action(&action)),
                Err(error) => hands.actions.refuse(&error),
            }
        });
    }

    /// Gives an order; a refusal is shown.
    pub(crate) fn order(&self, order: Order) {
        self.run(|laboratory| async move { laboratory.rc().state_of(order).await });
    }

    /// Takes a frame into the hand, or none: the worker shows it in full then.
    pub(crate) fn look(&self, frame: Option<u64>) {
        self.send(LabMessage::Frame(frame));
        self.order(Order::Look(frame));
    }

    /// Plays if time stands still, and stops it if not.
    pub(crate) fn toggle_play(&self, until: Option<Until>) {
        let clock = self.laboratory.bench().clock.clone();
        if clock.is_some_and(|clock| clock.playing || clock.seeking) {
            self.order(Order::Pause);
        } else {
            self.order(Order::Play { speed: None, until });
        }
    }

    /// Opens a scenario; where that fails, the page says why.
    pub(crate) fn open(&self, source: Source, then: impl FnOnce() + 'static) {
        let hands = self.clone();
        spawn_local(async move {
            if hands.laboratory.rc().show(source).await.is_ok() {
                then();
            }
        });
    }

    /// Runs a future of the laboratory; a refusal is shown.
    pub(crate) fn run<F>(&self, future: impl FnOnce(Shared<Laboratory>) -> F)
    where
        F: Future<Output = Result<State, ApiError>> + 'static,
    {
        let (future, actions) = (future(self.laboratory.clone()), self.actions.clone());
        spawn_local(async move {
            if let Err(error) = future.await {
                actions.refuse(&error);
            }
        });
    }
}

/// The ways to change the laboratory.
#[hook]
pub(crate) fn use_hands() -> Hands {
    use_context().expect("the laboratory's page provides them")
}

/// The laboratory's newest picture.
#[hook]
pub(crate) fn use_bench() -> Shared<Bench> {
    use_context().expect("the laboratory's page provides it")
}

/// What is in the hand.
#[hook]
pub(crate) fn use_lab_page() -> LabPage {
    use_context().expect("the laboratory's page provides it")
}
