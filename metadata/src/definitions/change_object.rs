//! Changes of objects and fields: put, rename, retire. A rename is a rename, never drop and add.

use std::collections::HashSet;

use serde_json::{Map, Value as Json, json};

use super::change::{Draft, unknown};
use super::field::FieldDefinition;
use super::object::ObjectDefinition;
use super::structure::without_nulls;
use super::{Component, Kind, ObjectComponent, rename};
use crate::catalog::json::{READ_ONLY_OBJECT, is_standard_json, strip_field};
use crate::problem::Problem;

/// A field as it came: the id that it says it has, and its definition.
struct Given {
    id: Option<String>,
    definition: FieldDefinition,
}

impl Draft<'_> {
    /// Puts an object, and all its fields when they are given.
    pub(super) fn put_object(&mut self, name: &str, json: Json) {
        let path = format!("objects.{name}");
        let at = self.own_object(name).or_else(|| self.definitions.position(name));
        let owner = at.and_then(|at| self.definitions.objects[at].object.package.clone());
        if at.is_some() && !self.may_touch(owner.as_deref(), &path) {
            return;
        }
        let Some((mut definition, fields)) = self.read_object(name, json, &path) else { return };
        if let Some(fields) = fields.as_ref().filter(|_| self.layering.is_some()) {
            definition.field_order =
                fields.iter().map(|field| field.definition.common.name.clone()).collect();
        }
        if at.is_none() && definition.name != name {
            return self.refuse(renamed_nothing(&path, name, &definition.name));
        }
        let at = match at {
            Some(at) => self.replace_object(at, definition, fields.is_some()),
            None => self.add_object(definition),
        };
        match fields {
            Some(fields) => self.put_fields(at, fields, &path),
            None => self.settle_order(at),
        }
    }

    /// Reads an object's own settings and its fields, in the form that a GET answers.
    fn read_object(
        &mut self,
        name: &str,
        json: Json,
        path: &str,
    ) -> Option<(ObjectDefinition, Option<Vec<Given>>)> {
        let mut map = self.map(json, path)?;
        READ_ONLY_OBJECT.iter().for_each(|key| drop(map.shift_remove(*key)));
        map.entry("name").or_insert_with(|| name.into());
        let mut ids = Vec::new();
        if let Some(Json::Array(fields)) = map.get_mut("fields") {
            fields.retain(|field| !field.as_object().is_some_and(is_standard_json));
            ids = fields.iter_mut().map(clean_field).collect();
        }
        let mut json = Json::Object(map);
        self.check(Kind::Objects, &mut json, path)?;
        let fields = json.as_object_mut().and_then(|map| map.shift_remove("fields"));
        let fields = fields.map(|fields| self.read_fields(fields, ids, path));
        match serde_json::from_value(json) {
            Ok(definition) => Some((definition, fields)),
            Err(error) => {
                self.refuse(Problem::new(path, "bad-definition", error.to_string()));
                None
            }
        }
    }

    fn read_fields(&mut self, fields: Json, ids: Vec<Option<String>>, path: &str) -> Vec<Given> {
        let Json::Array(fields) = fields else { return Vec::new() };
        let mut given = Vec::with_capacity(fields.len());
        for (field, id) in fields.iter().zip(ids) {
            let Some(map) = field.as_object().filter(|map| !map.is_empty()) else { continue };
            match FieldDefinition::from_json(map) {
                Ok(definition) => given.push(Given { id, definition }),
                Err(fault) => {
                    let name = field["name"].as_str().unwrap_or_default();
                    self.refuse(fault.at(format!("{path}.fields.{name}")));
                }
            }
        }
        given
    }

    fn add_object(&mut self, definition: ObjectDefinition) -> usize {
        let id = self.next_id('o');
        let package = self.package().map(str::to_owned);
        let base = self.base_of(Kind::Objects, json!(definition));
        self.seen.insert(id.clone());
        let object = Component { id, package, base, retired: false, purged: false, definition };
        self.definitions.objects.push(ObjectComponent { object, fields: Vec::new() });
        self.definitions.objects.len() - 1
    }

    fn replace_object(&mut self, at: usize, mut definition: ObjectDefinition, fields_given: bool) -> usize {
        let old = self.definitions.objects[at].object.definition.clone();
        if !fields_given && definition.field_order.is_empty() && self.layering.is_none() {
            definition.field_order = old.field_order;
        }
        let definition = self.layered_object(at, definition);
        let new_name = definition.name.clone();
        self.definitions.objects[at].object.definition = definition;
        if new_name != old.name {
            rename::object(&mut self.definitions, &old.name, &new_name);
        }
        at
    }

    /// Makes the fields of an object those that are given, in their order.
    fn put_fields(&mut self, at: usize, given: Vec<Given>, path: &str) {
        let mut kept: HashSet<String> = HashSet::new();
        let mut order = Vec::with_capacity(given.len());
        for Given { id, definition } in given {
            order.push(definition.common.name.clone());
            let found = self.find_field(at, id.as_deref(), &definition.common.name);
            let found = found.filter(|found| !kept.contains(&self.definitions.objects[at].fields[*found].id));
            kept.insert(match found {
                Some(found) => self.replace_field(at, found, definition, path),
                None => self.add_field(at, definition),
            });
        }
        let tenant = self.layering.is_none();
        let component = &mut self.definitions.objects[at];
        if tenant {
            component.object.definition.field_order = order;
            let gone = component.fields.iter_mut().filter(|field| !kept.contains(&field.id));
            gone.for_each(|field| field.retired = true);
        }
        self.settle_order(at);
    }

    /// An order that is that of their coming needs no word; one of fields to come is kept.
    pub(super) fn settle_order(&mut self, at: usize) {
        let component = &mut self.definitions.objects[at];
        let order = component.order();
        if component.object.definition.field_order.iter().any(|name| !order.contains(name)) {
            return;
        }
        let live = component.fields.iter().filter(|field| !field.retired);
        if live.map(|field| &field.definition.common.name).eq(&order) {
            component.object.definition.field_order.clear();
        }
    }

    /// The live field that is meant: by its id, else by its name.
    fn find_field(&self, at: usize, id: Option<&str>, name: &str) -> Option<usize> {
        if let Some(own) = self.own_field(at, name) {
            return Some(own);
        }
        let fields = &self.definitions.objects[at].fields;
        let live = |found: &usize| !fields[*found].retired;
        let by_id = fields.iter().position(|field| Some(field.id.as_str()) == id).filter(live);
        by_id.or_else(|| {
            fields.iter().position(|field| !field.retired && field.definition.common.name == name)
        })
    }

    fn add_field(&mut self, at: usize, definition: FieldDefinition) -> String {
        let id = self.next_id('f');
        let package = self.package().map(str::to_owned);
        let base = self.base_of(Kind::Fields, Json::Object(definition.to_json()));
        self.seen.insert(id.clone());
        let field = Component { id: id.clone(), package, base, retired: false, purged: false, definition };
        self.definitions.objects[at].fields.push(field);
        id
    }

    fn replace_field(&mut self, at: usize, found: usize, definition: FieldDefinition, path: &str) -> String {
        let field = &self.definitions.objects[at].fields[found];
        let (id, owner) = (field.id.clone(), field.package.clone());
        let (old, new) = (field.definition.common.name.clone(), definition.common.name.clone());
        if !self.may_touch(owner.as_deref(), &format!("{path}.fields.{old}")) {
            return id;
        }
        let place = format!("{path}.fields.{old}");
        let Some(definition) = self.layered_field((at, found), definition, &place) else { return id };
        if old != new {
            rename::field(&mut self.definitions, at, &old, &new);
        }
        self.definitions.objects[at].fields[found].definition = definition;
        id
    }

    /// Retires an object; its views go with it, because they would point nowhere.
    pub(super) fn delete_object(&mut self, name: &str) {
        let path = format!("objects.{name}");
        let Some(at) = self.definitions.position(name) else {
            let known = self.definitions.objects.iter().map(|object| object.object.definition.name.as_str());
            let problem = unknown(path, name, known);
            return self.refuse(problem);
        };
        let owner = self.definitions.objects[at].object.package.clone();
        if self.may_touch(owner.as_deref(), &path) {
            self.definitions.objects[at].object.retired = true;
            self.definitions.parts.shelves_mut().into_iter().for_each(|(_, shelf)| shelf.retire_object(name));
        }
    }

    /// Puts or retires one field, named `deal.amount`.
    pub(super) fn change_field(&mut self, name: &str, definition: Option<Json>) {
        let (object, field) = name.split_once('.').unwrap_or((name, ""));
        let path = format!("objects.{object}.fields.{field}");
        let Some(at) = self.definitions.position(object).or_else(|| self.hidden_object(object)) else {
            let known = self.definitions.objects.iter().map(|object| object.object.definition.name.as_str());
            let problem = unknown(format!("objects.{object}"), object, known);
            return self.refuse(problem);
        };
        let found = self.find_field(at, None, field);
        match (definition, found) {
            (Some(definition), found) => self.put_field(at, found, (field, definition)),
            (None, Some(found)) => {
                let owner = self.definitions.objects[at].fields[found].package.clone();
                if self.may_touch(owner.as_deref(), &path) {
                    self.definitions.objects[at].fields[found].retired = true;
                }
            }
            (None, None) => {
                let fields = self.definitions.objects[at].fields.iter().filter(|field| !field.retired);
                let problem = unknown(path, field, fields.map(|field| field.definition.common.name.as_str()));
                self.refuse(problem);
            }
        }
    }

    fn put_field(&mut self, at: usize, found: Option<usize>, (name, json): (&str, Json)) {
        let object = format!("objects.{}", self.definitions.objects[at].object.definition.name);
        let path = format!("{object}.fields.{name}");
        let Some(map) = self.map(json, &path) else { return };
        let mut json = Json::Object(map);
        clean_field(&mut json);
        if json.get("name").is_none() {
            json["name"] = name.into();
        }
        let said = json["name"].as_str().filter(|said| found.is_none() && *said != name);
        if let Some(said) = said {
            let problem = renamed_nothing(&path, name, said);
            return self.refuse(problem);
        }
        if self.check(Kind::Fields, &mut json, &path).is_none() {
            return;
        }
        let read = json.as_object().map(FieldDefinition::from_json);
        match (read, found) {
            (Some(Ok(definition)), Some(found)) => drop(self.replace_field(at, found, definition, &object)),
            (Some(Ok(definition)), None) => drop(self.add_field(at, definition)),
            (Some(Err(fault)), _) => self.refuse(fault.at(path)),
            (None, _) => {}
        }
    }
}

/// Another name than that of the address renames what is there, and makes nothing anew.
pub(super) fn renamed_nothing(path: &str, name: &str, said: &str) -> Problem {
    let text = format!("the definition calls itself `{said}`, and there is no `{name}` to rename");
    Problem::new(format!("{path}.name"), "wrong-name", text).hint(format!("put it as `{said}`"))
}

/// Takes read-only keys and nulls out of a field's JSON; answers the id that it had.
fn clean_field(field: &mut Json) -> Option<String> {
    let Json::Object(map) = field else { return None };
    let id = map.get("id").and_then(Json::as_str).map(str::to_owned);
    strip_field(map);
    let whole: Map<String, Json> = without_nulls(std::mem::take(map));
    *map = whole;
    id
}
