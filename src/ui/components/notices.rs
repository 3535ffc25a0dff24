//! Problems of the network on top of the page, outcomes of clicks at its bottom.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use super::told;
use crate::app::pages::notices::{Notice, Outcome};
use crate::command::parse;
use crate::ui::actions::Actions;
use crate::ui::context::{use_actions, use_notices, use_notifier, use_picture};
use crate::view::{Offer, Problem};

/// The problems that the picture holds; each can be dismissed.
#[component]
pub(crate) fn ProblemList() -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let dismiss = |problem: &Problem| {
        let (app, problem) = (actions.app().clone(), problem.clone());
        move |_: MouseEvent| app.dismiss(problem.clone())
    };
    html! {
        <div class="problems">
            for problem in &picture.problems {
                <div key={format!("{} {}", problem.code, problem.message)} class="problem" role="alert">
                    <p>{ told(&problem.message) }{ " " }<code class="text-rule">{ &problem.code }</code></p>
                    for offer in &problem.offers {
                        { button(&actions, offer) }
                    }
                    <button type="button" onclick={dismiss(problem)}>{ "Dismiss" }</button>
                </div>
            }
        </div>
    }
}

/// The button of an offer.
fn button(actions: &Actions, offer: &Offer) -> Html {
    let (label, act) = match offer.clone() {
        Offer::Run { label, line } => {
            let actions = actions.clone();
            let run = Callback::from(move |_: MouseEvent| match parse(&line) {
                Ok(command) => actions.run(command),
                Err(error) => actions.refuse(&error.into()),
            });
            (label, run)
        }
        Offer::Reload => {
            let app = actions.app().clone();
            let reload = Callback::from(move |_: MouseEvent| app.reload());
            ("Reload the page", reload)
        }
    };
    html! { <button key={label} type="button" class="button-offer" onclick={act}>{ label }</button> }
}

/// Outcomes of clicks.
#[component]
pub(crate) fn NoticeList() -> Html {
    let notices = use_notices();
    html! {
        <div class="notices" role="status" aria-live="polite">
            for notice in notices.iter() {
                <NoticeLine key={notice.id} notice={notice.clone()} />
            }
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct NoticeLineProps {
    notice: Notice,
}

/// One outcome; it goes away by itself.
#[component]
fn NoticeLine(props: &NoticeLineProps) -> Html {
    let (notifier, notice) = (use_notifier(), &props.notice);
    let (id, shown_ms) = (notice.id, notice.shown_ms());
    let close = {
        let notifier = notifier.clone();
        move |_: MouseEvent| notifier.close(id)
    };
    use_effect_with(id, move |_| {
        let timer = Timeout::new(shown_ms, move || notifier.close(id));
        move || drop(timer)
    });
    let refused = (notice.outcome == Outcome::Refused).then_some("notice-refused");
    html! {
        <div class={classes!("notice", refused)}>
            <p>{ told(&notice.text) }</p>
            <button type="button" class="button-close" aria-label="Close" onclick={close}>{ "×" }</button>
        </div>
    }
}
