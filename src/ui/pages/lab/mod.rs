//! The laboratory: the list of exercises, or the scenario that is open with everything that a person can take hold of.

mod branches;
mod course;
mod drawing;
mod files;
mod frames;
mod happened;
mod head;
mod keys;
mod links;
mod money;
mod nodes;
mod picture;
mod rules;
mod story;
mod time;
mod timeline;
mod tree;

use std::rc::Rc;

use yew::prelude::*;

use crate::app::lab::link::Shared as SharedLink;
use crate::app::lab::{Bench, LabSubscription, Laboratory, Source};
use crate::app::pages::lab::{LabMessage, LabPage as Page};
use crate::ui::bridge::use_page;
use crate::ui::components::{Busy, Empty, PageLink, Refusal};
use crate::ui::context::use_notifier;
use crate::ui::hooks::use_narrow;
use crate::ui::lab::{Drawn, Hands, Part, Scene};
use crate::ui::shared::Shared;
use crate::view::route::Route;

#[derive(Properties, PartialEq)]
pub(crate) struct LabPageProps {
    /// The place that the address names.
    pub(crate) place: Route,
    pub(crate) laboratory: Shared<Laboratory>,
}

/// The laboratory's page.
#[component]
pub(crate) fn LabPage(props: &LabPageProps) -> Html {
    let page = use_page(Page::default);
    let hands = Hands::new(props.laboratory.clone(), use_notifier(), page.dispatcher());
    let bench = use_newest_bench(&hands);
    {
        let hands = hands.clone();
        use_effect_with(props.place.clone(), move |place| {
            if let Some(source) = source(place) {
                hands.open(source, || {});
            }
        });
    }
    {
        let hands = hands.clone();
        let about = bench
            .about
            .as_ref()
            .map(|about| Shared::from(Rc::clone(about)));
        use_effect_with(about, move |_| hands.send(LabMessage::Opened));
    }
    keys::use_keys(&hands, page.keys() && props.place != Route::Lab);
    let scene = Scene {
        bench,
        page: Rc::new((**page).clone()),
        hands,
        narrow: use_narrow(),
    };
    if props.place == Route::Lab {
        course::draw(&scene)
    } else {
        open(&scene)
    }
}

/// What the address asks to be opened.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other places open nothing"
)]
fn source(place: &Route) -> Option<Source> {
    match place {
        Route::Exercise(name) => Some(Source::Exercise(name.clone())),
        Route::LabLink(query) => Some(match SharedLink::parse(query) {
            Some(shared) => Source::Link(shared),
            // The reader of scenarios says what it expected of no text at all.
            None => Source::Text(String::new()),
        }),
        _ => None,
    }
}

#[hook]
fn use_newest_bench(hands: &Hands) -> Shared<Bench> {
    let bench = use_state_eq(|| Shared::from(hands.laboratory().bench()));
    let (setter, laboratory) = (bench.setter(), hands.laboratory().clone());
    use_effect_with((), move |()| {
        setter.set(laboratory.bench().into());
        let subscription: LabSubscription =
            laboratory.subscribe(move |bench| setter.set(bench.into()));
        move || drop(subscription)
    });
    (*bench).clone()
}

/// The scenario that is open, or why there is none.
fn open(scene: &Scene) -> Html {
    let bench = &scene.bench;
    if bench.about.is_some() && bench.clock.is_some() {
        return html! {
            <>
                if let Some(error) = &bench.problem {
                    <section class="panel lab-problem"><Refusal error={error.clone()} /></section>
                }
                { parts(scene) }
            </>
        };
    }
    html! {
        <section class="panel lab-none" aria-label="Laboratory">
            <h1>{ "Laboratory" }</h1>
            if let Some(error) = &bench.problem {
                <Refusal error={error.clone()} />
            } else if bench.opening || bench.about.is_some() {
                <Busy text="The network is being built…" />
            } else {
                <Empty text="No scenario is open." />
            }
            <p><PageLink to={Route::Lab}>{ "All exercises" }</PageLink></p>
        </section>
    }
}

/// Everything of a scenario.
fn parts(scene: &Scene) -> Html {
    let part = |part: Drawn| html! { <Part {part} scene={scene.clone()} /> };
    html! {
        <div class="lab-bench">
            { part(head::PART) }
            <section class="panel lab-clock" aria-label="Time">
                { part(time::PART) }
                { part(timeline::PART) }
            </section>
            <div class="lab-columns">
                <div class="lab-main">
                    { part(picture::PART) }
                    { part(frames::PART) }
                    { part(tree::PART) }
                    { part(money::PART) }
                    { part(branches::PART) }
                </div>
                <div class="lab-side">
                    { part(story::PART) }
                    { part(nodes::PART) }
                    { part(happened::PART) }
                    { part(links::PART) }
                    { part(rules::PART) }
                </div>
            </div>
        </div>
    }
}
