//! The charts: what is drawn of known data, and what is said where there is too little.

use super::*;

fn drawing(chart: &Chart) -> &Drawing {
    chart.drawing.as_ref().expect("enough to draw")
}

fn heights(chart: &Chart) -> f64 {
    drawing(chart)
        .bars
        .iter()
        .map(|bar| bar.up.1 - bar.up.0)
        .sum()
}

#[test]
fn too_little_is_said_with_what_is_needed_and_what_there_is() {
    assert_eq!(
        intervals(&[5_000]).lead,
        "Needs at least 10 intervals; there is 1 interval so far."
    );
    assert_eq!(
        propagation(&[]).lead,
        "Needs at least 10 arrivals; there are 0 arrivals so far."
    );
    for chart in [
        intervals(&[]),
        propagation(&[20_000; 30]),
        stale(&[]),
        hash_rates(&[]),
        mempool(&[]),
        finality_lag(&[]),
        storage(&[]),
    ] {
        assert_eq!((&chart.drawing, chart.table.rows.len()), (&None, 0));
        assert!(chart.lead.ends_with('.'), "{}", chart.lead);
    }
}

#[test]
fn every_interval_is_counted_once_and_the_exponential_has_the_same_sum() {
    let gaps: Vec<u64> = (1..=100).map(|n| n * 200).collect();
    let chart = intervals(&gaps);
    let counted: usize = chart
        .table
        .rows
        .iter()
        .map(|row| row[1].parse::<usize>().unwrap())
        .sum();
    let expected: f64 = chart
        .table
        .rows
        .iter()
        .map(|row| row[2].parse::<f64>().unwrap())
        .sum();
    assert_eq!((counted, chart.table.rows.len()), (100, BINS + 1));
    assert!((expected - 100.0).abs() < 1.0, "{expected}");
    assert!(chart.lead.starts_with("100 intervals, 10.1 s on average."));
    let line = &drawing(&chart).line;
    assert!(
        line.windows(2)
            .take(BINS - 1)
            .all(|pair| pair[0].1 > pair[1].1)
    );
    let inside = |at: f64| (0.0..=1.0).contains(&at);
    assert!(line.iter().all(|(x, y)| inside(*x) && inside(*y)));
}

#[test]
fn all_intervals_alike_are_one_bar() {
    let chart = intervals(&[5_000; 20]);
    assert_eq!(
        chart.table.rows.iter().filter(|row| row[1] == "20").count(),
        1
    );
    assert!(
        intervals(&[0; 20]).drawing.is_some(),
        "no division by nothing"
    );
}

#[test]
fn late_arrivals_are_left_out_and_counted() {
    let mut spans: Vec<u64> = (1..=40).collect();
    assert!(propagation(&spans).lead.starts_with(
        "Half of 40 arrivals at another node came within 21 ms, nine of ten within 37 ms"
    ));
    spans.extend([60_000, 70_000]);
    let lead = propagation(&spans).lead;
    assert!(
        lead.contains("Half of 40 arrivals")
            && lead.contains("2 after more than 10 s are left out"),
        "{lead}"
    );
    assert!((heights(&propagation(&spans)) - heights(&propagation(&spans[..40]))).abs() < 1e-9);
    assert!(propagation(&[0; 12]).drawing.is_some());
}

#[test]
fn stale_blocks_are_shown_by_maker() {
    let made = |maker: &str, stale| Made {
        maker: maker.to_owned(),
        stale,
    };
    let mut blocks = vec![made("pow-1", false); 12];
    blocks.extend([made("pow-2", false), made("pow-2", true)]);
    let chart = stale(&blocks);
    assert!(
        chart
            .lead
            .starts_with("1 of the latest 14 blocks is stale (7 %)"),
        "{}",
        chart.lead
    );
    assert_eq!(chart.table.rows[0], ["pow-1", "12", "0", "0 %"]);
    assert_eq!(chart.table.rows[1][..3], ["pow-2", "2", "1"]);
    assert_eq!(
        drawing(&chart).bars.iter().filter(|bar| bar.second).count(),
        1
    );
    let many: Vec<Made> = (0..60).map(|n| made(&format!("pow-{n}"), false)).collect();
    assert_eq!(drawing(&stale(&many)).bars.len(), MOST_NAMES);
}

#[test]
fn miners_and_ledgers_are_bars_with_names() {
    let miner = |name: &str, hash_rate| Miner {
        name: name.to_owned(),
        hash_rate,
        found: 3,
    };
    let chart = hash_rates(&[miner("pow-1:1", 10.0), miner("pow-2:1", 30.0)]);
    assert!(chart.lead.starts_with("40 hashes/s by 2 miners."));
    assert_eq!(chart.table.rows[0], ["pow-2:1", "30", "75 %", "3"]);
    assert_eq!(
        hash_rates(&[miner("pow-1:1", 0.0)]).lead,
        "No miner hashes now."
    );
    let stored = |node: &str, blocks| Stored {
        node: node.to_owned(),
        rows: vec![("blocks", blocks), ("users", 6)],
    };
    let chart = storage(&[stored("pow-1", 100), stored("poa-1", 94)]);
    assert_eq!(chart.table.head, ["node", "rows", "blocks", "users"]);
    assert_eq!(chart.table.rows[1], ["poa-1", "100", "94", "6"]);
    assert_eq!(drawing(&chart).x.ticks[0].text, "pow-1");
}

#[test]
fn a_course_goes_from_the_first_sample_to_now() {
    let sample = |second: u64| Sample {
        at: 1_000_000 + second * 1_000,
        pending: u32::try_from(second).unwrap(),
        lag: None,
    };
    let samples: Vec<Sample> = (0..=60).map(sample).collect();
    let chart = mempool(&samples);
    assert_eq!(
        chart.lead,
        "60 transactions wait now, 60 at most since this page was opened."
    );
    let line = &drawing(&chart).line;
    assert_eq!((line[0], line[60]), ((0.0, 0.0), (1.0, 1.0)));
    assert_eq!(chart.table.rows[0], ["now", "60"]);
    assert!(chart.table.rows.len() <= MOST_ROWS);
    assert!(
        finality_lag(&samples)
            .lead
            .starts_with("There are no authorities")
    );
}
