//! `url`: a web address; without a scheme it is taken as https.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `url` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Url {}

impl Behaviour for Url {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let Value::Text(text) = super::text::parse_text(input, 2000)? else { return Ok(Value::Null) };
        normalise(text.trim())
            .map(Value::Text)
            .ok_or_else(|| Fault::new("invalid-url", "expected a web address such as `https://example.com`"))
    }
}

/// Only schemes that are safe to follow from a page; `javascript:` and friends never get in.
fn normalise(text: &str) -> Option<String> {
    let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = ::url::Url::parse(&full).ok()?;
    let host_ok = url.host_str().is_some_and(|host| host.contains('.') || host == "localhost");
    (["http", "https", "ftp"].contains(&url.scheme()) && host_ok).then(|| url.to_string())
}
