//! The body of a batch: operations with their records raw, all problems at once below `operations.N`.

use engine::{Fields, Op, Operation};
use metadata::Problem as Detail;
use serde_json::value::RawValue;

use crate::problem::Problem;

/// Reads `{"operations":[{"op","object","id"?,"data"?,"by"?,"transition"?,"version"?,"ref"?}]}`.
pub(crate) fn operations(bytes: &[u8]) -> Result<Vec<Operation>, Problem> {
    let (mut list, mut problems) = (None, Vec::new());
    for (key, raw) in super::record(bytes)? {
        if key == "operations" {
            list = Some(raw);
        } else {
            problems.push(Detail::new(&key, "unknown-key", format!("`{key}` means nothing here")));
        }
    }
    let items = list.map(|raw| serde_json::from_str::<Vec<Box<RawValue>>>(raw.get()));
    let operations = match items {
        Some(Ok(items)) => items,
        Some(Err(_)) => {
            problems.push(Detail::new("operations", "wrong-type", "expected a list of operations"));
            Vec::new()
        }
        None => {
            problems.push(Detail::new("operations", "required", "this is required"));
            Vec::new()
        }
    };
    let mut read = Vec::with_capacity(operations.len());
    for (n, raw) in operations.iter().enumerate() {
        let place = format!("operations.{n}");
        let mut reader = Reader { place: &place, problems: &mut problems };
        read.extend(reader.operation(super::fields(raw.get().as_bytes(), &place)?));
    }
    if problems.is_empty() { Ok(read) } else { Err(Problem::unprocessable(problems)) }
}

struct Reader<'p> {
    place: &'p str,
    problems: &'p mut Vec<Detail>,
}

impl Reader<'_> {
    fn problem(&mut self, key: &str, code: &str, message: impl Into<String>) {
        self.problems.push(Detail::new(format!("{}.{key}", self.place), code, message));
    }

    fn operation(&mut self, keys: Fields) -> Option<Operation> {
        let before = self.problems.len();
        let (mut op, mut object, mut id, mut by, mut reference) = (None, None, None, None, None);
        let (mut fields, mut if_version, mut transition) = (None, None, None);
        for (key, raw) in keys {
            match key.as_str() {
                "op" => op = self.op(&raw),
                "object" => object = self.text(&key, &raw),
                "id" => id = self.text(&key, &raw),
                "by" => by = self.text(&key, &raw),
                "ref" => reference = self.text(&key, &raw),
                "transition" => transition = self.text(&key, &raw),
                "version" => match raw.get().parse() {
                    Ok(version) => if_version = Some(version),
                    Err(_) => self.problem("version", "wrong-type", "expected a whole number"),
                },
                "data" => match super::fields(raw.get().as_bytes(), &format!("{}.data", self.place)) {
                    Ok(record) => fields = Some(record),
                    Err(problem) => self.problems.extend(problem.errors),
                },
                _ => self.problem(&key, "unknown-key", format!("`{key}` means nothing here")),
            }
        }
        self.require(op, (&object, &id, &by, &transition), fields.is_some(), before);
        if self.problems.len() > before {
            return None;
        }
        let fields = fields.unwrap_or_default();
        Some(Operation { object: object?, op: op?, id, fields, by, if_version, reference, transition })
    }

    fn op(&mut self, raw: &RawValue) -> Option<Op> {
        let op = match raw.get() {
            "\"create\"" => Op::Create,
            "\"update\"" => Op::Update,
            "\"upsert\"" => Op::Upsert,
            "\"delete\"" => Op::Delete,
            "\"transition\"" => Op::Transition,
            _ => {
                let text = "expected create, update, upsert, delete or transition";
                self.problem("op", "unknown-operation", text);
                return None;
            }
        };
        Some(op)
    }

    fn text(&mut self, key: &str, raw: &RawValue) -> Option<String> {
        let text = serde_json::from_str(raw.get()).ok();
        if text.is_none() {
            self.problem(key, "wrong-type", "expected a text");
        }
        text
    }

    /// What each operation needs, and what would be silently ignored. A key that was wrong is not missing.
    fn require(
        &mut self,
        op: Option<Op>,
        (object, id, by, transition): (&Option<String>, &Option<String>, &Option<String>, &Option<String>),
        has_data: bool,
        before: usize,
    ) {
        if self.problems.len() > before {
            return;
        }
        let Some(op) = op else { return self.problem("op", "required", "this is required") };
        let wants_id = matches!(op, Op::Update | Op::Delete | Op::Transition);
        // A transition may ask for nothing.
        let has_data = has_data || op == Op::Transition;
        // An upsert finds its key in the data where nobody names it.
        let by_is_needless = op == Op::Upsert && by.is_none();
        for (key, has, wanted) in [
            ("object", object.is_some(), true),
            ("id", id.is_some(), wants_id),
            ("by", by.is_some() || by_is_needless, op == Op::Upsert),
            ("transition", transition.is_some(), op == Op::Transition),
            ("data", has_data, op != Op::Delete),
        ] {
            match (has, wanted) {
                (false, true) => self.problem(key, "required", "this is required"),
                (true, false) => {
                    self.problem(key, "unknown-key", format!("`{key}` means nothing for this op"))
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_keep_their_records_raw() {
        let body = br#"{"operations":[{"op":"create","object":"deal","data":{"amount":1.10},"ref":"d"},{"op":"delete","object":"task","id":"@d.id"}]}"#;
        let read = operations(body).unwrap();
        assert_eq!((read.len(), read[0].op, read[1].id.as_deref()), (2, Op::Create, Some("@d.id")));
        assert_eq!(read[0].fields[0].1.get(), "1.10");
    }

    #[test]
    fn all_problems_have_paths() {
        let body = br#"{"operations":[{"op":"make"},{"object":"x","data":{}},{"op":"update","object":"x","data":[]},{"op":"delete","object":"x","id":"1","data":{},"colour":1},{"op":"upsert","object":"x"}],"y":1}"#;
        let problem = operations(body).unwrap_err();
        let paths: Vec<&str> = problem.errors.iter().map(|detail| detail.path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "y",
                "operations.0.op",
                "operations.1.op",
                "operations.2.data",
                "operations.3.colour",
                "operations.4.data"
            ]
        );
        for (body, path) in [("{}", "operations"), (r#"{"operations":1}"#, "operations")] {
            assert_eq!(operations(body.as_bytes()).unwrap_err().errors[0].path, path, "{body}");
        }
    }
}
