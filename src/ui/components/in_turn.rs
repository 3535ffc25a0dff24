//! A section of a page that gets each picture of the network in a turn of its own, so that no task
//! draws a whole page.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::context::{Picture, use_picture};
use crate::ui::hooks::STEP_MS;

#[derive(Properties, PartialEq)]
pub(crate) struct InTurnProps {
    /// How many steps after the first section of the page.
    pub(crate) turn: u32,
    /// What is drawn with the picture of its turn; nothing before the first.
    pub(crate) children: Html,
}

/// Provides the picture of the turn to its children. What comes while a turn is waited for is shown
/// at its end, so a section never falls behind for good.
#[component]
pub(crate) fn InTurn(props: &InTurnProps) -> Html {
    let newest = use_picture();
    let shown = use_state_eq(|| None::<Picture>);
    let next = use_mut_ref(|| None::<Picture>);
    let timer = use_mut_ref(|| None::<Timeout>);
    let (setter, wait) = (shown.setter(), props.turn * STEP_MS);
    use_effect_with(newest, move |newest| {
        if next.borrow_mut().replace(newest.clone()).is_none() {
            let show = Timeout::new(wait, move || setter.set(next.take()));
            timer.replace(Some(show));
        }
    });
    html! {
        if let Some(picture) = &*shown {
            <ContextProvider<Picture> context={picture.clone()}>{ props.children.clone() }</ContextProvider<Picture>>
        }
    }
}
