//! Versions, lints and profiles are written once, in the workspace's `Cargo.toml`.

use crate::Finding;
use crate::sources::Source;

/// Dependencies of a crate that have a version of their own, and crates without the workspace's lints.
pub fn own_versions(sources: &[Source]) -> Vec<Finding> {
    let ours = |source: &&Source| !source.is_test_data() && !source.is_workspace();
    let crates = sources.iter().filter(|source| source.path.ends_with("/Cargo.toml")).filter(ours);
    crates.flat_map(|source| own_lines(source).into_iter().chain(no_lints(source))).collect()
}

impl Source {
    /// A workspace of its own, such as the fuzzer's, takes nothing from ours.
    fn is_workspace(&self) -> bool {
        self.text.lines().any(|line| line.trim() == "[workspace]")
    }

    /// Manifests below a crate's own test data are not of this workspace.
    fn is_test_data(&self) -> bool {
        self.folders().any(|folder| folder == "cases" || folder == "fixtures")
    }
}

fn own_lines(source: &Source) -> Vec<Finding> {
    let mut section = "";
    let mut findings = Vec::new();
    for (at, line) in source.text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            section = line;
        } else if section.ends_with("dependencies]") && line.contains('=') && !line.contains("workspace") {
            let advice =
                format!("`{line}`: put the version in [workspace.dependencies], `.workspace = true` here");
            findings.push(Finding::new(source.at(at + 1), advice));
        }
    }
    findings
}

fn no_lints(source: &Source) -> Option<Finding> {
    let has = source.text.contains("[lints]\nworkspace = true");
    (!has).then(|| Finding::new(&source.path, "add `[lints]` with `workspace = true`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINTS: &str = "[lints]\nworkspace = true\n";

    #[test]
    fn a_version_of_its_own_is_reported() {
        let found =
            own_versions(&[Source::new("a/Cargo.toml", format!("{LINTS}[dependencies]\nserde = \"1\"\n"))]);
        assert_eq!(found[0].place, "a/Cargo.toml:4");
    }

    #[test]
    fn a_crate_without_lints_is_reported() {
        assert_eq!(own_versions(&[Source::new("a/Cargo.toml", "[package]\nname = \"a\"\n")]).len(), 1);
    }

    #[test]
    fn the_workspace_way_passes() {
        let text = format!(
            "[package]\nname = \"a\"\n{LINTS}[dependencies]\nserde.workspace = true\nx = {{ workspace = true }}\n"
        );
        assert_eq!(own_versions(&[Source::new("a/Cargo.toml", text)]), []);
    }

    #[test]
    fn a_workspace_of_its_own_is_left_alone() {
        let text = "[workspace]\n[package]\nname = \"fuzz\"\n[dependencies]\nlibfuzzer-sys = \"0.4\"\n";
        assert_eq!(own_versions(&[Source::new("formulas/fuzz/Cargo.toml", text)]), []);
    }
}
