//! The charts of a network, each from plain data, so that the live network and the laboratory draw
//! the same ones. What the nodes did not report is not shown: below a few measurements a chart says
//! how many it needs.
//!
//! Bounds: [`BINS`] bars of a distribution and one for what is longer; [`MOST_NAMES`] bars with a
//! name, those with most first, and as many rows; [`MOST_ROWS`] rows of a course. The blocks are
//! those of the [`Model`](super::Model), its samples and arrivals those of
//! [`Measured`](super::measured::Measured).

use super::chart::{Axis, Bar, Chart, Drawing, Lines, Tick, float, place, round_up};
use super::figures::{compact, count_of, grouped, percent, span};
use super::measured::Sample;

/// Fewest measurements of a distribution or a share.
pub const LEAST: usize = 10;
/// Bars of a distribution below the one for what is longer.
pub const BINS: usize = 12;
/// Bars of a distribution for each mean span: so the picture covers four of them.
pub const BINS_OF_A_MEAN: f64 = 3.0;
/// Most bars with a name.
pub const MOST_NAMES: usize = 12;
/// Most rows of a course as a table.
pub const MOST_ROWS: usize = 12;
/// Fewest samples of a course.
const LEAST_SAMPLES: usize = 3;
/// A block that a node gets later than this was not spread but caught up with.
const CATCHING_UP_MS: u64 = 10_000;

/// A block of either kind, as a chart needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Name of the node that made it.
    pub maker: String,
    /// Whether it lies beside the best chain.
    pub stale: bool,
}

/// A miner.
#[derive(Clone, Debug, PartialEq)]
pub struct Miner {
    /// Its name.
    pub name: String,
    /// Measured hashes a second.
    pub hash_rate: f64,
    /// Blocks it has found since it started.
    pub found: u64,
}

/// What one node stores.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its name.
    pub node: String,
    /// Rows of its tables, by their names.
    pub rows: Vec<(&'static str, u32)>,
}

/// The times between work blocks, in the order of the chain and in milliseconds, beside the
/// exponential distribution of the same mean.
#[must_use]
pub fn intervals(gaps: &[u64]) -> Chart {
    let title = "Time between work blocks";
    if gaps.len() < LEAST {
        return Chart::empty(title, needs("interval", "intervals", gaps.len()));
    }
    let mean = mean(gaps);
    let width = (mean / BINS_OF_A_MEAN).max(1.0);
    let counts = binned(gaps, width);
    // The share of an exponential of this mean that is longer than a span.
    let longer = |bin: usize| (-float(bin) * width / mean).exp();
    let expected: Vec<f64> = (0..=BINS)
        .map(|bin| {
            let share = longer(bin) - if bin < BINS { longer(bin + 1) } else { 0.0 };
            share * float(gaps.len())
        })
        .collect();
    let below = gaps.iter().filter(|gap| ms(**gap) < mean).count();
    let lead = format!(
        "{}, {} on average. A search without memory makes short ones the most frequent: below the average it expects 63 %, \
         and {} were found.",
        count_of(whole(gaps.len()), "interval", "intervals"),
        length(mean),
        percent(float(below) / float(gaps.len())),
    );
    let mut chart = distribution(title, lead, &counts, width, Some(&expected));
    if let Some(drawing) = &mut chart.drawing {
        drawing.legend = [Some("found"), None, Some("exponential with the same mean")];
    }
    chart
}

/// How long blocks took from the node that had them first to each other one.
#[must_use]
pub fn propagation(spans: &[u64]) -> Chart {
    let title = "Propagation of blocks";
    let mut near: Vec<u64> = spans
        .iter()
        .copied()
        .filter(|span| *span <= CATCHING_UP_MS)
        .collect();
    if near.len() < LEAST {
        return Chart::empty(title, needs("arrival", "arrivals", near.len()));
    }
    near.sort_unstable();
    let at = |tenths: usize| near[(near.len() * tenths / 10).min(near.len() - 1)];
    let late = spans.len() - near.len();
    let mut lead = format!(
        "Half of {} at another node came within {}, nine of ten within {}, measured from the node that had the block first.",
        count_of(whole(near.len()), "arrival", "arrivals"),
        length(ms(at(5))),
        length(ms(at(9))),
    );
    if late > 0 {
        lead.push_str(&format!(
            " {} after more than {} {} left out: nodes that caught up.",
            grouped(whole(late)),
            span(CATCHING_UP_MS),
            if late == 1 { "is" } else { "are" },
        ));
    }
    let width = round_up(ms(at(9)) / 8.0);
    distribution(title, lead, &binned(&near, width), width, None)
}

/// Which share of the blocks is stale, by maker.
#[must_use]
pub fn stale(blocks: &[Made]) -> Chart {
    let title = "Stale blocks";
    if blocks.len() < LEAST {
        return Chart::empty(title, needs("block", "blocks", blocks.len()));
    }
    let mut makers: Vec<(&str, usize, usize)> = Vec::new();
    for block in blocks {
        let at = makers.iter().position(|(maker, ..)| *maker == block.maker);
        let at = at.unwrap_or_else(|| {
            makers.push((&block.maker, 0, 0));
            makers.len() - 1
        });
        makers[at].1 += 1;
        makers[at].2 += usize::from(block.stale);
    }
    let made = makers.iter().map(|(maker, made, _)| (float(*made), *maker));
    let order = those_with_most(&made.collect::<Vec<_>>());
    let shown: Vec<(&str, usize, usize)> = order.into_iter().map(|at| makers[at]).collect();
    let (all, stale) = (
        blocks.len(),
        blocks.iter().filter(|block| block.stale).count(),
    );
    let lead = format!(
        "{} of the latest {} {} stale ({}): made, and then beside the best chain. Slow links make more of them.",
        grouped(whole(stale)),
        count_of(whole(all), "block", "blocks"),
        if stale == 1 { "is" } else { "are" },
        percent(float(stale) / float(all)),
    );
    let highest = shown.first().map_or(0, |(_, made, _)| *made);
    let (y, top) = Axis::up_to("blocks", float(highest), number);
    let bars = shown.iter().enumerate().flat_map(|(at, (_, made, stale))| {
        let across = place(at, shown.len(), 0.15);
        let (kept, made) = (float(made - stale) / top, float(*made) / top);
        [(0.0, kept, false), (kept, made, true)]
            .into_iter()
            .filter(|(from, to, _)| to > from)
            .map(move |(from, to, second)| Bar {
                across,
                up: (from, to),
                second,
            })
    });
    let row = |(maker, made, stale): &(&str, usize, usize)| {
        vec![
            (*maker).to_owned(),
            grouped(whole(*made)),
            grouped(whole(*stale)),
            percent(float(*stale) / float(*made)),
        ]
    };
    Chart {
        title,
        lead,
        drawing: Some(Drawing {
            x: Axis::of_names("maker", shown.iter().map(|(maker, ..)| (*maker).to_owned())),
            y,
            bars: bars.collect(),
            line: Vec::new(),
            legend: [Some("on the best chain"), Some("stale"), None],
        }),
        table: Lines {
            head: vec!["maker", "blocks", "stale", "share"],
            rows: shown.iter().map(row).collect(),
        },
    }
}

/// Places of the values with names that are shown: the largest first, of equals by their names.
fn those_with_most(values: &[(f64, &str)]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..values.len()).collect();
    places.sort_unstable_by(|a, b| {
        let ((a, a_name), (b, b_name)) = (values[*a], values[*b]);
        b.total_cmp(&a).then_with(|| a_name.cmp(b_name))
    });
    places.truncate(MOST_NAMES);
    places
}

/// Hash rate by miner.
#[must_use]
pub fn hash_rates(miners: &[Miner]) -> Chart {
    let title = "Hash rate by miner";
    let sum: f64 = miners.iter().map(|miner| miner.hash_rate).sum();
    if miners.is_empty() || sum <= 0.0 {
        return Chart::empty(title, "No miner hashes now.");
    }
    let rates = miners.iter().map(|miner| (miner.hash_rate, &*miner.name));
    let order = those_with_most(&rates.collect::<Vec<_>>());
    let shown: Vec<&Miner> = order.into_iter().map(|at| &miners[at]).collect();
    let lead = format!(
        "{} hashes/s by {}. Who has twice the rate finds twice as many blocks in the long run.",
        compact(sum),
        count_of(whole(miners.len()), "miner", "miners"),
    );
    let bars = shown
        .iter()
        .map(|miner| (miner.name.clone(), miner.hash_rate));
    let row = |miner: &&Miner| {
        vec![
            miner.name.clone(),
            compact(miner.hash_rate),
            percent(miner.hash_rate / sum),
            grouped(miner.found),
        ]
    };
    Chart {
        title,
        lead,
        drawing: Some(named(("miner", "hashes/s"), bars.collect())),
        table: Lines {
            head: vec!["miner", "hashes/s", "share", "blocks found"],
            rows: shown.iter().map(row).collect(),
        },
    }
}

/// The transactions that wait, over time.
#[must_use]
pub fn mempool(samples: &[Sample]) -> Chart {
    let title = "Mempool";
    let values: Vec<(u64, u64)> = samples
        .iter()
        .map(|sample| (sample.at, sample.pending.into()))
        .collect();
    let lead = |now: u64, most: u64| {
        format!(
            "{} now, {} at most since this page was opened.",
            count_of(now, "transaction waits", "transactions wait"),
            grouped(most)
        )
    };
    course(title, "transactions", &values, lead)
}

/// The blocks above the last final one, over time.
#[must_use]
pub fn finality_lag(samples: &[Sample]) -> Chart {
    let title = "Finality lag";
    let values: Vec<(u64, u64)> = samples
        .iter()
        .filter_map(|sample| Some((sample.at, sample.lag?)))
        .collect();
    if values.is_empty() && samples.len() >= LEAST_SAMPLES {
        return Chart::empty(
            title,
            "There are no authorities: nothing is ever final, so there is no lag.",
        );
    }
    let lead = |now: u64, most: u64| {
        format!(
            "{} above the last final one now, {} at most since this page was opened. Checkpoints are every 8 blocks.",
            count_of(now, "block", "blocks"),
            grouped(most)
        )
    };
    course(title, "blocks", &values, lead)
}

/// Rows of each node's ledger.
#[must_use]
pub fn storage(nodes: &[Stored]) -> Chart {
    let title = "Storage by node";
    let sum = |node: &Stored| -> u64 { node.rows.iter().map(|(_, rows)| u64::from(*rows)).sum() };
    let most = nodes.iter().map(sum).max().unwrap_or(0);
    if most == 0 {
        return Chart::empty(title, "No node runs that could be asked for its ledger.");
    }
    let lead = format!(
        "Rows in the ledgers of {}, {} at most. Each node keeps the whole chain by itself.",
        count_of(whole(nodes.len()), "node", "nodes"),
        grouped(most)
    );
    let shown = &nodes[..nodes.len().min(MOST_NAMES)];
    #[expect(clippy::cast_precision_loss, reason = "a picture")]
    let bars = shown
        .iter()
        .map(|node| (node.node.clone(), sum(node) as f64));
    let tables = || nodes[0].rows.iter().map(|(table, _)| *table);
    let row = |node: &Stored| {
        let rows = node.rows.iter().map(|(_, rows)| grouped((*rows).into()));
        [node.node.clone(), grouped(sum(node))]
            .into_iter()
            .chain(rows)
            .collect()
    };
    Chart {
        title,
        lead,
        drawing: Some(named(("node", "rows"), bars.collect())),
        table: Lines {
            head: ["node", "rows"].into_iter().chain(tables()).collect(),
            rows: shown.iter().map(row).collect(),
        },
    }
}

/// That there is too little to draw.
fn needs(one: &str, many: &str, found: usize) -> String {
    format!(
        "Needs at least {LEAST} {many}; there {} {} so far.",
        if found == 1 { "is" } else { "are" },
        count_of(whole(found), one, many)
    )
}

/// How many spans fall into each bin; the last one has all that are longer.
fn binned(spans: &[u64], width: f64) -> Vec<usize> {
    let mut counts = vec![0; BINS + 1];
    for value in spans {
        let bin = (1..=BINS).find(|end| ms(*value) < float(*end) * width);
        counts[bin.map_or(BINS, |end| end - 1)] += 1;
    }
    counts
}

fn distribution(
    title: &'static str,
    lead: String,
    counts: &[usize],
    width: f64,
    expected: Option<&[f64]>,
) -> Chart {
    let most = counts.iter().copied().max().unwrap_or(0);
    let highest = expected
        .unwrap_or_default()
        .iter()
        .fold(float(most), |a, b| a.max(*b));
    let (y, top) = Axis::up_to("how many", highest, number);
    let places = counts.len();
    let middle = |bin: usize| (float(bin) + 0.5) / float(places);
    let bars = counts.iter().enumerate().map(|(bin, count)| Bar {
        across: place(bin, places, 0.06),
        up: (0.0, float(*count) / top),
        second: false,
    });
    let ticks = (0..=BINS).step_by(3).map(|bin| Tick {
        at: float(bin) / float(places),
        text: length(float(bin) * width),
    });
    let range = |bin: usize| match bin {
        BINS => format!("{} and longer", length(float(bin) * width)),
        bin => format!(
            "{} to {}",
            length(float(bin) * width),
            length(float(bin + 1) * width)
        ),
    };
    let rows = counts.iter().enumerate().map(|(bin, count)| {
        let mut row = vec![range(bin), grouped(whole(*count))];
        row.extend(expected.map(|expected| format!("{:.1}", expected[bin])));
        row
    });
    let line = expected.map(|expected| {
        let points = expected.iter().enumerate();
        points
            .map(|(bin, count)| (middle(bin), count / top))
            .collect()
    });
    let mut head = vec!["span", "how many"];
    head.extend(expected.map(|_| "expected"));
    Chart {
        title,
        lead,
        drawing: Some(Drawing {
            x: Axis {
                name: "span",
                ticks: ticks.collect(),
            },
            y,
            bars: bars.collect(),
            line: line.unwrap_or_default(),
            legend: [None; 3],
        }),
        table: Lines {
            head,
            rows: rows.collect(),
        },
    }
}

/// One bar for each name.
fn named((x, y): (&'static str, &'static str), values: Vec<(String, f64)>) -> Drawing {
    let highest = values.iter().fold(0.0, |most, (_, value)| value.max(most));
    let (y, top) = Axis::up_to(y, highest, number);
    let count = values.len();
    let bars = values.iter().enumerate().map(|(at, (_, value))| Bar {
        across: place(at, count, 0.15),
        up: (0.0, value / top),
        second: false,
    });
    Drawing {
        bars: bars.collect(),
        x: Axis::of_names(x, values.into_iter().map(|(name, _)| name)),
        y,
        line: Vec::new(),
        legend: [None; 3],
    }
}

/// Values over time, as a line.
#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn course(
    title: &'static str,
    what: &'static str,
    values: &[(u64, u64)],
    lead: impl Fn(u64, u64) -> String,
) -> Chart {
    let (Some((begin, _)), Some((end, now))) = (values.first(), values.last()) else {
        return Chart::empty(title, "Nothing was measured yet: no node runs.");
    };
    if values.len() < LEAST_SAMPLES {
        return Chart::empty(title, "Needs a few seconds of measurements.");
    }
    let most = values.iter().map(|(_, value)| *value).max().unwrap_or(0);
    let (y, top) = Axis::up_to(what, most as f64, number);
    let length = end.saturating_sub(*begin).max(1);
    let across = |at: u64| at.saturating_sub(*begin) as f64 / length as f64;
    let before = |at: u64| match end.saturating_sub(at) {
        0..1_000 => "now".to_owned(),
        ms => format!("{} before", span(ms)),
    };
    let ticks = [0, length / 2, length].map(|passed| Tick {
        at: across(begin.saturating_add(passed)),
        text: before(begin.saturating_add(passed)),
    });
    let step = values.len().div_ceil(MOST_ROWS);
    let rows = values.iter().rev().step_by(step);
    Chart {
        title,
        lead: lead(*now, most),
        drawing: Some(Drawing {
            x: Axis {
                name: "time",
                ticks: ticks.into(),
            },
            y,
            bars: Vec::new(),
            line: values
                .iter()
                .map(|(at, value)| (across(*at).min(1.0), *value as f64 / top))
                .collect(),
            legend: [None; 3],
        }),
        table: Lines {
            head: vec!["when", what],
            rows: rows
                .map(|(at, value)| vec![before(*at), grouped(*value)])
                .collect(),
        },
    }
}

#[expect(clippy::cast_precision_loss, reason = "a picture")]
fn mean(spans: &[u64]) -> f64 {
    let sum: u64 = spans.iter().fold(0, |sum, span| sum.saturating_add(*span));
    (sum as f64 / float(spans.len().max(1))).max(1.0)
}

#[expect(clippy::cast_precision_loss, reason = "a picture")]
const fn ms(value: u64) -> f64 {
    value as f64
}

fn whole(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// A span of milliseconds, in the unit that suits it.
fn length(ms: f64) -> String {
    match ms {
        1.0..1_000.0 => format!("{ms:.0} ms"),
        1_000.0..60_000.0 => format!("{:.1} s", ms / 1_000.0),
        60_000.0.. => format!("{:.1} min", ms / 60_000.0),
        _ => "0".to_owned(),
    }
}

fn number(value: f64) -> String {
    compact(value)
}

#[cfg(test)]
#[path = "charts_tests.rs"]
mod tests;
