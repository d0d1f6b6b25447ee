//! Regular expressions in the subset whose meaning Rust and PostgreSQL share. Neither backtracks on them.
//!
//! The pattern is parsed, checked, and written again for both engines with classes spelled out, because the two
//! disagree on Unicode digits and on what a dot matches.

mod emit;

use regex::Regex;
use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::{Anchored, Input, MatchKind};

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
    /// Finds where the longest match from a given start ends.
    longest: DFA,
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
        let config = DFA::config().match_kind(MatchKind::All);
        let longest = DFA::builder().configure(config).build(&emitted.text);
        let longest = longest.map_err(|_| "This pattern is too large.".to_owned())?;
        Ok(Pattern { postgres: emitted.text, rust, whole, longest, may_be_empty: emitted.may_be_empty })
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
        let (start, end) = self.find(text, 0, &mut self.longest.create_cache())?;
        let found = &text[start..end];
        if self.rust.captures_len() == 1 {
            return Some(found);
        }
        let captures = self.whole.captures(found)?;
        captures.get(1).map(|group| group.as_str())
    }

    /// The text with every match replaced.
    pub(crate) fn replace(&self, text: &str, new: &str) -> String {
        let (mut replaced, mut rest) = (String::new(), 0);
        let mut cache = self.longest.create_cache();
        while let Some((start, end)) = self.find(text, rest, &mut cache) {
            replaced += &text[rest..start];
            replaced += new;
            rest = end;
            if start == end {
                break;
            }
        }
        replaced + &text[rest..]
    }

    /// The first match from `from` on, as long as it can be: PostgreSQL takes the longest of the matches that begin
    /// first, Rust by itself the one that the first alternative gives.
    fn find(&self, text: &str, from: usize, cache: &mut Cache) -> Option<(usize, usize)> {
        let first = self.rust.find_at(text, from)?;
        let input = Input::new(text).span(first.start()..text.len()).anchored(Anchored::Yes);
        let longest = self.longest.try_search_fwd(cache, &input).ok().flatten();
        Some((first.start(), longest.map_or(first.end(), |longest| longest.offset())))
    }
}

#[cfg(test)]
#[path = "pattern/tests.rs"]
mod tests;
