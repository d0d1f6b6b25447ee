//! Definitions as stored rows, and back. Rows are trusted less than memory: each is read strictly.

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::field::FieldDefinition;
use super::{Component, Definitions, Kind, ObjectComponent, Row};
use crate::problem::Problem;

impl Definitions {
    /// The definitions that the rows hold, in any order; `next_id` is the number of the next id to give.
    ///
    /// # Errors
    /// Rows that do not parse, and fields without their object.
    pub fn from_rows(rows: Vec<Row>, next_id: u32) -> Result<Self, Vec<Problem>> {
        let mut rows = rows;
        rows.sort_by_key(|row| (number(&row.id), row.id.clone()));
        let mut read = Self { next_id, ..Self::default() };
        let mut problems = Vec::new();
        let (fields, others): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| row.kind == Kind::Fields);
        problems.extend(others.into_iter().filter_map(|row| read.read(row).err()));
        problems.extend(fields.into_iter().filter_map(|row| read.read_field(row).err()));
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    fn read(&mut self, row: Row) -> Result<(), Problem> {
        if row.kind == Kind::Objects {
            self.objects.push(ObjectComponent { object: component(row)?, fields: Vec::new() });
            return Ok(());
        }
        let Some(shelf) = self.parts.shelf(row.kind) else { return Ok(()) };
        shelf.put(row.clone()).map_err(|error| bad_row(&row, &error.to_string()))
    }

    fn read_field(&mut self, row: Row) -> Result<(), Problem> {
        let Json::Object(map) = &row.definition else { return Err(bad_row(&row, "not an object")) };
        let definition = FieldDefinition::from_json(map).map_err(|fault| bad_row(&row, &fault.message))?;
        let Some(object) =
            self.objects.iter_mut().find(|object| Some(&object.object.id) == row.parent.as_ref())
        else {
            return Err(bad_row(&row, "its object is missing"));
        };
        let Row { id, package, base, retired, .. } = row;
        object.fields.push(Component { id, package, base, retired, definition });
        Ok(())
    }

    /// Every component as the row that stores it.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for ObjectComponent { object, fields } in &self.objects {
            let name = &object.definition.name;
            rows.push(object.row(Kind::Objects, name, json!(object.definition)));
            rows.extend(fields.iter().map(|field| {
                let name = format!("{name}.{}", field.definition.common.name);
                let stored = field.row(Kind::Fields, &name, Json::Object(field.definition.to_json()));
                Row { parent: Some(object.id.clone()), ..stored }
            }));
        }
        rows.extend(self.parts.shelves().into_iter().flat_map(|(kind, shelf)| shelf.rows(kind)));
        rows
    }
}

impl<T> Component<T> {
    /// The row that stores it.
    pub(super) fn row(&self, kind: Kind, name: &str, definition: Json) -> Row {
        Row {
            id: self.id.clone(),
            kind,
            name: name.to_owned(),
            parent: None,
            package: self.package.clone(),
            base: self.base.clone(),
            retired: self.retired,
            definition,
        }
    }
}

fn component<T: DeserializeOwned>(row: Row) -> Result<Component<T>, Problem> {
    match serde_json::from_value(row.definition.clone()) {
        Ok(definition) => {
            let Row { id, package, base, retired, .. } = row;
            Ok(Component { id, package, base, retired, definition })
        }
        Err(error) => Err(bad_row(&row, &error.to_string())),
    }
}

fn bad_row(row: &Row, text: &str) -> Problem {
    Problem::new(
        format!("{}.{}", row.kind.word(), row.name),
        "bad-row",
        format!("stored row {}: {text}", row.id),
    )
}

/// The number in an id: ids are given in rising order, which is the order of definition.
fn number(id: &str) -> u32 {
    id.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
}
