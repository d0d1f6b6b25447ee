//! `phone`: a number in international form when it can be told, else as written with its digits checked.
//!
//! Files carry numbers in every shape; losing one because its country is not said would be worse
//! than keeping it as written.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Settings of a `phone` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Phone {}

impl Behaviour for Phone {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::Text)]
    }

    fn ty(&self) -> Type {
        Type::Text
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let Value::Text(text) = super::text::parse_text(input, 60)? else { return Ok(Value::Null) };
        normalise(text.trim())
            .map(Value::Text)
            .ok_or_else(|| Fault::new("invalid-phone", "expected a phone number such as `+1 415 555 0132`"))
    }
}

/// E.164 with an extension (`+13955571028;ext=208`) when the number names its country, else as written.
fn normalise(text: &str) -> Option<String> {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let plausible = (3..=24).contains(&digits)
        && text.chars().all(|c| c.is_ascii_digit() || " +-./()x#,;=ext".contains(c.to_ascii_lowercase()));
    if !plausible {
        return None;
    }
    if !text.starts_with('+') {
        return Some(text.to_owned());
    }
    match phonenumber::parse(None, text) {
        Ok(number) => Some(number.format().mode(phonenumber::Mode::E164).to_string()),
        Err(_) => Some(text.to_owned()),
    }
}
