//! What a filter and a sort should answer, worked out record by record in memory from the records' own
//! JSON. Slow and simple on purpose: it shares no code with the engine.

use std::cmp::Ordering;

use chrono::{DateTime, Datelike, NaiveDate, NaiveTime, Utc};
use serde_json::Value as Json;

/// How a field's values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Text,
    Number,
    Bool,
    Date,
    Instant,
    Time,
    Id,
    List,
    Document,
}

/// One comparable value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Bool(bool),
    Date(NaiveDate),
    Instant(DateTime<Utc>),
    Time(NaiveTime),
    List(Vec<String>),
    Document(Json),
}

/// The value of a field of one record; `None` is blank.
pub fn value(sort: Sort, json: &Json) -> Option<Value> {
    Some(match (sort, json) {
        (_, Json::Null) => return None,
        (Sort::Text | Sort::Id, Json::String(text)) if text.is_empty() => return None,
        (Sort::Text | Sort::Id, Json::String(text)) => Value::Text(text.clone()),
        (Sort::Number, Json::String(text)) => Value::Number(text.parse().ok()?),
        (Sort::Number, json) => Value::Number(json.as_f64()?),
        (Sort::Bool, Json::String(text)) => Value::Bool(text.parse().ok()?),
        (Sort::Bool, json) => Value::Bool(json.as_bool()?),
        (Sort::Date, json) => Value::Date(json.as_str()?.parse().ok()?),
        (Sort::Instant, json) => Value::Instant(json.as_str()?.parse().ok()?),
        (Sort::Time, json) => Value::Time(json.as_str()?.parse().ok()?),
        (Sort::List, Json::Array(items)) if items.is_empty() => return None,
        (Sort::List, Json::String(text)) if text.is_empty() => return None,
        (Sort::List, Json::String(text)) => Value::List(text.split(',').map(str::to_owned).collect()),
        (Sort::List, Json::Array(items)) => {
            Value::List(items.iter().filter_map(|i| i.as_str().map(str::to_owned)).collect())
        }
        (Sort::Document, json) => Value::Document(json.clone()),
        _ => return None,
    })
}

/// Orders two values of one field: blank is the smallest.
pub fn order(a: &Option<Value>, b: &Option<Value>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => inside(a, b).unwrap_or(Ordering::Equal),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn inside(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => a.partial_cmp(b),
        (Value::Bool(a), Value::Bool(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        (Value::Instant(a), Value::Instant(b)) => Some(a.cmp(b)),
        (Value::Time(a), Value::Time(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Whether the operator suits such fields at all.
pub fn suits(sort: Sort, operator: &str) -> bool {
    match operator {
        "eq" | "ne" | "is_null" => true,
        "in" | "not_in" => sort != Sort::List,
        "gt" | "gte" | "lt" | "lte" | "between" => !matches!(sort, Sort::List | Sort::Document),
        "contains" | "not_contains" | "starts_with" | "ends_with" | "search" => sort == Sort::Text,
        "has_any" | "has_all" => sort == Sort::List,
        _ => false,
    }
}

/// Whether a record whose field holds `mine` meets `operator` with `asked`.
pub fn meets(sort: Sort, mine: &Option<Value>, operator: &str, asked: &Json, today: NaiveDate) -> bool {
    let compared = |asked: &Json| compared(sort, mine, asked, today);
    let same = |asked: &Json| equal(sort, mine, asked, today);
    let list = || asked.as_array().cloned().unwrap_or_default();
    match operator {
        "eq" => same(asked),
        "ne" => !same(asked),
        "gt" => compared(asked) == Some(Ordering::Greater),
        "gte" => matches!(compared(asked), Some(Ordering::Greater | Ordering::Equal)),
        "lt" => compared(asked) == Some(Ordering::Less),
        "lte" => matches!(compared(asked), Some(Ordering::Less | Ordering::Equal)),
        "between" => {
            let (low, high) = (compared(&asked[0]), compared(&asked[1]));
            matches!(low, Some(Ordering::Greater | Ordering::Equal))
                && matches!(high, Some(Ordering::Less | Ordering::Equal))
        }
        "in" => list().iter().any(same),
        "not_in" => !list().iter().any(same),
        "is_null" => mine.is_none() == asked.as_bool().unwrap_or_default(),
        "contains" => matched(mine, asked, |text, part| text.contains(part)),
        "search" => {
            matched(mine, asked, |text, words| words.split_whitespace().all(|word| text.contains(word)))
        }
        "not_contains" => !matched(mine, asked, |text, part| text.contains(part)),
        "starts_with" => matched(mine, asked, |text, part| text.starts_with(part)),
        "ends_with" => matched(mine, asked, |text, part| text.ends_with(part)),
        "has_any" => list().iter().any(|item| holds(mine, item)),
        "has_all" => list().iter().all(|item| holds(mine, item)),
        _ => false,
    }
}

fn matched(mine: &Option<Value>, asked: &Json, test: impl Fn(&str, &str) -> bool) -> bool {
    let text = match mine {
        Some(Value::Text(text)) => text.to_lowercase(),
        _ => String::new(),
    };
    test(&text, &asked.as_str().unwrap_or_default().to_lowercase())
}

fn holds(mine: &Option<Value>, item: &Json) -> bool {
    matches!((mine, item), (Some(Value::List(items)), Json::String(word)) if items.contains(word))
}

fn equal(sort: Sort, mine: &Option<Value>, asked: &Json, today: NaiveDate) -> bool {
    match (mine, value(sort, asked)) {
        (Some(Value::List(mine)), Some(Value::List(asked))) => {
            mine.iter().all(|item| asked.contains(item)) && asked.iter().all(|item| mine.contains(item))
        }
        (Some(Value::Document(mine)), Some(Value::Document(asked))) => *mine == asked,
        (None, None) => !is_word(asked),
        _ => compared(sort, mine, asked, today) == Some(Ordering::Equal),
    }
}

fn is_word(asked: &Json) -> bool {
    asked.as_str().is_some_and(|text| !text.is_empty())
}

/// Where the record's value stands beside the asked one, or beside the days that a word means.
fn compared(sort: Sort, mine: &Option<Value>, asked: &Json, today: NaiveDate) -> Option<Ordering> {
    let mine = mine.as_ref()?;
    if let (Sort::Date | Sort::Instant, Some(word)) = (sort, asked.as_str()) {
        let day = match mine {
            Value::Date(day) => *day,
            Value::Instant(at) => at.date_naive(),
            _ => return None,
        };
        if let Some(order) = beside_word(day, word, today) {
            return Some(order);
        }
        if let (Sort::Instant, Ok(asked)) = (sort, word.parse::<NaiveDate>()) {
            return Some(day.cmp(&asked));
        }
    }
    inside(mine, &value(sort, asked)?)
}

/// Where a day stands beside the days of a word such as `last_month`: by numbering the periods.
fn beside_word(day: NaiveDate, word: &str, today: NaiveDate) -> Option<Ordering> {
    let days = (day - today).num_days();
    if let Some((name, count)) = word.split_once(':') {
        let count: i64 = count.parse().ok()?;
        let (first, last) = if name == "last_n_days" { (1 - count, 0) } else { (0, count - 1) };
        return Some(if days < first {
            Ordering::Less
        } else if days > last {
            Ordering::Greater
        } else {
            Ordering::Equal
        });
    }
    match word {
        "today" => return Some(days.cmp(&0)),
        "yesterday" => return Some(days.cmp(&-1)),
        "tomorrow" => return Some(days.cmp(&1)),
        _ => {}
    }
    let (when, unit) = word.split_once('_')?;
    let shift = ["last", "this", "next"].iter().position(|known| *known == when)? as i64 - 1;
    let number = |day: NaiveDate| -> Option<i64> {
        let (year, month) = (i64::from(day.year()), i64::from(day.month0()));
        Some(match unit {
            // 0001-01-01 was a Monday.
            "week" => (i64::from(day.num_days_from_ce()) - 1).div_euclid(7),
            "month" => year * 12 + month,
            "quarter" => year * 4 + month / 3,
            "year" => year,
            _ => return None,
        })
    };
    Some(number(day)?.cmp(&(number(today)? + shift)))
}
