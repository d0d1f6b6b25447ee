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
    let too_many = || Fault::new("too-many", format!("at most {MAX_ITEMS} items fit"));
    let mut list: Vec<Value> = Vec::with_capacity(items.len().min(MAX_ITEMS));
    for item in items.into_iter().filter(|item| !item.is_empty()) {
        if item.chars().count() > MAX_LENGTH || item.contains('\0') {
            return Err(Fault::new("too-long", format!("each item has at most {MAX_LENGTH} characters")));
        }
        let item = Value::Text(item);
        if list.contains(&item) {
            continue;
        }
        // At once: a hostile list must not be compared with itself to its end.
        if list.len() == MAX_ITEMS {
            return Err(too_many());
        }
        list.push(item);
    }
    Ok(if list.is_empty() { Value::Null } else { Value::List(list) })
}
