//! `email`: an address, checked for its shape and kept with its domain in lower case.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of an `email` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Email {}

impl Behaviour for Email {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let Value::Text(text) = super::text::parse_text(input, 320)? else { return Ok(Value::Null) };
        normalise(text.trim())
            .map(Value::Text)
            .ok_or_else(|| Fault::new("invalid-email", "expected an address such as `ada@example.com`"))
    }
}

/// The address with its domain in lower case; `None` when it cannot be one. The local part is the
/// mailbox's own business (RFC 5321 §2.4), so its case stays.
pub fn normalise(text: &str) -> Option<String> {
    let (local, domain) = text.rsplit_once('@')?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && !local.chars().any(|c| c.is_whitespace() || c.is_control() || "<>()[],;:\"\\@".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.');
    let label_ok = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let domain_ok = domain.contains('.') && domain.len() <= 253 && domain.split('.').all(label_ok);
    (local_ok && domain_ok).then(|| format!("{local}@{}", domain.to_lowercase()))
}
