//! `cargo xtask test`: runs the stages one after another and stops at the first that fails.

use anyhow::{Context as _, Result};

use crate::clock::Clock;
use crate::project::Project;
use crate::setup::{self, Needs};
use crate::stages::{ALL, Stage};

/// The names of all stages, in their order.
pub(crate) fn stage_names() -> Vec<&'static str> {
    ALL.iter().map(|stage| stage.name).collect()
}

/// Runs the stages of those names, or all if there are none, always in the usual order.
pub(crate) fn command(project: &mut Project, names: &[String]) -> Result<()> {
    let stages = chosen(names);
    let needs = stages.iter().map(|stage| stage.needs).max();
    let browser = setup::ensure(project, needs.unwrap_or(Needs::Rust))?;
    let clock = Clock::start();
    let mut table = String::new();
    for (number, stage) in stages.iter().enumerate() {
        let (name, title) = (stage.name, stage.title);
        println!("\n=== [{}/{}] {name}: {title}", number + 1, stages.len());
        let clock = Clock::start();
        let outcome = (stage.run)(project, browser.as_ref());
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("--- {name}: {word} in {clock}");
        table.push_str(&format!("{name:12} {:>12}  {word}\n", clock.to_string()));
        if let Err(problem) = outcome {
            for stage in &stages[number + 1..] {
                table.push_str(&format!("{:12} not run\n", stage.name));
            }
            println!("\n=== stages\n{table}");
            return Err(problem).context(format!(
                "Stage `{name}` failed. Run it again with: cargo xtask test {name}"
            ));
        }
    }
    println!("\n=== stages\n{table}All stages passed in {clock}.");
    Ok(())
}

fn chosen(names: &[String]) -> Vec<Stage> {
    ALL.into_iter()
        .filter(|stage| names.is_empty() || names.iter().any(|name| name == stage.name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{chosen, stage_names};

    #[test]
    fn chosen_stages_keep_their_order_and_no_names_mean_all() {
        let names = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            chosen(&words)
                .iter()
                .map(|stage| stage.name)
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&["clippy", "fmt"]), ["fmt", "clippy"]);
        assert_eq!(names(&[]), stage_names());
    }
}
