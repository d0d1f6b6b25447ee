//! `tests/*.json`: small cases that a package is held to before it is installed, in a world where nothing else is. What
//! runs them is the engine.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use super::DataRecord;
use crate::problem::Problem;

/// One case: what is there, what somebody does, and what is to come of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// Where it stands: `tests/cars.json.0`.
    #[serde(skip)]
    pub path: String,
    /// One sentence for people.
    pub about: String,
    /// Records that are there before, in this order.
    #[serde(default)]
    pub given: Vec<Given>,
    /// A record that is made; or
    #[serde(default)]
    pub create: Option<Made>,
    /// one of those that are there that is changed.
    #[serde(default)]
    pub update: Option<DataRecord>,
    pub expect: Expected,
}

/// A record that is there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Name by which others mean it: `"account_id": "@acme"`.
    #[serde(rename = "ref")]
    pub reference: String,
    pub object: String,
    pub data: Map<String, Json>,
}

/// A record to make.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    pub object: String,
    pub data: Map<String, Json>,
}

/// What is to come of it: one of the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Values of the record as it is answered; what is not named is not looked at.
    #[serde(default)]
    pub record: Option<Map<String, Json>>,
    /// It is refused, for problems at these places.
    #[serde(default)]
    pub refused: Option<Vec<String>>,
}

impl Trial {
    /// What is wrong with it by itself.
    pub(super) fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        let mut note = |at: &str, code: &str, text: &str| {
            found.push(Problem::new(format!("{}.{at}", self.path), code, text));
        };
        if self.create.is_some() == self.update.is_some() {
            note("create", "one-of", "a case says either what to `create` or what to `update`");
        }
        if self.expect.record.is_some() == self.expect.refused.is_some() {
            note("expect", "one-of", "a case expects either a `record` or that it is `refused`");
        }
        let mut known = HashSet::new();
        for (at, given) in self.given.iter().enumerate() {
            if !known.insert(given.reference.as_str()) {
                note(&format!("given.{at}.ref"), "duplicate", "another record has this name");
            }
        }
        if self.update.as_ref().is_some_and(|update| !known.contains(update.reference.as_str())) {
            note("update.ref", "unknown-reference", "there is no such record among those that are given");
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn codes(trial: Json) -> Vec<String> {
        let trial: Trial = serde_json::from_value(trial).unwrap();
        trial.check().into_iter().map(|problem| format!("{} {}", problem.path, problem.code)).collect()
    }

    #[test]
    fn a_case_says_one_thing_and_expects_one() {
        let car = json!({ "object": "car", "data": {} });
        assert_eq!(codes(json!({ "about": "a", "create": car, "expect": { "record": {} } })), [""; 0]);
        assert_eq!(codes(json!({ "about": "a", "expect": {} })), [".create one-of", ".expect one-of"]);
        let twice = json!({ "ref": "a", "object": "car", "data": {} });
        let update = json!({ "ref": "b", "data": {} });
        assert_eq!(
            codes(
                json!({ "about": "a", "given": [twice, twice], "update": update, "expect": { "refused": [] } })
            ),
            [".given.1.ref duplicate", ".update.ref unknown-reference"]
        );
    }
}
