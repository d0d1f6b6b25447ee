//! Records on their way in: keys matched to columns, values parsed by their kinds, defaults filled.
//! Pure; every problem of every record is told.

use std::collections::HashSet;

use formulas::Value;
use metadata::catalog::standard::RECORD_TYPE;
use metadata::catalog::{Column, Field, Object};
use metadata::{Fault, FieldKind, Input, Problem};
use permissions::Action;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::command::Fields;
use crate::context::Context;
use crate::keys::{UNREADABLE, UNREADABLE_CODE};

/// One record as it will be written: a slot for each column of the object, `None` where nothing is said.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub id: Uuid,
    pub slots: Vec<Option<Value>>,
    /// Many-to-many fields by index, with the ids that shall be linked.
    pub links: Vec<(usize, Vec<Uuid>)>,
    /// The record as it is stored; `None` for a new one.
    pub stored: Option<Stored>,
    /// Slots that Trellis filled by itself: nobody asked for these values.
    pub filled: Vec<usize>,
    /// Whether a new record has its defaults already.
    pub is_complete: bool,
    /// Whether its encrypted values are ciphertext already.
    pub is_sealed: bool,
}

/// A record as the save found it, locked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub version: i64,
    /// Its values by slot; none where the save had no use for them.
    pub values: Vec<Value>,
}

impl Draft {
    /// Whether the record is being created.
    pub(crate) fn is_new(&self) -> bool {
        self.stored.is_none()
    }

    /// Whether it was there before, and the save did not look at what is stored of it.
    pub(crate) fn is_unknown(&self) -> bool {
        self.stored.as_ref().is_some_and(|stored| stored.values.is_empty())
    }

    /// What a slot will hold.
    pub(crate) fn after(&self, slot: usize) -> &Value {
        self.slots[slot].as_ref().unwrap_or_else(|| self.before(slot))
    }

    /// What is stored in a slot; blank for a new record.
    pub(crate) fn before(&self, slot: usize) -> &Value {
        self.stored.as_ref().and_then(|stored| stored.values.get(slot)).unwrap_or(&Value::Null)
    }
}

/// The columns of an object in one row, each with the field that it belongs to.
pub(crate) struct Slots<'o> {
    pub object: &'o Object,
    pub columns: Vec<(&'o Field, &'o Column)>,
}

impl<'o> Slots<'o> {
    /// Own columns; `name` that is stored in another own field shares that field's slot.
    pub(crate) fn new(object: &'o Object) -> Self {
        let mut columns: Vec<(&Field, &Column)> = Vec::new();
        for field in &object.fields {
            for column in &field.columns {
                match columns.iter_mut().find(|(_, known)| known.name == column.name) {
                    // The own field knows the rules (length, required); the standard one only mirrors it.
                    Some(known) if known.0.standard => *known = (field, column),
                    Some(_) => {}
                    None => columns.push((field, column)),
                }
            }
        }
        Self { object, columns }
    }

    /// The slot that a JSON key is written to.
    pub(crate) fn find(&self, key: &str) -> Option<usize> {
        let (_, column) = self.object.find_key(key)?;
        self.columns.iter().position(|(_, known)| known.name == column.name)
    }

    /// The slot of a column by name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(_, column)| column.name == name)
    }

    /// An empty draft.
    pub(crate) fn blank(&self, id: Uuid) -> Draft {
        Draft {
            id,
            slots: vec![None; self.columns.len()],
            links: Vec::new(),
            stored: None,
            filled: Vec::new(),
            is_complete: false,
            is_sealed: false,
        }
    }

    /// Reads one record's fields into a draft.
    pub(crate) fn read(&self, context: &Context, id: Uuid, fields: &Fields) -> (Draft, Vec<Problem>) {
        let mut draft = self.blank(id);
        let mut problems = Vec::new();
        let mut seen = HashSet::with_capacity(fields.len());
        let sight = context.decide(Action::Read, self.object);
        for (key, raw) in fields {
            if !seen.insert(key) {
                problems.push(Problem::new(key, "duplicate-key", format!("`{key}` is there twice")));
                continue;
            }
            if self.find_named(key).is_some_and(|field| !sight.gives(field)) {
                problems.push(self.unknown(key));
                continue;
            }
            let put = input(raw)
                .map_err(|fault| fault.at(key))
                .and_then(|input| self.put(context, &mut draft, (key, input)));
            problems.extend(put.err());
        }
        self.blank_targets(&mut draft);
        (draft, problems)
    }

    /// The field that a key means, as a column or as links.
    fn find_named(&self, key: &str) -> Option<&'o Field> {
        self.object.find_key(key).map(|(field, _)| field).or_else(|| self.object.find_field(key))
    }

    fn unknown(&self, key: &str) -> Problem {
        Problem::new(key, "unknown-field", format!("`{}` has no field `{key}`", self.object.name))
    }

    /// An any-lookup whose object or id alone is blanked points to nothing, so the other half goes too.
    fn blank_targets(&self, draft: &mut Draft) {
        let any = self.object.fields.iter().filter(|field| matches!(field.kind, FieldKind::AnyLookup(_)));
        for field in any {
            let slots: Vec<usize> =
                field.columns.iter().filter_map(|column| self.column(&column.name)).collect();
            let [name, id] = slots[..] else { continue };
            match (&draft.slots[name], &draft.slots[id]) {
                (Some(Value::Null), None) => draft.slots[id] = Some(Value::Null),
                (None, Some(Value::Null)) => draft.slots[name] = Some(Value::Null),
                _ => {}
            }
        }
    }

    /// Puts one value into the draft's slot for `key`.
    pub(crate) fn put(
        &self,
        context: &Context,
        draft: &mut Draft,
        (key, input): (&str, Input<'_>),
    ) -> Result<(), Problem> {
        match self.find(key) {
            Some(slot) => self.put_at(context, draft, (slot, key, input)),
            None => self.put_links(draft, key, &input),
        }
    }

    /// Puts one value into a slot that is known already.
    pub(crate) fn put_at(
        &self,
        context: &Context,
        draft: &mut Draft,
        (slot, key, input): (usize, &str, Input<'_>),
    ) -> Result<(), Problem> {
        let (field, column) = self.columns[slot];
        if field.read_only && !may_set(context, field) {
            return Err(Problem::new(key, "read-only", format!("`{key}` is set by the system")));
        }
        if field.encrypted && matches!(&input, Input::Text(text) if text.trim() == UNREADABLE) {
            let message = format!("`{key}` was read as a value that cannot be opened, which is no value");
            let problem = Problem::new(key, UNREADABLE_CODE, message);
            return Err(problem.hint("leave it out to keep what is stored, or send another value or null"));
        }
        let value = parse(field, column, &input).map_err(|fault| fault.at(key))?;
        draft.slots[slot] = Some(value);
        Ok(())
    }

    fn put_links(&self, draft: &mut Draft, key: &str, input: &Input<'_>) -> Result<(), Problem> {
        let found = self.object.fields.iter().position(|field| field.name == key && field.kind.is_to_many());
        let Some(index) = found else {
            if self.object.find_field(key).is_some_and(|field| field.computed.is_some()) {
                return Err(Problem::new(key, "read-only", format!("`{key}` is computed")));
            }
            let hint = self.object.find_field(key).and_then(|field| field.columns.first());
            let problem = self.unknown(key);
            return Err(match hint {
                Some(column) => problem.hint(format!("write `{}`", column.key)),
                None => problem,
            });
        };
        let value = if matches!(input, Input::Null) {
            Value::List(Vec::new())
        } else {
            self.object.fields[index].kind.behaviour().parse(input).map_err(|fault| fault.at(key))?
        };
        let Value::List(items) = value else { return Ok(()) };
        let ids = items.into_iter().filter_map(|item| if let Value::Id(id) = item { Some(id) } else { None });
        draft.links.push((index, ids.collect()));
        Ok(())
    }

    /// Fills what a new record has without being told: owner, defaults, times. Answers which defaults have a fault.
    pub(crate) fn complete(&self, context: &Context, draft: &mut Draft) -> Vec<Problem> {
        if std::mem::replace(&mut draft.is_complete, true) {
            return Vec::new();
        }
        self.fill_by_type(context, draft);
        for (slot, (field, column)) in self.columns.iter().enumerate() {
            let given = match column.name.as_str() {
                "id" => Some(Value::Id(draft.id)),
                "version" => Some(Value::Number(1.into())),
                "created_at" => draft.slots[slot].clone().or(Some(Value::DateTime(context.now))),
                "updated_at" => draft.slots[slot]
                    .clone()
                    .or_else(|| self.created_at(draft))
                    .or(Some(Value::DateTime(context.now))),
                "owner_id" | "created_by_id" | "updated_by_id" if draft.slots[slot].is_none() => {
                    Some(Value::Id(context.actor.user_id))
                }
                _ if field.default_formula.is_some() => continue,
                _ if draft.slots[slot].is_none() => field.default.clone().or(match field.kind {
                    FieldKind::Boolean(_) => Some(Value::Bool(false)),
                    _ => None,
                }),
                _ => continue,
            };
            if given.is_some() && !field.standard {
                draft.filled.push(slot);
            }
            draft.slots[slot] = given;
        }
        let faults = super::defaults::compute(self, context, draft);
        self.compose_name(draft);
        faults
    }

    /// What the record's type says of fields that nobody says anything of.
    fn fill_by_type(&self, context: &Context, draft: &mut Draft) {
        let Some(rules) = context.snapshot.catalog.rules(self.object) else { return };
        let Some(slot) = self.column(RECORD_TYPE) else { return };
        if draft.slots[slot].is_none() {
            draft.slots[slot] = self.columns[slot].0.default.clone();
        }
        let Some(Value::Text(name)) = &draft.slots[slot] else { return };
        let defaults = rules.record_types.get(name).into_iter().flat_map(|rule| &rule.defaults);
        for (column, value) in defaults {
            if let Some(slot) = self.column(column).filter(|slot| draft.slots[*slot].is_none()) {
                draft.slots[slot] = Some(value.clone());
                draft.filled.push(slot);
            }
        }
    }

    fn created_at(&self, draft: &Draft) -> Option<Value> {
        draft.slots[self.column("created_at")?].clone()
    }

    /// A name that is made of other fields, when none was given.
    fn compose_name(&self, draft: &mut Draft) {
        let parts = &self.object.name_field.compose;
        let Some(slot) = self.column("name") else { return };
        if parts.is_empty() || draft.slots[slot].as_ref().is_some_and(|name| *name != Value::Null) {
            return;
        }
        let texts = parts.iter().filter_map(|part| match draft.slots[self.find(part)?].as_ref()? {
            Value::Text(text) => Some(text.as_str()),
            _ => None,
        });
        let name = texts.collect::<Vec<_>>().join(" ");
        draft.slots[slot] = (!name.is_empty()).then_some(Value::Text(name));
    }

    /// Fields that must not be blank and are: on a new record all, on a change those that it names.
    pub(crate) fn missing(&self, draft: &Draft) -> Vec<Problem> {
        let is_new = draft.is_new();
        let mut problems = Vec::new();
        for (slot, (field, column)) in self.columns.iter().enumerate() {
            let must = field.required || column.name == "owner_id" || is_boolean(field);
            let blank = match &draft.slots[slot] {
                None => is_new && !matches!(field.kind, FieldKind::Autonumber(_)),
                Some(value) => *value == Value::Null,
            };
            if must && blank {
                problems.push(Problem::new(&column.key, "required", format!("{} is required", field.label)));
            }
        }
        problems
    }
}

pub(super) fn is_boolean(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Boolean(_))
}

/// Trellis itself may set the times of sample and imported records; nobody else may.
pub(crate) fn may_set(context: &Context, field: &Field) -> bool {
    context.actor.is_system()
        && matches!(field.name.as_str(), "created_at" | "updated_at" | "created_by" | "updated_by")
}

/// The value of a raw piece of JSON. Text that is no Unicode (half a surrogate pair) must not read as blank.
fn input(raw: &RawValue) -> Result<Input<'_>, Fault> {
    match Input::from_raw(raw) {
        Input::Null if raw.get().trim_ascii() != "null" => {
            Err(Fault::new("bad-character", "the text is not valid Unicode"))
        }
        input => Ok(input),
    }
}

fn parse(field: &Field, column: &Column, input: &Input<'_>) -> Result<Value, Fault> {
    let is_object_name =
        matches!(field.kind, FieldKind::AnyLookup(_)) && field.columns.first() == Some(column);
    match (is_object_name, input) {
        (_, Input::Null) => Ok(Value::Null),
        (true, Input::Text(name)) if name.is_empty() => Ok(Value::Null),
        (true, Input::Text(name)) => Ok(Value::Text(name.to_string())),
        (true, _) => Err(Fault::wrong_type("the name of an object")),
        (false, Input::Text(text)) if text.contains('\0') => {
            Err(Fault::new("bad-character", "the text contains a NUL character, which cannot be stored"))
        }
        (false, input) => field.parse_kept(input),
    }
}
