//! Blocks and transactions on their way between nodes, as motions over the picture of the network:
//! a pulse goes from the node that sent one to a node that had not had it, and a ring spreads where
//! it becomes the head.
//!
//! Bound: [`MAX_MOTIONS`] at once; what comes while there are so many is not drawn.

use crate::ipc::Event;
use crate::view::ring::{Point, between};

/// How long a pulse is on its way and the ring spreads after it.
pub const SHOWN_MS: f64 = 1_050.0;
/// Most motions at once: each costs the browser a layer.
pub const MAX_MOTIONS: usize = 40;
/// The part of the time in which the pulse is on its way.
const ON_ITS_WAY: &str = "0.58";
/// Radius of a ring in the stylesheet.
const RING_RADIUS: f64 = 30.0;
/// Between a node's outline and the end of a link.
pub const LINK_GAP: f64 = 4.0;

/// Where the picture shows which node, in its own units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Places {
    /// Node id, name and place.
    pub nodes: Vec<(String, String, Point)>,
    /// Width of the picture.
    pub width: f64,
    /// Height of the picture.
    pub height: f64,
    /// Radius of a node.
    pub radius: f64,
}

impl Places {
    /// The place of a node, by its id or its name.
    fn of(&self, node: &str) -> Option<Point> {
        let mut nodes = self.nodes.iter();
        nodes
            .find(|(id, name, _)| id == node || name == node)
            .map(|(.., place)| *place)
    }
}

/// The way of a block or a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Node id of the sender; none where it was made.
    from: Option<String>,
    /// Name of the node that has it now.
    to: String,
    block: bool,
    /// Whether it is the node's new head.
    head: bool,
}

impl Moved {
    /// The way that an event of a block or a transaction is about.
    #[must_use]
    pub fn of(event: &Event) -> Self {
        let block = event.block.as_ref();
        Self {
            from: event.peer.clone(),
            to: event.node.clone(),
            block: block.is_some(),
            head: block.is_some_and(|block| block.on_best_chain),
        }
    }
}

/// Keeps a way for the next picture. Two of the same at once look like one.
pub fn keep(happened: &mut Vec<Moved>, moved: Moved) {
    if happened.len() < MAX_MOTIONS && !happened.contains(&moved) {
        happened.push(moved);
    }
}

/// How the picture's units become pixels of the layer over it: the picture keeps its shape and is
/// centred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    factor: f64,
    left: f64,
    top: f64,
}

impl Scale {
    /// The scale of a layer of this width and height in pixels.
    #[must_use]
    pub fn of(places: &Places, (width, height): (f64, f64)) -> Self {
        let factor = (width / places.width).min(height / places.height);
        Self {
            factor,
            left: (width - places.width * factor) / 2.0,
            top: (height - places.height * factor) / 2.0,
        }
    }

    fn at(&self, point: Point) -> (f64, f64) {
        (
            self.left + point.x * self.factor,
            self.top + point.y * self.factor,
        )
    }
}

/// A motion: the class of the element that moves, and its keyframes as the browser reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Motion {
    /// The class.
    pub class: &'static str,
    /// The keyframes in JSON.
    pub frames: String,
}

/// The motions of a way over a picture with these places.
#[must_use]
pub fn motions(moved: &Moved, places: &Places, scale: &Scale) -> Vec<Motion> {
    let Some(to) = places.of(&moved.to) else {
        return Vec::new();
    };
    let from = moved.from.as_ref().and_then(|from| places.of(from));
    let pulse = from.map(|from| {
        let (start, end) = between(from, to, places.radius + LINK_GAP);
        Motion {
            class: if moved.block {
                "pulse"
            } else {
                "pulse pulse-transaction"
            },
            frames: pulse(start, end, scale),
        }
    });
    let ring = moved.head.then(|| Motion {
        class: "graph-ring",
        frames: ring(to, places.radius, from.is_some(), scale),
    });
    pulse.into_iter().chain(ring).collect()
}

/// From one point to another, turned into the direction of the link.
fn pulse(start: Point, end: Point, scale: &Scale) -> String {
    let length = (end.x - start.x).hypot(end.y - start.y).max(1.0);
    let (cos, sin) = ((end.x - start.x) / length, (end.y - start.y) / length);
    let place = |point| {
        let ((x, y), back) = (scale.at(point), -sin);
        format!("\"matrix({cos:.3},{sin:.3},{back:.3},{cos:.3},{x:.1},{y:.1})\"")
    };
    let (start, end) = (place(start), place(end));
    format!(
        r#"{{"transform":[{start},{end},{end},{end}],"opacity":[1,1,0,0],"offset":[0,{ON_ITS_WAY},0.65,1],"easing":"ease-in-out"}}"#
    )
}

/// Around a node, once the pulse has come.
fn ring(at: Point, radius: f64, waits: bool, scale: &Scale) -> String {
    let begin = if waits { ON_ITS_WAY } else { "0" };
    let ((x, y), size) = (scale.at(at), radius * scale.factor / RING_RADIUS);
    let ring = |size: f64| format!("\"translate({x:.1}px,{y:.1}px) scale({size:.3})\"");
    let (small, large) = (ring(size), ring(size * 1.5));
    format!(
        r#"{{"transform":[{small},{small},{large}],"opacity":[0,0.9,0],"offset":[0,{begin},1],"easing":["step-end","ease-out"]}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ipc::Level;
    use crate::view::testing::{block, event};

    fn places() -> Places {
        let node = |name: &str, x| (format!("id-{name}"), name.to_owned(), Point { x, y: 50.0 });
        Places {
            nodes: vec![node("pow-1", 50.0), node("pow-2", 150.0)],
            width: 200.0,
            height: 100.0,
            radius: 20.0,
        }
    }

    fn taken(peer: Option<&str>, on_best_chain: bool) -> Moved {
        let mut event = event("pow-2", 1, Level::Info);
        event.peer = peer.map(ToOwned::to_owned);
        let mut block = block("b", "a", 1);
        block.record.on_best_chain = on_best_chain;
        event.block = Some(block);
        Moved::of(&event)
    }

    fn classes(moved: &Moved) -> Vec<&'static str> {
        let (places, size) = (places(), (400.0, 200.0));
        let motions = motions(moved, &places, &Scale::of(&places, size));
        motions.into_iter().map(|motion| motion.class).collect()
    }

    #[test]
    fn a_block_that_comes_moves_and_rings_where_it_becomes_the_head() {
        assert_eq!(
            classes(&taken(Some("id-pow-1"), true)),
            ["pulse", "graph-ring"]
        );
        assert_eq!(classes(&taken(Some("id-pow-1"), false)), ["pulse"]);
        assert_eq!(
            classes(&taken(None, true)),
            ["graph-ring"],
            "it was made here"
        );
    }

    #[test]
    fn a_transaction_has_a_colour_of_its_own_and_no_ring() {
        let mut event = event("pow-2", 1, Level::Info);
        event.peer = Some("id-pow-1".into());
        assert_eq!(classes(&Moved::of(&event)), ["pulse pulse-transaction"]);
    }

    #[test]
    fn what_the_picture_does_not_show_does_not_move() {
        let mut gone = taken(Some("id-pow-1"), true);
        gone.to = "pow-9".into();
        assert!(classes(&gone).is_empty());
        assert_eq!(classes(&taken(Some("id-pow-9"), false)), [""; 0]);
    }

    #[test]
    fn the_keyframes_are_json_in_pixels_of_the_layer() {
        let places = places();
        let scale = Scale::of(&places, (600.0, 200.0));
        let motions = motions(&taken(Some("id-pow-1"), true), &places, &scale);
        for motion in &motions {
            let frames: serde_json::Value =
                serde_json::from_str(&motion.frames).expect("keyframes in JSON");
            assert!(frames["transform"].is_array() && frames["offset"][0] == 0);
        }
        // Twice as large and 100 pixels to the right, as the layer is wider than the picture.
        let start = "matrix(1.000,0.000,-0.000,1.000,248.0,100.0)";
        assert!(motions[0].frames.contains(start), "{}", motions[0].frames);
        let ring = "translate(400.0px,100.0px) scale(1.333)";
        assert!(motions[1].frames.contains(ring), "{}", motions[1].frames);
    }

    #[test]
    fn the_same_way_is_kept_once_and_there_is_a_bound() {
        let mut happened = Vec::new();
        keep(&mut happened, taken(None, true));
        keep(&mut happened, taken(None, true));
        assert_eq!(happened.len(), 1);
        for number in 0..MAX_MOTIONS {
            keep(&mut happened, taken(Some(&number.to_string()), true));
        }
        assert_eq!(happened.len(), MAX_MOTIONS);
    }
}
