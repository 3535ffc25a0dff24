//! The third place of `cargo xtask bench`: mining in the whole page as published (`tests/page/bench`).

use crate::browser::Browser;
use crate::process::{Outcome, output_of, shown};
use crate::project::Project;
use crate::stages::{PAGE_BENCH, page_tests};

use super::wanted::Value;

/// Measures, which takes about fifteen minutes, and gives what was found.
pub(super) fn measure(project: &Project, browser: &Browser) -> Outcome<Vec<Value>> {
    let mut cargo = page_tests(project, browser)?;
    cargo.arg(PAGE_BENCH);
    println!("$ {}", shown(&cargo));
    let output = output_of(&mut cargo)?;
    let values: Vec<Value> = output.lines().filter_map(value).collect();
    if values.is_empty() {
        Err(format!("Expected measurements, found none in:\n{output}"))
    } else {
        Ok(values)
    }
}

fn value(line: &str) -> Option<Value> {
    let (_, line) = line.split_once(super::MEASURED)?;
    let parts: Vec<&str> = line.trim_end().split(';').map(str::trim).collect();
    let [what, unit, value, least, most] = parts[..] else {
        return None;
    };
    let (what, unit) = (format!("{what}, in the whole page"), unit.to_owned());
    Some(Value {
        what,
        unit,
        value: value.parse().ok()?,
        least: least.parse().ok(),
        most: most.parse().ok(),
    })
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_value_is_read_with_what_is_wanted_of_it() {
        let read = |line| {
            value(line).map(|value| (value.what, value.unit, value.value, value.least, value.most))
        };
        let (interval, answer) = (
            "interval, in the whole page".to_owned(),
            "answer, in the whole page".to_owned(),
        );
        let line = "test bench::x ... measured; interval; s; 1.050; 0.850; 1.150";
        assert_eq!(
            read(line),
            Some((interval, "s".to_owned(), 1.05, Some(0.85), Some(1.15)))
        );
        assert_eq!(
            read("measured; answer; ms; 150.000; ; 100"),
            Some((answer, "ms".to_owned(), 150.0, None, Some(100.0)))
        );
        let stale = "stale, in the whole page".to_owned();
        assert_eq!(
            read("measured; stale; ; 3.000; ; "),
            Some((stale, String::new(), 3.0, None, None))
        );
        assert_eq!(read("test result: ok"), None);
    }
}
