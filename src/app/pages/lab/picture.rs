//! The picture of the laboratory's network as data: nodes, links, and frames at their true place in
//! time.

use crate::app::lab::Bench;
use crate::app::pages::network::{LinkRow, NodeMark};
use crate::ipc::NodeState;
use crate::lab::desk::{FrameSight, Life, NodeSight};
use crate::view::Tip;
use crate::view::figures::{grouped, short};
use crate::view::ring::{Point, between};

/// How far the two directions of a link are apart.
const LANE: f64 = 6.0;
/// Frames that are drawn.
const MAX_DRAWN: usize = 120;
/// A line that parts the network is as long as this, in the picture's own units.
const LEAST_LINE: f64 = 60.0;

/// What the picture shows of a node.
#[must_use]
pub fn mark(node: &NodeSight, tips: &[Tip]) -> NodeMark {
    let state = match node.life {
        Life::Runs => NodeState::Running,
        Life::Frozen => NodeState::Stopped,
        Life::Down => NodeState::Killed,
    };
    let at = tips.iter().position(|tip| tip.hash == node.head);
    let tip = at
        .filter(|_| tips.len() > 1)
        .and_then(|at| ('A'..='Z').nth(at));
    NodeMark {
        id: node.name.clone(),
        name: node.name.clone(),
        kind: node.kind,
        state,
        up: node.life == Life::Runs,
        own: true,
        height: if node.life == Life::Down {
            "–".to_owned()
        } else {
            grouped(node.height)
        },
        below: match node.life {
            Life::Runs => short(&node.head),
            Life::Frozen => "frozen".to_owned(),
            Life::Down => "down".to_owned(),
        },
        tip,
    }
}

/// The links of each pair of nodes: cut where one direction is.
#[must_use]
pub fn links(bench: &Bench) -> Vec<LinkRow> {
    let pairs = bench.links.iter().filter(|link| link.from < link.to);
    let row = |(from, to): (u8, u8)| {
        let mut both = bench.links.iter();
        let cut =
            both.any(|link| link.cut && [(from, to), (to, from)].contains(&(link.from, link.to)));
        LinkRow {
            from: from.into(),
            to: to.into(),
            cut,
        }
    };
    pairs.map(|link| row((link.from, link.to))).collect()
}

/// A frame in the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct FrameDot {
    /// Names it.
    pub id: u64,
    /// Where it is, in the picture's own units.
    pub at: Point,
    /// What it is, for its class: a block, a transaction, a vote or anything else.
    pub class: &'static str,
    /// Whether a person holds it.
    pub held: bool,
    /// What it is, in words.
    pub title: String,
}

/// The class of a kind of message.
#[must_use]
pub fn class_of(kind: &str) -> &'static str {
    match kind {
        "BLOCK_FOUND" | "BODIES" | "HEADERS" => "lab-frame-block",
        "NEW_TRANSACTION" | "TRANSACTIONS" | "INV" => "lab-frame-transaction",
        "VOTES" | "VOTE" | "CERTIFICATES" | "EVIDENCE" => "lab-frame-vote",
        _ => "lab-frame-other",
    }
}

/// The frames on their links at a moment, the nodes standing at `places` with a gap around them.
#[must_use]
pub fn dots(bench: &Bench, places: &[Point], gap: f64) -> Vec<FrameDot> {
    let now = bench.clock.as_ref().map_or(0, |clock| clock.time);
    let dot = |frame: &FrameSight| {
        let from = places.get(usize::from(frame.from))?;
        let to = places.get(usize::from(frame.to))?;
        let name = |number: u8| {
            bench
                .nodes
                .get(usize::from(number))
                .map_or("?", |node| &node.name)
        };
        Some(FrameDot {
            id: frame.id,
            at: along(*from, *to, gap, share(frame, now)),
            class: class_of(&frame.kind),
            held: frame.due.is_none(),
            title: format!(
                "{} from {} to {}",
                frame.kind,
                name(frame.from),
                name(frame.to)
            ),
        })
    };
    bench
        .frames
        .iter()
        .filter_map(dot)
        .take(MAX_DRAWN)
        .collect()
}

/// How much of its way a frame has behind it; a held one hangs in the middle.
#[expect(
    clippy::cast_precision_loss,
    reason = "virtual times are far below 2^53"
)]
fn share(frame: &FrameSight, now: u64) -> f64 {
    let Some(due) = frame.due else { return 0.5 };
    let way = due.saturating_sub(frame.sent).max(1);
    (now.saturating_sub(frame.sent) as f64 / way as f64).clamp(0.0, 1.0)
}

/// A point on the right lane of the way between two nodes.
fn along(from: Point, to: Point, gap: f64, share: f64) -> Point {
    let (start, end) = between(from, to, gap);
    let (dx, dy) = (end.x - start.x, end.y - start.y);
    let length = dx.hypot(dy).max(1.0);
    Point {
        x: start.x + dx * share - dy / length * LANE,
        y: start.y + dy * share + dx / length * LANE,
    }
}

/// The point of the picture, `width` by `height` in its own units and drawn as large as fits into
/// the middle of a box, that lies under a point of the box.
#[must_use]
pub fn inside(at: (f64, f64), shown: (f64, f64), size: (f64, f64)) -> Point {
    let scale = (shown.0 / size.0)
        .min(shown.1 / size.1)
        .max(f64::MIN_POSITIVE);
    Point {
        x: (at.0 - (shown.0 - size.0 * scale) / 2.0) / scale,
        y: (at.1 - (shown.1 - size.1 * scale) / 2.0) / scale,
    }
}

/// The nodes on one side of a line across the picture; `None` where it is too short, or parts
/// nobody from nobody.
#[must_use]
pub fn side(bench: &Bench, places: &[Point], from: Point, to: Point) -> Option<Vec<String>> {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    if dx.hypot(dy) < LEAST_LINE {
        return None;
    }
    let is_left = |place: &Point| dx * (place.y - from.y) - dy * (place.x - from.x) < 0.0;
    let nodes = || bench.nodes.iter().zip(places);
    let left: Vec<String> = nodes()
        .filter(|(_, place)| is_left(place))
        .map(|(node, _)| node.name.clone())
        .collect();
    let right = nodes().count() - left.len();
    match (left.len(), right) {
        (0, _) | (_, 0) => None,
        // The smaller side is the one that is named.
        (few, many) if few > many => {
            let rest = nodes().filter(|(_, place)| !is_left(place));
            Some(rest.map(|(node, _)| node.name.clone()).collect())
        }
        _ => Some(left),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::pages::lab::testing::bench;

    fn places() -> Vec<Point> {
        vec![
            Point { x: 0.0, y: 0.0 },
            Point { x: 200.0, y: 0.0 },
            Point { x: 0.0, y: 200.0 },
        ]
    }

    #[test]
    fn a_frame_is_where_its_time_says_on_the_lane_of_its_direction() {
        let mut bench = bench();
        let dots = super::dots(&bench, &places(), 20.0);
        assert_eq!(dots.len(), 1);
        // A quarter of the way from 20 to 180.
        assert_eq!((dots[0].at.x, dots[0].at.y), (60.0, LANE));
        let frames = std::rc::Rc::make_mut(&mut bench.frames);
        frames[0].due = None;
        assert_eq!(super::dots(&bench, &places(), 20.0)[0].at.x, 100.0);
    }

    #[test]
    fn a_line_across_the_picture_parts_the_smaller_side_from_the_rest() {
        let bench = bench();
        let (top, bottom) = (Point { x: 100.0, y: -50.0 }, Point { x: 100.0, y: 250.0 });
        for (from, to) in [(top, bottom), (bottom, top)] {
            assert_eq!(
                side(&bench, &places(), from, to),
                Some(vec!["pow-2".to_owned()])
            );
        }
        let short = Point { x: 100.0, y: -20.0 };
        assert_eq!(side(&bench, &places(), top, short), None);
        let (far, away) = (Point { x: 500.0, y: 0.0 }, Point { x: 500.0, y: 300.0 });
        assert_eq!(side(&bench, &places(), far, away), None);
    }

    #[test]
    fn a_point_of_the_box_is_found_in_the_picture_in_its_middle() {
        assert_eq!(
            inside((300.0, 100.0), (600.0, 200.0), (100.0, 100.0)),
            Point { x: 50.0, y: 50.0 }
        );
    }

    #[test]
    fn a_link_counts_as_cut_when_one_direction_is() {
        let bench = bench();
        let rows = links(&bench);
        assert_eq!(rows.len(), 3);
        assert!(
            rows.iter()
                .all(|row| row.cut == ((row.from, row.to) == (0, 2)))
        );
    }
}
