//! `cargo xtask test`: runs the stages one after another and stops at the first that fails.

use crate::browser::Browser;
use crate::clock::{Clock, in_words};
use crate::process::Outcome;
use crate::project::Project;
use crate::setup::{self, Needs};
use crate::stages::{ALL, Passed, Stage};

/// The names of all stages, in their order.
pub(crate) fn stage_names() -> Vec<&'static str> {
    ALL.iter().map(|stage| stage.name()).collect()
}

/// Runs the stages of those names, or all if there are none, always in the usual order.
pub(crate) fn command(project: &mut Project, names: &[String]) -> Outcome<()> {
    let stages = chosen(names);
    let needs = stages.iter().fold(Needs::default(), |sum, stage| {
        let needs = stage.needs();
        Needs {
            build_tools: sum.build_tools || needs.build_tools,
            test_tools: sum.test_tools || needs.test_tools,
        }
    });
    let browser = setup::ensure(project, needs)?;
    let clock = Clock::start();
    let mut table = Vec::new();
    let mut failed = None;
    for (number, stage) in (1..).zip(&stages) {
        println!(
            "\n=== [{number}/{}] {}: {}",
            stages.len(),
            stage.name(),
            stage.title()
        );
        let (verdict, problem) = run(*stage, project, browser.as_ref());
        table.push((*stage, verdict));
        if let Some(problem) = problem {
            failed = Some((*stage, problem));
            break;
        }
    }
    println!("\n=== stages");
    for (stage, verdict) in &table {
        println!("{:12} {verdict}", stage.name());
    }
    for stage in stages.iter().skip(table.len()) {
        println!("{:12} not run", stage.name());
    }
    match failed {
        None => {
            println!("All stages passed in {clock}.");
            Ok(())
        }
        Some((stage, problem)) => Err(format!(
            "{problem}\nStage `{0}` failed. Run it again with: cargo xtask test {0}",
            stage.name()
        )),
    }
}

/// Runs one stage; gives its line for the table, and the problem if it failed.
fn run(stage: Stage, project: &Project, browser: Option<&Browser>) -> (String, Option<String>) {
    let clock = Clock::start();
    let outcome = stage.run(project, browser);
    let time = in_words(clock.elapsed());
    let (word, problem) = match outcome {
        Ok(Passed::Ok) => ("ok", None),
        Ok(Passed::NoTests) => ("ok (no such tests yet)", None),
        Err(problem) => ("FAILED", Some(problem)),
    };
    println!("--- {}: {word} in {time}", stage.name());
    (format!("{time:>12}  {word}"), problem)
}

fn chosen(names: &[String]) -> Vec<Stage> {
    ALL.into_iter()
        .filter(|stage| names.is_empty() || names.iter().any(|name| name == stage.name()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::chosen;
    use crate::stages::{ALL, Stage};

    #[test]
    fn chosen_stages_keep_their_order_and_no_names_mean_all() {
        let names = ["clippy".to_owned(), "fmt".to_owned()];
        assert_eq!(chosen(&names), [Stage::Fmt, Stage::Clippy]);
        assert_eq!(chosen(&[]), ALL);
    }
}
