//! Why something is as it is: the reasons of the nodes as sentences, with the rule, what was
//! expected and found, where to look next, and what was said of it last.

use yew::prelude::*;

use super::log_lines::target;
use super::{page_link, refusal, told};
use crate::ipc::Subject;
use crate::records::Explained;
use crate::ui::context::{use_actions, use_picture};
use crate::ui::hooks::{Answer, use_answer};
use crate::ui::time;
use crate::view::why::{Why, place};

/// Milliseconds after which the reasons are asked for again, as some of them only last so long.
const AGAIN_MS: u64 = 1_000;

#[derive(Properties, PartialEq)]
pub(crate) struct WhyPanelProps {
    /// What is asked about.
    pub(crate) about: Subject,
    /// What is asked.
    pub(crate) title: AttrValue,
    /// Whether the answer is shown too where all is as it should be.
    #[prop_or_default]
    pub(crate) always: bool,
}

/// The question and its answer.
#[component]
pub(crate) fn WhyPanel(props: &WhyPanelProps) -> Html {
    let (actions, picture) = (use_actions(), use_picture());
    let head = picture.tips.first().map(|tip| tip.hash.clone());
    let about = (props.about.clone(), head, time::now() / AGAIN_MS);
    let answer = use_answer(about, move |(about, ..)| {
        let (app, about) = (actions.app().rc(), about.clone());
        async move { app.why(about).await }
    });
    match &answer {
        Answer::Waiting => html! {},
        Answer::Refused(error) if props.always => refusal(error),
        Answer::Refused(_) => html! {},
        Answer::Here(why) if why.is_well() && !props.always => html! {},
        Answer::Here(why) => answered(why, &props.title),
    }
}

fn answered(why: &Why, title: &AttrValue) -> Html {
    html! {
        <section class="why" aria-label={title}>
            <h3>{ title }</h3>
            <ul>
                for (number, one) in why.reasons.iter().enumerate() {
                    <li key={number}>{ reason(one) }</li>
                }
            </ul>
            if let Some(event) = &why.event {
                <p class="why-event text-hint">
                    <time title={time::exact(event.at)}>{ time::of_day(event.at) }</time>
                    { told(&format!(" {}: {}", event.node, event.text)) }
                    if let Some((to, word)) = target(event) {
                        { " " }{ page_link(&to, "text-more", word) }
                    }
                </p>
            }
        </section>
    }
}

fn reason(one: &Explained) -> Html {
    html! {
        <>
            if !one.nodes.is_empty() {
                <span class="why-nodes">{ told(&format!("{}: ", one.nodes.join(", "))) }</span>
            }
            { told(&one.text) }
            if let Some((to, word)) = place(one) {
                { " " }{ page_link(&to, "text-more", word.to_owned()) }
            }
            if let Some(rule) = &one.rule {
                <span class="why-rule">{ format!("Rule: {rule}.") }</span>
            }
            if let Some(measure) = one.measure() {
                <span class="why-rule">{ told(&format!("{measure}.")) }</span>
            }
        </>
    }
}
