//! One reorganisation of a node: what left its chain, what joined it, and what became of
//! transactions and coins.

use yew::prelude::*;

use crate::ui::components::{busy, page_link, refusal, reorganisation_report};
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct ReorganisationPageProps {
    /// The node's name.
    pub(crate) node: String,
    /// Id of the head that it left.
    pub(crate) before: String,
    /// Id of the head that it took.
    pub(crate) after: String,
}

/// The page of a reorganisation.
#[component]
pub(crate) fn ReorganisationPage(props: &ReorganisationPageProps) -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    // What became of its transactions may change with each head.
    let head = picture.tips.first().map(|tip| tip.hash.clone());
    let which = (
        props.node.clone(),
        props.before.clone(),
        props.after.clone(),
    );
    let answer = use_answer((which, head), move |((node, before, after), _)| {
        let app = actions.app().rc();
        let (node, before, after) = (node.clone(), before.clone(), after.clone());
        async move { app.reorganised(&node, &before, &after).await }
    });
    html! {
        <section class="panel panel-full" aria-label="Reorganisation">
            <div class="panel-title">
                <h1>{ format!("Reorganisation of {}", props.node) }</h1>
                { page_link(&Route::Chain, "text-more", "Block tree") }
            </div>
            { match &answer {
                Answer::Waiting => busy("Asking the node what it did…"),
                Answer::Refused(error) => refusal(error),
                Answer::Here(report) => reorganisation_report(report, false),
            } }
            <p class="text-hint">{ "As the node sees it now: a transaction that left may have been committed again." }</p>
        </section>
    }
}
