//! Measurements of the whole page, of loading, mining, paying and staying up: no tests of a time,
//! as a machine may be slow. `cargo xtask bench page` runs them and reads what they print; the
//! suite leaves this module out.

mod blocks;
mod cpu;
mod input;
mod load;
mod payments;
mod processes;
mod soak;

use std::fmt::Display;

use crate::visit::Visit;

/// What a value is wanted to be.
#[derive(Clone, Copy)]
enum Wanted {
    /// Within 15 % of this.
    About(f64),
    AtLeast(f64),
    AtMost(f64),
    /// Nothing: it helps to read the others.
    Any,
}

/// Prints a line for the table: what, unit, value, and the least and the most that are wanted.
#[expect(clippy::print_stdout, reason = "the command that runs this reads it")]
fn measured(what: impl Display, unit: &str, value: f64, wanted: Wanted) {
    let (least, most) = match wanted {
        Wanted::About(target) => (
            format!("{:.3}", target * 0.85),
            format!("{:.3}", target * 1.15),
        ),
        Wanted::AtLeast(least) => (least.to_string(), String::new()),
        Wanted::AtMost(most) => (String::new(), most.to_string()),
        Wanted::Any => (String::new(), String::new()),
    };
    println!("measured; {what}; {unit}; {value:.3}; {least}; {most}");
}

/// The value that a share of all values does not exceed.
fn quantile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    let rank = (values.len() as f64 * share).ceil() as usize;
    values[rank.clamp(1, values.len()) - 1]
}

/// Full speed with an automatic difficulty that has caught up with the hash rate.
fn full_speed(visit: &Visit) {
    let first = visit.status().height();
    visit.value("return await aurex.set({ difficulty: 'auto' })");
    // In a block, in force at a multiple of 8, and a little more.
    visit.wait("an automatic difficulty in force", 240, |visit| {
        (visit.status().height() > first + 20).then_some(())
    });
    visit.value("return await aurex.set({ pace: 'full' })");
    // It rises with every block until the hash rate is reached, then falls about as often.
    let reached = visit.wait(
        "a difficulty that has caught up with the hash rate",
        300,
        |visit| {
            let work: Vec<_> = visit
                .chain("pow-1", 40)
                .into_iter()
                .filter(|block| block.kind == "work")
                .collect();
            let (before, last) = (work.iter().rev().nth(8)?, work.last()?);
            (before.difficulty > 4_096 && last.difficulty < before.difficulty)
                .then_some(last.height)
        },
    );
    eprintln!("    the difficulty had caught up at height {reached}");
}
