//! `json`: any JSON, optionally held to a JSON Schema.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Largest document, in bytes.
const MAX_BYTES: usize = 1_000_000;
/// Deepest nesting that is stored.
const MAX_DEPTH: usize = 64;

/// Settings of a `json` field.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Json {
    /// JSON Schema (2020-12) that every value must meet; no remote references.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<serde_json::Value>,
}

impl Behaviour for Json {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Jsonb)]
    }

    fn ty(&self) -> Type {
        Type::Json
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let value = parse_json(input)?;
        if depth(&value) > MAX_DEPTH {
            return Err(Fault::new("too-deep", format!("nested deeper than {MAX_DEPTH} levels")));
        }
        self.check_schema(&value)?;
        Ok(Value::Json(value))
    }

    fn check(&self) -> Vec<Problem> {
        let Some(schema) = &self.schema else { return Vec::new() };
        match jsonschema::validator_for(schema) {
            Ok(_) => Vec::new(),
            Err(error) => vec![Problem::new("schema", "bad-schema", error.to_string())],
        }
    }
}

impl Json {
    fn check_schema(&self, value: &serde_json::Value) -> Result<(), Fault> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let Ok(validator) = jsonschema::validator_for(schema) else { return Ok(()) };
        match validator.iter_errors(value).next() {
            None => Ok(()),
            Some(error) => {
                Err(Fault::new("schema-mismatch", format!("at `{}`: {error}", error.instance_path())))
            }
        }
    }
}

fn parse_json(input: &Input<'_>) -> Result<serde_json::Value, Fault> {
    let bad = |_| Fault::wrong_type("JSON");
    Ok(match input {
        Input::Null => serde_json::Value::Null,
        Input::Bool(value) => (*value).into(),
        Input::Text(text) => text.to_string().into(),
        Input::Number(text) | Input::Array(text) | Input::Object(text) => {
            if text.len() > MAX_BYTES {
                return Err(Fault::new("too-long", format!("at most {MAX_BYTES} bytes fit")));
            }
            if text.contains("\\u0000") {
                return Err(Fault::new(
                    "bad-character",
                    "the text contains a NUL character, which cannot be stored",
                ));
            }
            serde_json::from_str(text).map_err(bad)?
        }
    })
}

fn depth(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        serde_json::Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
