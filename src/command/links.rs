//! The words of `links`: the shape of the network, and the quality of every link. What they do to a
//! frame is the transport's matter.

use super::CommandError;
use super::argument::number_in;
use crate::primitives::Nearest;

/// Which nodes are linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Each with each.
    Mesh,
    /// Each with its two neighbours.
    Ring,
    /// All with the first.
    Star,
    /// A ring with random chords, at least three links a node.
    Random,
}

impl Shape {
    /// All shapes.
    pub const ALL: [Self; 4] = [Self::Mesh, Self::Ring, Self::Star, Self::Random];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Mesh => "mesh",
            Self::Ring => "ring",
            Self::Star => "star",
            Self::Random => "random",
        }
    }
}

/// One quality of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Quality {
    /// Least delay in milliseconds.
    Latency,
    /// Most that is added to the delay, in milliseconds.
    Jitter,
    /// Frames of a hundred that are lost.
    Loss,
    /// Frames of a hundred that come twice.
    Copies,
    /// Frames of a hundred that others overtake.
    Reorder,
    /// Kilobytes per second; 0 for no limit.
    Bandwidth,
}

impl Quality {
    /// All qualities.
    pub const ALL: [Self; 6] = [
        Self::Latency,
        Self::Jitter,
        Self::Loss,
        Self::Copies,
        Self::Reorder,
        Self::Bandwidth,
    ];

    /// The word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Latency => "latency",
            Self::Jitter => "jitter",
            Self::Loss => "loss",
            Self::Copies => "copies",
            Self::Reorder => "reorder",
            Self::Bandwidth => "bandwidth",
        }
    }

    /// The greatest value, in the unit of the quality.
    #[must_use]
    pub const fn most(self) -> u32 {
        match self {
            Self::Latency | Self::Jitter => 10_000,
            Self::Loss | Self::Copies | Self::Reorder => 100,
            Self::Bandwidth => 1_000_000,
        }
    }
}

/// What is to change on the links.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkChange {
    /// The network's shape, if it changes; links that were cut one by one are healed.
    pub shape: Option<Shape>,
    /// New values, each in the unit of its quality; of two for one quality the later counts.
    pub values: Vec<(Quality, u32)>,
}

impl LinkChange {
    /// Plain links, each with each.
    #[must_use]
    pub fn reset() -> Self {
        Self {
            shape: Some(Shape::Mesh),
            values: Quality::ALL.map(|quality| (quality, 0)).to_vec(),
        }
    }

    /// Understands the words after `links`.
    pub(super) fn parse(words: &str) -> Result<Self, CommandError> {
        let mut change = Self::default();
        for word in words.split_whitespace() {
            let word = word.to_ascii_lowercase();
            if word == "reset" {
                change = Self::reset();
            } else if let Some(shape) = Shape::ALL.into_iter().find(|shape| shape.word() == word) {
                change.shape = Some(shape);
            } else {
                change
                    .values
                    .push(value(&word).ok_or_else(|| CommandError::Wrong {
                        word: "links".into(),
                        expected: EXPECTED.into(),
                        found: super::argument::shortened(&word),
                        nearest: Nearest::default(),
                    })?);
            }
        }
        Ok(change)
    }
}

const EXPECTED: &str = "mesh, ring, star, random, reset, or one of latency= and jitter= up to 10000 (ms), loss=, copies= \
                        and reorder= up to 100 (%), bandwidth= up to 1000000 (kB/s)";

fn value(word: &str) -> Option<(Quality, u32)> {
    let (name, value) = word.split_once('=')?;
    let quality = Quality::ALL
        .into_iter()
        .find(|quality| quality.word() == name)?;
    Some((quality, number_in(value, &(0..=quality.most()))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_a_shape_and_qualities_within_their_bounds() {
        let change = LinkChange::parse("ring latency=1,000 LOSS=5").unwrap();
        assert_eq!(change.shape, Some(Shape::Ring));
        assert_eq!(
            change.values,
            [(Quality::Latency, 1_000), (Quality::Loss, 5)]
        );
        assert_eq!(
            LinkChange::parse("latency=5 reset").unwrap(),
            LinkChange::reset()
        );
        assert_eq!(LinkChange::parse("").unwrap(), LinkChange::default());
        for wrong in [
            "loss=101",
            "latency",
            "latency=",
            "latency=-1",
            "speed=3",
            "latency=10001",
            "latency=1_0",
            "latency=+1",
        ] {
            let error = LinkChange::parse(wrong).unwrap_err().to_string();
            assert!(
                error.contains("bandwidth=") && error.contains(wrong),
                "{error}"
            );
        }
    }
}
