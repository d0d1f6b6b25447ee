//! The three ways of saying a filter in a URL: `filter={json}`, `filter[amount][gte]=1000` and `stage=won`.
//! Each becomes the JSON form, which the engine reads; all of them must hold.

use engine::Filter;
use engine::filter::{Operator, exact};
use metadata::Problem as Detail;
use serde_json::{Map, Value as Json};

/// Most brackets of one name; no filter that may nest so deep has more.
const MAX_BRACKETS: usize = 45;

/// The parts of `filter[account.industry][in]`, without the first word; `None` when the brackets are wrong.
pub(super) fn brackets(name: &str) -> Option<(&str, Vec<&str>)> {
    let (word, rest) = name.split_once('[')?;
    let inside = rest.strip_suffix(']')?;
    let parts: Vec<&str> = inside.split("][").collect();
    let is_name = |part: &&str| !part.is_empty() && !part.contains(['[', ']']);
    (parts.len() <= MAX_BRACKETS && parts.iter().all(is_name)).then_some((word, parts))
}

/// `filter[tasks][some][status][ne]` with its value.
pub(super) fn from_brackets(parts: &[&str], value: &str) -> Result<Filter, Vec<Detail>> {
    let operator = parts.last().and_then(|word| Operator::find(word));
    let value = match operator {
        Some(operator) if operator.takes_list() => list(value),
        _ => Json::String(value.to_owned()),
    };
    let json = parts
        .iter()
        .rev()
        .fold(value, |inner, part| Json::Object(Map::from_iter([((*part).to_owned(), inner)])));
    Filter::from_json(&json)
}

/// `filter={"and":[…]}`.
pub(super) fn from_text(text: &str) -> Result<Filter, Vec<Detail>> {
    let json = exact::read(text)
        .map_err(|error| vec![Detail::new("filter", "malformed-json", crate::body::sentence(&error))])?;
    Filter::from_json(&json)
}

/// `stage=won`.
pub(super) fn equals(path: &str, value: &str) -> Filter {
    Filter::Field { path: path.to_owned(), operator: Operator::Eq, value: value.into() }
}

/// Lists are separated by commas, or written as a JSON array where an element holds one.
fn list(text: &str) -> Json {
    if let Some(array) = text.starts_with('[').then(|| exact::read(text).ok()).flatten() {
        return array;
    }
    text.split(',').map(|item| Json::String(item.trim().to_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn brackets_are_taken_apart() {
        assert_eq!(brackets("filter[a][gte]"), Some(("filter", vec!["a", "gte"])));
        assert_eq!(brackets("limit[account.tasks]"), Some(("limit", vec!["account.tasks"])));
        for bad in
            ["filter[", "filter[]", "filter[a", "filter[a]]", "filter[a]b", "filter[[a]]", "filter[a][]"]
        {
            assert_eq!(brackets(bad), None, "{bad}");
        }
        assert_eq!(brackets(&format!("filter{}", "[a]".repeat(10_000))), None);
    }

    #[test]
    fn brackets_mean_the_json_form() {
        let cases = [
            (vec!["amount", "gte"], "1000", json!({"amount": {"gte": "1000"}})),
            (vec!["stage"], "won", json!({"stage": "won"})),
            (
                vec!["account.industry", "in"],
                "retail, energy",
                json!({"account.industry": {"in": ["retail", "energy"]}}),
            ),
            (vec!["name", "in"], r#"["a,b",2]"#, json!({"name": {"in": ["a,b", 2]}})),
            (vec!["amount", "between"], "1,2", json!({"amount": {"between": ["1", "2"]}})),
            (
                vec!["tasks", "some", "status", "ne"],
                "done",
                json!({"tasks": {"some": {"status": {"ne": "done"}}}}),
            ),
        ];
        for (parts, value, expected) in cases {
            assert_eq!(
                from_brackets(&parts, value).unwrap(),
                Filter::from_json(&expected).unwrap(),
                "{parts:?}"
            );
        }
    }

    #[test]
    fn wrong_filters_are_named() {
        assert_eq!(from_brackets(&["amount", "above"], "1").unwrap_err()[0].path, "filter.amount.above");
        assert_eq!(from_text("{\"a\":").unwrap_err()[0].code, "malformed-json");
        assert_eq!(from_text("[1]").unwrap_err()[0].code, "wrong-type");
        assert!(from_text(&format!("{}1{}", "[".repeat(5000), "]".repeat(5000))).is_err());
    }
}
