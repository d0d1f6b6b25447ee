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
    /// Rows that do not parse, fields without their object, and ids that were not given here.
    pub fn from_rows(rows: Vec<Row>, next_id: u32) -> Result<Self, Vec<Problem>> {
        let mut rows = rows;
        rows.sort_by_key(|row| (number(&row.id), row.id.clone()));
        let mut read = Self { next_id, ..Self::default() };
        let mut problems: Vec<Problem> = rows.iter().filter_map(|row| wrong_id(row, next_id)).collect();
        let twice = rows.windows(2).filter(|pair| number(&pair[0].id) == number(&pair[1].id));
        problems.extend(twice.map(|pair| bad_row(&pair[1], "another component has this id")));
        let (fields, others): (Vec<Row>, Vec<Row>) =
            rows.into_iter().partition(|row| row.kind == Kind::Fields);
        problems.extend(others.into_iter().filter_map(|row| read.read(row).err()));
        problems.extend(fields.into_iter().filter_map(|row| read.read_field(row).err()));
        if problems.is_empty() { Ok(read) } else { Err(problems) }
    }

    /// These definitions with rows that have come or are others now, and without those that have gone, by their ids: what
    /// [`Definitions::from_rows`] makes of all rows.
    ///
    /// # Errors
    /// As there, of these rows.
    pub fn with_rows(&self, changed: Vec<Row>, gone: &[String], next_id: u32) -> Result<Self, Vec<Problem>> {
        let mut problems: Vec<Problem> = changed.iter().filter_map(|row| wrong_id(row, next_id)).collect();
        let mut next = Self { next_id, ..self.clone() };
        gone.iter().for_each(|id| next.forget(id));
        let (mut fields, mut others): (Vec<Row>, Vec<Row>) =
            changed.into_iter().partition(|row| row.kind == Kind::Fields);
        // Names are free before they are taken.
        others.iter().filter(|row| row.kind != Kind::Objects).for_each(|row| next.forget(&row.id));
        for rows in [&mut others, &mut fields] {
            rows.sort_by_key(|row| number(&row.id));
            problems.extend(std::mem::take(rows).into_iter().filter_map(|row| next.renew(row).err()));
        }
        if problems.is_empty() { Ok(next) } else { Err(problems) }
    }

    /// Takes a component out; an object with all its fields.
    fn forget(&mut self, id: &str) {
        match Kind::ALL.into_iter().find(|kind| id.starts_with(kind.letter())) {
            Some(Kind::Objects) => self.objects.retain(|object| object.object.id != id),
            Some(Kind::Fields) => {
                let of = self.objects.iter_mut().find(|object| object.fields.iter().any(|one| one.id == id));
                of.into_iter().for_each(|object| object.fields.retain(|field| field.id != id));
            }
            Some(kind) => self.parts.shelf(kind).into_iter().for_each(|shelf| shelf.remove_id(id)),
            None => {}
        }
    }

    /// Puts what a row holds in its place, where something of its id may stand already.
    fn renew(&mut self, row: Row) -> Result<(), Problem> {
        let (id, parent, kind) = (row.id.clone(), row.parent.clone(), row.kind);
        let known = self.objects.iter_mut().find(|object| object.object.id == id);
        if let Some(known) = known.filter(|_| kind == Kind::Objects) {
            known.object = component(row)?;
            return Ok(());
        }
        if kind != Kind::Fields {
            self.read(row)?;
            self.objects.sort_by_key(|object| number(&object.object.id));
            return Ok(());
        }
        let of = self.objects.iter_mut().find(|object| Some(&object.object.id) == parent.as_ref());
        of.into_iter().for_each(|object| object.fields.retain(|field| field.id != id));
        self.read_field(row)?;
        let of = self.objects.iter_mut().find(|object| Some(&object.object.id) == parent.as_ref());
        of.into_iter().for_each(|object| object.fields.sort_by_key(|field| number(&field.id)));
        Ok(())
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
        let Row { id, package, base, retired, purged, .. } = row;
        object.fields.push(Component { id, package, base, retired, purged, definition });
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
            purged: self.purged,
            definition,
        }
    }
}

fn component<T: DeserializeOwned>(row: Row) -> Result<Component<T>, Problem> {
    match serde_json::from_value(row.definition.clone()) {
        Ok(definition) => {
            let Row { id, package, base, retired, purged, .. } = row;
            Ok(Component { id, package, base, retired, purged, definition })
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

/// Ids become names of columns and keys within statements, and rows may come from an archive that somebody wrote: an id is
/// the letter of its kind and a number that has been given.
fn wrong_id(row: &Row, next_id: u32) -> Option<Problem> {
    let digits = row.id.strip_prefix(row.kind.letter()).unwrap_or_default();
    let plain = !digits.starts_with('0') && digits.bytes().all(|byte| byte.is_ascii_digit());
    let given = plain && digits.parse().is_ok_and(|number: u32| number < next_id);
    (!given).then(|| bad_row(row, "this is not an id that was given"))
}

/// The number in an id: ids are given in rising order, which is the order of definition.
fn number(id: &str) -> u32 {
    id.get(1..).and_then(|digits| digits.parse().ok()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str) -> Row {
        let definition = json!({"name": "car", "plural": "cars", "label": "Car", "plural_label": "Cars"});
        let (kind, name) = (Kind::Objects, "car".to_owned());
        Row {
            id: id.to_owned(),
            kind,
            name,
            parent: None,
            package: None,
            base: None,
            retired: false,
            purged: false,
            definition,
        }
    }

    #[test]
    fn ids_are_those_that_were_given() {
        assert!(Definitions::from_rows(vec![row("o7")], 8).is_ok());
        for id in ["o8", "f7", "o", "o07", "o7', (SELECT 1), '", "o7\"", "o٧", "o-1", "o99999999999"] {
            assert!(Definitions::from_rows(vec![row(id)], 8).is_err(), "{id}");
        }
        assert!(Definitions::from_rows(vec![row("o7"), row("o7")], 8).is_err());
    }
}
