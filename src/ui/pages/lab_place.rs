//! What stands in place of the laboratory until its program is there, and where it cannot be
//! loaded.

use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

use crate::ipc::Refusal;
use crate::ui::components::{busy, refusal};
use crate::ui::context::use_actions;

/// The id of the element in which the laboratory's program draws, below what this one draws.
pub(crate) const LABORATORY: &str = "laboratory";

/// Shows the laboratory as long as it is on the page.
#[component]
pub(crate) fn LabPlace() -> Html {
    let app = use_actions().app().clone();
    let loaded = use_state_eq(|| None::<Result<(), Refusal>>);
    let tried = use_state(|| 0_u32);
    {
        let (app, setter) = (app.clone(), loaded.setter());
        use_effect_with(*tried, move |_| {
            setter.set(None);
            spawn_local(async move {
                setter.set(Some(app.rc().show_laboratory(LABORATORY).await));
            });
        });
    }
    use_effect_with((), move |()| move || app.hide_laboratory());
    let again = move |_: MouseEvent| tried.set(*tried + 1);
    let told = match &*loaded {
        Some(Ok(())) => return html! {},
        None => busy("The laboratory is being loaded…"),
        Some(Err(error)) => html! {
            <>
                { refusal(error) }
                <p><button type="button" id="lab-load" onclick={again}>{ "Try again" }</button></p>
            </>
        },
    };
    html! {
        <div class="page page-lab">
            <main id="content" tabindex="-1">
                <section class="panel lab-none" aria-label="Laboratory"><h1>{ "Laboratory" }</h1>{ told }</section>
            </main>
        </div>
    }
}
