//! Which records, in names only: the JSON filter of contract §3, parsed. Binding it to a catalog is the
//! plan's business.

use metadata::Problem;
use serde::Serialize;
use serde_json::Value as Json;

pub mod exact;
pub mod relative;

/// Deepest nesting of a filter.
const MAX_DEPTH: usize = 20;
/// Most conditions of a filter.
const MAX_CONDITIONS: usize = 500;

/// A condition on records.
#[derive(Clone, Debug, PartialEq, Hash, Serialize)]
pub enum Filter {
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Box<Filter>),
    /// `path operator value`, e.g. `account.industry in ["retail"]`.
    Field {
        path: String,
        operator: Operator,
        value: Json,
    },
    /// A condition on the records of a to-many relation.
    Related {
        path: String,
        how: How,
        filter: Box<Filter>,
    },
    /// A condition in the formula language: `amount > 1000 AND stage = "proposal"`.
    Formula(String),
}

/// The operators of contract §3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    Eq,
    Ne,
    Gt,
    Gte,
    Lt,
    Lte,
    Between,
    In,
    NotIn,
    IsNull,
    Contains,
    NotContains,
    StartsWith,
    EndsWith,
    HasAny,
    HasAll,
    Search,
}

/// How many related records must meet a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    Some,
    None,
    Every,
}

const OPERATORS: &[(&str, Operator)] = &[
    ("eq", Operator::Eq),
    ("ne", Operator::Ne),
    ("gt", Operator::Gt),
    ("gte", Operator::Gte),
    ("lt", Operator::Lt),
    ("lte", Operator::Lte),
    ("between", Operator::Between),
    ("in", Operator::In),
    ("not_in", Operator::NotIn),
    ("is_null", Operator::IsNull),
    ("contains", Operator::Contains),
    ("not_contains", Operator::NotContains),
    ("starts_with", Operator::StartsWith),
    ("ends_with", Operator::EndsWith),
    ("has_any", Operator::HasAny),
    ("has_all", Operator::HasAll),
    ("search", Operator::Search),
];

impl Operator {
    /// The operator called `word`.
    pub fn find(word: &str) -> Option<Self> {
        OPERATORS.iter().find(|(name, _)| *name == word).map(|(_, operator)| *operator)
    }

    /// Its word in filters.
    pub fn word(self) -> &'static str {
        OPERATORS.iter().find(|(_, operator)| *operator == self).map_or("", |(name, _)| name)
    }

    /// Whether its value is a list; in URLs lists are separated by commas.
    pub fn takes_list(self) -> bool {
        matches!(self, Self::In | Self::NotIn | Self::Between | Self::HasAny | Self::HasAll)
    }
}

impl How {
    fn find(word: &str) -> Option<Self> {
        match word {
            "some" => Some(Self::Some),
            "none" => Some(Self::None),
            "every" => Some(Self::Every),
            _ => None,
        }
    }
}

impl Filter {
    /// Reads the JSON form: `{"and":[…]}`, `{"amount":{"gte":1000}}`, `{"stage":"won"}`,
    /// `{"tasks":{"some":{…}}}`. Problems are told by path below `filter`.
    pub fn from_json(json: &Json) -> Result<Self, Vec<Problem>> {
        let mut parser = Parser { problems: Vec::new(), conditions: 0 };
        let filter = parser.object(json, "", 0);
        if parser.conditions > MAX_CONDITIONS {
            parser.problem("", "too-large", format!("at most {MAX_CONDITIONS} conditions are allowed"));
        }
        if parser.problems.is_empty() { Ok(filter) } else { Err(parser.problems) }
    }

    /// Both must hold; `None` holds always.
    pub fn both(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(Self::And(vec![a, b])),
            (one, other) => one.or(other),
        }
    }
}

struct Parser {
    problems: Vec<Problem>,
    conditions: usize,
}

impl Parser {
    fn problem(&mut self, place: &str, code: &str, message: impl Into<String>) -> Filter {
        let path = if place.is_empty() { "filter".to_owned() } else { format!("filter.{place}") };
        self.problems.push(Problem::new(path, code, message));
        Filter::And(Vec::new())
    }

    fn object(&mut self, json: &Json, place: &str, depth: usize) -> Filter {
        if depth > MAX_DEPTH {
            return self.problem(place, "too-deep", format!("filters nest at most {MAX_DEPTH} levels"));
        }
        let Json::Object(map) = json else {
            return self.problem(
                place,
                "wrong-type",
                "expected an object such as {\"amount\":{\"gte\":1000}}",
            );
        };
        let mut parts: Vec<Filter> =
            map.iter().map(|(key, value)| self.entry(key, value, (place, depth))).collect();
        if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) }
    }

    fn entry(&mut self, key: &str, value: &Json, (place, depth): (&str, usize)) -> Filter {
        let here = join(place, key);
        match key {
            "and" => Filter::And(self.list(value, &here, depth)),
            "or" => Filter::Or(self.list(value, &here, depth)),
            "not" => Filter::Not(Box::new(self.object(value, &here, depth + 1))),
            path => self.field(path.to_owned(), value, (&here, depth + 1)),
        }
    }

    fn list(&mut self, value: &Json, place: &str, depth: usize) -> Vec<Filter> {
        let Json::Array(items) = value else {
            return vec![self.problem(place, "wrong-type", "expected an array of conditions")];
        };
        items
            .iter()
            .enumerate()
            .map(|(index, item)| self.object(item, &join(place, &index.to_string()), depth + 1))
            .collect()
    }

    fn field(&mut self, path: String, value: &Json, (place, depth): (&str, usize)) -> Filter {
        self.conditions += 1;
        if depth > MAX_DEPTH {
            return self.problem(place, "too-deep", format!("filters nest at most {MAX_DEPTH} levels"));
        }
        match value {
            Json::Object(map) if map.is_empty() => self.problem(place, "empty", "expected an operator"),
            Json::Object(map) => {
                let mut parts: Vec<Filter> = map
                    .iter()
                    .map(|(key, value)| self.condition(&path, (key, value), (place, depth)))
                    .collect();
                if parts.len() == 1 { parts.remove(0) } else { Filter::And(parts) }
            }
            Json::Null => Filter::Field { path, operator: Operator::IsNull, value: true.into() },
            literal => Filter::Field { path, operator: Operator::Eq, value: literal.clone() },
        }
    }

    fn condition(
        &mut self,
        path: &str,
        (key, value): (&str, &Json),
        (place, depth): (&str, usize),
    ) -> Filter {
        if let Some(operator) = Operator::find(key) {
            return Filter::Field { path: path.to_owned(), operator, value: value.clone() };
        }
        let here = join(place, key);
        if let Some(how) = How::find(key) {
            let filter = Box::new(self.object(value, &here, depth + 1));
            return Filter::Related { path: path.to_owned(), how, filter };
        }
        match value {
            // `{"account":{"industry":{"eq":"retail"}}}` is the long form of `account.industry`.
            Json::Object(_) => self.field(join(path, key), value, (&here, depth + 1)),
            _ => self.problem(&here, "unknown-operator", format!("`{key}` is not an operator")),
        }
    }
}

fn join(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") }
}
