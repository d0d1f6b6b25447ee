//! `tags`: any words, written as an array of text.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

const MAX_ITEMS: usize = 500;
const MAX_LENGTH: usize = 100;

/// Settings of a `tags` field: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tags {}

impl Behaviour for Tags {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        vec![("", ColumnType::TextArray)]
    }

    fn ty(&self) -> Type {
        Type::Choices
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        parse_list(input)
    }
}

/// A list of distinct texts, from a JSON array or from one cell separated by `;` or `,`. Empty is null.
pub(super) fn parse_list(input: &Input<'_>) -> Result<Value, Fault> {
    let items: Vec<String> = match input {
        Input::Array(text) => {
            serde_json::from_str(text).map_err(|_| Fault::wrong_type("an array of texts"))?
        }
        Input::Text(text) => {
            let separator = if text.contains(';') { ';' } else { ',' };
            text.split(separator).map(|item| item.trim().to_owned()).collect()
        }
        _ => return Err(Fault::wrong_type("an array of texts")),
    };
    let mut list: Vec<Value> = Vec::with_capacity(items.len());
    for item in items.into_iter().filter(|item| !item.is_empty()) {
        if item.chars().count() > MAX_LENGTH || item.contains('\0') {
            return Err(Fault::new("too-long", format!("each item has at most {MAX_LENGTH} characters")));
        }
        let item = Value::Text(item);
        if !list.contains(&item) {
            list.push(item);
        }
    }
    match list.len() {
        0 => Ok(Value::Null),
        1..=MAX_ITEMS => Ok(Value::List(list)),
        _ => Err(Fault::new("too-many", format!("at most {MAX_ITEMS} items fit"))),
    }
}
