//! The simulator itself: it repeats, and it sees what it should see.

use std::rc::Rc;

use super::play::Play;
use super::*;
use crate::links::{Link, LinkTable, PerMille};

fn short(seed: u64) -> Outcome {
    run(
        seed,
        Options {
            span: Millis(60_000),
            nodes: None,
        },
    )
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let (first, again, other) = (short(1), short(1), short(2));
    assert_eq!(
        (first.digest, first.events, first.height),
        (again.digest, again.events, again.height)
    );
    assert_ne!(first.digest, other.digest);
    assert!(
        first.events > 300 && first.height > 5,
        "{} events, height {}",
        first.events,
        first.height
    );
}

#[test]
fn frames_in_a_row_have_fates_of_their_own() {
    let mut world = Play::new(Scenario::new(1, Options::default())).world;
    let lossy = Link {
        loss: PerMille(500),
        ..Link::default()
    };
    world.links = LinkTable::new(1, lossy);
    let waiting = world.waiting();
    (0..200).for_each(|_| world.send(0, 1, &Rc::from([0_u8; 8].as_slice()), false));
    let carried = world.waiting() - waiting;
    assert!(
        (70..130).contains(&carried),
        "{carried} of 200 frames on a link that loses every other one"
    );
}

#[test]
fn short_runs_keep_every_promise() {
    for seed in 0..10 {
        let outcome = short(seed);
        assert_eq!(outcome.violation, None, "seed {seed}");
    }
}
