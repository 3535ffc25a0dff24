//! The tour: a card that lies beside the page, not over what one needs, and points at the page's
//! own controls. No step goes on by a timer, and it takes no key but Escape, which ends it.

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast as _;
use web_sys::Element;
use yew::prelude::*;

use super::{bring_into_sight, focus, own_key, page_link, scroll_to};
use crate::app::pages::tour::{Facts, STEPS, Stage, Tour as State, TourMessage, is_decided};
use crate::ui::bridge::{Dispatcher, use_page};
use crate::ui::context::{use_actions, use_picture, use_selection};
use crate::ui::hooks::use_answer;
use crate::view::route::Route;

/// The attribute of the root that says what the tour points at; the style sheet draws a ring around
/// it.
const POINTS_AT: &str = "data-tour";
/// Milliseconds after which a page has drawn its parts, one after the other, and a node has
/// answered it.
const DRAWN_MS: u32 = 400;
/// The card, for the keyboard.
const CARD: &str = "tour";

#[derive(Properties, PartialEq)]
pub(crate) struct TourProps {
    /// The page that is shown.
    pub(crate) route: Route,
}

/// The tour, offered or under way.
#[component]
pub(crate) fn Tour(props: &TourProps) -> Html {
    let (actions, picture, selection) = (use_actions(), use_picture(), use_selection());
    let tour = use_page(State::default);
    let send = tour.dispatcher();
    let decided = use_decided(&tour);
    let cuts = actions.app().cuts().len();
    let facts = Facts::of(
        &picture,
        props.route.clone(),
        selection.name(),
        cuts,
        decided,
    );
    use_effect_with(facts, {
        let send = send.clone();
        move |facts| send.dispatch(TourMessage::See(facts.clone()))
    });
    let runs = picture.nodes.iter().any(|node| node.own && node.is_up());
    use_effect_with(runs && props.route == Route::Network, {
        let send = send.clone();
        move |fits| {
            if *fits && actions.app().may_offer_tour() {
                send.dispatch(TourMessage::Offer);
            }
        }
    });
    use_signs(tour.stage(), tour.way().is_none(), &send);
    match tour.stage() {
        Stage::Away => Html::default(),
        // On the other pages it would lie over what somebody came for.
        Stage::Offered if props.route == Route::Network => offer(&send),
        Stage::Offered => Html::default(),
        Stage::At(step) => card(step, tour.way(), &send),
        Stage::Seen(step) => seen(step, &send),
    }
}

/// Whether the payment that the tour follows is decided, asked for whenever that may have changed.
#[hook]
fn use_decided(tour: &State) -> bool {
    let (actions, picture) = (use_actions(), use_picture());
    let (sent, status) = (picture.sent.clone(), picture.heaviest());
    let authorities = status.map_or(0, |status| status.finality.authorities);
    let reached = status.map_or(0, |status| match authorities {
        0 => status.height,
        _ => status.finality.final_height,
    });
    let followed = sent.filter(|_| matches!(tour.stage(), Stage::At(_)));
    let about = (followed.clone(), reached, authorities);
    let app = actions.app().rc();
    let answer = use_answer(about, move |(sent, _, authorities)| {
        let (sent, authorities) = (sent.clone(), *authorities);
        async move {
            let Some(id) = sent else { return Ok(None) };
            let found = app.transaction(&id).await?;
            let decided = found.is_some_and(|found| is_decided(&found, authorities));
            Ok(decided.then_some(id))
        }
    });
    let decided = answer.here().and_then(Option::as_ref);
    decided.is_some() && decided == followed.as_ref()
}

/// The ring around what the step is about, which is scrolled to where one is there; the focus at
/// the beginning, and Escape.
#[hook]
fn use_signs(stage: Stage, is_there: bool, send: &Dispatcher<State>) {
    let step = match stage {
        Stage::At(step) => Some(step),
        Stage::Seen(_) | Stage::Away | Stage::Offered => None,
    };
    use_effect_with((step, is_there), |(step, is_there)| {
        let step = step.and_then(|step| STEPS.get(step));
        let root = gloo::utils::document_element();
        // Fails only for a name that is none of an attribute.
        let _ = match step {
            Some(step) => root.set_attribute(POINTS_AT, step.points_at),
            None => root.remove_attribute(POINTS_AT),
        };
        let step = step.filter(|_| *is_there);
        let timer = step.map(|step| Timeout::new(DRAWN_MS, || scroll_to(step.control)));
        move || drop(timer)
    });
    use_effect_with(stage == Stage::At(0), |begins| {
        if *begins {
            focus(CARD);
        }
    });
    let send = send.clone();
    use_effect_with(stage == Stage::Away, move |away| {
        let listener = (!away).then(|| {
            EventListener::new(&gloo::utils::window(), "keydown", move |event| {
                let escape = event
                    .dyn_ref::<KeyboardEvent>()
                    .is_some_and(|key| own_key(key).as_deref() == Some("Escape"));
                if escape && !is_typed_into(event) {
                    send.dispatch(TourMessage::Quit);
                }
            })
        });
        move || drop(listener)
    });
}

/// Whether a key belongs to a field, which has a use for Escape itself.
fn is_typed_into(event: &Event) -> bool {
    let target = event.target();
    let element = target
        .as_ref()
        .and_then(|target| target.dyn_ref::<Element>());
    element.is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
    })
}

fn button(
    send: &Dispatcher<State>,
    message: TourMessage,
    text: &'static str,
    class: &'static str,
) -> Html {
    let send = send.clone();
    let onclick = move |_: MouseEvent| send.dispatch(message.clone());
    html! { <button type="button" {class} {onclick}>{ text }</button> }
}

fn offer(send: &Dispatcher<State>) -> Html {
    html! {
        <aside class="tour" aria-label="Tour">
            <p><strong>{ "New here?" }</strong>{ " The tour shows in seven steps what there is to see and to break." }</p>
            <div class="toolbar">
                { button(send, TourMessage::Begin, "Take the tour", "button-primary") }
                { button(send, TourMessage::Quit, "No, thanks", "") }
            </div>
        </aside>
    }
}

fn card(number: usize, way: Option<(&'static str, Route)>, send: &Dispatcher<State>) -> Html {
    let Some(step) = STEPS.get(number) else {
        return Html::default();
    };
    let last = number + 1 == STEPS.len();
    html! {
        <aside id={CARD} class="tour" tabindex="-1" aria-label="Tour">
            <div role="status" aria-live="polite">
                { heading(step.title, number) }
                <p>{ step.text }</p>
            </div>
            <div class="toolbar">
                if let Some((words, to)) = way {
                    { page_link(&to, "tour-way", words) }
                } else if !step.control.is_empty() {
                    <button type="button" onclick={move |_: MouseEvent| { bring_into_sight(step.control); }}>{ "Show me" }</button>
                }
                if !last {
                    { button(send, TourMessage::Next, "Skip this step", "") }
                }
                { button(send, TourMessage::Quit, if last { "Close" } else { "Quit the tour" }, "") }
            </div>
        </aside>
    }
}

/// A step that is done: what there is to see, until one has read it.
fn seen(number: usize, send: &Dispatcher<State>) -> Html {
    let Some(step) = STEPS.get(number) else {
        return Html::default();
    };
    html! {
        <aside id={CARD} class="tour" tabindex="-1" aria-label="Tour">
            <div role="status" aria-live="polite">
                { heading(&format!("✓ {}", step.title), number) }
                <p>{ step.seen }</p>
            </div>
            <div class="toolbar">
                { button(send, TourMessage::Next, "Next", "button-primary") }
                { button(send, TourMessage::Quit, "Quit the tour", "") }
            </div>
        </aside>
    }
}

fn heading(title: &str, number: usize) -> Html {
    html! {
        <h2>{ title }{ " " }<span class="tour-number">{ format!("{} of {}", number + 1, STEPS.len()) }</span></h2>
    }
}
