//! Every Rust file begins by saying what it is.

use crate::Finding;
use crate::sources::Source;

/// Rust files whose first line is not a `//!` with words on it.
pub fn missing_heads(sources: &[Source]) -> Vec<Finding> {
    let rust = sources.iter().filter(|source| source.is_rust());
    rust.filter(|source| !has_head(&source.text))
        .map(|source| Finding::new(&source.path, "begin the file with `//!`: what it is, and what it is not"))
        .collect()
}

fn has_head(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    first.strip_prefix("//!").is_some_and(|words| !words.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_words_on_top_is_reported() {
        for text in ["use std::fs;\n//! late", "", "//!\n//! x", "// not for the docs"] {
            assert_eq!(missing_heads(&[Source::new("a.rs", text)]).len(), 1, "{text:?}");
        }
    }

    #[test]
    fn a_head_passes_and_other_languages_are_free() {
        assert_eq!(missing_heads(&[Source::new("a.rs", "//! A.\n"), Source::new("a.ts", "let a")]), []);
    }
}
