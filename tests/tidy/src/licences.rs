//! Which licences third-party code may have: those that let anyone use, change and sell what is built with it.
//! It reads what packages declare and no licence text.

use serde_json::Value;

use crate::Finding;
use crate::sources::Source;

/// Permissive licences by SPDX name, and MPL-2.0, whose duties end at its own, unchanged files.
pub const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BlueOak-1.0.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC-BY-4.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "MPL-2.0+",
    "OFL-1.1",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Packages that name no licence in their manifest; a person read the file that comes with them.
const READ: &[(&str, &str)] = &[
    ("jsonpath-rust", "MIT"),
    ("node_modules/parse-cache-control", "BSD-3-Clause"),
    ("node_modules/reserved", "MIT"),
];

/// The packages, as (name, licence), that give no choice of an allowed licence.
pub fn unwanted_licences(place: &str, packages: &[(String, String)]) -> Vec<Finding> {
    let read = |name: &str| READ.iter().find(|(known, _)| *known == name).map(|(_, licence)| *licence);
    let licence = |(name, said): &(String, String)| match read(name) {
        Some(licence) if said.is_empty() => licence.to_owned(),
        _ => said.clone(),
    };
    let unwanted = packages.iter().filter(|package| !is_allowed(&licence(package)));
    unwanted
        .map(|(name, licence)| {
            let advice = format!("`{name}` has the licence `{licence}`: find another, or build it yourself");
            Finding::new(place, advice)
        })
        .collect()
}

/// Names and licences in an npm lock file; nothing for any other file.
pub fn locked_licences(source: &Source) -> Vec<(String, String)> {
    if source.name() != "package-lock.json" {
        return Vec::new();
    }
    let lock: Value = serde_json::from_str(&source.text).unwrap_or_default();
    let packages = lock["packages"].as_object().into_iter().flatten();
    let licence = |package: &Value| package["license"].as_str().unwrap_or_default().to_owned();
    packages
        .map(|(name, package)| (name.clone(), licence(package)))
        .filter(|(name, _)| !name.is_empty())
        .collect()
}

/// Whether an SPDX expression can be met with allowed licences only. Old crates write `/` for OR.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<_> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest) && rest.is_empty()
}

/// `a OR b`, which binds weaker than `a AND b`.
fn any(words: &mut &[&str]) -> bool {
    let mut met = all(words);
    while next_is(words, "OR") {
        met |= all(words);
    }
    met
}

fn all(words: &mut &[&str]) -> bool {
    let mut met = one(words);
    while next_is(words, "AND") {
        met &= one(words);
    }
    met
}

/// A licence, or an expression in parentheses.
fn one(words: &mut &[&str]) -> bool {
    if next_is(words, "(") {
        let met = any(words);
        return next_is(words, ")") && met;
    }
    let Some((word, after)) = words.split_first() else { return false };
    *words = after;
    // `WITH` adds a permission to a licence and takes none away.
    if next_is(words, "WITH") {
        *words = words.get(1..).unwrap_or_default();
    }
    ALLOWED.contains(word)
}

fn next_is(words: &mut &[&str], word: &str) -> bool {
    let found = words.first() == Some(&word);
    if found {
        *words = &words[1..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_read() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(is_allowed(good), "{good}");
        }
        for bad in
            ["", "AGPL-3.0-only", "MIT AND GPL-2.0", "(MIT", "Commercial", "(MIT OR ISC) AND (SSPL-1.0)"]
        {
            assert!(!is_allowed(bad), "{bad}");
        }
    }

    #[test]
    fn an_unwanted_licence_is_reported() {
        let packages = [("evalexpr".to_owned(), "AGPL-3.0-only".to_owned()), ("serde".into(), "MIT".into())];
        let found = unwanted_licences("Cargo.lock", &packages);
        assert_eq!(found.len(), 1);
        assert!(found[0].advice.starts_with("`evalexpr` has the licence `AGPL-3.0-only`"), "{}", found[0]);
    }

    #[test]
    fn an_npm_lock_is_read() {
        let text =
            r#"{"packages":{"":{"license":"x"},"node_modules/a":{"license":"MIT"},"node_modules/b":{}}}"#;
        let locked = locked_licences(&Source::new("admin-ui/package-lock.json", text));
        assert_eq!(
            locked,
            [("node_modules/a".into(), "MIT".into()), ("node_modules/b".into(), String::new())]
        );
        assert_eq!(unwanted_licences("admin-ui/package-lock.json", &locked).len(), 1);
    }
}
