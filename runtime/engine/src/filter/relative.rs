//! Words for dates that move: `today`, `this_month`, `last_n_days:30`. A word is a span of whole days;
//! weeks begin on Monday, days when they do where the asker is.

use chrono::{Datelike, Days, Months, NaiveDate};

/// First day, and the day after the last.
pub type Span = (NaiveDate, NaiveDate);

/// The span that `word` means on the day `today`; `None` when it is not such a word.
pub fn span(word: &str, today: NaiveDate) -> Option<Span> {
    if let Some((name, count)) = word.split_once(':') {
        return counted(name, count.parse().ok().filter(|n| (1..=36_500).contains(n))?, today);
    }
    match word {
        "today" => days(today, 0, 1),
        "yesterday" => days(today, -1, 1),
        "tomorrow" => days(today, 1, 1),
        _ => {
            let (when, unit) = word.split_once('_')?;
            let shift = match when {
                "last" => -1,
                "this" => 0,
                "next" => 1,
                _ => return None,
            };
            period(unit, shift, today)
        }
    }
}

fn counted(name: &str, count: i64, today: NaiveDate) -> Option<Span> {
    match name {
        // Today and the days before it; today and the days after it.
        "last_n_days" => days(today, 1 - count, count),
        "next_n_days" => days(today, 0, count),
        _ => None,
    }
}

fn days(today: NaiveDate, offset: i64, count: i64) -> Option<Span> {
    let start = shift_days(today, offset)?;
    Some((start, shift_days(start, count)?))
}

fn shift_days(day: NaiveDate, by: i64) -> Option<NaiveDate> {
    let days = Days::new(by.unsigned_abs());
    if by < 0 { day.checked_sub_days(days) } else { day.checked_add_days(days) }
}

fn period(unit: &str, shift: i32, today: NaiveDate) -> Option<Span> {
    let months = match unit {
        "week" => {
            let monday = shift_days(today, -i64::from(today.weekday().num_days_from_monday()))?;
            return days(monday, i64::from(shift) * 7, 7);
        }
        "month" => 1,
        "quarter" => 3,
        "year" => 12,
        _ => return None,
    };
    let index = today.year() * 12 + today.month0() as i32;
    let start = first_of(index - index.rem_euclid(months) + shift * months)?;
    Some((start, start.checked_add_months(Months::new(months as u32))?))
}

fn first_of(month_index: i32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(month_index.div_euclid(12), month_index.rem_euclid(12) as u32 + 1, 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_of_a_day_in_the_last_quarter() {
        let day = |y, m, d| NaiveDate::from_ymd_opt(y, m, d).unwrap();
        let today = day(2026, 11, 20);
        for (word, from, to) in [
            ("today", day(2026, 11, 20), day(2026, 11, 21)),
            ("yesterday", day(2026, 11, 19), day(2026, 11, 20)),
            ("this_week", day(2026, 11, 16), day(2026, 11, 23)),
            ("last_month", day(2026, 10, 1), day(2026, 11, 1)),
            ("next_quarter", day(2027, 1, 1), day(2027, 4, 1)),
            ("this_year", day(2026, 1, 1), day(2027, 1, 1)),
            ("last_n_days:30", day(2026, 10, 22), day(2026, 11, 21)),
            ("next_n_days:7", day(2026, 11, 20), day(2026, 11, 27)),
        ] {
            assert_eq!(span(word, today), Some((from, to)), "{word}");
        }
        assert_eq!(span("last_n_days:x", today), None);
        assert_eq!(span("won", today), None);
    }
}
