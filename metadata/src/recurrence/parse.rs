//! The text of a rule and back.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc, Weekday};

use super::{BAD_RULE, Day, End, Frequency, MAX_LENGTH, Rule};
use crate::problem::Fault;

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("MO", Weekday::Mon),
    ("TU", Weekday::Tue),
    ("WE", Weekday::Wed),
    ("TH", Weekday::Thu),
    ("FR", Weekday::Fri),
    ("SA", Weekday::Sat),
    ("SU", Weekday::Sun),
];
const FREQUENCIES: [(&str, Frequency); 4] = [
    ("DAILY", Frequency::Daily),
    ("WEEKLY", Frequency::Weekly),
    ("MONTHLY", Frequency::Monthly),
    ("YEARLY", Frequency::Yearly),
];
/// Largest `INTERVAL` and `COUNT`.
const MOST: u32 = 1000;

/// What the parts say, each at most once.
#[derive(Default)]
struct Parts {
    frequency: Option<Frequency>,
    interval: Option<u32>,
    days: Option<Vec<Day>>,
    month_days: Option<Vec<i32>>,
    months: Option<Vec<u32>>,
    count: Option<u32>,
    until: Option<End>,
}

pub(super) fn rule(text: &str) -> Result<Rule, Fault> {
    if text.len() > MAX_LENGTH {
        return Err(fault(format!("the rule is longer than {MAX_LENGTH} characters")));
    }
    let upper = text.trim().to_ascii_uppercase();
    let body = upper.strip_prefix("RRULE:").unwrap_or(&upper);
    let mut parts = Parts::default();
    for part in body.trim_end_matches(';').split(';') {
        parts.take(part)?;
    }
    parts.finish()
}

fn fault(message: impl Into<String>) -> Fault {
    Fault::new(BAD_RULE, message)
}

/// Keeps a value unless its part was there before.
fn once<T>(slot: &mut Option<T>, key: &str, value: T) -> Result<(), Fault> {
    match slot.replace(value) {
        None => Ok(()),
        Some(_) => Err(fault(format!("{key} is there twice"))),
    }
}

impl Parts {
    fn take(&mut self, part: &str) -> Result<(), Fault> {
        let Some((key, value)) = part.split_once('=') else {
            return Err(fault(format!("`{part}` is not a part such as FREQ=WEEKLY")));
        };
        match key {
            "FREQ" => once(&mut self.frequency, key, frequency(value)?),
            "INTERVAL" => once(&mut self.interval, key, whole(key, value)?),
            "COUNT" => once(&mut self.count, key, whole(key, value)?),
            "UNTIL" => once(&mut self.until, key, until(value)?),
            "BYDAY" => once(&mut self.days, key, list(value, day)?),
            "BYMONTHDAY" => once(&mut self.month_days, key, list(value, month_day)?),
            "BYMONTH" => once(&mut self.months, key, list(value, month)?),
            // Weeks begin on Monday here; saying so changes nothing.
            "WKST" if value == "MO" => Ok(()),
            "WKST" => Err(fault(format!("WKST={value}: weeks begin on Monday here"))),
            _ => Err(fault(format!(
                "`{key}` is not understood; there are FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, COUNT and UNTIL"
            ))),
        }
    }

    fn finish(self) -> Result<Rule, Fault> {
        let frequency =
            self.frequency.ok_or_else(|| fault("FREQ is missing: DAILY, WEEKLY, MONTHLY or YEARLY"))?;
        let end = match (self.count, self.until) {
            (Some(_), Some(_)) => return Err(fault("COUNT and UNTIL do not go together")),
            (Some(count), None) => End::Count(count),
            (None, until) => until.unwrap_or(End::Never),
        };
        let rule = Rule {
            frequency,
            interval: self.interval.unwrap_or(1),
            days: self.days.unwrap_or_default(),
            month_days: self.month_days.unwrap_or_default(),
            months: self.months.unwrap_or_default(),
            end,
        };
        let months = matches!(frequency, Frequency::Monthly | Frequency::Yearly);
        if !months && rule.days.iter().any(|day| day.nth.is_some()) {
            return Err(fault("BYDAY: the nth day of a week is for MONTHLY and YEARLY"));
        }
        if frequency == Frequency::Weekly && !rule.month_days.is_empty() {
            return Err(fault("BYMONTHDAY does not go together with WEEKLY"));
        }
        let is_bounded = frequency != Frequency::Yearly || !rule.months.is_empty();
        if !is_bounded && rule.days.iter().any(|day| day.nth.is_some()) {
            return Err(fault("BYDAY: the nth day of a year needs BYMONTH"));
        }
        Ok(rule)
    }
}

fn frequency(value: &str) -> Result<Frequency, Fault> {
    let found = FREQUENCIES.iter().find(|(word, _)| *word == value);
    found
        .map(|(_, frequency)| *frequency)
        .ok_or_else(|| fault(format!("FREQ={value}: expected DAILY, WEEKLY, MONTHLY or YEARLY")))
}

fn whole(key: &str, value: &str) -> Result<u32, Fault> {
    let number = value.parse::<u32>().ok().filter(|number| (1..=MOST).contains(number));
    number.ok_or_else(|| fault(format!("{key}={value}: expected a whole number from 1 to {MOST}")))
}

fn list<T: PartialEq>(value: &str, read: impl Fn(&str) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let mut all = Vec::new();
    for word in value.split(',') {
        let one = read(word)?;
        if !all.contains(&one) {
            all.push(one);
        }
    }
    Ok(all)
}

fn day(word: &str) -> Result<Day, Fault> {
    let wrong = || {
        fault(format!("BYDAY={word}: expected a day such as MO, or 1MO and -1FR for the first and the last"))
    };
    if !word.is_ascii() || word.len() < 2 {
        return Err(wrong());
    }
    let (nth, name) = word.split_at(word.len() - 2);
    let weekday = WEEKDAYS.iter().find(|(known, _)| *known == name).map(|(_, day)| *day).ok_or_else(wrong)?;
    let nth = match nth {
        "" => None,
        number => Some(signed(number, 5).ok_or_else(wrong)?),
    };
    Ok(Day { nth, weekday })
}

fn month_day(word: &str) -> Result<i32, Fault> {
    signed(word, 31)
        .ok_or_else(|| fault(format!("BYMONTHDAY={word}: expected 1 to 31, or -1 for the last day")))
}

fn month(word: &str) -> Result<u32, Fault> {
    let number = word.parse::<u32>().ok().filter(|month| (1..=12).contains(month));
    number.ok_or_else(|| fault(format!("BYMONTH={word}: expected 1 to 12")))
}

/// A number from 1 to `most`, with a sign or without.
fn signed(word: &str, most: i32) -> Option<i32> {
    word.parse::<i32>().ok().filter(|number| (1..=most).contains(&number.unsigned_abs().cast_signed()))
}

fn until(value: &str) -> Result<End, Fault> {
    let local = |text: &str| NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%S").ok();
    let end = match value.strip_suffix('Z') {
        Some(text) => local(text).map(|at| End::Moment(at.and_utc())),
        None if value.contains('T') => local(value).map(End::Local),
        None if value.len() == 8 => NaiveDate::parse_from_str(value, "%Y%m%d").ok().map(End::Day),
        None => None,
    };
    end.ok_or_else(|| fault(format!("UNTIL={value}: expected a day such as 20271231, or 20271231T170000Z")))
}

pub(super) fn text(rule: &Rule) -> String {
    let word = FREQUENCIES.iter().find(|(_, known)| *known == rule.frequency).map_or("", |(word, _)| word);
    let mut parts = vec![format!("FREQ={word}")];
    if rule.interval != 1 {
        parts.push(format!("INTERVAL={}", rule.interval));
    }
    let joined = |words: Vec<String>| words.join(",");
    if !rule.months.is_empty() {
        parts.push(format!("BYMONTH={}", joined(rule.months.iter().map(u32::to_string).collect())));
    }
    if !rule.month_days.is_empty() {
        parts.push(format!("BYMONTHDAY={}", joined(rule.month_days.iter().map(i32::to_string).collect())));
    }
    if !rule.days.is_empty() {
        parts.push(format!("BYDAY={}", joined(rule.days.iter().map(day_text).collect())));
    }
    match rule.end {
        End::Never => {}
        End::Count(count) => parts.push(format!("COUNT={count}")),
        End::Day(day) => parts.push(format!("UNTIL={}", day.format("%Y%m%d"))),
        End::Moment(at) => parts.push(format!("UNTIL={}", utc(at))),
        End::Local(at) => parts.push(format!("UNTIL={}", at.format("%Y%m%dT%H%M%S"))),
    }
    parts.join(";")
}

fn utc(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

fn day_text(day: &Day) -> String {
    let word = WEEKDAYS.iter().find(|(_, known)| *known == day.weekday).map_or("", |(word, _)| word);
    format!("{}{word}", day.nth.map(|nth| nth.to_string()).unwrap_or_default())
}
