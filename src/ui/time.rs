//! The person's clock: now, and times of day in the local time zone.

use js_sys::Date;

/// Milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a browser's clock is after 1970"
)]
pub(crate) fn now() -> u64 {
    Date::now() as u64
}

#[expect(clippy::cast_precision_loss, reason = "times are below 2^53")]
fn date(at: u64) -> Date {
    Date::new(&wasm_bindgen::JsValue::from_f64(at as f64))
}

/// `14:03:27` in local time.
pub(crate) fn of_day(at: u64) -> String {
    let date = date(at);
    format!(
        "{:02}:{:02}:{:02}",
        date.get_hours(),
        date.get_minutes(),
        date.get_seconds()
    )
}

/// `2026-11-22 14:03:27.123` in local time.
pub(crate) fn exact(at: u64) -> String {
    let date = date(at);
    let day = format!(
        "{}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    );
    format!("{day} {}.{:03}", of_day(at), date.get_milliseconds())
}

/// `just now`, `12 s ago`, `3 min ago`.
pub(crate) fn ago(at: u64, now: u64) -> String {
    let passed = now.saturating_sub(at);
    let (seconds, minutes, hours) = (passed / 1_000, passed / 60_000, passed / 3_600_000);
    match passed {
        0..1_000 => "just now".to_owned(),
        1_000..60_000 => format!("{seconds} s ago"),
        60_000..3_600_000 => format!("{minutes} min ago"),
        3_600_000..86_400_000 => format!("{hours} h ago"),
        _ => format!("{} d ago", hours / 24),
    }
}

/// Milliseconds since the page began, on a clock that never goes back.
pub(crate) fn monotonic() -> f64 {
    gloo::utils::window()
        .performance()
        .map_or(0.0, |clock| clock.now())
}

/// Waits.
pub(crate) async fn sleep(ms: f64) {
    let (sender, receiver) = futures_channel::oneshot::channel();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a short wait"
    )]
    let timer = gloo::timers::callback::Timeout::new(ms as u32, move || {
        // One who does not wait any more needs no call.
        let _ = sender.send(());
    });
    let _ = receiver.await;
    drop(timer);
}
