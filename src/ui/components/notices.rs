//! What a person is told: problems of the network on top, outcomes of clicks at the bottom.

use yew::prelude::*;

use crate::ui::hooks::{use_actions, use_host, use_model, use_store};
use crate::ui::state::Notice;

/// How long an outcome stays; refusals stay twice as long.
const NOTICE_MS: u32 = 7_000;

/// The problems that the model holds, each can be dismissed.
#[component]
pub(crate) fn Problems() -> Html {
    let (model, host) = (use_model(), use_host());
    html! {
        <div class="problems">
            { for model.problems.iter().enumerate().map(|(index, problem)| {
                let host = host.clone();
                html! {
                    <div key={format!("{index}-{}", problem.code)} class="problem" role="alert">
                        <p>{ problem.message.clone() }{ " " }<code class="rule">{ problem.code.clone() }</code></p>
                        <button type="button" aria-label="Dismiss" onclick={Callback::from(move |_| host.dismiss(index))}>
                            { "Dismiss" }
                        </button>
                    </div>
                }
            }) }
        </div>
    }
}

/// Outcomes of clicks; they go away by themselves.
#[component]
pub(crate) fn Notices() -> Html {
    let store = use_store();
    html! {
        <div class="notices" role="status" aria-live="polite">
            { for store.notices.iter().map(|notice| html! { <Toast key={notice.id} notice={notice.clone()} /> }) }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ToastProps {
    notice: Notice,
}

#[component]
fn Toast(props: &ToastProps) -> Html {
    let actions = use_actions();
    let id = props.notice.id;
    let wait = if props.notice.refused { NOTICE_MS * 2 } else { NOTICE_MS };
    {
        let actions = actions.clone();
        use_effect_with((), move |()| {
            let timeout = actions.unsay_later(id, wait);
            move || drop(timeout)
        });
    }
    html! {
        <div class={classes!("notice", props.notice.refused.then_some("refused"))}>
            <p>{ props.notice.text.clone() }</p>
            <button type="button" class="close" aria-label="Close" onclick={Callback::from(move |_| actions.unsay(id))}>
                { "×" }
            </button>
        </div>
    }
}
