//! Blocks and transactions on their way between nodes, over the picture of the network: a pulse goes from the node that
//! sent one to a node that had not had it, and a ring spreads where it becomes the head. The browser's compositor moves
//! them without drawing the page anew. They begin together with a picture, end together, and go with a later one: each
//! beginning and each end costs the page a frame.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::*;
use web_sys::Element;
use yew::prelude::*;

use crate::app::{App as Host, Subscription};
use crate::ipc::{Event, Level, Topic};
use crate::ui::hooks::{Guard, use_effect_on};
use crate::ui::kept::{Kept, use_kept};
use crate::ui::time::monotonic;
use crate::view::ring::{Point, between};

/// How long a pulse is on its way and the ring spreads after it.
const SHOWN_MS: f64 = 1_050.0;
/// The part of that time in which the pulse is on its way.
const ON_ITS_WAY: &str = "0.58";
/// Most elements at once; what comes while there are so many is not drawn.
const MAX_ELEMENTS: usize = 40;
/// Radius of a ring in the stylesheet.
const RING_RADIUS: f64 = 30.0;

#[wasm_bindgen]
extern "C" {
    /// An element as something that can be animated.
    type Animated;

    #[wasm_bindgen(method)]
    fn animate(this: &Animated, keyframes: &JsValue, ms: f64);
}

/// Where the picture shows which node, in its own units.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Node id, name and place.
    pub(super) nodes: Vec<(String, String, Point)>,
    pub(super) width: f64,
    pub(super) height: f64,
    /// Of a node.
    pub(super) radius: f64,
}

impl Places {
    fn of(&self, node: &str) -> Option<Point> {
        self.nodes
            .iter()
            .find(|(id, name, _)| id == node || name == node)
            .map(|(.., place)| *place)
    }
}

/// The layer over the picture.
#[derive(Default)]
pub(super) struct Layer {
    place: NodeRef,
    places: RefCell<Places>,
    /// Width and height of the layer in pixels.
    size: Cell<(i32, i32)>,
    /// What happened since the last picture.
    happened: RefCell<Vec<Moved>>,
    /// What is on the layer, and when it is over.
    elements: RefCell<Vec<(Element, f64)>>,
}

/// What an event says of a block or a transaction.
#[derive(PartialEq)]
struct Moved {
    /// Node id of the sender; none where it was made.
    from: Option<String>,
    /// Name of the node that has it now.
    to: String,
    block: bool,
    /// Whether it is the node's new head.
    head: bool,
}

/// How the picture's units become pixels of the layer: the picture keeps its shape and stands in the middle.
struct Scale {
    factor: f64,
    left: f64,
    top: f64,
}

impl Scale {
    fn at(&self, point: Point) -> (String, String) {
        (
            format!("{:.1}", self.left + point.x * self.factor),
            format!("{:.1}", self.top + point.y * self.factor),
        )
    }
}

impl Layer {
    fn scale(&self) -> Scale {
        let (places, size) = (self.places.borrow(), self.size.get());
        let (width, height) = (f64::from(size.0), f64::from(size.1));
        let factor = (width / places.width).min(height / places.height);
        Scale {
            factor,
            left: (width - places.width * factor) / 2.0,
            top: (height - places.height * factor) / 2.0,
        }
    }

    /// Keeps what an event tells of a block or a transaction for the next picture.
    fn hear(&self, event: &Event) {
        let (from, to, block) = (event.peer.clone(), event.node.clone(), event.block.as_ref());
        let (head, block) = (
            block.is_some_and(|block| block.on_best_chain),
            block.is_some(),
        );
        let mut happened = self.happened.borrow_mut();
        let moved = Moved {
            from,
            to,
            block,
            head,
        };
        // What happened while nobody looked is over when somebody does; two of the same at once look like one.
        if happened.len() < MAX_ELEMENTS
            && !happened.contains(&moved)
            && !gloo::utils::document().hidden()
        {
            // Between frames the layout is known; in a frame, asking for it would have it made twice.
            if let Some(layer) = self.place.cast::<Element>().filter(|_| happened.is_empty()) {
                self.size.set((layer.client_width(), layer.client_height()));
            }
            happened.push(moved);
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
            .place
            .cast::<Element>()
            .filter(|_| !happened.is_empty())
        {
            let scale = self.scale();
            happened
                .iter()
                .for_each(|moved| self.begin(&layer, &scale, moved));
        }
    }

    fn begin(&self, layer: &Element, scale: &Scale, moved: &Moved) {
        let places = self.places.borrow();
        let Some(to) = places.of(&moved.to) else {
            return;
        };
        let from = moved.from.as_ref().and_then(|from| places.of(from));
        if let Some(from) = from {
            let (start, end) = between(from, to, places.radius + 4.0);
            let length = (end.x - start.x).hypot(end.y - start.y).max(1.0);
            // Turned into the direction of the link.
            let (cos, sin) = ((end.x - start.x) / length, (end.y - start.y) / length);
            let place = |point| {
                let (x, y) = scale.at(point);
                format!("\"matrix({cos:.3},{sin:.3},{:.3},{cos:.3},{x},{y})\"", -sin)
            };
            let (start, end) = (place(start), place(end));
            let frames = format!(
                r#"{{"transform":[{start},{end},{end},{end}],"opacity":[1,1,0,0],"offset":[0,{ON_ITS_WAY},0.65,1],"easing":"ease-in-out"}}"#
            );
            self.add(
                layer,
                if moved.block {
                    "pulse block"
                } else {
                    "pulse transaction"
                },
                &frames,
            );
        }
        if moved.head {
            let begin = if from.is_some() { ON_ITS_WAY } else { "0" };
            let (x, y) = scale.at(to);
            let size = places.radius * scale.factor / RING_RADIUS;
            let ring = |size: f64| format!("\"translate({x}px,{y}px) scale({size:.3})\"");
            let (small, large) = (ring(size), ring(size * 1.5));
            let frames = format!(
                r#"{{"transform":[{small},{small},{large}],"opacity":[0,0.9,0],"offset":[0,{begin},1],"easing":["step-end","ease-out"]}}"#
            );
            self.add(layer, "ring", &frames);
        }
    }

    fn add(&self, layer: &Element, class: &str, frames: &str) {
        let mut elements = self.elements.borrow_mut();
        let made = gloo::utils::document().create_element("i");
        let (Ok(element), Ok(frames), true) = (
            made,
            js_sys::JSON::parse(frames),
            elements.len() < MAX_ELEMENTS,
        ) else {
            return;
        };
        element.set_class_name(class);
        if layer.append_child(&element).is_ok() {
            element
                .unchecked_ref::<Animated>()
                .animate(&frames, SHOWN_MS);
            elements.push((element, monotonic() + SHOWN_MS));
        }
    }
}

/// Hears of blocks that a node made or took and of transactions that a node took, and of pictures.
fn listen(host: &Host, layer: &Kept<Layer>) -> [Subscription; 3] {
    let heard = |topic| {
        let layer = layer.shared();
        host.listen(Some(topic), Level::Info, move |event| layer.hear(event))
    };
    let layer = layer.shared();
    [
        heard(Topic::Block),
        heard(Topic::Transaction),
        host.subscribe(move |_| layer.draw()),
    ]
}

/// The place of the layer for pulses over a picture with these places; nothing is put there while motion is not wanted.
#[hook]
pub(super) fn use_pulses(host: Rc<Host>, wanted: bool, places: Places) -> NodeRef {
    let layer = use_kept(Layer::default);
    layer.places.replace(places);
    let place = layer.place.clone();
    let effect = move || -> Guard {
        wanted.then(|| Box::new(listen(&host, &layer)) as Box<dyn std::any::Any>)
    };
    use_effect_on(wanted.to_string(), Box::new(effect));
    place
}
