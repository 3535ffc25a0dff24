//! The calendar: what date and time of day it is, in universal time, so many seconds after 1970
//! began.
//!
//! Bound: any year up to 10^11; before 1970 there is none.

/// A date and time of day in universal time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    year: u64,
    /// From 1 on.
    month: u64,
    /// Of the month, from 1 on.
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Date {
    /// The date so many seconds after 1970 began, by counting the days of 400-year cycles that
    /// begin on 1 March (H. Hinnant's algorithm).
    #[must_use]
    pub const fn of(seconds: u64) -> Self {
        let (days, rest) = (seconds / 86_400 + 719_468, seconds % 86_400);
        let (cycle, day) = (days / 146_097, days % 146_097);
        let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let march = (5 * day + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        Self {
            year: cycle * 400 + year + if month <= 2 { 1 } else { 0 },
            month,
            day: day - (153 * march + 2) / 5 + 1,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }

    /// The date, as ISO 8601 has it: `2024-02-29`.
    #[must_use]
    pub fn day(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    /// The time of day: `23:59:59`.
    #[must_use]
    pub fn time(&self) -> String {
        format!("{:02}:{:02}:{:02}", self.hour, self.minute, self.second)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_over_leap_years_and_centuries() {
        let date = |seconds| {
            let date = Date::of(seconds);
            (date.year, date.month, date.day)
        };
        assert_eq!(date(0), (1970, 1, 1));
        assert_eq!(date(951_782_399), (2000, 2, 28));
        assert_eq!(date(951_782_400), (2000, 2, 29));
        assert_eq!(date(1_709_251_199), (2024, 2, 29));
        assert_eq!(date(1_709_251_200), (2024, 3, 1));
        assert_eq!(date(4_107_542_400), (2100, 3, 1));
        let last = Date::of(951_782_399);
        assert_eq!((last.hour, last.minute, last.second), (23, 59, 59));
    }
}
