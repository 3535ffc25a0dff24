//! The laboratory: the list of exercises, or the scenario that is open with everything that a
//! person can take hold of.

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
mod rooms;
mod rules;
mod story;
mod time;
mod timeline;
mod tree;

use std::rc::Rc;

use yew::prelude::*;

use crate::app::lab::page_link::Shared as SharedLink;
use crate::app::lab::{Bench, LabSubscription, Laboratory, Source};
use crate::app::pages::lab::timeline::time_text;
use crate::app::pages::lab::{LabMessage, LabPage as Page};
use crate::lab::wall_clock;
use crate::ui::bridge::use_page;
use crate::ui::components::{busy, empty, page_link, refusal, scroll_to, stay_within};
use crate::ui::context::use_notifier;
use crate::ui::hooks::use_narrow;
use crate::ui::lab::{Drawn, Hands, Part, Scene};
use crate::ui::shared::Shared;
use crate::ui::time::stand_at;
use crate::view::route::{OPEN, Route};

#[derive(Properties, PartialEq)]
pub(crate) struct LabPageProps {
    /// What the address names.
    pub(crate) route: Route,
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
        use_effect_with(props.route.clone(), move |route| {
            if let Some(source) = source(route) {
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
    use_goal_notice(&hands, &bench);
    use_sight(&page, &bench);
    keys::use_keys(&hands, page.keys() && props.route != Route::Lab);
    if let Some(clock) = &bench.clock {
        stand_at(wall_clock(clock.time).0);
    }
    stay_within(scenario(&props.route));
    let scene = Scene {
        bench,
        page: Rc::new((**page).clone()),
        hands,
        narrow: use_narrow(),
    };
    if props.route == Route::Lab {
        course::draw(&scene)
    } else {
        open(&scene, &props.route)
    }
}

/// The word for the scenario in the addresses of its pages.
fn scenario(route: &Route) -> &str {
    if let Route::Exercise(name) | Route::Within(name, _) = route {
        name
    } else {
        OPEN
    }
}

/// What the address asks to be opened.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other pages open nothing"
)]
fn source(route: &Route) -> Option<Source> {
    match route {
        Route::Exercise(name) => Some(Source::Exercise(name.clone())),
        Route::Within(name, _) if name != OPEN => Some(Source::Exercise(name.clone())),
        Route::LabLink(query) => Some(match SharedLink::parse(query) {
            Some(shared) => Source::PageLink(shared),
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

/// Brings the buttons of a message that was just taken into the hand into sight: on a phone they
/// lie far from the picture and from the list.
#[hook]
fn use_sight(page: &Page, bench: &Bench) {
    let looked = bench.looked.as_ref().map(|frame| frame.id);
    let frame = page.frame().filter(|frame| looked == Some(*frame));
    use_effect_with(frame, |frame| {
        if frame.is_some() {
            scroll_to(&["#lab-hand .toolbar"]);
        }
    });
}

/// Says that the goal was reached, wherever on the page one is.
#[hook]
fn use_goal_notice(hands: &Hands, bench: &Bench) {
    let about = bench
        .about
        .as_ref()
        .map(|about| Shared::from(Rc::clone(about)));
    let (before, hands) = (use_mut_ref(|| None), hands.clone());
    use_effect_with((about, bench.goal_at), move |(about, goal_at)| {
        let was = before.borrow_mut().replace((about.clone(), *goal_at));
        // What was reached when the scenario was opened, as by a link, is no news.
        if let (Some((of, None)), Some(at)) = (was, *goal_at)
            && of == *about
        {
            let at = time_text(at);
            hands.notifier().done(&format!(
                "✓ Goal reached at {at}. “What was learnt” beside the time says what it shows."
            ));
        }
    });
}

/// The scenario that is open, or why there is none.
fn open(scene: &Scene, route: &Route) -> Html {
    let bench = &scene.bench;
    if bench.about.is_some() && bench.clock.is_some() {
        return html! {
            <>
                if let Some(error) = &bench.problem {
                    <section class="panel lab-problem">{ refusal(error) }</section>
                }
                { parts(scene, route) }
            </>
        };
    }
    html! {
        <section class="panel lab-none" aria-label="Laboratory">
            <h1>{ "Laboratory" }</h1>
            if let Some(error) = &bench.problem {
                { refusal(error) }
            } else if bench.opening || bench.about.is_some() {
                { busy("The network is being built…") }
            } else {
                { empty("No scenario is open.") }
            }
            <p>{ page_link(&Route::Lab, "", "All exercises") }</p>
        </section>
    }
}

/// A scenario: its head and its clock above the bench, or above one of the network's pages.
fn parts(scene: &Scene, route: &Route) -> Html {
    let part = |part: Drawn| html! { <Part {part} scene={scene.clone()} /> };
    let room = if let Route::Within(_, room) = route {
        Some(&**room)
    } else {
        None
    };
    let bench = match scenario(route) {
        OPEN => Route::Bench,
        name => Route::Exercise(name.to_owned()),
    };
    html! {
        <div class="lab-bench">
            { part(head::PART) }
            { rooms::tabs(bench, room) }
            <section class="panel lab-clock" aria-label="Time">
                { part(time::PART) }
                { part(timeline::PART) }
            </section>
            if let Some((app, room)) = room.and_then(|room| Some((scene.hands.laboratory().network()?, room))) {
                { rooms::draw(app, room) }
            } else {
                { columns(scene) }
            }
        </div>
    }
}

/// The bench.
fn columns(scene: &Scene) -> Html {
    let part = |part: Drawn| html! { <Part {part} scene={scene.clone()} /> };
    html! {
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
    }
}
