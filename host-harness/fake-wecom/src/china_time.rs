//! Calendar of China Standard Time, UTC+8 without summer time: what WeCom numbers forms and half-days by.

/// Seconds that China is ahead of UTC.
const AHEAD_OF_UTC_SECONDS: u64 = 8 * 3_600;

const DAY_SECONDS: u64 = 86_400;

/// `yyyyMMdd` in China at a unix time.
pub(crate) fn day(unix_seconds: u64) -> String {
    let (year, month, day) = civil(days_since_epoch(unix_seconds));
    format!("{year:04}{month:02}{day:02}")
}

/// `yyyy-MM-dd HH:mm:ss` in China at a unix time, for people.
pub(crate) fn moment(unix_seconds: u64) -> String {
    let (year, month, day) = civil(days_since_epoch(unix_seconds));
    let second = second_of_day(unix_seconds);
    let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
}

/// Seconds since midnight in China at a unix time.
pub(crate) fn second_of_day(unix_seconds: u64) -> u64 {
    unix_seconds.saturating_add(AHEAD_OF_UTC_SECONDS) % DAY_SECONDS
}

fn days_since_epoch(unix_seconds: u64) -> u64 {
    unix_seconds.saturating_add(AHEAD_OF_UTC_SECONDS) / DAY_SECONDS
}

/// Days since 1970-01-01 to year, month, day: Howard Hinnant's `civil_from_days` for days from the epoch on.
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days.saturating_add(719_468);
    let era = shifted / 146_097;
    let day_of_era = shifted % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_changes_at_midnight_in_china_not_in_utc() {
        assert_eq!(day(1_767_196_799), "20251231");
        assert_eq!(day(1_767_196_800), "20260101");
        assert_eq!(moment(1_767_225_600), "2026-01-01 08:00:00");
    }

    #[test]
    fn leap_days_are_counted() {
        assert_eq!(day(1_709_136_000), "20240229");
        assert_eq!(day(951_782_400), "20000229");
    }
}
