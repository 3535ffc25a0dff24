//! How soon the page answers a click or a key at full speed, and how long its main thread is busy
//! at a time, beside the same clicks while the miners are paused: in one run, alternately, so that
//! what differs is caused by mining.
//!
//! The input comes from the browser's developer tools as from a mouse and a keyboard: nothing of it
//! runs in the page, and the page notes itself what is measured.

use std::thread;
use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::{Wanted, full_speed, measured, quantile};
use crate::clock::Clock;
use crate::visit::Visit;

/// Rounds of clicking at full speed and with the miners paused, each.
const ROUNDS: usize = 3;
/// Seconds of a round.
const SECONDS: u64 = 20;
/// Time between two inputs.
const BETWEEN: Duration = Duration::from_millis(120);

/// Notes, for each click on a tab, the time from the input to the end of the frame in which the
/// place is shown; for each other click and key, to the end of the frame that follows it; and tasks
/// over 50 ms with what they were busy with.
const WATCH: &str = "
    window.noted = { answers: [], tasks: [] };
    const shown = (event) => requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { noted.answers.push(performance.now() - event.timeStamp); port1.close(); };
      port2.postMessage(0);
    });
    const answered = (event) => {
      const tab = event.target.closest?.('.tab');
      if (!tab || tab.ariaCurrent === 'page') return shown(event);
      const observer = new MutationObserver(() => {
        if (tab.ariaCurrent !== 'page') return;
        observer.disconnect();
        shown(event);
      });
      observer.observe(tab, { attributes: true });
    };
    for (const kind of ['click', 'keydown']) addEventListener(kind, answered, true);
    const long = (list) => {
      for (const frame of list.getEntries()) {
        const scripts = frame.scripts.map((script) => `${script.invoker} ${Math.round(script.duration)}`).join(', ');
        const input = frame.firstUIEventTimestamp > 0;
        const what = `${Math.round(frame.duration)} ms${input ? ' with input' : ''}: ${scripts}`;
        if (frame.blockingDuration > 0) noted.tasks.push({ ms: frame.duration, input, what });
      }
    };
    new PerformanceObserver(long).observe({ type: 'long-animation-frame' });";

/// Where the middles of what is clicked are in the window.
const SPOTS: &str = "
    const spots = {};
    for (const tab of document.querySelectorAll('.tab')) {
      const box = tab.getBoundingClientRect();
      spots[new URL(tab.href).hash] = [box.x + box.width / 2, box.y + box.height / 2];
    }
    for (const [name, selector] of [['search', '#search'], ['node', '.graph-node .graph-shape']]) {
      const box = document.querySelector(selector).getBoundingClientRect();
      spots[name] = [box.x + box.width / 2, box.y + box.height / 2];
    }
    return spots;";

/// What was noted.
#[derive(Default, Deserialize)]
struct Noted {
    answers: Vec<f64>,
    tasks: Vec<Task>,
}

/// A stretch in which the main thread was busy for more than 50 ms.
#[derive(Deserialize)]
struct Task {
    ms: f64,
    input: bool,
    what: String,
}

type Spots = std::collections::BTreeMap<String, (f64, f64)>;

#[test]
#[ignore = "run by cargo xtask bench page"]
fn input_is_answered_at_full_speed_as_with_the_miners_paused() {
    let visit = Visit::undisturbed("?net=inputfull");
    visit.agreed(5, 1, 60);
    full_speed(&visit);
    thread::sleep(Duration::from_secs(20));
    visit.value(WATCH);
    let spots: Spots = visit.ask(SPOTS);
    let [mut mining, mut paused] = [Noted::default(), Noted::default()];
    for _ in 0..ROUNDS {
        for (pace, noted) in [("full", &mut mining), ("pause", &mut paused)] {
            visit.value(&format!("return await aurex.set({{ pace: '{pace}' }})"));
            thread::sleep(Duration::from_secs(5));
            noted.add(use_the_page(&visit, &spots));
        }
    }
    let with = report("full speed", &mut mining, Wanted::AtMost(100.0));
    let without = report("paused", &mut paused, Wanted::Any);
    measured(
        "main-thread tasks over 50 ms of 1,000 inputs, by mining",
        "",
        with - without,
        Wanted::AtMost(0.0),
    );
    let alone = mining.tasks.iter().filter(|task| !task.input).count();
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    measured(
        "main-thread tasks over 50 ms without an input, full speed",
        "",
        alone as f64,
        Wanted::AtMost(0.0),
    );
}

impl Noted {
    fn add(&mut self, mut other: Self) {
        self.answers.append(&mut other.answers);
        self.tasks.append(&mut other.tasks);
    }
}

/// Clicks and types for a round, and gives what the page noted.
fn use_the_page(visit: &Visit, spots: &Spots) -> Noted {
    visit.value("noted.answers = []; noted.tasks = [];");
    let clock = Clock::start();
    for key in "pow-1 and so on".chars().cycle() {
        if clock.is_past(SECONDS) {
            break;
        }
        for spot in [
            "#/chain",
            "#/ledger",
            "#/transact",
            "#/console",
            "#/settings",
            "#/",
            "node",
            "node",
            "search",
        ] {
            click(visit, spots[spot]);
            thread::sleep(BETWEEN);
        }
        let key = json!({ "type": "keyDown", "text": key.to_string(), "key": key.to_string() });
        visit.browser.devtools("Input.dispatchKeyEvent", key);
        thread::sleep(BETWEEN);
    }
    thread::sleep(Duration::from_secs(1));
    visit.ask("return noted")
}

fn click(visit: &Visit, (x, y): (f64, f64)) {
    for kind in ["mousePressed", "mouseReleased"] {
        let click = json!({ "type": kind, "x": x, "y": y, "button": "left", "clickCount": 1 });
        visit.browser.devtools("Input.dispatchMouseEvent", click);
    }
}

/// Prints what was noted; gives the tasks over 50 ms of a thousand inputs.
fn report(how: &str, noted: &mut Noted, wanted: Wanted) -> f64 {
    assert!(
        !noted.answers.is_empty(),
        "expected inputs that are answered, found none"
    );
    noted.tasks.sort_by(|a, b| b.ms.total_cmp(&a.ms));
    eprintln!(
        "    {how}: {} inputs, {} tasks over 50 ms, the longest:",
        noted.answers.len(),
        noted.tasks.len()
    );
    for task in noted.tasks.iter().take(12) {
        eprintln!("      {}", task.what);
    }
    let [median, usual, longest] =
        [0.5, 0.95, 1.0].map(|share| quantile(&mut noted.answers, share));
    measured(
        format_args!("answer to an input, median, {how}"),
        "ms",
        median,
        Wanted::Any,
    );
    measured(
        format_args!("answer to an input, 95th percentile, {how}"),
        "ms",
        usual,
        wanted,
    );
    measured(
        format_args!("answer to an input, longest, {how}"),
        "ms",
        longest,
        Wanted::Any,
    );
    #[expect(clippy::cast_precision_loss, reason = "a small number")]
    let tasks = noted.tasks.len() as f64 / noted.answers.len() as f64 * 1_000.0;
    measured(
        format_args!("main-thread tasks over 50 ms of 1,000 inputs, {how}"),
        "",
        tasks,
        Wanted::Any,
    );
    tasks
}
