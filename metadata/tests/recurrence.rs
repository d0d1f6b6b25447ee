//! When rules come again: cases whose answers python-dateutil gives too, and texts that are no rules.
#![allow(clippy::unwrap_used, reason = "a failing case should stop its test")]

use chrono::NaiveDateTime;
use metadata::recurrence::Rule;

fn after(rule: &str, start: &str, most: usize) -> Vec<String> {
    let start = NaiveDateTime::parse_from_str(start, "%Y-%m-%d %H:%M").unwrap();
    let found = Rule::parse(rule).unwrap().after(start, most, &|at| at.naive_utc());
    found.into_iter().map(|at| at.format("%Y-%m-%d").to_string()).collect()
}

#[test]
fn another_reader_of_rules_says_the_same() {
    // 240 random rules with the next six days of each, told by python-dateutil 2.9.
    let cases: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../cases/recurrence.json")).unwrap();
    assert_eq!(cases.len(), 240);
    for case in cases {
        let (rule, start) = (case["rule"].as_str().unwrap(), case["start"].as_str().unwrap());
        let expected: Vec<&str> =
            case["next"].as_array().unwrap().iter().filter_map(|day| day.as_str()).collect();
        let found: Vec<String> =
            after(rule, start, 6).into_iter().filter(|day| day.as_str() < "2201").take(6).collect();
        assert_eq!(found, expected, "{rule} from {start}");
    }
}

#[test]
fn rules_end() {
    assert_eq!(after("FREQ=DAILY;COUNT=3", "2026-01-01 09:00", 9), ["2026-01-02", "2026-01-03"]);
    assert_eq!(after("FREQ=DAILY;UNTIL=20260102T090000Z", "2026-01-01 09:00", 9), ["2026-01-02"]);
    assert_eq!(after("FREQ=DAILY;UNTIL=20260102T085959", "2026-01-01 09:00", 9), [""; 0]);
    assert_eq!(after("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "2026-01-01 09:00", 9), [""; 0]);
    assert_eq!(after("FREQ=YEARLY;INTERVAL=1000", "2026-01-01 09:00", 9).len(), 7);
    let following = |text: &str| Rule::parse(text).unwrap().following().map(|rule| rule.text());
    assert_eq!(following("FREQ=DAILY;COUNT=3").as_deref(), Some("FREQ=DAILY;COUNT=2"));
    assert_eq!(following("FREQ=DAILY;COUNT=1"), None);
    assert_eq!(following("FREQ=DAILY").as_deref(), Some("FREQ=DAILY"));
}

#[test]
fn rules_are_kept_in_one_spelling() {
    for (text, kept) in [
        ("rrule:freq=weekly;wkst=mo;byday=th,mo,th;interval=1;", "FREQ=WEEKLY;BYDAY=TH,MO"),
        (" FREQ=MONTHLY;BYDAY=+1MO,-1FR ", "FREQ=MONTHLY;BYDAY=1MO,-1FR"),
        ("UNTIL=20271231T170000Z;FREQ=YEARLY;BYMONTH=02", "FREQ=YEARLY;BYMONTH=2;UNTIL=20271231T170000Z"),
        ("FREQ=DAILY;COUNT=07", "FREQ=DAILY;COUNT=7"),
    ] {
        let rule = Rule::parse(text).unwrap();
        assert_eq!(rule.text(), kept);
        assert_eq!(Rule::parse(kept).unwrap(), rule);
    }
}

#[test]
fn what_is_no_rule_is_told_with_its_part() {
    for (text, part) in [
        ("", "``"),
        ("weekly", "`WEEKLY`"),
        ("INTERVAL=2", "FREQ is missing"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is there twice"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=DAILY;INTERVAL=99999999999", "INTERVAL=99999999999"),
        ("FREQ=DAILY;COUNT=-1", "COUNT=-1"),
        ("FREQ=DAILY;COUNT=2;UNTIL=20271231", "do not go together"),
        ("FREQ=WEEKLY;BYDAY=MO,XX", "BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=ÄÖ", "BYDAY=ÄÖ"),
        ("FREQ=WEEKLY;BYDAY=1MO", "nth day of a week"),
        ("FREQ=YEARLY;BYDAY=1MO", "needs BYMONTH"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "WEEKLY"),
        ("FREQ=MONTHLY;BYDAY=6MO", "BYDAY=6MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY=0"),
        ("FREQ=MONTHLY;BYMONTHDAY=-2147483648", "BYMONTHDAY=-2147483648"),
        ("FREQ=MONTHLY;BYSETPOS=1", "`BYSETPOS`"),
        ("FREQ=DAILY;UNTIL=20271301", "UNTIL=20271301"),
        ("FREQ=DAILY;UNTIL=99999999T999999Z", "UNTIL=99999999"),
        ("FREQ=DAILY;WKST=SU", "WKST=SU"),
    ] {
        let fault = Rule::parse(text).unwrap_err();
        assert!(fault.code == "bad-recurrence" && fault.message.contains(part), "{text}: {}", fault.message);
    }
    assert!(Rule::parse(&"X".repeat(10_000)).is_err());
}
