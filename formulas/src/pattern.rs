//! Regular expressions in the subset whose meaning Rust and PostgreSQL share. Neither backtracks on them.
//!
//! The pattern is parsed, checked, and written again for both engines with classes spelled out, because the two
//! disagree on Unicode digits and on what a dot matches.

mod emit;

use regex::Regex;

/// The longest pattern, in characters.
const LONGEST: usize = 200;
/// The most memory that a compiled pattern takes.
const COMPILED: usize = 1 << 20;

/// A pattern that both engines understand alike.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    postgres: String,
    rust: Regex,
    whole: Regex,
    may_be_empty: bool,
}

impl Pattern {
    /// The pattern, or a sentence about what it may not use.
    pub(crate) fn new(source: &str) -> Result<Pattern, String> {
        if source.chars().count() > LONGEST {
            return Err(format!("A pattern has at most {LONGEST} characters."));
        }
        let emitted = emit::emit(source)?;
        let compile = |text: &str| {
            let mut builder = regex::RegexBuilder::new(text);
            builder
                .unicode(true)
                .size_limit(COMPILED)
                .build()
                .map_err(|_| "This pattern is too large.".to_owned())
        };
        let whole = compile(&format!("^(?:{})$", emitted.text))?;
        let rust = compile(&emitted.text)?;
        Ok(Pattern { postgres: emitted.text, rust, whole, may_be_empty: emitted.may_be_empty })
    }

    /// The pattern for PostgreSQL's engine.
    pub(crate) fn postgres(&self) -> &str {
        &self.postgres
    }

    /// Whether the empty text matches, which makes "the first match" mean little.
    pub(crate) fn may_be_empty(&self) -> bool {
        self.may_be_empty
    }

    /// Whether the whole text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        self.whole.is_match(text)
    }

    /// The first match, or its first group.
    pub(crate) fn extract<'a>(&self, text: &'a str) -> Option<&'a str> {
        let found = self.rust.captures(text)?;
        let group = if self.rust.captures_len() > 1 { found.get(1) } else { found.get(0) };
        group.map(|group| group.as_str())
    }

    pub(crate) fn replace(&self, text: &str, new: &str) -> String {
        self.rust.replace_all(text, regex::NoExpand(new)).into_owned()
    }
}

#[cfg(test)]
#[path = "pattern/tests.rs"]
mod tests;
