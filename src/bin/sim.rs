fn main() {
    let seeds: u64 = std::env::args().nth(1).and_then(|it| it.parse().ok()).unwrap_or(4);
    let minutes: u64 = std::env::args().nth(2).and_then(|it| it.parse().ok()).unwrap_or(2);
    let first: u64 = std::env::args().nth(3).and_then(|it| it.parse().ok()).unwrap_or(0);
    let mut coverage = aurex::sim::Coverage::default();
    let begin = std::time::Instant::now();
    let mut sim = 0;
    for seed in first..first + seeds {
        let at = std::time::Instant::now();
        let o = aurex::sim::run(
            seed,
            aurex::sim::Options { span: aurex::primitives::Millis(minutes * 60_000), nodes: None },
        );
        sim += o.simulated.0;
        coverage.add(&o.coverage);
        println!(
            "{seed}: {} s in {:?}, {} events, height {}, {} {:?}",
            o.simulated.0 / 1000,
            at.elapsed(),
            o.events,
            o.height,
            o.digest,
            o.violation.map(|v| v.to_string())
        );
    }
    println!("ratio {}", sim as f64 / 1000.0 / begin.elapsed().as_secs_f64());
    for what in aurex::sim::ALL {
        println!("{:6} {}", coverage.count(what), what.words());
    }
}
