//! How soon the page answers a click or a key while its nodes mine, and how long it is busy at a time.

use std::thread;
use std::time::Duration;

use serde::Deserialize;

use super::{Wanted, full_speed, measured, quantile};
use crate::clock::Clock;
use crate::visit::Visit;

/// Seconds of clicking and typing.
const SECONDS: u64 = 30;

/// Notes, for each click and key, the time from the input to the end of the frame that answers it, and long tasks.
const WATCH: &str = "
    window.answers = [];
    window.longTasks = [];
    const answered = (event) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { answers.push(performance.now() - event.timeStamp); port1.close(); };
      port2.postMessage(0);
    });
    for (const kind of ['click', 'keydown']) addEventListener(kind, answered, true);
    new PerformanceObserver((list) => longTasks.push(...list.getEntries().map((task) => task.duration)))
      .observe({ type: 'longtask' });";

/// What was noted.
#[derive(Deserialize)]
struct Watched {
    answers: Vec<f64>,
    tasks: Vec<f64>,
}

#[test]
#[ignore = "run by cargo xtask bench page"]
fn input_is_answered_while_the_nodes_keep_a_pace() {
    let visit = Visit::open("?net=inputpaced");
    visit.agreed(5, 5, 120);
    use_the_page(&visit, "paced", false);
}

#[test]
#[ignore = "run by cargo xtask bench page"]
fn input_is_answered_at_full_speed() {
    let visit = Visit::open("?net=inputfull");
    visit.agreed(5, 1, 60);
    full_speed(&visit);
    thread::sleep(Duration::from_secs(20));
    use_the_page(&visit, "full speed", true);
}

fn use_the_page(visit: &Visit, how: &str, wanted: bool) {
    visit.value(WATCH);
    let clock = Clock::start();
    for key in "pow-1 and so on, as a person types".chars().cycle() {
        if clock.is_past(SECONDS) {
            break;
        }
        for tab in ["chain", "transact", ""] {
            visit.browser.click(&format!(".tabs a[href$='#/{tab}']"));
            thread::sleep(Duration::from_millis(50));
        }
        visit.browser.type_into("#search", &key.to_string());
        thread::sleep(Duration::from_millis(50));
    }
    let Watched { mut answers, mut tasks } = visit.ask("return { answers, tasks: longTasks }");
    let height = visit.status().height();
    assert!(!answers.is_empty(), "expected inputs that are answered, found none");
    eprintln!("    {how}: {} inputs, long tasks {tasks:?} up to height {height}", answers.len());
    let at_most = |most| if wanted { Wanted::AtMost(most) } else { Wanted::Any };
    let (usual, longest) = (quantile(&mut answers, 0.95), quantile(&mut answers, 1.0));
    measured(format_args!("answer to an input, 95th percentile, {how}"), "ms", usual, at_most(100.0));
    measured(format_args!("answer to an input, longest, {how}"), "ms", longest, Wanted::Any);
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    measured(format_args!("main-thread tasks over 50 ms, {how}"), "", tasks.len() as f64, Wanted::Any);
    let longest = if tasks.is_empty() { 0.0 } else { quantile(&mut tasks, 1.0) };
    measured(format_args!("longest of these tasks, {how}"), "ms", longest, Wanted::Any);
}
