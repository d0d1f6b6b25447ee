//! Metadata as far as a caller may know of it. A field that the caller does not see is in no object, layout or list
//! view; what else speaks of an object with such fields is for those who manage metadata.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use engine::plan::Plan;
use engine::{Filter, Query};
use metadata::catalog::Named;
use metadata::catalog::apps::App;
use metadata::catalog::roles::SYSTEM_ROLES;
use metadata::definitions::app::Item;
use metadata::definitions::list_view::NOT_WEIGHTED;
use metadata::definitions::sharing_rule::People;
use metadata::{Kind, Object};
use serde_json::{Value as Json, json};

use super::rights::{self, FieldRights};
use crate::call::Call;

/// One caller's view of the metadata.
pub(crate) struct Seen<'c> {
    call: &'c Call,
    fields: RefCell<HashMap<String, Rc<FieldRights>>>,
    /// The sets of options that fields have which exist for the caller.
    sets: OnceCell<HashSet<String>>,
    /// Who changes metadata knows all of it.
    all: bool,
}

impl<'c> Seen<'c> {
    pub(crate) fn new(call: &'c Call) -> Self {
        Self { call, fields: RefCell::default(), sets: OnceCell::new(), all: call.holds("manage_metadata") }
    }

    /// One component, without what the caller may not know of; `None` when that is all of it. It says which package has
    /// brought it.
    pub(crate) fn component(&self, kind: Kind, name: &str) -> Option<Json> {
        let mut json = self.known(kind, name)?;
        if !matches!(kind, Kind::Objects | Kind::Fields) {
            json["package"] = json!(self.call.context.snapshot.definitions.package_of(kind, name));
        }
        Some(json)
    }

    fn known(&self, kind: Kind, name: &str) -> Option<Json> {
        let catalog = &self.call.context.snapshot.catalog;
        let mut json = catalog.component_json(kind, name)?;
        let object = match kind {
            Kind::Settings => return Some(json),
            // They may speak of what not everybody knows of.
            Kind::Translations => return self.all.then_some(json),
            Kind::OptionSets => return self.chooses_from(name).then_some(json),
            Kind::Objects => name,
            Kind::Fields => name.split_once('.')?.0,
            _ => match json["object"].as_str() {
                Some(object) => object,
                None if kind == Kind::Roles && SYSTEM_ROLES.contains(&name) => {
                    json["built_in"] = true.into();
                    return self.knows_people().then_some(json);
                }
                None => return self.knows_people().then_some(json),
            },
        };
        let object = catalog.find_object(object).filter(|object| rights::sees(self.call, object))?;
        match kind {
            Kind::Objects => Some(self.object(object)),
            Kind::Fields => self.field(object, name.split_once('.')?.1, json),
            Kind::ListViews => self.list_view(object, json),
            Kind::Layouts => Some(self.layout(object, json)),
            _ => (self.all || self.sees_all(object) && self.unseen(kind, name).is_empty()).then_some(json),
        }
    }

    /// Roles and permission sets are for those who give them.
    fn knows_people(&self) -> bool {
        self.all || self.call.holds("manage_users")
    }

    /// An object with its fields and what the caller may do with its records.
    pub(crate) fn object(&self, object: &Object) -> Json {
        let mut json = object.to_json();
        if let Some(fields) = json["fields"].as_array_mut() {
            let all = std::mem::take(fields).into_iter();
            *fields = all.filter_map(|field| self.field(object, &name_of(&field), field)).collect();
        }
        if let Some(relations) = json["relations"].as_array_mut() {
            relations.retain(|relation| self.sees_relation(object, &name_of(relation)));
        }
        let hidden = |name: &str| !self.sees_path(object, name);
        if json["name_field"]["field"].as_str().is_some_and(hidden) {
            json["name_field"]["field"] = Json::Null;
        }
        retain(&mut json["name_field"]["compose"], |part| !part.as_str().is_some_and(hidden));
        prune_null(&mut json["name_field"]);
        json["permissions"] = rights::of(self.call, object);
        json
    }

    fn field(&self, object: &Object, name: &str, mut json: Json) -> Option<Json> {
        let rights = self.rights(object);
        let field = object.find_field(name).filter(|field| self.all || rights.sees(field))?;
        if self.all {
            return Some(json);
        }
        if !rights.writes(field) {
            json["read_only"] = true.into();
        }
        // What it is worked out of may speak of fields that do not exist for the caller; what it comes to does not.
        if field.computed.is_some() || field.rollup.is_some() || field.default_formula.is_some() {
            let hidden = self.unseen(Kind::Fields, &format!("{}.{name}", object.name));
            json.as_object_mut()?.retain(|key, _| !hidden.iter().any(|at| at == key));
        }
        Some(json)
    }

    /// Where a component speaks of fields, or of objects with all their records, that do not exist for the caller.
    fn unseen(&self, kind: Kind, name: &str) -> Vec<String> {
        let catalog = &self.call.context.snapshot.catalog;
        let is_hidden = |used: &Named| match (used.kind, used.name.split_once('.')) {
            (Kind::Fields, Some((object, field))) => {
                catalog.find_object(object).is_none_or(|object| !self.sees_path(object, field))
            }
            (Kind::Objects, _) => {
                catalog.find_object(&used.name).is_none_or(|object| !rights::sees(self.call, object))
            }
            _ => false,
        };
        let uses = catalog.uses(&Named::new(kind, name)).into_iter();
        let part = |at: String| at.split('.').next().unwrap_or_default().to_owned();
        uses.filter(|used| is_hidden(&used.component)).map(|used| part(used.at)).collect()
    }

    /// Whether a field that exists for the caller has these options.
    fn chooses_from(&self, set: &str) -> bool {
        let sets = || {
            let objects = &self.call.context.snapshot.catalog.objects;
            let known = objects.iter().filter(|object| rights::sees(self.call, object));
            let of = |object: &Arc<Object>| {
                let rights = self.rights(object);
                let seen = object.fields.iter().filter(|field| rights.sees(field));
                seen.filter_map(|field| Some(field.kind.choices()?.1?.to_owned())).collect::<Vec<_>>()
            };
            known.flat_map(of).collect()
        };
        self.all || self.sets.get_or_init(sets).contains(set)
    }

    /// A view that chooses records by what the caller does not see is not there.
    fn list_view(&self, object: &Object, mut json: Json) -> Option<Json> {
        if self.all {
            return Some(json);
        }
        let filter = json.get("filter").filter(|filter| !filter.is_null());
        if let Some(filter) = filter {
            let filter = Filter::from_json(filter).ok()?;
            let query = Query { object: object.name.clone(), filter: Some(filter), ..Query::default() };
            Plan::new(&self.call.context, &query).ok()?;
        }
        if json["where"].as_str().is_some_and(|text| !self.may_ask(object, text)) {
            return None;
        }
        let shared: Vec<People> = serde_json::from_value(json["shared_with"].take()).unwrap_or_default();
        if !shared.is_empty() && !shared.iter().any(|people| self.is_among(people)) {
            return None;
        }
        let path = |path: &Json| path.as_str().unwrap_or_default().trim_start_matches('-').to_owned();
        for key in ["columns", "pinned", "sort"] {
            retain(&mut json[key], |item| self.sees_path(object, &path(item)));
        }
        if json["group_by"].as_str().is_some_and(|path| !self.sees_path(object, path)) {
            json["group_by"] = Json::Null;
        }
        let is_hidden = |word: &str| word != NOT_WEIGHTED && !self.sees_path(object, word);
        if json["weight_by"].as_str().is_some_and(is_hidden) {
            json["weight_by"] = Json::Null;
        }
        prune_null(&mut json);
        Some(json)
    }

    fn layout(&self, object: &Object, mut json: Json) -> Json {
        if self.all {
            return json;
        }
        let seen = |item: &Json| match (item["field"].as_str(), item["related"].as_str()) {
            (Some(path), _) => self.sees_path(object, path),
            (_, Some(relation)) => self.sees_relation(object, relation),
            _ => true,
        };
        retain(&mut json["sections"], |section| {
            section["visible"].as_str().is_none_or(|text| self.may_ask(object, text))
        });
        for section in json["sections"].as_array_mut().into_iter().flatten() {
            retain(&mut section["items"], seen);
        }
        retain(&mut json["highlights"], |path| {
            path.as_str().is_some_and(|path| self.sees_path(object, path))
        });
        prune_null(&mut json);
        json
    }

    /// Whether the caller sees all that a condition speaks of.
    fn may_ask(&self, object: &Object, text: &str) -> bool {
        let filter = Some(Filter::Formula(text.to_owned()));
        let query = Query { object: object.name.clone(), filter, ..Query::default() };
        Plan::new(&self.call.context, &query).is_ok()
    }

    /// The apps of the caller, each with what of it leads to records that they see.
    pub(crate) fn apps(&self) -> Json {
        let catalog = &self.call.context.snapshot.catalog;
        let mine = |app: &App| {
            let with = &app.source.shared_with;
            self.all || with.is_empty() || with.iter().any(|people| self.is_among(people))
        };
        let told = |app: App| {
            let items = self.items(&app.items);
            let (icon, about) = (&app.source.icon, &app.source.description);
            let told = json!({ "name": app.name, "label": app.label, "icon": icon, "description": about, "items": items });
            (!items.is_empty()).then_some(told)
        };
        catalog.apps().into_iter().filter(mine).filter_map(told).collect()
    }

    /// The lines of the navigation that lead anywhere for the caller, each place once.
    fn items(&self, items: &[Item]) -> Vec<Json> {
        let mut told: Vec<Json> = Vec::new();
        // A line that leads where it says goes before one that only leads to the same place.
        let is_said =
            |json: &Json| items.iter().any(|item| json["object"] == item.object && item.view.is_none());
        for (item, json) in items.iter().filter_map(|item| Some((item, self.item(item)?))) {
            let is_other = item.view.is_some() && json["view"].is_null();
            let same = |other: &Json| other["object"] == json["object"] && other["view"] == json["view"];
            let is_told = told.iter().any(same) || is_other && is_said(&json);
            if !is_told {
                told.push(json);
            }
        }
        told
    }

    /// A line of the navigation; one that opens a view which the caller does not see leads to the object itself, under
    /// the object's name: its own may speak of what is in the view.
    fn item(&self, item: &Item) -> Option<Json> {
        let catalog = &self.call.context.snapshot.catalog;
        let object = catalog.find_object(&item.object).filter(|object| rights::sees(self.call, object))?;
        let view = item.view_name().and_then(|name| self.component(Kind::ListViews, &name));
        let word = item.view.as_ref().filter(|_| view.is_some());
        let of_view = view.as_ref().and_then(|view| view["label"].as_str());
        let own = item.label.as_deref().filter(|_| item.view.is_none() || view.is_some());
        let label = own.or(of_view).unwrap_or(&object.plural_label);
        Some(json!({ "object": object.name, "view": word, "label": label }))
    }

    /// Whether the caller is one of those that something is shared with.
    fn is_among(&self, people: &People) -> bool {
        let actor = &self.call.context.actor;
        let role = |name: &String| {
            let roles = &self.call.context.snapshot.catalog.parts.roles;
            let mut open: Vec<&String> = actor.roles.iter().collect();
            let mut known: Vec<&String> = Vec::new();
            while let Some(held) = open.pop().filter(|_| known.len() < roles.len() + actor.roles.len()) {
                known.push(held);
                let parents = roles.get(held).map_or(&[][..], |role| role.inherits.as_slice());
                open.extend(parents.iter().filter(|parent| !known.contains(parent)));
            }
            known.contains(&name)
        };
        people.everyone
            || people.user == Some(actor.user_id)
            || people
                .team
                .as_ref()
                .is_some_and(|name| actor.membership.teams.iter().any(|team| team.name == *name))
            || people.role.as_ref().is_some_and(role)
    }

    /// Whether every field along a path exists for the caller.
    fn sees_path(&self, object: &Object, path: &str) -> bool {
        let Ok(steps) = self.call.context.snapshot.catalog.resolve_path(object, path) else { return false };
        let sees = |step: &metadata::catalog::Step<'_>| {
            self.all || rights::sees(self.call, step.object) && self.rights(step.object).sees(step.field)
        };
        steps.iter().all(sees)
    }

    /// Whether the field behind a relation exists for the caller, and the records on its other side.
    fn sees_relation(&self, object: &Object, name: &str) -> bool {
        let Some(relation) = object.find_relation(name) else { return false };
        let catalog = &self.call.context.snapshot.catalog;
        let Some(other) = catalog.find_object(&relation.object) else { return false };
        let holder = if relation.is_own() { object } else { other };
        let shown = holder.find_field(&relation.field).is_some_and(|field| self.rights(holder).sees(field));
        self.all || shown && rights::sees(self.call, other)
    }

    fn sees_all(&self, object: &Object) -> bool {
        let rights = self.rights(object);
        object.fields.iter().all(|field| rights.sees(field))
    }

    fn rights(&self, object: &Object) -> Rc<FieldRights> {
        let mut known = self.fields.borrow_mut();
        let rights = known.entry(object.name.clone());
        rights.or_insert_with(|| Rc::new(FieldRights::new(self.call, object))).clone()
    }
}

fn name_of(json: &Json) -> String {
    json["name"].as_str().unwrap_or_default().to_owned()
}

fn retain(list: &mut Json, keep: impl Fn(&Json) -> bool) {
    if let Some(items) = list.as_array_mut() {
        items.retain(|item| keep(item));
    }
}

/// Looking into an object by a key that it has not leaves a null there.
fn prune_null(json: &mut Json) {
    if let Some(map) = json.as_object_mut() {
        map.retain(|_, value| !value.is_null());
    }
}
