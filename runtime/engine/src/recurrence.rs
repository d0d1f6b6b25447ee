//! When things come again, on the clock of some place: rules count in local time, records keep moments. Where the
//! clock is put forward, a time that it does not show is the one an hour later; where it is put back, the first of both.

use chrono::{DateTime, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use metadata::Problem;
use metadata::recurrence::Rule;

use crate::error::{Error, Result};

/// Most occurrences that are told at once.
pub const MOST: usize = 100;

/// The zone of this IANA name.
pub(crate) fn zone(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// What the clock of a place shows.
pub(crate) fn local(at: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    at.with_timezone(&zone).naive_local()
}

/// The moment at which the clock of a place shows this.
pub(crate) fn moment(at: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let shown = |at: NaiveDateTime| zone.from_local_datetime(&at).earliest().map(|at| at.to_utc());
    let later = |hours| at.checked_add_signed(TimeDelta::hours(hours)).and_then(shown);
    shown(at).or_else(|| later(1)).or_else(|| later(24)).unwrap_or_else(|| at.and_utc())
}

/// The occurrences of a rule after a moment, and the rule as it is kept.
///
/// # Errors
/// What is wrong with the rule or the zone, at `rule` and `time_zone`.
pub fn preview(
    (rule, name): (&str, Option<&str>),
    start: DateTime<Utc>,
    most: usize,
) -> Result<(String, Vec<DateTime<Utc>>)> {
    let mut problems = Vec::new();
    let place = name.map_or(Some(Tz::UTC), zone);
    if place.is_none() {
        let text = "there is no such time zone";
        problems.push(Problem::new("time_zone", "unknown-zone", text).hint("a name such as Europe/Budapest"));
    }
    match (Rule::parse(rule), place) {
        (Ok(rule), Some(zone)) => {
            let found = rule.after(local(start, zone), most.min(MOST), &|at| local(at, zone));
            Ok((rule.text(), found.into_iter().map(|at| moment(at, zone)).collect()))
        }
        (Err(fault), _) => {
            problems.insert(0, fault.at("rule"));
            Err(Error::Unprocessable(problems))
        }
        (Ok(_), None) => Err(Error::Unprocessable(problems)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(rule: &str, start: &str, zone: &str) -> Vec<String> {
        let (_, found) = preview((rule, Some(zone)), start.parse().unwrap(), 3).unwrap();
        found.into_iter().map(|at| at.format("%Y-%m-%dT%H:%MZ").to_string()).collect()
    }

    #[test]
    fn the_clock_of_the_place_counts() {
        // 9 o'clock in Budapest on both sides of the end of summer time.
        assert_eq!(
            told("FREQ=WEEKLY", "2026-10-15T07:00:00Z", "Europe/Budapest"),
            ["2026-10-22T07:00Z", "2026-10-29T08:00Z", "2026-11-05T08:00Z"]
        );
        // The day in Auckland is another one than in UTC.
        assert_eq!(
            told("FREQ=WEEKLY;BYDAY=MO", "2026-11-22T20:00:00Z", "Pacific/Auckland"),
            ["2026-11-29T20:00Z", "2026-12-06T20:00Z", "2026-12-13T20:00Z"]
        );
    }

    #[test]
    fn a_time_that_is_skipped_is_an_hour_later() {
        assert_eq!(
            told("FREQ=DAILY", "2027-03-27T01:30:00Z", "Europe/Budapest"),
            ["2027-03-28T01:30Z", "2027-03-29T00:30Z", "2027-03-30T00:30Z"]
        );
    }

    #[test]
    fn all_problems_are_told() {
        let error = preview(("FREQ=HOURLY", Some("Mars/Olympus")), DateTime::UNIX_EPOCH, 5).unwrap_err();
        let Error::Unprocessable(found) = error else { panic!("{error:?}") };
        let places: Vec<&str> = found.iter().map(|problem| problem.path.as_str()).collect();
        assert_eq!(places, ["rule", "time_zone"]);
    }
}
