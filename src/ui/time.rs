//! The person's clock: now, and times of day in the local time zone.

use std::cell::Cell;

use js_sys::Date;
use wasm_bindgen::JsValue;

thread_local! {
    static STANDS: Cell<Option<u64>> = const { Cell::new(None) };
}

/// From now on it is so many milliseconds since 1970: the laboratory's clock stands, or goes by
/// itself.
pub(crate) fn stand_at(at: u64) {
    STANDS.set(Some(at));
}

/// Milliseconds since 1970.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a browser's clock is after 1970"
)]
pub(crate) fn now() -> u64 {
    STANDS.get().unwrap_or_else(|| Date::now() as u64)
}

/// Milliseconds of a clock that never goes back.
pub(crate) fn monotonic() -> f64 {
    let clock = gloo::utils::window().performance();
    clock.map_or_else(Date::now, |clock| clock.now())
}

#[expect(clippy::cast_precision_loss, reason = "times are below 2^53")]
fn date(at: u64) -> Date {
    Date::new(&JsValue::from_f64(at as f64))
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
    format!(
        "{}-{:02}-{:02} {}.{:03}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date(),
        of_day(at),
        date.get_milliseconds()
    )
}
