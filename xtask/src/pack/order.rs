//! An order of the program's functions in which what is alike stands side by side: gzip looks back only 32 KB, and the
//! download counts.

/// Bytes of a piece. Functions are alike as far as they share pieces.
const PIECE: usize = 5;
/// A piece that more functions have says nothing, and would cost the most time.
const TOO_COMMON: usize = 1_000;
/// What a piece counts for that the last function has, the one before it, and so on.
const WEIGHTS: [u64; 4] = [100, 70, 49, 34];

/// The places of the functions one after the other, beginning with the longest; the next is always the one that is most
/// like the last few.
pub(super) fn alike(bodies: &[Vec<u8>]) -> Vec<usize> {
    let shared = Shared::of(bodies);
    let mut left = vec![true; bodies.len()];
    let mut order = Vec::with_capacity(bodies.len());
    let mut next = (0..bodies.len()).max_by_key(|at| bodies[*at].len());
    while let Some(at) = next {
        left[at] = false;
        order.push(at);
        let counts = shared.with_the_last(&order);
        let likeness = |other: usize| (counts[other], shared.sum(at, other));
        next = (0..bodies.len())
            .filter(|other| left[*other])
            .reduce(|best, other| {
                // As fractions: what they share of what they have.
                let ((count, sum), (most, of)) = (likeness(other), likeness(best));
                if count * of > most * sum { other } else { best }
            });
    }
    order
}

/// Which functions have which pieces in common.
struct Shared {
    /// By function: the pieces that others have too.
    pieces: Vec<Vec<usize>>,
    /// By piece: the functions that have it.
    holders: Vec<Vec<usize>>,
}

impl Shared {
    fn of(bodies: &[Vec<u8>]) -> Self {
        let windows = |(at, body): (usize, &Vec<u8>)| {
            body.windows(PIECE)
                .map(|piece| (piece.to_vec(), at))
                .collect()
        };
        let mut all: Vec<(Vec<u8>, usize)> = bodies
            .iter()
            .enumerate()
            .flat_map::<Vec<_>, _>(windows)
            .collect();
        all.sort_unstable();
        all.dedup();
        let (mut pieces, mut holders) = (vec![Vec::new(); bodies.len()], Vec::new());
        for group in all.chunk_by(|one, two| one.0 == two.0) {
            if (2..=TOO_COMMON).contains(&group.len()) {
                group
                    .iter()
                    .for_each(|(_, at)| pieces[*at].push(holders.len()));
                holders.push(group.iter().map(|(_, at)| *at).collect());
            }
        }
        Self { pieces, holders }
    }

    /// By function: its pieces that the last ones of `order` have too, each counted by its weight.
    fn with_the_last(&self, order: &[usize]) -> Vec<u64> {
        let mut counts = vec![0; self.pieces.len()];
        for (at, weight) in order.iter().rev().zip(WEIGHTS) {
            let holders = self.pieces[*at]
                .iter()
                .flat_map(|piece| &self.holders[*piece]);
            holders.for_each(|holder| counts[*holder] += weight);
        }
        counts
    }

    /// How many pieces two functions have, which is never nothing.
    fn sum(&self, one: usize, other: usize) -> u64 {
        (self.pieces[one].len() + self.pieces[other].len() + 1) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::alike;

    #[test]
    fn every_function_has_one_place_and_what_is_alike_stands_side_by_side() {
        let bodies = [
            "one two three four",
            "9876543210",
            "one two three",
            "0123456789",
            "98765432",
            "three four five",
            "",
        ];
        let bodies = bodies.map(|text| text.as_bytes().to_vec());
        let order = alike(&bodies);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..bodies.len()).collect::<Vec<_>>());
        let place = |at: usize| order.iter().position(|other| *other == at).unwrap();
        assert_eq!(place(0), 0, "the longest is the first");
        assert_eq!(place(2), 1, "the most like it is the next");
        assert_eq!(place(1).abs_diff(place(4)), 1);
        assert!(alike(&[]).is_empty());
    }
}
