//! `PUT /api/v1/{plural}/by/{field}/{value}`: the record with this value, new or changed.

use engine::{Fields, What};
use formulas::Value;
use http::StatusCode;
use metadata::catalog::Object;
use metadata::{Input, Problem as Detail};
use serde_json::value::to_raw_value;

use super::records::{consenting, located, one, write};
use crate::body;
use crate::call::Call;
use crate::problem::Problem;
use crate::routes::Outcome;

/// Changes the record that has the value in a unique field, or creates it.
pub(crate) async fn put(call: Call) -> Outcome {
    let call = consenting(call)?;
    let (object, by) = (call.object()?, call.asked.part("field").to_owned());
    let fields = with_value(&object, (&by, call.asked.part("value")), body::record(call.asked.json()?)?)?;
    let written = write(&call, What::Upsert { by, records: vec![fields] }).await?;
    if written.created.is_empty() {
        return Ok(one(StatusCode::OK, &written));
    }
    located(&call, one(StatusCode::CREATED, &written), &written)
}

/// The body with the value of the address, which it may repeat but not contradict.
fn with_value(object: &Object, (by, value): (&str, &str), mut fields: Fields) -> Result<Fields, Problem> {
    // A field that is not there is told by the engine, together with those that would do.
    let Some((field, column)) = object.find_key(by) else { return Ok(fields) };
    let parse = |input: &Input<'_>| field.parse(input).ok().filter(|value| *value != Value::Null);
    match fields.iter().find(|(key, _)| *key == column.key) {
        None => {
            let raw = to_raw_value(value).map_err(|_| Problem::internal())?;
            fields.push((column.key.clone(), raw));
        }
        Some((key, raw)) if parse(&Input::from_raw(raw)) != parse(&Input::Text(value.into())) => {
            let message = format!("`{key}` is another value here than in the address");
            return Err(Problem::unprocessable(vec![Detail::new(key.clone(), "contradiction", message)]));
        }
        Some(_) => {}
    }
    Ok(fields)
}
