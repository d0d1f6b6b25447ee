//! What programs that use the API notice of a change: routes, types, fields and relations that come, go or are otherwise,
//! and whether what they send and read now goes on working. By stable id, so that a new name is told as one.
//! Rules, layouts and roles are not told here.

use std::collections::BTreeSet;

use serde::Serialize;

use super::otherwise::Otherwise;
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
    /// What is otherwise, in parts.
    pub differences: Vec<Otherwise>,
    /// The same in English, as one sentence for people.
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
    /// One thing alone, which breaks programs or not.
    fn tell(&mut self, action: Action, (what, name): (What, String), (breaking, one): (bool, Otherwise)) {
        let text = sentence(what, &one);
        self.0.push(Noticed { action, what, name, breaking, differences: vec![one], text });
    }

    fn whole(&mut self, object: &Object, action: Action) {
        let gone = action == Action::Delete;
        let one = || if gone { Otherwise::Gone } else { Otherwise::New };
        self.tell(action, (What::Route, route(object)), (gone, one()));
        self.tell(action, (What::Type, object.name.clone()), (gone, one()));
    }

    fn object(&mut self, was: &Object, now: &Object) {
        if was.plural != now.plural {
            self.tell(Action::Change, (What::Route, route(now)), (true, renamed(&route(was), &route(now))));
        }
        if was.name != now.name {
            let one = renamed(&was.name, &now.name);
            self.tell(Action::Change, (What::Type, now.name.clone()), (true, one));
        }
        for field in &was.fields {
            match now.find_field_by_id(&field.id) {
                Some(other) => self.field(now, field, other),
                None => {
                    let name = (What::Field, format!("{}.{}", was.name, field.name));
                    self.tell(Action::Delete, name, (true, Otherwise::Gone));
                }
            }
        }
        for field in now.fields.iter().filter(|field| was.find_field_by_id(&field.id).is_none()) {
            let name = (What::Field, format!("{}.{}", now.name, field.name));
            let needed = is_needed(field);
            let one = if needed { Otherwise::NewAndNeeded } else { Otherwise::New };
            self.tell(Action::Create, name, (needed, one));
        }
        self.relations(was, now);
    }

    fn field(&mut self, object: &Object, was: &Field, now: &Field) {
        let found = differences(was, now);
        if found.is_empty() {
            return;
        }
        let breaking = found.iter().any(|(breaking, _)| *breaking);
        let differences: Vec<Otherwise> = found.into_iter().map(|(_, one)| one).collect();
        let text = differences.iter().map(Otherwise::text).collect::<Vec<_>>().join("; ");
        let (action, name) = (Action::Change, format!("{}.{}", object.name, now.name));
        self.0.push(Noticed { action, what: What::Field, name, breaking, differences, text });
    }

    fn relations(&mut self, was: &Object, now: &Object) {
        let same = |a: &Relation, b: &Relation| identity(a) == identity(b);
        for relation in was.relations.iter().filter(|relation| !relation.is_own()) {
            let Some(other) = now.relations.iter().find(|other| same(relation, other)) else {
                let name = (What::Relation, format!("{}.{}", was.name, relation.name));
                self.tell(Action::Delete, name, (true, Otherwise::Gone));
                continue;
            };
            if other.name != relation.name {
                let name = (What::Relation, format!("{}.{}", now.name, other.name));
                self.tell(Action::Change, name, (true, renamed(&relation.name, &other.name)));
            }
        }
        let is_new = |relation: &&Relation| !was.relations.iter().any(|other| same(relation, other));
        for relation in now.relations.iter().filter(|relation| !relation.is_own()).filter(is_new) {
            let name = (What::Relation, format!("{}.{}", now.name, relation.name));
            self.tell(Action::Create, name, (false, Otherwise::New));
        }
    }
}

/// What is otherwise with one of these, in English.
fn sentence(what: What, one: &Otherwise) -> String {
    match (what, one) {
        (What::Route, Otherwise::New) => "the route is new".into(),
        (What::Route, Otherwise::Gone) => "the route is gone".into(),
        (What::Route, Otherwise::Renamed { before, after }) => {
            format!("records are at {after} in place of {before}")
        }
        (What::Type, Otherwise::New) => "the type is new".into(),
        (What::Type, Otherwise::Gone) => "the type is gone".into(),
        (What::Type, Otherwise::Renamed { before, after }) => {
            format!("the type is called `{after}` in place of `{before}`")
        }
        (What::Relation, Otherwise::Gone) => "it is not answered any more".into(),
        (_, one) => one.text(),
    }
}

fn renamed(before: &str, after: &str) -> Otherwise {
    Otherwise::Renamed { before: before.to_owned(), after: after.to_owned() }
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
fn differences(was: &Field, now: &Field) -> Vec<(bool, Otherwise)> {
    let mut found = Vec::new();
    if was.name != now.name {
        found.push((true, renamed(&was.name, &now.name)));
    }
    let (before, after) = (was.kind.name(), now.kind.name());
    let same_kind = before == after;
    if !same_kind {
        found.push((!is_wider(&was.kind, &now.kind), Otherwise::Kind { before, after }));
    }
    if let (Some(before), Some(after)) = (worked_out(was), worked_out(now))
        && before != after
    {
        found.push((true, Otherwise::Values { before, after }));
    }
    let either = |is: bool, this: Otherwise, that: Otherwise| if is { this } else { that };
    if was.encrypted != now.encrypted {
        let one = either(now.encrypted, Otherwise::Encrypted, Otherwise::Unencrypted);
        found.push((now.encrypted, one));
    } else if was.blind_index != now.blind_index {
        let one = either(now.blind_index, Otherwise::Filterable, Otherwise::Unfilterable);
        found.push((was.blind_index, one));
    }
    if is_needed(now) && !is_needed(was) {
        found.push((true, Otherwise::Needed));
    } else if was.required != now.required {
        let breaking = now.required && !now.read_only;
        found.push((breaking, either(now.required, Otherwise::Required, Otherwise::Optional)));
    }
    if was.unique != now.unique {
        found.push((now.unique, either(now.unique, Otherwise::Unique, Otherwise::NotUnique)));
    }
    if was.read_only != now.read_only {
        found.push((now.read_only, either(now.read_only, Otherwise::ReadOnly, Otherwise::Writable)));
    }
    // What is worked out takes no values.
    if same_kind && worked_out(now).is_none() {
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
fn values(was: &Field, now: &Field) -> Vec<(bool, Otherwise)> {
    let mut found = Vec::new();
    let (old, new) = (Bounds::of(&was.kind), Bounds::of(&now.kind));
    if new.is_narrower(&old) {
        found.push((true, Otherwise::FewerValues));
    } else if new != old {
        found.push((false, Otherwise::MoreValues));
    }
    let owned = |values: Vec<&str>| values.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let options = owned(gone_options(was, now));
    if !options.is_empty() {
        found.push((true, Otherwise::OptionsGone { options }));
    }
    let closed = |field: &Field| -> BTreeSet<String> {
        let closed = field.options.iter().filter(|option| !option.active);
        closed.map(|option| option.value.clone()).collect()
    };
    let options: Vec<String> = closed(now).difference(&closed(was)).cloned().collect();
    if !options.is_empty() {
        found.push((true, Otherwise::OptionsClosed { options }));
    }
    let options = owned(gone_options(now, was));
    if !options.is_empty() {
        found.push((false, Otherwise::OptionsNew { options }));
    }
    found
}
