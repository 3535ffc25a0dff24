//! `--results FILE`: plays the solutions in a file of results again, and says which exercises are
//! really solved.

use std::fs;

use aurex::lab::results::{MAX_RESULTS_BYTES, Results, Verdict};

/// The file, if the words of the command line are about one.
pub(crate) fn file(words: &[String]) -> Option<Result<String, String>> {
    match words {
        [first, file] if first == "--results" => Some(Ok(file.clone())),
        [first, rest @ ..] if first == "--results" => Some(Err(format!(
            "Expected one file after --results, found {}.",
            rest.len()
        ))),
        _ => None,
    }
}

/// Says of each exercise whether it is solved.
///
/// # Errors
/// The file cannot be read, or says what is not so.
pub(crate) fn check(file: &str) -> Result<(), String> {
    let about = |error: &dyn std::fmt::Display| format!("{file}: {error}");
    let length = fs::metadata(file).map_err(|error| about(&error))?.len();
    if length > u64::try_from(MAX_RESULTS_BYTES).unwrap_or(u64::MAX) {
        return Err(format!(
            "{file}: expected results of at most {MAX_RESULTS_BYTES} bytes, found {length}"
        ));
    }
    let text = fs::read_to_string(file).map_err(|error| about(&error))?;
    let results = Results::parse(&text).map_err(|error| about(&error))?;
    let name = results.name.as_deref().unwrap_or("somebody without a name");
    println!("Results of {name:?}, saved at {}:", results.saved);
    let (mut solved, mut forged) = (0_u32, 0_u32);
    for (one, verdict) in results.check() {
        let when = one.solution.as_ref().map_or("", |solution| &solution.when);
        let said = match verdict {
            Verdict::Open => "not solved".to_owned(),
            Verdict::Unproven => "said to be solved, without a solution".to_owned(),
            Verdict::Solved { at } => {
                solved = solved.saturating_add(1);
                format!("solved at {when}: its goal is reached at {at} ms")
            }
            Verdict::Forged(forgery) => {
                forged = forged.saturating_add(1);
                format!("REFUSED: {forgery}")
            }
        };
        println!("  {:<18} {said}", one.exercise);
    }
    println!(
        "{solved} of {} exercises are solved.",
        results.exercises.len()
    );
    if forged == 0 {
        Ok(())
    } else {
        Err(format!(
            "Expected only what is so, found {forged} solutions that are none."
        ))
    }
}
