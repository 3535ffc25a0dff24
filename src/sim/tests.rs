//! The simulator itself: it repeats, and it sees what it should see.

use super::*;

fn short(seed: u64) -> Outcome {
    run(seed, Options { span: Millis(60_000), nodes: None })
}

#[test]
fn the_same_seed_gives_the_same_run_and_another_seed_another() {
    let (first, again, other) = (short(1), short(1), short(2));
    assert_eq!((first.digest, first.events, first.height), (again.digest, again.events, again.height));
    assert_ne!(first.digest, other.digest);
    assert!(first.events > 300 && first.height > 5, "{} events, height {}", first.events, first.height);
}

#[test]
fn short_runs_keep_every_promise() {
    for seed in 0..10 {
        let outcome = short(seed);
        assert_eq!(outcome.violation, None, "seed {seed}");
    }
}
