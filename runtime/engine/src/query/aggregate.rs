//! A question about many records together, in names only: how many, how much, for each of what.

use serde::Serialize;

use super::{Bin, SortKey};
use crate::filter::Filter;

/// Groups when the question does not say.
pub const DEFAULT_GROUPS: u32 = 1000;

/// One question.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Aggregate {
    /// Singular name of the object.
    pub object: String,
    pub metrics: Vec<Metric>,
    /// One answer for each set of values; without any, one answer for all.
    pub group_by: Vec<Group>,
    /// Which records count.
    pub filter: Option<Filter>,
    /// Which groups are answered, by their metrics: `{"sum(amount)":{"gt":1000}}`.
    pub having: Option<Filter>,
    /// By names of metrics and groups.
    pub sort: Vec<SortKey>,
    /// Groups at most; 0 means [`DEFAULT_GROUPS`].
    pub limit: u32,
    /// Groups to skip.
    pub skip: u32,
    /// Time zone whose days and months are meant; the caller's when not said.
    pub zone: Option<String>,
    pub bin: Bin,
    /// Whether roll-ups that a worker brings up to date are computed now instead.
    pub fresh: bool,
}

/// One number of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metric {
    pub function: Function,
    /// The field that it is about; none for `count`.
    pub path: Option<String>,
}

/// What is worked out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Function {
    Count,
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("count", Function::Count),
    ("count_distinct", Function::CountDistinct),
    ("sum", Function::Sum),
    ("avg", Function::Avg),
    ("min", Function::Min),
    ("max", Function::Max),
];

impl Function {
    /// Its word in metrics.
    pub fn word(self) -> &'static str {
        FUNCTIONS.iter().find(|(_, function)| *function == self).map_or("", |(word, _)| word)
    }
}

impl Metric {
    /// Reads `count` or `sum(amount)`.
    pub fn parse(text: &str) -> Option<Self> {
        let find =
            |word: &str| FUNCTIONS.iter().find(|(known, _)| *known == word).map(|(_, function)| *function);
        match text.split_once('(') {
            None => (text == "count").then_some(Self { function: Function::Count, path: None }),
            Some((word, rest)) => {
                let path =
                    rest.strip_suffix(')').filter(|path| !path.is_empty() && !path.contains(['(', ')']))?;
                Some(Self { function: find(word)?, path: Some(path.to_owned()) })
            }
        }
    }

    /// The word by which orders and conditions mean it.
    pub fn name(&self) -> String {
        match &self.path {
            Some(path) => format!("{}({path})", self.function.word()),
            None => self.function.word().to_owned(),
        }
    }
}

/// One value by which records are put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    pub path: String,
    /// For dates and instants: the stretch of time that stands for all moments in it, by its first day.
    pub bucket: Option<Bucket>,
}

/// A stretch of time. Weeks begin on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Bucket {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

const BUCKETS: &[(&str, Bucket)] = &[
    ("day", Bucket::Day),
    ("week", Bucket::Week),
    ("month", Bucket::Month),
    ("quarter", Bucket::Quarter),
    ("year", Bucket::Year),
];

impl Bucket {
    /// Its word in groups, and PostgreSQL's.
    pub fn word(self) -> &'static str {
        BUCKETS.iter().find(|(_, bucket)| *bucket == self).map_or("", |(word, _)| word)
    }
}

impl Group {
    /// Reads `stage`, `account.industry` or `created_at:month`; `None` when the stretch is none.
    pub fn parse(text: &str) -> Option<Self> {
        let Some((path, word)) = text.split_once(':') else {
            return Some(Self { path: text.to_owned(), bucket: None });
        };
        let bucket = BUCKETS.iter().find(|(known, _)| *known == word).map(|(_, bucket)| *bucket)?;
        Some(Self { path: path.to_owned(), bucket: Some(bucket) })
    }

    /// The key in answers, and the word by which orders mean it.
    pub fn name(&self) -> String {
        match self.bucket {
            Some(bucket) => format!("{}:{}", self.path, bucket.word()),
            None => self.path.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_and_printed_back() {
        for text in ["count", "count(stage)", "count_distinct(account_id)", "sum(account.annual_revenue)"] {
            assert_eq!(Metric::parse(text).map(|metric| metric.name()).as_deref(), Some(text));
        }
        for bad in ["", "sum", "sum()", "median(x)", "sum(x", "sum(x))", "Count", "count(", "sum(max(x))"] {
            assert_eq!(Metric::parse(bad), None, "{bad}");
        }
        for text in ["stage", "account.industry", "created_at:month"] {
            assert_eq!(Group::parse(text).map(|group| group.name()).as_deref(), Some(text));
        }
        assert_eq!(Group::parse("created_at:decade"), None);
    }
}
