//! What programs that use the API notice of a change: routes, types, fields and relations that come, go or are otherwise,
//! and whether what they send and read now goes on working. By stable id, so that a new name is told as one.
//! Rules, layouts and roles are not told here.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::catalog::{Catalog, Link, Object, Relation};
use crate::ddl::{Bounds, gone_options};
use crate::definitions::Action;
use crate::field_kinds::FieldKind;
use crate::{Field, catalog::standard};

/// One thing that a program may notice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Noticed {
    pub action: Action,
    pub what: What,
    /// `/api/v1/deals`, `deal`, `deal.amount`: as it is after the change, or was where it goes.
    pub name: String,
    /// Whether a program that knows nothing of the change may fail.
    pub breaking: bool,
    /// One sentence for people.
    pub text: String,
}

/// What a program knows by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Of records over REST.
    Route,
    /// Of records in GraphQL, and the object's word in metadata.
    Type,
    Field,
    /// To-many, seen from the object.
    Relation,
}

/// All of it, object by object.
pub fn noticed(old: &Catalog, new: &Catalog) -> Vec<Noticed> {
    let mut found = Found(Vec::new());
    for object in &old.objects {
        match new.objects.iter().find(|now| now.id == object.id) {
            Some(now) => found.object(object, now),
            None => found.whole(object, Action::Delete),
        }
    }
    let is_new = |object: &&std::sync::Arc<Object>| !old.objects.iter().any(|was| was.id == object.id);
    new.objects.iter().filter(is_new).for_each(|object| found.whole(object, Action::Create));
    found.0
}

struct Found(Vec<Noticed>);

impl Found {
    fn tell(&mut self, action: Action, (what, name): (What, String), (breaking, text): (bool, String)) {
        self.0.push(Noticed { action, what, name, breaking, text });
    }

    fn whole(&mut self, object: &Object, action: Action) {
        let gone = action == Action::Delete;
        let text = |what: &str| format!("the {what} is {}", if gone { "gone" } else { "new" });
        self.tell(action, (What::Route, route(object)), (gone, text("route")));
        self.tell(action, (What::Type, object.name.clone()), (gone, text("type")));
    }

    fn object(&mut self, was: &Object, now: &Object) {
        if was.plural != now.plural {
            let text = format!("records are at {} in place of {}", route(now), route(was));
            self.tell(Action::Change, (What::Route, route(now)), (true, text));
        }
        if was.name != now.name {
            let text = format!("the type is called `{}` in place of `{}`", now.name, was.name);
            self.tell(Action::Change, (What::Type, now.name.clone()), (true, text));
        }
        for field in &was.fields {
            match now.find_field_by_id(&field.id) {
                Some(other) => self.field(now, field, other),
                None => {
                    let name = (What::Field, format!("{}.{}", was.name, field.name));
                    self.tell(
                        Action::Delete,
                        name,
                        (true, "it is not answered and not taken any more".into()),
                    );
                }
            }
        }
        for field in now.fields.iter().filter(|field| was.find_field_by_id(&field.id).is_none()) {
            let name = (What::Field, format!("{}.{}", now.name, field.name));
            let needed = is_needed(field);
            let text = if needed { "it is new, and whoever makes a record must say it" } else { "it is new" };
            self.tell(Action::Create, name, (needed, text.into()));
        }
        self.relations(was, now);
    }

    fn field(&mut self, object: &Object, was: &Field, now: &Field) {
        let differences = differences(was, now);
        if differences.is_empty() {
            return;
        }
        let breaking = differences.iter().any(|(breaking, _)| *breaking);
        let texts: Vec<String> = differences.into_iter().map(|(_, text)| text).collect();
        let name = (What::Field, format!("{}.{}", object.name, now.name));
        self.tell(Action::Change, name, (breaking, texts.join("; ")));
    }

    fn relations(&mut self, was: &Object, now: &Object) {
        let same = |a: &Relation, b: &Relation| identity(a) == identity(b);
        for relation in was.relations.iter().filter(|relation| !relation.is_own()) {
            let Some(other) = now.relations.iter().find(|other| same(relation, other)) else {
                let name = (What::Relation, format!("{}.{}", was.name, relation.name));
                self.tell(Action::Delete, name, (true, "it is not answered any more".into()));
                continue;
            };
            if other.name != relation.name {
                let text = format!("it is called `{}` in place of `{}`", other.name, relation.name);
                let name = (What::Relation, format!("{}.{}", now.name, other.name));
                self.tell(Action::Change, name, (true, text));
            }
        }
        let is_new = |relation: &&Relation| !was.relations.iter().any(|other| same(relation, other));
        for relation in now.relations.iter().filter(|relation| !relation.is_own()).filter(is_new) {
            let name = (What::Relation, format!("{}.{}", now.name, relation.name));
            self.tell(Action::Create, name, (false, "it is new".into()));
        }
    }
}

fn route(object: &Object) -> String {
    format!("/api/v1/{}", object.plural)
}

/// Whether a record cannot be made without saying it.
fn is_needed(field: &Field) -> bool {
    let given = field.default.is_some() || field.default_formula.is_some();
    let said = field.standard || field.read_only || given;
    field.required
        && !said
        && !matches!(field.kind, FieldKind::Boolean(_))
        && field.name != standard::RECORD_TYPE
}

/// The field behind a relation, which keeps its id whatever it is called.
fn identity(relation: &Relation) -> (&str, bool) {
    match &relation.link {
        Link::Lookup { field, .. } | Link::AnyLookup { field, .. } => (field, true),
        Link::Table { field, .. } => (field, relation.is_own()),
    }
}

/// What is otherwise with a field, each with whether it breaks something.
fn differences(was: &Field, now: &Field) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    if was.name != now.name {
        found.push((true, format!("it is called `{}` in place of `{}`", now.name, was.name)));
    }
    let (old, new) = (was.kind.name(), now.kind.name());
    if old != new {
        found.push((!is_wider(&was.kind, &now.kind), format!("it is {new} in place of {old}")));
    }
    if let (Some(old), Some(new)) = (worked_out(was), worked_out(now))
        && old != new
    {
        found.push((true, format!("its values are {new} in place of {old}")));
    }
    if was.encrypted != now.encrypted {
        let text = if now.encrypted {
            "it is encrypted: nothing can be filtered, sorted or worked out by it any more"
        } else {
            "it is not encrypted any more"
        };
        found.push((now.encrypted, text.into()));
    } else if was.blind_index != now.blind_index {
        let text =
            if now.blind_index { "it can be filtered by" } else { "it cannot be filtered by any more" };
        found.push((was.blind_index, text.into()));
    }
    if is_needed(now) && !is_needed(was) {
        found.push((true, "whoever makes a record must say it".into()));
    } else if was.required != now.required {
        let breaking = now.required && !now.read_only;
        let text = if now.required { "it cannot be blank any more" } else { "it may be blank" };
        found.push((breaking, text.into()));
    }
    if was.unique != now.unique {
        let text = if now.unique { "a value may be there once only" } else { "a value may be there twice" };
        found.push((now.unique, text.into()));
    }
    if was.read_only != now.read_only {
        let text = if now.read_only { "it cannot be written any more" } else { "it can be written" };
        found.push((now.read_only, text.into()));
    }
    // What is worked out takes no values.
    if old == new && worked_out(now).is_none() {
        found.extend(values(was, now));
    }
    found
}

/// The kind whose values a formula or a roll-up answers.
fn worked_out(field: &Field) -> Option<&'static str> {
    let computed = field.computed.as_ref().map(|computed| computed.shown_as);
    computed.or_else(|| field.rollup.as_ref().map(|rollup| rollup.shown_as))
}

/// Whether every value of the one is a value of the other, and looks the same.
fn is_wider(was: &FieldKind, now: &FieldKind) -> bool {
    let text = |kind: &FieldKind| {
        matches!(kind, FieldKind::Text(_) | FieldKind::Email(_) | FieldKind::Phone(_) | FieldKind::Url(_))
    };
    let is_long = matches!(now, FieldKind::LongText(_));
    let is_text = matches!(now, FieldKind::Text(_)) && !matches!(was, FieldKind::Text(_));
    text(was) && (is_long || is_text) && !Bounds::of(now).is_narrower(&Bounds::of(was))
}

/// What values of the same kind are held to.
fn values(was: &Field, now: &Field) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    let (old, new) = (Bounds::of(&was.kind), Bounds::of(&now.kind));
    if new.is_narrower(&old) {
        found.push((true, "fewer values are taken".into()));
    } else if new != old {
        found.push((false, "more values are taken".into()));
    }
    let gone = gone_options(was, now);
    if !gone.is_empty() {
        found.push((true, format!("options are gone: {}", gone.join(", "))));
    }
    let closed = |field: &Field| -> BTreeSet<String> {
        let closed = field.options.iter().filter(|option| !option.active);
        closed.map(|option| option.value.clone()).collect()
    };
    let closing: Vec<String> = closed(now).difference(&closed(was)).cloned().collect();
    if !closing.is_empty() {
        found.push((true, format!("options cannot be chosen any more: {}", closing.join(", "))));
    }
    let fresh = gone_options(now, was);
    if !fresh.is_empty() {
        found.push((false, format!("options are new: {}", fresh.join(", "))));
    }
    found
}
