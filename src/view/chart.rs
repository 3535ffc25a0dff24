//! A chart as data: bars and a line over two axes, a sentence that says what is to be seen, and the
//! same figures as a table. Places are shares of the picture, from 0 at the left and at the bottom
//! to 1; no colours and no pixels.
//!
//! Bounds: whoever makes a chart bounds its bars and rows; see [`charts`](super::charts).

/// A chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// What it is about.
    pub title: &'static str,
    /// What is to be seen in it, or why there is nothing yet.
    pub lead: String,
    /// The picture; none while there is too little to draw.
    pub drawing: Option<Drawing>,
    /// The same as a table.
    pub table: Lines,
}

/// A table of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Heads of the columns.
    pub head: Vec<&'static str>,
    /// The rows, each as long as the head.
    pub rows: Vec<Vec<String>>,
}

/// The picture of a chart.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// What lies along the bottom.
    pub x: Axis,
    /// What goes up.
    pub y: Axis,
    /// The bars.
    pub bars: Vec<Bar>,
    /// A line through these points, each as shares of the width and of the height; none without
    /// any.
    pub line: Vec<(f64, f64)>,
    /// What the bars mean where there are two kinds or a line beside them: the first kind, the
    /// second, the line.
    pub legend: [Option<&'static str>; 3],
}

/// An axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with its unit.
    pub name: &'static str,
    /// Its marks.
    pub ticks: Vec<Tick>,
}

/// A mark of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where, as a share of the axis from its beginning.
    pub at: f64,
    /// What stands there.
    pub text: String,
}

/// A bar.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Its left side and its right side, as shares of the width.
    pub across: (f64, f64),
    /// Its lower end and its upper end, as shares of the height.
    pub up: (f64, f64),
    /// Whether it is of the second kind.
    pub second: bool,
}

impl Chart {
    /// A chart that has nothing to show yet.
    #[must_use]
    pub fn empty(title: &'static str, lead: impl Into<String>) -> Self {
        Self {
            title,
            lead: lead.into(),
            drawing: None,
            table: Lines::default(),
        }
    }
}

/// The least of 1, 2 and 5 times a power of ten that is not below a value; at least 1.
#[must_use]
pub fn round_up(value: f64) -> f64 {
    let mut power = 1.0;
    while power < f64::MAX / 100.0 {
        for step in [1.0, 2.0, 5.0] {
            if step * power >= value {
                return step * power;
            }
        }
        power *= 10.0;
    }
    power
}

impl Axis {
    /// An axis from 0 to a round number that is not below `highest`, and that number. Its marks are
    /// whole.
    #[must_use]
    pub fn up_to(name: &'static str, highest: f64, text: impl Fn(f64) -> String) -> (Self, f64) {
        let step = round_up(highest / 4.0);
        let top = (highest / step).ceil().max(1.0) * step;
        let mut ticks = Vec::new();
        let mut value = 0.0;
        while value <= top {
            ticks.push(Tick {
                at: value / top,
                text: text(value),
            });
            value += step;
        }
        (Self { name, ticks }, top)
    }

    /// An axis of names, each in the middle of its place.
    #[must_use]
    pub fn of_names(name: &'static str, names: impl ExactSizeIterator<Item = String>) -> Self {
        let count = float(names.len().max(1));
        let ticks = names
            .enumerate()
            .map(|(at, text)| Tick {
                at: (float(at) + 0.5) / count,
                text,
            })
            .collect();
        Self { name, ticks }
    }
}

/// The sides of the bar at a place among `count` equally wide ones, with some air between them.
#[must_use]
pub fn place(at: usize, count: usize, air: f64) -> (f64, f64) {
    let width = 1.0 / float(count.max(1));
    let left = float(at) * width;
    (left + air * width, left + (1.0 - air) * width)
}

/// A number of things as a float: exact below 2^32, far above what a chart counts.
#[must_use]
pub fn float(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_ends_at_a_round_number_and_its_marks_are_few_and_whole() {
        for (highest, top) in [(0.0, 1.0), (1.0, 1.0), (3.0, 3.0), (7.0, 8.0), (41.0, 60.0)] {
            let (axis, found) = Axis::up_to("blocks", highest, |value| format!("{value}"));
            assert!((found - top).abs() < 1e-9, "{highest}: {found}");
            assert!(axis.ticks.len() <= 6, "{axis:?}");
            assert!(axis.ticks.iter().all(|tick| !tick.text.contains('.')));
            assert!((axis.ticks[axis.ticks.len() - 1].at - 1.0).abs() < 1e-9);
        }
        assert!(round_up(f64::INFINITY).is_finite());
    }

    #[test]
    fn bars_lie_side_by_side() {
        assert_eq!(place(0, 2, 0.0), (0.0, 0.5));
        assert_eq!(place(1, 2, 0.1), (0.55, 0.95));
    }
}
