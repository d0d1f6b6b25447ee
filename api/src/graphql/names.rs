//! Names of GraphQL types, made from the names of objects: `deal_line` → `DealLine`, `DealLineFilter` …

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use metadata::Object;

/// Types that are there whatever the tenant has.
const TAKEN: &[&str] = &[
    "Query",
    "Mutation",
    "Subscription",
    "Node",
    "PageInfo",
    "String",
    "Int",
    "Float",
    "Boolean",
    "ID",
    "Decimal",
    "BigInt",
    "Date",
    "DateTime",
    "Time",
    "JSON",
    "List",
    "Group",
    "ChangeAction",
    "StateSeconds",
];

/// What is put behind an object's type name to name its other types.
const SUFFIXES: &[&str] = &[
    "",
    "Connection",
    "Edge",
    "Filter",
    "ListFilter",
    "Input",
    "Link",
    "Links",
    "Group",
    "Numbers",
    "Values",
    "Change",
    "StateEntry",
    "StateEntryConnection",
    "StateEntryEdge",
    "StateEntryGroup",
];

/// The type name of each object that the caller sees.
#[derive(Debug, Default)]
pub(super) struct Names {
    by_object: HashMap<String, String>,
}

impl Names {
    /// Names for these objects. Two that would collide (`a_1`, `a1`) are kept apart by a word behind the later one.
    pub(super) fn new(objects: &[Arc<Object>]) -> Self {
        let mut names = Self::default();
        let mut used: HashSet<String> = TAKEN
            .iter()
            .flat_map(|name| SUFFIXES.iter().map(move |suffix| format!("{name}{suffix}")))
            .collect();
        for object in objects {
            let mut name = pascal(&object.name);
            while SUFFIXES.iter().any(|suffix| used.contains(&format!("{name}{suffix}"))) {
                name.push_str("Record");
            }
            used.extend(SUFFIXES.iter().map(|suffix| format!("{name}{suffix}")));
            names.by_object.insert(object.name.clone(), name);
        }
        names
    }

    /// The type of an object's records; `None` when the caller does not see it.
    pub(super) fn of(&self, object: &str) -> Option<&str> {
        self.by_object.get(object).map(String::as_str)
    }
}

fn pascal(name: &str) -> String {
    name.split('_')
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map(|first| first.to_ascii_uppercase())
                .into_iter()
                .chain(letters)
                .collect::<String>()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_types() {
        assert_eq!(pascal("deal"), "Deal");
        assert_eq!(pascal("deal_line_2"), "DealLine2");
    }
}
