//! Which days a rule means: period by period (day, week, month, year), the days of each that fit, in order.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, Weekday};

use super::{Day, Frequency, Rule};

/// Last year of a calendar that people use.
const LAST_YEAR: i32 = 9999;
/// Periods that are looked at before a rule is taken to mean no day at all, such as the 31st of every February.
const MOST_PERIODS: u32 = 5000;

/// The first `most` occurrences after `start`, at its time of day.
pub(super) fn after(rule: &Rule, start: NaiveDateTime, most: usize) -> Vec<NaiveDateTime> {
    let mut found = Vec::new();
    for at in 0..MOST_PERIODS {
        let Some(days) = period(rule, start.date(), at) else { break };
        let later = days
            .into_iter()
            .map(|day| day.and_time(start.time()))
            .filter(|at| *at > start && at.year() <= LAST_YEAR);
        found.extend(later);
        if found.len() >= most {
            break;
        }
    }
    found.truncate(most);
    found
}

/// The days of the period number `at` that the rule means; `None` past the end of the calendar.
fn period(rule: &Rule, start: NaiveDate, at: u32) -> Option<Vec<NaiveDate>> {
    let steps = at.checked_mul(rule.interval)?;
    let mut days = match rule.frequency {
        Frequency::Daily => vec![start.checked_add_days(Days::new(u64::from(steps)))?],
        Frequency::Weekly => week(rule, start, steps)?,
        Frequency::Monthly => {
            month(rule, first_of(start)?.checked_add_months(Months::new(steps))?, start.day())
        }
        Frequency::Yearly => year(rule, start, steps)?,
    };
    days.retain(|day| fits(rule, *day));
    days.sort_unstable();
    days.dedup();
    Some(days)
}

fn first_of(day: NaiveDate) -> Option<NaiveDate> {
    day.with_day(1)
}

fn week(rule: &Rule, start: NaiveDate, steps: u32) -> Option<Vec<NaiveDate>> {
    let monday = start.checked_sub_days(Days::new(u64::from(start.weekday().num_days_from_monday())))?;
    let monday = monday.checked_add_days(Days::new(7 * u64::from(steps)))?;
    let wanted: Vec<Weekday> = match rule.days.is_empty() {
        true => vec![start.weekday()],
        false => rule.days.iter().map(|day| day.weekday).collect(),
    };
    let day =
        |weekday: &Weekday| monday.checked_add_days(Days::new(u64::from(weekday.num_days_from_monday())));
    wanted.iter().map(day).collect()
}

/// Days of one month: those of the week, those of the month, or the one that `day` says.
fn month(rule: &Rule, first: NaiveDate, day: u32) -> Vec<NaiveDate> {
    let all: Vec<NaiveDate> = first.iter_days().take_while(|day| day.month() == first.month()).collect();
    let last = all.len();
    let is_number = |day: &NaiveDate, number: &i32| match *number {
        number if number > 0 => i64::from(day.day()) == i64::from(number),
        number => i64::from(day.day()) == last as i64 + 1 + i64::from(number),
    };
    if rule.days.is_empty() && rule.month_days.is_empty() {
        return all.into_iter().filter(|one| one.day() == day).collect();
    }
    let by_number = |one: &NaiveDate| {
        rule.month_days.is_empty() || rule.month_days.iter().any(|number| is_number(one, number))
    };
    let by_day = |one: &NaiveDate| rule.days.is_empty() || rule.days.iter().any(|day| is_day(one, day, last));
    all.into_iter().filter(|one| by_number(one) && by_day(one)).collect()
}

/// Whether a day is the one of the week that is meant, in a month of so many days.
fn is_day(day: &NaiveDate, wanted: &Day, last: usize) -> bool {
    let from_start = (day.day0() / 7 + 1).cast_signed();
    let from_end = -((last as u32 - day.day()) / 7 + 1).cast_signed();
    day.weekday() == wanted.weekday && wanted.nth.is_none_or(|nth| nth == from_start || nth == from_end)
}

fn year(rule: &Rule, start: NaiveDate, steps: u32) -> Option<Vec<NaiveDate>> {
    let january = NaiveDate::from_ymd_opt(start.year(), 1, 1)?
        .checked_add_months(Months::new(steps.checked_mul(12)?))?;
    // Days of the week or of the month mean every month, unless some are named.
    let every = !rule.days.is_empty() || !rule.month_days.is_empty();
    let months: Vec<u32> = match (rule.months.as_slice(), every) {
        ([], true) => (1..=12).collect(),
        ([], false) => vec![start.month()],
        (named, _) => named.to_vec(),
    };
    let days = months.iter().filter_map(|number| january.with_month(*number));
    Some(days.flat_map(|first| month(rule, first, start.day())).collect())
}

/// What is left out of the days of a period.
fn fits(rule: &Rule, day: NaiveDate) -> bool {
    let by_month = rule.months.is_empty() || rule.months.contains(&day.month());
    if rule.frequency != Frequency::Daily {
        return by_month;
    }
    let by_day = rule.days.is_empty() || rule.days.iter().any(|one| one.weekday == day.weekday());
    let last = day.num_days_in_month();
    let is_number = |number: &i32| {
        let wanted = if *number > 0 { *number } else { i32::from(last) + 1 + number };
        day.day().cast_signed() == wanted
    };
    by_month && by_day && (rule.month_days.is_empty() || rule.month_days.iter().any(is_number))
}
