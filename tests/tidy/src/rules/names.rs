//! Names that say nothing: `mod.rs`, folders called common, types called Manager, functions called get.

use crate::Finding;
use crate::sources::Source;

/// Words that no folder or crate is called.
const EMPTY_FOLDERS: &[&str] = &["common", "core", "shared", "util", "utils", "helper", "helpers", "misc"];

/// Words that no file is called. A file may well be about what is shared.
const EMPTY_FILES: &[&str] = &["common", "util", "utils", "helpers", "misc"];

/// Endings that no type has.
const SUFFIXES: &[&str] = &["Manager", "Service", "Helper", "Helpers", "Util", "Utils", "Processor", "Impl"];

/// What defines a type.
const TYPES: &[&str] = &["struct ", "enum ", "trait ", "type "];

/// Files called `mod.rs`.
pub fn mod_files(sources: &[Source]) -> Vec<Finding> {
    let mods = sources.iter().filter(|source| source.name() == "mod.rs");
    mods.map(|source| {
        let folder = source.path.trim_end_matches("/mod.rs");
        Finding::new(&source.path, format!("call it `{folder}.rs`, beside its folder"))
    })
    .collect()
}

/// Folders and files with a name that says nothing. A crate is a folder.
pub fn empty_names(sources: &[Source]) -> Vec<Finding> {
    let named = sources.iter().filter(|source| source.is_rust() || source.is_typescript());
    named
        .filter_map(|source| {
            let folder = source.folders().find(|word| EMPTY_FOLDERS.contains(word));
            let word = folder.or_else(|| EMPTY_FILES.contains(&source.stem()).then(|| source.stem()))?;
            Some(Finding::new(&source.path, format!("`{word}` says nothing: name the idea that it holds")))
        })
        .collect()
}

/// Types and functions whose name has a forbidden ending or beginning.
pub fn forbidden_suffixes(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources.iter().filter(|source| source.is_rust() && !source.is_test()) {
        for (line, code) in source.code() {
            findings.extend(wrong_name(code).map(|advice| Finding::new(source.at(line), advice)));
        }
    }
    findings
}

fn wrong_name(code: &str) -> Option<String> {
    // An indented `type` is an associated one: its name is the trait's choice.
    let words = if code.starts_with(' ') { &TYPES[..3] } else { TYPES };
    if let Some(name) = words.iter().find_map(|word| defined(code, word)) {
        let suffix = SUFFIXES.iter().find(|suffix| name.ends_with(**suffix))?;
        return Some(format!("`{name}`: no type ends in {suffix}; say what it is or knows"));
    }
    let name = defined(code, "fn ").filter(|name| name.starts_with("get_"))?;
    Some(format!(
        "`{name}`: `load_` reads the database, `find_` returns Option, `list_` a page, else just the noun"
    ))
}

/// The name that a line defines after `word`, such as `Plan` in `pub(crate) struct Plan {`.
fn defined<'a>(code: &'a str, word: &str) -> Option<&'a str> {
    let (before, after) = code.split_once(word)?;
    let is_definition = before.split_whitespace().all(|part| {
        part.starts_with("pub")
            || ["async", "const", "unsafe", "crate)", "in"].contains(&part)
            || part.ends_with(')')
    });
    let end = after.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(after.len());
    (is_definition && end > 0).then_some(&after[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mod_file_is_reported_with_its_right_name() {
        let found = mod_files(&[Source::new("api/src/rest/mod.rs", "")]);
        assert!(found[0].advice.contains("`api/src/rest.rs`"), "{}", found[0]);
    }

    #[test]
    fn empty_words_are_reported_as_folder_and_as_file() {
        for path in ["runtime/common/src/lib.rs", "admin-ui/src/utils/date.ts", "api/src/helpers.rs"] {
            assert_eq!(empty_names(&[Source::new(path, "")]).len(), 1, "{path}");
        }
        for path in ["api/src/uncommon.rs", "runtime/postgres/src/testing/shared.rs"] {
            assert_eq!(empty_names(&[Source::new(path, "")]), [], "{path}");
        }
    }

    #[test]
    fn forbidden_endings_are_reported() {
        for code in ["pub struct DealManager {", "pub(crate) enum FieldHelper {", "trait UserService: Send {"]
        {
            assert_eq!(forbidden_suffixes(&[Source::new("a.rs", code)]).len(), 1, "{code}");
        }
        for code in [
            "pub struct Plan;",
            "let service = tower::Service::new();",
            "impl Service for X {}",
            "// struct XImpl",
            "    type Service = X;",
        ] {
            assert_eq!(forbidden_suffixes(&[Source::new("a.rs", code)]), [], "{code}");
        }
    }

    #[test]
    fn a_getter_is_reported() {
        assert_eq!(forbidden_suffixes(&[Source::new("a.rs", "    pub async fn get_deal(&self) {")]).len(), 1);
        assert_eq!(forbidden_suffixes(&[Source::new("a.rs", "    map.get_mut(); widget_fn get_x")]), []);
    }
}
