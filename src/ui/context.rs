//! What components get without properties. Each context changes at a rate of its own, so that a
//! notice does not draw the network again: the [`Actions`] never change, a [`Picture`] comes at
//! most five times a second, and the [`Selection`], the [`Notices`] and the [`Theme`] follow
//! clicks.

use yew::prelude::*;

use super::actions::Actions;
use super::notifier::Notifier;
use super::shared::Shared;
use super::theme::Theme;
use crate::app::pages::notices::Notices;
use crate::app::pages::selection::Selection;
use crate::app::{App, Subscription};
use crate::view::Model;

/// The network at a moment.
pub(crate) type Picture = Shared<Model>;

#[hook]
fn use_provided<T: Clone + PartialEq + 'static>() -> T {
    use_context().expect("the root provides every context")
}

/// What buttons do.
#[hook]
pub(crate) fn use_actions() -> Actions {
    use_provided()
}

/// What says what came of a click.
#[hook]
pub(crate) fn use_notifier() -> Notifier {
    use_provided()
}

/// The network's newest picture, or the one of the section's step; see
/// [`Staggered`](super::components::Staggered).
#[hook]
pub(crate) fn use_picture() -> Picture {
    use_provided()
}

/// The selected node.
#[hook]
pub(crate) fn use_selection() -> Selection {
    use_provided()
}

/// What came of clicks.
#[hook]
pub(crate) fn use_notices() -> Notices {
    use_provided()
}

/// The colours.
#[hook]
pub(crate) fn use_theme() -> Theme {
    use_provided()
}

/// The newest picture of a controller.
#[hook]
pub(crate) fn use_newest_picture(app: &Shared<App>) -> Picture {
    let picture = use_state_eq(|| Picture::from(app.model()));
    let (setter, app) = (picture.setter(), app.clone());
    use_effect_with((), move |()| {
        let subscription: Subscription = app.subscribe(move |model| setter.set(model.into()));
        move || drop(subscription)
    });
    (*picture).clone()
}
