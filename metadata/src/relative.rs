//! Dates relative to the day on which data is loaded, so that sample data never looks old:
//! `@today-30`, `@today+3T09:30`, `@now-3d`, `@now+2h`.

use chrono::{DateTime, Duration, NaiveTime, SecondsFormat, Utc};

/// The value that a relative text means at `now`: a date, or an instant in UTC. `None` for any other text.
pub fn resolve(text: &str, now: DateTime<Utc>) -> Option<String> {
    if let Some(rest) = text.strip_prefix("@today") {
        return on_day(rest, now);
    }
    let rest = text.strip_prefix("@now")?;
    let at = if rest.is_empty() { now } else { now.checked_add_signed(span(rest)?)? };
    Some(at.to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// `+3`, `-30`, `+3T09:30` behind `@today`.
fn on_day(rest: &str, now: DateTime<Utc>) -> Option<String> {
    let (days, time) = rest.split_once('T').map_or((rest, None), |(days, time)| (days, Some(time)));
    let days = if days.is_empty() { 0 } else { signed(days)? };
    let day = now.date_naive().checked_add_signed(Duration::try_days(days)?)?;
    let Some(time) = time else { return Some(day.to_string()) };
    let time = ["%H:%M", "%H:%M:%S"].iter().find_map(|form| NaiveTime::parse_from_str(time, form).ok())?;
    Some(day.and_time(time).and_utc().to_rfc3339_opts(SecondsFormat::Micros, true))
}

/// `-3d`, `+2h`, `+15m` behind `@now`.
fn span(rest: &str) -> Option<Duration> {
    let unit = rest.chars().last()?;
    let number = signed(rest.strip_suffix(unit)?)?;
    match unit {
        'd' => Duration::try_days(number),
        'h' => Duration::try_hours(number),
        'm' => Duration::try_minutes(number),
        _ => None,
    }
}

/// A number with its sign, which must be there.
fn signed(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-'])?;
    let plain = !digits.is_empty() && digits.len() <= 6 && digits.bytes().all(|b| b.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_hours_and_what_is_no_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-20T12:00:00Z").unwrap().to_utc();
        let cases = [
            ("@today", Some("2026-11-20")),
            ("@today-30", Some("2026-10-21")),
            ("@today+14", Some("2026-12-04")),
            ("@today+3T09:30", Some("2026-11-23T09:30:00.000000Z")),
            ("@now", Some("2026-11-20T12:00:00.000000Z")),
            ("@now-3d", Some("2026-11-17T12:00:00.000000Z")),
            ("@now+2h", Some("2026-11-20T14:00:00.000000Z")),
            ("@today30", None),
            ("@todays", None),
            ("@now-3y", None),
            ("@today+9999999", None),
            ("@now+é", None),
            ("@acct_tidewater", None),
            ("today", None),
        ];
        for (text, expected) in cases {
            assert_eq!(resolve(text, now).as_deref(), expected, "{text}");
        }
    }
}
