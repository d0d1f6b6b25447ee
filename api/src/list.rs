//! From the parameters of a URL to a [`Query`]: names only, nothing is decided or looked up but whether a
//! parameter can mean anything at all. All problems at once, each naming its parameter.

use std::collections::HashSet;

use engine::query::{DEFAULT_LIMIT, MAX_LIMIT};
use engine::{Bin, Filter, Page, Query, SortKey};
use metadata::{Object, Problem as Detail};

pub(crate) mod aggregate;
pub(crate) mod fields;
mod filter;
pub(crate) mod pairs;

use pairs::Pairs;

/// The last page that can be asked for by its number.
pub(crate) const MAX_PAGE: u32 = 1_000_000;

/// The question of a list.
pub(crate) fn many(object: &Object, pairs: &Pairs) -> Result<Query, Vec<Detail>> {
    let mut reader = Reader::new(object);
    for (name, value) in pairs {
        reader.parameter(name, value);
    }
    reader.finish()
}

/// What to answer of one record; which one is still to be said.
pub(crate) fn one(object: &Object, pairs: &Pairs) -> Result<Query, Vec<Detail>> {
    let mut reader = Reader::new(object);
    for (name, value) in pairs {
        match name.split('[').next() {
            Some("fields" | "explain" | "fresh") => reader.parameter(name, value),
            Some("limit" | "sort") if name.contains('[') => reader.parameter(name, value),
            _ => reader.unknown(name),
        }
    }
    reader.finish()
}

/// What was read so far.
struct Reader<'o> {
    object: &'o Object,
    query: Query,
    page: Option<u32>,
    filters: Vec<Filter>,
    /// Settings of nested lists, hung on when all names are known.
    limits: Vec<(String, u32)>,
    sorts: Vec<(String, Vec<SortKey>)>,
    seen: HashSet<String>,
    problems: Vec<Detail>,
}

impl<'o> Reader<'o> {
    fn new(object: &'o Object) -> Self {
        Self {
            object,
            query: Query { object: object.name.clone(), ..Query::default() },
            page: None,
            filters: Vec::new(),
            limits: Vec::new(),
            sorts: Vec::new(),
            seen: HashSet::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, path: &str, code: &str, message: impl Into<String>) {
        self.problems.push(Detail::new(path, code, message));
    }

    fn parameter(&mut self, name: &str, value: &str) {
        if !self.seen.insert(name.to_owned()) {
            return self.problem(name, "repeated-parameter", "this parameter is given twice");
        }
        if name.contains(['[', ']']) {
            return self.bracketed(name, value);
        }
        match name {
            "fields" => self.fields(value),
            "filter" => self.filter(filter::from_text(value)),
            "where" => self.filter(Ok(Filter::Formula(value.to_owned()))),
            "sort" => self.sort(value),
            "limit" => self.query.limit = self.number(name, value, MAX_LIMIT),
            "page" => self.page = Some(self.number(name, value, MAX_PAGE)),
            "cursor" => self.query.page = Page::After(value.to_owned()),
            "fresh" => self.query.fresh = self.flag(name, value),
            "errors" => self.query.errors = self.flag(name, value),
            "include_total" => self.query.include_total = self.flag(name, value),
            "deleted" => self.query.bin = if self.flag(name, value) { Bin::Deleted } else { Bin::Live },
            // Whether to explain is asked before the question is read.
            "explain" => drop(self.flag(name, value)),
            path if self.begins_with_a_field(path) => self.filters.push(filter::equals(path, value)),
            _ => self.unknown(name),
        }
    }

    fn bracketed(&mut self, name: &str, value: &str) {
        match filter::brackets(name) {
            Some(("filter", parts)) => self.filter(filter::from_brackets(&parts, value)),
            Some(("limit", parts)) => {
                let limit = self.number(name, value, MAX_LIMIT);
                self.limits.push((parts.join("."), limit));
            }
            Some(("sort", parts)) => match fields::sort_keys(value, name) {
                Ok(keys) => self.sorts.push((parts.join("."), keys)),
                Err(problem) => self.problems.push(problem),
            },
            _ => self.unknown(name),
        }
    }

    fn unknown(&mut self, name: &str) {
        let shown: String = name.chars().take(60).collect();
        let problem = Detail::new(
            shown.clone(),
            "unknown-parameter",
            format!("there is no parameter or field `{shown}`"),
        );
        self.problems.push(problem.hint(
            "fields, filter, where, sort, limit, cursor, page, include_total, deleted or the name of a field",
        ));
    }

    fn begins_with_a_field(&self, path: &str) -> bool {
        let first = path.split('.').next().unwrap_or_default();
        let object = self.object;
        object.find_key(first).is_some()
            || object.find_field(first).is_some()
            || object.find_relation(first).is_some()
    }

    fn fields(&mut self, value: &str) {
        match fields::selections(value) {
            Ok(selections) => self.query.fields = selections,
            Err(problem) => self.problems.push(problem),
        }
    }

    fn filter(&mut self, filter: Result<Filter, Vec<Detail>>) {
        match filter {
            Ok(filter) => self.filters.push(filter),
            Err(problems) => self.problems.extend(problems),
        }
    }

    fn sort(&mut self, value: &str) {
        match fields::sort_keys(value, "sort") {
            Ok(keys) => self.query.sort = keys,
            Err(problem) => self.problems.push(problem),
        }
    }

    fn number(&mut self, name: &str, value: &str, most: u32) -> u32 {
        match value.parse() {
            Ok(number) if (1..=most).contains(&number) => number,
            _ => {
                self.problem(name, "out-of-range", format!("expected a whole number from 1 to {most}"));
                1
            }
        }
    }

    fn flag(&mut self, name: &str, value: &str) -> bool {
        let flag = flag(value);
        if flag.is_none() {
            self.problem(name, "wrong-type", "expected true or false");
        }
        flag.unwrap_or_default()
    }

    fn finish(mut self) -> Result<Query, Vec<Detail>> {
        self.paging();
        self.hang_on();
        self.query.filter = self.filters.drain(..).map(Some).fold(None, Filter::both);
        if self.problems.is_empty() { Ok(self.query) } else { Err(self.problems) }
    }

    fn paging(&mut self) {
        let Some(page) = self.page else { return };
        if matches!(self.query.page, Page::After(_)) {
            return self.problem("page", "contradiction", "give a page or a cursor, not both");
        }
        let limit = if self.query.limit == 0 { DEFAULT_LIMIT } else { self.query.limit };
        self.query.page = Page::Offset((page - 1) * limit);
    }

    fn hang_on(&mut self) {
        for (path, limit) in std::mem::take(&mut self.limits) {
            match fields::find_branch(&mut self.query.fields, &path) {
                Some(branch) => branch.limit = Some(limit),
                None => self.not_asked_for("limit", &path),
            }
        }
        for (path, keys) in std::mem::take(&mut self.sorts) {
            match fields::find_branch(&mut self.query.fields, &path) {
                Some(branch) => branch.sort = keys,
                None => self.not_asked_for("sort", &path),
            }
        }
    }

    fn not_asked_for(&mut self, word: &str, path: &str) {
        self.problem(
            &format!("{word}[{path}]"),
            "not-selected",
            format!("`fields` names nothing of `{path}`"),
        );
    }
}

/// `true` and `false`, and what people write for them.
pub(crate) fn flag(value: &str) -> Option<bool> {
    match value {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
