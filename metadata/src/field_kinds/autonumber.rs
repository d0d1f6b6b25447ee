//! `autonumber`: a number in a pattern such as `PRJ-{0000}`, given once at creation and never again.

use chrono::{DateTime, Datelike, Utc};
use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Settings of an `autonumber` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Autonumber {
    /// Text with one run of zeros in braces for the number, and optionally `{YYYY}` and `{MM}`.
    pub pattern: String,
}

impl Autonumber {
    /// The counter's period: numbering starts anew with each year or month that the pattern names.
    pub fn period(&self, now: DateTime<Utc>) -> String {
        match (self.pattern.contains("{YYYY}"), self.pattern.contains("{MM}")) {
            (true, true) => format!("{:04}-{:02}", now.year(), now.month()),
            (true, false) => format!("{:04}", now.year()),
            _ => String::new(),
        }
    }

    /// The text of one number.
    pub fn format(&self, number: i64, now: DateTime<Utc>) -> String {
        let text = self.pattern.replace("{YYYY}", &format!("{:04}", now.year()));
        let text = text.replace("{MM}", &format!("{:02}", now.month()));
        match zeros(&text) {
            Some((start, end)) => {
                let width = end - start - 2;
                format!("{}{number:0width$}{}", &text[..start], &text[end..])
            }
            None => text,
        }
    }
}

/// Byte range of `{0…0}` in a pattern, braces included.
fn zeros(pattern: &str) -> Option<(usize, usize)> {
    let start = pattern.find("{0")?;
    let end = start + pattern[start..].find('}')? + 1;
    pattern[start + 1..end - 1].bytes().all(|b| b == b'0').then_some((start, end))
}

impl Behaviour for Autonumber {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, _: &Input<'_>) -> Result<Value, Fault> {
        Err(Fault::new("read-only", "the number is given by the system"))
    }

    fn check(&self) -> Vec<Problem> {
        if zeros(&self.pattern).is_some_and(|(start, end)| end - start <= 14) && self.pattern.len() <= 60 {
            return Vec::new();
        }
        vec![
            Problem::new("pattern", "bad-pattern", "the pattern needs one run of zeros in braces")
                .hint("for example `PRJ-{0000}`"),
        ]
    }
}
