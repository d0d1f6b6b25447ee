//! Calendars and zones: local times, whole units between moments, starts of units. No clock.

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

use crate::fault::Fault;

/// A unit of time in formulas.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

impl Unit {
    /// The unit of a word, in singular or plural and any letter case.
    pub(crate) fn parse(word: &str) -> Option<Unit> {
        let lower = word.to_ascii_lowercase();
        Some(match lower.strip_suffix('s').unwrap_or(&lower) {
            "second" => Unit::Second,
            "minute" => Unit::Minute,
            "hour" => Unit::Hour,
            "day" => Unit::Day,
            "week" => Unit::Week,
            "month" => Unit::Month,
            "quarter" => Unit::Quarter,
            "year" => Unit::Year,
            _ => return None,
        })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Unit::Second => "second",
            Unit::Minute => "minute",
            Unit::Hour => "hour",
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Quarter => "quarter",
            Unit::Year => "year",
        }
    }

    /// Whether it has meaning for dates without a time.
    pub(crate) fn is_of_dates(self) -> bool {
        !matches!(self, Unit::Second | Unit::Minute | Unit::Hour)
    }

    /// Seconds of a unit of fixed length.
    pub(crate) fn seconds(self) -> Option<i64> {
        match self {
            Unit::Second => Some(1),
            Unit::Minute => Some(60),
            Unit::Hour => Some(3_600),
            Unit::Day => Some(86_400),
            Unit::Week => Some(604_800),
            _ => None,
        }
    }

    /// Months of a unit of the calendar.
    pub(crate) fn months(self) -> Option<i64> {
        match self {
            Unit::Month => Some(1),
            Unit::Quarter => Some(3),
            Unit::Year => Some(12),
            _ => None,
        }
    }
}

/// Dates in formulas have the years 1 to 9999.
pub(crate) fn within(date: NaiveDate) -> Result<NaiveDate, Fault> {
    if (1..=9999).contains(&date.year()) { Ok(date) } else { Err(Fault::Date) }
}

pub(crate) fn zone(name: &str) -> Result<Tz, Fault> {
    name.parse().map_err(|_| Fault::Value)
}

/// The last year whose changes of the clock the zone tables list.
const LAST_LISTED: i32 = 2037;

/// A listed year with the same weekdays, whose rules a later year is taken to have.
fn stand_in(moment: NaiveDateTime) -> Option<NaiveDateTime> {
    if moment.year() <= LAST_LISTED {
        return Some(moment);
    }
    let shape = |year: i32| NaiveDate::from_yo_opt(year, 1).map(|first| (first.leap_year(), first.weekday()));
    let year = (LAST_LISTED - 27..=LAST_LISTED).find(|year| shape(*year) == shape(moment.year()))?;
    moment.with_year(year)
}

/// The wall clock of an instant.
pub(crate) fn local(instant: DateTime<Utc>, zone: Tz) -> NaiveDateTime {
    let utc = instant.naive_utc();
    let listed = stand_in(utc).unwrap_or(utc);
    let offset = listed.and_utc().with_timezone(&zone).naive_local() - listed;
    utc + offset
}

/// The instant of a wall clock, as PostgreSQL decides it: a time that was skipped is read with the offset before
/// the change, one that occurs twice is the second.
pub(crate) fn instant(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    let listed = stand_in(local).unwrap_or(local);
    (local - offset(listed, zone)).and_utc()
}

/// The day of an instant in a zone.
pub fn day(instant: DateTime<Utc>, zone: Tz) -> NaiveDate {
    local(instant, zone).date()
}

/// The instant at which a day begins in a zone.
pub fn midnight(day: NaiveDate, zone: Tz) -> DateTime<Utc> {
    instant(day.and_time(NaiveTime::MIN), zone)
}

/// How far the zone's wall clock is ahead of UTC.
fn offset(local: NaiveDateTime, zone: Tz) -> TimeDelta {
    let mut before = local;
    for _ in 0..100 {
        if let Some(instant) = zone.from_local_datetime(&before).latest() {
            return before - instant.naive_utc();
        }
        before -= TimeDelta::minutes(30);
    }
    TimeDelta::zero()
}

/// The moment some whole units later or earlier; months keep the day where they can and cut it where they must.
pub(crate) fn add(moment: NaiveDateTime, count: i64, unit: Unit) -> Result<NaiveDateTime, Fault> {
    let moved = shift(moment, count, unit).ok_or(Fault::Date)?;
    within(moved.date()).map(|_| moved)
}

fn shift(moment: NaiveDateTime, count: i64, unit: Unit) -> Option<NaiveDateTime> {
    match (unit.months(), unit.seconds()) {
        (Some(months), _) => {
            let months = count.checked_mul(months)?;
            let size = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
            if months < 0 { moment.checked_sub_months(size) } else { moment.checked_add_months(size) }
        }
        (None, seconds) => {
            let seconds = count.checked_mul(seconds.unwrap_or(1))?;
            TimeDelta::try_seconds(seconds).and_then(|delta| moment.checked_add_signed(delta))
        }
    }
}

/// Whole units from the first moment to the second, negative where it is earlier.
pub(crate) fn between(from: NaiveDateTime, to: NaiveDateTime, unit: Unit) -> i64 {
    match (unit.months(), unit.seconds()) {
        (Some(months), _) => months_between(from, to) / months,
        (None, seconds) => {
            let micros = (to - from).num_microseconds().unwrap_or(0);
            micros / (seconds.unwrap_or(1) * 1_000_000)
        }
    }
}

fn months_between(from: NaiveDateTime, to: NaiveDateTime) -> i64 {
    let months = |moment: NaiveDateTime| i64::from(moment.year()) * 12 + i64::from(moment.month());
    let within = |moment: NaiveDateTime| (moment.day(), moment.time());
    let whole = months(to) - months(from);
    match () {
        _ if to >= from && within(to) < within(from) => whole - 1,
        _ if to < from && within(to) > within(from) => whole + 1,
        _ => whole,
    }
}

/// The first moment of the unit that the moment is in; weeks begin on Monday.
pub(crate) fn start(moment: NaiveDateTime, unit: Unit) -> NaiveDateTime {
    let date = moment.date();
    let first = |month: u32| NaiveDate::from_ymd_opt(date.year(), month, 1).unwrap_or(date);
    let day = match unit {
        Unit::Week => date - Days::new(u64::from(date.weekday().num_days_from_monday())),
        Unit::Month => first(date.month()),
        Unit::Quarter => first(date.month0() / 3 * 3 + 1),
        Unit::Year => first(1),
        _ => date,
    };
    match unit.seconds() {
        Some(seconds) if seconds < 86_400 => {
            let elapsed = (moment.time() - NaiveTime::MIN).num_seconds();
            date.and_time(NaiveTime::MIN) + TimeDelta::seconds(elapsed / seconds * seconds)
        }
        _ => day.and_time(NaiveTime::MIN),
    }
}

/// The first moment of the next unit.
pub(crate) fn next(moment: NaiveDateTime, unit: Unit) -> NaiveDateTime {
    let start = start(moment, unit);
    shift(start, 1, unit).unwrap_or(start)
}
