//! One value on its way into a field: null, the kind's own check, and membership in the options.

use formulas::{Type, Value};

use super::Field;
use crate::field_kinds::{Behaviour, boolean, date, datetime, decimal, lookup, tags, time};
use crate::input::Input;
use crate::problem::Fault;

/// Options listed in a message; more would be a wall.
const FEW: usize = 12;

impl Field {
    /// Checks and normalises a value that is to be written.
    ///
    /// # Errors
    /// One fault: `required`, `wrong-type`, `unknown-option`, `inactive-option` (a value that is
    /// on the record already may stay, see [`Field::parse_kept`]), or the kind's own.
    pub fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let value = self.parse_kept(input)?;
        match self.inactive(&value) {
            Some(option) => {
                Err(Fault::new("inactive-option", format!("`{option}` cannot be chosen any more")))
            }
            None => Ok(value),
        }
    }

    /// The same for a record that may have the value already: inactive options are the save's business.
    ///
    /// # Errors
    /// As [`Field::parse`], without `inactive-option`.
    pub fn parse_kept(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let value = self.parse_known(input)?;
        if value == Value::Null { self.parse_blank() } else { Ok(value) }
    }

    /// The first option in a value that cannot be chosen any more.
    pub fn inactive<'v>(&self, value: &'v Value) -> Option<&'v str> {
        choices(value).find(|choice| self.options.iter().any(|o| o.value == *choice && !o.active))
    }

    /// The same for a value that is compared, not written: blanks and inactive options are fine.
    ///
    /// # Errors
    /// As [`Field::parse`], without `required` and `inactive-option`.
    pub fn parse_known(&self, input: &Input<'_>) -> Result<Value, Fault> {
        if matches!(input, Input::Null) {
            return Ok(Value::Null);
        }
        let value = self.kind.behaviour().parse(input)?;
        if self.kind.choices().is_some()
            && let Some(wrong) =
                choices(&value).find(|choice| self.options.iter().all(|o| o.value != *choice))
        {
            return Err(Fault::new(
                "unknown-option",
                format!("`{wrong}` is not an option; {}", self.allowed()),
            ));
        }
        Ok(value)
    }

    /// The same for a value that the field's value is compared with. A computed one takes what a field of its
    /// type would.
    ///
    /// # Errors
    /// As the kind's own.
    pub fn parse_compared(&self, input: &Input<'_>) -> Result<Value, Fault> {
        if self.computed.is_none() {
            return self.kind.behaviour().parse(input);
        }
        match self.ty() {
            Type::Bool => boolean::Boolean::default().parse(input),
            Type::Date => date::Date::default().parse(input),
            Type::DateTime => datetime::Datetime::default().parse(input),
            Type::Time => time::Time::default().parse(input),
            Type::Id => lookup::parse_id(input),
            Type::Integer | Type::Number => decimal::parse_number(input).map(Value::Number),
            Type::Choices | Type::Ids => tags::Tags::default().parse(input),
            Type::Null | Type::Text | Type::Choice | Type::Json => match input {
                Input::Text(text) => Ok(Value::text(text.as_ref())),
                _ => Err(Fault::wrong_type("a text")),
            },
        }
    }

    /// A blank: refused where a value must stand. A boolean is never blank.
    fn parse_blank(&self) -> Result<Value, Fault> {
        if matches!(self.kind, crate::FieldKind::Boolean(_)) {
            return Err(Fault::new("required", "expected true or false; it is never blank"));
        }
        if self.required {
            return Err(Fault::new("required", format!("{} is required", self.label)));
        }
        Ok(Value::Null)
    }

    fn allowed(&self) -> String {
        let active: Vec<String> =
            self.options.iter().filter(|o| o.active).map(|o| format!("`{}`", o.value)).collect();
        match active.len() {
            0 => "there are none".to_owned(),
            1..=FEW => format!("one of {}", active.join(", ")),
            many => format!("there are {many}, among them {}", active[..FEW].join(", ")),
        }
    }
}

/// The texts of a value that is one option or several.
fn choices(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().filter_map(|item| match item {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    })
}
