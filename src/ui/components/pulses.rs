//! The layer over the picture of the network on which blocks and transactions move. The browser's
//! compositor moves them without drawing the page again. They begin together with a picture, end
//! together, and go with a later one: each beginning and each end costs the page a frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::prelude::*;

use crate::app::pages::pulses::{
    MAX_MOTIONS, Motion, Moved, Places, SHOWN_MS, Scale, keep, motions,
};
use crate::app::{App, Subscription};
use crate::ipc::{Event, Level, Topic};
use crate::ui::context::use_actions;
use crate::ui::time::monotonic;

/// So long the layer's size is taken for what it was: no longer than a motion that began before a
/// change of it.
const MEASURED_MS: f64 = 1_000.0;

#[wasm_bindgen]
extern "C" {
    /// An element as something that can be animated.
    type Animated;

    #[wasm_bindgen(method)]
    fn animate(this: &Animated, keyframes: &JsValue, ms: f64);
}

/// The layer over the picture.
#[derive(Default)]
struct Layer {
    element: NodeRef,
    places: RefCell<Rc<Places>>,
    /// Width and height of the layer in pixels.
    size: Cell<(f64, f64)>,
    /// When that was measured.
    measured: Cell<Option<f64>>,
    /// What happened since the last picture.
    happened: RefCell<Vec<Moved>>,
    /// What is on the layer, and when it is over.
    elements: RefCell<Vec<(Element, f64)>>,
}

impl Layer {
    /// Keeps the way of a block or a transaction for the next picture. What happened while nobody
    /// looked is over when somebody does.
    fn keep(&self, event: &Event) {
        if gloo::utils::document().hidden() {
            return;
        }
        self.measure();
        keep(&mut self.happened.borrow_mut(), Moved::of(event));
    }

    /// Measures the layer, if that was long ago. Between frames the layout is known, unless
    /// something was drawn since: then it is made for this alone.
    fn measure(&self) {
        let now = monotonic();
        let is_known = |at: f64| now - at < MEASURED_MS;
        if self.measured.get().is_some_and(is_known) {
            return;
        }
        if let Some(layer) = self.element.cast::<Element>() {
            let size = (layer.client_width(), layer.client_height());
            self.size.set((f64::from(size.0), f64::from(size.1)));
            self.measured.set(Some(now));
        }
    }

    /// Takes off what is over, and begins what happened since the last picture.
    fn draw(&self) {
        let now = monotonic();
        self.elements.borrow_mut().retain(|(element, until)| {
            let stays = *until > now;
            if !stays {
                element.remove();
            }
            stays
        });
        let happened = self.happened.take();
        if let Some(layer) = self
            .element
            .cast::<Element>()
            .filter(|_| !happened.is_empty())
        {
            let places = self.places.borrow();
            let scale = Scale::of(&places, self.size.get());
            for motion in happened
                .iter()
                .flat_map(|moved| motions(moved, &places, &scale))
            {
                self.begin(&layer, &motion);
            }
        }
    }

    fn begin(&self, layer: &Element, motion: &Motion) {
        let mut elements = self.elements.borrow_mut();
        let made = gloo::utils::document().create_element("i");
        let (Ok(element), Ok(frames), true) = (
            made,
            js_sys::JSON::parse(&motion.frames),
            elements.len() < MAX_MOTIONS,
        ) else {
            return;
        };
        element.set_class_name(motion.class);
        if layer.append_child(&element).is_ok() {
            let animated: &Animated = element.unchecked_ref();
            animated.animate(&frames, SHOWN_MS);
            elements.push((element, monotonic() + SHOWN_MS));
        }
    }
}

/// Listens to blocks that a node made or took and to transactions that a node took, and to
/// pictures.
fn listen(app: &App, layer: &Rc<Layer>) -> [Subscription; 3] {
    let listen = |topic| {
        let layer = Rc::clone(layer);
        app.listen(Some(topic), Level::Info, move |event| layer.keep(event))
    };
    let layer = Rc::clone(layer);
    [
        listen(Topic::Block),
        listen(Topic::Transaction),
        app.subscribe(move |_| layer.draw()),
    ]
}

#[derive(Properties, PartialEq)]
pub(super) struct PulsesProps {
    pub(super) places: Rc<Places>,
    /// Whether motion is wanted.
    pub(super) moving: bool,
}

/// The layer over a picture with these places.
#[component]
pub(super) fn Pulses(props: &PulsesProps) -> Html {
    let actions = use_actions();
    let layer = use_memo((), |()| Layer::default());
    {
        let layer = Rc::clone(&layer);
        use_effect_with(Rc::clone(&props.places), move |places| {
            layer.places.replace(Rc::clone(places));
        });
    }
    {
        let layer = Rc::clone(&layer);
        use_effect_with(props.moving, move |moving| {
            let subscriptions = moving.then(|| listen(actions.app(), &layer));
            move || drop(subscriptions)
        });
    }
    html! { <div ref={layer.element.clone()} class="pulses" aria-hidden="true"></div> }
}
