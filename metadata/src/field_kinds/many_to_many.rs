//! `many_to_many`: a relation to any number of records of another object, in a link table of its own.

use formulas::{Type, Value};
use serde::{Deserialize, Serialize};

use super::{Behaviour, ColumnType};
use crate::input::Input;
use crate::problem::Fault;

/// Most links of one record.
const MAX_LINKS: usize = 10_000;

/// Settings of a `many_to_many` field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ManyToMany {
    /// Name of the other object.
    pub to: String,
    /// Name of the relation seen from there; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<String>,
}

impl Behaviour for ManyToMany {
    fn columns(&self) -> Vec<(&'static str, ColumnType)> {
        Vec::new()
    }

    fn ty(&self) -> Type {
        Type::Ids
    }

    fn parse(&self, input: &Input<'_>) -> Result<Value, Fault> {
        let items = input.elements().ok_or_else(|| Fault::wrong_type("an array of ids"))?;
        if items.len() > MAX_LINKS {
            return Err(Fault::new("too-many", format!("at most {MAX_LINKS} links fit")));
        }
        let mut ids = Vec::with_capacity(items.len());
        for item in &items {
            match super::lookup::parse_id(&Input::from_raw(item))? {
                Value::Null => return Err(Fault::wrong_type("an array of ids")),
                id if ids.contains(&id) => {}
                id => ids.push(id),
            }
        }
        Ok(Value::List(ids))
    }
}
