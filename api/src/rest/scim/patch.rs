//! PATCH as SCIM knows it: operations on paths, or on whole documents, brought into one form.

use metadata::Problem as Detail;
use serde_json::Value as Json;

use crate::problem::Problem;

/// Most operations of one request.
const MOST: usize = 1000;

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Add,
    Replace,
    Remove,
}

/// One operation on one attribute.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Step {
    pub op: Op,
    /// In lower case, as names of attributes do not tell case apart: `active`, `members`, `members[value eq "…"]`.
    pub path: String,
    pub value: Json,
}

/// All steps, in order; a document without a path is a step for each of its keys.
pub(super) fn steps(body: &Json) -> Result<Vec<Step>, Problem> {
    let operations = body.get("Operations").or_else(|| body.get("operations")).and_then(Json::as_array);
    let Some(operations) = operations.filter(|operations| operations.len() <= MOST) else {
        return Err(wrong("Operations", "expected a list of operations"));
    };
    let mut steps = Vec::new();
    for (at, operation) in operations.iter().enumerate() {
        let place = |key: &str| format!("Operations.{at}.{key}");
        let word = operation["op"].as_str().unwrap_or_default().to_ascii_lowercase();
        let op = match word.as_str() {
            "add" => Op::Add,
            "replace" => Op::Replace,
            "remove" => Op::Remove,
            _ => return Err(wrong(&place("op"), "expected add, replace or remove")),
        };
        let value = operation["value"].clone();
        match (operation["path"].as_str(), &value) {
            (Some(path), _) => steps.push(Step { op, path: path.to_ascii_lowercase(), value }),
            (None, Json::Object(keys)) => steps.extend(keys.iter().map(|(key, value)| Step {
                op,
                path: key.to_ascii_lowercase(),
                value: value.clone(),
            })),
            (None, _) => return Err(wrong(&place("path"), "expected a path, or a document as the value")),
        }
    }
    Ok(steps)
}

/// Some directories write booleans as texts.
pub(super) fn boolean(value: &Json) -> Option<bool> {
    match value {
        Json::Bool(flag) => Some(*flag),
        Json::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Json::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

pub(super) fn wrong(path: &str, message: &str) -> Problem {
    Problem::unprocessable(vec![Detail::new(path, "invalid", message)])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_ways_to_say_it_are_one() {
        let by_path =
            steps(&json!({ "Operations": [{ "op": "Replace", "path": "active", "value": "False" }] }));
        let whole = steps(&json!({ "Operations": [{ "op": "replace", "value": { "Active": "False" } }] }));
        let (by_path, whole) = (by_path.unwrap(), whole.unwrap());
        assert_eq!(by_path, whole);
        assert_eq!(boolean(&by_path[0].value), Some(false));
        for bad in [
            json!({}),
            json!({ "Operations": [{ "op": "move" }] }),
            json!({ "Operations": [{ "op": "add", "value": 1 }] }),
        ] {
            assert!(steps(&bad).is_err(), "{bad}");
        }
    }
}
