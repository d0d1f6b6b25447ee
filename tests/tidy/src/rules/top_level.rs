//! The top of the repository is its table of contents: a new entry is a decision, not an accident.

use std::collections::BTreeSet;

use crate::Finding;
use crate::sources::Source;

/// What lies at the top, beside names that begin with a dot.
const TOP: &[&str] = &[
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "Dockerfile",
    "LICENSE",
    "Makefile",
    "README.md",
    "SECURITY.md",
    "admin-ui",
    "api",
    "clippy.toml",
    "compose.yaml",
    "docs",
    "formulas",
    "metadata",
    "migrations",
    "packages",
    "permissions",
    "runtime",
    "rust-toolchain.toml",
    "rustfmt.toml",
    "tests",
];

/// Files and folders at the top that are not in the list.
pub fn strangers_at_the_top(sources: &[Source]) -> Vec<Finding> {
    let tops = sources.iter().filter_map(|source| source.path.split('/').next());
    let strangers: BTreeSet<_> = tops.filter(|top| !top.starts_with('.') && !TOP.contains(top)).collect();
    let advice = "does not belong at the top: move it to the room that owns it, or remove it";
    strangers.into_iter().map(|stranger| Finding::new(stranger, advice)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stray_file_and_a_new_folder_are_reported_once() {
        let paths = ["tok", "scripts/a.sh", "scripts/b.sh", "api/src/lib.rs", ".ci/run", "README.md"];
        let sources: Vec<_> = paths.iter().map(|path| Source::new(*path, "")).collect();
        let places: Vec<_> =
            strangers_at_the_top(&sources).into_iter().map(|finding| finding.place).collect();
        assert_eq!(places, ["scripts", "tok"]);
    }
}
