//! What a person is told: problems of the network on top, outcomes of clicks at the bottom.

use std::rc::Rc;

use yew::prelude::*;

use crate::app::App as Host;
use crate::ui::actions::Actions;
use crate::ui::markup::html;
use crate::ui::state::UiState;
use crate::view::Model;

/// The problems that the model holds, each can be dismissed.
pub(crate) fn problems(model: &Model, host: &Rc<Host>) -> Html {
    html! {
        <div key="problems" class="problems">
            { for model.problems.iter().map(|problem| {
                let (host, read) = (Rc::clone(host), problem.clone());
                html! {
                    <div key={format!("{} {}", problem.code, problem.message)} class="problem" role="alert">
                        <p>{ problem.message.clone() }{ " " }<code class="rule">{ problem.code.clone() }</code></p>
                        <button type="button" aria-label="Dismiss" onclick={Callback::from(move |_: MouseEvent| host.dismiss(read.clone()))}>
                            { "Dismiss" }
                        </button>
                    </div>
                }
            }) }
        </div>
    }
}

/// Outcomes of clicks; they go away by themselves.
pub(crate) fn notices(actions: &Actions, state: &UiState) -> Html {
    html! {
        <div key="notices" class="notices" role="status" aria-live="polite">
            { for state.notices.iter().map(|notice| {
                let (actions, id) = (actions.clone(), notice.id);
                html! {
                    <div key={id} class={classes!("notice", notice.refused.then_some("refused"))}>
                        <p>{ notice.text.clone() }</p>
                        <button type="button" class="close" aria-label="Close" onclick={Callback::from(move |_: MouseEvent| actions.unsay(id))}>
                            { "×" }
                        </button>
                    </div>
                }
            }) }
        </div>
    }
}
