//! The UI renders from the catalog: no object of a package is special in its code.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::Finding;
use crate::sources::Source;

/// String literals of the UI that are the name or plural of a packaged object. Its tests may name what they like.
pub fn packaged_names_in_ui(sources: &[Source]) -> Vec<Finding> {
    let names = packaged_names(sources);
    let product = sources.iter().filter(|source| is_ui_code(source));
    let mut findings = Vec::new();
    for source in product {
        for (line, code) in source.code() {
            let name = literals(code).into_iter().find(|literal| names.contains(*literal));
            findings.extend(name.map(|name| {
                let advice = format!(
                    "`{name}` is an object of a package: the UI draws from the catalog, by kind and trait"
                );
                Finding::new(source.at(line), advice)
            }));
        }
    }
    findings
}

fn is_ui_code(source: &Source) -> bool {
    source.path.starts_with("admin-ui/src/") && source.is_typescript() && !source.is_test()
}

/// Names and plurals in `packages/*/objects/*.json`.
fn packaged_names(sources: &[Source]) -> BTreeSet<String> {
    let definitions = sources.iter().filter(|source| {
        source.path.starts_with("packages/")
            && source.path.contains("/objects/")
            && source.path.ends_with(".json")
    });
    let mut names = BTreeSet::new();
    for source in definitions {
        let definition: Value = serde_json::from_str(&source.text).unwrap_or_default();
        let both = ["name", "plural"].into_iter().filter_map(|key| definition[key].as_str());
        names.extend(both.map(str::to_owned));
    }
    names
}

/// What stands between two equal quotes on a line.
fn literals(code: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = code;
    while let Some(start) = rest.find(['"', '\'', '`']) {
        let quote = rest.as_bytes()[start] as char;
        let inside = &rest[start + 1..];
        let Some(end) = inside.find(quote) else { break };
        found.push(&inside[..end]);
        rest = &inside[end + 1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deal() -> Source {
        Source::new("packages/deals/objects/deal.json", r#"{"name":"deal","plural":"deals","label":"Deal"}"#)
    }

    #[test]
    fn a_packaged_name_is_reported() {
        for code in ["if (object === \"deal\") {", "open('deals')", "<Link to={`deals`}>"] {
            let ui = Source::new("admin-ui/src/features/records/page.tsx", code);
            assert_eq!(packaged_names_in_ui(&[deal(), ui]).len(), 1, "{code}");
        }
    }

    #[test]
    fn words_and_tests_pass() {
        let words = Source::new("admin-ui/src/app/home.tsx", "const x = \"a deal with it\"; // \"deal\"");
        let test = Source::new("admin-ui/src/app/home.test.tsx", "open(\"deal\")");
        assert_eq!(packaged_names_in_ui(&[deal(), words, test]), []);
    }
}
