//! A small document with known keys, such as a sign-in or a deployment: read key by key, and all its problems
//! told at once with their paths.

use metadata::Problem as Detail;
use serde_json::{Map, Value as Json};

use crate::problem::Problem;

/// A document being read. Keys that nobody asked for are problems.
pub(crate) struct Form {
    rest: Map<String, Json>,
    problems: Vec<Detail>,
}

impl Form {
    /// The document of a body.
    pub fn new(bytes: &[u8]) -> Result<Self, Problem> {
        Self::of(super::document(bytes)?, "")
    }

    /// The document of a body that may be missing altogether.
    pub fn optional(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.is_empty() { Ok(Self { rest: Map::new(), problems: Vec::new() }) } else { Self::new(bytes) }
    }

    /// A document that stands at `place` of another.
    pub fn of(json: Json, place: &str) -> Result<Self, Problem> {
        match json {
            Json::Object(rest) => Ok(Self { rest, problems: Vec::new() }),
            _ => Err(Problem::unprocessable(vec![Detail::new(place, "wrong-type", "expected an object")])),
        }
    }

    /// All of it as it came, for those who read it themselves.
    pub fn whole(self) -> Json {
        Json::Object(self.rest)
    }

    /// Whether the key was given, if only as null.
    pub fn has(&self, key: &str) -> bool {
        self.rest.contains_key(key)
    }

    /// Whether the key says something: null says nothing.
    pub fn says(&self, key: &str) -> bool {
        self.rest.get(key).is_some_and(|value| !value.is_null())
    }

    /// The value as it came; `None` when it is missing or null.
    pub fn take(&mut self, key: &str) -> Option<Json> {
        self.rest.shift_remove(key).filter(|value| !value.is_null())
    }

    /// Notes a problem of a key.
    pub fn problem(&mut self, path: impl Into<String>, code: &str, message: impl Into<String>) {
        self.problems.push(Detail::new(path, code, message));
    }

    /// Notes problems that something else found.
    pub fn note(&mut self, problems: impl Iterator<Item = Detail>) {
        self.problems.extend(problems);
    }

    /// A text that must be there.
    pub fn required_text(&mut self, key: &str) -> String {
        if self.rest.get(key).is_none_or(Json::is_null) {
            self.problem(key, "required", "this is required");
        }
        self.text(key).unwrap_or_default()
    }

    /// A text that must be there and say something.
    pub fn required_word(&mut self, key: &str) -> String {
        if self.rest.get(key).and_then(Json::as_str).is_some_and(|text| text.trim().is_empty()) {
            self.problem(key, "required", "this is required");
        }
        self.required_text(key)
    }

    /// A text.
    pub fn text(&mut self, key: &str) -> Option<String> {
        self.typed(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// True or false.
    pub fn flag(&mut self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", Json::as_bool)
    }

    /// A whole number.
    pub fn integer(&mut self, key: &str) -> Option<i64> {
        self.typed(key, "a whole number", Json::as_i64)
    }

    /// A list of texts.
    pub fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.typed(key, "a list of texts", |value| {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        })
    }

    /// A list of anything.
    pub fn list(&mut self, key: &str) -> Option<Vec<Json>> {
        self.typed(key, "a list", |value| value.as_array().cloned())
    }

    /// A value of another shape.
    pub fn typed<T>(
        &mut self,
        key: &str,
        expected: &str,
        read: impl FnOnce(&Json) -> Option<T>,
    ) -> Option<T> {
        let value = self.take(key)?;
        let read = read(&value);
        if read.is_none() {
            self.problem(key, "wrong-type", format!("expected {expected}"));
        }
        read
    }

    /// All problems, those of unread keys among them.
    pub fn problems(mut self) -> Vec<Detail> {
        let unread: Vec<String> = self.rest.keys().cloned().collect();
        unread.iter().for_each(|key| self.problem(key, "unknown-key", format!("`{key}` means nothing here")));
        self.problems
    }

    /// Refuses when there was any problem.
    pub fn finish(self) -> Result<(), Problem> {
        let problems = self.problems();
        if problems.is_empty() { Ok(()) } else { Err(Problem::unprocessable(problems)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_problems_come_at_once() {
        let mut form = Form::new(br#"{"email":5,"roles":["a",1],"colour":"red","active":null}"#).unwrap();
        form.required_text("email");
        form.required_text("name");
        assert_eq!((form.has("active"), form.says("active"), form.says("roles")), (true, false, true));
        assert_eq!((form.texts("roles"), form.flag("active"), form.integer("age")), (None, None, None));
        let problem = form.finish().unwrap_err();
        let told: Vec<String> =
            problem.errors.iter().map(|detail| format!("{} {}", detail.path, detail.code)).collect();
        assert_eq!(told, ["email wrong-type", "name required", "roles wrong-type", "colour unknown-key"]);
    }

    #[test]
    fn only_objects_are_forms() {
        assert!(Form::new(b"[]").is_err());
        assert!(Form::optional(b"").unwrap().finish().is_ok());
    }
}
