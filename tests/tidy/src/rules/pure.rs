//! The pure crates call nothing that does I/O, tells the time or rolls dice.

use crate::Finding;
use crate::doors::PURE;
use crate::sources::Source;

/// Calls and paths that a pure crate has no use for.
const IMPURE: &[&str] = &[
    "Utc::now",
    "Local::now",
    "SystemTime",
    "Instant::now",
    "std::env",
    "env::var",
    "std::fs",
    "File::open",
    "std::net",
    "std::process",
    "std::thread",
    "Uuid::now_v7",
    "Uuid::new_v4",
    "println!",
    "eprintln!",
];

/// Lines of pure crates that name one of them. Tests may.
pub fn impure_calls(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| is_pure(source)) {
        for (line, code) in source.code() {
            let call = IMPURE.iter().find(|call| code.contains(**call));
            findings.extend(call.map(|call| {
                let advice =
                    format!("`{call}` in a pure crate: take the value as an argument; the edge knows it");
                Finding::new(source.at(line), advice)
            }));
        }
    }
    findings
}

fn is_pure(source: &Source) -> bool {
    let crates = source.path.split_once("/src/").map(|(krate, _)| krate);
    source.is_rust() && !source.is_test() && crates.is_some_and(|krate| PURE.contains(&krate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_in_a_pure_crate_is_reported() {
        let found = impure_calls(&[Source::new("metadata/src/diff.rs", "//! x\nlet now = Utc::now();")]);
        assert_eq!(found[0].place, "metadata/src/diff.rs:2");
    }

    #[test]
    fn the_environment_in_a_pure_crate_is_reported() {
        assert_eq!(impure_calls(&[Source::new("formulas/src/a.rs", "std::env::var(\"TZ\")")]).len(), 1);
    }

    #[test]
    fn tests_and_other_crates_may() {
        let test =
            Source::new("formulas/src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests { std::fs::read(x) }");
        let ring = Source::new("formulas/tests/cases.rs", "std::fs::read(x)");
        let room = Source::new("runtime/server/src/main.rs", "Utc::now()");
        assert_eq!(impure_calls(&[test, ring, room]), []);
    }
}
