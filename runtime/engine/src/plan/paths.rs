//! Following a dotted path through to-one relations to a field, with the decision on each object passed.

use std::sync::Arc;

use formulas::{Reference, Type};
use metadata::Problem;
use metadata::catalog::encrypted::ENCRYPTED;
use metadata::catalog::{Column, Field, Object, Relation};
use metadata::field_kinds::FieldKind;

use super::bind::Binder;

/// Most lookups that one path follows.
const MAX_HOPS: usize = 5;

/// The end of a path.
#[derive(Clone)]
pub(super) struct Target<'c> {
    pub object: &'c Arc<Object>,
    pub reference: Reference,
    pub field: &'c Field,
    pub column: Column,
}

/// Why a path leads nowhere.
pub(super) enum Lost {
    /// The object on which the path ended, and what it has not.
    Unknown {
        object: String,
        name: String,
        hint: Option<String>,
    },
    /// What is there, but as ciphertext.
    Encrypted(String),
    TooFar,
}

impl Lost {
    /// What is told at the place of the path.
    pub(super) fn problem(&self, path: String) -> Problem {
        match self {
            Self::Unknown { object, name, hint } => {
                let problem =
                    Problem::new(path, "unknown-field", format!("`{object}` has no field `{name}`"));
                Problem { hint: hint.clone(), ..problem }
            }
            Self::Encrypted(reason) => Problem::new(path, ENCRYPTED, reason.clone()),
            Self::TooFar => {
                let message = format!("paths follow at most {MAX_HOPS} relations");
                Problem::new(path, "too-deep", message).hint("ask for it from an object that is nearer")
            }
        }
    }
}

impl<'c> Binder<'c> {
    /// The field at the end of `path`, seen from `object`, that something can be worked out of: an encrypted one
    /// cannot. An object that may not be read does not exist.
    pub(super) fn follow(&mut self, object: &'c Arc<Object>, path: &str) -> Result<Target<'c>, Lost> {
        let target = self.follow_any(object, path)?;
        if target.field.encrypted {
            return Err(Lost::Encrypted(target.field.encrypted_reason(target.object)));
        }
        Ok(target)
    }

    /// The field at the end of `path`, whatever it is.
    pub(super) fn follow_any(&mut self, object: &'c Arc<Object>, path: &str) -> Result<Target<'c>, Lost> {
        let (mut hops, mut here, mut rest) = (Vec::new(), object, path);
        while let Some((head, tail)) = rest.split_once('.') {
            if hops.len() >= MAX_HOPS {
                return Err(Lost::TooFar);
            }
            let field = self.field(here, head).ok_or_else(|| self.lost(here, head))?;
            here = self.readable_target(field).ok_or_else(|| self.lost(here, head))?;
            hops.push(field.id.clone());
            rest = tail;
        }
        let (field, column) = find_column(here, rest)
            .filter(|(field, _)| self.decide(here).gives(field))
            .ok_or_else(|| self.lost(here, rest))?;
        let reference =
            Reference { path: hops, field: reference_id(field, column), ty: type_of(field, column) };
        Ok(Target { object: here, reference, field, column: column.clone() })
    }

    /// A name that the object has not, with the nearest one that it has and that the actor may see.
    pub(super) fn lost(&mut self, object: &Object, name: &str) -> Lost {
        let decision = self.decide(object);
        let seen = object.fields.iter().filter(|field| decision.gives(field));
        let hint = metadata::suggest::hint(name, seen.map(|field| field.name.as_str()));
        Lost::Unknown { object: object.name.clone(), name: name.to_owned(), hint }
    }

    /// The field with this name, if the actor may see it at all: others do not exist.
    pub(super) fn field(&mut self, object: &'c Object, name: &str) -> Option<&'c Field> {
        object.find_field(name).filter(|field| self.decide(object).gives(field))
    }

    /// The field and column that a JSON key means, if the actor may see it at all.
    pub(super) fn key(&mut self, object: &'c Object, key: &str) -> Option<(&'c Field, &'c Column)> {
        object.find_key(key).filter(|(field, _)| self.decide(object).gives(field))
    }

    /// The to-many relation with this name, if the actor may see the field behind it.
    pub(super) fn relation(&mut self, object: &'c Object, name: &str) -> Option<&'c Relation> {
        let relation = object.find_relation(name)?;
        let holder = if relation.is_own() { object } else { self.catalog.find_object(&relation.object)? };
        let field = holder.find_field(&relation.field)?;
        self.decide(holder).gives(field).then_some(relation)
    }

    /// The object that a to-one field points to, when the actor may read it at all.
    pub(super) fn readable_target(&mut self, field: &Field) -> Option<&'c Arc<Object>> {
        let target = self.catalog.find_object(field.kind.target()?)?;
        self.decide(target).is_allowed().then_some(target)
    }
}

/// The column that a name or key means: `account` and `account_id` are the same.
fn find_column<'c>(object: &'c Object, name: &str) -> Option<(&'c Field, &'c Column)> {
    match object.find_field(name) {
        Some(field) => Some((field, field.value_column()?)),
        None => object.find_key(name),
    }
}

/// The id of a reference: the field's, with `#object` for the first column of an any-lookup.
fn reference_id(field: &Field, column: &Column) -> String {
    if is_object_column(field, column) { format!("{}#object", field.id) } else { field.id.clone() }
}

fn type_of(field: &Field, column: &Column) -> Type {
    if is_object_column(field, column) { Type::Text } else { field.ty() }
}

fn is_object_column(field: &Field, column: &Column) -> bool {
    matches!(field.kind, FieldKind::AnyLookup(_)) && Some(column) == field.columns.first()
}

/// The column that a reference's id means on its object.
pub(crate) fn column_of<'c>(object: &'c Object, id: &str) -> Option<&'c Column> {
    match id.split_once('#') {
        Some((field, _)) => object.find_field_by_id(field)?.columns.first(),
        None => object.find_field_by_id(id)?.columns.last(),
    }
}
