//! Where the nodes of the network picture stand: on an ellipse, the first at the top, clockwise.

/// A point in the picture's own units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Downwards.
    pub y: f64,
}

/// The places of `count` nodes in a picture of `width` by `height` with a free `margin` around.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "far fewer nodes than 2^52")]
pub fn places(count: usize, width: f64, height: f64, margin: f64) -> Vec<Point> {
    let centre = Point { x: width / 2.0, y: height / 2.0 };
    if count == 1 {
        return vec![centre];
    }
    let place = |at: usize| {
        let angle = std::f64::consts::TAU * at as f64 / count as f64 - std::f64::consts::FRAC_PI_2;
        Point {
            x: rounded(centre.x + angle.cos() * (width / 2.0 - margin)),
            y: rounded(centre.y + angle.sin() * (height / 2.0 - margin)),
        }
    };
    (0..count).map(place).collect()
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
    (Point { x: rounded(from.x + ux), y: rounded(from.y + uy) }, Point { x: rounded(to.x - ux), y: rounded(to.y - uy) })
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
        assert_eq!(places(1, 100.0, 60.0, 10.0), [Point { x: 50.0, y: 30.0 }]);
        let four = places(4, 100.0, 60.0, 10.0);
        assert_eq!(four[0], Point { x: 50.0, y: 10.0 });
        assert_eq!(four[1], Point { x: 90.0, y: 30.0 });
        assert_eq!(places(0, 100.0, 60.0, 10.0), []);
    }

    #[test]
    fn a_line_keeps_away_from_its_ends() {
        let (a, b) = between(Point { x: 0.0, y: 0.0 }, Point { x: 10.0, y: 0.0 }, 2.0);
        assert_eq!((a, b), (Point { x: 2.0, y: 0.0 }, Point { x: 8.0, y: 0.0 }));
        let (a, b) = between(Point { x: 0.0, y: 0.0 }, Point { x: 1.0, y: 0.0 }, 2.0);
        assert_eq!((a.x, b.x), (0.0, 1.0));
    }
}
