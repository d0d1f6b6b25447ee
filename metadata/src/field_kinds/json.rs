//! `json`: any JSON, optionally held to a JSON Schema.

use formulas::{Document, Type, Unfit, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::{Fault, Problem};

/// Largest document, in bytes.
const MAX_BYTES: usize = 1_000_000;

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
        let document = read(input)?;
        self.check_schema(&document)?;
        Ok(Value::Json(document))
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
    fn check_schema(&self, document: &Document) -> Result<(), Fault> {
        let Some(schema) = &self.schema else { return Ok(()) };
        let Ok(validator) = jsonschema::validator_for(schema) else { return Ok(()) };
        // The validator reads numbers as floats; what is kept is the document itself.
        let value: serde_json::Value = serde_json::from_str(&document.to_string())
            .map_err(|_| Fault::new("schema-mismatch", "a number is larger than a JSON Schema can judge"))?;
        match validator.iter_errors(&value).next() {
            None => Ok(()),
            Some(error) => {
                Err(Fault::new("schema-mismatch", format!("at `{}`: {error}", error.instance_path())))
            }
        }
    }
}

fn read(input: &Input<'_>) -> Result<Document, Fault> {
    match input {
        Input::Null => Ok(Document::Null),
        Input::Bool(value) => Ok(Document::Bool(*value)),
        Input::Text(text) => Ok(Document::Text(text.to_string())),
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
            Document::parse(text).map_err(|unfit| match unfit {
                Unfit::NotJson => Fault::wrong_type("JSON"),
                Unfit::TooDeep => Fault::new("too-deep", unfit.to_string()),
                Unfit::TooManyDigits => Fault::new("out-of-range", unfit.to_string()),
            })
        }
    }
}
