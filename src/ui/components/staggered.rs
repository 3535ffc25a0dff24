//! A section of a page that gets each picture of the network some steps after the first one, so
//! that no task draws a whole page.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use crate::ui::context::{Picture, use_picture};
use crate::ui::hooks::STEP_MS;

#[derive(Properties, PartialEq)]
pub(crate) struct StaggeredProps {
    /// How many steps after the first section of the page.
    pub(crate) steps: u32,
    /// What is drawn with the picture of its step; nothing before the first.
    pub(crate) children: Html,
}

/// Provides the picture of its step to its children. What comes while the step is waited for is
/// shown at its end, so a section never falls behind for good.
#[component]
pub(crate) fn Staggered(props: &StaggeredProps) -> Html {
    let newest = use_picture();
    let shown = use_state_eq(|| None::<Picture>);
    let next = use_mut_ref(|| None::<Picture>);
    let timer = use_mut_ref(|| None::<Timeout>);
    let (setter, wait) = (shown.setter(), props.steps * STEP_MS);
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
