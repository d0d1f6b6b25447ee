//! Records that are made of, merged into, or changed like others: `…/{id}/clone`, `…/{id}/merge`, `…/mass`.

use engine::{Fields, Filter, Mass, What};
use http::StatusCode;
use metadata::Problem as Detail;
use serde_json::json;
use uuid::Uuid;

use super::records::{consenting, located, one, write};
use crate::answer;
use crate::body;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// A new record like this one; the body names what is to be different.
pub(crate) async fn clone(call: Call) -> Outcome {
    let call = consenting(call)?;
    let bytes = call.asked.optional_json()?;
    let fields = if bytes.is_empty() { Fields::new() } else { body::record(bytes)? };
    let written = write(&call, What::Clone { id: call.id()?, fields }).await?;
    located(&call, one(StatusCode::CREATED, &written), &written)
}

/// Makes `others` part of this record, with the `fields` that it shall have.
pub(crate) async fn merge(call: Call) -> Outcome {
    let call = consenting(call)?;
    let mut keys = Keys::read(call.asked.json()?)?;
    let others: Vec<Uuid> = keys.take("others", "a list of ids").unwrap_or_default();
    let fields = keys.fields("fields").unwrap_or_default();
    keys.finish()?;
    let written = write(&call, What::Merge { id: call.id()?, others, fields }).await?;
    Ok(one(StatusCode::OK, &written))
}

/// Changes or deletes all records that a filter means: `{"op","filter"|"where","data"?,"dry_run"?,"expected"?}`.
pub(crate) async fn mass(call: Call) -> Outcome {
    let call = consenting(call)?;
    let mut keys = Keys::read(call.asked.json()?)?;
    let op: Option<String> = keys.take("op", "update or delete");
    let filter: Option<serde_json::Value> = keys.take("filter", "a filter");
    let condition: Option<String> = keys.take("where", "a condition");
    let (dry_run, expected) =
        (keys.take("dry_run", "true or false"), keys.take("expected", "a whole number"));
    let change = keys.fields("data");
    let is_update = match op.as_deref() {
        Some("update") => true,
        Some("delete") => false,
        _ => {
            keys.problem("op", "unknown-operation", "expected update or delete");
            false
        }
    };
    if is_update != change.is_some() {
        keys.problem("data", "contradiction", "an update needs data, a delete has none");
    }
    if filter.is_none() && condition.is_none() {
        keys.problem("filter", "required", "say which records; `{}` means all");
    }
    let filter = filter.and_then(|json| match Filter::from_json(&json) {
        Ok(filter) => Some(filter),
        Err(problems) => {
            keys.problems.extend(problems);
            None
        }
    });
    keys.finish()?;
    let filter = Filter::both(filter, condition.map(Filter::Formula));
    let mass = Mass { filter, change, dry_run: dry_run.unwrap_or_default(), expected };
    let dry_run = mass.dry_run;
    let written = write(&call, What::Mass(mass)).await?;
    Ok(answer::data(&json!({ "matched": written.matched, "count": written.ids.len(), "dry_run": dry_run })))
}

/// A body of a few keys whose records stay raw.
struct Keys {
    rest: Fields,
    problems: Vec<Detail>,
}

impl Keys {
    fn read(bytes: &[u8]) -> Result<Self, Problem> {
        Ok(Self { rest: body::record(bytes)?, problems: Vec::new() })
    }

    fn problem(&mut self, path: &str, code: &str, message: impl Into<String>) {
        self.problems.push(Detail::new(path, code, message));
    }

    fn take<T: serde::de::DeserializeOwned>(&mut self, key: &str, expected: &str) -> Option<T> {
        let place = self.rest.iter().position(|(known, _)| known == key)?;
        let (_, raw) = self.rest.remove(place);
        let value = serde_json::from_str(raw.get()).ok();
        if value.is_none() {
            self.problem(key, "wrong-type", format!("expected {expected}"));
        }
        value
    }

    fn fields(&mut self, key: &str) -> Option<Fields> {
        let place = self.rest.iter().position(|(known, _)| known == key)?;
        let (_, raw) = self.rest.remove(place);
        match body::record(raw.get().as_bytes()) {
            Ok(fields) => Some(fields),
            Err(_) => {
                self.problem(key, "wrong-type", "expected an object of fields");
                Some(Fields::new())
            }
        }
    }

    fn finish(mut self) -> Result<(), Problem> {
        let unread: Vec<String> = self.rest.iter().map(|(key, _)| key.clone()).collect();
        unread.iter().for_each(|key| self.problem(key, "unknown-key", format!("`{key}` means nothing here")));
        if self.problems.is_empty() { Ok(()) } else { Err(Problem::unprocessable(self.problems)) }
    }
}
