//! What an exercise is about: story, goal, hints one after the other, and what was learnt.

use yew::prelude::*;

use crate::app::pages::lab::LabMessage;
use crate::app::pages::lab::course::next;
use crate::app::pages::lab::timeline::time_text;
use crate::ui::components::page_link;
use crate::ui::lab::{Drawn, Scene};
use crate::view::route::Route;

/// The panel.
pub(super) const PART: Drawn = Drawn {
    draw,
    same: |one, other| same(one, other),
};

fn same(one: &Scene, other: &Scene) -> bool {
    let (a, b) = (&one.bench, &other.bench);
    (&a.about, a.goal_at, &a.violation, one.page.hints())
        == (&b.about, b.goal_at, &b.violation, other.page.hints())
}

fn draw(scene: &Scene) -> Html {
    let (bench, hands, page) = (&scene.bench, &scene.hands, &scene.page);
    let Some(about) = bench.about.clone() else {
        return html! {};
    };
    if about.story.is_empty() && about.goal.is_none() && bench.violation.is_none() {
        return html! {};
    }
    let shown = page.hints().min(about.hints.len());
    let more = shown < about.hints.len();
    let hint = hands.sending(LabMessage::Hint);
    let after = about.exercise.as_deref().and_then(next);
    html! {
        <section class="panel lab-story" aria-label="What it is about">
            <h2>{ "What it is about" }</h2>
            for (number, sentence) in about.story.iter().enumerate() {
                <p key={number}>{ sentence }</p>
            }
            if let Some(violation) = &bench.violation {
                <p class="lab-violation" role="alert"><strong>{ "A promise was broken: " }</strong>{ violation }</p>
            }
            if let Some(goal) = &about.goal {
                <div id="lab-goal" tabindex="-1" class={classes!("lab-goal", bench.goal_at.is_some().then_some("lab-goal-done"))}>
                    <p><strong>{ "Goal: " }</strong>{ goal }</p>
                    <p role="status">
                        { match bench.goal_at {
                            Some(at) => format!("✓ Reached at {}.", time_text(at)),
                            None => "Not reached yet.".to_owned(),
                        } }
                    </p>
                </div>
            }
            if bench.goal_at.is_some() && !about.learnt.is_empty() {
                <p class="lab-learnt"><strong>{ "What was learnt: " }</strong>{ &about.learnt }</p>
                if let Some(line) = after {
                    { page_link(&Route::Exercise(line.name.to_owned()), "button button-primary",
                        format!("Next: {}", line.title)) }
                }
            }
            if shown > 0 {
                <ol class="lab-hints">
                    for (number, text) in about.hints.iter().take(shown).enumerate() {
                        <li key={number}>{ text }</li>
                    }
                </ol>
            }
            if more && bench.goal_at.is_none() {
                <button type="button" id="lab-hint" onclick={hint}>
                    { if shown == 0 { "Give me a hint".to_owned() } else { format!("Hint {} of {}", shown + 1, about.hints.len()) } }
                </button>
            }
        </section>
    }
}
