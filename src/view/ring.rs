//! Where the nodes of the network picture stand: on an ellipse, the first at the top, clockwise.

use std::f64::consts::TAU;

/// A point in the picture's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right, from the left edge on.
    pub x: f64,
    /// Downwards, from the upper edge on.
    pub y: f64,
}

/// Steps in which the length of the ellipse is measured.
const STEPS: u32 = 720;

/// The places of `count` nodes in a picture of `width` by `height` with free margins: equally far
/// from each other along the ellipse, so that none crowd at its narrow ends.
#[must_use]
pub fn places(count: usize, width: f64, height: f64, margin: (f64, f64)) -> Vec<Point> {
    let centre = Point {
        x: width / 2.0,
        y: height / 2.0,
    };
    if count == 1 {
        return vec![centre];
    }
    let (rx, ry) = (width / 2.0 - margin.0, height / 2.0 - margin.1);
    let at = |(x, y): (f64, f64)| Point {
        x: centre.x + x * rx,
        y: centre.y + y * ry,
    };
    let mut from = at((0.0, -1.0));
    let mut walked = 0.0;
    let mut marks = vec![(walked, from)];
    for step in 1..=STEPS {
        let (sin, cos) = (TAU * f64::from(step) / f64::from(STEPS)).sin_cos();
        let to = at((sin, -cos));
        walked += (to.x - from.x).hypot(to.y - from.y);
        marks.push((walked, to));
        from = to;
    }
    let place = |number: usize| {
        let wanted = walked * share(number, count);
        let next = marks
            .partition_point(|(length, _)| *length < wanted)
            .min(marks.len() - 1);
        let ((before, a), (after, b)) = (marks[next.saturating_sub(1)], marks[next]);
        let part = if after > before {
            (wanted - before) / (after - before)
        } else {
            0.0
        };
        Point {
            x: rounded(a.x + (b.x - a.x) * part),
            y: rounded(a.y + (b.y - a.y) * part),
        }
    };
    (0..count).map(place).collect()
}

#[expect(clippy::cast_precision_loss, reason = "far fewer nodes than 2^52")]
fn share(number: usize, count: usize) -> f64 {
    number as f64 / count.max(1) as f64
}

/// The part of the line between two points that is `gap` away from both.
#[must_use]
pub fn between(from: Point, to: Point, gap: f64) -> (Point, Point) {
    let (dx, dy) = (to.x - from.x, to.y - from.y);
    let length = dx.hypot(dy);
    if length <= 2.0 * gap {
        return (from, to);
    }
    let (ux, uy) = (dx / length * gap, dy / length * gap);
    (
        Point {
            x: rounded(from.x + ux),
            y: rounded(from.y + uy),
        },
        Point {
            x: rounded(to.x - ux),
            y: rounded(to.y - uy),
        },
    )
}

/// One decimal is enough for a picture, and keeps the page's text short.
fn rounded(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_node_stands_in_the_middle_and_the_first_of_many_on_top() {
        assert_eq!(
            places(1, 100.0, 60.0, (10.0, 10.0)),
            [Point { x: 50.0, y: 30.0 }]
        );
        let four = places(4, 100.0, 60.0, (10.0, 10.0));
        assert_eq!(four[0], Point { x: 50.0, y: 10.0 });
        assert_eq!(four[1], Point { x: 90.0, y: 30.0 });
        assert_eq!(places(0, 100.0, 60.0, (10.0, 10.0)), []);
    }

    #[test]
    fn neighbours_are_equally_far_apart() {
        let points = places(16, 800.0, 400.0, (60.0, 60.0));
        let gaps: Vec<f64> = (0..16)
            .map(|at| (points[at], points[(at + 1) % 16]))
            .map(|(a, b)| (a.x - b.x).hypot(a.y - b.y))
            .collect();
        let (least, most) = (
            gaps.iter().copied().fold(f64::MAX, f64::min),
            gaps.iter().copied().fold(0.0, f64::max),
        );
        assert!(most / least < 1.15, "{gaps:?}");
    }

    #[test]
    fn a_line_keeps_away_from_its_ends() {
        let (a, b) = between(Point { x: 0.0, y: 0.0 }, Point { x: 10.0, y: 0.0 }, 2.0);
        assert_eq!((a, b), (Point { x: 2.0, y: 0.0 }, Point { x: 8.0, y: 0.0 }));
        let (a, b) = between(Point { x: 0.0, y: 0.0 }, Point { x: 1.0, y: 0.0 }, 2.0);
        assert_eq!((a.x, b.x), (0.0, 1.0));
    }
}
