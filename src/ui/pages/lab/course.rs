//! The list of exercises, in the order of the course.

use yew::prelude::*;

use super::files::open_file;
use crate::app::lab::Source;
use crate::app::pages::lab::course::{FREE, first_open};
use crate::lab::exercises::{COURSE, Entry};
use crate::ui::components::{Tone, badge, go, page_link};
use crate::ui::lab::Scene;
use crate::view::figures::count_of;
use crate::view::route::Route;

/// The list.
pub(super) fn draw(scene: &Scene) -> Html {
    let (bench, hands) = (&scene.bench, scene.hands.clone());
    let solved = bench.solved.len();
    let next = first_open(&bench.solved);
    let open = bench
        .about
        .as_ref()
        .and_then(|about| about.exercise.as_deref());
    // What is solved is not what one came to go on with.
    let goes_on = bench.about.is_some() && bench.goal_at.is_none();
    let free = move |_: MouseEvent| hands.open(Source::Text(FREE.to_owned()), || go(&Route::Bench));
    let button = |first: bool| {
        if first {
            "button button-primary"
        } else {
            "button"
        }
    };
    html! {
        <div class="lab-course">
            <section class="panel lab-welcome" aria-label="Laboratory">
                <div class="lab-title"><span class="lab-word">{ "Laboratory" }</span><h1>{ "A network under a clock that you hold" }</h1></div>
                <p class="text-lead">
                    { "The same nodes, hashes and signatures as in the live network. But here you stop time, step, and go back; \
                       you take a message off its link, change a byte of it, let it go, and see which rule refuses it." }
                </p>
                <div class="toolbar">
                    if let Some(about) = &bench.about {
                        { page_link(&Route::Bench, button(goes_on),
                            format!("Go on: {}", about.title)) }
                    }
                    if let Some(line) = next.filter(|line| open != Some(line.name)) {
                        { page_link(&Route::Exercise(line.name.to_owned()), button(!goes_on),
                            format!("{}: {}", if solved == 0 { "Begin" } else { "Next" }, line.title)) }
                    }
                    <button type="button" onclick={free}>{ "A network to play with" }</button>
                </div>
                { open_file(scene) }
            </section>
            <section class="panel" aria-label="Exercises">
                <div class="panel-title">
                    <h2>{ "Exercises" }</h2>
                    <span class="text-hint">{ format!("{solved} of {} solved", count_of(COURSE.len() as u64, "exercise", "exercises")) }</span>
                </div>
                { results(scene) }
                <ol class="lab-list">
                    for (at, line) in COURSE.iter().enumerate() {
                        { entry(at + 1, line, bench.solved.iter().any(|name| name == line.name)) }
                    }
                </ol>
            </section>
        </div>
    }
}

/// The form that saves the results as a file.
fn results(scene: &Scene) -> Html {
    let name = scene.page.text("results-name", "");
    let onsubmit = {
        let name = name.clone();
        scene.hands.submitting(move |hands| {
            let said = hands.laboratory().save_results(&name);
            hands.notifier().done(&said);
        })
    };
    html! {
        <form class="lab-form" id="lab-results" {onsubmit}>
            <label>{ "Your name, if you like" }<input id="lab-results-name" maxlength="100" autocomplete="name" value={name} oninput={scene.hands.typing("results-name")} /></label>
            <button type="submit" id="lab-save-results">{ "Save results" }</button>
            <span class="text-hint">{ "One file with what you solved and how: a teacher can check it." }</span>
        </form>
    }
}

fn entry(number: usize, line: &Entry, solved: bool) -> Html {
    html! {
        <li key={line.name} class={classes!("lab-entry", solved.then_some("lab-entry-solved"))}>
            <span class="lab-entry-number" aria-hidden="true">{ number }</span>
            <div>
                { page_link(&Route::Exercise(line.name.to_owned()), "lab-entry-title", line.title) }
                <p class="text-hint">{ line.goal }</p>
            </div>
            if solved {
                { badge(Tone::Good, "solved") }
            }
        </li>
    }
}
