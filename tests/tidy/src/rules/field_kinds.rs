//! A field kind is one file in Rust and one folder in the UI: the two sets are equal.

use std::collections::BTreeSet;

use crate::Finding;
use crate::sources::Source;

const RUST: &str = "metadata/src/field_kinds/";
const UI: &str = "admin-ui/src/fields/";

/// Kinds that one side has and the other lacks, or `None` while one of the sides has no kind at all.
pub fn unequal_field_kinds(sources: &[Source]) -> Option<Vec<Finding>> {
    let files = sources.iter().filter_map(|source| source.path.strip_prefix(RUST)?.strip_suffix(".rs"));
    let rust: BTreeSet<_> = files.filter(|name| !name.contains('/')).collect();
    let folders = sources.iter().filter_map(|source| source.path.strip_prefix(UI)?.split_once('/'));
    let ui: BTreeSet<_> = folders.map(|(folder, _)| folder).collect();
    if rust.is_empty() || ui.is_empty() {
        return None;
    }
    let lacks_ui = rust.difference(&ui).map(|kind| lacking(RUST, kind, UI));
    let lacks_rust = ui.difference(&rust).map(|kind| lacking(UI, kind, RUST));
    Some(lacks_ui.chain(lacks_rust).collect())
}

fn lacking(has: &str, kind: &str, lacks: &str) -> Finding {
    Finding::new(
        format!("{has}{kind}"),
        format!("add `{kind}` to {lacks}: a kind is one file there, one folder here"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sources(paths: &[&str]) -> Vec<Source> {
        paths.iter().map(|path| Source::new(*path, "")).collect()
    }

    #[test]
    fn a_kind_on_one_side_only_is_reported() {
        let paths = [
            "metadata/src/field_kinds/text.rs",
            "metadata/src/field_kinds/url.rs",
            "admin-ui/src/fields/text/cell.tsx",
            "admin-ui/src/fields/money/cell.tsx",
        ];
        let found = unequal_field_kinds(&sources(&paths)).unwrap();
        let places: Vec<_> = found.iter().map(|finding| finding.place.as_str()).collect();
        assert_eq!(places, ["metadata/src/field_kinds/url", "admin-ui/src/fields/money"]);
    }

    #[test]
    fn nothing_is_said_until_both_exist() {
        assert_eq!(unequal_field_kinds(&sources(&["metadata/src/field_kinds/text.rs"])), None);
        let both = [
            "metadata/src/field_kinds/text.rs",
            "admin-ui/src/fields/text/cell.tsx",
            "admin-ui/src/fields/registry.ts",
        ];
        assert_eq!(unequal_field_kinds(&sources(&both)), Some(vec![]));
    }
}
