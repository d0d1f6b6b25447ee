//! The parameters of an address that is not a list of records: a few known names, read one by one, all problems
//! at once.

use metadata::Problem as Detail;

use crate::list::flag;
use crate::list::pairs::Pairs;
use crate::problem::Problem;

/// Parameters being read. Those that nobody asked for are problems.
pub(crate) struct Params {
    rest: Pairs,
    problems: Vec<Detail>,
}

impl Params {
    /// All parameters of a request.
    pub fn new(pairs: Pairs) -> Self {
        Self { rest: pairs, problems: Vec::new() }
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Option<String> {
        let place = self.rest.iter().position(|(key, _)| key == name)?;
        let (_, value) = self.rest.remove(place);
        if self.rest.iter().any(|(key, _)| key == name) {
            self.problems.push(Detail::new(name, "repeated-parameter", "this parameter is given twice"));
            self.rest.retain(|(key, _)| key != name);
        }
        Some(value)
    }

    /// A text that `read` understands; `expected` says what would be.
    pub fn typed<T>(&mut self, name: &str, expected: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let value = self.text(name)?;
        let read = read(&value);
        if read.is_none() {
            self.problems.push(Detail::new(name, "wrong-type", format!("expected {expected}")));
        }
        read
    }

    /// True or false; false when missing.
    pub fn flag(&mut self, name: &str) -> bool {
        let Some(value) = self.text(name) else { return false };
        flag(&value).unwrap_or_else(|| {
            self.problems.push(Detail::new(name, "wrong-type", "expected true or false"));
            false
        })
    }

    /// A whole number from `least` to `most`.
    pub fn number(&mut self, name: &str, least: i64, most: i64) -> Option<i64> {
        let value = self.text(name)?;
        let number = value.parse().ok().filter(|number| (least..=most).contains(number));
        if number.is_none() {
            let message = format!("expected a whole number from {least} to {most}");
            self.problems.push(Detail::new(name, "out-of-range", message));
        }
        number
    }

    /// Records a page, 50 when not said.
    pub fn limit(&mut self, most: u32) -> u32 {
        self.number("limit", 1, i64::from(most)).and_then(|limit| u32::try_from(limit).ok()).unwrap_or(50)
    }

    /// Refuses when there was any problem.
    pub fn finish(mut self) -> Result<(), Problem> {
        for (name, _) in &self.rest {
            let message = format!("there is no parameter `{name}` here");
            self.problems.push(Detail::new(name.clone(), "unknown-parameter", message));
        }
        if self.problems.is_empty() { Ok(()) } else { Err(Problem::invalid(self.problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn all_problems_come_at_once() {
        let mut params = params(&[("limit", "0"), ("dry_run", "maybe"), ("a", "1"), ("a", "2"), ("x", "")]);
        assert_eq!(
            (params.limit(100), params.flag("dry_run"), params.text("a")),
            (50, false, Some("1".into()))
        );
        let problem = params.finish().unwrap_err();
        let paths: Vec<&str> = problem.errors.iter().map(|detail| detail.path.as_str()).collect();
        assert_eq!(paths, ["limit", "dry_run", "a", "x"]);
    }
}
