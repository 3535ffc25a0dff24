//! `--scenario FILE [--until MS] [--json] [--frames] [--solve]`: plays a scenario of the laboratory
//! and tells what came of it: as words, or with what happened as JSON lines; and the frames that
//! are on their way then. A file is a path, or the name of a built-in exercise, which `--solve`
//! plays with its recorded solution. `--seeks COUNT` measures how long it takes to go to moments
//! all over it.

use std::fs;
use std::time::{Duration, Instant};

use aurex::lab::{Lab, Stop, exercises};

/// What is asked for.
pub(crate) struct Wanted {
    file: String,
    until: Option<u64>,
    seeks: u64,
    json: bool,
    frames: bool,
    solve: bool,
}

impl Wanted {
    /// Reads the words of the command line, if they are about a scenario.
    pub(crate) fn read(words: &[String]) -> Option<Result<Self, String>> {
        words
            .iter()
            .any(|word| word == "--scenario")
            .then(|| Self::read_all(words))
    }

    fn read_all(words: &[String]) -> Result<Self, String> {
        let (mut file, mut until, mut seeks) = (None, None, 0);
        let (mut json, mut frames, mut solve) = (false, false, false);
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || {
                let next = words.next().cloned();
                next.ok_or_else(|| format!("Expected a value after {word}, found none."))
            };
            match word.as_str() {
                "--scenario" => file = Some(value()?),
                "--until" => until = Some(number(word, &value()?)?),
                "--seeks" => seeks = number(word, &value()?)?,
                "--json" => json = true,
                "--frames" => frames = true,
                "--solve" => solve = true,
                other => {
                    return Err(format!(
                        "Expected one of --scenario, --until, --seeks, --json, --frames, --solve, found {other:?}."
                    ));
                }
            }
        }
        let file = file.ok_or("Expected --scenario, found none.")?;
        Ok(Self {
            file,
            until,
            seeks,
            json,
            frames,
            solve,
        })
    }

    /// Plays it.
    pub(crate) fn play(&self) -> Result<(), String> {
        let mut lab = self.open()?;
        let until = self.until.unwrap_or(lab.export().length);
        let stop = lab.seek(until).map_err(|error| error.to_string())?;
        if self.json {
            for happening in lab.happenings() {
                let line = serde_json::to_string(happening);
                println!("{}", line.map_err(|error| error.to_string())?);
            }
        }
        self.measure(&mut lab, until)?;
        if self.frames {
            for frame in lab.frames() {
                let line = serde_json::to_string(&frame);
                println!("{}", line.map_err(|error| error.to_string())?);
            }
        }
        let goal = lab.export().goal;
        let done = lab.goal_at().is_some();
        if self.json {
            let outcome = serde_json::json!({
                "at": lab.time(),
                "digest": lab.digest().to_string(),
                "events": lab.events(),
                "goal": goal.map(|goal| goal.text),
                "reached": lab.goal_at(),
                "violation": lab.violation().map(ToString::to_string),
            });
            println!("{outcome}");
        } else {
            println!(
                "{} ms, {} events, digest {}.",
                lab.time(),
                lab.events(),
                lab.digest()
            );
            match (goal, lab.goal_at()) {
                (None, _) => println!("It has no goal."),
                (Some(goal), Some(at)) => println!("Reached at {at} ms: {}", goal.text),
                (Some(goal), None) => println!("Not reached: {}", goal.text),
            }
        }
        match (stop, lab.violation()) {
            (Stop::Violation, Some(violation)) => Err(violation.to_string()),
            _ if self.solve && !done => Err("Expected the solution to reach the goal.".to_owned()),
            _ => Ok(()),
        }
    }

    /// Seeks to moments all over the run and tells how long that takes.
    fn measure(&self, lab: &mut Lab, end: u64) -> Result<(), String> {
        let (digest, mut slowest, mut sum) = (lab.digest(), Duration::ZERO, Duration::ZERO);
        for number in 0..self.seeks {
            // Steps of the golden ratio: forth and back, and never the same.
            let at = number.wrapping_mul(618_033_989) % end.max(1);
            let begin = Instant::now();
            lab.seek(at).map_err(|error| error.to_string())?;
            let took = begin.elapsed();
            (slowest, sum) = (slowest.max(took), sum + took);
        }
        if self.seeks > 0 {
            lab.seek(end).map_err(|error| error.to_string())?;
            let mean = sum.as_secs_f64() * 1_000.0 / self.seeks as f64;
            let slowest = slowest.as_secs_f64() * 1_000.0;
            println!(
                "{} seeks, {mean:.0} ms on average, {slowest:.0} ms at most.",
                self.seeks
            );
        }
        if lab.digest() == digest {
            Ok(())
        } else {
            Err("Expected the same digest after seeking, found another.".to_owned())
        }
    }

    fn open(&self) -> Result<Lab, String> {
        if let Some(exercise) = exercises::find(&self.file) {
            let exercise = exercise.map_err(|error| error.to_string())?;
            let scenario = if self.solve {
                exercise.solved()
            } else {
                exercise.scenario
            };
            return Lab::open(scenario).map_err(|error| error.to_string());
        }
        let text = fs::read_to_string(&self.file);
        let text = text.map_err(|error| format!("Expected a file {}: {error}.", self.file))?;
        Lab::open_text(&text).map_err(|error| error.to_string())
    }
}

fn number(word: &str, text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("Expected a number after {word}, found {text:?}."))
}
