//! The timeline: how long it is, where its marks stand, and the speeds on a slider.

use crate::app::lab::{Bench, Mark, MarkKind};
use crate::lab::MAX_LENGTH;

/// Places on the timeline: as many marks of one kind can be told apart.
const PLACES: u64 = 480;
/// Steps of the slider of speeds: ten times the speed is so many.
const DECADE: f64 = 20.0;
/// The highest step: a hundred thousand times the slowest.
pub const TOP_STEP: u32 = 100;

/// How long the timeline is, in virtual milliseconds.
#[must_use]
pub fn length(bench: &Bench) -> u64 {
    let about = bench.about.as_ref().map_or(0, |about| about.length);
    let end = bench.clock.as_ref().map_or(0, |clock| clock.end);
    if end <= about {
        return about.max(1);
    }
    // In whole minutes, so that the scale does not move all the time.
    let minutes = end.div_ceil(60_000).saturating_add(1);
    minutes.saturating_mul(60_000).min(MAX_LENGTH)
}

/// The marks of the branch that is looked at, as kind and thousandths of the length, each place
/// once.
#[must_use]
pub fn marks(bench: &Bench) -> Vec<(MarkKind, u64)> {
    let length = length(bench);
    let marks = bench.marks.get(&bench.branch);
    let place = |mark: &Mark| {
        let place = mark.at.min(length).saturating_mul(PLACES) / length;
        (mark.kind, place.saturating_mul(1_000) / PLACES)
    };
    let mut placed: Vec<_> = marks.into_iter().flatten().map(place).collect();
    placed.sort_unstable();
    placed.dedup();
    placed
}

/// The mark before or after a moment on the branch that is looked at.
#[must_use]
pub fn neighbour(bench: &Bench, at: u64, later: bool) -> Option<u64> {
    let marks = bench.marks.get(&bench.branch)?;
    let mut times = marks.iter().map(|mark| mark.at);
    if later {
        times.find(|time| *time > at)
    } else {
        times.rfind(|time| *time < at)
    }
}

/// The speed, in hundredths, of a step of the slider.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 1 and 100,000"
)]
pub fn speed_of(step: u32) -> u32 {
    let exact = 10_f64.powf(f64::from(step.min(TOP_STEP)) / DECADE);
    // In figures that can be said.
    let unit = 10_f64.powf(exact.log10().floor());
    let figure = exact / unit;
    let round = if figure < 3.0 {
        (figure * 4.0).round() / 4.0
    } else {
        figure.round()
    };
    (round * unit).round().max(1.0) as u32
}

/// The step of the slider that is nearest to a speed in hundredths.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
pub fn step_of(speed: u32) -> u32 {
    let step = (f64::from(speed.max(1)).log10() * DECADE).round();
    (step as u32).min(TOP_STEP)
}

/// A speed as people say it: `1/20`, `×1`, `×250`.
#[must_use]
pub fn speed_text(speed: u32) -> String {
    match speed {
        100.. if speed.is_multiple_of(100) => format!("×{}", speed / 100),
        100.. => format!("×{:.1}", f64::from(speed) / 100.0),
        slow => {
            let times = 100.0 / f64::from(slow.max(1));
            format!("1/{times:.0}")
        }
    }
}

/// A virtual time in minutes, seconds and milliseconds: `0:07.250`, `12:05.000`.
#[must_use]
pub fn time_text(ms: u64) -> String {
    format!("{}:{:02}.{:03}", ms / 60_000, ms / 1_000 % 60, ms % 1_000)
}

/// The virtual milliseconds of a time that is typed and is to come: seconds, or minutes and
/// seconds.
///
/// # Errors
/// A sentence with what was expected and found.
pub fn time_to_come(text: &str, now: u64) -> Result<u64, String> {
    let text = text.trim();
    let at = typed_time(text).ok_or_else(|| {
        format!("time: expected seconds or minutes:seconds, such as 75 or 1:15, found {text:?}")
    })?;
    if at <= now {
        let (now, at) = (time_text(now), time_text(at));
        return Err(format!(
            "time: expected one after {now}, where time is now, found {at}"
        ));
    }
    if at > MAX_LENGTH {
        let (limit, at) = (time_text(MAX_LENGTH), time_text(at));
        return Err(format!(
            "time: expected one up to {limit}, where the laboratory ends, found {at}"
        ));
    }
    Ok(at)
}

fn typed_time(text: &str) -> Option<u64> {
    let number = |digits: &str| -> Option<u64> {
        let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
        digits.parse().ok().filter(|_| are_digits)
    };
    let (minutes, seconds) = match text.split_once(':') {
        Some((minutes, seconds)) => (number(minutes)?, seconds),
        None => (0, text),
    };
    let (whole, parts) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let whole = number(whole).filter(|whole| *whole < 60 || !text.contains(':'))?;
    if parts.len() > 3 {
        return None;
    }
    let parts = number(&format!("{parts:0<3}"))?;
    let seconds = minutes.checked_mul(60)?.checked_add(whole)?;
    seconds.checked_mul(1_000)?.checked_add(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slider_goes_from_a_hundredth_to_a_thousand_times_and_back_to_its_steps() {
        assert_eq!(
            (speed_of(0), speed_of(40), speed_of(TOP_STEP)),
            (1, 100, 100_000)
        );
        let speeds: Vec<u32> = (0..=TOP_STEP).map(speed_of).collect();
        assert!(speeds.is_sorted());
        for (step, speed) in (20..=TOP_STEP).zip(&speeds[20..]) {
            assert!(step_of(*speed).abs_diff(step) <= 1, "{step}: {speed}");
        }
    }

    #[test]
    fn speeds_and_times_are_said_in_words_that_people_use() {
        assert_eq!(speed_text(1), "1/100");
        assert_eq!(speed_text(25), "1/4");
        assert_eq!(speed_text(100), "×1");
        assert_eq!(speed_text(250), "×2.5");
        assert_eq!(speed_text(100_000), "×1000");
        assert_eq!(time_text(725_250), "12:05.250");
    }

    #[test]
    fn a_time_is_typed_as_seconds_or_as_minutes_and_seconds() {
        let read = |text| time_to_come(text, 1_000);
        for (text, ms) in [
            ("75", 75_000),
            (" 1:15 ", 75_000),
            ("12:05.25", 725_250),
            ("1.001", 1_001),
            ("0:59.9", 59_900),
        ] {
            assert_eq!(read(text), Ok(ms), "{text}");
        }
        for text in [
            "",
            "soon",
            "1:60",
            "1:2:3",
            "-5",
            "+5",
            "1:",
            ":15",
            "1.2345",
            "9999999999999999999",
        ] {
            assert_eq!(
                read(text),
                Err(format!(
                    "time: expected seconds or minutes:seconds, such as 75 or 1:15, found {text:?}"
                ))
            );
        }
    }

    #[test]
    fn a_time_that_is_over_or_beyond_the_end_is_refused_with_both_times() {
        assert_eq!(
            time_to_come("0:30", 30_000),
            Err("time: expected one after 0:30.000, where time is now, found 0:30.000".to_owned())
        );
        let late = time_to_come("99999:00", 0).expect_err("too late");
        assert!(
            late.contains(&time_text(MAX_LENGTH)) && late.contains("99999:00.000"),
            "{late}"
        );
        assert_eq!(time_to_come(&time_text(MAX_LENGTH), 0), Ok(MAX_LENGTH));
    }

    #[test]
    fn marks_of_one_place_are_drawn_once_and_neighbours_are_found() {
        let mut bench = Bench {
            branch: "main".into(),
            ..Bench::default()
        };
        let about = crate::lab::desk::About {
            length: 100_000,
            ..Default::default()
        };
        bench.about = Some(std::rc::Rc::new(about));
        let mark = |at| Mark {
            at,
            kind: MarkKind::Block,
        };
        let list = vec![mark(10_000), mark(10_001), mark(50_000)];
        bench.marks = std::rc::Rc::new([("main".to_owned(), list)].into());
        assert_eq!(marks(&bench).len(), 2);
        assert_eq!(neighbour(&bench, 10_000, true), Some(10_001));
        assert_eq!(neighbour(&bench, 50_000, true), None);
        assert_eq!(neighbour(&bench, 50_000, false), Some(10_001));
    }
}
